"""The tool of the course: export, test, release and grade notebooks."""


def load_ipython_extension(shell) -> None:
    """`%load_ext tito` gives a notebook the line magic `%tito`."""
    from functools import partial

    from tito.student import magic

    shell.register_magic_function(partial(magic.tito, shell), "line", "tito")
