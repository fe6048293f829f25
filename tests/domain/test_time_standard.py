"""The time standard as shipped, cell by cell against DOMAIN.md section 5."""

from pathlib import Path

import pytest

from domain.configuration import Configuration, load_configuration
from domain.errors import DataError
from domain.tickets.records import Complexity
from domain.time_standard import Limit

DAY = 420
MINUTES = {"min": 1, "h": 60, "d": DAY}

# Section 5 by hand: table, complexity, then walk_in | phone | letter | email | online_shop ("-" =
# none set)
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


@pytest.mark.parametrize(
    ("row", "mend"),
    [
        ('share = "3/2"', 'deadline_notices] share: must be a part of one, such as "1/5"'),
        ('share = "a fifth"', "must be a part of one"),
        ('quiet = "soon"', '"soon" must look like "30 minutes"'),
        ('quiet = ""', "quiet: missing"),
        ('quite = "30 minutes"', "quite: unknown"),
    ],
)
def test_rules_of_notices_that_make_no_sense_are_refused_by_name(
    tmp_path: Path, row: str, mend: str
) -> None:
    file = tmp_path / "office.toml"
    file.write_text(f"[deadline_notices]\n{row}\n", "utf-8")
    with pytest.raises(DataError) as caught:
        load_configuration(file)
    assert mend in str(caught.value)
