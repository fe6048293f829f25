# deskbot. `make run` and `make test` do all their own set-up; they say what is missing.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Else each of the processes that run the tests would compile all of them anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run install test quick test-long check format docs bench clean

run: $(VENV)/.run
	@$(BIN)/python run_bot.py

install: $(VENV)/.run

test: $(VENV)/.dev
	$(BIN)/python -m pytest

# The rules and the chat, without platforms, processes and database servers: for between two edits.
quick: $(VENV)/.dev
	$(BIN)/python -m pytest -n logical tests/domain tests/handlers tests/scheduler \
		--ignore=tests/handlers/test_new_field.py -k "not postgresql and not verb"

# What takes its time (kills, faults, whole archives, long texts and histories), and the properties with many more examples.
test-long: $(VENV)/.dev
	$(BIN)/python -m pytest -m "hypothesis or long" --hypothesis-profile=long

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The list of files in docs/architecture.md, from their docstrings.
docs: $(VENV)/.dev
	$(BIN)/python -m tests.architecture
	$(BIN)/python -m tests.owed_table

bench: $(VENV)/.bench
	$(BIN)/python -m bench

clean:
	rm -rf $(VENV)

# Set-up reads nothing from standard input and writes to standard error: the desk's chat owns both.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' </dev/null >&2 || \
		{ echo "deskbot needs Python 3.11 or later; set PYTHON=python3.12 or the like" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) </dev/null >&2 || \
		{ rm -rf $(VENV); echo "python3 -m venv is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/.run: requirements.lock | $(BIN)/python
	@echo "deskbot: installing what requirements.lock names, once" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock </dev/null >&2
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock </dev/null >&2
	@touch $@

# What the desk is measured against; neither the desk nor its tests need it.
$(VENV)/.bench: requirements-bench.lock $(VENV)/.dev | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock </dev/null >&2
	@touch $@
