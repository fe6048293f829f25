"""The day on which a proof came, where it was not the day of the press that said so."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from domain.dates.days import format_date
from domain.errors import InvalidInput
from domain.one_line.past import past_at_end
from domain.owed.rules import Owed, OwedState
from domain.text import digits
from domain.tickets.records import Status
from handlers.chat import Reply
from handlers.desk import Context
from handlers.forms.drafts import end, new_draft
from handlers.forms.engine import Field, Option, enter_form, start
from handlers.forms.one_field import OneField
from handlers.forms.reading import late_days, past_moment
from handlers.i18n import _
from handlers.labels import value_label
from handlers.owed import request_cards
from handlers.owed.proofs import ON_ANOTHER_DAY, load, present_row
from handlers.owed.requests import settled
from handlers.registry import action
from handlers.tickets import saves as ticket_saves
from handlers.tickets.data import closed_at, created_at
from store.chat.forms import Draft
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


async def _days(ctx: Context, draft: Draft) -> list[Option]:
    days = late_days(ctx)
    return [Option(on.isoformat(), f"{label} {format_date(on)}") for label, on in days]


async def _parse(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    """The day and perhaps the time, alone or at the end of a sentence."""
    try:
        return {"received_on": past_moment(ctx, text)}
    except InvalidInput:
        plain = digits(text).strip()
        found = past_at_end(plain, ctx.today)
        if found is None:
            raise
        begins, _past = found
        return {"received_on": past_moment(ctx, plain[begins:])}


async def _save(ctx: Context, draft: Draft, value: str) -> Reply:
    """Has the proof's ticket written as one of that day: what follows from it counts from then."""
    row, life, rule = await load(ctx, {"owed": draft.record})
    ticket = await tickets.get_ticket(ctx.db, draft.about["ticket"])
    if ticket.status is not Status.CLOSED or row.proof_no != ticket.no:
        end(ctx, draft, outcome=ticket.no)
        return await present_row(ctx, row)
    at = closed_at(value, ctx.configuration.calendar, ctx.now)
    came = min(at, created_at(value, ctx.now))
    dated = replace(ticket, created_at=came, closed_at=at)
    after, changed = settled(ctx, life, dated)
    (as_dated,) = [each for each in after.owed if each.id == row.id]
    if as_dated.state is not OwedState.RECEIVED:
        raise InvalidInput("received_early", what=value_label("owed", row.rule), date=_day(row))
    await ticket_saves.save(ctx, ticket, dated)
    ctx.audit("ticket.changed", ticket.no)
    end(ctx, draft, outcome=ticket.no)
    lines = [
        _("✅ %(got)s เมื่อ %(date)s", got=value_label("got", rule.name), date=_on(value)),
        *request_cards.told(ctx.desk, life, changed, ctx.now),
    ]
    return Reply((request_cards.outcome(ctx, after, lines),), confirms=True)


def _day(row: Owed) -> str:
    return request_cards.day(row.started_at)


def _on(value: str) -> str:
    return format_date(date.fromisoformat(value.partition("T")[0]))


_DAY = Field(
    "received_on",
    "พิมพ์วันที่ได้รับ เช่น 8 มี.ค. หรือ เมื่อวาน",
    _parse,
    _days,
    clearable=False,
    typed=True,
)
enter_form(OneField(ON_ANOTHER_DAY, _DAY, _heading, _save))
