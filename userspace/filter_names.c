// SPDX-License-Identifier: GPL-2.0-only
#include "filter_names.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ether.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "likeness.h"

/* In the order of strcmp(), for bsearch(). */
static const struct filter_keyword keywords[] = {
	{ "aarp", WORD_PROTOCOL, PROTOCOL_AARP },
	{ "action", WORD_REFUSED, REFUSAL_PF },
	{ "addr1", WORD_REFUSED, REFUSAL_WIRELESS },
	{ "addr2", WORD_REFUSED, REFUSAL_WIRELESS },
	{ "addr3", WORD_REFUSED, REFUSAL_WIRELESS },
	{ "addr4", WORD_REFUSED, REFUSAL_WIRELESS },
	{ "address1", WORD_REFUSED, REFUSAL_WIRELESS },
	{ "address2", WORD_REFUSED, REFUSAL_WIRELESS },
	{ "address3", WORD_REFUSED, REFUSAL_WIRELESS },
	{ "address4", WORD_REFUSED, REFUSAL_WIRELESS },
	{ "ah", WORD_PROTOCOL, PROTOCOL_AH },
	{ "and", WORD_AND, 0 },
	{ "arp", WORD_PROTOCOL, PROTOCOL_ARP },
	{ "atalk", WORD_PROTOCOL, PROTOCOL_ATALK },
	{ "bcc", WORD_REFUSED, REFUSAL_ATM },
	{ "broadcast", WORD_BROADCAST, 0 },
	{ "byte", WORD_BYTE, 0 },
	{ "carp", WORD_PROTOCOL, PROTOCOL_CARP },
	{ "clnp", WORD_PROTOCOL, PROTOCOL_CLNP },
	{ "connectmsg", WORD_REFUSED, REFUSAL_ATM },
	{ "csnp", WORD_PROTOCOL, PROTOCOL_ISIS_CSNP },
	{ "decnet", WORD_PROTOCOL, PROTOCOL_DECNET },
	{ "dir", WORD_REFUSED, REFUSAL_WIRELESS },
	{ "direction", WORD_REFUSED, REFUSAL_WIRELESS },
	{ "dpc", WORD_REFUSED, REFUSAL_SS7 },
	{ "dst", WORD_DESTINATION, 0 },
	{ "es-is", WORD_PROTOCOL, PROTOCOL_ESIS },
	{ "esis", WORD_PROTOCOL, PROTOCOL_ESIS },
	{ "esp", WORD_PROTOCOL, PROTOCOL_ESP },
	{ "ether", WORD_PROTOCOL, PROTOCOL_ETHER },
	{ "fddi", WORD_PROTOCOL, PROTOCOL_ETHER },
	{ "fisu", WORD_REFUSED, REFUSAL_SS7 },
	{ "gateway", WORD_REFUSED, REFUSAL_GATEWAY },
	{ "geneve", WORD_REFUSED, REFUSAL_TUNNEL },
	{ "greater", WORD_GREATER, 0 },
	{ "hdpc", WORD_REFUSED, REFUSAL_SS7 },
	{ "hfisu", WORD_REFUSED, REFUSAL_SS7 },
	{ "hlssu", WORD_REFUSED, REFUSAL_SS7 },
	{ "hmsu", WORD_REFUSED, REFUSAL_SS7 },
	{ "hopc", WORD_REFUSED, REFUSAL_SS7 },
	{ "host", WORD_TYPE, TYPE_HOST },
	{ "hsio", WORD_REFUSED, REFUSAL_SS7 },
	{ "hsls", WORD_REFUSED, REFUSAL_SS7 },
	{ "icmp", WORD_PROTOCOL, PROTOCOL_ICMP },
	{ "icmp-echo", WORD_NUMBER, 8 },
	{ "icmp-echoreply", WORD_NUMBER, 0 },
	{ "icmp-ireq", WORD_NUMBER, 15 },
	{ "icmp-ireqreply", WORD_NUMBER, 16 },
	{ "icmp-maskreply", WORD_NUMBER, 18 },
	{ "icmp-maskreq", WORD_NUMBER, 17 },
	{ "icmp-paramprob", WORD_NUMBER, 12 },
	{ "icmp-redirect", WORD_NUMBER, 5 },
	{ "icmp-routeradvert", WORD_NUMBER, 9 },
	{ "icmp-routersolicit", WORD_NUMBER, 10 },
	{ "icmp-sourcequench", WORD_NUMBER, 4 },
	{ "icmp-timxceed", WORD_NUMBER, 11 },
	{ "icmp-tstamp", WORD_NUMBER, 13 },
	{ "icmp-tstampreply", WORD_NUMBER, 14 },
	{ "icmp-unreach", WORD_NUMBER, 3 },
	{ "icmp6", WORD_PROTOCOL, PROTOCOL_ICMP6 },
	{ "icmp6-certpathadvert", WORD_NUMBER, 149 },
	{ "icmp6-certpathsolicit", WORD_NUMBER, 148 },
	{ "icmp6-destinationunreach", WORD_NUMBER, 1 },
	{ "icmp6-echo", WORD_NUMBER, 128 },
	{ "icmp6-echoreply", WORD_NUMBER, 129 },
	{ "icmp6-homeagentdiscoveryreply", WORD_NUMBER, 145 },
	{ "icmp6-homeagentdiscoveryrequest", WORD_NUMBER, 144 },
	{ "icmp6-ineighbordiscoveryadvert", WORD_NUMBER, 142 },
	{ "icmp6-ineighbordiscoverysolicit", WORD_NUMBER, 141 },
	{ "icmp6-mobileprefixadvert", WORD_NUMBER, 147 },
	{ "icmp6-mobileprefixsolicit", WORD_NUMBER, 146 },
	{ "icmp6-multicastlistenerdone", WORD_NUMBER, 132 },
	{ "icmp6-multicastlistenerquery", WORD_NUMBER, 130 },
	{ "icmp6-multicastlistenerreportv1", WORD_NUMBER, 131 },
	{ "icmp6-multicastlistenerreportv2", WORD_NUMBER, 143 },
	{ "icmp6-multicastrouteradvert", WORD_NUMBER, 151 },
	{ "icmp6-multicastroutersolicit", WORD_NUMBER, 152 },
	{ "icmp6-multicastrouterterm", WORD_NUMBER, 153 },
	{ "icmp6-neighboradvert", WORD_NUMBER, 136 },
	{ "icmp6-neighborsolicit", WORD_NUMBER, 135 },
	{ "icmp6-nodeinformationquery", WORD_NUMBER, 139 },
	{ "icmp6-nodeinformationresponse", WORD_NUMBER, 140 },
	{ "icmp6-packettoobig", WORD_NUMBER, 2 },
	{ "icmp6-parameterproblem", WORD_NUMBER, 4 },
	{ "icmp6-redirect", WORD_NUMBER, 137 },
	{ "icmp6-routeradvert", WORD_NUMBER, 134 },
	{ "icmp6-routerrenum", WORD_NUMBER, 138 },
	{ "icmp6-routersolicit", WORD_NUMBER, 133 },
	{ "icmp6-timeexceeded", WORD_NUMBER, 3 },
	{ "icmp6code", WORD_NUMBER, 1 },
	{ "icmp6type", WORD_NUMBER, 0 },
	{ "icmpcode", WORD_NUMBER, 1 },
	{ "icmptype", WORD_NUMBER, 0 },
	{ "ifindex", WORD_REFUSED, REFUSAL_INTERFACE },
	{ "ifname", WORD_REFUSED, REFUSAL_PF },
	{ "igmp", WORD_PROTOCOL, PROTOCOL_IGMP },
	{ "igrp", WORD_PROTOCOL, PROTOCOL_IGRP },
	{ "iih", WORD_PROTOCOL, PROTOCOL_ISIS_IIH },
	{ "ilmic", WORD_REFUSED, REFUSAL_ATM },
	{ "inbound", WORD_REFUSED, REFUSAL_DIRECTION },
	{ "ip", WORD_PROTOCOL, PROTOCOL_IP },
	{ "ip6", WORD_PROTOCOL, PROTOCOL_IP6 },
	{ "ipx", WORD_PROTOCOL, PROTOCOL_IPX },
	{ "is-is", WORD_PROTOCOL, PROTOCOL_ISIS },
	{ "isis", WORD_PROTOCOL, PROTOCOL_ISIS },
	{ "iso", WORD_PROTOCOL, PROTOCOL_ISO },
	{ "l1", WORD_PROTOCOL, PROTOCOL_ISIS_L1 },
	{ "l2", WORD_PROTOCOL, PROTOCOL_ISIS_L2 },
	{ "lane", WORD_REFUSED, REFUSAL_ATM },
	{ "lat", WORD_PROTOCOL, PROTOCOL_LAT },
	{ "len", WORD_LENGTH, 0 },
	{ "length", WORD_LENGTH, 0 },
	{ "less", WORD_LESS, 0 },
	{ "link", WORD_PROTOCOL, PROTOCOL_ETHER },
	{ "llc", WORD_LLC, 0 },
	{ "lsp", WORD_PROTOCOL, PROTOCOL_ISIS_LSP },
	{ "lssu", WORD_REFUSED, REFUSAL_SS7 },
	{ "lsu", WORD_REFUSED, REFUSAL_SS7 },
	{ "mask", WORD_MASK, 0 },
	{ "metac", WORD_REFUSED, REFUSAL_ATM },
	{ "metaconnect", WORD_REFUSED, REFUSAL_ATM },
	{ "mopdl", WORD_PROTOCOL, PROTOCOL_MOPDL },
	{ "moprc", WORD_PROTOCOL, PROTOCOL_MOPRC },
	{ "mpls", WORD_MPLS, 0 },
	{ "msu", WORD_REFUSED, REFUSAL_SS7 },
	{ "multicast", WORD_MULTICAST, 0 },
	{ "net", WORD_TYPE, TYPE_NET },
	{ "netbeui", WORD_PROTOCOL, PROTOCOL_NETBEUI },
	{ "not", WORD_NOT, 0 },
	{ "oam", WORD_REFUSED, REFUSAL_ATM },
	{ "oamf4", WORD_REFUSED, REFUSAL_ATM },
	{ "oamf4ec", WORD_REFUSED, REFUSAL_ATM },
	{ "oamf4sc", WORD_REFUSED, REFUSAL_ATM },
	{ "on", WORD_REFUSED, REFUSAL_PF },
	{ "opc", WORD_REFUSED, REFUSAL_SS7 },
	{ "or", WORD_OR, 0 },
	{ "outbound", WORD_REFUSED, REFUSAL_DIRECTION },
	{ "pim", WORD_PROTOCOL, PROTOCOL_PIM },
	{ "port", WORD_TYPE, TYPE_PORT },
	{ "portrange", WORD_TYPE, TYPE_PORTRANGE },
	{ "ppp", WORD_PROTOCOL, PROTOCOL_ETHER },
	{ "pppoed", WORD_PPPOE_DISCOVERY, 0 },
	{ "pppoes", WORD_PPPOE_SESSION, 0 },
	{ "proto", WORD_TYPE, TYPE_PROTO },
	{ "protochain", WORD_REFUSED, REFUSAL_PROTOCHAIN },
	{ "psnp", WORD_PROTOCOL, PROTOCOL_ISIS_PSNP },
	{ "ra", WORD_REFUSED, REFUSAL_WIRELESS },
	{ "radio", WORD_REFUSED, REFUSAL_RADIO },
	{ "rarp", WORD_PROTOCOL, PROTOCOL_RARP },
	{ "reason", WORD_REFUSED, REFUSAL_PF },
	{ "rnr", WORD_REFUSED, REFUSAL_PF },
	{ "rset", WORD_REFUSED, REFUSAL_PF },
	{ "rulenum", WORD_REFUSED, REFUSAL_PF },
	{ "ruleset", WORD_REFUSED, REFUSAL_PF },
	{ "sc", WORD_REFUSED, REFUSAL_ATM },
	{ "sca", WORD_PROTOCOL, PROTOCOL_SCA },
	{ "sctp", WORD_PROTOCOL, PROTOCOL_SCTP },
	{ "sio", WORD_REFUSED, REFUSAL_SS7 },
	{ "slip", WORD_PROTOCOL, PROTOCOL_ETHER },
	{ "sls", WORD_REFUSED, REFUSAL_SS7 },
	{ "snp", WORD_PROTOCOL, PROTOCOL_ISIS_SNP },
	{ "src", WORD_SOURCE, 0 },
	{ "srnr", WORD_REFUSED, REFUSAL_PF },
	{ "stp", WORD_PROTOCOL, PROTOCOL_STP },
	{ "subrulenum", WORD_REFUSED, REFUSAL_PF },
	{ "subtype", WORD_REFUSED, REFUSAL_WIRELESS },
	{ "ta", WORD_REFUSED, REFUSAL_WIRELESS },
	{ "tcp", WORD_PROTOCOL, PROTOCOL_TCP },
	{ "tcp-ack", WORD_NUMBER, 0x10 },
	{ "tcp-cwr", WORD_NUMBER, 0x80 },
	{ "tcp-ece", WORD_NUMBER, 0x40 },
	{ "tcp-fin", WORD_NUMBER, 0x01 },
	{ "tcp-push", WORD_NUMBER, 0x08 },
	{ "tcp-rst", WORD_NUMBER, 0x04 },
	{ "tcp-syn", WORD_NUMBER, 0x02 },
	{ "tcp-urg", WORD_NUMBER, 0x20 },
	{ "tcpflags", WORD_NUMBER, 13 },
	{ "tr", WORD_PROTOCOL, PROTOCOL_ETHER },
	{ "type", WORD_REFUSED, REFUSAL_WIRELESS },
	{ "udp", WORD_PROTOCOL, PROTOCOL_UDP },
	{ "vci", WORD_REFUSED, REFUSAL_ATM },
	{ "vlan", WORD_VLAN, 0 },
	{ "vpi", WORD_REFUSED, REFUSAL_ATM },
	{ "vrrp", WORD_PROTOCOL, PROTOCOL_VRRP },
	{ "wlan", WORD_PROTOCOL, PROTOCOL_ETHER },
};

#define KEYWORDS (sizeof(keywords) / sizeof(keywords[0]))

static const char *const protocol_names[] = {
	[PROTOCOL_NONE] = "", [PROTOCOL_ETHER] = "ether",
	[PROTOCOL_IP] = "ip", [PROTOCOL_IP6] = "ip6", [PROTOCOL_ARP] = "arp",
	[PROTOCOL_RARP] = "rarp", [PROTOCOL_TCP] = "tcp", [PROTOCOL_UDP] = "udp",
	[PROTOCOL_SCTP] = "sctp", [PROTOCOL_ICMP] = "icmp", [PROTOCOL_ICMP6] = "icmp6",
	[PROTOCOL_IGMP] = "igmp", [PROTOCOL_IGRP] = "igrp", [PROTOCOL_PIM] = "pim",
	[PROTOCOL_VRRP] = "vrrp", [PROTOCOL_CARP] = "carp", [PROTOCOL_AH] = "ah",
	[PROTOCOL_ESP] = "esp", [PROTOCOL_ATALK] = "atalk", [PROTOCOL_AARP] = "aarp",
	[PROTOCOL_DECNET] = "decnet", [PROTOCOL_LAT] = "lat", [PROTOCOL_SCA] = "sca",
	[PROTOCOL_MOPRC] = "moprc", [PROTOCOL_MOPDL] = "mopdl", [PROTOCOL_ISO] = "iso",
	[PROTOCOL_ESIS] = "esis", [PROTOCOL_ISIS] = "isis", [PROTOCOL_CLNP] = "clnp",
	[PROTOCOL_ISIS_L1] = "l1", [PROTOCOL_ISIS_L2] = "l2", [PROTOCOL_ISIS_IIH] = "iih",
	[PROTOCOL_ISIS_LSP] = "lsp", [PROTOCOL_ISIS_SNP] = "snp",
	[PROTOCOL_ISIS_CSNP] = "csnp", [PROTOCOL_ISIS_PSNP] = "psnp",
	[PROTOCOL_STP] = "stp", [PROTOCOL_IPX] = "ipx", [PROTOCOL_NETBEUI] = "netbeui",
};

static const char *const llc_names[] = {
	[LLC_I] = "i", [LLC_S] = "s", [LLC_U] = "u", [LLC_RR] = "rr", [LLC_RNR] = "rnr",
	[LLC_REJ] = "rej", [LLC_UI] = "ui", [LLC_UA] = "ua", [LLC_DISC] = "disc",
	[LLC_DM] = "dm", [LLC_SABME] = "sabme", [LLC_TEST] = "test", [LLC_XID] = "xid",
	[LLC_FRMR] = "frmr",
};

struct name {
	const char *text;
	uint32_t number;
};

/* After "ether proto": types, and LLC service access points. */
static const struct name ether_protocols[] = {
	{ "aarp", 0x80f3 }, { "arp", 0x0806 }, { "atalk", 0x809b }, { "decnet", 0x6003 },
	{ "ip", 0x0800 }, { "ip6", 0x86dd }, { "lat", 0x6004 }, { "loopback", 0x9000 },
	{ "mopdl", 0x6001 }, { "moprc", 0x6002 }, { "rarp", 0x8035 }, { "sca", 0x6007 },
	{ "iso", 0xfe }, { "stp", 0x42 }, { "ipx", 0xe0 }, { "netbeui", 0xf0 },
	{ NULL, 0 }
};

/* After "iso proto": network layer protocol identifiers. */
static const struct name iso_protocols[] = {
	{ "esis", 0x82 }, { "isis", 0x83 }, { "clnp", 0x81 }, { NULL, 0 }
};

struct bytes {
	const char *text;
	size_t length;
};

static int keyword_compare(const void *key, const void *entry)
{
	const struct bytes *bytes = key;
	const char *text = ((const struct filter_keyword *)entry)->text;
	int order = strncmp(bytes->text, text, bytes->length);

	return order ? order : text[bytes->length] ? -1 : 0;
}

const struct filter_keyword *filter_keyword_find(const char *text, size_t length)
{
	struct bytes bytes = { text, length };

	return bsearch(&bytes, keywords, KEYWORDS, sizeof(keywords[0]), keyword_compare);
}

const char *filter_keyword_near(const char *text, size_t length)
{
	struct likeness likeness;
	size_t i;

	likeness_begin(&likeness, text, length);
	for (i = 0; i < KEYWORDS; i++)
		if (keywords[i].kind != WORD_REFUSED)
			likeness_offer(&likeness, keywords[i].text);
	return likeness.word;
}

const char *filter_protocol_name(enum filter_protocol protocol)
{
	return protocol_names[protocol];
}

bool filter_llc_find(const char *text, size_t length, enum filter_llc *type)
{
	size_t i;

	for (i = 0; i < sizeof(llc_names) / sizeof(llc_names[0]); i++) {
		if (strlen(llc_names[i]) != length ||
		    strncasecmp(llc_names[i], text, length))
			continue;
		*type = i;
		return true;
	}
	return false;
}

const char *filter_llc_name(enum filter_llc type)
{
	return llc_names[type];
}

int filter_name_host(const char *name, struct addrinfo **found)
{
	struct addrinfo hints = {
		.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM,
		.ai_protocol = IPPROTO_TCP,	/* each address once */
	};
	int error = getaddrinfo(name, NULL, &hints, found);

	return error == EAI_MEMORY ? -ENOMEM : error ? -ENOENT : 0;
}

int filter_name_hardware(const char *name, uint8_t bytes[6])
{
	struct ether_addr address;

	if (ether_hostton(name, &address))
		return -ENOENT;
	memcpy(bytes, address.ether_addr_octet, 6);
	return 0;
}

int filter_name_network(const char *name, uint32_t *number)
{
	struct netent *entry = getnetbyname(name);

	/* 0 is what libpcap takes for none. */
	if (!entry || !entry->n_net)
		return -ENOENT;
	*number = entry->n_net;
	return 0;
}

/* The port of a service in one transport protocol, -ENOENT, or -ENOMEM. */
static int service_port(const char *name, int type, int protocol)
{
	struct addrinfo hints = {
		.ai_family = AF_UNSPEC, .ai_socktype = type, .ai_protocol = protocol,
	};
	struct addrinfo *found = NULL, *each;
	int error, port = -ENOENT;

	error = getaddrinfo(NULL, name, &hints, &found);
	if (error)
		return error == EAI_MEMORY ? -ENOMEM : -ENOENT;
	for (each = found; each && port < 0; each = each->ai_next) {
		if (each->ai_family == AF_INET)
			port = ntohs(((struct sockaddr_in *)each->ai_addr)->sin_port);
		else if (each->ai_family == AF_INET6)
			port = ntohs(((struct sockaddr_in6 *)each->ai_addr)->sin6_port);
	}
	freeaddrinfo(found);
	return port;
}

int filter_name_port(const char *name, uint32_t *port, enum filter_protocol *protocol)
{
	int tcp, udp;
	char *end;

	/* Not cut to 16 bits, as it would be below. */
	*protocol = PROTOCOL_NONE;
	if (*name >= '0' && *name <= '9') {
		unsigned long number = strtoul(name, &end, 10);

		*port = number > UINT32_MAX ? UINT32_MAX : number;
		if (!*end)
			return 0;
	}
	tcp = service_port(name, SOCK_STREAM, IPPROTO_TCP);
	if (tcp == -ENOMEM)
		return tcp;
	udp = service_port(name, SOCK_DGRAM, IPPROTO_UDP);
	if (udp == -ENOMEM || (tcp < 0 && udp < 0))
		return udp;
	/* As libpcap: of two different numbers TCP's. */
	*port = tcp >= 0 ? tcp : udp;
	*protocol = tcp < 0 ? PROTOCOL_UDP : udp == tcp ? PROTOCOL_NONE : PROTOCOL_TCP;
	return 0;
}

static int name_search(const struct name *names, const char *name, uint32_t *number)
{
	for (; names->text; names++) {
		if (!strcmp(names->text, name)) {
			*number = names->number;
			return 0;
		}
	}
	return -ENOENT;
}

int filter_name_protocol(const char *name, enum filter_protocol qualifier,
			 uint32_t *number)
{
	struct protoent *entry;

	if (qualifier == PROTOCOL_ETHER)
		return name_search(ether_protocols, name, number);
	if (qualifier == PROTOCOL_ISO)
		return name_search(iso_protocols, name, number);
	if (qualifier == PROTOCOL_ISIS)
		return -ENOENT;
	entry = getprotobyname(name);
	if (!entry)
		return -ENOENT;
	*number = entry->p_proto;
	return 0;
}
