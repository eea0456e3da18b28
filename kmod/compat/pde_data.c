// SPDX-License-Identifier: GPL-2.0-only
/* Compiles where the kernel has pde_data(), see compat.h. */
#include <linux/proc_fs.h>

void *compat_pde_data(const struct inode *inode);

void *compat_pde_data(const struct inode *inode)
{
	return pde_data(inode);
}
