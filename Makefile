# `make run` and `make test` do all the set-up. Python 3.11 or newer is the only need of `make run`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Test files at a time. Tests of commands and racks mostly wait, so this may exceed the cores.
JOBS ?= 4
# The stateful tests: on the rules as values, and in both databases.
RULES := tests/fleet/test_lease_rules.py tests/fleet/test_lease_rules_in_databases.py \
	tests/workflows/test_schedule_rules.py tests/workflows/test_schedule_rules_in_databases.py \
	tests/workflows/runs/test_rules.py tests/workflows/runs/test_dispatching_rules_in_databases.py
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test thorough bench chaos soak lint screenshots pictures registry example schemas clean

help: ## Show what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/.run: pyproject.toml constraints.txt
	@$(PYTHON) tools/check_python.py
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing Drover into $(VENV) (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

setup: $(VENV)/.run ## Make .venv and install Drover
setup-dev: $(VENV)/.dev ## Also install what tests and checks need

run: setup ## Six simulated phones play the example, live in the console; ARGS=--json prints figures and ends
	@$(BIN)/drover demo $(ARGS)

test: setup-dev ## Run every test; install what they need where that is possible
	@tools/prepare_tests.sh
	@$(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: setup-dev ## Style, types, import contracts, and the examples' sequences and screens
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/pyright
	@$(BIN)/lint-imports --config pyproject.toml
	@$(BIN)/drover sequence lint examples/*/*.json
	@for folder in examples/*/registry; do $(BIN)/drover screens check $$folder || exit 1; done

thorough: setup-dev ## Try the rules of leases, schedules and dispatching on thousands of courses instead of CI's few
	@DROVER_THOROUGH=1 $(BIN)/python -m pytest --numprocesses $(JOBS) --timeout 3600 $(RULES) $(ARGS)

bench: setup-dev ## Measure, and write bench/results/
	@$(BIN)/python -m bench $(ARGS)

chaos: setup-dev ## Kill drover up and its databases while runs go on; ARGS="--kills 200 --database sqlite --json"
	@tools/prepare_tests.sh
	@$(BIN)/python -m bench.chaos $(ARGS)

soak: setup-dev ## An hour of runs with 1 % faults: memory, handles, threads, tables must stay flat; ARGS="--minutes 5"
	@$(BIN)/python -m bench soak $(ARGS)

registry: setup-dev ## Draw the examples' screen registries and keyboard maps again
	@$(BIN)/python tools/plaza_registry.py
	@$(BIN)/python tools/plaza_keyboards.py

example: setup-dev ## Record examples/plaza/edit-profile.json again, from scripted touches
	@$(BIN)/python tools/record_example.py

schemas: setup-dev ## Write the published JSON Schemas again
	@$(BIN)/python tools/schemas.py

screenshots: setup-dev ## Take the pictures in docs/ again
	@$(BIN)/python tools/screenshots.py

pictures: setup-dev ## Take the pictures of the console in docs/ again
	@$(BIN)/python tools/console_pictures.py

clean: ## Remove what was made
	@rm -rf $(VENV) build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache
