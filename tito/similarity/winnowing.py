"""Fingerprints of code and of words by winnowing (Schleimer, Wilkerson and Aiken, SIGMOD 2003).

The tokens are cut into overlapping k-grams, and of every window of their hashes the smallest is kept: two texts that
share WINDOW + K - 1 tokens in a row share a fingerprint.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from keyword import kwlist
from zlib import crc32

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

K, WINDOW = 12, 6  # tokens in a k-gram, k-grams in a window
LARGEST = 200_000  # characters of one exercise that are looked at

_TOKEN = re.compile(
    r"""[^\S\n]*(?:(?P<line>\n)
    |(?P<text>[rbfuRBFU]{0,2}(?:\"{3}.*?(?:\"{3}|\Z)|'{3}.*?(?:'{3}|\Z)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?))
    |(?P<name>[^\W\d]\w*)|(?P<number>\.?\d(?:[eE][+-]|[\w.])*)|(?P<skipped>\#[^\n]*|\\\n)
    |(?P<sign>[-+*/%@&|^<>=!:]=|\*\*=?|//=?|<<=?|>>=?|->|.))""",
    re.VERBOSE | re.DOTALL,
)
_KEYWORDS = frozenset(kwlist)
_POWERS = np.array([pow(0x9E3779B97F4A7C15, power, 1 << 64) for power in range(K)], np.uint64)


def winnowed(sequence: list[tuple[str, int]]) -> tuple[np.ndarray, np.ndarray]:
    """Fingerprints of tokens, and where each one's k-gram begins."""
    if len(sequence) < K:
        return np.array([], np.uint64), np.array([], np.int64)
    words = np.array([_code(text) for text, _ in sequence], np.uint64)
    hashes = sliding_window_view(words, K) @ _POWERS
    hashes ^= hashes >> np.uint64(29)  # the smallest is to be any one, not that with a certain last token
    hashes *= np.uint64(0xBF58476D1CE4E5B9)
    windows = sliding_window_view(hashes, min(WINDOW, len(hashes)))
    places = np.unique(windows.argmin(axis=1) + np.arange(len(windows)))
    return hashes[places], places


@lru_cache(maxsize=4096)
def _code(text: str) -> int:
    return crc32(text.encode("utf-8", "replace"))


def words(text: str) -> Iterator[tuple[str, int]]:
    """The words of a text and their lines, whatever their case, and without what stands between them."""
    for number, line in enumerate(text[:LARGEST].split("\n"), 1):
        yield from ((word, number) for word in re.findall(r"\w+", line.casefold()))


def tokens(source: str) -> Iterator[tuple[str, int]]:
    """The code's tokens and their lines, without what is changed to hide a copy.

    Comments, docstrings and layout are dropped; a number is a number, a text a text; a name is a name, unless it is an
    attribute, which belongs to a library and cannot be changed at will. Code that is no Python has tokens too.
    """
    number, before, waiting, fresh = 1, "", None, True
    for found in _TOKEN.finditer(source[:LARGEST].rstrip()):
        kind = found.lastgroup
        if kind == "line":
            number, waiting, fresh = number + 1, None, True  # a text alone on its line is a docstring
            continue
        text = found[kind]
        if kind != "skipped":
            if waiting:
                yield waiting
            if kind != "sign" and (kind != "name" or not (before == "." or text in _KEYWORDS)):
                before = kind
            else:
                before = text
            waiting = (before, number) if fresh and kind == "text" else None
            if not waiting:
                yield before, number
            fresh = False
        if kind in ("text", "skipped"):
            number += text.count("\n")
