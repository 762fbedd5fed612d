"""A student's verbs, thin."""

from pathlib import Path
from typing import Annotated

import typer

from tito.cli.common import Module, Modules, course_here, named


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
    """Make a workspace, or bring yours up to date.

    Nothing that you wrote is touched: what the course has new is put beside it, or merged in if you ask for it.
    """
    from tito.student import show_start, start

    show_start.started(start.start(folder, source, merge), source, open_)
    if open_:
        from tito.student.lab import open_lab

        raise typer.Exit(open_lab(folder))


def test(
    module: Annotated[
        str | None, typer.Argument(metavar="[MODULE]", help="Or an exercise alone.", show_default=False)
    ] = None,
    exercises: Annotated[list[str] | None, typer.Argument(metavar="[EXERCISE]...", show_default=False)] = None,
    json: Annotated[bool, typer.Option("--json", help="Results as JSON.")] = False,
    time_limit: Annotated[float | None, typer.Option(min=0.1, help="Seconds for one cell.", show_default=False)] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Go on: test again what each save touched.")] = False,
):
    """Test your notebooks: all, one module's, or exercises."""
    from tito import console, testing
    from tito.running import show
    from tito.student.lessons import present
    from tito.student.onwards import after_all

    course = course_here()
    if module and (lesson := _lesson_of_exercise(course, module)):
        module, exercises = lesson.folder, [module, *(exercises or [])]
    modules = named(course, [module] if module else None) or present(course)
    if watch:
        _watch(course, modules, exercises, time_limit, json)
    results = []
    for tested in testing.test_each(course, modules, exercises, time_limit):
        results.append(tested)
        if not json:
            (show.tested if len(modules) == 1 else show.tested_briefly)(tested)
    if json:
        console.emit_json([result.as_dict() for result in results])
    elif len(modules) > 1:
        left = next((result for result in results if not result.passed), None)
        console.next_step(f"tito test {left.module}" if left else after_all(course, modules))
    raise typer.Exit(0 if results and all(result.passed for result in results) else 1)


def _lesson_of_exercise(course, word: str):
    """The lesson whose exercise `word` names, None where it names a lesson; raises Problem where it names neither."""
    from tito.problem import USAGE, Problem
    from tito.student.hint import lesson_of, not_found

    try:
        course.catalogue.find(word)
    except Problem as no_module:
        if word[:1].isdigit():
            raise
        try:
            return lesson_of(course, word)[0]
        except Problem as no_exercise:
            meant = "did you mean" in no_exercise.next and "did you mean" not in no_module.next
            neither = Problem(f"no module and no exercise {word!r}", next=no_module.next, code=USAGE)
            raise (no_exercise if meant else not_found(course, neither)) from None


def _watch(course, modules, exercises, time_limit, json):
    from tito import console
    from tito.problem import USAGE, Problem
    from tito.running import show
    from tito.student import watch
    from tito.student.hint import lesson_of

    if json:
        raise Problem("--watch goes on, and --json is one answer", next="leave out one of them", code=USAGE)
    for name in exercises or []:
        lesson_of(course, name)  # told now, for no save would touch it
    names = ", ".join(exercises or [m.folder for m in modules])
    console.say(f"watching {names}: save a notebook; Ctrl-C ends this", "dim")
    try:
        watch.watch(course, modules, show.watched, only=exercises, time_limit=time_limit)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def status():
    """How far you are, and what is exported."""
    from tito.student import progress, show

    show.progress(progress.progress(course_here()))


def hint(
    exercise: Annotated[str | None, typer.Argument(metavar="[EXERCISE]", show_default=False)] = None,
    number: Annotated[int | None, typer.Argument(metavar="[NUMBER]", min=1, show_default=False)] = None,
):
    """Show the next hint for an exercise.

    By default for your first unfinished one: first a question, then the equation.
    """
    from tito.student import hint, progress, show

    course = course_here()
    if exercise is None:
        exercise = hint.first_unfinished(course)
        show.untested(progress.progress(course))
    show.hint(exercise, *hint.next_hint(course, exercise, number))


def solution(exercise: Annotated[str, typer.Argument(metavar="EXERCISE")]):
    """Show one way to write an exercise that you passed.

    Where your instructor allows it.
    """
    from tito.student import show, solution

    show.solution(exercise, *solution.solution(course_here(), exercise))


def export(
    modules: Modules = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if the package differs.")] = False,
):
    """Export notebooks to the tinytorch package."""
    from tito import export as exporting
    from tito import show

    course = course_here()
    done = exporting.export(course, named(course, modules), check)
    show.exported(done, check, course)
    raise typer.Exit(0 if done.agrees or not check else 1)


def submit(
    module: Module,
    student: Annotated[str | None, typer.Option(help="Your id; remembered.", show_default=False)] = None,
    anyway: Annotated[bool, typer.Option("--anyway", help="Also with code that is not Python.")] = False,
):
    """Check a lesson and pack it for handing in."""
    from tito.student import show
    from tito.student import submit as submitting

    course = course_here()
    show.submitted(course, submitting.submit(course, course.catalogue.find(module), student, anyway))


def doctor():
    """Look whether all that is needed is here.

    It says what to do where something is not.
    """
    from tito import doctor, show

    raise typer.Exit(0 if show.findings(doctor.examine()) else 1)
