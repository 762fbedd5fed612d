"""Moodle: an assignment's grading worksheet, as its importer reads it, and the names in its zips of submissions.

The importer wants the columns `Identifier` (`Participant 123`), `Grade` and `Last modified (grade)`, and takes a row
only where its grade has not been changed in Moodle since the worksheet was downloaded: so the worksheet is filled in.
"""

import re
from datetime import datetime
from pathlib import Path

from tito.gradebook.late import utc
from tito.problem import USAGE, Problem
from tito.ways import sheet
from tito.ways.canvas import factor
from tito.ways.people import Filled, People

NEEDED = ("Identifier", "Grade", "Last modified (grade)")
# Full name_123_assignsubmission_file/what.ipynb since Moodle 4.1, with _/ in place of / before; and with _ where files
# are not put into folders: there the first number counts, for what follows is the student's own, and may hold another's
# number. What was typed into Moodle is assignsubmission_onlinetext.
SUBMISSION = re.compile(
    r"(?P<name>[^/]+(?=_\d+_assignsubmission_(?:file|onlinetext)_?/)|[^/]+?)"
    r"_(?P<user>\d+)_assignsubmission_(?:file|onlinetext)(?:_/?|/)(?P<original>.+)",
    re.DOTALL,
)
HIDDEN = "Participant"
# Columns that are Moodle's or the graders'; what stands in any other may be a student's own, as the text of an answer.
_OURS = {"identifier", "status", "grade", "maximum grade", "grade can be changed", "feedback comments"}
_OURS |= {"last modified (submission)", "last modified (grade)"}
# 20 November 2026 11:59 PM: Moodle's English; and what is the same day in every country, as 21/11/26 is not
_TIMES = ("%d %B %Y %I:%M %p", "%d %B %Y %H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S")


def fill(module, standings: list, students: list, template: Path, path: Path, scale: bool) -> Filled:
    """The grading worksheet with the marks put in; everything else stays as it came. Raises Problem."""
    table = worksheet(template)
    grade = table.column("Grade")
    theirs = [at for at, heading in enumerate(table.header) if heading.strip().lower() not in _OURS]
    marks = {standing.student: standing for standing in standings}
    people, done, met = People(students), Filled(path), set()
    for row in table.rows:
        found = people.find(**words(table, row))
        for at in theirs:
            row[at] = row[at] if row[at].strip() == "-" else sheet.harmless(row[at])
        if found is None:
            done.leave_out("not in the gradebook", words(table, row)["name"])
            continue
        if found in met:
            raise Problem(f"{template}: two rows are about {found}: nothing was written", code=USAGE)
        met.add(found)
        _put(table, row, marks[found], grade, scale, done)
    for name in sorted(student for student in marks.keys() - met if marks[student].total is not None):
        done.leave_out("not in Moodle's worksheet", name)
    sheet.write(path, table.header, table.rows, table.delimiter)
    return done


def worksheet(path: Path) -> sheet.Sheet:
    """A grading worksheet; raises Problem where it is none."""
    table = sheet.read(path)
    missing = ", ".join(name for name in NEEDED if table.column(name) is None)
    if missing:
        raise Problem(
            f"{path} is no grading worksheet of Moodle: it has no {missing}",
            next="set Moodle to English, then in the assignment: View all submissions, Download grading worksheet",
            code=USAGE,
        )
    return table


def _put(table: sheet.Sheet, row: list[str], standing, grade: int, scale: bool, done: Filled) -> None:
    """A student's mark into their row."""
    locked, most = table.column("Grade can be changed"), table.column("Maximum Grade")
    if standing.total is None:
        done.leave_out("no mark: as it was", standing.student)
    elif locked is not None and row[locked].strip().lower() == "no":
        done.leave_out("Moodle says that the grade cannot be changed", standing.student)
    else:
        possible = row[most] if most is not None else ""
        row[grade] = sheet.points(standing.total * factor("Grade", possible.strip(), standing.possible, scale))
        done.filled += 1


def words(table: sheet.Sheet, row: list[str]) -> dict[str, str]:
    """What a row says of its student; where Moodle hides the names, the name is `Participant 123`."""
    headings = {"name": "Full name", "email": "Email address", "sis_id": "ID number", "login": "Username"}
    found = {name: row[at] for name, heading in headings.items() if (at := table.column(heading)) is not None}
    return {"name": row[table.column("Identifier")]} | {name: text for name, text in found.items() if text}


def number(table: sheet.Sheet, row: list[str]) -> str:
    """The participant's number, which is another one in each assignment."""
    return row[table.column("Identifier")].removeprefix(HIDDEN).strip()


def times(table: sheet.Sheet) -> tuple[dict[str, str], dict[str, str]]:
    """By participant, when the submission came (UTC); and what stands there of a time that cannot be read."""
    at, found, unread = table.column("Last modified (submission)"), {}, {}
    for row in table.rows if at is not None else []:
        text = " ".join(row[at].split())
        if text.strip("-"):
            when = _time(text)
            (found if when else unread)[number(table, row)] = when or text
    return found, unread


def _time(text: str) -> str:
    """Moodle's time, which is this machine's local one, as the gradebook keeps it; "" where it is none."""
    text = re.sub(r"^[^\W\d]+, ", "", text).replace(",", "")
    for form in _TIMES:
        try:
            return utc(datetime.strptime(text, form).astimezone())
        except (ValueError, OverflowError):
            continue
    return ""
