"""How results read on a terminal: answers first, one colour per meaning, the next command last."""

import re
import shlex

from tito.console import next_step, say, say_parts

MOST_NAMES = 20
_PLAIN = re.compile(r"[\w@%+=:,./-]+")
_OPEN = re.compile(r'["$`!]|\\(\\|$)')  # what means something else, or does not end, between double quotes
MARKS = {"passed": ("✓", "green"), "not started": ("·", "yellow"), "waiting": ("·", "yellow")}


def counted(number: int, noun: str) -> str:
    """ "1 exercise", "2,000 exercises"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def some(names: list[str]) -> str:
    """ "ada, bob", and of a long list the first and how many more there are."""
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


def typed(path) -> str:
    """A path or a name as a command takes it, whatever a student has called it."""
    text = str(path)
    if _PLAIN.fullmatch(text):
        return text
    return shlex.quote(text) if _OPEN.search(text) else f'"{text}"'  # which Windows takes, too


def exported(done, check: bool, course) -> None:
    """What `tito export` did, or would do."""
    names = ", ".join(module.folder for module in done.modules)
    if done.agrees:
        say_parts(("up to date  ", "green"), (names, None))
        for note in done.notes:
            say_parts(("look     ", "yellow"), (note, None))
        return
    for path, lines in done.diffs.items():
        say_parts(("differs  " if check else "written  ", "red" if check else "green"), (path, None))
        for line in lines if check else []:
            say(f"    {line}", "dim")
    for path in done.stale:
        say_parts(("stale    ", "yellow"), (f"{path}: no notebook exports it; delete it if it is not needed", None))
    for note in done.notes:
        say_parts(("look     ", "yellow"), (note, None))
    for path, backup in done.kept.items():
        text = f"{path} was not as tito wrote it (edited by hand?): a copy is in {backup}"
        say_parts(("kept     ", "yellow"), (text, None))
    if check and done.changed:
        next_step("tito export")
    elif not check:
        next_step(_after_export(course, done.modules))


def _after_export(course, modules) -> str:
    """The test of what was exported unless all of that passed its last one; then that of the next lesson left."""
    from tito.student.progress import progress

    finished = [each.module for each in progress(course) if each.exercises and each.passed == len(each.exercises)]
    if not all(module in finished for module in modules):
        return f"tito test {modules[0].number}" if len(modules) == 1 else "tito test"
    onwards = [*course.catalogue.from_(modules[-1]), *course.catalogue]
    left = [module for module in onwards if module.notebook.exists() and module not in finished]
    return f"tito test {left[0].number}" if left else f"tito submit {modules[-1].number}"


def complained(problem) -> None:
    """A Problem among other output."""
    say(str(problem), "red")
    next_step(problem.next or "")


def findings(found) -> bool:
    """One line each, and what to do where something is amiss; True if nothing is."""
    width = max(len(finding.what) for finding in found)
    for finding in found:
        mark, style = ("✓", "green") if finding.well else ("✗", "red")
        say_parts((f"{mark} ", style), (f"{finding.what:{width}}  {finding.found}", None))
        if finding.advice:
            say_parts((f"  {'':{width}}  next: ", "dim"), (finding.advice, "cyan"))
    return all(finding.well for finding in found)
