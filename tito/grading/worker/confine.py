"""Takes from a worker what it does not need, before it reads a line of student code.

In this order: a session of its own, limits, another user without capabilities, no way to regain privileges, then the
disk (Landlock) and the system calls (seccomp). Other systems have less: macOS its sandbox for the disk, the network and
signals; Windows what the judge puts around a process from outside (tito.grading.job): neither disk nor network is shut.
"""

import base64
import ctypes
import mmap
import os
import signal
import struct
import sys
import sysconfig

from tito.grading.worker import landlock, sandbox

try:
    import resource
except ImportError:  # Windows
    resource = None

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 1, 38, 22, 2
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
    "disk": "nothing to read but the standard library and NumPy (Landlock: Linux 5.13 or newer)",
    "calls": "no system call beyond computing and answering (seccomp: install libseccomp2 and pyseccomp)",
    "network": "no network",
    "signals": "no signal to another process",
}

# Without these nobody is graded, unless --unsafe. Linux has all; elsewhere grades record which of the others miss.
NEEDED = (
    list(PROTECTIONS)
    if sys.platform == "linux"
    else ["processes", "files", "environment", "disk", "network", "signals"]
)
# Where memory is not limited to the byte: what Python, NumPy and the course may take beside what student code may.
ALLOWANCE = 256 << 20

_libc = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None
_capset, _prctl = (_libc.capset, _libc.prctl) if sys.platform == "linux" else (None, None)  # looked up once
CAPABILITIES = struct.pack("Ii", 0x20080522, 0)  # version 3, this process


class _Program(ctypes.Structure):
    """struct sock_fprog: a BPF program for the kernel."""

    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]


def prepared(limits: dict, filter: str, seat: int) -> dict:
    """The `limits` of a course with all that can be made once for every worker of this zygote, and no environment."""
    _empty_environment()
    code = base64.b64decode(filter)
    return limits | {
        "base": base_size(),
        "uid": free_uid(seat),
        "program": _Program(len(code) // 8, code) if code else None,
        "rules": _disk_rules(),
        "profile": sandbox.profile(*_readable()),
    }


def _empty_environment() -> None:
    os.environ.clear()


def _disk_rules() -> int | None:
    """A Landlock ruleset of what may be read. None where the kernel has none."""
    return landlock.ruleset(*_readable()) if sys.platform == "linux" and landlock.version() else None


def _readable() -> tuple[list[str], list[str]]:
    """What a worker may read: the standard library without its site-packages, and NumPy; what it may list."""
    numpy = os.path.dirname(sys.modules["numpy"].__file__)
    folders = dict.fromkeys(sysconfig.get_path(name) for name in ("stdlib", "platstdlib"))
    files = [entry.path for folder in folders for entry in os.scandir(folder) if not entry.name.endswith("-packages")]
    return [*files, numpy, numpy + ".libs"], list(folders)


def base_size() -> int:
    """The address space of this process in bytes; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * mmap.PAGESIZE
    except OSError:
        return 0


def confine(limits: dict, strict: bool = True) -> None:
    """Confine this process for good. `limits`: those of `prepared`: memory and base in bytes, cpu in seconds, ….

    Raises what the system raises for a step that it does not allow; not `strict` goes on without that step.
    """
    for step in _STEPS:
        try:
            step(limits)
        except (OSError, ValueError):
            if strict:
                raise


def _new_session(limits: dict) -> None:
    if os.getsid(0) != os.getpid():  # a process that stands alone was started in one
        os.setsid()


def _limit_resources(limits: dict) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu"], limits["cpu"] + 1))
    if limits["base"]:  # macOS tells no size, and would not keep to the limit
        resource.setrlimit(resource.RLIMIT_AS, (limits["base"] + limits["memory"],) * 2)
    for which, value in (
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, HANDLES),
    ):
        hard = resource.getrlimit(which)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)  # nobody may go beyond what the shell set
        resource.setrlimit(which, (value, value))


def set_by_the_shell() -> str:
    """Limits of this process's own that may be below what a worker must have, as a shell names them; "" for none."""
    known = {"ulimit -t": "RLIMIT_CPU", "ulimit -v": "RLIMIT_AS"} if resource else {}
    limits = {word: resource.getrlimit(getattr(resource, name))[1] for word, name in known.items()}
    return " and ".join(word for word, hard in limits.items() if hard != resource.RLIM_INFINITY)


def _change_user(limits: dict) -> None:
    """Become a user that owns nothing. Containers may not know our own numbers, but they know `nobody`."""
    if not limits["uid"]:
        return
    os.setgroups([])
    try:
        _become(limits["uid"])
    except OSError:
        _become(NOBODY)


def _become(user: int) -> None:
    """The real, effective and saved user and group at once, for it is root who asks."""
    os.setgid(user)
    os.setuid(user)


def _drop_capabilities(limits: dict) -> None:
    """An ordinary user may have been started with some (setpriv, a service): workers need none."""
    if sys.platform == "linux" and _capset(CAPABILITIES, bytes(24)):
        raise OSError(ctypes.get_errno(), "capset")


def _limit_processes(limits: dict) -> None:
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))  # after the change of user: it does not bind uid 0


def _die_with_parent(limits: dict) -> None:
    if sys.platform == "linux":  # after the change of user, which forgets it
        _prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def _close_disk(limits: dict) -> None:
    if limits["rules"] is None:
        raise OSError("no Landlock")
    landlock.restrict(limits["rules"])


def _close_kernel(limits: dict) -> None:
    if limits["program"] is None:
        raise OSError("no seccomp filter")
    program = ctypes.byref(limits["program"])
    if _prctl(PR_SET_SECCOMP, ctypes.c_ulong(SECCOMP_MODE_FILTER), program, ctypes.c_ulong(0), ctypes.c_ulong(0)):
        raise OSError(ctypes.get_errno(), "seccomp")


def _enter_sandbox(limits: dict) -> None:
    sandbox.enter(limits["profile"], _libc)


_POSIX = (_new_session, _limit_resources, _change_user)
_STEPS_OF = {
    "linux": (*_POSIX, _drop_capabilities, _limit_processes, _die_with_parent, _close_disk, _close_kernel),
    "darwin": (*_POSIX, _limit_processes, _enter_sandbox),
    "win32": (),
}
_STEPS = _STEPS_OF.get(sys.platform, (*_POSIX, _limit_processes))


def close_all_but(*kept: int) -> None:
    """Close every file above standard error except these."""
    last = 2
    for fd in sorted(kept):
        os.closerange(last + 1, fd)
        last = fd
    os.closerange(last + 1, MOST_FDS)


def handles(limits: dict, *others: int) -> list[int]:
    """The files that a worker needs until it is confined: its rules, and the others."""
    return [*others, *([] if limits["rules"] is None else [limits["rules"]])]


def free_uid(seat: int) -> int:
    """A user for the workers of this seat, or 0 to keep the present one."""
    as_root = hasattr(os, "getuid") and os.getuid() == 0
    return FIRST_UID + (os.getppid() * 17 + seat) % UIDS if as_root else 0
