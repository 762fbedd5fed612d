"""Makes examples/class from students.py, solutions/ and answers/: real filled notebooks of the released edition.

    python examples/make_class.py            write the submissions again (after any change of the lesson)
    python examples/make_class.py --check    only say which are out of step
"""

import ast
import io
import re
import sys
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from tito.author.release import ANSWER, student_edition  # noqa: E402
from tito.mistakes import read_mistakes  # noqa: E402
from tito.notebook import Notebook, source_lines, with_cells  # noqa: E402
from tito.settings import find_course  # noqa: E402

from students import STUDENTS, Student  # noqa: E402

HERE = Path(__file__).parent
SECTION = re.compile(r"^# %% (?:new cell after )?(\w+)\n", re.MULTILINE)
STUB = re.compile(r"^    raise NotImplementedError\(\"Exercise .*\n?", re.MULTILINE)


def submissions() -> dict[str, bytes]:
    """Every submission by file name. The same sources give the same bytes."""
    course = find_course(HERE)
    lesson = course.catalogue.find("04")
    released = edition(course, lesson)
    known = {f"{entry['exercise']}/{entry['name']}": entry for entry in read_mistakes(lesson)}
    made = {}
    for student in STUDENTS:
        notebook = filled(released, student, known)
        name, data = f"{student.name}.ipynb", notebook.text().encode("utf-8")
        if student.damage == "of_another_lesson":
            data = edition(course, course.catalogue.find("02")).text().encode("utf-8")
        elif student.damage:
            name, data = DAMAGES[student.damage](name, notebook)
        made[name] = data
    return made


def edition(course, lesson) -> Notebook:
    """A lesson's notebook as `tito release` writes it; raises ValueError for one that it would refuse."""
    faults = []
    notebook = student_edition(course, lesson.read(), faults)
    if faults:
        raise ValueError("\n".join(faults))
    return notebook


def filled(released: Notebook, student: Student, known: dict) -> Notebook:
    """The released notebook with what the student wrote."""
    stubs = {cell.grade_id: cell.source for cell in released.cells if cell.is_exercise}
    layers, new_cells = {}, []
    for name in student.fills:
        for place, text, is_new in sections((HERE / "solutions" / f"{name}.py").read_text(encoding="utf-8")):
            if is_new:
                new_cells.append((place, text))
            elif not student.only or place in student.only:
                layers[place] = layered(layers.get(place, {}), text)
    sources = {name: written(stub, layers.get(name, {})) for name, stub in stubs.items()}
    for name in student.mistakes:
        sources[known[name]["exercise"]] = known[name]["code"]
    for exercise, old, new in student.edits:
        if sources[exercise].count(old) != 1:
            raise ValueError(f"{student.name}: {old!r} stands {sources[exercise].count(old)} times in {exercise}")
        sources[exercise] = sources[exercise].replace(old, new)
    if student.answers:
        sources |= answered(released, (HERE / "answers" / f"{student.name}.md").read_text(encoding="utf-8"))
    return with_new_cells(with_cells(released, sources), new_cells)


def answered(released: Notebook, text: str) -> dict[str, str]:
    """The question cells with a student's text where the release left room for it, which an empty text takes away."""
    cells = {cell.grade_id: cell.source for cell in released.cells if cell.is_answer}
    _, *parts = SECTION.split(text)
    return {name: cells[name].replace(ANSWER, given.strip()) for name, given in zip(*[iter(parts)] * 2, strict=True)}


def sections(text: str):
    """The `# %%` sections of a solution file: the cell's name, the code, and whether it is a new cell."""
    starts = list(SECTION.finditer(text))
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        code = text[start.end() : end.start() if end else None].strip() + "\n"
        yield start[1], _spaced(code), "new cell" in start[0]


def layered(below: dict[str, str], text: str) -> dict[str, str]:
    """The statements of a section, by name, on top of those below it."""
    lines, found = text.splitlines(keepends=True), {}
    for node in ast.parse(text).body:
        name = getattr(node, "name", f"line {node.lineno}")
        found[name] = "".join(lines[node.lineno - 1 : node.end_lineno])
    return below | found


def written(stub: str, statements: dict[str, str]) -> str:
    """The cell `stub` with these functions written; what the stub does not have goes above it."""
    own = ""
    for name, code in statements.items():
        head = re.search(rf"^def {name}\(.*\n", stub, re.MULTILINE) if code.startswith("def ") else None
        gap = STUB.search(stub, head.end()) if head else None
        if gap and "\ndef " not in stub[head.end() : gap.start()]:
            stub = stub[: gap.start()] + _body(code) + stub[gap.end() :]
        else:
            own += code.rstrip() + "\n\n\n"
    first, _, rest = stub.partition("\n")
    return f"{first}\n{own}{rest}"


def _body(code: str) -> str:
    """The statements of a function, without its head."""
    return "".join(code.splitlines(keepends=True)[ast.parse(code).body[0].body[0].lineno - 1 :])


def _spaced(code: str) -> str:
    """The code with two empty lines before each definition, but for the first line's."""
    return re.sub(r"\n+(?=(?:def|class) )", "\n\n\n", code).replace("#| export\n\n\n", "#| export\n")


def with_new_cells(notebook: Notebook, cells: list[tuple[str, str]]) -> Notebook:
    """The notebook with further code cells, each behind the cell with that grade_id."""
    raw = dict(notebook.raw, cells=list(notebook.raw["cells"]))
    for number, (after, text) in enumerate(cells, 1):
        ids = [cell.get("metadata", {}).get("nbgrader", {}).get("grade_id") for cell in raw["cells"]]
        cell = {"cell_type": "code", "execution_count": None, "id": f"own-{number}", "metadata": {}, "outputs": []}
        raw["cells"].insert(ids.index(after) + 1, cell | {"source": source_lines(text.rstrip())})
    return Notebook(notebook.path, raw)


# What is done to a finished notebook: each gives the file's name and its bytes.

def without_tests(name: str, notebook: Notebook):
    kept = [raw for raw, cell in zip(notebook.raw["cells"], notebook.cells, strict=True) if not cell.is_test]
    return name, Notebook(notebook.path, dict(notebook.raw, cells=kept)).text().encode("utf-8")


def with_edited_test(name: str, notebook: Notebook):
    easy = 'def test_mse_loss():\n    print("MSE Loss: computes squared error correctly")\n\n\ntest_mse_loss()'
    return name, with_cells(notebook, {"test_mse_loss": easy}).text().encode("utf-8")


def as_script(name: str, notebook: Notebook):
    """As nbdev writes it: each exported cell under a line that names it."""
    parts = [(cell.id, cell.source.partition("\n")[2]) for cell in notebook.cells if cell.is_exported]
    text = "".join(f"\n# %% ../../modules/04_losses/losses_dev.ipynb #{id}\n{code.rstrip()}\n" for id, code in parts)
    return name.replace(".ipynb", ".py"), f"# AUTOGENERATED! DO NOT EDIT!\n{text}".encode()


def as_zip(name: str, notebook: Notebook):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        info = zipfile.ZipInfo("04_losses/losses_dev.ipynb", date_time=(2026, 1, 1, 0, 0, 0))
        info.create_system, info.external_attr = 3, 0o644 << 16  # alike on every system
        archive.writestr(info, notebook.text())  # stored: compressed bytes differ between zlib's versions
    return name.replace(".ipynb", ".zip"), packed.getvalue()


def cut_off(name: str, notebook: Notebook):
    data = notebook.text().encode("utf-8")
    return name, data[: len(data) // 2]


def empty(name: str, notebook: Notebook):
    return name, b""


def picture(name: str, notebook: Notebook):
    return name, b"\x89PNG\r\n\x1a\n" + bytes(range(256))


DAMAGES = {
    damage.__name__: damage
    for damage in (without_tests, with_edited_test, as_script, as_zip, cut_off, empty, picture)
}


def out_of_step(folder: Path) -> list[str]:
    """The names of files in `folder` that differ from what is made now, are missing, or should not be there."""
    wanted = submissions()
    present = {path.name: path.read_bytes() for path in folder.iterdir()} if folder.is_dir() else {}
    return sorted(name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name))


def main(folder: Path = HERE / "class") -> int:
    changed = out_of_step(folder)
    if "--check" in sys.argv[1:]:
        print("\n".join(changed) or "examples/class is in step")
        return bool(changed)
    folder.mkdir(exist_ok=True)
    wanted = submissions()
    for name in changed:
        if name in wanted:
            (folder / name).write_bytes(wanted[name])
        else:
            (folder / name).unlink()
    print(f"{len(wanted)} submissions, {len(changed)} changed")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
