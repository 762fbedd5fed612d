"""What there is to mark in a module: its questions with their guides, the answers in order, and who is next."""

import hashlib
import hmac
import json
import re
import threading
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from tito.author.release import ANSWER
from tito.gradebook import TOTAL, ManualMark, Standing, rows, tables
from tito.gradebook.engine import reading
from tito.gradebook.tasks import Task, tasks
from tito.regions import BEGIN, END, regions
from tito.review.written import Written, written


@dataclass(frozen=True)
class Question:
    """A task, what is asked, and the course's own answer."""

    task: Task
    asked: str = ""
    guide: str = ""
    is_code: bool = False

    @property
    def title(self) -> str:
        """Its first heading."""
        line = next((line for line in self.asked.splitlines() if line.startswith("#") and not self.is_code), "")
        return line.lstrip("# ")


@dataclass(frozen=True)
class Answer:
    """One student's place in one task."""

    key: str
    number: int
    standing: Standing
    question: Question

    @property
    def student(self) -> str:
        return self.standing.student

    @property
    def text(self) -> str | None:
        """What the student added to the question; "" where that is nothing, None where there is no such cell."""
        return answered(self.question, self.standing)


@dataclass
class Desk:
    """One module's marking by one grader; `secret` makes keys that stand for students and do not tell who they are.

    `submissions` is the folder that was graded, where it is not `tito collect`'s.
    """

    book: object
    module: object
    grader: str
    secret: bytes
    names: bool = False
    submissions: Path | None = None
    _seen: tuple = ()
    _said: int | None = None
    _standings: list[Standing] = field(default_factory=list)
    _empty: dict[int | None, set[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self):
        self.questions = questions(self.module)

    def answers(self, name: str) -> list[Answer]:
        """All students' answers to a task, always in the same order: by id, or shuffled where names are hidden.

        Each grader has an order of their own, so that two who mark at once seldom meet.
        """
        question = self.questions[name]
        chosen = [s for s in self._current(name) if s.readable or name in s.manual or not question.task.manual]
        order = self.grader.encode("utf-8", "replace")
        chosen.sort(key=lambda s: s.student if self.names else self._key(name, s.student, order))
        keys = [self._key(name, standing.student, self.secret) for standing in chosen]
        pairs = enumerate(zip(keys, chosen, strict=True), 1)
        return [Answer(key, number, standing, question) for number, (key, standing) in pairs]

    def read(self, answer: Answer) -> str:
        """What stands for what a grader reads of an answer: its text, or of code the submission."""
        text = answer.text if answer.question.task.manual else answer.standing.digest
        return self._key(answer.question.task.name, f"{answer.student}\0{text}", self.secret)

    def message(self, answer: Answer) -> str:
        """What grading says of the whole submission; where names are hidden without who it is: files are called so."""
        standing = answer.standing
        if self.names:
            return standing.message
        who = filter(None, {standing.student, standing.name, standing.result.student})  # before and after a merge
        names = "|".join(re.escape(name) for name in sorted(who, key=len, reverse=True))
        return re.sub(rf"(?<!\w)(?:{names})(?!\w)", "…", standing.message)

    def written(self, answer: Answer) -> Written:
        """The code that was handed in with an answer."""
        return written(self.book.course, self.module, answer.standing, self.submissions)

    def _key(self, name: str, student: str, secret: bytes) -> str:
        text = f"{self.module.folder}\0{name}\0{student}".encode("utf-8", "replace")
        return hmac.new(secret, text, hashlib.sha256).hexdigest()[:16]

    def _current(self, name: str) -> list[Standing]:
        """The standings, read again when something was graded or somebody came; marks are read at each look.

        They alone make another total, so for that all is read again after a mark.
        """
        with self._lock:
            with reading(self.book.engine) as connection:
                attempt, student = func.max(tables.attempt.c.id), func.count(tables.student.c.id)
                seen = connection.scalar(select(attempt)), connection.scalar(select(student))
                said = connection.scalar(select(func.max(tables.manual.c.id))) if name == TOTAL else None
            if seen != self._seen or said != self._said and name == TOTAL:
                self._standings, self._seen, self._said = self.book.standing(self.module.folder), seen, said
            return list(self._standings)

    def empty(self, standing: Standing) -> set[str]:
        """The tasks in whose cells nothing is written; found once an attempt, for each look asks a whole class."""
        if standing.attempt not in self._empty:
            texts = json.loads(standing.line).get("answers", {}) if standing.line else {}
            asked = [question for name, question in self.questions.items() if question.task.manual and name in texts]
            self._empty[standing.attempt] = {q.task.name for q in asked if added(q, texts[q.task.name]) == ""}
        return self._empty[standing.attempt]

    def marks(self) -> dict[str, dict[str, ManualMark]]:
        """By student and task, what stands now."""
        with reading(self.book.engine) as connection:
            return rows.newest(rows.said(connection, self.module.folder))


def questions(module) -> dict[str, Question]:
    """By name: first what people grade, then what the exam grades, then the total."""
    notebook = module.read()
    cells = {cell.grade_id: cell for cell in reversed(notebook.cells) if cell.is_answer}
    asked = tasks(module)
    found = {name: _question(task, cells.get(name)) for name, task in asked.items() if task.manual}
    found |= {name: Question(task) for name, task in asked.items() if not task.manual}
    return found | {TOTAL: Question(Task(TOTAL, sum(task.points for task in asked.values()), False))}


def _question(task: Task, cell) -> Question:
    """The question's text with the solution taken out; the solution is the guide."""
    if cell is None:
        return Question(task)
    lines = cell.source.splitlines()
    guide: list[str] = []
    for first, last in reversed(regions(cell.source, BEGIN, END)):
        guide = lines[first + 1 : last] + guide
        lines[first : last + 1] = [] if cell.kind == "markdown" else ["    ..."]
    asked = "\n".join(line for line in lines if line.strip() != ANSWER)
    return Question(task, asked.strip(), "\n".join(guide).strip(), cell.is_code)


def answered(question: Question, standing: Standing) -> str | None:
    """The text of a student's cell without the question."""
    text = standing.result.answers.get(question.task.name) if question.task.manual and standing.attempt else None
    return text if text is None else added(question, text)


def added(question: Question, text: str) -> str:
    """What a student added to the question's cell; of code, all of the cell."""
    if question.is_code:
        return text
    asked, lines = question.asked.splitlines(), text.strip().splitlines()
    if [line.rstrip() for line in lines[: len(asked)]] == [line.rstrip() for line in asked]:
        lines = lines[len(asked) :]
    return "\n".join(line for line in lines if line.strip() != ANSWER).strip()


def has_points(marks: dict, student: str, name: str) -> bool:
    """Whether a person has given points for it."""
    mark = marks.get(student, {}).get(name)
    return mark is not None and mark.points is not None


def is_outdated(marks: dict, standing: Standing, name: str) -> bool:
    """Whether its points were given on another text than it has now."""
    return has_points(marks, standing.student, name) and marks[standing.student][name].id == standing.outdated.get(name)


def is_marked(marks: dict, standing: Standing, name: str) -> bool:
    """Whether a person has given points for it as it is now."""
    return has_points(marks, standing.student, name) and not is_outdated(marks, standing, name)


def to_mark(answers: list[Answer], marks: dict, name: str, after: str = "") -> Answer | None:
    """The next one to mark or to look at again behind the answer with the key `after`, else from the beginning.

    What the exam grades is only looked at again.
    """
    place = next((n for n, answer in enumerate(answers, 1) if answer.key == after), 0)
    for answer in answers[place:] + answers[: max(place - 1, 0)]:
        if answer.question.task.manual and not has_points(marks, answer.student, name):
            return answer
        if is_outdated(marks, answer.standing, name):
            return answer
    return None
