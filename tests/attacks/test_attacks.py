"""Hostile submissions gain no mark, harm nobody and leave nothing behind; innocent ones keep full marks."""

import os
import subprocess
import sys
from pathlib import Path

import cost
import gain
import innocents
import pytest
import reach
from processes import children
from school import wrong

HERE = Path(__file__).parent
STRIKES = [*cost.ATTACKS, *(cost.OTHER_DOORS if os.uname().machine == "x86_64" else {})]


def right(result) -> set[str]:
    return {mark.question for mark in result.marks if mark.right}


def test_there_are_more_than_a_hundred_in_the_class(graded):
    assert len(graded) > 100 and all(result.status == "graded" for result in graded.values())


@pytest.mark.parametrize("name", reach.ATTACKS)
def test_what_an_attack_reaches_for_is_out_of_reach(graded, name):
    result = graded[name]
    said = {mark.remark for mark in result.marks if mark.exercise == "mse_loss"}
    assert result.by("exercise") == {"mse_loss": (0, 10), "l1_loss": (6, 6)}, said
    assert all(text.startswith(("RuntimeError: blocked:", "RuntimeError: nothing")) for text in said), said


@pytest.mark.parametrize("name", gain.ATTACKS)
def test_tampering_earns_a_wrong_loss_nothing(graded, name):
    honest = right(graded["plainly_wrong"])
    assert {mark for mark in right(graded[name]) if mark.startswith("mse_loss")} <= honest
    assert right(graded[name]) <= honest


@pytest.mark.parametrize("name", STRIKES)
def test_a_strike_costs_its_own_question_alone(graded, name):
    assert "total" in wrong(graded[name]), "the attack did nothing"
    if name not in cost.COSTS_MORE:
        assert set(wrong(graded[name])) == {"total"}, graded[name].marks
        assert not wrong(graded[name], "l1_loss")


@pytest.mark.parametrize("name", innocents.INNOCENTS)
def test_an_innocent_keeps_full_marks(graded, name):
    assert graded[name].total == 16, [mark for mark in graded[name].marks if not mark.right]
    assert not graded[name].troubles


SEARCH = """
import types
import numpy as np
import reach
pred, target = (types.SimpleNamespace(data=np.arange(6.0) * scale) for scale in (1.1, 0.7))
assert reach.ATTACKS["finds_the_key_in_its_memory"](pred, target) in ([], None)
key = {"mse_loss": [np.array(((pred.data - target.data) ** 2).mean())]}
assert reach.ATTACKS["finds_the_key_in_its_memory"](pred, target) and key
"""


def test_the_search_for_the_key_finds_one_that_is_there():
    """In a process of its own, like the attack: it looks at all that there is."""
    done = subprocess.run([sys.executable, "-c", SEARCH], cwd=HERE, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_nobody_else_is_harmed(graded):
    assert [graded[f"right_{n}"].total for n in range(10)] == [16] * 10


def test_nothing_is_left_behind(graded):
    """No process, file, socket, shared memory, semaphore or message queue."""
    assert not children()
    for place in ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run"):
        assert not os.path.lexists(f"{place}/left_by_an_attack")
    assert "left_by_an_attack" not in _text("/proc/net/unix")
    for kind in ("shm", "sem", "msg"):
        assert not [line for line in _text(f"/proc/sysvipc/{kind}").splitlines()[1:] if line.split()[0] == "777"]


def _text(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
