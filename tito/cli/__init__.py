"""The `tito` command. Its verbs are thin: each parses its arguments, calls its module, and prints. Imports wait."""

import errno
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

from tito.cli import author, gradebook, instructor, student, ways

STUDENTS_EDITION = not Path(__file__).parents[1].joinpath("grading").is_dir()  # installed from the wheel of a release
FOR = {
    "students": (student.start, student.test, student.hint, student.status, student.export, student.solution)
    + (student.submit,),
    "instructors": (instructor.release, instructor.grade, ways.collect, instructor.review, instructor.report),
    "authors": (author.check,),
    "anyone": (instructor.demo, student.doctor),
}
GROUPS = {
    "gradebook": (gradebook.app, "Marks, attempts, class lists; tables for elsewhere."),
    "bundle": (ways.app, "What Gradescope or GitHub Classroom needs."),
}


class ByReader(TyperGroup):
    """Help that lists the verbs by who uses them, in the order in which they do."""

    def list_commands(self, ctx) -> list[str]:
        names = {who: [verb.__name__ for verb in verbs] for who, verbs in FOR.items()}
        return [*names["students"], *names["instructors"], *GROUPS, *names["authors"], *names["anyone"]]

    def format_commands(self, ctx, formatter) -> None:
        for who, verbs in FOR.items():
            names = [verb.__name__ for verb in verbs] + (list(GROUPS) if who == "instructors" else [])
            shown = [(name, self.get_command(ctx, name)) for name in names]
            width = formatter.width - 6 - max(map(len, self.list_commands(ctx)))
            lines = [(name, command.get_short_help_str(width)) for name, command in shown if not command.hidden]
            if lines:
                with formatter.section(f"For {who}"):
                    formatter.write_dl(lines)


app = typer.Typer(
    cls=ByReader,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for who, verbs in FOR.items():
    for verb in verbs:
        not_here = STUDENTS_EDITION and who != "students" and verb is not student.doctor
        app.command(hidden=not_here)(verb)
for name, (group, what) in GROUPS.items():
    app.add_typer(group, name=name, help=what, hidden=STUDENTS_EDITION)


def main() -> None:
    """The `tito` command: exit code 0 passed, 1 failed, 2 used wrongly."""
    from tito.problem import Problem

    try:
        app()
    except Problem as problem:
        from tito import console

        console.complain(problem)
        raise SystemExit(problem.code) from None
    except ImportError as error:
        if not (error.name or "").startswith("tito") or not STUDENTS_EDITION:
            raise
        from tito import console

        console.complain(Problem("this is the student's tito: grading stays with the course", next="tito --help"))
        raise SystemExit(2) from None
    except OSError as error:
        if error.errno not in _THEIRS:
            raise
        from tito import console

        where = f"{error.filename}: " if error.filename else ""
        advice = "make room there, then run the same command again"
        if error.errno not in _FULL:
            advice = "look at that path and its permissions"
        console.complain(Problem(f"{where}{error.strerror}", next=advice))
        raise SystemExit(1) from None


# What the disk and its permissions say is for the user to put right; any other error is ours, and shows its trace.
_FULL = {errno.ENOSPC, errno.EDQUOT}
_THEIRS = _FULL | {errno.EACCES, errno.EPERM, errno.EROFS, errno.EEXIST, errno.ENOTDIR, errno.EISDIR}
_THEIRS |= {errno.ENAMETOOLONG}


def _version(asked: bool) -> None:
    if asked:
        from tito import console, doctor

        found = doctor.installed()
        console.say(f"tito {found.version if found else 'of no known version: it is not installed'}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Which tito.")] = False,
):
    """Build, test, release and grade the course. MODULE is 04, 04_losses or losses."""
