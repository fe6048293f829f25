"""Unusual days are told unasked, once: a subject that came far more often than it does."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from functools import partial

from domain.dates.periods import Period
from domain.reports.figures import Figure
from domain.reports.requests import Dimension, ReportRequest
from domain.reports.rhythms import last_working_day
from domain.reports.unusual import UnusualSubject, unusual_subjects
from domain.staff import Role
from handlers.chat import Choice, Reply
from handlers.desk import Work
from handlers.i18n import _
from handlers.registry import due
from handlers.reports.asked import AskedReport, days_text, key_name
from handlers.reports.drawing import read_figures
from store.due import Due

KIND = "report.unusual"


@due(KIND, daily_at=time(9, 5))
async def tell_unusual(work: Work, rows: Sequence[Due]) -> None:
    """Tells supervisors of the last working day, and of the free days behind it."""
    rules = work.configuration.unusual
    if rules.off:
        return
    calendar = work.configuration.calendar
    first = last_working_day(work.today, calendar)
    days = Period(first, work.today)
    usual = Period(first - timedelta(days=rules.days), first)
    request = ReportRequest(days, Dimension.SUBJECT)
    now = await read_figures(work, request)
    before = await read_figures(work, request.over(usual))
    worked = sum(calendar.is_working_day(each) for each in _each_day(usual))
    counts = {row.key: row.tickets for row in before.rows}
    found = unusual_subjects(now.rows, counts, worked, rules)
    if found:
        make = partial(_told, work, days, found)
        work.notify(make, f"{KIND}:{days.first}", role=Role.SUPERVISOR)


def _each_day(period: Period) -> list[date]:
    count = (period.until - period.first).days
    return [period.first + timedelta(days=number) for number in range(count)]


def _told(work: Work, days: Period, found: Sequence[UnusualSubject]) -> Reply:
    asked = AskedReport(ReportRequest(days, Dimension.SUBJECT), (Figure.TICKETS_CREATED,))
    options = []
    for one in found:
        text = _(
            "%(subject)s · %(count)s ใบ (ปกติวันละ %(usual)s)",
            subject=key_name(work.configuration, Dimension.SUBJECT, one.key),
            count=one.tickets,
            usual=f"{one.usual:.1f}",
        )
        options.append(asked.of_row(one.key).button(text))
    head = _("📈 มากกว่าปกติ · %(days)s", days=days_text(work, days))
    return Reply((Choice(head, tuple(options)),))
