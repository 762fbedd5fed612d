"""How what people said of a student reads on a terminal."""

from tito.console import next_step, say, say_parts
from tito.gradebook.late import local
from tito.gradebook.order import behind
from tito.grading.grades import printable
from tito.grading.pieces import GRADED
from tito.show import counted, some, typed


def history(student: str, module: str, attempts: list, marks: list) -> None:
    """All that happened, oldest first."""
    say(f"{student}, {module}", "bold")
    older = behind(attempts)
    events = [(a.graded_at, *_attempt(a, a.id in older)) for a in attempts]
    stood: dict[str, object] = {}  # what an exercise has by hand
    for mark in marks:
        events.append((mark.at, *_said(mark, stood.get(mark.exercise))))
        stood[mark.exercise] = mark
    for at, what, style in sorted(events, key=lambda event: event[0]):
        say_parts((f"  {at}  ", "dim"), (printable(what), style))
    if not events:
        say("  nothing yet", "dim")


def _attempt(a, older: bool) -> tuple[str, str | None]:
    late = f", {counted(a.late.days, 'day')} late" if a.late.days else ""
    late += ", an older submission" if older else ""
    if a.status == GRADED:
        return f"graded      {a.points:g} of {a.possible:g}  {a.file}{late}", "yellow" if older else None
    parts = [a.file] * (a.file != a.student) + [a.message] * bool(a.message)  # the student's name is above
    return f"{a.status:11} {': '.join(filter(None, parts))}{late}".rstrip(), "yellow"


def _said(m, before) -> tuple[str, str | None]:
    """A mark; without points it takes back those of the one `before`. A comment is said once, and when it is off."""
    commented, why = (before.comment, before.why) if before else ("", "")
    words = [m.comment or "comment taken off"] * (m.comment != commented)
    if not _points(m) and before is not None and _points(before):
        words += [m.why] * (m.why not in ("", why))
        kind, points = "taken back", _points(before)
    else:
        words += [m.why] * bool(m.why)
        kind, points = m.kind, _points(m)
    return f"{kind:11} {m.exercise} {points}  by {m.grader}{': ' if words else ''}{'; '.join(words)}", "cyan"


def marked(student: str, mark) -> None:
    """One mark that somebody gave."""
    nothing = "as the clock says" if mark.kind == "late" else "no points by hand"
    say_parts(("kept  ", "green"), (f"{student}, {mark.exercise}: {_points(mark) or nothing}, by {mark.grader}", None))


def merged(stray: str, student: str, moved) -> None:
    """What came under a wrong name, and whose it is now."""
    what = f"{counted(moved.attempts, 'attempt')} and {counted(moved.marks, 'mark')} by hand"
    say_parts(("merged  ", "green"), (f"{stray}: {what} are {student}'s now", None))
    say(f"name the submission {student} too, or grading it anew brings {stray} back", "yellow")
    next_step(f"tito gradebook history {typed(student)}")


def _points(mark) -> str:
    """What a mark gives; "" for nothing."""
    if mark.until:
        return f"until {local(mark.until)}"
    if mark.points is None:
        return ""
    return counted(int(mark.points), "day") if mark.kind == "late" else f"{mark.points:g} points"


def no_times(student: str, module: str) -> None:
    """That a date is of no use where it is not known when something came."""
    say(f"it is not known when {student} handed in, so nothing is counted from that date yet", "yellow")
    days = f"tito gradebook late {typed(student)} {module} DAYS --why TEXT"
    next_step(f"tito collect ZIP {module} --worksheet WORKSHEET brings Moodle's times; elsewhere {days}")


def marked_all(students: list[str], exercise: str, points: str, losing: list[str], back: str) -> None:
    """One mark that a class got, or what of it was taken back; who is `losing` points by it, and the way `back`."""
    what = "taken back" if points == "-" else f"{points} points"
    say_parts(("kept  ", "green"), (f"{exercise}: {what} for {counted(len(students), 'student')}", None))
    if students:
        say(f"      {some(students)}", "dim")
    if losing:
        say(f"points are lost by {counted(len(losing), 'student')} who had more: {some(losing)}", "yellow")
        next_step(f"{back} takes it back from all")
