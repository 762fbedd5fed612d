"""`tito collect` and `tito bundle ...`: ways in and out, thin."""

from pathlib import Path
from typing import Annotated

import typer

from tito.cli.common import Module, course_here

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)


def _found(module: str):
    course = course_here()
    return course, course.catalogue.find(module)


def collect(
    archive: Annotated[Path, typer.Argument(metavar="ZIP", help="All submissions, as Canvas or Moodle packs them.")],
    module: Module,
    to: Annotated[
        Path | None, typer.Option(help="Where a folder for each student is made.", show_default="submissions/MODULE")
    ] = None,
    kind: Annotated[str | None, typer.Option("--from", help="canvas or moodle.", show_default="by its names")] = None,
    worksheet: Annotated[
        Path | None,
        typer.Option(help="Moodle's grading worksheet, which knows who is who and when each came.", show_default=False),
    ] = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Also where the gradebook does not know most of them.")
    ] = False,
):
    """Lay out a zip from Canvas or Moodle for `tito grade`.

    Who was late is noted. Work that is known to be older than what is there is kept out.
    """
    from tito import gradebook
    from tito.ways import show
    from tito.ways.collect import collect

    course, found = _found(module)
    folder = to or course.own("submissions", found.folder)
    with gradebook.open(course) as book:
        show.collected(found, collect(book, archive, found, folder, kind, worksheet, anyway))


@app.command()
def gradescope(
    module: Module,
    out: Annotated[Path | None, typer.Option(help="The zip to write.", show_default="autograder.zip")] = None,
    visibility: Annotated[
        str, typer.Option(help="When students see results: visible, after_due_date, after_published, hidden.")
    ] = "visible",
    unsafe: Annotated[bool, typer.Option("--unsafe", help="Grade there even where code cannot be confined.")] = False,
):
    """An autograder.zip for Gradescope. It holds the answers: give it to nobody else."""
    from tito.gradebook import show
    from tito.ways.gradescope import bundle

    course, found = _found(module)
    show.bundled(bundle(course, found, out or course.own("autograder.zip"), visibility, unsafe), unsafe)


@app.command("github-classroom")
def github_classroom(
    module: Module,
    out: Annotated[Path | None, typer.Option(help="A new folder.", show_default="classroom")] = None,
):
    """A template repository for GitHub Classroom: the release, and a workflow that tests each push. No answers."""
    from tito.gradebook import show
    from tito.ways.classroom import bundle

    course, found = _found(module)
    out = out or course.own("classroom")
    show.template(out, bundle(course, found, out))
