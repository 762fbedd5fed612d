"""A Python that lacks what Windows lacks: every file of tito imports there, and a student's day goes through."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Read by every Python that starts with this folder on its path. Libraries find what their system has; tito must not.
SITE = """
import builtins, os, shutil, signal, socket
absent = {"fcntl", "resource", "pwd", "grp", "termios", "pty", "tty", "syslog", "pyseccomp"}
imported = builtins.__import__

def of_windows(name, namespace=None, *rest, **options):
    if name in absent and str((namespace or {}).get("__name__")).startswith("tito"):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    return imported(name, namespace, *rest, **options)

builtins.__import__ = of_windows
for module, names in {
    os: "fork killpg getuid geteuid getgid setsid getsid setgroups pwrite pread sched_getaffinity memfd_create mkfifo "
        "O_NOFOLLOW O_NONBLOCK pidfd_open",
    signal: "SIGALRM pidfd_send_signal setitimer",
    socket: "AF_UNIX send_fds recv_fds",
}.items():
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)
shutil._use_fd_functions = False
"""
EVERY = """
import importlib, json, pkgutil, tito
failed = {}
names = [module.name for module in pkgutil.walk_packages(tito.__path__, "tito.")]
for name in names:
    try:
        importlib.import_module(name)
    except SystemExit:
        pass
    except Exception as error:
        failed[name] = f"{type(error).__name__}: {error}"
print(json.dumps([len(names), failed]))
"""


@pytest.fixture
def elsewhere(tmp_path):
    """Run Python with these words where it lacks what Windows lacks."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(SITE, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": f"{tmp_path / 'site'}{os.pathsep}{ROOT}"}

    def run(*words, cwd=tmp_path):
        command = [sys.executable, *map(str, words)]
        return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)

    return run


def test_every_file_of_tito_imports(elsewhere):
    done = elsewhere("-c", EVERY)
    count, failed = json.loads(done.stdout.splitlines()[-1])
    assert count > 60 and set(failed) <= {"tito.stand_in"}, failed  # which is for workspaces alone


def test_what_is_missing_there_is_noticed(elsewhere):
    done = elsewhere("-c", "__name__ = 'tito.x'\nimport os\nassert not hasattr(os, 'fork')\nimport fcntl")
    assert "No module named 'fcntl'" in done.stderr


def test_a_students_day(elsewhere, course, tmp_path):
    there = tmp_path / "workspace"
    assert elsewhere("-m", "tito", "start", there, "--from", course.root).returncode == 0
    for words, code in {
        ("test", "01"): 1,
        ("status",): 0,
        ("submit", "01", "--student", "ann"): 0,
        ("hint", "01"): None,
    }.items():
        done = elsewhere("-m", "tito", *words, cwd=there)
        assert "Traceback" not in done.stderr, (words, done.stderr)
        assert code in (None, done.returncode), (words, done.stdout, done.stderr)
    (notebook,) = there.glob("modules/01*/*.ipynb")
    notebook.write_bytes(course.catalogue.find("01").notebook.read_bytes())
    for words in (("test", "01"), ("export", "01"), ("status",)):
        done = elsewhere("-m", "tito", *words, cwd=there)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
