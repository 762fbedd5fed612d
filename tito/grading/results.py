"""What a submission earned, mark by mark: plain data, for whoever only reads it loads no NumPy."""

from dataclasses import dataclass, field

from tito.grading.sheet import ASPECTS


@dataclass(frozen=True, slots=True)  # a class of ten thousand has millions of them
class Mark:
    """One question's outcome."""

    question: str
    exercise: str
    aspect: str
    about: str
    status: str
    right: bool
    earned: float
    possible: float
    remark: str = ""


@dataclass
class Result:
    """What one submission earned. Only a `graded` one has marks: anything else is no zero but a reason."""

    student: str
    file: str
    status: str
    message: str = ""
    marks: list[Mark] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    seconds: float = 0
    digest: str = ""  # of the files that were graded
    diagnoses: list = field(default_factory=list)  # tito.grading.diagnosis.Diagnosis
    seed: int | None = None  # what the questions' inputs were drawn from
    answers: dict[str, str] = field(default_factory=dict)  # what a person has to read and mark, by grade_id

    @property
    def total(self) -> float | None:
        return round(sum(mark.earned for mark in self.marks), 4) if self.marks else None

    @property
    def possible(self) -> float | None:
        return round(sum(mark.possible for mark in self.marks), 4) if self.marks else None

    def by(self, what: str) -> dict[str, tuple[float, float]]:
        """Points earned and possible by `exercise` or `aspect`."""
        sums: dict[str, list[float]] = {}
        for mark in self.marks:
            pair = sums.setdefault(getattr(mark, what), [0.0, 0.0])
            pair[0] += mark.earned
            pair[1] += mark.possible
        names = [aspect for aspect in ASPECTS if aspect in sums] if what == "aspect" else list(sums)
        return {name: (round(sums[name][0], 4), round(sums[name][1], 4)) for name in names}
