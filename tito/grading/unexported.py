"""Names that a submission's exported code misses because a cell without `#| export` defines them."""

import re

from tito.grading.pieces import Cell, directives, read
from tito.grading.sheet import Sheet
from tito.notebook import EXPORTS

_MISSING = re.compile(r"name '(\w{1,80})' is not defined")
_DEFINED = re.compile(r"(?:def|class) +(\w+)|(?:from \S+ +)?import (?:.*\W)?(\w+) *$|(\w+) *(?::[^=]*)?=(?!=)")
LONGEST = 200  # characters of a line that are looked at: a longer one is made to slow the search
MOST = 3  # remarks


def left_behind(name: str, data: bytes, sheet: Sheet) -> list[str]:
    """A remark for each name that a question or a cell of this notebook missed and another of its cells defines.

    The text is only searched, line by line: no student's code is parsed where the answers are.
    """
    ended = [*sheet.answers, *sheet.troubles.values()]
    found = [_MISSING.search(each.message) for each in ended if each.error == "NameError"]
    missing = list(dict.fromkeys(match[1] for match in found if match))
    if not missing or not name.lower().endswith(".ipynb"):
        return []
    homes = _homes(read(name, data.decode("utf-8-sig")))
    return [
        f"cell {homes[each]}: {each} is defined here, but this cell does not begin with `#| export`: add that line"
        for each in missing
        if each in homes
    ][:MOST]


def _homes(cells: list[Cell]) -> dict[str, int]:
    """By name, the first cell without `#| export` that defines it at its left margin."""
    homes: dict[str, int] = {}
    for number, cell in enumerate(cells, 1):
        if cell.kind == "code" and not EXPORTS & directives(cell.source).keys():
            for match in filter(None, (_DEFINED.match(line[:LONGEST]) for line in cell.source.splitlines())):
                homes.setdefault(next(filter(None, match.groups())), number)
    return homes
