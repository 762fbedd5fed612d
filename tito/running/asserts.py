"""What a bare `assert` found: the first condition that does not hold, with the values that it compared."""

import ast
import linecache
import operator

from tito.running.relation import relation
from tito.values import bare, shown

_COMPARISONS = {ast.Eq: "==", ast.Is: "is", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.NotEq: "!="}


def explained(error: AssertionError) -> str:
    """The condition as written, what was expected and what came; "" where that cannot be told."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    frame, source = trace.tb_frame, "".join(linecache.getlines(trace.tb_frame.f_code.co_filename))
    try:
        condition = _condition(ast.parse(source), trace.tb_lineno)
        return _told(condition, lambda node: _value(node, frame)) if condition else ""
    except Exception:  # asking again may fail where asking once did not: then the line itself has to do
        return ""


def _condition(tree: ast.AST, line: int) -> ast.expr | None:
    found = [n for n in ast.walk(tree) if isinstance(n, ast.Assert) and n.lineno <= line <= n.end_lineno]
    return found[-1].test if found else None


def _value(node: ast.expr, frame):
    return eval(compile(ast.Expression(node), "assert", "eval"), frame.f_globals, frame.f_locals)


def _told(node: ast.expr, value) -> str:
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
        wrong = next((part for part in node.values if not operator.truth(value(part))), node)
        if wrong is not node:
            return _told(wrong, value)
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARISONS:
        sign, left, right = _COMPARISONS[type(node.ops[0])], node.left, node.comparators[0]
        wanted = ast.unparse(right) if sign == "==" else f"{sign} {ast.unparse(right)}"
        told = f"{ast.unparse(left)}\n  expected {wanted}\n  got      {shown(value(left))}"
        fact = relation(bare(value(left)), bare(value(right))) if sign == "==" else ""
        return f"{told}\n  that is  {fact}" if fact else told
    return f"{ast.unparse(node)} does not hold"
