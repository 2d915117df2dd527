# The two commands: `make demo` and `make test`. Nothing has to be prepared but Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SCALE ?= 1
SOURCES := scripts/tdm scripts/bench tests/python

.PHONY: demo test test-nightly bench-subset bench-masks bench-main lint lint-python lint-types lint-sql format clean
.DEFAULT_GOAL := demo

demo: $(VENV)/.installed
	@$(BIN)/tdm demo --scale $(SCALE)

test: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder

# Everything, and 200 random schemas, the bench schema and all databases of ../shared/data at 1, 10 and 50 %.
test-nightly: $(VENV)/.installed-dev
	@TDM_PROPERTY_SCHEMAS=200 TDM_NIGHTLY=1 $(BIN)/python -m pytest

# What the subset costs, beside SQL by hand and other tools; docs/benchmarks.md says more.
# make bench-subset ARGS='--sf 1,10 --only ours,sql --out bench.json'
bench-subset: $(VENV)/.installed
	@PYTHONPATH=scripts $(BIN)/python -m bench.subset $(ARGS)

# What masks cost, each alone and ten of them on a million people: make bench-masks ARGS='--rows 100000 --only tables'
bench-masks: $(VENV)/.installed
	@PYTHONPATH=scripts $(BIN)/python -m bench.masks $(ARGS)

# What each phase of the main job costs on the demo: make bench-main ARGS='--scales 1,10'
bench-main: $(VENV)/.installed
	@PYTHONPATH=scripts $(BIN)/python -m bench.main_job $(ARGS)

lint: lint-python lint-types lint-sql

lint-python: $(VENV)/.installed-dev
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check $(SOURCES)

lint-types: $(VENV)/.installed-dev
	@$(BIN)/mypy

# dbt's templater compiles for real, so it needs a server; the embedded one, whatever PGHOST says.
lint-sql: $(VENV)/.installed-dev
	@PWD="$(CURDIR)" $(BIN)/tdm up > /dev/null
	@env -u PGHOST -u PGPORT -u PGDATABASE PWD="$(CURDIR)" $(BIN)/sqlfluff lint models tests

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

# Stops the server and removes everything that was made here, its data included.
clean:
	@if [ -x $(BIN)/tdm ]; then $(BIN)/tdm down; fi
	rm -rf .tdm target logs dumps dbt_packages $(VENV)

# A stamp a level of installation: made again when pyproject.toml changes.
$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; say make PYTHON=python3.12")'
	@$(BIN)/python -m pip --version > /dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@echo "Installing into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml
	@$(MAKE) --no-print-directory $(VENV)/.installed
	@echo "Installing what tests and linters need ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@
