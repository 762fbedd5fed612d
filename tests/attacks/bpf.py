"""Runs a classic BPF program as the kernel runs a seccomp filter."""

import struct

ALLOW, ERRNO, KILL = 0x7FFF0000, 0x00050000, 0x80000000
JUMPS = {
    0x10: lambda a, k: a == k,
    0x20: lambda a, k: a > k,
    0x30: lambda a, k: a >= k,
    0x40: lambda a, k: a & k != 0,
}
ARITHMETIC = {0x40: lambda a, k: a | k, 0x50: lambda a, k: a & k}


def verdict(program: bytes, arch: int, number: int, *arguments: int) -> int:
    """What the filter says to a system call: ALLOW, ERRNO with an error number in it, or KILL."""
    data = struct.pack("<iIQ6Q", number, arch, 0, *arguments, *[0] * (6 - len(arguments)))
    at, accumulator = 0, 0
    while True:
        code, yes, no, k = struct.unpack_from("<HBBI", program, 8 * at)
        at += 1
        kind = code & 7
        if code == 0x20:  # load a word of the call
            accumulator = struct.unpack_from("<I", data, k)[0]
        elif kind == 4:
            accumulator = ARITHMETIC[code & 0xF0](accumulator, k)
        elif code == 0x05:  # jump, always
            at += k
        elif kind == 5:
            at += yes if JUMPS[code & 0xF0](accumulator, k) else no
        elif kind == 6:
            return k
        else:
            raise AssertionError(f"unknown instruction {code:#x}")
