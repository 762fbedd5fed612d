"""`tito release --wheel`: what a student installs, `tito` and the released lessons in one file, without any answer."""

import glob
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tito.author.release import release
from tito.doctor import NEEDED
from tito.edition import EDITION
from tito.fresh import environment
from tito.problem import Problem
from tito.whole import replace

NAME = "tinytorch-course"
PARTS = ("cli", "running", "student")  # of tito, beside its own modules
KEPT = ("version", "requires-python", "license", "description")  # of the course's own [project]
_EARLIEST = "315532800"  # 1980, as zip files begin: the same course gives the same bytes
_BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"


def build_wheel(course, out: Path) -> Path:
    """Write the student's wheel into the folder `out`; its path.

    In it are tito without the parts that only an instructor needs (grading, the gradebook and their like), the
    release, and a stand-in that makes `import tinytorch` find the student's own. Raises Problem where setuptools
    cannot build it.
    """
    with tempfile.TemporaryDirectory(prefix="tito-wheel-") as name:
        tree = Path(name).resolve()
        _lay_out(course, tree)
        dist = tree / "dist"
        command = [sys.executable, "-c", _BUILD, str(dist)]
        env = environment(SOURCE_DATE_EPOCH=_EARLIEST)
        done = subprocess.run(command, cwd=tree, env=env, capture_output=True, text=True, encoding="utf-8")
        if done.returncode:
            advice = f"{sys.executable} -m pip install --upgrade setuptools"
            raise Problem(f"the wheel could not be built:\n{done.stderr.strip()[-1500:]}", next=advice)
        [wheel] = dist.glob("*.whl")
        replace(out / wheel.name, wheel.read_bytes())
        return out / wheel.name


def _lay_out(course, tree: Path) -> None:
    """The sources of the wheel, as setuptools takes them."""
    tool = Path(__file__).parents[1]
    for part in ("", *PARTS):
        (tree / "tito" / part).mkdir(parents=True)
        for file in sorted((tool / part).glob("*.py")):
            shutil.copyfile(file, tree / "tito" / part / file.name)
    shutil.move(tree / "tito" / "stand_in.py", tree / f"{course.lib_path}.py")
    release(course, tree / "tito" / EDITION)
    shutil.copyfile(tree / "tito" / EDITION / "README.md", tree / "README.md")
    for file in course.root.glob("LICENSE*"):
        shutil.copyfile(file, tree / file.name)
    (tree / "pyproject.toml").write_text(_pyproject(course, tree), encoding="utf-8")


def _pyproject(course, tree: Path) -> str:
    """The wheel's pyproject.toml; JSON's strings and lists are TOML's, too."""
    known = _project(course)
    project = {"name": NAME, "readme": "README.md", "dependencies": _needed(known["dependencies"])}
    project |= {key: known[key] for key in KEPT if key in known}
    files = [file.relative_to(tree / "tito").as_posix() for file in (tree / "tito" / EDITION).rglob("*")]
    packages = ["tito", *(f"tito.{part}" for part in PARTS)]
    lines = ["[project]", *(f"{key} = {json.dumps(value)}" for key, value in project.items())]
    lines += ["[project.scripts]", 'tito = "tito.__main__:main"']
    lines += ["[tool.setuptools]", f"packages = {json.dumps(packages)}"]
    lines += [f'py-modules = ["{course.lib_path}"]', "[tool.setuptools.package-data]"]
    lines += [f"tito = {json.dumps([glob.escape(path) for path in sorted(files)])}"]
    return "\n".join(lines) + "\n"


def _project(course) -> dict:
    try:
        import tomllib
    except ModuleNotFoundError:  # Python 3.10; JupyterLab brings tomli there
        import tomli as tomllib

    path = course.root / "pyproject.toml"
    project = tomllib.loads(path.read_text(encoding="utf-8")).get("project", {})
    if "version" not in project or "dependencies" not in project:
        raise Problem(f"{path} has no [project] with version and dependencies: the wheel takes them from there")
    return project


def _needed(dependencies: list[str]) -> list[str]:
    """Those that the student's commands need."""
    from packaging.requirements import Requirement

    return [text for text in dependencies if Requirement(text).name in NEEDED]
