"""A helper in a cell without `#| export` costs its marks, and the student is told which cell lacks the line."""

import json
import time

import pytest
from school import MSE

from tito.grading.sheet import ANSWERED, RAISED, Answer, Sheet
from tito.grading.unexported import left_behind

HELPED = MSE.replace("d * d", "square(d)")
HELPER = "def square(d):\n    return d * d"


def missed(name):
    return Sheet([Answer(ANSWERED), Answer(RAISED, error="NameError", message=f"name {name!r} is not defined")])


def notebook_of(*sources):
    cells = [{"cell_type": "code", "source": source} for source in sources]
    return json.dumps({"cells": [{"cell_type": "markdown", "source": "square = 1"}, *cells]}).encode()


def test_the_cell_and_the_line_to_add_are_told_first(examine):
    results = examine({"ada": {"helper": HELPER, "mse_loss": HELPED}, "eve": {"mse_loss": HELPED}, "zoe": {}})
    told = "square is defined here, but this cell does not begin with `#| export`: add that line"
    assert results["ada"].troubles == [f"cell 9: {told}"] and results["ada"].total < 16
    assert results["eve"].troubles == [] and results["eve"].total == results["ada"].total
    assert results["zoe"].troubles == [] and results["zoe"].total == 16


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def square(d): pass", True),
        ("class square:\n    pass", True),
        ("square = lambda d: d", True),
        ("square: int = 2", True),
        ("from math import tau as square", True),
        ("#| hide\nimport square", True),
        ("#| export\nsquare = 1", False),
        ("    square = 1", False),
        ("square == 1", False),
        ("squared = 1", False),
    ],
)
def test_a_definition_at_the_left_margin_of_an_unexported_cell_is_one(source, found):
    assert bool(left_behind("a.ipynb", notebook_of(source), missed("square"))) is found


def test_the_first_of_several_cells_is_named():
    (told,) = left_behind("a.ipynb", notebook_of("x = 1", "square = 1", "square = 2"), missed("square"))
    assert told.startswith("cell 3: square")


def test_a_python_file_and_another_name_are_no_case_for_it():
    assert left_behind("a.py", b"square = 1", missed("square")) == []
    assert left_behind("a.ipynb", notebook_of("square = 1"), missed("other")) == []


def test_a_message_that_is_none_of_pythons_and_lines_made_to_be_slow_do_no_harm():
    long = "import " + "a " * 200_000, "x" * 400_000, "from " + " " * 400_000, "\n" * 400_000
    many = f"import {'a' * 191}!\n" * 20_000
    started = time.process_time()
    assert left_behind("a.ipynb", notebook_of(*long, many), missed("square")) == []
    assert time.process_time() - started < 5
    assert left_behind("a.ipynb", notebook_of("x = 1"), missed("x" * 10_000)) == []
