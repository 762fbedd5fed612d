"""JupyterLab, opened where the student goes on."""

import importlib.util
import subprocess
import sys
from pathlib import Path

from tito.problem import Problem
from tito.settings import Course, read_course
from tito.student.progress import progress


def open_lab(folder: Path) -> int:
    """Run JupyterLab on the first unfinished lesson until it is ended; its exit code. Raises Problem without one."""
    if importlib.util.find_spec("jupyterlab") is None:
        raise Problem("JupyterLab is not installed", next=f"{sys.executable} -m pip install jupyterlab")
    workspace = read_course(folder.resolve())
    # with a file alone JupyterLab would show that file's folder and no other lesson
    shown = f"--ServerApp.root_dir={workspace.root}"
    command = [sys.executable, "-m", "jupyterlab", shown, str(workspace.root / first_unfinished(workspace))]
    try:
        return subprocess.call(command, cwd=workspace.root)
    except KeyboardInterrupt:  # Ctrl-C ends JupyterLab, which asks and says so itself
        return 0


def first_unfinished(workspace: Course) -> str:
    """The notebook of the first lesson with an exercise that does not pass; of the last one when all do."""
    lessons = [lesson for lesson in progress(workspace) if not lesson.trouble]
    left = [lesson for lesson in lessons if lesson.passed < len(lesson.exercises)] or lessons[-1:]
    if not left:
        raise Problem(f"{workspace.modules} holds no lesson", next="tito start")
    return workspace.inside(left[0].module.notebook)
