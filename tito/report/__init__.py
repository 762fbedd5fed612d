"""HTML reports: a page for each student and one for the class, each a file of its own that works offline.

students   what a report is made from: the gradebook, or a folder of `tito grade`
figures    points by exercise and aspect, what to look at, the class's sums
picture    answers beside the true ones as SVG
reading    what to read next: the lesson's section and its formulas
text       text of submissions as it may stand on a page; names of files
pages      the Jinja2 templates of templates/, filled
files      the folder of reports: each page replaced in one step, none deleted
"""

from pathlib import Path


def report(course, module, out: Path, grades: Path | None = None, submissions: Path | None = None, collected=None):
    """Write the reports of a module into `out` and return tito.report.files.Written.

    They are made from the gradebook, or from `grades`, a folder of `tito grade --out`. With `submissions` the class's
    page tells which of them are alike; with `collected`, the folder of `tito collect`, the students' pages are also
    packed as they are handed back. Raises Problem where there are no grades or nothing can be written.
    """
    from tito.report import files, students

    run, found = students.from_folder(course, module, grades) if grades else students.from_gradebook(course, module)
    pairs = None
    if submissions is not None:
        from tito import similarity

        pairs = similarity.alike(course, module, similarity.handed_in(course, module, submissions))
    done = files.write(module, run, found, out, pairs)
    done.module, done.since = module.folder, run.since
    if collected is not None:
        from tito.ways.hand_back import pack

        done.packed = pack(module, collected, done.pages, done.index.with_name(f"{module.folder}-feedback.zip"))
    return done
