"""Workers find loaded what exams and references use: where Python lives in a closed folder, they could not read it."""

import json
import subprocess
import sys

import pytest

from tito.grading.prepare import prepare

SITS = """
import json, sys
import tito.grading.worker.sit as worker
from tito.grading.worker.answer import Namespace, given, make_module, run_piece

course, pieces = json.load(sys.stdin)
questions, modules = worker.prepare(course)
module = make_module(course["target"])
loaded = set(sys.modules)
for number, (source, place) in enumerate(pieces):
    report, _ = run_piece(number, source, place, module, 0)
    assert report == {"piece": number}, report
for question in questions:
    question.ask(Namespace([module, *reversed(modules)]), given(1, question))
print(*sorted(set(sys.modules) - loaded))

import numpy
numpy.__path__.clear()
for name in "char ctypeslib dtypes exceptions fft lib linalg ma polynomial random rec strings testing typing".split():
    getattr(numpy, name)
"""


@pytest.mark.parametrize("number", ["01", "02", "03", "04", "05"])
def test_the_reference_sits_its_exam_without_a_look_at_the_disk(course, number):
    exam = prepare(course, number, None, 2.0, 1 << 30, False)
    given = json.dumps([exam.course, [[piece.source, piece.place] for piece in exam.reference]])
    command = [sys.executable, "-c", SITS]
    run = subprocess.run(command, input=given, capture_output=True, text=True, cwd=course.root)
    assert (run.stdout.strip(), run.stderr[-500:]) == ("", "")
