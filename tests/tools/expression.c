// SPDX-License-Identifier: GPL-2.0-only
#include "expression.h"

#include <stdio.h>
#include <string.h>

uint32_t chance_below(struct chance *chance, uint32_t limit)
{
	chance->state ^= chance->state << 13;
	chance->state ^= chance->state >> 7;
	chance->state ^= chance->state << 17;
	return (uint32_t)(chance->state >> 32) % limit;
}

#define PICK(chance, list) ((list)[chance_below(chance, sizeof(list) / sizeof((list)[0]))])

static const char *const sides[] = { "", "", "", "src ", "dst ", "src or dst ", "src and dst " };
static const char *const ports[] = { "80", "53", "81", "40000", "40001", "0", "65535", "0x50" };
static const char *const port_ranges[] = { "80-90", "53-80", "0-52", "81-65535", "40000-40001", "90-80" };
static const char *const hosts[] = {
	"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.9", "2001:db8::1", "2001:db8::2",
	"2001:db8::4",
};
static const char *const nets[] = {
	"192.0.2.0/24", "192.0.2.0/30", "192.0.2.2/31", "192.0.2", "192", "0.0.0.0/0",
	"192.0.0.0 mask 255.255.0.0", "2001:db8::/32", "2001:db8::/126", "2001:db8::2/127",
};
static const char *const names[] = {
	"ip", "ip6", "arp", "rarp", "tcp", "udp", "sctp", "icmp", "icmp6", "igmp", "esp", "ah",
	"pim", "stp", "ipx", "netbeui", "iso", "atalk", "aarp", "vrrp", "isis", "lat",
};
static const char *const numbers[] = {
	"proto 6", "proto 17", "proto 47", "ip proto 50", "ip proto \\udp", "ip6 proto 17",
	"ip6 proto \\tcp", "ip6 proto 44", "ether proto 0x88b5", "ether proto \\arp",
	"ether proto 0x8100", "ether proto 0x42", "ether proto 38",
};
static const char *const hardware[] = {
	"ether broadcast", "ether multicast", "ip multicast", "ip6 multicast", "broadcast",
	"multicast", "ether dst 02:00:00:00:00:fe", "ether src 02:00:00:00:00:fe",
	"ether host 02:00:00:00:00:fe",
};
static const char *const lengths[] = {
	"less 60", "greater 60", "less 78", "greater 90", "len > 94", "len = 94", "len != 98",
	"len <= 82", "len >= 1000",
};
static const char *const loads[] = {
	"ip[0] & 0xf > 5", "ip[0] & 0xf = 5", "ip[0] >> 4 = 4", "ip[6:2] & 0x1fff != 0",
	"ip[6] & 0x20 != 0", "ip[8] < 65", "ip[2:2] > 100", "ip[9] = 17", "ip[12:4] = 0xc0000201",
	"tcp[tcpflags] & (tcp-syn|tcp-fin) != 0", "tcp[13] = 2", "tcp[0:2] = 80", "tcp[2:2] >= 80",
	"udp[0:2] < 1024", "udp[4:2] > 20", "icmp[icmptype] = icmp-echo", "icmp[0] != 8",
	"ip6[6] = 6", "ip6[6] != 17", "ip6[4:2] < 61", "icmp6[0] = 128", "arp[6:2] = 1",
	"arp[6:2] & 1 = 1", "ether[12:2] = 0x0800", "ether[12:2] & 0xff00 = 0x0800",
	"ether[14] = 0x45", "ether[16:2] > 0x0800", "ether[0] & 1 = 0", "ether[6:4] != 0",
	"ether[20:4] & 0x00ff00ff = 0x00000006", "sctp[0:2] = 53", "tcp[12] & 0xf0 > 0x40",
};
static const char *const shifts[] = {
	"vlan", "vlan 10", "vlan 20", "vlan 0", "mpls", "mpls 16", "pppoes", "pppoes 1", "pppoed",
};
static const char *const llcs[] = {
	"llc", "llc i", "llc s", "llc u", "llc ui", "llc rr",
};

static void port_random(struct chance *chance, char *text, size_t size)
{
	static const char *const transports[] = { "", "", "tcp ", "udp ", "sctp " };

	if (chance_below(chance, 4))
		snprintf(text, size, "%s%sport %s", PICK(chance, transports),
			 PICK(chance, sides), PICK(chance, ports));
	else
		snprintf(text, size, "%s%sportrange %s", PICK(chance, transports),
			 PICK(chance, sides), PICK(chance, port_ranges));
}

static void primitive_random(struct chance *chance, char *text, size_t size)
{
	switch (chance_below(chance, 16)) {
	case 0: case 1: case 2: case 3:
		port_random(chance, text, size);
		return;
	case 4: case 5:
		snprintf(text, size, "%shost %s", PICK(chance, sides), PICK(chance, hosts));
		return;
	case 6: case 7:
		snprintf(text, size, "%snet %s", PICK(chance, sides), PICK(chance, nets));
		return;
	case 8: case 9:
		snprintf(text, size, "%s", PICK(chance, names));
		return;
	case 10:
		snprintf(text, size, "%s", PICK(chance, numbers));
		return;
	case 11:
		snprintf(text, size, "%s", PICK(chance, hardware));
		return;
	case 12:
		snprintf(text, size, "%s", PICK(chance, lengths));
		return;
	case 13: case 14:
		snprintf(text, size, "%s", PICK(chance, loads));
		return;
	default:
		snprintf(text, size, "%s", chance_below(chance, 4) ?
			 PICK(chance, shifts) : PICK(chance, llcs));
		return;
	}
}

void expression_random(struct chance *chance, unsigned int terms, char *text, size_t size)
{
	static const char *const joints[] = { " and ", " or ", " and ", " or ", " && ", " || " };
	unsigned int left;
	char piece[64];
	size_t used;

	if (terms <= 1) {
		primitive_random(chance, piece, sizeof(piece));
		snprintf(text, size, "%s%s", chance_below(chance, 4) ? "" : "not ", piece);
		return;
	}
	left = 1 + chance_below(chance, terms - 1);
	switch (chance_below(chance, 4)) {
	case 0:
		snprintf(text, size, "not (");
		break;
	case 1:
		snprintf(text, size, "(");
		break;
	default:
		*text = '\0';
		break;
	}
	used = strlen(text);
	expression_random(chance, left, text + used, size - used);
	if (used)
		strncat(text, ")", size - strlen(text) - 1);
	strncat(text, PICK(chance, joints), size - strlen(text) - 1);
	used = strlen(text);
	/* A right side of several terms is one operand only in parentheses. */
	if (terms - left > 1)
		strncat(text, "(", size - strlen(text) - 1);
	used = strlen(text);
	expression_random(chance, terms - left, text + used, size - used);
	if (terms - left > 1)
		strncat(text, ")", size - strlen(text) - 1);
}
