/* SPDX-License-Identifier: GPL-2.0-only */
/* Everything that knows kernel versions. Newest boundary first; each block names
 * the version that ended the need for it. Floor: 5.10.
 */
#ifndef MIRROR_PROBE_COMPAT_H
#define MIRROR_PROBE_COMPAT_H

#include <linux/proc_fs.h>
#include <linux/version.h>

/* 5.17 made PDE_DATA() a function of its own name. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 17, 0)
static inline void *pde_data(const struct inode *inode)
{
	return PDE_DATA(inode);
}
#endif

#endif
