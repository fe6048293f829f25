"""The form of a mail: shown as it will go, its parts can be changed."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from domain.customers.phones import parse_email
from domain.errors import InvalidInput
from domain.mail.addressees import ENGLISH, has_thai_letters
from domain.mail.letters.answering import COPIES
from domain.mail.mails import BODY_LIMIT, check_subject, is_ticket_no, subject_line
from domain.tickets.records import reply_addresses
from handlers.chat import Button, Card, CardLine, Reply, in_lines
from handlers.desk import Context
from handlers.forms.engine import Field, Form, Option, Parse, enter_form, form_button
from handlers.forms.reading import read_into
from handlers.i18n import _
from handlers.labels import fact, field_label, value_label
from handlers.mail.asking.canned_field import CANNED_FIELD
from handlers.mail.cards import state_text, text_lines
from handlers.mail.letters.attachments import (
    FIELD,
    attached_text,
    file_options,
    list_attachable,
    parse_file,
)
from handlers.mail.letters.drafts import draft_mail, letter_of
from handlers.mail.letters.sending import send
from handlers.mail.letters.writing import Look, draft_buttons, look_at
from store.chat.forms import Draft
from store.mail import canned, mails
from store.mail.mails import NewMail
from store.tickets import records as tickets

ARROW = "=>"
_BETWEEN = re.compile(r"[\s,;]+")


def _into(name: str, read: Callable[[str], str]) -> Parse:
    """Reads a value that the text itself tells."""

    def of_text(_ctx: Context, text: str) -> str:
        return read(text)

    return read_into(name, of_text)


async def _known_addresses(ctx: Context, draft: Draft) -> list[Option]:
    ticket = await ctx.once(tickets.find_ticket, draft.record)
    if ticket is None:
        return []
    customer = await ctx.customer(ticket.customer) if ticket.customer else None
    return [Option(address, address) for address in reply_addresses(ticket, customer)]


def _read_text(text: str) -> str:
    if len(text) > BODY_LIMIT:
        raise InvalidInput("too_long", length=len(text), limit=BODY_LIMIT)
    # Officers put the arrow of a ticket's result before an answer, too: no customer reads it.
    return text.strip().removeprefix(ARROW).lstrip()


def _read_copies(text: str) -> str:
    """Addresses, each once."""
    typed = _BETWEEN.split(text.strip())
    if len(typed) > COPIES:
        raise InvalidInput("mail_copies", limit=COPIES)
    addresses = dict.fromkeys(map(parse_email, typed))
    return " ".join(addresses)


_FIELDS = (
    Field(
        "mail_to",
        "พิมพ์อีเมลของผู้รับ เช่น somchai@example.com",
        _into("mail_to", parse_email),
        _known_addresses,
        takes=frozenset({"email"}),
        clearable=False,
    ),
    Field(
        "mail_subject",
        "พิมพ์หัวเรื่องของอีเมลในบรรทัดเดียว",
        _into("mail_subject", check_subject),
        clearable=False,
    ),
    Field(
        "mail_greeting",
        "พิมพ์คำขึ้นต้นทั้งบรรทัด เช่น เรียน คุณสมชาย ใจดี",
        _into("mail_greeting", check_subject),
    ),
    Field(
        "mail_text",
        "พิมพ์ข้อความที่จะส่ง (คำขึ้นต้นและคำลงท้ายใส่ให้แล้ว)",
        _into("mail_text", _read_text),
        clearable=False,
    ),
    Field(
        "mail_cc",
        "พิมพ์อีเมลที่จะส่งสำเนาถึง คั่นด้วยวรรค",
        _into("mail_cc", _read_copies),
    ),
    CANNED_FIELD,
    Field(FIELD, "พิมพ์ชื่อไฟล์ หรือส่งไฟล์ใหม่มา", parse_file, file_options, clearable=False),
)


_NEEDED = ("mail_to", "mail_subject", "mail_text")


class MailForm(Form):
    """See `handlers.forms.engine.Form`. Its draft's record is what the mail is about."""

    kind = "mail"
    fields: Mapping[str, Field] = {field.name: field for field in _FIELDS}

    async def missing(self, ctx: Context, draft: Draft) -> list[str]:
        missing = [name for name in _NEEDED if not draft.given.get(name)]
        # Of several canned answers one has to be chosen first.
        if draft.query(CANNED_FIELD.name):
            missing.insert(0, CANNED_FIELD.name)
        return missing

    async def show(self, ctx: Context, draft: Draft) -> Card:
        mail = draft_mail(draft)
        record = mail.ticket or mail.record
        look = await look_at(ctx, mail)
        buttons = (
            *_presses(draft, look),
            *draft_buttons(draft, mail.purpose, mail.language),
        )
        note = in_lines(
            _foreign_text(draft),
            look.note,
            _quoted_text(draft),
            await _earlier(ctx, mail),
        )
        title = _("📧 อีเมล %(record)s", record=record)
        files = await attached_text(ctx, draft)
        lines = tuple(_lines(draft, mail, record, files))
        # What goes out is read before.
        return Card(title, lines, note, buttons, whole=True)

    async def present(
        self,
        ctx: Context,
        draft: Draft,
        name: str,
    ) -> str:
        """The copies, which are typed anew as a whole."""
        return ", ".join(draft.given.get(name, "").split()) if name == "mail_cc" else ""

    async def quick(self, ctx: Context, draft: Draft) -> tuple[str, ...]:
        fields = ["mail_text"]
        if _is_foreign(draft):
            fields.insert(0, "mail_greeting")
        if is_ticket_no(draft.record):
            kept = await ctx.once(canned.list_canned)
            if kept:
                fields.append(CANNED_FIELD.name)
        if await list_attachable(ctx, draft):
            fields.append(FIELD)
        return tuple(fields)

    async def beside_save(self, ctx: Context, draft: Draft) -> Sequence[Button]:
        """What its purpose offers beside sending it, as below the preview."""
        look = await look_at(ctx, draft_mail(draft))
        return _presses(draft, replace(look, more=()))

    def save_label(self, draft: Draft) -> str:
        return _("ยืนยันส่ง") if draft.about.get("confirmed") else _("ส่ง")

    async def save(self, ctx: Context, draft: Draft) -> Reply:
        return await send(ctx, draft)


enter_form(MailForm())


def _lines(
    draft: Draft,
    mail: NewMail,
    record: str,
    files: str,
) -> Iterator[CardLine]:
    """The letter as it will be read."""
    if mail.to:
        yield fact("mail_to", mail.to)
    if mail.cc:
        yield field_label("mail_cc"), ", ".join(mail.cc)
    subject = subject_line(mail.subject, record)
    yield field_label("mail_subject"), subject
    yield field_label("letter_language"), _language_text(draft)
    if files:
        yield field_label(FIELD), files
    yield from text_lines(letter_of(draft))


def _foreign_text(draft: Draft) -> str:
    """What of an English letter is still in Thai."""
    if draft.about["language"] != ENGLISH:
        return ""
    told = []
    if has_thai_letters(draft.given.get("mail_text", "")):
        told.append(_("⚠️ จดหมายเป็นภาษาอังกฤษ แต่ข้อความยังเป็นภาษาไทย"))
    if _is_foreign(draft):
        told.append(_("⚠️ ทะเบียนไม่มีชื่อภาษาอังกฤษของผู้รับ แก้คำขึ้นต้นก่อนส่งได้"))
    return in_lines(*told)


def _quoted_text(draft: Draft) -> str:
    """That the question stands below, which the card does not repeat."""
    if not draft.about.get("quote"):
        return ""
    return _("ท้ายอีเมลมีคำถามเดิมของผู้รับบริการ")


async def _earlier(ctx: Context, new: NewMail) -> str:
    """How the mail before this one is, where there is one."""
    mail = await mails.find_newest(ctx.db, [record for record, _ticket in new.things])
    if mail is None:
        return ""
    state = state_text(ctx, mail)
    return _("ฉบับก่อน: %(state)s · %(to)s", state=state, to=mail.to)


def _language_text(draft: Draft) -> str:
    """The language of the letter, and with which customers it was kept just now."""
    language = value_label("letter_language", draft.about["language"])
    codes = draft.about.get("remembered", "")
    if not codes:
        return language
    return _("%(language)s (จำไว้กับ %(codes)s แล้ว)", language=language, codes=codes)


def _is_foreign(draft: Draft) -> bool:
    """Whether an English letter greets somebody in Thai letters."""
    english = draft.about["language"] == ENGLISH
    return english and has_thai_letters(draft.given.get("mail_greeting", ""))


def _presses(draft: Draft, look: Look) -> list[Button]:
    """What its purpose offers beside sending it, for the draft as it is shown."""
    # The draft is stored once more with this reply, which raises its version by one.
    version = str(draft.version + 1)
    buttons = []
    for name, label in look.presses.items():
        button = form_button(label, name, draft, version=version)
        buttons.append(button)
    for each in look.more:
        buttons.append(form_button(each.label, each.action, draft, **_beside(each)))
    return buttons


def _beside(button: Button) -> Mapping[str, str]:
    """What a button holds beside the draft that it works on."""
    return {key: value for key, value in button.args.items() if key != "draft"}
