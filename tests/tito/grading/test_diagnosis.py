"""What is said of a wrong answer: the relations that can be computed, and the way of a diagnosis to the grades."""

import json
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from school import IMPORTS, L1, MSE, REDUCE, make_school, notebook

from tito.grading import grade
from tito.grading.evidence import evidence
from tito.grading.exam import FLOWS, Question
from tito.grading.exercise import Exercise, same
from tito.grading.findings import Diagnosis, Evidence, read_diagnosis
from tito.grading.relations import relations
from tito.grading.remembered import digest
from tito.grading.sheet import ANSWERED, RAISED, STATUSES, Answer, Leaf
from tito.grading.variants import variants
from tito.settings import read_course

X = np.array([[0.5, -2.0, 3.0], [1e-3, 7.0, 11.0]])
MISTAKES = '''
MISTAKES = [
    {"exercise": "mse_loss", "name": "half", "seen": 13, "says": "You halve the squared error: leave the factor out.",
     "code": """#| export
def mse_loss(pred, target, reduction="mean"):
    if pred.shape != target.shape:
        raise ValueError("shapes differ")
    d = pred - target.data
    return reduce_terms(d * d * 0.5, reduction)
"""},
    {"exercise": "reduce_nothing", "name": "unknown exercise", "says": "Never said.", "code": "x = 1"},
]
'''
HALF = MSE.replace("d = pred - target.data", "error = target.data * -1.0\n    d = pred - target.data").replace(
    "reduce_terms(d * d, reduction)", "reduce_terms((d * 0.5) * d, reduction)"
)


@pytest.fixture(scope="module")
def taught(tmp_path_factory):
    """The small course, with a list of known mistakes."""
    root = make_school(tmp_path_factory.mktemp("taught"))
    (root / "modules/02_losses/mistakes.py").write_text(MISTAKES, encoding="utf-8")
    return read_course(root)


def graded(course, folder, cells, **options):
    folder.mkdir(exist_ok=True)
    text = notebook({"imports": IMPORTS, "reduce": REDUCE, "mse_loss": MSE, "l1_loss": L1} | cells)
    (folder / "ada.ipynb").write_text(text, encoding="utf-8")
    return grade(course, folder, "02", seed=7, workers=1, **options)


MATMUL = "d = np.ones((32, 784)) @ np.ones((128, 784)) @ target.data"
ENDLESS = "raise ValueError('A' * 10_000 + ' and the end of it')"


@pytest.mark.parametrize(
    ("line", "end", "longest"),
    [(MATMUL, "(size 128 is different from 784)", 200), (ENDLESS, "A and the end of it", 440)],
)
def test_of_an_error_the_end_is_told_too(taught, tmp_path, line, end, longest):
    cells = {"mse_loss": MSE.replace("d = pred - target.data", line)}
    [result] = graded(taught, tmp_path / "class", cells).results
    found = result.diagnoses[0]
    assert found.name == "stops with ValueError" and f"{end} (cell " in found.says and len(found.says) < 320
    assert found.evidence.got.startswith("ValueError: ") and found.evidence.got.endswith(end)
    assert len(found.evidence.got) < longest
    assert any(f"{end} (cell " in mark.remark and len(mark.remark) < longest + 40 for mark in result.marks)


THROUGH = """#| export
def terms(p, t):
    return p[t]


def mse_loss(pred, target, reduction="mean"):
    try:
        return reduce_terms(terms(pred.data, "no index"), reduction)
    except IndexError as error:
        raise ValueError(f"terms: {error}") from None
"""


def test_of_an_error_said_in_other_words_the_line_is_where_it_arose(taught, tmp_path):
    [result] = graded(taught, tmp_path / "class", {"mse_loss": THROUGH}).results
    assert result.diagnoses[0].says.endswith(", line 3).") and "ValueError: terms: only integers" in str(result.marks)


def test_a_known_mistake_is_told_in_the_result_in_grades_json_and_after_a_rerun(taught, tmp_path):
    first = graded(taught, tmp_path / "class", {"mse_loss": HALF})
    [found] = first.results[0].diagnoses
    assert (found.exercise, found.name, found.kind, found.explains) == ("mse_loss", "half", "mistake", found.of)
    assert "½" in found.evidence.relation

    for _ in range(2):  # the second time it comes from the journal
        grades = graded(taught, tmp_path / "class", {"mse_loss": HALF}, out=tmp_path / "out")
        [row] = grades.rows()
        assert row[-1] == "mse_loss: You halve the squared error: leave the factor out."
        [student] = json.loads((tmp_path / "out/grades.json").read_text(encoding="utf-8"))["results"]
        [told] = student["diagnoses"]
        assert read_diagnosis(told) == found and told["evidence"]["question"] == found.evidence.question
    assert grades.kept == 1


def test_another_list_of_mistakes_grades_again(taught, tmp_path):
    graded(taught, tmp_path / "class", {"mse_loss": HALF}, out=tmp_path / "out")
    path = taught.root / "modules/02_losses/mistakes.py"
    try:
        path.write_text(MISTAKES.replace("leave the factor out", "drop the factor"), encoding="utf-8")
        grades = graded(taught, tmp_path / "class", {"mse_loss": HALF}, out=tmp_path / "out")
    finally:
        path.write_text(MISTAKES, encoding="utf-8")
    assert grades.kept == 0 and grades.rows()[0][-1].endswith("drop the factor.")


def test_a_right_solution_has_no_diagnosis_and_a_lesson_without_mistakes_has_relations(taught, school, tmp_path):
    assert graded(taught, tmp_path / "class", {}).results[0].diagnoses == []
    told = graded(school, tmp_path / "class", {"mse_loss": HALF}).results[0].diagnoses
    assert [(d.exercise, d.kind) for d in told] == [("mse_loss", "relation")] and "½" in told[0].says


def test_whoever_gives_the_same_wrong_answers_is_told_the_same_without_looking_again(taught, hand_in, monkeypatch):
    asked, best = [], Exercise._best
    monkeypatch.setattr(Exercise, "_best", lambda self, left: asked.append(left) or best(self, left))
    texts = {"ada": HALF, "bo": HALF + "# as another student writes it", "cy": HALF.replace("0.5", "0.25")}
    folder = hand_in({student: {"mse_loss": text} for student, text in texts.items()})
    told = {result.student: result.diagnoses for result in grade(taught, folder, "02", seed=7, workers=1).results}
    assert told["ada"] == told["bo"] and [diagnosis.name for diagnosis in told["ada"]] == ["half"]
    assert [diagnosis.name for diagnosis in told["cy"]] == ["factor ¼"] and len(asked) == 2


def test_a_diagnosis_survives_json():
    shown = Evidence("q", "What?", "1", "nan", "it is NaN", (1.0,), (None,), (2, 3))
    one = Diagnosis("mse_loss", "half", "mistake", "Says.", 2, 3, shown, ("l1_loss",))
    assert read_diagnosis(json.loads(json.dumps(asdict(one)))) == one


def tensor(values, dtype=None):
    return Leaf("tensor", np.asarray(values, dtype), False)


def answer(*leaves, keys=()):
    form = "dict" if keys else "one" if len(leaves) == 1 else "list"
    return Answer(ANSWERED, form, keys, leaves)


def names(key, got, aspect="value", about="", shapes=((5, 3),)):
    question = Question("q", "e", aspect, 1, None, about)
    return {relation.name for relation in relations(question, key, got, list(shapes))}


@pytest.mark.parametrize(
    ("got", "name"),
    [
        (X * 2, "factor 2"),
        (X / 2, "factor ½"),
        (X * np.log(2), "factor ln 2"),
        (X / np.log(2), "factor 1/ln 2"),
        (X * 15, "times the elements"),
        (X * 5, "times the rows"),
        (X / 3, "divided by the columns"),
        (X / 15, "divided by the elements"),
        (X * -2, "factor minus 2"),
        (X * 1.2345, "factor 1.234"),
        (-X, "sign"),
        (X + 0.75, "offset 0.75"),
        (np.abs(X), "sign lost"),
        (X**2, "squared"),
        (X.T, "transposed"),
        (X.ravel(), "shape"),
        (X.mean(), "reduced too far"),
        (X.astype("f4"), "precision lost"),
        (np.round(X).astype("i8"), "whole numbers"),
        (np.where(X > 5, np.nan, X), "not finite"),
        (np.full_like(X, np.nan), "not finite"),
    ],
)
def test_a_relation_between_arrays_is_found(got, name):
    with np.errstate(all="ignore"):
        assert name in names(answer(tensor(X)), answer(tensor(got)))


def test_relations_that_need_other_answers():
    terms = np.maximum(X, 0)
    assert "not cut off at 0" in names(answer(tensor(terms)), answer(tensor(X)))
    assert "not reduced" in names(answer(tensor(X.mean())), answer(tensor(X)))
    assert "not reduced" in names(answer(tensor(X.sum())), answer(tensor(X)))
    capped = np.minimum([0.5, 69.1, 100.0], -np.log(1e-7))
    assert "capped" in names(answer(tensor([0.5, 69.1, 100.0])), answer(tensor(capped)))
    assert names(answer(tensor(1.0)), answer(Leaf("none"))) == {"nothing returned"}
    assert names(answer(Leaf("str", "refused")), answer(Leaf("str", "accepted"))) == {"bad input accepted"}
    assert names(answer(Leaf("str", "accepted")), answer(Leaf("str", "refused"))) == {"good input refused"}


def test_gradients_and_changed_inputs_have_their_own_words():
    truth = Leaf("bool", np.array(True)), Leaf("bool", np.array(False))
    keys = (FLOWS, "gradient of input 1")
    right = answer(truth[0], Leaf("array", X), keys=keys)
    assert names(right, answer(truth[1], Leaf("array", 0 * X), keys=keys), "gradient") == {"no gradient"}
    assert "factor 2" in names(right, answer(truth[0], Leaf("array", 2 * X), keys=keys), "gradient")
    keys = ("terms", "inputs unchanged")
    wanted, got = answer(tensor(X), truth[0], keys=keys), answer(tensor(X), truth[1], keys=keys)
    assert names(wanted, got) == {"input changed"}


def test_an_unrelated_answer_has_no_sure_relation():
    rng = np.random.default_rng(3)
    question = Question("q", "e", "value", 1, None, "")
    for _ in range(200):
        key, got = rng.normal(size=(2, 5, 3))
        assert relations(question, answer(tensor(key)), answer(tensor(got)), [(5, 3)]) == []
        found = relations(question, answer(tensor(key[0, 0])), answer(tensor(got[0, 0])), [(5, 3)])
        assert not [relation for relation in found if relation.sure]


def test_answers_go_wrong_alike_by_value_or_by_the_same_words_of_an_error():
    question = Question("q", "e", "value", 1, None, "")
    assert same(question, answer(tensor(X)), answer(tensor(X * (1 + 1e-9))))
    assert not same(question, answer(tensor(X)), answer(tensor(X * 1.001)))
    assert same(question, answer(tensor(np.nan)), answer(tensor(np.nan)))
    one = Answer(RAISED, error="TypeError", message="axis 3 is out of bounds", where="cell 4, line 2")
    assert same(question, one, Answer(RAISED, error="TypeError", message="axis 2 is out of bounds"))
    assert not same(question, one, Answer(RAISED, error="TypeError", message="no such thing"))
    assert not same(question, one, Answer(RAISED, error="ValueError", message="axis 3 is out of bounds"))
    assert not same(question, one, answer(tensor(X)))


def test_only_answers_that_are_alike_to_the_byte_share_what_is_said_of_them():
    one = {3: answer(tensor(X)), 5: Answer(RAISED, error="ValueError", message="no", where="cell 4, line 2")}
    others = [
        {3: one[3]},
        {3: one[5], 5: one[3]},
        {4: one[3], 5: one[5]},
        one | {3: answer(tensor(np.nextafter(X, 9)))},
        one | {3: answer(tensor(X.astype("f4")))},
        one | {3: answer(tensor(X.reshape(3, 2)))},
        one | {3: answer(Leaf("array", X))},
        one | {3: answer(Leaf("tensor", X, True))},
        one | {3: answer(Leaf("str", "refused"))},
        one | {3: answer(Leaf("str", "accepted"))},
        one | {3: answer(tensor(X), tensor(X))},
        one | {3: answer(tensor(X), keys=("terms",))},
        one | {5: Answer(RAISED, error="ValueError", message="no", where="cell 4, line 3")},
    ]
    again = {3: answer(tensor(X.copy())), 5: Answer(RAISED, error="ValueError", message="no", where="cell 4, line 2")}
    assert digest(again) == digest(one) and len({digest(each) for each in [one, *others]}) == 1 + len(others)


DTYPES = st.sampled_from(["<f8", "<f4", "<f2", "<i8", "|u1", "|b1", "<c16"])
SHAPES = st.lists(st.integers(0, 4), max_size=4).map(tuple)
NUMBERS = st.sampled_from([0.0, 1.0, -2.5, np.nan, np.inf, -np.inf, 1e300, 1e-300])


@st.composite
def any_answer(draw):
    """An answer as a hostile worker may send it."""
    status = draw(st.sampled_from(STATUSES))
    if status != ANSWERED:
        return Answer(status, error=draw(st.sampled_from(["", "ValueError", "NotImplementedError"])), message="x" * 400)
    leaves = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["tensor", "array", "float", "none", "str"]))
        shape = draw(SHAPES) if kind in ("tensor", "array") else ()
        with np.errstate(all="ignore"):
            value = np.full(shape, draw(NUMBERS)).astype(draw(DTYPES))
        value = {"none": None, "str": "refused"}.get(kind, value)
        leaves.append(Leaf(kind, value, draw(st.booleans())))
    return answer(*leaves)


@settings(max_examples=300, deadline=None)
@given(any_answer(), any_answer(), st.sampled_from(["value", "gradient", "errors"]))
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_no_answer_however_hostile_breaks_the_diagnosis(key, got, aspect):
    question = Question("q", "e", aspect, 1, None, "A batch of shape (5, 3).")
    told = relations(question, key, got, [(0,), (2, 3)])
    assert all(relation.name and relation.says for relation in told)
    shown = evidence(question, key, got, "")
    assert len(shown.key) <= 64 and json.dumps([shown.key, shown.answer], allow_nan=False)
    assert same(question, got, got) in (True, False)


@pytest.mark.parametrize(("true", "got", "numbers"), [(True, False, ()), ([True, False], [True, True], (1.0, 0.0))])
def test_two_words_of_yes_and_no_are_no_numbers_for_a_picture(true, got, numbers):
    key, given = (Answer(ANSWERED, leaves=(Leaf("array", np.asarray(value)),)) for value in (true, got))
    shown = evidence(Question("q", "e", "gradient", 1, None, "Does a gradient flow?"), key, given, "")
    assert shown.key == numbers and (shown.expected, shown.got) != ("", "")


def test_variants_change_only_the_solution_and_each_is_another_program():
    source = (
        "def given(x):\n    return x + 1\n\n\ndef term(p, t, margin=0.5):\n    ### BEGIN SOLUTION\n"
        "    return np.maximum(0, margin - p * t)\n    ### END SOLUTION\n"
    )
    found = variants(source, "term")
    codes = [code for _, _, code in found]
    assert len(set(codes)) == len(codes) > 10
    assert all("return x + 1" in code for code in codes)
    told = {name for name, _, _ in found}
    assert {"that never looks at `margin`", "in which `p` and `t` have changed places"} <= told
    assert "that has `margin + p * t` where `margin - p * t` belongs" in told


def test_a_diagnosis_that_fails_costs_no_mark_and_is_told(taught, tmp_path, monkeypatch):
    right = graded(taught, tmp_path / "class", {"mse_loss": HALF}).results[0]

    def broken(*_):
        raise RuntimeError("a fault of the diagnosis")

    monkeypatch.setattr("tito.grading.examiner.diagnose", broken)
    result = graded(taught, tmp_path / "class", {"mse_loss": HALF}).results[0]
    assert result.diagnoses == [] and [m.earned for m in result.marks] == [m.earned for m in right.marks]
    assert right.troubles == [] and len(result.troubles) == 1 and "RuntimeError" in result.troubles[0]
