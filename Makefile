# Everything a person or CI runs, in one place. `make preview` and `make test` set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SPEC ?= stacks/dev.yaml

.PHONY: help preview test lint types bench lock wheel clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

preview: $(VENV)/.run ## show what the dev stack would build, why, and what it costs (SPEC=file for another)
	@$(BIN)/servewright preview $(SPEC)

test: $(VENV)/.dev lint types ## lint, types, import contracts and all tests that need no other program
	$(BIN)/pytest -n auto --dist loadfile -m "not actions and not axe and not browser and not engine and not apiserver and not gateway and not promtool and not redis and not vllm and not terraform"

lint: $(VENV)/.dev ## ruff and the import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: $(VENV)/.dev ## mypy --strict
	$(BIN)/mypy

bench: $(VENV)/.dev ## times and memory: medians of whole commands, and load on the gateway where SERVEWRIGHT_LITELLM is set
	$(BIN)/python tests/bench.py
	$(BIN)/python tests/bench_gateway.py

lock: ## lock the dependencies with hashes (needs uv)
	uv pip compile --generate-hashes --universal --no-emit-index-url --no-emit-find-links --no-header --python-version 3.11 \
		pyproject.toml --group dev -o requirements-dev.lock
	uv pip compile --generate-hashes --universal --no-emit-index-url --no-emit-find-links --no-header --python-version 3.11 \
		pyproject.toml --group install -c requirements-dev.lock -o requirements.lock

wheel: $(VENV)/.dev ## build the wheel into dist/
	$(BIN)/python -m build --no-isolation --wheel

clean: ## remove the environment and all caches
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# The environment has two levels: what running needs, and what developing adds. Packages come from the lock, with their hashes.
$(VENV)/.run: requirements.lock pyproject.toml
	test -f $(VENV)/.dev || { $(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install -q --require-hashes -r requirements.lock; }
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.run
