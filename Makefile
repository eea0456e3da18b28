# SPDX-License-Identifier: GPL-2.0-only
# A dispatcher: each folder knows how its things are made.

KDIR ?= /lib/modules/$(shell uname -r)/build
export KDIR

all: userspace kmod

userspace:
	@$(MAKE) --no-print-directory -C userspace

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
	@$(MAKE) --no-print-directory -C tests
	@tests/run

install:
	@$(MAKE) --no-print-directory -C userspace install
	@$(MAKE) --no-print-directory -C kmod install KDIR=$(KDIR)

clean:
	@$(MAKE) --no-print-directory -C userspace clean
	@$(MAKE) --no-print-directory -C tests clean
	@$(MAKE) --no-print-directory -C kmod clean KDIR=$(KDIR)

.PHONY: all userspace kmod deps demo check install clean
