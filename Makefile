# Thin aliases; `make help` lists them. The contract's two are `make run` and `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

.PHONY: help run test lint format lock clean

help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

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
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/bin/python local/requirements.lock
	$(PIP) install -q --require-hashes -r local/requirements.lock
	@touch $@

$(VENV)/.test: $(VENV)/bin/python tests/requirements.lock
	$(PIP) install -q --require-hashes -r tests/requirements.lock
	@touch $@

test: $(VENV)/.test ## Set up everything, then lint and run the whole test suite
	$(BIN)/python -m pytest

clean: ## Remove what was built; data in .local/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
