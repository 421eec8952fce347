# Each target makes what it needs: a virtual environment beside this file, from Python 3.11+ and pip alone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CLIENTS := .venv-clients
PEERS := .venv-peers
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test test-hosts test-faults test-node-red test-mcp prepare test-scale test-clients check docs faults bench clean

$(VENV)/.run: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --no-compile -e ".[sandbox]"
	touch $@

$(VENV)/.dev: $(VENV)/.run pyproject.toml
	$(BIN)/pip install -q --no-compile "pip>=25.1"
	$(BIN)/pip install -q --no-compile -e ".[all]" --group dev
	touch $@

demo: $(VENV)/.run          ## the whole connector at work against the sandbox, over real OAuth and HTTP
	@$(BIN)/outlook-connector demo

test: $(VENV)/.dev          ## the contract, the parts and the sandbox
	$(BIN)/python -m pytest -n 4 -m "not browser" --ignore=tests/hosts --ignore=tests/faults --ignore=tests/clients --ignore=tests/scale

test-hosts: $(VENV)/.dev    ## command line, HTTP, agents, Celery, exports and the README, as processes; pages in a browser
	$(BIN)/python -m pytest -n 4 tests/hosts --ignore-glob='*/test_export_node_red_*.py' --ignore=tests/hosts/test_mcp_clients.py
	$(BIN)/python -m pytest -m browser tests/sandbox

tests/hosts/node_red/node_modules/.made: tests/hosts/node_red/package-lock.json $(CLIENTS)/javascript/.made
	cd $(<D) && PATH="$(CURDIR)/$(CLIENTS)/javascript/bin:$$PATH" npm ci --silent --no-audit --no-fund
	touch $@

test-node-red: $(VENV)/.dev tests/hosts/node_red/node_modules/.made    ## the exported nodes in a real Node-RED
	$(BIN)/python -m pytest tests/hosts/test_export_node_red_runs.py tests/hosts/test_export_node_red_editor.py

test-faults: $(VENV)/.dev   ## the smaller fault runs: kill -9, lost answers, refresh races
	$(BIN)/python -m pytest -n 4 tests/faults

tests/hosts/mcp_tools/node_modules/.made: tests/hosts/mcp_tools/package-lock.json $(CLIENTS)/javascript/.made
	cd $(<D) && PATH="$(CURDIR)/$(CLIENTS)/javascript/bin:$$PATH" npm ci --silent --no-audit --no-fund
	touch $@

test-mcp: $(VENV)/.dev tests/hosts/mcp_tools/node_modules/.made   ## the MCP host by the conformance tool and the inspector
	$(BIN)/python -m pytest tests/hosts/test_mcp_clients.py

prepare: $(CLIENTS)/msgraph_sdk/.made $(CLIENTS)/o365_client/.made tests/clients/javascript/node_modules/.made \
	tests/hosts/node_red/node_modules/.made tests/hosts/mcp_tools/node_modules/.made    ## what other clients and tools need

test-scale: $(VENV)/.dev    ## large amounts: 150 MB attachments, trees of folders, thousands of messages, generated mails
	$(BIN)/python -m pytest tests/scale

$(CLIENTS)/%/.made: tests/clients/%/requirements.txt
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip install -q --no-deps --no-compile -r $<
	touch $@

tests/clients/javascript/node_modules/.made: tests/clients/javascript/package-lock.json $(CLIENTS)/javascript/.made
	cd $(<D) && PATH="$(CURDIR)/$(CLIENTS)/javascript/bin:$$PATH" npm ci --silent --no-audit --no-fund
	touch $@

test-clients: $(VENV)/.dev $(CLIENTS)/msgraph_sdk/.made $(CLIENTS)/o365_client/.made tests/clients/javascript/node_modules/.made
	$(BIN)/python -m pytest tests/clients    # Microsoft's clients and O365, unmodified, against the sandbox

check: $(VENV)/.dev         ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/unit/test_layers.py

docs: $(VENV)/.dev          ## docs/operations.md, made from the manifest
	$(BIN)/python -m outlook_connector.exporters.reference

faults: $(VENV)/.dev        ## the fault runs in full: about an hour of kill -9, lost answers, refresh races and garbled answers
	$(BIN)/python -m tests.faults.tokens --full
	$(BIN)/python -m tests.faults.limits --full
	$(BIN)/python -m tests.faults.sends --full
	$(BIN)/python -m tests.faults.triggers --full
	$(BIN)/python -m tests.faults.chaos --full
	$(BIN)/python -m tests.faults.celery --full
	$(BIN)/python -m tests.faults.inputs --full

$(PEERS)/.made: benchmarks/requirements-peers.txt
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip install -q --no-deps -r $<
	touch $@

bench: $(VENV)/.dev $(PEERS)/.made  ## beside requests, urllib3 and other clients; writes docs/performance.md
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) $(CLIENTS) $(PEERS) tests/clients/javascript/node_modules tests/hosts/*/node_modules dist build
