"""How a mail that came in is shown: on its ticket's card, and as a line of the list of new ones."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

import orjson

from domain.mail.contents.thanks import without_greeting
from domain.mail.incoming import IncomingMail, MailReading
from domain.mail.sorted_mail import MACHINES, IncomingKind
from domain.text import shorten
from domain.tickets.records import Status, Ticket
from handlers.chat import (
    Button,
    Card,
    in_one_line,
)
from handlers.desk import Context, Work
from handlers.files.cards import size_text
from handlers.i18n import _, language
from handlers.labels import when
from handlers.mail.cards import conversation_button
from handlers.registry import (
    CardAddition,
    MailHook,
    on_mail_card,
    on_reply_card,
    on_ticket_card,
)
from handlers.tickets import cards as ticket_cards
from store.mail import incoming

Said = TypeVar("Said")
WRITER = 40
SUBJECT = 60
WORDS = 60
"""Characters in a line of the list."""
WHOLE = "mail.whole"
LATEST = 2
"""Mails of a conversation that are read by a button each, beside the first one."""
NAMES = 300
"""Characters of a mail's text, and of the names of its files."""


def whole_button(mail_id: int, label: str = "") -> Button:
    """[อ่านทั้งหมด]"""
    return Button(label or _("อ่านทั้งหมด"), WHOLE, {"mail": str(mail_id)})


def writer(read: MailReading) -> str:
    """`วิภา ใจดี <wipa@example.com>`, or what there is of both."""
    if not read.from_name:
        return read.from_email or _("(ไม่ทราบชื่อ)")
    address = f"<{read.from_email}>" if read.from_email else ""
    return f"{read.from_name} {address}".strip()


def asked_words(work: Work, ticket: Ticket, read: MailReading) -> str:
    """What is asked, in one line: of what a colleague passed on the words of who wrote it. The line
    that greets says nothing.
    """
    words = read.original_text or ticket.details
    return " ".join(without_greeting(words, work.configuration.mail).split())


def attachments_line(read: MailReading) -> str:
    """`แบบฟอร์ม.pdf (1.2 MB), ใบแจ้งหนี้.exe (อันตราย ไม่ส่งต่อ)`; "" where there are none."""
    named = [_attachment(each) for each in orjson.loads(read.attachments)]
    return shorten(", ".join(named), NAMES)


def _attachment(each: Mapping[str, object]) -> str:
    if each["dangerous"]:
        return _("⚠️ %(name)s (อันตราย ไม่ส่งต่อ)", name=each["filename"])
    return f"{each['filename']} ({size_text(int(str(each['size'])))})"


@on_ticket_card(place=20)
async def _on_ticket_card(ctx: Context, ticket: Ticket) -> CardAddition:
    """Whose mail a ticket was made of, and what was answered to it by mail."""
    # Whoever answered a ticket of another channel by mail is known there by the address.
    if ticket.channel != "email" and not ticket.reply_email:
        return CardAddition()
    found: Sequence[IncomingMail] = await ctx.belonging(incoming.list_of_ticket, ticket.no, ())
    lines: list[tuple[str, str]] = []
    buttons: list[Button] = []
    for mail in found:
        hook = on_mail_card if is_own(mail, ticket) else on_reply_card
        lines += _lines_of(mail, ticket)
        if IncomingKind(mail.reading.kind) in MACHINES:
            continue
        added = (await additions(ctx, mail, ticket, hook))()
        lines += added.lines
        buttons += added.buttons
    buttons = _without_older(_each_once(buttons))
    buttons += _whole_conversation(found, ticket)
    told = [(label, text) for label, text in _each_once(lines) if text]
    return CardAddition(told, tuple(buttons))


def _each_once(said: Sequence[Said]) -> list[Said]:
    """What several mails of one ticket say alike, once."""
    return [one for place, one in enumerate(said) if one not in said[:place]]


def _without_older(buttons: Sequence[Button]) -> list[Button]:
    """All but the ways to mails of a long conversation that are neither its first nor its last."""
    reads = [button for button in buttons if button.action == WHOLE]
    older = reads[1:-LATEST]
    return [button for button in buttons if button not in older]


def _whole_conversation(found: Sequence[IncomingMail], ticket: Ticket) -> Sequence[Button]:
    """[บทสนทนา]; of one mail that nobody has worked on there is nothing more to read."""
    if len(found) > 1 or (found and ticket.status is not Status.NEW):
        return (conversation_button(ticket.no),)
    return ()


def is_own(mail: IncomingMail, ticket: Ticket) -> bool:
    """Whether a ticket was made of a mail: by itself, or as its second ticket."""
    return mail.reading.opened or mail.second_ticket == ticket.no


def _lines_of(mail: IncomingMail, ticket: Ticket) -> list[tuple[str, str]]:
    """Whose a ticket's own mail is; of another one when it came, who wrote it, and what it says."""
    read = mail.reading
    if is_own(mail, ticket):
        return [
            (_("อีเมลจาก"), writer(read)),
            (_("เรื่องในอีเมล"), read.subject),
            (_("ไฟล์ในอีเมล"), attachments_line(read)),
        ]
    words = shorten(" ".join(read.body_text.split()), NAMES)
    who = read.from_name or read.from_email
    said = in_one_line(when(mail.arrived_at), who, words, attachments_line(read))
    return [(kind_label(read), said)]


def kind_label(read: MailReading) -> str:
    """What a mail that belongs to a ticket is called."""
    labels = {
        IncomingKind.NEW: _("อีเมลอีกฉบับ"),
        IncomingKind.AUTO_REPLY: _("อีเมลอัตโนมัติ"),
        IncomingKind.BOUNCE: _("อีเมลตีกลับ"),
        IncomingKind.OWN_LOOP: _("อีเมลของสำนักงานย้อนกลับ"),
    }
    return labels.get(IncomingKind(read.kind), _("อีเมลตอบกลับ"))


async def additions(
    work: Work,
    mail: IncomingMail,
    ticket: Ticket,
    hook: MailHook = on_mail_card,
) -> Callable[[], CardAddition]:
    """What others add to a mail's card, to be said in the language of whoever reads it."""
    say_each = [await add(work, mail, ticket) for add in hook]
    return partial(_together, say_each)


def _together(say_each: Sequence[Callable[[], CardAddition]]) -> CardAddition:
    said = [say_one() for say_one in say_each]
    lines = [line for each in said for line in each.lines]
    return CardAddition(lines, tuple(button for each in said for button in each.buttons))


def list_button() -> Button:
    """[อีเมลใหม่]"""
    return Button(
        _("อีเมลใหม่"),
        "inbox.show",
        typed="/inbox",
    )


def new_mail_card(
    work: Work,
    mail: IncomingMail,
    ticket: Ticket,
    added: Callable[[], CardAddition],
    *buttons: Button,
) -> Card:
    """One new mail: who, what, how it begins, its files, and when it is due."""
    read = mail.reading
    of_others = added()
    show = Button(_("ดูใบงาน"), "ticket.show", {"no": ticket.no})
    fields = (
        (_("จาก"), writer(read)),
        (_("เรื่อง"), read.subject),
        (_("ข้อความ"), shorten(asked_words(work, ticket, read), NAMES)),
        (_("ไฟล์แนบ"), attachments_line(read)),
        (_("ประเภทเรื่อง"), work.catalogue.subject_label(ticket.subject, language())),
        (_("กำหนดเสร็จ"), ticket_cards.due_line(work, ticket)),
        (_("หมายเหตุ"), ticket.remarks),
        *of_others.lines,
    )
    title = in_one_line(_("📬 อีเมลใหม่"), ticket.no)
    shown = tuple((label, text) for label, text in fields if text)
    every = (*of_others.buttons, show, *buttons)
    return Card(title, shown, buttons=every, tone=ticket_cards.tone(work, ticket))


def mail_line(ctx: Work, ticket: Ticket, read: MailReading) -> str:
    """Who, what, how it begins, and when it is due."""
    words = asked_words(ctx, ticket, read)
    return in_one_line(
        shorten(read.from_name or read.from_email, WRITER),
        shorten(read.subject, SUBJECT),
        shorten(words, WORDS),
        ticket_cards.due_state(ctx, ticket),
    )
