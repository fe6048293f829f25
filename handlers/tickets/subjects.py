"""The catalogue of subjects in the chat: by channel, by words, by number; each starts a ticket with
itself.
"""

from collections.abc import Mapping, Sequence

from domain.catalogue import Subject
from domain.text import shorten
from handlers.chat import Button, Choice, Reply, turn_buttons
from handlers.desk import Context
from handlers.forms.engine import start
from handlers.i18n import _
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
    catalogue = ctx.desk.configuration.catalogue
    options = []
    for channel in catalogue.channels.values():
        found = _of_channel(ctx, channel.code)
        if found:
            label = f"{channel.name} ({len(found)})"
            options.append(Button(label, "subject.list", {"channel": channel.code}))
    question = _("ประเภทเรื่องตามช่องทาง เลือกช่องทาง หรือพิมพ์ ประเภทเรื่อง ตามด้วยคำหรือหมายเลข")
    return Reply((Choice("\n".join(filter(None, (title, question))), tuple(options)),))


def _of_channel(ctx: Context, channel: str) -> list[Subject]:
    """The subjects of today that name the channel, then those that name none."""
    found = ctx.desk.configuration.catalogue.active_subjects(ctx.today, channel)
    return sorted(found, key=lambda subject: not subject.channels)


def _found(ctx: Context, text: str) -> tuple[str, list[Subject]]:
    """The channel that a text is a word for, and what it means: its subjects, and those by words or
    number.
    """
    catalogue = ctx.desk.configuration.catalogue
    channel = catalogue.channel_words.get(" ".join(text.casefold().split()), "")
    named = catalogue.find_subjects(text, ctx.today)
    of_channel = _of_channel(ctx, channel) if channel else []
    return channel, list({subject.code: subject for subject in (*of_channel, *named)}.values())


@action("subject.list", in_place=True)
async def list_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A channel's subjects, or another page of what was searched for."""
    return await _page(ctx, args)


async def _page(ctx: Context, args: Mapping[str, str]) -> Reply:
    catalogue = ctx.desk.configuration.catalogue
    channel, text, page = args.get("channel", ""), args.get("text", ""), int(args.get("page", "0"))
    found: Sequence[Subject] = _of_channel(ctx, channel)
    title = _("ประเภทเรื่อง · %(name)s", name=catalogue.channel_name(channel))
    if text:
        channel, found = _found(ctx, text)
        title = _("ประเภทเรื่อง · %(name)s", name=shorten(text, 60))
    if not found:
        return _channels(ctx, _('ไม่พบประเภทเรื่องที่มีคำว่า "%(text)s"', text=shorten(text, 60)))
    options = []
    for subject in found[page * PAGE : (page + 1) * PAGE]:
        chosen = {"subject": subject.code}
        if channel and catalogue.fits(subject.code, channel):
            chosen["channel"] = channel
        options.append(Button(subject.label, "subject.open", chosen))
    kept = {"text": text} if text else {"channel": channel}
    turns = turn_buttons(
        "subject.list",
        kept,
        page,
        more=len(found) > (page + 1) * PAGE,
    )
    every = Button(_("ทุกช่องทาง"), "subject.channels")
    hint = _("แตะเรื่องเพื่อสร้างใบงาน")
    return Reply((Choice(f"{title} ({len(found)})\n{hint}", tuple(options), (*turns, every)),))


@action("subject.channels", in_place=True)
async def channels_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The channels again."""
    return _channels(ctx)


@action("subject.open")
async def open_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A ticket of this subject: chosen, so that it is no guess; its channel too where that was."""
    return await start(ctx, new_ticket(ctx, dict(args)), "customer")
