"""In which precision a function computes when all that it is given is float64."""

import contextlib
import types

import numpy as np

from tito.values import bare

_PLAIN = (types.FunctionType, types.BuiltinFunctionType, np.ufunc, type, str, int, float, list, tuple, type(None))


def computed_in(function, inputs, options):
    """The dtype of the result for float64 copies of `inputs`; None where it is not known that all it uses is float64.

    What a function made inside of a test takes from there becomes float64, too, for as long as the call lasts. A layer
    brings parameters of its own precision.
    """
    cells = getattr(function, "__closure__", ()) or ()
    if not isinstance(function, types.FunctionType) or not all(map(_is_known, cells)):
        return None
    with _doubled(cells):
        result = function(*map(_double, inputs), **{name: _double(value) for name, value in options.items()})
    return np.asarray(bare(result)).dtype


def _is_known(cell):
    try:
        value = cell.cell_contents
    except ValueError:  # a name that has no value yet
        return True
    return isinstance(value, _PLAIN) or isinstance(bare(value), (np.ndarray, np.generic))


def _double(value):
    """A copy in float64 of an array or a Tensor of floats; all else as it is."""
    data = bare(value)
    if getattr(getattr(data, "dtype", None), "kind", "") != "f":
        return value
    copy = np.array(data, dtype=np.float64)
    return copy if data is value else type(value)(copy)


@contextlib.contextmanager
def _doubled(cells):
    kept = []
    try:
        for cell in cells:
            with contextlib.suppress(ValueError):
                kept.append((cell, cell.cell_contents))
                cell.cell_contents = _double(cell.cell_contents)
        yield
    finally:
        for cell, value in kept:
            cell.cell_contents = value
