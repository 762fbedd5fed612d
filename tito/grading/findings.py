"""What a diagnosis says: plain data, as grades.json and the journal keep it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """The one call that shows it best. Of `key` and `answer`, an entry is None where it is not finite."""

    question: str
    about: str  # what was asked
    expected: str
    got: str
    relation: str = ""
    key: tuple = ()  # up to 64 numbers of the expected answer, flattened
    answer: tuple = ()  # the student's
    shape: tuple = ()  # of the expected answer


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What went wrong in an exercise, in the student's terms; `kind` is mistake, pair or relation.

    It explains `explains` of the `of` wrong questions, and costs marks in the exercises `costs` as well.
    """

    exercise: str
    name: str
    kind: str
    says: str
    explains: int
    of: int
    evidence: Evidence
    costs: tuple[str, ...] = ()


def read_diagnosis(entry: dict) -> Diagnosis:
    """A diagnosis from what dataclasses.asdict made of it and JSON brought back."""
    shown = {name: tuple(value) if type(value) is list else value for name, value in entry["evidence"].items()}
    return Diagnosis(**entry | {"evidence": Evidence(**shown), "costs": tuple(entry["costs"])})
