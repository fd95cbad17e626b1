# The two commands a newcomer needs: `make run` and `make test`.
PYTHON ?= $(shell for p in python3.10 python3 python; do \
	if $$p -c 'import sys; sys.exit(sys.version_info[:2] != (3, 10))' 2>/dev/null; then echo $$p; break; fi; done)
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test lint setup install install-test clean

run: setup
	@$(BIN)/fawen serve

setup: install
	@$(BIN)/fawen setup

test: install-test
	@$(BIN)/fawen setup
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest

lint: install-test
	@$(BIN)/ruff check .
	@$(BIN)/mypy

install: $(VENV)/.installed
install-test: $(VENV)/.installed-test

$(VENV)/.installed: pyproject.toml constraints.txt
	@scripts/install.sh "$(PYTHON)" "$(VENV)" "."
	@touch $@

$(VENV)/.installed-test: pyproject.toml constraints.txt
	@scripts/install.sh "$(PYTHON)" "$(VENV)" ".[test]"
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) var
