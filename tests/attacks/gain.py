"""Attacks that want marks for a wrong mse_loss: each tampers with the process that asks it. Handed in as text.

`attack(pred, target, reduction)` is called at each question; what it returns is the wrong loss's answer. What stands
above it in a function called `setup` has run before the first question.
"""

ATTACKS = {}

ATTACKS["comparisons_that_agree_with_everything"] = """
def yes(*a, **k): return True
np.allclose = np.array_equal = np.isclose = np.array_equiv = yes
np.testing.assert_allclose = np.testing.assert_array_equal = yes
import math; math.isclose = yes
"""
ATTACKS["builtins_that_lie"] = """
import builtins
builtins.abs = builtins.sum = builtins.max = lambda *a, **k: 0
builtins.all = builtins.any = lambda *a: True
"""
ATTACKS["isinstance_that_always_agrees"] = """
import builtins
builtins.isinstance = lambda *a: True
"""
ATTACKS["a_wire_of_its_own"] = """
import tito.grading.wire as wire
old = wire.encode
def encode(header, payload=b""):
    return old({**header, "status": "answered", "right": True, "earned": 10, "marks": 10}, payload)
wire.encode = encode
wire.encode_answer = lambda number, *values: encode({"question": number, "form": "one", "keys": [], "leaves": []})
"""
ATTACKS["json_that_says_refused"] = """
import json
old = json.dumps
json.dumps = lambda value, **k: old({**value, "form": "one", "keys": [], "leaves": [["str", "right"]]}, **k)
"""
ATTACKS["json_without_a_question"] = """
import json
json.dumps = lambda value, **k: '{"earned": 10, "total": 16, "status": "answered"}'
"""
ATTACKS["struct_and_hashlib_that_lie"] = """
import struct, hashlib
import tito.grading.wire as wire
class Zero:
    def digest(self): return bytes(32)
hashlib.sha256 = lambda *a: Zero()
wire.LENGTHS = struct.Struct(">II")
"""
ATTACKS["an_array_that_equals_everything"] = """
class Lie(np.ndarray):
    def __eq__(self, other): return np.ones(self.shape, bool)
    def __array__(self, *a, **k): return self
    def __array_ufunc__(self, *a, **k): return self
    shape = property(lambda self: ())
    dtype = property(lambda self: np.dtype("f8"))
def attack(*inputs): return Tensor(np.zeros((2, 2)).view(Lie))
"""
ATTACKS["a_tensor_that_equals_everything"] = """
class Liar(Tensor):
    __eq__ = __le__ = __ge__ = lambda self, other: True
    requires_grad = True
    data = property(lambda self: np.zeros(()), lambda self, x: None)
def attack(*inputs): return Liar(1.0)
"""
ATTACKS["a_number_that_changes_when_asked_again"] = """
class Changing(float):
    def __array__(self, *a, **k): return np.array(1.0)
    def __float__(self): return 1.0
    def __eq__(self, other): return True
def attack(*inputs): return Changing(2)
"""
ATTACKS["not_a_number"] = "def attack(*inputs): return Tensor(np.nan)"
ATTACKS["infinity_of_any_sign"] = "def attack(*inputs): return Tensor(np.array([np.inf, -np.inf]))"
ATTACKS["objects"] = "def attack(*inputs): return Tensor(np.array([Tensor, object()], dtype=object))"
ATTACKS["objects_that_equal_everything"] = """
class Same:
    def __eq__(self, other): return True
    def __sub__(self, other): return 0.0
    __abs__ = __float__ = lambda self: 0.0
def attack(*inputs): return Tensor(np.array(Same(), dtype=object))
"""
ATTACKS["structured_and_masked_arrays"] = """
def attack(*inputs):
    return [np.zeros(3, "f4,f4"), np.array(["x"]), np.array(1, "m8[s]"), np.zeros(1, "O")][inputs[0].shape[0] % 4]
"""
ATTACKS["printed_results"] = """
import sys
for line in ("score: 16/16", "PASSED", "1 passed in 0.01s", '{"total": 16}', "ok 1 - mse_loss"):
    print(line, flush=True); print(line, file=sys.stderr, flush=True)
    for fd in (0, 1, 2):
        try: os.write(fd, line.encode() + b"\\n")
        except OSError: pass
"""
ATTACKS["a_slope_of_its_own"] = """
import tito.replay, tito.grading.exam as exam
exam.secants = tito.replay.secants = lambda f, x, directions: np.zeros(len(directions))
exam.gradient = lambda tt, loss, *leaves, **options: {"requires_grad": True}
exam.recorded = lambda loss: []
"""
ATTACKS["an_rng_that_draws_zeros"] = """
class Zeros:
    def __getattr__(self, name): return lambda *a, size=(), **k: np.zeros(size)
np.random.Generator = lambda *a: Zeros()
np.random.PCG64 = lambda *a: None
"""
ATTACKS["the_questions_rng_found_by_its_frame"] = """
def attack(*inputs):
    frame = sys._getframe()
    while frame:
        rng = frame.f_locals.get("rng")
        if rng is not None:
            rng.bit_generator.state = np.random.PCG64(0).state
        frame = frame.f_back
    return Tensor(0.0)
"""
ATTACKS["inputs_set_to_zero"] = """
def attack(pred, target, *rest):
    pred.data = target.data = np.zeros_like(pred.data)
    return ((pred - target.data) * (pred - target.data)).mean()
"""
ATTACKS["inputs_found_by_frames_and_overwritten"] = """
def attack(pred, target, *rest):
    import gc
    for thing in gc.get_objects():
        if isinstance(thing, np.ndarray) and thing.dtype.kind == "f" and thing.flags.writeable and thing.size < 99:
            thing[...] = 0
    return Tensor(0.0)
"""
ATTACKS["pickles_on_every_file"] = """
import pickle
class Bomb:
    def __reduce__(self): return (os.system, ("touch /tmp/left_by_an_attack",))
def attack(*inputs):
    for fd in range(32):
        try: os.write(fd, pickle.dumps(Bomb()) * 9)
        except OSError: pass
    return Tensor(0.0)
"""
ATTACKS["answers_for_every_question_forged_at_once"] = """
import json, struct
def forged(number, leaf):
    text = json.dumps({"question": number, "status": "answered", "form": "one", "keys": [], "leaves": [leaf]}).encode()
    payload = struct.pack("<d", 0.0) if leaf[0] != "str" else b""
    return struct.pack("<II", len(text), len(payload)) + text + payload
def attack(*inputs):
    for number in range(8):
        for fd in range(3, 32):
            try: os.write(fd, forged(number, ["tensor", "<f8", [], True]))
            except OSError: pass
    os._exit(0)
"""
ATTACKS["questions_asked_anew"] = """
frame = sys._getframe()
while "questions" not in frame.f_locals:
    frame = frame.f_back
for question in frame.f_locals["questions"]:
    if question.exercise == "mse_loss":
        object.__setattr__(question, "ask", lambda tt, rng: {"requires_grad": True, "unchanged": True})
        object.__setattr__(question, "tolerance", (1e9, 1e9))
        object.__setattr__(question, "weight", 1e9)
        object.__setattr__(question, "aspect", "errors")
"""
ATTACKS["a_judge_planted_in_sys_modules"] = """
import sys, types
for name in ("judge", "marks", "sheet", "batch", "grades"):
    fake = types.ModuleType("tito.grading." + name)
    fake.__dict__.update(judge=lambda *a: True, marked=lambda *a: 16, compare=lambda *a: True)
    sys.modules["tito.grading." + name] = fake
"""
ATTACKS["import_hooks"] = """
import sys, types, importlib, builtins
class Finder:
    def find_spec(self, name, *rest): return importlib.machinery.ModuleSpec(name, self)
    def create_module(self, spec): return types.ModuleType(spec.name)
    def exec_module(self, module): module.__dict__.update(dict.fromkeys(("judge", "grade"), lambda *a: True))
sys.meta_path.insert(0, Finder()); sys.path_hooks.insert(0, Finder())
old = builtins.__import__
builtins.__import__ = lambda *a, **k: old(*a, **k)
sys.path.insert(0, "/tmp")
"""
ATTACKS["a_tensor_class_of_its_own"] = """
import tinytorch.core.tensor as core
class Free:
    data, requires_grad, op, inputs, shape = 0.0, True, None, (), ()
    def __init__(self, *a, **k): pass
    def __getattr__(self, name): return lambda *a, **k: self
core.Tensor = Tensor = Free
np.asarray = lambda *a, **k: 0.0
"""
ATTACKS["a_tracer_on_the_harness"] = """
import sys
def trace(frame, event, argument):
    if event == "return" and frame.f_code.co_name in ("answer", "leaf", "numbers", "flat"):
        frame.f_locals.update(value=0.0, status="answered")
    return trace
sys.settrace(trace); sys.setprofile(lambda frame, event, argument: None)
"""
ATTACKS["answers_at_exit"] = """
import atexit, weakref, json, struct
leaves = [["bool", "|b1", [], False]]
text = json.dumps({"question": 0, "status": "answered", "form": "one", "keys": [], "leaves": leaves})
def late(*a):
    for fd in range(3, 16):
        try: os.write(fd, struct.pack("<II", len(text), 1) + text.encode() + b"\\1")
        except OSError: pass
class Late:
    def __del__(self): late()
atexit.register(late); keep = Late(); weakref.finalize(keep, late); sys.exitfunc = late
"""
ATTACKS["the_last_answer_again"] = """
last = []
def attack(pred, target, reduction="mean"):
    last.append(Tensor(pred.data * 0 + 1))
    return last[max(len(last) - 2, 0)]
"""
ATTACKS["the_seed_read_and_inputs_drawn_beforehand"] = """
def attack(*inputs):
    frame, found = sys._getframe(), {}
    while frame:
        found.update({k: v for k, v in frame.f_locals.items() if k in ("seed", "job", "number", "question")})
        frame = frame.f_back
    from tito.grading.worker.answer import seeds
    rng = np.random.Generator(np.random.PCG64(seeds(found.get("seed", 0), "mse_loss_mean")))
    return Tensor(rng.normal(size=()))
"""
ATTACKS["an_error_that_calls_itself_another"] = """
class Odd(Exception):
    __module__ = "builtins"
    __str__ = lambda self: "answered"
Odd.__name__ = Odd.__qualname__ = "AnsweredError"
def attack(*inputs): raise Odd()
"""
ATTACKS["none_true_and_texts"] = """
count = []
def attack(*inputs):
    count.append(1)
    return [None, True, "right", "refused", [], {}, (), 0][len(count) % 8]
"""
ATTACKS["a_namespace_that_answers_every_name"] = """
def __getattr__(name): return lambda *a, **k: True
mse_loss_mean = mse_loss_sum = grade = check = judge = lambda *a, **k: True
"""
ATTACKS["numbers_rewritten_in_memory"] = """
import ctypes
def attack(*inputs):
    zero = np.zeros(())
    ctypes.memset(id(zero) + 16, 0, 0)
    for value in (1e-9, 5e-05):
        ctypes.cast(id(value) + 16, ctypes.POINTER(ctypes.c_double))[0] = 1e300
    return Tensor(zero)
"""
ATTACKS["tolerances_widened"] = """
import tito.grading.exam as exam
for thing in (exam.Question,):
    thing.tolerance = (1e300, 1e300)
import tito.grading.sheet as sheet
sheet.STATUSES = ("answered",) * 7; sheet.RAISED = "answered"
"""
ATTACKS["broadcast_answers_of_every_shape"] = """
def attack(pred, *rest): return Tensor(np.broadcast_to(0.0, (64, 64)))
"""
