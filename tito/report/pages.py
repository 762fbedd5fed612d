"""Students' pages and the class's: what figures.py worked out, set in templates. A page needs nothing beside it."""

import base64
import hashlib
from functools import cached_property
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tito.gradebook import NOT_HANDED_IN
from tito.grading.pieces import DUPLICATE, FAILED, GRADED, MISSING, UNREADABLE
from tito.grading.worker.confine import PROTECTIONS
from tito.report import figures, parts, text
from tito.report.picture import histogram, pictures
from tito.report.students import Run, Student
from tito.report.tally import Tally, groups
from tito.show import counted

TEMPLATES = Path(__file__).parent / "templates"
MARK = "tito report "  # and the lesson: every page says what wrote it
MARK_JS = 'document.documentElement.className="js"'
MOST, MANY = 60, 12  # names listed at once; names listed without being asked
MISCONCEPTIONS = 40
WITHOUT_MARK = {
    MISSING: "does not hold this lesson",
    UNREADABLE: "cannot be read",
    DUPLICATE: "is there more than once",
}


def _finalize(value):
    """What every expression of a template passes: text of submissions made visible; None is a fault of the template."""
    return value if isinstance(value, (Markup, int, float)) else text.visible(str(value))


class Pages:
    """The templates, compiled once, with what stands on every page of a run."""

    def __init__(self, run: Run, module, readings: dict):
        self.run, self.module, self.readings = run, module, readings
        self.environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_finalize,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        filters = {"points": text.points, "counted": counted, "line": text.one_line}
        self.environment.filters |= filters | {"prose": text.prose, "told": text.told}
        self.environment.globals |= {"run": run, "mark": MARK + module.folder}
        self.style = self._source("style.css")

    def _source(self, name: str) -> Markup:
        return Markup((TEMPLATES / name).read_text(encoding="utf-8").strip())

    @cached_property
    def _student(self):
        values = {"style": self.style, "policy": _policy(self.style), "readings": self.readings}
        values |= {"notebook": self.module.notebook.name, "number": self.module.number}
        return self.environment.get_template(
            "student.html", globals=values | {"pictures": pictures, "cell": parts.cell}
        )

    def student(self, student: Student, lines: list[figures.Line]) -> str:
        """A student's own page: nothing of anybody else's is in it."""
        looks = figures.looks(student)
        comments = [(name, mark) for name, mark in student.manual.items() if mark.comment or mark.points is not None]
        share, held_back = (min(100, 100 * part / (student.possible or 1)) for part in _parts(student))
        held, lacking = _protections([student])
        return self._student.render(
            student=student,
            held=held,
            lacking=lacking,
            share=round(share, 2),
            waiting=round(min(held_back, 100 - share), 2),
            summary=_summary(student, lines, looks),
            failed=student.result.status == FAILED,
            looks=[look for look in looks if not look.unwritten and not look.through],
            through=[look for look in looks if look.through],
            unwritten=[look for look in looks if look.unwritten],
            looked={look.exercise for look in looks if not look.unwritten},
            comments=comments,
            matrix=lines,
            aspects=figures.aspects([student]),
        )

    def class_(self, tally: Tally, files: dict[str, str], pairs, others: list[str]) -> str:
        """The class's page; `files` are the names of the students' pages."""
        mark_js, class_js = Markup(MARK_JS), self._source("class.js")
        values = {"style": self.style, "policy": _policy(self.style, mark_js, class_js)}
        template = self.environment.get_template("class.html", globals=values | {"cell": parts.cell})
        students = [row.student for row in tally.rows]
        aspects = figures.aspects(students[:200])
        held, lacking = _protections(students)
        commonest = [each for each in tally.commonest if len(each.students) > 1]
        return template.render(
            held=held,
            lacking=lacking,
            seeds=sorted({student.seed for student in students if student.seed is not None}),
            mark_js=mark_js,
            class_js=class_js,
            tally=tally,
            files=files,
            aspects=aspects,
            whole=tally.whole,
            rows=Markup("\n").join(parts.line(row, aspects, files) for row in tally.rows),
            histogram=histogram(tally.bins(self.run.possible), self.run.possible, tally.median),
            commonest=commonest[:MISCONCEPTIONS],
            rarer=max(0, len(commonest) - MISCONCEPTIONS),
            single=[each for each in tally.commonest if len(each.students) == 1][:MISCONCEPTIONS],
            by_hand=sum(len(student.waiting) for student in students),
            again=sum(student.outdated for student in students),
            unmarked=sum(map(len, tally.unmarked.values())),
            alike=None if pairs is None else groups(pairs),
            party=lambda name: parts.party(name, files),
            lines=parts.code,
            others=others,
            most=MOST,
            many=MANY,
        )


def _parts(student: Student) -> tuple[float, float]:
    """The points earned, and those that a person has yet to give."""
    return max(0, student.total or 0), sum(student.waiting.values())


def _policy(style: Markup, *scripts: Markup) -> str:
    """A browser runs and fetches nothing but what tito wrote, whatever got into a page."""
    scripts_ = " ".join(map(_hash, scripts)) or "'none'"
    return f"default-src 'none'; style-src {_hash(style)}; script-src {scripts_}; base-uri 'none'; form-action 'none'"


def _hash(source: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"


def _protections(students) -> tuple[list[str], list[str]]:
    """What held of every one of them, and what did not of some."""
    records = {tuple(student.isolation.items()) for student in students if student.isolation}
    names = [name for name in PROTECTIONS if any(name in dict(record) for record in records)]
    held = [name for name in names if all(dict(record).get(name) for record in records)]
    told = {name: PROTECTIONS[name].split(" (")[0] for name in names}
    return [told[name] for name in held], [told[name] for name in names if name not in held]


def _summary(student: Student, lines: list[figures.Line], looks: list) -> str:
    """A sentence on how it went."""
    result = student.result
    if result.status == FAILED:
        return "Grading it failed, and that is not your fault: your instructor will look into it. This is no zero."
    if result.status == NOT_HANDED_IN:
        return "Nothing was handed in."
    if student.total is None and result.status == GRADED:
        return "It is graded, but its mark waits for your instructor."
    if student.total is None:
        why = WITHOUT_MARK.get(result.status, f"is {result.status}")
        return f"What you handed in {why}: it could not be graded. This is no zero; put it right and hand it in again."
    full, left = sum(line.full for line in lines), sum(not line.full for line in lines)
    if not left:
        right = "What the exam found is below" if looks else "There is nothing to put right"  # found, and overridden
        return f"All {counted(full, 'exercise')} have full marks. {right}."
    return f"{full or 'None'} of {len(lines)} exercises {'has' if full < 2 else 'have'} full marks; {left} lost points."
