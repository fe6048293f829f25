"""What kind of mail came in, which tickets it may belong to, and what is known of its writer. Pure.

`sort_mail` decides by the mail alone: whether a number is a ticket's and its sender may speak of it
is for whoever knows the tickets (`domain.mail.senders.is_plausible`)."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from domain.catalogue import Catalogue
from domain.dates.days import BANGKOK
from domain.mail.contents.brought import find_proofs
from domain.mail.contents.hints import find_hints, find_phones
from domain.mail.contents.thanks import is_thanks
from domain.mail.contents.told_counts import find_counts
from domain.mail.forwards import Forward, find_forward
from domain.mail.likely_subjects import (
    Suggest,
    proof_subjects,
    subjects_of,
    thanked_subjects,
)
from domain.mail.machines import MachineMail, find_machine
from domain.mail.raw.types import MailAddress, ReadMail
from domain.mail.senders import OfficeAddresses
from domain.mail.sorted_mail import (
    HintKind,
    IncomingKind,
    ProofHint,
    ProofKind,
    ProvinceCount,
    Sorted,
    TicketHint,
)
from domain.mail.sorting_rules import MailRules
from domain.mail.suspicious import suspicion

__all__ = [
    "HintKind",
    "IncomingKind",
    "ProofHint",
    "ProofKind",
    "ProvinceCount",
    "Sorted",
    "TicketHint",
    "sort_mail",
    "trusted_date",
]

AHEAD = timedelta(days=1)
"""A Date header so far ahead of the arrival is not believed."""
COUNTS = "mail.provincial_users"
"""The subject of a province's report."""


def trusted_date(sent_at: datetime | None, arrived_at: datetime) -> datetime:
    """Returns the Date header; the arrival where it is missing, impossible, or more than a day
    ahead of it.
    """
    if sent_at is None:
        return arrived_at
    try:
        at = sent_at if sent_at.tzinfo else sent_at.replace(tzinfo=UTC)
        return arrived_at if at - arrived_at > AHEAD else at
    except OverflowError:
        return arrived_at


def sort_mail(
    mail: ReadMail,
    office: OfficeAddresses,
    arrived_at: datetime,
    rules: MailRules,
    catalogue: Catalogue,
    suggest: Suggest,
    *,
    raw: bytes = b"",
    known_sender: bool = False,
    by_person: bool = False,
) -> Sorted:
    """Returns what kind of mail it is, and what it tells.

    `raw` = its bytes, of which a server's report is read (RFC 3464). `known_sender` = a customer or
    contact wrote: that is no spam. `by_person` = somebody said that no machine wrote it, and no
    spam either.
    """
    forward = find_forward(mail, office, rules)
    sent_at = trusted_date(mail.sent_at, arrived_at)
    # A colleague's rule that passes mails on says of itself that it is a machine.
    is_told = by_person or (forward is not None and forward.original is not None)
    if not is_told:
        machine = find_machine(mail, office, rules, raw)
        if machine is not None:
            return _of_machine(mail, machine, sent_at)
    return _Sorting(mail, office, rules, suggest, catalogue, sent_at, forward).sorted(
        known_sender or by_person
    )


def _of_machine(mail: ReadMail, machine: MachineMail, sent_at: datetime) -> Sorted:
    """Returns what a mail by a machine tells: which ticket it is about, and whom it did not
    reach.
    """
    return Sorted(
        kind=machine.kind,
        otherwise=machine.kind,
        ticket_candidates=find_hints(mail, machine.answers),
        failed_recipient=machine.failed_recipient,
        report=machine.report,
        unreadable=machine.unreadable,
        sent_at=sent_at,
        reasons=(machine.reason,),
    )


@dataclass(frozen=True, slots=True)
class _Sorting:
    """One mail that a person wrote, and what it is measured by."""

    mail: ReadMail
    office: OfficeAddresses
    rules: MailRules
    suggest: Suggest
    catalogue: Catalogue
    sent_at: datetime
    forward: Forward | None

    def sorted(self, known_sender: bool) -> Sorted:
        """Returns what the mail is."""
        otherwise, reasons = self._kind(known_sender)
        kind = otherwise
        hints = find_hints(self.mail)
        if hints and self.forward is None:
            kind = IncomingKind.REPLY
        passed_on = self._passed_on()
        counts = find_counts(self.mail, passed_on, self.rules, self._written_on())
        found = Sorted(
            kind=kind,
            otherwise=otherwise,
            ticket_candidates=hints,
            phones=find_phones(self._written(), self.rules),
            original=self._original(),
            original_text=passed_on,
            province_counts=counts,
            thanks=not passed_on and is_thanks(self.mail, self.rules),
            proofs=find_proofs(self.mail, self.rules),
            sent_at=self.sent_at,
            reasons=reasons,
        )
        codes = self._subjects(found)
        return replace(
            found,
            subjects=codes,
            suggested_subjects=tuple(map(self._as_read, codes)),
        )

    def _kind(self, known_sender: bool) -> tuple[IncomingKind, tuple[str, ...]]:
        """Returns what the mail is where it belongs to no ticket, and why."""
        if self.forward is not None:
            return IncomingKind.FORWARD, ("a colleague passes it on",)
        if known_sender or self.office.is_colleague(self.mail.sender.email):
            return IncomingKind.NEW, ()
        reasons = suspicion(self.mail, self.office, self.rules)
        if reasons:
            return IncomingKind.SPAM_LIKE, reasons
        return IncomingKind.NEW, ()

    def _subjects(self, found: Sorted) -> tuple[str, ...]:
        """Returns the likeliest subjects: what is sure comes before what is likely."""
        text = f"{self.mail.subject}\n{self._written()}"
        first = [*self._passing(), *proof_subjects(found.proofs)]
        if found.province_counts:
            first.append(COUNTS)
        if found.thanks:
            first += thanked_subjects(text, self._writer(), self.rules, self.suggest)
        codes = subjects_of(text, self._writer(), first, self.rules, self.suggest)
        return tuple(filter(self.catalogue.subjects.__contains__, codes))

    def _passing(self) -> list[str]:
        """Returns the subject of what this colleague passes on."""
        if self.forward is None:
            return []
        address = self.mail.sender.email.casefold()
        return [self.rules.forwarders.get(address, self.rules.other_forwarder)]

    def _as_read(self, code: str) -> str:
        """Returns a subject as people read it."""
        subject = self.catalogue.subject(code)
        return code if subject.is_numbered else subject.name

    def _original(self) -> MailAddress | None:
        """Returns who wrote what a colleague passes on."""
        if self.forward is None or self.forward.original is None:
            return None
        return self.forward.original.sender

    def _passed_on(self) -> str:
        """Returns the text that a colleague passes on."""
        if self.forward is None or self.forward.original is None:
            return ""
        return self.forward.original.text

    def _written(self) -> str:
        """Returns what the person wrote who asks: of a forward, what was passed on."""
        return self._passed_on() or self.mail.text

    def _writer(self) -> str:
        """Returns the address of the person who asks."""
        original = self._original() or self.mail.sender
        return original.email

    def _written_on(self) -> date:
        """Returns the day of the mail in Bangkok."""
        return self.sent_at.astimezone(BANGKOK).date()
