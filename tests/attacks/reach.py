"""Attacks that reach for something outside of the worker: each returns what it got, and must get nothing.

They are handed in as text: COURSE, CLASS, PACKAGE (paths), JUDGE (a pid) and NUMBERS (system calls by name) are written
above them, and `call` makes a system call without Python's help.
"""

import ctypes
import gc
import importlib
import linecache
import mmap
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

COURSE = CLASS = PACKAGE = ""
JUDGE, NUMBERS = 0, {}
ATTACKS = {}


def attack(function):
    ATTACKS[function.__name__] = function
    return function


# --- begin: written above every attack
def call(name, *arguments):
    """A raw system call by its number; raises OSError."""
    arguments = [a if isinstance(a, (bytes, type(None))) else ctypes.c_long(a) for a in arguments]
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.syscall(ctypes.c_long(NUMBERS[name]), *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return name, result


def any_of(*attempts):
    """What the first attempt that succeeds gives; raises the last one's error when none does."""
    error = None
    for attempt in attempts:
        try:
            return attempt() or "succeeded"
        except (OSError, ImportError, MemoryError, ValueError) as failed:
            error = failed
    raise error


def any_call(names, *arguments):
    """Try system calls with the same arguments."""
    return any_of(*[lambda name=name: call(name, *arguments) for name in names.split() if name in NUMBERS])


# --- end


@attack
def reads_the_password_file():
    return any_of(lambda: open("/etc/passwd").read(), lambda: open("/etc/hostname").read())


@attack
def reads_the_reference_and_the_exam():
    folder = COURSE + "/modules/02_losses/"
    return any_of(lambda: open(folder + "losses_dev.ipynb").read(), lambda: open(folder + "exam.py").read())


@attack
def lists_the_course_and_the_class():
    return any_of(lambda: os.listdir(COURSE), lambda: os.listdir(CLASS), lambda: os.listdir("/"), lambda: os.listdir())


@attack
def reads_another_submission():
    return any_of(*[lambda n=n: open(f"{CLASS}/right_{n}.ipynb").read() for n in range(10)])


@attack
def climbs_out_by_dots_and_links():
    numpy = os.path.dirname(sys.modules["numpy"].__file__)
    return any_of(
        lambda: open(numpy + "/../../../../../../../../etc/passwd").read(),
        lambda: open(os.__file__ + "/../../../../../etc/passwd").read(),
        lambda: open("/proc/self/root/etc/passwd").read(),
        lambda: open("/proc/self/cwd/etc/passwd").read(),
        lambda: open(f"/proc/{JUDGE}/root{CLASS}/right_0.ipynb").read(),
    )


@attack
def reads_what_is_beside_numpy():
    folder = os.path.dirname(os.path.dirname(sys.modules["numpy"].__file__))
    names = ("fastcore/basics.py", "rich/__init__.py", "pytest/__init__.py", "pyseccomp/__init__.py")
    return any_of(*[lambda name=name: open(f"{folder}/{name}").read() for name in names])


@attack
def reads_the_graders_own_source():
    return any_of(
        lambda: open(PACKAGE + "/grading/judge.py").read(),
        lambda: Path(PACKAGE + "/grading/worker/zygote.py").read_text(),
    ) or linecache.getlines(PACKAGE + "/grading/judge.py")


@attack
def looks_at_processes():
    things = ("environ", "cmdline", "maps", "mem", "status", "stat", "fd/0", "auxv")
    people = ("self", "1", str(JUDGE), str(os.getppid()), "thread-self")
    return any_of(*[lambda p=p, t=t: open(f"/proc/{p}/{t}", "rb").read(1) for p in people for t in things])


@attack
def follows_the_judges_files_and_folder():
    names = ["cwd", "exe", "root", *(f"fd/{n}" for n in range(10))]
    pids = (JUDGE, os.getppid(), 1)
    return any_of(*[lambda p=p, n=n: os.readlink(f"/proc/{p}/{n}") for p in pids for n in names])


@attack
def writes_its_own_memory_through_proc():
    return any_of(
        lambda: open("/proc/self/mem", "r+b").write(b"x"),
        lambda: open("/proc/self/oom_score_adj", "w").write("-1000"),
        lambda: open("/proc/self/coredump_filter", "w").write("0"),
    )


@attack
def imports_the_judge():
    names = "tito.grading.judge tito.grading.batch tito.grading.intake tito.settings tinytorch.nn.layers pytest pip"
    return any_of(*[lambda name=name: importlib.import_module(name) for name in names.split()])


@attack
def finds_the_key_in_its_memory(pred, target):
    """The right answer, looked for in everything that is there while the question is asked."""
    import numpy as np

    wanted = float(((pred.data - target.data) ** 2).mean())
    if wanted == 0:
        return None  # zeros are everywhere
    passed = (type, type(sys), type(any_of), type(any_of.__code__))  # else the search leads through every library
    seen, waiting, found, frame = set(), gc.get_objects(), [], sys._getframe(1)
    while frame:
        waiting += frame.f_locals.values()
        frame = frame.f_back
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen or thing is wanted or isinstance(thing, passed):
            continue
        seen.add(id(thing))
        if isinstance(thing, (float, np.ndarray, np.floating)) and np.size(thing) == 1:
            number = np.asarray(thing)
            found += [repr(thing)] if number.dtype.kind == "f" and abs(float(number.item()) - wanted) < 1e-9 else []
        waiting += gc.get_referents(thing)
    return found


@attack
def finds_the_courses_source_in_its_memory():
    """Text of the exam or of an earlier lesson's solution, which an error's message would carry home."""
    seen, waiting, found, frame = set(), [], [], sys._getframe(1)
    for name in ("answer", "sit"):
        waiting += sys.modules["tito.grading.worker." + name].__dict__.values()
    while frame:
        waiting += frame.f_locals.values()
        frame = frame.f_back
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, str):
            found += [thing[:80]] if any(mark in thing for mark in ("class Con" + "stant", "@quest" + "ion(")) else []
        elif isinstance(thing, (list, tuple, dict, set)) and id(thing) not in seen:
            seen.add(id(thing))
            waiting += [*thing.keys(), *thing.values()] if isinstance(thing, dict) else thing
    return found


@attack
def finds_the_judges_things_in_its_memory():
    kinds = {"Sheet", "Verdict", "Mark", "Result", "Answer", "Entry", "Seat", "Zygote", "Examiner", "Grades", "Exam"}
    return [type(thing).__name__ for thing in gc.get_objects() if type(thing).__name__ in kinds]


@attack
def reads_the_environment_of_the_judge():
    ctypes.CDLL(None).getenv.restype = ctypes.c_char_p
    here = "HOME PATH USER SECRET_OF_THE_JUDGE OPENBLAS_NUM_THREADS".split()
    return dict(os.environ) or [name for name in here if ctypes.CDLL(None).getenv(name.encode())]


@attack
def finds_open_files_of_others():
    """Beside the null device on 0 to 2 there may be only the pipe of answers."""
    found = []
    for fd in range(2000):
        try:
            status = os.fstat(fd)
        except OSError:
            continue
        found.append((fd, oct(status.st_mode)))
    return found[4:] or [entry for entry in found[3:] if not entry[1].startswith("0o10")]


@attack
def writes_files_wherever_it_may():
    folders = [
        "/tmp",
        "/var/tmp",
        "/dev/shm",
        "/run",
        os.getcwd(),
        CLASS,
        COURSE,
        os.path.expanduser("~"),
        "/proc/self",
    ]
    return any_of(*[lambda f=f: os.open(f"{f}/left_by_an_attack", os.O_CREAT | os.O_WRONLY, 0o666) for f in folders])


@attack
def writes_files_without_names():
    return any_of(
        lambda: os.open("/tmp", os.O_TMPFILE | os.O_RDWR),
        lambda: tempfile.TemporaryFile().write(b"x"),
        lambda: os.write(os.memfd_create("stash"), b"x"),
        lambda: call("memfd_create", b"stash", 0),
        lambda: call("memfd_secret", 0),
    )


@attack
def makes_other_things_on_the_disk():
    name = "/tmp/left_by_an_attack"
    return any_of(
        lambda: os.mkdir(name),
        lambda: os.mkfifo(name),
        lambda: os.mknod(name),
        lambda: os.symlink("/etc", name),
        lambda: os.link(os.__file__, name),
        lambda: os.rename(CLASS + "/right_0.ipynb", CLASS + "/right_x.ipynb"),
        lambda: os.unlink(CLASS + "/right_0.ipynb"),
        lambda: os.truncate(CLASS + "/right_0.ipynb", 0),
    )


@attack
def changes_dates_rights_and_owners():
    path = CLASS + "/right_0.ipynb"
    return any_of(
        lambda: os.utime(path, (0, 0)),
        lambda: os.chmod(path, 0o777),
        lambda: os.chown(path, os.getuid(), -1),
        lambda: os.setxattr(path, "user.x", b"1"),
        lambda: os.fchmod(1, 0o777),
        lambda: os.utime(1, (0, 0)),
    )


@attack
def shares_memory_with_the_next_student():
    return any_of(
        lambda: importlib.import_module("_posixshmem").shm_open("/left_by_an_attack", os.O_CREAT | os.O_RDWR, 0o666),
        lambda: call("shmget", 777, 4096, 0o1666),
        lambda: call("semget", 777, 1, 0o1666),
        lambda: call("msgget", 777, 0o1666),
        lambda: call("mq_open", b"left_by_an_attack", 0o102, 0o666, None),
    )


@attack
def keeps_something_in_the_kernels_key_ring():
    return any_call("add_key", b"user", b"stash", b"x", 1, -4) or any_call("keyctl request_key", 0, -4, 1)


@attack
def opens_sockets_of_every_family():
    kinds = [socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET]
    made = [lambda f=f, k=k: socket.socket(f, k) for f in range(1, 46) for k in kinds]
    return any_of(*made, socket.socketpair, lambda: call("socketpair", 1, 1, 0, bytes(8)))


@attack
def talks_over_the_network():
    made = [lambda f=f: socket.socket(f, socket.SOCK_DGRAM).connect(("127.0.0.1", 53)) for f in (2, 10)]
    return any_of(*made, lambda: socket.getaddrinfo(b"127.0.0.1", 80) and socket.socket())


@attack
def binds_an_abstract_socket():
    made = socket.socket(socket.AF_UNIX)
    made.bind("\0left_by_an_attack")
    return "bound"


@attack
def asks_the_ring_to_do_it():
    return any_call("io_uring_setup io_uring_enter io_uring_register", 8, bytes(120), 0, 0, 0, 0)


@attack
def traces_the_zygote_and_the_judge():
    calls = [lambda p=p: call("ptrace", 16, p, 0, 0) for p in (os.getppid(), JUDGE)]
    calls += [lambda p=p: call("process_vm_readv", p, bytes(16), 1, bytes(16), 1, 0) for p in (os.getppid(), JUDGE)]
    calls += [lambda: call("ptrace", 0, 0, 0, 0), lambda: call("kcmp", os.getppid(), os.getpid(), 1, 0, 0)]
    return any_of(*calls)


@attack
def signals_the_zygote_the_judge_and_siblings():
    pids = [os.getppid(), JUDGE, 0, -1, -os.getppid(), os.getpid() + 1, os.getpid() - 1]
    return any_of(*[lambda p=p: os.kill(p, signal.SIGKILL) for p in pids], lambda: os.killpg(0, signal.SIGKILL))


@attack
def signals_by_other_doors():
    pid = os.getppid()
    return any_of(
        lambda: call("tgkill", pid, pid, 9),
        lambda: call("tkill", pid, 9),
        lambda: call("rt_sigqueueinfo", pid, 9, bytes(128)),
        lambda: call("rt_tgsigqueueinfo", pid, pid, 9, bytes(128)),
        lambda: os.pidfd_open(pid),
        lambda: call("pidfd_getfd", 3, 0, 0),
        lambda: call("pidfd_send_signal", 3, 9, None, 0),
    )


@attack
def stops_itself():
    os.kill(os.getpid(), signal.SIGSTOP)
    return "went on"


@attack
def forks():
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    return pid


@attack
def leaves_a_daemon():
    pid = os.fork()
    if pid == 0:
        os.setsid()
        time.sleep(3)
        os._exit(0)
    return pid


@attack
def starts_programs():
    return any_of(
        lambda: subprocess.run(["/bin/true"]),
        lambda: os.posix_spawn("/bin/true", ["true"], {}),
        lambda: os.popen("true"),
        lambda: call("clone", 17, 0, 0, 0, 0),
        lambda: call("clone3", bytes(64), 64),
        lambda: call("unshare", 0x10000000),
    )


@attack
def becomes_another_program():
    return any_of(
        lambda: os.execv("/bin/true", ["true"]),
        lambda: os.execv(sys.executable or "/usr/bin/python3", ["python"]),
        lambda: call("execve", b"/bin/true", None, None),
        lambda: call("execveat", -100, b"/bin/true", None, None, 0),
    )


@attack
def starts_threads():
    try:
        threading.Thread(target=time.sleep, args=(0.1,)).start()
    except RuntimeError as error:
        raise OSError(str(error)) from None
    return "a thread"


@attack
def becomes_root():
    return any_of(
        lambda: os.setuid(0),
        lambda: os.setgid(0),
        lambda: os.setresuid(0, 0, 0),
        lambda: os.setgroups([0]),
        lambda: call("capset", bytes(8), bytes(24)),
        lambda: call("setfsuid", 0),
    )


@attack
def is_root():
    return 0 in (os.getuid(), os.geteuid(), os.getgid(), os.getegid(), *os.getgroups()) and os.getresuid()


@attack
def stays_in_the_judges_session():
    return os.getsid(0) != os.getpid() and os.getsid(0) or os.getpgrp() != os.getpid() and os.getpgrp()


@attack
def joins_another_session():
    return any_of(os.setsid, lambda: os.setpgid(0, 0), lambda: os.setpgid(0, os.getppid()))


@attack
def undoes_its_limits():
    top = resource.RLIM_INFINITY
    which = [resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE]
    made = [lambda w=w: resource.setrlimit(w, (top, top)) for w in which]
    return any_of(*made, lambda: resource.prlimit(JUDGE, resource.RLIMIT_NOFILE, (3, 3)))


@attack
def has_room_left_in_its_limits():
    most = {"RLIMIT_NPROC": 0, "RLIMIT_FSIZE": 0, "RLIMIT_CORE": 0, "RLIMIT_NOFILE": 64, "RLIMIT_CPU": 3600}
    return {name: now for name, limit in most.items() if not 0 <= (now := _limit(name)) <= limit}


def _limit(name):
    return resource.getrlimit(getattr(resource, name))[1]


@attack
def takes_all_processors():
    return any_of(
        lambda: os.sched_setaffinity(0, range(64)),
        lambda: os.nice(-5),
        lambda: os.nice(5),
        lambda: os.setpriority(os.PRIO_PROCESS, 0, -10),
        lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
        lambda: call("ioprio_set", 1, 0, 0),
        lambda: call("sched_setattr", 0, bytes(48), 0),
    )


@attack
def changes_what_kind_of_process_it_is():
    options = {"dumpable": (4, 1), "parent": (1, 0), "name": (15, 0), "tracer": (0x59616D61, -1), "reaper": (36, 1)}
    made = [lambda o=o: call("prctl", *o, 0, 0, 0) for o in options.values()]
    return any_of(*made, lambda: call("personality", 0x40000))


@attack
def undoes_landlock_and_seccomp():
    return any_of(
        lambda: call("landlock_create_ruleset", None, 0, 1),
        lambda: call("landlock_restrict_self", 3, 0),
        lambda: call("seccomp", 0, 0, None),
        lambda: call("seccomp", 1, 0, bytes(16)),
        lambda: call("prctl", 22, 0, 0, 0, 0),
        lambda: call("prctl", 38, 0, 0, 0, 0),
    )


@attack
def makes_a_world_of_its_own():
    made = [lambda f=f: call("unshare", f) for f in (0x00020000, 0x10000000, 0x20000000, 0x40000000)]
    more = [
        lambda: os.chroot("/"),
        lambda: os.chdir("/tmp"),
        lambda: call("mount", b"none", b"/tmp", b"tmpfs", 0, None),
    ]
    calls = [lambda: any_call("setns pivot_root umount2 fsopen fsmount open_tree move_mount", 0, 0, 0, 0, 0)]
    return any_of(*made, *more, *calls)


@attack
def opens_files_by_handles():
    return any_call("open_by_handle_at name_to_handle_at openat2", -100, bytes(64), 0, 0, 0)


@attack
def sets_up_watchers_and_timers():
    names = "userfaultfd inotify_init1 fanotify_init eventfd2 epoll_create1 timerfd_create perf_event_open bpf pipe2"
    return any_call(names, 0, 0, 0, 0, 0) or any_call("signalfd4 timer_create", 0, bytes(64), bytes(64), 0)


@attack
def administers_the_machine():
    names = """init_module finit_module delete_module kexec_load swapon swapoff syslog sethostname setdomainname acct
    quotactl settimeofday clock_settime adjtimex vhangup ioperm iopl lookup_dcookie nfsservctl mlockall mlock2 mbind
    set_mempolicy migrate_pages move_pages process_madvise pkey_alloc modify_ldt sync syncfs fsync flock fallocate"""
    return any_call(names, 0, 0, 0, 0, 0)


@attack
def steers_files_it_was_given():
    import fcntl

    made = [lambda c=c: fcntl.fcntl(1, c, 1) for c in (4, 6, 8, 10, 1024, 1026, 1031, 1033)]
    return any_of(*made, *[lambda c=c: fcntl.ioctl(1, c, bytes(64)) for c in (0x5412, 0x540E, 0x5421, 0x541B)])


@attack
def maps_fifty_gigabytes():
    return any_of(lambda: mmap.mmap(-1, 50 << 30), lambda: bytearray(50 << 30))


@attack
def opens_many_files():
    opened = []
    while True:
        opened.append(os.dup(1))
        if len(opened) > 500:
            return len(opened)


@attack
def finds_what_an_earlier_student_left():
    import builtins

    import numpy as np

    found = [place for place in (builtins, sys, np, os, json_module()) if hasattr(place, "left_by_an_attack")]
    for place in (builtins, sys, np, os, json_module()):
        place.left_by_an_attack = os.getpid()
    mine = [place for place in found if place.left_by_an_attack != os.getpid()]
    seen = sys.modules.setdefault("left_by_an_attack", sys) is not sys
    return mine or seen


def json_module():
    import json

    return json
