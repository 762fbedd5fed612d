"""Canvas: its gradebook as CSV, as its importer reads it, and the names in its zips of submissions.

The importer finds a student by `ID`, then by SIS ids, and an assignment by the number in `Title (123)`. An empty cell
takes a grade back, so where there is no mark the cell is left as it came.
"""

import re
from pathlib import Path

from tito.gradebook.tasks import tasks
from tito.problem import USAGE, Problem
from tito.ways import sheet
from tito.ways.people import Filled, People

HEADER = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
POSSIBLE, READ_ONLY = "Points Possible", "read only"
# name_LATE_user_file_what.ipynb, as Canvas names the files in a zip; without LATE when in time. What was typed into
# Canvas is name_user_text.html, and an address name_user_link.html.
SUBMISSION = re.compile(
    r"(?P<name>.+?)_(?P<late>LATE_)?(?P<user>\d+)_(?:(?P<file>\d+)_)?(?P<original>(?(file).+|(?:text|link)\.html))",
    re.DOTALL,
)


def export(module, standings: list, students: list, path: Path) -> Filled:
    """A gradebook CSV of this one assignment, for students with a mark: Canvas makes the assignment if it has none."""
    people, done = {student.id: student for student in students}, Filled(path)
    possible = max((standing.possible for standing in standings), default=0.0)
    lines = [[f"    {POSSIBLE}", "", "", "", "", sheet.points(possible)]]
    for standing in standings:
        person = people[standing.student]
        if standing.total is None:
            done.leave_out("no mark", standing.student)
        elif not (person.canvas_id or person.sis_id or person.login):
            done.leave_out("unknown to Canvas: import its roster first", standing.student)
        else:
            words = [person.name or person.id, person.canvas_id, person.sis_id, person.login, person.section]
            lines.append([*map(sheet.harmless, words), sheet.points(standing.total)])
            done.filled += 1
    sheet.write(path, [*HEADER, module.title], lines)
    return done


def fill(module, standings: list, students: list, template: Path, path: Path, column: str, scale: bool) -> Filled:
    """An export of Canvas's gradebook with this assignment's marks put in; everything else stays as it came."""
    table = sheet.read(template)
    if table.column(*HEADER[:1], "LastName") != 0 or table.column("ID") is None:
        raise Problem(f"{template} is no export of Canvas's gradebook: it has no Student and ID", code=USAGE)
    at = _column(table, module, column)
    factor = _factor(table, at, module, standings, scale)
    marks = {standing.student: standing for standing in standings}
    people, done, met = People(students), Filled(path), set()
    for row in table.rows:
        if POSSIBLE in row[0] or not _words(table, row):
            continue
        found = people.find(**_words(table, row))
        row[0] = sheet.harmless(row[0])
        if found is None:
            done.leave_out("not in the gradebook", row[0])
        elif found in met:
            raise Problem(f"{template}: two rows are about {found}: nothing was written", code=USAGE)
        elif marks[found].total is None:
            done.leave_out("no mark: as it was", found)
        else:
            row[at] = sheet.points(marks[found].total * factor)
            done.filled += 1
        met |= {found} - {None}
    for name in sorted(student for student in marks.keys() - met if marks[student].total is not None):
        done.leave_out("not in Canvas's table", name)
    sheet.write(path, table.header, table.rows, table.delimiter)
    return done


def _words(table: sheet.Sheet, row: list[str]) -> dict[str, str]:
    """What a row says of its student; nothing where it is no student's."""
    places = {"canvas_id": "ID", "sis_id": "SIS User ID", "login": "SIS Login ID"}
    found = {name: row[at] for name, heading in places.items() if (at := table.column(heading)) is not None}
    last, _, first = row[0].partition(", ")
    return found | {"name": f"{first} {last}".strip()} if any(found.values()) else {}


def _column(table: sheet.Sheet, module, wanted: str) -> int:
    """Where the assignment's marks stand; raises Problem where none or several could be meant."""
    taken = {name.lower() for name in (*HEADER, "LastName", "FirstName", "Integration ID", "Root Account")}
    titles = {n: re.sub(r" \(\d+\)$", "", title) for n, title in enumerate(table.header) if title.lower() not in taken}
    names = {wanted} if wanted else {module.title, module.folder, module.name, f"{module.number} {module.title}"}
    names = {name.lower() for name in names}
    found = [n for n, title in titles.items() if title.lower() in names or table.header[n].lower() in names]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(table.header[n] for n in titles)
    what = f"{table.path}: {'no' if not found else 'more than one'} column for {wanted or module.title}"
    raise Problem(what, next=f"name one with --column: {listed}", code=USAGE)


def _factor(table: sheet.Sheet, at: int, module, standings: list, scale: bool) -> float:
    """What a point here is worth there; raises Problem where the two differ and nobody said that this is meant."""
    row = next((row for row in table.rows if POSSIBLE in row[0]), None)
    text = row[at].strip() if row else ""
    if READ_ONLY in text.lower():
        raise Problem(f"{table.header[at]} is read only in Canvas: name another --column", code=USAGE)
    possible = max((standing.possible for standing in standings), default=0.0)
    by_people = sum(task.points for task in tasks(module).values() if task.manual)
    return factor(table.header[at], text, possible, scale, by_people)


def factor(name: str, text: str, possible: float, scale: bool, by_people: float = 0.0) -> float:
    """Points there for a point here; `text` is what is possible there, as their table says it.

    `by_people`, what answers are worth that people mark, tells why `tito grade` spoke of fewer points.
    """
    try:
        theirs = float(text.replace(",", ".")) if text else possible
    except ValueError:
        raise Problem(f"{name}: {text!r} is no number of points", code=USAGE) from None
    if theirs != possible and not scale:
        what = f"{name} is worth {theirs:g} points there and {possible:g} here"
        what += f", {by_people:g} of them for answers that people mark" if by_people else ""
        raise Problem(what, next="make them the same, or add --scale", code=USAGE)
    return theirs / possible if possible else 1.0
