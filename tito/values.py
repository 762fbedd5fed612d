"""Values as a learner reads them: numbers, arrays and lists on one line, long ones cut."""

import numpy as np

WIDEST, LONGEST = 80, 200  # characters of what is no number, and of a list


def bare(value):
    """The array inside a Tensor. (NumPy's own values have a `.data` too: a memory view.)"""
    return value if isinstance(value, (np.ndarray, np.generic)) else getattr(value, "data", value)


def shown(value) -> str:
    """A short text of a value: arrays on one line, long ones cut in the middle, lists between two numbers."""
    data = bare(value)
    if type(data) is float:
        return _number(data)
    if isinstance(data, (np.ndarray, np.generic)):
        numbers = {"float_kind": _number}  # NumPy would write all with the exponent that one of them needs
        return " ".join(np.array2string(np.asarray(data), formatter=numbers, separator=", ", threshold=20).split())
    if isinstance(data, (list, tuple)):
        inner = ", ".join(map(shown, data))
        text = f"[{inner}]" if isinstance(data, list) else f"({inner}{',' * (len(data) == 1)})"
        return text if len(text) <= LONGEST else f"{text[:LONGEST].rpartition(', ')[0]}, ..."
    text = repr(data)
    return text if len(text) < WIDEST else f"{text[: WIDEST - 3]}..."


def _number(value):
    return repr(float(f"{value:.7g}"))
