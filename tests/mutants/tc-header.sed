# SPDX-License-Identifier: GPL-2.0-only
# file: bpf_wire.c
# tc: the IPv4 header behind a tag is measured where it is not.
s/wire->tagged && in->k >= TAG_END ? in->k - TAG_LENGTH : in->k/in->k/
