"""What crosses the wall: frames of a JSON header and raw little-endian bytes. Both sides import this file.

Frame: u32 header length, u32 payload length, header, payload. Nothing that arrives is believed before it is bounded,
and whatever is wrong with it ends as the one exception `Unreadable`. No pickle.
"""

import functools
import json
import struct
from json.encoder import encode_basestring_ascii as _quoted

import numpy as np

from tito.grading.sheet import ANSWERED, STATUSES, Answer, Leaf, Trouble

LENGTHS = struct.Struct("<II")
LENGTH, NUMBER = struct.Struct("<Q"), struct.Struct("<q")  # of the judge's talk with its zygotes
LONGEST_HEADER, LONGEST_PAYLOAD = 32 << 10, 4 << 20
MOST_BYTES = 64 << 20  # of one sitting
MOST_LEAVES, MOST_AXES, LONGEST_TEXT = 64, 16, 400

DTYPES = {text: np.dtype(text) for text in "<f2 <f4 <f8 |i1 <i2 <i4 <i8 |u1 <u2 <u4 <u8 |b1 <c8 <c16".split()}
NUMBERS = {"float": "<f8", "int": "<i8", "bool": "|b1"}  # Python's own, each with the one dtype it travels in
ARRAYS = {"tensor", "array", "scalar"}
_written = json.JSONEncoder(check_circular=False, separators=(",", ":")).encode  # a third faster than json.dumps


class Unreadable(Exception):
    """Bytes that are no message of ours; the text says what is wrong with them."""


def encode(header: dict, payload: bytes = b"") -> bytes:
    """A frame; raises Unreadable for one that the other side would refuse."""
    return _frame(_written(header), payload)


def encode_answer(number: int, form: str, keys: list[str], leaves: list[Leaf]) -> bytes:
    """The frame that answers a question. Its header is put together here: JSON's own writer takes twice as long."""
    entries, parts = [], []
    for leaf in leaves:
        if isinstance(leaf.value, np.ndarray):
            array = leaf.value if leaf.value.dtype.str in DTYPES else _in_our_order(leaf.value)
            entries.append(_described(leaf.kind, array.dtype, array.shape, leaf.flows))
            parts.append(array.tobytes())
        else:
            entries.append(f'["{leaf.kind}",{"null" if leaf.value is None else _quoted(leaf.value)}]')
    names, values = ",".join(map(_quoted, keys)), ",".join(entries)
    header = f'{{"question":{number},"status":"{ANSWERED}","form":"{form}","keys":[{names}],"leaves":[{values}]}}'
    return _frame(header, b"".join(parts))


@functools.lru_cache(maxsize=1024)
def _described(kind: str, dtype: np.dtype, shape: tuple[int, ...], flows: bool) -> str:
    return f'["{kind}","{dtype.str}",[{",".join(map(str, shape))}],{"true" if flows else "false"}]'


def _in_our_order(array: np.ndarray) -> np.ndarray:
    """The array with the bytes of its numbers in the order that travels. Raises Unreadable."""
    array = array.astype(array.dtype.newbyteorder("<"))
    if array.dtype.str not in DTYPES:
        raise Unreadable(f"dtype {array.dtype} is not one of numbers")
    return array


def _frame(header: str, payload: bytes) -> bytes:
    text = header.encode()
    if len(text) > LONGEST_HEADER or len(payload) > LONGEST_PAYLOAD:
        raise Unreadable(f"an answer of {len(payload)} bytes is too long")
    return LENGTHS.pack(len(text), len(payload)) + text + payload


class Frames:
    """Cuts a stream of bytes into frames, without ever holding more than one frame and one read."""

    def __init__(self, total: int = 0):
        self.buffer, self.start = bytearray(), 0
        self.total = total  # bytes of the sitting so far

    def feed(self, data: bytes):
        """Generate the frames that are complete with this read. Raises Unreadable where the stream breaks."""
        self.receive(data)
        yield from self.complete()

    def receive(self, data: bytes) -> None:
        """Add one read to what is held."""
        self.total += len(data)
        del self.buffer[: self.start]
        self.buffer += data
        self.start = 0

    def complete(self):
        """Generate the frames that are complete now. Raises Unreadable where the stream breaks."""
        while (end := self._end(self.start)) is not None:
            start, self.start = self.start, end
            yield bytes(self.buffer[start:end])
        if self.total > MOST_BYTES:
            raise Unreadable(f"more than {MOST_BYTES >> 20} MB in one sitting")

    def skip(self, expected: list[bytes]) -> bool:
        """Pass over the next frame if it is one of these, to the byte."""
        for frame in expected:
            if self.buffer.startswith(frame, self.start):
                self.start += len(frame)
                return True
        return False

    def _end(self, start: int) -> int | None:
        """Where the frame at `start` ends, or None while it is incomplete."""
        body = start + LENGTHS.size
        if len(self.buffer) < body:
            return None
        header, payload = LENGTHS.unpack_from(self.buffer, start)
        if header > LONGEST_HEADER or payload > LONGEST_PAYLOAD:
            raise Unreadable(f"a frame of {header} + {payload} bytes is too long")
        end = body + header + payload
        return end if len(self.buffer) >= end else None


def boundary(decoder):
    """Whatever goes wrong in `decoder` is the sender's doing, so that every error of it becomes Unreadable."""

    def decode(*arguments):
        try:
            return decoder(*arguments)
        except Unreadable:
            raise
        except Exception as error:  # hostile bytes: a list of what can be raised would one day be incomplete
            raise Unreadable(f"not a message: {type(error).__name__}") from None

    return decode


@boundary
def opened(frame: bytes) -> tuple[dict, bytes]:
    """A frame's header, which is a JSON object, and its payload."""
    cut = LENGTHS.size + LENGTHS.unpack_from(frame)[0]
    header = json.loads(frame[LENGTHS.size : cut])
    _require(type(header) is dict, "the header is no object")
    return header, frame[cut:]


@boundary
def read_answer(header: dict, payload: bytes) -> Answer:
    """The answer that a header and its payload hold."""
    status = header["status"]
    _require(status in STATUSES, "an unknown status")
    if status != ANSWERED:
        _require(not payload, "bytes without an answer")
        return Answer(status, **{key: _text(header, key) for key in ("error", "message", "where")})
    form, keys, entries = header["form"], header["keys"], header["leaves"]
    _require(form in ("one", "list", "dict") and type(keys) is list and type(entries) is list, "a wrong form")
    _require(len(entries) <= MOST_LEAVES and len(keys) == (len(entries) if form == "dict" else 0), "a wrong count")
    _require(form != "one" or len(entries) == 1, "a wrong count")
    _require(all(type(key) is str and len(key) <= LONGEST_TEXT for key in keys), "a wrong key")
    return Answer(ANSWERED, form, tuple(keys), _leaves(entries, payload))


@boundary
def read_trouble(header: dict, payload: bytes) -> Trouble | None:
    """What a header says of a piece that has been run: None if it ran well."""
    _require(not payload and type(header["piece"]) is int, "a wrong report")
    if header.get("status") is None:
        return None
    _require(header["status"] in STATUSES, "an unknown status")
    texts = [_text(header, key) for key in ("error", "message", "where")]
    return Trouble(header["piece"], header["status"], *texts)


def _leaves(entries: list, payload: bytes) -> tuple[Leaf, ...]:
    leaves, offset = [], 0
    for entry in entries:
        _require(type(entry) is list and entry and type(entry[0]) is str, "a wrong leaf")
        if entry[0] == "none":
            leaves.append(Leaf("none"))
        elif entry[0] == "str":
            _require(type(entry[1]) is str and len(entry[1]) <= LONGEST_TEXT, "a wrong text")
            leaves.append(Leaf("str", _writable(entry[1])))
        else:
            array = _array(entry, payload, offset)
            leaves.append(Leaf(entry[0], array, entry[3]))
            offset += array.nbytes
    _require(offset == len(payload), "bytes that belong to nothing")
    return tuple(leaves)


def _array(entry: list, payload: bytes, offset: int) -> np.ndarray:
    kind, dtype, shape, flows = entry
    _require(kind in ARRAYS or NUMBERS.get(kind) == dtype, "a wrong kind")
    _require(type(flows) is bool and type(shape) is list and len(shape) <= MOST_AXES, "a wrong leaf")
    _require(kind in ("tensor", "array") or not shape, "a number with a shape")
    count = 1
    for size in shape:
        _require(type(size) is int and 0 <= size <= LONGEST_PAYLOAD, "a wrong size")
        count *= size
    dtype = DTYPES[dtype]
    _require(count * dtype.itemsize <= len(payload) - offset, "fewer bytes than announced")
    array = np.frombuffer(payload, dtype, count, offset).reshape(shape)
    # a byte of 2 is neither true nor false, and compares as it likes
    _require(dtype.kind != "b" or not (array.view(np.uint8) > 1).any(), "a boolean that is none")
    return array


def _text(header: dict, key: str) -> str:
    text = header.get(key, "")
    _require(type(text) is str and len(text) <= LONGEST_TEXT, "a wrong text")
    return _writable(text)


def _writable(text: str) -> str:
    """A text that every file takes: half a surrogate pair would stop the writing of a whole class's grades."""
    return text.encode("utf-8", "replace").decode()


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise Unreadable(what)
