"""The catalogue of subjects in the chat: by channel, by words, by number; each starts a ticket with
itself.
"""

from collections.abc import Mapping

from domain.catalogue import Subject, name_in
from domain.text import shorten
from handlers.chat import (
    Button,
    Choice,
    Reply,
    in_lines,
    turn_buttons,
)
from handlers.desk import Context
from handlers.forms.engine import start
from handlers.i18n import _, language
from handlers.registry import action, command
from handlers.tickets.form import new_ticket

PAGE = 10


@command(
    "subjects",
    "ประเภทเรื่อง",
    about="ประเภทเรื่องทั้งหมดตามช่องทาง ค้นได้ เช่น ประเภทเรื่อง หนังสือ หรือ ประเภทเรื่อง 7",
    also=(
        "ประเภทเรื่องทั้งหมด",
        "ประเภทงาน",
        "หมวดเรื่อง",
        "เรื่องทั้งหมด",
        "รายการเรื่อง",
        "subjects",
        "catalogue",
    ),
)
async def subjects(ctx: Context, args: str) -> Reply:
    """The subjects of a channel, a number or some words; without any the channels."""
    text = args.strip()
    return await _page(ctx, {"text": text}) if text else _channels(ctx)


def _channels(ctx: Context, title: str = "") -> Reply:
    """Each channel with its subjects' numbers, as a button that lists them."""
    options = []
    for channel in ctx.catalogue.channels.values():
        found = _of_channel(ctx, channel.code)
        if found:
            label = f"{name_in(channel, language())} ({len(found)})"
            options.append(Button(label, "subject.list", {"channel": channel.code}))
    question = _("ประเภทเรื่องตามช่องทาง เลือกช่องทาง หรือพิมพ์ ประเภทเรื่อง ตามด้วยคำหรือหมายเลข")
    return Reply((Choice(in_lines(title, question), tuple(options)),))


def _of_channel(ctx: Context, channel: str) -> list[Subject]:
    """The subjects of today that name the channel, then those that name none."""
    found = ctx.catalogue.active_subjects(ctx.today, channel)
    return sorted(found, key=lambda subject: not subject.channels)


def _found(ctx: Context, text: str) -> tuple[str, list[Subject]]:
    """The channel that a text is a word for, and what it means: its subjects, and those by words or
    number.
    """
    word = " ".join(text.casefold().split())
    channel = ctx.catalogue.channel_words.get(word, "")
    found = _of_channel(ctx, channel) if channel else []
    found += ctx.catalogue.find_subjects(text, ctx.today)
    by_code = {subject.code: subject for subject in found}
    return channel, list(by_code.values())


@action("subject.list", in_place=True)
async def list_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A channel's subjects, or another page of what was searched for."""
    return await _page(ctx, args)


async def _page(ctx: Context, args: Mapping[str, str]) -> Reply:
    text = args.get("text", "")
    page = int(args.get("page", "0"))
    if text:
        channel, found = _found(ctx, text)
        name = shorten(text, 60)
    else:
        channel = args.get("channel", "")
        found = _of_channel(ctx, channel)
        name = ctx.catalogue.channel_name(channel, language())
    if not found:
        nothing = _('ไม่พบประเภทเรื่องที่มีคำว่า "%(text)s"', text=shorten(text, 60))
        return _channels(ctx, nothing)
    title = _("ประเภทเรื่อง · %(name)s", name=name)
    hint = _("แตะเรื่องเพื่อสร้างใบงาน")
    start_at = page * PAGE
    shown = found[start_at : start_at + PAGE]
    options = [_subject_button(ctx, subject, channel) for subject in shown]
    turns = turn_buttons(
        "subject.list",
        {"text": text} if text else {"channel": channel},
        page,
        more=len(found) > start_at + PAGE,
    )
    every = Button(_("ทุกช่องทาง"), "subject.channels")
    question = f"{title} ({len(found)})\n{hint}"
    return Reply((Choice(question, tuple(options), (*turns, every)),))


def _subject_button(ctx: Context, subject: Subject, channel: str) -> Button:
    """A ticket of this subject; by the channel that was chosen, where the subject comes by it."""
    chosen = {"subject": subject.code}
    # A channel that the subject does not come by is not forced upon the ticket.
    if channel and ctx.catalogue.fits(subject.code, channel):
        chosen["channel"] = channel
    return Button(subject.label_in(language()), "subject.open", chosen)


@action("subject.channels", in_place=True, aside=True)
async def channels_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The channels again."""
    return _channels(ctx)


@action("subject.open")
async def open_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A ticket of this subject: chosen, so that it is no guess; its channel too where that was."""
    draft = new_ticket(ctx, dict(args))
    return await start(ctx, draft, "customer")
