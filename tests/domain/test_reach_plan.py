"""When others hear of what could not be told, when a push waits, and on which day the quota ends."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from domain.configuration import load_configuration
from domain.errors import DataError
from domain.reach.plan import Above, ClimbStep, quota_ends_on
from domain.reach.untold import Untold, first_key, of_others
from domain.staff import StaffId

OFFICE = load_configuration()
CALENDAR = OFFICE.calendar
NINE = time(9)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 in Bangkok."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=7)


@pytest.mark.parametrize(
    ("since", "days", "due"),
    [
        (at(23, 10), 1, at(24, 9)),
        (at(23, 8, 30), 1, at(24, 9)),
        (at(23, 23), 1, at(24, 9)),
        (at(27, 16), 1, at(30, 9)),  # a Friday
        (at(28, 12), 1, at(30, 9)),  # a Saturday
        (at(23, 8), 0, at(23, 9)),
        (at(23, 10), 2, at(25, 9)),
    ],
)
def test_others_hear_at_nine_of_a_working_day(since, days, due):
    assert ClimbStep(Above.SUPERVISORS, days, NINE).due_at(since, CALENDAR) == due


def untold(kind: str = "owed.tell", climbed: int = 0) -> Untold:
    return Untold(f"{kind}:1:2", StaffId(2), "", at(23, 10), climbed=climbed)


def test_the_steps_follow_each_other_and_begin_anew_a_working_day_later():
    steps = [OFFICE.reach.next_step(untold(climbed=n), CALENDAR) for n in range(4)]
    told = [(step.whom, due) for step, due in filter(None, steps)]
    assert told == [
        (Above.SUPERVISORS, at(24, 9)),
        (Above.ADMINISTRATORS, at(24, 9)),
        (Above.SUPERVISORS, at(25, 9)),
        (Above.ADMINISTRATORS, at(25, 9)),
    ]
    assert OFFICE.reach.next_step(untold("offer"), CALENDAR) is None


@pytest.mark.parametrize(
    ("kind", "now", "scarce", "until"),
    [
        ("morning", at(23, 8, 30), False, at(23, 9)),
        ("owed.tell", at(23, 8, 59), False, at(23, 9)),
        ("owed.tell", at(23, 9), False, None),
        ("owed.tell", at(23, 5), False, None),
        ("deadline", at(23, 8, 30), True, None),
        ("reminder", at(23, 8, 30), True, None),
        ("owed.tell", at(23, 9), True, at(24, 9)),
        ("morning", at(27, 9, 30), True, at(30, 9)),
    ],
)
def test_a_push_waits_in_the_morning_and_where_the_quota_is_scarce(kind, now, scarce, until):
    assert OFFICE.reach.line.holds_until(kind, now, CALENDAR, scarce=scarce) == until


@pytest.mark.parametrize(
    ("used", "quota", "today", "ends"),
    [
        (0, 300, 23, None),
        (14, 300, 2, None),  # a Monday: 14 on each of 21 working days are 294
        (15, 300, 2, date(2026, 11, 27)),
        (240, 300, 23, date(2026, 11, 27)),
        (100, 300, 23, None),
        (300, 300, 23, date(2026, 11, 23)),
        (310, 300, 23, date(2026, 11, 23)),
        (9, 0, 1, date(2026, 11, 1)),
    ],
)
def test_the_quota_ends_on_a_day_as_the_working_days_so_far_say(used, quota, today, ends):
    assert quota_ends_on(used, quota, date(2026, 11, today), CALENDAR) == ends


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[reach.climb.nobody]\ndays = 1\nat = '09:00'", "use one of supervisors, administrators"),
        ("[reach.climb.supervisors]\ndays = 99", "must be a whole number from 0 to 30"),
        ("[reach.climb.supervisors]\nat = '9'", 'must look like "09:00"'),
        ("[reach.line]\nheld_until = 'nine'", 'must look like "09:00"'),
        ("[reach.line]\nscarce_from = 0", "from 1 to 1000"),
        ("[reach]\nclimb_all = true", "unknown"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_by_its_name(tmp_path, text, told):
    path = tmp_path / "office.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=told):
        load_configuration(path)


def test_a_key_is_known_on_every_route():
    for key in ("morning:1:2", "morning:1:2:moved", "morning:1:2:mail:group:group"):
        assert first_key(key) == "morning:1:2"
    assert of_others(("told:5", "owed:1:2")) == ("untold:5", "owed:1:2")
