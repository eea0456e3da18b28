// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "definition_folder.h"

static const struct option definition_options[] = {
	{ "f", required_argument, NULL, 'f' },
	{ "name", required_argument, NULL, 'n' },
	{ "from", required_argument, NULL, 'i' },
	{ "match", required_argument, NULL, 'm' },
	{ "hosts", required_argument, NULL, 'a' },
	{ "except", required_argument, NULL, 'x' },
	{ "to", required_argument, NULL, 'o' },
	{ "sample", required_argument, NULL, 's' },
	{ "limit", required_argument, NULL, 'l' },
	{ "path", required_argument, NULL, 'p' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* The entry of @table that @word names, whole; *value is set for "--name=value" and
 * "-fvalue". Names of one letter stand behind one dash, and only there. */
static const struct option *option_find(const struct option *table, const char *word,
					bool *value)
{
	bool is_long = word[1] == '-';
	size_t length = is_long ? strcspn(word + 2, "=") : 1;

	*value = is_long ? word[2 + length] : word[2];
	for (; table->name; table++)
		if (strlen(table->name) == length && is_long == (length > 1) &&
		    !memcmp(table->name, word + 1 + is_long, length))
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
		option = option_find(table, argv[i], &value);
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
						"option '%s' needs a value, see mirror-nft %s --help",
						argv[i - 1], argv[0]);
	}
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

/* The command line at work. */
struct command_line {
	struct mirror mirror;
	char **files;
	size_t file_count;
	const char *given;	/* the first option of a mirror, NULL for none */
	bool named;
	struct error_list *errors;
};

/* "--match is given twice, join the expressions with 'and'" */
static int given_twice(struct command_line *line, const struct location *where,
		       const char *right)
{
	return error_definition(line->errors, where, "%s is given twice, %s", where->file,
				right);
}

static int option_apply(struct command_line *line, int option)
{
	static const struct location name = { "--name", 1, 1 };
	static const struct location from = { "--from", 1, 1 };
	static const struct location match = { "--match", 1, 1 };
	static const struct location hosts = { "--hosts", 1, 1 };
	static const struct location except = { "--except", 1, 1 };
	static const struct location to = { "--to", 1, 1 };
	static const struct location sample = { "--sample", 1, 1 };
	static const struct location limit = { "--limit", 1, 1 };
	static const struct location path = { "--path", 1, 1 };
	struct mirror *mirror = &line->mirror;
	struct error_list *errors = line->errors;

	switch (option) {
	case 'f':
		line->files[line->file_count++] = optarg;
		return 0;
	case 'n':
		if (line->named)
			return given_twice(line, &name, "the command line holds one mirror");
		line->named = true;
		return mirror_set_name(mirror, optarg, &name, errors);
	case 'i':
		return mirror_add_source(mirror, optarg, &from, errors);
	case 'm':
		if (mirror->match_text)
			return given_twice(line, &match, "join the expressions with 'and'");
		return mirror_set_match(mirror, optarg, &match);
	case 'a':
		return list_add(&mirror->hosts, optarg, &hosts, errors);
	case 'x':
		return list_add(&mirror->except, optarg, &except, errors);
	case 'o':
		return mirror_add_target(mirror, optarg, &to, errors);
	case 's':
		if (mirror->sample.where.file)
			return given_twice(line, &sample, "a mirror has one sample");
		return mirror_set_sample(mirror, optarg, &sample, errors);
	case 'l':
		if (mirror->limit.where.file)
			return given_twice(line, &limit, "a mirror has one limit");
		return mirror_set_limit(mirror, optarg, &limit, errors);
	default:
		return mirror_set_path(mirror, optarg, &path, errors);
	}
}

static const char *option_name(int option)
{
	size_t i = 0;

	while (definition_options[i].val != option)
		i++;
	return definition_options[i].name;
}

/* "-from x" is read as "-f rom" and x. */
static int dash_error(const struct command_line *line, char **argv)
{
	struct location where = { "command line", 1, 0 };
	int i, j;

	for (i = 1; i < optind; i++)
		for (j = 0; !strncmp(argv[i], "-f", 2) && argv[i][2] &&
			    definition_options[j].name; j++) {
			if (strcmp(argv[i] + 1, definition_options[j].name))
				continue;
			where.column = i;
			return error_definition(line->errors, &where,
						"'%s' is read as '-f %s', the options with long names have two dashes: --%s",
						argv[i], argv[i] + 2, argv[i] + 1);
		}
	return 0;
}

/* How many bytes at the beginning are dashes as word processors and pages of the web
 * make them of "--". */
static size_t dashes_length(const char *word)
{
	static const char *const dashes[] = {
		"\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2015", "\u2212",
	};
	size_t length = 0, i = 0;

	while (i < sizeof(dashes) / sizeof(dashes[0])) {
		if (strncmp(word + length, dashes[i], strlen(dashes[i]))) {
			i++;
		} else {
			length += strlen(dashes[i]);
			i = 0;
		}
	}
	return length;
}

/* The option whose value stands just before what is left over, or NULL. */
static const struct option *option_before(char **argv)
{
	bool value;

	if (optind > 1 && !strncmp(argv[optind - 1], "--", 2))
		return option_find(definition_options, argv[optind - 1], &value);
	if (optind > 2 && !strncmp(argv[optind - 2], "--", 2))
		return option_find(definition_options, argv[optind - 2], &value);
	return NULL;
}

/* Quotes as word processors make them, which no shell takes for quotes. */
static void quotes_drop(char *text)
{
	char *to = text;

	while (*text)
		if (!strncmp(text, "\xe2\x80", 2) && (unsigned char)text[2] >= 0x98 &&
		    (unsigned char)text[2] <= 0x9f)
			text += 3;
		else
			*to++ = *text++;
	*to = '\0';
}

/* The value of that option as it was meant, up to the next option. */
static void value_join(char **argv, char *text, size_t size)
{
	const char *first = argv[optind - 1], *equals = strchr(first, '=');
	size_t used, i;

	if (!strncmp(first, "--", 2) && equals)
		first = equals + 1;
	used = snprintf(text, size, "%s", first);
	for (i = optind; used < size && argv[i] && argv[i][0] != '-'; i++)
		used += snprintf(text + used, size - used, " %s", argv[i]);
	quotes_drop(text);
}

/* What is behind the options. Most likely it is one of these. */
static int rest_error(const struct command_line *line, char **argv)
{
	const struct option *before = option_before(argv);
	const struct location where = { "command line", 1, optind };
	const char *rest = argv[optind], *dot = strrchr(rest, '.');
	size_t dashes = dashes_length(rest);
	char value[128];
	int error;

	error = dash_error(line, argv);
	if (error)
		return error;
	if (dashes)
		return error_definition(line->errors, &where,
					"'%.64s' begins with a dash that is none of the keyboard's, options begin with two of those: --%.64s",
					rest, rest + dashes);
	if (!access(rest, F_OK) || (dot && (!strcmp(dot, ".yaml") || !strcmp(dot, ".yml"))))
		return error_definition(line->errors, &where,
					"'%.64s' is left over, a file is given with -f: -f %.64s",
					rest, rest);
	if (optind == 1)
		return error_definition(line->errors, &where,
					"'%.64s' is left over, a mirror's name is given with --name: --name %.64s",
					rest, rest);
	if (before && strchr("io", before->val))
		return error_definition(line->errors, &where,
					"'%.64s' is left over, a value of --%s has no blanks, and another one takes another --%s",
					rest, before->name, before->name);
	if (before && strchr("msl", before->val)) {
		value_join(argv, value, sizeof(value));
		return error_definition(line->errors, &where,
					"'%.64s' is left over, quote a value of several words: --%s '%s'",
					rest, before->name, value);
	}
	return error_definition(line->errors, &where,
				"'%.64s' is left over, see mirror-nft %s --help", rest, argv[0]);
}

/* Returns 0; 1 when --help was answered; or a negative errno: what is wrong with an
 * option's value is in the records alone. */
static int command_line_read(struct command_line *line, int argc, char **argv,
			     const char *usage_text)
{
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, "+hf:", definition_options, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage_text, stdout);
			return 1;
		}
		if (option != 'f' && !line->given)
			line->given = option_name(option);
		if (option_apply(line, option) == -ENOMEM)
			return -ENOMEM;
	}
	if (argv[optind])
		return rest_error(line, argv);
	if (line->file_count && line->given)
		return error_definition(line->errors,
					&(struct location){ "command line", 1, 1 },
					"-f and --%s do not go together, write the mirror into a file or give all of it by options",
					line->given);
	return 0;
}

/* The mirror of the command line, which moves into the definition. */
static int mirror_read(struct command_line *line, struct definition *definition)
{
	static const struct location where = { "command line", 1, 1 };
	struct mirror *mirror = definition_add(definition);

	if (!mirror)
		return -ENOMEM;
	*mirror = line->mirror;
	memset(&line->mirror, 0, sizeof(line->mirror));
	/* The match's mistakes too, in one go. */
	if (line->errors->count)
		return mirror_parse_match(mirror, line->errors);
	return mirror_validate(mirror, &where, line->errors);
}

static int files_read(const struct command_line *line, struct definition *definition)
{
	static const struct location where = { "-f", 1, 1 };
	struct error_list *errors = line->errors;
	size_t i, j;
	int error = 0;

	definition->is_file = true;
	for (i = 0; i < line->file_count && error != -ENOMEM; i++) {
		for (j = 0; j < i && strcmp(line->files[i], line->files[j]); j++)
			;
		if (j < i)
			error = error_definition(errors, &where,
						 "'%.200s' is given twice, once is enough",
						 line->files[i]);
		else
			error = definition_read_path(definition, line->files[i], &where,
						     errors);
	}
	if (!errors->count && !definition->count)
		return error_definition(errors,
					&(struct location){ definition->texts[0], 1, 1 },
					"there is no mirror, a definition is as in mirrors: {web: {from: [eth1], to: [mir0]}}");
	return error;
}

int options_read_definition(int argc, char **argv, const char *usage_text,
			    struct definition *definition,
			    struct error_list *errors)
{
	struct command_line line = { .errors = errors };
	int error;

	error = options_check(argc, argv, definition_options, errors);
	if (error)
		return error;
	line.files = calloc(argc + 1, sizeof(*line.files));
	error = line.files ? command_line_read(&line, argc, argv, usage_text) : -ENOMEM;
	if (!error)
		error = line.file_count ? files_read(&line, definition) :
			mirror_read(&line, definition);
	if (!error || error == -EINVAL)
		error = definition_join(definition, errors) == -ENOMEM ? -ENOMEM : error;
	error_sort(errors, definition->texts, definition->text_count);
	mirror_free(&line.mirror);
	free(line.files);
	if (error)
		return error;
	return errors->count ? -EINVAL : 0;
}

static void words_take(int *argc, char **argv, int at, int count)
{
	memmove(argv + at, argv + at + count, (*argc - at - count + 1) * sizeof(*argv));
	*argc -= count;
}

/* What follows "--NAME" in @word, or NULL. */
static const char *option_rest(const char *word, const char *name)
{
	size_t length = strlen(name);

	return !strncmp(word, "--", 2) && !strncmp(word + 2, name, length) ?
	       word + 2 + length : NULL;
}

bool options_take_flag(int *argc, char **argv, const char *name)
{
	bool found = false;
	int i = 1;

	while (i < *argc) {
		const char *rest = option_rest(argv[i], name);

		if (rest && !*rest) {
			found = true;
			words_take(argc, argv, i, 1);
		} else {
			i++;
		}
	}
	return found;
}

int options_take_value(int *argc, char **argv, const char *name, const char **value,
		       struct error_list *errors)
{
	int i = 1;

	*value = NULL;
	while (i < *argc) {
		const char *rest = option_rest(argv[i], name);

		if (!rest || (*rest && *rest != '=')) {
			i++;
		} else if (*rest) {
			*value = rest + 1;
			words_take(argc, argv, i, 1);
		} else if (i + 1 < *argc) {
			*value = argv[i + 1];
			words_take(argc, argv, i, 2);
		} else {
			return error_definition(errors,
						&(struct location){ "command line", 1, i },
						"option '--%s' needs a value, see mirror-nft %s --help",
						name, argv[0]);
		}
	}
	return 0;
}
