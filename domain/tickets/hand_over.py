"""Work handed over: an offer of one ticket to a person or a team, a leave, and a fair split of what
it leaves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from domain.staff import StaffId
from domain.tickets.records import TicketNo


class OfferState(StrEnum):
    """RETURNED = the receiver gave it back; ENDED = the leave is over, or somebody else got it."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Offer:
    """A ticket that `giver` offers to `receiver`, or to whoever of `team` is first.

    What is given to a person is theirs at once; of a team it is who accepts, and of a leave
    (`leave`) it is who accepted, from the first day on."""

    id: str
    ticket: TicketNo
    giver: StaffId | None
    receiver: StaffId | None
    offered_at: datetime
    team: str = ""
    leave: str | None = None
    state: OfferState = OfferState.OFFERED


@dataclass(frozen=True, slots=True)
class Leave:
    """Days on which somebody is away; `ended_at` = the work came back."""

    id: str
    staff: StaffId
    first_on: date
    last_on: date
    ended_at: datetime | None = None


def split(nos: Sequence[TicketNo], loads: Mapping[StaffId, int]) -> dict[TicketNo, StaffId]:
    """Gives each ticket to whoever has the least to do by then; empty where there is nobody.

    `loads` = unfinished tickets by person; among equals, the first named gets it."""
    carried = dict(loads)
    given: dict[TicketNo, StaffId] = {}
    for no in nos:
        if not carried:
            break
        receiver = min(carried, key=lambda person: carried[person])
        given[no] = receiver
        carried[receiver] += 1
    return given
