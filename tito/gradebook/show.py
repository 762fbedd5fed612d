"""What the gradebook's verbs print."""

from tito.console import next_step, say, say_parts, screen, table
from tito.gradebook.order import behind
from tito.grading.grades import printable
from tito.grading.pieces import GRADED
from tito.problem import Problem
from tito.show import counted, typed
from tito.show import some as _some

WIDE, NARROW = 180, 100  # columns of a terminal: below the first there is no room for all that is known
SOME, FEW = (0, 1, 2, 3, 6, 8), (0, 3, 6, 8)  # of the table's columns, what is shown then; what to look at stays


def standing(module: str, standings: list) -> None:
    """A row a student: total, what it is made of, and what to look at."""
    columns = [("student", "left"), ("name", "left"), ("status", "left"), ("points", "right"), ("automatic", "right")]
    columns += [("by hand", "right"), ("late", "right"), ("tries", "right"), ("what to look at", "left")]
    rows, width = [_row(s) for s in standings], screen().width
    if width < WIDE:
        chosen = FEW if width < NARROW else SOME
        columns, *rows = [[line[at] for at in chosen] for line in (columns, *rows)]
    table(columns, rows, [_style(s) for s in standings])
    totals = sorted(s.total for s in standings if s.total is not None)
    say()
    say(f"{module}: {counted(len(standings), 'student')}, {len(totals)} with a mark", "bold")
    waiting = sum(bool(s.waiting) for s in standings)
    if waiting:
        say(f"{counted(waiting, 'student')} with free-text answers to mark", "yellow")


def _row(s) -> tuple:
    by_hand = ", ".join(f"{name} {mark.points:g}" for name, mark in s.manual.items() if mark.points is not None)
    cost = f", −{s.late.penalty:.0%}" if s.late.penalty else ""
    late = f"{s.late.days} d{cost}" if s.late.days else ""
    points = "–" if s.total is None else f"{s.total:.4g}/{s.possible:.4g}"
    automatic = "–" if s.automatic is None else f"{s.automatic:.4g}"
    look = s.message or (f"{counted(len(s.waiting), 'answer')} to mark" if s.waiting else "")
    return (s.student, s.name, s.status, points, automatic, by_hand, late, str(s.attempts), look)


def _style(s) -> str | None:
    if s.total is None:
        return "yellow"
    return "green" if s.total >= s.possible else None


def overview(book, modules: list[str]) -> None:
    """Every module of which something is known, in a line each."""
    say(str(book), "dim")
    for module in modules:
        standings = book.standing(module)
        marked = sum(s.total is not None for s in standings)
        say_parts((f"{module:20}", "bold"), (f"{marked} of {counted(len(standings), 'student')} with a mark", None))
    next_step(f"tito gradebook show {modules[0].partition('_')[0]}" if modules else "tito grade MODULE SUBMISSIONS")


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
    """A mark; without points it takes back those of the one `before`, whose words are not said again."""
    if m.points is None and before is not None and before.points is not None:
        words = [text for text in (m.comment, m.why) if text not in ("", before.comment, before.why)]
        kind, points = "taken back", f"{before.points:g} points"
    else:
        words = [text for text in (m.comment, m.why) if text]
        kind = m.kind
        points = {"late": f"{m.points or 0:g} days", "comment": ""}.get(m.kind, f"{m.points or 0:g} points")
    return f"{kind:11} {m.exercise} {points}  by {m.grader}{': ' if words else ''}{'; '.join(words)}", "cyan"


def roster(change, file) -> None:
    """What a class list brought."""
    kinds = {"added": change.added, "changed": change.changed, "as before": change.same}
    for what, names in kinds.items():
        if names:
            say_parts((f"{what:10}", "green"), (f"{len(names):5}  {_some(names)}", None))
    if change.unlisted:
        what = f"{len(change.unlisted):5}  {_some(change.unlisted)} (in the gradebook, not on this list; kept)"
        say_parts((f"{'unlisted':10}", "yellow"), (what, None))
    if change.unknown:
        ours, theirs = change.unknown[0], change.added[0]
        say("nobody on this list is in the gradebook, so each is taken for somebody new", "yellow")
        say(f"likely its ids are of another column: students here are called as {ours}, there as {theirs}", "yellow")
        next_step(f"tito gradebook roster --remove {typed(file)}; then give it a column id with the names as here")


def taken_off(change) -> None:
    """Who of a class list was taken off again."""
    for what, names in {"taken off": change.removed, "kept": change.kept}.items():
        if names:
            why = "" if what == "taken off" else " (there is more of them than the list)"
            say_parts((f"{what:10}", "green"), (f"{len(names):5}  {_some(names)}{why}", None))
    if not change.removed:
        say("nobody was taken off", "yellow")


def keep(course, out) -> tuple[str, str]:
    """Record an out folder after grading: what to say of it, and why it could not be; no grade is lost by that."""
    from tito import gradebook

    try:
        with gradebook.open(course) as book:
            known = {student.id: student.name for student in book.students()}
            told = f"recorded in {course.inside(str(book))}: {counted(book.record_folder(out), 'new attempt')}"
            strangers = sorted(student.id for student in book.students() if student.id not in known)
            if strangers and any(known.values()):  # there is a class list, and they are not on it
                told += f"\nnot on the class list, so taken for somebody new: {_some(strangers)}"
            return "\n".join([told, *_overtaken(book)]), ""
    except (Problem, OSError, ImportError) as error:
        return "", f"not in the gradebook ({error}); {out} has everything, later: tito gradebook record {typed(out)}"


def _overtaken(book) -> list[str]:
    """What to say of older submissions that were graded after newer ones."""
    held = [name for name, status in book.overtaken.items() if status == GRADED]
    lost = [name for name, status in book.overtaken.items() if status != GRADED]
    graded = "an older submission was graded again"
    lines = [f"{_some(held)}: {graded}; the newer one still counts"] * bool(held)
    lines += [f"{_some(lost)}: {graded}; the newer one counts, and has no mark: grade it again"] * bool(lost)
    if lines:
        lines.append("where the older one is to count: tito gradebook mark STUDENT MODULE total POINTS --why TEXT")
    return lines


def recorded(book, new: int) -> None:
    """How many attempts are new."""
    say_parts(("gradebook  ", "green"), (f"{counted(new, 'new attempt')} in {book}", None))
    for line in _overtaken(book):
        say(line, "yellow")


def exported(done) -> None:
    """What was written, and who could not be put into it."""
    say_parts(("written  ", "green"), (f"{done.path}: {counted(done.filled, 'mark')}", None))
    for what, names in done.left_out.items():
        if names:
            say_parts((f"{what}  ", "yellow"), (_some(names), None))
    if done.unread:
        say_parts(("answers still to mark  ", "yellow"), (_some(done.unread), None))


def marked(student: str, mark) -> None:
    """One mark that somebody gave."""
    points = {"late": f"{mark.points or 0:g} days late"}.get(mark.kind)
    points = points or ("no points by hand" if mark.points is None else f"{mark.points:g} points")
    say_parts(("kept  ", "green"), (f"{student}, {mark.exercise}: {points}, by {mark.grader}", None))


def marked_all(students: list[str], exercise: str, points: str) -> None:
    """One mark that a class got, or what of it was taken back."""
    what = "taken back" if points == "-" else f"{points} points"
    say_parts(("kept  ", "green"), (f"{exercise}: {what} for {counted(len(students), 'student')}", None))
    if students:
        say(f"      {_some(students)}", "dim")


def bundled(path, unsafe: bool) -> None:
    """An autograder.zip, and what to know of it."""
    say_parts(("written  ", "green"), (f"{path}: it holds the answers, so give it to Gradescope alone", None))
    if unsafe:
        say("it grades even where code cannot be confined: student code could then read the answers", "red")
    else:
        say("student code is confined there as here; in a container that does not allow it nothing is graded", "dim")
    next_step("Gradescope: Configure Autograder, upload the zip, then Test Autograder")


def template(out, paths: list) -> None:
    """A template repository, and what its points are worth."""
    say_parts(("written  ", "green"), (f"{out}: {len(paths)} files, no answers", None))
    say("students can change the tests that run there: take their points as feedback, and marks from tito grade", "dim")
    next_step(f"push {out} to GitHub as the template repository of the assignment")
