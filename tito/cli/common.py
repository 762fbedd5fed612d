"""What verbs need: the course around the current folder, and the lessons that were named."""

from typing import Annotated

import typer

Module = Annotated[str, typer.Argument(metavar="MODULE")]
MaybeModule = Annotated[str | None, typer.Argument(metavar="[MODULE]", show_default=False)]
Modules = Annotated[list[str] | None, typer.Argument(metavar="[MODULE]...", show_default=False)]


def course_here():
    """The course or workspace around the current folder; raises Problem outside of one."""
    from tito.settings import find_course

    return find_course()


def named(course, wanted: list[str] | None):
    """The modules that the user named, or None for all."""
    return [course.catalogue.find(name) for name in wanted] if wanted else None
