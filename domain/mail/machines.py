"""Mails that no person wrote: our own that came back, reports of servers, answers by themselves.
Pure.
"""

import re
from dataclasses import dataclass, replace

from domain.errors import InvalidInput
from domain.mail.bounces import DeliveryReport, codes_in, is_report, read_report, read_reported
from domain.mail.contents.hints import returned_ids
from domain.mail.failed_recipients import failed_recipient, report_text
from domain.mail.forwards import subject_prefix
from domain.mail.raw.types import ReadMail
from domain.mail.senders import OfficeAddresses, domain_of, local_of
from domain.mail.sorted_mail import IncomingKind
from domain.mail.sorting_rules import MailRules

HEAD = 65_536
REPORT = 131_072
"""Bytes of a mail that are read as a report, at most."""
BEGINNING = 1_500
"""Letters of a text in which a machine says that it is one."""
SHORT = 1_000
"""Letters of a text that is a receipt, or whose beginning acknowledges a mail."""
FIRST_LINES = 400
"""Letters at whose beginning somebody who is away says so."""
_PRECEDENCES = ("auto_reply", "auto-reply", "autoreply")
"""Values of the header Precedence that only programs which answer write."""
_OUR_ID = re.compile(r"<[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}@([^<>@\s]+)>")
"""As desk writes them: programs of people write such numbers in capitals, or behind other signs."""


@dataclass(frozen=True, slots=True)
class MachineMail:
    """A mail by a machine. `report` = what a server says became of a mail; `unreadable` = it calls
    itself a report, and cannot be read as one; `about` = the Message-ID of what a receipt is for.
    """

    kind: IncomingKind
    reason: str
    report: DeliveryReport | None = None
    unreadable: bool = False
    about: str = ""

    @property
    def failed_recipient(self) -> str | None:
        """Whom a mail did not reach; None where that is not said, or it is only late."""
        if self.report is None or not self.report.failed:
            return None
        return self.report.recipient or None

    @property
    def answers(self) -> tuple[str, ...]:
        """Returns the Message-IDs that its report names."""
        if self.report is None:
            return tuple(filter(None, (self.about,)))
        return tuple(filter(None, (self.report.message_id, *self.report.answers)))


def _automatic(reason: str, report: DeliveryReport | None = None) -> MachineMail:
    """Returns what sent itself."""
    return MachineMail(IncomingKind.AUTO_REPLY, reason, report)


def _own(reason: str) -> MachineMail:
    """Returns what the desk itself sent."""
    return MachineMail(IncomingKind.OWN_LOOP, reason)


@dataclass(frozen=True, slots=True)
class _Sorter:
    """One mail, and what it is measured by."""

    mail: ReadMail
    office: OfficeAddresses
    rules: MailRules

    def loop(self) -> MachineMail | None:
        """Returns our own mail that came back."""
        ours = _OUR_ID.fullmatch(self.mail.message_id)
        if ours and ours[1] in map(domain_of, self.office.own):
            return _own("own message id")
        if any(map(self._names_us, self.rules.headers["loop"])):
            return _own("own header")
        if self.office.is_own(self.mail.sender.email) and not self._is_form():
            return _own("own address")
        return None

    def report(self, raw: bytes) -> MachineMail | None:
        """Returns a server's report that names itself one (RFC 3464)."""
        if not is_report(raw[:HEAD]):
            return None
        try:
            report = read_report(raw[:REPORT])
        except InvalidInput:
            # What is broken or cut off is read as a person reads it.
            told = self.bounce(from_server=True) or _automatic("a server wrote")
            return replace(told, unreadable=True)
        if report is not None:
            return self._reported(report)
        # One that names nobody's failure may tell it in words all the same.
        if self.rules.has("bounce_texts", self._told()):
            return self._contradicted()
        return MachineMail(
            IncomingKind.AUTO_REPLY,
            "receipt of a server",
            about=read_reported(raw[:REPORT]),
        )

    def _reported(self, report: DeliveryReport) -> MachineMail:
        """Returns what a report says that could be read."""
        if not report.failed:
            return _automatic("delay notice", report)
        recipient = report.recipient or failed_recipient(self.mail, self.office, self.rules)
        named = replace(report, recipient=recipient)
        return MachineMail(IncomingKind.BOUNCE, "delivery report", named)

    def bounce(self, *, from_server: bool) -> MachineMail | None:
        """Returns a report in words, as servers still write them, about a mail that is late or came
        back.
        """
        subject = self.mail.subject
        text = self._told()
        says_failed = self.rules.has("bounce_texts", text)
        called_failed = self.rules.has("bounce_subjects", subject)
        # Anybody may write of such things; a server that reports has no address to be answered.
        if not from_server and not (self._answers_to_nobody() and says_failed and called_failed):
            return None
        if self._is_late(subject, text, says_failed):
            return _automatic("delay notice", self._in_words(text, failed=False))
        if not says_failed and not called_failed:
            return self._by_daemon()
        report = self._in_words(text, failed=True)
        return MachineMail(IncomingKind.BOUNCE, "report in words", report)

    def _contradicted(self) -> MachineMail | None:
        """Returns a report whose words contradict its fields: it is about no mail of ours."""
        told = self.bounce(from_server=True)
        if told is None or told.report is None:
            return told
        return replace(told, report=replace(told.report, message_id="", answers=()))

    def _in_words(self, text: str, *, failed: bool) -> DeliveryReport:
        """Returns what a report in words says."""
        recipient = failed_recipient(self.mail, self.office, self.rules)
        return DeliveryReport(
            failed,
            next(iter(returned_ids(self.mail)), ""),
            (*self.mail.in_reply_to, *reversed(self.mail.references)),
            codes_in(text),
            recipient,
        )

    def _by_daemon(self) -> MachineMail | None:
        """Returns what a server's own program wrote without a word that is known."""
        if self.rules.is_one("daemons", local_of(self.mail.sender.email)):
            return _automatic("a server wrote")
        return None

    def is_server(self) -> bool:
        """Returns whether a server's own address wrote."""
        sender = self.mail.sender
        local = local_of(sender.email).partition("+")[0]
        return (
            self.rules.is_one("postmasters", local)
            or self.rules.is_one("postmaster_names", sender.name.strip())
            or "x-failed-recipients" in self.mail.headers
        )

    def answer(self) -> MachineMail | None:
        """Returns an answer, a receipt or a notice that was sent by itself."""
        signs = (
            self._says_header,
            self._is_receipt,
            self._says_subject,
            self._says_text,
            self._acknowledges,
        )
        if any(sign() for sign in signs):
            return _automatic("sent by itself")
        return None

    def _told(self) -> str:
        """Returns what a report says before the mail that came back."""
        text = report_text(self.mail)[: BEGINNING * 4]
        found = self.rules.patterns["returned_begins"].search(text, 1)
        return text[: found.start()] if found else text

    def _is_late(self, subject: str, text: str, says_failed: bool) -> bool:
        """Returns whether a mail that is reported is still tried."""
        if self.rules.has("delay_words", subject):
            return True
        return self.rules.has("delay_words", text) and not says_failed

    def _answers_to_nobody(self) -> bool:
        """Returns whether nobody is told where this mail itself does not arrive."""
        return self._header("return-path") == "<>"

    def _says_header(self) -> bool:
        """Returns whether a header says that no person pressed the button (RFC 3834)."""
        said = self._header("auto-submitted")
        if said.startswith(("auto-replied", "auto-notified")):
            return True
        # A form on a web page sends by itself what a person wrote there.
        if said and not said.startswith("no") and not self._is_form():
            return True
        if self._header("precedence") in _PRECEDENCES:
            return True
        return not self.mail.headers.keys().isdisjoint(self.rules.headers["automatic"])

    def _is_receipt(self) -> bool:
        """Returns whether it tells that a mail arrived, or was opened."""
        if "disposition-notification" in self._header("content-type"):
            return True
        short = len(self.mail.text) < SHORT
        return short and self.rules.begins("receipt_subjects", self.mail.subject)

    def _says_subject(self) -> bool:
        """Returns whether its subject is one that programs write."""
        subject = self.mail.subject
        if self.rules.begins("automatic_subjects", subject):
            return True
        away = self.rules.has("away_subjects", subject)
        return away and self.rules.has("away_texts", self.mail.text[:FIRST_LINES])

    def _says_text(self) -> bool:
        """Returns whether an answer says that somebody is away, or that nobody wrote it."""
        text = self.mail.text
        if not self._answers() and not self._is_robot():
            return False
        if self.rules.has("away_texts", text[:FIRST_LINES]):
            return True
        return len(text) < SHORT * 2 and self.rules.has("automatic_texts", text)

    def _acknowledges(self) -> bool:
        """Returns whether another desk tells that it got a mail."""
        said = f"{self.mail.subject}\n{self.mail.text[:SHORT]}"
        return self._is_robot() and self.rules.has("acknowledged", said)

    def _answers(self) -> bool:
        """Returns whether it is written as an answer to a mail."""
        if self.mail.in_reply_to or self.mail.references:
            return True
        return self.rules.is_one("reply_prefixes", subject_prefix(self.mail.subject))

    def _is_robot(self) -> bool:
        """Returns whether nobody reads what is sent to the sender."""
        return self.rules.has("robots", local_of(self.mail.sender.email))

    def _is_form(self) -> bool:
        """Returns whether answers go to somebody else than whose address it was sent from."""
        reply_to = self.mail.reply_to
        if reply_to is None or not reply_to.email:
            return False
        address = reply_to.email.casefold()
        return address != self.mail.sender.email.casefold() and not self.office.is_own(address)

    def _names_us(self, header: str) -> bool:
        """Returns whether a header names an address of ours."""
        said = self._header(header)
        return any(own in said for own in self.office.own)

    def _header(self, name: str) -> str:
        """Returns what a header says, in small letters."""
        said = "\n".join(self.mail.headers.get(name, ()))
        return said.strip().casefold()


def find_machine(
    mail: ReadMail,
    office: OfficeAddresses,
    rules: MailRules,
    raw: bytes,
) -> MachineMail | None:
    """Returns which machine wrote a mail; None where a person did."""
    sorter = _Sorter(mail, office, rules)
    return (
        sorter.loop()
        or sorter.report(raw)
        or sorter.bounce(from_server=sorter.is_server())
        or sorter.answer()
    )
