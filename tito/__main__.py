"""`tito`, and `python -m tito`: a Ctrl-C while the command is still loading ends it without a trace, too."""

import sys


def main() -> None:
    """Load the command and run it."""
    try:
        from tito.cli import main as command

        command()
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    if not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
        sys.path.append(sys.path.pop(0))  # the current folder: a student's numpy.py would be taken for NumPy
    main()
