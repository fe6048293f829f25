"""What is said of an answer before it goes: who else answers, what came meanwhile, and whether it
still is for the same customer.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from domain.staff import StaffId
from domain.text import shorten
from handlers.chat import in_lines
from handlers.desk import Context
from handlers.i18n import _, language
from handlers.labels import doer_label, when
from handlers.mail.answering.answers import ANSWER, CLOSE, NEWEST
from handlers.mail.answering.copies import copy_presses
from handlers.mail.asking.asked import Asked, language_of, load_asked, receiver
from handlers.mail.incoming_cards import is_own, writer
from handlers.mail.letters.writing import Look, looked_at_by
from handlers.mail.other_subjects import other_subjects
from store import staff
from store.chat import forms
from store.chat.forms import Draft
from store.mail.mails import NewMail

RECENT = timedelta(days=1)
"""So long somebody who began an answer is said to be writing it."""
WARNING = "⚠️ "
"""Stands before what is asked again by itself."""
WORDS = 200
"""Characters of what others write that are shown."""


@looked_at_by(ANSWER)
async def look_at_answer(ctx: Context, mail: NewMail) -> Look:
    """Who else is writing, what the customer wrote since, and what else can be done."""
    asked = await load_asked(ctx, mail.record)
    newer = _newer_text(asked, mail)
    note = in_lines(_subject_text(ctx, asked, mail), await _others_text(ctx, mail), newer)
    presses = await copy_presses(ctx, asked, mail)
    if not asked.ticket.is_done:
        presses = {CLOSE: _("ส่งและปิด"), **presses}
    more = other_subjects(ctx, asked.ticket, asked.newest) if mail.text else ()
    look = Look(note, newer, presses=presses, more=more)
    moved = _moved_text(asked, mail)
    if not moved:
        return look
    left = _addressed_anew(ctx, asked, mail)
    why = moved.removeprefix(WARNING)
    return replace(look, note=in_lines(moved, note), question="", left=left, why=why)


def _subject_text(ctx: Context, asked: Asked, mail: NewMail) -> str:
    """Under which subject the ticket of a new mail is answered, once the answer has a text: the
    subject was suggested, and may be another.
    """
    newest = asked.newest
    if newest is None or not mail.text:
        return ""
    if asked.ticket.is_done or not is_own(newest, asked.ticket):
        return ""
    return _(
        "เรื่อง %(subject)s", subject=ctx.catalogue.subject_label(asked.ticket.subject, language())
    )


async def _others_text(ctx: Context, mail: NewMail) -> str:
    """Who else has begun an answer, when, and how it begins."""
    drafts = await forms.list_mails_about(ctx.db, mail.record)
    since = ctx.now - RECENT
    others = [
        draft for draft in drafts if draft.staff_id != ctx.staff.id and draft.touched_at > since
    ]
    if not others:
        return ""
    names = await staff.staff_names(ctx.db)
    return "\n".join(_writes(ctx, names, draft) for draft in others)


def _writes(
    ctx: Context,
    names: Mapping[StaffId, str],
    draft: Draft,
) -> str:
    """One of them, and how what is written so far begins."""
    said = _(
        "⚠️ %(who)sกำลังเขียนตอบใบงานนี้ (%(at)s)",
        who=doer_label(names, draft.staff_id, ctx.staff.id),
        at=when(draft.touched_at),
    )
    words = " ".join(draft.given.get("mail_text", "").split())
    if not words:
        return said
    return f"{said}: {shorten(words, WORDS)}"


def _newer_text(asked: Asked, mail: NewMail) -> str:
    """What came by mail since the draft was begun."""
    newest = asked.newest
    # A mail that is written anew says nothing of what its writer has seen.
    if newest is None or mail.aside.get(NEWEST) in (None, str(newest.id)):
        return ""
    words = " ".join(newest.reading.body_text.split())
    return _(
        "⚠️ %(who)s ส่งอีเมลมาอีกฉบับหลังเริ่มร่างนี้ (%(at)s): %(words)s",
        who=writer(newest.reading),
        at=when(newest.arrived_at),
        words=shorten(words, WORDS),
    )


def _moved_text(asked: Asked, mail: NewMail) -> str:
    """That the ticket has another customer by now than the one who is written to."""
    before = (mail.customers, mail.contact)
    if not mail.customers or before == (asked.codes, asked.ticket.contact_id):
        return ""
    now = asked.contact or asked.customer
    name = now.name if now else _("ไม่มีผู้รับบริการ")
    return _(
        "⚠️ ผู้รับบริการเปลี่ยนเป็น %(name)s แล้ว จึงแก้ผู้รับและคำขึ้นต้นให้ ดูก่อนกดส่ง",
        name=name,
    )


def _addressed_anew(
    ctx: Context,
    asked: Asked,
    mail: NewMail,
) -> NewMail:
    """The same text for the customer whom the ticket has now."""
    to = next(iter(asked.addresses), "")
    person = receiver(ctx, asked)
    return replace(
        mail,
        to=to,
        language=language_of(person, asked),
        customers=asked.codes,
        contact=asked.ticket.contact_id,
        thread=asked.thread,
        cc=(),
    )
