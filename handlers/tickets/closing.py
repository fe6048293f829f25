"""When a ticket was closed, of one that is written up later, or whose closing is corrected."""

from collections.abc import Mapping
from datetime import date, datetime

from domain.clock import pauses
from domain.dates.days import format_date
from domain.dates.time_of_day import time_at
from domain.text import digits
from domain.tickets.records import Status
from handlers.desk import Context
from handlers.forms.drafts import FormAnswer
from handlers.forms.engine import Field, Option
from handlers.forms.reading import moment_ago, past_moment
from handlers.i18n import _, date_text
from handlers.tickets.data import closed_at, local_text, present, saved_ticket
from store.chat.forms import Draft

BACKDATE = "!"
"""Behind a receipt's day, or the moment of closing: the ticket is dated back to it."""


def closing_of(ctx: Context, values: Mapping[str, str]) -> datetime:
    """When the ticket of these values is closed: now, unless they say otherwise."""
    return closed_at(values.get("closed_on", ""), ctx.configuration.calendar, ctx.now)


def backdated(ctx: Context, values: Mapping[str, str]) -> dict[str, str]:
    """When a ticket that is written up and closed in one go was closed: when it came, or at the end
    of work on the day that is past (docs/decisions/0052); empty for now, and where it is said.
    """
    if values.get("closed_on"):
        return {}
    at = closed_at(values.get("created_on", ""), ctx.configuration.calendar, ctx.now)
    return {} if at == ctx.now else {"closed_on": local_text(at)}


async def day_of(ctx: Context, draft: Draft) -> date:
    """The local day on which the ticket came, as it would be saved."""
    created = await present(ctx, draft, "created_on")
    return date.fromisoformat(created.partition("T")[0]) if created else ctx.today


def back_to(said: str) -> Option:
    """The ticket is dated back to the day of this moment."""
    day = date_text(date.fromisoformat(said.partition("T")[0]))
    return Option(said + BACKDATE, _("ย้อนวันที่สร้างใบงานเป็น %(date)s", date=day))


async def _options(ctx: Context, draft: Draft) -> list[Option]:
    """The day on which the ticket came, and today; of one closed before that, that it came then."""
    came = await day_of(ctx, draft)
    days = {came: _("วันที่สร้าง"), ctx.today: _("วันนี้")}
    found = [Option(on.isoformat(), f"{label} {date_text(on)}") for on, label in days.items()]
    said = draft.given.get("closed_on", "")
    if said and said < came.isoformat():
        found.insert(0, back_to(said))
    return found


async def _parse(ctx: Context, draft: Draft, text: str) -> FormAnswer:
    """The moment, which closes the ticket; a time of day alone is one of the day on which it
    came.
    """
    if text.endswith(BACKDATE):
        said = text.removesuffix(BACKDATE)
        return FormAnswer({"created_on": said.partition("T")[0], "closed_on": said})
    plain = digits(text.strip())
    clock = time_at(plain, 0)
    if clock is not None and clock.end == len(plain):
        text = f"{format_date(await day_of(ctx, draft), full=True)} {plain}"
    values = {"closed_on": past_moment(ctx, text)}
    saved = await saved_ticket(ctx, draft)
    if saved is None:
        return FormAnswer(values, closes=True)
    pauses.check_closing(saved, closing_of(ctx, values))
    closes = True if saved.status is not Status.CLOSED else None
    return FormAnswer(values, closes=closes)


CLOSED_ON = Field(
    "closed_on",
    "พิมพ์วันที่ปิด และเวลาถ้าทราบ เช่น 19 ก.พ. 69 หรือ เมื่อวาน 15.30",
    _parse,
    _options,
    clearable=False,
    asks=moment_ago,
    typed=True,
)
