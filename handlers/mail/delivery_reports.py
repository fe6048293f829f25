"""Reports of mail servers about mails that the desk sent: one that came back is told to who wrote
it, once.
"""

import asyncio
from dataclasses import replace
from functools import partial

from domain.mail.bounces import DeliveryReport, is_report, read_report
from domain.reach.routes import UNDELIVERABLE
from domain.staff import Role
from handlers.desk import Work
from handlers.mail.cards import stuck_notice
from handlers.system import nowhere_to_tell
from store import staff
from store.chat import outbox
from store.mail import mails
from store.mail.inboxes import MailKind
from store.mail.mails import Mail, MailState

LIMIT = 131_072
"""Bytes of a report that are read: the mail that came back with it may be long."""
_OUT = (MailState.SENDING, MailState.SENT, MailState.DOUBTFUL)
"""The states in which a report is news: in any other it is about an earlier attempt."""


class DeliveryReports:
    """See `bot.mail.inbox.MailReader`: wants delivery reports (RFC 3464) and nothing else."""

    def wants(self, head: bytes) -> int:
        """The report, where it calls itself one."""
        return LIMIT if is_report(head) else 0

    async def read(self, work: Work, raw: bytes, key: str) -> MailKind:
        """What the report comes to; InvalidInput("delivery_report") where it cannot be read."""
        report = await asyncio.to_thread(read_report, raw)
        if report is None:
            return MailKind.OTHER
        mail = await _reported(work, report)
        if mail is None:
            return await _about_staff(work, report, key)
        if mail.state in _OUT and mail.bounced_at is None:
            if report.failed:
                await _bounced(work, mail, report, key)
            else:
                work.change(mails.note_delay, mail=mail, now=work.now)
                work.audit("mail.delayed", mail.record)
        return MailKind.REPORT


async def _reported(work: Work, report: DeliveryReport) -> Mail | None:
    """Our mail that came back; without it, the last of ours that the report says it answers. Never
    by guess.
    """
    for message_id in [report.message_id] if report.message_id else report.answers:
        if mail := await mails.find_reported(work.db, message_id):
            return mail
    return None


async def _about_staff(work: Work, report: DeliveryReport, key: str) -> MailKind:
    """A mail that told a colleague what reached the person in no chat: the administrators hear that
    it came back.
    """
    who = await outbox.find_notice_mail(work.db, report.message_id) if report.message_id else None
    if who is None:
        return MailKind.STRAY
    if report.failed:
        person = await staff.get_staff(work.db, who)
        work.notify(
            partial(nowhere_to_tell, person.name),
            f"{UNDELIVERABLE}{report.message_id}:{key}",
            role=Role.ADMIN,
        )
    return MailKind.REPORT


async def _bounced(work: Work, mail: Mail, report: DeliveryReport, key: str) -> None:
    """Its state, and who wrote it is told; the administrators where that person is not there any
    more.
    """
    work.change(mails.note_bounce, mail=mail, codes=report.codes, now=work.now)
    work.audit("mail.bounced", mail.record)
    back = replace(mail, state=MailState.BOUNCED, error=f"bounce {report.codes}".strip())
    writer = await staff.get_staff(work.db, mail.staff_id) if mail.staff_id is not None else None
    present = writer is not None and writer.blocked_at is None
    work.notify(
        partial(stuck_notice, back),
        f"mail:{mail.id}:bounced:{key}",
        staff_id=mail.staff_id if present else None,
        role=None if present else Role.ADMIN,
    )
