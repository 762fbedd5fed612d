"""A module's marks, as another program takes them."""

from pathlib import Path

from tito.gradebook.late import utc
from tito.gradebook.tasks import tasks
from tito.problem import USAGE, Problem
from tito.ways import canvas, moodle, nbgrader, sheet, totals
from tito.ways.people import Filled

FORMATS = ("csv", "canvas", "moodle", "nbgrader")


def export(
    book, name: str | None, to: str, template: Path | None, out: Path | None, column: str = "", scale: bool = False
) -> Filled:
    """Write the marks of a module in one of FORMATS, or of the whole course, where `name` is None, as csv.

    `template` is the table to fill in. Raises Problem.
    """
    if to not in FORMATS:
        raise Problem(f"--to {to}: choose one of {', '.join(FORMATS)}", code=USAGE)
    if name is None:
        return _course(book, to, out)
    module = book.course.catalogue.find(name)
    if to == "moodle" and template is None:
        advice = "in the assignment: View all submissions, Download grading worksheet; then --template WORKSHEET.csv"
        raise Problem("Moodle takes back its own grading worksheet only", next=advice, code=USAGE)
    if template and to not in ("canvas", "moodle"):
        raise Problem(f"--template goes with canvas and moodle, not with {to}", code=USAGE)
    path = Path(out) if out else sheet.free(book.course.own(f"{module.folder}-{to}.csv"))
    standings = book.standing(name)
    done = _written(book, module, standings, to, template and Path(template), path, column, scale)
    marked = [standing for standing in standings if standing.total is not None and not standing.overridden]
    done.unread = [standing.student for standing in marked if standing.waiting]
    done.standings = {module.folder: standings}
    return done


def _course(book, to: str, out: Path | None) -> Filled:
    if to != "csv":
        raise Problem(f"--to {to} takes one module", next=f"tito gradebook export 04 --to {to}", code=USAGE)
    if not book.modules():
        others = (
            f" of the lessons of this course, but marks of {', '.join(book.orphans())}" if book.orphans() else " yet"
        )
        raise Problem(f"nothing is in the gradebook{others}", next="tito grade MODULE SUBMISSIONS", code=USAGE)
    return totals.table(book, Path(out) if out else sheet.free(book.course.own("course.csv")))


def _written(book, module, standings: list, to: str, template: Path | None, path: Path, column: str, scale: bool):
    students = book.students()
    if to == "moodle":
        return moodle.fill(module, standings, students, template, path, scale)
    if to == "canvas" and template:
        return canvas.fill(module, standings, students, template, path, column, scale)
    if to == "canvas":
        return canvas.export(module, standings, students, path)
    if to == "nbgrader":
        due = book.deadlines.get(module.folder)
        return nbgrader.export(module, standings, students, utc(due) if due else "", path)
    return nbgrader.table(module, standings, students, tasks(module), path)
