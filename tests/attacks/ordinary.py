"""How root runs Python as an ordinary user, who may not be able to read root's own home."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOBODY = "65534"
AS_ANOTHER = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
# Reads what lies in root's home, and writes nothing there: all that it takes to start a Python that is installed there.
CAPABLE = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
TRY = """
import subprocess, sys
import numpy, pytest, pyseccomp, tito.grading
subprocess.run([sys.executable, "-s", "-c", "import numpy"], env={}, check=True)  # zygotes are started by this name
"""


def possible() -> bool:
    return os.getuid() == 0 and shutil.which("setpriv") is not None


def command(folder: Path) -> list[str] | None:
    """Words that start Python as an ordinary user: our own Python, the system's of the same version (in an environment
    made in `folder`, with our libraries), or ours with leave to read everything, whichever works first; None where none
    does."""
    found = [[*AS_ANOTHER, sys.executable], [*AS_ANOTHER, *CAPABLE, sys.executable]]
    if system := _of_the_system(folder):
        found.insert(1, [*AS_ANOTHER, system])
    return next((words for words in found if possible() and _works(words)), None)


def _of_the_system(folder: Path) -> str | None:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    try:
        subprocess.run([f"/usr/bin/{version}", "-m", "venv", "--without-pip", folder], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    libraries = Path(importlib.util.find_spec("numpy").origin).parents[1]
    (folder / "lib" / version / "site-packages" / "ours.pth").write_text(f"{libraries}\n{ROOT}\n")
    return str(folder / "bin" / "python")


def _works(words: list[str]) -> bool:
    try:
        return subprocess.run([*words, "-c", TRY], cwd=ROOT, env=environment(), capture_output=True).returncode == 0
    except OSError:
        return False


def environment() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
