"""Mails to customers: a draft is shown before it goes, text and address can be changed, the press
sends it once.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from uuid import uuid4

from domain.customers.phones import parse_email
from domain.errors import InvalidInput
from domain.mail.addressees import ENGLISH, THAI
from domain.mail.mails import (
    BODY_LIMIT,
    check_address,
    check_subject,
    is_ticket_no,
    subject_line,
)
from domain.mail.templates import SIGNATURE
from domain.text import split_text
from domain.tickets.records import reply_addresses
from handlers.chat import (
    Button,
    Card,
    Paragraph,
    Reply,
    ReplyPart,
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
from handlers.registry import action
from store.chat.forms import Dialog, Draft
from store.mail import mails
from store.mail.mails import NewMail
from store.tickets import records as tickets

SendFunction = Callable[[Context, NewMail], Awaitable[tuple[ReplyPart, ...]]]
ON_SEND: dict[str, SendFunction] = {}
PIECE = 1400
"""Characters of a letter on one line of a card: every platform shows so many."""
NAMES = {THAI: "ไทย", ENGLISH: "English"}
"""What a language calls itself."""


def on_send(purpose: str) -> Callable[[SendFunction], SendFunction]:
    """Enter what is done, in the transaction of the press that sends, for mails of this purpose.

    The function may `ctx.change`, `ctx.audit`, `ctx.notify`; what it returns is shown with the
    confirmation."""

    def enter(run: SendFunction) -> SendFunction:
        ON_SEND[purpose] = run
        return run

    return enter


@dataclass(frozen=True, slots=True)
class Written:
    """A letter as it is drafted: the officer may edit subject and text, which stands between the
    greeting and the closing.
    """

    subject: str
    before: str
    text: str
    after: str

    def under(self, name: str) -> str:
        """What it says in a field of the form."""
        return {"mail_subject": self.subject, "mail_text": self.text}[name]


WriteFunction = Callable[[Context, NewMail], Awaitable[Written]]
WRITERS: dict[str, WriteFunction] = {}


def written_by(purpose: str) -> Callable[[WriteFunction], WriteFunction]:
    """Enter what writes mails of this purpose, in whichever language `NewMail.language` says."""

    def enter(run: WriteFunction) -> WriteFunction:
        WRITERS[purpose] = run
        return run

    return enter


def language_button(language: str, action: str, args: Mapping[str, str]) -> Button:
    """The button that has a letter drawn in the other language by the press that drew it."""
    other = _other(language)
    return Button(NAMES[other], action, {**args, "language": other})


def _other(language: str) -> str:
    return ENGLISH if language == THAI else THAI


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


def framed(ctx: Context, mail: NewMail) -> Written:
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
    return Written(mail.subject, before, body[len(before) : end_at], body[end_at:])


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
    given = {
        "mail_to": mail.to,
        "mail_subject": written.subject,
        "mail_text": written.text,
    }
    about = {
        "seen": await _latest(ctx, mail.record),
        "before": written.before,
        "after": written.after,
        "purpose": mail.purpose,
        "instead_of": instead_of,
        "language": mail.language,
        "ticket": mail.ticket,
        "files": " ".join(mail.files),
        "aside": mail.aside,
        "customers": " ".join(mail.customers),
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


@action("mail.language", in_place=True)
async def language_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The draft in the other language, which the customer is written to from now on."""
    draft = await own_draft(ctx, args)
    language = args["language"]
    codes = draft.about["customers"].split()
    await remember(ctx, codes, language)
    about = {**draft.about, "language": language, "remembered": " ".join(codes)}
    old = _draft_mail(draft)
    write = WRITERS[old.purpose]
    was = await write(ctx, old)
    now = await write(ctx, replace(old, language=language))
    given = {**draft.given}
    for name in ("mail_subject", "mail_text"):
        kept = f"{name}_{language}"
        given[name] = about.get(kept) or now.under(name)
        # What was edited comes back with its language; the officer's own words have none.
        if draft.given[name] != was.under(name):
            about[f"{name}_{old.language}"] = draft.given[name]
            if was.under(name) == now.under(name):
                given[name] = draft.given[name]
    about |= {"before": now.before, "after": now.after}
    return await proceed(ctx, replace(draft, given=given, about=about))


async def _latest(ctx: Context, record: str) -> str:
    """The id of the newest mail about a record; empty where there is none."""
    newest = await mails.list_mails(ctx.db, record, 1)
    return str(newest[0].id) if newest else ""


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
    no = mail.ticket or mail.record
    buttons = [switch] if switch else []
    if is_ticket_no(no):
        buttons.append(Button(_("ดูใบงาน"), "ticket.show", {"no": no}))
    return Reply((Paragraph(f"{said}\n\n{head}"), Paragraph(body, tuple(buttons))))


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
        lines.append((field_label("letter_language"), _language_text(draft)))
        lines += text_lines(_body(draft))
        title = _("📧 อีเมล %(record)s", record=record)
        return Card(
            title,
            tuple(lines),
            await _earlier(ctx, draft.record),
            _switch(draft),
        )

    async def quick(self, ctx: Context, draft: Draft) -> tuple[str, ...]:
        return ("mail_text",)

    def save_label(self, draft: Draft) -> str:
        return _("ส่ง")

    async def save(self, ctx: Context, draft: Draft) -> Reply:
        new = _new_mail(draft)
        if not ctx.desk.mail_from:
            return _to_copy(ctx, new, new.subject, new.body)
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


def _switch(draft: Draft) -> tuple[Button, ...]:
    """[English] or [ไทย], where the letter can be written in both."""
    if draft.about["purpose"] not in WRITERS:
        return ()
    other = _other(draft.about["language"])
    return (form_button(NAMES[other], "mail.language", draft, language=other),)


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


def _body(draft: Draft) -> str:
    return draft.about["before"] + draft.given.get("mail_text", "") + draft.about["after"]


def _draft_mail(draft: Draft) -> NewMail:
    """What the draft holds, complete or not."""
    data = draft.given
    about = draft.about
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
        aside=about.get("aside", ""),
        customers=tuple(about.get("customers", "").split()),
    )


def _new_mail(draft: Draft) -> NewMail:
    """The mail that is about to go."""
    mail = _draft_mail(draft)
    check_address(mail.to)
    check_subject(mail.subject)
    return mail
