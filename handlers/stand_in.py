"""Who is told in whose place: colleagues stand in for who is on leave, the supervisors for who cannot be told."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from domain.hand_over import OfferState
from domain.staff import Staff, StaffId
from handlers.deadlines import supervisors
from handlers.desk import Work
from store import hand_overs, staff


@dataclass(frozen=True, slots=True)
class There:
    """Who can be told something today, by id; who stands in for whom; and who answers for the desk."""

    people: Mapping[StaffId, Staff]
    in_place: Mapping[StaffId, StaffId]
    supervisors: tuple[StaffId, ...]

    def receivers(self, officer: StaffId | None) -> tuple[StaffId, ...]:
        """The officer, or who stands in, or the supervisors; nobody's work is the supervisors'."""
        if officer in self.people and officer is not None:
            return (officer,)
        one = self.in_place.get(officer) if officer is not None else None
        return (one,) if one is not None else self.supervisors


async def who_is_there(work: Work) -> There:
    """Today's people: without those on leave, without access, and whom neither a chat nor mail reaches."""
    everybody = await staff.list_staff(work.db)
    accounts = await staff.list_all_identities(work.db)
    leaves = await hand_overs.list_leaves(work.db, work.today, work.today)
    away = {leave.staff for leave in leaves}
    able = [
        person
        for person in everybody
        if person.blocked_at is None
        and (
            (person.email and work.desk.mail_from)
            or any(each.unreachable_at is None for each in accounts.get(person.id, ()))
        )
    ]
    there = {person.id: person for person in able if person.id not in away}
    in_place = {}
    for leave in leaves:
        offers = await hand_overs.list_offers_of_leave(work.db, leave.id)
        taken = Counter(each.receiver for each in offers if each.state is OfferState.ACCEPTED)
        # Who took most of the work stands in for the rest of it, too.
        if one := next((who for who, _count in taken.most_common() if who in there), None):
            in_place[leave.staff] = one
    # Where nobody who answers for the desk is there, they hear of it on their leave: silence would be worse.
    above = supervisors([*there.values()]) or supervisors(able) or supervisors(everybody)
    return There(there, in_place, tuple(above))
