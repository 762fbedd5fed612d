"""Markdown as HTML. The course's own formulas become MathML; of an answer nothing becomes more than marked-up text."""

from functools import cache

from markupsafe import Markup, escape

from tito.grading.answers import LONGEST
from tito.report.text import visible

# What would lead or load elsewhere stays as it was typed.
ELSEWHERE = ["link", "image", "autolink", "reference"]
WIDEST = 40  # bars in a line: of a wider table, each line below it becomes as many cells, millions in all


def lesson(source: str) -> Markup:
    """What the course wrote."""
    return Markup(_parser(_mathml).render(source))


def answer(source: str) -> Markup:
    """What a student wrote: paragraphs, lists, tables and code; HTML, links and pictures stay text."""
    if any(line.count("|") > WIDEST for line in source.splitlines()):
        return Markup("<pre>{}</pre>").format(visible(source, LONGEST + 100))
    return Markup(_parser(_as_typed).render(visible(source, LONGEST + 100)))


@cache
def _parser(math):
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    made = MarkdownIt("commonmark", {"html": False, "breaks": math is _as_typed}).enable("table")
    return made.disable(ELSEWHERE).use(dollarmath_plugin, renderer=math, allow_labels=False, double_inline=True)


def _as_typed(latex: str, _options: dict) -> str:
    return str(Markup("<code>{}</code>").format(latex))


def _mathml(latex: str, options: dict) -> str:
    from latex2mathml.converter import convert

    try:
        return convert(latex, display="block" if options["display_mode"] else "inline")
    except Exception:  # whatever the author wrote, the page is made: its LaTeX can be read too
        return f"<code>{escape(latex)}</code>"
