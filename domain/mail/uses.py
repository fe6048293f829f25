"""What officers made of a mail that came in, beside an answer. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.staff import StaffId


class MailPurpose(StrEnum):
    """What a mail was used for."""

    THANKS = "thanks"
    PROOF = "proof"
    NO_PROOF = "no_proof"
    COUNT = "count"
    JOINED = "joined"


@dataclass(frozen=True, slots=True)
class MailUse:
    """One use of a mail.

    `ticket` = what came of it; of a mail that was joined the ticket that it had made. `about` = the
    thing owed, or which of several counts it is."""

    mail_id: int
    purpose: MailPurpose
    ticket: str
    used_at: datetime
    used_by: StaffId
    about: int = 0


def of_purpose(uses: Iterable[MailUse], purpose: MailPurpose) -> dict[int, MailUse]:
    """Returns by what it is about each use for this purpose."""
    return {use.about: use for use in uses if use.purpose is purpose}
