# Two commands: `make demo` and `make test`. Each makes .venv and installs what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What the rigs need beyond Python: a private D-Bus, a private sound server, PortAudio, and what
# checks units, device trees and shell.
RIG_PACKAGES := dbus libportaudio2 pulseaudio pulseaudio-utils libasound2-plugins espeak-ng \
	systemd device-tree-compiler shellcheck umockdev

.PHONY: help demo test lint check rigs bench soak accuracy pictures clean

help:
	@echo "make demo      a simulated runner who hears the beats and answers them"
	@echo "make test      format, lint, types, import rules and every test"
	@echo "make bench     speed and memory, printed"
	@echo "make soak      ten minutes of beats under load, four times; ten of Bluetooth under trouble, ten of the wearable"
	@echo "make accuracy  score the estimators and write the README's table (needs LIVECOACH_DATA)"
	@echo "make pictures  the README's picture of the console, from a run of the demo's runner"
	@echo "make clean     remove .venv and caches"

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "livecoach needs Python 3.11 or newer; say make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "No venv module: on Debian, sudo apt install python3-venv, then again."; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	@touch $@

$(VENV)/.installed: $(VENV)/.made pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.testing: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group test
	@touch $@

demo: $(VENV)/.installed
	$(BIN)/livecoach demo

rigs:
	@missing=""; \
	if command -v dpkg-query >/dev/null 2>&1; then \
		for p in $(RIG_PACKAGES); do \
			dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q "ok installed" || missing="$$missing $$p"; \
		done; \
	fi; \
	if [ -n "$$missing" ]; then \
		sudo=""; [ "$$(id -u)" = 0 ] || sudo="sudo -n"; \
		if $$sudo true 2>/dev/null; then \
			echo "Installing for the rigs:$$missing"; \
			{ $$sudo apt-get update -qq && \
			  $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; } || \
			echo "Could not install:$$missing; their rigs will be skipped."; \
		else \
			echo "Not installed:$$missing; their rigs will be skipped (sudo apt install$$missing)."; \
		fi; \
	fi

lint: $(VENV)/.testing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: $(VENV)/.testing
	$(BIN)/python -m pytest

test: rigs lint check

bench: $(VENV)/.testing
	$(BIN)/python -m tests.benchmarks
	$(BIN)/python -m tests.benchmarks.sounds
	$(BIN)/python -m tests.benchmarks.music
	$(BIN)/python -m tests.benchmarks.closed_loop
	$(BIN)/python -m tests.benchmarks.policies
	@[ -z "$$LIVECOACH_DATA" ] || $(BIN)/python -m tests.benchmarks.peers

soak: rigs $(VENV)/.testing
	$(BIN)/python -m tests.loopback.soak
	$(BIN)/python -m tests.loopback.ble_soak
	$(BIN)/python -m tests.hw.soak

accuracy: $(VENV)/.testing
	@[ -n "$$LIVECOACH_DATA" ] || { echo "Set LIVECOACH_DATA to the recordings with truth."; exit 1; }
	$(BIN)/python -m tests.accuracy

pictures: $(VENV)/.testing
	$(BIN)/python -m tests.pictures

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
