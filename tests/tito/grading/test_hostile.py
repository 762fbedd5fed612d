"""Code that hangs, dies or lies costs what it breaks, gains nothing, and harms nobody else. Real processes."""

import os
import sys
from pathlib import Path

import pytest
from school import MSE, QUESTIONS, SENTINEL, wrong

from tito.grading import grade

EVERY = set(QUESTIONS)
VALUES = {"mean", "single", "total", "terms"}


def when(condition: str, does: str) -> str:
    """mse_loss that does something on one call and is right on all others."""
    body = "\n".join(f"        {line}" for line in does.splitlines())
    text = MSE.replace("    if pred", f"    if {condition}:\n{body}\n    if pred", 1)
    return text.replace("#| export\n", "#| export\nimport ctypes, gc, os, signal, struct, sys, threading, time\n", 1)


SUM = 'reduction == "sum"'
# student: (mse_loss cell, {questions that earn nothing: status})
COSTS_ONE = {
    "loops": (when(SUM, "while True: pass"), "timeout"),
    "sleeps": (when(SUM, "time.sleep(60)"), "timeout"),
    "stops_itself": (when(SUM, "os.kill(os.getpid(), signal.SIGSTOP)"), "raised"),
    "leaves": (when(SUM, "os._exit(0)"), "crashed"),
    "exits": (when(SUM, "sys.exit(0)"), "raised"),
    "segfaults": (when(SUM, "ctypes.string_at(0)"), "crashed"),
    "kills_itself": (when(SUM, "os.kill(os.getpid(), signal.SIGKILL)"), "raised"),
    "aborts": (when(SUM, "os.abort()"), "crashed"),
    "kills_its_group": (when(SUM, "os.kill(0, signal.SIGKILL)"), "raised"),
    "wants_50_gb": (when(SUM, "np.ones(50 << 27)"), "memory"),
    "fills_memory": (when(SUM, "global hoard; hoard = []\nwhile True: hoard.append(bytearray(1 << 24))"), "memory"),
    "recurses": (when(SUM, "mse_loss(pred, target, 'sum')"), "raised"),
    "floods": (when(SUM, "[os.write(fd, b'x' * 65536) for fd in range(3, 32) for _ in range(100)]"), None),
    "closes_everything": (when(SUM, "os.closerange(0, 64)"), None),
    "claims_gigabytes": (
        when(
            SUM,
            "frame = struct.pack('<II', 1 << 31, 1 << 31)\n"
            "for fd in range(3, 32):\n    try: os.write(fd, frame)\n    except OSError: pass",
        ),
        None,
    ),
    "objects": (when(SUM, "return Tensor(np.array([pred, 1], dtype=object))"), "unreadable"),
    "no_answer": (when(SUM, "return object()"), "unreadable"),
    "nan": (when(SUM, "return Tensor(np.nan)"), "answered"),
    "infinite": (when(SUM, "return Tensor(np.inf)"), "answered"),
    "complex": (when(SUM, "return Tensor(1j)"), "answered"),
    "broken_error": (when(SUM, "class E(Exception):\n    def __str__(self): 1 / 0\nraise E()"), "raised"),
    "forks": (when(SUM, "while True: os.fork()"), "raised"),
    "threads": (when(SUM, "while True: threading.Thread(target=time.sleep, args=(60,)).start()"), "raised"),
    "writes": (when(SUM, "os.write(os.open('/tmp/written_by_a_student', os.O_CREAT | os.O_WRONLY), b'x')"), "raised"),
}


def children() -> set[str]:
    """The processes that this one has started, where the kernel tells."""
    path = Path(f"/proc/self/task/{os.getpid()}/children")
    return set(path.read_text().split()) if path.exists() else set()


@pytest.fixture(scope="module")
def before():
    """What other tests have running, such as a database."""
    return children()


@pytest.fixture(scope="module")
def graded(before, school, tmp_path_factory):
    """All of them in one batch, among right ones."""
    from school import IMPORTS, L1, REDUCE, notebook

    folder = tmp_path_factory.mktemp("hostile")
    students = {name: source for name, (source, _) in COSTS_ONE.items()} | {f"right_{n}": MSE for n in range(10)}
    for name, source in students.items():
        cells = {"imports": IMPORTS, "reduce": REDUCE, "mse_loss": source, "l1_loss": L1}
        (folder / f"{name}.ipynb").write_text(notebook(cells), encoding="utf-8")
    done = grade(school, folder, "02", workers=3, seed=5, time_limit=0.4, memory_limit=64 << 20)
    return {result.student: result for result in done.results}


@pytest.mark.parametrize("name", COSTS_ONE)
def test_a_question_that_goes_wrong_costs_that_question_alone(graded, name):
    found = wrong(graded[name])
    assert set(found) == {"total"}, found
    assert not wrong(graded[name], "l1_loss")
    assert found["total"] == COSTS_ONE[name][1] or COSTS_ONE[name][1] is None


def test_nobody_else_in_the_batch_is_harmed(graded):
    assert all(graded[f"right_{n}"].total == 16 for n in range(10))


def test_nothing_is_left_behind(graded, before):
    assert not children() - before
    written = Path("/tmp/written_by_a_student")
    assert not written.exists() or written.stat().st_size == 0
    written.unlink(missing_ok=True)


def test_a_lie_about_an_array_is_not_believed(examine):
    lie = """#| export
class Lie(np.ndarray):
    def __eq__(self, other): return np.ones(self.shape, bool)
    def __array__(self, *a, **k): return np.zeros(self.shape)
    def __array_ufunc__(self, *a, **k): return self
    shape = property(lambda self: ())
    dtype = property(lambda self: np.dtype("f8"))

class LyingTensor(Tensor):
    def __eq__(self, other): return True

def mse_loss(pred, target, reduction="mean"):
    return LyingTensor(np.zeros((2, 2)).view(Lie))
"""
    result = examine({"liar": {"mse_loss": lie}})["liar"]
    assert set(wrong(result)) == EVERY - {"kept"}
    assert not wrong(result, "l1_loss")


def test_answers_written_past_the_question_earn_nothing(examine):
    forged = (
        MSE.split("def")[0]
        + """
import json, os, struct

def mse_loss(pred, target, reduction="mean"):
    for number in range(8):
        answer = {"status": "answered", "form": "one", "keys": [], "leaves": [["str", "refused"]]}
        text = json.dumps({"question": number} | answer)
        frame = struct.pack("<II", len(text), 0) + text.encode()
        for fd in range(3, 16):
            try:
                os.write(fd, frame)
            except OSError:
                pass
    os._exit(0)
"""
    )
    result = examine({"forger": {"mse_loss": forged}})["forger"]
    assert result.by("exercise")["mse_loss"][0] == 0
    assert result.by("exercise")["l1_loss"] == (6, 6)


def test_refusing_everything_is_not_care(examine):
    refuse = "#| export\ndef mse_loss(*inputs, **options):\n    raise ValueError('no')\n"
    result = examine({"no": {"mse_loss": refuse}})["no"]
    assert result.by("exercise")["mse_loss"][0] == 0


def test_a_function_without_the_option_does_not_refuse_the_option(examine):
    plain = MSE.replace(', reduction="mean"', "").replace("reduction)", '"mean")')
    found = wrong(examine({"plain": {"mse_loss": plain}})["plain"])
    assert set(found) == {"total", "terms", "word"}


@pytest.mark.parametrize(
    "piece, costs",
    [
        ("#| export\nwhile True: pass", "timeout"),
        ("#| export\nimport os; os._exit(3)", "crashed"),
        (
            "#| export\nimport os\nfor fd in range(3, 32):\n    try: os.write(fd, b'x' * 99)\n    except OSError: pass",
            "unreadable",
        ),
        ("#| export\ndef (:", "raised"),
        ("#| export\n1 / 0\nlate = 1", "raised"),
        ("#| export\nimport sys; sys.exit(0)", "raised"),
        ("#| export\n" + "(" * 5000, "raised"),
        ("#| export\nx = '\\ud800'", None),
        ("#| export\nx = '\ud800'", "raised"),
    ],
)
def test_a_piece_that_fails_costs_only_what_it_defines(examine, piece, costs):
    result = examine({"partly": {"extra": piece}})["partly"]
    assert result.total == 16
    assert len(result.troubles) == (costs is not None)


def test_a_failing_statement_leaves_the_rest_of_its_cell(examine):
    cell = "#| export\nimport matplotlib_that_is_not_there as plt\nimport gone; x = 1\n@plt\ndef plot(): pass\n\n" + MSE
    result = examine({"plots": {"mse_loss": cell}})["plots"]
    assert result.total == 16 and "matplotlib_that_is_not_there" in result.troubles[0]


def test_a_missing_function_names_the_cause(examine):
    result = examine({"typo": {"mse_loss": MSE.replace("def mse_loss", "def mse_loss(")}})["typo"]
    assert set(wrong(result).values()) == {"missing"} and set(wrong(result)) == EVERY
    mark = next(mark for mark in result.marks if mark.question == "mse_loss_mean")
    assert "SyntaxError" in mark.remark and "line 2" in mark.remark
    assert f"(in Python {sys.version_info[0]}.{sys.version_info[1]})" in mark.remark


def test_an_unwritten_exercise_is_not_written_yet(examine):
    stub = MSE.split("    if pred")[0] + "    raise NotImplementedError('tito hint mse_loss')\n"
    result = examine({"blank": {"mse_loss": stub}})["blank"]
    assert result.by("exercise") == {"mse_loss": (0, 10), "l1_loss": (6, 6)}
    assert {mark.remark for mark in result.marks if not mark.right} == {"not written yet"}


def test_student_code_finds_no_reference_in_its_process(examine):
    search = MSE.replace(
        "    if pred",
        f"""    wanted = "".join([{SENTINEL[:-6]!r}, {SENTINEL[-6:]!r}])
    seen, waiting = set(), [sys.modules, *gc.get_objects(), *sys._current_frames().values()]
    while waiting:
        thing = waiting.pop()
        if id(thing) not in seen:
            seen.add(id(thing))
            if isinstance(thing, str | bytes) and thing is not wanted and wanted in str(thing):
                raise ValueError("found")
            waiting += gc.get_referents(thing)
    if pred""",
        1,
    ).replace("#| export\n", "#| export\nimport gc, sys\n")
    result = examine({"spy": {"mse_loss": search}}, time_limit=20)["spy"]
    assert result.total == 16, [mark for mark in result.marks if not mark.right][:1]
    found = examine({"seen": {"mse_loss": search, "extra": f"#| export\nkept = {SENTINEL!r}"}}, time_limit=20)["seen"]
    assert "found" in found.marks[0].remark  # the search does find what is there


def test_a_zygote_holds_no_line_of_the_reference(school):
    from tito.grading import batch

    prepared = batch.prepare(school, "02", None, 1.0, 1 << 30, False)
    seat = batch.Seat(prepared.course, 0)
    try:
        seat.start()
        batch.make_key(prepared, seat, 1, 1.0)
        process = seat.zygote.process.pid
        found = [_in_memory(process, text) for text in (SENTINEL.encode(), b"Inputs stay as they were")]
    finally:
        seat.close()
    assert found == [False, True]


def _in_memory(process: int, wanted: bytes) -> bool:
    with open(f"/proc/{process}/maps") as maps, open(f"/proc/{process}/mem", "rb", 0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            start, end = (int(text, 16) for text in span.split("-"))
            if rights.startswith("rw"):
                memory.seek(start)
                if wanted in memory.read(end - start):
                    return True
    return False


def test_the_course_cannot_be_imported_by_student_code(examine):
    cells = {"extra": "#| export\nimport tito.settings", "more": "#| export\nimport tinytorch.nn.secret"}
    result = examine({"curious": cells | {"third": "#| export\nimport pytest"}})["curious"]
    assert len(result.troubles) == 3 and all("ModuleNotFoundError" in text for text in result.troubles)


def test_the_environment_is_empty_and_output_goes_nowhere(examine, capfd, monkeypatch):
    monkeypatch.setenv("SECRET", "answers")
    cell = "#| export\nimport os, sys\nassert not os.environ, os.environ\n"
    cell += "print('score: 100 ' * 10000)\nprint('x', file=sys.stderr)\nos.write(1, b'passed')\n"
    result = examine({"talks": {"extra": cell}})["talks"]
    assert result.total == 16 and not result.troubles
    assert capfd.readouterr() == ("", "")


QUIET = """#| export
import contextlib, io, sys

class Loud:
    def __str__(self):
        raise RuntimeError("a text was made of it")

print(Loud())
print(Loud(), file=sys.stderr)
with contextlib.redirect_stdout(io.StringIO()) as kept:
    print(1, 2, sep="-")
print("more", end="", file=kept)
assert kept.getvalue() == "1-2\\nmore"
"""


def test_no_text_is_made_of_what_is_printed_unless_the_student_keeps_it(examine):
    results = examine({"quiet": {"extra": QUIET}, "loud": {"extra": QUIET + "print(Loud(), file=kept)\n"}})
    assert results["quiet"].total == 16 and not results["quiet"].troubles
    assert "a text was made of it" in results["loud"].troubles[0]


def test_one_student_cannot_leave_anything_for_the_next(examine):
    stash = "#| export\nimport tinytorch.core.tensor as t\nassert not hasattr(t, 'stash')\nt.stash = 1\nnp.stash = 1\n"
    results = examine({f"s{n}": {"extra": stash} for n in range(4)}, workers=1)
    assert not any(result.troubles for result in results.values())


def test_a_loop_in_every_call_does_not_keep_the_class_waiting(examine):
    result = examine({"slow": {"mse_loss": when("True", "while True: pass")}}, time_limit=0.5)["slow"]
    assert set(wrong(result).values()) == {"timeout"}
    assert result.seconds < 4  # eight questions, each half as long as the one before, but not below a quarter second
    assert not wrong(result, "l1_loss")
