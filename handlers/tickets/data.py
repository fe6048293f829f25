"""Turns a draft's texts into a ticket, and a ticket into such texts.

`created_on`, when the ticket came, and `closed_on`, when it was closed, are the local day in ISO
form, with a time of day where one is known: `2026-11-22` or `2026-11-22T15:30`; a saved ticket
always has its times. All other dates are days alone."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime

from domain.dates.days import BANGKOK
from domain.dates.working_calendar import OPENING, WorkingCalendar
from domain.fields.rows import FORM
from domain.tickets.fields import TICKET
from domain.tickets.records import Ticket, join_years, lines_of, split_years
from handlers.desk import Context
from handlers.i18n import date_text
from handlers.labels import when
from store.chat.forms import Draft
from store.tickets import records as tickets

NONE = "none"
"""In place of a customer's code: that there is none."""
NO_CUSTOMER = "no_customer"
"""In a draft: the officer said that there is no customer."""
KEPT = (*TICKET.standing(FORM), "unknown")
"""The fields of a ticket that a draft holds as they are."""
MINUTES = "minutes"
"""How exactly a draft holds when a ticket came."""


async def saved_data(ctx: Context, draft: Draft) -> Mapping[str, str]:
    """The saved ticket under the draft, as a draft would hold it; empty for a new one."""
    ticket = await saved_ticket(ctx, draft)
    return as_data(ticket) if ticket else {}


async def saved_ticket(ctx: Context, draft: Draft) -> Ticket | None:
    """The saved ticket under the draft, read once an event; None for a new one,
    NotFound("ticket").
    """
    if draft.record and draft.record not in ctx.under:
        ctx.under[draft.record] = await tickets.get_ticket(ctx.db, draft.record)
    return ctx.under.get(draft.record)


def as_data(ticket: Ticket) -> dict[str, str]:
    """A ticket's fields as a draft holds them."""
    return {
        **TICKET.texts(ticket, KEPT),
        "created_on": local_text(ticket.created_at),
        "closed_on": local_text(ticket.closed_at) if ticket.closed_at else "",
    }


async def present(ctx: Context, draft: Draft, name: str) -> str:
    """A field's value in the draft, else in the saved ticket under it."""
    if name in draft.given:
        return draft.given[name]
    return (await saved_data(ctx, draft)).get(name, "")


def day(text: str) -> date | None:
    """A stored date, or None for an empty text."""
    return date.fromisoformat(text) if text else None


def local_text(at: datetime) -> str:
    """An instant as `created_on` and `closed_on` hold it."""
    return at.astimezone(BANGKOK).replace(tzinfo=None).isoformat(timespec=MINUTES)


def created_at(created_on: str, now: datetime) -> datetime:
    """The instant that is said; without a time now, or the beginning of work on the day that is
    past.
    """
    return _instant(created_on, now, _opening)


def closed_at(closed_on: str, calendar: WorkingCalendar, now: datetime) -> datetime:
    """The instant that is said; without a time now, or the end of work on the day that is past."""
    return min(_instant(closed_on, now, calendar.closing), now)


def _opening(on: date) -> datetime:
    return datetime.combine(on, OPENING, BANGKOK)


def _instant(
    said: str,
    now: datetime,
    of_day: Callable[[date], datetime],
) -> datetime:
    """The instant that is said; of a day that is past and has no time the one that is chosen for
    it.
    """
    if "T" in said:
        return datetime.fromisoformat(said).replace(tzinfo=BANGKOK)
    on = day(said)
    # Today without a time: just now.
    if on is None or on == now.astimezone(BANGKOK).date():
        return now
    return of_day(on)


def moment_text(moment: str) -> str:
    """`22 พ.ย. 69`, or with its time of day `22 พ.ย. 69 15.30 น.`"""
    at = datetime.fromisoformat(moment).replace(tzinfo=BANGKOK)
    return when(at) if "T" in moment else date_text(at.date())


def filled(base: Ticket, values: Mapping[str, str]) -> Ticket:
    """The ticket with the draft's values laid over it; a value that is missing is empty."""
    projects = ["", *lines_of(values.get("projects", ""))]
    lines = lines_of(values.get("data_years", ""))
    # The years of a project that was taken away go with it.
    years = {
        project: periods for project, periods in map(split_years, lines) if project in projects
    }
    kept = {**values, "data_years": join_years(years)}
    return replace(base, **TICKET.values(kept, KEPT))
