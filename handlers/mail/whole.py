"""A mail as a person reads it, page by page: what it quotes behind a button, its files to be
opened, and for administrators the mail itself.
"""

from collections.abc import Callable, Mapping, Sequence
from uuid import uuid4

import orjson

from domain.mail.incoming import IncomingMail
from domain.staff import Role
from domain.text import shorten, split_text
from domain.tickets.records import Ticket
from handlers.chat import (
    Button,
    Paragraph,
    Reply,
    in_lines,
    in_one_line,
    say,
    turn_buttons,
)
from handlers.desk import Context, Work
from handlers.files import cards as file_cards
from handlers.files.cards import size_text
from handlers.i18n import _
from handlers.labels import when
from handlers.mail.apart import clear_buttons
from handlers.mail.incoming import RAW_MIME, RAW_NAME
from handlers.mail.incoming_cards import whole_button, writer
from handlers.registry import CardAddition, action, on_mail_card, on_reply_card
from store import files
from store.files import File
from store.mail import incoming

PAGE = 2_500
"""Characters of a page: with its head and buttons it is one message on each platform."""
HEAD = 200
"""Characters of a line of the head."""
FILES = 8
"""Files of a mail that have a button."""
FILE = 30
"""Characters of a file's name in its button."""
MOST_BYTES = 45_000_000
"""No platform takes a file that is larger."""
OWN = "own"
QUOTED = "quoted"
"""What is read of a mail: the writer's own words, or those that they answer."""


@on_mail_card(place=30)
async def _on_mail_card(
    work: Work, mail: IncomingMail, ticket: Ticket
) -> Callable[[], CardAddition]:
    """The way to all of it."""
    return lambda: CardAddition(buttons=(whole_button(mail.id),))


@on_reply_card(place=30)
async def _on_reply_card(
    work: Work, mail: IncomingMail, ticket: Ticket
) -> Callable[[], CardAddition]:
    """The same; a ticket may have several."""
    return lambda: CardAddition(buttons=(_reply_button(mail),))


def _reply_button(mail: IncomingMail) -> Button:
    return whole_button(mail.id, _("อ่านอีเมล %(when)s", when=when(mail.arrived_at)))


@action("mail.whole", aside=True)
async def whole_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The first page of a mail."""
    return await _page(ctx, args)


@action("mail.page", in_place=True, aside=True)
async def page_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Another page of it, or of what it quotes."""
    return await _page(ctx, args)


async def _page(ctx: Context, args: Mapping[str, str]) -> Reply:
    mail = await incoming.get_mail(ctx.db, int(args["mail"]))
    ctx.audit("mail.read", _record(mail))
    part = args.get("part", OWN)
    page = int(args.get("page", 0))
    pages = split_text(_text(mail, part), PAGE) or [_("(ไม่มีข้อความ)")]
    number = ""
    if len(pages) > 1:
        number = _("หน้า %(page)s/%(pages)s", page=page + 1, pages=len(pages))
    head = _quoted_head() if part == QUOTED else _head(mail)
    text = "\n\n".join(filter(None, (head, pages[page], number)))
    turned = {"mail": args["mail"], "part": part}
    buttons = turn_buttons(
        "mail.page",
        turned,
        page,
        more=page + 1 < len(pages),
    )
    buttons += _part_buttons(mail, part)
    buttons += _file_buttons(mail)
    buttons += _last_buttons(ctx, mail)
    return Reply((Paragraph(text, tuple(buttons)),))


def _record(mail: IncomingMail) -> str:
    """Whose mail it is: a ticket's, or one that has none."""
    return mail.reading.ticket or f"mail:{mail.id}"


def _text(mail: IncomingMail, part: str) -> str:
    """The words of one part; of a mail that only passes something on these are its own."""
    read = mail.reading
    return read.quoted if part == QUOTED else read.body_text


def _has_history(mail: IncomingMail) -> bool:
    read = mail.reading
    return bool(read.quoted) and read.quoted != read.body_text


def _head(mail: IncomingMail) -> str:
    """Who wrote to whom, when, and about what."""
    read = mail.reading
    lines = (
        (_("จาก"), writer(read)),
        (_("ตอบกลับไปที่"), _other_address(mail)),
        (_("ถึง"), ", ".join(read.sent_to.splitlines())),
        (_("วันที่"), when(read.sent_at or mail.arrived_at)),
        (_("เรื่อง"), read.subject),
    )
    shown = [f"{label}: {shorten(value, HEAD)}" for label, value in lines if value]
    return in_lines(in_one_line(_("📬 อีเมล"), read.ticket or ""), *shown)


def _other_address(mail: IncomingMail) -> str:
    """Where the writer wants to be answered, where that is another address."""
    read = mail.reading
    return "" if read.reply_to == read.from_email else read.reply_to


def _quoted_head() -> str:
    return _("ข้อความที่อ้างถึง")


def _part_buttons(mail: IncomingMail, part: str) -> list[Button]:
    """The way to what is folded away, and back."""
    if not _has_history(mail):
        return []
    args = {"mail": str(mail.id)}
    if part == QUOTED:
        back = Button(
            _("กลับไปที่อีเมล"),
            "mail.page",
            args,
        )
        return [back]
    quoted = Button(
        _("ข้อความที่อ้างถึง"),
        "mail.page",
        {**args, "part": QUOTED},
    )
    return [quoted]


def _last_buttons(ctx: Context, mail: IncomingMail) -> list[Button]:
    """The mail itself for administrators, and its ticket."""
    args = {"mail": str(mail.id)}
    buttons = [*clear_buttons(mail)]
    if ctx.staff.role.covers(Role.ADMIN):
        raw = Button(
            _("อีเมลต้นฉบับ"),
            "mail.raw",
            args,
        )
        buttons.append(raw)
    if mail.reading.ticket:
        show = Button(
            _("ดูใบงาน"),
            "ticket.show",
            {"no": mail.reading.ticket},
        )
        buttons.append(show)
    return buttons


# Files.


def _attachments(mail: IncomingMail) -> Sequence[Mapping[str, object]]:
    listed: Sequence[Mapping[str, object]] = orjson.loads(mail.reading.attachments)
    return listed


def _file_buttons(mail: IncomingMail) -> list[Button]:
    buttons = []
    for number, each in enumerate(_attachments(mail)[:FILES]):
        mark = "⚠️" if each["dangerous"] else "📎"
        size = size_text(int(str(each["size"])))
        name = shorten(str(each["filename"]), FILE)
        button = Button(
            f"{mark} {name} · {size}",
            "mail.file",
            {
                "mail": str(mail.id),
                "number": str(number),
            },
        )
        buttons.append(button)
    return buttons


@action("mail.file", aside=True)
async def file_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """One file of a mail: what may run, or is no file that chat takes, stays within the mail."""
    mail = await incoming.get_mail(ctx.db, int(args["mail"]))
    wanted = _attachments(mail)[int(args["number"])]
    name = str(wanted["filename"])
    if wanted["dangerous"]:
        text = _(
            "⚠️ %(name)s อาจเป็นอันตราย เก็บไว้ในอีเมลต้นฉบับ ถ้าต้องใช้ให้แจ้งผู้ดูแลระบบ",
            name=name,
        )
        return say(text, whole_button(mail.id))
    found = await files.list_files(ctx.db, mail.reading.ticket or "")
    for file in found:
        if file.sha256 == wanted["sha256"]:
            ctx.audit("ticket.file_read", _record(mail))
            caption = f"📎 {file.name} · {size_text(file.size)}"
            return _sends(ctx, file, caption)
    text = _(
        "%(name)s อยู่ในอีเมลต้นฉบับเท่านั้น ถ้าต้องใช้ให้แจ้งผู้ดูแลระบบ",
        name=name,
    )
    return say(text, whole_button(mail.id))


def _sends(ctx: Context, file: File, caption: str) -> Reply:
    document = file_cards.as_document(file, caption, reader=ctx.staff.role)
    return Reply((document,))


@action("mail.raw", role=Role.ADMIN, aside=True)
async def raw_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The mail as the server handed it out; NotFound("file") where its bytes are gone."""
    mail = await incoming.get_mail(ctx.db, int(args["mail"]))
    taken = await incoming.get_taken(ctx.db, mail.id)
    ctx.desk.files.blobs.existing(taken.raw_sha256)
    if taken.size > MOST_BYTES:
        size = size_text(taken.size)
        text = _("อีเมลใหญ่ %(size)s ส่งในแชทไม่ได้ ใช้ run_bot.py export mails --raw", size=size)
        return say(text)
    file = File(
        id=uuid4().hex,
        record=files.of_mail(taken.raw_sha256),
        name=RAW_NAME,
        mime=RAW_MIME,
        size=taken.size,
        sha256=taken.raw_sha256,
        added_at=ctx.now,
        added_by=ctx.staff.id,
    )
    ctx.change(files.add, file=file)
    ctx.audit("mail.raw_read", _record(mail))
    warning = _("⚠️ อีเมลต้นฉบับ ยังไม่ได้ตรวจไวรัส อย่าเปิดไฟล์แนบที่ไม่รู้จัก")
    return _sends(ctx, file, warning)
