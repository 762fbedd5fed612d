"""Attempts, in a process confined like any worker, what must not be possible there, and says what held."""

import ctypes
import mmap
import os
import socket
import struct
import subprocess
import sys
import tempfile

from tito.grading.worker import confine
from tito.grading.worker.confine import ALLOWANCE, PROTECTIONS


def probe(limits: dict) -> dict[str, bool]:
    """Which of PROTECTIONS hold in a worker confined by `limits`, found by attempting the opposite."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            confine.close_all_but(*confine.handles(limits, write))
            os.write(write, struct.pack(f"{len(PROTECTIONS)}?", *held(limits).values()))
        finally:
            os._exit(0)
    os.close(write)
    with open(read, "rb") as pipe:
        found = pipe.read()
    os.waitpid(child, 0)
    if len(found) != len(PROTECTIONS):  # an attempt ended the process: nothing can be promised
        return dict.fromkeys(PROTECTIONS, False)
    return dict(zip(PROTECTIONS, struct.unpack(f"{len(found)}?", found), strict=True))


def held(limits: dict) -> dict[str, bool]:
    """Confine this process as far as it goes, and try what must not be possible; which of PROTECTIONS hold."""
    confine.confine(limits, strict=False)
    return {name: _holds(_ATTEMPTS[name], limits) for name in PROTECTIONS}


def _holds(attempt, limits: dict) -> bool:
    try:
        return bool(attempt(limits))
    except Exception:  # it neither failed as it must nor succeeded: nothing can be promised
        return False


def _fails(attempt, *kinds) -> bool:
    try:
        attempt()
    except kinds:
        return True
    return False


def _is_ordinary() -> bool:
    if os.name == "nt":
        return not ctypes.windll.shell32.IsUserAnAdmin()
    return os.getuid() != 0 and _fails(lambda: os.setuid(0), PermissionError)


def _new_process() -> None:
    if not hasattr(os, "fork"):
        subprocess.Popen([sys.executable, "-c", ""]).wait()
    elif os.fork() == 0:
        os._exit(0)


def _take_memory(limits: dict) -> None:
    """More than may be had in one go; it is given back at once."""
    if sys.platform == "linux":
        mmap.mmap(-1, limits["memory"] + (1 << 20)).close()
    else:
        bytearray(limits["memory"] + ALLOWANCE)


def _write_file() -> None:
    if hasattr(os, "memfd_create"):
        os.write(os.memfd_create("probe"), b"x")
        return
    with tempfile.TemporaryFile() as file:
        file.write(b"x")


def _bind(family: int, address) -> None:
    """Linux refuses the socket itself, macOS what is done with it."""
    with socket.socket(family, socket.SOCK_DGRAM) as opened:
        opened.bind(address)


def _open_many() -> None:
    opened = []
    try:
        for _ in range(2 * confine.HANDLES):
            opened.append(os.dup(2))
    finally:
        for fd in opened:  # or each later attempt would fail for want of handles, and seem to hold
            os.close(fd)


def _cannot_read(path: str) -> bool:
    return _fails(lambda: os.close(os.open(path, os.O_RDONLY)), PermissionError, FileNotFoundError)


_ATTEMPTS = {
    "session": lambda limits: os.getsid(0) == os.getpid(),
    "user": lambda limits: _is_ordinary(),
    "memory": lambda limits: _fails(lambda: _take_memory(limits), OSError, MemoryError),
    "processes": lambda limits: _fails(_new_process, OSError),
    "files": lambda limits: _fails(_write_file, OSError),
    "handles": lambda limits: _fails(_open_many, OSError),
    "environment": lambda limits: not os.environ,
    "disk": lambda limits: all(_cannot_read(path) for path in ("/", "/etc/passwd", "/proc/self/status", __file__)),
    "calls": lambda limits: _fails(os.pipe, PermissionError) and _fails(lambda: os.chmod("/", 0o755), PermissionError),
    "network": lambda limits: all(_fails(lambda to=to: _bind(*to), PermissionError) for to in _ADDRESSES),
    # to send 0 is to ask on POSIX, and to strike Ctrl-C on Windows
    "signals": lambda limits: os.name == "posix" and _fails(lambda: os.kill(os.getppid(), 0), PermissionError),
}
_ADDRESSES = [(socket.AF_INET, ("127.0.0.1", 0)), (socket.AF_INET6, ("::1", 0))]
if hasattr(socket, "AF_UNIX"):  # a name that exists, and is no socket's: nothing is made where it is not refused
    _ADDRESSES.append((socket.AF_UNIX, "/"))
