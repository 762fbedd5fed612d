"""The `tito` command. Its verbs are thin: each parses its arguments, calls its module, and prints. Imports wait."""

import errno
import os
import sys
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

    _open_what_is_closed()
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
    except UnicodeEncodeError:
        odd = next((word for word in sys.argv if not _is_text(word)), None)
        if odd is None:
            raise
        from tito import console

        what = f"{odd!r} holds bytes that are no text in {sys.getfilesystemencoding()}, which your system speaks here"
        console.complain(Problem(what, next="type it in a terminal of UTF-8: export LC_ALL=C.UTF-8"))
        raise SystemExit(2) from None
    except OSError as error:
        advice = _advice(error)
        if not advice:
            raise
        from tito import console

        where = f"{error.filename}: " if error.filename else ""
        console.complain(Problem(f"{where}{error.strerror}", next=advice))
        raise SystemExit(1) from None


def _is_text(word: str) -> bool:
    """Whether a word that was typed is text, and not only the name of a file."""
    return not any("\ud800" <= char <= "\udfff" for char in word)


def _open_what_is_closed() -> None:
    """The null device for each stream that was closed: what is opened next would get its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))


_FULL = {errno.ENOSPC, errno.EDQUOT}
_PATHS = {errno.EACCES, errno.EPERM, errno.EROFS, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG}
_LIMITS = {errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.EFBIG}
_NO_FOLDER = "No usable temporary directory"  # all that tempfile says, also of a full disk


def _advice(error: OSError) -> str:
    """What to do about what disk, permissions and limits refuse; "" for any other error: that is ours, and traced."""
    if str(error.strerror).startswith(_NO_FOLDER):
        return "make room on that disk, or name a folder to write in: TMPDIR=FOLDER tito ..."
    if error.errno in _FULL:
        return "make room there, then run the same command again"
    if error.errno in _LIMITS:
        return "the system allows no more of it (`ulimit -a` shows the limits): end other programs, then try again"
    if error.errno == errno.ENOENT and _nowhere():
        return "the folder that you are in is no longer there: go to your workspace or your course"
    return "look at that path and its permissions" if error.errno in _PATHS else ""


def _nowhere() -> bool:
    """Whether the current folder was removed, or replaced."""
    try:
        os.getcwd()
    except FileNotFoundError:
        return True
    return False


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
