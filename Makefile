# make demo   release, export, test and grade the sample class, end to end
# make test   every test of the course
# make wheel  what students install, in dist/: tito and the lessons, without solutions, exams and mistakes
# make test-nbgrader   the lessons through nbgrader itself, in an environment of its own
# make chaos  kill the grader and its workers 200 times, and see that no grade is lost or wrong
# make fuzz   100,000 damaged frames for the decoder
# Each sets up .venv first; a second run finds it ready. Choose another Python with `make PYTHON=python3.12 demo`.

.DEFAULT_GOAL := help
.PHONY: help demo test wheel test-nbgrader chaos fuzz clean
PY := .venv/bin/python
PIP := $(PY) -m pip -qq --disable-pip-version-check
# Tests are shared out among a process a core, by file, the dear ones (attacks, course, nbgrader) first.
SHARED := -n auto --dist loadfile --no-loadscope-reorder

help:
	@sed -n '1,6s/^# //p' Makefile

demo: .venv/.ready
	@$(PY) -m tito demo

test: .venv/.ready-to-test
	@$(PY) -m compileall -q tito tinytorch  # for what starts hundreds of times, and writes no bytecode itself
	@$(PY) -m pytest $(SHARED)

wheel: .venv/.ready
	@$(PY) -m tito release --wheel

test-nbgrader: .venv/.ready-to-test
	@NBGRADER=1 $(PY) -m pytest tests/nbgrader

chaos: .venv/.ready-to-test
	@CHAOS_KILLS=200 $(PY) -m pytest -q -s tests/tito/grading/test_chaos.py

fuzz: .venv/.ready-to-test
	@FUZZ_FRAMES=100000 $(PY) -m pytest -q tests/tito/grading/test_fuzz.py

# The stamps are newer than pyproject.toml once it is installed, so pip runs again only when it changes.
.venv/.ready: pyproject.toml
	@sh .ci/make-venv $(PYTHON)
	@echo "Installing the course into .venv (a minute or two, once) ..."
	@$(PIP) install --editable .
	@touch $@

.venv/.ready-to-test: pyproject.toml
	@sh .ci/make-venv $(PYTHON)
	@echo "Installing the course and its tests into .venv (a few minutes, once) ..."
	@$(PIP) install --editable '.[test]'
	@touch $@ .venv/.ready

clean:
	rm -rf .venv .venv-nbgrader build *.egg-info .pytest_cache .ruff_cache .hypothesis
