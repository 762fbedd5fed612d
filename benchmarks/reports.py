"""Reports of a large class: seconds to write 5,000 students' pages and the class's, and to find who is alike.

The class is made up: 150 questions in 16 exercises, five diagnoses with pictures for a student who has mistakes.
"""
import random
import tempfile
from pathlib import Path
from time import perf_counter

from benchmarks.measure import Row

EXERCISES, QUESTIONS, STUDENTS = 16, 150, 5000
ASPECTS = ("value", "reduction", "stability", "gradient", "errors")
MISTAKES = ("half", "sum for mean", "sign", "not reduced", "no shift", "detached", "one side only")


def questions(lesson):
    "The marks of right answers: name, exercise, aspect and points as in an exam of the lesson."
    from tito.grading.results import Mark
    names = [exercise.name for exercise in lesson.read().exercises if exercise.cell and exercise.test][:EXERCISES]
    for n in range(QUESTIONS):
        exercise, aspect = names[n % len(names)], ASPECTS[n // len(names) % 5]
        about = f"The {aspect} of a batch of shape (5, 3)."
        yield Mark(f"{exercise}_{aspect}_{n}", exercise, aspect, about, "answered", True, 1 / 3, 1 / 3)


def diagnosis(rng, exercise, count, of):
    from tito.grading.diagnosis import Diagnosis, Evidence
    name = rng.choice(MISTAKES)
    size, factor = rng.choice((1, 15, 64)), rng.choice((0.5, 2.0, -1.0))
    key = tuple(rng.gauss(0, 1) for _ in range(size))
    answer = tuple(None if rng.random() < 0.05 else factor * x for x in key)
    evidence = Evidence("q", "The mean over a batch of shape (5, 3).", f"{key[0]:.6g}", f"{factor * key[0]:.6g}",
                        f"exactly {factor:g} times the expected value", key, answer, (size,))
    return Diagnosis(exercise, name, "mistake", f"You have `{name}` in {exercise}: look at the formula.", count, of,
                     evidence)


def made(lesson, students=STUDENTS, seed=0):
    "A run and its students: one in ten without a mark, a third right, the others with five wrong exercises."
    from tito.grading.results import Mark, Result
    from tito.report.students import Run, Student
    rng, plain, found = random.Random(seed), list(questions(lesson)), []
    names = list(dict.fromkeys(mark.exercise for mark in plain))
    possible = round(QUESTIONS / 3, 4)
    for n in range(students):
        result = Result(f"student-{n:05}", f"student-{n:05}.ipynb", "graded", marks=plain)
        if n % 10 == 0:
            result = Result(result.student, result.file, "unreadable", "not a notebook, for it is not JSON")
        elif n % 3:
            wrong = rng.sample(names, 5)
            result.marks = [Mark(*(getattr(m, f) for f in list(Mark.__dataclass_fields__)[:4]), "answered", False, 0.0,
                                 m.possible, f"expected {rng.random():.6g} at [0, 0], got {rng.random():.6g}")
                            if m.exercise in wrong and rng.random() < 0.7 else m for m in plain]
            result.diagnoses = [diagnosis(rng, name, 8, 10) for name in wrong]
        found.append(Student(result, f"Student {n} of the made-up class", result.total, possible, attempts=1, seed=7,
                             isolation={"files": True, "network": True}))
    return Run("TinyTorch", f"{lesson.number} {lesson.title}", possible, "2026-01-01 12:00"), found


def sources(lesson, students=STUDENTS, seed=0):
    "Code of the lesson's solution with lines of their own in it: no two students share what few have."
    rng = random.Random(seed)
    solved = {c.grade_id or "other cells": c.source for c in lesson.read().cells if c.is_exported}
    parts = ["a + b", "np.exp(a)", "a[b]", "a if b else c", "[x for x in a]", "a.sum(axis=0)", "a ** b", "a @ b"]

    def own(source):
        lines = []
        for line in source.split("\n"):
            lines.append(line)
            if line.startswith("    ") and rng.random() < 0.3:
                lines.append(f"    z = {' + '.join(f'({rng.choice(parts)})' for _ in range(3))}")
        return "\n".join(lines)
    return {f"student-{n:05}": {name: own(source) for name, source in solved.items()} for n in range(students)}


def timed(job):
    start = perf_counter()
    job()
    return perf_counter() - start


def measure():
    from tito import similarity
    from tito.report import files
    from tito.settings import find_course
    course = find_course(Path(__file__).parent)
    lesson = course.catalogue.find("04")
    run, students = made(lesson)
    code = sources(lesson)
    with tempfile.TemporaryDirectory() as out:
        yield Row(f"reports of {STUDENTS:,} students and their class",
                  timed(lambda: files.write(lesson, run, students, Path(out))), target=120)
        size = sum(path.stat().st_size for path in Path(out).iterdir())
        yield Row("  megabytes of them", size / 1e6, unit="MB")
    yield Row(f"who is alike among {STUDENTS:,}", timed(lambda: similarity.alike(course, lesson, code)), target=120)
