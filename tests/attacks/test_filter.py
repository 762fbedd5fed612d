"""The seccomp filter, interpreted for both architectures: what it allows, what it refuses, and what it kills."""

import bpf
import pyseccomp
import pytest

from tito.grading import syscalls

ARCHES = {"X86_64": 0xC000003E, "AARCH64": 0xC00000B7}
OTHERS = {"I386": 0x40000003, "ARM": 0x40000028, "X86_64": 0xC000003E, "AARCH64": 0xC00000B7, "RISCV64": 0xC00000F3}
FORBIDDEN = """fork vfork clone clone3 execve execveat kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open
pidfd_send_signal pidfd_getfd ptrace process_vm_readv process_vm_writev socket socketpair connect bind listen accept
accept4 sendto sendmsg recvfrom recvmsg unshare setns mount umount2 pivot_root chroot chdir fchdir fsopen fsmount
move_mount open_tree mount_setattr bpf perf_event_open keyctl add_key request_key io_uring_setup io_uring_enter
io_uring_register userfaultfd chmod fchmod fchmodat chown fchown lchown fchownat setxattr lsetxattr fsetxattr utime
utimes utimensat setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid setpgid setsid
setrlimit setpriority nice sched_setscheduler sched_setattr sched_setparam sched_setaffinity ioprio_set memfd_create
memfd_secret shmget shmat shmctl semget semop msgget msgsnd mq_open kcmp init_module finit_module kexec_load
open_by_handle_at name_to_handle_at openat2 reboot swapon syslog sethostname modify_ldt arch_prctl personality
inotify_init inotify_init1 fanotify_init landlock_create_ruleset landlock_add_rule landlock_restrict_self seccomp prctl
capset acct quotactl mkdir mkdirat mknod mknodat unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat
truncate ftruncate creat pipe pipe2 eventfd eventfd2 signalfd4 timerfd_create timer_create epoll_create1 splice tee
vmsplice sendfile copy_file_range mlock mlockall mbind migrate_pages move_pages ioperm iopl clock_settime settimeofday
adjtimex process_madvise process_mrelease pause rt_sigsuspend""".split()


@pytest.fixture(scope="module", params=ARCHES)
def filter(request):
    """(architecture's name, a function of a call's name and arguments that gives the verdict)."""
    arch, program = getattr(pyseccomp.Arch, request.param), syscalls.program(request.param)

    def verdict(name: str, *arguments: int):
        number = pyseccomp.resolve_syscall(arch, name)
        return None if number < 0 else bpf.verdict(program, ARCHES[request.param], number, *arguments)

    return request.param, program, verdict


def test_what_computing_needs_is_allowed(filter):
    _, _, verdict = filter
    assert {verdict(name) for name in syscalls.ALLOWED} <= {bpf.ALLOW, None}
    needed = (
        "read write close fstat openat getdents64 mmap munmap mprotect brk futex rt_sigaction clock_gettime exit_group"
    )
    assert all(verdict(name) == bpf.ALLOW for name in needed.split())


def test_everything_else_is_refused_with_an_error(filter):
    _, _, verdict = filter
    wrong = {name: verdict(name) for name in FORBIDDEN if verdict(name) not in (bpf.ERRNO | 1, None)}
    assert not wrong
    assert sum(verdict(name) is not None for name in FORBIDDEN) > 120


def test_numbers_that_are_not_on_the_list_are_refused(filter):
    name, program, _ = filter
    allowed = {pyseccomp.resolve_syscall(getattr(pyseccomp.Arch, name), call) for call in syscalls.ALLOWED}
    some = {pyseccomp.resolve_syscall(getattr(pyseccomp.Arch, name), call) for call in ("prlimit64", "ioctl", "fcntl")}
    for number in [*range(2000), (1 << 30) - 1]:
        found = bpf.verdict(program, ARCHES[name], number, 0, 2**63, 2**63)
        assert found == (bpf.ALLOW if number in allowed else bpf.ERRNO | 1) or number in some, number


def test_calls_of_another_architecture_are_killed(filter):
    name, program, _ = filter
    for other, audit in OTHERS.items():
        if other != name:
            for number in (0, 1, 20, 57, 63, 220):
                assert bpf.verdict(program, audit, number) & bpf.KILL, other


def test_numbers_of_the_x32_door_are_killed():
    program = syscalls.program("X86_64")
    for number in (0x40000000, 0x40000001, 0x40000039, 0x40000200, 0x7FFFFFFF, -2):
        assert bpf.verdict(program, ARCHES["X86_64"], number) & bpf.KILL, hex(number)


def test_limits_may_be_read_and_not_set(filter):
    _, _, verdict = filter
    assert verdict("prlimit64", 0, 7, 0) == bpf.ALLOW
    assert verdict("prlimit64", 0, 7, 0x7FFF00000000) == verdict("prlimit64", 0, 7, 8) == bpf.ERRNO | 1


@pytest.mark.parametrize("high", [0, 1 << 32, 1 << 63])
def test_files_may_be_asked_and_not_steered(filter, high):
    """The kernel looks at the lower half of a command: a number in the upper half must not get it past the filter."""
    _, _, verdict = filter
    for call, command in [("ioctl", c) for c in (0x5412, 0x541B, 0x5421, 0x40045431, 0x4B72)] + [
        ("fcntl", c) for c in (4, 5, 6, 7, 8, 10, 15, 37, 1024, 1026, 1031, 1033)
    ]:
        assert verdict(call, 1, command | high) == bpf.ERRNO | 1, (call, command)
    assert verdict("ioctl", 1, 0x5401) == verdict("fcntl", 1, 3) == bpf.ALLOW


def test_the_interpreter_itself_tells_a_hole():
    """A filter with one more call on its list is not taken for ours."""
    import unittest.mock

    with unittest.mock.patch.object(syscalls, "ALLOWED", [*syscalls.ALLOWED, "socket"]):
        program = syscalls.program("X86_64")
    assert bpf.verdict(program, ARCHES["X86_64"], 41) == bpf.ALLOW
