"""How checks, releases and the demo read on a terminal."""

import os
import shutil
import sys
from pathlib import Path

from tito.console import next_step, say, say_parts
from tito.show import counted, typed

MOST_BESIDE = 6  # names of files that a release holds beside the notebooks


def released(course, out, paths) -> None:
    """What a release holds and how a student gets it."""
    place = course.inside(out)
    notebooks = [path for path in paths if path.suffix == ".ipynb"]
    say_parts(("released ", "green"), (f"{counted(len(notebooks), 'notebook')}, {len(paths)} files in {place}", None))
    lessons = {path.parent for path in notebooks}
    beside = [p for p in paths if p.suffix != ".ipynb" and lessons.intersection(p.parents)]
    if beside:
        more = f" and {len(beside) - MOST_BESIDE} more" if len(beside) > MOST_BESIDE else ""
        listed = ", ".join(path.relative_to(out).as_posix() for path in beside[:MOST_BESIDE])
        say_parts(("with     ", "green"), (f"{listed}{more}", None))
    left_out(course.catalogue.left_out(course))
    next_step(f"tito start my-tinytorch --from {typed(place)}")


def left_out(told: list[str]) -> None:
    """Folders that look like lessons, and are none."""
    for what in told:
        say_parts(("  ✗ ", "red"), (what, None))


def built(course, wheel) -> None:
    """The wheel, and what a student does with it."""
    size = f"{wheel.stat().st_size / 1e3:,.0f} kB: tito and the lessons, no solutions, no exams"
    say_parts(("built ", "green"), (f"{course.inside(wheel)}, {size}", None))
    say("for students, each in a Python of their own: in this one their tito would take the place of yours", "dim")
    next_step(f"pip install {typed(course.inside(wheel))} && tito start my-tinytorch")


def checked(done) -> None:
    """One module's exercises and how many known mistakes their tests catch; then the faults."""
    known, caught = sum(row[3] for row in done.rows), sum(row[2] for row in done.rows)
    points = sum(row[1] for row in done.rows)
    head = f"{counted(len(done.rows), 'exercise')} · {points:g} points · {caught} of {known} mistakes caught"
    say_parts((f"{done.module}  ", "bold"), (head, "red" if done.faults else "green"))
    for fault in done.faults:
        say_parts(("  ✗ ", "red"), (fault, None))


def demo(course, keep) -> bool:
    """Each step as it is done, then the class table and where to go on; whether all went well."""
    from tito.author import demo
    from tito.grading.show import graded
    from tito.running.show import tested_briefly

    def tell(step: str, what: str) -> None:
        say_parts((f"  {step:9}", "green"), (what, None))

    say(f"{course.title}: from the notebooks to a graded class", "bold")
    tested = demo.demo(course, keep, tell)
    well = all(lesson.passed for lesson in tested)
    for lesson in tested if not well else []:
        tested_briefly(lesson)
    classroom = demo.sample_class(course)
    if not classroom:
        say("  no sample class in examples/class, or no exam: nothing to grade", "yellow")
        return well
    tell("grade", f"{course.inside(classroom)}: real submissions, right, wrong in known ways, and hostile")
    say()
    graded(course, classroom, demo.GRADED, {"out": keep / "grades"} if keep else {})
    say()
    go_on(course, demo.NEXT)
    return well


def go_on(course, commands) -> None:
    """What to type after the demo; where `tito` alone is not found, as after `make demo`, how it is."""
    if not shutil.which("tito") and sys.prefix != sys.base_prefix:
        place = course.inside(Path(sys.prefix, "Scripts" if os.name == "nt" else "bin", "activate"))
        _line(place if os.name == "nt" else f". {place}", "first, in each new terminal: it finds the commands below")
    for command, what in commands:
        _line(command, what)


def _line(command: str, what: str) -> None:
    say_parts((f"  {command:42}", "cyan"), (what, None))
