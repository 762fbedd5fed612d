"""Attacks that want to stop the grading: each strikes at the sum of an otherwise right mse_loss. Handed in as text."""

ATTACKS = {}

ATTACKS["leaves_the_process"] = "os._exit(0)"
ATTACKS["leaves_with_sys_exit"] = "sys.exit(0)"
ATTACKS["reads_address_zero"] = "ctypes.string_at(0)"
ATTACKS["jumps_to_nowhere"] = "ctypes.CFUNCTYPE(None)(8)()"
ATTACKS["aborts"] = "os.abort()"
ATTACKS["overflows_the_stack"] = """
sys.setrecursionlimit(1 << 30)
def down(): return down()
down()
"""
ATTACKS["overflows_the_stack_in_c"] = """
sys.setrecursionlimit(1 << 30)
deep = None
for _ in range(1 << 18): deep = [deep]
repr(deep)
"""
ATTACKS["loops"] = "while True: pass"
ATTACKS["computes_for_ever_in_c"] = "9 ** 9 ** 9 ** 9"
ATTACKS["searches_for_ever_in_a_pattern"] = "import re; re.match('(a+)+b', 'a' * 60)"
ATTACKS["sleeps_deaf_to_signals"] = """
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))
[signal.signal(n, signal.SIG_IGN) for n in range(1, 32) if n not in (9, 19)]
while True: time.sleep(9)
"""
ATTACKS["takes_fifty_gigabytes"] = "np.ones(50 << 27)"
ATTACKS["fills_its_memory"] = "hoard = []\nwhile True: hoard.append(bytearray(1 << 24))"
ATTACKS["fills_its_memory_with_text"] = "text = 'x'\nwhile True: text += text"
ATTACKS["fork_bomb"] = "while True: os.fork()"
ATTACKS["thread_bomb"] = "while True: threading.Thread(target=time.sleep, args=(9,)).start()"
ATTACKS["floods_every_file"] = "[os.write(fd, b'x' * 65536) for _ in range(2000) for fd in range(3, 5)]"
ATTACKS["floods_with_frames"] = """
frame = struct.pack('<II', 2, 0) + b'{}'
while True: os.write(FD, frame * 4096)
"""
ATTACKS["announces_gigabytes"] = "os.write(FD, struct.pack('<II', (1 << 32) - 1, (1 << 32) - 1)); time.sleep(9)"
ATTACKS["announces_and_never_sends"] = "os.write(FD, struct.pack('<II', 30000, 4000000)); time.sleep(9)"
ATTACKS["drips"] = "os.write(FD, struct.pack('<II', 30000, 0))\nwhile True: os.write(FD, b' '); time.sleep(0.01)"
ATTACKS["a_header_nested_deeply"] = "os.write(FD, struct.pack('<II', 30000, 0) + b'[' * 30000)"
ATTACKS["a_header_of_digits"] = "os.write(FD, struct.pack('<II', 30000, 0) + b'9' * 30000)"
ATTACKS["a_shape_of_ten_to_the_nineteen"] = """
text = b'{"question": 2, "status": "answered", "form": "one", "keys": [],'
text += b'"leaves": [["array", "<f8", [0, 4000000, 4000000, 4000000], false]]}'
os.write(FD, struct.pack('<II', len(text), 0) + text)
"""
ATTACKS["pickles"] = "import pickle; os.write(FD, pickle.dumps(dict(total=16)) * 99)"
ATTACKS["closes_every_file"] = "os.closerange(0, 64)"
ATTACKS["puts_another_file_in_place_of_the_pipe"] = "os.dup2(1, FD, inheritable=False)"
ATTACKS["half_a_frame_and_the_end"] = "os.write(FD, struct.pack('<II', 40, 0) + b'{\"quest'); os._exit(0)"
ATTACKS["an_alarm_in_the_harness"] = "signal.setitimer(signal.ITIMER_REAL, 1e-5, 1e-5); time.sleep(0.01)"
ATTACKS["a_handler_that_raises_in_the_harness"] = """
def strike(*a): raise KeyboardInterrupt
signal.signal(signal.SIGALRM, strike); signal.setitimer(signal.ITIMER_REAL, 1e-4, 1e-4); time.sleep(0.01)
"""
ATTACKS["an_error_with_a_megabyte_to_say"] = "raise ValueError('x' * (1 << 20))"
ATTACKS["an_error_that_cannot_be_written"] = "raise ValueError('\\ud800\\udfff \\x1b[31m \\x00 =1+1 [bold] <script>')"
ATTACKS["an_error_that_never_ends_its_text"] = """
class E(Exception):
    def __str__(self):
        while True: pass
raise E()
"""
ATTACKS["an_error_with_a_loop_of_causes"] = """
error = ValueError('x'); error.__cause__ = error; error.__context__ = error
raise error
"""
ATTACKS["a_loop_when_it_is_collected"] = """
class Last:
    def __del__(self):
        while True: pass
Last()
"""
ATTACKS["an_answer_of_gigabytes"] = "return Tensor(np.zeros(1 << 22))"
ATTACKS["a_thousand_answers"] = "return [Tensor(0.0)] * 1000"
ATTACKS["an_answer_in_itself"] = "loop = []; loop.append(loop); return loop"
ATTACKS["faulthandler_in_a_hurry"] = "import faulthandler; faulthandler.enable(); ctypes.string_at(0)"
ATTACKS["objects_freed_twice"] = (
    "x = object(); [ctypes.pythonapi.Py_DecRef(ctypes.py_object(x)) for _ in range(99)]; gc.collect(); os._exit(1)"
)
ATTACKS["numpy_that_kills"] = "np.array = np.zeros = None; raise MemoryError"
ATTACKS["tracing_without_end"] = (
    "sys.settrace(lambda *a: time.sleep(1)); sys.setprofile(lambda *a: time.sleep(1)); (lambda: 0)()"
)

# x86-64 alone: machine code that calls the kernel by doors for which the filter has no numbers.
CODE = """
import mmap
page = mmap.mmap(-1, 4096, prot=7)
page.write(bytes.fromhex({code!r}))
ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
raise SystemError("the kernel answered")
"""
OTHER_DOORS = {
    "calls_the_kernel_as_a_32_bit_program": CODE.format(code="b814000000cd80c3"),  # mov eax, 20 (getpid); int 0x80; ret
    "calls_the_kernel_by_x32": CODE.format(code="b8270000400f05c3"),  # mov eax, 0x40000027 (x32 getpid); syscall; ret
}

# These cost more than the sum, by what they do to themselves.
COSTS_MORE = {
    "closes_every_file",
    "puts_another_file_in_place_of_the_pipe",
    "a_handler_that_raises_in_the_harness",
}
