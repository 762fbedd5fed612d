# make demo   release, export, test and grade the sample class, end to end
# make test   every test of the course
# Each sets up .venv first; a second run finds it ready. Choose another Python with `make PYTHON=python3.12 demo`.

.DEFAULT_GOAL := help
.PHONY: help demo test clean
BIN := .venv/bin

help:
	@sed -n 's/^# //p' Makefile

demo: .venv/.ready
	@$(BIN)/tito demo

test: .venv/.ready-to-test
	@$(BIN)/ruff check .
	@$(BIN)/tito export --check
	@$(BIN)/python -m pytest

# The stamps are newer than pyproject.toml once it is installed, so pip runs again only when it changes.
.venv/.ready: pyproject.toml | .venv/bin/pip
	@echo "Installing the course into .venv (a minute or two, once) ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable .
	@touch $@

.venv/.ready-to-test: pyproject.toml | .venv/bin/pip
	@echo "Installing the course and its tests into .venv (a few minutes, once) ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable '.[test]'
	@touch $@ .venv/.ready

.venv/bin/pip:
	@sh .ci/make-venv $(PYTHON)

clean:
	rm -rf .venv build *.egg-info .pytest_cache .ruff_cache .hypothesis
