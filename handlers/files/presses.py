"""A ticket's files: listed, sent again, and removed when that was asked twice."""

from collections.abc import Mapping, Sequence
from functools import partial

from domain.errors import NotFound
from handlers.chat import (
    Button,
    Card,
    Choice,
    Reply,
    confirm,
    say,
)
from handlers.desk import Context
from handlers.files import cards as file_cards
from handlers.forms.overwriting import forget_file
from handlers.i18n import _
from handlers.registry import action
from handlers.tickets.buttons import show_button
from store import files as file_store
from store import staff
from store.engine.database import Write
from store.files import File
from store.tickets import records as tickets

LISTED = 30
"""Files of one list."""
AT_ONCE = 10
"""Files that are sent with one press."""


def removal(ctx: Context, file: File, version: int | None) -> Write:
    """Take a file away, in the list of changes of a saved record at this `version`; what was said
    with it is forgotten, and its bytes are written over.
    """
    forget_file(ctx, file)
    return partial(
        file_store.remove,
        file=file,
        version=version,
        by=ctx.staff.id,
        now=ctx.now,
    )


@action("file.list", aside=True)
async def list_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A ticket's files: the only one at once, several to choose from."""
    ticket = await tickets.get_ticket(ctx.db, args["no"])
    found = await file_store.list_files(ctx.db, ticket.no)
    ctx.audit("ticket.files_listed", ticket.no)
    show = show_button(ticket)
    if not found:
        return say(_("ไม่มีไฟล์แนบใน %(no)s", no=ticket.no), show)
    if len(found) == 1:
        return await _send(ctx, found)
    options = tuple(_option(file) for file in found[:LISTED])
    every = _("ส่งทั้งหมด (%(count)s)", count=min(len(found), AT_ONCE))
    buttons = (Button(every, "file.all", {"no": ticket.no}), show)
    title = _("ไฟล์แนบของ %(no)s", no=ticket.no)
    return Reply((Choice(title, options, buttons),))


def _option(file: File) -> Button:
    size = file_cards.size_text(file.size)
    return Button(f"📎 {file.name} · {size}", "file.send", {"file": file.id})


async def _send(ctx: Context, found: Sequence[File]) -> Reply:
    for file in found:
        ctx.audit("ticket.file_read", file.record)
    names = await staff.staff_names(ctx.db)
    role = ctx.staff.role
    return Reply(tuple(file_cards.document(file, names, role) for file in found))


async def _ticket_file(ctx: Context, args: Mapping[str, str]) -> File:
    """The file that a button means, if it is a ticket's; NotFound("file")."""
    file = await file_store.get_file(ctx.db, args["file"])
    if not file.record.startswith("R"):
        raise NotFound("file")
    return file


@action("file.send")
async def send_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """One file."""
    return await _send(ctx, [await _ticket_file(ctx, args)])


@action("file.all", aside=True)
async def all_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """All files of a ticket, the newest where they are many."""
    found = await file_store.list_files(ctx.db, args["no"])
    if not found:
        raise NotFound("file")
    return await _send(ctx, found[-AT_ONCE:])


@action("file.remove", danger=True)
async def remove_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Asked first: what is removed is gone."""
    file = await _ticket_file(ctx, args)
    question = _("ลบ %(name)s ออกจาก %(no)s หรือไม่", name=file.name, no=file.record)
    size = (_("ขนาด"), file_cards.size_text(file.size))
    buttons = (
        Button(
            _("ลบ"),
            "file.removed",
            {"file": file.id},
            once=True,
        ),
        Button(_("ไม่ลบ"), "file.list", {"no": file.record}),
    )
    return Reply((Card(question, (size,), buttons=buttons),))


@action("file.removed", in_place=True, danger=True)
async def removed_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Removed, as a line of the ticket's list of changes."""
    file = await _ticket_file(ctx, args)
    ticket = await tickets.get_ticket(ctx.db, file.record)
    ctx.change(removal(ctx, file, ticket.version))
    ctx.audit("ticket.file_removed", ticket.no)
    text = _("ลบ %(name)s ออกจาก %(no)s แล้ว", name=file.name, no=ticket.no)
    return confirm(text, show_button(ticket))
