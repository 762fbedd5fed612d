"""Files that tito replaces but a hand may have edited: a record of what tito wrote, and backups of the rest."""

import hashlib
import json
import shutil
import time
from pathlib import Path

from tito.whole import read_record, replace

RECORD = "written.json"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def written(course) -> dict[str, str]:
    """The digest of each file as tito last wrote it, by path from the root."""
    return read_record(course.state / RECORD)


def handmade(course, path: str) -> bool:
    """Whether a file that tito wrote is another now; of one that it is not known to have written, nothing is said."""
    known = written(course).get(path)
    return known is not None and digest((course.root / path).read_bytes()) != known


def record(course, texts: dict[str, str]) -> None:
    """Remember that tito wrote these texts."""
    found = written(course) | {path: digest(text.encode("utf-8")) for path, text in texts.items()}
    replace(course.state / RECORD, (json.dumps(found, indent=1, sort_keys=True) + "\n").encode("utf-8"))


def keep(course, paths) -> dict[str, str]:
    """Back up those of the files that tito did not write as they are now; path -> backup, both from the root."""
    known, kept = written(course), {}
    for path in paths:
        file = course.root / path
        if file.exists() and digest(file.read_bytes()) != known.get(path):
            backup = course.inside(back_up(course, file))
            kept |= {path: backup} if path in known else {}  # of a fresh clone we only know what git brought
    return kept


def back_up(course, file: Path) -> Path:
    """A copy of the file under .tito/backup, in a folder named by the time; never over an older backup."""
    stamp, number = time.strftime("%Y-%m-%d-%H%M%S"), 0
    while True:
        folder = course.state / "backup" / (f"{stamp}-{number}" if number else stamp)
        copy = folder / course.inside(file)
        if not copy.exists():
            break
        number += 1
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(file, copy)
    return copy
