"""How a graded class reads on a terminal."""

from pathlib import Path

from tito.console import next_step, say, screen, table
from tito.grading.overlooked import LESSON, LINK, OTHER, UNDERSCORE
from tito.problem import Problem
from tito.show import counted, some, typed

NARROW = 140  # columns of a terminal
MOST_ROWS = 200
ADVICE = {
    OTHER: "Rename it, unpack it, or ask for the notebook",
    LINK: "Put the file or the folder itself there",
    UNDERSCORE: "Rename it",
    LESSON: "Name that folder",
}


def graded(course, submissions, number: str, options: dict, json: bool = False, record: bool = False):
    """Grade with a bar on a terminal and `record` it, then the class table, or grades.json alone; the grades."""
    from tito import console, grading

    def note(result, done: int, total: int) -> None:
        advance(done, total)

    with console.progress("grading", shown=not json) as advance:
        grades = grading.grade(course, submissions, number, on_result=note, **options)
    out, kept, written = options.get("out"), "", not grades.trouble
    if record:
        from tito.gradebook.show import keep

        kept, trouble = keep(course, out)
        grades.trouble = grades.trouble or trouble
    if json:
        if written:
            console.emit_file(out / "grades.json")
        else:  # a full disk: what stands there, if anything, is older
            console.emit_json(grades.as_dict())
        if grades.trouble:
            console.complain(Problem(f"not saved: {grades.trouble}"))
        return grades
    class_table(grades)
    told, *strangers = kept.splitlines() or [""]
    if told:
        say(told, "dim")
    for line in strangers:
        say(line, "yellow")
    if out:
        module = course.catalogue.find(number)
        _what_next(grades, out, module if kept else None, _elsewhere(course, module, submissions))
    return grades


def _elsewhere(course, module, submissions) -> str:
    """How `tito review` finds the code, where it does not lie in the places in which it looks."""
    places = [course.own("submissions", module.folder), course.own("submissions")]
    inside = any(Path(submissions).resolve() == place.resolve() for place in places)
    return "" if inside else f" --submissions {typed(submissions)}"


def _what_next(grades, out, module=None, elsewhere: str = "") -> None:
    """What to type next; `module` where the grades are in the gradebook."""
    if grades.interrupted or grades.trouble:
        before = "see to that disk, then " if grades.trouble else ""
        next_step(f"{before}run the same command again: what is in {out} is not graded twice")
    elif module:
        reads = any(cell.is_answer for cell in module.read().cells)
        next_step(f"tito review {module.number}{elsewhere}" if reads else f"tito report {module.number}")
    else:
        next_step(f"look into {out / 'grades.csv'} and {out / 'grades.json'}")


def class_table(grades) -> None:
    """A row a student, and the class in one line: full marks in green, what could not be graded in yellow.

    Of a large class the rows that need a look first: those without a mark, then those of the fewest points.
    """
    seen = sorted(sorted(range(len(grades.results)), key=lambda n: _points(grades.results[n]))[:MOST_ROWS])
    columns, rows = grades.columns(), grades.rows(seen)
    if screen().width < NARROW:  # no room for each aspect: who, how many points, and what to look at
        columns, *rows = [(line[0], line[2], line[-1]) for line in (columns, *rows)]
    table(columns, rows, [_student_style(grades.results[n]) for n in seen])
    if len(seen) < len(grades.results):
        say(f"{len(seen)} of {len(grades.results):,} shown: those without a mark, then the fewest points", "dim")
    totals = sorted(result.total for result in grades.results if result.total is not None)
    say()
    marked = f"{counted(len(totals), 'submission')} graded in {grades.seconds:.1f} s"
    if grades.kept:
        have = "has a mark" if len(totals) == 1 else "have marks"
        marked = f"{counted(len(totals), 'submission')} {have}; {grades.kept} kept unchanged, in {grades.seconds:.1f} s"
    if totals:
        middle = (totals[(len(totals) - 1) // 2] + totals[len(totals) // 2]) / 2
        marked += f" · median {middle:.4g} of {grades.possible:g} · seed {grades.seed}"
    say(marked, "bold")
    _remarks(grades)


def _remarks(grades) -> None:
    """What an instructor has to know beside the marks."""
    without = [f"{result.student} ({result.status})" for result in grades.ungraded]
    if without:
        say(f"without a mark, to be looked at by hand: {some(without)}", "yellow")
    for reason in dict.fromkeys(grades.overlooked.values()):
        names = some([name for name, why in grades.overlooked.items() if why == reason])
        say(f"not graded: {names} ({reason}); is it somebody's work? {ADVICE[reason]}, then grade again", "yellow")
    if grades.others > grades.lapsed:
        say(f"also in the files: {counted(grades.others - grades.lapsed, 'student')} of earlier runs", "dim")
    if grades.lapsed:
        which = f"{counted(grades.lapsed, 'student')} of earlier runs"
        say(f"{which}: no mark holds, for the exam or how it is graded has changed", "yellow")
        say("grade the folder of the whole class again", "yellow")
    if grades.spoilt:
        say(f"{counted(grades.spoilt, 'line')} of the journal could not be read: check the disk", "yellow")
    lost = [name for name, held in grades.isolation.items() if not held]
    if lost:
        say(f"graded without: {', '.join(lost)}", "red")
    if grades.interrupted:
        say(f"interrupted: {grades.submissions - len(grades.results)} of {grades.submissions} were not graded", "red")
    if grades.trouble:
        say(f"not saved: {grades.trouble}", "red")


def _points(result) -> float:
    return -1 if result.total is None else result.total


def _student_style(result) -> str | None:
    if result.total is None:
        return "yellow"
    return "green" if result.total >= result.possible else None
