// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guards for the tc path, where libpcap makes the code.
 */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "guard.h"

/* Of all kinds, whatever ours is: the collector may mirror to us as well. */
static void ports_print(const struct tunnel *tunnel, FILE *out)
{
	fprintf(out, "udp dst port %u or udp dst port %u", TUNNEL_PORT_VXLAN,
		TUNNEL_PORT_GENEVE);
	if (tunnel->port && tunnel->port != TUNNEL_PORT_VXLAN &&
	    tunnel->port != TUNNEL_PORT_GENEVE)
		fprintf(out, " or udp dst port %u", tunnel->port);
}

static uint32_t word(const struct tunnel *tunnel, unsigned int number)
{
	const uint8_t *bytes = tunnel->remote + 4 * number;

	return (uint32_t)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

/* "icmp[24:4] = 0xc000020a": the address at @offset of a message. */
static void quoted_print(const struct tunnel *tunnel, unsigned int offset, FILE *out)
{
	unsigned int words = tunnel->family == AF_INET ? 1 : 4;
	const char *header = tunnel->family == AF_INET ? "icmp" : "icmp6";
	unsigned int i;

	fputc('(', out);
	for (i = 0; i < words; i++)
		fprintf(out, "%s%s[%u:4] = 0x%08x", i ? " and " : "", header,
			offset + 4 * i, word(tunnel, i));
	fputc(')', out);
}

/* RFC 792: errors are 3, 4, 5, 11 and 12, and quote the packet behind 8 bytes. */
static void ip_print(const struct tunnel *tunnel, const char *remote, FILE *out)
{
	fprintf(out, "arp host %s or (ip host %s and (ip proto 47 or ", remote, remote);
	ports_print(tunnel, out);
	fputs(" or (ip proto 17 and ip[6:2] & 0x1fff != 0)))", out);
	fputs(" or (((icmp[0] >= 3 and icmp[0] <= 5) or icmp[0] = 11 or icmp[0] = 12) and (", out);
	quoted_print(tunnel, 8 + 12, out);
	fputs(" or ", out);
	quoted_print(tunnel, 8 + 16, out);
	fputs("))", out);
}

/* RFC 4443: errors are 1 to 4. RFC 4861: 135 and 136 are about the address behind 8
 * bytes. */
static void ip6_print(const struct tunnel *tunnel, const char *remote, FILE *out)
{
	fprintf(out, "(ip6 host %s and (ip6 proto 44 or ip6 proto 47 or ", remote);
	ports_print(tunnel, out);
	fputs(" or icmp6[0] = 135 or icmp6[0] = 136)) or ((icmp6[0] = 135 or icmp6[0] = 136) and ",
	      out);
	quoted_print(tunnel, 8, out);
	fputs(") or (icmp6[0] >= 1 and icmp6[0] <= 4 and (", out);
	quoted_print(tunnel, 8 + 8, out);
	fputs(" or ", out);
	quoted_print(tunnel, 8 + 24, out);
	fputs("))", out);
}

static void flows_print(const struct tunnel *tunnels, size_t count, FILE *out)
{
	char remote[INET6_ADDRSTRLEN];
	size_t i;

	for (i = 0; i < count; i++) {
		inet_ntop(tunnels[i].family, tunnels[i].remote, remote, sizeof(remote));
		fputs(i ? " or " : "", out);
		if (tunnels[i].family == AF_INET)
			ip_print(&tunnels[i], remote, out);
		else
			ip6_print(&tunnels[i], remote, out);
	}
}

void guard_expression(const struct tunnel *tunnels, size_t count, FILE *out)
{
	fputc('(', out);
	flows_print(tunnels, count, out);
	fputs(" or (vlan and (", out);
	flows_print(tunnels, count, out);
	fputs(")))", out);
}
