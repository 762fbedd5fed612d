"""Gradescope: an autograder.zip that grades a module there as `tito grade` does here, and the results.json it writes.

Gradescope unpacks the zip into /autograder/source, runs setup.sh once, and run_autograder for each submission, with
the student's files in /autograder/submission; it reads /autograder/results/results.json. Formats: Gradescope's
autograder specifications. Student code runs confined there as here, for the answers lie in the same container; where
the container does not allow that, nothing is graded and no result is written, which Gradescope shows as a failed
autograder and not as a zero.
"""

import json
import shutil
import sys
import tempfile
import zipfile
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from tito.problem import USAGE, Problem
from tito.whole import replace, replacing

BUNDLE = "bundle.json"
VISIBILITY = ("visible", "after_due_date", "after_published", "hidden")
LIBRARIES = ("numpy", "fastcore", "pyseccomp", "rich", "typer")  # all that grading imports
SKIPPED = ("__pycache__", ".ipynb_checkpoints")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same course gives the same bytes

SETUP = """#!/usr/bin/env bash
# Runs once, when Gradescope builds the image.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -qq -y python3 python3-venv
python3 -c 'import sys; assert sys.version_info >= (3, 10), "choose an image with Python 3.10 or newer"'
python3 -m venv "$root/venv"
"$root/venv/bin/python" -m pip install --quiet --requirement "$root/source/requirements.txt"
"""
RUN = """#!/usr/bin/env bash
# Grades one submission. What this prints is for instructors.
root=$(cd "$(dirname "$0")" && pwd)
cd "$root/source/course"
PYTHONPATH="$root/source" exec "$root/venv/bin/python" -m tito.ways.gradescope "$root"
"""


def bundle(course, module, out: Path, visibility: str = "visible", unsafe: bool = False) -> Path:
    """Write autograder.zip to `out`; it holds the answers, so it is for Gradescope alone. Raises Problem."""
    if visibility not in VISIBILITY:
        raise Problem(f"--visibility {visibility}: choose one of {', '.join(VISIBILITY)}", code=USAGE)
    if out.exists():
        raise Problem(f"{out} is there already: nothing was written", next="name another --out", code=USAGE)
    settings = {"module": module.folder, "visibility": visibility, "unsafe": unsafe}
    files = {"setup.sh": SETUP.encode(), "run_autograder": RUN.encode()}
    files["requirements.txt"] = "".join(f"{line}\n" for line in _requirements()).encode()
    files[f"course/{BUNDLE}"] = json.dumps(settings).encode()
    for path, name in _files(course, module):
        files[name] = path.read_bytes()
    out.parent.mkdir(parents=True, exist_ok=True)
    with replacing(out) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = (0o755 if name in ("setup.sh", "run_autograder") else 0o644) << 16
            archive.writestr(entry, files[name], zipfile.ZIP_DEFLATED)
    return out


def _files(course, module):
    """The course's pieces that grading this module needs, and tito itself: (path, name in the zip)."""
    yield course.root / "settings.ini", "course/settings.ini"
    catalogue = course.catalogue
    for lesson in [*catalogue.before(module), module]:
        for path in _inside(lesson.path):
            yield path, f"course/{course.nbs_path}/{lesson.folder}/{path.relative_to(lesson.path).as_posix()}"
    for path in _inside(course.package):
        yield path, f"course/{course.lib_path}/{path.relative_to(course.package).as_posix()}"
    tool = Path(__file__).parents[1]
    for path in _inside(tool):
        yield path, f"tito/{path.relative_to(tool).as_posix()}"


def _inside(folder: Path) -> list[Path]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path for path in paths if not any(part in SKIPPED for part in path.parts)]


def _requirements() -> list[str]:
    """What grading needs, in the versions that the course asks for."""
    from packaging.requirements import Requirement

    try:
        known = {Requirement(text).name: text for text in requires("tinytorch") or [] if "extra ==" not in text}
    except PackageNotFoundError:
        known = {}
    return [known.get(name, name) for name in LIBRARIES]


def grade(root: Path) -> Path:
    """Grade /autograder/submission (`root` is /autograder) and write results/results.json. Raises Problem."""
    from tito.grading import grade
    from tito.grading.pieces import FAILED
    from tito.settings import read_course

    course = read_course(root / "source" / "course")
    settings = json.loads((course.root / BUNDLE).read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as name:
        # a link stays a link, and is refused
        shutil.copytree(root / "submission", Path(name) / "class" / "submission", symlinks=True)
        options = {"workers": 1, "time_limit": course.question_time_limit, "memory_limit": course.memory_limit << 20}
        grades = grade(course, Path(name) / "class", settings["module"], unsafe=settings["unsafe"], **options)
    if grades.interrupted or not grades.results or grades.results[0].status == FAILED:
        raise Problem(f"not graded: {grades.results[0].message if grades.results else 'interrupted'}")
    path = root / "results" / "results.json"
    document = results(grades, grades.results[0], settings["visibility"])
    replace(path, json.dumps(document, indent=1).encode())
    return path


def results(grades, result, visibility: str) -> dict:
    """A result as Gradescope's results.json: a test for each exercise and aspect."""
    lost = [name for name, held in grades.isolation.items() if not held]
    words = [result.message, *result.troubles, f"graded without: {', '.join(lost)}" if lost else ""]
    facts = {"module": grades.module, "seed": grades.seed, "isolation": grades.isolation, "status": result.status}
    return {
        "score": result.total or 0.0,
        "execution_time": max(1, round(grades.seconds)),
        "output": "\n".join(_text(line) for line in words if line),
        "visibility": visibility,
        "stdout_visibility": "hidden",
        "extra_data": facts,
        "tests": _tests(result, visibility),
    }


def _tests(result, visibility: str) -> list[dict]:
    groups: dict[str, dict[str, list]] = {}
    for mark in result.marks:
        groups.setdefault(mark.exercise, {}).setdefault(mark.aspect, []).append(mark)
    found = []
    for first, (exercise, aspects) in enumerate(groups.items(), 1):
        says = [d.says for d in getattr(result, "diagnoses", []) if d.exercise == exercise]
        for second, (aspect, marks) in enumerate(aspects.items(), 1):
            right = all(mark.right for mark in marks)
            lines = [f"{mark.about} {mark.remark}" for mark in marks if not mark.right]
            test = {"name": f"{exercise}: {aspect}", "number": f"{first}.{second}", "tags": [aspect]}
            test |= {"score": _sum(marks, "earned"), "max_score": _sum(marks, "possible")}
            test |= {"status": "passed" if right else "failed", "visibility": visibility}
            found.append(test | {"output": "\n".join(_text(line) for line in [*(says if lines else []), *lines])})
    return found


def _sum(marks: list, what: str) -> float:
    return round(sum(getattr(mark, what) for mark in marks), 4)


def _text(line: str) -> str:
    from tito.grading.grades import printable

    return printable(line)


def main() -> None:
    """`run_autograder`: 0 with a results.json, 1 without."""
    try:
        grade(Path(sys.argv[1]))
    except Problem as problem:
        print(f"{problem}\n{problem.next}".strip())
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
