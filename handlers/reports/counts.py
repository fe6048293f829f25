"""Provincial offices' numbers of website users: by province and month, with those that have not
reported.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from domain.customers.provinces import list_provinces
from domain.dates.periods import Period, month_of, months_of
from domain.reports.charts import Chart, Series
from handlers.chat import Button, Card, Paragraph, Reply
from handlers.desk import Context
from handlers.i18n import _, month_text, period_text
from handlers.registry import action, command
from handlers.reports.charts import by_time, with_chart
from handlers.reports.periods import as_args, period_buttons, period_of, read_period
from store.tickets import provinces
from store.tickets.provinces import ProvinceReport

SPANS = {
    "last_month": "เดือนที่แล้ว",
    "this_month": "เดือนนี้",
    "this_fiscal_year": "ปีงบนี้",
    "last_fiscal_year": "ปีงบที่แล้ว",
}

MOST = 20
"""Provinces in a chart."""
_FITS = r"$|.*(?:\d|เดือน|ปี)"


@command(
    "counts",
    "สถิติจังหวัด",
    about="จำนวนผู้เข้าชมเว็บไซต์ของจังหวัด เช่น สถิติจังหวัด ต.ค. 69",
    fits=_FITS,
)
async def counts(ctx: Context, args: str) -> Reply:
    """The provinces' reports of a period, of last month where none is named."""
    return await _counts(ctx, read_period(ctx, args, "last_month"))


@action("counts.show", aside=True)
async def counts_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The same, of another period."""
    return await _counts(ctx, period_of(args))


async def _counts(ctx: Context, period: Period) -> Reply:
    """Only months that have begun are waited for."""
    first = period.first.replace(day=1)
    until = min(period.until, month_of(ctx.today).until)
    reports = await provinces.list_reports(ctx.db, first, until)
    months = months_of(period, ctx.today)
    by_province = Counter[str]()
    for report in reports:
        by_province[report.province] += report.users
    title = _("📊 ผู้เข้าชมเว็บไซต์จังหวัด · %(period)s", period=period_text(period))
    lines = [
        _total(by_province),
        *_months(reports, months),
        *_most_first(by_province),
    ]
    spans = period_buttons(ctx, "counts.show", period, SPANS)
    buttons = (*spans, *_turns(period))
    note = await _notes(ctx, reports, months)
    reply = Reply((Card(title, tuple(lines), note, buttons),))
    if not reports:
        nothing = Paragraph(_("ยังไม่มีรายงานในช่วงนี้ จึงไม่มีกราฟ"))
        return replace(reply, parts=(*reply.parts, nothing))
    return await with_chart(ctx, reply, _chart(reports, months, period, by_province))


def _total(by_province: Counter[str]) -> tuple[str, str]:
    users = f"{by_province.total():,}"
    return _("รวม"), _("%(users)s ราย", users=users)


def _most_first(by_province: Counter[str]) -> list[tuple[str, str]]:
    """The provinces, of equal ones in the order of the alphabet."""
    ordered = sorted(by_province.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(name, f"{users:,}") for name, users in ordered]


def _months(reports: Sequence[ProvinceReport], months: Sequence[date]) -> list[tuple[str, str]]:
    """Each month's users; of a single month how many provinces have reported."""
    if len(months) > 1:
        return [(month_text(month), _month(reports, month)) for month in months]
    reported = _(
        "%(count)s จาก %(all)s จังหวัด",
        count=len(reports),
        all=len(list_provinces()),
    )
    return [(_("รายงานแล้ว"), reported)]


def _chart(
    reports: Sequence[ProvinceReport],
    months: Sequence[date],
    period: Period,
    by_province: Counter[str],
) -> Chart:
    """The users of each month; those of a single month by province, the most visited first."""
    span = period_text(period)
    total = f"{by_province.total():,}"
    subtitle = _("%(span)s · รวม %(total)s ราย", span=span, total=total)
    if len(months) > 1:
        rows = _by_month(reports, months)
    else:
        rows = by_province.most_common(MOST)
        left_out = _(
            "%(shown)s จังหวัดแรกจาก %(all)s",
            shown=len(rows),
            all=len(by_province),
        )
        if len(rows) < len(by_province):
            subtitle += f" · {left_out}"
    title = _("ผู้เข้าชมเว็บไซต์จังหวัด")
    labels = tuple(label for label, _users in rows)
    users = Series(title, tuple(users for _label, users in rows))
    return Chart(title, subtitle, labels, (users,), _("ราย"))


def _by_month(reports: Sequence[ProvinceReport], months: Sequence[date]) -> list[tuple[str, int]]:
    counts = {month: Counter[str]() for month in months}
    for report in reports:
        if report.month in counts:
            counts[report.month]["users"] += report.users
    return [(label, found["users"]) for label, found in by_time(months, counts)]


def _month(reports: Sequence[ProvinceReport], month: date) -> str:
    users = [report.users for report in reports if report.month == month]
    return _("%(users)s ราย · %(count)s จังหวัด", users=f"{sum(users):,}", count=len(users))


async def _notes(ctx: Context, reports: Sequence[ProvinceReport], months: Sequence[date]) -> str:
    """Who has not reported which month, and reports that stand in no month."""
    notes = []
    lacking = _lacking(ctx, reports, months)
    names = ", ".join(lacking)
    if not reports:
        notes.append(_("ยังไม่มีจังหวัดใดรายงาน"))
    elif lacking and len(months) > 1:
        notes.append(_("ยังไม่รายงาน (จำนวนเดือน): %(names)s", names=names))
    elif lacking:
        notes.append(
            _(
                "ยังไม่รายงาน %(count)s จังหวัด: %(names)s",
                count=len(lacking),
                names=names,
            )
        )
    undated = await provinces.count_undated(ctx.db)
    if undated:
        notes.append(_("มีรายงานที่ไม่ระบุเดือน %(count)s ใบ ไม่ได้รวมไว้ในนี้", count=undated))
    return "\n".join(notes)


def _lacking(ctx: Context, reports: Sequence[ProvinceReport], months: Sequence[date]) -> list[str]:
    """The provinces that have not reported, with the number of months where there are several.

    Among several months the one that still runs is not missed yet.
    """
    several = len(months) > 1
    over = [month for month in months if not several or month_of(month).until <= ctx.today]
    reported = {(report.province, report.month) for report in reports}
    lacking = []
    for name in list_provinces():
        missed = sum((name, month) not in reported for month in over)
        if missed:
            lacking.append(f"{name} ({missed})" if several else name)
    return lacking


def _turns(period: Period) -> tuple[Button, ...]:
    """The month before a month."""
    if period != month_of(period.first):
        return ()
    before = month_of(period.first - timedelta(days=1))
    label = _("ก่อนหน้า %(month)s", month=month_text(before.first))
    return (Button(label, "counts.show", as_args(before)),)
