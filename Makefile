# Two commands: `make demo` and `make test`. Each makes .venv and installs what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The pod's firmware for its processors, its prints and its wiring: 120 MB to fetch, 820 MB on disk, two
# thirds of it the Cortex-M4 compiler. Without them (FIRMWARE_PACKAGES=) their tests are skipped. No
# newlib, no picolibc: the core needs no libc.
FIRMWARE_PACKAGES := gcc g++ gcc-arm-none-eabi gcc-riscv64-unknown-elf qemu-system-arm openscad graphviz
# What the rigs need beyond Python: a private D-Bus, sound server and MQTT broker, PortAudio, a browser,
# and what checks units, device trees and shell.
RIG_PACKAGES := dbus libportaudio2 pulseaudio pulseaudio-utils libasound2-plugins espeak-ng \
	mosquitto openssl \
	chromium fonts-dejavu-core \
	systemd device-tree-compiler shellcheck umockdev \
	$(FIRMWARE_PACKAGES)

.PHONY: help demo demo-coach test lint check rigs bench soak accuracy pictures clean

help:
	@echo "make demo      a simulated runner who hears the beats and answers them"
	@echo "make demo-coach  three of them, and the coach's page in the browser"
	@echo "make test      format, lint, types, import rules and every test"
	@echo "make bench     speed and memory, printed"
	@echo "make soak      ten minutes of beats under load, four times; of Bluetooth; of the wearable; fleets; a pod's day"
	@echo "make accuracy  score the estimators and write the README's table (needs LIVECOACH_DATA)"
	@echo "make pictures  the README's pictures: console, coach's page, closed loops, reports (LIVECOACH_DATA)"
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

$(VENV)/.paged: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[monitor]"
	@touch $@

demo-coach: $(VENV)/.paged
	$(BIN)/livecoach demo --coach

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
	$(BIN)/python -m tests.benchmarks.crashes
	@[ -z "$$LIVECOACH_DATA" ] || $(BIN)/python -m tests.benchmarks.peers

soak: rigs $(VENV)/.testing
	$(BIN)/python -m tests.loopback.soak
	$(BIN)/python -m tests.loopback.ble_soak
	$(BIN)/python -m tests.benchmarks.fleet
	$(BIN)/python -m tests.hw.day
	$(BIN)/python -m tests.hw.soak

accuracy: $(VENV)/.testing
	@[ -n "$$LIVECOACH_DATA" ] || { echo "Set LIVECOACH_DATA to the recordings with truth."; exit 1; }
	$(BIN)/python -m tests.accuracy

pictures: $(VENV)/.testing
	$(BIN)/python -m tests.pictures
	$(BIN)/python -m tests.pictures.coach
	$(BIN)/python -m tests.benchmarks.closed_loop tests/pictures/closed_loop
	$(BIN)/python -m tests.pictures.report

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
