"""What lies in a class's folder and is no submission that can be graded: a student's work may be in it."""

import os
from pathlib import Path

from tito.grading.intake import KINDS, MANIFEST, Entry, text
from tito.grading.pieces import shown

# what tito itself writes, and what systems leave in a folder that somebody looked at
_NOBODYS = {"grades.json", MANIFEST, "journal.jsonl", "readme.md", "desktop.ini", "thumbs.db", "icon\r"}
_TABLES = ".csv"  # class lists, worksheets, grades
OTHER, LINK, UNDERSCORE = "no notebook, .py or zip", "a link", "its name begins with _"
LESSON = "called as the lesson"


def overlooked(path: Path, entries: list[Entry], folders: tuple[str, ...] = ()) -> dict[str, str]:
    """Names in the folder `path` that are in none of `entries`, each with the reason; nothing of one student's folder.

    First those under a name that has handed in nothing else. `folders` are no student's, the graded lesson's first:
    in those of others is nobody's work of this lesson.
    """
    if len(entries) == 1 and entries[0].paths == [path]:
        return {}
    taken = {name for entry in entries for name in entry.names} | set(folders[1:])
    students = {entry.student for entry in entries}
    left = sorted(name for name in os.listdir(path) if name not in taken and not _is_nobodys(name))
    left.sort(key=lambda name: _stem(name) in students)
    return {shown(text(name)): LESSON if name in folders[:1] else _reason(path / name) for name in left}


def _is_nobodys(name: str) -> bool:
    plain = name.lower()
    return plain.startswith((".", "__", "~$")) or plain in _NOBODYS or plain.endswith(_TABLES)


def _stem(name: str) -> str:
    """What a file would be called as a student's: bob, of bob.pdf and of bob.ipynb.txt."""
    stem, kind = os.path.splitext(text(name))
    return shown(os.path.splitext(stem)[0] if stem.lower().endswith(KINDS) and kind else stem)


def _reason(path: Path) -> str:
    if path.is_symlink():
        return LINK
    would_be_read = path.is_dir() or path.name.lower().endswith(KINDS)
    return UNDERSCORE if would_be_read and path.name.startswith("_") else OTHER
