# SPDX-License-Identifier: GPL-2.0-only
# file: bpf_wire.c
# tc: the tag is left out of the length.
s/BPF_ALU | BPF_ADD | BPF_K, TAG_LENGTH/BPF_ALU | BPF_ADD | BPF_K, 0/
