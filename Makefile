# SPDX-License-Identifier: GPL-2.0-only
# A dispatcher: each folder knows how its things are made.

KDIR ?= /lib/modules/$(shell uname -r)/build
export KDIR

# On all processors, unless the one who calls has said on how many.
PARALLEL = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))

all: userspace kmod

userspace:
	@$(MAKE) --no-print-directory $(PARALLEL) -C userspace

kmod:
	@$(MAKE) --no-print-directory -C kmod KDIR=$(KDIR)

# What building and testing needs, from the distribution's packages.
deps:
	@tests/deps

# The main job on real packets, then the experiment in a guest.
demo: deps
	@$(MAKE) --no-print-directory userspace
	@tests/demo/run

# All tests, the cheap ones first.
check: deps
	@$(MAKE) --no-print-directory userspace
	@$(MAKE) --no-print-directory $(PARALLEL) -C tests
	@tests/run

# What looks at the sources alone, a line for each check: formatting, shellcheck, function
# lengths, licences, checkpatch, and sparse with the headers of one kernel.
lint: deps
	@$(MAKE) --no-print-directory userspace
	@KERNELS=bookworm tests/run static

# Random matches for as long as somebody likes, see tests/netns/match-fuzz.sh.
fuzz-match: deps
	@$(MAKE) --no-print-directory userspace
	@$(MAKE) --no-print-directory -C tests tools/build/match_fuzz
	@MATCH_FUZZ_SECONDS='$(SECONDS)' MATCH_FUZZ_DECISIONS='$(DECISIONS)' \
		MATCH_FUZZ_SEED='$(or $(SEED),$(shell od -An -N4 -tu4 /dev/urandom | tr -d ' '))' tests/run -v --time-limit $$(($(or $(SECONDS),0) + 600)) netns/match-fuzz

# Any bytes as a match, with sanitizers, see tests/fuzz/run.
fuzz: deps
	@$(MAKE) --no-print-directory userspace
	@$(MAKE) --no-print-directory -C tests tools/build/expressions
	@tests/fuzz/run $(or $(SECONDS),600) $(SEED)

# The daemon among a thousand devices that come and go, see tests/soak/run.sh.
soak-run: deps
	@$(MAKE) --no-print-directory userspace
	@$(MAKE) --no-print-directory -C tests tools/build/hook_times
	@tests/soak/run.sh $(or $(DEVICES),1000) $(or $(ROUNDS),5)

# Full counts of what tests/netns/atomic-*.sh do, on several kernels: an hour or more.
soak-atomic: deps
	@$(MAKE) --no-print-directory userspace
	@$(MAKE) --no-print-directory $(PARALLEL) -C tests
	@tests/soak/atomic.sh

# What vm/module-safety does in small, on all kernels: some hours.
soak-module: deps
	@$(MAKE) --no-print-directory $(PARALLEL) -C tests
	@tests/soak/module.sh

# The module on all kernels, and by dkms in a clean Debian 12: some twenty minutes.
check-kernels: deps
	@$(MAKE) --no-print-directory userspace
	@$(MAKE) --no-print-directory $(PARALLEL) -C tests
	@tests/vm/check-kernels
	@tests/vm/check-dkms

# All cases of network namespaces in a guest with each kernel: some two hours.
check-guests: deps
	@$(MAKE) --no-print-directory userspace
	@$(MAKE) --no-print-directory $(PARALLEL) -C tests
	@tests/vm/check-guests $(KERNEL)

# The module and the namespaces cases on a kernel that looks for faults: builds it once
# (bc, bison, flex, libelf-dev and libssl-dev are in deps), then hours.
check-debug-kernel: deps
	@$(MAKE) --no-print-directory userspace
	@$(MAKE) --no-print-directory $(PARALLEL) -C tests
	@tests/vm/debug/run $(CASES)

# Suricata, tshark and Prometheus of Debian 13 behind mirrors, in a root that is fetched
# once, then every kind of tunnel from a guest: some five minutes.
check-sensor: deps
	@$(MAKE) --no-print-directory userspace
	@$(MAKE) --no-print-directory -C tests tools/build/frames
	@tests/sensor/run

# The role of rulesets/ansible on namespaced hosts, over ssh: some five minutes, see
# docs/ansible.md. Ansible and an ssh server have to be there, they are not in deps.
check-ansible: deps
	@$(MAKE) --no-print-directory userspace
	@$(MAKE) --no-print-directory -C tests tools/build/frames
	@tests/ansible/run

# Speed against tc, nft -f and the bare wire, both sides in turn: some twenty minutes, see
# docs/performance.md. CASES, INTO, a folder for the numbers and plots, and KERNEL, for a
# guest and instructions, may be given.
bench: deps
	@$(MAKE) --no-print-directory userspace
	@$(MAKE) --no-print-directory -C tests bench/build/cost bench/build/ring bench/build/send
	@tests/bench/run $(if $(KERNEL),--kernel $(KERNEL)) $(if $(INTO),--into '$(INTO)') $(CASES)

# What the module costs a packet, in instructions, see docs/module-cost.md.
bench-module: deps
	@$(MAKE) --no-print-directory $(PARALLEL) -C tests
	@tests/bench/module $(KERNEL)

# Loops of mirrors on every kernel, in guests that may lock up: half an hour. LAB has
# the options of tests/lab/run, as --json FILE.
lab: deps
	@$(MAKE) --no-print-directory userspace
	@tests/lab/run $(LAB)

# The Debian packages, into build/.
package: deps
	@tests/packages/build

# What lintian says of them, and clean roots before, with and after them: minutes.
check-packages: deps
	@tests/packages/check

# The packaged service under a real systemd, in a guest: minutes.
check-systemd: deps
	@$(MAKE) --no-print-directory -C tests tools/build/frames
	@tests/packages/check-systemd

install:
	@$(MAKE) --no-print-directory -C userspace install
	@$(MAKE) --no-print-directory -C docs/man install
	@$(MAKE) --no-print-directory -C kmod install KDIR=$(KDIR)

clean:
	@$(MAKE) --no-print-directory -C userspace clean
	@$(MAKE) --no-print-directory -C tests clean
	@$(MAKE) --no-print-directory -C kmod clean KDIR=$(KDIR)
	@rm -rf build

.PHONY: all userspace kmod deps demo check lint fuzz fuzz-match soak-run soak-atomic soak-module check-kernels check-guests check-debug-kernel check-sensor bench bench-module lab install clean check-ansible package check-packages check-systemd
