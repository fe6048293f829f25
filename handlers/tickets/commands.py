"""Tickets: open on one line or by form, show, close, reopen."""

from collections.abc import Mapping
from datetime import timedelta

from domain.clock import pauses
from domain.errors import InvalidInput
from domain.one_line.reading import Doubt, read_result
from domain.tickets.records import Status, Ticket
from domain.tickets.references import (
    ReferenceKind,
    is_courtesy,
    is_named,
    read_alone,
    says_again,
    take_reference,
)
from handlers.chat import Button, Paragraph, Reply, say
from handlers.desk import Context
from handlers.forms.drafts import FormAnswer, park_open, with_values
from handlers.forms.engine import advance, own_draft, start
from handlers.i18n import _
from handlers.labels import when
from handlers.registry import (
    ANYTHING,
    action,
    command,
    spoken,
    state,
    text_action,
)
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import cards as ticket_cards
from handlers.tickets import saves as ticket_saves
from handlers.tickets.form import edit_ticket, habit_defaults, new_ticket
from handlers.tickets.line import HABIT, doubted, line_values
from handlers.tickets.lists import my
from handlers.tickets.saves import what_follows
from handlers.tickets.saving import closed_already
from store.tickets import records as tickets

names_ticket = is_named(ReferenceKind.TICKET)
"""Whether what was typed behind a command is about one ticket."""
OLD = timedelta(days=365)
"""Closed longer ago than this, a ticket is opened again only after a question."""


@text_action("ticket.from_line")
@spoken("เปิด", "open", fits=names_ticket)
@command(
    "open",
    "สร้างใบงาน",
    "เปิดใบงาน",
    about="สร้างใบงาน พิมพ์ต่อในบรรทัดเดียวได้ เช่น สร้างใบงาน C81554 โทร 1.1 รายละเอียด => ผล ปิด",
    also=(
        *("สร้างใบงานใหม่", "เปิดใบงานใหม่", "ใบงานใหม่", "เพิ่มใบงาน", "ออกใบงาน", "บันทึกใบงาน"),
        *(
            "สร้างงาน",
            "สร้างงานใหม่",
            "เปิดงาน",
            "เปิดเคส",
            "งานใหม่",
            "เพิ่มงาน",
            "new ticket",
            "open ticket",
        ),
    ),
    joined=ANYTHING,
)
async def open_ticket(ctx: Context, args: str) -> Reply:
    """A ticket's card when its number is given; else a new ticket from one line, asking for what is
    missing.
    """
    one = read_alone(args)
    if one and one.kind is ReferenceKind.TICKET:
        return await _show_to_open(ctx, one.value)
    taken = take_reference(args, ReferenceKind.TICKET)
    if taken and says_again(taken[1]):
        return await reopen_pressed(ctx, {"no": taken[0].value})
    if not args:
        draft = new_ticket(ctx, await habit_defaults(ctx))
        return await start(ctx, draft, "customer")
    await park_open(ctx)
    values = await line_values(ctx, args)
    if not {"channel", "subject"} & {*values.given, *values.queries}:
        values = await _with_habit(ctx, values)
    return await advance(ctx, new_ticket(ctx, values))


async def _with_habit(ctx: Context, values: FormAnswer) -> FormAnswer:
    """Channel and subject as the officer mostly has them; habit fills the card, never the record
    unshown.
    """
    values = await habit_defaults(ctx) | values
    if not values.given.get("details"):
        # The card is yet to come.
        return values
    doubts = values.doubts or ()
    return values | doubted(
        (
            *doubts,
            Doubt(HABIT, "", taken=True),
        )
    )


@action("ticket.keep_open", in_place=True)
async def keep_open_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The word that seemed to close the ticket is one of its text: it is saved, and stays open."""
    draft = await own_draft(ctx, args)
    stays_open = FormAnswer(look=False, closes=False)
    return await advance(ctx, with_values(draft, stays_open))


async def _show_to_open(ctx: Context, no: str) -> Reply:
    """The ticket's card, since to open a ticket is to look at it; of a closed one, that it can be
    opened again.
    """
    found = await tickets.get_ticket(ctx.db, no)
    reply = await _card(ctx, found)
    if found.status is not Status.CLOSED:
        return reply
    question = _("%(no)s ปิดแล้ว จะดูเฉย ๆ หรือเปิดใบงานอีกครั้ง", no=found.no)
    return reply.led_by(Paragraph(question))


async def _card(ctx: Context, found: Ticket) -> Reply:
    ctx.audit("ticket.read", found.no)
    return Reply((await ticket_cards.card(ctx, found),))


def read_number(text: str) -> str:
    """The ticket that a text is about; InvalidInput("ticket_no")."""
    return split_number(text)[0]


def split_number(text: str) -> tuple[str, str]:
    """The ticket that a text is about, and what else it says; InvalidInput("ticket_no")."""
    found = take_reference(text, ReferenceKind.TICKET)
    if found is None:
        raise InvalidInput("ticket_no")
    one, rest = found
    if is_courtesy(rest):
        rest = ""
    return one.value, rest


@state("R")
async def present(ctx: Context, record: str, version: int | None) -> Reply | None:
    """How a ticket stands now, where it is no longer as a button showed it."""
    found = await tickets.find_ticket(ctx.db, record)
    if found is None or found.version == version:
        return None
    return await ticket_cards.present_state(ctx, found)


@action("ticket.show")
async def show_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A ticket's card."""
    return await _card(ctx, await tickets.get_ticket(ctx.db, args["no"]))


def _fits_closing(args: str) -> bool:
    return not args or names_ticket(args)


@spoken(
    "ปิดแล้ว",
    "ปิดงานแล้ว",
    "ปิดใบงานแล้ว",
    "เสร็จแล้ว",
    "เสร็จ",
    "จบแล้ว",
    fits=names_ticket,
)
@command(
    "close",
    "ปิดใบงาน",
    about="ปิดใบงาน เช่น ปิดใบงาน R2611000124 ส่งข้อมูลทางอีเมลแล้ว",
    fits=_fits_closing,
    also=("ปิดงาน", "ปิดเคส", "ปิดเรื่อง", "ปิด", "จบงาน", "close"),
)
async def close(ctx: Context, args: str) -> Reply:
    """Close a ticket with its result, asking for whatever the subject still wants; without a
    number, which one.
    """
    if not args.strip():
        return await my(ctx, "")
    number, result = split_number(args)
    found = await tickets.get_ticket(ctx.db, number)
    values = {"result": read_result(result).result} if result else {}
    return await _close(ctx, found, values)


async def _close(ctx: Context, found: Ticket, values: Mapping[str, str]) -> Reply:
    if found.status is Status.CLOSED:
        return await _closed(ctx, found, values)
    ctx.audit("ticket.read", found.no)
    await park_open(ctx)
    # A result that stands already may have been only the state of things: it is shown before it
    # closes.
    has_result = found.result or "result" in found.unknown
    look = bool(has_result and not values)
    closing = FormAnswer(values, closes=True)
    return await advance(
        ctx,
        edit_ticket(
            ctx,
            found,
            closing,
            look=look,
        ),
    )


async def _closed(ctx: Context, found: Ticket, values: Mapping[str, str]) -> Reply:
    """Somebody was quicker: the ticket as it is, and another result that was typed for it is not
    lost.
    """
    result = values.get("result")
    if not result or result == found.result:
        return await ticket_cards.present_state(ctx, found)
    await park_open(ctx)
    draft = edit_ticket(ctx, found, values, look=True)
    return await closed_already(ctx, draft, found)


@action("ticket.answer")
async def answer_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """What was typed after saving was the result: keep it, and close where that was pressed."""
    found = await tickets.get_ticket(ctx.db, args["no"])
    values = {"result": read_result(args["text"]).result}
    if found.status is Status.CLOSED:
        return await _closed(ctx, found, values)
    answer = FormAnswer(values, closes=bool(args.get("close")))
    # A result that somebody gave meanwhile is not written over unseen.
    look = bool(found.result)
    return await advance(
        ctx,
        edit_ticket(
            ctx,
            found,
            answer,
            look=look,
        ),
    )


@action("ticket.close")
async def close_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Close it: the result is asked for, if it is not there yet."""
    return await _close(
        ctx,
        await tickets.get_ticket(ctx.db, args["no"]),
        {},
    )


@command(
    "reopen",
    "เปิดใบงานอีกครั้ง",
    about="เปิดใบงานที่ปิดแล้วอีกครั้ง เช่น เปิดใบงานอีกครั้ง R2611000124",
    fits=names_ticket,
    also=("เปิดอีกครั้ง", "เปิดงานอีกครั้ง", "เปิดใหม่", "เปิดใบงานเดิม", "เปิดใบงานคืน", "reopen"),
)
async def reopen(ctx: Context, args: str) -> Reply:
    """Open the ticket that is named again."""
    return await reopen_pressed(ctx, {"no": read_number(args)})


@action("ticket.reopen")
async def reopen_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Open a closed ticket again; its result stays."""
    found = await tickets.get_ticket(ctx.db, args["no"])
    if found.status is not Status.CLOSED:
        return await ticket_cards.present_state(ctx, found)
    is_old = found.closed_at and ctx.now - found.closed_at > OLD
    if is_old and not args.get("sure"):
        return _ask_to_reopen(found)
    again = await ticket_saves.save(ctx, found, pauses.reopened(found, ctx.now))
    ctx.audit("ticket.reopened", found.no)
    reply = await ticket_cards.saved(ctx, again)
    return reply.followed_by(*await what_follows(ctx, again))


def _ask_to_reopen(found: Ticket) -> Reply:
    """Closed long ago: its time standard and its figures are in reports that were given out."""
    assert found.closed_at
    reopen = Button(
        _("เปิดใบงานเดิม"),
        "ticket.reopen",
        {"no": found.no, "sure": "1"},
        found.no,
        found.version,
        once=True,
    )
    text = _(
        "⚠️ ใบงาน %(no)s ปิดตั้งแต่ %(at)s ถ้าเป็นเรื่องใหม่ให้สร้างใบงานใหม่",
        no=found.no,
        at=when(found.closed_at),
    )
    return say(text, reopen, ticket_buttons.show_button(found))


@action("ticket.edit")
async def edit_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Change the ticket's fields."""
    found = await tickets.get_ticket(ctx.db, args["no"])
    ctx.audit("ticket.read", found.no)
    draft = edit_ticket(ctx, found, {}, look=True)
    return await start(ctx, draft, "+more")
