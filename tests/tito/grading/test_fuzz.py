"""Damaged frames by the thousand: each is read or Unreadable, and none takes more memory than it has bytes for.

A few thousand in the suite; `make fuzz` tries 100,000, and FUZZ_FRAMES=… any number.
"""

import json
import os
import random
import tracemalloc

import numpy as np

from tito.grading import wire
from tito.grading.exam import ASPECTS, Question
from tito.grading.judge import judge
from tito.grading.worker.answer import flat

FRAMES = int(os.environ.get("FUZZ_FRAMES", 3000))
SEED = int(os.environ.get("FUZZ_SEED", 1))
MOST_MEMORY = 1 << 20  # bytes: the frames here are of a few hundred
VALUES = [
    np.arange(6.0).reshape(2, 3),
    [1, "refused", None, np.float32(2), True, float("nan")],
    {"requires_grad": True, "gradient of input 1": np.ones((2, 3)), "unchanged": False},
    [np.array([True, False]), np.array(1 + 2j), np.arange(4, dtype="i1"), np.zeros((0, 3), "f2")],
]
LIES = [-1, 0, 1, 2**31, 2**63, 2**64, 1e308, float("inf"), True, None, "", "|O", "<f8", "tensor", "str", [], [0], {}]
LIES += [[2**31, 2**31], [4194304] * 16, [0] + [4194304] * 15, "9" * 5000, "\ud800", [[[[]]]]]


def report(header: dict, payload: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return wire.LENGTHS.pack(len(text), len(payload)) + text + payload


def originals() -> list[tuple[dict, bytes]]:
    made = [({"piece": 3, "status": "raised", "error": "ValueError", "message": "x", "where": "cell 3, line 1"}, b"")]
    for value in VALUES:
        made.append(wire.opened(wire.encode_answer(0, *flat(value, None))))
    return made


def lied(header, rng):
    """The header with one value, at any depth, replaced by one that nobody should believe."""
    copy = json.loads(json.dumps(header))
    place, at = copy, rng.choice(list(copy))
    while isinstance(place[at], (list, dict)) and place[at] and rng.random() < 0.8:
        place = place[at]
        at = rng.choice(list(place)) if isinstance(place, dict) else rng.randrange(len(place))
    place[at] = rng.choice(LIES)
    return copy


def damaged(data: bytes, rng) -> bytes:
    """The bytes with some changed, left out, put in or said twice."""
    data = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        place, count = rng.randrange(len(data) + 1), rng.randint(1, 9)
        change = rng.randrange(4)
        if change == 0:
            data[place : place + 1] = rng.randbytes(1)
        elif change == 1:
            del data[place : place + count]
        elif change == 2:
            data[place:place] = rng.randbytes(count)
        else:
            data[place:place] = data[place : place + 40]
    return bytes(data)


def mutants(count: int, rng):
    """Frames of which some lie in a value, some are damaged anywhere, and some only behind lengths that fit."""
    known = originals()
    for _ in range(count):
        header, payload = rng.choice(known)
        way = rng.randrange(4)
        if way == 0:
            yield report(lied(header, rng), payload)
        elif way == 1:
            yield damaged(report(header, payload), rng)
        elif way == 2:
            yield report(header, damaged(payload, rng))
        else:
            text = damaged(json.dumps(header).encode(), rng)
            yield wire.LENGTHS.pack(len(text), len(payload)) + text + payload


def taken(data: bytes, keys: list) -> int:
    """How many answers or reports the judge takes from the bytes; raises anything but Unreadable."""
    count = 0
    try:
        for frame in wire.Frames().feed(data):
            header, payload = wire.opened(frame)
            if "piece" in header:
                wire.read_trouble(header, payload)
            else:
                answer = wire.read_answer(header, payload)
                for key, aspect in zip(keys, ASPECTS, strict=False):
                    json.dumps(judge(Question("q", "e", aspect, 1, None, ""), key, answer).remark)
            count += 1
    except wire.Unreadable:
        pass
    return count


def test_damaged_frames_are_read_or_unreadable_in_little_memory():
    rng = random.Random(SEED)
    keys = [wire.read_answer(*pair) for pair in originals()[1:]]
    counts = {True: 0, False: 0}
    tracemalloc.start()
    try:
        for number, data in enumerate(mutants(FRAMES, rng)):
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            counts[taken(data, keys) > 0] += 1
            used = tracemalloc.get_traced_memory()[1] - before
            assert used < MOST_MEMORY, f"mutant {number} of seed {SEED} took {used} bytes: {data[:400]!r}"
    finally:
        tracemalloc.stop()
    assert min(counts.values()) > FRAMES / 20  # a fuzzer that only writes garbage, or none, tests nothing
