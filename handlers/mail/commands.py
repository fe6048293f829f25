"""Mails to customers: a draft is shown before it goes, text and address can be changed, the press
sends it once.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from uuid import uuid4

from domain.customers.phones import parse_email
from domain.customers.records import Customer
from domain.dates.days import BANGKOK
from domain.errors import InvalidInput
from domain.mail.mails import (
    BODY_LIMIT,
    check_address,
    check_subject,
    is_ticket_no,
    letter_language,
    subject_line,
)
from domain.mail.templates import SIGNATURE, fill, letter_date
from domain.text import split_text
from domain.tickets.records import Ticket, reply_addresses
from handlers.chat import (
    Button,
    Card,
    Paragraph,
    Reply,
    ReplyPart,
    confirm,
    say,
)
from handlers.desk import Context
from handlers.forms.drafts import end, new_draft
from handlers.forms.engine import (
    Field,
    Form,
    Option,
    enter_form,
    proceed,
    start,
)
from handlers.i18n import _, speaking
from handlers.labels import field_label, unset
from handlers.mail import cards as mail_cards
from handlers.registry import action
from handlers.tickets import buttons as ticket_buttons
from store.chat.forms import Dialog, Draft
from store.customers import records as customers
from store.mail import mails
from store.mail.mails import Mail, MailState, NewMail
from store.tickets import records as tickets

SendFunction = Callable[[Context, NewMail], Awaitable[tuple[ReplyPart, ...]]]
ON_SEND: dict[str, SendFunction] = {}
PIECE = 1400
"""Characters of a letter on one line of a card: every platform shows so many."""
_RESULT = "\ufffc"
"""Stands for the text in a filled template; nothing that is typed holds it."""


def on_send(purpose: str) -> Callable[[SendFunction], SendFunction]:
    """Enter what is done, in the transaction of the press that sends, for mails of this purpose.

    The function may `ctx.change`, `ctx.audit`, `ctx.notify`; what it returns is shown with the
    confirmation."""

    def enter(run: SendFunction) -> SendFunction:
        ON_SEND[purpose] = run
        return run

    return enter


async def preview(ctx: Context, mail: NewMail) -> Reply:
    """Show a mail before it goes, with [ส่ง] [แก้ข้อความ] [ยกเลิก]; asks for the address where
    `mail.to` is empty.

    Where no mail server is configured, the text to copy. InvalidInput("mail_subject"/"email") as in
    domain.mail."""
    return await _preview(ctx, mail, *_framed(ctx, mail))


def _framed(ctx: Context, mail: NewMail) -> tuple[str, str, str]:
    """A letter as greeting, text and closing: the officer edits what stands between the two."""
    body = mail.body
    head, blank, rest = body.partition("\n\n")
    # A greeting is one line, and something stands below it.
    greeted = bool(rest) and "\n" not in head
    before = head + blank if greeted else ""
    signature = ctx.desk.configuration.templates[SIGNATURE][mail.language]
    closing = signature.body.partition("\n")[0]
    end_at = body.rfind(f"\n\n{closing}\n")
    if end_at <= len(before):
        end_at = len(body)
    return before, body[len(before) : end_at], body[end_at:]


async def _preview(
    ctx: Context,
    mail: NewMail,
    before: str,
    text: str,
    after: str,
    instead_of: str = "",
) -> Reply:
    check_subject(mail.subject)
    if mail.to:
        check_address(mail.to)
    ctx.audit("mail.drafted", mail.record)
    if not ctx.desk.mail_from:
        return _to_copy(ctx, mail, before + text + after)
    given = {
        "mail_to": mail.to,
        "mail_subject": mail.subject,
        "mail_text": text,
    }
    about = {
        "seen": await _latest(ctx, mail.record),
        "before": before,
        "after": after,
        "purpose": mail.purpose,
        "instead_of": instead_of,
        "language": mail.language,
        "ticket": mail.ticket,
        "files": " ".join(mail.files),
        "aside": mail.aside,
    }
    draft = new_draft(
        ctx,
        "mail",
        given,
        record=mail.record,
        about=about,
        dialog=Dialog(look=True),
    )
    return await start(ctx, draft)


async def _latest(ctx: Context, record: str) -> str:
    """The id of the newest mail about a record; empty where there is none."""
    newest = await mails.list_mails(ctx.db, record, 1)
    return str(newest[0].id) if newest else ""


def _to_copy(ctx: Context, mail: NewMail, body: str) -> Reply:
    """Without a mail server: the words, to be sent by hand."""
    why = unset(_("การส่งอีเมล"), "DESKBOT_SMTP_URL", ctx.staff.role)
    said = f"{why} · {_('ระหว่างนี้คัดลอกข้อความไปส่งเองได้')}"
    subject = subject_line(mail.subject, mail.ticket or mail.record)
    head = "\n".join(
        f"{field_label(name)}: {value}"
        for name, value in (("mail_to", mail.to), ("mail_subject", subject))
    )
    no = mail.ticket or mail.record
    show = (Button(_("ดูใบงาน"), "ticket.show", {"no": no}),) if is_ticket_no(no) else ()
    return Reply((Paragraph(f"{said}\n\n{head}"), Paragraph(body, show)))


# The form.


async def _parse_to(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    return {"mail_to": parse_email(text)}


async def _known_addresses(ctx: Context, draft: Draft) -> list[Option]:
    ticket = await tickets.find_ticket(ctx.db, draft.record)
    if ticket is None:
        return []
    customer = await ctx.customer(ticket.customer) if ticket.customer else None
    return [Option(address, address) for address in reply_addresses(ticket, customer)]


async def _parse_subject(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    return {"mail_subject": check_subject(text)}


async def _parse_text(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    if len(text) > BODY_LIMIT:
        raise InvalidInput("too_long", length=len(text), limit=BODY_LIMIT)
    return {"mail_text": text}


_FIELDS = (
    Field(
        "mail_to",
        "พิมพ์อีเมลของผู้รับ เช่น somchai@example.com",
        _parse_to,
        _known_addresses,
        takes=frozenset({"email"}),
        clearable=False,
    ),
    Field("mail_subject", "พิมพ์หัวเรื่องของอีเมลในบรรทัดเดียว", _parse_subject, clearable=False),
    Field("mail_text", "พิมพ์ข้อความที่จะส่ง (คำขึ้นต้นและคำลงท้ายใส่ให้แล้ว)", _parse_text, clearable=False),
)


class MailForm(Form):
    """See `handlers.forms.engine.Form`. Its draft's record is what the mail is about."""

    kind = "mail"
    fields: Mapping[str, Field] = {field.name: field for field in _FIELDS}

    async def missing(self, ctx: Context, draft: Draft) -> list[str]:
        return [name for name in self.fields if not draft.given.get(name)]

    async def show(self, ctx: Context, draft: Draft) -> Card:
        to = draft.given["mail_to"]
        record = draft.about["ticket"] or draft.record
        subject = subject_line(draft.given["mail_subject"], record)
        lines = []
        if to:
            lines.append((field_label("mail_to"), to))
        lines.append((field_label("mail_subject"), subject))
        lines += _text_lines(_body(draft))
        title = _("📧 อีเมล %(record)s", record=record)
        return Card(
            title,
            tuple(lines),
            await _earlier(ctx, draft.record),
        )

    async def quick(self, ctx: Context, draft: Draft) -> tuple[str, ...]:
        return ("mail_text",)

    def save_label(self, draft: Draft) -> str:
        return _("ส่ง")

    async def save(self, ctx: Context, draft: Draft) -> Reply:
        new = _new_mail(draft)
        if not ctx.desk.mail_from:
            return _to_copy(ctx, new, new.body)
        latest = await _latest(ctx, draft.record)
        if latest != draft.about["seen"]:
            seen = replace(draft, about={**draft.about, "seen": latest})
            problem = _("มีอีเมลอีกฉบับสั่งส่งไปหลังจากร่างนี้ ดูฉบับก่อนแล้วค่อยกดส่ง")
            return await proceed(ctx, seen, problem=problem)
        ctx.change(
            mails.put_mail,
            new=new,
            mail_id=uuid4(),
            domain=ctx.desk.mail_from.rpartition("@")[2],
            by=ctx.staff.id,
            now=ctx.now,
        )
        ctx.audit("mail.sent", new.record)
        end(ctx, draft, outcome=new.ticket or new.record)
        parts: tuple[ReplyPart, ...] = ()
        if draft.about["instead_of"]:
            # What the first sending did is done.
            refused = await mails.get_mail(ctx.db, draft.about["instead_of"])
            ctx.change(mails.replace_by_new, mail=refused)
        elif new.purpose in ON_SEND:
            parts = await ON_SEND[new.purpose](ctx, new)
        sent = _("📧 กำลังส่งอีเมลถึง %(to)s", to=new.to)
        return Reply((Paragraph(sent), *parts), confirms=True)


enter_form(MailForm())


async def _earlier(ctx: Context, record: str) -> str:
    """How the mail before this one is, where there is one."""
    mail = next(iter(await mails.list_mails(ctx.db, record, 1)), None)
    if mail is None:
        return ""
    state = mail_cards.state_text(ctx, mail)
    return _("ฉบับก่อน: %(state)s · %(to)s", state=state, to=mail.to)


def _text_lines(body: str) -> list[tuple[str, str]]:
    """A letter in pieces that every platform shows, the first under its label."""
    lines = []
    label = field_label("mail_text")
    for piece in split_text(body, PIECE):
        lines.append((label, f"\n{piece}"))
        label = "…"
    return lines


def _body(draft: Draft) -> str:
    return draft.about["before"] + draft.given.get("mail_text", "") + draft.about["after"]


def _new_mail(draft: Draft) -> NewMail:
    data = draft.given
    about = draft.about
    return NewMail(
        draft.record,
        check_address(data["mail_to"]),
        check_subject(data["mail_subject"]),
        _body(draft),
        about["purpose"],
        about["language"],
        about["ticket"],
        tuple(about["files"].split()),
        text=data["mail_text"],
        aside=about.get("aside", ""),
    )


# Answering a ticket.


@action("mail.answer")
async def answer_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Draft the answer to a ticket from its result; asks for the text where there is none yet."""
    ticket = await tickets.get_ticket(ctx.db, args["no"])
    ctx.audit("ticket.read", ticket.no)
    customer = await ctx.customer(ticket.customer) if ticket.customer else None
    name = await _addressee(ctx, ticket, customer)
    language = args.get("language") or letter_language(name, ticket.details)
    with speaking(language):
        name = name or _("ท่านผู้รับบริการ")
    asked_on = ticket.created_at.astimezone(BANGKOK).date()
    values = {
        "name": name,
        "ticket": ticket.no,
        "date": letter_date(ctx.today, language),
        "officer": ctx.staff.name,
        "asked_on": letter_date(asked_on, language),
        "details": ticket.details,
        "result": _RESULT,
    }
    template = ctx.desk.configuration.templates["answer"][language]
    letter = fill(template, values)
    before, _mark, after = letter.body.partition(_RESULT)
    to = next(iter(reply_addresses(ticket, customer)), "")
    mail = NewMail(
        ticket.no,
        to,
        letter.subject,
        letter.body,
        "answer",
        language,
    )
    return await _preview(ctx, mail, before, ticket.result, after)


async def _addressee(ctx: Context, ticket: Ticket, customer: Customer | None) -> str:
    """Who asked: the contact, else the customer; "" where neither has a name."""
    if ticket.contact_id:
        contact = await customers.contact_name(ctx.db, ticket.contact_id)
        if contact:
            return contact
    return customer.name if customer else ""


@on_send("answer")
async def answered(ctx: Context, mail: NewMail) -> tuple[ReplyPart, ...]:
    """What comes next: the ticket, and closing it."""
    ticket = await tickets.get_ticket(ctx.db, mail.record)
    buttons = [ticket_buttons.show_button(ticket)]
    if not ticket.is_done:
        buttons.insert(0, _closing(ticket, mail))
    return (Paragraph(f"🎫 {ticket.no}", tuple(buttons)),)


def _closing(ticket: Ticket, mail: NewMail) -> Button:
    """[ปิดใบงาน R2611000124], with what was written as the result where there is none yet."""
    if ticket.result:
        return ticket_buttons.close_button(ticket)
    label = _("ใช้เป็นผลและปิด %(no)s", no=ticket.no)
    args = {"no": ticket.no, "text": mail.text, "close": "1"}
    return Button(label, "ticket.answer", args)


# Mails that were written.


@action("mail.list")
async def list_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The mails about a record, the newest first, each with its text and state."""
    found = await mails.list_mails(ctx.db, args["record"])
    ctx.audit("mail.read", args["record"])
    if not found:
        return say(_("ยังไม่มีอีเมลที่ส่ง"))
    return Reply(tuple(_card(ctx, mail) for mail in found))


def _card(ctx: Context, mail: Mail) -> Card:
    lines = (
        (field_label("mail_to"), mail.to),
        (field_label("status"), mail_cards.state_text(ctx, mail)),
        *_text_lines(mail.body),
    )
    buttons = mail_cards.stuck_buttons(mail)
    return Card(f"📧 {mail.subject}", lines, buttons=buttons)


@action("mail.again")
async def again_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Send a mail that is stuck once more, as it was."""
    mail = await mails.get_mail(ctx.db, args["mail"])
    if mail.state not in mails.STUCK:
        return _now(ctx, mail)
    ctx.change(mails.send_again, mail=mail, now=ctx.now)
    ctx.audit("mail.sent_again", mail.record)
    return confirm(_("📧 กำลังส่งอีเมลถึง %(to)s", to=mail.to))


@action("mail.assume")
async def assume_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The officer decides that a doubtful mail was sent."""
    mail = await mails.get_mail(ctx.db, args["mail"])
    if mail.state is not MailState.DOUBTFUL:
        return _now(ctx, mail)
    ctx.change(mails.assume_sent, mail=mail, now=ctx.now)
    ctx.audit("mail.assumed_sent", mail.record)
    return confirm(_("บันทึกว่าส่งอีเมลถึง %(to)s แล้ว", to=mail.to))


def _now(ctx: Context, mail: Mail) -> Reply:
    """How a mail is now, for a press that came late."""
    text = f"📧 {mail.to} · {mail_cards.state_text(ctx, mail)}"
    return say(text, *mail_cards.stuck_buttons(mail))


@action("mail.rewrite")
async def rewrite_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A mail that did not arrive as a new draft; `ask` = for another address first. What sending
    did is not redone.
    """
    mail = await mails.get_mail(ctx.db, args["mail"])
    if mail.state not in (MailState.DEAD, MailState.BOUNCED):
        return _now(ctx, mail)
    number = mail.ticket or mail.record
    new = NewMail(
        mail.record,
        "" if args.get("ask") else mail.to,
        mail.subject.removeprefix(f"[{number}] "),
        mail.body,
        mail.purpose,
        mail.language,
        mail.ticket,
        mail.files,
    )
    before, text, after = _framed(ctx, new)
    return await _preview(
        ctx,
        new,
        before,
        text,
        after,
        instead_of=args["mail"],
    )
