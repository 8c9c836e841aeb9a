# Two commands matter: `make demo` and `make test`. Both set up all they need by themselves.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup setup-demo demo deb lock install uninstall test test-long guest check bench soak reference spoken clean

# Bytecode keeps the start-up time of a box honest; a foreign PYTHONPATH would hide packaging faults.
unexport PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME
export PYTHONUTF8 := 1
export ALLOW_REMOVE PYTHON

BIN := .venv/bin

help:  ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18
	@echo
	@echo '  make demo STAY=1       keep it running until Ctrl-C'
	@echo '  make demo LISTEN=1     hear it on this machine too, 20 dB down'
	@echo '  make demo ONLY=voice   speak live, relay, read aloud, levels, a microphone, a muted loudspeaker'
	@echo '  make demo ONLY=board   a simulated LED wall: two faces, an intrusion, an emergency, the evening; as root'
	@echo '  make bench ONLY=a,b    only these figures'

setup:  ## Debian packages, .venv, everything for the tests
	@.ci/packages
	@python=$$(.ci/interpreter find) && .ci/venv .venv "$$python" box,central,demo,test

setup-demo:
	@.ci/packages
	@python=$$(.ci/interpreter find) && .ci/venv .venv "$$python" box,central,demo

demo: setup-demo  ## the whole chain on this machine, about a minute
	@$(BIN)/tramtin-central demo $(if $(ONLY),--only $(ONLY)) $(if $(STAY),--stay) $(if $(LISTEN),--listen)

install:  ## on a box, as root: program, unit, user, folders; DESTDIR=/folder stages it
	@systemd/install

uninstall:  ## take them away again; settings, keys and state stay
	@systemd/install remove

check: setup  ## format, lint, types, import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

deb:  ## Debian packages of a box and of a centre, into dist/, for this machine's suite and architecture
	@.ci/packages debhelper python3-venv python3-dev gcc portaudio19-dev
	@packaging/build-deb

lock:  ## the lists of what is in the packages, resolved anew from setup.cfg
	@python=$$(.ci/interpreter find) && $$python -m venv .venv-lock
	@.venv-lock/bin/pip install --quiet --disable-pip-version-check uv
	@PATH=$(CURDIR)/.venv-lock/bin:$$PATH .venv-lock/bin/python packaging/lock.py

# What keeps the cores busy goes first; what is measured in real time after it, and beside that the
# other interpreters on whatever is left of the cores.
test: check  ## check, then every test but the long ones, on every Python found
	$(BIN)/python -m pytest -m 'not long' -n 2 --dist loadfile tests/unit tests/contract tests/attack tests/repo
	@.ci/real-time

# A machine that cannot have the guest runs the rest; pytest says why those tests were skipped.
test-long: setup  ## the slower proofs
	-@$(MAKE) --no-print-directory guest
	$(BIN)/python -m pytest -m long

guest: setup  ## a Debian machine in an emulator, which test-long uses; minutes at first, then seconds
	@.ci/packages qemu-system-x86 nbdkit mmdebstrap uidmap e2fsprogs
	$(BIN)/python -m tests.guest.image

bench: setup  ## print the figures of the targets
	@.ci/packages mpv snapserver snapclient liquidsoap alsa-utils sound-theme-freedesktop asterisk-core-sounds-en-wav
	@python=$$(.ci/interpreter find) && .ci/venv .venv-box "$$python" box
	@BOX_PYTHON=$(CURDIR)/.venv-box/bin/python $(BIN)/python tests/bench/run.py $(if $(ONLY),--only $(ONLY))

soak: setup  ## an hour of programme on one box: growth of memory, under-runs; SECONDS=300 is shorter
	@python=$$(.ci/interpreter find) && .ci/venv .venv-box "$$python" box
	@BOX_PYTHON=$(CURDIR)/.venv-box/bin/python $(BIN)/python tests/bench/soak.py $(if $(SECONDS),--seconds $(SECONDS))

reference: setup  ## the schema and the page of all settings, and docs/lich.md's tables, from the models
	$(BIN)/tramtin schema >config/station.schema.json
	$(BIN)/tramtin schema --reference >config/REFERENCE.md
	$(BIN)/python -m central.documents.file_reference docs/lich.md

spoken: setup  ## the built-in spoken lines, from the texts in agent/play/sound/spoken
	@.ci/spoken-line agent/play/sound/spoken

clean:  ## remove environments, caches and build products
	rm -rf .venv .venv-* build dist *.egg-info .*_cache .hypothesis
	find agent central drivers strict_yaml texts tests -name __pycache__ -type d -prune -exec rm -rf {} +
