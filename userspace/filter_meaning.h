/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From what was written to what it means: syntax tree to formula, primitive by
 * primitive as pcap-filter(7) defines them for Ethernet.
 */
#ifndef FILTER_MEANING_H
#define FILTER_MEANING_H

#include "address_list.h"
#include "filter.h"
#include "formula.h"

/* The formula of @filter (NULL: true) over the frame as it stands on the wire.
 * "vlan", "mpls" and "pppoes" move what every primitive after them in the text
 * looks at, as in libpcap. Returns 0; -EINVAL with a record where a primitive
 * cannot stand after the ones before it or looks where nft cannot reach; or
 * -ENOMEM. */
int filter_meaning(struct formula_space *space, const struct filter *filter,
		   const struct formula **formula, struct error_list *errors);

/* The same of "(@filter) and (net A or net B ...) and not (net C or ...)", A and B
 * from @hosts, C from @except. Both lists are normalised; one that was not given is
 * left out. */
int filter_meaning_within(struct formula_space *space, const struct filter *filter,
			  const struct address_list *hosts,
			  const struct address_list *except,
			  const struct formula **formula, struct error_list *errors);

#endif
