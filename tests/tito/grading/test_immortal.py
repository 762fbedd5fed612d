"""Objects that a process which forks workers makes immortal."""

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys, weakref
from tito.grading.worker.immortal import make_immortal

class Thing: pass
def work(): return "a text of its own"
thing, code = Thing(), work.__code__
make_immortal()

def counted(x):
    before = sys.getrefcount(x)
    more = [x] * 1000
    return sys.getrefcount(x) - before

later = Thing()
print(counted(thing), counted(code), counted(work), counted(later))
gone = weakref.ref(later)
del later
print(gone() is None, work())
"""


def test_no_references_are_counted_to_what_was_alive_and_what_comes_later_ends_as_ever():
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, cwd=Path(__file__).parents[3])
    assert run.stderr == ""
    old = 0 if (3, 12) <= sys.version_info[:2] <= (3, 13) else 1000
    assert run.stdout.split() == [str(old)] * 3 + ["1000", "True", "a", "text", "of", "its", "own"]


EXAM = """
import sys, weakref
from tito.grading import exam
from tito.grading.worker.sit import prepare

def load(source):
    print(sys.getrefcount(source) < 100)
    return first_load(source)

def read():
    return open("modules/04_losses/exam.py", encoding="utf-8").read()

first_load, exam.load = exam.load, load
questions, _ = prepare({"libraries": [], "prerequisites": [], "exam": read()}, forks=True)
made = [q.cases for q in questions if q.cases and "<locals>" in q.cases.__qualname__]  # others have a name in the exam
orders = [weakref.ref(cases) for cases in made]
del made
questions[:] = exam.blind(questions)
print(len(orders) > 20, sum(order() is not None for order in orders))
"""


def test_the_text_of_the_exam_and_what_tells_good_cases_from_bad_end_when_they_are_forgotten():
    run = subprocess.run([sys.executable, "-c", EXAM], capture_output=True, text=True, cwd=Path(__file__).parents[3])
    assert run.stderr == ""
    assert run.stdout.split() == ["True", "True", "0"]
