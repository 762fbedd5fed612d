"""What the systems' files differ in: locks, reading and writing at a place, and how to open what may be no file."""

import os

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

BINARY = getattr(os, "O_BINARY", 0)  # Windows would change the newlines
# To open what somebody handed in: no link, no wait for a pipe, as far as the system knows of these.
HANDED_IN = os.O_RDONLY | BINARY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
FAR = 1 << 40  # a byte that no journal reaches: Windows lets nobody read what is locked


def lock(fd: int) -> None:
    """Keep a file for oneself until it is closed. Raises BlockingIOError or PermissionError where somebody has it."""
    if fcntl:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    else:
        import msvcrt

        os.lseek(fd, FAR, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)


def write_at(fd: int, data: bytes, offset: int) -> int:
    if hasattr(os, "pwrite"):
        return os.pwrite(fd, data, offset)
    os.lseek(fd, offset, os.SEEK_SET)  # one thread writes and reads
    return os.write(fd, data)


def read_at(fd: int, size: int, offset: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(fd, size, offset)
    os.lseek(fd, offset, os.SEEK_SET)
    return os.read(fd, size)
