# SPDX-License-Identifier: GPL-2.0-only
# file: plan_mirror.c
# Whoever jumped to the copies comes back and makes more of them.
/^static void copy_fill(/,/^}/s/plan_rule_verdict(plan, plan_add_rule(plan, chain), VERDICT_ACCEPT, NULL);/plan_add_rule(plan, chain);/
