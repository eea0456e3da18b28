// SPDX-License-Identifier: GPL-2.0-only
#include "expression.h"

#include <stdio.h>
#include <string.h>

void chance_begin(struct chance *chance, uint64_t seed)
{
	/* Neighbours shall have nothing in common, and zero is no state. */
	chance->state = (seed + 1) * 0x9e3779b97f4a7c15u;
	chance->state ^= chance->state >> 31;
	chance->state |= !chance->state;
	chance_below(chance, 1);
}

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
	"192.0.0.0 mask 255.255.0.0", "192.0.0.1 mask 255.255.0.255", "192.0.2.0/31",
	"0.0.0.2 mask 0.0.0.3", "224.0.0.0/4", "2001:db8::/32", "2001:db8::/126", "2001:db8::2/127",
};
static const char *const names[] = {
	"ip", "ip6", "arp", "rarp", "tcp", "udp", "sctp", "icmp", "icmp6", "igmp", "esp", "ah",
	"pim", "stp", "ipx", "netbeui", "iso", "atalk", "aarp", "vrrp", "isis", "lat", "esis",
	"clnp", "decnet", "l1", "l2", "iih", "lsp", "csnp", "psnp", "moprc",
};
static const char *const numbers[] = {
	"proto 6", "proto 17", "proto 47", "ip proto 50", "ip proto \\udp", "ip6 proto 17",
	"ip6 proto \\tcp", "ip6 proto 44", "ether proto 0x88b5", "ether proto \\arp",
	"ether proto 0x8100", "ether proto 0x42", "ether proto 38", "ether proto 0x88a8",
	"ether proto 0x8847", "iso proto 0x83", "isis proto 15", "proto 1", "ip proto 0",
};
static const char *const hardware[] = {
	"ether broadcast", "ether multicast", "ip multicast", "ip6 multicast", "broadcast",
	"multicast", "ether dst 02:00:00:00:00:fe", "ether src 02:00:00:00:00:fe",
	"ether host 02:00:00:00:00:fe", "ether dst ff:ff:ff:ff:ff:ff",
	"ether host 02:00:00:00:00:fe or 01:00:5e:00:00:01",
};
static const char *const lengths[] = {
	"less 60", "greater 60", "less 78", "greater 90", "len > 94", "len = 94", "len != 98",
	"len <= 82", "len >= 1000", "len < 60", "64 < len", "98 = len", "len & 1 = 1",
	"len & 0x70 != 0x40", "len + 4 > 70", "len - 14 <= 46", "len >> 5 = 2", "len > 1514",
	"len = 0", "len > 0", "less 0", "greater 1601", "len < 4000000000", "65 > len",
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
	"vlan and vlan", "vlan 10 and vlan 20", "vlan and vlan 20", "vlan 10 and vlan and vlan",
	"mpls and mpls", "mpls 16 and mpls 17", "mpls 16 and mpls and mpls 18",
	"vlan and pppoes", "vlan 10 and mpls", "pppoes and mpls", "vlan or vlan",
};
/* Lists without the word before every item, and with. */
static const char *const elisions[] = {
	"port 80 or 53", "port 80 or 81 or 53 or 0", "not port 53", "tcp port 80 or 81",
	"src port 80 or 53", "udp dst port 53 or 80", "host 192.0.2.1 or 192.0.2.3",
	"src host 192.0.2.1 or 192.0.2.2", "not host 192.0.2.1 or 192.0.2.9",
	"host 2001:db8::1 or 2001:db8::4", "net 192.0.2.0/31 or 192.0.2.8/30",
	"host 192.0.2.1 or port 53", "tcp dst port 80 or dst 81", "port 80 and 40000",
	"ip proto 6 or 17", "ether proto 0x0800 or 0x0806",
};
static const char *const llcs[] = {
	"llc", "llc i", "llc s", "llc u", "llc ui", "llc rr", "llc rnr", "llc rej", "llc ua",
	"llc disc", "llc dm", "llc sabme", "llc test", "llc xid", "llc frmr",
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

/* Any header, offset, size, mask or shift, and number, either way around. */
static void load_random(struct chance *chance, char *text, size_t size)
{
	static const char *const headers[] = {
		"ether", "ether", "ip", "ip", "ip6", "tcp", "udp", "sctp", "icmp", "icmp6",
		"arp", "rarp", "igmp", "link",
	};
	static const char *const masks[] = {
		"", "", "", " & 0xf", " & 0xf0", " & 0x80", " & 0x3f0", " & 0x0f0f", " & 0xffff00",
		" >> 4", " >> 3", " << 2", " * 2", " / 3", " / 4", " + 5", " - 1", " | 1", " & 0",
	};
	static const char *const relations[] = { "=", "!=", "<", "<=", ">", ">=" };
	static const char *const values[] = {
		"0", "1", "4", "5", "6", "17", "0x40", "64", "80", "0x0800", "40000", "0xc0000201",
		"0x45", "4294967295", "255",
	};
	char load[64];

	snprintf(load, sizeof(load), "%s[%u:%u]%s", PICK(chance, headers),
		 chance_below(chance, 24), 1u << chance_below(chance, 3), PICK(chance, masks));
	if (chance_below(chance, 4))
		snprintf(text, size, "%s %s %s", load, PICK(chance, relations),
			 PICK(chance, values));
	else
		snprintf(text, size, "%s %s %s", PICK(chance, values), PICK(chance, relations),
			 load);
}

/* Alternatives that become one set, with ranges and prefixes in it. */
static void list_random(struct chance *chance, char *text, size_t size)
{
	unsigned int kind = chance_below(chance, 4), count = 3 + chance_below(chance, 6);
	const char *side = PICK(chance, sides);
	size_t used = 1;

	snprintf(text, size, "(");
	while (count--) {
		char item[64];

		switch (kind) {
		case 0:
			snprintf(item, sizeof(item), "port %u", 78 + chance_below(chance, 12));
			break;
		case 1:
			snprintf(item, sizeof(item), "portrange %u-%u", chance_below(chance, 90),
				 50 + chance_below(chance, 40000));
			break;
		case 2:
			snprintf(item, sizeof(item), "host 192.0.2.%u", chance_below(chance, 12));
			break;
		default:
			snprintf(item, sizeof(item), "net %s", PICK(chance, nets));
			break;
		}
		snprintf(text + used, size - used, "%s%s%s", side, item, count ? " or " : ")");
		used += strlen(text + used);
	}
}

/* What moves the layers, and something behind it. */
static void shifted_random(struct chance *chance, char *text, size_t size)
{
	snprintf(text, size, "(%s and ", PICK(chance, shifts));
	if (chance_below(chance, 2))
		port_random(chance, text + strlen(text), size - strlen(text));
	else
		snprintf(text + strlen(text), size - strlen(text), "%s", chance_below(chance, 2) ?
			 PICK(chance, names) : PICK(chance, loads));
	strncat(text, ")", size - strlen(text) - 1);
}

/* Hosts with ports of their own: alternatives that become rows of a table. */
static void pairs_random(struct chance *chance, char *text, size_t size)
{
	static const char *const transports[] = { "", "tcp ", "udp " };
	const char *side = PICK(chance, sides), *transport = PICK(chance, transports);
	unsigned int count = 2 + chance_below(chance, 6);
	size_t used = 0;

	used += snprintf(text, size, "(");
	while (count--)
		used += snprintf(text + used, size - used, "(%shost %s and %sport %s)%s",
				 side, PICK(chance, hosts), transport, PICK(chance, ports),
				 count ? " or " : ")");
}

static void primitive_random(struct chance *chance, char *text, size_t size)
{
	switch (chance_below(chance, 23)) {
	case 22:
		pairs_random(chance, text, size);
		return;
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
	case 13:
		snprintf(text, size, "%s", PICK(chance, loads));
		return;
	case 14: case 15:
		load_random(chance, text, size);
		return;
	case 16:
		snprintf(text, size, "(%s)", PICK(chance, elisions));
		return;
	case 17:
		list_random(chance, text, size);
		return;
	case 18: case 19:
		shifted_random(chance, text, size);
		return;
	default:
		if (chance_below(chance, 2))
			snprintf(text, size, "(%s)", PICK(chance, shifts));
		else
			snprintf(text, size, "%s", PICK(chance, llcs));
		return;
	}
}

void expression_random(struct chance *chance, unsigned int terms, char *text, size_t size)
{
	static const char *const joints[] = { " and ", " or ", " and ", " or ", " && ", " || " };
	unsigned int left;
	char piece[512];
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
