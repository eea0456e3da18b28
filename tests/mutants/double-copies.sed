# SPDX-License-Identifier: GPL-2.0-only
# file: plan_mirror.c
# Whoever jumped to the copies comes back and makes more of them.
s/plan_rule_verdict(plan, plan_add_rule(plan, copy), VERDICT_ACCEPT, NULL);/plan_add_rule(plan, copy);/
