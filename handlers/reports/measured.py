"""What a figure comes to: on average, beside other days, and who has nothing of it."""

from domain.customers.provinces import list_provinces
from domain.dates.periods import before, year_before
from domain.reports.averages import NOT_AVERAGED, Per, spans_of
from domain.reports.comparing import share, year_ago
from domain.reports.figures import KINDS, Figure
from domain.reports.reports import Figures, Report
from domain.reports.requests import Dimension
from handlers.chat import in_one_line
from handlers.desk import Work
from handlers.i18n import _
from handlers.reports.asked import AskedReport, key_name, span_text
from handlers.reports.labels import unit_label
from handlers.reports.summary import Compared, number_text

NAMED = 12
"""So many names of those that have nothing are told."""
VALUES = {
    Per.DAY: "เฉลี่ยวันละ %(number)s %(unit)s (%(count)s วัน)",
    Per.WEEK: "เฉลี่ยสัปดาห์ละ %(number)s %(unit)s (%(count)s สัปดาห์)",
    Per.MONTH: "เฉลี่ยเดือนละ %(number)s %(unit)s (%(count)s เดือน)",
}
"""An average, in words."""


def average_lines(
    work: Work,
    asked: AskedReport,
    compared: Compared,
) -> list[str]:
    """What the first figure comes to a day, a week or a month, where that is wanted; of days those
    on which the office works are told beside all of them.
    """
    figure = next(iter(asked.figures), Figure.TICKETS_CREATED)
    if asked.per is None or figure in NOT_AVERAGED:
        return []
    total = compared.now.get(figure) or 0
    spans = spans_of(
        asked.per,
        asked.period,
        work.today,
        work.configuration.calendar,
    )
    unit = unit_label(KINDS[figure].unit)
    told = _(
        VALUES[asked.per],
        number=_decimal(total / spans.number),
        unit=unit,
        count=_decimal(spans.number),
    )
    worked = ""
    if spans.working_days:
        worked = _(
            "วันทำการละ %(number)s %(unit)s (%(count)s วันทำการ)",
            number=_decimal(total / spans.working_days),
            unit=unit,
            count=spans.working_days,
        )
    return [in_one_line(told, worked)]


def _decimal(number: float) -> str:
    """`18.2`, `7`."""
    return f"{number:,.1f}".removesuffix(".0")


def difference_lines(
    work: Work,
    asked: AskedReport,
    compared: Compared,
) -> list[str]:
    """By how much the figure is more or less than that of the days that it is compared with."""
    if not asked.compares:
        return []
    figure = next(iter(asked.figures), Figure.TICKETS_CREATED)
    days, was = _compared_with(work, asked, compared)
    now = compared.now.get(figure) or 0
    old = was.get(figure) or 0
    unit = unit_label(KINDS[figure].unit)
    if now == old:
        return [_("เท่ากับ %(days)s", days=days)]
    part = share(abs(now - old), old, compared.least_for_percent)
    words = {
        "days": days,
        "number": number_text(figure, {figure: abs(now - old)}),
        "unit": unit,
        "percent": "" if part is None else f" ({part}%)",
    }
    if now > old:
        return [_("มากกว่า %(days)s อยู่ %(number)s %(unit)s%(percent)s", **words)]
    return [_("น้อยกว่า %(days)s อยู่ %(number)s %(unit)s%(percent)s", **words)]


def _compared_with(
    work: Work,
    asked: AskedReport,
    compared: Compared,
) -> tuple[str, Figures]:
    """The days that a figure is compared with, and their figures: of a period that still runs, as
    many days of the one before it, or of the year before.
    """
    if asked.beside is None or asked.beside == before(asked.period):
        return compared.days, compared.before
    if asked.beside == year_before(asked.period):
        ago = year_ago(asked.period, work.today)
        return span_text(ago), compared.year_ago
    return compared.named, compared.beside or {}


def missing_names(
    work: Work,
    report: Report,
    figure: Figure,
) -> list[str]:
    """Those that have nothing of a figure, where all are known that there are."""
    by = report.request.by
    if by is None:
        return []
    having = {row.key for row in report.rows if row.figures.get(figure)}
    missing = [key for key in _all_keys(work, by) if key not in having]
    if not missing:
        return []
    names = [key_name(work.configuration, by, key) for key in missing[:NAMED]]
    if len(missing) > NAMED:
        names.append("…")
    return [
        _(
            "ไม่มีเลย %(count)s: %(names)s",
            count=len(missing),
            names=", ".join(names),
        )
    ]


def _all_keys(work: Work, by: Dimension) -> list[str]:
    """Every key of a dimension, where the office's data name them."""
    office = work.configuration
    match by:
        case Dimension.PROVINCE:
            return list(list_provinces())
        case Dimension.PROJECT:
            return [project.name for project in office.projects]
        case Dimension.CHANNEL:
            return list(office.catalogue.channels)
        case _:
            return []
