"""The class of the attack suite: every attack as a submission, innocents, and right ones among them."""

import inspect
import os
import sys
from pathlib import Path

import cost
import gain
import innocents
import pyseccomp
import reach
from school import IMPORTS, L1, MSE, REDUCE, notebook

MODULES = """import ctypes, gc, importlib, linecache, mmap, os, resource, signal, socket, struct, subprocess, sys
import tempfile, threading, time
from pathlib import Path
"""
CALLS = """add_key bpf capset clone clone3 execve execveat kcmp keyctl memfd_create memfd_secret request_key
io_uring_setup
io_uring_enter io_uring_register ptrace process_vm_readv tgkill tkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_getfd
pidfd_send_signal shmget semget msgget mq_open socketpair
unshare setfsuid ioprio_set sched_setattr prctl personality
landlock_create_ruleset
landlock_restrict_self seccomp mount setns pivot_root umount2 fsopen fsmount open_tree move_mount
open_by_handle_at name_to_handle_at openat2 userfaultfd inotify_init1 fanotify_init eventfd2 epoll_create1
timerfd_create perf_event_open pipe2 signalfd4 timer_create init_module finit_module delete_module kexec_load swapon
swapoff syslog sethostname setdomainname acct quotactl settimeofday clock_settime adjtimex vhangup ioperm iopl
lookup_dcookie mlockall mlock2 mbind set_mempolicy migrate_pages move_pages process_madvise pkey_alloc
modify_ldt sync syncfs fsync flock fallocate""".split()
OUTCOME = """
kept = []


def mse_loss(pred, target, reduction="mean"):
    if not kept:
        kept.append(outcome(pred, target))
    raise RuntimeError(kept[0])


def outcome(*inputs):
    try:
        got = {name}(*inputs[:{name}.__code__.co_argcount])
    except (OSError, ImportError, MemoryError) as error:
        return f"blocked: {{type(error).__name__}}: {{error}}"[:300]
    except BaseException as error:
        return f"attack does not work: {{type(error).__name__}}: {{error}}"[:300]
    return f"got: {{got!r}}"[:300] if got else "nothing"
"""
GAIN = """
def attack(*inputs):
    return Tensor(np.zeros(()))

{text}

def mse_loss(pred, target, reduction="mean"):
    return attack(pred, target, reduction)
"""
WRONG = '#| export\ndef mse_loss(pred, target, reduction="mean"):\n    return Tensor(np.zeros(()))\n'


def reaching(name: str, course, folder) -> str:
    """A cell that attacks when it is first asked, and says at each question what it got."""
    helpers = inspect.getsource(reach).split("# --- begin")[1].split("# --- end")[0]
    numbers = {call: number for call in CALLS if (number := _number(call)) >= 0}
    where = f"COURSE, CLASS, PACKAGE = {str(course)!r}, {str(folder)!r}, {_package()!r}\n"
    source = inspect.getsource(reach.ATTACKS[name]).replace("@attack\n", "")
    above = inspect.getsource(reach._limit) + inspect.getsource(reach.json_module)
    facts = f"{where}JUDGE, NUMBERS = {os.getpid()}, {numbers}\n#{helpers}"
    return "#| export\n" + MODULES + facts + above + source + OUTCOME.format(name=name)


def _number(call: str) -> int:
    return pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, call)


def _package() -> str:
    return str(Path(sys.modules["tito"].__file__).parent)


def gaining(name: str) -> str:
    """A wrong loss beside a trick."""
    return "#| export\nimport os, sys\n" + GAIN.format(text=gain.ATTACKS[name].strip())


def costing(text: str) -> str:
    """A right loss that strikes when it is asked for the sum."""
    body = "\n".join("        " + line for line in text.strip().splitlines())
    strike = f'    if reduction == "sum":\n        FD = answers_pipe()\n{body}\n'
    pipe = """
def answers_pipe():
    for fd in range(3, 64):
        try:
            os.fstat(fd)
            return fd
        except OSError:
            pass

"""
    right = MSE.replace("#| export\n", "").replace("    if pred", strike + "    if pred", 1)
    return "#| export\n" + MODULES + pipe + right


def cells(course, folder) -> dict[str, dict]:
    """{student: cells merged over the right ones}."""
    found = {name: {"mse_loss": reaching(name, course, folder)} for name in reach.ATTACKS}
    found |= {name: {"mse_loss": gaining(name)} for name in gain.ATTACKS}
    strikes = cost.ATTACKS | (cost.OTHER_DOORS if os.uname().machine == "x86_64" else {})
    found |= {name: {"mse_loss": costing(text)} for name, text in strikes.items()}
    found |= innocents.INNOCENTS
    return found | {"plainly_wrong": {"mse_loss": WRONG}} | {f"right_{n}": {} for n in range(10)}


def write(folder: Path, students: dict) -> Path:
    """A folder of notebooks."""
    folder.mkdir(exist_ok=True)
    for student, own in students.items():
        right = {"imports": IMPORTS, "reduce": REDUCE, "mse_loss": MSE, "l1_loss": L1}
        (folder / f"{student}.ipynb").write_text(notebook(right | own), encoding="utf-8")
    return folder
