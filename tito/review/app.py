"""The pages of `tito review`: whole without JavaScript, and every mark is kept before the next is shown."""

from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, abort, redirect, render_template, request, url_for
from jinja2 import StrictUndefined

import tito.report
from tito.gradebook import Conflict
from tito.problem import Problem
from tito.report.text import one_line, points, visible
from tito.review import prose, written, zeros
from tito.review.desk import Answer, Desk, is_marked, is_outdated, to_mark
from tito.review.guard import Guard
from tito.show import counted

TEMPLATES = Path(__file__).parent / "templates"
LOOK = Path(tito.report.__file__).parent / "templates" / "style.css"
LARGEST = 1 << 18  # bytes of a form
LONGEST = 5000  # characters of a comment


@dataclass
class Form:
    """What a grader typed, kept as typed until it is a mark."""

    points: str = ""
    comment: str = ""
    why: str = ""
    seen: int = 0

    @classmethod
    def of(cls, mark) -> "Form":
        """As it stands."""
        if mark is None:
            return cls()
        return cls("" if mark.points is None else f"{mark.points:g}", mark.comment, mark.why, mark.id)

    @classmethod
    def sent(cls, values) -> "Form":
        comment = values.get("comment", "").replace("\r\n", "\n")
        number = values.get("seen", "0")
        seen = int(number) if number.isdecimal() and len(number) < 16 else 0
        return cls(values.get("points", "").strip(), comment.strip()[:LONGEST], values.get("why", "").strip(), seen)

    @property
    def says(self) -> bool:
        return bool(self.points or self.comment)

    def number(self) -> float | None:
        """The points; raises Problem for what is no number."""
        try:
            return float(self.points.replace(",", ".")) if self.points else None
        except ValueError:
            raise Problem(f"{self.points!r} is no number of points") from None


def make_app(desks: dict[str, Desk], grader: str) -> tuple[Flask, Guard]:
    """The app and its guard; `desks` by lesson folder."""
    app = Flask("tito.review", template_folder=TEMPLATES, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST
    guard = Guard(app)
    app.jinja_env.undefined, app.jinja_env.trim_blocks, app.jinja_env.lstrip_blocks = StrictUndefined, True, True
    app.jinja_env.filters |= {"points": points, "counted": counted, "line": one_line, "visible": visible}
    app.jinja_env.globals |= {"grader": grader, "prose": prose, "form_token": guard.form, "longest": LONGEST}
    app.jinja_env.globals |= {"desks": desks, "longest_code": written.LONGEST}
    pages = Pages(desks, grader)
    app.add_url_rule("/", "modules", pages.modules)
    app.add_url_rule("/<folder>/", "overview", pages.overview)
    app.add_url_rule("/<folder>/<name>/", "begin", pages.begin)
    app.add_url_rule("/<folder>/<name>/zeros", "zeros", pages.zeros, methods=["POST"])
    app.add_url_rule("/<folder>/<name>/<key>", "answer", pages.answer)
    app.add_url_rule("/<folder>/<name>/<key>", "keep", pages.keep, methods=["POST"])
    style = LOOK.read_text(encoding="utf-8") + (TEMPLATES / "review.css").read_text(encoding="utf-8")
    script = (TEMPLATES / "review.js").read_text(encoding="utf-8")
    app.add_url_rule("/style.css", "style", lambda: Response(style, mimetype="text/css"))
    app.add_url_rule("/review.js", "script", lambda: Response(script, mimetype="text/javascript"))
    app.add_url_rule("/favicon.ico", "icon", lambda: ("", 204))
    app.register_error_handler(403, lambda _: (render_template("refused.html"), 403))
    app.register_error_handler(Problem, lambda problem: (render_template("problem.html", problem=problem), 503))
    return app, guard


class Pages:
    """One method a page."""

    def __init__(self, desks: dict[str, Desk], grader: str):
        self.desks, self.grader = desks, grader

    def _desk(self, folder: str, name: str | None = None) -> Desk:
        desk = self.desks.get(folder) or abort(404)
        return desk if name is None or name in desk.questions else abort(404)

    def modules(self):
        if len(self.desks) == 1:
            return redirect(url_for("overview", folder=next(iter(self.desks))))
        found = []
        for folder, desk in self.desks.items():
            marks = desk.marks()
            lines = [progress(desk, name, marks) for name, q in desk.questions.items() if q.task.manual]
            found.append((folder, desk, sum(marked for marked, _ in lines), sum(of for _, of in lines)))
        return render_template("modules.html", modules=found)

    def overview(self, folder: str):
        desk = self._desk(folder)
        marks = desk.marks()
        answers = {name: desk.answers(name) for name in desk.questions}
        lines = {name: progress(desk, name, marks, answers[name]) for name in answers}
        again = {name: sum(is_outdated(marks, a.standing, name) for a in answers[name]) for name in answers}
        said = {name: sum(name in given for given in marks.values()) for name in desk.questions}
        zeroed = {name: zeros.counts(desk, name, answers[name], marks) for name in answers}
        done = request.args.get("done", "")
        told = {"lines": lines, "said": said, "again": again, "zeroed": zeroed, "done": done}
        return render_template("overview.html", desk=desk, **told)

    def begin(self, folder: str, name: str):
        """The first answer that is to be marked or looked at again, or the first of all."""
        desk = self._desk(folder, name)
        answers = desk.answers(name)
        if not answers:
            return redirect(url_for("overview", folder=folder))
        left = to_mark(answers, desk.marks(), name)
        return redirect(url_for("answer", folder=folder, name=name, key=(left or answers[0]).key))

    def answer(self, folder: str, name: str, key: str):
        desk = self._desk(folder, name)
        answers = desk.answers(name)
        marks = desk.marks()
        kept = next((other for other in answers if other.key == request.args.get("kept")), None)
        return self._show(desk, answers, find(answers, key), marks, kept=kept)

    def keep(self, folder: str, name: str, key: str):
        """Save what was typed, then go on; where it cannot be saved, the page comes back with all of it."""
        desk = self._desk(folder, name)
        answers = desk.answers(name)
        chosen, form = find(answers, key), Form.sent(request.form)
        mark = (chosen.student, folder, name)
        try:
            if not form.says and name not in desk.marks().get(chosen.student, {}):
                raise Problem("Give points or a comment.")
            if request.form.get("read", "") != desk.read(chosen):
                raise Problem("It was handed in again while you had it open.", next="Read it again, then save.")
            desk.book.mark(*mark, form.number(), form.comment, self.grader, form.why, form.seen)
        except Conflict as conflict:
            form.seen = conflict.theirs.id
            return self._show(desk, answers, chosen, desk.marks(), form, conflict=conflict), 409
        except Problem as problem:
            return self._show(desk, answers, chosen, desk.marks(), form, problem=problem), 422
        return redirect(self._onward(desk, answers, chosen, request.form.get("go", "")), 303)

    def zeros(self, folder: str, name: str):
        """0 to all empty answers, or that taken back; then the next answer to mark."""
        desk = self._desk(folder, name)
        (zeros.take_back if request.form.get("way") == "back" else zeros.give)(desk, name)
        left = to_mark(desk.answers(name), desk.marks(), name)
        return redirect(url_for("begin", folder=folder, name=name) if left else url_for("overview", folder=folder), 303)

    def _onward(self, desk: Desk, answers: list[Answer], chosen: Answer, go: str) -> str:
        """Where a saved mark leads: to `go`, the key of an answer, or to the next one without a mark."""
        name, folder = chosen.question.task.name, desk.module.folder
        if go == "stay":
            wanted = chosen
        elif go in {answer.key for answer in answers}:
            wanted = find(answers, go)
        elif chosen.question.task.manual:
            wanted = to_mark(answers, desk.marks(), name, chosen.key)
        else:
            wanted = answers[chosen.number] if chosen.number < len(answers) else None
        if wanted is None:
            return url_for("overview", folder=folder, done=name)
        return url_for("answer", folder=folder, name=name, key=wanted.key, kept=chosen.key)

    def _show(self, desk, answers, chosen, marks, form=None, conflict=None, problem=None, kept=None) -> str:
        name = chosen.question.task.name
        mark = marks.get(chosen.student, {}).get(name)
        around = [answers[n] if 0 <= n < len(answers) else None for n in (chosen.number - 2, chosen.number)]
        left = to_mark(answers, marks, name, chosen.key)
        return render_template(
            "answer.html",
            desk=desk,
            folder=desk.module.folder,
            name=name,
            question=chosen.question,
            answer=chosen,
            result=chosen.standing.result,
            marks=marks,
            mark=mark,
            form=form or Form.of(mark),
            previous=around[0],
            following=around[1],
            left=left,
            again=is_outdated(marks, chosen.standing, name),
            read=desk.read(chosen),
            code=None if chosen.question.task.manual else desk.written(chosen),
            line=progress(desk, name, marks, answers),
            zeroed=zeros.counts(desk, name, answers, marks),
            conflict=conflict,
            problem=problem,
            kept=kept,
        )


def find(answers: list[Answer], key: str) -> Answer:
    """The answer with this key, or a 404."""
    return next((answer for answer in answers if answer.key == key), None) or abort(404)


def progress(desk: Desk, name: str, marks: dict, answers: list[Answer] | None = None) -> tuple[int, int]:
    """How many have points by hand that were given on what is handed in now, of how many."""
    answers = desk.answers(name) if answers is None else answers
    return sum(is_marked(marks, answer.standing, name) for answer in answers), len(answers)
