"""What the gradebook's verbs print."""

from tito.console import next_step, say, say_parts, screen, table
from tito.grading.pieces import GRADED
from tito.problem import Problem
from tito.show import counted, some, typed

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
    outdated(module, standings)
    since(module, [s.since for s in standings])


def outdated(module: str, standings: list) -> None:
    """The marks by hand that were given on another text than the one that counts."""
    names: dict[tuple[str, str], list[str]] = {}
    for s in standings:
        for exercise in s.outdated:
            since = "the answer has changed" if s.manual[exercise].kind == "mark" else "another was handed in"
            names.setdefault((exercise, since), []).append(s.student)
    for (exercise, since), students in sorted(names.items()):
        say(f"{exercise}: marked on an earlier attempt, and {since} since: {some(students)}", "yellow")
    if names:
        next_step(f"tito review {module.partition('_')[0]}; or give the mark again, the same will do")


def since(module: str, changed: list[tuple[str, ...]]) -> None:
    """That a lesson has changed since students were graded in it; `changed` says of each of them what."""
    found = [what for what in changed if what]
    if found:
        told = "; ".join(dict.fromkeys(one for what in found for one in what))
        say(f"{module} has changed since it was graded ({counted(len(found), 'student')}): {told}", "yellow")
        next_step(f"tito grade {module.partition('_')[0]} SUBMISSIONS; until then the marks are those of before")


def orphans(folders: list[str]) -> None:
    """Marks of what is no lesson here: what a renamed folder had earned is not lost, and not shown either."""
    for folder in folders:
        what = "there are marks of it, and the course has no such lesson: they are shown where its folder is called so"
        say(f"{folder}: {what}", "yellow")


def _row(s) -> tuple:
    by_hand = ", ".join(f"{name} {mark.points:g}" for name, mark in s.manual.items() if mark.points is not None)
    cost = f", −{s.late.penalty:.0%}" if s.late.penalty else ""
    late = f"{s.late.days} d{cost}" if s.late.days else ""
    points = "–" if s.total is None else f"{s.total:.4g}/{s.possible:.4g}"
    automatic = "–" if s.automatic is None else f"{s.automatic:.4g}"
    looks = [f"{counted(len(s.waiting), 'answer')} to mark"] * bool(s.waiting)
    looks += [f"{counted(len(s.outdated), 'mark')} on an earlier attempt"] * bool(s.outdated)
    look = s.message or ", ".join(looks)
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
        again = sum(len(s.outdated) for s in standings)
        look = f", {counted(again, 'mark')} by hand on an earlier attempt" if again else ""
        look += ", graded before the lesson changed" if any(s.since for s in standings) else ""
        told = f"{marked} of {counted(len(standings), 'student')} with a mark"
        say_parts((f"{module:20}", "bold"), (told, None), (look, "yellow"))
    next_step(f"tito gradebook show {modules[0].partition('_')[0]}" if modules else "tito grade MODULE SUBMISSIONS")


def roster(change, file) -> None:
    """What a class list brought."""
    kinds = {"added": change.added, "changed": change.changed, "as before": change.same}
    for what, names in kinds.items():
        if names:
            say_parts((f"{what:10}", "green"), (f"{len(names):5}  {some(names)}", None))
    if change.unlisted:
        what = f"{len(change.unlisted):5}  {some(change.unlisted)} (in the gradebook, not on this list; kept)"
        say_parts((f"{'unlisted':10}", "yellow"), (what, None))
    if change.unknown:
        ours, theirs = change.unknown[0], change.added[0]
        say("nobody on this list is in the gradebook, so each is taken for somebody new", "yellow")
        say(f"likely its ids are of another column: students here are called as {ours}, there as {theirs}", "yellow")
        next_step(f"tito gradebook roster --remove {typed(file)}; then give it a column id with the names as here")
    elif change.twins:
        pairs = some([f"{new} and {old}" for new, old in change.twins.items()])
        say(f"{counted(len(change.twins), 'name')} that somebody not on this list has: {pairs}", "yellow")
        say("likely these are the same people under other ids, and each would stand here twice", "yellow")
        next_step(f"tito gradebook roster --remove {typed(file)}; then give it a column id with the names as here")
    elif change.added:
        next_step("tito collect ZIP MODULE, or where submissions lie in a folder: tito grade MODULE FOLDER")


def taken_off(change) -> None:
    """Who of a class list was taken off again."""
    for what, names in {"taken off": change.removed, "kept": change.kept}.items():
        if names:
            why = "" if what == "taken off" else " (there is more of them than the list)"
            say_parts((f"{what:10}", "green"), (f"{len(names):5}  {some(names)}{why}", None))
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
                told += f"\nnot on the class list, so taken for somebody new: {some(strangers)}"
                told += "\nwhere one is somebody on it: tito gradebook merge STRAY STUDENT"
            return "\n".join([told, *_graded_again(book)]), ""
    except (Problem, OSError, ImportError) as error:
        return "", f"not in the gradebook ({error}); {out} has everything, later: tito gradebook record {typed(out)}"


def _graded_again(book) -> list[str]:
    """What to say of submissions that were graded before: newer ones that still count, and marks that differ."""
    held = [name for name, status in book.overtaken.items() if status == GRADED]
    lost = [name for name, status in book.overtaken.items() if status != GRADED]
    graded = "an older submission was graded again"
    lines = [f"{some(held)}: {graded}; the newer one still counts"] * bool(held)
    lines += [f"{some(lost)}: {graded}; the newer one counts, and has no mark: grade it again"] * bool(lost)
    if lines:
        lines.append("where the older one is to count: tito gradebook mark STUDENT MODULE total POINTS --why TEXT")
    marks = [f"{name} {_points(old)} → {_points(new)}" for name, (old, new) in book.remarked.items()]
    return lines + [f"another mark for the same submission: {some(marks)}"] * bool(marks)


def _points(attempt) -> str:
    return attempt.status if attempt.points is None else f"{attempt.points:.4g}"


def recorded(book, new: int) -> None:
    """How many attempts are new."""
    say_parts(("gradebook  ", "green"), (f"{counted(new, 'new attempt')} in {book}", None))
    for line in _graded_again(book):
        say(line, "yellow")


def exported(done) -> None:
    """What was written, and who could not be put into it."""
    say_parts(("written  ", "green"), (f"{done.path}: {counted(done.filled, 'mark')}", None))
    for what, names in done.left_out.items():
        if names:
            say_parts((f"{what}  ", "yellow"), (some(names), None))
    if done.unread:
        say_parts(("answers still to mark  ", "yellow"), (some(done.unread), None))
    for module, standings in done.standings.items():
        outdated(module, standings)
        since(module, [s.since for s in standings])


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
