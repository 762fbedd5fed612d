"""`tito export`: from the notebooks to the package, through nbdev."""

from tito.regions import without_markers


def strip_markers(cell):
    """nbdev processor: the package carries no solution markers."""
    if cell.cell_type == "code":
        cell.set_source(without_markers(cell.source))
