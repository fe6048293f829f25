"""Saving a ticket's form: a new ticket, changes over what others did meanwhile, a pair for a
forwarded mail.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from domain.clock import pauses
from domain.dates.days import BANGKOK
from domain.text import shorten
from domain.tickets.records import Status, Ticket
from handlers.chat import Button, Card, Paragraph, Reply
from handlers.desk import Context
from handlers.forms import draft_files
from handlers.forms.engine import (
    FORMS,
    FormAnswer,
    advance,
    end,
    keep,
    own_draft,
    proceed,
    rebased,
    with_values,
)
from handlers.i18n import _
from handlers.records import changes as change_text
from handlers.registry import action
from handlers.tickets import (
    buttons as ticket_buttons,
)
from handlers.tickets import (
    cards as ticket_cards,
)
from handlers.tickets import (
    pair as ticket_pair,
)
from handlers.tickets import (
    saves as ticket_saves,
)
from handlers.tickets.data import as_data, created_at, filled
from handlers.tickets.rules import pairs
from handlers.tickets.saves import what_follows
from store.chat.forms import Draft
from store.records import changes, counters
from store.tickets import records as tickets


def _begun(draft: Draft, now: datetime) -> datetime:
    """A call that was half recorded yesterday came yesterday."""
    begun = draft.dialog.begun_at or now
    return begun if begun.astimezone(BANGKOK).date() != now.astimezone(BANGKOK).date() else now


async def save_new(
    ctx: Context,
    draft: Draft,
    values: Mapping[str, str],
) -> Reply:
    """A new ticket, closed where the officer said so; two for a forwarded mail."""
    pair = (
        await ticket_pair.reserve(ctx)
        if pairs(ctx, values, None, closes=draft.dialog.closes)
        else None
    )
    no = await counters.reserve_ticket_no(ctx.db, ctx.now)
    blank = Ticket(
        no=no,
        channel="",
        subject="",
        details="",
        created_at=created_at(values.get("created_on", ""), _begun(draft, ctx.now)),
        recorded_at=ctx.now,
        recorded_by=ctx.staff.id,
        assignee=ctx.staff.id,
    )
    ticket = await _with_own_contact(
        ctx, blank, filled(blank, {"assignee": str(ctx.staff.id), **values})
    )
    asked = ticket
    if pair:
        ticket = replace(
            await ticket_pair.forwarded(
                ctx,
                ticket,
                values,
                pair,
            ),
            assignee=ctx.staff.id,
        )
    elif draft.dialog.closes:
        ticket = pauses.closed(ticket, ctx.now)
    await ticket_saves.add(ctx, ticket)
    ctx.audit("ticket.created", ticket.no)
    end(ctx, draft, outcome=pair or ticket.no)
    if pair:
        real = await ticket_pair.add_real(ctx, asked, values, pair)
        await draft_files.keep_with(ctx, draft, real)
        reply = await ticket_pair.saved(ctx, ticket, real)
        return replace(reply, parts=(*reply.parts, *await what_follows(ctx, real)))
    await draft_files.keep_with(ctx, draft, ticket)
    return await _saved(ctx, ticket, draft.about.get("request", ""))


async def _with_own_contact(ctx: Context, old: Ticket, ticket: Ticket) -> Ticket:
    """Without a contact who was chosen, but is no contact of this customer any more (removed, or
    parted from it).
    """
    if ticket.contact_id is None or (ticket.contact_id, ticket.customer) == (
        old.contact_id,
        old.customer,
    ):
        return ticket
    people = (await ctx.customer(ticket.customer)).contacts if ticket.customer else ()
    return (
        ticket
        if any(one.id == ticket.contact_id for one in people)
        else replace(ticket, contact_id=None)
    )


async def _saved(ctx: Context, ticket: Ticket, made_for: str = "") -> Reply:
    """The confirmation, and what came of it where the ticket belongs to a request for data."""
    reply = await ticket_cards.saved(ctx, ticket)
    return replace(reply, parts=(*reply.parts, *await what_follows(ctx, ticket, made_for=made_for)))


async def save_changes(
    ctx: Context,
    draft: Draft,
    values: Mapping[str, str],
) -> Reply:
    """Changes of a saved ticket, unless somebody else saved it since; a forwarded mail that is
    closed gets its pair.
    """
    current = await tickets.get_ticket(ctx.db, draft.record)
    if current.version != draft.record_version:
        return await _show_difference(ctx, draft, current)
    ticket = await _with_own_contact(ctx, current, filled(current, values))
    came = draft.given.get("created_on", "")
    if not as_data(current)["created_on"].startswith(came):
        # On the day on which it was recorded it came when it was recorded; never after it was
        # closed.
        begun = created_at(came, current.recorded_at)
        ticket = replace(ticket, created_at=min(begun, ctx.now, current.closed_at or ctx.now))
    pair = (
        await ticket_pair.reserve(ctx)
        if pairs(ctx, values, current, closes=draft.dialog.closes)
        else None
    )
    asked = ticket
    if pair:
        ticket = await ticket_pair.forwarded(ctx, ticket, values, pair)
    elif draft.dialog.closes and current.status is not Status.CLOSED:
        ticket = pauses.closed(ticket, ctx.now)
    elif ticket.status is Status.NEW:
        ticket = replace(ticket, status=Status.OPEN, assignee=ticket.assignee or ctx.staff.id)
    kept = (
        0
        if pair
        else await draft_files.keep_with(ctx, draft, replace(current, version=current.version + 1))
    )
    if not kept and not tickets.differences(current, ticket):
        end(ctx, draft, outcome=current.no, state="cancelled")
        return Reply((Paragraph(_("ไม่มีการเปลี่ยนแปลง"), (ticket_buttons.show_button(current),)),))
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
        await draft_files.keep_with(ctx, draft, real)
        reply = await ticket_pair.saved(ctx, ticket, real)
        return replace(reply, parts=(*reply.parts, *await what_follows(ctx, real)))
    return await _saved(ctx, saved)


async def _show_difference(ctx: Context, draft: Draft, current: Ticket) -> Reply:
    """Somebody saved this ticket meanwhile: show what, let the officer decide, overwrite nothing
    silently.
    """
    lines = await change_text.lines(
        ctx, await changes.list_changes(ctx.db, current.no, draft.record_version)
    )
    mine = await FORMS[draft.kind].show(ctx, draft)
    if current.status is Status.CLOSED and draft.dialog.closes:
        return await closed_already(ctx, draft, current)
    keep(ctx, draft)
    card = Card(
        _("⚠️ %(no)s มีคนแก้ไขก่อนคุณ", no=current.no),
        tuple(lines),
        _("ของคุณ: %(mine)s", mine=" · ".join(f"{k} {v}" for k, v in mine.fields) or "-"),
        (
            Button(
                _("บันทึกของฉันทับ"),
                "ticket.rebase",
                {"draft": draft.id, "version": str(current.version)},
            ),
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
    await proceed(ctx, draft)
    buttons = (
        Button(_("เพิ่มต่อท้ายผลเดิม"), "ticket.append", {"draft": draft.id}),
        Button(_("ไม่ใช้"), "form.cancel", {"draft": draft.id}),
    )
    kept = Paragraph(
        _('ผลของ %(no)s ที่คุณพิมพ์ยังไม่ได้บันทึก: "%(result)s"', no=current.no, result=shorten(mine, 300)),
        buttons,
    )
    return Reply((*shown.parts, kept))


@action("ticket.append", in_place=True)
async def append_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Add the own result to the one that a colleague closed with."""
    draft = await own_draft(ctx, args)
    current = await tickets.get_ticket(ctx.db, draft.record)
    result = "\n".join(filter(None, (current.result, draft.given.get("result", ""))))
    return await advance(
        ctx,
        rebased(with_values(draft, FormAnswer({"result": result}, closes=False)), current.version),
    )


@action("ticket.rebase", in_place=True)
async def rebase_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The officer saw the other's changes: lay the own ones over them, and save if nothing is
    missing now.
    """
    return await advance(ctx, rebased(await own_draft(ctx, args), int(args["version"])))
