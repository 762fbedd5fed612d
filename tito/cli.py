"""The verbs of tito, thin: each parses its arguments, calls its module, and prints."""


def main():
    """The `tito` command."""
