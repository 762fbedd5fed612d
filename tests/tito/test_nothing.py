"""An error that says NoneType is told with what is None, and "is a return missing?" only where one is missing."""

import pytest
from course_fixture import source_of

from tito import testing

PLACE = "modules/01_first/first_dev.ipynb"
OPTION = "is None here: an option that was left out, or what a function without `return` gives"
MISSING = "None is what half gives, for it ends without a return: is a return missing?"
HALF = "def half(x):\n    x / 2\n\n\n"


def told(course, body, before=""):
    """The last line of what is said of `double` with this body."""
    source_of(
        course.root / PLACE, 4, f"#| export\nimport numpy as np\n\n\n{before}def double(x, axis=None):\n    {body}\n"
    )
    (result,) = testing.test(course, course.catalogue.find("01"), ["double"]).results
    return result.message.splitlines()[-1]


@pytest.mark.parametrize(
    "body", ["return 4 * half(x)", "h = half(x)\n    return 4 * h", "h = half(x)\n    return h.sum() + x"]
)
def test_a_missing_return_is_told_with_the_function_that_misses_it(course, body):
    assert told(course, body, HALF) == MISSING


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("return np.expand_dims(np.ones(3), axis)", "axis"),
        ("low = None\n    return (x > low) * x", "low"),
        ("weight = None\n    return x * (weight - 1)", "weight"),
        ("return x.shape if x is None else axis.shape", "axis"),
        ("order = dict(a=None).get('a')\n    return list(reversed(order))", "order"),
    ],
)
def test_an_option_that_was_left_out_is_named_and_no_return_is_asked_for(course, body, name):
    assert told(course, body) == f"{name} {OPTION}"


def test_what_hangs_on_something_else_is_named_with_it(course):
    node = "class Node:\n    rules = None\n\n\n"
    unset = "node.rules is None here: it was not set yet, or to what a function without `return` gives"
    assert told(course, "node = Node()\n    return node.rules[0]", node) == unset


@pytest.mark.parametrize("body", ["reversed([x].sort())", "order = [x].sort()\n    return list(reversed(order))"])
def test_a_list_that_is_sorted_in_place_is_told_as_that(course, body):
    assert told(course, body) == "None is what .sort() gives: it changes the list itself"


def test_where_no_name_is_none_nothing_more_is_claimed(course):
    said = told(course, "return 4 * {'a': None}['a']")
    assert said == "Something here is None: an option that was left out, or what a function without `return` gives"


@pytest.mark.parametrize("half", ["if x > 9:\n        return x", "def inner():\n        return 1\n    inner()"])
def test_a_function_that_has_a_return_is_not_said_to_have_none(course, half):
    missing = MISSING in told(course, "return 4 * half(x)", f"def half(x):\n    {half}\n\n\n")
    assert missing == half.startswith("def inner")


def test_a_variable_of_another_function_is_not_taken_for_this_one(course):
    other = "def other(x):\n    axis = half(x)\n    return axis\n\n\n"
    assert told(course, "return axis + 1", HALF + other) == f"axis {OPTION}"
