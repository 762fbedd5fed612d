"""macOS: what a worker may still do, as a profile for the system's sandbox (sandbox_init(3), Seatbelt).

The system marks the call as deprecated, yet browsers confine their pages by it, and sandbox-exec does nothing else. The
worker makes it itself, after the course is loaded, so that not even the program that runs there can be read.
"""

import ctypes
import os

# Everything is refused but this: libraries of the system, which load lazily, randomness, and signals to oneself.
_ALWAYS = """(version 1)
(deny default)
(allow sysctl-read)
(allow signal (target self))
(allow file-read-metadata)
(allow file-read* (literal "/dev/null") (literal "/dev/urandom") (literal "/dev/random"))
(allow file-read* (subpath "/usr/lib") (subpath "/System/Library"))
"""


def profile(readable: list[str], listed: list[str]) -> str:
    """The rules: `readable` files, and folders with all below, may be read; `listed` folders only themselves."""
    rules = [f"(allow file-read* file-map-executable (subpath {_quoted(path)}))" for path in _resolved(readable)]
    rules += [f"(allow file-read-data (literal {_quoted(path)}))" for path in _resolved(listed)]
    return _ALWAYS + "\n".join(rules) + "\n"


def _resolved(paths: list[str]) -> list[str]:
    """As they are called, and where links lead: the sandbox looks at the latter."""
    return list(dict.fromkeys([*paths, *map(os.path.realpath, paths)]))


def _quoted(path: str) -> str:
    """A string of the profile's language, in which a path can neither end it nor begin a rule."""
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'


def enter(rules: str, system) -> None:
    """Put the rules on this process, for good; `system` is the C library. Raises OSError where they are not taken."""
    reason = ctypes.c_char_p()
    if system.sandbox_init(rules.encode(), ctypes.c_uint64(0), ctypes.byref(reason)):
        raise OSError(f"sandbox: {(reason.value or b'refused').decode(errors='replace')}")
