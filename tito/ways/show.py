"""What `tito collect` prints."""

from tito.console import next_step, say_parts
from tito.show import counted, some, typed


def collected(module, done) -> None:
    """What a class's zip brought, what of it is kept out, and what is not known of it."""
    for what, names in {"new": done.new, "replaced": done.replaced, "as before": done.same}.items():
        if names:
            kept = f"  (what was there is in {done.folder / '.earlier'})" if what == "replaced" else ""
            say_parts((f"{what:10}", "green"), (f"{len(names):5}  {some(names)}{kept}", None))
    for what, names, why in (*_kept(done), *_whose(module, done)):
        if names:
            say_parts((f"{what:10}", "yellow"), (f"{len(names):5}  {some(names)}  ({why})", None))
    for student, files in done.other.items():
        text = f"{student}: {some(files)} (kept, and not graded: there is no notebook, .py or zip)"
        say_parts((f"{'no code':10}", "yellow"), (text, None))
    for name, reason in done.skipped.items():
        say_parts((f"{'skipped':10}", "yellow"), (f"{name}: {reason}", None))
    for text in _times(module, done):
        say_parts((f"{'lateness':10}", "yellow"), (text, None))
    next_step(f"tito grade {module.number} {typed(done.folder)}")


def _kept(done):
    """Where what was there before stays: (what, students, why)."""
    how = f"to have it all the same, delete the folder in {done.folder} and collect again"
    yield "kept", done.older, f"what the zip brings is older than what is there; {how}"
    yield "kept", done.poorer, f"the zip brings no notebook, and what is there has one; {how}"


def _whose(module, done):
    """Late ones and strangers: (what, students, why)."""
    days = f"tito gradebook late {typed((done.late or ['ID'])[0])} {module.number} DAYS --why TEXT"
    yield "late", done.late, f"LATE in a file's name counts as one day; where it was another number: {days}"
    again = "; on the class list under another name? delete the folder, then collect again with --worksheet FILE"
    one = "; where one is on the class list under another name, after grading: tito gradebook merge STRANGER STUDENT"
    advice = again if done.kind == "moodle" and not done.worksheet else one
    yield "strangers", done.strangers, f"not in the gradebook, so each is taken for somebody new{advice}"


def _times(module, done):
    """What is not known of lateness, a sentence each."""
    if done.unread:
        times, first = counted(len(done.unread), "hand-in time"), next(iter(done.unread.values()))
        how = "set Moodle to English, download the worksheet again, and collect with it"
        names = some(list(done.unread))
        yield f"{times} could not be read, such as {first!r}, so these do not count as late: {names}; {how}"
    if done.kind == "moodle" and done.policy and not done.deadline:
        how = f"set one, as deadlines = {module.number} 2026-11-20 23:59"
        yield f"settings.ini has a late policy and no deadline of {module.number}, so nobody counts as late: {how}"
    if not done.untimed or not (done.policy or done.deadline):
        return
    if done.kind == "canvas" and not done.late:
        how = f"for who was: tito gradebook late ID {module.number} DAYS --why TEXT"
        yield f"the zip tells no hand-in times and calls nobody LATE, so nobody counts as late; {how}"
    elif done.kind == "moodle" and not done.worksheet:
        how = "collect it again with --worksheet FILE, Moodle's grading worksheet"
        yield f"the zip tells no hand-in times, so nobody counts as late: {how}"
    elif done.kind == "moodle":
        whose = f"{counted(len(done.untimed), 'student')} ({some(done.untimed)})"
        yield f"the worksheet has no hand-in time of {whose}: is it of this assignment, and as new as the zip?"
