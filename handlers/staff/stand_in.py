"""Says who is told in whose place: colleagues stand in for somebody on leave, supervisors for
somebody who cannot be told.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from domain.reach.groups import last_resort_of
from domain.reach.routes import can_be_told
from domain.staff import Role, Staff, StaffId
from domain.tickets.hand_over import Leave, OfferState
from handlers.desk import Work
from store import staff
from store.chat import groups
from store.tickets import hand_overs


@dataclass(frozen=True, slots=True)
class Availability:
    """Who can be told something today, by id; who stands in for whom; who answers for the desk; and
    who is at work but can be told only in the team's chat."""

    people: Mapping[StaffId, Staff]
    in_place: Mapping[StaffId, StaffId]
    supervisors: tuple[StaffId, ...]
    in_chat: frozenset[StaffId] = frozenset()

    def receivers(self, officer: StaffId | None) -> tuple[StaffId, ...]:
        """The officer, or who stands in, or the supervisors; nobody's work is the supervisors'."""
        if officer is None:
            return self.supervisors
        if officer in self.people or officer in self.in_chat:
            return (officer,)
        stands_in = self.in_place.get(officer)
        return self.supervisors if stands_in is None else (stands_in,)

    def with_role(self, role: Role | None) -> tuple[StaffId, ...]:
        """Everybody with this role who can be told; who answers for the desk where nobody can."""
        able = tuple(person.id for person in self.people.values() if person.role is role)
        return able or self.supervisors


def supervisors(people: Sequence[Staff]) -> list[StaffId]:
    """Those of these people who answer for the desk: its supervisors, or the administrators where
    there are none.
    """
    able = [person for person in people if person.blocked_at is None]
    for role in (Role.SUPERVISOR, Role.ADMIN):
        chosen = [person.id for person in able if person.role is role]
        if chosen:
            return chosen
    return []


async def who_is_there(work: Work) -> Availability:
    """Today's people: without those on leave, without access, and whom neither a chat nor mail
    reaches.
    """
    everybody = await staff.list_staff(work.db)
    able = await _reachable(work, everybody)
    leaves = await hand_overs.list_leaves(work.db, work.today, work.today)
    away = {leave.staff for leave in leaves}
    there = {person.id: person for person in able if person.id not in away}
    in_place = await _stand_ins(work, leaves, there)
    # Where nobody who answers for the desk is there, they hear of it on their leave: silence would
    # be worse.
    above = supervisors([*there.values()]) or supervisors(able) or supervisors(everybody)
    known = away | {person.id for person in able}
    return Availability(
        there,
        in_place,
        tuple(above),
        await _in_chat(work, everybody, known),
    )


async def _reachable(work: Work, people: Sequence[Staff]) -> list[Staff]:
    accounts = await staff.list_all_identities(work.db)
    mail = bool(work.desk.mail_from)
    able = []
    for person in people:
        if can_be_told(person, accounts.get(person.id, ()), mail=mail):
            able.append(person)
    return able


async def _stand_ins(
    work: Work, leaves: Sequence[Leave], there: Mapping[StaffId, Staff]
) -> dict[StaffId, StaffId]:
    """Who stands in for whom, of those on leave."""
    found = {}
    for leave in leaves:
        stands_in = await _stands_in(work, leave, there)
        if stands_in is not None:
            found[leave.staff] = stands_in
    return found


async def _stands_in(work: Work, leave: Leave, there: Mapping[StaffId, Staff]) -> StaffId | None:
    """Who took most of the work of somebody on leave, of those who are there: that person stands in
    for the rest of it, too.
    """
    offers = await hand_overs.list_offers_of_leave(work.db, leave.id)
    taken = Counter[StaffId | None]()
    for each in offers:
        if each.state is OfferState.ACCEPTED:
            taken[each.receiver] += 1
    for taker, _count in taken.most_common():
        if taker in there:
            return taker
    return None


async def _in_chat(
    work: Work, people: Sequence[Staff], known: Collection[StaffId]
) -> frozenset[StaffId]:
    """Of the people of whom nothing else is known those whose team, or the whole desk, has an
    enrolled chat.
    """
    with_access = [person.id for person in people if person.blocked_at is None]
    lost = [person for person in with_access if person not in known]
    if not lost:
        return frozenset()
    chats = await groups.list_groups(work.db)
    if not chats:
        return frozenset()
    teams = await staff.list_teams(work.db)
    return frozenset(person for person in lost if last_resort_of(person, chats, teams))
