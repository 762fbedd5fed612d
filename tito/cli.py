"""The verbs of tito, thin: each parses its arguments, calls its module, and prints. Imports wait: --help is fast."""

import errno
from pathlib import Path
from typing import Annotated

import typer

from tito.cli_gradebook import app as gradebook_app
from tito.cli_ways import app as bundle_app
from tito.cli_ways import collect

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(gradebook_app, name="gradebook", help="Marks, attempts and class lists: what is kept of a class.")
app.add_typer(bundle_app, name="bundle", help="What Gradescope or GitHub Classroom needs to test a module.")
app.command()(collect)

Modules = Annotated[list[str] | None, typer.Argument(metavar="[MODULE]...", show_default=False)]


STUDENTS_EDITION = not Path(__file__).with_name("grading").is_dir()  # installed from the wheel of a release
STUDENTS_VERBS = {"start", "test", "export", "hint", "status", "solution", "submit", "doctor"}


def main() -> None:
    """The `tito` command: exit code 0 passed, 1 failed, 2 used wrongly."""
    from tito.problem import Problem

    for verb in [*app.registered_commands, *app.registered_groups] if STUDENTS_EDITION else []:
        verb.hidden = getattr(verb.callback, "__name__", "") not in STUDENTS_VERBS
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
        console.complain(Problem(f"{where}{error.strerror}", next="look at that path and its permissions"))
        raise SystemExit(1) from None


# What the disk and its permissions say is for the user to put right; any other error is ours, and shows its trace.
_THEIRS = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EEXIST, errno.ENOTDIR}


def _course():
    from tito.settings import find_course

    return find_course()


def _found(course, wanted: list[str] | None):
    """The modules that the user named, or None for all."""
    return [course.catalogue.find(name) for name in wanted] if wanted else None


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


@app.command()
def export(
    modules: Modules = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if the package differs.")] = False,
):
    """Export notebooks to the tinytorch package."""
    from tito import export as exporting
    from tito import show

    course = _course()
    done = exporting.export(course, _found(course, modules), check)
    show.exported(done, check)
    raise typer.Exit(0 if done.agrees or not check else 1)


@app.command()
def test(
    module: Annotated[str | None, typer.Argument(metavar="[MODULE]", show_default=False)] = None,
    exercises: Annotated[list[str] | None, typer.Argument(metavar="[EXERCISE]...", show_default=False)] = None,
    json: Annotated[bool, typer.Option("--json", help="Results as JSON.")] = False,
    time_limit: Annotated[float | None, typer.Option(min=0.1, help="Seconds for one cell.", show_default=False)] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Go on: test again what each save touched.")] = False,
):
    """Test your notebooks: every exercise, one module's, or those named."""
    from tito import console, show_test, testing

    course = _course()
    modules = _found(course, [module] if module else None) or [m for m in course.catalogue if m.notebook.exists()]
    if watch:
        _watch(course, modules)
    results = []
    for chosen in modules:
        results.append(testing.test(course, chosen, exercises, time_limit))
        if not json:
            (show_test.tested if len(modules) == 1 else show_test.tested_briefly)(results[-1])
    if json:
        console.emit_json([result.as_dict() for result in results])
    elif len(modules) > 1:
        left = next((result for result in results if not result.passed), None)
        console.next_step(f"tito test {left.module}" if left else "tito export")
    raise typer.Exit(0 if results and all(result.passed for result in results) else 1)


def _watch(course, modules):
    from tito import console, show_test, watch

    console.say(f"watching {', '.join(m.folder for m in modules)}: save a notebook; Ctrl-C ends this", "dim")
    try:
        watch.watch(course, modules, show_test.watched)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


@app.command()
def status():
    """How far you are: each lesson's exercises, and what is exported."""
    from tito import progress, show

    show.progress(progress.progress(_course()))


@app.command()
def submit(
    module: Annotated[str, typer.Argument(metavar="MODULE")],
    student: Annotated[str | None, typer.Option(help="Your id; remembered.", show_default=False)] = None,
    anyway: Annotated[bool, typer.Option("--anyway", help="Also with code that is not Python.")] = False,
):
    """Check a lesson and pack it for handing in."""
    from tito import show
    from tito import submit as submitting

    course = _course()
    show.submitted(course, submitting.submit(course, course.catalogue.find(module), student, anyway))


@app.command()
def release(
    out: Annotated[Path | None, typer.Option(help="The folder to write.", show_default="release/ or dist/")] = None,
    wheel: Annotated[bool, typer.Option("--wheel", help="As a wheel that students install with pip.")] = False,
):
    """Make the student edition: no solutions, no exams, no outputs."""
    from tito import release as releasing
    from tito import show

    course = _course()
    if wheel:
        from tito.wheel import build_wheel

        show.built(course, build_wheel(course, out or course.root / "dist"))
        return
    out = out or course.root / "release"
    show.released(course, out, releasing.release(course, out))


@app.command()
def start(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="A new folder, or your workspace.")] = Path("."),
    source: Annotated[
        Path | None, typer.Option("--from", metavar="RELEASE", help="A release.", show_default="the installed course")
    ] = None,
    merge: Annotated[
        bool, typer.Option("--merge", help="Put the course's changes into your notebooks; a copy is kept.")
    ] = False,
    open_: Annotated[bool, typer.Option("--open", help="Open JupyterLab at your first unfinished lesson.")] = False,
):
    """Make a workspace, or bring yours up to date without touching what you wrote."""
    from tito import show_start, start

    show_start.started(start.start(folder, source, merge), source, open_)
    if open_:
        from tito.lab import open_lab

        raise typer.Exit(open_lab(folder))


@app.command()
def check(modules: Modules = None):
    """For authors: solutions pass, stubs fail, every known mistake is caught."""
    from tito import check, show

    course = _course()
    results = []
    for module in _found(course, modules) or [m for m in course.catalogue if m.notebook.exists()]:
        results.append(check.check(course, module))
        show.checked(results[-1])
    raise typer.Exit(0 if results and not any(result.faults for result in results) else 1)


@app.command()
def doctor():
    """Look whether everything needed is here, and say what to do where it is not."""
    from tito import doctor, show

    raise typer.Exit(0 if show.findings(doctor.examine()) else 1)


@app.command()
def grade(
    module: Annotated[str, typer.Argument(metavar="MODULE")],
    submissions: Annotated[Path, typer.Argument(help="A folder of notebooks, exports, zips or workspaces; or one.")],
    out: Annotated[Path, typer.Option(help="Where results, grades.csv and grades.json are kept.")] = Path("grades"),
    workers: Annotated[int | None, typer.Option(min=1, help="Students at once.", show_default="one a core")] = None,
    seed: Annotated[int | None, typer.Option(help="Ask the same again.", show_default="the last run's")] = None,
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
    """Grade a class: every student's code in a process of its own that holds no answers.

    What is finished is kept at once: run the same command again after an interrupt, or when more is handed in.
    Ends with 0 when every submission was graded, 1 when some could not be, 2 when the command was wrong.
    """
    from tito import show

    course = _course()
    chosen = course.catalogue.find(module)
    options = {"workers": workers, "seed": seed, "unsafe": unsafe, "only": exercises or None, "out": out}
    options |= {"own_stack": own_stack, "fresh": fresh, "time_limit": time_limit or course.question_time_limit}
    options["memory_limit"] = (memory_limit or course.memory_limit) << 20
    record = not no_gradebook and not exercises  # some exercises are no module's mark
    grades = show.graded(course, submissions, chosen.number, options, json, record)
    raise typer.Exit(1 if grades.interrupted or grades.trouble or grades.ungraded else 0)


@app.command()
def report(
    module: Annotated[str, typer.Argument(metavar="MODULE")],
    out: Annotated[Path, typer.Option(help="The folder to write.")] = Path("reports"),
    grades: Annotated[
        Path | None, typer.Option(help="A folder of `tito grade --out`.", show_default="the gradebook")
    ] = None,
    submissions: Annotated[
        Path | None, typer.Option(help="Tell also which of these submissions are alike.", show_default=False)
    ] = None,
):
    """Write a page for each student and one for the class, that need no network."""
    from tito import report, show

    course = _course()
    show.reported(course, report.report(course, course.catalogue.find(module), out, grades, submissions))


@app.command()
def review(
    module: Annotated[str | None, typer.Argument(metavar="[MODULE]", show_default=False)] = None,
    grader: Annotated[str | None, typer.Option(help="Who marks.", show_default="your login")] = None,
    names: Annotated[bool, typer.Option("--names", help="Show who wrote what.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to use.", show_default="any free one")] = 0,
    no_open: Annotated[bool, typer.Option("--no-open", help="Only print the address.")] = False,
):
    """Mark free-text answers, comment and override, in a browser on this machine; Ctrl-C ends it."""
    from tito.review import show

    course = _course()
    show.reviewed(course, _found(course, [module] if module else None), grader, names, port, not no_open)


@app.command()
def demo(
    keep: Annotated[Path | None, typer.Option(metavar="DIR", help="Keep what it makes in a new folder.")] = None,
):
    """See the whole line run once: release, write, export, test, and grade the sample class."""
    from tito import show

    raise typer.Exit(0 if show.demo(_course(), keep) else 1)


@app.command()
def solution(exercise: Annotated[str, typer.Argument(metavar="EXERCISE")]):
    """Show one way to write an exercise that you have passed, where your instructor allows it."""
    from tito import show, solution

    show.solution(exercise, *solution.solution(_course(), exercise))


@app.command()
def hint(
    exercise: Annotated[str | None, typer.Argument(metavar="[EXERCISE]", show_default=False)] = None,
    number: Annotated[int | None, typer.Argument(metavar="[NUMBER]", min=1, show_default=False)] = None,
):
    """Show the next hint for an exercise, by default your first unfinished one: a question, then the equation."""
    from tito import hint, show

    course = _course()
    exercise = exercise or hint.first_unfinished(course)
    show.hint(exercise, *hint.next_hint(course, exercise, number))
