/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names that the tests of filters look up, in place of the C library's. libpcap
 * calls these too, so both see the same names on any machine, and nothing is
 * asked of a name server.
 */
#ifndef FILTER_STUBS_H
#define FILTER_STUBS_H

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/ether.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	const char *addresses[4];
} stub_hosts[] = {
	{ "four", { "192.0.2.1" } },
	{ "six", { "2001:db8::1" } },
	{ "both", { "192.0.2.1", "2001:db8::1" } },
	{ "many", { "192.0.2.1", "2001:db8::2", "192.0.2.3", "2001:db8::4" } },
	{ "vs", { "192.0.2.7" } },
	{ "ace", { "192.0.2.8" } },
	{ "tcp", { "192.0.2.9" } },
	{ "a-b.example", { "192.0.2.10" } },
};

/* 0 is none. */
static const struct {
	const char *name;
	uint16_t tcp, udp;
} stub_services[] = {
	{ "http", 80, 0 }, { "https", 443, 443 }, { "domain", 53, 53 }, { "tftp", 0, 69 },
	{ "odd", 1000, 2000 }, { "http-alt", 8080, 8080 }, { "port", 7, 7 },
};

static struct addrinfo *stub_new(int family, const void *address, uint16_t port)
{
	struct {
		struct addrinfo info;
		union {
			struct sockaddr any;
			struct sockaddr_in in;
			struct sockaddr_in6 in6;
		} address;
	} *found = calloc(1, sizeof(*found));

	if (!found)
		abort();
	found->info.ai_family = family;
	found->info.ai_addr = &found->address.any;
	found->address.any.sa_family = family;
	if (family == AF_INET) {
		found->address.in.sin_port = htons(port);
		memcpy(&found->address.in.sin_addr, address, 4);
	} else {
		found->address.in6.sin6_port = htons(port);
		memcpy(&found->address.in6.sin6_addr, address, 16);
	}
	return &found->info;
}

static struct addrinfo *stub_address(const char *text, int family)
{
	uint8_t bytes[16];

	if (family != AF_INET6 && inet_aton(text, (struct in_addr *)bytes))
		return stub_new(AF_INET, bytes, 0);
	if (family != AF_INET && inet_pton(AF_INET6, text, bytes) == 1)
		return stub_new(AF_INET6, bytes, 0);
	return NULL;
}

static struct addrinfo *stub_service(const char *name, int protocol)
{
	static const uint8_t any[4];
	char *end;
	size_t i;

	if (*name >= '0' && *name <= '9') {
		unsigned long number = strtoul(name, &end, 10);

		if (!*end)
			return stub_new(AF_INET, any, number);
	}
	for (i = 0; i < sizeof(stub_services) / sizeof(stub_services[0]); i++) {
		uint16_t port = protocol == IPPROTO_TCP ? stub_services[i].tcp :
				stub_services[i].udp;

		if (port && !strcmp(name, stub_services[i].name))
			return stub_new(AF_INET, any, port);
	}
	return NULL;
}

static struct addrinfo *stub_host(const char *name, int family)
{
	struct addrinfo *found = stub_address(name, family), **last = &found;
	size_t i, j;

	if (found)
		return found;
	for (i = 0; i < sizeof(stub_hosts) / sizeof(stub_hosts[0]); i++) {
		if (strcmp(name, stub_hosts[i].name))
			continue;
		for (j = 0; j < 4 && stub_hosts[i].addresses[j]; j++) {
			*last = stub_address(stub_hosts[i].addresses[j], AF_UNSPEC);
			last = &(*last)->ai_next;
		}
	}
	return found;
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		struct addrinfo **found)
{
	*found = node ? stub_host(node, hints->ai_family) :
		 stub_service(service, hints->ai_protocol);
	return *found ? 0 : node ? EAI_NONAME : EAI_SERVICE;
}

void freeaddrinfo(struct addrinfo *found)
{
	while (found) {
		struct addrinfo *next = found->ai_next;

		free(found);
		found = next;
	}
}

struct netent *getnetbyname(const char *name)
{
	static struct netent entry;

	if (!strcmp(name, "loopback"))
		entry.n_net = 0x7f000000;
	else if (!strcmp(name, "short"))
		entry.n_net = 0xc000;
	else
		return NULL;
	return &entry;
}

int getnetbyname_r(const char *name, struct netent *entry, char *buffer, size_t size,
		   struct netent **found, int *error)
{
	(void)buffer;
	(void)size;
	(void)error;
	*found = getnetbyname(name);
	if (*found) {
		*entry = **found;
		*found = entry;
	}
	return 0;
}

struct protoent *getprotobyname(const char *name)
{
	static struct protoent entry;

	if (!strcmp(name, "tcp"))
		entry.p_proto = 6;
	else if (!strcmp(name, "icmp") || !strcmp(name, "ICMP"))
		entry.p_proto = 1;
	else if (!strcmp(name, "gre"))
		entry.p_proto = 47;
	else
		return NULL;
	return &entry;
}

int getprotobyname_r(const char *name, struct protoent *entry, char *buffer, size_t size,
		     struct protoent **found)
{
	(void)buffer;
	(void)size;
	*found = getprotobyname(name);
	if (*found) {
		*entry = **found;
		*found = entry;
	}
	return 0;
}

int ether_hostton(const char *name, struct ether_addr *address)
{
	static const struct ether_addr known = { { 2, 0, 0, 0, 0, 1 } };

	if (strcmp(name, "four"))
		return -1;
	*address = known;
	return 0;
}

#endif
