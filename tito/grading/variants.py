"""Slips that need no catalogue: the reference solution with one piece left out, turned round, or another in its place.

Each is a sheet to compare with, as a known mistake's is. Only what stands between the marks of a solution is changed,
and the options of its functions.
"""

import ast
import itertools
from collections.abc import Iterator

from tito.regions import BEGIN, END

MOST = 120  # of one exercise: some 5 ms each, and only when a wrong answer is like no known mistake's
LONGEST = 40  # characters of a quoted piece of code
OTHER = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
TURNED = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
INSTEAD = {"log": ("log2", "log10"), "log1p": ("log",), "exp": ("exp2",), "maximum": ("minimum",), "max": ("min",)}
INSTEAD |= {"mean": ("sum",), "sum": ("mean",), "square": ("abs",), "abs": ("square",)}
WHOLE = [("the square of what is asked", "({})**2"), ("the root of what is asked", "({})**0.5")]
WHOLE += [("half of what is asked", "0.5*({})"), ("twice what is asked", "2*({})"), ("minus what is asked", "-({})")]
SAYS = "Your answers are those of a solution {}."


def variants(source: str, exercise: str) -> list[tuple[str, str, str]]:
    """(name, what it says to the student, code) for the cell of a reference solution, likely ones first."""
    tree, marked, found = ast.parse(source), _marked(source), {}
    plain = ast.unparse(tree)
    for name, code in itertools.chain(_of_functions(tree, marked, exercise), _of_nodes(tree, marked)):
        if code != plain:
            found.setdefault(code, name)
        if len(found) == MOST:
            break
    return [(name, SAYS.format(name), code) for code, name in found.items()]


def _marked(source: str) -> set[int]:
    """The numbers of the lines between the marks of solutions."""
    inside, lines = False, set()
    for number, line in enumerate(source.splitlines(), 1):
        inside = line.strip() == BEGIN or (inside and line.strip() != END)
        if inside:
            lines.add(number)
    return lines


def _of_functions(tree: ast.Module, marked: set[int], exercise: str) -> Iterator[tuple[str, str]]:
    """Options that are never looked at, inputs that change places, results that are a function of the right one."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    own = [node for node in functions if marked & set(range(node.lineno, node.end_lineno + 1))]
    own.sort(key=lambda function: function.name != exercise)
    defaults = {name: default for function in own for name, default in _options(function).items()}
    for function in own:
        arguments = [argument.arg for argument in function.args.args]
        for option, default in defaults.items():
            if option in arguments:
                code = _beginning(tree, function, f"{option} = {default}", after=lambda part: part.lineno not in marked)
                yield f"that never looks at `{option}`", code
        needed = [name for name in arguments if name not in defaults and name != "self"]
        for a, b in itertools.combinations(needed, 2):
            swapped = _beginning(tree, function, f"{a}, {b} = {b}, {a}")
            yield f"in which `{a}` and `{b}` have changed places", swapped
    for function in own:
        for node in [node for node in ast.walk(function) if isinstance(node, ast.Return) and node.value]:
            if node.lineno in marked:
                for what, form in WHOLE:
                    value = ast.parse(form.format(ast.unparse(node.value)), mode="eval").body
                    where = "" if function.name == exercise else f" in `{function.name}`"
                    yield f"that returns {what}{where}", _with(tree, node.value, value)


def _options(function: ast.FunctionDef) -> dict[str, str]:
    """The arguments with a default, and that."""
    arguments, defaults = function.args.args, function.args.defaults
    return {a.arg: ast.unparse(d) for a, d in zip(arguments[len(arguments) - len(defaults) :], defaults, strict=True)}


def _beginning(tree: ast.Module, function: ast.FunctionDef, line: str, after=lambda part: False) -> str:
    """The code with `line` at the beginning of the function, or after the first parts for which `after` holds."""
    body = list(itertools.takewhile(after, function.body))
    body += [*ast.parse(line).body, *function.body[len(body) :]]
    other = ast.FunctionDef(**{**dict(ast.iter_fields(function)), "body": body})
    return _with(tree, function, ast.copy_location(other, function))


def _of_nodes(tree: ast.Module, marked: set[int]) -> Iterator[tuple[str, str]]:
    """Every piece of the solution left out, turned round, or replaced by its neighbour."""
    for node in ast.walk(tree):
        if getattr(node, "lineno", 0) in marked and not isinstance(node, ast.Raise):
            for name, other in _instead(node):
                yield name, _with(tree, node, other)


def _instead(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What may stand in a node's place, with a name for it."""
    if isinstance(node, ast.AugAssign) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        yield f"without `{quoted(node)}`", ast.Pass()
    elif isinstance(node, ast.If) and all(isinstance(statement, ast.Raise) for statement in node.body):
        yield f"that does not look whether `{quoted(node.test)}`", ast.Pass()
    elif isinstance(node, ast.Call):
        yield from _of_call(node)
    elif isinstance(node, ast.BinOp):
        yield from _of_operation(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Invert | ast.Not):
        yield f"without the sign of `{quoted(node)}`", node.operand
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in TURNED:
        turned = ast.Compare(node.left, [TURNED[type(node.ops[0])]()], node.comparators)
        yield in_place(turned, node), turned
    elif isinstance(node, ast.IfExp):
        yield in_place(node.body, node), node.body
        yield in_place(node.orelse, node), node.orelse


def _of_call(node: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    called = quoted(node.func) if isinstance(node.func, ast.Name) else ""
    if isinstance(node.func, ast.Attribute):
        on_module = isinstance(node.func.value, ast.Name) and node.func.value.id == "np"
        called = f"np.{node.func.attr}" if on_module else f".{node.func.attr}(…)"
        if not on_module:
            yield f"without `{called}`", node.func.value
        for other in INSTEAD.get(node.func.attr, ()):
            func = ast.Attribute(node.func.value, other, ast.Load())
            yield f"that has `{other}` where `{node.func.attr}` belongs", ast.Call(func, node.args, node.keywords)
    for argument in node.args:
        if not isinstance(argument, ast.Constant | ast.Starred):
            whole = len(node.args) == 1 and called
            yield f"without `{called}`" if whole else in_place(argument, node), argument
    for keyword in node.keywords:
        others = [k for k in node.keywords if k is not keyword]
        if keyword.arg == "axis" and ast.unparse(keyword.value) != "0":
            first = ast.keyword("axis", ast.Constant(0))
            yield f"that takes axis 0 in `{called}`", ast.Call(node.func, node.args, [*others, first])
        if keyword.arg:
            yield f"without `{keyword.arg}` in `{called}`", ast.Call(node.func, node.args, others)


def _of_operation(node: ast.BinOp) -> Iterator[tuple[str, ast.AST]]:
    sign = SIGNS.get(type(node.op))
    if sign is None:
        return
    yield f"without `{sign} {quoted(node.right)}`", node.left
    yield f"without `{quoted(node.left)} {sign}`", node.right
    if isinstance(node.op, ast.Sub):
        yield f"without `{quoted(node.left)}` in `{quoted(node)}`", ast.UnaryOp(ast.USub(), node.right)
    if type(node.op) in OTHER:
        other = ast.BinOp(node.left, OTHER[type(node.op)](), node.right)
        yield in_place(other, node), other
    if sign in "-/**":
        turned = ast.BinOp(node.right, node.op, node.left)
        yield in_place(turned, node), turned


def in_place(other: ast.AST, node: ast.AST) -> str:
    """The name of a variant that has one piece of code in another's place."""
    return f"that has `{quoted(other)}` where `{quoted(node)}` belongs"


def _with(tree: ast.Module, node: ast.AST, other: ast.AST) -> str:
    """The code with `other` in place of `node`; the tree is as before, for a copy of it takes longer than the text."""
    parent, field = next((p, f) for p in ast.walk(tree) for f, value in ast.iter_fields(p) if _holds(value, node))
    before = getattr(parent, field)
    setattr(parent, field, [other if n is node else n for n in before] if isinstance(before, list) else other)
    try:
        return ast.unparse(tree)
    finally:
        setattr(parent, field, before)


def _holds(value, node: ast.AST) -> bool:
    return value is node or (isinstance(value, list) and any(each is node for each in value))


def quoted(node: ast.AST) -> str:
    """A piece of code on one short line."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
