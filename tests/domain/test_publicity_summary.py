"""Publicity in numbers: what a post counts for, and releases that nobody publicised."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.configuration import load_configuration
from domain.errors import DataError
from domain.publicity.summary import Counted, Release, summarise, without_publicity
from domain.tickets.records import DataUse

LABOUR, INFORMAL = "สำรวจภาวะการทำงานของประชากร", "สำรวจแรงงานนอกระบบ"
OCTOBER = Release(LABOUR, date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 20))


def at(year: int, month: int, day: int, hour: int = 12) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def test_a_post_counts_once_everywhere_and_for_each_of_its_projects():
    found = summarise(
        [
            Counted("facebook", (LABOUR, INFORMAL), at(2026, 9, 30), news="P1"),
            Counted("line", (LABOUR,), at(2026, 10, 2), 320, 82, "P1"),
            Counted("line", (), at(2026, 10, 3), None, None),
            Counted("line", (), at(2026, 10, 4), 100, None, "P2"),
        ]
    )
    assert (found.total.posts, found.news, found.total.delivered, found.total.opened) == (
        4,
        3,
        420,
        82,
    )
    assert {network: tally.posts for network, tally in found.networks.items()} == {
        "facebook": 1,
        "line": 3,
    }
    assert found.months == {date(2026, 9, 1): {"facebook": 1}, date(2026, 10, 1): {"line": 3}}
    assert found.fiscal_years == {2569: 1, 2570: 3}
    assert {name: tally.posts for name, tally in found.projects.items()} == {
        LABOUR: 2,
        INFORMAL: 1,
        "": 2,
    }


def test_the_month_is_bangkoks():
    assert list(summarise([Counted("line", (), at(2026, 9, 30, 18))]).months) == [date(2026, 10, 1)]


COUNTED = st.builds(
    Counted,
    st.sampled_from(["facebook", "line", "twitter"]),
    st.sampled_from([(), (LABOUR,), (LABOUR, INFORMAL)]),
    st.integers(1_600_000_000, 1_900_000_000).map(
        lambda seconds: datetime.fromtimestamp(seconds, UTC)
    ),
    st.none() | st.integers(0, 10_000),
)


@given(st.lists(COUNTED))
def test_every_division_adds_up_to_the_whole(counted: list[Counted]):
    found = summarise(counted)
    assert (
        sum(tally.posts for tally in found.networks.values()) == found.total.posts == len(counted)
    )
    assert sum(sum(month.values()) for month in found.months.values()) == len(counted)
    assert sum(found.fiscal_years.values()) == len(counted)
    assert sum(tally.delivered or 0 for tally in found.networks.values()) == (
        found.total.delivered or 0
    )


@pytest.mark.parametrize(
    ("publicised", "left"),
    [
        ([], [OCTOBER]),
        ([DataUse(LABOUR, date(2026, 10, 1), date(2026, 10, 31))], []),
        ([DataUse(LABOUR, date(2026, 9, 1), date(2026, 9, 30))], [OCTOBER]),
        ([DataUse(LABOUR, date(2026, 1, 1), date(2026, 12, 31))], []),
        ([DataUse(LABOUR, None, None)], []),
        ([DataUse(INFORMAL, None, None)], [OCTOBER]),
    ],
)
def test_a_release_is_publicised_by_a_ticket_about_its_data(
    publicised: list[DataUse], left: list[Release]
):
    assert without_publicity([OCTOBER], publicised) == left


def test_the_offices_file_names_its_releases(tmp_path: Path):
    path = tmp_path / "office.toml"
    path.write_text(
        f'[[releases]]\nproject = "{LABOUR}"\ndata = "ต.ค. 2569"\non = 2026-11-20\n',
        encoding="utf-8",
    )
    assert load_configuration(path).releases == (OCTOBER,)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('project = "ไม่มี"\ndata = "2569"\non = 2026-11-20', "is no project"),
        (f'project = "{LABOUR}"\ndata = "เร็ว ๆ นี้"\non = 2026-11-20', "is no period"),
        (f'project = "{LABOUR}"\ndata = "2569"', "on"),
        (f'project = "{LABOUR}"\ndata = "2569"\non = 2026-11-20\nwhere = "x"', "unknown"),
    ],
)
def test_a_wrong_row_of_the_releases_is_named(tmp_path: Path, row: str, said: str):
    path = tmp_path / "office.toml"
    path.write_text(f"[[releases]]\n{row}\n", encoding="utf-8")
    with pytest.raises(DataError, match=said):
        load_configuration(path)
