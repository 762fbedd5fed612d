"""A class list into the gradebook: ours (id, name, email, section), Canvas's gradebook export, or Moodle's tables."""

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import delete, insert, select, update

from tito.gradebook import rows, tables
from tito.gradebook.engine import writing
from tito.grading.intake import MANIFEST
from tito.grading.pieces import shown
from tito.problem import USAGE, Problem
from tito.ways import sheet
from tito.ways.arrivals import LONGEST

# Headings by which each field is known, ours first, then Canvas's and Moodle's; in any case.
HEADINGS = {
    "id": ("id", "student_id", "student id"),
    "name": ("name", "student", "full name", "student name"),
    "email": ("email", "email address", "e-mail"),
    "section": ("section", "sections", "groups"),
    "canvas_id": ("canvas_id",),
    "sis_id": ("sis user id", "sis_id", "id number", "idnumber"),
    "login": ("sis login id", "login", "username"),
}
FIRST, LAST = ("first name", "firstname", "first_name"), ("last name", "lastname", "surname", "last_name")
FIELDS = tuple(HEADINGS)[1:]
KEYS = ("canvas_id", "sis_id", "login", "email")  # what tells that two rows are one person
NO_PERSON = ("points possible", "student, test", "test student")


@dataclass
class Change:
    """What a roster brought: ids; `unlisted` are those of the gradebook that it does not name.

    Where it names nobody who was there, `unknown` are those of them who were on no list before either. `twins` are
    students who were added, each with one of `unlisted` who has the same name: likely one person under two ids.
    """

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    unlisted: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    twins: dict[str, str] = field(default_factory=dict)


@dataclass
class Removal:
    """Whom a roster named that were taken off, and who stays, for there is something of theirs: ids."""

    removed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def bring(book, path: Path) -> Change:
    """Take in a class list; nobody is removed, and an empty cell changes nothing. Raises Problem."""
    return merge(book, people(sheet.read(Path(path))))


def people(table: sheet.Sheet) -> list[dict[str, str]]:
    """The students of a class list, as rows of the table of students. Raises Problem for one without a key."""
    places = {name: table.column(*names) for name, names in HEADINGS.items()}
    if table.column("Student") is not None and table.column("Section") is not None and table.column("ID") is not None:
        places["canvas_id"], places["id"] = places["id"], None  # Canvas's ID is its own number
    first, last = table.column(*FIRST), table.column(*LAST)
    found = []
    for number, row in enumerate(table.rows, 2):
        person = {name: "" if at is None else _cell(row[at]) for name, at in places.items()}
        if first is not None and last is not None:
            person["name"] = person["name"] or f"{_cell(row[first])} {_cell(row[last])}".strip()
        if _is_person(person):
            found.append(_person(person, f"{table.path}, line {number}"))
    if not found:
        headings = ", ".join(table.header[:8])
        raise Problem(f"{table.path}: no students under its headings ({headings})", next=_ADVICE, code=USAGE)
    return found


_ADVICE = "a roster has the columns id, name, email, section; English exports of Canvas and Moodle are understood too"


def _cell(text: str) -> str:
    return shown(text.strip())


def _is_person(person: dict) -> bool:
    known = any(person[name] for name in ("name", "id", "canvas_id", "login", "email"))
    return known and person["name"].lower() not in NO_PERSON


def _person(person: dict, where: str) -> dict:
    """With the id that a submission bears, and a name as it is spoken."""
    last, comma, first = person["name"].partition(", ")
    if comma and ", " not in first:
        person["name"] = f"{first} {last}"
    person["ours"] = person["id"]
    ways = ("id", "login", "sis_id", "email", "canvas_id")
    person["id"] = next((person[name] for name in ways if person[name]), "")
    if not person["id"]:
        raise Problem(f"{where}: {person['name']} has no id, login, e-mail or number", next=_ADVICE, code=USAGE)
    if not names_a_submission(person["id"]):
        raise Problem(f"{where}: {person['id']!r} cannot be the name of a submission", code=USAGE)
    return person


def names_a_submission(ident: str) -> bool:
    """Whether grading finds a file or folder of this name, and only there, and a disk takes it."""
    if ident.startswith((".", "_")) or ident.lower() == MANIFEST:
        return False
    return not set(ident) & set("/\\") and len(ident.encode("utf-8", "replace")) <= LONGEST


def merge(book, found: list[dict[str, str]]) -> Change:
    """Add or bring up to date. Rows without an id of ours are whose number, login or e-mail is known already."""
    change, met = Change(), set()
    with writing(book.engine) as connection:
        known, idents = _met(connection, found)
        for person, ident in zip(found, idents, strict=True):
            if ident in met:
                raise Problem(f"two rows are about {ident}: nothing was taken in", next="keep one of them", code=USAGE)
            met.add(ident)
            row = {name: rows.clean(person.get(name, "")) for name in FIELDS if person.get(name)}
            if ident not in known:
                connection.execute(insert(tables.student).values(id=ident, **row))
                change.added.append(ident)
            elif any(known[ident][name] != value for name, value in row.items()):
                connection.execute(update(tables.student).where(tables.student.c.id == ident).values(**row))
                change.changed.append(ident)
            else:
                change.same.append(ident)
    change.unlisted = sorted(known.keys() - {*change.changed, *change.same})
    if not change.changed and not change.same:
        change.unknown = [ident for ident in change.unlisted if not any(known[ident][name] for name in FIELDS)]
    change.twins = _twins(change, known, dict(zip(idents, found, strict=True)))
    return change


def _twins(change: Change, known: dict[str, dict], people: dict[str, dict]) -> dict[str, str]:
    """Of those whom a list added, who is called as one of those whom it does not name, and as whom."""
    names = {known[ident]["name"].casefold(): ident for ident in change.unlisted if known[ident]["name"]}
    added = {ident: people[ident].get("name", "").casefold() for ident in change.added}
    return {ident: names[name] for ident, name in added.items() if name in names}


def _met(connection, found: list[dict[str, str]]) -> tuple[dict[str, dict], list[str]]:
    """The students that are known, by id, and the id of each of the people of a list."""
    known = {row.id: dict(row._mapping) for row in connection.execute(select(tables.student))}
    keys = {(name, row[name].lower()): row["id"] for row in known.values() for name in KEYS if row[name]}
    idents = []
    for person in found:
        same = [keys.get((name, person[name].lower())) for name in KEYS if person.get(name) and not person.get("ours")]
        idents.append(person["id"] if person["id"] in known else next(filter(None, same), person["id"]))
    return known, idents


def take_off(book, path: Path) -> Removal:
    """Take those of a class list off again of whom there is nothing but that. Raises Problem."""
    found, ids = people(sheet.read(Path(path))), tables.student.c.id
    with writing(book.engine) as connection:
        known, idents = _met(connection, found)
        listed = known.keys() & set(idents)
        kinds = (tables.attempt, tables.handed_in, tables.manual)
        busy = {name for kind in kinds for name in connection.scalars(select(kind.c.student).distinct())}
        for ident in listed - busy:
            connection.execute(delete(tables.student).where(ids == ident))
    return Removal(sorted(listed - busy), sorted(listed & busy))
