"""Deadlines and the late policy, as settings.ini says them."""

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timezone

from tito.gradebook.standing import Late
from tito.problem import USAGE, Problem

_POLICY = re.compile(r"(\d+(?:\.\d+)?) ?% (?:a|per) day(?:, at most (\d+(?:\.\d+)?) ?%)?")
DAY = 24 * 3600  # seconds
UTC = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Policy:
    """What lateness costs: a share of the earned points for each day begun, up to `most`."""

    a_day: float = 0.0
    most: float = 1.0

    def penalty(self, days: int) -> float:
        return min(days * self.a_day, self.most)


def policy(text: str) -> Policy:
    """The policy of `10 % a day, at most 50 %`; of "" and `none`, that lateness costs nothing. Raises Problem."""
    words = " ".join(text.split()).lower()
    if words in ("", "none"):
        return Policy()
    match = _POLICY.fullmatch(words)
    a_day, most = (float(match[1]), float(match[2] or 100)) if match else (0, 0)
    if not 0 < a_day <= most <= 100:
        raise Problem(
            f"settings.ini: late_policy = {text} is not understood",
            next="write it as: late_policy = 10 % a day, at most 50 %",
            code=USAGE,
        )
    return Policy(a_day / 100, most / 100)


def deadlines(text: str, catalogue) -> dict[str, datetime]:
    """By lesson folder, from `04 2026-11-20 23:59, 05 2026-12-04`; a day alone ends at midnight. Raises Problem.

    A time without an offset (+01:00) is this machine's local time.
    """
    found = {}
    for item in filter(None, (part.strip() for part in re.split(r"[,\n]", text))):
        name, _, when = item.partition(" ")
        try:
            moment = _moment(when.strip())
        except ValueError:
            raise Problem(
                f"settings.ini: deadlines: {item!r} is not understood",
                next="write a lesson, a day and a time: deadlines = 04 2026-11-20 23:59",
                code=USAGE,
            ) from None
        found[catalogue.find(name).folder] = moment.astimezone(timezone.utc)
    return found


def _moment(text: str) -> datetime:
    """A day and a time, or the end of a day, in any form of ISO 8601 that this Python reads. Raises ValueError."""
    try:
        return datetime.combine(date.fromisoformat(text), time(23, 59, 59))
    except ValueError:
        return datetime.fromisoformat(text)


def lateness(policy: Policy, deadline: datetime | None, submitted_at: str, flagged: bool) -> Late:
    """How late a submission is. Where the time is not known but the place it came from calls it late, one day."""
    days = 0
    if deadline and submitted_at:
        submitted = datetime.strptime(submitted_at, UTC).replace(tzinfo=timezone.utc)
        days = max(0, math.ceil((submitted - deadline).total_seconds() / DAY))
    elif flagged:
        days = 1
    return Late(days, policy.penalty(days))


def utc(moment: datetime | None = None) -> str:
    """A time as the gradebook keeps it; now by default."""
    return (moment or datetime.now(timezone.utc)).astimezone(timezone.utc).strftime(UTC)
