// SPDX-License-Identifier: GPL-2.0-only
#include "yaml_tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 64	/* brackets in brackets */
#define PIECE 256	/* bytes that the parser gets at once */

/* --- places --- */

/* The length of a line break of YAML 1.1 at @at, 0 for none. */
static size_t break_length(const char *text, size_t length, size_t at)
{
	const char *c = text + at;

	if (at >= length)
		return 0;
	if (*c == '\n')
		return 1;
	if (*c == '\r')
		return c[1] == '\n' ? 2 : 1;
	if (!memcmp(c, "\xc2\x85", at + 1 < length ? 2 : 1))
		return at + 1 < length ? 2 : 0;
	if (at + 2 < length && (!memcmp(c, "\xe2\x80\xa8", 3) || !memcmp(c, "\xe2\x80\xa9", 3)))
		return 3;
	return 0;
}

static int lines_find(struct yaml_tree *tree)
{
	size_t at = 0, room = 0;

	do {
		size_t length;

		if (tree->line_count == room) {
			size_t *grown;

			room = room ? 2 * room : 256;
			grown = reallocarray(tree->lines, room, sizeof(*grown));
			if (!grown)
				return -ENOMEM;
			tree->lines = grown;
		}
		tree->lines[tree->line_count++] = at;
		while (at < tree->length && !break_length(tree->text, tree->length, at))
			at++;
		length = break_length(tree->text, tree->length, at);
		at += length;
		if (!length)
			return 0;
	} while (true);
}

/* The line that the byte @at belongs to, from 0. */
static size_t line_of(const struct yaml_tree *tree, size_t at)
{
	size_t low = 0, high = tree->line_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (tree->lines[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static struct location place_of(const struct yaml_tree *tree, size_t at)
{
	size_t line = line_of(tree, at);

	return (struct location){ tree->file, line + 1, at - tree->lines[line] + 1 };
}

static size_t character_end(const struct yaml_tree *tree, size_t at)
{
	do
		at++;
	while (at < tree->length && (tree->text[at] & 0xc0) == 0x80);
	return at;
}

static int characters_find(struct yaml_tree *tree)
{
	size_t at = 0, i;

	tree->characters = calloc(tree->length / YAML_TREE_STRIDE + 1,
				  sizeof(*tree->characters));
	if (!tree->characters)
		return -ENOMEM;
	for (i = 0; at <= tree->length; i++) {
		if (i % YAML_TREE_STRIDE == 0)
			tree->characters[tree->character_count++] = at;
		at = character_end(tree, at);
	}
	return 0;
}

/* libyaml counts characters. */
static size_t mark_offset(const struct yaml_tree *tree, const yaml_mark_t *mark)
{
	size_t stride = mark->index / YAML_TREE_STRIDE, at, i;

	if (stride >= tree->character_count)
		return tree->length;
	at = tree->characters[stride];
	for (i = mark->index % YAML_TREE_STRIDE; i && at < tree->length; i--)
		at = character_end(tree, at);
	return at;
}

static bool is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Over white space and remarks. */
static size_t skip_white(const struct yaml_tree *tree, size_t at)
{
	while (is_white(tree->text[at]) || tree->text[at] == '#') {
		if (tree->text[at] == '#')
			at += strcspn(tree->text + at, "\r\n");
		else
			at++;
	}
	return at;
}

/* Behind the anchor and the tag, in either order; *tag is where one stands, or the
 * text's length. */
static size_t skip_properties(const struct yaml_tree *tree, size_t at, size_t *tag)
{
	*tag = tree->length;
	while (at < tree->length && (tree->text[at] == '&' || tree->text[at] == '!')) {
		if (tree->text[at] == '!')
			*tag = at;
		at += strcspn(tree->text + at, " \t\r\n,[]{}");
		at = skip_white(tree, at);
	}
	return at;
}

static bool is_block(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE &&
		(node->data.scalar.style == YAML_LITERAL_SCALAR_STYLE ||
		 node->data.scalar.style == YAML_FOLDED_SCALAR_STYLE);
}

static bool is_quoted(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE &&
		(node->data.scalar.style == YAML_SINGLE_QUOTED_SCALAR_STYLE ||
		 node->data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE);
}

/* The first byte of the node's own words. */
static size_t content_offset(const struct yaml_tree *tree, const yaml_node_t *node)
{
	size_t at, tag;

	at = skip_properties(tree, mark_offset(tree, &node->start_mark), &tag);
	if (is_quoted(node) && at < tree->length)
		at++;
	if (is_block(node) && node->data.scalar.length) {
		at += strcspn(tree->text + at, "\r\n");
		while (is_white(tree->text[at]))
			at++;
	}
	return at;
}

struct location yaml_tree_where(const struct yaml_tree *tree, const yaml_node_t *node)
{
	return place_of(tree, content_offset(tree, node));
}

bool yaml_tree_tag(const struct yaml_tree *tree, const yaml_node_t *node,
		   struct location *where)
{
	size_t tag;

	skip_properties(tree, mark_offset(tree, &node->start_mark), &tag);
	*where = place_of(tree, tag);
	return tag < tree->length;
}

/* --- words in their places --- */

/* A scalar as it stands in the file, read along with its value. */
struct source_text {
	const struct yaml_tree *tree;
	yaml_scalar_style_t style;
	size_t at;
};

/* The bytes in the file of what is one character of the value. */
static size_t source_length(const struct source_text *source)
{
	const char *text = source->tree->text + source->at;

	if (source->style == YAML_SINGLE_QUOTED_SCALAR_STYLE)
		return text[0] == '\'' && text[1] == '\'' ? 2 : 1;
	if (source->style != YAML_DOUBLE_QUOTED_SCALAR_STYLE || text[0] != '\\')
		return 1;
	if (text[1] == 'x' || text[1] == 'u' || text[1] == 'U')
		return text[1] == 'x' ? 4 : text[1] == 'u' ? 6 : 10;
	return text[1] == '\r' && text[2] == '\n' ? 3 : 2;
}

static bool source_is_escape(const struct source_text *source)
{
	return source->style == YAML_DOUBLE_QUOTED_SCALAR_STYLE &&
		source->tree->text[source->at] == '\\';
}

/* White space as it is, or as an escape. */
static bool source_is_white(const struct source_text *source)
{
	const char *text = source->tree->text + source->at;
	char digits[9] = "";
	unsigned long code;

	if (!source_is_escape(source))
		return is_white(text[0]);
	if (!strchr("xuU", text[1]))
		return text[1] && strchr(" \ttnr\r\n", text[1]);
	strncpy(digits, text + 2, source_length(source) - 2);
	code = strtoul(digits, NULL, 16);
	return code < 128 && is_white(code);
}

/* Step to what @value begins with. Returns how many bytes of @value that is, 0
 * where the two do not go together. */
static size_t source_find(struct source_text *source, const char *value)
{
	size_t most = source->tree->length, length = 1;

	while (source->at < most && source_is_white(source))
		source->at += source_length(source);
	if (source->at >= most)
		return 0;
	if (!source_is_escape(source))
		return source->tree->text[source->at] == value[0];
	while ((value[length] & 0xc0) == 0x80)
		length++;
	return length;
}

/* Lines and blanks until the output is where the file is. */
static void white_print(const struct yaml_tree *tree, size_t at, struct location *place,
			FILE *out)
{
	const struct location wanted = place_of(tree, at);

	for (; place->line < wanted.line; place->line++) {
		fputc('\n', out);
		place->column = 1;
	}
	for (; place->column < wanted.column; place->column++)
		fputc(' ', out);
}

/* False where the value is not found in the file. */
static bool words_print(struct source_text *source, const char *value, size_t size,
			struct location *where, FILE *out)
{
	struct location place = *where;
	bool white = true, begun = false;
	size_t i, length;

	for (i = 0; i < size; i += length) {
		length = 1;
		if (is_white(value[i])) {
			white = true;
			continue;
		}
		length = source_find(source, value + i);
		if (!length)
			return false;
		if (!begun)
			place = *where = place_of(source->tree, source->at);
		else if (white)
			white_print(source->tree, source->at, &place, out);
		begun = true;
		white = false;
		fwrite(value + i, 1, length, out);
		place.column += length;
		source->at += source_length(source);
	}
	return true;
}

char *yaml_tree_align(const struct yaml_tree *tree, const yaml_node_t *node,
		      struct location *where)
{
	const char *value = (const char *)node->data.scalar.value;
	struct source_text source = {
		tree, node->data.scalar.style, content_offset(tree, node),
	};
	char *text = NULL;
	bool found;
	size_t size;
	FILE *out;

	*where = place_of(tree, source.at);
	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	found = words_print(&source, value, node->data.scalar.length, where, out);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	if (found)
		return text;
	free(text);
	*where = yaml_tree_where(tree, node);
	return strdup(value);
}

/* --- reading --- */

/* What a problem mostly comes from. */
static const char *problem_hint(const char *problem, const char *context, char at)
{
	if (at == '\t')
		return "YAML is indented with spaces, never with tabs";
	if (strstr(problem, "alias") || strstr(context, "an alias"))
		return "'*' begins an alias: quote a pattern, as in \"*\"";
	if (strstr(problem, "anchor") || strstr(context, "an anchor"))
		return "'&' begins an anchor: quote a text that begins with it";
	if (strstr(context, "tag"))
		return "'!' begins a tag: quote a text that begins with it";
	if (strstr(problem, "mapping values"))
		return "quote a text that has ': ' in it";
	if (strstr(problem, "cannot start any token") || strstr(context, "directive"))
		return "quote a text that begins so";
	if (strstr(problem, "expected ':'"))
		return "a line is KEY: VALUE";
	if (strstr(problem, "',' or"))
		return "separate with commas, close what was opened, quote what has brackets, commas or ': ' in it";
	if (strstr(problem, "expected key") || strstr(problem, "'-' indicator") ||
	    strstr(problem, "not allowed in this context") ||
	    strstr(problem, "<document start>"))
		return "compare its indentation with the lines above, and quote a text that goes on behind its quotes";
	return NULL;
}

static int reader_error(const struct yaml_tree *tree, const yaml_parser_t *parser,
			struct error_list *errors)
{
	size_t at = parser->problem_offset < tree->length ? parser->problem_offset :
		tree->length;
	struct location where = place_of(tree, at);

	return error_definition(errors, &where,
				"YAML: %s, a definition is a text file in UTF-8",
				parser->problem);
}

static int syntax_error(const struct yaml_tree *tree, const yaml_parser_t *parser,
			struct error_list *errors)
{
	const char *problem = parser->problem ? parser->problem : "not understood";
	const char *context = parser->context ? parser->context : "";
	struct location where;
	const char *hint;
	char since[64] = "";
	size_t at;

	if (parser->error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	if (parser->error == YAML_READER_ERROR && parser->flow_level > DEPTH_MAX) {
		where = place_of(tree, mark_offset(tree, &parser->mark));
		return error_definition(errors, &where,
					"brackets are %d deep here, a definition has a few",
					parser->flow_level);
	}
	if (parser->error == YAML_READER_ERROR)
		return reader_error(tree, parser, errors);
	at = mark_offset(tree, &parser->problem_mark);
	where = place_of(tree, at);
	if (strstr(context, "duplicate anchor"))
		return error_definition(errors, &where,
					"YAML: an anchor of this name is in line %zu already",
					parser->context_mark.line + 1);
	hint = problem_hint(problem, context, tree->text[at]);
	if (*context && parser->context_mark.line + 1 != where.line)
		snprintf(since, sizeof(since), " from line %zu on",
			 parser->context_mark.line + 1);
	return error_definition(errors, &where, "YAML: %s%s%s%s%s%s", problem,
				*context ? " " : "", context, since, hint ? ": " : "",
				hint ? hint : "");
}

/* Nothing may follow the first document. */
static int end_check(struct yaml_tree *tree, yaml_parser_t *parser,
		     struct error_list *errors)
{
	yaml_document_t second;
	struct location where;
	bool more;

	if (!yaml_parser_load(parser, &second))
		return syntax_error(tree, parser, errors);
	more = yaml_document_get_root_node(&second);
	where = place_of(tree, mark_offset(tree, &second.start_mark));
	yaml_document_delete(&second);
	if (!more)
		return 0;
	return error_definition(errors, &where,
				"a second document begins here, a file holds one: leave the '---' out");
}

/* The text at work. libyaml's time is quadratic in how deep brackets nest, so it
 * gets small pieces, and none any more where no definition goes. */
struct feed {
	yaml_parser_t parser;
	const char *next;
	size_t left;
};

static int feed_read(void *data, unsigned char *buffer, size_t size, size_t *got)
{
	struct feed *feed = data;

	if (feed->parser.flow_level > DEPTH_MAX)
		return 0;
	*got = feed->left < PIECE ? feed->left : PIECE;
	*got = *got < size ? *got : size;
	memcpy(buffer, feed->next, *got);
	feed->next += *got;
	feed->left -= *got;
	return 1;
}

int yaml_tree_read(struct yaml_tree *tree, const char *text, size_t length,
		   const char *file, struct error_list *errors)
{
	struct feed feed;
	int error;

	memset(tree, 0, sizeof(*tree));
	/* Windows' editors begin a file of UTF-8 with this mark. */
	if (length >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
		text += 3;
		length -= 3;
	}
	tree->file = file;
	tree->text = text;
	tree->length = length;
	error = lines_find(tree);
	if (!error)
		error = characters_find(tree);
	if (error)
		return error;
	if (!yaml_parser_initialize(&feed.parser))
		return -ENOMEM;
	feed.next = text;
	feed.left = length;
	yaml_parser_set_encoding(&feed.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input(&feed.parser, feed_read, &feed);
	tree->loaded = yaml_parser_load(&feed.parser, &tree->document);
	if (!tree->loaded)
		error = syntax_error(tree, &feed.parser, errors);
	else if (yaml_tree_root(tree))
		error = end_check(tree, &feed.parser, errors);
	yaml_parser_delete(&feed.parser);
	return error;
}

void yaml_tree_free(struct yaml_tree *tree)
{
	if (tree->loaded)
		yaml_document_delete(&tree->document);
	free(tree->lines);
	free(tree->characters);
	memset(tree, 0, sizeof(*tree));
}

yaml_node_t *yaml_tree_root(struct yaml_tree *tree)
{
	return yaml_document_get_root_node(&tree->document);
}

yaml_node_t *yaml_tree_node(struct yaml_tree *tree, int index)
{
	return yaml_document_get_node(&tree->document, index);
}

size_t yaml_tree_count(const struct yaml_tree *tree)
{
	return tree->document.nodes.top - tree->document.nodes.start;
}
