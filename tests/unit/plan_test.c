// SPDX-License-Identifier: GPL-2.0-only
/*
 * Model to plan, and plan to text.
 */
#include "harness.h"

#include <errno.h>
#include <stdlib.h>

#include "nft_text.h"
#include "wish.h"

static char *printed(const struct plan *plan)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	nft_text_print(plan, false, out);
	fclose(out);
	return text;
}

static const struct plan_chain *chain_find(const struct plan *plan, const char *name)
{
	size_t i;

	for (i = 0; i < plan->chain_count; i++)
		if (!strcmp(plan->chains[i]->name, name))
			return plan->chains[i];
	return NULL;
}

/* Every chain that is jumped to is there, and none is there twice. */
static void test_shape(const struct wish *wish)
{
	struct plan plan;
	size_t i, j, k, wrong = 0;
	char name[64];

	snprintf(name, sizeof(name), "the chains of %s", wish->name);
	if (!check_number(name, 0, wish_plan(wish, &plan, NULL)))
		return;
	for (i = 0; i < plan.chain_count; i++) {
		const struct plan_chain *chain = plan.chains[i];
		char owner[IFNAMSIZ];

		wrong += chain_find(&plan, chain->name) != chain;
		wrong += plan_chain_role(chain->name, owner) == CHAIN_FOREIGN ||
			 strcmp(owner, wish->name);
		wrong += chain->comment && strlen(chain->comment) > PLAN_COMMENT_MAX;
		for (j = 0; j < chain->rule_count; j++)
			for (k = 0; k < chain->rules[j].count; k++) {
				const struct plan_statement *statement;

				statement = &chain->rules[j].statements[k];
				if (statement->kind == STATEMENT_VERDICT &&
				    statement->verdict.chain)
					wrong += !chain_find(&plan, statement->verdict.chain);
			}
	}
	check_number(name, 0, wrong);
	plan_free(&plan);
}

static void test_text(void)
{
	struct plan_start start = { 3, 180 };
	struct plan plan;
	char *text;

	wish_plan(&wishes[2], &plan, &start);
	text = printed(&plan);
	check_text("the text of one direction and one host",
		"table netdev mirror_nft\n"
		"delete table netdev mirror_nft\n"
		"table netdev mirror_nft {\n"
		"\tcomment \"mirror-nft 1\"\n"
		"\n"
		"\tchain mirror/out {\n"
		"\t\tcomment \"host 192.0.2.1\"\n"
		"\t\tmeta protocol ip @ll,96,16 0x0800 goto mirror/out/ip\n"
		"\t\t@ll,96,16 0x86dd accept\n"
		"\t\t@ll,224,32 0xc0000201 @ll,96,16 { 0x0806, 0x8035 } goto mirror/out/copy\n"
		"\t\t@ll,304,32 0xc0000201 @ll,96,16 { 0x0806, 0x8035 } goto mirror/out/copy\n"
		"\t}\n"
		"\n"
		"\tchain mirror/out/copy {\n"
		"\t\tcounter comment \"matched egress\"\n"
		"\t\tdup to \"mir0\" comment \"to mir0\"\n"
		"\t\taccept\n"
		"\t}\n"
		"\n"
		"\tchain mirror/out/ip {\n"
		"\t\tcomment \"src 192.0.2.1 or dst 192.0.2.1\"\n"
		"\t\tip saddr 192.0.2.1 goto mirror/out/copy\n"
		"\t\tip daddr 192.0.2.1 goto mirror/out/copy\n"
		"\t}\n"
		"\n"
		"\tchain mirror/out/start {\n"
		"\t\treturn comment \"from eth1:egress\"\n"
		"\t\tiif \"mir0\" counter packets 3 bytes 180 comment \"to mir0\"\n"
		"\t}\n"
		"\n"
		"\tchain mirror/out/egress/eth1 {\n"
		"\t\ttype filter hook egress device \"eth1\" priority 300; policy accept;\n"
		"\t\tgoto mirror/out\n"
		"\t}\n"
		"}\n", text);
	free(text);
	plan_free(&plan);
}

static void test_odd_devices(void)
{
	struct plan plan;

	wish_plan(&wishes[6], &plan, NULL);
	check(chain_find(&plan, "mirror/a-b/egress/a/40b"),
	      "what an identifier cannot hold is escaped", "no such chain");
	check(chain_find(&plan, "mirror/a-b/ingress/1x/2by"),
	      "a name may begin with a digit", "no such chain");
	plan_free(&plan);
}

/* A text that is too long for a comment is cut there and whole elsewhere. */
static void test_long_match(void)
{
	const struct plan_chain *chain;
	char whole[512] = "";
	struct plan plan;
	size_t i;

	wish_plan(&wishes[4], &plan, NULL);
	chain = chain_find(&plan, "mirror/long");
	check_number("the comment is as long as can be", PLAN_COMMENT_MAX,
		     strlen(chain->comment));
	check_text("and says that it is cut", "...", chain->comment + PLAN_COMMENT_MAX - 3);
	chain = chain_find(&plan, "mirror/long/match");
	for (i = 0; chain && i < chain->rule_count; i++)
		strcat(whole, chain->rules[i].comment);
	check_text("the pieces are the whole", wishes[4].match, whole);
	plan_free(&plan);
	wish_plan(&wishes[0], &plan, NULL);
	check(!chain_find(&plan, "mirror/web/match"), "a short text has no pieces", "it has");
	plan_free(&plan);
}

static void test_fields(void)
{
	static const uint8_t address[4] = { 192, 0, 2, 1 };
	struct plan_test test;

	plan_test_set_number(&test, FIELD_TCP_SOURCE, 0x1234);
	check(test.value[0] == 0x12 && test.value[1] == 0x34,
	      "two bytes are in network order", "%02x%02x", test.value[0], test.value[1]);
	plan_test_set_number(&test, FIELD_IP_PROTOCOL, 17);
	check_number("one byte", 17, test.value[0]);
	plan_test_set_number(&test, FIELD_META_IIF, 7);
	check(!memcmp(test.value, &(uint32_t){ 7 }, 4),
	      "an index is in this machine's order", "it is not");
	plan_test_set(&test, FIELD_IP_SOURCE, address, NULL);
	check(!memcmp(test.value, address, 4) && !test.masked, "an address stays as it is",
	      "it does not");
}

static void test_roles(void)
{
	static const struct {
		const char *chain, *name;
		enum plan_chain_role role;
	} roles[] = {
		{ "mirror/web", "web", CHAIN_MATCH }, { "mirror/web/1", "web", CHAIN_MATCH },
		{ "mirror/web/copy", "web", CHAIN_COPY },
		{ "mirror/web/start", "web", CHAIN_START },
		{ "mirror/web/match", "web", CHAIN_TEXT },
		{ "mirror/web/ingress/eth1", "web", CHAIN_INGRESS },
		{ "mirror/web/egress/a/40b", "web", CHAIN_EGRESS },
		{ "mirror/copy", "copy", CHAIN_MATCH },
		{ "mirror/copy/copy", "copy", CHAIN_COPY },
		{ "mirror/fifteen-letters", "fifteen-letters", CHAIN_MATCH },
		{ "mirror/sixteen-letters-", "", CHAIN_FOREIGN },
		{ "mirror/", "", CHAIN_FOREIGN }, { "mirror//copy", "", CHAIN_FOREIGN },
		{ "mirror", "", CHAIN_FOREIGN }, { "other/web", "", CHAIN_FOREIGN },
		{ "", "", CHAIN_FOREIGN },
	};
	size_t i;

	for (i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		char name[IFNAMSIZ] = "";

		check_number(roles[i].chain, roles[i].role, plan_chain_role(roles[i].chain, name));
		check_text(roles[i].chain, roles[i].name, name);
	}
}

int main(void)
{
	size_t i;

	for (i = 0; i < WISHES; i++)
		test_shape(&wishes[i]);
	test_text();
	test_odd_devices();
	test_long_match();
	test_fields();
	test_roles();
	return harness_end();
}
