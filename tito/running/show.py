"""How `tito test` reads: what is wrong first and in full, then the rest in a few lines, the next command last."""

from tito.console import next_step, say, say_parts
from tito.problem import Problem
from tito.running.outcome import WRONG
from tito.show import complained, counted

MOST_PRINTED = 12  # lines of what a failing exercise printed
FOLDS = (  # what does not need a line each, as the line that stands for all of them
    ("passed", "✓", "green", "passed"),
    ("not started", "·", "yellow", "not started"),
    ("not reached", "·", "yellow", "not reached"),
)


def tested(done) -> None:
    """The first wrong answer in full, then a line for each kind; where nothing is wrong, what each test looked at."""
    _head(done)
    wrong = [result for result in done.results if result.status in WRONG]
    if wrong:
        _in_full(done, wrong[0])
        for result in wrong[1:]:
            _line(result, max(len(each.name) for each in wrong[1:]))
    _others(done, folded=bool(wrong))
    for trouble in done.troubles:
        _trouble(done, trouble)
    for result in done.results:
        if result.note:
            say(f"    {result.name}: {result.note}", "yellow")
    for stale in done.stale:
        say(f"  {stale}", "dim")
    next_step(done.next)


def tested_briefly(done) -> None:
    """One lesson of many: its head, and a line for each wrong answer; or why it could not be tested."""
    if done.problem:
        say_parts((f"{done.module}  ", "bold"), (done.problem, "red"))
        return
    _head(done)
    wrong = [result for result in done.results if result.status in WRONG]
    for result in wrong:
        _line(result, max(len(each.name) for each in wrong))
    for trouble in done.troubles:
        if trouble.name == done.broken:
            _trouble(done, trouble)


def watched(done) -> None:
    """What a save led to: results, or why the notebook cannot be read just now."""
    if isinstance(done, Problem):
        complained(done)
    else:
        tested(done)


def _trouble(done, trouble) -> None:
    """A cell of no exercise that fails; red where the lesson cannot be imported for it."""
    text, mark = f"{trouble.name}, no exercise: {_first_line(trouble.message)}", ("  ! ", "yellow")
    if trouble.name == done.broken:
        text, mark = f"{text} (it is exported, so no import of this lesson gets past it)", ("  ✗ ", "red")
    say_parts(mark, (text, None), words=True)


def _head(done) -> None:
    right = sum(result.passed for result in done.results)
    points = f"{done.earned:g} of {done.possible:g} points"
    head = f"{right} of {counted(len(done.results), 'exercise')} · {points} · {done.seconds:.1f} s"
    say_parts((f"{done.module}  ", "bold"), (head, "green" if done.passed else None))


def _in_full(done, result) -> None:
    """What was called, expected and got, and the line to look at."""
    say()
    say_parts(("✗ ", "red"), (result.name, "bold red"), (f"  {result.status}", "dim"))
    for line in result.message.splitlines():
        say(f"  {line}")
    if result.line:
        say_parts((f"  {_place(done, result.cell)}, line {result.line}:  ", "dim"), (result.text, None))
    if result.home and result.home != result.cell:
        say(f"  your code is in {_place(done, result.home)}", "dim")
    if result.asked:
        say_parts(("  the test asks:  ", "dim"), (result.asked, None))
    _printed(result.printed.splitlines())
    say()


def _printed(lines: list[str]) -> None:
    """What the code printed before it failed: the end of it."""
    for n, line in enumerate(lines[-MOST_PRINTED:]):
        say_parts((f"  {'' if n else 'printed':9}", "dim"), (line, None), cut=True)
    if len(lines) > MOST_PRINTED:
        say(f"  {'':9}(the last {MOST_PRINTED} lines)", "dim")


def _place(done, cell: int) -> str:
    """A cell as a reader counts them, and by the number that Jupyter shows beside it."""
    return f"cell {cell} (In [{done.shown[cell]}])" if cell in done.shown else f"cell {cell}"


def _line(result, width: int) -> None:
    text = " ".join(result.message.split())
    if result.status != "failed":
        text = f"{result.status}: {text}"
    say_parts(("  ✗ ", "red"), (f"{result.name:{width}}  ", None), (text, None), cut=True)


def _others(done, folded: bool) -> None:
    """What is not wrong: with `folded`, also what passes in one line."""
    width = max(len(result.name) for result in done.results)
    for status, mark, style, word in FOLDS:
        named = [result for result in done.results if result.status == status]
        if status == "passed" and not folded:
            for result in named:
                say_parts((f"  {mark} ", style), (f"{result.name:{width}}  ", None), (result.printed, "dim"), cut=True)
        elif named:
            _fold(mark, style, word, [result.name for result in named])
    waiting: dict[str, list[str]] = {}
    for result in done.results:
        if result.status == "waiting":
            waiting.setdefault(result.message, []).append(result.name)
    for message, names in waiting.items():
        _fold("·", "yellow", f"wait: each {message}" if len(names) > 1 else message, names)


def _fold(mark: str, style: str, word: str, names: list[str]) -> None:
    text = f"{len(names)} {word}: {', '.join(names)}" if len(names) > 1 else f"{names[0]}  {word}"
    say_parts((f"  {mark} ", style), (text, None), words=True)


def _first_line(text: str) -> str:
    return text.splitlines()[0] if text else ""
