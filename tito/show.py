"""How results read on a terminal: answers first, one colour per meaning, the next command last."""

from tito.console import next_step, say, say_parts, screen, table
from tito.problem import Problem


def counted(number: int, noun: str) -> str:
    """"1 exercise", "2 exercises"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


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


MARKS = {"passed": ("✓", "green"), "not started": ("·", "yellow"), "waiting": ("·", "yellow")}
NARROW = 140  # columns of a terminal


def complained(problem) -> None:
    """A Problem among other output."""
    say(str(problem), "red")
    next_step(problem.next or "")


STATES = MARKS | {"untested": ("·", "dim"), "changed": ("~", "yellow")}


def progress(lessons) -> None:
    """A line a lesson: a mark for each exercise, how many pass, and whether the package has it."""
    width = max(len(lesson.module.folder) for lesson in lessons)
    longest = max(len(lesson.exercises) for lesson in lessons)
    for lesson in lessons:
        marks = [STATES.get(status, ("✗", "red")) for status in lesson.exercises.values()]
        count = f"{lesson.passed:2} of {len(marks):2}  "
        exported = {"": "not exported", "changed": "changed since its export"}.get(lesson.exported, lesson.exported)
        gap = " " * (longest - len(marks) + 2)
        say_parts((f"{lesson.module.folder:{width}}  ", "bold"), *marks, (gap + count, None), (exported, "dim"))
    say("✓ passed  ✗ failed  ~ changed since its test  · not yet", "dim")
    left = next((lesson for lesson in lessons if lesson.passed < len(lesson.exercises)), None)
    open_ = next((name for name, status in left.exercises.items() if status != "passed"), "") if left else ""
    next_step(f"tito test {left.module.number} {open_}" if left else "tito submit")


def submitted(course, done) -> None:
    """What was packed, and how it stands."""
    right = sum(result.passed for result in done.tested.results)
    say_parts(("packed ", "green"), (course.inside(done.path), None))
    for name, size in done.files.items():
        say(f"  {name}  {size:,} bytes")
    total = len(done.tested.results)
    say(f"  {right} of {counted(total, 'exercise')} pass", "green" if right == total else "yellow")
    next_step("hand in this file" if right == total else f"hand in this file, or go on: tito test {done.tested.module}")


def released(course, out, paths) -> None:
    """What a release holds and how a student gets it."""
    place = course.inside(out)
    notebooks = [path for path in paths if path.suffix == ".ipynb"]
    say_parts(("released ", "green"), (f"{counted(len(notebooks), 'notebook')}, {len(paths)} files in {place}", None))
    next_step(f"tito start my-tinytorch --from {place}")


def built(course, wheel) -> None:
    """The wheel, and what a student does with it."""
    size = f"{wheel.stat().st_size / 1e3:,.0f} kB: tito and the lessons, no solutions, no exams"
    say_parts(("built ", "green"), (f"{course.inside(wheel)}, {size}", None))
    next_step(f"pip install {wheel.name} && tito start my-tinytorch")


def checked(done) -> None:
    """One module's exercises and how many known mistakes their tests catch; then the faults."""
    known, caught = sum(row[3] for row in done.rows), sum(row[2] for row in done.rows)
    points = sum(row[1] for row in done.rows)
    head = f"{counted(len(done.rows), 'exercise')} · {points:g} points · {caught} of {known} mistakes caught"
    say_parts((f"{done.module}  ", "bold"), (head, "red" if done.faults else "green"))
    for fault in done.faults:
        say_parts(("  ✗ ", "red"), (fault, None))


def findings(found) -> bool:
    """One line each, and what to do where something is amiss; True if nothing is."""
    width = max(len(finding.what) for finding in found)
    for finding in found:
        mark, style = ("✓", "green") if finding.well else ("✗", "red")
        say_parts((f"{mark} ", style), (f"{finding.what:{width}}  {finding.found}", None))
        if finding.advice:
            say_parts((f"  {'':{width}}  next: ", "dim"), (finding.advice, "cyan"))
    return all(finding.well for finding in found)


def graded(course, submissions, number: str, options: dict, json: bool = False, record: bool = False):
    """Grade with a bar on a terminal and `record` it, then the class table, or grades.json alone; the grades."""
    from tito import console, grading

    def note(result, done: int, total: int) -> None:
        advance(done, total)

    with console.progress("grading", shown=not json) as advance:
        grades = grading.grade(course, submissions, number, on_result=note, **options)
    out, kept = options.get("out"), ""
    if record:
        from tito.gradebook.show import keep

        kept, trouble = keep(course, out)
        grades.trouble = grades.trouble or trouble
    if json:
        console.emit_file(out / "grades.json")
        if grades.trouble:
            console.complain(Problem(f"not saved: {grades.trouble}"))
        return grades
    class_table(grades)
    if kept:
        say(kept, "dim")
    if out:
        _what_next(grades, out, course.catalogue.find(number) if kept else None)
    return grades


def _what_next(grades, out, module=None) -> None:
    """What to type next; `module` where the grades are in the gradebook."""
    if grades.interrupted or grades.trouble:
        next_step(f"run the same command again: what is in {out} is not graded twice")
    elif module:
        reads = any(cell.is_answer for cell in module.read().cells)
        next_step(f"tito {'review' if reads else 'report'} {module.number}")
    else:
        next_step(f"look into {out / 'grades.csv'} and {out / 'grades.json'}")


def class_table(grades) -> None:
    """A row a student, and the class in one line: full marks in green, what could not be graded in yellow."""
    columns, rows = grades.columns(), grades.rows()
    if screen().width < NARROW:  # no room for each aspect: who, how many points, and what to look at
        columns, *rows = [(line[0], line[2], line[-1]) for line in (columns, *rows)]
    table(columns, rows, [_student_style(result) for result in grades.results])
    totals = sorted(result.total for result in grades.results if result.total is not None)
    say()
    marked = f"{counted(len(totals), 'submission')} graded in {grades.seconds:.1f} s"
    if grades.kept:
        marked = f"{counted(len(totals), 'submission')} graded, {grades.kept} kept unchanged, in {grades.seconds:.1f} s"
    if totals:
        middle = (totals[(len(totals) - 1) // 2] + totals[len(totals) // 2]) / 2
        marked += f" · median {middle:.4g} of {grades.possible:g} · seed {grades.seed}"
    say(marked, "bold")
    _remarks(grades)


MOST_NAMES = 20


def _remarks(grades) -> None:
    """What an instructor has to know beside the marks."""
    without = [f"{result.student} ({result.status})" for result in grades.ungraded]
    if without:
        more = f" and {len(without) - MOST_NAMES} more" if len(without) > MOST_NAMES else ""
        say(f"without a mark, to be looked at by hand: {', '.join(without[:MOST_NAMES])}{more}", "yellow")
    if grades.others:
        say(f"also in the files: {counted(grades.others, 'student')} of earlier runs", "dim")
    if grades.spoilt:
        say(f"{counted(grades.spoilt, 'line')} of the journal could not be read: check the disk", "yellow")
    lost = [name for name, held in grades.isolation.items() if not held]
    if lost:
        say(f"graded without: {', '.join(lost)}", "red")
    if grades.interrupted:
        say(f"interrupted: {grades.submissions - len(grades.results)} of {grades.submissions} were not graded", "red")
    if grades.trouble:
        say(f"not saved: {grades.trouble}", "red")


def _student_style(result) -> str | None:
    if result.total is None:
        return "yellow"
    return "green" if result.total >= result.possible else None


def demo(course, keep) -> bool:
    """Each step as it is done, then the class table and where to go on; whether all went well."""
    from tito import demo
    from tito.show_test import tested_briefly

    def tell(step: str, what: str) -> None:
        say_parts((f"  {step:9}", "green"), (what, None))

    say(f"{course.title}: from the notebooks to a graded class", "bold")
    tested = demo.demo(course, keep, tell)
    well = all(lesson.passed for lesson in tested)
    for lesson in tested if not well else []:
        tested_briefly(lesson)
    classroom = demo.sample_class(course)
    if not classroom:
        say("  no sample class in examples/class, or no exam: nothing to grade", "yellow")
        return well
    tell("grade", f"{course.inside(classroom)}: real submissions, right, wrong in known ways, and hostile")
    say()
    graded(course, classroom, demo.GRADED, {"out": keep / "grades"} if keep else {})
    say()
    for command, what in demo.NEXT:
        say_parts((f"  {command:42}", "cyan"), (what, None))
    return well


def hint(exercise: str, module, hints: list[str], number: int) -> None:
    """One hint, and how to get the next."""
    if number > len(hints):
        has = counted(len(hints), "hint") if hints else "no hints"
        say(f"{exercise} has {has}; read its text in {module.folder}")
    else:
        say_parts((exercise, "bold"), (f"  hint {number} of {len(hints)}", "dim"))
        say(f"  {hints[number - 1]}")
    more = f", or the next hint: tito hint {exercise}" if number < len(hints) else ""
    next_step(f"tito test {module.number} {exercise}{more}")


def solution(exercise: str, module, source: str) -> None:
    """The course's own way to write an exercise."""
    say_parts((exercise, "bold"), ("  one way to write it", "dim"))
    for line in source.splitlines():
        say(f"  {line}".rstrip())
    next_step(f"tito export {module.number}")


def reported(course, done) -> None:
    """Where the reports are."""
    pages = f"{counted(done.count, 'student')} and the class in {course.inside(done.index.parent)}"
    say_parts(("written  ", "green"), (pages, None))
    if done.pairs:
        say_parts(("alike    ", "yellow"), (f"{counted(done.pairs, 'pair')} of submissions: look, then judge", None))
    if done.others:
        listed = ", ".join(done.others[:3]) + (", …" if len(done.others) > 3 else "")
        text = f"{counted(len(done.others), 'page')} of students who are not in this class: {listed}"
        say_parts(("kept     ", "yellow"), (text, None))
    next_step(f"open {course.inside(done.index)}")
