# Each target makes .venv itself, from the lock: nothing is needed but make and Python 3.11 or newer.
# Another interpreter: make test PYTHON=/path/to/python

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DEPLOYED := dashboards/deploy
PYTHON ?=
CANDIDATES := $(PYTHON) python3.11 python3.12 python3.13 python3 python
IS_ENOUGH := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))

.DEFAULT_GOAL := help
.PHONY: help demo example test lint bench lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(INSTALLED) ## make a sample marketplace, run the pipeline, open the dashboards
	$(BIN)/throughline demo

example: $(INSTALLED) ## print what four ways to count hires say beside the truth
	$(BIN)/python -m pipelines.sample.scenario

# A worker per core; each starts with a run of tests that stand side by side and share what is dear to make, and one that
# is done early takes over half of what another has left. A worker needs 1 to 2 GB: hence no more than four.
test: $(INSTALLED) ## run every test
	@bash .ci/packages
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal

lint: $(INSTALLED) ## check style, format, types, SQL and the image
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/hadolint $(DEPLOYED)/Dockerfile
	$(BIN)/sqlfluff lint --disable-progress-bar dbt_project/models
	$(BIN)/sqlfluff lint --disable-progress-bar --exclude-rules LT09,ST06,RF03,RF04,ST03 dbt_project/analyses

faults: $(INSTALLED) ## kill, fill, garble and shuffle at length: what was tried, what survived
	@bash .ci/packages
	$(BIN)/python -m tests.faults

bench: $(INSTALLED) ## measure ingest, build, rollback and pages
	$(BIN)/python -m tests.benchmarks.ingest
	$(BIN)/python -m tests.benchmarks.build
	$(BIN)/python -m tests.benchmarks.rollback
	$(BIN)/python -m tests.benchmarks.pages

# A throw-away environment: the resolver is no part of the project.
lock: ## resolve the dependencies anew into requirements.lock, and those of the image
	@set -e; folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	$(find_python); \
	"$$python" -m venv "$$folder/venv"; \
	"$$folder/venv/bin/python" -m pip install --quiet uv; \
	"$$folder/venv/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --no-annotate --extra dev pyproject.toml -o requirements.lock; \
	"$$folder/venv/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --no-annotate --constraint requirements.lock \
	    $(DEPLOYED)/requirements.in -o $(DEPLOYED)/requirements.lock

clean: ## remove .venv and the tools' caches; the data stay
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

define find_python
python=; for each in $(CANDIDATES); do \
	    if "$$each" -c '$(IS_ENOUGH)' >/dev/null 2>&1; then python=$$each; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	    echo "Throughline needs Python 3.11 or newer with its venv module (Debian: apt-get install python3-venv)." >&2; \
	    echo "None was found among: $(CANDIDATES). Name one with: make PYTHON=/path/to/python3" >&2; exit 1; \
	fi
endef

# Wheels alone, but for autograd-gamma (pure Python, for lifelines), which is published as source alone: the locked
# setuptools comes first and builds it.
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check
LOCKED_SETUPTOOLS := awk '/^setuptools==/ { found = 1 } found { print } found && !/\\$$/ { exit }' requirements.lock

$(INSTALLED): requirements.lock pyproject.toml
	@set -e; if [ ! -x $(BIN)/pip ]; then \
	$(find_python); \
	echo "Making $(VENV) with $$("$$python" --version)"; "$$python" -m venv --clear $(VENV); fi
	@echo "Installing the locked packages into $(VENV): a few minutes the first time"
	@$(LOCKED_SETUPTOOLS) | $(BIN)/python $(PIP_INSTALL) --only-binary :all: --require-hashes -r /dev/stdin
	@$(BIN)/python $(PIP_INSTALL) --only-binary :all: --no-binary autograd-gamma --no-build-isolation \
	    --require-hashes -r requirements.lock
	@$(BIN)/python $(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@touch $@
