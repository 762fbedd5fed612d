"""Text of submissions as it may stand on a page: escaped by the templates, and made visible here."""

import hashlib
import re
import unicodedata

from markupsafe import Markup, escape

from tito.grading.cut import both_ends
from tito.whole import STEERING

LONGEST = 1200  # characters of one message
_PLAIN = re.compile(r"[a-z0-9_][a-z0-9_-]*(\.[a-z0-9_-]+)*")
# A path from the root of the disk, or the rest of one that was cut.
_PLACE = re.compile(r"(?:(?<![\w./])/(?:[\w.+@-]+/)+|(?<=…)[\w.+@-]*/(?:[\w.+@-]+/)*)([\w.+@-]*)")
_CODE = re.compile("`([^`\n]+)`")
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
# Control characters but tab and newline, lone surrogates, non-characters, and what turns the direction of the text
# around it; a name may still hold the marks that Arabic and Hebrew need (U+200E, U+200F).
_UNSEEN = re.compile(f"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff{STEERING}]")
# Accents and the like stand on, under and around the letter before: of dozens each covers the lines around it.
_JOINED, MOST_JOINED = {"Mn", "Me"}, 4


def visible(text: str, longest: int = LONGEST) -> str:
    """The text without what HTML forbids or what would hide or turn its neighbours, at most `longest` characters."""
    return _thinned(_UNSEEN.sub("\N{REPLACEMENT CHARACTER}", both_ends(text, longest)))


def _thinned(text: str) -> str:
    """The text with no more than MOST_JOINED accents on a letter: Vietnamese has two, pointed Hebrew four."""
    if text.isascii():
        return text
    kept, joined = [], 0
    for char in text:
        joined = joined + 1 if unicodedata.category(char) in _JOINED else 0
        if joined <= MOST_JOINED:
            kept.append(char)
    return "".join(kept)


def one_line(text: str, longest: int = 160) -> str:
    """The text on one line."""
    return visible(" ".join(both_ends(text, 4 * longest).replace("`", "").split()), longest)


def told(text: str) -> str:
    """A message without the folders of the machine that graded: /srv/course/exam.py becomes …/exam.py."""
    return visible(_PLACE.sub(r"…/\1", both_ends(text, 4 * LONGEST)))


def prose(text: str) -> Markup:
    """A message, what stands in backticks as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(told(text)))))


def points(number: float | None) -> str:
    """Points with at most two decimals; a dash where there are none."""
    if number is None:
        return "–"
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "−")


def file_name(student: str) -> str:
    """The name of a student's page, good on any file system: two students never share one, also where case is lost.

    A plain id stands as it is. Any other is cleaned and carries a mark of the whole id behind a `~`, which no plain
    name holds.
    """
    stem = student.split(".")[0]
    if len(student) <= 64 and _PLAIN.fullmatch(student) and stem not in _DEVICES and student != "index":
        return f"{student}.html"
    plain = unicodedata.normalize("NFKD", student[:200]).encode("ascii", "ignore").decode().lower()
    cleaned = re.sub(r"[^a-z0-9_]+", "-", plain).strip("-")[:40] or "student"
    mark = hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{cleaned}~{mark}.html"
