"""Files that are written whole: whoever opens one finds the old text or the new one, also after an interrupt.

Records in JSON are read here, too, and what no file would take of JSON is escaped.
"""

import contextlib
import json
import os
import re
import secrets
from pathlib import Path

# Characters above U+001F that steer a terminal, or turn the direction of the text around them; for a regex's [...].
STEERING = "\x7f-\x9f\u202a-\u202e\u2066-\u2069"
_STEERING = re.compile(f"[{STEERING}]")


@contextlib.contextmanager
def _named(path: Path, scratch: Path):
    """What goes wrong inside with no file, or with `scratch`, tells `path`: a full disk names no file."""
    try:
        yield
    except OSError as error:
        if error.filename is None or os.fspath(error.filename) == str(scratch):
            error.filename = str(path)
        raise


@contextlib.contextmanager
def replacing(path: Path, mode: str = "wb", sync: bool = False, **options):
    """A file to write that takes the place of `path` at the end, or never. Who may read it, the user's umask says.

    `sync`: not before the disk has it.
    """
    scratch = path.with_name(f".{path.name[:50]}.{secrets.token_hex(4)}")  # two may write at once; 4 bytes a letter
    try:
        with _named(path, scratch):
            with open(scratch, mode, **options) as file:
                yield file
                file.flush()
                if sync:
                    os.fsync(file.fileno())
            os.replace(scratch, path)
    except BaseException:
        with contextlib.suppress(OSError):  # a disk that can only be read refuses this, too: the first error tells more
            scratch.unlink()
        raise


def replace(path: Path, data: bytes) -> None:
    """Put `data` in the place of what `path` holds; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        file.write(data)


def encodable(text: str) -> str:
    """JSON that a file takes: half a surrogate pair, as some editors leave it of an emoji, becomes an escape again."""
    return text.encode("utf-8", "backslashreplace").decode()


def quiet(text: str) -> str:
    """The same JSON, in which no character steers a terminal: json.dumps escapes those below U+0020 alone."""
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def read_record(path: Path) -> dict:
    """The JSON object in a file that tito keeps for itself; {} where there is none that can be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
