"""How written reports read on a terminal."""

from tito.console import next_step, say, say_parts
from tito.gradebook.show import since
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
    if done.packed:
        text = f"{counted(done.packed.count, 'page')} in {course.inside(done.packed.path)}"
        say_parts(("packed   ", "green"), (text, None))
        say("         Moodle: Upload multiple feedback files in a zip; Canvas: Upload Submissions", "dim")
        if done.packed.left_out:
            text = f"{', '.join(done.packed.left_out[:20])}: no zip of `tito collect` brought them"
            say_parts(("left out ", "yellow"), (text, None))
    since(done.module, done.since)
    next_step(f"open {course.inside(done.index)}")
