"""What a mail that came in comes to: a ticket of its own, or a note about a mail of ours that came
back.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import chain
from typing import Any
from uuid import uuid4

import orjson

from domain.errors import InvalidInput
from domain.files import numbered_name
from domain.mail.bounces import is_report
from domain.mail.giving import sent_to
from domain.mail.incoming import MailReading, WaitingMail, storable
from domain.mail.mails import check_address
from domain.mail.raw.types import NOBODY, MailAttachment, ReadMail
from domain.mail.sorted_mail import MACHINES, IncomingKind, Sorted
from domain.mail.sorting import trusted_date
from domain.staff import Role
from domain.tables.tables import LONG_LIMIT
from domain.text import clean, shorten
from domain.tickets.records import Status, Ticket
from handlers.chat import Button, Reply, in_lines, say
from handlers.desk import Fetched, Work
from handlers.files.cards import size_text
from handlers.i18n import _, speaking
from handlers.mail.delivery_reports import Delivered, settle_report
from handlers.mail.hearers import assignee_of_new
from handlers.mail.incoming_sorting import answered_ticket, goes_on, named_ticket, sort
from handlers.tickets import saves as ticket_saves
from store import files as file_store
from store.files import File
from store.mail import inboxes, incoming
from store.mail.inboxes import MailKind

CHANNEL = "email"
RAW_NAME = "mail.eml"
RAW_MIME = "message/rfc822"
NEW = "new"
BOUNCE = "bounce"
AUTO_REPLY = "auto_reply"
"""Kinds of mails, as they go out again."""


@dataclass(frozen=True, slots=True)
class StoredAttachment:
    """A file of a mail. `fetched` = its bytes are stored, and may be handed on; None where they
    stay within the mail.
    """

    attachment: MailAttachment
    sha256: str
    fetched: Fetched | None


@dataclass(frozen=True, slots=True)
class OpenedMail:
    """A mail that waits, with what a person reads in it; `read` is None where nobody can."""

    waiting: WaitingMail
    raw: bytes
    read: ReadMail | None
    attachments: Sequence[StoredAttachment] = ()


async def settle(work: Work, mail: OpenedMail) -> MailReading:
    """Decide what a mail comes to: changes, notices and audit go into `work`.

    Conflict out of the transaction where another process was quicker: it is asked again, and need
    not be.
    """
    found = None
    if mail.read is not None:
        waiting = mail.waiting
        found = await sort(work, mail.read, mail.raw, waiting.arrived_at)
    reading = await _report(work, mail, found) or await _of_person(work, mail, found)
    work.change(
        incoming.settle,
        mail_id=mail.waiting.id,
        reading=reading,
        now=work.now,
    )
    return reading


# Mails of ours that came back.


async def _report(work: Work, mail: OpenedMail, found: Sorted | None) -> MailReading | None:
    """What a delivery report comes to; None for any other mail."""
    if not is_report(mail.raw[:HEADERS]):
        return None
    key = str(mail.waiting.id)
    try:
        delivered = await settle_report(work, mail.raw, key)
    except InvalidInput:
        delivered = Delivered(MailKind.UNREADABLE)
    if delivered.found:
        work.change(inboxes.note_found, name=mail.waiting.mailbox, found=delivered.found)
    kind = BOUNCE if delivered.found else AUTO_REPLY
    return replace(
        _told_of(_kept(mail), found),
        kind=kind,
        ticket=delivered.ticket,
        failed_recipient=delivered.recipient or _recipient(found),
    )


HEADERS = 65_536
"""Bytes of a mail in which it says whether it is a report."""


def _recipient(found: Sorted | None) -> str:
    return (found.failed_recipient or "") if found else ""


# What people write, and machines.


async def _of_person(work: Work, mail: OpenedMail, found: Sorted | None) -> MailReading:
    """A ticket, unless a machine wrote it, or it answers a ticket that is there."""
    kept = _told_of(_kept(mail), found)
    if found is None or mail.read is None:
        return await _ticket(work, mail, kept, ())
    if found.kind in MACHINES:
        no = await named_ticket(work, found)
        return replace(kept, ticket=no, failed_recipient=_recipient(found))
    if found.kind is IncomingKind.REPLY:
        ticket = await answered_ticket(work, mail.read, found)
        if ticket is not None:
            return _joined(work, mail, kept, found, ticket)
    own = replace(kept, kind=found.otherwise.value)
    return await _ticket(work, mail, own, found.subjects)


def _joined(
    work: Work,
    mail: OpenedMail,
    kept: MailReading,
    found: Sorted,
    ticket: Ticket,
) -> MailReading:
    """An answer joins its ticket: files, the clock, and whoever does it hears of it."""
    after = goes_on(ticket, found, work.now)
    if after != ticket:
        ticket_saves.write(work, ticket, after, None)
    _attach(work, mail, after)
    work.audit("ticket.answered", ticket.no)
    if ticket.assignee is not None:
        work.notify(
            partial(answer_notice, ticket.no, kept),
            f"mail_answer:{mail.waiting.id}",
            staff_id=ticket.assignee,
        )
    return replace(kept, ticket=ticket.no)


def answer_notice(no: str, kept: MailReading) -> Reply:
    """What the assignee is told of a customer's answer."""
    show = Button(_("ดูใบงาน"), "ticket.show", {"no": no})
    words = shorten(" ".join(kept.body_text.split()), SHOWN)
    who = kept.from_name or kept.from_email
    return say(in_lines(_("📬 %(who)s ตอบใบงาน %(no)s ทางอีเมล", who=who, no=no), words), show)


SHOWN = 300
"""Characters of an answer in the message that tells of it."""


def _told_of(kept: MailReading, found: Sorted | None) -> MailReading:
    """With what sorting says of the mail."""
    if found is None:
        return kept
    original = found.original or NOBODY
    counts = [asdict(each) for each in found.province_counts]
    return replace(
        kept,
        kind=found.kind.value,
        sent_at=found.sent_at,
        phones=_json(found.phones),
        suggested_subjects=_json(found.suggested_subjects),
        forwarded_name=storable(original.name),
        forwarded_email=storable(original.email),
        province_counts=_json(counts),
    )


# Tickets.


async def _ticket(
    work: Work,
    mail: OpenedMail,
    kept: MailReading,
    suggested: Sequence[str],
) -> MailReading:
    """A ticket of the mail's own: whose it is say the office's rules, if anybody's."""
    no = await work.new_ticket_no()
    subject = next(iter(suggested), work.configuration.intake.subject)
    ticket = Ticket(
        no=no,
        channel=CHANNEL,
        subject=subject,
        details=_details(mail, kept),
        created_at=mail.waiting.arrived_at,
        recorded_at=work.now,
        recorded_by=None,
        assignee=await assignee_of_new(work, kept, subject),
        reply_email=_reply_address(kept),
        status=Status.NEW,
    )
    ticket_saves.write_new(work, ticket)
    _attach(work, mail, ticket)
    work.audit("ticket.created", ticket.no)
    if is_unreadable(mail):
        _tell_administrators(work, mail, ticket)
    return replace(
        kept,
        ticket=ticket.no,
        opened=True,
    )


def is_unreadable(mail: OpenedMail) -> bool:
    """Whether nobody can tell what the mail says."""
    return mail.read is None or not mail.read.headers or "unreadable" in mail.read.notes


def _details(mail: OpenedMail, kept: MailReading) -> str:
    """The question as asked, in the office's language what stands in its place."""
    parts = [kept.body_text]
    if mail.read is not None and mail.read.text and kept.quoted:
        parts.append(kept.quoted)
    text = clean("\n\n".join(filter(None, parts))) or clean(kept.subject)
    with speaking("th"):
        note = _note(mail)
        text = text or note or _("(อีเมลไม่มีข้อความ)")
    if note and note != text:
        text = f"{text}\n\n{note}"
    return shorten(text, LONG_LIMIT)


def _note(mail: OpenedMail) -> str:
    """What the office must know of a mail that is not all there."""
    if not mail.waiting.whole:
        size = size_text(mail.waiting.size)
        return _(
            "(อีเมลใหญ่ %(size)s เก็บได้เฉพาะส่วนหัว เปิดอ่านในกล่องอีเมลของสำนักงาน)",
            size=size,
        )
    if is_unreadable(mail):
        return _("(อ่านอีเมลนี้ไม่ออก อีเมลต้นฉบับอยู่ในไฟล์แนบ)")
    return ""


def _reply_address(kept: MailReading) -> str:
    """Where an answer goes; "" where there is no address that can be written to."""
    for address in (kept.reply_to, kept.from_email):
        try:
            return check_address(address)
        except InvalidInput:
            continue
    return ""


def _attach(work: Work, mail: OpenedMail, ticket: Ticket) -> None:
    """The files of a mail become those of its ticket; of one that nobody can read it is the mail
    itself.
    """
    fetched = [each.fetched for each in mail.attachments if each.fetched is not None]
    if is_unreadable(mail):
        waiting = mail.waiting
        fetched.append(Fetched(waiting.raw_sha256, len(mail.raw), RAW_MIME, RAW_NAME))
    taken: set[str] = set()
    for each in fetched:
        name = numbered_name(each.name, taken)
        taken.add(name)
        file = File(
            id=uuid4().hex,
            record=ticket.no,
            name=name,
            mime=each.mime,
            size=each.size,
            sha256=each.sha256,
            added_at=work.now,
            added_by=None,
        )
        work.change(file_store.attach, file=file, version=ticket.version)


def _tell_administrators(work: Work, mail: OpenedMail, ticket: Ticket) -> None:
    make = partial(unreadable_notice, ticket.no)
    work.notify(make, f"mail_unreadable:{mail.waiting.id}", role=Role.ADMIN)


def unreadable_notice(no: str) -> Reply:
    """What administrators are told of a mail that nobody can read."""
    show = Button(_("ดูใบงาน"), "ticket.show", {"no": no})
    text = _("⚠️ อ่านอีเมลฉบับหนึ่งไม่ออก สร้างใบงาน %(no)s พร้อมแนบอีเมลต้นฉบับไว้แล้ว", no=no)
    return say(text, show)


# What is kept.


def _kept(mail: OpenedMail) -> MailReading:
    """What a mail says, as it is kept."""
    read = mail.read
    arrived_at = mail.waiting.arrived_at
    if read is None:
        return MailReading(NEW, sent_at=arrived_at)
    reply_to = read.reply_to.email if read.reply_to else ""
    thread = dict.fromkeys(chain(read.references, read.in_reply_to))
    body = read.text or read.quoted
    return MailReading(
        kind=NEW,
        message_id=storable(read.message_id),
        thread=storable("\n".join(thread)),
        from_name=storable(read.sender.name),
        from_email=storable(read.sender.email),
        reply_to=storable(reply_to),
        subject=storable(read.subject),
        sent_at=trusted_date(read.sent_at, arrived_at),
        body_text=storable(body),
        quoted=storable(read.quoted),
        attachments=_json([_attachment(each) for each in mail.attachments]),
        sent_to=storable("\n".join(sent_to(read))),
    )


def _attachment(stored: StoredAttachment) -> dict[str, Any]:
    """A file as it goes out again."""
    attachment = stored.attachment
    return {
        "filename": storable(attachment.filename),
        "mime": storable(attachment.mime),
        "size": len(attachment.content),
        "sha256": stored.sha256,
        "dangerous": attachment.dangerous,
    }


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
