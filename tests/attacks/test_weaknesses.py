"""Each protection is taken away in turn: an attack of the suite must notice. And what is said where one is missing."""

import ctypes
import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import handing_in
import ordinary
import pytest

from tito.grading import grade, isolation, seats, syscalls, workers
from tito.grading.worker import confine
from tito.problem import Problem

ROOT = Path(__file__).resolve().parents[2]
AS_ROOT = os.getuid() == 0
LIBRARY = "import tito.grading.worker.landlock as landlock; "
STEP = "c._STEPS = tuple(step for step in c._STEPS if step.__name__ != {!r})"
# What is planted in the process that forks workers: (the weakness, the attack that must notice it).
WEAKNESSES = {
    "no session": (STEP.format("_new_session"), "stays_in_the_judges_session"),
    "no empty environment": ("c._empty_environment = lambda: None", "reads_the_environment_of_the_judge"),
    "no limits": (STEP.format("_limit_resources"), "has_room_left_in_its_limits"),
    "no limit of processes": (STEP.format("_limit_processes"), "has_room_left_in_its_limits"),
    "no Landlock": (STEP.format("_close_disk"), "reads_the_password_file"),
    "Landlock with all libraries": (  # in root's own home they are closed to every user without capabilities, too
        f"{STEP.format('_change_user')}; {STEP.format('_drop_capabilities')}; {LIBRARY}import numpy; "
        "c._disk_rules = lambda: landlock.ruleset([numpy.__path__[0] + '/..', c.sys.base_prefix], [])",
        "reads_what_is_beside_numpy",
    ),
    "Landlock with the whole disk": (
        LIBRARY + "c._disk_rules = lambda: landlock.ruleset(['/'], [])",
        "reads_the_password_file",
    ),
    "no seccomp": (STEP.format("_close_kernel"), "opens_sockets_of_every_family"),
    "no way to keep privileges away": (STEP.format("_die_with_parent"), "reads_the_password_file"),
    "files left open": ("z.confine.close_all_but = lambda *kept: None", "finds_open_files_of_others"),
    "no protection at all": ("c._STEPS = ()", "forks"),
}
AS_ROOT_ALONE = {"no change of user": (STEP.format("_change_user"), "is_root")}
WEAKNESSES |= AS_ROOT_ALONE if AS_ROOT else {}
# One more group of calls on the list: the attack that must notice it. (Not setsid, setuid or chmod: a second protection
# holds, for the worker leads its session, has no privileges and owns nothing.)
CALLS = {
    "socket socketpair bind": "opens_sockets_of_every_family",
    "kill": "signals_the_zygote_the_judge_and_siblings",
    "pidfd_open": "signals_by_other_doors",
    "setpriority sched_setaffinity": "takes_all_processors",
    "prctl": "changes_what_kind_of_process_it_is",
    "landlock_create_ruleset": "undoes_landlock_and_seccomp",
    "memfd_create": "writes_files_without_names",
    "io_uring_setup": "asks_the_ring_to_do_it",
    "shmget semget msgget": "shares_memory_with_the_next_student",
    "add_key keyctl": "keeps_something_in_the_kernels_key_ring",
    "pipe2 eventfd2 epoll_create1": "sets_up_watchers_and_timers",
    "unshare": "makes_a_world_of_its_own",
    "sync": "administers_the_machine",
}


def said(school, folder) -> set[str]:
    (result,) = grade(school, folder, "02", seed=1, workers=1, unsafe=True, time_limit=2).results
    return {mark.remark for mark in result.marks if mark.exercise == "mse_loss"}


def out_of_reach(texts: set[str]) -> bool:
    return all(text.startswith(("RuntimeError: blocked:", "RuntimeError: nothing")) for text in texts)


def attack(name, school, folder):
    return handing_in.write(folder, {name: {"mse_loss": handing_in.reaching(name, school.root, folder)}})


def planted(monkeypatch, weakness: str) -> None:
    """Every zygote from here on begins with these words."""
    words = f"from tito.grading.worker import confine as c, zygote as z; {weakness}; from tito.grading.worker.zygote"
    assert "from tito.grading.worker.zygote" in workers._PROGRAM
    monkeypatch.setattr(workers, "_PROGRAM", workers._PROGRAM.replace("from tito.grading.worker.zygote", words, 1))


@pytest.mark.parametrize("name", WEAKNESSES)
def test_a_protection_taken_away_is_noticed_by_an_attack(school, tmp_path, monkeypatch, name):
    weakness, noticed_by = WEAKNESSES[name]
    folder = attack(noticed_by, school, tmp_path / "class")
    planted(monkeypatch, weakness)  # without it the attack fails: see test_attacks.py
    assert not out_of_reach(said(school, folder))


@pytest.mark.parametrize("names", CALLS)
def test_one_more_call_on_the_list_is_noticed_by_an_attack(school, tmp_path, monkeypatch, names):
    monkeypatch.setattr(syscalls, "ALLOWED", [*syscalls.ALLOWED, *names.split()])
    syscalls.encoded.cache_clear()
    monkeypatch.setattr(syscalls, "encoded", syscalls.encoded.__wrapped__)
    assert not out_of_reach(said(school, attack(CALLS[names], school, tmp_path / "class")))
    if "shmget" in names:  # this time it did get it, and the kernel keeps it
        libc = ctypes.CDLL(None)
        assert libc.shmctl(libc.shmget(777, 0, 0), 0, None) == 0


ABSENT = {
    "no Landlock in the kernel": ("import tito.grading.worker.landlock as k; k.version = lambda: 0", "disk"),
    "no seccomp in the kernel": (STEP.format("_close_kernel"), "calls"),
    "a Landlock that refuses": (
        "import tito.grading.worker.landlock as k; k.restrict = lambda rules: (_ for _ in ()).throw(OSError(1, 'no'))",
        "disk",
    ),
}


@pytest.mark.parametrize("name", ABSENT)
def test_where_a_mechanism_is_absent_grading_is_refused_with_what_to_do(school, tmp_path, monkeypatch, name):
    weakness, missing = ABSENT[name]
    planted(monkeypatch, weakness)
    folder = handing_in.write(tmp_path / "class", {"right": {}})
    with pytest.raises(Problem, match="cannot be confined here; missing: .*(Landlock|seccomp)") as problem:
        grade(school, folder, "02")
    assert "--unsafe" in problem.value.next
    done = grade(school, folder, "02", unsafe=True)
    assert done.results[0].total == 16 and done.isolation[missing] is False
    assert "NOT confined" in isolation() and missing in isolation().split("NOT confined")[1]


@pytest.mark.parametrize("kind", [ImportError, RuntimeError, OSError])
def test_without_libseccomp_grading_is_refused_with_what_to_install(school, tmp_path, monkeypatch, kind):
    def program(arch="NATIVE"):
        raise kind("libseccomp.so.2")

    monkeypatch.setattr(syscalls, "program", program)
    syscalls.encoded.cache_clear()
    folder = handing_in.write(tmp_path / "class", {"right": {}})
    try:
        with pytest.raises(Problem, match="install libseccomp2 and pyseccomp"):
            grade(school, folder, "02")
        done = grade(school, folder, "02", unsafe=True)
        assert done.results[0].total == 16 and done.isolation["calls"] is False
    finally:
        syscalls.encoded.cache_clear()


def test_a_worker_that_cannot_be_confined_as_promised_runs_no_student_code(school, tmp_path, monkeypatch):
    promise = "z.probe.probe = lambda limits: dict.fromkeys(c.PROTECTIONS, True)"
    planted(monkeypatch, f"{promise}; import tito.grading.worker.landlock as k; k.version = lambda: 0")
    with pytest.raises(Problem, match="reference solution does not run"):
        grade(school, handing_in.write(tmp_path / "class", {"right": {}}), "02")


def test_the_probe_notices_each_missing_step(monkeypatch):
    """But for the limit of processes, which the filter hides: no process can be made either way."""
    for step in confine._STEPS:
        with monkeypatch.context() as patch:
            planted(patch, STEP.format(step.__name__))
            missing = {name for name, held in seats.probe().items() if not held}
        hidden = step.__name__ in ("_limit_processes", "_drop_capabilities", *([] if AS_ROOT else ["_change_user"]))
        assert bool(missing) != hidden, (step.__name__, missing)


def test_the_probe_notices_an_environment_that_is_left(monkeypatch):
    planted(monkeypatch, "c._empty_environment = lambda: None")
    assert [name for name, held in seats.probe().items() if not held] == ["environment"]


def test_a_worker_keeps_no_capability_of_an_ordinary_user_who_has_some():
    """As root they are given to one; an ordinary user who runs this may have been given them, or has none."""
    held = """
def held():
    lines = open("/proc/self/status").read().splitlines()
    return [int(line.split()[1], 16) for line in lines if line.startswith(("CapInh", "CapPrm", "CapEff", "CapAmb"))]
"""
    program = f"""
from tito.grading.worker import confine
{held}
print(any(held()), confine._drop_capabilities({{}}), any(held()))
"""
    here = {}
    exec(held, here)
    given = [*ordinary.AS_ANOTHER, *ordinary.CAPABLE] if ordinary.possible() else []
    done = subprocess.run([*given, sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == f"{any(here['held']())} None False\n", done.stderr


def test_grades_record_under_what_protection_they_were_made(school, tmp_path):
    done = grade(school, handing_in.write(tmp_path / "class", {"right": {}}), "02")
    assert dataclasses.is_dataclass(done) and all(done.isolation.values()) and len(done.isolation) >= 11
