"""A student's hour in a real JupyterLab: opened by `tito start --open`, an exercise written wrong, then right."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from course_fixture import source_of, tito

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from chromium import chromium  # noqa: E402

NOTEBOOK = "modules/01_first/first_dev.ipynb"
WRONG, RIGHT = (f"#| export\ndef double(x):\n    return {factor} * x" for factor in (4, 2))
SETTINGS = {
    "ServerApp": {"open_browser": False, "allow_root": True, "port": 0},
    "IdentityProvider": {"token": ""},
    "LabApp": {"expose_app_in_browser": True},
}
LIMIT = 120  # seconds for JupyterLab to be up, and for each step in it


@pytest.fixture
def lab(course, tmp_path):
    """The address at which `tito start --open` serves a new workspace; in it the test of `double` is a bare assert."""
    source_of(course.root / NOTEBOOK, 5, "assert double(3) == 6\nprint('double: twice the value')")
    (tmp_path / "config").mkdir()
    (tmp_path / "config/jupyter_server_config.json").write_text(json.dumps(SETTINGS))
    log = tmp_path / "log"
    command = [sys.executable, "-m", "tito", "start", tmp_path / "mine", "--from", course.root, "--open"]
    environment = os.environ | {"JUPYTER_CONFIG_DIR": str(tmp_path / "config")}
    options = {"env": environment, "stderr": subprocess.STDOUT, "start_new_session": True}
    with open(log, "w") as out, subprocess.Popen(command, stdout=out, **options) as process:
        try:
            yield _address(log, process)
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def _address(log, process):
    end = time.monotonic() + LIMIT
    while time.monotonic() < end and process.poll() is None:
        found = re.search(r"http://localhost:[1-9]\d*/lab", log.read_text())
        if found:
            return found[0]
        time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")


class Page:
    """The open notebook, driven as its menus drive it."""

    def __init__(self, page):
        self.page = page

    def write(self, number, source):
        do = "window.jupyterapp.shell.currentWidget.content.widgets[n - 1].model.sharedModel.setSource(s)"
        self.page.evaluate(f"([n, s]) => {{ {do} }}", [number, source])

    def command(self, name):
        self.page.evaluate("name => window.jupyterapp.commands.execute(name)", name)

    def run_to(self, number):
        """Run the cells as far as this one, and give what is shown below it."""
        run = "window.jupyterapp.shell.currentWidget.content.activeCellIndex = n - 1"
        self.page.evaluate(f"n => {{ {run} }}", number)
        self.command("notebook:run-all-above")
        self.command("notebook:run-cell")
        below = f".jp-Notebook .jp-Cell:nth-child({number}) .jp-OutputArea-output"
        self.page.wait_for_selector(below, timeout=LIMIT * 1000)
        return "\n".join(self.page.locator(below).all_inner_texts())


def test_a_wrong_answer_is_explained_beside_its_cell_and_a_right_one_passes(lab, tmp_path):
    with chromium() as browser:
        tab = browser.new_page()
        tab.goto(f"{lab}/tree/{NOTEBOOK}")
        tab.wait_for_selector(".jp-Notebook .jp-Cell", timeout=LIMIT * 1000)
        tab.wait_for_function(
            "() => window.jupyterapp.shell.currentWidget.sessionContext.isReady", timeout=LIMIT * 1000
        )
        page = Page(tab)
        page.write(4, WRONG)
        shown = page.run_to(5)
        assert "double(3)\n  expected 6\n  got      12\n  that is  exactly 2 times the expected value" in shown
        page.write(5, "%load_ext tito\n%tito test double")
        assert "✗ double  failed" in page.run_to(5) and "next: %tito hint double" in page.run_to(5)
        page.write(5, source_of(tmp_path / "mine" / NOTEBOOK, 5))
        page.write(4, RIGHT)
        assert page.run_to(5).strip() == "double: twice the value"
        page.command("docmanager:save")
        tab.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty", timeout=LIMIT * 1000)
    done = tito(tmp_path / "mine", "test", "01", "double")
    assert done.returncode == 0 and "edited" not in done.stdout, done.stdout
