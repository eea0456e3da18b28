// SPDX-License-Identifier: GPL-2.0-only
#include "definition_yaml.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device_name.h"
#include "file.h"
#include "yaml_tree.h"

/* A file at work. */
struct reading {
	struct yaml_tree tree;
	struct definition *definition;
	struct error_list *errors;
	size_t errors_before;
	/* What may still be looked at: aliases can make much of little. */
	size_t budget;
};

/* A key and its value, both of them nodes. */
struct entry {
	const char *key;
	struct location key_where;
	yaml_node_t *value;
};

typedef int (*entry_reader)(struct reading *reading, const struct entry *entry,
			    void *object);

struct known_key {
	const char *name;
	entry_reader read;
};

/* Enough has been said, or memory is gone: nothing more is read. */
static bool is_over(const struct reading *reading, int error)
{
	return error == -ENOMEM || !reading->budget ||
		reading->errors->count - reading->errors_before >= DEFINITION_MISTAKES_MAX;
}

static int budget_spend(struct reading *reading, const yaml_node_t *node,
			const struct location *where)
{
	size_t cost = 1;

	if (node->type == YAML_SCALAR_NODE)
		cost += node->data.scalar.length;
	if (!reading->budget)
		return -EINVAL;
	if (cost < reading->budget) {
		reading->budget -= cost;
		return 0;
	}
	reading->budget = 0;
	return error_definition(reading->errors, where,
				"aliases repeat far more than the file holds, write it out");
}

/* --- nodes --- */

/* A node that may be looked at, without a tag; NULL with a record. */
static yaml_node_t *node_take(struct reading *reading, int index, struct location *where)
{
	yaml_node_t *node = yaml_tree_node(&reading->tree, index);
	struct location tag;

	if (yaml_tree_tag(&reading->tree, node, &tag)) {
		error_definition(reading->errors, &tag,
				 "'!' begins a tag in YAML and there are none here: quote a text that begins with it");
		return NULL;
	}
	*where = yaml_tree_where(&reading->tree, node);
	return budget_spend(reading, node, where) ? NULL : node;
}

/* The text of a scalar, NULL with a record for what is none. */
static const char *scalar_text(struct reading *reading, const yaml_node_t *node,
			       const struct location *where, const char *what)
{
	const char *text;

	if (node->type != YAML_SCALAR_NODE) {
		error_definition(reading->errors, where, "%s has to be a text, this is a %s",
				 what, node->type == YAML_MAPPING_NODE ?
				 "map (a ':' with a blank behind makes one)" : "list");
		return NULL;
	}
	text = (const char *)node->data.scalar.value;
	if (strlen(text) == node->data.scalar.length)
		return text;
	error_definition(reading->errors, where, "%s has a zero byte in it", what);
	return NULL;
}

/* "key:" and nothing behind. */
static bool is_nothing(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE && !node->data.scalar.length &&
		node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static int key_compare(const void *a, const void *b)
{
	const struct entry *first = a, *second = b;
	int order = strcmp(first->key, second->key);

	if (order)
		return order;
	if (first->key_where.line != second->key_where.line)
		return first->key_where.line < second->key_where.line ? -1 : 1;
	return first->key_where.column < second->key_where.column ? -1 :
		first->key_where.column > second->key_where.column;
}

/* Of keys that are there twice the later ones are mistakes, whatever they say. */
static void repeats_drop(struct reading *reading, struct entry *entries, size_t *count)
{
	size_t i, first = 0, kept = *count ? 1 : 0;

	qsort(entries, *count, sizeof(*entries), key_compare);
	for (i = 1; i < *count; i++) {
		if (strcmp(entries[i].key, entries[first].key)) {
			first = kept;
			entries[kept++] = entries[i];
			continue;
		}
		error_definition(reading->errors, &entries[i].key_where,
				 "'%.64s' is given twice, in line %u already",
				 entries[i].key, entries[first].key_where.line);
	}
	*count = kept;
}

static int place_compare(const void *a, const void *b)
{
	const struct entry *first = a, *second = b;

	if (first->key_where.line != second->key_where.line)
		return first->key_where.line < second->key_where.line ? -1 : 1;
	return first->key_where.column < second->key_where.column ? -1 :
		first->key_where.column > second->key_where.column;
}

/* The keys and values of a map, in the file's order, each key once. */
static int entries_collect(struct reading *reading, const yaml_node_t *map,
			   struct entry **entries, size_t *count)
{
	const yaml_node_pair_t *pair = map->data.mapping.pairs.start;
	struct location where;

	*count = 0;
	*entries = calloc(map->data.mapping.pairs.top - pair + 1, sizeof(**entries));
	if (!*entries)
		return -ENOMEM;
	for (; pair < map->data.mapping.pairs.top && !is_over(reading, 0); pair++) {
		struct entry *entry = &(*entries)[*count];
		yaml_node_t *key = node_take(reading, pair->key, &entry->key_where);

		entry->key = key ? scalar_text(reading, key, &entry->key_where, "a key") : NULL;
		if (!entry->key)
			continue;
		entry->value = node_take(reading, pair->value, &where);
		*count += entry->value ? 1 : 0;
	}
	repeats_drop(reading, *entries, count);
	qsort(*entries, *count, sizeof(**entries), place_compare);
	return 0;
}

/* "from, match and to" */
static void keys_text(const struct known_key *keys, char *text, size_t size)
{
	size_t used = 0;

	for (; keys->name && used < size; keys++)
		used += snprintf(text + used, size - used, "%s%s", !used ? "" :
				 keys[1].name ? ", " : " and ", keys->name);
}

/* With @keys those keys are known, without any is @read. */
static int entry_read(struct reading *reading, const struct entry *entry,
		      const char *what, const struct known_key *keys, entry_reader read,
		      void *object)
{
	const struct known_key *key = keys;
	char known[128];

	while (key && key->name && strcmp(key->name, entry->key))
		key++;
	if (key && !key->name) {
		keys_text(keys, known, sizeof(known));
		return error_definition(reading->errors, &entry->key_where,
					"'%.64s' is no key of %s, it has %s", entry->key,
					what, known);
	}
	if (is_nothing(entry->value))
		return error_definition(reading->errors, &entry->key_where,
					"'%.64s' has no value, give one or leave it out",
					entry->key);
	return (key ? key->read : read)(reading, entry, object);
}

/* Read the map @node, which is called @what. -EINVAL is no reason to stop. */
static int map_read(struct reading *reading, const yaml_node_t *node, const char *what,
		    const char *example, const struct known_key *keys, entry_reader read,
		    void *object)
{
	struct location where = yaml_tree_where(&reading->tree, node);
	struct entry *entries;
	size_t count, i;
	int error;

	if (node->type != YAML_MAPPING_NODE)
		return error_definition(reading->errors, &where,
					"%s has to be a map, as in %s", what, example);
	error = entries_collect(reading, node, &entries, &count);
	for (i = 0; i < count && !is_over(reading, error); i++)
		error = entry_read(reading, &entries[i], what, keys, read, object);
	free(entries);
	return error == -ENOMEM ? error : 0;
}

typedef int (*item_reader)(struct reading *reading, const yaml_node_t *node,
			   const struct location *where, void *object);

/* The list @node of @name. */
static int items_read(struct reading *reading, const yaml_node_t *node, const char *name,
		      item_reader read, void *object)
{
	const yaml_node_item_t *item = node->data.sequence.items.start;
	const yaml_node_item_t *end = node->data.sequence.items.top;
	struct location where;
	int error = 0;

	for (; item < end && !is_over(reading, error); item++) {
		node = node_take(reading, *item, &where);
		if (!node)
			continue;
		if (node->type == YAML_SEQUENCE_NODE)
			error = error_definition(reading->errors, &where,
						 "a list in the list of '%s', write one list",
						 name);
		else
			error = read(reading, node, &where, object);
	}
	return error;
}

/* One value, or a list of up to @most. */
static int list_read(struct reading *reading, const struct entry *entry, size_t most,
		     item_reader read, void *object)
{
	const yaml_node_t *node = entry->value;
	struct location where = yaml_tree_where(&reading->tree, node);
	size_t count;

	if (node->type != YAML_SEQUENCE_NODE)
		return read(reading, node, &where, object);
	count = node->data.sequence.items.top - node->data.sequence.items.start;
	if (!count)
		return error_definition(reading->errors, &where,
					"the list of '%s' is empty, give at least one", entry->key);
	if (count > most)
		return error_definition(reading->errors, &where,
					"the list of '%s' has %zu entries, %zu are the most",
					entry->key, count, most);
	return items_read(reading, node, entry->key, read, object);
}

/* --- tunnels --- */

/* A target at work. */
struct making {
	struct target *target;
	bool is_device;		/* has its name already */
};

static int tunnel_key_read(struct reading *reading, const struct entry *entry, void *object)
{
	struct location where = yaml_tree_where(&reading->tree, entry->value);
	const char *text = scalar_text(reading, entry->value, &where, entry->key);
	struct making *making = object;
	struct target *target = making->target;
	int error;

	if (!text)
		return -EINVAL;
	if (making->is_device && !strcmp(entry->key, "kind"))
		return 0;
	if (making->is_device && !strcmp(entry->key, "name"))
		return error_definition(reading->errors, &entry->key_where,
					"a device has its name already, leave 'name' out");
	if (strcmp(entry->key, "name"))
		return tunnel_set(&target->tunnel, entry->key, &entry->key_where, text,
				  &where, reading->errors);
	error = device_name_check_pair(text, strlen(text), &where, reading->errors);
	if (!error)
		strcpy(target->device, text);
	return error;
}

/* The keys of a tunnel, whose kind is known. */
static int tunnel_read(struct reading *reading, const yaml_node_t *node,
		       struct making *making, const struct location *where)
{
	size_t before = reading->errors->count;
	int error;

	error = map_read(reading, node, "a tunnel", "{remote: 192.0.2.10, id: 7}", NULL,
			 tunnel_key_read, making);
	if (error == -ENOMEM)
		return error;
	if (reading->errors->count > before)
		return -EINVAL;
	return tunnel_validate(&making->target->tunnel, where, reading->errors);
}

/* --- devices --- */

static int kind_set(struct reading *reading, struct target *target, const char *text,
		    const struct location *where)
{
	enum tunnel_kind tunnel = tunnel_kind_find(text, strlen(text));

	if (tunnel != TUNNEL_NONE) {
		target->kind = TARGET_TUNNEL;
		tunnel_init(&target->tunnel, tunnel);
	} else if (!strcmp(text, "veth")) {
		target->kind = TARGET_VETH;
	} else if (!strcmp(text, "dummy")) {
		target->kind = TARGET_DUMMY;
	} else if (!strcmp(text, "ifb")) {
		target->kind = TARGET_IFB;
	} else {
		return error_definition(reading->errors, where,
					"'%.64s' is no kind of device, say veth, dummy, ifb, vxlan, gretap, erspan or geneve",
					text);
	}
	return 0;
}

static int kind_read(struct reading *reading, const struct entry *entry, void *object)
{
	struct location where = yaml_tree_where(&reading->tree, entry->value);
	const char *text = scalar_text(reading, entry->value, &where, entry->key);

	return text ? kind_set(reading, object, text, &where) : -EINVAL;
}

/* Tunnels have more keys, so the kind comes before all others. */
static int kind_find(struct reading *reading, const struct entry *device,
		     struct target *target)
{
	const yaml_node_t *map = device->value;
	const yaml_node_pair_t *pair;

	for (pair = map->data.mapping.pairs.start; pair < map->data.mapping.pairs.top; pair++) {
		yaml_node_t *key = yaml_tree_node(&reading->tree, pair->key);
		struct entry entry = {
			.key = "kind", .value = yaml_tree_node(&reading->tree, pair->value),
		};

		if (key->type == YAML_SCALAR_NODE &&
		    !strcmp((const char *)key->data.scalar.value, "kind"))
			return kind_read(reading, &entry, target);
	}
	return error_definition(reading->errors, &device->key_where,
				"device '%.64s' has no kind, say {kind: veth}", device->key);
}

static int device_read(struct reading *reading, const struct entry *entry, void *object)
{
	static const struct known_key keys[] = { { "kind", kind_read }, { NULL, NULL } };
	struct location where = yaml_tree_where(&reading->tree, entry->value);
	struct target target = { .where = entry->key_where };
	struct making making = { &target, true };
	size_t length = strlen(entry->key);
	int error;

	(void)object;
	if (entry->value->type != YAML_MAPPING_NODE)
		return error_definition(reading->errors, &where,
					"a device has to be a map, as in {kind: veth}");
	error = kind_find(reading, entry, &target);
	if (error)
		return error;
	if (target.kind == TARGET_DUMMY || target.kind == TARGET_IFB)
		error = device_name_check(entry->key, length, &entry->key_where,
					  reading->errors);
	else
		error = device_name_check_pair(entry->key, length, &entry->key_where,
					       reading->errors);
	if (error)
		return error;
	memcpy(target.device, entry->key, length + 1);
	if (target.kind == TARGET_TUNNEL)
		error = tunnel_read(reading, entry->value, &making, &entry->key_where);
	else
		error = map_read(reading, entry->value, "a device without a tunnel", "{kind: veth}",
				 keys, NULL, &target);
	return error ? error : definition_add_device(reading->definition, &target);
}

static int devices_read(struct reading *reading, const struct entry *entry, void *object)
{
	return map_read(reading, entry->value, "'devices'", "devices: {mir0: {kind: veth}}",
			NULL, device_read, object);
}

/* --- lists of addresses --- */

static int list_file_read(struct reading *reading, const struct entry *entry, void *object)
{
	struct location where = yaml_tree_where(&reading->tree, entry->value);
	const char *name = scalar_text(reading, entry->value, &where, entry->key);
	const char *slash = strrchr(reading->tree.file, '/'), *kept;
	int folder = slash ? slash - reading->tree.file + 1 : 0;
	char *path;

	if (!name)
		return -EINVAL;
	if (!*name || !strcmp(name, "-"))
		return error_definition(reading->errors, &where,
					"'%s' is no file, name one that holds addresses, one a line",
					name);
	if (asprintf(&path, "%.*s%s", *name == '/' ? 0 : folder, reading->tree.file, name) < 0)
		return -ENOMEM;
	kept = definition_keep_text(reading->definition, path);
	free(path);
	if (!kept)
		return -ENOMEM;
	return address_list_add_file(object, kept, &where, reading->errors);
}

static int address_read(struct reading *reading, const yaml_node_t *node,
			const struct location *where, void *object)
{
	static const struct known_key keys[] = { { "file", list_file_read }, { NULL, NULL } };
	const char *text;

	if (node->type == YAML_MAPPING_NODE)
		return map_read(reading, node, "a list", "{file: customers.txt}", keys, NULL,
				object);
	text = scalar_text(reading, node, where, "an address");
	return text ? address_list_add_text(object, text, where, reading->errors) : -EINVAL;
}

static int hosts_read(struct reading *reading, const struct entry *entry, void *object)
{
	struct mirror *mirror = object;

	return list_read(reading, entry, SIZE_MAX, address_read, &mirror->hosts);
}

static int except_read(struct reading *reading, const struct entry *entry, void *object)
{
	struct mirror *mirror = object;

	return list_read(reading, entry, SIZE_MAX, address_read, &mirror->except);
}

/* --- mirrors --- */

static int source_read(struct reading *reading, const yaml_node_t *node,
		       const struct location *where, void *object)
{
	const char *text;

	if (node->type == YAML_MAPPING_NODE)
		return error_definition(reading->errors, where,
					"a source is DEV, DEV:ingress or DEV:egress, without a blank behind the ':'");
	text = scalar_text(reading, node, where, "a source");
	return text ? mirror_add_source(object, text, where, reading->errors) : -EINVAL;
}

static int from_read(struct reading *reading, const struct entry *entry, void *object)
{
	return list_read(reading, entry, DEFINITION_SOURCES_MAX, source_read, object);
}

/* {vxlan: {remote: 192.0.2.10, id: 7}} */
static int tunnel_target_read(struct reading *reading, const struct entry *entry,
			      void *object)
{
	struct target target = { .kind = TARGET_TUNNEL, .where = entry->key_where };
	enum tunnel_kind kind = tunnel_kind_find(entry->key, strlen(entry->key));
	struct making making = { &target, false };
	int error;

	if (kind == TUNNEL_NONE)
		return error_definition(reading->errors, &entry->key_where,
					"'%.64s' is no kind of tunnel, say vxlan, gretap, erspan or geneve",
					entry->key);
	tunnel_init(&target.tunnel, kind);
	error = tunnel_read(reading, entry->value, &making, &entry->key_where);
	return error ? error : mirror_put_target(object, &target, reading->errors);
}

/* In [a list] a comma ends an entry, so a tunnel's text comes in pieces. */
static bool is_tunnel_piece(const char *text)
{
	return !strchr(text, ',') && strchr(text, '=');
}

static int target_read(struct reading *reading, const yaml_node_t *node,
		       const struct location *where, void *object)
{
	const yaml_node_pair_t *pairs;
	const char *text;

	if (node->type == YAML_MAPPING_NODE) {
		pairs = node->data.mapping.pairs.start;
		if (node->data.mapping.pairs.top - pairs != 1)
			return error_definition(reading->errors, where,
						"a tunnel is a map with one key, its kind, as in {vxlan: {remote: 192.0.2.10, id: 7}}");
		return map_read(reading, node, "a target", "{vxlan: {remote: 192.0.2.10, id: 7}}",
				NULL, tunnel_target_read, object);
	}
	text = scalar_text(reading, node, where, "a target");
	if (!text)
		return -EINVAL;
	if (is_tunnel_piece(text))
		return error_definition(reading->errors, where,
					"'%.64s' is a piece of a tunnel: in [ ] a comma ends an entry, so quote the tunnel as a whole",
					text);
	return mirror_add_target(object, text, where, reading->errors);
}

static int to_read(struct reading *reading, const struct entry *entry, void *object)
{
	return list_read(reading, entry, DEFINITION_TARGETS_MAX, target_read, object);
}

static int match_read(struct reading *reading, const struct entry *entry, void *object)
{
	struct location where = yaml_tree_where(&reading->tree, entry->value);
	char *text;
	int error;

	if (!scalar_text(reading, entry->value, &where, entry->key))
		return -EINVAL;
	text = yaml_tree_align(&reading->tree, entry->value, &where);
	error = text ? mirror_set_match(object, text, &where) : -ENOMEM;
	free(text);
	return error;
}

static int sample_read(struct reading *reading, const struct entry *entry, void *object)
{
	struct location where = yaml_tree_where(&reading->tree, entry->value);
	const char *text = scalar_text(reading, entry->value, &where, entry->key);

	return text ? mirror_set_sample(object, text, &where, reading->errors) : -EINVAL;
}

static int limit_read(struct reading *reading, const struct entry *entry, void *object)
{
	struct location where = yaml_tree_where(&reading->tree, entry->value);
	const char *text = scalar_text(reading, entry->value, &where, entry->key);

	return text ? mirror_set_limit(object, text, &where, reading->errors) : -EINVAL;
}

static int path_read(struct reading *reading, const struct entry *entry, void *object)
{
	struct location where = yaml_tree_where(&reading->tree, entry->value);
	const char *text = scalar_text(reading, entry->value, &where, entry->key);

	return text ? mirror_set_path(object, text, &where, reading->errors) : -EINVAL;
}

static int mirror_read(struct reading *reading, const struct entry *entry, void *object)
{
	static const struct known_key keys[] = {
		{ "from", from_read }, { "match", match_read }, { "to", to_read },
		{ "hosts", hosts_read }, { "except", except_read },
		{ "sample", sample_read }, { "limit", limit_read }, { "path", path_read },
		{ NULL, NULL },
	};
	size_t before = reading->errors->count;
	struct mirror *mirror;
	int error;

	(void)object;
	if (reading->definition->count >= DEFINITION_MIRRORS_MAX)
		return error_definition(reading->errors, &entry->key_where,
					"'%.64s' is one mirror too many, %d are the most",
					entry->key, DEFINITION_MIRRORS_MAX);
	mirror = definition_add(reading->definition);
	if (!mirror)
		return -ENOMEM;
	mirror->where = entry->key_where;
	mirror_set_name(mirror, entry->key, &entry->key_where, reading->errors);
	error = map_read(reading, entry->value, "a mirror", "{from: [eth1], to: [mir0]}",
			 keys, NULL, mirror);
	if (is_over(reading, error))
		return error;
	/* What is missing is told where nothing is wrong, a wrong match in any case. */
	if (reading->errors->count > before)
		return mirror_parse_match(mirror, reading->errors);
	return mirror_validate(mirror, &mirror->where, reading->errors);
}

static int mirrors_read(struct reading *reading, const struct entry *entry, void *object)
{
	return map_read(reading, entry->value, "'mirrors'",
			"mirrors: {web: {from: [eth1], to: [mir0]}}", NULL, mirror_read, object);
}

/* --- the whole --- */

static int root_read(struct reading *reading)
{
	static const struct known_key keys[] = {
		{ "devices", devices_read }, { "mirrors", mirrors_read }, { NULL, NULL },
	};
	yaml_node_t *root = yaml_tree_root(&reading->tree);
	struct location where = { reading->tree.file, 1, 1 };
	int error;

	if (!root || is_nothing(root))
		return error_definition(reading->errors, &where,
					"the file is empty, a definition is as in mirrors: {web: {from: [eth1], to: [mir0]}}");
	error = map_read(reading, root, "a definition",
			 "mirrors: {web: {from: [eth1], to: [mir0]}}", keys, NULL, NULL);
	if (error != -ENOMEM && reading->budget && is_over(reading, error))
		error_definition(reading->errors, NULL, "%s: %d mistakes are told, there may be more",
				 reading->tree.file, DEFINITION_MISTAKES_MAX);
	return error;
}

int definition_read_text(struct definition *definition, const char *text, size_t length,
			 const char *file, struct error_list *errors)
{
	struct reading reading = {
		.definition = definition, .errors = errors, .errors_before = errors->count,
	};
	const char *kept = definition_keep_text(definition, file);
	int error;

	if (!kept)
		return -ENOMEM;
	error = yaml_tree_read(&reading.tree, text, length, kept, errors);
	if (!error) {
		reading.budget = 4 * (yaml_tree_count(&reading.tree) + length) + 65536;
		error = root_read(&reading);
	}
	yaml_tree_free(&reading.tree);
	if (error)
		return error;
	return errors->count > reading.errors_before ? -EINVAL : 0;
}

int definition_read_file(struct definition *definition, const char *path,
			 const struct location *where, struct error_list *errors)
{
	size_t length;
	char *text;
	int error;

	error = file_read(path, DEFINITION_FILE_MAX, &text, &length);
	if (!error)
		error = definition_read_text(definition, text, length, file_shown(path), errors);
	else if (error == -EFBIG)
		error = error_definition(errors, where,
					 "'%.200s' has more than %d MiB, which is no definition",
					 file_shown(path), DEFINITION_FILE_MAX >> 20);
	else if (error != -ENOMEM)
		error = error_definition(errors, where, "cannot read '%.200s': %s",
					 file_shown(path), strerror(-error));
	free(text);
	return error;
}
