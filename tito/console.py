"""All that tito prints passes here, the one file that knows rich. Green: passed; red: failed; yellow: yours to do."""

import json
import re
import shutil
import sys
import time
from contextlib import contextmanager
from functools import cache

from tito.whole import STEERING, encodable, quiet

WIDE, NOTEBOOK = 10_000, 100  # columns: of a file or a pipe, and of a cell's output in Jupyter
# All but tab and newline: a student's name, or a heading of a table from elsewhere, is not to steer the terminal that
# it is shown on.
_STEERING = re.compile(f"[\x00-\x08\x0b-\x1f{STEERING}]")
_COLOUR = re.compile("\x1b\\[[0-9;]*m")  # as a print of the student's own may have it


def _tame(text: str) -> str:
    return _STEERING.sub("\N{REPLACEMENT CHARACTER}", _COLOUR.sub("", text))


@cache
def screen(stderr: bool = False):
    """The terminal; the first printed line imports rich. Nothing is cut or folded in a file or a pipe."""
    from rich.console import Console

    notebook = "ipykernel" in sys.modules  # Jupyter shows a stream's colours; rich would make a block of every line
    options = {"force_jupyter": False, "force_terminal": notebook or None}
    stream = sys.stderr if stderr else sys.stdout
    if hasattr(stream, "reconfigure"):  # Jupyter's has not
        stream.reconfigure(errors="replace")  # a student's name must not end a program whose output is no UTF-8
    console = Console(stderr=stderr, highlight=False, emoji=False, soft_wrap=True, **options)
    if notebook or not console.is_terminal:
        console.width = NOTEBOOK if notebook else WIDE
    return console


def say(text: str = "", style: str | None = None) -> None:
    """A line, as it is: no markup."""
    screen().print(_tame(text), style=style, markup=False)


def say_parts(*parts: tuple[str, str | None], cut: bool = False, words: bool = False) -> None:
    """A line of differently coloured parts: (text, style).

    A terminal shows what fits on one line with `cut`, and breaks a long line between words with `words`.
    """
    from rich.text import Text

    line = Text.assemble(*[(_tame(text), style or "") for text, style in parts])
    line.rstrip()
    if cut and screen().is_terminal:
        screen().print(line, no_wrap=True, overflow="ellipsis", soft_wrap=False)
    else:
        screen().print(line, soft_wrap=not (words and screen().is_terminal))


def next_step(text: str) -> None:
    """The last line: what to type next."""
    if text:
        say_parts(("next: ", "dim"), (text, "cyan"))


def complain(problem) -> None:
    """A Problem on the error stream."""
    screen(stderr=True).print(_tame(str(problem)), style="red", markup=False)
    if problem.next:
        screen(stderr=True).print(_tame(f"next: {problem.next}"), style="cyan", markup=False)


def emit_json(value) -> None:
    """One JSON document on standard output, for programs."""
    text = json.dumps(value, indent=1, ensure_ascii=(sys.stdout.encoding or "").lower() != "utf-8")
    sys.stdout.write(encodable(quiet(text)) + "\n")


def table(columns: list[tuple[str, str]], rows: list[tuple], styles: list[str | None]) -> None:
    """A plain table; columns are (heading, "left" or "right"). The last column is cut where a terminal ends."""
    from rich.table import Table

    grid = Table(box=None, pad_edge=False, header_style="dim", expand=False)
    for heading, justify in columns[:-1]:
        grid.add_column(heading, justify=justify, no_wrap=True, overflow="ellipsis")
    grid.add_column(columns[-1][0], justify=columns[-1][1])  # the one that rich may shrink; its texts do not wrap
    for row, style in zip(rows, styles, strict=True):
        grid.add_row(*[_text(str(cell), style) for cell in row])
    if screen().is_terminal:
        screen().print(grid, soft_wrap=False)
        return
    with screen().capture() as printed:
        screen().print(grid, soft_wrap=False)
    lines = [line.rstrip() for line in printed.get().splitlines()]  # rich fills the last column with blanks
    screen().out("\n".join(lines), highlight=False)


def _text(value: str, style: str | None):
    """A cell's text, without what would steer a terminal: names of files are not ours."""
    from rich.text import Text

    safe = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in value)
    return Text(safe, style=style or "", no_wrap=True, overflow="ellipsis")


def emit_file(path) -> None:
    """A file on standard output as it is, to the byte and however large."""
    sys.stdout.flush()
    with open(path, "rb") as file:
        shutil.copyfileobj(file, sys.stdout.buffer)
    sys.stdout.buffer.flush()


@contextmanager
def progress(label: str, shown: bool = True):
    """Gives `advance(done, total)`: a bar with rate and time left on a terminal, nothing elsewhere."""
    if not (shown and screen().is_terminal):
        yield lambda done, total: None
        return
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

    # the spinner of ASCII: it turns while one long step lets all else stand still, in any encoding
    columns = (SpinnerColumn("line"), TextColumn("{task.description}"), BarColumn(), *_progress_columns())
    with Progress(*columns, console=screen(), transient=True) as bar:
        task = bar.add_task(label, total=None, last=time.monotonic())
        yield lambda done, total: bar.update(task, completed=done, total=total, last=time.monotonic())


STALL = 2.0  # seconds without a result, after which the bar says how long


def _progress_columns() -> tuple:
    """Done of all; how many a second and the time left, or how long nothing has come."""
    from rich.progress import MofNCompleteColumn, ProgressColumn
    from rich.table import Column
    from rich.text import Text

    class Pace(ProgressColumn):
        def render(self, task) -> Text:
            waited = time.monotonic() - task.fields["last"]
            if task.total is None:
                return Text(f"preparing, {waited:.0f} s" if waited > STALL else "preparing", style="dim")
            if waited > STALL:
                return Text(f"last {waited:.0f} s ago", style="yellow")
            if not task.speed:
                return Text("")
            minutes, seconds = divmod(int(task.time_remaining or 0), 60)
            return Text(f"{task.speed:.3g}/s, {minutes}:{seconds:02} left", style="dim")

    class Done(MofNCompleteColumn):
        def render(self, task) -> Text:
            return super().render(task) if task.total else Text("")

    return Done(table_column=Column(no_wrap=True)), Pace(table_column=Column(no_wrap=True))  # the bar shrinks first
