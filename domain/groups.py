"""Groups that an administrator enrolled, and which of them hears what a person can be told nowhere.
Pure.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.staff import Platform, StaffId


@dataclass(frozen=True, slots=True)
class Group:
    """A group's chat that the desk serves. `team` = whose chat it is, "" for the whole desk;
    `title` where known.
    """

    platform: Platform
    chat: str
    title: str
    team: str
    enrolled_by: StaffId
    enrolled_at: datetime


def last_resort(groups: Sequence[Group], teams: Collection[str]) -> list[Group]:
    """Where members of these teams are told what reaches them nowhere else: their teams' chats,
    then the desk's.
    """
    return [group for group in groups if group.team in teams and group.team] + [
        g for g in groups if not g.team
    ]
