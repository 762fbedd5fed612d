"""How `tito start` reads: what became of each file, and the way to what is not in the student's notebooks yet."""

from tito.console import next_step, say, say_parts
from tito.show import counted, typed

OFFER = "  --merge puts the course's new and changed cells into your notebook; what you wrote stays, a copy is kept."


def started(done, source=None, opening: bool = False) -> None:
    """What became of a workspace made from `source`; no next step where JupyterLab opens."""
    nothing = done.existed and not (done.new or done.updated or done.beside or done.merged)
    verb = "is up to date" if nothing else "brought up to date" if done.existed else "made"
    say_parts((f"workspace {verb}  ", "green"), (str(done.root), None))
    for path in done.new if done.existed else []:
        _line("new", "green", path)
    for path in done.updated:
        _line("updated", "green", f"{path} (you had not changed it)")
    for path, (merged, backup) in done.merged.items():
        _merged(path, merged, backup)
    for path, beside in done.beside.items():
        if path not in done.merged:
            _line("kept", "yellow", f"{path} is yours; the course's newer one is beside it: {beside}")
    for note in done.notes:
        _line("look", "yellow", note)
    _next(done, f" --from {typed(source)}" if source else "", opening)


def _next(done, source: str, opening: bool) -> None:
    offer = done.mergeable and not done.notes
    if offer:
        say(OFFER)
    there = "" if str(done.root) == "." else f"cd {typed(done.root)} && "
    if opening:
        say(f"JupyterLab runs in this terminal until Ctrl-C; for the rest open another: {there}tito test", "dim")
    lab = f"{there}jupyter lab"
    next_step("" if opening else f"tito start {typed(done.root)}{source} --merge" if offer else lab)


def _line(word: str, style: str | None, text: str) -> None:
    say_parts((f"  {word:9}", style), (text, None))


def _merged(path: str, merged, backup: str) -> None:
    """What came into one of the student's notebooks, and where it is as it was."""
    counts = (("new", merged.new), ("updated", merged.updated), ("back", merged.back), ("taken out", merged.gone))
    told = [f"{counted(len(cells), 'cell')} {word}" for word, cells in counts if cells]
    _line("merged", "green", f"{path}: {', '.join(told) or 'every cell stayed as it was'}; before: {backup}")
    if merged.freed:
        _line("", None, f"asked no more, what you wrote stays as a cell of your own: {', '.join(merged.freed)}")
    if merged.yours:
        _line("", None, f"changed by you and by the course, yours stayed: {', '.join(merged.yours)}")
    if merged.theirs:
        _line("", None, f"tests that you had edited, the course's came: {', '.join(merged.theirs)}")
