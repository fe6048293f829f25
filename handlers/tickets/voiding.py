"""A ticket that was saved by mistake: voided with a reason, restored, or its last change taken
back.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from domain.errors import Conflict, InvalidInput
from domain.tickets import voiding
from domain.tickets.records import Status, Ticket
from handlers.chat import Card, Paragraph, Reply, say
from handlers.desk import Context
from handlers.forms.drafts import Given, end, new_draft
from handlers.forms.engine import Field, Option, enter_form, start
from handlers.forms.one_field import OneField
from handlers.forms.reading import TEXT_LIMIT, check_length
from handlers.i18n import _
from handlers.labels import person_label
from handlers.registry import TicketEvent, action, command
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import cards as ticket_cards
from handlers.tickets import saves as ticket_saves
from handlers.tickets.commands import names_ticket, split_number
from handlers.tickets.saves import what_follows
from store.chat.forms import Draft
from store.records import changes
from store.tickets import records as tickets

FORM = "ticket.void"


@command(
    "void",
    "ยกเลิกใบงาน",
    about="ยกเลิกใบงานที่บันทึกผิด เช่น ยกเลิกใบงาน R2611000124 บันทึกซ้ำ",
    fits=names_ticket,
    also=("ยกเลิกงาน", "ยกเลิกเคส", "ยกเลิก", "ลบใบงาน", "ลบงาน", "ลบ", "void", "delete"),
)
async def void(ctx: Context, args: str) -> Reply:
    """Void a ticket for the reason that is typed behind its number; without one, it is asked
    for.
    """
    number, reason = split_number(args)
    found = await tickets.get_ticket(ctx.db, number)
    if not reason:
        return await _ask(ctx, found)
    return await _void(ctx, found, _checked(reason))


@action("ticket.void", danger=True)
async def void_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Why it is voided."""
    return await _ask(ctx, await tickets.get_ticket(ctx.db, args["no"]))


@command(
    "restore",
    "คืนใบงาน",
    about="คืนใบงานที่ยกเลิก เช่น คืนใบงาน R2611000124",
    fits=names_ticket,
    also=("คืนงาน", "คืน", "กู้คืน", "กู้ใบงาน", "เอากลับ", "restore"),
)
async def restore(ctx: Context, args: str) -> Reply:
    """Take back that a ticket was voided."""
    number, _rest = split_number(args)
    return await _restore(ctx, await tickets.get_ticket(ctx.db, number))


@action("ticket.restore")
async def restore_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Take back that a ticket was voided."""
    found = await tickets.get_ticket(ctx.db, args["no"])
    if found.status is not Status.VOIDED:
        return await ticket_cards.present_state(ctx, found)
    return await _restore(ctx, found)


# The reason, where it was not typed with the command.


def _checked(reason: str) -> str:
    """The reason, if it is one; InvalidInput("void_reason") and InvalidInput("too_long")."""
    if not any(map(str.isalpha, reason)):
        raise InvalidInput("void_reason")
    check_length(reason, TEXT_LIMIT)
    return reason


async def _ask(ctx: Context, found: Ticket) -> Reply:
    if found.status is Status.VOIDED:
        return await ticket_cards.present_state(ctx, found)
    ctx.audit("ticket.read", found.no)
    draft = new_draft(
        ctx,
        FORM,
        {},
        record=found.no,
        record_version=found.version,
    )
    return await start(ctx, draft)


async def _heading(ctx: Context, draft: Draft) -> str:
    found = await tickets.get_ticket(ctx.db, draft.record)
    return _("ยกเลิกใบงาน %(ticket)s", ticket=ticket_cards.ticket_words(ctx, found))


async def _parse_reason(ctx: Context, draft: Draft, text: str) -> Given:
    return {"void_reason": _checked(text)}


async def _reasons(ctx: Context, draft: Draft) -> list[Option]:
    reasons = (_("บันทึกซ้ำ"), _("บันทึกผิดผู้รับบริการ"), _("ไม่ใช่งานบริการ"))
    return [Option(reason, reason) for reason in reasons]


async def _reason_given(ctx: Context, draft: Draft, reason: str) -> Reply:
    found = await tickets.get_ticket(ctx.db, draft.record)
    end(ctx, draft, outcome=found.no)
    if found.version != draft.record_version:
        return await ticket_cards.present_state(ctx, found)
    return await _void(ctx, found, reason)


_REASON = Field(
    "void_reason",
    "พิมพ์เหตุผลสั้น ๆ",
    _parse_reason,
    _reasons,
    clearable=False,
)
enter_form(OneField(FORM, _REASON, _heading, _reason_given))


# What it does.


async def _void(ctx: Context, found: Ticket, reason: str) -> Reply:
    """The number stays, and nothing that the ticket started goes on."""
    ticket = voiding.voided(found, reason)
    ticket_saves.write(ctx, found, ticket, ctx.staff.id)
    ctx.audit("ticket.voided", found.no)
    ended = await what_follows(ctx, found, TicketEvent.VOIDED)
    _tell_assignee(ctx, found)
    after = replace(ticket, version=found.version + 1)
    card = Card(
        _("✅ บันทึกข้อมูลเรียบร้อย ยกเลิกใบงาน %(no)s แล้ว", no=found.no),
        (
            (_("เหตุผลที่ยกเลิก"), reason),
            (_("ใบงาน"), ticket_cards.ticket_words(ctx, found)),
        ),
        _("เลขใบงานยังอยู่ แต่ไม่นับในรายการและรายงาน"),
        (ticket_buttons.restore_button(after), ticket_buttons.show_button(after)),
    )
    return Reply((card, *ended), confirms=True)


async def _restore(ctx: Context, found: Ticket) -> Reply:
    """The ticket counts again, with what follows from it."""
    ticket = voiding.restored(found)
    ticket_saves.write(ctx, found, ticket, ctx.staff.id)
    ctx.audit("ticket.restored", found.no)
    again = replace(ticket, version=found.version + 1)
    reply = await ticket_cards.saved(ctx, again)
    followed = await what_follows(ctx, again, TicketEvent.RESTORED)
    return reply.followed_by(*followed)


def _tell_assignee(ctx: Context, found: Ticket) -> None:
    """Whoever had it to do hears that it need not be done."""
    if found.is_done or found.assignee in (None, ctx.staff.id):
        return
    told = partial(_voided_notice, ctx.staff.name, found.no)
    ctx.notify(told, f"ticket:voided:{found.no}:{found.version}", staff_id=found.assignee)


def _voided_notice(who: str, no: str) -> Reply:
    text = _(
        "🎫 %(who)sยกเลิกใบงาน %(no)s ของคุณแล้ว ไม่ต้องทำต่อ",
        who=person_label(who),
        no=no,
    )
    return say(text)


# The last change.


@action("ticket.undo", aside=True)
async def undo_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Take the last change back, by a change that can be taken back too."""
    found = await tickets.get_ticket(ctx.db, args["no"])
    before = await tickets.find_before_last_change(ctx.db, found)
    if before is None:
        raise Conflict("ticket_not_last", no=found.no)
    # Voiding and restoring take their posts and requests with them.
    if found.status is Status.VOIDED:
        return await _restore(ctx, found)
    if before.status is Status.VOIDED:
        return await _ask(ctx, found)
    again = await _taken_back(ctx, found, before)
    ctx.audit("ticket.changed", found.no)
    reply = await ticket_cards.saved(ctx, again)
    done = Paragraph(
        _("ใบงาน %(no)s กลับเป็นค่าก่อนแก้ไขล่าสุดแล้ว", no=found.no),
        (ticket_buttons.undo_button(again),),
    )
    return reply.followed_by(done, *await what_follows(ctx, again))


async def _taken_back(ctx: Context, found: Ticket, before: Ticket) -> Ticket:
    """One's own change is taken back whatever it was; a colleague's by the rules for any other
    change.
    """
    last = await changes.list_changes(ctx.db, found.no, found.version - 1)
    # Giving a colleague's ticket back to its former owner is giving it away.
    if any(change.by != ctx.staff.id for change in last):
        return await ticket_saves.save(ctx, found, before)
    ticket_saves.write(ctx, found, before, ctx.staff.id)
    return replace(before, version=found.version + 1)
