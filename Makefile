# Thin aliases; `make help` lists them. The contract's two are `make run` and `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# The first Python of this machine that is new enough; `make PYTHON=…` names another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done; true)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

.PHONY: help run test bench lint format lock clean frontend

help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

run: $(VENV)/.run frontend ## Start the whole product here, until Ctrl-C
	@exec $(BIN)/python -m local --follow-parent

frontend: $(if $(wildcard frontend/package.json),frontend/dist/.built) ## Build the page, where its sources and Node 20+ are

# Without Node the page that is there is served; everything else works.
frontend/dist/.built: $(shell find frontend -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
	@if ! node -e 'process.exit(process.versions.node.split(".")[0] < 20)' 2>/dev/null; then \
		echo "make: the page is not built, since Node 20 or newer is missing" >&2; \
	else \
		npm --prefix frontend ci --no-audit --no-fund --loglevel=error && npm --prefix frontend run --silent build && touch $@ \
		|| { echo "make: the page could not be built: npm's reason is above" >&2; exit 1; }; \
	fi

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
	@touch $@

$(VENV)/.test: $(VENV)/bin/python tests/requirements.lock
	@echo "installing what the tests need (once)"
	@$(PIP) install -q --require-hashes -r tests/requirements.lock || { \
		echo "make: packages could not be installed: pip's reason is above; without network, set PIP_INDEX_URL" >&2; exit 1; }
	@touch $@ $(VENV)/.run

test: $(VENV)/.test lint ## Set up everything, then lint and run the whole test suite
	$(BIN)/python -m pytest -n auto --dist loadfile

bench: $(VENV)/.run ## Measure how fast it is; ARGS="--big" reads at 5 million messages too
	@$(BIN)/python -m benchmarks $(ARGS)

clean: ## Remove what was built; data in .local/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
