// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ctype.h>
#include <linux/filter.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "filter.h"
#include "probe.h"

#define FILTER_ALL "all"

/* A program made outside of a socket does not keep its classic form, so it is kept here. */
struct probe_filter {
	struct bpf_prog *prog;
	unsigned int len;
	struct sock_filter insns[];
};

struct cursor {
	const char *at;
	const char *end;
};

/* Negative errno as filter_parse(), also in what follows. */
static int number_read(struct cursor *c, u32 max, u32 *value)
{
	u64 number = 0;

	if (c->at == c->end)
		return -EAGAIN;
	if (!isdigit(*c->at))
		return -EINVAL;
	while (c->at != c->end && isdigit(*c->at)) {
		number = number * 10 + (*c->at++ - '0');
		if (number > max)
			return -EINVAL;
	}
	*value = number;
	return 0;
}

static int char_read(struct cursor *c, char wanted)
{
	if (c->at == c->end)
		return -EAGAIN;
	if (*c->at != wanted)
		return -EINVAL;
	c->at++;
	return 0;
}

static int insn_read(struct cursor *c, struct sock_filter *insn)
{
	static const u32 max[] = { U16_MAX, U8_MAX, U8_MAX, U32_MAX };
	u32 field[ARRAY_SIZE(max)];
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(max); i++) {
		err = i ? char_read(c, ' ') : 0;
		if (!err)
			err = number_read(c, max[i], &field[i]);
		if (err)
			return err;
	}
	*insn = (struct sock_filter){ field[0], field[1], field[2], field[3] };
	return 0;
}

static void filter_free(struct probe_filter *filter)
{
	if (!filter)
		return;
	if (filter->prog)
		bpf_prog_destroy(filter->prog);
	kvfree(filter);
}

/* Each instruction with the comma before it, then what may follow the last. */
static int program_read(struct cursor *c, struct probe_filter *filter)
{
	unsigned int i;
	int err;

	for (i = 0; i < filter->len; i++) {
		err = char_read(c, ',');
		if (!err)
			err = insn_read(c, &filter->insns[i]);
		if (err)
			return err;
	}
	if (c->at != c->end && *c->at == ',')
		c->at++;
	return c->at == c->end ? 0 : -EINVAL;
}

static int program_parse(struct cursor *c, struct probe_filter **result)
{
	struct probe_filter *filter;
	struct sock_fprog_kern fprog;
	u32 len;
	int err;

	err = number_read(c, BPF_MAXINSNS, &len);
	if (err)
		return err;
	if (!len)
		return -EINVAL;
	filter = kvzalloc(struct_size(filter, insns, len), GFP_KERNEL_ACCOUNT);
	if (!filter)
		return -ENOMEM;
	filter->len = len;
	err = program_read(c, filter);
	if (err)
		goto free_filter;
	fprog.len = len;
	fprog.filter = filter->insns;
	err = bpf_prog_create(&filter->prog, &fprog);
	/* Where programs have to be compiled, that there is no room for one: too little
	 * memory, or net.core.bpf_jit_limit. No error for programs in userspace.
	 */
	if (err == -ENOTSUPP)
		err = -ENOMEM;
	if (err)
		goto free_filter;
	*result = filter;
	return 0;

free_filter:
	filter_free(filter);
	return err;
}

int filter_parse(const char *text, size_t len, struct probe_filter **filter)
{
	struct cursor c = { text, text + len };
	bool whole;
	int err;

	whole = len && c.end[-1] == '\n';
	if (whole)
		c.end--;
	len = c.end - c.at;

	if (len && len <= strlen(FILTER_ALL) && !memcmp(text, FILTER_ALL, len)) {
		*filter = NULL;
		err = len == strlen(FILTER_ALL) ? 0 : -EAGAIN;
	} else {
		err = program_parse(&c, filter);
	}
	return err == -EAGAIN && whole ? -EINVAL : err;
}

void filter_set(struct probe_net *pn, struct probe_filter *filter)
{
	filter = rcu_replace_pointer(pn->filter, filter, lockdep_is_held(&pn->lock));
	if (!filter)
		return;
	synchronize_rcu();
	filter_free(filter);
}

void filter_show(struct probe_net *pn, struct seq_file *m)
{
	const struct probe_filter *filter;
	const struct sock_filter *insn;
	unsigned int i;

	filter = rcu_dereference_protected(pn->filter, lockdep_is_held(&pn->lock));
	if (!filter) {
		seq_puts(m, FILTER_ALL "\n");
		return;
	}
	seq_printf(m, "%u", filter->len);
	for (i = 0; i < filter->len; i++) {
		insn = &filter->insns[i];
		seq_printf(m, ",%u %u %u %u", insn->code, insn->jt, insn->jf, insn->k);
	}
	seq_putc(m, '\n');
}

void filter_exit(struct probe_net *pn)
{
	filter_free(rcu_dereference_protected(pn->filter, true));
}

bool filter_match(const struct probe_filter *filter, struct sk_buff *skb)
{
	return !filter || bpf_prog_run_save_cb(filter->prog, skb);
}
