// SPDX-License-Identifier: GPL-2.0-only
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "book.h"
#include "compat.h"
#include "count.h"
#include "filter.h"
#include "probe.h"
#include "proc.h"
#include "stage_proc.h"

#define PROC_DIR KBUILD_MODNAME
#define PROC_RESET "reset"

/* Anybody may try to open for writing: the capability decides, not the owner, so that a
 * service without root but with CAP_NET_ADMIN can write and a root without it cannot.
 */
#define PROC_MODE 0666

/* A filter file as one process has it open. */
struct filter_file {
	struct net *net;
	char *text;			/* written so far and not yet ended by a newline */
	size_t len;
};

static int open_check(const struct file *file, const struct net *net)
{
	if (file->f_mode & FMODE_WRITE && !ns_capable(net->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	return 0;
}

static int counters_show(struct seq_file *m, void *v)
{
	struct probe_net *pn = probe_net(m->private);
	const struct probe_book *book;
	int err;

	mutex_lock(&pn->lock);
	book = rcu_dereference_protected(pn->book, lockdep_is_held(&pn->lock));
	err = count_show(book->counts, m);
	mutex_unlock(&pn->lock);
	return err;
}

static int counters_open(struct inode *inode, struct file *file)
{
	struct net *net = pde_data(inode);
	int err;

	err = open_check(file, net);
	return err ?: single_open(file, counters_show, net);
}

static ssize_t counters_write(struct file *file, const char __user *from, size_t len,
			      loff_t *pos)
{
	struct net *net = pde_data(file_inode(file));
	size_t used = len;
	char text[8];
	int err;

	if (!len || len > sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, from, len))
		return -EFAULT;
	if (text[used - 1] == '\n')
		used--;
	if (used != strlen(PROC_RESET) || memcmp(text, PROC_RESET, used))
		return -EINVAL;
	err = book_reset(probe_net(net), net);
	return err ?: len;
}

static const struct proc_ops counters_ops = {
	.proc_open = counters_open,
	.proc_read = seq_read,
	.proc_write = counters_write,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
};

static int filter_file_show(struct seq_file *m, void *v)
{
	const struct filter_file *ff = m->private;
	struct probe_net *pn = probe_net(ff->net);

	mutex_lock(&pn->lock);
	filter_show(pn, m);
	mutex_unlock(&pn->lock);
	return 0;
}

static int filter_file_open(struct inode *inode, struct file *file)
{
	struct net *net = pde_data(inode);
	struct filter_file *ff;
	int err;

	err = open_check(file, net);
	if (err)
		return err;
	ff = kzalloc(sizeof(*ff), GFP_KERNEL_ACCOUNT);
	if (!ff)
		return -ENOMEM;
	ff->net = net;
	err = single_open(file, filter_file_show, ff);
	if (err)
		goto free_file;
	return 0;

free_file:
	kfree(ff);
	return err;
}

static int filter_file_release(struct inode *inode, struct file *file)
{
	struct filter_file *ff = ((struct seq_file *)file->private_data)->private;

	kvfree(ff->text);
	kfree(ff);
	return single_release(inode, file);
}

static void text_drop(struct filter_file *ff)
{
	kvfree(ff->text);
	ff->text = NULL;
	ff->len = 0;
}

/* Replaces the text by itself and what follows it. */
static int text_append(struct filter_file *ff, const char *more, size_t len)
{
	char *text;

	if (len > FILTER_TEXT_MAX - ff->len)
		return -EINVAL;
	text = kvmalloc(ff->len + len, GFP_KERNEL_ACCOUNT);
	if (!text)
		return -ENOMEM;
	if (ff->len)
		memcpy(text, ff->text, ff->len);
	memcpy(text + ff->len, more, len);
	kvfree(ff->text);
	ff->text = text;
	ff->len += len;
	return 0;
}

/* Takes one write; pn->lock is held. */
static int filter_file_take(struct filter_file *ff, const char *more, size_t len)
{
	struct probe_filter *filter;
	int err;

	err = text_append(ff, more, len);
	if (!err)
		err = filter_parse(ff->text, ff->len, &filter);
	if (err == -EAGAIN)
		return 0;
	if (!err)
		filter_set(probe_net(ff->net), filter);
	if (err || more[len - 1] == '\n')
		text_drop(ff);
	return err;
}

static ssize_t filter_file_write(struct file *file, const char __user *from, size_t len,
				 loff_t *pos)
{
	struct filter_file *ff = ((struct seq_file *)file->private_data)->private;
	struct probe_net *pn = probe_net(ff->net);
	char *more;
	int err;

	if (!len || len > FILTER_TEXT_MAX)
		return -EINVAL;
	more = vmemdup_user(from, len);
	if (IS_ERR(more))
		return PTR_ERR(more);
	mutex_lock(&pn->lock);
	err = filter_file_take(ff, more, len);
	mutex_unlock(&pn->lock);
	kvfree(more);
	return err ?: len;
}

static const struct proc_ops filter_ops = {
	.proc_open = filter_file_open,
	.proc_read = seq_read,
	.proc_write = filter_file_write,
	.proc_lseek = seq_lseek,
	.proc_release = filter_file_release,
};

int proc_init(struct net *net)
{
	struct proc_dir_entry *dir;

	dir = proc_net_mkdir(net, PROC_DIR, net->proc_net);
	if (!dir)
		return -ENOMEM;
	if (!proc_create_data("counters", PROC_MODE, dir, &counters_ops, net))
		goto remove_dir;
	if (!proc_create_data("filter", PROC_MODE, dir, &filter_ops, net))
		goto remove_dir;
	if (stage_proc_init(net, dir))
		goto remove_dir;
	return 0;

remove_dir:
	proc_exit(net);
	return -ENOMEM;
}

void proc_exit(struct net *net)
{
	remove_proc_subtree(PROC_DIR, net->proc_net);
}
