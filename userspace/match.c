// SPDX-License-Identifier: GPL-2.0-only
#include "match.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The tree leans to the left, one level a term: free it without recursion
 * along that spine. */
void match_free(struct match *match)
{
	while (match) {
		struct match *left = match->left;

		match_free(match->right);
		free(match);
		match = left;
	}
}

/* libpcap takes one protocol before "port", so a family in front becomes a
 * term of its own: "ip tcp port 80" is "(ip and tcp port 80)". */
static void primitive_print(const struct match *match, FILE *out)
{
	static const char *const side_names[] = { "", "src ", "dst ", "" };
	static const char *const transport_names[] = {
		[MATCH_TRANSPORT_TCP] = "tcp", [MATCH_TRANSPORT_UDP] = "udp",
	};
	const char *transport = "";
	char address[INET6_ADDRSTRLEN];

	if (match->transports == MATCH_TRANSPORT_TCP ||
	    match->transports == MATCH_TRANSPORT_UDP)
		transport = transport_names[match->transports];
	if (match->kind == MATCH_HOST) {
		inet_ntop(match->address_length == 4 ? AF_INET : AF_INET6,
			  match->address, address, sizeof(address));
		fprintf(out, "%s%shost %s",
			match->address_length == 4 && !match->with_arp ? "ip " : "",
			side_names[match->sides], address);
		return;
	}
	if (match->families == MATCH_FAMILY_IP)
		fputs("(ip", out);
	else if (match->families == MATCH_FAMILY_IP6)
		fputs("(ip6", out);
	else
		fputs("(", out);
	if (match->families != (MATCH_FAMILY_IP | MATCH_FAMILY_IP6) &&
	    (*transport || match->kind == MATCH_PORT))
		fputs(" and ", out);
	fputs(transport, out);
	if (match->kind == MATCH_PORT)
		fprintf(out, "%s%sport %u", *transport ? " " : "",
			side_names[match->sides], match->port);
	fputs(")", out);
}

static void tree_print(const struct match *match, FILE *out)
{
	if (match->kind != MATCH_AND) {
		primitive_print(match, out);
		return;
	}
	tree_print(match->left, out);
	fputs(" and ", out);
	tree_print(match->right, out);
}

char *match_to_pcap(const struct match *match)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (match)
		tree_print(match, out);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
