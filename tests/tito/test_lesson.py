"""The form of a lesson: a whole exercise is green, and red for each part that is missing or too long."""

import json

import pytest
from course_fixture import DOUBLE, FRONT, TEST_DOUBLE, a_test, code, exercise, markdown

from tito.author.lesson import LINES, TEST_LINES, WORDS, form_faults
from tito.notebook import parse_notebook

TOLD = """## Twice

**Question.** What is twice as much?

$$y = 2x$$

**Worked number.** Twice 3 is 6.

**Predict.** Twice −1?

<details><summary>Answer</summary>

−2.

</details>
"""
HINTS = """<details><summary>Hint 1</summary>

Which operator doubles?

</details>
<details><summary>Hint 2</summary>

$2x$

</details>
"""


def faults(tmp_path, told=TOLD, hints=HINTS, test=TEST_DOUBLE, more="", target="#| default_exp core.first"):
    cells = [markdown(FRONT.format(title="First", summary="One.")), code(target), markdown(told)]
    cells += [exercise("double", DOUBLE), markdown(hints), a_test("double", test), code(more)]
    path = tmp_path / "first_dev.ipynb"
    return "\n".join(form_faults(parse_notebook(path, json.dumps({"cells": cells})), "first"))


def test_a_whole_exercise_is_green(tmp_path):
    assert faults(tmp_path) == ""


@pytest.mark.parametrize(
    ("piece", "what"),
    [
        ("**Question.**", "lacks the question it answers"),
        ("$$y = 2x$$", "lacks its formula"),
        ("**Worked number.**", "lacks a worked number"),
        ("**Predict.**", "lacks a prediction with a folded answer"),
        ("<details><summary>Answer</summary>", "lacks a prediction with a folded answer"),
    ],
)
def test_an_exercise_that_lacks_a_part_is_red(tmp_path, piece, what):
    found = faults(tmp_path, told=TOLD.replace(piece, ""))
    assert found.count("\n") == 0 and f"cell 4: double: the text before it {what}" in found


def test_the_text_of_another_exercise_does_not_count(tmp_path):
    cells = [markdown(TOLD), exercise("double", DOUBLE), markdown(HINTS), a_test("double", TEST_DOUBLE)]
    cells += [code("#| default_exp x"), exercise("shift", DOUBLE), markdown(HINTS), a_test("shift", TEST_DOUBLE)]
    found = form_faults(parse_notebook(tmp_path / "x.ipynb", json.dumps({"cells": cells})), "x")
    assert len(found) == 4 and all("shift" in fault for fault in found)


def test_hints_are_two_and_the_first_asks(tmp_path):
    assert "1 hints, where two are due" in faults(tmp_path, hints=HINTS.replace("Hint 2", "More"))
    assert "its first hint asks nothing" in faults(tmp_path, hints=HINTS.replace("?", "."))


def test_a_notebook_that_exports_nowhere_is_red(tmp_path):
    assert "no cell says `#| default_exp`" in faults(tmp_path, target="x = 1")


def test_prose_and_code_have_their_limits_and_formulas_and_docstrings_do_not_count(tmp_path):
    assert faults(tmp_path, told=TOLD + "\n$$" + "x " * WORDS + "$$") == ""
    guide = f"\n### BEGIN SOLUTION\n{'word ' * WORDS}\n### END SOLUTION\n"
    assert faults(tmp_path, told=TOLD + guide) == ""
    assert "words, where" in faults(tmp_path, told=TOLD + "word " * WORDS)
    assert faults(tmp_path, more="x = 1\n" * LINES + '\n# why\n"""' + "\n" * 9 + '"""') == ""
    assert f"cell 7: {LINES + 1} lines of code" in faults(tmp_path, more="x = 1\n" * (LINES + 1))
    long = "def test_double():\n" + "    x = 1\n" * TEST_LINES
    assert f"cell 6: {TEST_LINES + 1} lines of code" in faults(tmp_path, test=long)
