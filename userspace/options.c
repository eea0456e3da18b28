// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const struct option definition_options[] = {
	{ "name", required_argument, NULL, 'n' },
	{ "from", required_argument, NULL, 'i' },
	{ "match", required_argument, NULL, 'm' },
	{ "to", required_argument, NULL, 'o' },
	{ "path", required_argument, NULL, 'p' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

int options_unknown(char **argv, int option, struct error_list *errors)
{
	struct location where = { "command line", 1, optind > 1 ? optind - 1 : 1 };
	const char *text = argv[where.column];

	if (option == ':')
		return error_definition(errors, &where,
					"option '%s' needs a value, see mirror-nft %s --help",
					text, argv[0]);
	return error_definition(errors, &where,
				"option '%s' is not known, see mirror-nft %s --help",
				text, argv[0]);
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

static int option_apply(struct mirror *mirror, int option, bool *named,
			struct error_list *errors)
{
	static const struct location name = { "--name", 1, 1 };
	static const struct location from = { "--from", 1, 1 };
	static const struct location match = { "--match", 1, 1 };
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
		return mirror_set_match(mirror, optarg, &match, errors);
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
	optind = 0;
	while ((option = getopt_long(argc, argv, "+:hf:", definition_options, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage_text, stdout);
			return 1;
		}
		if (option == 'f')
			error = error_definition(errors, &(struct location){ "-f", 1, 1 },
						 "definition files are not in this version, give the mirror by --name, --from, --match and --to");
		else if (option == '?' || option == ':')
			return options_unknown(argv, option, errors);
		else
			error = option_apply(mirror, option, &named, errors);
		if (error == -ENOMEM)
			return error;
	}
	if (argv[optind])
		return error_definition(errors,
					&(struct location){ "command line", 1, optind },
					"'%.64s' is left over, quote an expression of several words: --match 'tcp port 80'",
					argv[optind]);
	if (errors->count)
		return -EINVAL;
	return mirror_validate(mirror, &command_line, errors);
}
