"""Chaos: zygotes, workers and the whole program are killed at random moments; no grade is lost and none is wrong.

`make chaos` kills 200 times; CHAOS_KILLS and CHAOS_SEED set how often and in which order.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from school import IMPORTS, L1, MSE, REDUCE, notebook

from tito.grading import grade, spawned, workers

KILLS, SEED = int(os.environ.get("CHAOS_KILLS", 20)), int(os.environ.get("CHAOS_SEED", 1))
CLASS, LIMIT = 120, 10  # students; seconds a question, so that a slow machine ends none
ROOT = str(Path(__file__).resolve().parents[3])
SLOW = MSE.replace("    d = ", "    sum(range(50_000))\n    d = ")
KINDS = {
    "right": SLOW,
    "half": SLOW.replace("d * d,", "d * d * 0.5,"),
    "no_graph": SLOW.replace("pred - target.data", "Tensor(pred.data - target.data)"),
    "dies": SLOW.replace("    d = ", "    import os; reduction == 'sum' and os._exit(3)\n    d = "),
    "broken": "#| export\ndef mse_loss(",
}
PROGRAM = """
import os, sys
from pathlib import Path
from tito.grading import grade
from tito.settings import read_course
school, folder, out, limit = sys.argv[1:]
told = os.open(out + ".told", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
options = {"workers": 2, "seed": 7, "time_limit": float(limit), "out": Path(out)}
options["on_result"] = lambda result, *_: os.write(told, result.student.encode() + b"\\n")
grade(read_course(Path(school)), Path(folder), "02", **options)
"""

pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux")


@pytest.fixture
def classroom(tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    for n in range(CLASS):
        name = list(KINDS)[n % len(KINDS)]
        cells = {"imports": IMPORTS, "reduce": REDUCE, "mse_loss": KINDS[name], "l1_loss": L1}
        (folder / f"{name}{n:03}.ipynb").write_text(notebook(cells))
    return folder


def children(pid: int) -> list[int]:
    try:
        paths = list(Path(f"/proc/{pid}/task").glob("*/children"))
        return [int(word) for path in paths for word in path.read_text().split()]
    except OSError:
        return []


def zygotes_of(pid: int) -> list[int]:
    """Not what looks for libseccomp at the start: without that nobody is graded, and a rerun goes on."""
    return [child for child in children(pid) if b"worker.zygote" in command_of(child)]


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def strike(process, kind: str, rng) -> bool:
    """Kill the program, one of its zygotes or one of its workers; whether there was one."""
    if kind == "tito":
        process.kill()
        process.wait()
        return True
    zygotes = zygotes_of(process.pid)
    victims = zygotes if kind == "zygote" else [pid for zygote in zygotes for pid in children(zygote)]
    if not victims:
        return False
    victim = rng.choice(victims)
    try:
        handle = os.pidfd_open(victim)
    except OSError:
        return False
    try:
        still = zygotes_of(process.pid)
        if victim not in [*still, *[pid for zygote in still for pid in children(zygote)]]:
            return False  # its number may be another's by now
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        return True
    except OSError:
        return False
    finally:
        os.close(handle)


def written(out: Path) -> bytes:
    """The journal's whole lines."""
    path = out / "journal.jsonl"
    text = path.read_bytes() if path.exists() else b""
    return text[: text.rfind(b"\n") + 1]


def told(out: Path) -> set:
    """The students whose grades the program has spoken of."""
    path = out.with_name(out.name + ".told")
    return set(path.read_text().splitlines()) if path.exists() else set()


def saved(text: bytes) -> dict:
    """What a journal holds: {student: points}; nobody may be in it twice."""
    whole = [json.loads(line) for line in text.splitlines()]
    begun = [line["begin"] for line in whole if "begin" in line]
    assert len(begun) <= 1, f"what decides a mark changed: {[{**run, 'questions': ...} for run in begun]}"
    results = [line for line in whole if "student" in line]
    assert len({line["student"] for line in results}) == len(results)
    return {line["student"]: (line["status"], *(line["points"] or ())) for line in results}


def test_kills_at_random_moments_lose_no_grade_and_make_no_wrong_one(school, classroom, tmp_path):
    rng = random.Random(SEED)
    quiet = {
        result.student: (result.status, result.total, result.possible)
        for result in grade(school, classroom, "02", workers=2, seed=7, time_limit=LIMIT).results
    }
    assert len(set(quiet.values())) >= 4
    kills, rounds, before = {"tito": 0, "zygote": 0, "worker": 0}, 0, b""
    while sum(kills.values()) < KILLS or before:
        out = tmp_path / f"out{rounds}"
        process = start(school, classroom, out)
        while process.poll() is None:
            time.sleep(rng.uniform(0.02, 0.2))
            kind = rng.choices(["tito", "zygote", "worker"], [1, 2, 3])[0]
            if sum(kills.values()) < KILLS and process.poll() is None and strike(process, kind, rng):
                kills[kind] += 1
        assert process.returncode in (0, -signal.SIGKILL)
        text = written(out)
        now = saved(text)
        assert text.startswith(before) and now.items() <= quiet.items() and told(out) <= now.keys()
        before = text
        if process.returncode == 0:
            assert now == quiet and table(out) == quiet
            rounds, before = rounds + 1, b""
    print(f"{kills} in {rounds} rounds of {CLASS} submissions")
    assert sum(kills.values()) == KILLS and rounds >= 1


def start(school, folder, out):
    words = [sys.executable, "-c", PROGRAM, str(school.root), str(folder), str(out), str(LIMIT)]
    return subprocess.Popen(words, cwd=ROOT)


def table(out: Path) -> dict:
    found = json.loads((out / "grades.json").read_text(encoding="utf-8"))
    return {line["student"]: (line["status"], line["points"], line["possible"]) for line in found["results"]}


def test_a_machine_without_room_for_a_process_costs_a_submission_and_not_the_batch(monkeypatch):
    seat = workers.Seat({"limits": {}}, 0)
    seat.close()

    def none_left(*given):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(workers, "Zygote", none_left)
    with pytest.raises(workers.Lost, match="temporarily unavailable"):
        seat.worker(1)


def test_a_process_that_cannot_be_started_leaves_no_folder(monkeypatch, tmp_path):
    def none_left(*given, **options):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(spawned.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(spawned.subprocess, "Popen", none_left)
    with pytest.raises(workers.Lost):
        spawned.Seat({"limits": {"memory": 1 << 30}}, 0).worker(1)
    assert list(tmp_path.iterdir()) == []
