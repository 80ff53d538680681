# Everything is done in .venv, which is made on first use and then needs no network.
# Another interpreter: make test PYTHON=python3.12

PYTHON ?= python3
PYTEST_ARGS ?=
# Two workers; tests of one xdist_group share one. PARALLEL= runs all in one process.
PARALLEL ?= -n 2 --dist loadgroup
QUICK := tests/unit tests/integration
# Whole files go to a worker, so that what a file makes once is made once; pytest-flask, which no
# test here uses, and others would run fixtures and hooks for each of ten thousand tests.
QUICK_ARGS := --dist loadfile -p no:flask -p no:anyio -p no:platformdirs
NEEDS_NOTHING := not browser and not server and not incumbent
DEMO_ARGS ?=
BENCH_ARGS ?=
FUZZ_ARGS ?=
TOX_ARGS ?=
DOWNSTREAM_ARGS ?=
# Where tox looks for interpreters besides PATH.
DISCOVER ?= $(wildcard $(HOME)/.pyenv/versions/3.1*/bin/python3.1?)
SOAK_ARGS ?=
TRY_ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
INCUMBENT := $(VENV)-incumbent/.ready
CONSTRAINTS := requirements/constraints.txt
TYPED := flask_cors pytest_flask_cors.py examples $(wildcard tests/typing/*.py)

# Where nothing is compiled ahead (as containers often ask for), each worker compiles all tests anew.
unexport PYTHONDONTWRITEBYTECODE
# pyright's wrapper would otherwise ask the package index for news on every run.
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

.DEFAULT_GOAL := help
.PHONY: help demo test quick check format docs bench bench-instructions fuzz browser-fuzz soak mutation versions downstream docs-try dist clean distclean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-18s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(READY) ## try an API from pages of other origins, in a browser; DEMO_ARGS=--help lists options
	$(BIN)/python -m flask --app examples.lab cors lab --requests examples/lab/requests.json $(DEMO_ARGS)

test: $(READY) $(INCUMBENT) ## run all tests; PYTEST_ARGS='-k vary' passes arguments on
	$(BIN)/python -m pytest $(PARALLEL) $(PYTEST_ARGS)

quick: $(READY) ## the tests that need no browser and no server, in about a minute
	$(BIN)/python -m pytest $(PARALLEL) $(QUICK_ARGS) -m "$(NEEDS_NOTHING)" $(QUICK) $(PYTEST_ARGS)

check: $(READY) ## lint, formatting, types, import direction, documentation
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy $(TYPED)
	$(BIN)/python -m pyright $(TYPED)
	$(BIN)/python -m pytest -q tests/project/test_import_direction.py
	$(MAKE) --no-print-directory docs

format: $(READY) ## format the code, and fix what ruff can fix
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

docs: $(READY) ## build the documentation into docs/_build/html
	$(BIN)/python -m sphinx -W --keep-going -q -b html -d docs/_build/doctrees docs docs/_build/html
	@echo "docs/_build/html/index.html is up to date"

bench: $(READY) $(INCUMBENT) ## measure speed side by side; BENCH_ARGS='--seconds 10' is a rough run
	$(BIN)/python -m benchmarks $(BENCH_ARGS)

bench-instructions: $(READY) $(INCUMBENT) ## count the instructions of a request; BENCH_ARGS='--only allowed'
	$(BIN)/python -m benchmarks.instructions $(BENCH_ARGS)

fuzz: $(READY) ## fuzz the parsers, ten minutes each; FUZZ_ARGS='--seconds 10' or --planted
	$(BIN)/python -m tests.property.fuzz $(FUZZ_ARGS)

browser-fuzz: $(READY) ## 50,000 fresh random pairs: Chromium against the browser model
	$(BIN)/python -m tests.conformance.fuzz $(FUZZ_ARGS)

soak: $(READY) ## serve, load, attack and reload for ten minutes; SOAK_ARGS='--seconds 10'
	$(BIN)/python -m tests.soak $(SOAK_ARGS)

mutation: $(READY) $(INCUMBENT) ## how many deliberate mistakes the tests find; takes about an hour
	$(BIN)/python -m mutmut run

versions: $(READY) ## the tests under Flask 2.3 to 3.1, the latest of everything, the oldest
	$(BIN)/python -m tox run $(if $(DISCOVER),--discover $(DISCOVER)) $(TOX_ARGS)

downstream: $(READY) ## known users of flask-cors with this in its place; DOWNSTREAM_ARGS=moto
	$(BIN)/python -m tests.downstream $(DOWNSTREAM_ARGS)

docs-try: $(READY) ## follow README and first steps in an empty environment; TRY_ARGS=--help
	$(BIN)/python -m tests.docs_try $(TRY_ARGS)

dist: $(READY) ## build wheel and sdist into dist, check them, install and try the wheel
	rm -rf build/lib build/bdist.* dist
	$(BIN)/python -m build --no-isolation
	$(BIN)/python -m twine check --strict dist/*
	$(BIN)/python -m check_wheel_contents dist
	$(BIN)/python -m tests.dist_try dist

clean: ## remove what the targets made, but for .venv
	rm -rf build dist docs/_build htmlcov mutants .coverage .coverage.* *.egg-info
	rm -rf .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -path ./$(VENV) -prune -o -type d -name __pycache__ -exec rm -rf {} +

distclean: clean ## remove .venv as well
	rm -rf .tox $(VENV) $(VENV)-*

$(READY): setup.cfg $(CONSTRAINTS)
	@$(PYTHON) -c 'import sys; v = sys.version_info; v < (3, 10) and sys.exit("This is Python %d.%d, and 3.10 or later is needed: make PYTHON=python3.12 ..." % v[:2])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint $(CONSTRAINTS) setuptools
	$(BIN)/python -m pip install --quiet --constraint $(CONSTRAINTS) --no-build-isolation --editable '.[dev]'
	@touch $@

# flask-cors 6.0.5, which the differential test and the benchmark compare with.
$(INCUMBENT): $(READY) tests/integration/differential/environment.py
	$(BIN)/python tests/integration/differential/environment.py
	@touch $@
