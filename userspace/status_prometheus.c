// SPDX-License-Identifier: GPL-2.0-only
#include "status_prometheus.h"

#include <inttypes.h>
#include <string.h>

#include "device.h"

/* The rows of one metric. */
struct metric_page {
	const struct metric *metric;
	const struct session *session;
	FILE *out;
};

struct metric {
	const char *name;
	const char *type;
	const char *help;
	void (*print)(const struct metric_page *page, const struct mirror_status *status);
};

struct label {
	const char *name;	/* NULL: the end */
	const char *value;
};

/* Backslash, quote and newline have to be escaped, and the whole is to be UTF-8: one
 * odd name would make the collector refuse all of the file. */
static void value_print(const char *text, FILE *out)
{
	for (; *text; text++) {
		if (*text == '\n')
			fputs("\\n", out);
		else if ((unsigned char)*text >= 0x80)
			fputc('?', out);
		else
			fprintf(out, *text == '\\' || *text == '"' ? "\\%c" : "%c", *text);
	}
}

static void row_print(const struct metric_page *page, const struct label *labels,
		      uint64_t number)
{
	const struct label *label;

	fputs(page->metric->name, page->out);
	for (label = labels; label->name; label++) {
		fprintf(page->out, "%c%s=\"", label == labels ? '{' : ',', label->name);
		value_print(label->value, page->out);
		fputc('"', page->out);
	}
	fprintf(page->out, "%s %" PRIu64 "\n", label == labels ? "" : "}", number);
}

static void mirror_print(const struct metric_page *page, const struct mirror_status *status,
			 uint64_t number)
{
	const struct label labels[] = { { "mirror", status->mirror->name }, { NULL, NULL } };

	row_print(page, labels, number);
}

static void matched_packets(const struct metric_page *page, const struct mirror_status *status)
{
	mirror_print(page, status, status->mirror->matched.packets);
}

static void matched_bytes(const struct metric_page *page, const struct mirror_status *status)
{
	mirror_print(page, status, status->mirror->matched.bytes);
}

static void delivered_packets(const struct metric_page *page, const struct mirror_status *status)
{
	mirror_print(page, status, status->delivered.packets);
}

static void delivered_bytes(const struct metric_page *page, const struct mirror_status *status)
{
	mirror_print(page, status, status->delivered.bytes);
}

static void guarded_packets(const struct metric_page *page, const struct mirror_status *status)
{
	mirror_print(page, status, status->guarded.packets);
}

static void guarded_bytes(const struct metric_page *page, const struct mirror_status *status)
{
	mirror_print(page, status, status->guarded.bytes);
}

static bool is_limited(const struct mirror_status *status)
{
	char text[MIRROR_LIMIT_TEXT_MAX];

	mirror_limit_text(&status->mirror->limit, text, sizeof(text));
	return *text;
}

static void limited_packets(const struct metric_page *page, const struct mirror_status *status)
{
	if (is_limited(status))
		mirror_print(page, status, status->mirror->limited.packets);
}

static void limited_bytes(const struct metric_page *page, const struct mirror_status *status)
{
	if (is_limited(status))
		mirror_print(page, status, status->mirror->limited.bytes);
}

static void collector_errors(const struct metric_page *page, const struct mirror_status *status)
{
	mirror_print(page, status, status_collector_errors(status->mirror));
}

static void problems(const struct metric_page *page, const struct mirror_status *status)
{
	mirror_print(page, status, status->problems.count);
}

static void sources_present(const struct metric_page *page, const struct mirror_status *status)
{
	const struct installed_mirror *mirror = status->mirror;
	size_t i;

	for (i = 0; i < mirror->source_count; i++) {
		const struct installed_source *source = &mirror->sources[i];
		const struct label labels[] = {
			{ "mirror", mirror->name },
			{ "device", source->device },
			{ "direction", direction_name(source->direction) },
			{ NULL, NULL },
		};

		row_print(page, labels, status_source_present(source, page->session));
	}
}

static void target_print(const struct metric_page *page, const struct mirror_status *status,
			 const struct installed_target *target, uint64_t number)
{
	const struct label labels[] = {
		{ "mirror", status->mirror->name },
		{ "device", target->device },
		{ NULL, NULL },
	};

	row_print(page, labels, number);
}

static const struct link *target_link(const struct metric_page *page,
				      const struct mirror_status *status, size_t index)
{
	return link_find_index(&page->session->links, status->mirror->targets[index].index);
}

static void targets_present(const struct metric_page *page, const struct mirror_status *status)
{
	size_t i;

	for (i = 0; i < status->mirror->target_count; i++)
		target_print(page, status, &status->mirror->targets[i],
			     !!target_link(page, status, i));
}

static void targets_up(const struct metric_page *page, const struct mirror_status *status)
{
	size_t i;

	for (i = 0; i < status->mirror->target_count; i++) {
		const struct link *link = target_link(page, status, i);

		target_print(page, status, &status->mirror->targets[i],
			     link && (link->flags & IFF_UP) && link->carrier);
	}
}

/* Devices of others drop what is not ours, too. */
static void targets_dropped(const struct metric_page *page, const struct mirror_status *status)
{
	size_t i;

	for (i = 0; i < status->mirror->target_count; i++) {
		const struct link *link = target_link(page, status, i);

		if (link && device_is_ours(link))
			target_print(page, status, &status->mirror->targets[i],
				     link->counters.tx_dropped);
	}
}

/* Of all mirrors together. */
static void head_print(const struct session *session, size_t count, FILE *out)
{
	static const struct metric info = { .name = "mirror_nft_build_info" };
	static const struct metric mirrors = { .name = "mirror_nft_mirrors" };
	static const struct label version[] = { { "version", MIRROR_NFT_VERSION }, { NULL, NULL } };
	struct metric_page page = { &info, session, out };

	fputs("# HELP mirror_nft_build_info The version of mirror-nft that tells this, always 1.\n"
	      "# TYPE mirror_nft_build_info gauge\n", out);
	row_print(&page, version, 1);
	fputs("# HELP mirror_nft_mirrors Mirrors that run.\n"
	      "# TYPE mirror_nft_mirrors gauge\n", out);
	page.metric = &mirrors;
	row_print(&page, version + 1, count);
}

static const struct metric metrics[] = {
	{ "mirror_nft_matched_packets_total", "counter",
	  "Frames that were to be copied, since the mirror was made.", matched_packets },
	{ "mirror_nft_matched_bytes_total", "counter",
	  "Bytes of the frames that were to be copied.", matched_bytes },
	{ "mirror_nft_delivered_packets_total", "counter",
	  "Copies that the targets took, all targets added up.", delivered_packets },
	{ "mirror_nft_delivered_bytes_total", "counter",
	  "Bytes of the copies that the targets took.", delivered_bytes },
	{ "mirror_nft_guarded_packets_total", "counter",
	  "Frames of the mirror itself that guards kept from being copied.", guarded_packets },
	{ "mirror_nft_guarded_bytes_total", "counter",
	  "Bytes of the frames that guards kept from being copied.", guarded_bytes },
	{ "mirror_nft_limited_packets_total", "counter",
	  "Frames that matched and were not copied, being over the limit.", limited_packets },
	{ "mirror_nft_limited_bytes_total", "counter",
	  "Bytes of the frames over the limit.", limited_bytes },
	{ "mirror_nft_collector_errors_total", "counter",
	  "ICMP errors about the copies that came back from the way to the collector.", collector_errors },
	{ "mirror_nft_source_present", "gauge",
	  "Whether the source is there and mirrored.", sources_present },
	{ "mirror_nft_target_present", "gauge",
	  "Whether the device that the rules send to is there.", targets_present },
	{ "mirror_nft_target_up", "gauge",
	  "Whether the target is up and has a carrier.", targets_up },
	{ "mirror_nft_target_dropped_packets_total", "counter",
	  "Copies that a target made by mirror-nft dropped: no room, or its other end was down.", targets_dropped },
	{ "mirror_nft_problems", "gauge",
	  "Problems that mirror-nft status tells of the mirror.", problems },
};

void status_print_prometheus(const struct mirror_status *statuses, size_t count,
			     const struct session *session, FILE *out)
{
	size_t i, j;

	head_print(session, count, out);
	for (i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++) {
		const struct metric_page page = { &metrics[i], session, out };

		fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", metrics[i].name, metrics[i].help,
			metrics[i].name, metrics[i].type);
		for (j = 0; j < count; j++)
			metrics[i].print(&page, &statuses[j]);
	}
}
