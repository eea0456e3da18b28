// SPDX-License-Identifier: GPL-2.0-only
#include "nft_state.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libnftnl/chain.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "nft_batch.h"
#include "plan_mirror.h"

/* A dump of all rules goes through those that were told already for each datagram that it
 * fills, so that its time grows with their square. With more chains than this they are
 * asked for chain by chain, of which the kernel has a table. */
#define DUMP_CHAINS_MOST 200

/* How often the reading is begun anew when others change the ruleset. */
#define READ_TRIES 50

struct reader {
	struct nl_socket *netfilter;
	struct nl_refusal *refusal;
	unsigned int family;
	const char *table;
	struct nft_state *state;
};

static int set_name_compare(const void *left, const void *right)
{
	const struct nft_set *first = left, *second = right;

	return strcmp(first->name, second->name);
}

/* One question to the kernel: a get with NLM_F_ACK, or a dump, of @table; with @chain, of
 * its rules. */
static int question_of(const struct reader *reader, uint16_t type, uint16_t flags,
		       uint16_t table_attribute, const char *chain, mnl_cb_t callback)
{
	struct nl_buffer *buffer = nl_question(reader->netfilter);
	struct nlmsghdr *message;

	message = nft_request_begin(buffer, type, flags,
				    type == NFT_MSG_GETGEN ? AF_UNSPEC : reader->family,
				    NFT_MESSAGE_NONE, reader->table);
	if (!message)
		return -ENOMEM;
	if (table_attribute)
		mnl_attr_put_strz(message, table_attribute, reader->table);
	if (chain)
		mnl_attr_put_strz(message, NFTA_RULE_CHAIN, chain);
	nl_message_end(buffer, message);
	return nl_query(reader->netfilter, buffer, callback, reader->state, reader->refusal);
}

static int question(const struct reader *reader, uint16_t type, uint16_t flags,
		    uint16_t table_attribute, mnl_cb_t callback)
{
	return question_of(reader, type, flags, table_attribute, NULL, callback);
}

static int generation_take(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *attribute;
	struct nft_state *state = data;

	mnl_attr_for_each(attribute, message, sizeof(struct nfgenmsg))
		if (mnl_attr_get_type(attribute) == NFTA_GEN_ID)
			state->generation = ntohl(mnl_attr_get_u32(attribute));
	return MNL_CB_OK;
}

static int table_take(const struct nlmsghdr *message, void *data)
{
	struct nftnl_table *table = nftnl_table_alloc();
	struct nft_state *state = data;
	const char *comment;
	const void *bytes;
	uint32_t length;
	int result = MNL_CB_ERROR;

	if (!table)
		return MNL_CB_ERROR;
	if (nftnl_table_nlmsg_parse(message, table) < 0)
		goto out_free;
	state->table_present = true;
	bytes = nftnl_table_get_data(table, NFTNL_TABLE_USERDATA, &length);
	comment = bytes ? nft_comment_get(bytes, length) : NULL;
	if (comment) {
		state->table_comment = strdup(comment);
		if (!state->table_comment)
			goto out_free;
	}
	result = MNL_CB_OK;
out_free:
	nftnl_table_free(table);
	return result;
}

static int chain_take(const struct nlmsghdr *message, void *data)
{
	struct nftnl_chain *chain = nftnl_chain_alloc();
	struct nft_chain_state *chains, *entry;
	struct nft_state *state = data;

	if (!chain)
		return MNL_CB_ERROR;
	if (nftnl_chain_nlmsg_parse(message, chain) < 0)
		goto fail;
	chains = reallocarray(state->chains, state->chain_count + 1, sizeof(*chains));
	if (!chains)
		goto fail;
	state->chains = chains;
	entry = &chains[state->chain_count];
	memset(entry, 0, sizeof(*entry));
	entry->name = strdup(nftnl_chain_get_str(chain, NFTNL_CHAIN_NAME));
	if (!entry->name)
		goto fail;
	entry->chain = chain;
	state->chain_count++;
	return MNL_CB_OK;

fail:
	nftnl_chain_free(chain);
	return MNL_CB_ERROR;
}

/* "/" sorts before any other character, so that "mirror/a/copy" comes before
 * "mirror/a-b" and the chains of a mirror are neighbours. @same is how many characters are
 * known to be the same, and then how many are. */
static int names_compare(const char *a, const char *b, size_t *same)
{
	size_t i = *same;

	while (a[i] && a[i] == b[i])
		i++;
	*same = i;
	if (a[i] == '/' || b[i] == '/')
		return a[i] == b[i] ? 0 : a[i] == '/' ? (b[i] ? -1 : 1) : (a[i] ? 1 : -1);
	return (unsigned char)a[i] - (unsigned char)b[i];
}

static int name_compare(const void *left, const void *right)
{
	const struct nft_chain_state *first = left, *second = right;
	size_t same = 0;

	return names_compare(first->name, second->name, &same);
}

/* Names begin alike for long: what both ends of what is left have in common with @name,
 * all between them has. */
size_t nft_state_first(const struct nft_state *state, const char *name)
{
	size_t at = 0, high = state->chain_count;
	size_t low_same = 0, high_same = 0;

	while (at < high) {
		size_t middle = at + (high - at) / 2;
		size_t same = low_same < high_same ? low_same : high_same;

		if (names_compare(state->chains[middle].name, name, &same) < 0) {
			at = middle + 1;
			low_same = same;
		} else {
			high = middle;
			high_same = same;
		}
	}
	return at;
}

const struct nft_chain_state *nft_state_find(const struct nft_state *state,
					     const char *chain)
{
	size_t at = nft_state_first(state, chain);

	return at < state->chain_count && !strcmp(state->chains[at].name, chain) ?
	       &state->chains[at] : NULL;
}

int nft_state_add_chain(struct nft_state *state, struct nftnl_chain *chain)
{
	struct nft_chain_state entry = { .chain = chain };
	struct nft_chain_state *chains;
	size_t at;

	chains = reallocarray(state->chains, state->chain_count + 1, sizeof(*chains));
	if (!chains)
		return -ENOMEM;
	state->chains = chains;
	entry.name = strdup(nftnl_chain_get_str(chain, NFTNL_CHAIN_NAME));
	if (!entry.name)
		return -ENOMEM;
	at = nft_state_first(state, entry.name);
	memmove(&chains[at + 1], &chains[at], (state->chain_count++ - at) * sizeof(*chains));
	chains[at] = entry;
	return 0;
}

static void rules_free(struct nft_chain_state *chain)
{
	while (chain->rule_count)
		nftnl_rule_free(chain->rules[--chain->rule_count]);
}

static void chain_free(struct nft_chain_state *chain)
{
	rules_free(chain);
	free(chain->rules);
	nftnl_chain_free(chain->chain);
	free(chain->name);
}

void nft_state_replace_chain(struct nft_state *state, const struct nft_chain_state *chain,
			     struct nftnl_chain *now)
{
	struct nft_chain_state *have = &state->chains[chain - state->chains];

	nftnl_chain_free(have->chain);
	have->chain = now;
	have->same_as = 0;
}

void nft_state_forget_rules(struct nft_state *state, const struct nft_chain_state *chain)
{
	struct nft_chain_state *have = &state->chains[chain - state->chains];

	rules_free(have);
	have->is_unread = true;
}

void nft_state_remove_chain(struct nft_state *state, const struct nft_chain_state *chain)
{
	size_t at = chain - state->chains;

	chain_free(&state->chains[at]);
	memmove(&state->chains[at], &state->chains[at + 1],
		(--state->chain_count - at) * sizeof(*state->chains));
}

static int rule_take(const struct nlmsghdr *message, void *data)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();
	struct nft_state *state = data;
	struct nft_chain_state *chain;
	struct nftnl_rule **rules;

	if (!rule)
		return MNL_CB_ERROR;
	if (nftnl_rule_nlmsg_parse(message, rule) < 0)
		goto fail;
	chain = (struct nft_chain_state *)
		nft_state_find(state, nftnl_rule_get_str(rule, NFTNL_RULE_CHAIN));
	if (!chain) {
		/* A chain made after the chains were read: the generation has
		 * changed and all will be read anew. */
		nftnl_rule_free(rule);
		return MNL_CB_OK;
	}
	rules = reallocarray(chain->rules, chain->rule_count + 1, sizeof(*rules));
	if (!rules)
		goto fail;
	chain->rules = rules;
	rules[chain->rule_count++] = rule;
	return MNL_CB_OK;

fail:
	nftnl_rule_free(rule);
	return MNL_CB_ERROR;
}

/* Chains of all tables of the family come: keep those of the table. */
static void foreign_chains_drop(struct nft_state *state, const char *table)
{
	size_t kept = 0;
	size_t i;

	for (i = 0; i < state->chain_count; i++) {
		struct nft_chain_state *entry = &state->chains[i];

		if (!strcmp(nftnl_chain_get_str(entry->chain, NFTNL_CHAIN_TABLE), table)) {
			state->chains[kept++] = *entry;
			continue;
		}
		nftnl_chain_free(entry->chain);
		free(entry->name);
	}
	state->chain_count = kept;
}

/* Most rules are those of matches, and most of these are nobody's business; of a chain on
 * a hook its name, its device and whether there are rules tell all. */
static bool is_for_later(const char *chain, enum nft_reading reading)
{
	char owner[IFNAMSIZ];

	if (reading == NFT_READ_ALL)
		return false;
	if (reading == NFT_READ_NAMES)
		return true;
	switch (plan_chain_role(chain, owner)) {
	case CHAIN_MATCH:
	case CHAIN_INGRESS:
	case CHAIN_EGRESS:
		return true;
	case CHAIN_COPY:
	case CHAIN_GUARD:
		return reading == NFT_READ_WISHES;
	default:
		return false;
	}
}

static int rules_read(const struct reader *reader, enum nft_reading reading)
{
	const struct nft_state *state = reader->state;
	size_t i;
	int error = 0;

	if (state->chain_count <= DUMP_CHAINS_MOST)
		return question(reader, NFT_MSG_GETRULE, NLM_F_DUMP, NFTA_RULE_TABLE, rule_take);
	for (i = 0; i < state->chain_count && !error; i++) {
		state->chains[i].is_unread = is_for_later(state->chains[i].name, reading);
		if (state->chains[i].is_unread)
			continue;
		error = question_of(reader, NFT_MSG_GETRULE, NLM_F_DUMP, NFTA_RULE_TABLE,
				    state->chains[i].name, rule_take);
	}
	return error;
}

static int set_take(const struct nlmsghdr *message, void *data)
{
	struct nft_state *state = data;
	struct nft_set *sets;

	if (state->set_count == state->set_room) {
		size_t room = state->set_room ? 2 * state->set_room : 16;

		sets = reallocarray(state->sets, room, sizeof(*sets));
		if (!sets)
			return MNL_CB_ERROR;
		state->sets = sets;
		state->set_room = room;
	}
	if (nft_set_take(&state->sets[state->set_count], message))
		return MNL_CB_ERROR;
	/* Other names are somebody else's. */
	if (state->sets[state->set_count].flags & NFT_SET_ANONYMOUS ||
	    !strncmp(state->sets[state->set_count].name, PLAN_CHAIN_PREFIX,
		     strlen(PLAN_CHAIN_PREFIX)))
		state->set_count++;
	else
		nft_set_free(&state->sets[state->set_count]);
	return MNL_CB_OK;
}

static int elements_take(const struct nlmsghdr *message, void *data)
{
	return nft_set_take_elements(data, message) ? MNL_CB_ERROR : MNL_CB_OK;
}

static int elements_ask(const struct nft_state *state, struct nft_set *set)
{
	struct nl_refusal refusal = { 0 };
	struct nl_buffer *buffer = nl_question(state->netfilter);
	struct nlmsghdr *message;

	message = nft_request_begin(buffer, NFT_MSG_GETSETELEM, NLM_F_DUMP, state->family,
				    NFT_MESSAGE_NONE, set->name);
	if (!message)
		return -ENOMEM;
	mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_TABLE, state->table);
	mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_SET, set->name);
	nl_message_end(buffer, message);
	return nl_query(state->netfilter, buffer, elements_take, set, &refusal);
}

static int generation_ask(const struct nft_state *state, uint32_t *generation)
{
	struct nft_state now = { 0 };
	struct nl_refusal refusal = { 0 };
	struct reader reader = { state->netfilter, &refusal, state->family, state->table,
				 &now };
	int error = question(&reader, NFT_MSG_GETGEN, NLM_F_ACK, 0, generation_take);

	*generation = now.generation;
	return error;
}

/* Something else can have the name by now: only the generation tells. */
static int generation_check(const struct nft_state *state, int error)
{
	uint32_t now = 0;

	if (!error)
		error = generation_ask(state, &now);
	if (error == -ENOENT || (!error && now != state->generation))
		error = -EINTR;
	return error;
}

int nft_state_step(struct nft_state *state)
{
	uint32_t expected = state->generation + 1, now;
	int error;

	if (!state->table_present || state->chain_count <= DUMP_CHAINS_MOST)
		return 0;
	error = generation_ask(state, &now);
	if (error || now != (expected ? expected : 1))
		return error;
	state->generation = now;
	return 1;
}

int nft_state_check(const struct nft_state *state)
{
	return generation_check(state, 0);
}

int nft_state_read_elements(const struct nft_state *state, struct nft_set *set)
{
	int error;

	if (set->is_read)
		return 0;
	set->count = 0;
	error = generation_check(state, elements_ask(state, set));
	if (!error)
		nft_set_sort(set);
	return error;
}

int nft_state_read_rules_of(const struct nft_state *state, size_t first, size_t end)
{
	struct nl_refusal refusal = { 0 };
	const struct reader reader = { state->netfilter, &refusal, state->family,
				       state->table, (struct nft_state *)state };
	bool has_asked = false;
	size_t i;
	int error = 0;

	for (i = first; i < end && !error; i++) {
		if (!state->chains[i].is_unread)
			continue;
		has_asked = true;
		error = question_of(&reader, NFT_MSG_GETRULE, NLM_F_DUMP, NFTA_RULE_TABLE,
				    state->chains[i].name, rule_take);
	}
	if (has_asked)
		error = generation_check(state, error);
	for (i = first; i < end; i++) {
		if (state->chains[i].is_unread && error)
			rules_free(&state->chains[i]);
		state->chains[i].is_unread &= !!error;
	}
	return error;
}

int nft_state_read_rules(const struct nft_state *state, const struct nft_chain_state *chain)
{
	size_t number = chain - state->chains;

	return nft_state_read_rules_of(state, number, number + 1);
}

/* How often it is in use counts its rules and those that lead there. Somebody's transaction
 * that is only half there, and may never be, has taken its own off already: what is said
 * to be empty is looked at. */
bool nft_state_is_empty(const struct nft_state *state, const struct nft_chain_state *chain)
{
	if (chain->is_unread && nftnl_chain_get_u32(chain->chain, NFTNL_CHAIN_USE))
		return false;
	return !nft_state_read_rules(state, chain) && !chain->rule_count;
}

static void sets_free(struct nft_state *state)
{
	while (state->set_count)
		nft_set_free(&state->sets[--state->set_count]);
}

static int sets_read(const struct reader *reader)
{
	struct nft_state *state = reader->state;
	int error;

	error = question(reader, NFT_MSG_GETSET, NLM_F_DUMP, NFTA_SET_TABLE, set_take);
	if (!error && state->set_count)
		qsort(state->sets, state->set_count, sizeof(*state->sets), set_name_compare);
	return error;
}

int nft_state_renew_sets(struct nft_state *state)
{
	struct nl_refusal refusal = { 0 };
	const struct reader reader = { state->netfilter, &refusal, state->family,
				       state->table, state };

	sets_free(state);
	return generation_check(state, sets_read(&reader));
}

const struct nft_set *nft_state_find_set(const struct nft_state *state, const char *name)
{
	struct nft_set key = { .name = (char *)name };

	if (!state->set_count)
		return NULL;
	return bsearch(&key, state->sets, state->set_count, sizeof(key), set_name_compare);
}

size_t nft_state_first_set(const struct nft_state *state, const char *name)
{
	size_t at = 0, high = state->set_count;

	while (at < high) {
		size_t middle = at + (high - at) / 2;

		if (strcmp(state->sets[middle].name, name) < 0)
			at = middle + 1;
		else
			high = middle;
	}
	return at;
}

static int state_read_once(const struct reader *reader, enum nft_reading reading)
{
	struct nft_state *state = reader->state;
	uint32_t generation;
	int error;

	state->netfilter = reader->netfilter;
	state->family = reader->family;
	state->table = strdup(reader->table);
	if (!state->table)
		return -ENOMEM;
	error = question(reader, NFT_MSG_GETGEN, NLM_F_ACK, 0, generation_take);
	if (error)
		return error;
	error = question(reader, NFT_MSG_GETTABLE, NLM_F_ACK, NFTA_TABLE_NAME,
			 table_take);
	if (error == -ENOENT)
		return 0;
	if (!error)
		error = question(reader, NFT_MSG_GETCHAIN, NLM_F_DUMP, 0, chain_take);
	if (error)
		return error;
	foreign_chains_drop(state, reader->table);
	if (state->chain_count)
		qsort(state->chains, state->chain_count, sizeof(*state->chains),
		      name_compare);
	error = rules_read(reader, reading);
	if (!error)
		error = sets_read(reader);
	/* The table has gone since it was seen: all is read anew. */
	if (error)
		return error == -ENOENT ? -EINTR : error;
	generation = state->generation;
	error = question(reader, NFT_MSG_GETGEN, NLM_F_ACK, 0, generation_take);
	if (error)
		return error;
	return generation == state->generation ? 0 : -EINTR;
}

int nft_state_read(struct nft_state *state, struct nl_socket *netfilter,
		   unsigned int family, const char *table, enum nft_reading reading,
		   struct nl_refusal *refusal)
{
	struct reader reader = { netfilter, refusal, family, table, state };
	int tries = READ_TRIES;
	int error;

	do {
		nft_state_free(state);
		error = state_read_once(&reader, reading);
	} while (error == -EINTR && tries--);
	if (!error)
		memset(refusal, 0, sizeof(*refusal));
	return error;
}

void nft_state_free(struct nft_state *state)
{
	size_t i;

	for (i = 0; i < state->chain_count; i++)
		chain_free(&state->chains[i]);
	sets_free(state);
	nft_state_free_room(state->room);
	free(state->sets);
	free(state->table);
	free(state->chains);
	free(state->table_comment);
	memset(state, 0, sizeof(*state));
}

struct visit {
	bool (*visit)(struct nftnl_expr *, const char *, void *);
	void *data;
};

static int expression_visit(struct nftnl_expr *expression, void *data)
{
	const struct visit *visit = data;

	return visit->visit(expression, nftnl_expr_get_str(expression, NFTNL_EXPR_NAME),
			    visit->data) ? -1 : 0;
}

bool nft_rule_find(const struct nftnl_rule *rule,
		   bool (*visit)(struct nftnl_expr *, const char *, void *), void *data)
{
	struct visit visits = { visit, data };

	return nftnl_expr_foreach((struct nftnl_rule *)rule, expression_visit, &visits) < 0;
}

static bool counter_visit(struct nftnl_expr *expression, const char *name, void *data)
{
	uint64_t *values = data;

	if (strcmp(name, "counter"))
		return false;
	values[0] = nftnl_expr_get_u64(expression, NFTNL_EXPR_CTR_PACKETS);
	values[1] = nftnl_expr_get_u64(expression, NFTNL_EXPR_CTR_BYTES);
	return true;
}

bool nft_rule_counter(const struct nftnl_rule *rule, uint64_t *packets,
		      uint64_t *bytes)
{
	uint64_t values[2];

	if (!nft_rule_find(rule, counter_visit, values))
		return false;
	*packets = values[0];
	*bytes = values[1];
	return true;
}

struct device_visit {
	const char *name;	/* of the expression that takes the device */
	unsigned int index;
};

/* The immediate before it holds the index, in this machine's order. */
static bool device_visit(struct nftnl_expr *expression, const char *name, void *data)
{
	struct device_visit *visit = data;
	const uint32_t *value;
	uint32_t length;

	if (!strcmp(name, visit->name))
		return true;
	if (strcmp(name, "immediate"))
		return false;
	value = nftnl_expr_get(expression, NFTNL_EXPR_IMM_DATA, &length);
	if (value && length == sizeof(*value))
		visit->index = *value;
	return false;
}

static bool device_index(const struct nftnl_rule *rule, const char *name,
			 unsigned int *index)
{
	struct device_visit visit = { name, 0 };
	bool found = nft_rule_find(rule, device_visit, &visit);

	*index = visit.index;
	return found;
}

bool nft_rule_dup_index(const struct nftnl_rule *rule, unsigned int *index)
{
	return device_index(rule, "dup", index);
}

bool nft_rule_fwd_index(const struct nftnl_rule *rule, unsigned int *index)
{
	return device_index(rule, "fwd", index);
}

static bool index_visit(struct nftnl_expr *expression, const char *name, void *data)
{
	const uint32_t *value;
	uint32_t length;

	if (strcmp(name, "cmp"))
		return false;
	value = nftnl_expr_get(expression, NFTNL_EXPR_CMP_DATA, &length);
	if (!value || length != sizeof(*value))
		return false;
	*(unsigned int *)data = *value;
	return true;
}

bool nft_rule_iif_index(const struct nftnl_rule *rule, unsigned int *index)
{
	return nft_rule_find(rule, index_visit, index);
}

const char *nft_rule_comment(const struct nftnl_rule *rule)
{
	const void *bytes;
	uint32_t length;

	bytes = nftnl_rule_get_data(rule, NFTNL_RULE_USERDATA, &length);
	return bytes ? nft_comment_get(bytes, length) : NULL;
}

const char *nft_chain_comment(const struct nft_chain_state *chain)
{
	const void *bytes;
	uint32_t length;

	bytes = nftnl_chain_get_data(chain->chain, NFTNL_CHAIN_USERDATA, &length);
	return bytes ? nft_comment_get(bytes, length) : NULL;
}

const char *nft_chain_device(const struct nft_chain_state *chain)
{
	return nftnl_chain_get_str(chain->chain, NFTNL_CHAIN_DEV);
}
