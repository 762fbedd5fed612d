"""`tito review` on a terminal: where to look, and what came of it."""

import webbrowser

from tito.console import next_step, say, say_parts
from tito.gradebook import login
from tito.show import counted


def reviewed(
    course, modules: list | None, grader: str | None, names: bool, port: int, open_: bool, submissions=None
) -> None:
    """Serve until Ctrl-C, then tell how much was kept."""
    from tito.review.server import serve

    place, graded = [], []

    def ready(address: str, ticket: str, book) -> None:
        place.append(course.inside(str(book)))
        graded.extend(modules or map(course.catalogue.find, book.modules()))
        say_parts(("review  ", "green"), (f"{address}  as {grader}", None))
        say("Ctrl-C ends it; what you mark is kept at once", "dim")
        if open_:
            webbrowser.open(ticket)

    grader = login(grader)
    said = serve(course, modules, grader, names, port, ready, submissions)
    say_parts(("kept  ", "green"), (f"{counted(said, 'mark')} and comments in {place[0]}", None))
    next_step(f"tito report {graded[0].number if len(graded) == 1 else 'MODULE'}")
