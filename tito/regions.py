"""The marked regions of a notebook cell: solutions and hidden tests."""

import re

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
BEGIN_HIDDEN, END_HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"

MARKERS = (BEGIN, END, BEGIN_HIDDEN, END_HIDDEN)
STUB = 'raise NotImplementedError("Exercise {0} is yours to write: tito hint {0}")'
_INDENT = re.compile(r"[ \t]*")


class MarkerError(ValueError):
    """A marker without its partner, or outside a function; `line` counts from 1 in the cell."""

    def __init__(self, line: int, what: str):
        super().__init__(what)
        self.line = line


def without_markers(source: str) -> str:
    """The cell without its solution-marker lines; the solution stays."""
    return "".join(line for line in source.splitlines(keepends=True) if line.strip() not in (BEGIN, END))


def regions(source: str, begin: str = BEGIN, end: str = END) -> list[tuple[int, int]]:
    """The (first, last) marker lines of each region, counted from 0; raises MarkerError."""
    found, opened = [], None
    for number, line in enumerate(source.splitlines()):
        mark = line.strip()
        if mark == begin:
            if opened is not None:
                raise MarkerError(number + 1, f"`{begin}` inside the region that line {opened + 1} began")
            opened = number
        elif mark == end:
            if opened is None:
                raise MarkerError(number + 1, f"`{end}` without `{begin}` before it")
            found.append((opened, number))
            opened = None
        elif _looks_like(mark, (begin, end)):
            raise MarkerError(number + 1, f"`{mark}` is not quite a marker: write `{begin}` or `{end}` on its own line")
    if opened is not None:
        raise MarkerError(opened + 1, f"`{begin}` is never closed: `{end}` is missing")
    return found


def _looks_like(line: str, markers: tuple[str, str]) -> bool:
    """A slip of the pen in a marker would ship the solution, so near misses count."""
    words = " ".join(line.lstrip("#").split()).upper()
    return line.startswith("#") and any(words.startswith(marker.lstrip("# ")) for marker in markers)


def cleared(source: str, exercise: str) -> str:
    """The cell with each solution region replaced by the stub that names the exercise."""
    return _replace(source, BEGIN, END, STUB.format(exercise))


def without_hidden_tests(source: str) -> str:
    """The cell without its hidden-test regions."""
    return _replace(source, BEGIN_HIDDEN, END_HIDDEN, None)


def _replace(source: str, begin: str, end: str, text: str | None) -> str:
    lines = source.splitlines()
    for first, last in reversed(regions(source, begin, end)):
        indent = _INDENT.match(lines[first]).group()
        if text and not indent:
            raise MarkerError(first + 1, f"`{begin}` stands outside a function, where no stub can be")
        lines[first : last + 1] = [indent + text] if text else []
    return "\n".join(lines)
