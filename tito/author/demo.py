"""`tito demo`: the whole line once, on the real course, in a folder of its own."""

import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

from tito import export as exporting
from tito import testing
from tito.author.release import release
from tito.notebook import read_notebook, with_cells
from tito.problem import USAGE, Problem
from tito.regions import without_markers
from tito.settings import Course, read_course
from tito.student.start import start

GRADED = "04"
NEXT = (
    (f"tito grade {GRADED} examples/class", "the same class, kept in grades/04_losses and in the gradebook"),
    (f"tito review {GRADED}", "then its free-text answers beside their guides, to mark in your browser"),
    (f"tito report {GRADED}", "and a page for each student and one for the class: what went wrong, and why"),
    ("tito demo --keep demo", "keep the release and the workspace, and look inside"),
    ("jupyter lab modules/04_losses", "read the lesson that the class has sat"),
)


def demo(course: Course, keep: Path | None, tell: Callable[[str, str], None]) -> list[testing.Tested]:
    """Release, start a workspace, fill in the reference, export and test; `tell(step, what)` hears of each step."""
    if keep and keep.exists() and any(keep.iterdir()):
        raise Problem(f"{keep} is not empty: nothing was written", next="tito demo --keep NEW-FOLDER", code=USAGE)
    with _folder(keep) as folder:
        paths = release(course, folder / "release")
        tell("release", f"{len(paths)} files of the student edition: no solutions, no exams")
        start(folder / "workspace", folder / "release")
        workspace = read_course(folder / "workspace")
        unwritten = testing.test(workspace, workspace.catalogue[0])
        tell("start", f"a student's workspace; {len(unwritten.results)} exercises to write in {unwritten.module}")
        written = fill(workspace, course)
        tell("write", f"{written} exercises, with the reference solutions")
        done = exporting.export(workspace)
        tell("export", f"{len(done.modules)} notebooks became {workspace.lib_path}/")
        results = [testing.test(workspace, module) for module in workspace.catalogue]
        right = sum(result.passed for tested in results for result in tested.results)
        tell("test", f"{right} of {sum(len(tested.results) for tested in results)} exercises pass")
        return results


def sample_class(course: Course) -> Path | None:
    """The folder of sample submissions, if there is one and the exam they sat."""
    folder = course.root / "examples" / "class"
    folder = folder / "submissions" if (folder / "submissions").is_dir() else folder
    return folder if folder.is_dir() and course.catalogue.find(GRADED).exam.exists() else None


@contextmanager
def _folder(keep: Path | None):
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="tito-demo-") as name:
        yield Path(name).resolve()


def fill(workspace: Course, course: Course) -> int:
    """Write the course's solutions into the workspace's notebooks; how many exercises that were."""
    count = 0
    for module in [module for module in course.catalogue if module.notebook.exists()]:
        solutions = {e.name: without_markers(e.cell.source) for e in module.read().exercises if e.cell}
        path = workspace.root / course.inside(module.notebook)
        path.write_text(with_cells(read_notebook(path), solutions).text(), encoding="utf-8")
        count += len(solutions)
    return count
