"""A port of 127.0.0.1 for the pages, until Ctrl-C."""

import secrets
from contextlib import closing, suppress

from tito import gradebook
from tito.problem import USAGE, Problem

THREADS = 4


def serve(course, modules: list | None, grader: str, names: bool, port: int, ready, submissions=None) -> int:
    """Serve the marking of these modules, or of all that were graded, until Ctrl-C; code is read from `submissions`.

    Before, calls `ready(address, ticket, book)`: the first address lets in whoever has it, the second lets in once.
    Returns how many things this grader said meanwhile. Raises Problem where nothing is graded yet or the port is taken.
    """
    from tito.gradebook.engine import writing

    with gradebook.open(course, create=False) as book:
        with writing(book.engine):
            pass  # told now where no mark could be kept, and not at the first one
        chosen = modules or [course.catalogue.find(folder) for folder in book.modules()]
        _require_attempts(book, chosen)
        app, guard = _app(book, chosen, grader, names, submissions)
        with closing(_bound(app, port)) as server:
            before = _said(book, chosen, grader)
            with suppress(KeyboardInterrupt):
                port = server.effective_port
                ready(guard.listen(port), guard.ticket(port), book)
                server.run()  # ends at Ctrl-C
            return _said(book, chosen, grader) - before


def _require_attempts(book, modules: list) -> None:
    graded = set(book.modules())
    missing = [module for module in modules if module.folder not in graded]
    if missing or not modules:
        number = missing[0].number if missing else "MODULE"
        what = f"nobody is graded in {missing[0].folder}" if missing else "nobody is graded yet"
        raise Problem(what, next=f"tito grade {number} SUBMISSIONS", code=USAGE)


def _app(book, modules: list, grader: str, names: bool, submissions):
    from tito.review.app import make_app
    from tito.review.desk import Desk

    secret = secrets.token_bytes(16)
    desks = {module.folder: Desk(book, module, grader, secret, names, submissions) for module in modules}
    return make_app(desks, grader)


def _bound(app, port: int):
    from waitress import create_server

    most = app.config["MAX_CONTENT_LENGTH"]  # else a gigabyte is taken from anyone and kept before the app is asked
    options = {"threads": THREADS, "ident": None, "max_request_body_size": most}
    try:
        return create_server(app, host="127.0.0.1", port=port, **options)
    except OSError as error:
        raise Problem(f"port {port}: {error.strerror}", next="leave --port out, or name another", code=USAGE) from error


def _said(book, modules: list, grader: str) -> int:
    """How much this grader has said in all."""
    from sqlalchemy import func, select

    from tito.gradebook.engine import reading
    from tito.gradebook.tables import manual

    folders = [module.folder for module in modules]
    query = select(func.count()).where(manual.c.grader == grader, manual.c.module.in_(folders))
    with reading(book.engine) as connection:
        return connection.scalar(query)
