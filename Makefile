# What a developer and CI run. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

# The Python that makes the environment: 3.11 or newer, Debian's or python.org's.
PYTHON ?= python3
# Processes that the tests use.
JOBS ?= 2
# More for pytest, for example: make test ARGS="tests/feeds -k atom --update-golden"
ARGS ?=
# How long `make fuzz` runs, and which run it is.
SECONDS ?= 600
SEED ?= 1
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# The clock of the sample site: its articles end here.
NOW := 2025-06-30T08:00:00+08:00

.PHONY: help
help: ## lists the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: demo
demo: $(VENV)/.runtime ## the main job on the sample site: feeds into public/, digests into outbox/
	@$(BIN)/python scripts/demo.py

.PHONY: serve
serve: $(VENV)/.runtime ## after the demo: the sample site's pages, scheduler and sender, in the sample's last week
	@test -e var/publisher.db || echo "no issue to look at yet: run make demo first"
	@$(BIN)/publisher --now $(NOW) serve

.PHONY: test
test: $(VENV)/.dev ## every test; ARGS="tests/feeds -k atom" runs some
	@$(BIN)/python scripts/test.py --jobs $(JOBS) $(ARGS)

.PHONY: cover
cover: $(VENV)/.dev ## every test, with coverage; the pure modules must be wholly covered (half an hour)
	@$(BIN)/python scripts/test.py --jobs $(JOBS) --cover

.PHONY: system
system: ## installs the Debian packages that some tests need (root)
	@PYTHON=$(PYTHON) scripts/system.sh

.PHONY: lint
lint: $(VENV)/.dev ## style, types, imports between floors
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo "not formatted; run: make format" >&2; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/mypy --no-error-summary --explicit-package-bases scripts
	@$(BIN)/lint-imports
	@$(BIN)/python scripts/lock.py --check

.PHONY: format
format: $(VENV)/.dev ## lays the code out, mends what ruff can mend
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format .

.PHONY: bench
bench: $(VENV)/.dev ## runs the benchmarks; each prints its ratios, a missed one fails; ARGS=--quick is a small run
	@failed=; for file in $$(grep -l __main__ benchmarks/*.py); do \
	echo "== $$file"; $(BIN)/python "$$file" $(ARGS) || failed=1; done; test -z "$$failed"

.PHONY: fuzz
fuzz: $(VENV)/.dev ## feeds mutated files to the parser for 10 minutes; SECONDS=60 SEED=2 change that; findings in var/fuzz/
	@nice -n 15 $(BIN)/python -m scripts.fuzz --seconds $(SECONDS) --seed $(SEED)

.PHONY: docs
docs: $(VENV)/.dev ## writes the generated parts of docs/
	@for name in reference commands docs_rfc; do $(BIN)/python -m "scripts.$$name"; done

.PHONY: pictures
pictures: $(VENV)/.dev ## takes the pictures of docs/ anew (needs Chromium: make system)
	@$(BIN)/python scripts/styleguide.py

.PHONY: lock
lock: $(VENV)/.dev ## writes requirements.lock from what is installed
	@$(BIN)/python scripts/lock.py

.PHONY: clean
clean: ## removes what runs and tools made (public, outbox, var, caches); keeps .venv
	@rm -rf public outbox var dist build .hypothesis .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage*
	@find . -path ./$(VENV) -prune -o -name __pycache__ -type d -exec rm -rf {} +

# The environment is made once and looked at again only when pyproject.toml or the lock changed.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; write for example: make PYTHON=python3.12 demo")'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { echo "making $(VENV) (once)"; $(PYTHON) -m venv --clear $(VENV); }
	@touch $@

$(VENV)/.runtime: pyproject.toml requirements.lock | $(VENV)/.made
	@echo "installing publisher into $(VENV)"
	@$(PIP) install --constraint requirements.lock --editable .
	@touch $@

# Dependency groups need pip 25.1; Debian 12 brings 23.0.
$(VENV)/.dev: pyproject.toml requirements.lock | $(VENV)/.made
	@echo "installing publisher and what its tests need into $(VENV)"
	@$(PIP) install 'pip>=25.1'
	@$(PIP) install --constraint requirements.lock --editable . --group dev
	@touch $(VENV)/.runtime $@
