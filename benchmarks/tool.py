"""Wall times of the command line, in a copy of the course."""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

from .measure import Row

ROOT = Path(__file__).parent.parent
PARTS = ("modules", "tinytorch", "settings.ini", "pyproject.toml")
TARGETS = {"--help": 0.15, "export 04": 0.5, "test 04": 1.5, "test 04 mse_loss": 0.6}
WATCHED, EXERCISE, REACTION = "modules/04_losses/losses_dev.ipynb", "mse_loss", 1.0


def copy_course(target):
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, target / part)


def wall_time(arguments, folder, repeats=7):
    "Median seconds of `tito` with `arguments` in `folder`. Raises CalledProcessError when tito fails."
    tito = Path(sys.executable).with_name("tito")
    times = []
    for _ in range(repeats):
        start = perf_counter()
        subprocess.run([tito, *arguments.split()], cwd=folder, check=True, capture_output=True)
        times.append(perf_counter() - start)
    return median(times)


def reaction_time(folder, repeats=7):
    "Median seconds from a save of one exercise to its result, as `tito test 04 --watch` prints it."
    notebook = json.loads((folder / WATCHED).read_text(encoding="utf-8"))
    [cell] = [c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == EXERCISE]
    watching = subprocess.Popen(
        [Path(sys.executable).with_name("tito"), "test", "04", "--watch"], cwd=folder, stdout=subprocess.PIPE,
        text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"})
    times = []
    with watching:
        watching.stdout.readline()
        for _ in range(repeats):
            sleep(random.uniform(0.5, 0.8))  # anywhere between two of its looks at the file
            cell["source"] = "".join(cell["source"]) + "\n"
            start = perf_counter()
            (folder / WATCHED).write_text(json.dumps(notebook), encoding="utf-8")
            while EXERCISE not in watching.stdout.readline():
                pass
            times.append(perf_counter() - start)
        watching.terminate()
    return median(times)


def measure():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_course(folder)
        rows = [Row(f"tito {arguments}", wall_time(arguments, folder), target=target) for arguments,
                target in TARGETS.items()]
        return [*rows, Row("tito test 04 --watch, from a save", reaction_time(folder), target=REACTION)]
