"""The tool of the course: export, test, release and grade notebooks."""
