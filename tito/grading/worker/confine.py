"""Takes from a worker what it does not need, before it reads a line of student code. Landlock and seccomp come here.

`probe` attempts, in a process confined like any worker, what must not be possible, and says what held.
"""

import ctypes
import mmap
import os
import resource
import signal
import struct
import sys

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
FIRST_UID, UIDS = 60000, 1000  # users that no system gives away by default
NOBODY = 65534
HANDLES, MOST_FDS = 32, 1024

# What a worker must hold, and what it means when it does not.
PROTECTIONS = {
    "session": "a session of its own",
    "user": "a user of its own, or an ordinary user",
    "memory": "no memory beyond the limit",
    "processes": "no new processes or threads",
    "files": "no byte written to a file",
    "handles": "few open files",
    "environment": "no environment",
}

_prctl = ctypes.CDLL(None, use_errno=True).prctl if os.name == "posix" else None


def base_size() -> int:
    """The address space of this process in bytes; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * mmap.PAGESIZE
    except OSError:
        return 0


def confine(limits: dict, strict: bool = True) -> None:
    """Confine this process for good. `limits`: base and memory in bytes, cpu in seconds, uid (0: keep the user).

    Raises what the system raises for a step that it does not allow; not `strict` goes on without that step.
    """
    for step in (os.setsid, _empty_environment, _limit_resources, _change_user, _limit_processes, _die_with_parent):
        try:
            step() if step is os.setsid else step(limits)
        except (OSError, ValueError):
            if strict:
                raise


def _empty_environment(limits: dict) -> None:
    os.environ.clear()


def _limit_resources(limits: dict) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu"], limits["cpu"] + 1))
    for which, value in (
        (resource.RLIMIT_AS, limits["base"] + limits["memory"]),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, HANDLES),
    ):
        resource.setrlimit(which, (value, value))


def _change_user(limits: dict) -> None:
    """Become a user that owns nothing. Containers may not know our own numbers, but they know `nobody`."""
    if not limits["uid"]:
        return
    os.setgroups([])
    try:
        os.setresgid(*[limits["uid"]] * 3)
        os.setresuid(*[limits["uid"]] * 3)
    except OSError:
        os.setresgid(*[NOBODY] * 3)
        os.setresuid(*[NOBODY] * 3)


def _limit_processes(limits: dict) -> None:
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))  # after the change of user: it does not bind uid 0


def _die_with_parent(limits: dict) -> None:
    if sys.platform == "linux":  # after the change of user, which forgets it
        _prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def close_all_but(*kept: int) -> None:
    """Close every file above standard error except these."""
    last = 2
    for fd in sorted(kept):
        os.closerange(last + 1, fd)
        last = fd
    os.closerange(last + 1, MOST_FDS)


def free_uid(seat: int) -> int:
    """A user for the workers of this seat, or 0 to keep the present one."""
    return FIRST_UID + (os.getppid() * 17 + seat) % UIDS if os.getuid() == 0 else 0


def probe(limits: dict) -> dict[str, bool]:
    """Which of PROTECTIONS hold in a worker confined by `limits`, found by attempting the opposite."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            close_all_but(write)
            confine(limits, strict=False)
            held = [_ATTEMPTS[name](limits) for name in PROTECTIONS]
            os.write(write, struct.pack(f"{len(held)}?", *held))
        finally:
            os._exit(0)
    os.close(write)
    with open(read, "rb") as pipe:
        found = pipe.read()
    os.waitpid(child, 0)
    if len(found) != len(PROTECTIONS):  # an attempt ended the process: nothing can be promised
        return dict.fromkeys(PROTECTIONS, False)
    return dict(zip(PROTECTIONS, struct.unpack(f"{len(found)}?", found), strict=True))


def _fails(attempt, *kinds) -> bool:
    try:
        attempt()
    except kinds:
        return True
    return False


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _write_file() -> None:
    if hasattr(os, "memfd_create"):
        os.write(os.memfd_create("probe"), b"x")


def _open_many() -> None:
    for _ in range(2 * HANDLES):
        os.dup(2)


_ATTEMPTS = {
    "session": lambda limits: os.getsid(0) == os.getpid(),
    "user": lambda limits: os.getuid() != 0 and _fails(lambda: os.setuid(0), PermissionError),
    "memory": lambda limits: _fails(lambda: mmap.mmap(-1, limits["memory"] + (1 << 20)), OSError, MemoryError),
    "processes": lambda limits: _fails(_fork, OSError),
    "files": lambda limits: _fails(_write_file, OSError),
    "handles": lambda limits: _fails(_open_many, OSError),
    "environment": lambda limits: not os.environ,
}
