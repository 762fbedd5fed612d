"""Who is alike: copies are found however they are dressed up, honest work is not, and a large class is no harder."""

import ast
import re
import shutil
import sys
from pathlib import Path

import pytest

from tito import similarity
from tito.settings import find_course
from tito.similarity import REFERENCE, alike, compare, handed_in
from tito.similarity.sources import Prose
from tito.similarity.winnowing import WINDOW, K, tokens, winnowed

ROOT = Path(__file__).resolve().parents[2]
HONEST = ("amara-okafor", "bo-lindqvist", "chen-wei", "kiko-tanaka", "ines-duarte")  # each in a way of its own


@pytest.fixture(scope="module")
def course():
    return find_course(ROOT)


@pytest.fixture(scope="module")
def lesson(course):
    return course.catalogue.find("04")


@pytest.fixture(scope="module")
def handed(course, lesson):
    return handed_in(course, lesson, ROOT / "examples/class")


def code(handed: dict) -> dict:
    """The class without its answers in words."""
    return {name: {k: v for k, v in sources.items() if not isinstance(v, Prose)} for name, sources in handed.items()}


def who(pairs) -> set[frozenset]:
    return {frozenset((pair.first, pair.second)) for pair in pairs}


class Renamed(ast.NodeTransformer):
    """Every local name another one; docstrings gone; layout, quotes and comments as ast writes them."""

    def visit_FunctionDef(self, node):
        local = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        self.names = {name: f"changed_{i}" for i, name in enumerate(sorted(local))}
        if isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant):
            node.body = node.body[1:] or [ast.Pass()]
        return self.generic_visit(node)

    def visit_Name(self, node):
        return ast.Name(getattr(self, "names", {}).get(node.id, node.id), node.ctx)


def disguised(sources: dict) -> dict:
    """A copy of the code with other names, numbers, comments and layout, its functions and cells in reverse order."""
    found = {}
    for exercise, source in reversed(sources.items()):
        if isinstance(source, Prose):
            continue
        tree = Renamed().visit(ast.parse(source))
        tree.body.reverse()
        text = ast.unparse(ast.fix_missing_locations(tree))
        text = re.sub(r"\((\w+(?:, \w+)+)\)(?= = | in )", r"\1", text)  # as 3.11 writes it: 3.10 has parentheses there
        found[exercise] = re.sub(r"\n", "  # mine\n", re.sub(r"\b1e-\d+\b", "1e-9", text))
    return found


def test_different_honest_solutions_are_no_pair(course, lesson, handed):
    assert alike(course, lesson, {name: handed[name] for name in HONEST}) == []


def test_the_same_solution_is_found_in_the_class_and_nothing_else(course, lesson, handed):
    sys.path.insert(0, str(ROOT / "examples"))
    from students import STUDENTS

    ways = {student.name: student.fills for student in STUDENTS}
    pairs = alike(course, lesson, handed)
    assert {frozenset(("bo-lindqvist", "ivan-horvat")), frozenset(("chen-wei", "olu-adeyemi"))} <= who(pairs)
    for pair in pairs:
        first, second = ways[pair.first], ways[pair.second]
        assert first == second or set(first) & set(second) - {"vectorised"}, (pair.first, pair.second)


@pytest.mark.parametrize("victim", ["bo-lindqvist", "chen-wei"])
def test_a_renamed_and_reordered_copy_is_found(course, lesson, handed, victim):
    honest = {name: handed[name] for name in HONEST}
    [pair] = alike(course, lesson, honest | {"copy": disguised(handed[victim])})
    assert {pair.first, pair.second} == {victim, "copy"} and pair.share > 0.7
    for match in pair.matches:
        assert any(same for _, same in match.first) and any(same for _, same in match.second)


def test_one_long_exercise_copied_is_found_and_shown(course, lesson, handed):
    honest = {name: handed[name] for name in HONEST}
    mixed = handed["chen-wei"] | {"cross_entropy_loss": handed["bo-lindqvist"]["cross_entropy_loss"]}
    pairs = alike(course, lesson, {name: s for name, s in honest.items() if name != "chen-wei"} | {"mixed": mixed})
    assert who(pairs) == {frozenset(("bo-lindqvist", "mixed"))} and "cross_entropy_loss" in pairs[0].exercises


def test_a_copy_of_the_reference_solution_is_found(course, lesson, handed):
    honest = {name: handed[name] for name in HONEST}
    pairs = alike(course, lesson, honest | {"copy": disguised(solved(lesson))})
    assert who(pairs) == {frozenset(("copy", REFERENCE))}


@pytest.mark.parametrize("copiers", [12, 40])
def test_one_whole_copied_by_many_is_found_and_shown_once(course, lesson, handed, copiers):
    """Half a class with one text, each with names of his own: no custom, though each of its lines is common."""
    handed = code(handed)
    honest = {name: handed[name] for name in HONEST}
    ring = {f"s{n}": disguised(handed["bo-lindqvist"]) if n % 2 else handed["bo-lindqvist"] for n in range(copiers)}
    pairs = alike(course, lesson, honest | ring)
    assert {name for pair in pairs for name in (pair.first, pair.second)} == {"bo-lindqvist", *ring}
    assert len(pairs) < 3 * copiers and sum(bool(pair.matches) for pair in pairs) <= 3
    leaked = {f"s{n}": solved(lesson) for n in range(copiers)}
    found = {name for pair in alike(course, lesson, honest | leaked) for name in (pair.first, pair.second)}
    assert found == {REFERENCE, *leaked}


def test_what_many_wrote_each_in_a_whole_of_their_own_is_not_found(course, lesson, handed):
    """One exercise of which everyone knows the solution, in notebooks that differ elsewhere."""
    common = handed["chen-wei"]["cross_entropy_loss"]
    own = {f"s{n}": {"cross_entropy_loss": common, "mse_loss": others(n)} for n in range(12)}
    assert alike(course, lesson, own) == []


def others(number: int) -> str:
    """Code that is nobody else's: attributes keep their names."""
    return "\n".join(f"a.own{number} = b.own{number}_{line}(c.own{number})" for line in range(60))


def solved(lesson) -> dict:
    return {c.grade_id or "other cells": c.source for c in lesson.read().cells if c.is_exported}


ANSWER = """Two arrays of that size exist before: prediction and target. The forward pass makes the squared differences,
the backward pass makes the differences a second time and scales them in place into the gradient, so that at most
four arrays of 128 MiB are alive at once. One could keep the difference from the forward pass, which costs memory in
between and saves a subtraction, or go through the batch in pieces."""


def answered(sources: dict, text: str) -> dict:
    return sources | {"question_memory": Prose(text)}


def test_a_copied_answer_is_found_and_shown_whatever_its_case_and_punctuation(course, lesson, handed):
    copy = ANSWER.upper().replace(",", ";").replace("\n", "  ").replace("128 MIB", "*128 MiB*")
    class_ = handed | {"ada": answered(handed["chen-wei"], ANSWER), "bob": answered(handed["amara-okafor"], copy)}
    pairs = [pair for pair in alike(course, lesson, class_) if {pair.first, pair.second} == {"ada", "bob"}]
    assert [pair.exercises for pair in pairs] == [("question_memory",)]
    for lines in (pairs[0].matches[0].first, pairs[0].matches[0].second):
        assert sum(alike for _, alike in lines) >= 5 and all(len(line) <= 72 for line, _ in lines)


def test_an_answer_that_goes_round_is_found_with_all_who_have_it_and_shown_once(course, lesson, handed):
    ring = {f"s{n}": {"question_memory": Prose(ANSWER), "mse_loss": others(n)} for n in range(30)}
    pairs = alike(course, lesson, code(handed) | ring)
    found = [pair for pair in pairs if pair.first in ring]
    assert {name for pair in found for name in (pair.first, pair.second)} == ring.keys()
    assert sum(bool(pair.matches) for pair in found) == 1


def test_answers_that_quote_the_lesson_or_share_a_phrase_are_no_pair(course, lesson, handed):
    question = next(cell.source for cell in lesson.read().cells if cell.grade_id == "question_memory")
    asked = question.partition("### BEGIN")[0]
    own = "Each array takes 8192 times 4096 times four bytes. Autograd keeps what the rules need; " * 2
    phrase = " at most four arrays of 128 MiB are alive at once"
    class_ = handed | {"ada": answered(handed["chen-wei"], asked + ANSWER)}
    class_ |= {"bob": answered(handed["amara-okafor"], asked + own + phrase)}
    assert not any({"ada", "bob"} == set(pair) for pair in who(alike(course, lesson, class_)))


def test_an_answer_that_is_the_guide_for_graders_is_found(course, lesson, handed):
    guide = next(cell.source for cell in lesson.read().cells if cell.grade_id == "question_memory")
    guide = guide.partition("*Guide, 3 points.*")[2].partition("### END")[0]
    pairs = alike(course, lesson, {"ada": answered(handed["chen-wei"], guide)})
    assert [(pair.first, pair.second, pair.exercises) for pair in pairs] == [("ada", REFERENCE, ("question_memory",))]


def test_answers_are_read_from_the_notebooks_of_a_class(handed):
    assert all(isinstance(handed[name]["question_memory"], Prose) for name in HONEST)


def test_short_standard_solutions_and_released_stubs_are_no_pair(course, lesson):
    notebook = lesson.read()
    from tito.author.release import student_edition

    stub = {c.grade_id or "other cells": c.source for c in student_edition(course, notebook, []).cells if c.is_exported}
    formula = (
        "#| export\ndef squared_error(p, t):\n    return (p - t) ** 2\n\n\nsquared_error = binary(squared_error)\n"
    )
    assert alike(course, lesson, {name: stub | {"mse_loss": formula} for name in ("a", "b")}) == []


def test_texts_that_share_a_window_of_tokens_share_a_fingerprint():
    words = [f"a.w{n}" for n in range(WINDOW + K - 1)]  # attributes keep their names: three tokens each
    shared = " ".join(words)
    one, two = (" ".join(f"{x}.own{n}" for n in range(40)) for x in ("a", "b"))
    first, second = (
        set(winnowed(list(tokens(text)))[0].tolist())
        for text in (f"{one} {shared} {two}", f"{shared.upper()} {shared}")
    )
    assert first & second
    apart = set(winnowed(list(tokens(two.replace("own", "other"))))[0].tolist())
    assert not first & apart


@pytest.mark.parametrize(
    "source",
    ["", "\0", "def f(:\n  '''never closed", "\ud800 = 1", "(" * 100_000, "'" * 99_999, "\\", "é = ñ", "x" * 300_000],
    ids=range(9),
)
def test_code_of_any_kind_is_read(source):
    found = compare({"a": {"e": source}, "b": {"e": source}}, {}, {})
    assert isinstance(found, list)


def test_a_student_may_be_called_as_anything_that_is_shown(course, lesson, handed, tmp_path):
    for name in ("the reference solution", "the reference solution in modules", "other cells"):
        shutil.copy(ROOT / "examples/class/bo-lindqvist.ipynb", tmp_path / f"{name}.ipynb")
    found = handed_in(course, lesson, tmp_path)
    assert REFERENCE not in found and not {"/"} & set("".join(found))
    pairs = alike(course, lesson, {name: handed[name] for name in HONEST} | found)
    assert {name for pair in who(pairs) for name in pair} == {"bo-lindqvist", *found}


def test_code_that_is_padded_to_a_million_lines_is_shown_in_few(handed):
    """Ten who pad a copy would be 45 pairs, and each two million lines of one page."""
    source = handed["bo-lindqvist"]["cross_entropy_loss"]
    padded = source.replace("\n", "\n" * 20) + "\n" * 900_000
    found = {
        name: {"cross_entropy_loss": f"{text}{name} = 1\n"} for name, text in {"ada": source, "bo": padded}.items()
    }
    (pair,) = compare(found, {}, {})
    (match,) = pair.matches
    assert len(match.first) == source.count("\n") + 2 and len(match.second) == 201
    assert all(sum(alike for _, alike in side) > 10 for side in (match.first, match.second))
    assert re.fullmatch("… 90[0-9],[0-9]+ more lines", match.second[-1][0])


def test_nobody_and_one_alone_are_no_pair(course, lesson, handed):
    assert alike(course, lesson, {}) == []
    assert alike(course, lesson, {"bo": handed["bo-lindqvist"]}) == []


def test_lines_are_those_of_the_code():
    text = "x = 1\n\n'''two\nlines'''\ny = f(\n  2)  # end\nz"
    assert [line for word, line in tokens(text) if word == "name"] == [1, 5, 5, 7]


def test_a_fingerprint_held_by_many_costs_no_pairs(monkeypatch):
    """All of a class hand in the same: no pair is ever counted."""
    counted = []
    monkeypatch.setattr(similarity, "combinations", lambda group, n: counted.append(len(group)) or [])
    source = "\n".join(f"a.b{n} = np.c{n}(x)" for n in range(50))
    compare({f"s{n}": {"e": source} for n in range(300)}, {}, {})
    assert max(counted, default=0) <= 10
