"""`tito gradebook ...`: the verbs of the gradebook, thin."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from tito.cli.common import MaybeModule, Module, course_here

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)

Student = Annotated[str, typer.Argument(metavar="STUDENT")]
Grader = Annotated[str | None, typer.Option(help="Who says so.", show_default="your login")]


def _open(create: bool = False):
    from tito import gradebook

    return gradebook.open(course_here(), create=create)


@app.command()
def show(module: MaybeModule = None):
    """Where everyone stands in a module; without one, every module in a line."""
    from tito.gradebook import show

    with _open() as book:
        if module is None:
            show.overview(book, book.modules())
        else:
            show.standing(_lesson(book, module).folder, book.standing(module))
        show.orphans(book.orphans())


def _lesson(book, word: str):
    """The lesson that a word names; raises Problem, which tells of a student what there is."""
    from tito.problem import USAGE, Problem

    try:
        return book.course.catalogue.find(word)
    except Problem:
        if word not in {student.id for student in book.students()}:
            raise
        advice = f"tito gradebook history {shlex.quote(word)}"
        raise Problem(f"{word} is a student and no module", next=advice, code=USAGE) from None


@app.command()
def roster(
    file: Annotated[Path, typer.Argument(help="Columns id, name, email, section; or Canvas's or Moodle's.")],
    remove: Annotated[
        bool, typer.Option("--remove", help="Take those off again of whom there is nothing but the list.")
    ] = False,
):
    """Take in a class list. Nobody is removed, but with --remove."""
    from tito.gradebook import roster, show

    with _open(create=not remove) as book:
        if remove:
            show.taken_off(roster.take_off(book, file))
        else:
            show.roster(roster.bring(book, file), file)


@app.command()
def merge(
    stray: Annotated[str, typer.Argument(metavar="STRAY", help="The name under which something came.")],
    student: Annotated[str, typer.Argument(metavar="STUDENT", help="Whose it is.")],
):
    """Give what came under a wrong name to the student whose it is.

    Its attempts, hand-in times and marks become theirs, and the wrong name is taken off. It is no name of a class list.
    """
    from tito.gradebook import merge, said

    with _open() as book:
        said.merged(stray, student, merge.merge(book, stray, student))


@app.command()
def record(
    folder: Annotated[
        Path | None, typer.Argument(help="What `tito grade --out` wrote.", show_default="all in grades/")
    ] = None,
):
    """Record the grades in a folder. What is recorded already is not recorded twice."""
    from tito.gradebook import show
    from tito.grading.journal import FILE

    with _open(create=True) as book:
        made = book.course.own("grades")
        for each in [folder] if folder else sorted(path.parent for path in made.glob(f"*/{FILE}")) or [made]:
            show.recorded(book, book.record_folder(each))


@app.command(context_settings={"ignore_unknown_options": True})  # -2 points are no option
def mark(
    student: Annotated[
        str,
        typer.Argument(metavar="STUDENT", help="An id; everyone is the class, absent is who handed in nothing."),
    ],
    module: Module,
    exercise: Annotated[
        str, typer.Argument(metavar="EXERCISE", help="An exercise, a free-text answer, total, or bonus.")
    ],
    points: Annotated[str, typer.Argument(metavar="POINTS", help="A number; - takes yours back.")],
    why: Annotated[str, typer.Option(help="Why it is another than the automatic mark.")] = "",
    comment: Annotated[
        str | None,
        typer.Option(help='What the student is to read; "" takes it off.', show_default="what you said before stands"),
    ] = None,
    grader: Grader = None,
):
    """Mark a free-text answer, or override an automatic mark; a regrade leaves it standing.

    A bonus is points beside those of the exercises, or below 0 points taken off, and lateness costs nothing of it.

    A comment stands while the mark changes, also with -; --comment "" takes it off.

    For everyone it is given to each whose submission is graded; points that somebody has by hand stand,
    and who loses points by it is told. For the absent it is their total.
    """
    from tito.gradebook import everyone, login, said

    who, number = login(grader), _number(points)
    with _open() as book:
        if student not in everyone.GROUPS:
            said.marked(student, book.mark(student, module, exercise, number, comment, who, why))
            return
        losing = []
        if student == everyone.EVERYONE and number is not None:
            losing = everyone.losing(book, module, exercise, number, why)
        given = everyone.mark(book, module, exercise, number, comment, who, why, student)
    back = f"tito gradebook mark {student} {module} {exercise} - --why {shlex.quote(why)}"
    said.marked_all(given, exercise, points, losing, back)


def _number(text: str) -> float | None:
    from tito.problem import USAGE, Problem

    try:
        return None if text == "-" else float(text)
    except ValueError:
        raise Problem(f"{text!r} is no number of points", next="0 to what it is worth, or -", code=USAGE) from None


@app.command()
def late(
    student: Student,
    module: Module,
    days: Annotated[
        str | None, typer.Argument(metavar="[DAYS]", help="A number; - takes back what you said.", show_default=False)
    ] = None,
    until: Annotated[
        str, typer.Option(metavar="DATE", help="A deadline of their own: 2026-11-24, or with a time.")
    ] = "",
    why: Annotated[str, typer.Option(help="Why.")] = "",
    grader: Grader = None,
):
    """Say how many days late a submission is, whatever the clock says; 0 forgives.

    With --until the days are counted from that date, of what is handed in later too. That takes hand-in times.
    """
    from tito.gradebook import login, said

    _refuse_everyone(student, module)
    number = _days(days, until)
    with _open() as book:
        said.marked(student, book.late(student, module, number, login(grader), why, until))
        attempts = book.history(student, module)[0] if until else []
        if attempts and not attempts[-1].submitted_at:
            said.no_times(student, module)


def _refuse_everyone(student: str, module: str) -> None:
    from tito.gradebook.everyone import EVERYONE
    from tito.problem import USAGE, Problem

    if student == EVERYONE:
        advice = f"a deadline of the whole class stands in settings.ini: deadlines = {module} 2026-11-24 23:59"
        raise Problem(f"{EVERYONE} is no student: lateness is said of one at a time", next=advice, code=USAGE)


def _days(text: str | None, until: str) -> int | None:
    from tito.problem import USAGE, Problem

    if (text is None) == (not until):
        what = "DAYS and --until say two things" if until else "how late? It takes DAYS or --until DATE"
        raise Problem(what, next="0 forgives, --until 2026-11-24 extends, - takes it back", code=USAGE)
    if text in (None, "-"):
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 5):
        raise Problem(f"{text!r} is no number of days", next="0 or more, or --until DATE, or -", code=USAGE)
    return int(text)


@app.command()
def history(student: Student, module: MaybeModule = None):
    """All that happened to a student's marks, and who said what."""
    from tito.gradebook import said

    with _open() as book:
        for folder in [book.course.catalogue.find(module).folder] if module else book.modules():
            said.history(student, folder, *book.history(student, folder))


@app.command()
def export(
    module: MaybeModule = None,
    to: Annotated[str, typer.Option(help="csv, canvas, moodle or nbgrader.")] = "csv",
    template: Annotated[
        Path | None,
        typer.Option(help="The table to fill in: Canvas's gradebook export, or Moodle's grading worksheet."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The file to write.", show_default="MODULE-FORMAT.csv")] = None,
    column: Annotated[str, typer.Option(help="The column to fill in Canvas's table.", show_default=False)] = "",
    scale: Annotated[bool, typer.Option("--scale", help="To what the assignment is worth there.")] = False,
):
    """Write a module's marks as another program takes them, or the whole course as one table of totals.

    Never over a file that is there.
    """
    from tito.gradebook import show
    from tito.ways import export

    with _open() as book:
        show.exported(export.export(book, module, to, template, out, column, scale))
        show.orphans(book.orphans())
