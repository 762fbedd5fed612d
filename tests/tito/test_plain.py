"""A hint's formulas can be read on a terminal: no dollar sign, backslash or brace of LaTeX is left."""

import pytest
from course_fixture import ROOT

from tito.settings import read_course
from tito.student.hint import hints_of
from tito.student.plain import plain


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        (r"$\ln\sum_j e^{s_j}$", "ln Σ_j e^(s_j)"),
        (r"$\frac{x}{2}\left(1 + \mathrm{erf}(x / \sqrt 2)\right)$", "x/2 · (1 + erf(x / √2))"),
        (r"$g\frac{p - t}{p(1-p)}$ and $\frac12 w^2$", "g(p - t)/(p(1-p)) and 1/2 w²"),
        (r"$\partial L/\partial a = B^\top g$", "∂L/∂a = Bᵀ g"),
        (r"`x[\n]` costs no $5", r"`x[\n]` costs no $5"),
        (r"$\{\text{name}: \texttt{np.array(t.data)}\}$", "{name: np.array(t.data)}"),
    ],
)
def test_a_formula_is_written_in_plain_signs(formula, shown):
    assert plain(formula) == shown


def test_no_hint_of_the_course_shows_latex():
    for module in read_course(ROOT).catalogue:
        notebook = module.read()
        for exercise in notebook.exercises:
            for hint in hints_of(notebook, exercise.name):
                assert not set(plain(hint)) & set("$\\"), f"{exercise.name}: {plain(hint)}"
