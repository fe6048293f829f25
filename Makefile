# deskbot. `make run` and `make test` do all their own set-up; they say what is missing.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Else each of the processes that run the tests would compile all of them anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run install test quick test-long check format docs pictures bench clean

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

# What the chats look like, for docs/platforms.md and README.md; it needs Chromium.
pictures: $(VENV)/.dev
	$(BIN)/python -m tests.looking.pictures

bench: $(VENV)/.bench
	$(BIN)/python -m bench

clean:
	rm -rf $(VENV)

# Set-up reads nothing from standard input and writes to standard error: the desk's chat owns both.
# uv installs in seconds; without it pip does, and names each package as it comes.
UV := $(shell command -v uv 2>/dev/null)
ifdef UV
MAKE_VENV = $(UV) venv --quiet --allow-existing --python $(PYTHON) $(VENV)
INSTALL = $(UV) pip install --python $(BIN)/python --require-hashes
else
MAKE_VENV = $(PYTHON) -m venv $(VENV)
INSTALL = $(BIN)/python -m pip install --disable-pip-version-check --no-compile --progress-bar off --require-hashes
endif

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' </dev/null >&2 || \
		{ echo "deskbot needs Python 3.11 or later; set PYTHON=python3.12 or the like" >&2; exit 1; }
	@echo "deskbot: making $(VENV)" >&2
	@$(MAKE_VENV) </dev/null >&2 || \
		{ rm -rf $(VENV); echo "python3 -m venv is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/.run: requirements.lock | $(BIN)/python
	@echo "deskbot: installing $$(grep -c == requirements.lock) packages, once; this takes about half a minute" >&2
	@$(INSTALL) -r requirements.lock </dev/null >&2
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run | $(BIN)/python
	@echo "deskbot: installing what the tests need, once" >&2
	@$(INSTALL) -r requirements-dev.lock </dev/null >&2
	@touch $@

# What the desk is measured against; neither the desk nor its tests need it.
$(VENV)/.bench: requirements-bench.lock $(VENV)/.dev | $(BIN)/python
	@$(INSTALL) -r requirements-bench.lock </dev/null >&2
	@touch $@
