"""A class graded in a gradebook, hostile students among them, and Chromium to look at its pages."""

import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[n]) for n in (1, 2)]  # tests/tito, tests
sys.path[:0] = [str(HERE.parents[1] / name) for name in ("grading", "gradebook", "report")]

from chromium import chromium  # noqa: E402
from gradings import make_class  # noqa: E402

from tito.settings import read_course  # noqa: E402


@pytest.fixture
def course(tmp_path, monkeypatch):
    monkeypatch.delenv("TITO_GRADEBOOK", raising=False)  # whoever runs the tests may keep one
    return read_course(make_class(tmp_path / "school"))


@pytest.fixture
def lesson(course):
    return course.catalogue.find("02")


@pytest.fixture(scope="session")
def browser():
    with chromium() as opened:
        yield opened


@pytest.fixture
def look(browser):
    """Open a page; what goes wrong in it or is asked of others is noted: look(path, width=…, scheme=…)."""
    windows = {}  # of this test: a new one takes three times as long as the next page in one

    def opened(path: Path, width: int = 1280, scheme: str = "light", **options):
        kind = width, scheme, *options.items()
        if kind not in windows:
            viewport = {"width": width, "height": 900}
            windows[kind] = _window(browser.new_context(viewport=viewport, color_scheme=scheme, **options))
        page = windows[kind]
        page.noted, page.asked = [], []
        page.goto(path.as_uri())
        return page

    yield opened
    for page in windows.values():
        page.context.close()


def _window(context):
    page = context.new_page()
    page.on("pageerror", lambda error: page.noted.append(str(error)))
    page.on("console", lambda message: page.noted.append(message.text))
    page.on("dialog", lambda dialog: page.noted.append(dialog.message))
    page.on("request", lambda request: page.asked.append(request.url))
    return page


@pytest.fixture(scope="session")
def faults():
    """What axe finds wrong in a page: {rule: where first}; all that it looked at is in `faults.rules`."""
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no axe (pip install axe-playwright-python)")

    def found(page) -> dict[str, str]:
        response = Axe().run(page).response
        found.rules = {each["id"] for each in response["passes"]}
        return {each["id"]: each["nodes"][0]["html"] for each in response["violations"]}

    return found
