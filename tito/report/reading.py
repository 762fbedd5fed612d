"""What to read next: the section of the lesson that an exercise belongs to, and its formulas as MathML."""

import re
from dataclasses import dataclass

from markupsafe import Markup

from tito.problem import Problem

_HEADING = re.compile(r"^#{1,4} +(.+?)\s*$", re.MULTILINE)
_FORMULA = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
_ANSWERS = re.compile(r"<details>.*?</details>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True)
class Reading:
    """A section's title, and its formulas, each with the LaTeX that it was made from."""

    title: str
    formulas: tuple[tuple[Markup, str], ...] = ()


def readings(module) -> dict[str, Reading]:
    """The reading of each exercise of the lesson; none for a lesson that cannot be read."""
    try:
        cells = module.read().cells
    except Problem:
        return {}
    found, title, formulas = {}, "", []
    for cell in cells:
        if cell.is_exercise:
            found[cell.grade_id] = Reading(title, tuple(_mathml(" ".join(latex.split())) for latex in formulas))
            formulas = []
        elif cell.kind == "markdown":
            prose = _ANSWERS.sub("", cell.source)
            headings = list(_HEADING.finditer(prose))
            if headings:
                title, formulas, prose = headings[-1][1], [], prose[headings[-1].end() :]
            formulas += _FORMULA.findall(prose)
    return {name: reading for name, reading in found.items() if reading.title}


def _mathml(latex: str) -> tuple[Markup, str]:
    """The formula for browsers, or as it was written where it cannot be translated."""
    from latex2mathml.converter import convert

    try:
        return Markup(convert(latex, display="block")), latex
    except Exception:  # whatever the author wrote, the page is made: its LaTeX can be read too
        return Markup("<code>{}</code>").format(latex), latex
