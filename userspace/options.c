// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct option definition_options[] = {
	{ "name", required_argument, NULL, 'n' },
	{ "from", required_argument, NULL, 'i' },
	{ "match", required_argument, NULL, 'm' },
	{ "hosts", required_argument, NULL, 'a' },
	{ "except", required_argument, NULL, 'x' },
	{ "to", required_argument, NULL, 'o' },
	{ "path", required_argument, NULL, 'p' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* The entry of @table that @word names, whole; *value is set for "--name=value". */
static const struct option *option_find(const struct option *table, const char *word,
					bool *value)
{
	size_t length = strcspn(word, "=");

	*value = word[length] == '=';
	for (; table->name; table++)
		if (strlen(table->name) == length && !memcmp(table->name, word, length))
			return table;
	return NULL;
}

int options_check(int argc, char **argv, const struct option *table,
		  struct error_list *errors)
{
	struct location where = { "command line", 1, 1 };
	int i;

	for (i = 1; i < argc; i++) {
		const struct option *option;
		bool value;

		where.column = i;
		if (argv[i][0] != '-' || !argv[i][1] || !strcmp(argv[i], "-h"))
			continue;
		if (!strcmp(argv[i], "--"))
			return 0;
		option = argv[i][1] == '-' ? option_find(table, argv[i] + 2, &value) : NULL;
		if (!option)
			return error_definition(errors, &where,
						"option '%.64s' is not known, see mirror-nft %s --help",
						argv[i], argv[0]);
		if (value && !option->has_arg)
			return error_definition(errors, &where,
						"option '--%s' takes no value", option->name);
		if (!option->has_arg || value)
			continue;
		if (++i == argc)
			return error_definition(errors, &where,
						"option '--%s' needs a value, see mirror-nft %s --help",
						option->name, argv[0]);
	}
	return 0;
}

static int path_set(struct mirror *mirror, const char *text,
		    const struct location *where, struct error_list *errors)
{
	if (!strcmp(text, "nft"))
		mirror->path = MIRROR_PATH_NFT;
	else if (!strcmp(text, "tc"))
		mirror->path = MIRROR_PATH_TC;
	else
		return error_definition(errors, where,
					"'%.64s' is no path, say nft or tc", text);
	return 0;
}

/* Addresses as they stand, or behind "@" the file that holds them. */
static int list_add(struct address_list *list, const char *text,
		    const struct location *where, struct error_list *errors)
{
	struct location path = { where->file, where->line, where->column + 1 };

	if (*text != '@')
		return address_list_add_text(list, text, where, errors);
	if (text[1])
		return address_list_add_file(list, text + 1, &path, errors);
	return error_definition(errors, &path,
				"a file is missing behind '@', '@-' is standard input");
}

static int option_apply(struct mirror *mirror, int option, bool *named,
			struct error_list *errors)
{
	static const struct location name = { "--name", 1, 1 };
	static const struct location from = { "--from", 1, 1 };
	static const struct location match = { "--match", 1, 1 };
	static const struct location hosts = { "--hosts", 1, 1 };
	static const struct location except = { "--except", 1, 1 };
	static const struct location to = { "--to", 1, 1 };
	static const struct location path = { "--path", 1, 1 };

	switch (option) {
	case 'n':
		if (*named)
			return error_definition(errors, &name,
						"--name is given twice, the command line holds one mirror");
		*named = true;
		return mirror_set_name(mirror, optarg, &name, errors);
	case 'i':
		return mirror_add_source(mirror, optarg, &from, errors);
	case 'm':
		if (mirror->match_text)
			return error_definition(errors, &match,
						"--match is given twice, join the expressions with 'and'");
		return mirror_set_match(mirror, optarg, &match);
	case 'a':
		return list_add(&mirror->hosts, optarg, &hosts, errors);
	case 'x':
		return list_add(&mirror->except, optarg, &except, errors);
	case 'o':
		return mirror_add_target(mirror, optarg, &to, errors);
	default:
		return path_set(mirror, optarg, &path, errors);
	}
}

int options_read_definition(int argc, char **argv, const char *usage_text,
			    struct definition *definition,
			    struct error_list *errors)
{
	static const struct location command_line = { "command line", 1, 1 };
	struct mirror *mirror = definition_add(definition);
	bool named = false;
	int option, error;

	if (!mirror)
		return -ENOMEM;
	for (option = 1; option < argc; option++)
		if (!strcmp(argv[option], "-f"))
			return error_definition(errors, &(struct location){ "-f", 1, 1 },
						"definition files are not in this version, give the mirror by --name, --from, --match and --to");
	error = options_check(argc, argv, definition_options, errors);
	if (error)
		return error;
	optind = 0;
	while ((option = getopt_long(argc, argv, "+h", definition_options, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage_text, stdout);
			return 1;
		}
		error = option_apply(mirror, option, &named, errors);
		if (error == -ENOMEM)
			return error;
	}
	if (argv[optind])
		return error_definition(errors,
					&(struct location){ "command line", 1, optind },
					"'%.64s' is left over, quote an expression of several words: --match 'tcp port 80'",
					argv[optind]);
	if (errors->count) {
		/* The match's mistakes too, in one go. */
		mirror_parse_match(mirror, errors);
		return -EINVAL;
	}
	return mirror_validate(mirror, &command_line, errors);
}
