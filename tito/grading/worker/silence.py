"""What student code prints goes nowhere, so no text is made of it: whoever left prints in costs what others do."""

import builtins
import sys


def silence() -> None:
    """Replace `print` by one that does nothing unless the student has turned the output to another place."""
    printed, nowhere = builtins.print, (sys.stdout, sys.stderr)

    def print_(*values, sep=" ", end="\n", file=None, flush=False):
        out = sys.stdout if file is None else file
        if not any(out is each for each in nowhere):
            printed(*values, sep=sep, end=end, file=out, flush=flush)

    print_.__name__ = print_.__qualname__ = "print"
    builtins.print = print_
