"""The command itself: quick, quiet, and honest in its exit code."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from course_fixture import ROOT, tito

from tito.author.demo import NEXT, demo
from tito.author.show import go_on
from tito.doctor import examine
from tito.settings import read_course

VERBS = "export test hint status solution submit release start check demo doctor grade gradebook collect bundle".split()


@pytest.fixture(autouse=True)
def gradebook(tmp_path, monkeypatch):
    """What is graded here is recorded elsewhere than in the course itself."""
    monkeypatch.setenv("TITO_GRADEBOOK", str(tmp_path / "gradebook.db"))


def test_help_lists_every_verb():
    done = tito(ROOT, "--help")
    assert done.returncode == 0
    assert [verb for verb in VERBS if f"  {verb} " not in done.stdout] == []


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb):
    assert "Usage: " in tito(ROOT, verb, "--help").stdout


def test_an_unknown_verb_or_option_is_a_usage_error():
    assert tito(ROOT, "exprot").returncode == 2
    assert tito(ROOT, "export", "--chekc").returncode == 2


def test_help_loads_neither_rich_nor_numpy_nor_nbdev():
    program = "import atexit, sys; atexit.register(lambda: print(*sys.modules)); from tito.cli import app; app(['-h'])"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout.split()
    assert "tito.cli" in loaded
    assert not {"rich", "numpy", "nbdev", "fastcore", "IPython", "nbformat"} & set(loaded)


def test_the_code_is_clean_to_ruff():
    done = subprocess.run([sys.executable, "-m", "ruff", "check", "--quiet", ROOT], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


HEAVY = ("numpy", "nbdev", "nbformat", "IPython", "rich", "sqlalchemy", "jinja2", "flask", "matplotlib", "pydantic")


def test_help_waits_for_nothing_heavy():
    """What it costs is measured in benchmarks/tool.py."""
    program = "import sys; from tito.cli import app; app(['--help'], standalone_mode=False); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "typer" in loaded and not loaded & set(HEAVY)


def test_output_into_a_pipe_is_plain_text(course):
    done = tito(course.root, "test", "01")
    assert "\x1b" not in done.stdout and "✓ double" in done.stdout


def test_doctor_is_well_here_and_says_what_to_do_elsewhere(course, tmp_path):
    assert all(finding.well for finding in examine(ROOT))
    outside = [finding for finding in examine(tmp_path) if not finding.well]
    assert [finding.what for finding in outside] == ["course"] and "tito start" in outside[0].advice
    (course.root / "tinytorch").mkdir()
    (course.root / "tinytorch/__init__.py").write_text("1 / 0")
    broken = next(finding for finding in examine(course.root) if finding.what == "tinytorch")
    assert not broken.well and "ZeroDivisionError" in broken.found and broken.advice == "tito export"


def test_doctor_knows_a_package_in_a_folder_of_any_name(course, tmp_path, monkeypatch):
    root = course.root.rename(tmp_path / "Übung")
    (root / "tinytorch").mkdir()
    (root / "tinytorch/__init__.py").write_text("")
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    assert next(finding for finding in examine(root) if finding.what == "tinytorch").well


def test_the_demo_goes_from_release_to_tested_package(course, tmp_path):
    steps = []
    results = demo(course, tmp_path / "demo", lambda step, what: steps.append(step))
    assert steps == ["release", "start", "write", "export", "test"]
    assert all(result.passed for result in results)
    assert (tmp_path / "demo/workspace/tinytorch/nn/second.py").exists()


def test_after_the_demo_the_environment_comes_first_where_tito_is_not_found(course, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(sys, "prefix", str(course.root / ".venv"))
    monkeypatch.setenv("PATH", str(tmp_path))
    go_on(course, NEXT)
    first, second = capsys.readouterr().out.splitlines()[:2]
    assert first.split("  ")[1] == (". .venv/bin/activate" if os.name == "posix" else ".venv/Scripts/activate")
    assert second.startswith(f"  {NEXT[0][0]}")
    tito_there = tmp_path / ("tito" if os.name == "posix" else "tito.exe")
    tito_there.touch(mode=0o755)
    go_on(course, NEXT)
    assert capsys.readouterr().out.startswith(f"  {NEXT[0][0]}")


def test_grade_writes_the_marks_of_a_class_and_ends_with_a_table(tmp_path):
    losses = ROOT / "modules/04_losses/losses_dev.ipynb"
    (tmp_path / "class").mkdir()
    (tmp_path / "class/ada.ipynb").write_bytes(losses.read_bytes())
    (tmp_path / "class/bob.ipynb").write_text("{")
    done = tito(ROOT, "grade", "losses", tmp_path / "class", "--out", tmp_path / "out", "--seed", "7")
    assert done.returncode == 1, done.stderr  # one could not be graded
    assert "1 submission graded" in done.stdout and "bob (unreadable)" in done.stdout and "seed 7" in done.stdout
    rows = (tmp_path / "out/grades.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in rows] == ["student", "ada", "bob"]


def test_grade_as_json_is_the_file_and_a_rerun_keeps_it(tmp_path):
    losses = ROOT / "modules/04_losses/losses_dev.ipynb"
    (tmp_path / "ada.ipynb").write_bytes(losses.read_bytes())
    words = ["grade", "04", tmp_path / "ada.ipynb", "--out", tmp_path / "out", "--only", "mse_loss", "--only=l1_loss"]
    first = tito(ROOT, *words, "--json")
    assert first.returncode == 0, first.stderr
    found = json.loads(first.stdout)
    assert first.stdout == (tmp_path / "out/grades.json").read_text()
    assert set(found["results"][0]["exercises"]) == {"mse_loss", "l1_loss"} and found["kept"] == 0
    again = tito(ROOT, *words, "--json")
    assert again.returncode == 0 and json.loads(again.stdout)["kept"] == 1
    other = tito(ROOT, "grade", "04", tmp_path / "ada.ipynb", "--out", tmp_path / "out")
    assert other.returncode == 2 and "--fresh" in other.stderr


def test_grading_a_folder_that_is_not_there_is_a_usage_error(tmp_path):
    assert tito(ROOT, "grade", "04", tmp_path / "nobody").returncode == 2


def test_limits_come_from_the_settings():
    course = read_course(ROOT)
    assert replace(course, cell_time_limit=1).cell_time_limit == 1 and course.test_time_limit >= course.cell_time_limit


def test_grading_says_its_seed_keeps_it_and_explains_how_to_give_it(course, tmp_path):
    folder = course.catalogue.find("01").path
    shown = [tito(course.root, "grade", "01", folder, "--out", tmp_path / out).stdout for out in ("one", "two")]
    seeds = [json.loads((tmp_path / out / "grades.json").read_text(encoding="utf-8"))["seed"] for out in ("one", "two")]
    assert seeds[0] != seeds[1] and all(f"· seed {seed}\n" in text for seed, text in zip(seeds, shown, strict=True))
    told = " ".join(tito(course.root, "grade", "--help").stdout.split())
    assert "The same seed gives the same marks, to compare two runs." in told and "[default: (a new one)]" in told
