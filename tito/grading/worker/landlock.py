"""Landlock: what a worker may still open, bind and signal. System calls 444 to 446, the same on every architecture.

The ruleset is made once, in the zygote; each worker only puts it on. See landlock(7). (PyPI's `landlock` is a
pre-release that knows files alone, neither network nor signals.)
"""

import ctypes
import os
import struct

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
VERSION, PATH_BENEATH = 1, 1
READ_FILE, READ_DIR = 1 << 2, 1 << 3
# Bits of file access by ABI version: 13 at first; then refer, truncate, (4: no change), ioctl on devices.
FILE_BITS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
TCP, SCOPES = 0b11, 0b11  # bind and connect (ABI 4); abstract sockets and signals (ABI 6)

_libc = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None


def _call(number: int, *args) -> int:
    result = _libc.syscall(ctypes.c_long(number), *args)
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"landlock: {os.strerror(error)}")
    return result


def version() -> int:
    """The kernel's Landlock ABI, 0 where there is none."""
    try:
        return _call(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(VERSION))
    except OSError:
        return 0


def ruleset(files: list[str], folders: list[str]) -> int:
    """A file descriptor of rules: `files` (files, or folders with all below) may be read, `folders` only listed.

    Everything else on disk, TCP, and signals to others are refused, as far as the kernel's version knows them.
    Raises OSError where the kernel has no Landlock.
    """
    abi = version()
    handled = (1 << FILE_BITS.get(abi, FILE_BITS[5])) - 1
    attributes = struct.pack("QQQ", handled, TCP if abi >= 4 else 0, SCOPES if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    rules = _call(CREATE_RULESET, attributes, ctypes.c_size_t(size), ctypes.c_uint32(0))
    for paths, rights in ((files, READ_FILE | READ_DIR), (folders, READ_DIR)):
        for path in paths:
            _allow(rules, path, rights)
    return rules


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return  # a Python without lib-dynload, a NumPy without numpy.libs
    if not os.path.isdir(path):
        rights &= ~READ_DIR
    _call(ADD_RULE, ctypes.c_int(rules), ctypes.c_int(PATH_BENEATH), struct.pack("=Qi", rights, fd), ctypes.c_uint32(0))
    os.close(fd)


def restrict(rules: int) -> None:
    """Put the rules on, for good. Needs no_new_privs."""
    _call(RESTRICT_SELF, ctypes.c_int(rules), ctypes.c_uint32(0))
    os.close(rules)
