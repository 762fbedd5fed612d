"""Words are easier to forge than numbers: whoever forges "refused" and "accepted" must not know the order."""

import numpy as np
import pytest
from handing_in import write
from ordinary import ROOT

from tito.grading import grade, workers
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

questions = [question for question in held("questions") if question.aspect == "errors"]
"""
FORGE = {
    "words_in_turn": """
import itertools
words = itertools.cycle(["accepted", "refused"])
for question in questions:
    question.ask.__closure__ and [
        cell.cell_contents.__globals__.update(refuses=lambda call: next(words))
        for cell in question.ask.__closure__ if hasattr(cell.cell_contents, "__globals__")
    ]
""",
    "one_word_for_all": """
import tito.grading.exam as exam
exam.REFUSED = exam.ACCEPTED = "refused"
""",
    "always_the_one_order": """
for question in questions:
    replace(question, ask=lambda tt, drawn: ["accepted", "refused"])
""",
    "guesses": """
import random
random.seed(1)
for question in questions:
    replace(question, ask=lambda tt, drawn: random.sample(["accepted", "refused"], 2))
""",
    "the_order_drawn_again": """
from tito.grading.worker.answer import drawing
for question in questions:
    def ask(tt, drawn, question=question):
        rng = drawing(held("seed") or held("job").get("seed", 0), question.name)
        question.cases(rng)
        return [["accepted", "refused"][n] for n in rng.permutation(2)]
    replace(question, ask=ask)
""",
}


@pytest.fixture(scope="module")
def course():
    return read_course(ROOT)


def test_cases_are_mixed_anew_by_each_seed_and_alike_by_one(course):
    questions = [q for q in load(course.catalogue.find("04").exam.read_text(encoding="utf-8")) if q.cases]
    assert len(questions) > 60
    one, same, *others = [[str(q.drawn(np.random.default_rng(seed))) for q in questions] for seed in (1, 1, 2, 3)]
    assert one == same and one not in others


def test_the_reference_without_care_earns_no_refusal_by_forging(course, tmp_path):
    module = course.catalogue.find("04")
    package = (course.package / "nn" / "losses.py").read_text(encoding="utf-8")
    assert "raise ValueError" in package
    careless = package.replace("raise ValueError", "ValueError")
    folder = tmp_path / "class"
    write(folder, {})
    for name, forge in {"careless": "", **FORGE}.items():
        text = careless + f"\n# %% forge\nimport gc, sys\nimport numpy as np\n{HELD if forge else ''}{forge}\n"
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    results = {result.student: result for result in grade(course, folder, module.number, seed=3).results}
    asked = [mark for mark in results["careless"].marks if mark.aspect == "errors"]
    few = {mark.question: sum(other.exercise == mark.exercise for other in asked) for mark in asked}
    honest = {mark.question for mark in results["careless"].marks if mark.right}
    assert sum(mark.aspect == "errors" for mark in results["careless"].marks if not mark.right) > 40
    for name in FORGE:
        gained = {m.question for m in results[name].marks if m.right and m.aspect == "errors"} - honest
        assert not results[name].troubles
        # one or two such questions of an exercise can be guessed by luck; one wrong guess costs them all
        assert {few.get(question) for question in gained} <= {1, 2}, (name, gained)


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


def test_the_wrong_way_round_costs_all_refusals_of_the_exercise():
    questions = [Question(name, "e", "errors", 1, None, "") for name in "ab"] + [
        Question("c", "e", "value", 1, None, "")
    ]
    words = [(Leaf("str", "accepted"), Leaf("str", "refused")), (Leaf("str", "refused"), Leaf("str", "accepted"))]
    one = Answer(ANSWERED, leaves=(Leaf("float", np.array(1.0)),))
    key = Sheet([*[Answer(ANSWERED, "list", leaves=two) for two in words], one])
    got = Sheet([*[Answer(ANSWERED, "list", leaves=words[0])] * 2, one])
    assert [mark.right for mark in marked(questions, [1.0] * 3, key, got, [])] == [False, False, True]
    assert [mark.right for mark in marked(questions, [1.0] * 3, key, key, [])] == [True] * 3


def test_the_forgeries_work_where_the_order_is_known(course, tmp_path, monkeypatch):
    """The forgers' tools are sound: with cases that keep their order they earn what the careless did not."""
    module = course.catalogue.find("04")
    package = (course.package / "nn" / "losses.py").read_text(encoding="utf-8")
    careless = package.replace("raise ValueError", "ValueError")
    sorted_cases = "from tito.grading import exam as e; e.mixed = lambda rng, cases: sum(cases(rng), [])"
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
