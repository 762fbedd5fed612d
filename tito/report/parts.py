"""Parts of pages that are written by hand: cells and lines of tables, of which there are thousands, and code."""

from markupsafe import Markup, escape

from tito.report import text
from tito.report.figures import NEAR
from tito.report.tally import Row


def cell(pair, by_hand: bool = False) -> Markup:
    """A cell of points: a number where they are full, earned/possible where some were lost."""
    if pair is None:
        return Markup('<td class="n"></td>')
    earned, possible = pair
    note = " by hand" if by_hand else ""
    if possible is None or earned > possible - NEAR:
        return Markup(f'<td class="n">{text.points(earned)}{note}</td>')
    return Markup(f'<td class="n lost">{text.points(earned)}/{text.points(possible)}{note}</td>')


def line(row: Row, aspects: list[str], files: dict[str, str]) -> Markup:
    """A student's row of the class table: by hand, since there are thousands. Sorting reads `data-v`."""
    student, has = row.student, " ".join(map(str, row.misconceptions))
    total = -1 if student.total is None else student.total
    name = escape(text.one_line(student.shown, 60))
    ident = (
        f' <span class="soft small">{escape(text.one_line(student.id, 40))}</span>'
        if student.shown != student.id
        else ""
    )
    cells = [
        f'<th scope="row"><a href="{files[student.id]}"><bdi>{name}</bdi></a>{ident}</th>',
        f"<td>{escape(text.one_line(student.result.status))}</td>",
        f'<td class="n" data-v="{total:g}">{text.points(student.total)}</td>',
    ]
    for aspect in aspects:
        earned, possible = row.aspects.get(aspect, (-1, 0))
        shown, lost = text.points(earned) if possible else "–", possible and earned < possible - NEAR
        cells.append(f'<td class="n{" lost" if lost else ""}" data-v="{earned:g}">{shown}</td>')
    cells.append(f"<td><bdi>{escape(row.look)}</bdi></td>")
    return Markup(f'<tr data-has="{has}">{"".join(cells)}</tr>' if has else f"<tr>{''.join(cells)}</tr>")


def party(name: str, files: dict[str, str]) -> Markup:
    """One side of a pair: a student's page, or what is no student's (the reference solution)."""
    shown = text.one_line(name, 60)
    if name in files:
        return Markup('<a href="{}"><bdi>{}</bdi></a>').format(files[name], shown)
    return Markup("<b>{}</b>").format(shown)


def code(lines: list[tuple[str, bool]]) -> Markup:
    """Lines of code, those that are alike marked."""
    shown = [
        (Markup("<mark>{}</mark>") if alike else Markup("{}")).format(text.visible(line, 200)) for line, alike in lines
    ]
    return Markup("\n").join(shown)
