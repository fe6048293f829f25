"""Reports of mail servers about mails that the desk sent: the writer is told once that a mail came
back.
"""

from dataclasses import dataclass, replace
from functools import partial

from domain.mail.bounces import DeliveryReport
from domain.mail.mails import is_ticket_no
from domain.mail.sorted_mail import Sorted
from domain.reach.routes import UNDELIVERABLE
from domain.staff import Role, StaffId
from handlers.desk import Work
from handlers.mail.cards import stuck_notice
from handlers.system import nowhere_to_tell
from store import staff
from store.chat import outbox, untold
from store.mail import mails
from store.mail.inboxes import MailKind
from store.mail.mails import Mail, MailState

_OUT = (MailState.SENDING, MailState.SENT, MailState.DOUBTFUL)
"""The states in which a report is news: in any other it is about an earlier attempt."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a report came to: whether it is about a mail of ours, its ticket (None where it has
    none), and whom the mail was for.
    """

    found: MailKind
    ticket: str | None = None
    recipient: str = ""


async def settle_report(work: Work, found: Sorted, key: str) -> Delivered:
    """What the report of a server comes to; changes, notices and audit go into `work`, `key` is the
    mail's own.
    """
    report = found.report
    if report is None:
        return Delivered(MailKind.UNREADABLE if found.unreadable else MailKind.OTHER)
    mail = await _reported(work, report)
    if mail is None:
        return Delivered(await _about_staff(work, report, key))
    if mail.state in _OUT and mail.bounced_at is None:
        await _note(work, mail, report, key)
    ticket = next(filter(is_ticket_no, (mail.ticket, mail.record)), None)
    return Delivered(MailKind.REPORT, ticket, mail.to)


async def _note(
    work: Work,
    mail: Mail,
    report: DeliveryReport,
    key: str,
) -> None:
    """A mail came back, or is late."""
    if report.failed:
        await _bounced(work, mail, report, key)
        return
    work.change(mails.note_delay, mail=mail, now=work.now)
    work.audit("mail.delayed", mail.record)


async def _reported(work: Work, report: DeliveryReport) -> Mail | None:
    """Our mail that came back; without it, the last of ours that the report says it answers. Never
    by guess.
    """
    ids = [report.message_id] if report.message_id else report.answers
    for message_id in ids:
        mail = await mails.find_reported(work.db, message_id)
        if mail is not None:
            return mail
    return None


async def _about_staff(work: Work, report: DeliveryReport, key: str) -> MailKind:
    """A mail that told a colleague what reached the person in no chat: the administrators hear that
    it came back.
    """
    if not report.message_id:
        return MailKind.STRAY
    who = await outbox.find_notice_mail(work.db, report.message_id)
    if who is None:
        return MailKind.STRAY
    if report.failed:
        person = await staff.get_staff(work.db, who)
        found = outbox.notice_mail_id(report.message_id)
        work.change(untold.note_came_back, message_id=found, now=work.now)
        work.notify(
            partial(nowhere_to_tell, person.name),
            f"{UNDELIVERABLE}{report.message_id}:{key}",
            role=Role.ADMIN,
        )
    return MailKind.REPORT


async def _bounced(
    work: Work,
    mail: Mail,
    report: DeliveryReport,
    key: str,
) -> None:
    """Its state, and who wrote it is told; the administrators where that person is not there any
    more.
    """
    work.change(
        mails.note_bounce,
        mail=mail,
        codes=report.codes,
        now=work.now,
    )
    work.audit("mail.bounced", mail.record)
    error = f"bounce {report.codes}".strip()
    back = replace(mail, state=MailState.BOUNCED, error=error)
    make = partial(stuck_notice, back)
    notice = f"mail:{mail.id}:bounced:{key}"
    if await _is_there(work, mail.staff_id):
        work.notify(make, notice, staff_id=mail.staff_id)
    else:
        work.notify(make, notice, role=Role.ADMIN)


async def _is_there(work: Work, who: StaffId | None) -> bool:
    if who is None:
        return False
    person = await staff.get_staff(work.db, who)
    return person.blocked_at is None
