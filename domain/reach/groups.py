"""Groups that an administrator enrolled, and which of them hears what a person can be told nowhere.
Pure.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.staff import Chat, Platform, StaffId


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

    @property
    def at(self) -> Chat:
        """The group's chat with its platform."""
        return self.platform, self.chat


def last_resort(groups: Sequence[Group], teams: Collection[str]) -> list[Group]:
    """Where members of these teams are told what reaches them nowhere else: their teams' chats,
    then the desk's.
    """
    of_teams = [group for group in groups if group.team and group.team in teams]
    of_the_desk = [group for group in groups if not group.team]
    return of_teams + of_the_desk


def last_resort_of(
    who: StaffId, groups: Sequence[Group], teams: Mapping[str, Collection[StaffId]]
) -> list[Group]:
    """The same for one member of staff, out of all teams with their members."""
    mine = [team for team, members in teams.items() if who in members]
    return last_resort(groups, mine)
