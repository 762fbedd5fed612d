"""How tito starts a Python of its own: the user's, without the settings that would give its answers another meaning."""

import os

# -O skips each `assert`, which tests are made of; a warning would become an error; an end would wait for what is typed.
_NOT_PASSED_ON = ("PYTHONOPTIMIZE", "PYTHONWARNINGS", "PYTHONINSPECT", "PYTHONSAFEPATH")

# The first line of a `-c` program. The current folder is looked into last while tito's own modules are imported: else a
# student's random.py or types.py there would stand for Python's.
BEGIN = 'import sys; sys.path.sort(key="".__eq__)\n'


def environment(**more: str) -> dict[str, str]:
    """The variables for it; it prints UTF-8."""
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_PASSED_ON}
    return kept | {"PYTHONIOENCODING": "utf-8"} | more
