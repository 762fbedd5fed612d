"""nbgrader's own speed on the two-loss assignment: as it comes, and in as many processes as there are cores.

It needs an environment of its own, which `make test-nbgrader` makes, or NBGRADER_ENV names.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).parent.parent
ENVIRONMENT = Path(os.environ.get("NBGRADER_ENV") or ROOT / ".venv-nbgrader")
FEW, MANY = 2, 14  # the rate is taken between them, so that starting up is not counted
HELPERS = {"reduce_terms", "log_sum_exp", "softmax_cross_entropy_gradient"}
CONFIG = 'c = get_config()\nc.CourseDirectory.course_id = "two_losses"\n'


def available():
    return (ENVIRONMENT / "bin" / "nbgrader").exists()


def rates(folder, losses, shards):
    "Submissions a second: in one process, and in `shards` processes with a gradebook each."
    course = made(folder / "course", losses)
    copies = [shutil.copytree(course, folder / f"shard-{number}") for number in range(shards)]
    return _rate([course]), _rate(copies)


def made(course, losses):
    "A course of one assignment, released, with nobody's submission yet."
    (course / "source" / "losses").mkdir(parents=True)
    (course / "nbgrader_config.py").write_text(CONFIG)
    shutil.copy(ROOT / "settings.ini", course)
    (course / "modules").mkdir()
    shutil.copytree(ROOT / "tinytorch", course / "tinytorch")
    (course / "source" / "losses" / "losses.ipynb").write_text(json.dumps(assignment(losses)))
    _wait(_start(course, "generate_assignment"))
    return course


def assignment(losses):
    "The lesson's notebook with the chosen losses alone, what they need, and their tests."
    return only(json.loads((ROOT / "modules" / "04_losses" / "losses_dev.ipynb").read_text(encoding="utf-8")), losses)


def only(notebook, losses):
    "A notebook of the lesson cut down to the code of some losses: the assignment, or what was handed in for it."
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    tested = {_name(cell).removeprefix("test_") for cell in cells if _name(cell).startswith("test_")}
    left_out = tested - set(losses) - HELPERS
    left_out |= {f"test_{name}" for name in tested - set(losses)}
    kept = [cell for cell in cells if _name(cell) and _name(cell) not in left_out]
    hidden = [c for c in cells if "workspace.activate" in "".join(c["source"]) or "default_exp" in "".join(c["source"])]
    return notebook | {"cells": hidden + kept}


def _name(cell):
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def _rate(courses):
    seconds = []
    for count in (FEW, MANY):
        for course in courses:
            shutil.rmtree(course / "submitted", ignore_errors=True)
            for number in range(count):
                shutil.copytree(course / "source" / "losses", course / "submitted" / f"s{count}-{number}" / "losses")
        start = perf_counter()
        running = [_start(course, "autograde") for course in courses]
        for process in running:
            _wait(process)
        seconds.append(perf_counter() - start)
    return len(courses) * (MANY - FEW) / (seconds[1] - seconds[0])


def _start(course, verb):
    path = os.pathsep.join([str(ENVIRONMENT / "bin"), os.environ["PATH"]])
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(ROOT), "JUPYTER_DATA_DIR": str(course / ".jupyter")}
    command = [ENVIRONMENT / "bin" / "nbgrader", verb, "losses"]
    return subprocess.Popen(command, cwd=course, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def _wait(process):
    text = process.communicate()[0].decode()
    if process.returncode:
        raise RuntimeError(f"{' '.join(map(str, process.args))} failed:\n{text[-2000:]}")
