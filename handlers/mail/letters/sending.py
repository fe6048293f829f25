"""A mail goes: once it is complete, and whoever sends it has seen what there is to see."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import uuid4

from domain.errors import InvalidInput
from domain.mail.mails import check_address, check_subject, is_ticket_no, subject_line
from domain.mail.raw.history import split_history
from domain.text import shorten
from domain.tickets.records import TicketNo
from handlers.chat import Button, Paragraph, Reply, ReplyPart, in_lines
from handlers.desk import Context
from handlers.forms.draft_files import keep_with
from handlers.forms.drafts import end
from handlers.forms.engine import proceed
from handlers.i18n import _
from handlers.labels import doer_label, field_label, unset, when
from handlers.mail.letters.attachments import check_size, list_attached
from handlers.mail.letters.drafts import draft_mail, latest, written_anew
from handlers.mail.letters.writing import look_at
from handlers.messages import sentence
from store import staff
from store.chat.forms import Draft
from store.mail import mails
from store.mail.mails import NewMail
from store.tickets import records as tickets

SendFunction = Callable[[Context, NewMail], Awaitable[tuple[ReplyPart, ...]]]
ON_SEND: dict[str, SendFunction] = {}
SIGN = "⚠️ "
"""Stands before each problem that a form tells of."""
WORDS = 400
"""Characters of a colleague's mail that are shown before another goes."""


def on_send(purpose: str) -> Callable[[SendFunction], SendFunction]:
    """Enter what is done, in the transaction of the press that sends, for mails of this purpose.

    The function may `ctx.change`, `ctx.audit`, `ctx.notify`; what it returns is shown with the
    confirmation."""

    def enter(run: SendFunction) -> SendFunction:
        ON_SEND[purpose] = run
        return run

    return enter


async def send(
    ctx: Context,
    draft: Draft,
    **aside: str,
) -> Reply:
    """Send a complete draft, unless something has to be seen first. `aside` = what its purpose is
    told of the press that sends.
    """
    try:
        new = await _new_mail(ctx, draft)
    except InvalidInput as error:
        return await proceed(ctx, draft, problem=sentence(error))
    if not ctx.desk.mail_from:
        return text_to_copy(ctx, new, new.subject, new.body)
    doubt = await _doubt(ctx, draft, new)
    if doubt is not None:
        return doubt
    _address, _sign, domain = ctx.desk.mail_from.rpartition("@")
    ctx.change(
        mails.put_mail,
        new=new,
        mail_id=uuid4(),
        domain=domain,
        by=ctx.staff.id,
        now=ctx.now,
    )
    for record, _ticket in new.things:
        ctx.audit("mail.sent", record)
    end(ctx, draft, outcome=new.ticket or new.record)
    told = replace(new, aside={**new.aside, **aside})
    parts = await _what_follows(ctx, told, draft.about["instead_of"])
    await _keep_files(ctx, draft)
    sent = _("📧 กำลังส่งอีเมลถึง %(to)s", to=new.to)
    return Reply((Paragraph(sent), *parts), confirms=True)


async def _keep_files(ctx: Context, draft: Draft) -> None:
    """What was sent to the draft of a ticket's mail is the ticket's from now on."""
    if is_ticket_no(draft.record):
        ticket = await ctx.once(tickets.get_ticket, TicketNo(draft.record))
        await keep_with(ctx, draft, ticket)


async def _what_follows(
    ctx: Context,
    sent: NewMail,
    instead_of: str,
) -> tuple[ReplyPart, ...]:
    """What its purpose does once it goes; `instead_of` = the mail in whose place it does."""
    if instead_of:
        # What the first sending did is done.
        refused = await mails.get_mail(ctx.db, instead_of)
        ctx.change(mails.replace_by_new, mail=refused)
        if "closes" not in sent.aside:
            return ()
    follow = ON_SEND.get(sent.purpose)
    if follow is None:
        return ()
    return await follow(ctx, sent)


async def _doubt(
    ctx: Context,
    draft: Draft,
    new: NewMail,
) -> Reply | None:
    """The draft once more, where something has to be seen or confirmed before it goes."""
    newest = await latest(ctx, new)
    if newest != draft.about["seen"]:
        said = _("มีอีเมลอีกฉบับสั่งส่งไปหลังจากร่างนี้ ดูฉบับก่อนแล้วค่อยกดส่ง")
        problem = in_lines(said, await _sent_text(ctx, newest))
        return await _once_more(ctx, draft, problem, seen=newest)
    look = await look_at(ctx, new)
    if look.left is not None:
        left = await written_anew(ctx, draft, look.left)
        return await proceed(ctx, left, problem=look.why.removeprefix(SIGN))
    # What was confirmed is this question, and no other that came up since.
    if look.question and draft.about.get("confirmed") != look.question:
        return await _once_more(ctx, draft, look.question, confirmed=look.question)
    return None


async def _sent_text(ctx: Context, mail_id: str) -> str:
    """Who sent a mail, when, and what it says."""
    mail = await mails.get_mail(ctx.db, mail_id)
    names = await staff.staff_names(ctx.db)
    own, _question = split_history(mail.body)
    words = " ".join(own.split())
    return _(
        "%(who)s สั่งส่ง %(at)s: %(words)s",
        who=doer_label(names, mail.staff_id, ctx.staff.id),
        at=when(mail.written_at),
        words=shorten(words, WORDS),
    )


async def _once_more(
    ctx: Context,
    draft: Draft,
    problem: str,
    **about: str,
) -> Reply:
    changed = replace(draft, about={**draft.about, **about})
    return await proceed(ctx, changed, problem=problem)


async def _new_mail(ctx: Context, draft: Draft) -> NewMail:
    """The mail that is about to go."""
    mail = draft_mail(draft)
    check_address(mail.to)
    check_subject(mail.subject)
    files = await list_attached(ctx, draft)
    check_size(ctx, files)
    ids = [file.id for file in files]
    return replace(mail, files=tuple(ids))


def text_to_copy(
    ctx: Context,
    mail: NewMail,
    subject: str,
    body: str,
    switch: Button | None = None,
) -> Reply:
    """Without a mail server: the words, to be sent by hand."""
    why = unset(_("การส่งอีเมล"), "DESKBOT_SMTP_URL", ctx.staff.role)
    said = f"{why} · {_('ระหว่างนี้คัดลอกข้อความไปส่งเองได้')}"
    subject = subject_line(subject, mail.ticket or mail.record)
    head = in_lines(
        f"{field_label('mail_to')}: {mail.to}",
        f"{field_label('mail_subject')}: {subject}",
    )
    buttons = [switch] if switch else []
    # The ticket of a follow-up is made once it was sent.
    if is_ticket_no(mail.record):
        shown = {"no": mail.record}
        show = Button(_("ดูใบงาน"), "ticket.show", shown)
        buttons.append(show)
    above = Paragraph(f"{said}\n\n{head}")
    letter = Paragraph(body, tuple(buttons))
    return Reply((above, letter))
