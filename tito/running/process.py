"""Run cells in a fresh process and hold the clock; the other end is tito.running.runner."""

import json
import os
import queue
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from tito import fresh
from tito.catalogue import Module
from tito.notebook import Cell
from tito.problem import Problem

START_LIMIT = 60  # seconds until the first report: a cold disk may be slow to give up NumPy
LONGEST_REPORT = 1 << 20


@dataclass
class Run:
    """The reports of a run: by cell number, by variant, and how it ended ("end", "timeout", "crashed: …")."""

    outcomes: dict[int, dict] = field(default_factory=dict)
    variants: dict[str, dict] = field(default_factory=dict)
    current: int | None = None
    ended: str = ""


RUNNER = fresh.BEGIN + "sys.path.insert(0, {!r}); from tito.running.runner import main; main()"


def run_cells(course, module: Module, cells: list[Cell], time_limit=None, variants=None) -> Run:
    """Run these cells in a fresh process; it, all that it started and its temporary files are gone when this returns.

    Raises Problem where it does not come to the first cell: the system has no room for it, or a library is broken.
    """
    token, limit = secrets.token_hex(16), time_limit or course.cell_time_limit
    whole = max(course.test_time_limit, limit)
    plan = {
        "token": token,
        "notebook": module.notebook.name,
        "package": os.path.realpath(course.package),
        "hidden": [f"{course.lib_path}.{m.target}" for m in course.catalogue.from_(module) if m.notebook.exists()],
        "cells": [plain(cell) for cell in cells],
        "variants": variants or {},
        "variant_limit": limit / 3,  # a variant's end is reported well before the clock here runs out
        "whole_limit": whole,
    }
    source = str(Path(__file__).resolve().parents[2])
    # matplotlib leaves a folder of fonts there, run for run, where it may not write at home
    scratch = tempfile.TemporaryDirectory(prefix="tito-test-", ignore_cleanup_errors=True)
    with scratch as folder, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", RUNNER.format(source)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=module.path,
            env=fresh.environment(MPLBACKEND="Agg", PYTHONDONTWRITEBYTECODE="1", TMPDIR=folder),
            start_new_session=True,
        )
        try:
            run = _follow(process, json.dumps(plan).encode(), token, limit, whole)
        finally:  # also at Ctrl-C, of which a process in a session of its own hears nothing
            _end(process)
        errors.seek(0)
        if run.current is None and run.ended != "end":
            said = errors.read().decode("utf-8", "replace").strip()[-3000:]
            raise Problem(f"{module.notebook.name} could not be started: {run.ended}\n{said}", next="tito doctor")
    return run


def plain(cell: Cell, source: str | None = None) -> dict:
    """A cell as the runner takes it, with another source if given."""
    return {"number": cell.number, "source": source or cell.source, "magic": cell.has_magic}


def _follow(process, plan: bytes, token: str, cell_limit: float, whole_limit: float) -> Run:
    """Take the reports until the end, the end of the process, or a time limit."""
    lines: queue.Queue = queue.Queue()
    threading.Thread(target=_pump, args=(process, plan, lines), daemon=True).start()
    run, deadline, limit = Run(), time.monotonic() + whole_limit, START_LIMIT
    while not run.ended:
        left = deadline - time.monotonic()
        try:
            line = lines.get(timeout=max(min(limit, left), 0.001))
        except queue.Empty:
            run.ended = f"timeout: over {limit:g} s" if left > 0 else f"timeout: over {whole_limit:g} s for all cells"
            break
        limit = cell_limit
        if line is None:
            run.ended = "crashed"
        else:
            _take(run, line, token)
    if run.ended == "crashed":
        run.ended = f"crashed: {how_it_ended(_wait_briefly(process))}"
    return run


def _pump(process, plan: bytes, lines: queue.Queue) -> None:
    """Hand over the plan, then the reports one by one; None at the end."""
    try:
        process.stdin.write(plan)
        process.stdin.close()
        while line := process.stdout.readline(LONGEST_REPORT):
            lines.put(line)
    except (OSError, ValueError):
        pass
    lines.put(None)


def _take(run: Run, line: bytes, token: str) -> None:
    """Book one report; whatever does not carry the token is not ours."""
    try:
        report = json.loads(line)
    except ValueError:
        return
    if not isinstance(report, dict) or report.get("token") != token:
        return
    if "variant" in report:
        run.variants[report["variant"]] = report
    elif report["status"] == "end":
        run.ended = "end"
    elif report["status"] == "started":
        run.current = report["cell"]
    else:
        run.outcomes[report["cell"]] = report


def _wait_briefly(process) -> int | None:
    try:
        return process.wait(timeout=2)
    except subprocess.TimeoutExpired:
        return None


def _end(process) -> None:
    """Kill the process and its group: what a cell started ends with it."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except (ProcessLookupError, PermissionError):
        pass
    process.wait()
    process.stdout.close()


def how_it_ended(code: int | None) -> str:
    """What an exit code means; None is of a process that is not gone."""
    if code is not None and code < 0:
        return f"the process was killed by signal {-code} ({signal.strsignal(-code) or 'a signal'})"
    return f"the process ended with exit code {code}: does something call os._exit?"
