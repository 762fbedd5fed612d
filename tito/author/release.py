"""`tito release`: the student edition of the course, without solutions, exams and known mistakes."""

import ast
import copy
import json
import re
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from tito.catalogue import Module
from tito.edition import MANIFEST, SECRET, read_manifest, released_tests, test_digest
from tito.handmade import digest
from tito.notebook import Cell, Notebook, source_lines, syntax_error
from tito.problem import USAGE, Problem
from tito.regions import BEGIN, MarkerError, cleared, regions, without_hidden_tests
from tito.validate import at, cell_faults, points_faults

ANSWER = "*Your answer here.*"
# what tito makes for the instructor alone: work and marks of students, an autograder that holds the answers
PRIVATE = re.compile(
    r"submissions|grades|reports|journal\.jsonl|grades\.(csv|json)|handed-in\.json|gradebook\.db.*|autograder\.zip"
    r"|(course|.+-(csv|canvas|moodle|nbgrader))(-\d+)?\.csv"
)
OF_EXAMS = ("from tito.grading.exam import", "from tito.mistakes import")  # a copy of an exam, or of the mistakes
LITTER = {"__pycache__", ".ipynb_checkpoints", ".DS_Store"}  # of Python, Jupyter and macOS

README = """# {title}

Your workspace. The lessons stand in {nbs_path}/, one folder each; what you write there becomes the package {lib_path}/.

    jupyter lab        open {first} and begin
    tito test {number}       what is right, what is wrong, and why
    tito export {number}     your notebook becomes part of {lib_path}; the next lesson needs it
"""
GITIGNORE = "__pycache__/\n.ipynb_checkpoints/\n.tito/\n{lib_path}/_modidx.py\n"


def release(course, out: Path) -> list[Path]:
    """Write the student edition to `out`; the paths of its files. The same course gives the same bytes.

    Raises Problem for a notebook whose markers would let a solution through, and for a folder with other things in it.
    """
    modules = [module for module in course.catalogue if module.notebook.exists()]
    if not modules:
        raise Problem(f"no notebooks in {course.modules}: nothing to release")
    if released_tests(course):
        raise Problem(f"{course.root} is a student's workspace: releases are made from the course", code=USAGE)
    _refuse_foreign(out)
    files = _files(course, modules)
    manifest = {
        "title": course.title,
        "files": {path: digest(data) for path, data in sorted(files.items())},
        "tests": {course.inside(module.notebook): _tests(module) for module in modules},
    }
    files[MANIFEST] = (json.dumps(manifest, indent=1, sort_keys=True) + "\n").encode("utf-8")
    _replace_folder(out, files)
    return [out / path for path in sorted(files)]


def _refuse_foreign(out: Path) -> None:
    """Only a new or empty folder, or an untouched release, may be written over."""
    if out.exists() and not out.is_dir():
        raise Problem(f"{out} is a file", code=USAGE)
    if not out.exists() or not any(out.iterdir()):
        return
    known = read_manifest(out / MANIFEST).get("files")
    if not known:
        raise Problem(f"{out} holds other things than a release: nothing was written", next="tito release --out DIR")
    for path in out.rglob("*"):
        name = path.relative_to(out)
        if path.is_file() and name.as_posix() not in {*known, MANIFEST} and not LITTER.intersection(name.parts):
            raise Problem(f"{path} is no file of the release: nothing was written", next="move it away first")
    for path, expected in known.items():
        if (out / path).exists() and digest((out / path).read_bytes()) != expected:
            raise Problem(f"{out / path} was edited since its release: nothing was written", next="move it away first")


def _files(course, modules: list[Module]) -> dict[str, bytes]:
    """The student edition: every file's bytes by path."""
    from tito.export import INIT, table_of_contents
    from tito.student.solution import SOLUTIONS, folded

    faults, files = [], {}
    for module in modules:
        notebook = module.read()
        faults += points_faults(notebook, course.inside(module.notebook))
        files[course.inside(module.notebook)] = student_edition(course, notebook, faults).text().encode("utf-8")
        for extra in _extras(module):
            name = course.inside(extra)
            files[name] = extra.read_bytes()
            what = _secret_in(files[name], notebook) if extra.suffix == ".py" or BEGIN.encode() in files[name] else ""
            if what:
                faults.append(f"{name}: {what}, and would be handed out: move it out of the lesson's folder")
            if any(PRIVATE.fullmatch(part) for part in extra.relative_to(module.path).parts):
                faults.append(
                    f"{name}: students' work or marks would be handed out: move it out of the lesson's folder"
                )
    if faults:
        raise Problem("\n".join(faults), next="nothing was released; put this right and run tito release again")
    first = modules[0]
    words = {"title": course.title, "nbs_path": course.nbs_path, "lib_path": course.lib_path, "number": first.number}
    files["README.md"] = README.format(first=course.inside(first.notebook), **words).encode("utf-8")
    files[".gitignore"] = GITIGNORE.format(lib_path=course.lib_path).encode("utf-8")
    if course.solutions == "after_pass":
        files[SOLUTIONS] = folded(modules)
    files["settings.ini"] = (course.root / "settings.ini").read_bytes()
    files["pyproject.toml"] = _nbdev_section(course).encode("utf-8")
    files[f"{course.lib_path}/{INIT}"] = table_of_contents(course, "", []).encode("utf-8")
    return files


def _secret_in(data: bytes, notebook: Notebook) -> str:
    """What a file beside a lesson has of its answers: marked solutions, an exam, an exercise under its own name."""
    for secret in (BEGIN, *OF_EXAMS):
        if secret.encode() in data:
            return f"holds `{secret}`"
    defined = set(re.findall(r"^(?:def|class) (\w+)", data.decode("utf-8", "replace"), re.MULTILINE))
    found = [exercise.name for exercise in notebook.exercises if exercise.name in defined]
    return f"defines {found[0]}, an exercise" if found else ""


def _extras(module: Module) -> list[Path]:
    """What else a lesson's folder holds for students: data and pictures, no secrets, nothing hidden.

    Secret is also what an editor or a merge leaves of a secret file (exam.py~, exam.py.orig), and the lesson as text.
    """
    secret = (*SECRET, f"{module.notebook.stem}.")
    paths = sorted(path for path in module.path.rglob("*") if path.suffix not in (".ipynb", ".pyc") and path.is_file())
    names = {path: {path.name.lstrip("#"), path.resolve().name} for path in paths}  # a link is what it leads to
    shown = [path for path in paths if not any(name.startswith(secret) for name in names[path])]
    return [path for path in shown if not _hidden(path, module)]


def _hidden(path: Path, module: Module) -> bool:
    return any(part[0] in "._" for part in path.relative_to(module.path).parts)


def _nbdev_section(course) -> str:
    """The course's [tool.nbdev], so that nbdev-export works in a workspace as it does here."""
    text = (course.root / "pyproject.toml").read_text(encoding="utf-8")
    section = re.search(r"^\[tool\.nbdev\]\n(?:(?!\[).*\n?)*", text, re.MULTILINE)
    if section is None:
        raise Problem(f"{course.root / 'pyproject.toml'} has no [tool.nbdev]: nbdev could not export a workspace")
    return f"# What nbdev reads; tito reads settings.ini.\n{section.group().strip()}\n"


def student_edition(course, notebook: Notebook, faults: list[str]) -> Notebook:
    """The notebook without solutions, hidden tests and outputs; what is wrong with its markers is added to `faults`."""
    raw = copy.deepcopy(notebook.raw)
    name = course.inside(notebook.path)
    for cell, stored in zip(notebook.cells, raw["cells"], strict=True):
        try:
            stored["source"] = source_lines(_for_students(cell))
        except MarkerError as error:
            faults.append(f"{at(name, cell, error.line)}: {error}")
        if cell.is_code:
            faults += cell_faults(name, cell) if not cell.is_exported else _syntax_only(name, cell)
            stored["outputs"], stored["execution_count"] = [], None
    return Notebook(notebook.path, raw)


def _syntax_only(name: str, cell: Cell) -> list[str]:
    """An exported cell's syntax; its markers were looked at already."""
    return [fault for fault in cell_faults(name, cell) if "SOLUTION" not in fault]


def _for_students(cell: Cell) -> str:
    """A cell's source as it is released; raises MarkerError where a solution would ship, or a stub would not stand."""
    source = without_hidden_tests(cell.source)
    found = regions(source)
    if cell.is_exercise:
        if not found:
            raise MarkerError(1, f"the exercise {cell.grade_id} has no `{BEGIN}`: its solution would be released")
        _refuse_outside_functions(source, found)
        _refuse_no_python(cell, source := cleared(source, cell.grade_id))
    elif found and cell.kind == "markdown" and cell.nbgrader.get("solution"):
        source = _unanswered(source, found)
    elif found:
        what = "its nbgrader metadata is not an exercise's" if cell.nbgrader else "give it nbgrader metadata"
        raise MarkerError(found[0][0] + 1, f"`{BEGIN}` in a cell that is no exercise: {what}")
    return source


def _refuse_outside_functions(source: str, found: list[tuple[int, int]]) -> None:
    try:
        functions = [n for n in ast.walk(ast.parse(source)) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]
    except SyntaxError:
        return  # it is reported as a syntax error
    for first, _ in found:
        if not any(function.body[0].lineno <= first + 2 and first + 1 <= function.end_lineno for function in functions):
            raise MarkerError(first + 1, f"`{BEGIN}` stands outside a function, where no stub can be")


def _refuse_no_python(cell: Cell, stub: str) -> None:
    """A solution may hold a piece of what stands around it; of a cell that is no Python itself it is told elsewhere."""
    try:
        ast.parse(stub)
    except SyntaxError as error:
        if syntax_error(cell) is None:
            raise MarkerError(error.lineno, f"without its solution the cell is no Python: {error.msg}") from error


def _unanswered(source: str, found: list[tuple[int, int]]) -> str:
    lines = source.splitlines()
    for first, last in reversed(found):
        lines[first : last + 1] = [ANSWER]
    return "\n".join(lines)


def _replace_folder(out: Path, files: dict[str, bytes]) -> None:
    """Write all beside the old release, then swap."""
    out = out.absolute()
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as name:
        new = Path(name) / "new"
        for path, data in files.items():
            if not (new / path).resolve().is_relative_to(new.resolve()):
                raise Problem(f"{path} would be written outside of {out}", next="put the file itself into the course")
            (new / path).parent.mkdir(parents=True, exist_ok=True)
            (new / path).write_bytes(data)
        if out.exists():
            shutil.move(out, Path(name) / "old")
        shutil.move(new, out)


def _tests(module: Module) -> dict[str, dict]:
    """By exercise: its points and the digest of its test cell as students get it."""
    found = {}
    for exercise in module.read().exercises:
        if exercise.test:
            shown = replace(exercise.test, source=without_hidden_tests(exercise.test.source))
            found[exercise.name] = {"digest": test_digest(shown), "points": exercise.points}
    return found
