// SPDX-License-Identifier: GPL-2.0-only
/*
 * match_fuzz [-i] [-t] [-q] SEED DECISIONS [EXPRESSION [FRAME]]
 *
 * Random expressions x frames on their edges, in the kernel: our rules (nft),
 * cls_bpf (tc) and libpcap must agree, frame by frame, on egress and ingress.
 *
 *	p1 ==== p0 --nft--> mir0 ==== mir0-tap
 *	           --tc---> tct0 ==== tct0-tap
 *
 * Devices are there already, and so are, on both paths, mirrors of "ip host
 * 198.51.100.99": a marker goes last each way, and copies arrive in order.
 * Frames carry their number in the source address. A difference is shrunk to a
 * small expression and one frame, and printed as a command. -i: the kernel has
 * no egress hook for nft, so that nft is asked on ingress only. -t: on egress it does
 * not tell tags inside the frame from those beside it, and nft counts both. -q:
 * the first difference ends it, as it is.
 */
#include <errno.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply.h"
#include "expression.h"
#include "filter.h"
#include "frame.h"
#include "tc_match.h"
#include "tool.h"

#define FRAMES_MAX 480
#define FRAME_ROOM 9000
#define BEYOND 256	/* bytes behind a frame's end, for libpcap to read */
#define MARKER 0xff00	/* and the portion: an expression may copy markers too */
#define PORTION 200
#define WAIT 20000	/* milliseconds: a guest under emulation */
#define TERMS_MAX 7

enum { EGRESS, INGRESS };
enum { NFT, TC };
static const char *const directions[] = { "egress", "ingress" };
static const char *const paths[] = { "nft", "tc" };

struct specimen {
	uint8_t bytes[FRAME_ROOM + BEYOND];
	size_t length;
	bool cut_short;
	const char *name;
};

struct fuzz {
	struct chance chance;
	bool ingress_only;		/* nft has no hook on egress */
	bool counts_tags_twice;		/* on egress, in the frame's length */
	bool quick;			/* up to the first difference, not shrunk */
	unsigned int round;
	int sender[2], tap[2];
	struct specimen *samples;
	size_t sample_count;
	uint8_t (*copies)[2][FRAMES_MAX];	/* by path, direction, frame */
	unsigned int portion;		/* of frames, within the round */
	unsigned long decisions, copied, expressions, odd, refused, cut, untold, differences;
};

static void die(const char *what)
{
	fprintf(stderr, "match_fuzz: %s: %s\n", what, strerror(errno));
	exit(2);
}

/* Does a header that filters read claim to be longer than the frame? */
static bool is_cut_short(const struct specimen *sample)
{
	unsigned int at = 12, type;

	if (sample->cut_short || sample->length < 60)
		return true;
	type = sample->bytes[at] << 8 | sample->bytes[at + 1];
	while ((type == 0x8100 || type == 0x88a8 || type == 0x9100) && at < 24) {
		at += 4;
		type = sample->bytes[at] << 8 | sample->bytes[at + 1];
	}
	/* The transport header behind any length that the IP header claims. */
	return at + 2 + 60 + 20 > sample->length &&
	       at + 2 + 4 * (sample->bytes[at + 2] & 0xf) + 20 > sample->length;
}

static void samples_make(struct fuzz *fuzz, size_t count)
{
	static uint8_t bytes[FRAME_MAX];
	size_t i;

	fuzz->sample_count = count;
	for (i = 0; i < count; i++) {
		const struct frame *frame = &edge_frames[i % edge_frame_count];
		struct specimen *sample = &fuzz->samples[i];
		unsigned int changes;

		sample->length = frame_build(frame, bytes);
		if (sample->length > FRAME_ROOM)
			sample->length = FRAME_ROOM;
		memcpy(sample->bytes, bytes, sample->length);
		sample->name = frame->name;
		sample->cut_short = frame->cut_short;
		if (!memcmp(sample->bytes, "\0\0\0\0\0", 6))
			memcpy(sample->bytes, "\x02\0\0\0\0\xfe", 6);
		if (i < edge_frame_count || sample->length < 40)
			continue;
		for (changes = 1 + chance_below(&fuzz->chance, 3); changes--; ) {
			uint32_t at = 12 + chance_below(&fuzz->chance, 50);

			if (at >= sample->length)
				continue;
			if (chance_below(&fuzz->chance, 2))
				sample->bytes[at] = chance_below(&fuzz->chance, 256);
			else
				sample->bytes[at] ^= 1 << chance_below(&fuzz->chance, 8);
		}
	}
}

static void sample_number(const struct fuzz *fuzz, struct specimen *sample, int direction,
			  unsigned int number)
{
	const uint8_t source[6] = { 0x02, direction, fuzz->round >> 8, fuzz->round,
				    number >> 8, number };

	memcpy(sample->bytes + 6, source, sizeof(source));
}

static void sample_send(const struct fuzz *fuzz, struct specimen *sample, int direction,
			unsigned int number)
{
	sample_number(fuzz, sample, direction, number);
	while (write(fuzz->sender[direction], sample->bytes, sample->length) < 0)
		if (errno != ENOBUFS)
			die(sample->name);
}

static void marker_send(const struct fuzz *fuzz, int direction)
{
	static const struct frame marker = {
		.name = "marker", .kind = FRAME_IP, .source = "198.51.100.98",
		.destination = "198.51.100.99", .protocol = IPPROTO_ICMP, .payload = 40,
	};
	static uint8_t bytes[FRAME_MAX];
	struct specimen sample = { .name = "marker" };

	sample.length = frame_build(&marker, bytes);
	memcpy(sample.bytes, bytes, sample.length);
	sample_send(fuzz, &sample, direction, MARKER + fuzz->portion);
}

static bool is_asked(const struct fuzz *fuzz, int path, int direction)
{
	return path != NFT || direction != EGRESS || !fuzz->ingress_only;
}

/* Read until the marker of this portion has come through. */
static void copies_take(struct fuzz *fuzz, int path, int direction)
{
	struct pollfd wait = { .fd = fuzz->tap[path], .events = POLLIN };
	static uint8_t bytes[FRAME_MAX];
	bool outgoing;
	int length;

	for (;;) {
		unsigned int number;

		if (poll(&wait, 1, WAIT) != 1) {
			errno = ETIMEDOUT;
			die(paths[path]);
		}
		length = frame_receive(fuzz->tap[path], bytes, sizeof(bytes), &outgoing);
		if (length < 0)
			die("receive");
		if (outgoing || bytes[6] != 0x02 || bytes[7] != direction ||
		    bytes[8] != (uint8_t)(fuzz->round >> 8) ||
		    bytes[9] != (uint8_t)fuzz->round)
			continue;
		number = bytes[10] << 8 | bytes[11];
		if (number == MARKER + fuzz->portion)
			return;
		if (number < fuzz->sample_count)
			fuzz->copies[path][direction][number]++;
	}
}

/* In portions that the socket's buffers hold. */
static void frames_pass(struct fuzz *fuzz)
{
	int direction, path;
	size_t i, sent;

	memset(fuzz->copies, 0, 2 * sizeof(*fuzz->copies));
	fuzz->portion = 0;
	for (direction = 0; direction < 2; direction++)
		for (i = 0; i < fuzz->sample_count; fuzz->portion++) {
			for (sent = 0; sent < PORTION && i < fuzz->sample_count; sent++, i++)
				sample_send(fuzz, &fuzz->samples[i], direction, i);
			marker_send(fuzz, direction);
			for (path = 0; path < 2; path++)
				if (is_asked(fuzz, path, direction))
					copies_take(fuzz, path, direction);
		}
}

/* Our own code for cls_bpf, in place of the filter that was there. libpcap has
 * no code for what is @never true, and nor has tc. */
static int tc_change(const struct mirror *mirror, bool never, struct error_list *errors)
{
	static const char *const tc[] = { "tc", "-batch", "-", NULL };
	char *code = NULL, *text;
	int error;

	error = never ? 0 : tc_match_code(mirror, NULL, &code, errors);
	if (never)
		code = strdup("1,6 0 0 0,");
	if (error)
		return error;
	if (asprintf(&text, "filter replace dev p0 egress protocol all pref 2 handle 1 bpf bytecode '%s' action mirred egress mirror dev tct0 continue\n"
		     "filter replace dev p0 ingress protocol all pref 2 handle 1 bpf bytecode '%s' action mirred egress mirror dev tct0 continue\n",
		     code, code) < 0)
		die("memory");
	error = tool_run(tc, text, errors);
	free(text);
	free(code);
	return error;
}

/* Both paths for @expression. -EINVAL if ours refuses it. */
static int expression_install(const struct fuzz *fuzz, const char *expression,
			      bool never, struct error_list *errors)
{
	static const struct location where = { "expression", 1, 1 };
	struct mirror mirror = { 0 };
	int error;

	error = mirror_set_name(&mirror, "fuzz", &where, errors);
	if (!error)
		error = mirror_add_source(&mirror, fuzz->ingress_only ? "p0:ingress" : "p0",
					  &where, errors);
	if (!error)
		error = mirror_add_target(&mirror, "mir0", &where, errors);
	if (!error)
		error = mirror_set_match(&mirror, expression, &where);
	if (!error)
		error = mirror_validate(&mirror, &where, errors);
	if (!error)
		error = apply_alone(&mirror, NULL, errors);
	/* Beside the marker's mirror it may be too much for nft. */
	if (error && error != -EINVAL) {
		fprintf(stderr, "'%s': %s\n", expression, error_text(errors, 0));
		exit(1);
	}
	if (!error)
		error = tc_change(&mirror, never, errors);
	mirror_free(&mirror);
	return error;
}

struct oracle {
	struct bpf_program program;
	bool never;
};

static int oracle_compile(struct oracle *oracle, const char *expression)
{
	pcap_t *pcap = pcap_open_dead(DLT_EN10MB, FRAME_MAX);
	int error = 0;

	memset(oracle, 0, sizeof(*oracle));
	if (pcap_compile(pcap, &oracle->program, expression, 1, PCAP_NETMASK_UNKNOWN))
		oracle->never = strstr(pcap_geterr(pcap), "rejects all");
	else
		pcap_freecode(&oracle->program);
	/* Its optimizer is not always right. */
	if (pcap_compile(pcap, &oracle->program, expression, 0, PCAP_NETMASK_UNKNOWN))
		error = -EINVAL;
	pcap_close(pcap);
	return error;
}

static void oracle_free(struct oracle *oracle)
{
	pcap_freecode(&oracle->program);
}

/* What libpcap says of a frame that is @more longer on the wire than it is, and
 * has @beyond bytes behind its end. */
static bool oracle_says(const struct oracle *oracle, const struct specimen *sample,
			unsigned int more, unsigned int beyond)
{
	struct pcap_pkthdr header = { .len = sample->length + more,
				      .caplen = sample->length + beyond };

	return pcap_offline_filter(&oracle->program, &header, sample->bytes);
}

static bool is_tagged(const struct specimen *sample)
{
	unsigned int type = sample->bytes[12] << 8 | sample->bytes[13];

	return type == 0x8100 || type == 0x88a8;
}

/* Behind a tag that the kernel has taken off, nft reads the kernel's name for LLC
 * in place of the length that stood there. */
static bool is_length_renamed(const struct oracle *oracle, const struct specimen *sample,
			      bool wanted)
{
	static struct specimen renamed;

	if (!is_tagged(sample) || sample->bytes[16] >= 6)
		return false;
	renamed = *sample;
	renamed.bytes[16] = 0;
	renamed.bytes[17] = sample->bytes[18] == 0xff && sample->bytes[19] == 0xff ? 1 : 4;
	return oracle_says(oracle, &renamed, 0, 0) != wanted;
}

/* The first frame on which somebody differs, or -1. */
static long rounds_judge(struct fuzz *fuzz, const struct oracle *oracle, int *path,
			 int *direction, bool *wanted)
{
	size_t i;

	for (*direction = 0; *direction < 2; ++*direction)
		for (i = 0; i < fuzz->sample_count; i++) {
			struct specimen *sample = &fuzz->samples[i];

			sample_number(fuzz, sample, *direction, i);
			*wanted = oracle_says(oracle, sample, 0, 0);
			fuzz->copied += *wanted;
			for (*path = 0; *path < 2; ++*path) {
				if (!is_asked(fuzz, *path, *direction))
					continue;
				fuzz->decisions++;
				if (fuzz->copies[*path][*direction][i] == *wanted)
					continue;
				if (fuzz->counts_tags_twice && *path == NFT &&
				    *direction == EGRESS && is_tagged(sample) &&
				    oracle_says(oracle, sample, 4, 0) == !*wanted)
					fuzz->untold++;
				else if (*path == NFT && *direction == INGRESS &&
					 is_length_renamed(oracle, sample, *wanted))
					fuzz->untold++;
				else if (fuzz->copies[*path][*direction][i] < 2 &&
					 (is_cut_short(sample) ||
					  oracle_says(oracle, sample, 0, BEYOND) == !*wanted))
					fuzz->cut++;
				else
					return i;
			}
		}
	return -1;
}

/* 1: differs, 0: agrees, negative: nothing to compare. What libpcap takes and we
 * do not is counted: nft's depth has a limit, but not for many of these. */
static int expression_try(struct fuzz *fuzz, const char *expression, long *number,
			  int *path, int *direction, bool *wanted)
{
	struct error_list errors = { 0 };
	struct oracle oracle;
	int error;

	if (oracle_compile(&oracle, expression)) {
		fuzz->odd++;
		return -EINVAL;
	}
	error = expression_install(fuzz, expression, oracle.never, &errors);
	if (!error) {
		fuzz->round++;
		frames_pass(fuzz);
		*number = rounds_judge(fuzz, &oracle, path, direction, wanted);
	} else {
		fuzz->refused++;
		printf("refused: %s: %s\n", error_text(&errors, 0), expression);
	}
	error_clear(&errors);
	oracle_free(&oracle);
	return error ? error : *number >= 0;
}

/* A smaller expression that differs too: one side of any joint in its place. */
static bool tree_shrink(struct fuzz *fuzz, struct filter **root, struct filter **link)
{
	struct filter *node = *link;
	struct filter *sides[2] = { node->left, node->right };
	int path, direction, i;
	long number;
	bool wanted;

	if (node->kind != FILTER_AND && node->kind != FILTER_OR && node->kind != FILTER_NOT)
		return false;
	for (i = 0; i < 2 && sides[i]; i++) {
		char *text;
		int differs;

		*link = sides[i];
		text = filter_print(*root);
		differs = text ? expression_try(fuzz, text, &number, &path, &direction, &wanted) : 0;
		free(text);
		if (differs == 1)
			return true;
		*link = node;
	}
	return tree_shrink(fuzz, root, &node->left) ||
	       (node->right && tree_shrink(fuzz, root, &node->right));
}

static void difference_report(struct fuzz *fuzz, const char *expression)
{
	static const struct location where = { "expression", 1, 1 };
	struct filter *root = NULL;
	struct error_list errors = { 0 };
	int path, direction;
	char *small = NULL;
	bool wanted;
	long number;
	size_t i;

	if (!filter_parse(expression, &where, &root, &errors)) {
		while (tree_shrink(fuzz, &root, &root))
			;
		small = filter_print(root);
	}
	if (!small || expression_try(fuzz, small, &number, &path, &direction, &wanted) != 1) {
		small = strdup(expression);
		expression_try(fuzz, small, &number, &path, &direction, &wanted);
	}
	printf("expression: %s\n", expression);
	if (number < 0)
		return;
	printf("%s, %s, \"%s\": %u copies, libpcap says %d\n", paths[path], directions[direction],
	       fuzz->samples[number].name, fuzz->copies[path][direction][number], wanted);
	printf("again: MATCH_FUZZ_EXPRESSION='%s' MATCH_FUZZ_FRAME=", small);
	for (i = 0; i < fuzz->samples[number].length; i++)
		printf("%02x", fuzz->samples[number].bytes[i]);
	printf(" tests/run -v netns/match-fuzz\n");
	free(small);
}

static void fuzz_open(struct fuzz *fuzz)
{
	static const char *const devices[] = { "p0", "p1" }, *const taps[] = { "mir0-tap", "tct0-tap" };
	cpu_set_t one;
	int i;

	/* One processor, one queue: markers cannot overtake. */
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	fuzz->samples = calloc(FRAMES_MAX, sizeof(*fuzz->samples));
	fuzz->copies = calloc(2, sizeof(*fuzz->copies));
	for (i = 0; i < 2; i++) {
		fuzz->sender[i] = frame_socket(devices[i], false);
		fuzz->tap[i] = frame_socket(taps[i], true);
		if (fuzz->sender[i] < 0 || fuzz->tap[i] < 0)
			die(taps[i]);
	}
}

/* One frame in hex, to run a difference again. */
static void sample_read(struct fuzz *fuzz, const char *hex)
{
	struct specimen *sample = &fuzz->samples[0];

	memset(sample, 0, sizeof(*sample));
	sample->name = "given";
	while (sample->length < FRAME_ROOM &&
	       sscanf(hex + 2 * sample->length, "%2hhx", &sample->bytes[sample->length]) == 1)
		sample->length++;
	fuzz->sample_count = 1;
}

static int fuzz_run(struct fuzz *fuzz, unsigned long goal)
{
	char expression[4096];
	int path, direction;
	bool wanted;
	long number;

	while (fuzz->decisions < goal && fuzz->differences < (fuzz->quick ? 1 : 3)) {
		int result;

		expression_random(&fuzz->chance, 1 + chance_below(&fuzz->chance, TERMS_MAX),
				  expression, sizeof(expression));
		samples_make(fuzz, FRAMES_MAX);
		result = expression_try(fuzz, expression, &number, &path, &direction, &wanted);
		fuzz->expressions++;
		if (result != 1)
			continue;
		fuzz->differences++;
		if (fuzz->quick)
			printf("difference: %s\n", expression);
		else
			difference_report(fuzz, expression);
	}
	/* About one in a hundred is; of few expressions chance alone takes a
	 * handful. More means that something modest is refused. */
	if (fuzz->refused > 5 + fuzz->expressions / 50) {
		printf("too many expressions are refused\n");
		return 1;
	}
	return fuzz->differences ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct fuzz fuzz = { 0 };
	int path, direction, status;
	bool wanted;
	long number;

	for (; argc > 1 && argv[1][0] == '-'; argv++, argc--) {
		fuzz.ingress_only |= !strcmp(argv[1], "-i");
		fuzz.counts_tags_twice |= !strcmp(argv[1], "-t");
		fuzz.quick |= !strcmp(argv[1], "-q");
	}
	if (argc < 3)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	chance_begin(&fuzz.chance, strtoull(argv[1], NULL, 0));
	fuzz_open(&fuzz);
	if (argc > 3) {
		samples_make(&fuzz, FRAMES_MAX);
		if (argc > 4)
			sample_read(&fuzz, argv[4]);
		status = expression_try(&fuzz, argv[3], &number, &path, &direction, &wanted);
		fuzz.expressions = 1;
		if (status == 1)
			difference_report(&fuzz, argv[3]);
	} else {
		status = fuzz_run(&fuzz, strtoul(argv[2], NULL, 0));
	}
	printf("seed %s: %lu expressions (%lu not for libpcap, %lu refused), %lu decisions, %lu copied, %lu frames cut short and %lu with a tag inside went another way, %lu differences\n",
	       argv[1], fuzz.expressions, fuzz.odd, fuzz.refused, fuzz.decisions, fuzz.copied, fuzz.cut,
	       fuzz.untold, fuzz.differences);
	return status ? 1 : 0;
}
