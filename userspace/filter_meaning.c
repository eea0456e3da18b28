// SPDX-License-Identifier: GPL-2.0-only
#include "filter_meaning.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* A type field up to this is a length: an IEEE 802.3 frame, LLC follows. */
#define LENGTH_MAX 1500

/* Service access points of IEEE 802.2. */
#define SAP_ISO 0xfe
#define SAP_IP 0x06
#define SAP_NETBEUI 0xf0
#define SAP_IPX 0xe0
#define SAP_STP 0x42
#define SAP_SNAP 0xaa

/* Protocols of OSI and of IS-IS, ISO 9577 and ISO 10589. */
#define OSI_CLNP 0x81
#define OSI_ESIS 0x82
#define OSI_ISIS 0x83

/* Types that the kernel's header does not have. */
#define TYPE_ATALK 0x809b
#define TYPE_AARP 0x80f3
#define TYPE_DECNET 0x6003
#define TYPE_LAT 0x6004
#define TYPE_SCA 0x6007
#define TYPE_MOPDL 0x6001
#define TYPE_MOPRC 0x6002
#define TYPE_IPX 0x8137
#define TYPE_XNS 0x0600
#define TYPE_QINQ 0x9100
#define TYPE_MPLS 0x8847

/* Of a mask of the length, which takes a rule for each value that they allow. */
#define LENGTH_GAPS_MAX 4

/* How far nft's loads reach, and how far behind an IPv4 header of 60 bytes. */
#define REACH_FRAME 255
#define REACH_TRANSPORT 180

/* Where the layers stand: what "vlan", "mpls" and "pppoes" move. Bytes from the
 * start of the frame, but for the two that count from the payload. */
struct layers {
	unsigned int link;		/* the link header */
	unsigned int type;		/* its type field */
	unsigned int payload;		/* what follows the link header */
	unsigned int network;		/* the network header, from the payload */
	unsigned int osi;		/* an OSI header behind LLC, from the payload */
	unsigned int labels;		/* of MPLS, so far */
	bool ppp;			/* inside PPPoE */
	bool moved;			/* no longer where nft looks by itself */
};

struct meaning {
	struct formula_space *space;
	struct error_list *errors;
	struct layers layers;
	const struct filter *at;	/* the primitive at work */
	int error;
};

typedef const struct formula *formula_t;

static formula_t give_up(struct meaning *meaning, int error)
{
	if (!meaning->error)
		meaning->error = error;
	return formula_constant(meaning->space, false);
}

static formula_t unsupported(struct meaning *meaning, const char *why)
{
	return give_up(meaning, error_definition(meaning->errors, &meaning->at->where,
						 "this cannot stand here, %s", why));
}

static void number_put(uint8_t *bytes, size_t length, uint64_t number)
{
	while (length--) {
		bytes[length] = number;
		number >>= 8;
	}
}

/* The bytes at a place, masked, from @low to @high as a big-endian number; what
 * does not fit into @length bytes is cut off or never true. */
static formula_t range(struct meaning *meaning, enum formula_base base,
		       unsigned int offset, unsigned int length, uint32_t mask,
		       uint32_t low, uint32_t high)
{
	uint32_t most = length == 4 ? UINT32_MAX : (1u << 8 * length) - 1;
	struct formula_place place = { .base = base, .offset = offset, .length = length };
	unsigned int reach = base == FORMULA_FRAME ? REACH_FRAME : REACH_TRANSPORT;
	struct plan_range values = { 0 };

	if (base != FORMULA_LENGTH && offset + length > reach)
		return give_up(meaning, error_definition(meaning->errors,
			&meaning->at->where,
			"this looks at byte %u, nft reaches %u bytes far: --path tc can do it",
			offset + length - 1, reach));
	if (low > most)
		return formula_constant(meaning->space, false);
	if (high > most)
		high = most;
	number_put(place.mask, length, mask);
	number_put(values.low, length, low);
	number_put(values.high, length, high);
	return formula_test(meaning->space, &place, &values, 1);
}

static formula_t is(struct meaning *meaning, unsigned int offset,
		    unsigned int length, uint32_t value)
{
	return range(meaning, FORMULA_FRAME, offset, length, UINT32_MAX, value, value);
}

static formula_t is_masked(struct meaning *meaning, unsigned int offset,
			   unsigned int length, uint32_t mask, uint32_t value)
{
	return range(meaning, FORMULA_FRAME, offset, length, mask, value, value);
}

/* Up to PLAN_VALUE_MAX bytes that all must be the same. */
static formula_t are(struct meaning *meaning, unsigned int offset,
		     const uint8_t *bytes, const uint8_t *mask, size_t length)
{
	struct formula_place place = { .base = FORMULA_FRAME, .offset = offset,
				       .length = length };
	struct plan_range values = { 0 };
	size_t i;

	if (offset + length > REACH_FRAME)
		return range(meaning, FORMULA_FRAME, offset, length, 0, 0, 0);
	for (i = 0; i < length; i++) {
		place.mask[i] = mask ? mask[i] : 0xff;
		values.low[i] = values.high[i] = bytes[i] & place.mask[i];
	}
	return formula_test(meaning->space, &place, &values, 1);
}

static formula_t both(struct meaning *meaning, formula_t a, formula_t b)
{
	return formula_and2(meaning->space, a, b);
}

static formula_t either(struct meaning *meaning, formula_t a, formula_t b)
{
	return formula_or2(meaning->space, a, b);
}

static formula_t negate(struct meaning *meaning, formula_t a)
{
	return formula_not(meaning->space, a);
}

/* --- the link layer's type --- */

static formula_t is_ieee802(struct meaning *meaning)
{
	return range(meaning, FORMULA_FRAME, meaning->layers.type, 2, UINT32_MAX,
		     0, LENGTH_MAX);
}

/* An LLC header for SNAP, RFC 1042: organisation and type. */
static formula_t is_snap(struct meaning *meaning, uint32_t organisation, uint16_t type)
{
	const uint8_t header[8] = {
		SAP_SNAP, SAP_SNAP, 0x03, organisation >> 16, organisation >> 8,
		organisation, type >> 8, type,
	};

	return are(meaning, meaning->layers.payload, header, NULL, sizeof(header));
}

/* Inside PPP the types are PPP's own numbers, where they have one. */
static uint32_t ppp_type(uint32_t type)
{
	static const uint32_t types[][2] = {
		{ ETH_P_IP, 0x21 }, { ETH_P_IPV6, 0x57 }, { TYPE_DECNET, 0x27 },
		{ TYPE_ATALK, 0x29 }, { TYPE_XNS, 0x25 }, { SAP_ISO, 0x23 },
		{ SAP_STP, 0x31 }, { SAP_IPX, 0x2b },
	};
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i][0] == type)
			return types[i][1];
	return type;
}

/* There is no type field above MPLS: the bottom of the stack and the version of
 * what follows tell. */
static formula_t mpls_type(struct meaning *meaning, uint32_t type)
{
	const struct layers *layers = &meaning->layers;
	unsigned int network = layers->payload + layers->network;

	if (type != ETH_P_IP && type != ETH_P_IPV6)
		return unsupported(meaning, "only IP and IPv6 can be told apart above MPLS");
	return both(meaning, is_masked(meaning, network - 2, 1, 0x01, 0x01),
		    is_masked(meaning, network, 1, 0xf0, type == ETH_P_IP ? 0x40 : 0x60));
}

/* IPX comes in four kinds of frame. */
static formula_t ipx_type(struct meaning *meaning)
{
	const struct layers *layers = &meaning->layers;
	formula_t llc;

	llc = either(meaning, is(meaning, layers->payload, 1, SAP_IPX),
		     is(meaning, layers->payload, 2, 0xffff));
	llc = either(meaning, llc, is_snap(meaning, 0, TYPE_IPX));
	return either(meaning, is(meaning, layers->type, 2, TYPE_IPX),
		      both(meaning, is_ieee802(meaning), llc));
}

/* @type is an Ethernet type, or up to LENGTH_MAX a service access point. */
static formula_t link_type(struct meaning *meaning, uint32_t type)
{
	const struct layers *layers = &meaning->layers;

	if (layers->labels)
		return mpls_type(meaning, type);
	if (layers->ppp)
		return is(meaning, layers->type, 2, ppp_type(type));
	switch (type) {
	case SAP_ISO:
	case SAP_IP:
	case SAP_NETBEUI:
		return both(meaning, is_ieee802(meaning),
			    is(meaning, layers->payload, 2, type << 8 | type));
	case SAP_IPX:
		return ipx_type(meaning);
	case TYPE_ATALK:
	case TYPE_AARP:
		return either(meaning, is(meaning, layers->type, 2, type),
			      both(meaning, is_ieee802(meaning),
				   is_snap(meaning, type == TYPE_ATALK ? 0x080007 : 0, type)));
	}
	if (type > LENGTH_MAX)
		return is(meaning, layers->type, 2, type);
	return both(meaning, is_ieee802(meaning), is(meaning, layers->type + 2, 1, type));
}

/* --- protocols --- */

static unsigned int network_offset(const struct meaning *meaning)
{
	return meaning->layers.payload + meaning->layers.network;
}

static formula_t ip_protocol(struct meaning *meaning, uint32_t protocol)
{
	return both(meaning, link_type(meaning, ETH_P_IP),
		    is(meaning, network_offset(meaning) + 9, 1, protocol));
}

/* No extension header is followed but a fragment header that comes first. */
static formula_t ip6_protocol(struct meaning *meaning, uint32_t protocol)
{
	unsigned int network = network_offset(meaning);
	formula_t direct, fragment;

	direct = is(meaning, network + 6, 1, protocol);
	fragment = both(meaning, is(meaning, network + 6, 1, IPPROTO_FRAGMENT),
			is(meaning, network + 40, 1, protocol));
	return both(meaning, link_type(meaning, ETH_P_IPV6),
		    either(meaning, direct, fragment));
}

static formula_t any_protocol(struct meaning *meaning, uint32_t protocol)
{
	return either(meaning, ip_protocol(meaning, protocol),
		      ip6_protocol(meaning, protocol));
}

static formula_t osi_protocol(struct meaning *meaning, uint32_t protocol)
{
	return both(meaning, link_type(meaning, SAP_ISO),
		    is(meaning, meaning->layers.payload + meaning->layers.osi, 1, protocol));
}

static formula_t isis_type(struct meaning *meaning, uint32_t type)
{
	return both(meaning, osi_protocol(meaning, OSI_ISIS),
		    is(meaning, meaning->layers.payload + meaning->layers.osi + 4, 1, type));
}

/* The types of IS-IS packets that a name stands for, ISO 10589. */
static formula_t isis_group(struct meaning *meaning, enum filter_protocol protocol)
{
	static const struct {
		enum filter_protocol protocol;
		uint8_t types[6];
	} groups[] = {
		{ PROTOCOL_ISIS_L1, { 15, 17, 18, 24, 26 } },
		{ PROTOCOL_ISIS_L2, { 16, 17, 20, 25, 27 } },
		{ PROTOCOL_ISIS_IIH, { 15, 16, 17 } },
		{ PROTOCOL_ISIS_LSP, { 18, 20 } },
		{ PROTOCOL_ISIS_SNP, { 24, 25, 26, 27 } },
		{ PROTOCOL_ISIS_CSNP, { 24, 25 } },
		{ PROTOCOL_ISIS_PSNP, { 26, 27 } },
	};
	formula_t result = formula_constant(meaning->space, false);
	size_t i, j;

	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		for (j = 0; groups[i].protocol == protocol && groups[i].types[j]; j++)
			result = either(meaning, result,
					isis_type(meaning, groups[i].types[j]));
	return result;
}

/* A protocol by its name alone. */
static formula_t protocol_name(struct meaning *meaning, enum filter_protocol protocol)
{
	switch (protocol) {
	case PROTOCOL_IP: return link_type(meaning, ETH_P_IP);
	case PROTOCOL_IP6: return link_type(meaning, ETH_P_IPV6);
	case PROTOCOL_ARP: return link_type(meaning, ETH_P_ARP);
	case PROTOCOL_RARP: return link_type(meaning, ETH_P_RARP);
	case PROTOCOL_TCP: return any_protocol(meaning, IPPROTO_TCP);
	case PROTOCOL_UDP: return any_protocol(meaning, IPPROTO_UDP);
	case PROTOCOL_SCTP: return any_protocol(meaning, IPPROTO_SCTP);
	case PROTOCOL_ICMP: return ip_protocol(meaning, IPPROTO_ICMP);
	case PROTOCOL_ICMP6: return ip6_protocol(meaning, IPPROTO_ICMPV6);
	case PROTOCOL_IGMP: return ip_protocol(meaning, IPPROTO_IGMP);
	case PROTOCOL_IGRP: return ip_protocol(meaning, 9);
	case PROTOCOL_PIM: return any_protocol(meaning, IPPROTO_PIM);
	case PROTOCOL_VRRP:
	case PROTOCOL_CARP: return ip_protocol(meaning, 112);
	case PROTOCOL_AH: return any_protocol(meaning, IPPROTO_AH);
	case PROTOCOL_ESP: return any_protocol(meaning, IPPROTO_ESP);
	case PROTOCOL_ATALK: return link_type(meaning, TYPE_ATALK);
	case PROTOCOL_AARP: return link_type(meaning, TYPE_AARP);
	case PROTOCOL_DECNET: return link_type(meaning, TYPE_DECNET);
	case PROTOCOL_LAT: return link_type(meaning, TYPE_LAT);
	case PROTOCOL_SCA: return link_type(meaning, TYPE_SCA);
	case PROTOCOL_MOPRC: return link_type(meaning, TYPE_MOPRC);
	case PROTOCOL_MOPDL: return link_type(meaning, TYPE_MOPDL);
	case PROTOCOL_ISO: return link_type(meaning, SAP_ISO);
	case PROTOCOL_ESIS: return osi_protocol(meaning, OSI_ESIS);
	case PROTOCOL_ISIS: return osi_protocol(meaning, OSI_ISIS);
	case PROTOCOL_CLNP: return osi_protocol(meaning, OSI_CLNP);
	case PROTOCOL_STP: return link_type(meaning, SAP_STP);
	case PROTOCOL_IPX: return link_type(meaning, SAP_IPX);
	case PROTOCOL_NETBEUI: return link_type(meaning, SAP_NETBEUI);
	case PROTOCOL_ISIS_L1:
	case PROTOCOL_ISIS_L2:
	case PROTOCOL_ISIS_IIH:
	case PROTOCOL_ISIS_LSP:
	case PROTOCOL_ISIS_SNP:
	case PROTOCOL_ISIS_CSNP:
	case PROTOCOL_ISIS_PSNP: return isis_group(meaning, protocol);
	case PROTOCOL_NONE:
	case PROTOCOL_ETHER: break;
	}
	return unsupported(meaning, "it is no protocol");
}

/* "proto N" behind a qualifier. */
static formula_t protocol_number(struct meaning *meaning, enum filter_protocol qualifier,
				 uint32_t number)
{
	switch (qualifier) {
	case PROTOCOL_NONE: return any_protocol(meaning, number);
	case PROTOCOL_ETHER: return link_type(meaning, number);
	case PROTOCOL_IP: return ip_protocol(meaning, number);
	case PROTOCOL_IP6: return ip6_protocol(meaning, number);
	case PROTOCOL_ISO: return osi_protocol(meaning, number);
	case PROTOCOL_ISIS: return isis_type(meaning, number);
	default: return unsupported(meaning, "that protocol carries no other");
	}
}

/* --- addresses --- */

/* Either or both of two fields, as the direction says. */
static formula_t directed(struct meaning *meaning, enum filter_direction direction,
			  formula_t source, formula_t destination)
{
	switch (direction) {
	case FILTER_SOURCE: return source;
	case FILTER_DESTINATION: return destination;
	case FILTER_BOTH: return both(meaning, source, destination);
	case FILTER_EITHER: break;
	}
	return either(meaning, source, destination);
}

static formula_t address_in(struct meaning *meaning, const struct filter *filter,
			    uint32_t type, unsigned int source, unsigned int destination)
{
	const struct filter_address *address = &filter->address;
	unsigned int network = network_offset(meaning);
	formula_t fields;

	fields = directed(meaning, filter->direction,
			  are(meaning, network + source, address->bytes, address->mask,
			      address->length),
			  are(meaning, network + destination, address->bytes,
			      address->mask, address->length));
	return both(meaning, link_type(meaning, type), fields);
}

static formula_t mean_host_ip(struct meaning *meaning, const struct filter *filter)
{
	enum filter_protocol protocol = filter->protocol;
	formula_t result = formula_constant(meaning->space, false);

	if (protocol == PROTOCOL_NONE || protocol == PROTOCOL_IP)
		result = address_in(meaning, filter, ETH_P_IP, 12, 16);
	/* ARP and RARP name the same addresses, but not above MPLS. */
	if (protocol == PROTOCOL_ARP || (protocol == PROTOCOL_NONE && !meaning->layers.labels))
		result = either(meaning, result,
				address_in(meaning, filter, ETH_P_ARP, 14, 24));
	if (protocol == PROTOCOL_RARP || (protocol == PROTOCOL_NONE && !meaning->layers.labels))
		result = either(meaning, result,
				address_in(meaning, filter, ETH_P_RARP, 14, 24));
	return result;
}

static formula_t mean_host(struct meaning *meaning, const struct filter *filter)
{
	const struct filter_address *address = &filter->address;
	unsigned int link = meaning->layers.link;

	if (address->length == 16)
		return address_in(meaning, filter, ETH_P_IPV6, 8, 24);
	if (address->length == 4)
		return mean_host_ip(meaning, filter);
	if (address->length == 2)
		return unsupported(meaning, "nft cannot look for DECnet addresses: --path tc can do it");
	if (meaning->layers.ppp)
		return unsupported(meaning, "PPP has no hardware addresses");
	return directed(meaning, filter->direction,
			are(meaning, link + 6, address->bytes, address->mask, 6),
			are(meaning, link, address->bytes, address->mask, 6));
}

/* --- the transport header --- */

/*
 * Bytes behind the IPv4 header, which is as long as its first byte says. Where
 * nft knows the place by itself it is a place of its own; elsewhere each of the
 * sixteen lengths is an alternative.
 */
static formula_t transport_ip(struct meaning *meaning, unsigned int offset,
			      unsigned int length, uint32_t mask, uint32_t low,
			      uint32_t high)
{
	unsigned int network = network_offset(meaning);
	formula_t alternatives[16];
	unsigned int words;

	if (!meaning->layers.moved && !meaning->at->unchecked)
		return range(meaning, FORMULA_TRANSPORT_IP, offset, length, mask, low, high);
	for (words = 0; words < 16; words++)
		alternatives[words] =
			both(meaning, is_masked(meaning, network, 1, 0x0f, words),
			     range(meaning, FORMULA_FRAME, network + 4 * words + offset,
				   length, mask, low, high));
	return formula_or(meaning->space, alternatives, 16);
}

static formula_t transport_ip6(struct meaning *meaning, unsigned int offset,
			       unsigned int length, uint32_t mask, uint32_t low,
			       uint32_t high)
{
	if (!meaning->layers.moved && !meaning->at->unchecked)
		return range(meaning, FORMULA_TRANSPORT_IP6, offset, length, mask, low, high);
	return range(meaning, FORMULA_FRAME, network_offset(meaning) + 40 + offset,
		     length, mask, low, high);
}

/* Later fragments have no transport header. */
static formula_t is_first_fragment(struct meaning *meaning)
{
	return is_masked(meaning, network_offset(meaning) + 6, 2, 0x1fff, 0);
}

/* One protocol of @protocols, in the header field at @offset. */
static formula_t protocol_among(struct meaning *meaning, unsigned int offset,
				enum filter_protocol protocol)
{
	formula_t result = formula_constant(meaning->space, false);

	if (protocol == PROTOCOL_NONE || protocol == PROTOCOL_TCP)
		result = is(meaning, offset, 1, IPPROTO_TCP);
	if (protocol == PROTOCOL_NONE || protocol == PROTOCOL_UDP)
		result = either(meaning, result, is(meaning, offset, 1, IPPROTO_UDP));
	if (protocol == PROTOCOL_NONE || protocol == PROTOCOL_SCTP)
		result = either(meaning, result, is(meaning, offset, 1, IPPROTO_SCTP));
	return result;
}

static formula_t mean_port(struct meaning *meaning, const struct filter *filter)
{
	unsigned int network = network_offset(meaning);
	uint32_t low = filter->low, high = filter->high;
	formula_t ip, ip6;

	ip = directed(meaning, filter->direction,
		      transport_ip(meaning, 0, 2, UINT32_MAX, low, high),
		      transport_ip(meaning, 2, 2, UINT32_MAX, low, high));
	ip = both(meaning, is_first_fragment(meaning), ip);
	ip = both(meaning, protocol_among(meaning, network + 9, filter->protocol), ip);
	ip = both(meaning, link_type(meaning, ETH_P_IP), ip);
	ip6 = directed(meaning, filter->direction,
		       transport_ip6(meaning, 0, 2, UINT32_MAX, low, high),
		       transport_ip6(meaning, 2, 2, UINT32_MAX, low, high));
	ip6 = both(meaning, protocol_among(meaning, network + 6, filter->protocol), ip6);
	ip6 = both(meaning, link_type(meaning, ETH_P_IPV6), ip6);
	return either(meaning, ip, ip6);
}

/* --- loads and lengths --- */

/* The values that stand in a relation to @number, as one range or, for "not
 * equal", the range to leave out. False if there are none. */
static bool relation_range(enum filter_relation relation, uint32_t number,
			   uint32_t *low, uint32_t *high)
{
	*low = 0;
	*high = UINT32_MAX;
	switch (relation) {
	case RELATION_EQUAL:
	case RELATION_NOT_EQUAL:
		*low = *high = number;
		return true;
	case RELATION_LESS:
		*high = number - 1;
		return number > 0;
	case RELATION_LESS_EQUAL:
		*high = number;
		return true;
	case RELATION_GREATER:
		*low = number + 1;
		return number < UINT32_MAX;
	case RELATION_GREATER_EQUAL:
		*low = number;
		return true;
	}
	return false;
}

/* Protocols whose loads start behind an IPv4 header, and never an IPv6 one. */
static bool is_behind_ip(enum filter_protocol protocol)
{
	switch (protocol) {
	case PROTOCOL_TCP:
	case PROTOCOL_UDP:
	case PROTOCOL_SCTP:
	case PROTOCOL_ICMP:
	case PROTOCOL_IGMP:
	case PROTOCOL_IGRP:
	case PROTOCOL_PIM:
	case PROTOCOL_VRRP:
	case PROTOCOL_CARP:
		return true;
	default:
		return false;
	}
}

/* What has to be true of a frame before the load means anything. */
static formula_t load_condition(struct meaning *meaning, enum filter_protocol protocol)
{
	formula_t condition;

	if (protocol == PROTOCOL_ETHER)
		return formula_constant(meaning->space, true);
	if (is_behind_ip(protocol)) {
		condition = both(meaning, protocol_name(meaning, protocol),
				 is_first_fragment(meaning));
		return both(meaning, link_type(meaning, ETH_P_IP), condition);
	}
	if (protocol == PROTOCOL_ICMP6)
		return both(meaning, link_type(meaning, ETH_P_IPV6),
			    is(meaning, network_offset(meaning) + 6, 1, IPPROTO_ICMPV6));
	return protocol_name(meaning, protocol);
}

static formula_t load_range(struct meaning *meaning, const struct filter *filter,
			    uint32_t low, uint32_t high)
{
	unsigned int base;

	if (is_behind_ip(filter->protocol))
		return transport_ip(meaning, filter->offset, filter->size, filter->mask,
				    low, high);
	if (filter->protocol == PROTOCOL_ICMP6)
		return transport_ip6(meaning, filter->offset, filter->size, filter->mask,
				     low, high);
	base = filter->protocol == PROTOCOL_ETHER ? meaning->layers.link :
	       network_offset(meaning);
	return range(meaning, FORMULA_FRAME, base + filter->offset, filter->size,
		     filter->mask, low, high);
}

static formula_t mean_load(struct meaning *meaning, const struct filter *filter)
{
	formula_t condition, value;
	uint32_t low, high;

	/* Far beyond any frame: kept from wrapping around in sums. */
	if (filter->offset > 65535)
		return range(meaning, FORMULA_FRAME, 65535, 4, 0, 0, 0);
	condition = filter->unchecked ? formula_constant(meaning->space, true) :
		    load_condition(meaning, filter->protocol);
	if (!relation_range(filter->relation, filter->number, &low, &high))
		return formula_constant(meaning->space, false);
	value = load_range(meaning, filter, low, high);
	if (filter->relation == RELATION_NOT_EQUAL)
		value = negate(meaning, value);
	return both(meaning, condition, value);
}

/* Bits of a mask that are zero between others: each doubles the ranges that the
 * lowering writes down. */
static unsigned int mask_gaps(uint32_t mask)
{
	unsigned int gaps = 0;

	if (!mask)
		return 0;
	for (mask >>= __builtin_ctz(mask); mask; mask >>= 1)
		gaps += !(mask & 1);
	return gaps;
}

static formula_t mean_length(struct meaning *meaning, const struct filter *filter)
{
	formula_t value;
	uint32_t low, high;

	if (mask_gaps(filter->mask & LENGTH_BITS) > LENGTH_GAPS_MAX)
		return unsupported(meaning, "nft would need a rule for each of many lengths: --path tc can do it");
	if (!relation_range(filter->relation, filter->number, &low, &high))
		return formula_constant(meaning->space, false);
	value = range(meaning, FORMULA_LENGTH, 0, 4, filter->mask ? filter->mask : UINT32_MAX,
		      low, high);
	return filter->relation == RELATION_NOT_EQUAL ? negate(meaning, value) : value;
}

/* --- what moves the layers --- */

static formula_t mean_vlan(struct meaning *meaning, const struct filter *filter)
{
	struct layers *layers = &meaning->layers;
	formula_t result;

	if (layers->labels)
		return unsupported(meaning, "there is no VLAN tag above MPLS");
	if (layers->ppp)
		return unsupported(meaning, "there is no VLAN tag inside PPP");
	result = either(meaning, is(meaning, layers->type, 2, ETH_P_8021Q),
			is(meaning, layers->type, 2, ETH_P_8021AD));
	result = either(meaning, result, is(meaning, layers->type, 2, TYPE_QINQ));
	if (filter->has_number)
		result = both(meaning, result, is_masked(meaning, layers->payload, 2,
							 0x0fff, filter->number));
	layers->type += 4;
	layers->payload += 4;
	layers->moved = true;
	return result;
}

static formula_t mean_mpls(struct meaning *meaning, const struct filter *filter)
{
	struct layers *layers = &meaning->layers;
	formula_t result;

	if (layers->labels)	/* another label follows: not the bottom yet */
		result = is_masked(meaning, network_offset(meaning) - 2, 1, 0x01, 0);
	else if (layers->ppp)
		result = is(meaning, layers->type, 2, 0x0281);
	else
		result = link_type(meaning, TYPE_MPLS);
	if (filter->has_number)
		result = both(meaning, result,
			      is_masked(meaning, network_offset(meaning), 4, 0xfffff000,
					filter->number << 12));
	layers->network += 4;
	layers->osi += 4;
	layers->labels++;
	layers->moved = true;
	return result;
}

static formula_t mean_pppoe_session(struct meaning *meaning, const struct filter *filter)
{
	struct layers *layers = &meaning->layers;
	formula_t result = link_type(meaning, ETH_P_PPP_SES);

	if (filter->has_number)
		result = both(meaning, result, is_masked(meaning, network_offset(meaning), 4,
							 0x0000ffff, filter->number));
	layers->link = network_offset(meaning) + 6;	/* behind the PPPoE header */
	layers->type = layers->link;
	layers->payload = layers->link + 2;
	layers->network = layers->osi = 0;
	layers->ppp = true;
	layers->moved = true;
	return result;
}

/* IEEE 802.2: which control field a name stands for, and under which mask. */
static formula_t mean_llc(struct meaning *meaning, const struct filter *filter)
{
	static const struct { uint8_t mask, value; } controls[] = {
		[LLC_I] = { 0x01, 0x00 }, [LLC_S] = { 0x03, 0x01 }, [LLC_U] = { 0x03, 0x03 },
		[LLC_RR] = { 0x0f, 0x01 }, [LLC_RNR] = { 0x0f, 0x05 },
		[LLC_REJ] = { 0x0f, 0x09 }, [LLC_UI] = { 0xef, 0x03 },
		[LLC_UA] = { 0xef, 0x63 }, [LLC_DISC] = { 0xef, 0x43 },
		[LLC_DM] = { 0xef, 0x0f }, [LLC_SABME] = { 0xef, 0x6f },
		[LLC_TEST] = { 0xef, 0xe3 }, [LLC_XID] = { 0xef, 0xaf },
		[LLC_FRMR] = { 0xef, 0x87 },
	};
	const struct layers *layers = &meaning->layers;
	formula_t result;

	if (layers->ppp)
		return unsupported(meaning, "there is no LLC inside PPP");
	/* Novell's raw frames have a length too, but no LLC. */
	result = both(meaning, is_ieee802(meaning),
		      negate(meaning, is(meaning, layers->payload, 2, 0xffff)));
	if (!filter->has_number)
		return result;
	return both(meaning, result,
		    is_masked(meaning, layers->payload + 2, 1,
			      controls[filter->number].mask,
			      controls[filter->number].value));
}

static formula_t mean_broadcast(struct meaning *meaning)
{
	static const uint8_t everybody[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	if (meaning->layers.ppp)
		return unsupported(meaning, "PPP has no broadcasts");
	return are(meaning, meaning->layers.link, everybody, NULL, 6);
}

static formula_t mean_multicast(struct meaning *meaning, const struct filter *filter)
{
	unsigned int network = network_offset(meaning);

	if (filter->protocol == PROTOCOL_IP)
		return both(meaning, link_type(meaning, ETH_P_IP),
			    range(meaning, FORMULA_FRAME, network + 16, 1, UINT32_MAX,
				  224, 255));
	if (filter->protocol == PROTOCOL_IP6)
		return both(meaning, link_type(meaning, ETH_P_IPV6),
			    is(meaning, network + 24, 1, 255));
	if (meaning->layers.ppp)
		return unsupported(meaning, "PPP has no multicasts");
	return is_masked(meaning, meaning->layers.link, 1, 0x01, 0x01);
}

static formula_t mean_primitive(struct meaning *meaning, const struct filter *filter)
{
	meaning->at = filter;
	switch (filter->kind) {
	case FILTER_PROTOCOL:
		return filter->has_number ?
		       protocol_number(meaning, filter->protocol, filter->number) :
		       protocol_name(meaning, filter->protocol);
	case FILTER_HOST: return mean_host(meaning, filter);
	case FILTER_PORT: return mean_port(meaning, filter);
	case FILTER_BROADCAST: return mean_broadcast(meaning);
	case FILTER_MULTICAST: return mean_multicast(meaning, filter);
	case FILTER_LENGTH: return mean_length(meaning, filter);
	case FILTER_LOAD: return mean_load(meaning, filter);
	case FILTER_CONSTANT: return formula_constant(meaning->space, filter->number);
	case FILTER_VLAN: return mean_vlan(meaning, filter);
	case FILTER_MPLS: return mean_mpls(meaning, filter);
	case FILTER_PPPOE_DISCOVERY: return link_type(meaning, ETH_P_PPP_DISC);
	case FILTER_PPPOE_SESSION: return mean_pppoe_session(meaning, filter);
	case FILTER_LLC: return mean_llc(meaning, filter);
	case FILTER_AND:
	case FILTER_OR:
	case FILTER_NOT: break;
	}
	return formula_constant(meaning->space, false);
}

static formula_t mean(struct meaning *meaning, const struct filter *filter);

/* Terms of a run of equal joints, to be made one. What is denied in an "and" is
 * kept apart: "not a and not b" is "not (a or b)", and alternatives are what is
 * looked through for what they share. */
struct terms {
	formula_t *items, *denied;
	size_t count, denied_count;
};

static formula_t terms_join(struct meaning *meaning, enum filter_kind kind,
			    struct terms *terms)
{
	if (kind != FILTER_AND)
		return formula_or(meaning->space, terms->items, terms->count);
	if (terms->denied_count)
		terms->items[terms->count++] = negate(meaning,
			formula_or(meaning->space, terms->denied, terms->denied_count));
	terms->denied_count = 0;
	return formula_and(meaning->space, terms->items, terms->count);
}

static void terms_add(struct meaning *meaning, enum filter_kind kind,
		      struct terms *terms, const struct filter *filter)
{
	bool denied = false;

	for (; kind == FILTER_AND && filter->kind == FILTER_NOT; filter = filter->left)
		denied ^= true;
	if (denied)
		terms->denied[terms->denied_count++] = mean(meaning, filter);
	else
		terms->items[terms->count++] = mean(meaning, filter);
}

/*
 * "a and b or c and d" leans to the left, ((a and b) or c) and d, however long
 * it is: walk down its spine and come back up in the order of the text, which
 * is the order in which the layers move.
 */
static formula_t mean_spine(struct meaning *meaning, const struct filter *filter)
{
	const struct filter **spine, *node;
	enum filter_kind kind = filter->kind;
	struct terms terms = { 0 };
	size_t count = 0;
	formula_t result;

	for (node = filter; node->kind == FILTER_AND || node->kind == FILTER_OR;
	     node = node->left)
		count++;
	spine = malloc(count * sizeof(*spine));
	terms.items = malloc((count + 2) * sizeof(*terms.items));
	terms.denied = malloc((count + 1) * sizeof(*terms.denied));
	if (!spine || !terms.items || !terms.denied) {
		result = give_up(meaning, -ENOMEM);
		goto out_free;
	}
	count = 0;
	for (node = filter; node->kind == FILTER_AND || node->kind == FILTER_OR;
	     node = node->left) {
		spine[count++] = node;
		kind = node->kind;
	}
	terms_add(meaning, kind, &terms, node);
	while (count-- && !meaning->error) {
		if (spine[count]->kind != kind) {
			terms.items[0] = terms_join(meaning, kind, &terms);
			terms.count = 1;
			kind = spine[count]->kind;
		}
		terms_add(meaning, kind, &terms, spine[count]->right);
	}
	result = terms_join(meaning, kind, &terms);
out_free:
	free(terms.denied);
	free(terms.items);
	free(spine);
	return result;
}

static formula_t mean(struct meaning *meaning, const struct filter *filter)
{
	if (filter->kind == FILTER_AND || filter->kind == FILTER_OR)
		return mean_spine(meaning, filter);
	if (filter->kind == FILTER_NOT)
		return negate(meaning, mean(meaning, filter->left));
	return mean_primitive(meaning, filter);
}

/* --- lists of addresses --- */

static formula_t field_in(struct meaning *meaning, unsigned int offset,
			  const struct address_ranges *list, unsigned int length)
{
	struct formula_place place = { .base = FORMULA_FRAME, .offset = offset,
				       .length = length };

	if (offset + length > REACH_FRAME)
		return range(meaning, FORMULA_FRAME, offset, length, 0, 0, 0);
	memset(place.mask, 0xff, length);
	return formula_test(meaning->space, &place, list->ranges, list->count);
}

/* What mean_host() says of one address, of all addresses at once. */
static formula_t list_in(struct meaning *meaning, const struct address_ranges *list,
			 uint32_t type, unsigned int source, unsigned int destination)
{
	unsigned int network = network_offset(meaning);
	unsigned int length = type == ETH_P_IPV6 ? 16 : 4;
	formula_t fields;

	if (!list->count)
		return formula_constant(meaning->space, false);
	fields = either(meaning, field_in(meaning, network + source, list, length),
			field_in(meaning, network + destination, list, length));
	return both(meaning, link_type(meaning, type), fields);
}

static formula_t mean_list(struct meaning *meaning, const struct address_list *list)
{
	const struct filter here = { .where = list->where };
	formula_t result;

	meaning->at = &here;
	result = either(meaning, list_in(meaning, &list->ip, ETH_P_IP, 12, 16),
			list_in(meaning, &list->ip6, ETH_P_IPV6, 8, 24));
	if (!meaning->layers.labels && list->ip.count) {
		result = either(meaning, result,
				list_in(meaning, &list->ip, ETH_P_ARP, 14, 24));
		result = either(meaning, result,
				list_in(meaning, &list->ip, ETH_P_RARP, 14, 24));
	}
	meaning->at = NULL;
	return result;
}

int filter_meaning_of(struct formula_space *space, const struct filter_selection *selection,
		      const struct formula **formula, struct error_list *errors)
{
	struct filter tag = { .kind = FILTER_VLAN, .has_number = true };
	struct meaning meaning = {
		.space = space, .errors = errors,
		.layers = { .type = 12, .payload = 14, .osi = 3 },
	};
	const struct address_list *hosts = selection->hosts, *except = selection->except;
	size_t i;

	*formula = formula_constant(space, true);
	for (i = 0; i < selection->tag_count && !meaning.error; i++) {
		tag.number = selection->tags[i];
		*formula = both(&meaning, *formula, mean(&meaning, &tag));
	}
	if (selection->filter && !meaning.error)
		*formula = both(&meaning, *formula, mean(&meaning, selection->filter));
	if (hosts && hosts->given && !meaning.error)
		*formula = both(&meaning, *formula, mean_list(&meaning, hosts));
	if (except && except->given && !meaning.error)
		*formula = both(&meaning, *formula,
				negate(&meaning, mean_list(&meaning, except)));
	if (meaning.error)
		return meaning.error;
	if (formula_space_error(space) == -E2BIG)
		return error_definition(errors, selection->filter ?
					&selection->filter->where : NULL,
					"the match alternates between 'and' and 'or' too often to become rules, say it in fewer levels or as several mirrors");
	return formula_space_error(space);
}

int filter_meaning(struct formula_space *space, const struct filter *filter,
		   const struct formula **formula, struct error_list *errors)
{
	return filter_meaning_of(space, &(struct filter_selection){ .filter = filter },
				 formula, errors);
}
