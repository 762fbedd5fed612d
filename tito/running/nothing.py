"""Where an error says NoneType: what is None in the line that failed, and why, as far as its frame can tell."""

import ast
import itertools
import linecache
import types

OF_NONE = "an option that was left out, or what a function without `return` gives"
_NO_RETURN = "None is what {} gives, for it ends without a return: is a return missing?"
_IN_PLACE = ("append", "extend", "reverse", "sort")  # of lists


def what_is_none(error: BaseException, namespace: dict) -> str:
    """A sentence on the None that an AttributeError or TypeError met in code of `namespace`; "" for other errors."""
    if not isinstance(error, (AttributeError, TypeError)) or "NoneType" not in str(error):
        return ""
    try:
        return _told(error, namespace) or f"Something here is None: {OF_NONE}"
    except Exception:  # what a student's object says of itself may fail, too
        return f"Something here is None: {OF_NONE}"


def _told(error: BaseException, namespace: dict) -> str:
    trace = [each for each in _traces(error) if each.tb_frame.f_globals is namespace][-1]
    frame = trace.tb_frame
    tree = ast.parse("".join(linecache.getlines(frame.f_code.co_filename)))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.expr) and _within(node, _span(trace))]
    values = [(ast.unparse(node), _value(node, frame)) for node in nodes]
    names = list(dict.fromkeys(text for text, value in values if value is None))
    before = [given for name in names for given in _given_to(name, _scope(tree, trace.tb_lineno), trace.tb_lineno)]
    makers = [value.op for _, value in values if getattr(value, "data", ...) is None and hasattr(value, "op")]
    reasons = [*(_reason(node, frame) for node in [*nodes, *before]), *(_without_return(op, frame) for op in makers)]
    return next(filter(None, reasons), _named(names))


def _named(names: list[str]) -> str:
    if len(names) == 1 and "." in names[0]:
        return f"{names[0]} is None here: it was not set yet, or to what a function without `return` gives"
    return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} None here: {OF_NONE}" if names else ""


def _traces(error: BaseException):
    """Outermost first; of an error that an operation said in other words, also those of the first one."""
    found = [error, error.__context__] if error.__suppress_context__ and error.__context__ else [error]
    for trace in (each.__traceback__ for each in found):
        while trace is not None:
            yield trace
            trace = trace.tb_next


def _span(trace) -> tuple:
    """First and last place, as (line, column), of what failed; the whole line before Python 3.11."""
    line, positions = trace.tb_lineno, getattr(trace.tb_frame.f_code, "co_positions", None)
    if positions:
        first, last, start, end = next(itertools.islice(positions(), trace.tb_lasti // 2, None))
        if None not in (first, last, start, end):
            return (first, start), (last, end)
    return (line, 0), (line, 1 << 20)


def _within(node: ast.expr, span: tuple) -> bool:
    return span[0] <= (node.lineno, node.col_offset) and (node.end_lineno, node.end_col_offset) <= span[1]


def _value(node: ast.expr, frame):
    """What a name, or a name with dots, stands for; `...` for all else: no call is made again."""
    if isinstance(node, ast.Attribute):
        base = _value(node.value, frame)
        return ... if base is ... else getattr(base, node.attr, ...)
    if not isinstance(node, ast.Name):
        return ...
    return frame.f_locals[node.id] if node.id in frame.f_locals else frame.f_globals.get(node.id, ...)


def _scope(tree: ast.AST, line: int) -> ast.AST:
    """The innermost function that holds a line, or all of the cell."""
    around = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.lineno <= line <= n.end_lineno]
    return max(around, key=lambda node: node.lineno, default=tree)


def _given_to(name: str, scope: ast.AST, line: int) -> list[ast.expr]:
    """What was last given to a variable above a line."""
    found = [
        node
        for node in ast.walk(scope)
        if isinstance(node, ast.Assign) and node.lineno <= line and name in map(ast.unparse, node.targets)
    ]
    return [node.value for node in sorted(found, key=lambda node: node.lineno)[-1:]]


def _reason(node: ast.expr, frame) -> str:
    """Why this is a call that gives None, where that is certain."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Attribute) and node.func.attr in _IN_PLACE:
        return f"None is what .{node.func.attr}() gives: it changes the list itself"
    return _without_return(_value(node.func, frame), frame)


def _without_return(called, frame) -> str:
    """That a function of the same notebook, or the one that an operation is made of, has no `return`."""
    function = getattr(called, "forward", called)
    function = getattr(function, "__func__", function)
    if not isinstance(function, types.FunctionType) or function.__globals__ is not frame.f_globals:
        return ""
    code = function.__code__
    tree = ast.parse("".join(linecache.getlines(code.co_filename)))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == code.co_name and _begins(node) == code.co_firstlineno:
            return "" if any(map(_gives, _own_nodes(node))) else _NO_RETURN.format(node.name)
    return ""


def _begins(node: ast.FunctionDef) -> int:
    return min([node.lineno, *(each.lineno for each in node.decorator_list)])


def _own_nodes(node: ast.AST):
    """The nodes of a function without those of functions inside of it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.FunctionDef, ast.Lambda, ast.ClassDef, ast.AsyncFunctionDef)):
            yield child
            yield from _own_nodes(child)


def _gives(node: ast.AST) -> bool:
    return isinstance(node, (ast.Yield, ast.YieldFrom)) or isinstance(node, ast.Return) and node.value is not None
