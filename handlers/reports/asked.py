"""What report is asked for: how it is told, and how buttons carry it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Self

from domain.configuration import Configuration
from domain.dates.periods import Period
from domain.reports.averages import Per
from domain.reports.figures import Figure
from domain.reports.names import row_name
from domain.reports.requests import Dimension, ReportRequest
from handlers.chat import Button, in_one_line
from handlers.desk import Work
from handlers.i18n import _, date_text, language, period_text
from handlers.labels import value_label
from handlers.reports.labels import dimension_label, figure_label
from handlers.reports.periods import as_args, period_of

CODED = (Dimension.COMPLEXITY, Dimension.URGENCY, Dimension.MOOD)
"""Dimensions whose keys are values of a ticket's fields."""


VALUES = ("จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์", "อาทิตย์")
"""The days of the week, from Monday on."""


@dataclass(frozen=True, slots=True)
class AskedReport:
    """A report, and the figures of it that are wanted (none = all); `beside` = the days that it is
    to be compared with, where they were named, `compares` = how much more or less it became is
    asked. `per` = its average of each day, week or month is wanted; `least` = its smallest rows
    first.
    """

    request: ReportRequest
    figures: tuple[Figure, ...] = ()
    beside: Period | None = None
    per: Per | None = None
    least: bool = False
    compares: bool = False

    @property
    def period(self) -> Period:
        """Its days."""
        return self.request.period

    def over(self, period: Period) -> Self:
        """The same of other days."""
        return replace(self, request=self.request.over(period), beside=None)

    def by(self, dimension: Dimension | None) -> Self:
        """The same by something else."""
        return replace(self, request=replace(self.request, by=dimension))

    def without(self, dropped: tuple[Dimension, str]) -> Self:
        """The same without one of its filters."""
        left = tuple(pair for pair in self.request.filters if pair != dropped)
        return replace(self, request=replace(self.request, filters=left))

    def of_row(self, key: str) -> Self:
        """The report of what stands behind one of its rows."""
        return replace(self, request=self.request.narrowed(key))

    def of_figure(self, figure: Figure) -> Self:
        """The same of one figure alone."""
        return replace(self, figures=(figure,))

    def args(self, **more: str) -> dict[str, str]:
        """As a button carries it."""
        args = {
            **as_args(self.period),
            "by": self.request.by or "",
            "only": "\n".join(f"{dimension}={key}" for dimension, key in self.request.filters),
            "figures": ",".join(self.figures),
            "per": self.per or "",
            "least": "1" * self.least,
            **more,
        }
        return {name: value for name, value in args.items() if value}

    @classmethod
    def of(cls, args: Mapping[str, str]) -> Self:
        """The reverse of `args`."""
        filters = []
        for line in args.get("only", "").splitlines():
            name, _equals, key = line.partition("=")
            filters.append((Dimension(name), key))
        by = args.get("by")
        request = ReportRequest(
            period_of(args),
            Dimension(by) if by else None,
            tuple(filters),
        )
        figures = args.get("figures", "")
        per = args.get("per")
        return cls(
            request,
            tuple(map(Figure, filter(None, figures.split(",")))),
            per=Per(per) if per else None,
            least=bool(args.get("least")),
        )

    def button(self, label: str, action: str = "report.show") -> Button:
        """A button that draws it, or does something else with it."""
        return Button(label, action, self.args())


def key_name(configuration: Configuration, dimension: Dimension, key: str) -> str:
    """What a key of a dimension is called."""
    if not key:
        return _("ไม่ระบุ")
    if dimension in CODED:
        return value_label(dimension.value, key)
    if dimension is Dimension.WEEKDAY_HOUR:
        return hour_name(key)
    return row_name(configuration, dimension, key, language())


def hour_name(key: str) -> str:
    """`1-09` as people say it: Monday, nine o'clock."""
    weekday, _dash, hour = key.partition("-")
    return _("%(day)s %(hour)s น.", day=weekday_name(int(weekday)), hour=int(hour))


def weekday_name(number: int) -> str:
    """The name of a day of the week, 1 for Monday."""
    return _(VALUES[number - 1])


def filter_text(work: Work, dimension: Dimension, key: str) -> str:
    """What a filter is called, with what it is one of."""
    name = key_name(work.configuration, dimension, key)
    return f"{dimension_label(dimension)} {name}"


def span_text(period: Period) -> str:
    """The days of a period; of some days of a month `1–23 ต.ค. 69`."""
    last = period.until - timedelta(days=1)
    whole = period_text(period)
    same_month = (period.first.year, period.first.month) == (last.year, last.month)
    if same_month and period.first != last and whole.startswith(date_text(period.first)):
        return f"{period.first.day}–{date_text(last)}"
    return whole


def days_text(work: Work, period: Period) -> str:
    """The days of a period, and of one that still runs how far it has come."""
    told = span_text(period)
    last = period.until - timedelta(days=1)
    if period.first <= work.today < last:
        return _("%(period)s ถึงวันนี้ (%(today)s)", period=told, today=date_text(work.today))
    return told


def understood_text(work: Work, asked: AskedReport) -> str:
    """All that was understood, a few words each."""
    figures = [figure_label(figure) for figure in asked.figures]
    filters = [filter_text(work, *pair) for pair in asked.request.filters]
    by = asked.request.by
    parts = [
        ", ".join(figures) or _("ทุกตัวเลข"),
        *filters,
        days_text(work, asked.period),
    ]
    if by is not None:
        parts.append(_("แยกตาม%(what)s", what=dimension_label(by)))
    return _("เข้าใจว่า: %(parts)s", parts=in_one_line(*parts))
