// SPDX-License-Identifier: GPL-2.0-only
/* mirror_probe: shows which packets, copies among them, pass netfilter's first hooks.
 *
 * It looks and counts: a packet is never changed, delayed or dropped for it.
 */
#include <linux/module.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "book.h"
#include "fingerprint.h"
#include "count.h"
#include "filter.h"
#include "hook.h"
#include "probe.h"
#include "proc.h"
#include "stage.h"

static unsigned int probe_net_id __read_mostly;

struct probe_net *probe_net(const struct net *net)
{
	return net_generic(net, probe_net_id);
}

/* Hooks last: from then on packets use what was made before. */
static int __net_init probe_net_init(struct net *net)
{
	struct probe_net *pn = probe_net(net);
	int err;

	mutex_init(&pn->lock);
	err = book_init(pn, net);
	if (err)
		return err;
	err = proc_init(net);
	if (err)
		goto free_book;
	err = hook_register(net);
	if (err)
		goto remove_proc;
	return 0;

remove_proc:
	proc_exit(net);
free_book:
	filter_exit(pn);
	book_exit(pn);
	return err;
}

/* Unregistering a hook does not wait for the packets inside it. The core does, with
 * one grace period between pre_exit and exit for all namespaces together, when a
 * namespace ends as when the module is unloaded.
 */
static void __net_exit probe_net_pre_exit(struct net *net)
{
	hook_unregister(net);
}

static void __net_exit probe_net_exit(struct net *net)
{
	struct probe_net *pn = probe_net(net);

	proc_exit(net);
	filter_exit(pn);
	book_exit(pn);
}

static struct pernet_operations probe_net_ops = {
	.init = probe_net_init,
	.pre_exit = probe_net_pre_exit,
	.exit = probe_net_exit,
	.id = &probe_net_id,
	.size = sizeof(struct probe_net),
};

static int __init probe_init(void)
{
	count_seed();
	fingerprint_seed();
	stage_seed();
	return register_pernet_subsys(&probe_net_ops);
}

static void __exit probe_exit(void)
{
	unregister_pernet_subsys(&probe_net_ops);
}

module_init(probe_init);
module_exit(probe_exit);

MODULE_DESCRIPTION("Counts packets and their mirrored copies at netfilter's first hooks");
MODULE_AUTHOR("mirror-nft contributors");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
