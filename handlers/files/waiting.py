"""Files that wait until it is said where they belong: the question, and whatever answers it."""

from collections.abc import Mapping, Sequence

from domain.errors import NotFound
from domain.tickets.records import Ticket
from domain.tickets.references import ReferenceKind, find_references, read_alone
from handlers.chat import (
    Button,
    Choice,
    Reply,
    confirm,
    say,
)
from handlers.desk import Context
from handlers.files import cards as file_cards
from handlers.files.presses import removal
from handlers.forms import drafts
from handlers.forms import engine as forms
from handlers.forms.draft_files import move
from handlers.i18n import _
from handlers.registry import action, file_uses, reads_text
from handlers.tickets import cards as ticket_cards
from handlers.tickets.buttons import files_button, show_button
from handlers.tickets.form import habit_defaults, new_ticket
from store import files as file_store
from store.chat.forms import Draft
from store.files import File, of_draft, of_person
from store.tickets import records as tickets

OFFERED = 5
"""Tickets offered where it is not clear to which one a file belongs."""


def only_number(text: str) -> str:
    """The one ticket that a text names; "" where it names none, or several."""
    named = find_references(text)
    numbers = [one.value for one in named if one.kind is ReferenceKind.TICKET]
    return numbers[0] if len(numbers) == 1 else ""


async def list_recent(ctx: Context) -> list[File]:
    """The person's files that wait, but for those that were forgotten over other work."""
    held = await file_store.list_files(ctx.db, of_person(ctx.staff.id))
    return [each for each in held if ctx.now - each.added_at <= forms.FRESH]


async def held_files(ctx: Context, args: Mapping[str, str]) -> list[File]:
    """Those files of a question that still wait; NotFound("file") where none does."""
    found = await file_store.list_by_ids(ctx.db, args["ids"].split(","))
    waiting = of_person(ctx.staff.id)
    mine = [file for file in found if file.record == waiting]
    if not mine:
        raise NotFound("file_settled" if found else "file")
    return mine


# The question.


async def question(ctx: Context, held: Sequence[File], draft: Draft | None) -> Choice:
    """Which ticket: the last ones, a draft that lies open, or a new one."""
    ids = ",".join(file.id for file in held)
    options = []
    if draft is not None and draft.kind == "ticket":
        options.append(await _draft_button(ctx, draft, ids))
    for use in file_uses:
        options += await use.offers(ctx, held, ids)
    for ticket in await tickets.list_touched(ctx.db, ctx.staff.id, OFFERED):
        ctx.audit("ticket.listed", ticket.no)
        line = ticket_cards.ticket_line(ctx, ticket)
        options.append(
            Button(
                line,
                "file.attach",
                {"no": ticket.no, "ids": ids},
            )
        )
    names = file_cards.names(held)
    asked = _("📎 %(files)s\nแนบกับใบงานไหน แตะเลือก หรือพิมพ์เลขใบงาน", files=names)
    buttons = (
        Button(_("สร้างใบงานใหม่"), "file.new", {"ids": ids}),
        Button(_("ไม่ใช้ไฟล์"), "file.drop", {"ids": ids}),
    )
    return Choice(asked, tuple(options), buttons)


async def _draft_button(ctx: Context, draft: Draft, ids: str) -> Button:
    shown = await forms.FORMS[draft.kind].show(ctx, draft)
    label = _("ร่าง %(title)s", title=shown.title)
    return forms.form_button(label, "file.to_draft", draft, ids=ids)


# To a ticket.


async def attach_held(ctx: Context, held: Sequence[File], ticket: Ticket) -> Reply:
    """Put files that waited on a ticket."""
    ids = [file.id for file in held]
    ctx.change(
        move(
            ctx,
            ids,
            of_person(ctx.staff.id),
            ticket,
        )
    )
    ctx.attached[ticket.no] = len(held)
    ctx.audit("ticket.file_added", ticket.no)
    return await confirm_attached(ctx, ticket, held)


async def confirm_attached(ctx: Context, ticket: Ticket, added: Sequence[File]) -> Reply:
    """The confirmation, with the way to what was attached."""
    names = file_cards.names(added)
    text = _("📎 แนบกับ %(no)s แล้ว: %(files)s", no=ticket.no, files=names)
    return confirm(text, *await ticket_buttons(ctx, ticket))


async def ticket_buttons(ctx: Context, ticket: Ticket) -> tuple[Button, ...]:
    """[ดูใบงาน] and [ไฟล์แนบ (2)], with what this event attaches."""
    stored = await file_store.count_files(ctx.db, ticket.no)
    count = stored + ctx.attached.get(ticket.no, 0)
    return (show_button(ticket), files_button(ticket.no, count))


@action("file.attach", in_place=True)
async def attach_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """To this ticket."""
    held = await held_files(ctx, args)
    return await attach_held(
        ctx,
        held,
        await tickets.get_ticket(ctx.db, args["no"]),
    )


@reads_text(place=20)
async def attach_waiting(ctx: Context, text: str, draft: Draft | None) -> Reply | None:
    """A ticket number typed after the question answers it; None where no file waits."""
    one = read_alone(text)
    if draft is not None or one is None or one.kind is not ReferenceKind.TICKET:
        return None
    recent = await list_recent(ctx)
    if not recent:
        return None
    ticket = await tickets.find_ticket(ctx.db, only_number(text))
    return await attach_held(ctx, recent, ticket) if ticket else None


# To a draft, or nowhere.


@action("file.to_draft", in_place=True)
async def to_draft_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """To the draft that lay open."""
    held = await held_files(ctx, args)
    draft = await forms.own_draft(ctx, args)
    _hand_over(ctx, held, draft)
    return await forms.proceed(ctx, draft, draft.asking)


@action("file.new", in_place=True)
async def new_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """To a new ticket, whose details begin with what the caption says."""
    held = await held_files(ctx, args)
    captions = dict.fromkeys(file.caption for file in held if file.caption)
    values = await habit_defaults(ctx)
    if captions:
        values |= drafts.FormAnswer({"details": "\n".join(captions)})
    draft = new_ticket(ctx, values)
    _hand_over(ctx, held, draft)
    return await forms.start(ctx, draft, "customer")


def _hand_over(ctx: Context, held: Sequence[File], draft: Draft) -> None:
    record = of_draft(draft.id)
    ids = [file.id for file in held]
    ctx.change(file_store.hand_over, ids=ids, record=record)
    ctx.attached[record] = len(held)


@action("file.drop", in_place=True)
async def drop_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Keep nothing of what waits."""
    held = await held_files(ctx, args)
    for file in held:
        ctx.change(removal(ctx, file, None))
    return say(_("ลบแล้ว: %(files)s", files=file_cards.names(held)))
