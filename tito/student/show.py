"""How a student's day reads on a terminal."""

from textwrap import indent

from tito.console import next_step, say, say_parts
from tito.show import MARKS, counted
from tito.student.plain import plain

STATES = MARKS | {"untested": ("·", "dim"), "changed": ("~", "yellow"), "written": ("○", "yellow")}


def progress(lessons) -> None:
    """A line a lesson: a mark for each exercise, how many pass, and whether the package has it."""
    width = max(len(lesson.module.folder) for lesson in lessons)
    longest = max(len(lesson.exercises) for lesson in lessons)
    for lesson in lessons:
        if lesson.trouble:
            say_parts((f"{lesson.module.folder:{width}}  ", "bold"), (_unread(lesson), "red"))
            continue
        marks = [STATES.get(status, ("✗", "red")) for status in lesson.exercises.values()]
        count = f"{lesson.passed:2} of {len(marks):2}  "
        exported = {"": "not exported", "changed": "changed since its export"}.get(lesson.exported, lesson.exported)
        gap = " " * (longest - len(marks) + 2)
        say_parts((f"{lesson.module.folder:{width}}  ", "bold"), *marks, (gap + count, None), (exported, "dim"))
    say("✓ passed  ✗ failed  ~ changed since its test, itself or what it uses  ○ written, not tested  · not yet", "dim")
    left = next((lesson for lesson in lessons if lesson.trouble or lesson.passed < len(lesson.exercises)), None)
    next_step(_go_on(left) if left else f"tito submit {lessons[-1].module.number}")


def _unread(lesson) -> str:
    """The Problem of its notebook, without the folder, which heads the line."""
    text = str(lesson.trouble).removeprefix(f"{lesson.module.folder}/{lesson.module.notebook.name}").lstrip(",: ")
    if text == "is missing":
        return f"{text}: {lesson.trouble.next}"
    return text if text.startswith("cannot be read") else f"cannot be read: {text}"


def _go_on(lesson) -> str:
    if lesson.trouble:
        return f"tito test {lesson.module.number}"
    unfinished = next(name for name, status in lesson.exercises.items() if status != "passed")
    return f"tito test {lesson.module.number} {unfinished}"


def submitted(course, done) -> None:
    """What was packed, and how it stands."""
    right = sum(result.passed for result in done.tested.results)
    say_parts(("packed ", "green"), (course.inside(done.path), None))
    for name, size in done.files.items():
        say(f"  {name}  {size:,} bytes")
    total = len(done.tested.results)
    say(f"  {right} of {counted(total, 'exercise')} pass", "green" if right == total else "yellow")
    next_step("hand in this file" if right == total else f"hand in this file, or go on: tito test {done.tested.module}")


def untested(lessons) -> None:
    """What is written and was never tested, a line a lesson."""
    for lesson in lessons:
        if lesson.untested:
            text = f"written, not tested yet: {', '.join(lesson.untested)}  (tito test {lesson.module.number})"
            say_parts((text, "yellow"), words=True)


def hint(exercise: str, module, hints: list[str], number: int) -> None:
    """One hint, and how to get the next."""
    if number > len(hints):
        has = counted(len(hints), "hint") if hints else "no hints"
        say(f"{exercise} has {has}; read its text in {module.folder}")
    else:
        say_parts((exercise, "bold"), (f"  hint {number} of {len(hints)}", "dim"))
        say(indent(plain(hints[number - 1]), "  "))
    more = f", or the next hint: tito hint {exercise}" if number < len(hints) else ""
    next_step(f"tito test {module.number} {exercise}{more}")


def solution(exercise: str, module, source: str) -> None:
    """The course's own way to write an exercise."""
    say_parts((exercise, "bold"), ("  one way to write it", "dim"))
    for line in source.splitlines():
        say(f"  {line}".rstrip())
    next_step(f"tito export {module.number}")
