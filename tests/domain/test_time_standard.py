"""The time standard as shipped, cell by cell against DOMAIN.md section 5, and due dates."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from domain.configuration import Configuration, load_configuration
from domain.tickets import Complexity
from domain.time_standard import Limit, due_at

DAY = 420
MINUTES = {"min": 1, "h": 60, "d": DAY}

# Section 5 by hand: table, complexity, then walk_in | phone | letter | email | online_shop ("-" = none set)
SECTION_5 = """
statistics simple       | 30 min | 5 min  | 4 h  | 0.5 d | -
statistics complex      | 50 min | 10 min | 2 d  | 1 d   | -
statistics very_complex | 2.5 d  | 2.5 d  | 7 d  | 3 d   | -
statistics exceptional  | 3.5 d  | 3.5 d  | 23 d | 3.5 d | -
sale simple             | 7 min  | -      | -    | -     | 1 d
sale complex            | -      | -      | 6 d  | 5 d   | 2 d
sale very_complex       | -      | -      | 15 d | 15 d  | -
sale exceptional        | -      | -      | 16 d | 16 d  | 16 d
microdata simple        | 7 d    | 7 d    | 7 d  | 7 d   | 7 d
microdata complex       | -      | -      | -    | -     | -
microdata very_complex  | -      | -      | -    | -     | -
microdata exceptional   | -      | -      | -    | -     | -
special simple          | -      | -      | -    | -     | -
special complex         | -      | -      | -    | -     | -
special very_complex    | -      | -      | -    | -     | -
special exceptional     | -      | -      | -    | -     | -
"""
COLUMNS = ("walk_in", "phone", "letter", "email", "online_shop")


def cells() -> list[tuple[str, Complexity, str, int | None]]:
    found = []
    for line in SECTION_5.strip().splitlines():
        head, *row = line.split("|")
        table, level = head.split()
        for channel, cell in zip(COLUMNS, row, strict=True):
            amount, _, unit = cell.strip().partition(" ")
            minutes = int(float(amount) * MINUTES[unit]) if unit else None
            found.append((table, Complexity(level), channel, minutes))
    return found


@pytest.fixture(scope="module")
def desk() -> Configuration:
    return load_configuration()


@pytest.mark.parametrize(("table", "level", "channel", "minutes"), cells())
def test_each_cell_of_section_5_is_in_the_standard(
    desk: Configuration, table: str, level: Complexity, channel: str, minutes: int | None
) -> None:
    limit = desk.time_standard.limit(table, level, channel)
    assert (limit and limit.working_minutes) == minutes


def test_no_time_table_means_no_limit(desk: Configuration) -> None:
    assert desk.time_standard.limit(None, Complexity.SIMPLE, "email") is None


def test_a_limit_keeps_the_words_of_the_office(desk: Configuration) -> None:
    limit = desk.time_standard.limit("statistics", Complexity.VERY_COMPLEX, "phone")
    assert limit == Limit(1050, "2.5 days")
    assert (limit.amount, limit.unit) == ("2.5", "day")


BANGKOK = timezone(timedelta(hours=7))


@pytest.mark.parametrize(
    ("created", "complexity", "channel", "due"),
    [
        # Monday 2 March 2026; Tuesday is Makha Bucha
        ("2026-03-02T09:00", "simple", "phone", "2026-03-02T09:05"),
        ("2026-03-02T11:50", "simple", "walk_in", "2026-03-02T13:20"),
        ("2026-03-02T16:00", "simple", "letter", "2026-03-04T12:00"),
        ("2026-03-02T08:30", "complex", "email", "2026-03-02T16:30"),
        ("2026-03-02T08:30", "very_complex", "phone", "2026-03-05T12:00"),
        ("2026-04-10T16:29", "complex", "phone", "2026-04-16T08:39"),  # over Songkran
    ],
)
def test_due_dates_count_working_time_only(
    desk: Configuration, created: str, complexity: str, channel: str, due: str
) -> None:
    created_at = datetime.fromisoformat(created).replace(tzinfo=BANGKOK)
    found = due_at(
        desk.time_standard,
        desk.calendar,
        "statistics",
        Complexity(complexity),
        channel,
        created_at.astimezone(UTC),
    )
    assert found == datetime.fromisoformat(due).replace(tzinfo=BANGKOK)
    assert found.utcoffset() == timedelta(hours=7)


def test_without_a_limit_there_is_no_due_date(desk: Configuration) -> None:
    created_at = datetime(2026, 3, 2, tzinfo=UTC)
    args = (desk.time_standard, desk.calendar, "special", Complexity.SIMPLE, "letter", created_at)
    assert due_at(*args) is None


def test_the_office_changes_one_cell_and_takes_another_away(tmp_path: Path) -> None:
    file = tmp_path / "office.toml"
    file.write_text(
        '[time_standard.statistics.simple]\nphone = "6 minutes"\n'
        '[time_standard.statistics.exceptional]\nphone = ""\n'
        '[time_standard.microdata.simple]\nemail = "1 hour"\n',
        "utf-8",
    )
    standard = load_configuration(file).time_standard
    assert standard.limit("statistics", Complexity.SIMPLE, "phone") == Limit(6, "6 minutes")
    assert standard.limit("statistics", Complexity.SIMPLE, "email") == Limit(210, "0.5 day")
    assert standard.limit("statistics", Complexity.EXCEPTIONAL, "phone") is None
    assert standard.limit("microdata", Complexity.SIMPLE, "email") == Limit(60, "1 hour")
    assert standard.limit("microdata", Complexity.SIMPLE, "letter") == Limit(7 * DAY, "7 days")


def test_a_day_is_the_office_working_day_and_parts_of_minutes_round_up(tmp_path: Path) -> None:
    file = tmp_path / "office.toml"
    days = ("monday", "tuesday", "wednesday", "thursday")
    hours = "".join(f'{day} = ["09:00-11:05"]\n' for day in days)
    file.write_text(f'[working_hours]\n{hours}friday = ["09:00-10:00"]\n', "utf-8")
    standard = load_configuration(file).time_standard
    assert standard.limit("statistics", Complexity.SIMPLE, "email") == Limit(63, "0.5 day")
