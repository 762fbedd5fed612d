"""The exam's half of `tito check`: the solution earns every point, and every known mistake costs some of its own."""

import os
import tempfile
from pathlib import Path

from tito.catalogue import Module
from tito.grading.sheet import MISSING
from tito.notebook import Notebook, with_cells
from tito.problem import Problem

SOLUTION = "solution"


def exam_faults(course, module: Module, notebook: Notebook, mistakes: list[dict]) -> list[str]:
    """Let the solution and every mistake sit the exam; nothing to say where the lesson has no exam.

    The author's own code is trusted, so the exam is also sat where a machine cannot confine it.
    """
    if not module.exam.exists() or os.name != "posix":
        return []
    with tempfile.TemporaryDirectory(prefix="tito-exam-") as folder:
        for name, cells in _submissions(mistakes).items():
            (Path(folder) / f"{name}.ipynb").write_text(with_cells(notebook, cells).text(), encoding="utf-8")
        try:
            results = {result.student: result for result in _sat(course, module, Path(folder))}
        except Problem as problem:
            return [f"{course.inside(module.exam)}: {problem}"]
    where = course.inside(module.exam)
    faults = [f"{where}: {fault}" for fault in _solution_faults(results.pop(SOLUTION))]
    return faults + [f"{where}: {fault}" for fault in _mistake_faults(mistakes, results)]


def _submissions(mistakes: list[dict]) -> dict[str, dict[str, str]]:
    """By file name, the cells that differ from the solution."""
    return {SOLUTION: {}} | {f"mistake-{n}": {m["exercise"]: m["code"]} for n, m in enumerate(mistakes)}


def _sat(course, module: Module, folder: Path) -> list:
    from tito.grading import grade

    limits = {"time_limit": course.question_time_limit, "memory_limit": course.memory_limit << 20}
    return grade(course, folder, module.folder, seed=1, unsafe=True, **limits).results


def _solution_faults(result) -> list[str]:
    wrong = [mark for mark in result.marks if not mark.right or mark.remark]
    faults = [f"{mark.question}: the solution does not earn it: {mark.remark or mark.status}" for mark in wrong]
    return faults if result.marks else [f"the solution is {result.status}: {result.message}"]


def _mistake_faults(mistakes: list[dict], results: dict) -> list[str]:
    faults = []
    for number, mistake in enumerate(mistakes):
        result = results[f"mistake-{number}"]
        own = [mark for mark in result.marks if mark.exercise == mistake["exercise"]]
        label = f"the mistake {mistake['name']!r} of {mistake['exercise']}"
        if own and all(mark.right for mark in own):
            faults.append(f"{label} earns every point")
        elif all(mark.status == MISSING for mark in own):
            why = own[0].remark if own else result.message
            faults.append(f"{label} is not even defined: {why}; does its code begin with `#| export`?")
        elif result.troubles:
            faults.append(f"{label} does not run as a whole: {result.troubles[0]}")
    return faults
