"""The whole course in one table: a line a student, a column a lesson, and their sum."""

from pathlib import Path

from tito.ways import sheet
from tito.ways.people import Filled

HEADER = ["student", "name", "email", "section"]


def table(book, path: Path) -> Filled:
    """Totals of every lesson of which there is a mark. Where a student has none, the cell stays empty and adds nothing;
    what is possible is the same for all."""
    done, folders = Filled(path), book.modules()
    standings = {folder: {s.student: s for s in book.standing(folder)} for folder in folders}
    possible = [max(s.possible for s in each.values()) for each in standings.values()]
    lines, waiting = [], {}
    for person in book.students():
        stands = [standings[folder][person.id] for folder in folders]
        totals = [stand.total for stand in stands]
        who = [person.id, person.name, person.email, person.section]
        points = [*totals, sum(filter(None, totals)), sum(possible)]
        lines.append([*map(sheet.harmless, who), *map(sheet.points, points)])
        done.filled += sum(total is not None for total in totals)
        for folder, stand in zip(folders, stands, strict=True):
            if stand.total is None:
                done.leave_out(f"no mark in {folder}", person.id)
            elif stand.waiting and not stand.overridden:
                waiting[person.id] = None
    done.unread = list(waiting)
    done.standings = {folder: list(each.values()) for folder, each in standings.items()}
    sheet.write(path, [*HEADER, *folders, "points", "possible"], lines)
    return done
