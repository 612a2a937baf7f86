# make run | test | check | bench: each sets up what it needs first (tools/setup.sh: .venv, from the hashed lock).

PYTHON ?= python3
RUN = sh examples/run-harbour.sh
ONLY =
export PYTHON

.PHONY: help setup run test test-core check format bench lock clean

help: ## say what there is
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' Makefile | expand -t 12

setup: ## make or mend .venv
	@sh tools/setup.sh

run: setup ## the shipped example: real sensor data of a harbour, from bytes to warnings to a verified record
	@$(RUN)

test: setup ## all tests
	@sh tools/browser.sh
	.venv/bin/python -m pytest -n auto

test-core: setup ## all but the slow tests
	.venv/bin/python -m pytest -n auto -m "not slow"

check: setup ## lint, format, types, the rules of the house, the docs
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy --strict src bench
	.venv/bin/python -m pytest -q tests/test_house.py tests/test_docs.py

format: setup ## put the code into its format
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

bench: setup ## one JSON line a figure; ONLY=PREFIX runs those whose names start with it
	@.venv/bin/python -m bench.run $(if $(ONLY),--only '$(ONLY)')

lock: ## newest versions into requirements/*.txt
	sh tools/lock.sh

clean: ## remove what the targets made
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
