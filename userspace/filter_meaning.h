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

/* All that decides whether a frame is selected: "[vlan N and vlan M and] (filter) and
 * (net A or net B ...) and not (net C or ...)", A and B from hosts, C from except. The
 * lists are normalised; one that was not given, or is NULL, is left out. */
struct filter_selection {
	const uint16_t *tags;	/* what follows is looked for behind these */
	size_t tag_count;
	const struct filter *filter;
	const struct address_list *hosts, *except;
};

/* The same of a selection. */
int filter_meaning_of(struct formula_space *space, const struct filter_selection *selection,
		      const struct formula **formula, struct error_list *errors);

#endif
