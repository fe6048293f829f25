"""A report in words: its numbers beside those of before, and the few things that stand out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.reports.comparing import (
    Finding,
    StandsOut,
    change,
    share,
)
from domain.reports.figures import KINDS, Figure, Unit
from domain.reports.reports import Figures
from handlers.chat import in_one_line
from handlers.i18n import _
from handlers.reports.labels import figure_label, unit_label

GROUPS: Mapping[str, tuple[Figure, ...]] = {
    "tickets": (Figure.TICKETS_CREATED, Figure.TICKETS_CLOSED, Figure.TICKETS_OPEN),
    "customers": (
        Figure.CUSTOMERS_SERVED,
        Figure.CUSTOMERS_NEW,
        Figure.CUSTOMERS_RETURNING,
    ),
    "standard": (
        Figure.STANDARD_KEPT,
        Figure.STANDARD_MISSED,
        Figure.STANDARD_RUNNING,
        Figure.STANDARD_NONE,
    ),
    "time": (Figure.WORKING_HOURS_MEDIAN, Figure.WORKING_HOURS_P90),
    "income": (Figure.INCOME_BAHT, Figure.RECEIPTS),
    "contracts": (Figure.CONTRACTS_SENT, Figure.CONTRACTS_RETURNED, Figure.CONTRACTS_OWED),
    "results": (Figure.RESULTS_RECEIVED, Figure.RESULTS_OWED),
    "publicity": (Figure.PUBLICITY_POSTS,),
    "provinces": (Figure.PROVINCE_USERS,),
    "mails": (Figure.MAILS_IN,),
}
"""The figures that stand in one line of a report."""
FIELDS = {
    "tickets": "ใบงาน",
    "customers": "ผู้รับบริการ",
    "standard": "มาตรฐานเวลา",
    "time": "เวลาทำการที่ใช้",
    "income": "รายได้",
    "contracts": "สัญญา",
    "results": "ผลงานวิจัย",
    "publicity": "ประชาสัมพันธ์",
    "provinces": "เว็บไซต์จังหวัด",
    "mails": "อีเมลเข้า",
}
"""What these lines are called."""
VALUES = {
    Figure.TICKETS_CREATED: "รับ %(number)s",
    Figure.TICKETS_CLOSED: "ปิด %(number)s",
    Figure.TICKETS_OPEN: "ค้าง %(number)s",
    Figure.CUSTOMERS_SERVED: "%(number)s ราย",
    Figure.CUSTOMERS_NEW: "ใหม่ %(number)s",
    Figure.CUSTOMERS_RETURNING: "เดิม %(number)s",
    Figure.STANDARD_KEPT: "ทัน %(number)s",
    Figure.STANDARD_MISSED: "เกิน %(number)s",
    Figure.STANDARD_RUNNING: "ยังไม่ถึงกำหนด %(number)s",
    Figure.STANDARD_NONE: "ไม่มีกำหนด %(number)s",
    Figure.WORKING_HOURS_MEDIAN: "ค่ากลาง %(number)s ชม.",
    Figure.WORKING_HOURS_P90: "9 ใน 10 ไม่เกิน %(number)s ชม.",
    Figure.INCOME_BAHT: "%(number)s บาท",
    Figure.RECEIPTS: "ใบเสร็จ %(number)s",
    Figure.CONTRACTS_SENT: "ส่ง %(number)s",
    Figure.CONTRACTS_RETURNED: "ได้คืน %(number)s",
    Figure.CONTRACTS_OWED: "ค้าง %(number)s",
    Figure.RESULTS_RECEIVED: "ได้รับ %(number)s",
    Figure.RESULTS_OWED: "ค้าง %(number)s",
    Figure.PUBLICITY_POSTS: "%(number)s โพสต์",
    Figure.PROVINCE_USERS: "%(number)s ราย",
    Figure.MAILS_IN: "%(number)s ฉบับ",
}
"""A figure within its line."""
WHY = {
    StandsOut.MOSTLY: "ส่วนใหญ่คือ %(name)s %(count)s ใบ (%(percent)s%%)",
    StandsOut.LARGEST: "มากที่สุดคือ %(name)s %(count)s ใบ (%(percent)s%%)",
    StandsOut.GREW: "%(name)s เพิ่มจาก %(of)s เป็น %(count)s ใบ",
    StandsOut.LATE: "เกินมาตรฐานเวลา %(count)s จาก %(of)s ใบ (%(percent)s%%)",
    StandsOut.NONE_LATE: "ไม่มีใบใดเกินมาตรฐานเวลา จาก %(of)s ใบ",
    StandsOut.BACKLOG: "งานค้าง %(count)s ใบ ก่อนหน้านี้ %(of)s ใบ",
}
"""What stands out, in words."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A report's figures beside those of before, of a year ago, and of days that were named; `days`
    and `named` are what those before and the named ones are called.
    """

    now: Figures
    before: Figures
    year_ago: Figures
    days: str
    least_for_percent: int
    beside: Figures | None = None
    named: str = ""


def number_text(figure: Figure, figures: Figures) -> str:
    """A figure as people read it: `1,234`, `1,234.50`, `0.4`; a dash where there is none."""
    number = figures.get(figure)
    if number is None:
        return "–"
    unit = KINDS[figure].unit
    if unit is Unit.WORKING_HOURS:
        return f"{number:,.1f}" if number else "–"
    if unit is Unit.BAHT and number != int(number):
        return f"{number:,.2f}"
    return f"{int(number):,}"


def with_unit(figure: Figure, figures: Figures) -> str:
    """`412 ใบ`."""
    return f"{number_text(figure, figures)} {unit_label(KINDS[figure].unit)}"


def group_lines(figures: Figures) -> list[tuple[str, str]]:
    """A line for each group that has something, and one that names those that have nothing."""
    lines = []
    nothing = []
    for name, group in GROUPS.items():
        label = _(FIELDS[name])
        if not any(figures.get(figure) for figure in group):
            nothing.append(label)
            continue
        parts = [_(VALUES[figure], number=number_text(figure, figures)) for figure in group]
        lines.append((label, in_one_line(*parts)))
    if nothing:
        lines.append((_("ไม่มีรายการ"), ", ".join(nothing)))
    return lines


def headline(compared: Compared, figure: Figure) -> str:
    """`412 ใบ เพิ่มขึ้น 8% จาก 1–23 ต.ค. 69 (381) · ปีก่อน 390`."""
    return f"{with_unit(figure, compared.now)} {beside_before(compared, figure)}"


def judged_text(compared: Compared, figure: Figure) -> list[str]:
    """Of what kept or missed its time standard, which part of all that was judged it is."""
    figures = compared.now
    judged = _number(figures, Figure.STANDARD_KEPT) + _number(figures, Figure.STANDARD_MISSED)
    part = share(_number(figures, figure), judged, compared.least_for_percent)
    if figure not in (Figure.STANDARD_KEPT, Figure.STANDARD_MISSED) or part is None:
        return []
    return [_("%(percent)s%% ของ %(count)s ใบที่ตัดสินได้แล้ว", percent=part, count=f"{judged:,}")]


def beside_before(compared: Compared, figure: Figure) -> str:
    """`เพิ่มขึ้น 8% จาก 1–23 ต.ค. 69 (381) · ปีก่อน 390`."""
    was = change(
        _number(compared.now, figure),
        _number(compared.before, figure),
        compared.least_for_percent,
    )
    old = number_text(figure, compared.before)
    course = _course(was.percent, _number(compared.now, figure) - was.was)
    before = _("เท่ากับ %(days)s", days=compared.days)
    if course:
        before = _(
            "%(course)s จาก %(days)s (%(number)s)",
            course=course,
            days=compared.days,
            number=old,
        )
    ago = _("ปีก่อน %(number)s", number=number_text(figure, compared.year_ago))
    named = ""
    if compared.beside is not None:
        number = number_text(figure, compared.beside)
        named = _("%(days)s %(number)s", days=compared.named, number=number)
    return in_one_line(before, ago, named)


def _number(figures: Figures, figure: Figure) -> int | float:
    return figures.get(figure) or 0


def _course(percent: int | None, more: float) -> str:
    """Whether it became more or less, of numbers that are large enough by how much; "" for
    neither.
    """
    if not more:
        return ""
    course = _("เพิ่มขึ้น") if more > 0 else _("ลดลง")
    if not percent:
        return course
    return f"{course} {abs(percent)}%"


def finding_lines(found: Sequence[Finding]) -> Iterator[str]:
    """Each thing that stands out as a sentence."""
    for one in found:
        name = one.row.name if one.row else ""
        yield _(
            WHY[one.what],
            name=name,
            count=f"{one.count:,}",
            of=f"{one.of:,}",
            percent=one.percent,
        )


def figure_lines(compared: Compared, figures: Sequence[Figure]) -> list[tuple[str, str]]:
    """A line for each figure that was asked for."""
    return [(figure_label(figure), headline(compared, figure)) for figure in figures]
