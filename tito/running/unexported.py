"""Names that exported code uses and only a cell without `#| export` defines: in the notebook, not in the package."""

import ast
import builtins
from dataclasses import dataclass

from tito.notebook import Cell, Notebook
from tito.running.names import defined, needed, table_of

NOT_THERE = "the package and the grader will not have it"
_ALWAYS = {*dir(builtins), "__file__", "__annotations__"}


@dataclass(frozen=True)
class Unexported:
    """A name, the exported cell that uses it, and the cell that defines it without `#| export`; cells by number."""

    name: str
    used: int
    home: int

    def __str__(self):
        return (
            f"uses {self.name}, which cell {self.home} defines without `#| export`: {NOT_THERE}"
            f"\n  add the line `#| export` at the top of cell {self.home}"
        )


def unexported(notebook: Notebook) -> list[Unexported]:
    """Every such name, by the order of the cells that use them; none where a star import may bring anything."""
    exported, others = [], []
    for cell in notebook.cells:
        table = table_of(cell)
        if table is not None:
            (exported if cell.is_exported else others).append((cell, table))
    if any(_has_star_import(cell) for cell, _ in exported):
        return []
    known = set(_ALWAYS).union(*(defined(table) for _, table in exported))
    homes = {name: cell.number for cell, table in reversed(others) for name in defined(table)}
    return [
        Unexported(name, cell.number, homes[name])
        for cell, table in exported
        for name in sorted(needed(table) - known)
        if name in homes
    ]


def _has_star_import(cell: Cell) -> bool:
    nodes = ast.walk(ast.parse(cell.source)) if "import" in cell.source and "*" in cell.source else ()
    return any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in nodes)
