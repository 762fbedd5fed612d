"""Debian's Chromium for tests that look at pages: skipped where it is missing, a failure where CI is set."""

import os
import shutil
from contextlib import contextmanager

import pytest

_open = []  # playwright starts once a thread, so whoever comes while a browser is open shares it


@contextmanager
def chromium():
    """A browser of playwright, closed at the end by whoever opened it."""
    if _open:
        yield _open[0]
        return
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        sync_playwright = None
    if not path or not sync_playwright:
        missing = "chromium (apt-get install chromium)" if not path else "playwright (pip install playwright)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no {missing}")
    with sync_playwright() as playwright:
        _open.append(playwright.chromium.launch(executable_path=path, args=["--no-sandbox"]))
        try:
            yield _open[0]
        finally:
            _open.pop().close()


def barriers(page) -> dict[str, str]:
    """What axe finds in a page that keeps people out: {rule: where first}; the page's context bypasses its CSP."""
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no axe (pip install axe-playwright-python)")
    response = Axe().run(page).response
    assert len(response["passes"]) > 10, "axe looked at nothing"
    return {each["id"]: each["nodes"][0]["html"] for each in response["violations"]}
