"""The system calls that a worker may make. The kernel refuses all others (seccomp), also those not invented yet.

The list is compiled to a BPF program by libseccomp on the judge's side; a worker only installs it.
"""

import base64
import functools
import os

# What computing, allocating, importing from the standard library and answering through a pipe need.
ALLOWED = """
read readv pread64 write writev lseek close fstat newfstatat fstatat64 statx stat lstat open openat getdents64 readlink
readlinkat access faccessat faccessat2 getcwd dup dup3 poll ppoll pselect6 select
mmap munmap mremap mprotect madvise brk membarrier mincore
futex futex_waitv set_robust_list get_robust_list rseq set_tid_address restart_syscall
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait sigaltstack alarm setitimer getitimer
clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times sched_yield sched_getaffinity
getpid getppid gettid getuid geteuid getgid getegid getgroups getresuid getresgid getsid getpgid getpgrp getpriority
getrusage getrlimit getrandom uname sysinfo getcpu exit exit_group
""".split()

# Allowed for some arguments only.
READ_LIMITS, TERMINAL, DESCRIPTORS = "prlimit64", "ioctl", "fcntl"
TCGETS = 0x5401  # what isatty() asks
F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC = 0, 1, 2, 3, 1030

EPERM = 1


def program(arch: str = "NATIVE") -> bytes:
    """The filter as BPF instructions of 8 bytes. `arch` is a name of pyseccomp.Arch, such as "AARCH64".

    Raises ImportError or RuntimeError where pyseccomp or libseccomp is missing, OSError for an unknown architecture.
    """
    import pyseccomp

    chosen = getattr(pyseccomp.Arch, arch)
    filter = pyseccomp.SyscallFilter(pyseccomp.ERRNO(EPERM))
    filter.set_attr(pyseccomp.Attr.ACT_BADARCH, pyseccomp.KILL_PROCESS)  # 32-bit calls would have other numbers
    if arch != "NATIVE" and chosen != pyseccomp.system_arch():
        filter.add_arch(chosen)
        filter.remove_arch(pyseccomp.Arch.NATIVE)
    for name in ALLOWED:
        filter.add_rule(pyseccomp.ALLOW, name)
    _allow_some(pyseccomp, filter)
    for name in ("read", "write", "mmap", "munmap", "futex", "brk"):
        filter.syscall_priority(name, 255)
    return _exported(filter)


@functools.cache
def encoded() -> str:
    """The filter for this machine in base64; empty where it cannot be made, and then the probe finds it missing."""
    try:
        return base64.b64encode(program()).decode()
    except (ImportError, RuntimeError, OSError):
        return ""


def _allow_some(pyseccomp, filter) -> None:
    equal = pyseccomp.EQ
    filter.add_rule(pyseccomp.ALLOW, READ_LIMITS, pyseccomp.Arg(2, equal, 0))  # without a new limit it only reads
    filter.add_rule(pyseccomp.ALLOW, TERMINAL, pyseccomp.Arg(1, equal, TCGETS))
    for command in (F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC):
        filter.add_rule(pyseccomp.ALLOW, DESCRIPTORS, pyseccomp.Arg(1, equal, command))


def _exported(filter) -> bytes:
    with os.fdopen(os.memfd_create("filter"), "w+b", buffering=0) as file:
        filter.export_bpf(file)
        file.seek(0)
        return file.read()
