"""What a mail that came in is, and what it tells. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.mail.bounces import DeliveryReport
from domain.mail.raw.types import MailAddress


class IncomingKind(StrEnum):
    """What kind of mail came in."""

    NEW = "new"
    REPLY = "reply"
    FORWARD = "forward"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    OWN_LOOP = "own_loop"
    SPAM_LIKE = "spam_like"


MACHINES = frozenset({IncomingKind.AUTO_REPLY, IncomingKind.BOUNCE, IncomingKind.OWN_LOOP})
"""Kinds that never make a ticket, and are never answered."""


class Apart(StrEnum):
    """The mails that make no ticket: each value is the command that lists them."""

    SPAM = "spam"
    MACHINES = "machines"


class HintKind(StrEnum):
    """By what a mail names a ticket; the first is trusted most."""

    MESSAGE_ID = "message_id"
    SUBJECT = "subject"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class TicketHint:
    """A ticket that a mail may belong to: the Message-ID of a mail about it, or its number."""

    kind: HintKind
    value: str


@dataclass(frozen=True, slots=True)
class ProvinceCount:
    """A province's number of users; `month` = 2020-02, "" where the mail names none; `otherwise` =
    another number that the same mail tells of both, 0 for none.
    """

    province: str
    month: str
    count: int
    otherwise: int = 0


class ProofKind(StrEnum):
    """What is owed, and may be in a mail."""

    CONTRACT = "contract"
    PAPER = "paper"
    PAYMENT = "payment"


@dataclass(frozen=True, slots=True)
class ProofHint:
    """A mail seems to bring what is owed; `contracts` = the numbers that it names, 81/2563.

    `subjects` = of the ticket that ends it, the likeliest first."""

    kind: ProofKind
    contracts: tuple[str, ...]
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sorted:
    """What a mail is.

    `kind` is REPLY where it names a ticket at all; `otherwise` = what it is where none of
    `ticket_candidates` holds: NEW, FORWARD or SPAM_LIKE. A machine's stays what it is. `subjects` =
    catalogue codes; `suggested_subjects` = the same as people read them, by the name where there is
    no number. `original` = who wrote what a colleague passed on, `original_text` = what it says.
    `report` = what a server says became of a mail, `unreadable` = it should say so, and cannot be
    read. `thanks` = it thanks, and says nothing else. `sent_at`: see `trusted_date`."""

    kind: IncomingKind
    otherwise: IncomingKind
    ticket_candidates: tuple[TicketHint, ...] = ()
    phones: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    suggested_subjects: tuple[str, ...] = ()
    original: MailAddress | None = None
    original_text: str = ""
    province_counts: tuple[ProvinceCount, ...] = ()
    failed_recipient: str | None = None
    thanks: bool = False
    proofs: tuple[ProofHint, ...] = ()
    report: DeliveryReport | None = None
    unreadable: bool = False
    sent_at: datetime | None = None
    reasons: tuple[str, ...] = ()
