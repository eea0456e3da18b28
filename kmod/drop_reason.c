// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kernel.h>
#include <linux/skbuff.h>

#include "compat.h"
#include "drop_reason.h"

#ifdef DEFINE_DROP_REASON
#define REASON_NAME(reason) \
	[SKB_DROP_REASON_##reason] = #reason,
#define REASON_LAST(reason)

static const char *const names[] = {
	DEFINE_DROP_REASON(REASON_NAME, REASON_LAST)
};

const char *drop_reason_name(u32 reason)
{
	return reason < ARRAY_SIZE(names) ? names[reason] : NULL;
}
#else
const char *drop_reason_name(u32 reason)
{
	return NULL;
}
#endif
