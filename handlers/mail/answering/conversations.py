"""The whole conversation of a ticket by mail, oldest first: what came in without what it quotes,
what went out and how far it came, and the files of both.
"""

from collections.abc import Mapping, Sequence

from domain.mail.raw.history import split_history
from domain.mail.sorted_mail import MACHINES, IncomingKind
from domain.staff import StaffId
from domain.text import shorten, split_text
from domain.tickets.records import TicketNo
from handlers.chat import (
    Button,
    Paragraph,
    Reply,
    ReplyPart,
    in_lines,
    in_one_line,
    say,
    turn_buttons,
)
from handlers.desk import Context
from handlers.files import cards as file_cards
from handlers.i18n import _
from handlers.labels import doer_label, when
from handlers.mail.cards import PIECE, state_text
from handlers.mail.incoming_cards import attachments_line, kind_label, whole_button, writer
from handlers.registry import action, command
from handlers.tickets.buttons import show_button
from handlers.tickets.commands import names_ticket, read_number
from store import files, staff
from store.mail import conversations, incoming, mails
from store.mail.conversations import WrittenMail
from store.tickets import records as tickets

PAGE = 3
"""Mails of a page: with their buttons they are few messages on each platform."""
WORDS = 1_000
"""Characters of a mail that are shown; the rest is behind its button."""


@command(
    "conversation",
    "บทสนทนา",
    about="อีเมลทั้งหมดของใบงาน เก่าสุดก่อน เช่น บทสนทนา R2611000124",
    fits=names_ticket,
    also=("อีเมลทั้งหมดของ", "ประวัติอีเมล", "อีเมลโต้ตอบ", "conversation"),
)
async def conversation(ctx: Context, args: str) -> Reply:
    """The conversation of the ticket that is named."""
    return await _page(ctx, read_number(args), 0)


@action("mail.conversation", aside=True)
async def conversation_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The conversation from its beginning."""
    return await _page(ctx, args["no"], 0)


@action("mail.conversation_page", in_place=True, aside=True)
async def page_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Another page of it."""
    return await _page(ctx, args["no"], int(args["page"]))


async def _page(ctx: Context, no: str, page: int) -> Reply:
    """Some mails of the conversation, each with how it goes on."""
    ticket = await tickets.get_ticket(ctx.db, TicketNo(no))
    ctx.audit("mail.read", no)
    first = page * PAGE
    found = await conversations.list_written(ctx.db, no, PAGE + 1, first)
    if not found:
        none = _("ใบงาน %(no)s ยังไม่มีอีเมล", no=no)
        return say(none, show_button(ticket))
    names = await staff.staff_names(ctx.db)
    parts: list[ReplyPart] = []
    for place, each in enumerate(found[:PAGE], start=first + 1):
        part = await _mail_part(ctx, names, each, place)
        parts.append(part)
    more = len(found) > PAGE
    turns = turn_buttons("mail.conversation_page", {"no": no}, page, more=more)
    title = _("💬 บทสนทนาของใบงาน %(no)s", no=no)
    last = Paragraph(title, (*turns, show_button(ticket)))
    return Reply((*parts, last))


async def _mail_part(
    ctx: Context,
    names: Mapping[StaffId, str],
    written: WrittenMail,
    place: int,
) -> Paragraph:
    """One mail under its number."""
    if written.incoming:
        return await _came(ctx, written.id, place)
    return await _went(ctx, names, written.id, place)


async def _came(ctx: Context, mail_id: str, place: int) -> Paragraph:
    """A mail that came in; of a machine's that it is one."""
    mail = await incoming.get_mail(ctx.db, int(mail_id))
    read = mail.reading
    at = when(mail.arrived_at)
    head = in_one_line(f"📥 {place}. {at}", writer(read), read.subject)
    is_machine = IncomingKind(read.kind) in MACHINES
    kind = kind_label(read) if is_machine else ""
    text = in_lines(head, kind, *_shown(read.body_text, attachments_line(read)))
    label = _("อ่านฉบับที่ %(place)s", place=place)
    return Paragraph(text, (whole_button(mail.id, label),))


async def _went(
    ctx: Context,
    names: Mapping[StaffId, str],
    mail_id: str,
    place: int,
) -> Paragraph:
    """A mail that went out, and how far it came."""
    mail = await mails.get_mail(ctx.db, mail_id)
    who = doer_label(names, mail.staff_id, ctx.staff.id)
    at = when(mail.written_at)
    to = ", ".join((mail.to, *mail.cc))
    head = in_one_line(f"📤 {place}. {at}", who, to, mail.subject)
    attached = await _files_line(ctx, mail_id, mail.files)
    words, _quoted = split_history(mail.body)
    text = in_lines(head, state_text(ctx, mail), *_shown(words, attached))
    if len(words) <= WORDS:
        return Paragraph(text)
    label = _("อ่านฉบับที่ %(place)s", place=place)
    whole = Button(label, "mail.sent_whole", {"mail": mail_id, "page": "0"})
    return Paragraph(text, (whole,))


async def _files_line(ctx: Context, mail_id: str, ids: Sequence[str]) -> str:
    """The names of what went with a mail."""
    if not ids:
        return ""
    found = await files.list_files(ctx.db, mail_id)
    return file_cards.names(found)


def _shown(words: str, attached: str) -> list[str]:
    """How a mail begins, and its files."""
    lines = [shorten(words.strip(), WORDS)]
    if attached:
        lines.append(f"📎 {attached}")
    return lines


@action("mail.sent_whole", in_place=True)
async def sent_whole_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A page of a mail that went out, with what it quotes."""
    mail = await mails.get_mail(ctx.db, args["mail"])
    ctx.audit("mail.read", mail.record)
    page = int(args["page"])
    texts = split_text(mail.body, PIECE)
    more = len(texts) > page + 1
    told = {"mail": args["mail"]}
    turns = turn_buttons("mail.sent_whole", told, page, more=more)
    return say(texts[page], *turns)
