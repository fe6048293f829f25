"""Mails to customers: a draft is shown before it goes, text and address can be changed, the press
sends it once.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from uuid import uuid4

from domain.customers.phones import parse_email
from domain.errors import InvalidInput
from domain.mail.addressees import ENGLISH, has_thai_letters
from domain.mail.mails import (
    BODY_LIMIT,
    check_address,
    check_subject,
    is_ticket_no,
    subject_line,
)
from domain.text import split_text
from domain.tickets.records import reply_addresses
from handlers.chat import (
    Button,
    Card,
    Paragraph,
    Reply,
    ReplyPart,
    in_lines,
)
from handlers.desk import Context
from handlers.forms.drafts import end, new_draft
from handlers.forms.engine import (
    Field,
    Form,
    Option,
    enter_form,
    form_button,
    own_draft,
    proceed,
    start,
)
from handlers.i18n import _
from handlers.labels import field_label, unset, value_label
from handlers.mail import cards as mail_cards
from handlers.mail.receivers import remember
from handlers.mail.writing import (
    LOOKS,
    WRITERS,
    Written,
    draft_buttons,
    framed,
    look_at,
)
from handlers.registry import action
from store.chat.forms import Dialog, Draft
from store.mail import mails
from store.mail.mails import NewMail
from store.tickets import records as tickets

SendFunction = Callable[[Context, NewMail], Awaitable[tuple[ReplyPart, ...]]]
ON_SEND: dict[str, SendFunction] = {}
_ASIDE = "aside "
"""Before the names of what a purpose needs at the press that sends."""
PIECE = 1400
"""Characters of a letter on one line of a card: every platform shows so many."""


def on_send(purpose: str) -> Callable[[SendFunction], SendFunction]:
    """Enter what is done, in the transaction of the press that sends, for mails of this purpose.

    The function may `ctx.change`, `ctx.audit`, `ctx.notify`; what it returns is shown with the
    confirmation."""

    def enter(run: SendFunction) -> SendFunction:
        ON_SEND[purpose] = run
        return run

    return enter


async def preview(
    ctx: Context,
    mail: NewMail,
    *,
    instead_of: str = "",
) -> Reply:
    """Show a mail before it goes, with [ส่ง] [แก้ข้อความ] [ยกเลิก]; asks for the address where
    `mail.to` is empty. `instead_of` = the mail in whose place it goes.

    Where no mail server is configured, the text to copy. InvalidInput("mail_subject"/"email") as in
    domain.mail."""
    return await preview_written(
        ctx,
        mail,
        framed(ctx, mail),
        instead_of=instead_of,
    )


async def preview_written(
    ctx: Context,
    mail: NewMail,
    written: Written,
    switch: Button | None = None,
    *,
    instead_of: str = "",
) -> Reply:
    """As `preview`, with the letter in its parts. `switch` has it drawn in the other language,
    where no draft is kept.
    """
    check_subject(written.subject)
    if mail.to:
        check_address(mail.to)
    ctx.audit("mail.drafted", mail.record)
    if not ctx.desk.mail_from:
        body = written.before + written.text + written.after
        return _to_copy(ctx, mail, written.subject, body, switch)
    given = {"mail_to": mail.to, **written.given}
    about = {
        "seen": await _latest(ctx, mail),
        **written.around,
        "purpose": mail.purpose,
        "instead_of": instead_of,
        "language": mail.language,
        "files": " ".join(mail.files),
        **_about_things(mail),
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


def _about_things(mail: NewMail) -> dict[str, str]:
    """What a mail is about and whom it goes to, as its draft holds it."""
    aside = {f"{_ASIDE}{name}": value for name, value in mail.aside.items()}
    return {
        "ticket": mail.ticket,
        "also": " ".join(f"{record}:{ticket}" for record, ticket in mail.also),
        "customers": " ".join(mail.customers),
        "contact": str(mail.contact or ""),
        **aside,
    }


@action("mail.language", in_place=True)
async def language_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The draft in the other language, which the customer is written to from now on."""
    draft = await own_draft(ctx, args)
    language = args["language"]
    old = draft_mail(draft)
    await remember(ctx, old.customers, language, old.contact)
    write = WRITERS[old.purpose]
    was = await write(ctx, old)
    now = await write(ctx, replace(old, language=language))
    about = {**draft.about, "language": language, "remembered": " ".join(old.customers)}
    given = {**draft.given}
    for name, written in now.given.items():
        given[name] = about.get(f"{name}_{language}") or written
        # What was edited comes back with its language; the officer's own words have none.
        if draft.given[name] != was.given[name]:
            about[f"{name}_{old.language}"] = draft.given[name]
            if was.given[name] == written:
                given[name] = draft.given[name]
    about |= now.around
    return await proceed(ctx, replace(draft, given=given, about=about))


async def written_anew(ctx: Context, draft: Draft, mail: NewMail) -> Draft:
    """The draft for a mail about other things than before, to the same person."""
    written = await WRITERS[mail.purpose](ctx, mail)
    about = {
        **draft.about,
        **_about_things(mail),
        "seen": await _latest(ctx, mail),
        **written.around,
    }
    given = {**draft.given, **written.given}
    return replace(draft, record=mail.record, given=given, about=about)


async def _latest(ctx: Context, mail: NewMail) -> str:
    """The id of the newest mail about the same things, or to those who are asked for them; empty
    where there is none.
    """
    records = [record for record, _ticket in mail.things]
    if mail.purpose in LOOKS:
        # What else its receiver was written changes what is said of it.
        records += mail.customers
    newest = await mails.find_newest(ctx.db, records)
    return str(newest.id) if newest else ""


def _to_copy(
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
    head = "\n".join(
        f"{field_label(name)}: {value}"
        for name, value in (("mail_to", mail.to), ("mail_subject", subject))
    )
    buttons = [switch] if switch else []
    # The ticket of a follow-up is made once it was sent.
    if is_ticket_no(mail.record):
        shown = {"no": mail.record}
        buttons.append(Button(_("ดูใบงาน"), "ticket.show", shown))
    return Reply((Paragraph(f"{said}\n\n{head}"), Paragraph(body, tuple(buttons))))


# The form.


async def _parse_to(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    return {"mail_to": parse_email(text)}


async def _known_addresses(ctx: Context, draft: Draft) -> list[Option]:
    ticket = await ctx.once(tickets.find_ticket, draft.record)
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


async def _parse_greeting(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    return {"mail_greeting": check_subject(text)}


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
    Field("mail_greeting", "พิมพ์คำขึ้นต้นทั้งบรรทัด เช่น เรียน คุณสมชาย ใจดี", _parse_greeting),
    Field("mail_text", "พิมพ์ข้อความที่จะส่ง (คำขึ้นต้นและคำลงท้ายใส่ให้แล้ว)", _parse_text, clearable=False),
)


_NEEDED = ("mail_to", "mail_subject", "mail_text")


class MailForm(Form):
    """See `handlers.forms.engine.Form`. Its draft's record is what the mail is about."""

    kind = "mail"
    fields: Mapping[str, Field] = {field.name: field for field in _FIELDS}

    async def missing(self, ctx: Context, draft: Draft) -> list[str]:
        return [name for name in _NEEDED if not draft.given.get(name)]

    async def show(self, ctx: Context, draft: Draft) -> Card:
        to = draft.given["mail_to"]
        record = draft.about["ticket"] or draft.record
        subject = subject_line(draft.given["mail_subject"], record)
        lines = []
        if to:
            lines.append((field_label("mail_to"), to))
        lines.append((field_label("mail_subject"), subject))
        lines.append((field_label("letter_language"), _language_text(draft)))
        lines += text_lines(_body(draft))
        title = _("📧 อีเมล %(record)s", record=record)
        mail = draft_mail(draft)
        look = await look_at(ctx, mail)
        buttons = [*draft_buttons(draft, mail.purpose, mail.language)]
        if look.split:
            buttons.append(form_button(_("แยกฉบับ"), look.split, draft))
        foreign = ""
        if _is_foreign(draft):
            foreign = _("⚠️ ทะเบียนไม่มีชื่อภาษาอังกฤษของผู้รับ แก้คำขึ้นต้นก่อนส่งได้")
        note = in_lines(foreign, look.note, await _earlier(ctx, mail))
        return Card(title, tuple(lines), note, tuple(buttons))

    async def quick(self, ctx: Context, draft: Draft) -> tuple[str, ...]:
        if _is_foreign(draft):
            return "mail_greeting", "mail_text"
        return ("mail_text",)

    def save_label(self, draft: Draft) -> str:
        return _("ยืนยันส่ง") if draft.about.get("confirmed") else _("ส่ง")

    async def save(self, ctx: Context, draft: Draft) -> Reply:
        new = _new_mail(draft)
        if not ctx.desk.mail_from:
            return _to_copy(ctx, new, new.subject, new.body)
        doubt = await _doubt(ctx, draft, new)
        if doubt is not None:
            return doubt
        ctx.change(
            mails.put_mail,
            new=new,
            mail_id=uuid4(),
            domain=ctx.desk.mail_from.rpartition("@")[2],
            by=ctx.staff.id,
            now=ctx.now,
        )
        for record, _ticket in new.things:
            ctx.audit("mail.sent", record)
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


async def _doubt(ctx: Context, draft: Draft, new: NewMail) -> Reply | None:
    """The draft once more, where something has to be seen or confirmed before it goes."""
    latest = await _latest(ctx, new)
    if latest != draft.about["seen"]:
        problem = _("มีอีเมลอีกฉบับสั่งส่งไปหลังจากร่างนี้ ดูฉบับก่อนแล้วค่อยกดส่ง")
        return await _once_more(ctx, draft, problem, seen=latest)
    look = await look_at(ctx, new)
    if look.left is not None:
        left = await written_anew(ctx, draft, look.left)
        problem = _("บางเรื่องได้รับหรือเลิกติดตามแล้ว จึงตัดออกจากฉบับนี้ ดูก่อนแล้วกดส่ง")
        return await proceed(ctx, left, problem=problem)
    # What was confirmed is this question, and no other that came up since.
    if look.question and draft.about.get("confirmed") != look.question:
        return await _once_more(ctx, draft, look.question, confirmed=look.question)
    return None


async def _once_more(ctx: Context, draft: Draft, problem: str, **about: str) -> Reply:
    return await proceed(
        ctx,
        replace(draft, about={**draft.about, **about}),
        problem=problem,
    )


async def _earlier(ctx: Context, new: NewMail) -> str:
    """How the mail before this one is, where there is one."""
    mail = await mails.find_newest(ctx.db, [record for record, _ticket in new.things])
    if mail is None:
        return ""
    state = mail_cards.state_text(ctx, mail)
    return _("ฉบับก่อน: %(state)s · %(to)s", state=state, to=mail.to)


def _language_text(draft: Draft) -> str:
    """The language of the letter, and with which customers it was kept just now."""
    language = value_label("letter_language", draft.about["language"])
    codes = draft.about.get("remembered", "")
    if not codes:
        return language
    return _("%(language)s (จำไว้กับ %(codes)s แล้ว)", language=language, codes=codes)


def text_lines(body: str) -> list[tuple[str, str]]:
    """A letter in pieces that every platform shows, the first under its label."""
    lines = []
    label = field_label("mail_text")
    for piece in split_text(body, PIECE):
        lines.append((label, f"\n{piece}"))
        label = "…"
    return lines


def _is_foreign(draft: Draft) -> bool:
    """Whether an English letter greets somebody in Thai letters."""
    english = draft.about["language"] == ENGLISH
    return english and has_thai_letters(draft.given.get("mail_greeting", ""))


def _body(draft: Draft) -> str:
    greeting = draft.given.get("mail_greeting", "")
    text = draft.given.get("mail_text", "")
    return f"{greeting}{draft.about['before']}{text}{draft.about['after']}".lstrip("\n")


def draft_mail(draft: Draft) -> NewMail:
    """What the draft holds, complete or not."""
    data = draft.given
    about = draft.about
    asides = [name for name in about if name.startswith(_ASIDE)]
    aside = {name.removeprefix(_ASIDE): about[name] for name in asides}
    return NewMail(
        draft.record,
        data["mail_to"],
        data["mail_subject"],
        _body(draft),
        about["purpose"],
        about["language"],
        about["ticket"],
        tuple(about["files"].split()),
        text=data["mail_text"],
        aside=aside,
        customers=tuple(about.get("customers", "").split()),
        contact=int(about.get("contact") or 0) or None,
        also=tuple(_pair(each) for each in about.get("also", "").split()),
    )


def _pair(text: str) -> tuple[str, str]:
    record, _colon, ticket = text.partition(":")
    return record, ticket


def _new_mail(draft: Draft) -> NewMail:
    """The mail that is about to go."""
    mail = draft_mail(draft)
    check_address(mail.to)
    check_subject(mail.subject)
    return mail
