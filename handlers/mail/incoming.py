"""What a mail that came in comes to: a ticket of its own, or a note about a mail of ours that came
back.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any
from uuid import uuid4

import orjson

from domain.files import numbered_name
from domain.mail.giving import sent_to
from domain.mail.incoming import IncomingMail, MailReading, WaitingMail, storable
from domain.mail.letters.answering import copied_to
from domain.mail.matching.signatures import read_signature
from domain.mail.raw.types import NOBODY, MailAttachment, ReadMail
from domain.mail.sorted_mail import MACHINES, IncomingKind, Sorted
from domain.mail.sorting import trusted_date
from domain.staff import Role
from domain.tables.tables import LONG_LIMIT
from domain.text import clean, shorten
from domain.tickets.records import Status, Ticket
from handlers.chat import Button, Reply, say
from handlers.desk import Fetched, Work
from handlers.files.cards import size_text
from handlers.i18n import _, speaking
from handlers.mail import replies
from handlers.mail.delivery_reports import settle_report
from handlers.mail.incoming_sorting import sort
from handlers.mail.replies import Answered, find_answered, find_named, reply_address
from handlers.mail.telling import unclaimed
from handlers.mail.telling.hearers import assignee_of_new
from handlers.tickets import saves as ticket_saves
from store import files as file_store
from store.files import File
from store.mail import inboxes, incoming

CHANNEL = "email"
RAW_NAME = "mail.eml"
RAW_MIME = "message/rfc822"
NEW = "new"
"""The kind of a mail that nobody could read."""


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
    reading = await _reading(work, mail)
    work.change(
        incoming.settle,
        mail_id=mail.waiting.id,
        reading=reading,
        now=work.now,
    )
    return reading


async def _reading(work: Work, mail: OpenedMail) -> MailReading:
    """A ticket, unless a machine wrote it, or it answers a ticket that is there."""
    kept = _kept(mail)
    if mail.read is None:
        return await _ticket(work, mail, kept, ())
    found = await sort(work, mail.read, mail.raw, mail.waiting)
    told = _told_of(kept, found)
    if found.kind in MACHINES:
        return await _of_machine(work, mail, told, found)
    answered = Answered()
    if found.kind is IncomingKind.REPLY:
        answered = await find_answered(work, mail.read, found)
    if answered.ticket is not None:
        return await _joined(work, mail, told, answered.ticket)
    if found.otherwise is IncomingKind.SPAM_LIKE:
        # It waits in a list of its own, where somebody may say that it is none.
        return replace(told, kind=found.otherwise.value)
    own = _otherwise(told, found)
    return await _ticket(work, mail, own, found.subjects, answered.note)


def _otherwise(kept: MailReading, found: Sorted) -> MailReading:
    """What a mail is that belongs to no ticket; a person's word is believed where there is one."""
    kind = found.otherwise
    if kind is IncomingKind.SPAM_LIKE:
        kind = IncomingKind.NEW
    return replace(kept, kind=kind.value)


async def _of_machine(
    work: Work,
    mail: OpenedMail,
    kept: MailReading,
    found: Sorted,
) -> MailReading:
    """A note on the ticket that it names, and on our mail that it says came back."""
    delivered = await settle_report(work, found, str(mail.waiting.id))
    if delivered.found:
        work.change(inboxes.note_found, name=mail.waiting.mailbox, found=delivered.found)
    recipient = found.failed_recipient or ""
    if found.kind is IncomingKind.BOUNCE:
        recipient = delivered.recipient or recipient
    no = delivered.ticket or await find_named(work, found)
    return replace(kept, ticket=no, failed_recipient=recipient)


async def _joined(
    work: Work,
    mail: OpenedMail,
    kept: MailReading,
    ticket: Ticket,
) -> MailReading:
    """An answer joins its ticket, with its files."""
    reading = replace(kept, ticket=ticket.no)
    after = await replies.join(work, as_shown(mail, reading, work.now), ticket)
    _attach(work, mail, after)
    return reading


def as_shown(mail: OpenedMail, reading: MailReading, now: datetime) -> IncomingMail:
    """A mail as it will be kept."""
    waiting = mail.waiting
    return IncomingMail(waiting.id, waiting.raw_sha256, waiting.arrived_at, now, None, reading)


def _told_of(kept: MailReading, found: Sorted) -> MailReading:
    """With what sorting says of the mail."""
    original = found.original or NOBODY
    counts = [asdict(each) for each in found.province_counts]
    writer = original.email or kept.reply_to or kept.from_email
    signature = read_signature(found.original_text or kept.body_text)
    return replace(
        kept,
        kind=found.kind.value,
        sent_at=found.sent_at,
        phones=_json(found.phones),
        thanks=found.thanks,
        proofs=_json([asdict(each) for each in found.proofs]),
        original_text=storable(found.original_text),
        suggested_subjects=_json(found.suggested_subjects),
        forwarded_name=storable(original.name),
        forwarded_email=storable(original.email),
        province_counts=_json(counts),
        writer=writer.lower(),
        signature=storable(_json(asdict(signature))),
    )


# Tickets.


async def _ticket(
    work: Work,
    mail: OpenedMail,
    kept: MailReading,
    suggested: Sequence[str],
    note: str = "",
) -> MailReading:
    """A ticket of the mail's own: whose it is say the office's rules, if anybody's. `note` = what
    the office alone must know of it.
    """
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
        reply_email=reply_address(kept, work.desk.mail_from),
        status=Status.NEW,
        remarks=note,
    )
    ticket_saves.write_new(work, ticket)
    unclaimed.plan(work, ticket)
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
        copied=storable("\n".join(copied_to(read))),
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
