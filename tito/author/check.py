"""`tito check`: the author's lint. Solutions pass, stubs fail with their own message, every known mistake is caught
by its inline test and costs marks in the exam."""

from dataclasses import dataclass, field

from tito.author.lint import lint
from tito.catalogue import Module
from tito.mistakes import read_mistakes, usable
from tito.notebook import Cell, Exercise, Notebook, syntax_error
from tito.problem import Problem
from tito.regions import STUB, MarkerError, cleared
from tito.running.process import Run, plain, run_cells
from tito.validate import at


@dataclass
class Checked:
    """What was checked of a module; `faults` is empty when all is well."""

    module: str
    rows: list[tuple[str, float, int, int]] = field(default_factory=list)  # exercise, points, mistakes caught, known
    faults: list[str] = field(default_factory=list)


def check(course, module: Module) -> Checked:
    """Look over one lesson and run every exercise right, unwritten, and wrong in each known way."""
    notebook, done = module.read(), Checked(module.folder)
    name = course.inside(module.notebook)
    done.faults += lint(course, module, notebook)
    mistakes = _mistakes(course, module, notebook, done.faults)
    exercises = [exercise for exercise in notebook.exercises if exercise.cell and exercise.test]
    cells = [cell for cell in notebook.cells if cell.is_code and cell.source.strip()]
    run = run_cells(course, module, cells, variants=_variants(notebook, exercises, mistakes))
    done.faults += _solution_faults(cells, run, name)
    for exercise in exercises:
        own = [mistake for mistake in mistakes if mistake["exercise"] == exercise.name]
        if _fails(exercise.test, run):  # then whatever stands in its place fails too, and says only that again
            done.rows.append((exercise.name, exercise.points, 0, len(own)))
            continue
        done.faults += _stub_faults(exercise, run, name)
        missed = [fault for mistake in own for fault in _mistake_faults(exercise, mistake, run, name)]
        done.faults += missed
        done.rows.append((exercise.name, exercise.points, len(own) - len(missed), len(own)))
    if not done.faults:  # the exam of a lesson that is not sound would only say it again
        from tito.author.check_exam import exam_faults  # loads NumPy

        done.faults += exam_faults(course, module, notebook, mistakes)
    return done


def _mistakes(course, module: Module, notebook: Notebook, faults: list[str]) -> list[dict]:
    """Those that can be run; what is wrong with the others, or with the whole file, becomes a fault."""
    name = course.inside(module.mistakes)
    try:
        return usable(read_mistakes(module), notebook, name, faults)
    except Problem as problem:  # often of a faulty notebook, which is told before
        faults.append(str(problem).replace(str(module.mistakes), name))
        return []


def _variants(notebook: Notebook, exercises: list[Exercise], mistakes: list[dict]) -> dict[str, list[dict]]:
    """By cell number: what to run instead of an exercise's cell, each with the cells up to its test."""
    variants: dict[str, list[dict]] = {}
    for exercise in exercises:
        between = [c for c in notebook.cells if exercise.cell.number < c.number < exercise.test.number and c.is_code]
        after = [plain(cell) for cell in (*between, exercise.test)]
        sources = {f"{exercise.name}/{m['name']}": m["code"] for m in mistakes if m["exercise"] == exercise.name}
        try:
            sources[f"{exercise.name}/"] = cleared(exercise.cell.source, exercise.name)
        except MarkerError:
            pass  # a fault of the release, told there
        variants[str(exercise.cell.number)] = [
            {"id": name, "cells": [plain(exercise.cell, source), *after]} for name, source in sources.items()
        ]
    return variants


def _fails(cell: Cell, run: Run) -> bool:
    """Whether a cell fails, or was not reached, with the solutions in their place."""
    return bool(run.outcomes.get(cell.number, {"error": "not reached"})["error"])


def _solution_faults(cells: list[Cell], run: Run, name: str) -> list[str]:
    """Every cell of the course's own notebook must run."""
    faults = []
    for cell in cells:
        outcome = run.outcomes.get(cell.number)
        if outcome is None:
            return [*faults, f"{at(name, cell)}: the run ended here: {run.ended}"]
        if outcome["error"] and not syntax_error(cell):  # of that, the line is told already
            error = outcome["error"]
            line = error["frames"][-1][1] if error["frames"] and error["frames"][-1][0] == cell.number else None
            what = f"the solution fails {cell.grade_id}" if cell.is_test else "fails"
            faults.append(f"{at(name, cell, line)}: {what}: {error['type']}: {error['message']}")
    return faults


def _stub_faults(exercise: Exercise, run: Run, name: str) -> list[str]:
    """An unwritten exercise must fail its own test by its own message."""
    outcome = run.variants.get(f"{exercise.name}/")
    if outcome is None:
        return []
    error = outcome.get("error") or {}
    if outcome["status"] == "ok":
        return [f"{at(name, exercise.test)}: {exercise.test.grade_id} passes although {exercise.name} is not written"]
    if error.get("type") == "NotImplementedError" and error["message"] in STUB.format(exercise.name):
        return []
    got = f"{error['type']}: {error['message']}" if error else outcome["status"]
    return [f"{at(name, exercise.test)}: with {exercise.name} unwritten, the test does not say so, but {got}"]


def _mistake_faults(exercise: Exercise, mistake: dict, run: Run, name: str) -> list[str]:
    """A known mistake must fail the inline test, and in the test: a mistake that does not even define is no mistake."""
    outcome = run.variants.get(f"{exercise.name}/{mistake['name']}")
    label = f"the mistake {mistake['name']!r} of {exercise.name}"
    if outcome is None:
        return [f"{at(name, exercise.cell)}: {label} was not reached"]
    if outcome["status"] == "ok":
        return [f"{at(name, exercise.test)}: {label} passes {exercise.test.grade_id}"]
    error = outcome.get("error")
    undefined = error and error["type"] in ("NameError", "NotImplementedError")
    if undefined or (error and outcome.get("at") == exercise.cell.number):
        return [f"{at(name, exercise.cell)}: {label} does not run: {error['type']}: {error['message']}"]
    return []
