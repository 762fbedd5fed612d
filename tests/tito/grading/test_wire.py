"""What is encoded is read again; whatever else arrives ends as Unreadable, within bounds; the judge never raises."""

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tito.grading import wire
from tito.grading.exam import ASPECTS, Question
from tito.grading.judge import judge
from tito.grading.sheet import ANSWERED, STATUSES, Answer, Leaf
from tito.grading.worker.answer import GlobalGenerator, flat

MANY = settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))


def frame(value) -> bytes:
    return wire.encode_answer(0, *flat(value, None))


def read(data: bytes) -> list[Answer]:
    return [wire.read_answer(header, payload) for header, payload in map(wire.opened, wire.Frames().feed(data))]


@pytest.mark.parametrize("dtype", wire.DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 4), (2, 3, 4)])
def test_every_dtype_and_shape_comes_through(dtype, shape):
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    for order in (array, np.asfortranarray(array), array.astype(array.dtype.newbyteorder(">"))):
        (answer,) = read(frame(order))
        assert answer.leaves[0].value.dtype == np.dtype(dtype) and answer.leaves[0].value.shape == order.shape
        assert np.array_equal(answer.leaves[0].value, order)


@pytest.mark.parametrize(
    "value", [None, "refused", True, 3, 2.5, float("nan"), [1, 2.0], {"a": None}, (), np.float32(1)]
)
def test_plain_values_come_through(value):
    (answer,) = read(frame(value))
    assert answer == Answer(ANSWERED, answer.form, answer.keys, answer.leaves)
    assert len(answer.leaves) == (len(value) if isinstance(value, (list, dict, tuple)) else 1)


@pytest.mark.parametrize(
    "value", [[[1]], "x" * 500, 10**30, np.array(["a"]), np.array([None]), object(), [0] * 65, np.longdouble(1)]
)
def test_what_is_no_answer_is_refused_where_it_is_made(value):
    with pytest.raises((wire.Unreadable, OverflowError)):
        frame(value)


@pytest.mark.parametrize(
    "entry, payload",
    [
        (["array", "<f8", [1 << 40], False], b""),
        (["array", "<f8", [0, 1 << 31, 1 << 31], False], b""),
        (["array", "<f8", [4194304] * 16, False], b""),
        (["array", "<f8", [0] + [4194304] * 15, False], b""),
        (["array", "<f8", [-1], False], b"12345678"),
        (["array", "<f8", [True], False], b"12345678"),
        (["array", "|O", [1], False], b"12345678"),
        (["array", "|b1", [1], False], b"\x02"),
        (["array", "<f8", [1], 1], b"12345678"),
        (["float", "<f4", [], False], b"1234"),
        (["float", "<f8", [1], False], b"12345678"),
        (["tensor", "<f8", [1], False], b"123456789"),
        (["tensor", "<f8", [2], False], b"12345678"),
        (["gift", "<f8", [1], False], b"12345678"),
        (["str", 3], b""),
        (["str"], b""),
        ([], b""),
        (3, b""),
        ([["array"], "<f8", [1], False], b"12345678"),
        (["array", ["<f8"], [1], False], b"12345678"),
        (["array", "<f8", [1.0], False], b"12345678"),
    ],
)
def test_an_entry_that_lies_is_unreadable(entry, payload):
    header = {"question": 0, "status": ANSWERED, "form": "one", "keys": [], "leaves": [entry]}
    with pytest.raises(wire.Unreadable):
        read(wire.encode(header, payload))


@pytest.mark.parametrize(
    "text",
    [b"", b"[]", b"[" * 30000, b"{" * 9, b"9" * 9999, b"\xff\xfe", b'{"a":' * 3000, b"nul", b'"\\ud800"', b"NaN"],
)
def test_a_header_that_is_no_object_is_unreadable(text):
    with pytest.raises(wire.Unreadable):
        read(wire.LENGTHS.pack(len(text), 0) + text)


def test_lengths_are_bounded_before_anything_is_kept():
    for lengths in ((wire.LONGEST_HEADER + 1, 0), (2, wire.LONGEST_PAYLOAD + 1), (2**32 - 1, 2**32 - 1)):
        with pytest.raises(wire.Unreadable):
            list(wire.Frames().feed(wire.LENGTHS.pack(*lengths)))
    frames = wire.Frames()
    with pytest.raises(wire.Unreadable):
        while True:
            list(frames.feed(frame(np.zeros(100_000)) * 4))
    assert len(frames.buffer) < 1 << 24


def test_whoever_drew_from_the_global_generator_draws_the_same_again():
    before = np.random.get_state()
    try:
        generator = GlobalGenerator()
        generator.start(7)
        first = np.random.normal(), np.random.rand(700).sum()  # past the end of its 624 words
        for disturb in (np.random.rand, np.random.normal, lambda: np.random.seed(8), lambda: np.random.rand(624)):
            disturb()
            generator.restore()
            assert (np.random.normal(), np.random.rand(700).sum()) == first
    finally:
        np.random.set_state(before)


def test_messages_before_garbage_are_read():
    frames, found = wire.Frames(), []
    with pytest.raises(wire.Unreadable):
        for message in frames.feed(frame(1) + frame(2) + b"x" * 99):
            found.append(message)
    assert len(found) == 2


def test_only_the_very_same_frame_is_passed_over():
    frames, one, two = wire.Frames(), frame(1), frame(2)
    assert len(one) == len(two) and one != two
    for message in frames.feed(one + two + one + two[:-1]):
        assert message == one and not frames.skip([one])
        assert frames.skip([one, two]) and frames.skip([one])
        assert not frames.skip([two]), "not all of it has come"
    assert list(frames.feed(two[-1:] + one)) == [two, one]


@given(st.binary(max_size=300))
@MANY
def test_garbage_is_unreadable_or_incomplete(data):
    _only_unreadable(data)


@given(st.data())
@MANY
def test_damaged_frames_are_read_or_unreadable(data):
    values = [np.arange(6.0).reshape(2, 3), [1, "a", None, np.float32(2)], {"requires_grad": True, "g": np.ones((3,))}]
    good = bytearray(frame(data.draw(st.sampled_from(values))))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(good) - 1))
        change = data.draw(st.sampled_from(["flip", "cut", "insert", "double"]))
        if change == "flip":
            good[place] = data.draw(st.integers(0, 255))
        elif change == "cut":
            del good[place : place + data.draw(st.integers(1, 9))]
        elif change == "insert":
            good[place:place] = data.draw(st.binary(max_size=9))
        else:
            good += good[place : place + 40]
        if not good:
            return
    header = len(good) - wire.LENGTHS.size
    if data.draw(st.booleans()) and header > 0:  # lengths that fit, so that what is behind them is looked at
        good[: wire.LENGTHS.size] = wire.LENGTHS.pack(max(header - 48, 0), min(header, 48))
    _only_unreadable(bytes(good))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["array", "<f8", "str", "answered", "one"]),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(["status", "form", "keys", "leaves"]), inner)
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(st.sampled_from(["status", "form", "keys", "leaves", "error", "message", "piece"]), JSON),
    st.binary(max_size=64),
)
@MANY
def test_headers_of_any_content_are_read_or_unreadable(header, payload):
    for decoder in (wire.read_answer, wire.read_trouble):
        try:
            decoder(header | {"status": ANSWERED} if len(header) % 2 else header, payload)
        except wire.Unreadable:
            pass


def _only_unreadable(data: bytes) -> None:
    try:
        for answer in read(data):
            for key in (Answer(ANSWERED, leaves=(Leaf("float", np.array(1.0)),)), answer):
                judge(Question("q", "e", "value", 1, None, ""), key, answer)
    except wire.Unreadable:
        pass


NUMBERS = st.sampled_from([0, 1, -1, np.nan, np.inf, -np.inf, 1e308, 1e-320])
LEAVES = st.one_of(
    st.just(Leaf("none")),
    st.text(max_size=9).map(lambda text: Leaf("str", text)),
    st.builds(
        lambda kind, dtype, shape, number, flows: Leaf(
            kind, _filled(shape if kind in ("tensor", "array") else (), number, wire.NUMBERS.get(kind, dtype)), flows
        ),
        st.sampled_from(["tensor", "array", "scalar", "float", "int", "bool"]),
        st.sampled_from(list(wire.DTYPES)),
        st.sampled_from([(), (1,), (2, 3), (0,), (1, 1)]),
        NUMBERS,
        st.booleans(),
    ),
)
ANSWERS = st.one_of(
    LEAVES.map(lambda leaf: Answer(ANSWERED, leaves=(leaf,))),
    st.lists(LEAVES, max_size=3).map(lambda leaves: Answer(ANSWERED, "list", leaves=tuple(leaves))),
    LEAVES.map(lambda leaf: Answer(ANSWERED, "dict", ("requires_grad",), (leaf,))),
    st.builds(Answer, st.sampled_from(STATUSES[1:]), error=st.sampled_from(["", "ValueError", "NameError"])),
)


def _filled(shape, number, dtype):
    with np.errstate(all="ignore"):
        return np.full(shape, np.float64(number)).astype(dtype)


@given(ANSWERS, ANSWERS, st.sampled_from(ASPECTS))
@MANY
def test_the_judge_has_a_verdict_on_any_answer_to_any_key(key, got, aspect):
    question = Question("q", "e", aspect, 1, None, "")
    verdict = judge(question, key, got)
    assert verdict.right or verdict.remark
    assert json.dumps(verdict.remark)
    if got.status != ANSWERED and key.status == ANSWERED:
        assert not verdict.right


@pytest.mark.parametrize("text", ['"],"x', "\\", "\n\t\x00\x1f", "é ∑ 😀", "\ud800", "", "{}"])
def test_texts_and_keys_cannot_leave_their_place_in_the_header(text):
    for value in (text, [text, None, 0.5], {text: text}):
        header, payload = wire.opened(frame(value))
        assert wire.opened(wire.encode(header, payload)) == (header, payload)
        assert text in [entry[1] for entry in header["leaves"]] and header["keys"] in ([], [text])
