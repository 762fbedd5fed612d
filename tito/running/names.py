"""The names that a cell defines and those that it needs, as Python's own compiler sees them."""

import functools
import symtable

from tito.notebook import Cell, Notebook


def table_of(cell: Cell) -> symtable.SymbolTable | None:
    """The compiler's view of a code cell's names; None for one that is not Python, which is told elsewhere."""
    return _table(cell.source, cell.number) if cell.is_code else None


@functools.lru_cache(maxsize=1000)
def _table(source: str, number: int) -> symtable.SymbolTable | None:
    try:
        return symtable.symtable(source, f"cell {number}", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return None


def defined(table: symtable.SymbolTable) -> set[str]:
    """The names that a cell gives its module; a function's `global` names count."""
    found = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    inner = (symbol for scope in _scopes(table) for symbol in scope.get_symbols())
    return found | {symbol.get_name() for symbol in inner if symbol.is_declared_global() and symbol.is_assigned()}


def imported(table: symtable.SymbolTable) -> set[str]:
    """The names that a cell takes from other modules."""
    return {symbol.get_name() for symbol in table.get_symbols() if symbol.is_imported()}


def needed(table: symtable.SymbolTable) -> set[str]:
    """The names that a cell, or a function in it, takes from its module."""
    found = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    inner = (symbol for scope in _scopes(table) for symbol in scope.get_symbols())
    return found | {symbol.get_name() for symbol in inner if symbol.is_global() and symbol.is_referenced()}


def _scopes(table: symtable.SymbolTable):
    """The scopes inside one, at every depth."""
    for child in table.get_children():
        yield child
        yield from _scopes(child)


def uses(notebook: Notebook) -> dict[str, list[str]]:
    """By exercise, the exercises of the notebook whose names it takes, itself or through another, in their order."""
    tables = {e.name: table_of(e.cell) for e in notebook.exercises if e.cell}
    homes = {name: exercise for exercise, table in tables.items() if table for name in defined(table)}
    direct = {e: {homes[n] for n in needed(table) if n in homes} if table else set() for e, table in tables.items()}
    return {name: [e for e in direct if e != name and e in _reached(name, direct)] for name in direct}


def _reached(start: str, direct: dict[str, set[str]]) -> set[str]:
    found, left = set(), [start]
    while left:
        new = direct[left.pop()] - found
        found |= new
        left += new
    return found
