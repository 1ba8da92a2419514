# Everything happens in .venv, which each target makes for itself. `make help` lists the targets;
# `make PYTHON=python3.12 ...` takes another interpreter than python3.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Compiled modules are kept: tests start many processes, which would compile them anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test lint style bench soak fuzz translations bundle clean system

help: ## Tell what can be done here.
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1  \t\2/p' Makefile

run: $(VENV)/.run ## Open the viewer on the sample photo; without a screen, render a demo.
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname)" = Darwin ]; then \
	    $(BIN)/cozviewer resources/dandelion.jpg; \
	else \
	    echo "There is no screen here, so a demo is rendered instead of opening the viewer."; \
	    $(BIN)/cozviewer demo -o demo && echo "The demo is in $(CURDIR)/demo"; \
	fi

# With worksteal, a process runs tests that lie side by side: few of them load the same models.
test: style ## Check the code, its types and its layers, and run the tests.
	@echo "== Tests (pytest), and types (mypy) beside them"
	@$(BIN)/mypy > $(VENV)/types.txt 2>&1 & types=$$!; \
	trap 'kill $$types 2> /dev/null' INT TERM; \
	$(BIN)/python -m pytest -n auto --maxprocesses 8 --dist worksteal; tests=$$?; \
	wait $$types; wrong=$$?; cat $(VENV)/types.txt; exit $$((tests | wrong))

lint: style ## The checks alone, without the tests.
	@echo "== Types (mypy)"
	@$(BIN)/mypy

style: $(VENV)/.test
	@echo "== Style (ruff check)"
	@$(BIN)/ruff check
	@echo "== Layout (ruff format)"
	@$(BIN)/ruff format --check
	@echo "== Layers (import-linter)"
	@$(BIN)/lint-imports --no-logo

bench: $(VENV)/.test ## Time what should be fast and print the figures.
	@$(BIN)/python -m pytest -s tests/benchmarks -o python_files='test_*.py bench_*.py'

MINUTES ?= $(if $(filter fuzz,$(MAKECMDGOALS)),10,60)
SEED ?=

soak: $(VENV)/.test ## Use the window at random for MINUTES=60: does anything grow or break?
	@$(BIN)/python tests/benchmarks/soak.py --minutes $(MINUTES) --seed $(or $(SEED),1)

fuzz: $(VENV)/.test ## Read broken files and replies for MINUTES=10, with SEED= those of a run.
	@$(BIN)/python -m tests.fuzz.runner --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

translations: $(VENV)/.test ## Collect texts for translators, build what they translated.
	@$(BIN)/python packaging/translations.py

# light or full, see packaging/bundle/bundle.py; OPTIONS are passed to it.
FLAVOUR ?= light

bundle: ## Make a program that runs without Python, in dist/.
	@$(PYTHON) packaging/bundle/bundle.py $(FLAVOUR) $(OPTIONS)

clean: ## Remove .venv, the demo and every cache.
	rm -rf $(VENV) demo build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache \
	    .import_linter_cache .hypothesis
	find cozviewer resources tests -name __pycache__ -prune -exec rm -rf {} +

# What the system must have. Looked at every time: it takes a tenth of a second.
system:
	@PYTHON="$(PYTHON)" packaging/system-libraries.sh

# torch and torchvision come in one resolution, so that they fit each other.
define install
@$(BIN)/python -m pip --version > /dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
@echo "Installing cozviewer, PyTorch, Qt and the rest into $(VENV):" \
    "several minutes and up to 7 GB the first time."
@$(BIN)/python -m pip install --disable-pip-version-check --editable '.$(EXTRAS)'
@touch $@
endef

$(VENV)/.run: pyproject.toml | system
	$(install)

$(VENV)/.test: EXTRAS := [test]
$(VENV)/.test: pyproject.toml | system
	$(install)
	@touch $(VENV)/.run
