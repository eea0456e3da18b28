// SPDX-License-Identifier: GPL-2.0-only
#include "status_print.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

static char *sources_text(const struct installed_mirror *mirror)
{
	char *text = NULL;
	size_t size, i, j;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (i = 0; i < mirror->source_count; i++) {
		const struct installed_source *source = &mirror->sources[i];
		bool both = false, repeated = false;

		for (j = 0; j < mirror->source_count; j++) {
			if (j == i || strcmp(mirror->sources[j].device, source->device))
				continue;
			both = true;
			repeated |= j < i;
		}
		if (repeated)
			continue;
		fprintf(out, "%s%s", i ? " " : "", source->device);
		if (!both)
			fprintf(out, ":%s", direction_name(source->direction));
	}
	fclose(out);
	return text;
}

static char *targets_text(const struct installed_mirror *mirror)
{
	char *text = NULL;
	size_t size, i;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (i = 0; i < mirror->target_count; i++)
		fprintf(out, "%s%s", i ? " " : "", mirror->targets[i].device);
	fclose(out);
	return text;
}

static void list_print(const struct installed_mirror *mirror, const char *what,
		       size_t count, FILE *out)
{
	if (count)
		fprintf(out, "%s: %s: %zu prefix%s\n", mirror->name, what, count,
			count == 1 ? "" : "es");
}

static void details_print(const struct mirror_status *status, FILE *out)
{
	const struct installed_mirror *mirror = status->mirror;
	char text[TUNNEL_TEXT_MAX];
	size_t i;

	list_print(mirror, "hosts", mirror->hosts, out);
	list_print(mirror, "except", mirror->except, out);
	mirror_sample_text(&mirror->sample, text, sizeof(text));
	if (*text)
		fprintf(out, "%s: sample %s\n", mirror->name, text);
	mirror_limit_text(&mirror->limit, text, sizeof(text));
	if (*text)
		fprintf(out, "%s: limit %s, %" PRIu64 " frames over it\n", mirror->name,
			text, mirror->limited.packets);
	for (i = 0; i < mirror->target_count; i++) {
		if (!mirror->targets[i].tunnel.kind)
			continue;
		tunnel_text(&mirror->targets[i].tunnel, text, sizeof(text));
		fprintf(out, "%s: %s leads to %s\n", mirror->name,
			mirror->targets[i].device, text);
	}
	if (status->guarded.packets)
		fprintf(out, "%s: guards kept %" PRIu64 " frames of our own from being copied\n",
			mirror->name, status->guarded.packets);
}

void status_print_table(const struct mirror_status *statuses, size_t count,
			const struct session *session, FILE *out)
{
	struct table table = { 0 };
	size_t i, j;

	(void)session;
	if (!count) {
		fputs("no mirror runs\n", out);
		return;
	}
	table_row(&table, "MIRROR", "FROM", "MATCH", "TO", ">MATCHED", ">DELIVERED", NULL);
	for (i = 0; i < count; i++) {
		const struct installed_mirror *mirror = statuses[i].mirror;
		char *sources = sources_text(mirror), *targets = targets_text(mirror);
		char matched[32], delivered[32];

		snprintf(matched, sizeof(matched), ">%" PRIu64, mirror->matched.packets);
		snprintf(delivered, sizeof(delivered), ">%" PRIu64,
			 statuses[i].delivered.packets);
		table_row(&table, mirror->name, sources ? sources : "",
			  mirror->match_text ? mirror->match_text : "everything",
			  targets ? targets : "", matched, delivered, NULL);
		free(sources);
		free(targets);
	}
	table_print(&table, out);
	table_free(&table);
	for (i = 0; i < count; i++)
		details_print(&statuses[i], out);
	for (i = 0; i < count; i++)
		for (j = 0; error_text(&statuses[i].problems, j); j++)
			fprintf(out, "%s: %s\n", statuses[i].mirror->name,
				error_text(&statuses[i].problems, j));
}

static json_t *traffic_json(struct traffic traffic)
{
	return json_pack("{s:I,s:I}", "packets", (json_int_t)traffic.packets,
			 "bytes", (json_int_t)traffic.bytes);
}

static json_t *sources_json(const struct installed_mirror *mirror,
			    const struct session *session)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < mirror->source_count; i++) {
		const struct installed_source *source = &mirror->sources[i];

		json_array_append_new(array,
			json_pack("{s:s,s:s,s:b}", "device", source->device,
				  "direction", direction_name(source->direction),
				  "present", status_source_present(source, session)));
	}
	return array;
}

static json_t *targets_json(const struct installed_mirror *mirror,
			    const struct session *session)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < mirror->target_count; i++) {
		const struct installed_target *target = &mirror->targets[i];
		char text[TUNNEL_TEXT_MAX];
		const struct link *link;
		json_t *object;

		link = link_find_index(&session->links, target->index);
		object = json_pack("{s:s,s:b,s:b}", "device", target->device,
				   "present", !!link,
				   "up", link && (link->flags & IFF_UP));
		if (target->tunnel.kind) {
			tunnel_text(&target->tunnel, text, sizeof(text));
			json_object_set_new(object, "tunnel", json_string(text));
		}
		json_array_append_new(array, object);
	}
	return array;
}

/* Only of mirrors that leave out some of what matches. */
static void choice_json(json_t *root, const struct installed_mirror *mirror)
{
	char text[MIRROR_LIMIT_TEXT_MAX];

	mirror_sample_text(&mirror->sample, text, sizeof(text));
	if (*text)
		json_object_set_new(root, "sample", json_string(text));
	mirror_limit_text(&mirror->limit, text, sizeof(text));
	if (!*text)
		return;
	json_object_set_new(root, "limit", json_string(text));
	json_object_set_new(root, "limited", traffic_json(mirror->limited));
}

static json_t *mirror_json(const struct mirror_status *status,
			   const struct session *session)
{
	const struct installed_mirror *mirror = status->mirror;
	json_t *problems = json_array();
	json_t *root;
	size_t i;

	for (i = 0; error_text(&status->problems, i); i++)
		json_array_append_new(problems,
				      json_string(error_text(&status->problems, i)));
	root = json_pack("{s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:o}",
			 "name", mirror->name,
			 "path", mirror_path_name(mirror->path),
			 "match", mirror->match_text ? mirror->match_text : "",
			 "from", sources_json(mirror, session),
			 "to", targets_json(mirror, session),
			 "matched", traffic_json(mirror->matched),
			 "delivered", traffic_json(status->delivered),
			 "guarded", traffic_json(status->guarded),
			 "problems", problems);
	choice_json(root, mirror);
	return root;
}

int status_print_json(const struct mirror_status *statuses, size_t count,
		      const struct session *session, FILE *out)
{
	json_t *mirrors = json_array();
	json_t *root;
	size_t i;
	int error;

	for (i = 0; i < count; i++)
		json_array_append_new(mirrors, mirror_json(&statuses[i], session));
	root = json_pack("{s:i,s:o}", "version", 1, "mirrors", mirrors);
	error = !root || json_array_size(mirrors) != count ||
		json_dumpf(root, out, JSON_COMPACT) ? -ENOMEM : 0;
	json_decref(root);
	fputc('\n', out);
	return error;
}
