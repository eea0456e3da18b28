// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kernel.h>
#include <linux/skbuff.h>
#if __has_include(<net/dropreason-core.h>)
#include <net/dropreason-core.h>
#elif __has_include(<net/dropreason.h>)
#include <net/dropreason.h>
#endif

#include "drop_reason.h"

#ifdef DEFINE_DROP_REASON
#define REASON_NAME(reason) [SKB_DROP_REASON_##reason] = #reason,
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
