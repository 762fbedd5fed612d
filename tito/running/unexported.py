"""Names that exported code uses and only a cell without `#| export` defines: in the notebook, not in the package."""

import ast
import builtins
import symtable
from dataclasses import dataclass

from tito.notebook import Cell, Notebook

_ALWAYS = {*dir(builtins), "__file__", "__annotations__"}


@dataclass(frozen=True)
class Unexported:
    """A name, the exported cell that uses it, and the cell that defines it without `#| export`; cells by number."""

    name: str
    used: int
    home: int

    def __str__(self):
        return (
            f"uses {self.name}, which cell {self.home} defines without `#| export`: the package and the grader "
            f"will not have it\n  add the line `#| export` at the top of cell {self.home}"
        )


def unexported(notebook: Notebook) -> list[Unexported]:
    """Every such name, by the order of the cells that use them; none where a star import may bring anything."""
    exported, others = [], []
    for cell in notebook.cells:
        table = _table(cell)
        if table is not None:
            (exported if cell.is_exported else others).append((cell, table))
    if any(_has_star_import(cell) for cell, _ in exported):
        return []
    known = set(_ALWAYS).union(*(_defined(table) for _, table in exported))
    homes = {name: cell.number for cell, table in reversed(others) for name in _defined(table)}
    return [
        Unexported(name, cell.number, homes[name])
        for cell, table in exported
        for name in sorted(_needed(table) - known)
        if name in homes
    ]


def _table(cell: Cell) -> symtable.SymbolTable | None:
    """The compiler's view of a code cell's names; None for one that is not Python, which is told elsewhere."""
    try:
        return symtable.symtable(cell.source, f"cell {cell.number}", "exec") if cell.is_code else None
    except (SyntaxError, ValueError, RecursionError):
        return None


def _has_star_import(cell: Cell) -> bool:
    nodes = ast.walk(ast.parse(cell.source)) if "import" in cell.source and "*" in cell.source else ()
    return any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in nodes)


def _defined(table: symtable.SymbolTable) -> set[str]:
    """The names that a cell gives its module; a function's `global` names count."""
    found = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    inner = (symbol for scope in _scopes(table) for symbol in scope.get_symbols())
    return found | {symbol.get_name() for symbol in inner if symbol.is_declared_global() and symbol.is_assigned()}


def _needed(table: symtable.SymbolTable) -> set[str]:
    """The names that a cell, or a function in it, takes from its module."""
    found = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    inner = (symbol for scope in _scopes(table) for symbol in scope.get_symbols())
    return found | {symbol.get_name() for symbol in inner if symbol.is_global() and symbol.is_referenced()}


def _scopes(table: symtable.SymbolTable):
    """The scopes inside one, at every depth."""
    for child in table.get_children():
        yield child
        yield from _scopes(child)
