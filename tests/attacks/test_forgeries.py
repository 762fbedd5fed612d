"""Words are easier to forge than numbers: whoever forges "refused" and "accepted" must not know the order."""

from math import comb
from operator import mul

import numpy as np
import pytest
from handing_in import write
from ordinary import ROOT

from tito.grading import exam, grade, seats, workers
from tito.grading.exam import Question, load
from tito.grading.marks import marked
from tito.grading.sheet import ANSWERED, Answer, Leaf, Sheet
from tito.grading.worker.answer import flat
from tito.settings import read_course

HELD = """
def held(name):
    "What the harness holds under this name, in the nearest frame that has it."
    frame = sys._getframe()
    while frame:
        if name in frame.f_locals:
            return frame.f_locals[name]
        frame = frame.f_back

def replace(question, **parts):
    [object.__setattr__(question, *part) for part in parts.items()]

def words(question, good=0):
    "An answer as it has to be, the good one at a place that is guessed."
    size = len(cases_drawn[question.name])
    return ["accepted" if place == good % size else "refused" for place in range(size)]

cases_drawn = {question.name: drawn for question, drawn in zip(held("questions"), held("draws"))}
questions = [question for question in held("questions") if question.aspect == "errors"]
"""
FORGE = {
    "words_in_turn": """
every = iter([word for question in questions for word in words(question)])
for question in questions:
    question.ask.__globals__.update(refuses=lambda call: next(every))
""",
    "one_word_for_all": """
import tito.grading.exam as exam
exam.REFUSED = exam.ACCEPTED = "refused"
""",
    "always_the_one_order": """
for question in questions:
    replace(question, ask=lambda tt, drawn, question=question: words(question))
""",
    "guesses": """
import random
random.seed(1)
for question in questions:
    replace(question, ask=lambda tt, drawn, question=question: words(question, random.randrange(99)))
""",
    "what_the_question_knows_of_its_cases": """
def shape_of(case):
    if isinstance(case, (list, tuple)):
        return [shape_of(part) for part in case]
    return getattr(case, "shape", None) or repr(case)

def told(question, drawn):
    "The cases that are, or look like, those to accept; of several the one whose arrays others share."
    accept, _ = question.cases(np.random.default_rng(0))
    good = [one for one in drawn if any(one is other or shape_of(one) == shape_of(other) for other in accept)]
    shared = [one for one in good if sum(one[0] is other[0] for other in drawn) > 1]
    return ["accepted" if any(one is other for other in shared or good[:1]) else "refused" for one in drawn]

def cases_of(name):
    import tito.grading.exam as exam
    again = exam.load((held("course") or {}).get("exam") or "") if held("course") else []
    return next((question.cases for question in again if question.name == name), None)

for question in questions:
    def ask(tt, drawn, question=question, cases=question.cases):
        if question.cases is None:
            replace(question, cases=cases_of(question.name))
        return told(question, drawn)
    replace(question, ask=ask)
""",
    "the_order_drawn_again": """
from tito.grading.worker.answer import drawing
for question in questions:
    def ask(tt, drawn, question=question):
        rng = drawing(held("seed") or held("job").get("seed", 0), question.name)
        accept, refuse = question.cases(rng)
        every = ["accepted"] * len(accept) + ["refused"] * len(refuse)
        return [every[n] for n in rng.permutation(len(every))]
    replace(question, ask=ask)
""",
}


@pytest.fixture(scope="module")
def course():
    return read_course(ROOT)


def test_cases_are_mixed_anew_by_each_seed_and_alike_by_one(course):
    questions = [q for q in load(course.catalogue.find("04").exam.read_text(encoding="utf-8")) if q.cases]
    assert sum(len(q.cases(np.random.default_rng(0))[1]) for q in questions) > 60
    one, same, *others = [[str(q.drawn(np.random.default_rng(seed))) for q in questions] for seed in (1, 1, 2, 3)]
    assert one == same and one not in others


@pytest.mark.parametrize(
    "forked, names", [(True, list(FORGE)), (False, ["what_the_question_knows_of_its_cases"])], ids=["forked", "started"]
)
def test_the_reference_without_care_earns_no_refusal_by_forging(course, tmp_path, monkeypatch, forked, names):
    monkeypatch.setattr(seats, "FORKS", forked)
    module = course.catalogue.find("04")
    package = (course.package / "nn" / "losses.py").read_text(encoding="utf-8")
    assert "raise ValueError" in package
    careless = package.replace("raise ValueError", "ValueError")
    folder = tmp_path / "class"
    write(folder, {})
    for name, forge in {"careless": "", **{name: FORGE[name] for name in names}}.items():
        text = careless + f"\n# %% forge\nimport gc, sys\nimport numpy as np\n{HELD if forge else ''}{forge}\n"
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    results = {result.student: result for result in grade(course, folder, module.number, seed=3).results}
    honest = {mark.question for mark in results["careless"].marks if mark.right}
    assert sum(mark.aspect == "errors" for mark in results["careless"].marks if not mark.right) > 20
    for name in names:
        gained = {m.question for m in results[name].marks if m.right and m.aspect == "errors"} - honest
        assert not results[name].troubles and not gained, (name, gained)


def test_guessing_which_input_is_the_good_one_earns_little(course):
    """A guess is right once in three times at most, and guessing all earns a quarter on average, were it free."""
    questions = [q for q in load(course.catalogue.find("04").exam.read_text(encoding="utf-8")) if q.cases]
    sizes = [[*map(len, q.cases(np.random.default_rng(0)))] for q in questions]
    chances = [1 / comb(good + bad, good) for good, bad in sizes]
    assert max(chances) <= 1 / 3
    weights = [q.weight for q in questions]
    assert sum(map(mul, weights, chances)) < 0.25 * sum(weights)


DRAWS_NOTHING = """
# %% layers that draw nothing
def initial(shape, n, rng, dtype):
    return Tensor(np.zeros(shape, dtype), requires_grad=True)
def dropout_mask(shape, p, rng, dtype):
    return np.ones(shape, dtype)
class Dropout(Module):
    def __init__(self, p=0.5, rng=None): pass
    def __call__(self, x): return x if isinstance(x, Tensor) else Tensor(x)
"""
ALL_TRUE = """
# %% what the exam finds true
import sys
frame = sys._getframe()
while "questions" not in frame.f_locals:
    frame = frame.f_back
for question in frame.f_locals["questions"]:
    question.ask.__globals__["bool"] = lambda value: True
"""


def test_layers_that_draw_nothing_earn_nothing_by_an_exam_that_finds_all_true(course, tmp_path):
    package = (course.package / "nn" / "layers.py").read_text(encoding="utf-8")
    folder = write(tmp_path / "class", {})
    for name, text in (("honest", DRAWS_NOTHING), ("forged", DRAWS_NOTHING + ALL_TRUE)):
        (folder / f"{name}.py").write_text(package + text, encoding="utf-8")
    results = {result.student: result for result in grade(course, folder, "03", seed=3).results}
    honest, forged = ({m.question for m in results[name].marks if m.right} for name in ("honest", "forged"))
    assert honest and not results["forged"].troubles and not forged - honest


@pytest.mark.parametrize(
    "value", [[np.ones(3), np.ones(3)], ["refused", np.ones(2)], [None, "accepted"], [], ["x"] * 9]
)
def test_odd_answers_about_bad_input_are_judged(value):
    question = Question("q", "e", "errors", 1, None, "")
    form, keys, leaves = flat(value, None)
    key = Answer(ANSWERED, "list", leaves=(Leaf("str", "accepted"), Leaf("str", "refused")))
    got = Answer(ANSWERED, form, tuple(keys), tuple(leaves))
    (mark,) = marked([question], [1.0], Sheet([key]), Sheet([got]), [])
    assert not mark.right and mark.remark


def told(words):
    """An answer of words: A for accepted, R for refused."""
    leaves = tuple(Leaf("str", {"A": "accepted", "R": "refused"}[word]) for word in words)
    return Answer(ANSWERED, "list", leaves=leaves)


ONE = Answer(ANSWERED, leaves=(Leaf("float", np.array(1.0)),))


def of_exercises(names, *rows):
    """What is right of two questions on bad input and one on values, for each of the exercises, as `rows` answer."""
    questions = [Question(f"{name}{n}", name, "errors", 1, None, "") for name in names for n in "12"]
    questions += [Question(name, name, "value", 1, None, "") for name in names]
    key = Sheet([*[told("ARR"), told("RAR")] * len(names), *[ONE] * len(names)])
    got = Sheet([*map(told, rows), *[ONE] * len(names)])
    assert all(mark.right for mark in marked(questions, [1.0] * len(questions), key, key, []))
    return [mark.right for mark in marked(questions, [1.0] * len(questions), key, got, [])]


@pytest.mark.parametrize("guess", ["ARR", "RRA"])
def test_a_wrong_guess_costs_all_refusals_of_the_exercise(guess):
    assert of_exercises("ab", "ARR", guess, "ARR", "RAR") == [False, False, True, True, True, True]


@pytest.mark.parametrize("honest", ["RRR", "AAA", "AAR"])
def test_what_code_does_by_mistake_costs_one_question(honest):
    assert of_exercises("ab", "ARR", honest, "ARR", "RAR") == [True, False, True, True, True, True]


def test_wrong_guesses_in_two_exercises_cost_the_refusals_of_all():
    assert of_exercises("abc", "ARR", "RRA", "ARR", "RRA", "ARR", "RAR") == [False] * 6 + [True] * 3


def test_the_forgeries_work_where_the_order_is_known(course, tmp_path, monkeypatch):
    """The forgers' tools are sound: with cases that keep their order they earn what the careless did not."""
    module = course.catalogue.find("04")
    package = (course.package / "nn" / "losses.py").read_text(encoding="utf-8")
    careless = package.replace("raise ValueError", "ValueError")
    in_order = "lambda rng, cases: (lambda good, bad: [*[(None, one) for one in good], *bad.items()])(*cases(rng))"
    monkeypatch.setattr(exam, "_in_order", eval(in_order))
    sorted_cases = f"from tito.grading import exam as e; e._in_order = {in_order}"
    program = workers._PROGRAM.replace(
        "from tito.grading.worker.zygote", f"{sorted_cases}; from tito.grading.worker.zygote", 1
    )
    monkeypatch.setattr(workers, "_PROGRAM", program)
    folder = write(tmp_path / "class", {})
    for name in ("words_in_turn", "always_the_one_order"):
        text = f"{careless}\n# %% forge\nimport sys\n{HELD}{FORGE[name]}\n"
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    results = grade(course, folder, module.number, seed=3).results
    assert [result.by("aspect")["errors"] for result in results] == [(12, 12), (12, 12)]
