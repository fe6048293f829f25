"""The office's own holidays and working days are listed, entered and taken back here; all due times
follow at once.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial

from domain.dates.days import find_date, parse_date
from domain.dates.working_calendar import DayRule
from domain.errors import InvalidInput, NotAllowed
from domain.staff import Role
from domain.text import shorten
from handlers.chat import Button, Card, Paragraph, Reply
from handlers.clock import deadlines
from handlers.desk import Context, with_holidays
from handlers.forms.reading import day_to_come
from handlers.i18n import _, date_text, year_text
from handlers.labels import day, role_label, value_label
from handlers.labels import holiday as names
from handlers.owed import reminders as owed
from handlers.registry import action, command
from store.records import holidays as store

NAME_LIMIT = 100
_REMOVE = re.compile(r"(?i)(?:ลบ|เอาออก|นำออก|remove)\s*")
_WORK = re.compile(r"(?i)(ทำงาน|วันทำงาน|work)\s*")


@command(
    "holiday",
    "วันหยุด",
    about="ดูวันหยุด เพิ่มวันหยุดพิเศษ เช่น วันหยุด 8 ธ.ค. 69 วันหยุดพิเศษ",
    fits=r"$|.*[\d๐-๙]",
)
async def holiday(ctx: Context, text: str) -> Reply:
    """Lists the holidays of this and the next year. With a date an administrator enters a holiday
    or a working day.
    """
    if not text:
        return _list(ctx)
    _only_administrators(ctx)
    removed = _REMOVE.match(text)
    if removed:
        return await _take_back(ctx, parse_date(text[removed.end() :], ctx.today))
    on, rule = _read_rule(ctx, text)
    return await _enter(ctx, on, rule)


def _read_rule(ctx: Context, text: str) -> tuple[date, DayRule]:
    """A day, and what the office says of it; InvalidInput("holiday") where no date stands in front.

    The word for a working day may stand before or behind the date."""
    first = _WORK.match(text)
    found = find_date(text[first.end() :] if first else text, ctx.today)
    if found is None:
        raise InvalidInput("holiday", text=shorten(text, 40))
    on, name = found
    if len(name) > NAME_LIMIT:
        raise InvalidInput("too_long", length=len(name), limit=NAME_LIMIT)
    if first is not None or name.startswith(("ทำงาน", "วันทำงาน", "วันทำการ")):
        return on, DayRule(name or _("วันทำการ"), True)
    return on, DayRule(name or _("วันหยุดพิเศษ"), False)


@action("holiday.remove", role=Role.ADMIN, danger=True)
async def remove_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Takes back what was entered for a date."""
    return await _take_back(ctx, date.fromisoformat(args["date"]))


def _only_administrators(ctx: Context) -> None:
    if not ctx.staff.role.covers(Role.ADMIN):
        raise NotAllowed("role", role=role_label(Role.ADMIN))


def _list(ctx: Context) -> Reply:
    """A card for this year and one for the next."""
    cards = [_year_card(ctx, year) for year in (ctx.today.year, ctx.today.year + 1)]
    how = _("เพิ่มได้เช่น วันหยุด 8 ธ.ค. 69 วันหยุดพิเศษ")
    asks = None
    if ctx.staff.role.covers(Role.ADMIN):
        asks = replace(day_to_come(ctx), before="/holiday ")
    return Reply((*cards, Paragraph(how, _remove_buttons(ctx), asks)))


def _year_card(ctx: Context, year: int) -> Card:
    """A year's holidays, then the days on which the office works against the calendar."""
    calendar = ctx.desk.configuration.calendar
    lines = []
    for on, name in calendar.holidays(year).items():
        own = _(" (เพิ่มเอง)") if on in calendar.entered else ""
        lines.append((_day(on), names(name) + own))
    for on, rule in calendar.entered.items():
        if rule.working and on.year == year:
            lines.append((_day(on), _("ทำงาน: %(name)s", name=rule.name)))
    return Card(_("วันหยุด พ.ศ. %(year)s", year=year_text(year)), tuple(lines))


def _day(on: date) -> str:
    """`พ. 10 ธ.ค.`"""
    return f"{value_label('weekday', str(on.weekday()))} {day(on)}"


def _remove_buttons(ctx: Context) -> tuple[Button, ...]:
    """What an administrator may take back of this year and the next."""
    if not ctx.staff.role.covers(Role.ADMIN):
        return ()
    entered = [on for on in ctx.desk.configuration.calendar.entered if on.year >= ctx.today.year]
    return tuple(_remove_button(on) for on in entered[:10])


def _remove_button(on: date) -> Button:
    label = _("นำ %(date)s ออก", date=date_text(on))
    return Button(
        label,
        "holiday.remove",
        {"date": on.isoformat()},
    )


async def _enter(ctx: Context, on: date, rule: DayRule) -> Reply:
    entered = {**ctx.desk.configuration.calendar.entered, on: rule}
    ctx.change(
        partial(
            store.enter,
            on=on,
            rule=rule,
            by=ctx.staff.id,
            now=ctx.now,
        )
    )
    ctx.audit("holiday.entered", on.isoformat())
    what = f"{date_text(on)} {rule.name}"
    if rule.working:
        what = _(
            "%(date)s ทำงาน (%(name)s)",
            date=date_text(on),
            name=rule.name,
        )
    return await _changed(
        ctx,
        what,
        entered,
        (_remove_button(on),),
    )


async def _take_back(ctx: Context, on: date) -> Reply:
    """Forgets what was entered for a date; InvalidInput("no_holiday") where nothing was."""
    calendar = ctx.desk.configuration.calendar
    if on not in calendar.entered:
        raise InvalidInput("no_holiday", date=date_text(on))
    entered = {other: rule for other, rule in calendar.entered.items() if other != on}
    ctx.change(partial(store.take_back, on=on))
    ctx.audit("holiday.removed", on.isoformat())
    told = _("นำ %(date)s ออกแล้ว", date=date_text(on))
    return await _changed(ctx, told, entered, ())


async def _changed(
    ctx: Context,
    what: str,
    entered: Mapping[date, DayRule],
    buttons: tuple[Button, ...],
) -> Reply:
    """What was written, and how many due times and reminders move by it; `entered` = all of the
    office's own days from now on.
    """
    # The desk itself learns of them only when they are written; due times move at once.
    after = with_holidays(ctx.desk, entered)
    moved = await deadlines.replan_with(ctx, after)
    reminders = await owed.replan_with(ctx, after)
    lines = [_("✅ บันทึกข้อมูลเรียบร้อย %(what)s", what=what)]
    if moved:
        lines.append(_("กำหนดเสร็จเปลี่ยน %(count)s ใบ", count=moved))
    else:
        lines.append(_("ไม่มีกำหนดเสร็จใดเปลี่ยน"))
    if reminders:
        lines.append(_("ย้ายวันเตือนสิ่งที่ค้างส่ง %(count)s รายการ", count=reminders))
    return Reply((Paragraph("\n".join(lines), buttons),), confirms=True)
