"""--own-stack: a student's own earlier lessons take the place of the course's, in the student's worker alone."""

from dataclasses import replace

from tito.grading.intake import MOST_CODE, MOST_PIECES, Handed
from tito.grading.pieces import UNREADABLE, Piece, Refused, pieces


def stack(handed: Handed, earlier, prerequisites) -> tuple[list[Piece], str]:
    """The pieces of all earlier lessons in order, and a remark on those that are the course's own.

    `prerequisites` are (name, source) of the course's `earlier` modules. No pieces where nothing is the student's: the
    worker has the course's own ready. Raises Refused for too much code.
    """
    if not earlier:
        return [], ""
    found, ours = [], []
    for lesson, (name, source) in zip(earlier, prerequisites, strict=True):
        try:
            found += _own(handed, lesson, name)
        except Refused as refused:
            ours.append(f"{lesson.folder} ({refused})")
            found.append(Piece(source, f"section of {name}", module=name))
    if len(found) > MOST_PIECES or sum(len(piece.source) for piece in found) > MOST_CODE:
        raise Refused(UNREADABLE, f"the earlier lessons hold more than {MOST_CODE >> 20} MB or {MOST_PIECES} cells")
    remark = f"graded on the course's own {', '.join(ours)}" if ours else ""
    return ([] if len(ours) == len(earlier) else found), remark


def _own(handed: Handed, lesson, name: str) -> list[Piece]:
    if lesson.folder in handed.absent:
        raise Refused(UNREADABLE, handed.absent[lesson.folder])
    file, data = handed.files[lesson.folder]
    return [
        replace(piece, place=f"{piece.place} of {lesson.notebook.name}", exercise="", module=name)
        for piece in pieces(file, data, lesson)
    ]
