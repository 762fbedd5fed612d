"""Objects that never end, as Python itself keeps None: of these it counts no references.

A count is a write, and the first write of a worker to a page copies the page: some 200 of a thousand.
"""

import ctypes
import gc
import sys
import sysconfig


def make_immortal() -> None:
    """Make all that is alive immortal, where Python knows that (CPython 3.12 and 3.13).

    What a worker has to forget must not be there yet: it would stay.
    """
    if not _known():
        return
    gc.collect()
    counts, immortal = ctypes.c_ssize_t.from_address, ctypes.c_ssize_t.from_address(id(None)).value
    alive = gc.get_objects()
    alive += gc.get_referents(*alive)  # texts, numbers and code, which the collector does not list
    for found in alive:
        counts(id(found)).value = immortal


def _known() -> bool:
    """Whether immortal objects are what they are in the versions tried, and counts stand where objects begin."""
    if not (3, 12) <= sys.version_info[:2] <= (3, 13) or sysconfig.get_config_var("Py_GIL_DISABLED"):
        return False
    something = object()
    return ctypes.c_ssize_t.from_address(id(something)).value == sys.getrefcount(something) - 1
