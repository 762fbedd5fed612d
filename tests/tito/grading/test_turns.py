"""Several solutions in one process answer as each does in a process of its own, whatever one of them does."""

import pytest
from school import MSE

from tito.grading import batch, spawned, workers
from tito.grading.examiner import make_key
from tito.grading.prepare import prepare
from tito.grading.remembered import digest
from tito.grading.turns import Turns

HALF = MSE.replace("d * d", "d * d * 0.5")
ORDINARY = [
    HALF,
    MSE.replace("return reduce_terms(d * d, reduction)", "return d * d"),
    MSE.replace("d = ", "target.data[...] = 0; d = "),  # the next must have inputs of its own
    MSE + "Tensor.__mul__ = Tensor.__sub__\n",  # and a Tensor of its own
    MSE.replace("shapes differ", "no"),
    MSE.replace('raise ValueError("shapes differ")', "pass"),
    "def mse_loss(:",
    "1 / 0",
    MSE,
]
SPEAK = """import contextlib, os
    for n in range(3, 99):
        with contextlib.suppress(OSError):
            os.write(n, b"no frame of ours")"""
ODD = {
    "never ends": MSE.replace("d = ", "while True: pass\n    d = "),
    "ends the process": MSE.replace("d = ", "import os; os._exit(0); d = "),
    "fills the memory": MSE.replace("d = ", "bytearray(1 << 40); d = "),
    "talks": MSE.replace("d = ", f"{SPEAK}\n    d = "),
    "changes numpy": MSE + "np.multiply = np.add\n",
}


class Watched(Turns):
    """Turns that count who sat alone."""

    alone = 0

    def _alone(self, seat, source):
        self.alone += 1
        return super()._alone(seat, source)


def sittings(course, kind):
    """Sittings with another mse_loss, in workers of a kind: (turns, seat)."""
    exam = prepare(course, "02", None, 0.2, 1 << 30, True)
    seat = kind(exam.course, 0)
    batch.ready(exam, seat, True)
    key = make_key(exam, seat, 7, 0.2)
    turning = next(n for n, piece in enumerate(exam.reference) if piece.exercise == "mse_loss")
    return Watched(exam, key, 7, 0.2, turning, exam.wanted), seat


@pytest.fixture(scope="module")
def turns(school):
    turns, seat = sittings(school, workers.Seat)
    yield turns, seat
    seat.close()


def told(sheet):
    return digest(dict(enumerate(sheet.answers))), sheet.troubles


def alike(turns, sources):
    """Whether each source has the sheet that it has alone; how many needed to sit alone."""
    sitting, seat = turns
    sitting.alone = 0
    together, alone = sitting.sheets(seat, sources), sitting.alone
    return [told(sheet) for sheet in together] == [told(sitting._alone(seat, source)) for source in sources], alone


def test_solutions_in_one_process_answer_as_each_does_alone(turns):
    assert alike(turns, ORDINARY) == (True, 0)


def test_started_workers_take_turns_as_forked_ones_do(school, turns):
    started, seat = sittings(school, spawned.Seat)
    sheets = started.sheets(seat, ORDINARY)
    seat.close()
    assert started.alone == 0 and list(map(told, sheets)) == list(map(told, turns[0].sheets(turns[1], ORDINARY)))


@pytest.mark.parametrize("name", ODD)
def test_what_one_does_to_its_process_is_not_laid_to_another(turns, name):
    assert alike(turns, [HALF, ODD[name], HALF]) == (True, 3)


def test_a_zygote_that_is_killed_meanwhile_changes_no_sheet(turns, monkeypatch):
    frames, (_, seat) = Turns._frames, turns

    def killing(*given):
        seat.zygote.process.kill()
        return frames(*given)

    monkeypatch.setattr(Turns, "_frames", killing)
    assert alike(turns, [HALF, MSE, HALF])[0] and seat.replaced
