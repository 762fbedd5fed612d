"""Runs the pieces of a submission and answers questions with them, inside a confined worker."""

import __future__

import ast
import ctypes
import hashlib
import sys
import types

import numpy as np

from tito.grading import wire
from tito.grading.cut import both_ends
from tito.grading.exam import Missing
from tito.grading.sheet import MEMORY, MISSING, RAISED, UNREADABLE, Leaf
from tito.grading.wire import Unreadable

FUTURES = sum(
    getattr(__future__, name).compiler_flag for name in __future__.all_feature_names if name != "nested_scopes"
)
HERE = f" (in Python {sys.version_info[0]}.{sys.version_info[1]})"  # a newer one may take it
MERSENNE_TWISTER = 625 * 4  # bytes of its state: 624 words and the place of the next
EARLIER: dict[str, types.CodeType] = {}  # the course's earlier lessons, by their modules' names, in order
READY: dict[tuple[str, str], types.CodeType] = {}  # pieces that everyone was given, by source and place


class Namespace:
    """`tt` of the exam: names of the graded module, then of its prerequisites, the latest first.

    Made when their code has run; `_tensor` is the class Tensor, if there is one.
    """

    def __init__(self, modules: list):
        self._names = [module.__dict__ for module in modules]
        found = next((names["Tensor"] for names in self._names if "Tensor" in names), None)
        self._tensor = found if isinstance(found, type) else None

    def __getattr__(self, name):
        for names in self._names:
            if name in names:
                return names[name]
        raise Missing(f"{name} is not defined")


def make_module(name: str, package: bool = False) -> types.ModuleType:
    """A new, empty module in sys.modules, its parents made as packages where they are missing."""
    parent, _, last = name.rpartition(".")
    if parent and parent not in sys.modules:
        make_module(parent, package=True)
    module = types.ModuleType(name)
    module.__package__ = name if package else parent
    module.__file__ = name.replace(".", "/") + ("/__init__.py" if package else ".py")
    if package:
        module.__path__ = []  # nothing is found on disk: what is not here does not exist
    sys.modules[name] = module
    if parent:
        setattr(sys.modules[parent], last, module)
    return module


def forget(package: str) -> None:
    """Take a package and all in it out of what can be imported."""
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]


def publish(module: types.ModuleType) -> None:
    """What `from module import *` gives, in each package above it: as the exported package's tables of contents do."""
    names = module.__dict__.get("__all__")
    if type(names) is not list or not all(type(name) is str for name in names):  # a student may write anything there
        names = [name for name in list(module.__dict__) if type(name) is str and not name.startswith("_")]
    package = module.__package__
    while package:
        vars(sys.modules[package]).update({name: module.__dict__[name] for name in names if name in module.__dict__})
        package = package.rpartition(".")[0]


def run_piece(number: int, source: str, place: str, module: types.ModuleType, flags: int) -> tuple[dict, int]:
    """Execute a piece; a statement that fails costs only what it defines, for those after it run nevertheless.

    Returns the report of the first failure and the __future__ flags from here on.
    """
    try:
        code = READY.get((source, place)) if not flags else None
        code = code or compile(source, place, "exec", flags, dont_inherit=True)
        flags |= code.co_flags & FUTURES
    except BaseException as error:  # also RecursionError and MemoryError of the parser
        return {"piece": number} | described(error, place), flags
    report, statements = {"piece": number}, None
    while code:
        try:
            exec(code, module.__dict__)
            break
        except BaseException as error:  # SystemExit too: student code ends neither the worker nor the sitting
            report = {"piece": number} | described(error, place) | report
            statements = _after(statements or ast.parse(source).body, error)
            code = statements and compile(ast.Module(statements, []), place, "exec", flags, dont_inherit=True)
    return report, flags


def _after(statements: list, error: BaseException) -> list:
    """The statements that follow the one in which the error arose."""
    trace = error.__traceback__.tb_next
    line = trace.tb_lineno if trace else 0
    failed = next((n for n, statement in enumerate(statements) if statement.end_lineno >= line), len(statements))
    return statements[failed + 1 :]


def described(error: BaseException, place: str = "") -> dict:
    """An error as a report: status, the built-in type it is a kind of, its text, the deepest line in the submission."""
    status = MISSING if isinstance(error, Missing) else MEMORY if isinstance(error, MemoryError) else RAISED
    try:
        kind = next(kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins")
        line = error.lineno if isinstance(error, SyntaxError) else None
        message = both_ends(f"{error.msg}{HERE}" if isinstance(error, SyntaxError) else str(error), wire.LONGEST_TEXT)
        where = f"{place}, line {line}" if line else _deepest(error)
    except BaseException:  # an error whose own __str__ fails still has to be reported
        kind, message, where = "Exception", "", ""
    return {"status": status, "error": kind, "message": str(message), "where": where}


def _deepest(error: BaseException) -> str:
    where, trace = "", error.__traceback__
    before = error.__context__ if error.__suppress_context__ else None  # an operation says it in other words
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name.startswith(("cell ", "section ")):
            where = f"{name}, line {trace.tb_lineno}"
        if trace.tb_next is None and before is not None and before.__traceback__ is not None:
            trace, before = before.__traceback__, None  # its first frame is who said it so
        trace = trace.tb_next
    return where[: wire.LONGEST_TEXT]


def drawing(seed: int, name: str) -> np.random.Generator:
    """The generator that a question's inputs come from: its own, so that each question can be asked again alone."""
    return np.random.Generator(np.random.PCG64(seeds(seed, name)))


def seeds(seed: int, name: str) -> int:
    """The number that a question's inputs derive from."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:16], "little")


def given(seed: int, question) -> object:
    """What a question is asked with: its generator, or what was drawn from it."""
    rng = drawing(seed, question.name)
    try:
        return question.drawn(rng)
    except Exception:  # a fault of the exam's author shows when the question is asked
        return rng


class GlobalGenerator:
    """NumPy's global generator: code that draws from it draws the same in each question."""

    def __init__(self):
        address = np.random.get_bit_generator().ctypes.state_address
        self.memory = (ctypes.c_char * MERSENNE_TWISTER).from_address(address)
        self.set = np.random.seed
        self.start(0)

    def start(self, seed: int) -> None:
        """Seed it, and remember how it looks then."""
        self.seed = seed
        self.set(seed)
        self.state = self.memory.raw

    def restore(self) -> None:
        """Seed it again where somebody has drawn from it; to look costs a twentieth of that."""
        if self.memory.raw != self.state:
            self.set(self.seed)


def answer(number: int, question, tt: Namespace, drawn) -> bytes:
    """The frame that answers a question, whatever the code under test does short of ending the process."""
    try:
        value = question.ask(tt, drawn)
    except BaseException as error:
        report = described(error)
    else:
        try:
            return wire.encode_answer(number, *flat(value, tt._tensor))
        except MemoryError as error:
            report = described(error)
        except BaseException as error:  # a property of the student's that fails, or sys.exit in it
            report = described(error) | {"status": UNREADABLE}
    return wire.encode({"question": number} | report)


def flat(value, tensor) -> tuple[str, list[str], list[Leaf]]:
    """An answer as its form, its keys and its leaves; `tensor` is the class Tensor. Raises Unreadable."""
    if type(value) is dict:
        if len(value) > wire.MOST_LEAVES:
            raise Unreadable(f"{len(value)} values; at most {wire.MOST_LEAVES} can be handed in")
        return "dict", [str(key) for key in value], [leaf(entry, tensor) for entry in value.values()]
    if type(value) in (list, tuple):
        if len(value) > wire.MOST_LEAVES:
            raise Unreadable(f"{len(value)} values; at most {wire.MOST_LEAVES} can be handed in")
        return "list", [], [leaf(entry, tensor) for entry in value]
    return "one", [], [leaf(value, tensor)]


def leaf(value, tensor) -> Leaf:
    """A student's object as plain values: what it really holds, not what it says of itself. Raises Unreadable."""
    if tensor is not None and isinstance(value, tensor):
        return Leaf("tensor", numbers(value.data), value.requires_grad is True)
    if value is None:
        return Leaf("none")
    if type(value) is str:
        if len(value) > wire.LONGEST_TEXT:
            raise Unreadable(f"a text of {len(value)} characters; at most {wire.LONGEST_TEXT} can be handed in")
        return Leaf("str", value)
    if isinstance(value, np.ndarray):
        return Leaf("array", numbers(value))
    if isinstance(value, np.generic):
        return Leaf("scalar", numbers(value))
    if type(value) in (bool, int, float):
        return Leaf(type(value).__name__, np.array(value, wire.NUMBERS[type(value).__name__]))
    raise Unreadable(f"a {type(value).__name__} is no answer: a Tensor, an array or a number is")


def numbers(data) -> np.ndarray:
    """A base-class array of numbers: what a subclass says of itself counts for nothing."""
    array = np.asarray(data)
    if array.dtype.kind not in "fiubc":
        raise Unreadable(f"dtype {array.dtype} is not one of numbers")
    if array.nbytes > wire.LONGEST_PAYLOAD:
        raise Unreadable(f"an answer of {array.nbytes} bytes is too long")
    return array
