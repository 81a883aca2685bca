# Every target makes what it needs. `make demo` and `make test` work in a fresh clone.
PYTHON ?= python3
BIN := .venv/bin
export PYTHON
MAKEFLAGS += --no-print-directory

.DEFAULT_GOAL := help
.PHONY: help setup setup-browser demo test check bench format lock clean

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

setup:  ## .venv with the pinned dependencies
	@tools/setup.sh venv

setup-browser:  ## Chromium and a Chinese font, for the browser tests
	@tools/setup.sh browser

demo: setup  ## start a demo district and open its board
	@$(BIN)/liandong demo $(ARGS)

test: setup setup-browser  ## the whole suite; ARGS="tests/rules -k dispatch" runs a part
	@$(BIN)/python -m pytest $(ARGS)

check: setup  ## style, types, layers, layout
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/pyright
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m pytest -q tests/test_layout.py

bench: setup  ## measure, beside the peers, on this machine
	@$(BIN)/python -m bench $(ARGS)

format: setup  ## let ruff write the style
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

lock: setup  ## write constraints.txt anew; ARGS=--upgrade moves the pins
	@$(BIN)/python tools/lock.py $(ARGS)

clean:  ## remove what the targets made, .venv too
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
