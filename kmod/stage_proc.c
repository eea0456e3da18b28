// SPDX-License-Identifier: GPL-2.0-only
#include <linux/capability.h>
#include <linux/ctype.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "probe.h"
#include "stage.h"
#include "stage_proc.h"

/* `stages` as one process has it open; seq_file has the lock. */
struct stages_file {
	struct net *net;
	struct mutex lock;	/* of armed, against two writes at once */
	bool armed;
};

static int stages_show(struct seq_file *m, void *v)
{
	const struct stages_file *sf = m->private;
	struct probe_net *pn = probe_net(sf->net);
	int err;

	mutex_lock(&pn->lock);
	err = stage_show(pn, m);
	mutex_unlock(&pn->lock);
	return err;
}

static int stages_open(struct inode *inode, struct file *file)
{
	struct stages_file *sf;
	int err;

	if (file->f_mode & FMODE_WRITE && !capable(CAP_NET_ADMIN))
		return -EPERM;
	sf = kzalloc(sizeof(*sf), GFP_KERNEL_ACCOUNT);
	if (!sf)
		return -ENOMEM;
	sf->net = pde_data(inode);
	mutex_init(&sf->lock);
	err = single_open(file, stages_show, sf);
	if (err)
		kfree(sf);
	return err;
}

static int stages_release(struct inode *inode, struct file *file)
{
	struct stages_file *sf = ((struct seq_file *)file->private_data)->private;

	if (sf->armed)
		stage_disarm(probe_net(sf->net));
	kfree(sf);
	return single_release(inode, file);
}

/* "on", "on N", "alone", "alone N". */
static int wish_parse(const char *text, struct stage_wish *wish)
{
	size_t word = strcspn(text, " ");

	wish->alone = word == 5 && !memcmp(text, "alone", 5);
	if (!wish->alone && (word != 2 || memcmp(text, "on", 2)))
		return -EINVAL;
	wish->limit = 0;
	if (!text[word])
		return 0;
	if (!isdigit(text[word + 1]) || kstrtou32(text + word + 1, 10, &wish->limit))
		return -EINVAL;
	return wish->limit ? 0 : -EINVAL;
}

static int stages_take(struct stages_file *sf, const char *text)
{
	struct stage_wish wish = { .again = sf->armed };
	struct probe_net *pn = probe_net(sf->net);
	int err;

	if (!strcmp(text, "off")) {
		if (!sf->armed)
			return -EINVAL;
		stage_disarm(pn);
		sf->armed = false;
		return 0;
	}
	err = wish_parse(text, &wish);
	if (err)
		return err;
	err = stage_arm(pn, sf->net, &wish);
	sf->armed = !err;
	return err;
}

static ssize_t stages_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	struct stages_file *sf = ((struct seq_file *)file->private_data)->private;
	char text[32];
	int err;

	if (!len || len >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, from, len))
		return -EFAULT;
	text[len] = '\0';
	if (text[len - 1] == '\n')
		text[len - 1] = '\0';
	mutex_lock(&sf->lock);
	err = stages_take(sf, text);
	mutex_unlock(&sf->lock);
	return err ?: len;
}

static const struct proc_ops stages_ops = {
	.proc_open = stages_open,
	.proc_read = seq_read,
	.proc_write = stages_write,
	.proc_lseek = seq_lseek,
	.proc_release = stages_release,
};

/* Positions are event numbers, and 0 is the heading. */
static void *events_start(struct seq_file *m, loff_t *pos)
{
	struct probe_net *pn = probe_net(m->private);
	u64 number;

	mutex_lock(&pn->lock);
	if (!*pos)
		return SEQ_START_TOKEN;
	number = stage_event_find(pn, *pos);
	if (!number)
		return NULL;
	*pos = number;
	return pos;
}

static void *events_next(struct seq_file *m, void *v, loff_t *pos)
{
	u64 number = stage_event_find(probe_net(m->private), *pos + 1);

	if (!number) {
		++*pos;
		return NULL;
	}
	*pos = number;
	return pos;
}

static void events_stop(struct seq_file *m, void *v)
{
	mutex_unlock(&probe_net(m->private)->lock);
}

static int events_show(struct seq_file *m, void *v)
{
	if (v == SEQ_START_TOKEN)
		seq_puts(m, "# mirror_probe events 1\n"
			 "number time packet copy_of function device pkt_type length end\n");
	else
		stage_event_show(probe_net(m->private), m, *(loff_t *)v);
	return 0;
}

static const struct seq_operations events_seq_ops = {
	.start = events_start,
	.next = events_next,
	.stop = events_stop,
	.show = events_show,
};

static int events_open(struct inode *inode, struct file *file)
{
	struct net *net = pde_data(inode);
	int err;

	if (!ns_capable(net->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	err = seq_open(file, &events_seq_ops);
	if (!err)
		((struct seq_file *)file->private_data)->private = net;
	return err;
}

static const struct proc_ops events_ops = {
	.proc_open = events_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = seq_release,
};

int stage_proc_init(struct net *net, struct proc_dir_entry *dir)
{
	if (!proc_create_data("stages", 0666, dir, &stages_ops, net))
		return -ENOMEM;
	return proc_create_data("events", 0444, dir, &events_ops, net) ? 0 : -ENOMEM;
}
