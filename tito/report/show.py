"""How written reports read on a terminal."""

from tito.console import next_step, say_parts
from tito.show import counted


def reported(course, done) -> None:
    """Where the reports are."""
    pages = f"{counted(done.count, 'student')} and the class in {course.inside(done.index.parent)}"
    say_parts(("written  ", "green"), (pages, None))
    if done.pairs:
        say_parts(("alike    ", "yellow"), (f"{counted(done.pairs, 'pair')} of submissions: look, then judge", None))
    if done.others:
        listed = ", ".join(done.others[:3]) + (", …" if len(done.others) > 3 else "")
        text = f"{counted(len(done.others), 'page')} of students who are not in this class: {listed}"
        say_parts(("kept     ", "yellow"), (text, None))
    next_step(f"open {course.inside(done.index)}")
