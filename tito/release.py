"""`tito release`: the student edition."""

import json

from tito.handmade import digest
from tito.notebook import Cell

MANIFEST = "release.json"


def test_digest(cell: Cell) -> str:
    """What tells an edited test cell from a released one: its text without white space at line ends."""
    return digest("\n".join(line.rstrip() for line in cell.source.strip().splitlines()).encode("utf-8"))


def released_tests(course) -> dict[str, dict[str, str]]:
    """By notebook and exercise, the digest of the test cell as it was released; empty in the course itself."""
    return read_manifest(course.root).get("tests", {})


def read_manifest(root) -> dict:
    """The release.json of a release or a workspace; empty where there is none."""
    try:
        found = json.loads((root / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}
