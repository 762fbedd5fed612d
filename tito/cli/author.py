"""An author's verbs, thin."""

import typer

from tito.cli.common import Modules, course_here, named


def check(modules: Modules = None):
    """Solutions pass, stubs fail, mistakes are caught."""
    from tito.author import check, show

    course = course_here()
    results = []
    for module in named(course, modules) or [m for m in course.catalogue if m.notebook.exists()]:
        results.append(check.check(course, module))
        show.checked(results[-1])
    left_out = [] if modules else course.catalogue.left_out(course)
    show.left_out(left_out)
    raise typer.Exit(0 if results and not left_out and not any(result.faults for result in results) else 1)
