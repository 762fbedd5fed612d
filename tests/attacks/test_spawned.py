"""Where nothing can be forked: the same marks from processes that are started for each submission, and honest words."""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import types
from pathlib import Path

import cost
import gain
import handing_in
import innocents
import pytest
from handing_in import MSE, write
from processes import children
from school import wrong
from test_weaknesses import STEP

from tito.grading import batch, grade, isolation, job, seats, spawned, workers
from tito.grading.worker import confine, sandbox
from tito.problem import Problem

ROOT = Path(__file__).resolve().parents[2]
# What every POSIX system has: neither Landlock nor seccomp.
PORTABLE = "c._STEPS = (*c._POSIX, c._limit_processes)"
OTHERS = ["processes", "files", "environment", "disk", "network", "signals"]
OPTIONS = {"seed": 5, "time_limit": 0.5, "memory_limit": 128 << 20}


def planted(monkeypatch, words: str) -> None:
    """Every worker from here on begins with these words."""
    words = f"from tito.grading.worker import confine as c, probe\n{words}\nfrom tito.grading.worker.alone"
    program = spawned._PROGRAM.replace("from tito.grading.worker.alone", words, 1)
    assert program != spawned._PROGRAM
    monkeypatch.setattr(spawned, "_PROGRAM", program)


@pytest.fixture
def without_fork(monkeypatch):
    monkeypatch.setattr(seats, "FORKS", False)
    monkeypatch.setattr(workers, "Zygote", None)


def students() -> dict:
    found = {name: {"mse_loss": handing_in.gaining(name)} for name in gain.ATTACKS}
    found |= {name: {"mse_loss": handing_in.costing(text)} for name, text in cost.ATTACKS.items()}
    return found | innocents.INNOCENTS | {"plainly_wrong": {"mse_loss": handing_in.WRONG}, "right": {}}


@pytest.fixture(scope="module")
def graded(school, tmp_path_factory):
    """{student: result} of a hostile class, by workers that are not forked and have what every POSIX system has."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(seats, "FORKS", False)
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("temporary")))
        planted(monkeypatch, PORTABLE)
        folder = write(tmp_path_factory.mktemp("spawned") / "class", students())
        done = grade(school, folder, "02", workers=3, unsafe=True, **OPTIONS)
        assert not os.listdir(tempfile.tempdir), "each worker's folder goes with it"
    assert not done.isolation["network"] and done.isolation["memory"] and done.isolation["processes"]
    return {result.student: result for result in done.results}


@pytest.fixture(scope="module")
def forked(school, tmp_path_factory):
    """Those of them who tamper, by forked workers."""
    tampering = {name: cells for name, cells in students().items() if name in gain.ATTACKS}
    folder = write(tmp_path_factory.mktemp("forked") / "class", tampering)
    return {result.student: result for result in grade(school, folder, "02", workers=3, **OPTIONS).results}


def rights(results: dict, names) -> dict[str, list]:
    return {name: [mark.right for mark in results[name].marks] for name in names}


def test_tampering_earns_what_it_earns_a_forked_worker_which_is_nothing(graded, forked):
    assert rights(graded, gain.ATTACKS) == rights(forked, gain.ATTACKS)


def test_a_strike_costs_its_own_question_alone(graded):
    for name in cost.ATTACKS:
        assert "total" in wrong(graded[name]), name
        if name not in cost.COSTS_MORE:
            assert set(wrong(graded[name])) == {"total"} and not wrong(graded[name], "l1_loss"), name


def test_innocents_keep_full_marks(graded):
    assert {graded[name].total for name in [*innocents.INNOCENTS, "right"]} == {16}


def test_nothing_is_left_behind(graded):
    assert not children()


TELLS = """#| export
import builtins, os
met = hasattr(builtins, "met_before")
builtins.met_before = True
found = os.listdir()
try:
    open("stash", "a").close()
except OSError:
    pass
def mse_loss(*inputs, **options):
    raise RuntimeError(f"{os.getpid()} {met} {found} {os.path.exists('stash')}")
"""


def test_no_process_and_no_folder_sees_two_submissions(school, tmp_path, without_fork, monkeypatch):
    planted(monkeypatch, "c._STEPS = (c._new_session,)")
    folder = write(tmp_path / "class", {f"s{n}": {"mse_loss": TELLS} for n in range(4)})
    done = grade(school, folder, "02", seed=1, workers=1, unsafe=True)
    said = [{mark.remark for mark in result.marks if mark.exercise == "mse_loss"} for result in done.results]
    assert all(len(texts) == 1 for texts in said) and len(set.union(*said)) == 4
    assert all("False [] True" in text for text in set.union(*said)), said


def test_marks_are_the_same_bit_for_bit_with_and_without_fork(school, tmp_path, monkeypatch):
    drawn = MSE.replace("d * d,", "d * d * (1 + 1e-9 * np.random.rand()),")
    folder = write(tmp_path / "class", {"half": {"mse_loss": MSE.replace("d * d,", "d * d * 0.5,")}, "right": {},
                                        "drawn": {"mse_loss": drawn}})  # fmt: skip

    def marks():
        results = grade(school, folder, "02", seed=11).as_dict()["results"]
        return [{name: value for name, value in result.items() if name != "seconds"} for result in results]

    before = marks()
    monkeypatch.setattr(seats, "FORKS", False)
    assert marks() == before


def test_workers_killed_from_outside_change_no_mark(school, tmp_path, without_fork):
    folder = write(tmp_path / "class", {f"s{n:02}": {} for n in range(12)})
    rng, stop, moved, killed = random.Random(1), threading.Event(), threading.Event(), []

    def strike():
        while not stop.is_set():
            moved.wait()  # one kill a result: on a busy machine a worker may take longer to start than kills to come
            moved.clear()
            time.sleep(rng.uniform(0, 0.3))
            for pid in rng.sample(pids := sorted(children()), min(1, len(pids))):
                killed.append(pid)
                os.kill(pid, signal.SIGKILL)

    thread = threading.Thread(target=strike)
    thread.start()
    try:
        done = grade(school, folder, "02", seed=3, workers=2, on_result=lambda *_: moved.set())
    finally:
        stop.set()
        moved.set()
        thread.join()
    assert [result.total for result in done.results] == [16] * 12 and killed


def test_an_interrupt_ends_the_workers_that_wait(school, tmp_path, without_fork):
    def stop(result, done, total):
        raise KeyboardInterrupt

    folder = write(tmp_path / "class", {f"s{n}": {} for n in range(6)})
    done = grade(school, folder, "02", seed=3, workers=2, on_result=stop)
    assert done.interrupted and len(done.results) < 6 and not children()


def test_the_judge_ends_what_takes_too_much_where_no_limit_holds(school, tmp_path, without_fork, monkeypatch):
    planted(monkeypatch, STEP.format("_limit_resources"))
    monkeypatch.setattr(spawned, "WATCHED", True)
    hoards = MSE.replace("    if pred", "    hoard = []\n    while reduction == 'sum': hoard.append(b'x' * (1 << 20))\n"
                         "    if pred", 1)  # fmt: skip
    folder = write(tmp_path / "class", {"hoards": {"mse_loss": hoards}, "right": {}})
    options = {"time_limit": 20, "memory_limit": 64 << 20, "unsafe": True, "workers": 1, "seed": 1}
    results = {result.student: result for result in grade(school, folder, "02", **options).results}
    assert wrong(results["hoards"]) == {"total": "crashed"} and results["right"].total == 16


def test_without_network_and_disk_shut_grading_is_refused_and_told_what_to_do(
    school, tmp_path, without_fork, monkeypatch
):
    planted(monkeypatch, PORTABLE)
    monkeypatch.setattr(batch, "NEEDED", OTHERS)
    folder = write(tmp_path / "class", {"right": {}})
    with pytest.raises(Problem, match="cannot be confined here; missing: .*nothing to read .*no network") as problem:
        grade(school, folder, "02")
    assert "WSL" in problem.value.next and "--unsafe" in problem.value.next
    done = grade(school, folder, "02", unsafe=True)
    assert done.results[0].total == 16
    assert {"disk", "calls", "network"} <= {name for name, held in done.isolation.items() if not held}
    assert "NOT confined: " in isolation() and "network" in isolation().split("NOT confined")[1]


def test_what_only_linux_has_is_recorded_as_missing_elsewhere(school, tmp_path, without_fork, monkeypatch):
    monkeypatch.setattr(batch, "NEEDED", OTHERS)
    planted(monkeypatch, "probe.PROTECTIONS = dict(probe.PROTECTIONS); probe._ATTEMPTS['calls'] = lambda limits: False")
    done = grade(school, write(tmp_path / "class", {"right": {}}), "02", seed=1)
    assert done.results[0].total == 16
    assert [name for name, held in done.isolation.items() if not held] == ["calls"]


def test_what_other_systems_need_are_protections_and_linux_needs_all():
    assert set(OTHERS) < set(confine.PROTECTIONS) and confine.NEEDED == list(confine.PROTECTIONS)


@pytest.mark.parametrize("says", ["raise SystemExit(1)", "import time; time.sleep(60)"])
def test_workers_that_do_not_start_are_reported(school, tmp_path, without_fork, monkeypatch, says):
    monkeypatch.setattr(spawned, "_PROGRAM", says)
    monkeypatch.setattr(spawned, "START_LIMIT", 1)
    with pytest.raises(Problem, match="does not start"):
        grade(school, write(tmp_path / "class", {"right": {}}), "02")
    assert not children()


def test_the_sandbox_of_macos_refuses_all_but_reading_what_it_names():
    text = sandbox.profile(["/lib/python3", '/odd "path")(allow default)\\'], ["/lib"])
    rules = [line for line in text.splitlines() if line.startswith("(allow")]
    assert text.startswith("(version 1)\n(deny default)\n")
    assert '(allow file-read* file-map-executable (subpath "/lib/python3"))' in rules
    assert '(allow file-read-data (literal "/lib"))' in rules
    assert r'(allow file-read* file-map-executable (subpath "/odd \"path\")(allow default)\\"))' in rules
    allowed = {word for rule in rules for word in rule.split("(")[1].strip(") ").split()[1:]}
    reading = {"file-read*", "file-read-data", "file-read-metadata", "file-map-executable", "sysctl-read"}
    assert allowed == reading | {"signal"} and "(allow signal (target self))" in rules
    assert text.count("(allow default)") == 1  # the odd path's, inside its quotes


def test_the_sandbox_names_where_links_lead(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "place")
    text = sandbox.profile([str(tmp_path / "link")], [])
    assert f'"{tmp_path / "link"}"' in text and f'"{tmp_path / "place"}"' in text


def test_a_sandbox_that_is_refused_is_an_error():
    taken = []
    sandbox.enter("(version 1)", types.SimpleNamespace(sandbox_init=lambda text, flags, reason: taken.append(text)))
    assert taken == [b"(version 1)"]
    with pytest.raises(OSError, match="sandbox"):
        sandbox.enter("(version 1)", types.SimpleNamespace(sandbox_init=lambda *arguments: -1))


class FakeJobs(types.SimpleNamespace):
    """What pywin32 offers of job objects."""

    JobObjectExtendedLimitInformation = 9
    JOB_OBJECT_LIMIT_ACTIVE_PROCESS, JOB_OBJECT_LIMIT_PROCESS_MEMORY = 0x8, 0x100
    JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE = 0x400, 0x2000

    def CreateJobObject(self, security, name):
        return self

    def QueryInformationJobObject(self, job, kind):
        return {"BasicLimitInformation": {"LimitFlags": 0, "PriorityClass": 32}, "ProcessMemoryLimit": 0}

    def SetInformationJobObject(self, job, kind, wanted):
        self.wanted = wanted

    def AssignProcessToJobObject(self, job, handle):
        self.handle = handle


def test_a_job_of_windows_holds_one_process_to_its_memory_and_dies_with_the_judge(monkeypatch):
    monkeypatch.setitem(sys.modules, "win32job", jobs := FakeJobs())
    monkeypatch.setitem(sys.modules, "pywintypes", types.SimpleNamespace(error=RuntimeError))
    process = types.SimpleNamespace(_handle=77)
    assert job.confined(process, 1 << 30) is jobs and jobs.handle == 77
    assert jobs.wanted["ProcessMemoryLimit"] == 1 << 30
    assert jobs.wanted["BasicLimitInformation"] == {"LimitFlags": 0x2508, "ActiveProcessLimit": 1, "PriorityClass": 32}
    monkeypatch.setattr(FakeJobs, "AssignProcessToJobObject", lambda *arguments: 1 / 0)
    monkeypatch.setattr(sys.modules["pywintypes"], "error", ZeroDivisionError)
    with pytest.raises(OSError, match="job object"):
        job.confined(process, 1 << 30)


ELSEWHERE = """
import os, shutil, signal, socket, subprocess, sys
for name in ("fcntl", "resource", "pwd", "grp", "termios", "pty", "pyseccomp"):
    sys.modules[name] = None
for module, names in {
    os: "fork killpg getuid geteuid getgid setsid getsid setgroups pwrite pread sched_getaffinity memfd_create "
        "O_NOFOLLOW O_NONBLOCK O_CLOEXEC WIFSIGNALED WTERMSIG WEXITSTATUS waitstatus_to_exitcode statvfs chown mkfifo",
    signal: "SIGALRM pidfd_send_signal setitimer SIGCHLD SIGSTOP",
    socket: "AF_UNIX send_fds recv_fds socketpair",
}.items():
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)
shutil._use_fd_functions = False
os.environ.setdefault("HOME", os.sep)  # Python 3.10 asks pwd, where it is not told
sys.modules["msvcrt"] = type(sys)("msvcrt")
sys.modules["msvcrt"].LK_NBLCK = 2
sys.modules["msvcrt"].locking = lambda fd, mode, count: None
"""
GRADES = """
import json, sys
from pathlib import Path
from tito.grading import grade, seats, spawned
from tito.settings import read_course
seats.FORKS = False
planted = sys.argv[1] + "\\nfrom tito.grading.worker import confine as c\\n"
planted += "c._STEPS, c._disk_rules = c._STEPS_OF['win32'], lambda: None\\n"
spawned._PROGRAM = spawned._PROGRAM.replace("from tito", planted + "from tito", 1)
course = read_course(Path(sys.argv[2]))
done = grade(course, Path(sys.argv[3]), "02", seed=1, unsafe=True, workers=2, time_limit=2, out=Path(sys.argv[4]))
again = grade(course, Path(sys.argv[3]), "02", seed=1, unsafe=True, workers=2, time_limit=2, out=Path(sys.argv[4]))
print(json.dumps([done.isolation, again.kept, {result.student: result.total for result in done.results}]))
"""


def test_a_class_is_graded_where_python_lacks_what_windows_lacks(school, tmp_path):
    """On both sides of the wall: neither fork nor signals, file locks, user ids, nor waiting for pipes."""
    loops = MSE.replace("    if pred", "    while reduction == 'sum': pass\n    if pred", 1)
    leaves = MSE.replace("    if pred", "    import os\n    if reduction == 'sum': os._exit(3)\n    if pred", 1)
    folder = write(tmp_path / "class", {"right": {}, "loops": {"mse_loss": loops}, "leaves": {"mse_loss": leaves}})
    given = [ELSEWHERE, str(school.root), str(folder), str(tmp_path / "out")]
    program = [sys.executable, "-c", ELSEWHERE + GRADES, *given]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    isolation, kept, totals = json.loads(done.stdout)
    assert totals == {"right": 16, "loops": 15, "leaves": 15} and kept == 3
    assert isolation["environment"] and not isolation["network"] and not isolation["signals"]


def test_a_disk_without_room_for_a_workers_folder_is_told(school, tmp_path, without_fork, monkeypatch):
    folder = write(tmp_path / "class", {f"s{n}": {} for n in range(8)})
    monkeypatch.setattr(spawned, "ATTEMPTS", 2)

    def full(result, done, total):
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))

    done = grade(school, folder, "02", seed=1, workers=1, on_result=full)
    assert {result.total for result in done.results if result.status == "graded"} == {16}
    assert done.results[-1].status == "failed" and done.results[0].status == "graded"
    assert "no worker could be had: No such file" in done.results[-1].message
    with pytest.raises(Problem, match="does not start: No such file"):
        grade(school, folder, "02", seed=1)
    assert isolation() == "none: no worker starts here: No such file or directory"
