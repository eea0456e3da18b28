// SPDX-License-Identifier: GPL-2.0-only
#include "trace_module.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pcap_code.h"

#define MODULE_FOLDER "/proc/net/mirror_probe/"
#define STAGES_HEADING "# mirror_probe stages 1\n"

static int open_failure(const char *file, struct error_list *errors)
{
	int error = -errno;

	if (error == -ENOENT && !access(MODULE_FOLDER "counters", F_OK))
		return error_system(errors, error, "the module mirror_probe that is loaded is an old one without %s: load the one of this version",
				    file);
	if (error == -ENOENT)
		return error_system(errors, error, "the module mirror_probe is not loaded, and trace sees with its eyes: modprobe mirror_probe (or insmod kmod/mirror_probe.ko), then again");
	if (error == -EPERM)
		return error_system(errors, error, MODULE_FOLDER "%s: %s, tracing takes CAP_NET_ADMIN in the machine's first user namespace (root, outside of rootless containers)",
				    file, strerror(-error));
	return error_system(errors, error, MODULE_FOLDER "%s: %s", file, strerror(-error));
}

static int stages_write(const struct trace_module *module, const char *text,
			struct error_list *errors)
{
	ssize_t length = strlen(text);

	if (write(module->stages, text, length) == length)
		return 0;
	if (errno == EBUSY)
		return error_system(errors, -EBUSY, "somebody else follows packets in this network namespace, by another trace or by " MODULE_FOLDER "stages, and there is one filter for all: wait for their end");
	return error_system(errors, -errno, MODULE_FOLDER "stages: %s",
			    errno == EUSERS ? "too many network namespaces are traced at a time" :
			    strerror(errno));
}

int trace_module_open(struct trace_module *module, struct error_list *errors)
{
	*module = (struct trace_module){ .stages = -1, .events = -1 };
	module->stages = open(MODULE_FOLDER "stages", O_RDWR | O_CLOEXEC);
	if (module->stages < 0)
		return open_failure("stages", errors);
	module->events = open(MODULE_FOLDER "events", O_RDONLY | O_CLOEXEC);
	if (module->events < 0)
		return open_failure("events", errors);
	/* The filter is ours from here on. */
	return stages_write(module, "alone\n", errors);
}

/* The whole of a file in one text, malloc'ed. */
static int text_read(const char *file, char **text, struct error_list *errors)
{
	char path[64];
	size_t size = 0;
	ssize_t length;
	FILE *in;

	snprintf(path, sizeof(path), MODULE_FOLDER "%s", file);
	*text = NULL;
	in = fopen(path, "re");
	if (!in)
		return open_failure(file, errors);
	length = getdelim(text, &size, '\0', in);
	fclose(in);
	if (length >= 0)
		return 0;
	free(*text);
	*text = NULL;
	return error_system(errors, -EIO, "%s is empty", path);
}

/* A program can be longer than a page, and the file takes it in pieces. */
static int filter_write(const char *text, struct error_list *errors)
{
	size_t left = strlen(text);
	int descriptor, error = 0;
	ssize_t length;

	descriptor = open(MODULE_FOLDER "filter", O_WRONLY | O_CLOEXEC);
	if (descriptor < 0)
		return open_failure("filter", errors);
	while (left && !error) {
		length = write(descriptor, text, left);
		if (length <= 0)
			error = error_system(errors, -errno, MODULE_FOLDER "filter: %s",
					     strerror(errno));
		text += length;
		left -= length;
	}
	close(descriptor);
	return error;
}

/* Any of the matches, or "" where one of them is everything. NULL: no memory. */
static char *matches_join(const struct definition *definition)
{
	char *text = NULL;
	size_t size, i;
	FILE *out;

	for (i = 0; i < definition->count; i++)
		if (!definition->mirrors[i].match_text || !*definition->mirrors[i].match_text)
			return strdup("");
	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	for (i = 0; i < definition->count; i++)
		fprintf(out, "%s(%s)", i ? " or " : "", definition->mirrors[i].match_text);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

static int code_make(const struct definition *definition, char **code, bool *all_packets)
{
	struct error_list refused = { 0 };
	char *expression, *program = NULL;
	int error = 0;

	expression = matches_join(definition);
	if (!expression)
		return -ENOMEM;
	if (*expression)
		error = pcap_code_compile(expression, PCAP_CODE_PACKET, &program, &refused);
	*all_packets = error == -EINVAL;
	if (program) {
		error = asprintf(code, "%s\n", program) < 0 ? -ENOMEM : 0;
	} else if (error != -ENOMEM) {
		*code = strdup("all\n");
		error = *code ? 0 : -ENOMEM;
	}
	free(program);
	free(expression);
	error_clear(&refused);
	return error;
}

int trace_module_filter(struct trace_module *module, const struct definition *definition,
			bool *all_packets, struct error_list *errors)
{
	char *code = NULL;
	int error;

	error = code_make(definition, &code, all_packets);
	if (!error)
		error = text_read("filter", &module->filter, errors);
	if (!error)
		error = filter_write(code, errors);
	free(code);
	return error;
}

int trace_module_arm(struct trace_module *module, unsigned int packets,
		     struct error_list *errors)
{
	char text[32];

	snprintf(text, sizeof(text), "alone %u\n", packets);
	return stages_write(module, text, errors);
}

static int event_add(struct trace_report *report, const char *line)
{
	struct trace_event event, *events;

	/* Headings and comments have a word where an event has a number. */
	if (sscanf(line, "%*u %llu %u %u %63s %15s %15s %u %47s", &event.time, &event.packet,
		   &event.copy_of, event.function, event.device, event.pkt_type,
		   &event.length, event.end) != 8)
		return 0;
	events = reallocarray(report->events, report->count + 1, sizeof(event));
	if (!events)
		return -ENOMEM;
	report->events = events;
	events[report->count++] = event;
	return 0;
}

/* Takes the whole lines out of what was read. */
static int lines_take(struct trace_module *module, struct trace_report *report)
{
	char *line = module->line, *end;
	int error = 0;

	while (!error && (end = strchr(line, '\n'))) {
		*end = '\0';
		error = event_add(report, line);
		line = end + 1;
	}
	module->line_length = strlen(line);
	memmove(module->line, line, module->line_length + 1);
	return error;
}

int trace_module_collect(struct trace_module *module, struct trace_report *report,
			 struct error_list *errors)
{
	char piece[4096], *line;
	ssize_t length;
	int error;

	while ((length = read(module->events, piece, sizeof(piece))) > 0) {
		line = realloc(module->line, module->line_length + length + 1);
		if (!line)
			return -ENOMEM;
		memcpy(line + module->line_length, piece, length);
		module->line = line;
		module->line_length += length;
		line[module->line_length] = '\0';
		error = lines_take(module, report);
		if (error)
			return error;
	}
	if (length < 0)
		return error_system(errors, -errno, MODULE_FOLDER "events: %s", strerror(errno));
	return 0;
}

static int missing_add(struct trace_report *report, const char *line)
{
	struct trace_missing one, *missing;

	if (sscanf(line, "# missing: %63[^:]: %95[^\n]", one.function, one.why) != 2)
		return 0;
	missing = reallocarray(report->missing, report->missing_count + 1, sizeof(one));
	if (!missing)
		return -ENOMEM;
	report->missing = missing;
	missing[report->missing_count++] = one;
	return 0;
}

int trace_module_missing(struct trace_module *module, struct trace_report *report,
			 struct error_list *errors)
{
	char *text, *line;
	int error;

	(void)module;
	error = text_read("stages", &text, errors);
	if (error)
		return error;
	if (strncmp(text, STAGES_HEADING, strlen(STAGES_HEADING)))
		error = error_system(errors, -EPROTO, MODULE_FOLDER "stages begins in a way that this version does not know: load the module of this version");
	for (line = text; !error && line; line = strchr(line, '\n')) {
		line += *line == '\n';
		error = missing_add(report, line);
	}
	free(text);
	return error;
}

void trace_module_close(struct trace_module *module, struct error_list *errors)
{
	if (module->filter)
		filter_write(module->filter, errors);
	free(module->filter);
	free(module->line);
	if (module->events >= 0)
		close(module->events);
	if (module->stages >= 0)
		close(module->stages);
}
