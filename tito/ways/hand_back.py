"""The pages of a class in a zip that Canvas and Moodle take back: each under the name that the submission came by.

Moodle: View all submissions, Upload multiple feedback files in a zip. Canvas: the assignment, Upload Submissions. Both
find the student by the numbers in the name, and show the page beside the submission.
"""

import json
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from tito.grading.intake import MANIFEST
from tito.problem import USAGE, Problem
from tito.whole import replacing

# up to the name of the student's own file: Moodle's folder, or Canvas's numbers of the student and of the file
_CAME_BY = re.compile(r"[^/]+?_\d+_assignsubmission_(?:file|onlinetext)(?:_/?|/)|[^/]+?_(?:LATE_)?\d+_\d+_")


@dataclass
class Packed:
    """The zip, how many pages are in it, and whose page is not, for no zip brought their submission."""

    path: Path
    count: int = 0
    left_out: list[str] = field(default_factory=list)


def pack(module, collected: Path, pages: dict[str, Path], path: Path) -> Packed:
    """Zip the pages (by student) under the names in the folder that `tito collect` made. Raises Problem."""
    try:
        known = json.loads((collected / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        what = f"{collected} does not tell what the submissions were called: it has no {MANIFEST}"
        raise Problem(what, next=f"name the folder that `tito collect ZIP {module.number}` made", code=USAGE) from None
    done = Packed(path)
    with replacing(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for student, page in sorted(pages.items()):
            came_by = _CAME_BY.match(known.get(student, {}).get("original", ""))
            if came_by and (collected / student).exists():  # a stranger's folder may be deleted, when it is known whose
                archive.write(page, f"{came_by[0]}{module.folder}.html")
                done.count += 1
            else:
                done.left_out.append(student)
    return done
