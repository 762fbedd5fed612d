"""What settings.ini says of the gradebook is understood or refused, never guessed."""

import sys
import time
from datetime import datetime, timezone

import pytest

from tito import gradebook
from tito.gradebook.late import deadlines, lateness, policy
from tito.problem import Problem


@pytest.mark.parametrize(
    ("text", "penalties"),
    [
        ("", [0, 0, 0]),
        ("none", [0, 0, 0]),
        ("10 % a day, at most 50 %", [0.1, 0.2, 0.5]),
        ("10% per day", [0.1, 0.2, 1]),
        ("2.5 %  a day,  at most 5 %", [0.025, 0.05, 0.05]),
        ("10 % a day after 15 minutes, at most 50 %, nothing after 7 days", [0.1, 0.2, 1]),
        ("5 % a day, nothing after 1 day", [0.05, 1, 1]),
    ],
)
def test_a_late_policy_says_what_a_day_costs(text, penalties):
    assert [policy(text).penalty(days) for days in (1, 2, 99)] == pytest.approx(penalties)
    assert policy(text).penalty(0) == 0


@pytest.mark.parametrize(
    "text",
    [
        "10",
        "10 % a week",
        "-10 % a day",
        "0 % a day",
        "110 % a day",
        "20 % a day, at most 10 %",
        "10 % a day at most 5",
        "10 % a day after 15",
        "10 % a day, nothing after 2 hours",
        "nothing after 3 days",
    ],
)
def test_a_late_policy_that_is_not_understood_is_refused(configured, text):
    with pytest.raises(Problem, match="late_policy") as problem:
        gradebook.open(configured(late_policy=text))
    assert "10 % a day" in problem.value.next


@pytest.mark.parametrize("text", ["02", "02 tomorrow", "02 2026-02-30", "09 2026-02-01"])
def test_a_deadline_that_is_not_understood_is_refused(configured, text):
    with pytest.raises(Problem):
        gradebook.open(configured(deadlines=text))


@pytest.mark.parametrize("zone, text", [("Etc/GMT+8", "02 9999-12-31"), ("Etc/GMT-8", "02 0001-01-01")])
def test_a_deadline_that_no_clock_shows_is_refused(configured, monkeypatch, zone, text):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        with pytest.raises(Problem, match="is not understood"):
            gradebook.open(configured(deadlines=text))
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.skipif(sys.version_info < (3, 11), reason="such dates are refused there")
def test_a_day_without_dashes_ends_at_midnight_too(course):
    assert deadlines("01 20260302", course.catalogue) == deadlines("01 2026-03-02", course.catalogue)


def test_deadlines_are_days_to_their_end_or_times_in_any_zone(course):
    found = deadlines("01 2026-03-01T12:00+02:00,\n02 2026-03-02", course.catalogue)
    assert found["01_tensor"] == datetime(2026, 3, 1, 10, tzinfo=timezone.utc)
    assert found["02_losses"] == datetime(2026, 3, 2, 23, 59, 59).astimezone(timezone.utc)


@pytest.mark.parametrize(("when", "days"), [("09:59:59", 0), ("10:00:00", 0), ("10:00:01", 1)])
def test_a_day_is_begun_a_second_after_the_deadline(when, days):
    moment = datetime(2026, 3, 1, 10, tzinfo=timezone.utc)
    assert lateness(policy("10 % a day"), moment, f"2026-03-01T{when}Z", False).days == days
    assert lateness(policy("10 % a day"), moment, f"2026-03-01T{when}Z", True).days == days  # the clock knows better


@pytest.mark.parametrize(
    ("grace", "when", "days"),
    [
        ("15 minutes", "10:15:00", 0),
        ("15 minutes", "10:15:01", 1),
        ("1 hour", "11:00:00", 0),
        ("26 hours", "23:00:00", 0),
    ],
)
def test_nothing_is_late_until_the_grace_of_the_policy_is_over(grace, when, days):
    moment = datetime(2026, 3, 1, 10, tzinfo=timezone.utc)
    assert lateness(policy(f"10 % a day after {grace}"), moment, f"2026-03-01T{when}Z", False).days == days


def test_after_the_grace_days_count_from_the_deadline_on():
    moment = datetime(2026, 3, 1, 10, tzinfo=timezone.utc)
    assert lateness(policy("10 % a day after 2 hours"), moment, "2026-03-02T10:00:01Z", False).days == 2


def test_another_rule_than_last_or_best_is_refused(configured):
    with pytest.raises(Problem, match="attempts = first"):
        gradebook.open(configured(attempts="first"))


def test_a_password_has_no_place_in_a_file_that_goes_to_students(configured, monkeypatch):
    place = "postgresql+psycopg://tito:secret@db.example/marks"
    with pytest.raises(Problem) as problem:
        gradebook.open(configured(gradebook=place))
    assert "secret" not in f"{problem.value} {problem.value.next}" and ".pgpass" in problem.value.next
    monkeypatch.setenv("TITO_GRADEBOOK", "postgresql+psycopg://tito:secret@/marks?host=/nowhere")
    with pytest.raises(Problem) as problem:
        gradebook.open(configured())
    assert "secret" not in f"{problem.value} {problem.value.next}" and "is the server up" in problem.value.next


def test_an_address_that_is_no_url_is_told_without_its_password(course, monkeypatch):
    monkeypatch.setenv("TITO_GRADEBOOK", "postgresql+psycopg://tito:secret@db.example:port/marks")
    with pytest.raises(Problem, match="no path and no URL") as problem:
        gradebook.open(course)
    assert "secret" not in str(problem.value) and "%2F" in problem.value.next


def test_a_driver_that_is_missing_is_said(configured):
    with pytest.raises(Problem, match="no driver"):
        gradebook.open(configured(gradebook="nosuchbase://x/y"))


def test_the_gradebook_is_where_the_course_is_or_where_the_settings_say(course, configured, tmp_path):
    with gradebook.open(course):
        assert (course.root / "gradebook.db").exists()
    with gradebook.open(configured(gradebook=str(tmp_path / "marks.db"))):
        assert (tmp_path / "marks.db").exists()
