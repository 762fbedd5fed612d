"""`tito`, and `python -m tito`: a Ctrl-C while the command is still loading ends it without a trace, too."""


def main() -> None:
    """Load the command and run it."""
    try:
        from tito.cli import main as command

        command()
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
