# Each target makes what it needs: a virtual environment beside this file, from Python 3.11+ and pip alone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test test-hosts test-faults check faults clean

$(VENV)/.run: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q -e ".[sandbox]"
	touch $@

$(VENV)/.dev: $(VENV)/.run pyproject.toml
	$(BIN)/pip install -q "pip>=25.1"
	$(BIN)/pip install -q -e ".[all]" --group dev
	touch $@

demo: $(VENV)/.run          ## the whole connector at work against the sandbox, over real OAuth and HTTP
	@$(BIN)/outlook-connector demo

test: $(VENV)/.dev          ## the contract, the parts and the sandbox; a test that needs a browser says so when it is missing
	$(BIN)/python -m pytest -n 4 --ignore=tests/hosts --ignore=tests/faults

test-hosts: $(VENV)/.dev    ## the command line, the demo and the README, as processes of their own
	$(BIN)/python -m pytest -n 4 tests/hosts

test-faults: $(VENV)/.dev   ## the smaller fault runs: kill -9, lost answers, refresh races
	$(BIN)/python -m pytest -n 2 tests/faults

check: $(VENV)/.dev         ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/unit/test_layers.py

faults: $(VENV)/.dev        ## the fault runs in full: minutes of kill -9, lost answers and refresh races
	$(BIN)/python -m tests.faults.tokens --full

clean:
	rm -rf $(VENV) dist build
