"""GitHub Classroom: what to add to the template repository, made of the release, so that each push is tested.

The tests are the student-side ones, and the student's tito is the wheel, in which no answer is. Whoever can push can
also change the tests, so these points are a student's feedback; the marks that count come from `tito grade`.
"""

import shutil
import tempfile
from pathlib import Path

from tito.problem import USAGE, Problem

WORKFLOW = ".github/workflows/classroom.yml"
TOOL = ".github/tito"
MINUTES = 10
GRADER = "classroom-resources/autograding-command-grader@v1"
REPORTER = "classroom-resources/autograding-grading-reporter@v1"

HEAD = """# Feedback on each push. The marks that count are given by the course, with questions that are not in here.
name: Autograding Tests
on:
  - push
  - workflow_dispatch
  - repository_dispatch
permissions:
  checks: write
  actions: read
  contents: read
jobs:
  run-autograding-tests:
    runs-on: ubuntu-latest
    if: github.actor != 'github-classroom[bot]'
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - name: Install tito
        run: python -m pip install --quiet {tool}/*.whl
"""
STEP = """      - name: {name}
        id: {name}
        uses: {grader}
        with:
          test-name: {name}
          command: tito test {number} {name}
          timeout: {minutes}
          max-score: {points:g}
"""
TAIL = """      - name: Report
        uses: {reporter}
        env:
{env}
        with:
          runners: {runners}
"""


def workflow(module) -> str:
    """The workflow's YAML: a step for each exercise of the module, worth its points."""
    exercises = [exercise for exercise in module.read().exercises if exercise.test and exercise.points]
    words = {"grader": GRADER, "minutes": MINUTES, "number": module.number}
    steps = [STEP.format(name=exercise.name, points=exercise.points, **words) for exercise in exercises]
    names = [exercise.name for exercise in exercises]
    env = "\n".join(f'          {name.upper()}_RESULTS: "${{{{steps.{name}.outputs.result}}}}"' for name in names)
    return HEAD.format(tool=TOOL) + "".join(steps) + TAIL.format(reporter=REPORTER, env=env, runners=",".join(names))


def bundle(course, module, out: Path) -> list[Path]:
    """Write a template repository to the new folder `out`: the release, the workflow and the student's tito."""
    from tito.author.release import release
    from tito.author.wheel import build_wheel

    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Problem(f"{out} is there already: nothing was written", next="name another --out", code=USAGE)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as name:
        new = Path(name) / "new"
        release(course, new)
        (new / WORKFLOW).parent.mkdir(parents=True)
        (new / WORKFLOW).write_text(workflow(module), encoding="utf-8")
        build_wheel(course, new / TOOL)
        if out.exists():
            out.rmdir()
        shutil.move(new, out)
    return sorted(path for path in out.rglob("*") if path.is_file())
