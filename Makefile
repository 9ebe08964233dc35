# The commands of the house. Each one sets up what it needs first.
#
#   make demo PORT=8001 LIBSYS_HOME=/tmp/other   another demo beside the first
#   make demo RESET=1                            begins anew
#   make demo DATABASE_URL=… REDIS_URL=…         uses servers that run already
#   make pytest ARGS="tests/circulation -k hold" some tests only

VENV ?= .venv
BIN = $(VENV)/bin
EMBEDDED = $(BIN)/python -m libsys.embedded
# With database and broker in a folder that is deleted afterwards.
ALONE = $(EMBEDDED) run --throw-away --
WORKERS ?= 2
# Where it's set, every one of the many processes of a demo or a test would compile the whole house anew.
unexport PYTHONDONTWRITEBYTECODE
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header

.DEFAULT_GOAL := help
.PHONY: help demo stop env test lint fix bench lock install pytest checks static-checks \
	check-style check-types check-imports check-migrations check-messages check-templates check-tests

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: install ## Start everything, with demo data, on http://localhost:8000
	@exec $(EMBEDDED) demo

stop: install ## Stop the demo from another terminal
	@$(EMBEDDED) stop

env: install ## Print the running demo's environment: eval "$$(make -s env)"
	@$(EMBEDDED) env

test: install ## Run every check and every test
	@$(ALONE) $(MAKE) --no-print-directory --keep-going checks

lint: install ## Run the checks that run no test
	@$(ALONE) $(MAKE) --no-print-directory --keep-going static-checks

pytest: install ## Run some tests: make pytest ARGS="tests/circulation"
	@$(ALONE) $(BIN)/python -m pytest $(ARGS)

fix: install ## Put right what can be put right by itself
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: install ## Measure the speed: make bench ARGS="--help"
	@$(BIN)/python -m bench $(ARGS)

lock: install ## Write the lock files anew from pyproject.toml
	@$(LOCK) pyproject.toml --output-file requirements/production.lock
	@$(LOCK) pyproject.toml --extra dev --output-file requirements/development.lock

install: ## Make .venv with the locked packages
	@VENV="$(VENV)" PYTHON="$(PYTHON)" sh requirements/install.sh development

checks: static-checks check-tests
# Beside each other, for most of them keep one core busy only.
static-checks:
	@$(MAKE) --no-print-directory --keep-going --jobs=$(WORKERS) \
		check-types check-messages check-templates check-migrations check-imports check-style

check-style:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

check-types:
	$(BIN)/mypy

check-imports:
	$(BIN)/lint-imports

check-migrations:
	$(BIN)/python manage.py makemigrations --check --dry-run

check-messages:
	$(BIN)/python manage.py messages --check

check-templates:
	$(BIN)/djlint web --lint

check-tests:
	$(BIN)/python -m pytest -n $(WORKERS) $(ARGS)
