"""Answers that people grade come from the notebook as text, and stay with the result."""

import json

import pytest
from school import IMPORTS, L1, MSE, REDUCE, cell

from tito.gradebook import journal
from tito.grading import grade
from tito.grading.answers import LONGEST, Answers
from tito.notebook import parse_notebook

GRADED = {"grade": True, "solution": True, "points": 2, "schema_version": 3}


def written(*cells) -> str:
    return json.dumps({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def asked(source, name="why"):
    return cell(source, "markdown", grade_id=name, **GRADED)


@pytest.fixture
def lesson(tmp_path):
    given = cell("Now go on.", "markdown")
    text = written(asked("Why?\n\n### BEGIN SOLUTION\nSo.\n### END SOLUTION"), given, asked("When?", "when"))
    return parse_notebook(tmp_path / "lesson.ipynb", text)


def read(lesson, *cells, name="x.ipynb"):
    return Answers(lesson)(name, written(*cells).encode())


def test_each_answer_is_the_text_of_its_cell(lesson):
    found = read(lesson, asked("Why?\n\nBecause."), asked("Now.", "when"), asked("nothing asked", "other"))
    assert found == {"why": "Why?\n\nBecause.", "when": "Now."}


def test_what_a_student_added_below_belongs_to_the_answer_and_what_the_course_gives_does_not(lesson):
    added = cell("In a cell of its own."), cell("And one more.", "markdown")
    found = read(lesson, cell("Mine, above."), asked("Why?"), *added, cell("Now go on.", "markdown"), cell("After."))
    assert found == {"why": "Why?\n\nIn a cell of its own.\n\nAnd one more."}


def test_an_answer_whose_metadata_an_editor_took_off_is_found_by_its_heading(lesson):
    found = read(
        lesson, cell("Why?\n\nBecause.", "markdown"), cell("And more.", "markdown"), cell("Now go on.", "markdown")
    )
    assert found == {"why": "Why?\n\nBecause.\n\nAnd more."}
    assert read(lesson, cell("", "markdown"), cell("Whyever?", "markdown")) == {}


def test_a_copy_of_the_cell_adds_to_the_answer(lesson):
    assert read(lesson, asked("One."), asked("Two.")) == {"why": "One.\n\nTwo."}


def test_a_long_answer_is_cut_and_says_so(lesson):
    [text] = read(lesson, asked("x" * (LONGEST + 5))).values()
    assert len(text) < LONGEST + 100 and text.endswith("(5 more characters)")


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"[" * 100_000, b'{"cells": 3}', b'{"cells": [{"cell_type": 1}]}'])
def test_a_file_that_cannot_be_read_has_no_answers(lesson, data):
    assert Answers(lesson)("x.ipynb", data) == {}
    assert Answers(lesson)("x.py", written(asked("Because.")).encode()) == {}


def test_answers_stay_with_the_result_in_the_journal_also_where_the_code_is_refused(school, tmp_path):
    path = school.root / "modules/02_losses/losses_dev.ipynb"
    before = path.read_text(encoding="utf-8")
    raw = json.loads(before)
    raw["cells"].append(asked("Why?"))
    path.write_text(json.dumps(raw), encoding="utf-8")
    try:
        code = [cell(source) for source in ("#| default_exp nn.losses", IMPORTS, REDUCE, MSE, L1)]
        classroom = tmp_path / "class"
        classroom.mkdir()
        (classroom / "ann.ipynb").write_text(written(*code, asked("\ud83d\ude80 \0 Because.")), encoding="utf-8")
        (classroom / "bob.ipynb").write_text(written(asked("No code.")), encoding="utf-8")
        grade(school, classroom, "02", workers=1, seed=7, out=tmp_path / "out")
    finally:
        path.write_text(before, encoding="utf-8")
    runs, lines, _ = journal.read(tmp_path / "out")
    results = [runs[0].packing().unpack(line.entry) for line in lines]
    found = {result.student: (result.status, result.answers) for result in results}
    assert found["ann"] == ("graded", {"why": "\U0001f680 \0 Because."})
    assert found["bob"] == ("missing", {"why": "No code."})
