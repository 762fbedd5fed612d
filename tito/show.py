"""How results read on a terminal: answers first, one colour per meaning, the next command last."""

from tito.console import next_step, say, say_parts

MARKS = {"passed": ("✓", "green"), "not started": ("·", "yellow"), "waiting": ("·", "yellow")}


def counted(number: int, noun: str) -> str:
    """"1 exercise", "2,000 exercises"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def exported(done, check: bool) -> None:
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
        numbers = " ".join(module.number for module in done.modules)
        next_step(f"tito test {numbers if len(done.modules) == 1 else ''}".strip())


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
