"""CSV as spreadsheets and learning platforms write it."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tito.grading.grades import harmless as harmless
from tito.problem import USAGE, Problem
from tito.whole import replacing

LARGEST = 64 << 20  # bytes of a class list
DELIMITERS = ",;\t"


@dataclass(frozen=True)
class Sheet:
    """A table with its first line as headings; `delimiter` is the one that it came with."""

    path: Path
    header: list[str]
    rows: list[list[str]]
    delimiter: str = ","

    def column(self, *names: str) -> int | None:
        """The place of the first of these headings that there is, in any case."""
        known = [heading.strip().lower() for heading in self.header]
        return next((known.index(name.lower()) for name in names if name.lower() in known), None)


def read(path: Path) -> Sheet:
    """The table in a file; every row as long as the headings. Raises Problem."""
    try:
        if path.stat().st_size > LARGEST:
            raise Problem(f"{path} is larger than {LARGEST >> 20} MB: no class list", code=USAGE)
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Problem(f"{path}: {error.strerror}", code=USAGE) from error
    except UnicodeDecodeError as error:
        what = f"{path} is not UTF-8 text: byte {error.start}"
        raise Problem(what, next="save it as CSV UTF-8", code=USAGE) from error
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        lines = [line for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(line)]
    except csv.Error as error:
        raise Problem(f"{path} is no CSV: {error}", code=USAGE) from error
    if not lines:
        raise Problem(f"{path} is empty", code=USAGE)
    width = len(lines[0])
    return Sheet(path, lines[0], [(line + [""] * width)[:width] for line in lines[1:]], delimiter)


def write(path: Path, header: list[str], rows: Iterable[list[str]], delimiter: str = ",") -> None:
    """Write a table in one step; raises Problem where something stands there already."""
    if path.exists():
        raise Problem(f"{path} is there already: nothing was written", next="name another --out", code=USAGE)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path, "w", encoding="utf-8", errors="replace", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def free(path: Path) -> Path:
    """The path, or the first of path-2, path-3, ... where nothing stands yet."""
    number, found = 1, path
    while found.exists():
        number += 1
        found = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return found


def points(value: float | None) -> str:
    """Points as learning platforms show them: two places at most."""
    return "" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")
