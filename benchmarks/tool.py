"""Wall times of the command line, in a copy of the course."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from .measure import Row

ROOT = Path(__file__).parent.parent
PARTS = ("modules", "tinytorch", "settings.ini", "pyproject.toml")
TARGETS = {"--help": 0.15, "export 04": 0.5, "test 04": 1.5}


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


def measure():
    with tempfile.TemporaryDirectory() as folder:
        copy_course(Path(folder))
        return [Row(f"tito {arguments}", wall_time(arguments, folder), target=target) for arguments,
                target in TARGETS.items()]
