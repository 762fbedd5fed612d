"""The whole suite once more, as an ordinary user, where these tests run as root."""

import os
import subprocess
import tempfile
from pathlib import Path

import ordinary
import pytest

SUITE = ["tests/attacks/test_attacks.py", "tests/attacks/test_weaknesses.py", "tests/attacks/test_patience.py"]


@pytest.mark.skipif(os.getuid() != 0, reason="these tests run as an ordinary user already")
def test_all_attacks_fail_and_all_innocents_pass_as_an_ordinary_user():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        words = ordinary.command(Path(folder) / "python")
        if words is None:
            pytest.skip("no Python here that another user can start")
        options = ["-q", "-p", "no:cacheprovider", "--basetemp", f"{folder}/base", *SUITE]
        environment = ordinary.environment() | {"HOME": folder}
        command = [*words, "-m", "pytest", *options]
        done = subprocess.run(command, cwd=ordinary.ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
