"""A student's day: a workspace, hints, progress, handing in."""
