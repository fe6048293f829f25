"""Whoever speaks to the desk: what every event needs to know, in one reading."""

from dataclasses import dataclass
from datetime import datetime

from domain.staff import Platform, Staff
from store import staff
from store.chat import forms
from store.chat.forms import Draft
from store.engine.database import Reader
from store.records import counters, holidays


@dataclass(frozen=True, slots=True)
class KnownSpeaker:
    """A member of staff, when the account was last seen, and the open form; `holidays` = which
    dates have been entered, as a number; `last_ticket` = the last ticket number that was given out.
    """

    person: Staff
    seen_at: datetime
    draft: Draft | None
    holidays: int
    last_ticket: int


async def find_speaker(db: Reader, platform: Platform, user: str) -> KnownSpeaker | None:
    """The member of staff behind an account, blocked or not."""
    row = await db.fetch_one(
        f"SELECT {staff.OF_IDENTITY}, {forms.BESIDE}, {holidays.VERSION} AS holidays, "
        f"{counters.LAST_TICKET} AS last_ticket "
        "FROM identities i JOIN staff s ON s.id = i.staff_id "
        "LEFT JOIN forms f ON f.staff_id = s.id AND f.state = 'open' "
        "WHERE i.platform = ? AND i.user_id = ?",
        platform,
        user,
    )
    if row is None:
        return None
    person, seen_at = staff.of_identity(row)
    return KnownSpeaker(
        person,
        seen_at,
        forms.beside(row),
        row["holidays"],
        row["last_ticket"],
    )
