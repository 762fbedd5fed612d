"""What earns marks and what does not, answer by answer."""

import numpy as np
import pytest

from tito.grading.evidence import RIGHT_INPUT, evidence
from tito.grading.exam import ACCEPTED, FLOWS, REFUSED, Question, faults, load, mixed, refuses
from tito.grading.judge import BAD_ACCEPTED, NO_GRAPH, judge
from tito.grading.sheet import ANSWERED, RAISED, TIMEOUT, Answer, Leaf
from tito.grading.worker.answer import drawing

X = np.array([[0.5, -2.0, 3.0], [1e-8, 7.0, 1e4]])


def one(kind, value, flows=False, dtype=None):
    return Answer(ANSWERED, leaves=(Leaf(kind, np.asarray(value, dtype), flows),))


def verdict(key, got, aspect="value", tolerance=None):
    return judge(Question("q", "e", aspect, 1, None, "", tolerance=tolerance), key, got)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_the_same_answer_is_right_without_a_remark(dtype):
    assert verdict(one("tensor", X, dtype=dtype), one("tensor", X.copy(), dtype=dtype)) == verdict(
        one("int", 3), one("int", 3)
    )


@pytest.mark.parametrize(
    "got",
    [one("float", 0.25), one("scalar", 0.25), one("array", 0.25), one("tensor", [0.25]), one("tensor", [[0.25]])],
)
def test_a_right_value_in_another_wrapper_is_right_with_a_remark(got):
    found = verdict(one("tensor", 0.25), got)
    assert found.right and "expected" in found.remark


def test_an_array_of_no_axes_is_as_good_as_a_numpy_number():
    number, array = one("scalar", 0.25), one("array", 0.25)
    assert verdict(number, array) == verdict(array, number) == verdict(number, number)
    assert "expected" in verdict(number, one("array", [0.25])).remark


def test_more_precision_is_right_with_a_remark_and_less_is_wrong():
    wide, narrow = one("tensor", X), one("tensor", X.astype("f4"))
    assert verdict(narrow, wide).right and "float64" in verdict(narrow, wide).remark
    assert not verdict(wide, narrow).right


@pytest.mark.parametrize("factor", [2, 0.5, -1, 1 + 1e-7, np.nan, np.inf, 0])
def test_a_wrong_value_is_wrong_and_says_what_was_expected(factor):
    with np.errstate(all="ignore"):
        found = verdict(one("tensor", X), one("tensor", X * factor))
    assert not found.right and "expected" in found.remark and "[" in found.remark


@pytest.mark.parametrize("key", [np.nan, np.inf, -np.inf, 1.0, 0.0])
@pytest.mark.parametrize("got", [np.nan, np.inf, -np.inf, 1.0, 0.0])
def test_nan_and_infinity_equal_themselves_alone(key, got):
    same = key == got or (np.isnan(key) and np.isnan(got))
    assert verdict(one("tensor", key), one("tensor", got)).right == same


@pytest.mark.parametrize(
    "got",
    [one("tensor", X.T), one("tensor", X[:1]), one("tensor", X[None]), one("tensor", X.ravel()), one("tensor", 1.0)],
)
def test_another_shape_is_wrong(got):
    assert "shape" in verdict(one("tensor", X), got).remark


@pytest.mark.parametrize(
    "got",
    [
        one("int", 1),
        one("bool", True),
        one("tensor", 1, dtype="i8"),
        one("tensor", 1j),
        Answer(ANSWERED, leaves=(Leaf("none"),)),
    ],
)
def test_another_kind_of_number_is_wrong(got):
    assert not verdict(one("tensor", 1.0), got).right


def slopes(flows, *arrays):
    leaves = (Leaf("bool", np.array(flows)), *[Leaf("array", array) for array in arrays])
    return Answer(ANSWERED, "dict", (FLOWS, *[f"gradient of input {n}" for n in range(len(arrays))]), leaves)


def test_a_gradient_needs_a_graph():
    assert verdict(slopes(True, X), slopes(True, X * (1 + 1e-7)), "gradient").right
    assert verdict(slopes(True, X), slopes(False, np.zeros_like(X)), "gradient").remark == NO_GRAPH
    assert not verdict(slopes(True, X), slopes(False, X), "gradient").right
    assert not verdict(slopes(True, X), slopes(True, X * 1.001), "gradient").right
    assert not verdict(one("tensor", X, True), one("float", 1.0), "gradient").right
    assert not verdict(one("tensor", X, True), one("tensor", X), "gradient").right


@pytest.mark.parametrize("kind", ["ValueError", "TypeError", "IndexError"])
def test_a_refusal_by_any_usual_error_matches(kind):
    key = Answer(RAISED, error="ValueError", where="cell 3, line 1")
    assert verdict(key, Answer(RAISED, error=kind, where="cell 4, line 2"), "errors").right
    for other in (
        "NotImplementedError",
        "AttributeError",
        "NameError",
        "UnboundLocalError",
        "ZeroDivisionError",
        "SystemExit",
    ):
        assert not verdict(key, Answer(RAISED, error=other, where="cell 4, line 2"), "errors").right
    assert not verdict(key, one("tensor", 1.0), "errors").right
    assert not verdict(key, Answer(TIMEOUT), "errors").right
    assert not verdict(key, Answer(RAISED, error="TypeError"), "errors").right  # not raised by the submission


def test_a_stated_tolerance_replaces_the_usual_one():
    assert verdict(one("tensor", 1.0), one("tensor", 1.05), tolerance=(0.1, 0)).right
    assert not verdict(one("tensor", 1.0), one("tensor", 1.05)).right


def careful(x):
    if x < 0:
        raise ValueError(x)


def test_refuses_tells_a_refusal_from_a_fault():
    assert refuses(lambda: careful(-1)) == "refused" and refuses(lambda: careful(1)) == "accepted"
    with pytest.raises(TypeError):
        refuses(lambda: careful(1, option=2))
    with pytest.raises(NameError):
        refuses(lambda: careful(undefined))  # noqa: F821
    with pytest.raises(NotImplementedError):
        refuses(lambda: (_ for _ in ()).throw(NotImplementedError))


def test_a_refusal_asks_about_good_and_bad_input_in_an_order_of_the_seed():
    source = "refusal('x', 'refuses', 'y.', lambda tt, n: tt(n), [1, 2], [-1, -2])"
    [asked] = load(f"from tito.grading.exam import refusal\n{source}")
    orders = {tuple(asked.ask(careful, drawing(seed, "q"))) for seed in range(20)}
    assert all(sorted(order) == ["accepted", "accepted", "refused", "refused"] for order in orders) and len(orders) > 2
    assert (asked.name, asked.aspect, asked.about) == ("x_refuses", "errors", "Must be refused: y.")


def words(text, faults=()):
    leaves = tuple(Leaf("str", {"A": ACCEPTED, "R": REFUSED}[letter]) for letter in text)
    return Answer(ANSWERED, "list", leaves=leaves, faults=faults)


def test_the_cases_that_are_accepted_and_must_not_be_are_named_by_the_judge_alone():
    key = words("RARR", ("a label of 2", None, "a label of 0", "an empty batch"))
    assert verdict(key, words("RARR"), "errors") == verdict(key, key, "errors")
    assert verdict(key, words("AAAR"), "errors").remark == f"{BAD_ACCEPTED}: a label of 0; a label of 2"
    assert verdict(key, words("RRRR"), "errors").remark == "good input is refused"
    assert verdict(words("RARR"), words("AARR"), "errors").remark == BAD_ACCEPTED


def test_the_order_that_the_judge_knows_is_the_one_in_which_cases_were_asked():
    def cases(rng):
        return [rng.integers(9)], {f"number {number}": number for number in range(10, 15)}

    for seed in range(9):
        asked, told = mixed(drawing(seed, "q"), cases), faults(drawing(seed, "q"), cases)
        assert [f"number {number}" if number > 9 else None for number in asked] == list(told)
    assert set(faults(drawing(1, "q"), lambda rng: ([1], ["two", (3, 4), print]))) == {None, "", "'two'", "(3, 4)"}


def test_the_evidence_names_the_case_that_is_accepted():
    key, asked = words("RAR", ("a label of 2", None, "a label of 0")), "Must be refused: labels."
    shown = evidence(Question("q", "e", "errors", 1, None, asked), key, words("RAA"), "")
    assert (shown.about, shown.expected, shown.got) == ("Must be refused: a label of 0.", REFUSED, ACCEPTED)
    shown = evidence(Question("q", "e", "errors", 1, None, asked), key, words("RRR"), "")
    assert (shown.about, shown.expected, shown.got) == (RIGHT_INPUT, ACCEPTED, REFUSED)
