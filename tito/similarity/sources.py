"""What of a submission, or of a lesson, is compared: code by exercise, and answers in words."""

import textwrap
from collections.abc import Iterable

WIDTH = 72  # characters of a line of prose: two stand side by side


class Prose(str):
    """An answer in words, in short lines: a paragraph is one line in a notebook, and would be alike as a whole."""

    def __new__(cls, text: str):
        lines = (textwrap.wrap(line, WIDTH) or [""] for line in text.splitlines())
        return super().__new__(cls, "\n".join(part for parts in lines for part in parts))


Sources = dict[str, str]  # by exercise, code or Prose


def of_notebook(notebook) -> Sources:
    """The exported cells and the texts of a lesson: what a submission has of it is nobody's own."""
    code = gathered((cell.grade_id, cell.source) for cell in notebook.cells if cell.is_exported)
    texts = {cell.grade_id or f"text {n}": cell.source for n, cell in enumerate(notebook.cells) if not cell.is_code}
    return code | {name: Prose(text) for name, text in texts.items()}


def gathered(pieces: Iterable[tuple[str, str]]) -> Sources:
    """Pieces of code by exercise; what belongs to none is together under "other cells"."""
    found: Sources = {}
    for exercise, source in pieces:
        name = exercise or "other cells"
        found[name] = f"{found[name]}\n\n{source}" if name in found else source
    return found


def handed_in(course, module, path) -> dict[str, Sources]:
    """What the submissions in a folder hold, as `tito grade` finds it; what it could not read is left out."""
    from tito.grading import intake
    from tito.grading.answers import Answers
    from tito.grading.pieces import Refused

    found, answers = {}, Answers(module.read())
    for entry in intake.find(path, module.notebook.stem, intake.lessons(course, module)):
        try:
            handed = intake.load(entry, module)
            code = gathered((piece.exercise, piece.source) for piece in intake.code(handed, module))
        except Refused:
            continue
        said = answers(*handed.files[module.folder])
        found[entry.student] = code | {name: Prose(text) for name, text in said.items()}
    return found
