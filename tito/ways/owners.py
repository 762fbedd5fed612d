"""Whose each submission of a zip is: students of the gradebook, and strangers, who are refused where most are."""

from collections import Counter
from pathlib import Path

from tito.gradebook import roster
from tito.problem import USAGE, Problem
from tito.show import counted
from tito.ways import moodle, sheet
from tito.ways.arrivals import Arrival, kept
from tito.ways.people import People

_NO_PATH = str.maketrans("/\\", "  ")
_ADVICE = {
    "canvas": "tito gradebook roster FILE, the table that Canvas's gradebook exports, for it has their numbers",
    "moodle": "add --worksheet FILE (in the assignment: View all submissions, Download grading worksheet)",
    "hidden": "download the worksheet again with the names shown in Moodle: it does not say who they are",
    "names": "let Moodle show e-mail addresses or ID numbers to you, and download the worksheet again with one",
    "others": "tito gradebook roster FILE, with a column email as Moodle has it",
}
_ANYWAY = "or --anyway, and each is taken for somebody new"


class Owners:
    """Finds the student of each arrival; `table` is Moodle's worksheet, or None."""

    def __init__(self, book, kind: str, arrivals: list[Arrival], table: sheet.Sheet | None):
        self.book, self.kind, self.arrivals = book, kind, arrivals
        self.said = {moodle.number(table, row): moodle.words(table, row) for row in table.rows} if table else {}
        self.names = Counter(arrival.name.lower() for arrival in arrivals)
        self.called = Counter(map(self._name, arrivals))
        self.people = People(book.students())
        self.listed = self._listed(table) if table else []

    def _listed(self, table: sheet.Sheet) -> list[dict[str, str]]:
        """The people of a worksheet that names them, under the ids that the gradebook has for them."""
        if table.column("Email address", "ID number", "Username") is None:
            return []
        listed = roster.people(table)
        names = Counter(person["name"].lower() for person in listed)
        sure = [self.people.find(**{name: person[name] for name in ("login", "sis_id", "email")}) for person in listed]
        for person, ident in zip(listed, sure, strict=True):
            named = self.people.find(name=person["name"]) if names[person["name"].lower()] == 1 else None
            person["id"] = ident or (named if named not in sure else None) or person["id"]
        return listed

    def find(self, arrival: Arrival) -> str | None:
        """The id of the student whose this is, where the gradebook has them."""
        if self.kind == "canvas":
            return self.people.find(canvas_id=arrival.number)
        if self.is_namesake(arrival):
            return None
        return self.people.find(**self.said.get(arrival.number, {"name": arrival.name}))

    def is_namesake(self, arrival: Arrival) -> bool:
        """Whether there is nothing but a name to tell whose this is, and more than one has it."""
        words, name = self.said.get(arrival.number, {}), self._name(arrival)
        if self.kind == "canvas" or any(words.get(field) for field in ("email", "sis_id", "login")):
            return False
        return self.called[name] > 1 or self.people.share(name)

    def _name(self, arrival: Arrival) -> str:
        """What the worksheet calls somebody: where names are hidden, `Participant 123`; else what the zip does."""
        return self.said.get(arrival.number, {}).get("name", arrival.name).lower()

    def refuse_strangers(self, path: Path) -> None:
        """Raise Problem where most are unknown: they would be in the gradebook twice when it knows them."""
        unknown = [arrival.name for arrival in self.arrivals if self.find(arrival) is None]
        first = not self.people and (self.kind == "canvas" or self.listed)  # the class comes with the zip
        if first or len(unknown) < 2 or 2 * len(unknown) <= len(self.arrivals):
            return
        some = ", ".join(unknown[:3]) + (", …" if len(unknown) > 3 else "")
        what = f"{path}: of {counted(len(self.arrivals), 'student')}, {len(unknown)} are not in the gradebook ({some})"
        kind = self.kind if not self.said else "others" if self.listed else "hidden"
        roster_first = ", or first tito gradebook roster FILE" if kind == "moodle" else ""
        raise Problem(f"{what}: nothing was written", next=f"{_ADVICE[kind]}{roster_first}; {_ANYWAY}", code=USAGE)

    def refuse_namesakes(self, path: Path) -> None:
        """Raise Problem where a worksheet would tell whose is whose, and there is none, or one of names alone."""
        namesakes = [arrival for arrival in self.arrivals if self.is_namesake(arrival)]
        listed = any(arrival.number in self.said for arrival in namesakes)
        if namesakes and (listed or not self.said):
            names = sorted({arrival.name for arrival in namesakes})
            what = f"{path}: more than one student is called {', '.join(names[:3])}: nothing was written"
            advice = f"{_ADVICE['names' if listed else 'moodle']}, which tells whose is whose; {_ANYWAY}"
            raise Problem(what, next=advice, code=USAGE)

    def take_in(self) -> tuple[list[str], list[str]]:
        """The id of each arrival's student, and those whom the gradebook did not have."""
        if self.listed:
            roster.merge(self.book, self.listed)
            self.people = People(self.book.students())
        found, strangers = [], {}
        known = {student.id: student for student in self.book.students()}
        for arrival in self.arrivals:
            student = self.find(arrival)
            if student is None:
                person = self._stranger(arrival)
                while person["id"] in strangers or _is_anothers(person, known.get(person["id"])):
                    person["id"] += f" {arrival.number}"
                student, strangers[person["id"]] = person["id"], person
            found.append(student)
        if strangers:
            roster.merge(self.book, list(strangers.values()))
        return found, list(strangers)

    def _stranger(self, arrival: Arrival) -> dict[str, str]:
        """Someone new, under Canvas's number, or under the name where Moodle's number is this assignment's only."""
        if self.kind == "canvas":
            return {"id": f"canvas-{arrival.number}", "canvas_id": arrival.number, "name": arrival.name}
        alone = self.names[arrival.name.lower()] == 1 and arrival.name != moodle.HIDDEN
        name = arrival.name if alone else f"{arrival.name} {arrival.number}"
        ident = name if roster.names_a_submission(name) else f"moodle {kept(name).translate(_NO_PATH)}"
        return {"id": ident, "name": name}


def _is_anothers(person: dict[str, str], known) -> bool:
    """Whether somebody else has this id: a student may have typed in a name in Moodle that is a classmate's id."""
    listed = known is not None and any(getattr(known, name) for name in roster.FIELDS)
    return listed and known.name.lower() != person["name"].lower()
