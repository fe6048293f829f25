"""Saving a ticket's form: a new ticket, changes over what others did meanwhile, a pair for a
forwarded mail.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from domain.clock import pauses
from domain.dates.days import BANGKOK
from domain.text import shorten
from domain.tickets.records import Status, Ticket, TicketNo
from handlers.chat import (
    Button,
    Card,
    Paragraph,
    Reply,
    in_lines,
    say,
)
from handlers.desk import Context
from handlers.forms import draft_files
from handlers.forms.drafts import FormAnswer, end, keep, with_values
from handlers.forms.engine import (
    FORMS,
    advance,
    own_draft,
    proceed,
    rebased,
)
from handlers.i18n import _
from handlers.records import changes as change_text
from handlers.registry import action
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import cards as ticket_cards
from handlers.tickets import pair as ticket_pair
from handlers.tickets import saves as ticket_saves
from handlers.tickets.closing import closing_of
from handlers.tickets.data import as_data, created_at, filled
from handlers.tickets.rules import pairs
from handlers.tickets.saves import what_follows
from store.chat.forms import Draft
from store.records import changes
from store.tickets import records as tickets


def _begun(draft: Draft, now: datetime) -> datetime:
    """A call that was half recorded yesterday came yesterday."""
    begun = draft.dialog.begun_at or now
    is_today = begun.astimezone(BANGKOK).date() == now.astimezone(BANGKOK).date()
    return now if is_today else begun


async def _reserve_pair(
    ctx: Context,
    draft: Draft,
    values: Mapping[str, str],
    saved: Ticket | None,
) -> TicketNo | None:
    """The number of a forwarded mail's second ticket; None where saving makes no second one."""
    closes = draft.dialog.closes
    if not pairs(ctx, values, saved, closes=closes):
        return None
    return await ctx.new_ticket_no()


async def save_new(ctx: Context, draft: Draft, values: Mapping[str, str]) -> Reply:
    """A new ticket, closed where the officer said so; two for a forwarded mail."""
    # The second ticket has the lower number: the result of the first one names it.
    pair = await _reserve_pair(ctx, draft, values, None)
    asked = await _new(ctx, draft, values)
    ticket = asked
    if pair:
        ticket = await ticket_pair.forwarded(ctx, asked, values, pair)
        ticket = replace(ticket, assignee=ctx.staff.id)
    elif draft.dialog.closes:
        ticket = pauses.closed(ticket, closing_of(ctx, values))
    await ticket_saves.add(ctx, ticket)
    ctx.audit("ticket.created", ticket.no)
    end(ctx, draft, outcome=pair or ticket.no)
    if pair:
        real = await ticket_pair.add_real(ctx, asked, values, pair)
        return await _pair_saved(ctx, draft, ticket, real)
    await draft_files.keep_with(ctx, draft, ticket)
    return await _saved(ctx, ticket, draft.about.get("request", ""))


async def _new(ctx: Context, draft: Draft, values: Mapping[str, str]) -> Ticket:
    """The ticket that a draft's values make, open."""
    came = values.get("created_on", "")
    blank = Ticket(
        no=await ctx.new_ticket_no(),
        channel="",
        subject="",
        details="",
        created_at=created_at(came, _begun(draft, ctx.now)),
        recorded_at=ctx.now,
        recorded_by=ctx.staff.id,
        assignee=ctx.staff.id,
    )
    ticket = filled(blank, {"assignee": str(ctx.staff.id), **values})
    return await _with_own_contact(ctx, blank, ticket)


async def _pair_saved(
    ctx: Context,
    draft: Draft,
    first: Ticket,
    real: Ticket,
) -> Reply:
    """What is said of both tickets of a forwarded mail; the files go to the customer's."""
    await draft_files.keep_with(ctx, draft, real)
    reply = await ticket_pair.saved(ctx, first, real)
    return reply.followed_by(*await what_follows(ctx, real))


async def _with_own_contact(ctx: Context, old: Ticket, ticket: Ticket) -> Ticket:
    """Without a contact who was chosen, but is no contact of this customer any more (removed, or
    parted from it).
    """
    if ticket.contact_id is None:
        return ticket
    if (ticket.contact_id, ticket.customer) == (old.contact_id, old.customer):
        return ticket
    if ticket.customer:
        customer = await ctx.customer(ticket.customer)
        if ticket.contact_id in {contact.id for contact in customer.contacts}:
            return ticket
    return replace(ticket, contact_id=None)


async def _saved(ctx: Context, ticket: Ticket, made_for: str = "") -> Reply:
    """The confirmation, and what came of it where the ticket belongs to a request for data."""
    reply = await ticket_cards.saved(ctx, ticket)
    followed = await what_follows(ctx, ticket, made_for=made_for)
    return reply.followed_by(*followed)


async def save_changes(ctx: Context, draft: Draft, values: Mapping[str, str]) -> Reply:
    """Changes of a saved ticket, unless somebody else saved it since; a forwarded mail that is
    closed gets its pair.
    """
    current = await tickets.get_ticket(ctx.db, draft.record)
    if current.version != draft.record_version:
        return await _show_difference(ctx, draft, current)
    asked = await _changed(ctx, draft, current, values)
    pair = await _reserve_pair(ctx, draft, values, current)
    if pair:
        ticket = await ticket_pair.forwarded(ctx, asked, values, pair)
        kept = 0
    else:
        ticket = _with_status(ctx, draft, current, asked)
        after = replace(current, version=current.version + 1)
        kept = await draft_files.keep_with(ctx, draft, after)
    # New files alone are a change, though no field says so.
    if not kept and not tickets.differences(current, ticket):
        end(ctx, draft, outcome=current.no, state="cancelled")
        return say(_("ไม่มีการเปลี่ยนแปลง"), ticket_buttons.show_button(current))
    saved = await ticket_saves.save(ctx, current, ticket)
    ctx.audit("ticket.changed", ticket.no)
    end(ctx, draft, outcome=pair or ticket.no)
    if pair:
        real = await ticket_pair.add_real(
            ctx,
            asked,
            values,
            pair,
            current.assignee,
        )
        return await _pair_saved(ctx, draft, ticket, real)
    return await _saved(ctx, saved)


async def _changed(
    ctx: Context,
    draft: Draft,
    current: Ticket,
    values: Mapping[str, str],
) -> Ticket:
    """The saved ticket with the draft's values, and when it came, if that was said otherwise."""
    ticket = await _with_own_contact(ctx, current, filled(current, values))
    came = _said_otherwise(draft, current, "created_on")
    if not came:
        return ticket
    # On the day on which it was recorded it came when it was recorded; never after it was closed.
    begun = created_at(came, current.recorded_at)
    latest = min(ctx.now, _closing(ctx, draft, current) or ctx.now)
    return replace(ticket, created_at=min(begun, latest))


def _said_otherwise(draft: Draft, current: Ticket, name: str) -> str:
    """The moment that the draft says, unless it is the saved ticket's."""
    said = draft.given.get(name, "")
    return "" if as_data(current)[name].startswith(said) else said


def _closing(ctx: Context, draft: Draft, current: Ticket) -> datetime | None:
    """When the ticket will have been closed: as before, unless that was said otherwise."""
    if _said_otherwise(draft, current, "closed_on"):
        return closing_of(ctx, draft.given)
    return current.closed_at


def _with_status(
    ctx: Context,
    draft: Draft,
    current: Ticket,
    ticket: Ticket,
) -> Ticket:
    """The ticket closed, where the draft closes it, or corrects when it was; a new one is open, and
    whoever saves it first answers for it.
    """
    at = _closing(ctx, draft, current)
    if draft.dialog.closes and current.status is not Status.CLOSED:
        return pauses.closed(ticket, at or ctx.now)
    if at is not None and at != current.closed_at:
        return pauses.closed(ticket, at)
    if ticket.status is not Status.NEW:
        return ticket
    assignee = ticket.assignee or ctx.staff.id
    return replace(ticket, status=Status.OPEN, assignee=assignee)


async def _show_difference(ctx: Context, draft: Draft, current: Ticket) -> Reply:
    """Somebody saved this ticket meanwhile: show what, let the officer decide, overwrite nothing
    silently.
    """
    theirs = await changes.list_changes(ctx.db, current.no, draft.record_version)
    lines = await change_text.lines(ctx, theirs)
    shown = await FORMS[draft.kind].show(ctx, draft)
    mine = " · ".join(f"{fact.label} {fact.value}" for fact in shown.facts)
    if current.status is Status.CLOSED and draft.dialog.closes:
        return await closed_already(ctx, draft, current)
    keep(ctx, draft)
    rebase = {"draft": draft.id, "version": str(current.version)}
    card = Card(
        _("⚠️ %(no)s มีคนแก้ไขก่อนคุณ", no=current.no),
        tuple(lines),
        _("ของคุณ: %(mine)s", mine=mine or "-"),
        (
            Button(_("บันทึกของฉันทับ"), "ticket.rebase", rebase),
            Button(_("ไม่บันทึกของฉัน"), "form.cancel", {"draft": draft.id}),
        ),
    )
    return Reply((card,))


async def closed_already(ctx: Context, draft: Draft, current: Ticket) -> Reply:
    """A colleague closed it first: show that, and do not lose the result that was typed here."""
    shown = await ticket_cards.present_state(ctx, current)
    mine = draft.given.get("result", "")
    if not mine or mine == current.result:
        await draft_files.keep_with(ctx, draft, current)
        end(ctx, draft, outcome=current.no, state="cancelled")
        return shown
    # The draft goes on, so that the buttons below find what was typed.
    await proceed(ctx, draft)
    told = _(
        'ผลของ %(no)s ที่คุณพิมพ์ยังไม่ได้บันทึก: "%(result)s"',
        no=current.no,
        result=shorten(mine, 300),
    )
    buttons = (
        Button(_("เพิ่มต่อท้ายผลเดิม"), "ticket.append", {"draft": draft.id}),
        Button(_("ไม่ใช้"), "form.cancel", {"draft": draft.id}),
    )
    return Reply((*shown.parts, Paragraph(told, buttons)))


@action("ticket.append", in_place=True)
async def append_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Add the own result to the one that a colleague closed with."""
    draft = await own_draft(ctx, args)
    current = await tickets.get_ticket(ctx.db, draft.record)
    result = in_lines(current.result, draft.given.get("result", ""))
    draft = with_values(draft, FormAnswer({"result": result}, closes=False))
    return await advance(ctx, rebased(draft, current.version))


@action("ticket.rebase", in_place=True, danger=True)
async def rebase_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The officer saw the other's changes: lay the own ones over them, and save if nothing is
    missing now.
    """
    draft = await own_draft(ctx, args)
    return await advance(ctx, rebased(draft, int(args["version"])))
