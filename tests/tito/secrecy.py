"""The proof that files hold no solution: not one line of one, in whatever form they store text."""

import json

from tito.regions import regions


def solution_lines(course):
    """The lines of every solution, without those that the course also gives away elsewhere."""
    secret, given = set(), set()
    for module in course.catalogue:
        if not module.notebook.exists():
            continue
        for cell in module.read().cells:
            lines = cell.source.splitlines()
            inside = {n for first, last in regions(cell.source) for n in range(first, last + 1)}
            secret |= {line.strip() for n, line in enumerate(lines) if n in inside}
            given |= {line.strip() for n, line in enumerate(lines) if n not in inside}
    return {line for line in secret - given if len(line) > 3}


def neighbours(course):
    """Each two lines that follow each other in a solution: one alone may stand in any program (`return found`)."""
    found = set()
    for module in course.catalogue:
        for cell in module.read().cells if module.notebook.exists() else []:
            lines = [line.strip() for line in cell.source.splitlines()]
            for first, last in regions(cell.source):
                inside = [line for line in lines[first + 1 : last] if line]
                found |= set(zip(inside, inside[1:], strict=False))
    return found


def leaked_neighbours(course, files):
    """What program files (bytes by path) hold of solutions: path and two lines."""
    secrets, found = neighbours(course), []
    for path, data in files.items():
        lines = [line.strip() for line in data.decode("utf-8").splitlines() if line.strip()]
        found += [(path, *pair) for pair in zip(lines, lines[1:], strict=False) if pair in secrets]
    return found


def lines_of(path, data):
    """The lines of a file; of a notebook, those of its cells."""
    if not path.endswith(".ipynb"):
        return {line.strip() for line in data.decode("utf-8").splitlines()}
    cells = json.loads(data)["cells"]
    assert not any(cell.get("outputs") for cell in cells), path
    return {line.strip() for cell in cells for line in "".join(cell["source"]).splitlines()}


def leaks(course, files):
    """What the files (bytes by path) hold of solutions, exams and mistakes: path and line, or the path alone."""
    secrets = solution_lines(course)
    assert secrets and any("return" in line for line in secrets)
    found = [(path, line) for path, data in files.items() for line in sorted(secrets & lines_of(path, data))]
    return found + [(path, "") for path in files if path.rsplit("/")[-1] in ("exam.py", "mistakes.py")]
