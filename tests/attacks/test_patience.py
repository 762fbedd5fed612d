"""No submission keeps the class waiting, fills the judge's memory or spoils the file of grades."""

import json

import pytest
from handing_in import MSE, write

from tito.grading import grade, sitting, wire
from tito.grading.sheet import ANSWERED

SLOW = MSE.replace("    if pred", "    import time; time.sleep(0.2)\n    if pred", 1)
# a full answer to each question, and then the end, so that the next worker starts to count anew
LARGE = """#| export
import os
def mse_loss(pred, target, reduction="mean"):
    large.append(1)
    if len(large) > 3:
        os._exit(0)
    return np.zeros(1 << 18)
large = []
"""


def test_answers_that_are_each_just_quick_enough_still_have_an_end(school, tmp_path, monkeypatch):
    monkeypatch.setattr(sitting, "PATIENCE", 3)
    folder = write(tmp_path / "class", {"slow": {"mse_loss": SLOW}, "right": {}})
    results = {r.student: r for r in grade(school, folder, "02", seed=1, time_limit=0.3, workers=1).results}
    assert results["slow"].seconds < 1.5 and 0 < results["slow"].total < 16
    assert results["right"].total == 16


def test_what_a_submission_hands_in_is_bounded_over_all_its_workers(school, tmp_path, monkeypatch):
    monkeypatch.setattr(wire, "MOST_BYTES", 10 << 20)
    kept = []
    run = sitting.Sitting.run
    monkeypatch.setattr(sitting.Sitting, "run", lambda self: kept.append(self) or run(self))
    folder = write(
        tmp_path / "class", {"large": {"mse_loss": LARGE, "l1_loss": LARGE.replace("mse", "l1")}, "right": {}}
    )
    results = {r.student: r for r in grade(school, folder, "02", seed=1, workers=1).results}
    assert results["large"].total == 1.6 and results["right"].total == 16
    held = [sum(leaf.value.nbytes for answer in s.answers.values() for leaf in answer.leaves if leaf.kind == "array")
            for s in kept]  # fmt: skip
    assert 0 < max(held) < 12 << 20


def test_no_text_of_a_student_stops_the_writing_of_grades(school, tmp_path):
    odd = "#| export\ndef mse_loss(*a, **k):\n    raise ValueError('\\ud800\\x1b[31m[/red]\\x00 =1+1 <script>')\n"
    folder = write(tmp_path / "class", {"odd": {"mse_loss": odd}, "right": {}})
    done = grade(school, folder, "02", seed=1)
    paths = done.write(tmp_path / "out")
    found = json.loads(next(path for path in paths if path.suffix == ".json").read_text(encoding="utf-8"))
    assert {result["student"]: result["points"] for result in found["results"]} == {"odd": 6, "right": 16}


@pytest.mark.parametrize(
    "text", ["-" * 200_000 + "1", "(" * 100_000, "a" + ".a" * 100_000, "[" * 90_000, "lambda:" * 50_000]
)
def test_code_that_breaks_parsers_breaks_a_worker_at_most(school, tmp_path, text):
    folder = write(tmp_path / "class", {"deep": {"extra": f"#| export\nx = {text}"}, "right": {}})
    assert [result.total for result in grade(school, folder, "02", seed=1).results] == [16, 16]


def test_a_message_that_is_never_right_is_charged_twice_and_no_more(school):
    class Seat:
        workers = 0

        def worker(self, *seed):
            Seat.workers += 1
            return Worker()

        def end(self):
            return 0

    class Worker:
        def give(self, job): ...
        def kill(self): ...
        def close(self): ...

        def read(self, seconds):
            header = {"question": 0, "status": ANSWERED, "form": "one", "keys": [], "leaves": [["lie"]]}
            return wire.encode(header)

    class Question:
        exercise, time_limit = "e", None

    sheet = sitting.Sitting(Seat(), [Question()], [], 1, 1.0).run()
    assert sheet.answers[0].status == "unreadable" and Seat.workers == 2
