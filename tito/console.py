"""All that tito prints passes here, the one file that knows rich. Green: passed; red: failed; yellow: yours to do."""

import json
import sys
from functools import cache


@cache
def screen(stderr: bool = False):
    """The terminal; rich is imported by the first line that is printed."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=True)


def say(text: str = "", style: str | None = None) -> None:
    """A line, as it is: no markup."""
    screen().print(text, style=style, markup=False)


def say_parts(*parts: tuple[str, str | None], cut: bool = False) -> None:
    """A line of differently coloured parts: (text, style); with `cut`, a terminal shows what fits on one line."""
    from rich.text import Text

    line = Text.assemble(*[(text, style or "") for text, style in parts])
    if cut and screen().is_terminal:
        screen().print(line, no_wrap=True, overflow="ellipsis", soft_wrap=False)
    else:
        screen().print(line)


def next_step(text: str) -> None:
    """The last line: what to type next."""
    if text:
        say_parts(("next: ", "dim"), (text, "cyan"))


def complain(problem) -> None:
    """A Problem on the error stream."""
    screen(stderr=True).print(str(problem), style="red", markup=False)
    if problem.next:
        screen(stderr=True).print(f"next: {problem.next}", style="cyan", markup=False)


def emit_json(value) -> None:
    """One JSON document on standard output, for programs."""
    json.dump(value, sys.stdout, indent=1, ensure_ascii=False)
    sys.stdout.write("\n")


def table(columns: list[tuple[str, str]], rows: list[tuple], styles: list | None = None, title: str = "") -> None:
    """A plain table; columns are (heading, "left" or "right"), a row's cells are texts or numbers."""
    from rich.table import Table
    from rich.text import Text

    grid = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="dim")
    for heading, justify in columns:
        grid.add_column(heading, justify=justify, overflow="fold")
    for row, style in zip(rows, styles or [None] * len(rows), strict=True):
        grid.add_row(*[Text(str(cell), style=style or "") for cell in row])
    screen().print(grid)


def progress(total: int, label: str):
    """A context manager that gives `advance()`; a bar on a terminal, nothing elsewhere."""
    from contextlib import contextmanager

    @contextmanager
    def bar():
        if not screen().is_terminal:
            yield lambda: None
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=screen(), transient=True) as shown:
            task = shown.add_task(label, total=total)
            yield lambda: shown.advance(task)

    return bar()
