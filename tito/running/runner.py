"""Run a notebook's cells in this process, which was started for nothing else, and report each one.

Reports go to the private copy of the first standard output, one JSON line each, with the token that came with the
plan; what the cells print goes to a bounded memory. The parent (tito.running.process) holds the clock; an alarm of its
own ends a process whose parent is gone.
"""

import ast
import io
import json
import linecache
import math
import os
import re
import select
import signal
import sys
import time
import traceback
import types
import warnings

from tito.notebook import told
from tito.running.asserts import explained
from tito.running.meant import meant
from tito.running.nothing import what_is_none
from tito.workspace import activate

TAIL = 4000  # characters of printed text that are kept of a cell
LINE = 300  # characters of a line of code that are shown
_DEFINES = re.compile(r"^(?:def|class)\s+(\w+)|^(\w+)\s*=", re.MULTILINE)


class Tail(io.RawIOBase):
    """Remembers the end of what is written, however much it is."""

    def __init__(self):
        self.kept = b""

    def writable(self):
        return True

    def write(self, data):
        self.kept = (self.kept + bytes(data))[-TAIL:]
        return len(data)


class Printed:
    """Stands for standard output and error; `take` gives what was printed since the last time."""

    def __init__(self):
        self.tail = Tail()
        buffer = io.BufferedWriter(self.tail)
        self.stream = io.TextIOWrapper(buffer, encoding="utf-8", errors="replace", write_through=True)
        sys.stdout = sys.stderr = self.stream

    def take(self) -> str:
        if not self.stream.closed:
            self.stream.flush()
        text, self.tail.kept = self.tail.kept.decode("utf-8", "replace"), b""
        if self.stream.closed or sys.stdout is not self.stream:  # a cell may close or replace it
            self.__init__()
        return text


def main() -> None:
    """Read the plan from standard input, run it, report, and end without waiting for anyone's threads."""
    plan = json.loads(sys.stdin.buffer.read())
    _end_after(plan["whole_limit"])
    report = _private_channel(plan["token"])
    printed = Printed()
    module = _fresh_main(plan)
    variants = plan.get("variants", {})
    for cell in plan["cells"]:
        for variant in variants.get(str(cell["number"]), []):
            report(variant=variant["id"], **_run_variant(variant, module, plan, printed))
        report(cell=cell["number"], status="started")
        report(cell=cell["number"], **_run(cell, module, plan, printed))
    report(status="end")
    os._exit(0)


def _end_after(seconds: float) -> None:
    """Let the system end this process a little later than the parent would: who killed that one left no clock."""
    if hasattr(signal, "alarm"):  # not on Windows
        signal.alarm(math.ceil(seconds) + 1)


def _private_channel(token: str):
    """A function that reports; the cells' own 0, 1 and 2 become the null device."""
    channel = os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    dumps, write = json.dumps, os.write

    def report(**values):
        data = (dumps({"token": token, **values}) + "\n").encode()
        while data:
            data = data[write(channel, data) :]

    return report


def _fresh_main(plan: dict) -> types.ModuleType:
    """An empty __main__ for the notebook; the modules that it is to define itself are hidden from it."""
    if "" in sys.path:
        sys.path.remove("")
    sys.path.insert(0, os.getcwd())  # as Jupyter has it
    activate()
    for name in plan["hidden"]:
        hidden = types.ModuleType(name, "Hidden while the notebook that defines it, or an earlier one, is tested.")
        hidden.__all__ = []
        sys.modules[name] = hidden
    module = types.ModuleType("__main__")
    module.display = lambda *values, **_: print(*map(repr, values), sep="\n")
    sys.modules["__main__"] = module
    warnings.filterwarnings("ignore", message=".*FigureCanvasAgg is non-interactive.*")
    return module


def _run(cell: dict, module, plan: dict, printed: Printed) -> dict:
    """Run one cell; a dict of status, printed text, seconds and the error, if any."""
    started = time.perf_counter()
    name = f"{plan['notebook']}, cell {cell['number']}"
    try:
        if cell["magic"]:
            _run_in_ipython(cell["source"], module)
        else:
            _run_plain(cell["source"], name, module)
        error = None
    except BaseException as raised:  # SystemExit and KeyboardInterrupt of a cell are its own failures, too
        error = _error(raised, cell, plan)
    seconds = round(time.perf_counter() - started, 3)
    return {"status": "raised" if error else "ok", "printed": printed.take(), "seconds": seconds, "error": error}


def _run_plain(source: str, name: str, module) -> None:
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    code = compile(source, name, "exec", dont_inherit=True)
    exec(code, module.__dict__)


def _run_in_ipython(source: str, module) -> None:
    """Magics, `!` and get_ipython need the real shell."""
    result = _shell(module).run_cell(source, store_history=False)
    error = result.error_before_exec or result.error_in_exec
    if error is not None:
        raise error


def _shell(module):
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Shell(InteractiveShell):
        def enable_gui(self, gui=None):
            """No window opens here."""

    if not InteractiveShell.initialized():
        config = Config()
        config.HistoryManager.enabled = False
        Shell.instance(config=config, user_module=module, user_ns=module.__dict__)
    return InteractiveShell.instance()


def _error(raised: BaseException, cell: dict, plan: dict) -> dict:
    """What a learner needs of an exception: type, message, the lines of cells it passed, names left undefined."""
    try:
        message = told(raised) if isinstance(raised, SyntaxError) else str(raised)
    except Exception as broken:
        message = f"(its message cannot be shown: {broken!r})"
    if isinstance(raised, AssertionError) and not message:
        message = explained(raised)
    elif near := meant(raised):
        message += f". Did you mean {near}?"
    found = {"type": type(raised).__name__, "message": message[:TAIL], "frames": _frames(raised, plan)}
    found["importing"] = _importing(raised, plan["package"])
    found["name"] = str(getattr(raised, "name", None) or "")
    found["defines"] = _defined_names(cell["source"])
    found["none"] = what_is_none(raised, vars(sys.modules["__main__"]))
    return found


def _frames(raised: BaseException, plan: dict) -> list[list]:
    """[cell number, line number, text] for each frame that stands in a cell of the notebook, outermost first."""
    prefix, frames = f"{plan['notebook']}, cell ", []
    passed = traceback.extract_tb(raised.__traceback__)
    if raised.__suppress_context__ and raised.__context__:  # said in other words on its way, as operations do
        passed += traceback.extract_tb(raised.__context__.__traceback__)[1:]  # the first is who said it so
    for frame in passed[-50:]:
        if frame.filename.startswith(prefix):
            frames.append([int(frame.filename.removeprefix(prefix)), frame.lineno, (frame.line or "").strip()[:LINE]])
    if isinstance(raised, SyntaxError) and str(raised.filename).startswith(prefix):
        text = (raised.text or "").strip()[:LINE]
        frames.append([int(raised.filename.removeprefix(prefix)), raised.lineno or 1, text])
    return frames


def _importing(raised: BaseException, package: str) -> list | None:
    """[file, line number] where an import of the package stopped, the file from the course's root; or None."""
    frames = [(frame.f_code, line) for frame, line in traceback.walk_tb(raised.__traceback__)]
    places = [(code.co_filename, line) for code, line in frames if code.co_name == "<module>"]
    if isinstance(raised, SyntaxError):
        places.append((str(raised.filename), raised.lineno))
    inside = [(os.path.realpath(name), line) for name, line in places if name.endswith(".py")]
    inside = [(name, line) for name, line in inside if name.startswith(package + os.sep)]
    if not inside:
        return None
    file, line = inside[-1]
    return [os.path.relpath(file, os.path.dirname(package)).replace(os.sep, "/"), line]


def _defined_names(source: str) -> list[str]:
    """The names that a cell would have defined; "*" stands for a star import's."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return [first or second for first, second in _DEFINES.findall(source)]
    names = []
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.append(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names += [(alias.asname or alias.name).split(".")[0] for alias in node.names]
        else:
            names += [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    return names


def _run_variant(variant: dict, module, plan: dict, printed: Printed) -> dict:
    """Run other sources in place of a cell, and its test, in a fork: this process stays as it was."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _end_after(plan["variant_limit"])  # a fork has no alarm
        outcome = {"status": "ok"}
        for cell in variant["cells"]:
            outcome = _run(cell, module, plan, printed) | {"at": cell["number"]}
            if outcome["error"]:
                break
        data = json.dumps(outcome).encode()
        while data:
            data = data[os.write(writing, data) :]
        os._exit(0)
    os.close(writing)
    outcome = _await(reading, plan["variant_limit"])
    os.close(reading)
    if outcome is None:
        os.kill(child, 9)
        outcome = {"status": "timeout", "error": None}
    os.waitpid(child, 0)
    return outcome


def _await(reading: int, seconds: float) -> dict | None:
    """The outcome that the fork writes; None when it takes too long."""
    data, deadline = b"", time.monotonic() + seconds
    while select.select([reading], [], [], max(deadline - time.monotonic(), 0))[0]:
        chunk = os.read(reading, 65536)
        if not chunk:
            return json.loads(data) if data else {"status": "crashed", "error": None}
        data += chunk
    return None
