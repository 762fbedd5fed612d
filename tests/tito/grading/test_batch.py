"""Whole batches: repeatable, fair to other ways of writing, indifferent to kills, and written safely."""

import contextlib
import csv
import io
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from school import EXAM, MSE, make_school, notebook, wrong

from tito.grading import grade, isolation, show, sitting, workers
from tito.grading.grades import Grades, Row
from tito.problem import Problem
from tito.settings import read_course

LOOPS = """#| export
class Helper:
    def __init__(self, scale):
        self.scale = scale

def mse_loss(pred, target, reduction="mean"):
    import warnings
    warnings.warn("slow")
    print("working")
    if tuple(pred.shape) != tuple(target.shape):
        raise IndexError("shapes")
    d = pred - Tensor(target.data)
    terms = d * d * Helper(1.0).scale
    if reduction == "none":
        return terms
    if reduction == "sum":
        return terms.sum()
    if reduction == "mean":
        return terms.sum() * (1.0 / pred.data.size)
    raise TypeError(reduction)
"""
FLOATS = MSE.replace(
    "    return reduce_terms(d * d, reduction)",
    "    terms = d * d\n    return float(reduce_terms(terms, reduction).data) if reduction != 'none' else terms",
)
WRONG = {
    "half": (MSE.replace("d * d,", "d * d * 0.5,"), {"mean", "single", "total", "terms", "slope"}),
    "never_reduced": (
        MSE.replace("    return reduce_terms(d * d, reduction)", "    return d * d"),
        {"mean", "single", "total", "word", "slope"},
    ),
    "rebuilt": (MSE.replace("d * d,", "Tensor((d * d).data),"), {"slope"}),
    "no_graph": (MSE.replace("pred - target.data", "Tensor(pred.data - target.data)"), {"slope"}),
    "mutates": (
        MSE.replace("    d = pred - target.data", "    d = pred - target.data\n    pred.data *= 1.5"),
        {"kept", "slope"},
    ),
    "broadcasts": (MSE.replace("pred.shape != target.shape", "False"), {"shapes"}),
    "any_word": (MSE.replace("reduction)", "reduction if reduction in ('sum', 'none') else 'mean')"), {"word"}),
    "single_precision": (
        MSE.replace("pred - target.data", "pred - target.data.astype('f4')"),
        {"mean", "total", "terms"},
    ),
    "nan": (MSE.replace("d * d,", "d * d * np.nan,"), {"mean", "single", "total", "terms", "slope"}),
}


def test_the_reference_written_anew_keeps_full_marks(examine):
    result = examine({"loops": {"mse_loss": LOOPS}})["loops"]
    assert result.total == result.possible == 16 and not result.troubles
    assert result.by("exercise") == {"mse_loss": (10, 10), "l1_loss": (6, 6)}
    assert result.by("aspect") == {"value": (4.8, 4.8), "reduction": (3.2, 3.2), "stability": (1.6, 1.6),
                                   "gradient": (3.2, 3.2), "errors": (3.2, 3.2)}  # fmt: skip


def test_each_mistake_costs_what_it_breaks(examine):
    results = examine({name: {"mse_loss": source} for name, (source, _) in WRONG.items()})
    assert {name: set(wrong(results[name])) for name in WRONG} == {name: costs for name, (_, costs) in WRONG.items()}
    assert all(not wrong(result, "l1_loss") for result in results.values())


def test_a_python_float_earns_its_value_and_no_gradient(examine):
    result = examine({"number": {"mse_loss": FLOATS}})["number"]
    assert set(wrong(result)) == {"slope"}
    assert "a Python float where a Tensor is expected" in result.marks[0].remark


def test_the_same_seed_gives_the_same_marks_bit_for_bit(school, hand_in):
    sources = {name: {"mse_loss": source} for name, (source, _) in WRONG.items()}
    drawn = MSE.replace("d * d,", "d * d * (1 + 1e-9 * np.random.rand()),")
    other = drawn.replace("1e-9 * np.random.rand()", "random.random()").replace("export", "export\nimport random")
    folder = hand_in(sources | {"loops": {"mse_loss": LOOPS}, "numpy": {"mse_loss": drawn}, "own": {"mse_loss": other}})

    def marks(**options):
        done = grade(school, folder, "02", **options).as_dict()
        for result in done["results"]:
            del result["seconds"]
        return done["results"]

    first = marks(seed=11, workers=1)
    assert marks(seed=11, workers=3) == first
    assert marks(seed=12, workers=2) != first
    alone = grade(school, folder, "02", seed=11, only=["mse_loss"]).results
    assert [result.by("exercise")["mse_loss"] for result in alone] == [
        tuple(result["exercises"]["mse_loss"]) for result in first
    ]


@pytest.mark.parametrize("size", [workers.PIPE, 300])
@pytest.mark.parametrize("source, again", [(LOOPS, 0), (WRONG["half"][0], 1), (FLOATS, 1)])
def test_what_others_answered_rightly_is_known_by_its_bytes(school, hand_in, monkeypatch, source, again, size):
    """In however many reads it comes. What is wrong, or right but for a remark, is read and judged each time."""
    monkeypatch.setattr(workers, "PIPE", size)
    read, reads = sitting.wire.read_answer, []
    monkeypatch.setattr(sitting.wire, "read_answer", lambda *frame: reads.append(frame) or read(*frame))
    one = grade(school, hand_in({"a": {"mse_loss": source}}), "02", seed=7, workers=1)
    alone, told = len(reads), [mark for mark in one.results[0].marks if mark.remark]
    two = grade(school, hand_in({"b": {"mse_loss": source}}), "02", seed=7, workers=1)
    assert bool(told) == bool(again) and two.results[0].marks == two.results[1].marks == one.results[0].marks
    assert (len(reads) - 2 * alone > 0) == bool(again)


def test_an_exercise_of_0_points_is_not_asked(tmp_path, hand_in):
    root = make_school(tmp_path / "other")
    lesson = root / "modules/02_losses/losses_dev.ipynb"
    text = lesson.read_text(encoding="utf-8")
    assert '"points": 10' in text
    lesson.write_text(text.replace('"points": 10', '"points": 0'), encoding="utf-8")
    grades = grade(read_course(root), hand_in({"ann": {"mse_loss": "def mse_loss(*_): return 0"}}), "02", seed=1)
    assert (grades.possible, grades.exercises, grades.results[0].total) == (6, ["l1_loss"], 6)
    assert {mark.exercise for mark in grades.results[0].marks} == {"l1_loss"}


@pytest.mark.parametrize("seed", [2**63, -(2**63), 10**30])
def test_a_seed_that_no_gradebook_could_keep_is_refused_before_any_work(school, hand_in, tmp_path, seed):
    with pytest.raises(Problem, match=f"the seed {seed} is too large"):
        grade(school, hand_in({"ann": {}}), "02", seed=seed, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_fresh_seed_is_drawn_and_recorded(school, hand_in):
    folder = hand_in({"a": {}})
    assert grade(school, folder, "02").seed != grade(school, folder, "02").seed


@pytest.mark.parametrize("attempt", range(2))
def test_kills_from_outside_change_no_mark(school, hand_in, attempt):
    rng = random.Random(attempt)
    sources = {f"{name}{n}": {"mse_loss": source} for n in range(12) for name, (source, _) in WRONG.items()}
    folder = hand_in(sources)
    quiet = {result.student: result.total for result in grade(school, folder, "02", seed=3, workers=2).results}
    killed, stop, moved = [], threading.Event(), threading.Event()

    def kill():
        while not stop.is_set():
            moved.wait()  # one kill a result: on a busy machine a zygote may take longer to start than kills to come
            moved.clear()
            time.sleep(rng.uniform(0, 0.1))
            with contextlib.suppress(IndexError, ProcessLookupError):  # there is none, or it has just ended
                killed.append(rng.choice(_zygotes_and_workers()))
                os.kill(killed[-1], signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    done = grade(school, folder, "02", seed=3, workers=2, on_result=lambda *_: moved.set())
    stop.set()
    moved.set()
    thread.join()
    assert {result.student: result.total for result in done.results} == quiet
    assert killed


def _zygotes_and_workers() -> list[int]:
    """The processes below this one that grade; another test's database may run here too."""
    found, waiting = [], [os.getpid()]
    while waiting:
        try:
            text = Path(f"/proc/{waiting[0]}/task/{waiting[0]}/children").read_text()
            text += "".join(path.read_text() for path in Path(f"/proc/{waiting[0]}/task").glob("*/children"))
        except OSError:
            text = ""
        waiting.pop(0)
        more = {int(word) for word in text.split()} - set(found)
        found += more
        waiting += more
    return [pid for pid in found if _grades(pid)]


def _grades(pid: int) -> bool:
    try:
        return b"tito.grading" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def test_an_interrupt_returns_what_is_finished_and_leaves_nothing(school, hand_in):
    def stop(result, done, total):
        assert total == 12
        if done == 3:
            raise KeyboardInterrupt

    folder = hand_in({f"s{n:02}": {} for n in range(12)})
    done = grade(school, folder, "02", workers=2, on_result=stop)
    assert done.interrupted and 3 <= len(done.results) <= 5 and all(result.total == 16 for result in done.results)
    assert not _zygotes_and_workers()


def test_zygotes_that_never_start_are_reported(school, hand_in, monkeypatch):
    monkeypatch.setattr(workers, "_PROGRAM", "raise SystemExit(1)")
    with pytest.raises(Problem, match="does not start"):
        grade(school, hand_in({"a": {}}), "02")


def test_missing_protection_is_refused_unless_unsafe(school, hand_in, monkeypatch):
    start = workers.Seat.start
    monkeypatch.setattr(
        workers.Seat, "start", lambda seat: start(seat) | {"held": start(seat)["held"] | {"files": False}}
    )
    with pytest.raises(Problem, match="no byte written"):
        grade(school, hand_in({"a": {}}), "02")
    done = grade(school, hand_in({"a": {}}), "02", unsafe=True)
    assert done.isolation["files"] is False and done.results[0].total == 16


def test_this_machine_confines_and_says_so():
    assert isolation().startswith("confined: session, user, memory, processes, files, handles, environment")


@pytest.mark.parametrize(
    "exam, says",
    [
        (EXAM + "\nask('mse_loss')", "second question"),
        (EXAM + "\n_question('mse_loss', 'style')", "style"),
        (EXAM + "\n_question('mse_loss', 'value', weight=0)", "positive"),
        (EXAM + "\n_question('mse_loss', 'value')(lambda tt, rng: 1)", "docstring"),
        (EXAM.replace('"mse_loss", "l1_loss"', '"mse_loss",'), "no question for l1_loss"),
        (EXAM.replace('"mse_loss", "l1_loss"', '"mse_loss", "l1_loss", "hinge_loss"'), "hinge_loss"),
        (EXAM.replace('reduction="sum"', 'reduction="total"'), "no answer"),
        (EXAM.replace("unchanged(before, *inputs)}", "object()}"), "no answer"),
        ("1 / 0", "ZeroDivisionError"),
        ("x = 1", "no @question"),
        (None, "exam.py is missing"),
    ],
)
def test_a_faulty_exam_is_refused_before_anyone_sits_it(tmp_path, hand_in, exam, says):
    course = read_course(make_school(tmp_path / "school"))
    path = course.catalogue.find("02").exam
    path.unlink() if exam is None else path.write_text(exam)
    with pytest.raises(Problem, match=says):
        grade(course, hand_in({"a": {}}), "02", seed=1)


def test_a_reference_that_fails_or_lacks_its_prerequisites_is_refused(tmp_path, hand_in):
    course = read_course(make_school(tmp_path / "school"))
    folder = hand_in({"a": {}})
    course.catalogue.find("02").notebook.write_text(notebook({"mse_loss": MSE, "l1_loss": "#| export\n1 / 0"}))
    with pytest.raises(Problem, match="reference solution does not run: cell 5, line 2: ZeroDivisionError"):
        grade(course, folder, "02")
    (course.package / "core" / "tensor.py").write_text("1 / 0")
    with pytest.raises(Problem, match="do not load: ZeroDivisionError"):
        grade(course, folder, "02")
    (course.package / "core" / "tensor.py").unlink()
    with pytest.raises(Problem, match="tito export"):
        grade(course, folder, "02")
    with pytest.raises(Problem, match="no exercise 'x'"):
        grade(read_course(make_school(tmp_path / "other")), folder, "02", only=["x"])


def test_grades_are_written_whole_and_harmlessly(school, hand_in, tmp_path):
    hostile = "#| export\nraise ValueError('\\x1b[31m\\n=1+1\\x9b\\u202e')"
    folder = hand_in({"=cmd()": {}, "blank": {"mse_loss": hostile}})
    (folder / "-broken.ipynb").write_text("{")
    done = grade(school, folder, "02", seed=9)
    paths = done.write(tmp_path / "out")
    done.write(tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["grades.csv", "grades.json"]
    rows = list(csv.DictReader(io.StringIO(paths[0].read_text(encoding="utf-8"))))
    assert [(row["student"], row["status"], row["points"]) for row in rows] == [
        ("'-broken", "unreadable", ""), ("'=cmd()", "graded", "16"), ("blank", "graded", "6")]  # fmt: skip
    written = paths[1].read_text(encoding="utf-8")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", written) and "\\u009b\\u202e" in written
    found = json.loads(written)
    assert (found["seed"], found["possible"], found["submissions"]) == (9, 16, 3)
    assert found["results"][1]["points"] == 16 and found["results"][1]["look_at"] == []
    assert len(found["questions"]) == 16 and len(found["results"][2]["look_at"]) == 8
    assert all(found["isolation"].values())
    assert all(len(row) == len(done.columns()) for row in done.rows())
    assert not any("\x1b" in str(cell) or "\n" in str(cell) for row in done.rows() for cell in row)


def test_a_large_class_shows_on_the_terminal_who_needs_a_look_first(monkeypatch, capsys):
    totals = {"anna": 3.0, "bela": None, "cleo": 1.0, "dana": 2.0, "emil": 3.0}
    rows = [Row(name, "graded", total, 3.0, (name, "graded", str(total), "")) for name, total in totals.items()]
    grades = Grades("02_x", 1, {}, 3.0, ["x"], results=rows, submissions=5)
    monkeypatch.setattr(show, "MOST_ROWS", 3)
    show.class_table(grades)
    told = capsys.readouterr().out
    assert [line.split()[0] for line in told.splitlines()[1:4]] == ["bela", "cleo", "dana"]
    assert "3 of 5 shown" in told and "4 submissions graded" in told
    monkeypatch.setattr(show, "MOST_ROWS", 5)
    show.class_table(grades)
    told = capsys.readouterr().out
    assert [line.split()[0] for line in told.splitlines()[1:6]] == list(totals) and "shown" not in told


def test_a_killed_tito_leaves_no_process_behind(school, hand_in):
    folder = hand_in({"loops": {"mse_loss": "#| export\nwhile True: pass"}})
    program = f"""
import sys
from pathlib import Path
from tito.grading import grade
from tito.settings import read_course
print("started", flush=True)
grade(read_course(Path({str(school.root)!r})), Path({str(folder)!r}), "02", time_limit=60)
"""
    root = str(Path(__file__).resolve().parents[3])
    process = subprocess.Popen([sys.executable, "-c", program], cwd=root, stdout=subprocess.PIPE)
    process.stdout.readline()
    deadline = time.monotonic() + 10
    while len(below := _below(process.pid)) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.2)
    process.kill()
    process.wait()
    process.stdout.close()
    while any(Path(f"/proc/{pid}").exists() for pid in below) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(below) >= 2 and not any(Path(f"/proc/{pid}").exists() for pid in below)


def _below(pid: int) -> list[int]:
    found = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, path.read_text().split()):
            found += [child, *_below(child)]
    return found


def test_the_course_own_exam_gives_its_own_solution_full_marks(tmp_path):
    course = read_course(Path(__file__).resolve().parents[3])
    module = course.catalogue.find("04")
    (tmp_path / "reference.ipynb").write_bytes(module.notebook.read_bytes())
    done = grade(course, tmp_path, "04")
    assert done.results[0].total == done.possible, (done.seed, [m for m in done.results[0].marks if not m.right])
    assert not any(mark.remark for mark in done.results[0].marks)
