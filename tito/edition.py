"""A release, or the workspace made from one, as it was written down: what is in it, and which tests."""

import json
from pathlib import Path

from tito.handmade import digest
from tito.notebook import Cell

MANIFEST = "release.json"
EDITION = "edition"  # the folder of a release inside an installed tito
SECRET = ("exam.py", "mistakes.py")


def test_digest(cell: Cell) -> str:
    """What tells an edited test cell from a released one: its text without white space at line ends."""
    return digest("\n".join(line.rstrip() for line in cell.source.strip().splitlines()).encode("utf-8", "replace"))


def released_tests(course) -> dict[str, dict[str, dict]]:
    """By notebook and exercise, points and digest of the test as it was released; empty in the course itself."""
    return read_manifest(course.state / MANIFEST).get("tests", {})


def read_manifest(path: Path) -> dict:
    """The release.json of a release, or of the one a workspace was made from; empty where there is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
