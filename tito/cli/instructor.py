"""An instructor's verbs, thin; those of the gradebook and the ways out are beside this file."""

from pathlib import Path
from typing import Annotated

import typer

from tito.cli.common import MaybeModule, Module, course_here, named

SEED = "What the questions' inputs are drawn from. The same seed gives the same marks, to compare two runs."


def release(
    out: Annotated[Path | None, typer.Option(help="The folder to write.", show_default="release/ or dist/")] = None,
    wheel: Annotated[bool, typer.Option("--wheel", help="As a wheel that students install with pip.")] = False,
):
    """Make the student edition: no solutions, no exams."""
    from tito.author import release as releasing
    from tito.author import show

    course = course_here()
    if wheel:
        from tito.author.wheel import build_wheel

        show.built(course, build_wheel(course, out or course.root / "dist"))
        return
    out = out or course.root / "release"
    show.released(course, out, releasing.release(course, out))


def grade(
    module: Module,
    submissions: Annotated[
        Path | None,
        typer.Argument(
            help="A folder of notebooks, exports, zips or workspaces; or one.", show_default="what collect made"
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Where results, grades.csv and grades.json are kept.", show_default="grades/MODULE"),
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Students at once.", show_default="one a core")] = None,
    seed: Annotated[int | None, typer.Option(help=SEED, show_default="a new one")] = None,
    time_limit: Annotated[float | None, typer.Option(min=0.01, help="Seconds a question.", show_default=False)] = None,
    memory_limit: Annotated[int | None, typer.Option(min=64, help="Megabytes a student.", show_default=False)] = None,
    exercises: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="EXERCISE", help="Only this exercise; may be repeated.", show_default=False),
    ] = None,
    own_stack: Annotated[bool, typer.Option("--own-stack", help="Grade on the student's own earlier lessons.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Grade all again, also what has not changed.")] = False,
    unsafe: Annotated[bool, typer.Option("--unsafe", help="Grade even where code cannot be confined.")] = False,
    no_gradebook: Annotated[bool, typer.Option("--no-gradebook", help="Record nothing in the gradebook.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print grades.json and nothing else.")] = False,
):
    """Grade a class, each student in a confined process.

    That process holds no answers and nobody else's work.

    What is finished is kept at once: run the same command again after an interrupt, or when more is handed in.
    Ends with 0 when every submission was graded, 1 when some could not be, 2 when the command was wrong.
    """
    from tito.grading import show

    course = course_here()
    chosen = course.catalogue.find(module)
    options = {"workers": workers, "seed": seed, "unsafe": unsafe, "only": exercises or None}
    options |= {"out": out or course.own("grades", chosen.folder), "own_stack": own_stack, "fresh": fresh}
    options["time_limit"] = time_limit or course.question_time_limit
    options["memory_limit"] = (memory_limit or course.memory_limit) << 20
    record = not no_gradebook and not exercises  # some exercises are no module's mark
    submissions = submissions or _collected(course, chosen)
    grades = show.graded(course, submissions, chosen.number, options, json, record)
    raise typer.Exit(1 if grades.interrupted or grades.trouble or grades.ungraded else 0)


def _collected(course, module) -> Path:
    """Where `tito collect` puts a lesson's submissions; raises Problem where there is nothing."""
    from tito.problem import USAGE, Problem

    folder = course.own("submissions", module.folder)
    if not folder.is_dir():
        raise Problem(f"which submissions? There is no {folder}", next=f"tito grade {module.number} FOLDER", code=USAGE)
    return folder


def report(
    module: Module,
    out: Annotated[Path | None, typer.Option(help="The folder to write.", show_default="reports/MODULE")] = None,
    grades: Annotated[
        Path | None, typer.Option(help="A folder of `tito grade --out`.", show_default="the gradebook")
    ] = None,
    submissions: Annotated[
        Path | None, typer.Option(help="Tell also which of these submissions are alike.", show_default=False)
    ] = None,
    hand_back: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="What `tito collect` made: a zip of the pages too, as Moodle and Canvas take it.",
            show_default=False,
        ),
    ] = None,
):
    """Write a page for each student and one for the class.

    Each page is one file that needs no network.
    """
    from tito import report
    from tito.report import show

    course = course_here()
    chosen = course.catalogue.find(module)
    out = out or course.own("reports", chosen.folder)
    show.reported(course, report.report(course, chosen, out, grades, submissions, hand_back))


def review(
    module: MaybeModule = None,
    grader: Annotated[str | None, typer.Option(help="Who marks.", show_default="your login")] = None,
    names: Annotated[bool, typer.Option("--names", help="Show who wrote what.")] = False,
    submissions: Annotated[
        Path | None,
        typer.Option(exists=True, help="The folder that was graded, for the code in it.", show_default="collect's"),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to use.", show_default="any free one")] = 0,
    no_open: Annotated[bool, typer.Option("--no-open", help="Only print the address.")] = False,
):
    """Mark free-text answers in a browser on this machine.

    Comments and overrides too; Ctrl-C ends it.
    """
    from tito.review import show

    course = course_here()
    show.reviewed(course, named(course, [module] if module else None), grader, names, port, not no_open, submissions)


def demo(
    keep: Annotated[Path | None, typer.Option(metavar="DIR", help="Keep what it makes in a new folder.")] = None,
):
    """See the whole line run once, on a sample class.

    Release, write, export, test, and grade.
    """
    from tito.author import show

    raise typer.Exit(0 if show.demo(course_here(), keep) else 1)
