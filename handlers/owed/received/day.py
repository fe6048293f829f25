"""The day on which a proof came, where it was not the day of the press that said so."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from domain.dates.days import BANGKOK
from domain.errors import InvalidInput
from domain.one_line.past import past_at_end
from domain.owed.requests import Life
from domain.owed.rules import Owed, OwedState
from domain.text import digits
from domain.tickets.records import Status, Ticket
from handlers.chat import Reply
from handlers.desk import Context
from handlers.forms.drafts import end, new_draft
from handlers.forms.engine import enter_form, start
from handlers.forms.one_field import OneField
from handlers.forms.reading import past_moment, past_moment_field
from handlers.i18n import _
from handlers.labels import value_label
from handlers.owed import request_cards
from handlers.owed.proofs import ON_ANOTHER_DAY, load, present_row, with_changed
from handlers.owed.requests import save_context, settled
from handlers.registry import action
from handlers.tickets import saves as ticket_saves
from handlers.tickets.data import closed_at, created_at, moment_text
from store.chat.forms import Draft
from store.owed import requests
from store.tickets import records as tickets


@action(ON_ANOTHER_DAY)
async def day_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Asks on which day it was received."""
    row, _life, _rule = await load(ctx, args)
    draft = new_draft(ctx, ON_ANOTHER_DAY, {}, record=str(row.id), about={"ticket": args["ticket"]})
    return await start(ctx, draft)


async def _heading(ctx: Context, draft: Draft) -> str:
    row, life, _rule = await load(ctx, {"owed": draft.record})
    return f"{request_cards.title(life)} · {value_label('got', row.rule)}"


async def _parse(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    """The day and perhaps the time, alone or at the end of a sentence."""
    plain = digits(text).strip()
    found = past_at_end(plain, ctx.today)
    if found is not None:
        begins, _past = found
        plain = plain[begins:]
    return {"received_on": past_moment(ctx, plain)}


async def _save(ctx: Context, draft: Draft, value: str) -> Reply:
    """Has the proof's ticket written as one of that day: what follows from it counts from then."""
    row, life, _rule = await load(ctx, {"owed": draft.record})
    if not draft.about["ticket"]:
        return await _save_word(ctx, draft, value, row, life)
    ticket = await tickets.get_ticket(ctx.db, draft.about["ticket"])
    if ticket.status is not Status.CLOSED or row.proof_no != ticket.no:
        end(ctx, draft, outcome=ticket.no)
        return await present_row(ctx, row)
    dated = _dated(ctx, ticket, value)
    after, changed = settled(ctx, life, dated)
    _check_received(after, row)
    await ticket_saves.save(ctx, ticket, dated)
    ctx.audit("ticket.changed", ticket.no)
    end(ctx, draft, outcome=ticket.no)
    lines = [_received_text(row, value)]
    lines += request_cards.told(ctx.desk, life, changed, ctx.now)
    part = request_cards.outcome(ctx, after, lines)
    return Reply((part,), confirms=True)


async def _save_word(
    ctx: Context,
    draft: Draft,
    value: str,
    row: Owed,
    life: Life,
) -> Reply:
    """Has what an officer ended without a ticket end on that day."""
    end(ctx, draft, outcome=f"O{row.id}")
    if row.word is not OwedState.RECEIVED:
        return await present_row(ctx, row)
    at = closed_at(value, ctx.configuration.calendar, ctx.now)
    since = row.started_at.astimezone(BANGKOK).date()
    if at.astimezone(BANGKOK).date() < since:
        raise _early(row)
    new = replace(row, ended_at=max(at, row.started_at))
    change = partial(requests.change_owed, old=row, new=new, context=save_context(ctx))
    ctx.change(change)
    ctx.audit("request.changed", requests.record(row.request_id))
    part = request_cards.outcome(ctx, with_changed(life, [new]), [_received_text(row, value)])
    return Reply((part,), confirms=True)


def _received_text(row: Owed, value: str) -> str:
    got = value_label("got", row.rule)
    return _("✅ %(got)s เมื่อ %(date)s", got=got, date=moment_text(value))


def _dated(ctx: Context, ticket: Ticket, value: str) -> Ticket:
    """The ticket as one that is written up later, which came and was closed on that day."""
    at = closed_at(value, ctx.configuration.calendar, ctx.now)
    came = created_at(value, ctx.now)
    return replace(ticket, created_at=min(at, came), closed_at=at)


def _check_received(after: Life, row: Owed) -> None:
    """Raises InvalidInput where the proof would have come before anything was owed."""
    (as_dated,) = [each for each in after.owed if each.id == row.id]
    if as_dated.state is OwedState.RECEIVED:
        return
    raise _early(row)


def _early(row: Owed) -> InvalidInput:
    what = value_label("owed", row.rule)
    since = request_cards.day(row.started_at)
    return InvalidInput("received_early", what=what, date=since)


_HINT = "พิมพ์วันที่ได้รับ เช่น 8 มี.ค. หรือ เมื่อวาน"
_DAY = replace(past_moment_field("received_on", _HINT), parse=_parse)
enter_form(OneField(ON_ANOTHER_DAY, _DAY, _heading, _save))
