"""Which group hears what cannot be told to a person."""

from datetime import UTC, datetime

import pytest

from domain.reach.groups import Group, last_resort
from domain.staff import Platform, StaffId

AT = datetime(2026, 11, 23, tzinfo=UTC)
DESK, MICRO, MAPS = (
    Group(Platform.LINE, chat, "", chat, StaffId(1), AT) for chat in ("", "ไมโครดาตา", "แผนที่")
)


@pytest.mark.parametrize(
    ("teams", "told"),
    [
        ([], [DESK]),
        (["ไมโครดาตา"], [MICRO, DESK]),
        (["แผนที่", "ไมโครดาตา"], [MICRO, MAPS, DESK]),
        (["ทีมที่ไม่มีกลุ่ม"], [DESK]),
        ([""], [DESK]),
    ],
)
def test_the_teams_chat_comes_before_the_desks(teams: list[str], told: list[Group]) -> None:
    assert last_resort([DESK, MICRO, MAPS], teams) == told


def test_another_teams_chat_is_none() -> None:
    assert last_resort([MAPS], ["ไมโครดาตา"]) == []
