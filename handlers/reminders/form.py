"""The form of a personal reminder: when, and of what; for a new one, or for another time of one
that is there.

Its data: `record` = a ticket's number or a customer's code, `remind_at` an ISO instant,
`remind_text`."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import uuid4

from domain.dates.days import BANGKOK
from domain.dates.when import When, find_when
from domain.errors import InvalidInput
from domain.text import shorten
from handlers.chat import Card, Reply, in_one_line
from handlers.desk import Context
from handlers.forms.drafts import end, new_draft
from handlers.forms.engine import Field, Form, Option, enter_form
from handlers.forms.reading import moment_to_come, text_field
from handlers.i18n import _
from handlers.labels import field_label, weekday_when
from handlers.reminders import cards as reminder_cards
from store import reminders
from store.chat.forms import Draft
from store.reminders import Reminder

LAST_TODAY = 14
"""The hour until which "today at three" is offered."""


def read_when(ctx: Context, text: str) -> When | None:
    """The moment that a text names; InvalidInput("past"), ("far"), with what else the text said as
    `rest`.
    """
    try:
        return find_when(text, ctx.now, ctx.desk.configuration.calendar)
    except InvalidInput as error:
        at = error.params.get("at")
        if not isinstance(at, datetime):
            raise
        raise InvalidInput("past", at=weekday_when(at), rest=error.params["rest"]) from None


async def _parse_when(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    found = read_when(ctx, text)
    if found is None:
        raise InvalidInput("coming", text=shorten(text, 100))
    values = {"remind_at": found.at.isoformat()}
    if not found.rest:
        return values
    if draft.given.get("remind_text"):
        raise InvalidInput("coming", text=shorten(text, 100))
    return {**values, "remind_text": shorten(found.rest, reminder_cards.LIMIT)}


async def _offered(ctx: Context, draft: Draft) -> list[Option]:
    """The times that are meant most often; their values are read like typed text."""
    options = [Option("in 1 hour", _("อีก 1 ชม."))]
    if ctx.now.astimezone(BANGKOK).hour < LAST_TODAY:
        options.append(Option("today 15.00", _("วันนี้ 15.00")))
    options.append(Option("tomorrow 9.00", _("พรุ่งนี้ 9.00")))
    tomorrow = ctx.today + timedelta(days=1)
    calendar = ctx.desk.configuration.calendar
    for value in ("in 3 working days", "next monday"):
        found = find_when(value, ctx.now, calendar)
        if found is not None and found.at.astimezone(BANGKOK).date() > tomorrow:
            options.append(Option(value, weekday_when(found.at)))
    return list({option.label: option for option in options}.values())


class ReminderForm(Form):
    """See `handlers.forms.engine.Form`."""

    kind = "reminder"
    fields: Mapping[str, Field] = {
        "remind_at": Field(
            "remind_at",
            "พิมพ์เวลา เช่น พรุ่งนี้ 9.00 หรือ ศุกร์หน้า หรือ อีก 3 วันทำการ",
            _parse_when,
            _offered,
            clearable=False,
            asks=moment_to_come,
            typed=True,
        ),
        "remind_text": text_field("remind_text", "พิมพ์เรื่องที่ต้องการให้เตือน", reminder_cards.LIMIT),
    }

    async def missing(self, ctx: Context, draft: Draft) -> list[str]:
        needed = ["remind_at"]
        if not draft.about.get("record"):
            needed.append("remind_text")
        return [name for name in needed if not draft.given.get(name)]

    async def show(self, ctx: Context, draft: Draft) -> Card:
        title = _("⏰ เปลี่ยนเวลาเตือน") if draft.record else _("⏰ เตือน")
        about = await reminder_cards.about(ctx, draft.about.get("record", ""))
        lines = []
        for name in self.fields:
            value = await self.present(ctx, draft, name)
            if value:
                lines.append((field_label(name), value))
        return Card(in_one_line(title, about), tuple(lines))

    async def present(
        self,
        ctx: Context,
        draft: Draft,
        name: str,
    ) -> str:
        value = draft.given.get(name, "")
        if value and name == "remind_at":
            return weekday_when(datetime.fromisoformat(value))
        return value

    async def save(self, ctx: Context, draft: Draft) -> Reply:
        """A new reminder, or another time of one."""
        data = draft.given
        at = datetime.fromisoformat(data["remind_at"])
        if draft.record:
            found = await reminders.get_reminder(ctx.db, draft.record, ctx.staff.id)
            reply = await move(ctx, found, at)
        else:
            new = Reminder(
                uuid4().hex,
                ctx.staff.id,
                draft.about.get("record", ""),
                data.get("remind_text", ""),
                at,
                ctx.now,
            )
            ctx.change(reminders.add, reminders=[new])
            reply = await reminder_cards.saved(ctx, new)
        end(
            ctx,
            draft,
            outcome=_("รายการเตือน %(when)s", when=weekday_when(at)),
        )
        return reply


enter_form(ReminderForm())


async def move(ctx: Context, found: Reminder, at: datetime) -> Reply:
    """Let it ring at another time; returns the confirmation."""
    ctx.change(reminders.move, reminder=found, due_at=at)
    return await reminder_cards.saved(ctx, reminder_cards.moved(found, at))


def new_reminder(ctx: Context, record: str, values: Mapping[str, str]) -> Draft:
    """A draft for a new one."""
    return new_draft(ctx, "reminder", values, about={"record": record})


def other_time(ctx: Context, found: Reminder) -> Draft:
    """A draft that asks for another time."""
    return new_draft(
        ctx,
        "reminder",
        {"remind_text": found.text},
        record=found.id,
        record_version=found.version,
        about={"record": found.record},
    )
