"""Deadlines and the late policy, as settings.ini says them."""

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timezone

from tito.gradebook.standing import LATE, Late
from tito.problem import USAGE, Problem

_SHARE = r"(\d+(?:\.\d+)?) ?%"
_POLICY = re.compile(
    rf"{_SHARE} (?:a|per) day(?: after (\d+) (minute|hour)s?)?(?:, at most {_SHARE})?(?:, nothing after (\d+) days?)?"
)
EXAMPLE = "10 % a day after 15 minutes, at most 50 %, nothing after 7 days"  # what follows "a day" may be left out
DAY = 24 * 3600  # seconds
UTC = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Policy:
    """What lateness costs: a share of the earned points for each day begun, up to `most`; all after `last` days.

    Up to `grace` seconds after the deadline nothing is late; what is later counts from the deadline on.
    """

    a_day: float = 0.0
    most: float = 1.0
    grace: float = 0.0
    last: float = math.inf

    def penalty(self, days: int) -> float:
        return min(days * self.a_day, self.most) if days <= self.last else 1.0

    def days(self, seconds: float) -> int:
        """The days begun, `seconds` after the deadline."""
        return math.ceil(seconds / DAY) if seconds > self.grace else 0


def policy(text: str) -> Policy:
    """The policy that is written as EXAMPLE is; of "" and `none`, that lateness costs nothing. Raises Problem."""
    words = " ".join(text.split()).lower()
    if words in ("", "none"):
        return Policy()
    match = _POLICY.fullmatch(words)
    a_day, grace, unit, most, last = match.groups() if match else (0, None, None, None, None)
    a_day, most = float(a_day), float(most or 100)
    if not 0 < a_day <= most <= 100:
        what = f"settings.ini: late_policy = {text} is not understood"
        raise Problem(what, next=f"write it as: late_policy = {EXAMPLE}", code=USAGE)
    grace = int(grace or 0) * (3600 if unit == "hour" else 60)
    return Policy(a_day / 100, most / 100, grace, int(last) if last else math.inf)


def deadlines(text: str, catalogue) -> dict[str, datetime]:
    """By lesson folder, from `04 2026-11-20 23:59, 05 2026-12-04`; a day alone ends at midnight. Raises Problem.

    A time without an offset (+01:00) is this machine's local time.
    """
    found = {}
    for item in filter(None, (part.strip() for part in re.split(r"[,\n]", text))):
        name, _, when = item.partition(" ")
        try:
            moment = _moment(when.strip()).astimezone(timezone.utc)
        except (ValueError, OverflowError):  # the latter of 9999-12-31, west of Greenwich
            raise Problem(
                f"settings.ini: deadlines: {item!r} is not understood",
                next="write a lesson, a day and a time: deadlines = 04 2026-11-20 23:59",
                code=USAGE,
            ) from None
        found[catalogue.find(name).folder] = moment
    return found


def said(days: int | None, why: str, until: str, deadline: datetime | None) -> dict:
    """What a person says of lateness, as a row of the table of marks; the class's `deadline`. Raises Problem."""
    if (days or 0) < 0 or not why.strip() and (until or days is not None):
        what = f"an extension until {until}: it takes" if until else f"{days} days late: it takes 0 or more, and"
        raise Problem(f"{what} a reason", next="--why TEXT", code=USAGE)
    own = _own(until, deadline) if until else ""
    return {"exercise": LATE, "kind": LATE, "points": days, "comment": "", "why": why, "until": own}


def _own(text: str, deadline: datetime | None) -> str:
    """A deadline of a student's own as the gradebook keeps it; raises Problem, also where the class's is later."""
    try:
        found = _moment(text.strip()).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        advice = "write a day, at whose end it is, or a day and a time: --until 2026-11-24, --until '2026-11-24 18:00'"
        raise Problem(f"--until {text}: no date that there is", next=advice, code=USAGE) from None
    if deadline and found <= deadline:
        what = f"--until {text} is no extension: everyone has until {local(utc(deadline))}"
        raise Problem(what, next="name a later day", code=USAGE)
    return utc(found)


def local(at: str) -> str:
    """A time of the gradebook, as this machine's clock shows it."""
    return _known(at).astimezone().strftime("%Y-%m-%d %H:%M %Z").strip()


def _known(at: str) -> datetime:
    return datetime.strptime(at, UTC).replace(tzinfo=timezone.utc)


def _moment(text: str) -> datetime:
    """A day and a time, or the end of a day, in any form of ISO 8601 that this Python reads. Raises ValueError."""
    try:
        return datetime.combine(date.fromisoformat(text), time(23, 59, 59))
    except ValueError:
        return datetime.fromisoformat(text)


def lateness(policy: Policy, deadline: datetime | None, submitted_at: str, flagged: bool, own: str = "") -> Late:
    """How late a submission is, after the class's deadline or the student's `own`, whichever is later.

    Where the time is not known but the place it came from calls it late, one day.
    """
    days, theirs = 0, [_known(own)] if own else []
    deadline = max(theirs + ([deadline] if deadline else []), default=None)
    if deadline and submitted_at:
        days = policy.days((_known(submitted_at) - deadline).total_seconds())
    elif flagged:
        days = 1
    return Late(days, policy.penalty(days))


def utc(moment: datetime | None = None) -> str:
    """A time as the gradebook keeps it; now by default."""
    return (moment or datetime.now(timezone.utc)).astimezone(timezone.utc).strftime(UTC)
