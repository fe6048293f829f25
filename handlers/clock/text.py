"""The sum behind a due time in words."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from domain.clock import state as clock
from domain.clock.state import State
from domain.clock.sum import Explanation, SumLine, SumLineKind
from domain.configuration import Configuration
from domain.tickets.records import Complexity, Ticket
from domain.time_standard import Limit
from handlers.i18n import _
from handlers.labels import (
    closed_up,
    day,
    day_time,
    days,
    holiday,
    hours,
    span,
    value_label,
    weekday_when,
    when,
)

MOST_PARTS = 8
"""Parts of the sum that are added up in its last line; beyond it only the total stands there."""


def limit_text(cell: Limit) -> str:
    """`1 วันทำการ`"""
    return f"{cell.amount} {value_label('unit', cell.unit)}"


def why(
    configuration: Configuration,
    ticket: Ticket,
    told: Explanation,
    if_now: datetime | None,
    now: datetime,
) -> str:
    """The whole answer to "why this deadline"; `if_now` = when it is due if the customer answered
    now.
    """
    if told.limit is None:
        return _no_limit(configuration, ticket)
    lines = [
        _cell(configuration, ticket, told.limit),
        _("เริ่ม %(at)s", at=weekday_when(told.start)),
        *_lines(told.steps),
        *_result(told, if_now, configuration.calendar.day_minutes),
        *map(closed_up, _outcome(configuration, ticket, told, now)),
    ]
    return "\n".join(lines)


def _cell(configuration: Configuration, ticket: Ticket, cell: Limit) -> str:
    """Which cell of which table."""
    catalogue = configuration.catalogue
    subject = catalogue.subjects[ticket.subject]
    return _(
        "เรื่อง %(subject)s · %(channel)s · %(complexity)s → %(limit)s (%(table)s แถว %(row)s)",
        subject=ticket.subject,
        channel=catalogue.channel_name(ticket.channel),
        complexity=value_label("complexity", ticket.complexity),
        limit=limit_text(cell),
        table=value_label("time_table", subject.time_table or ""),
        row=[*Complexity].index(ticket.complexity) + 1,
    )


def _no_limit(configuration: Configuration, ticket: Ticket) -> str:
    subject = configuration.catalogue.subjects.get(ticket.subject)
    if subject is None or subject.time_table is None:
        return _("เรื่องนี้ไม่อยู่ในตารางเวลา จึงไม่มีกำหนดเสร็จ")
    if subject.time_table == "microdata":
        return _("ข้อมูลระดับย่อยที่ยุ่งยากขึ้นไปเป็นดุลยพินิจของผู้อำนวยการ ตารางไม่ได้กำหนดเวลา จึงไม่มีกำหนดเสร็จ")
    return _(
        "เรื่อง %(subject)s · %(channel)s · %(complexity)s: %(table)sไม่ได้กำหนดเวลา จึงไม่มีกำหนดเสร็จ",
        subject=ticket.subject,
        channel=configuration.catalogue.channel_name(ticket.channel),
        complexity=value_label("complexity", ticket.complexity),
        table=value_label("time_table", subject.time_table),
    )


def _lines(steps: Sequence[SumLine]) -> Iterator[str]:
    """A line for each run of counted days, of free days, and for each going on."""
    line: list[str] = []
    before: SumLine | None = None
    for step in steps:
        after_stop = before is not None and before.kind is SumLineKind.STOPPED
        if line and (step.kind is SumLineKind.GOES_ON or after_stop or _turns(before, step)):
            yield " · ".join(line)
            line = []
        if (
            step.kind is SumLineKind.STOPPED
            and line
            and before is not None
            and before.last == step.first
        ):
            line[-1] += " " + (_("แล้วปิดใบงาน") if step.closed else _("แล้วหยุดรอผู้รับบริการ"))
        elif (
            step.kind is SumLineKind.COUNTED
            and before is not None
            and before.kind is SumLineKind.GOES_ON
            and before.last == step.first
        ):
            line[-1] += " " + _("นับต่อ %(amount)s", amount=hours(step.amount))
        else:
            line.append(_phrase(step))
        before = step
    if line:
        yield " · ".join(line)


def _turns(before: SumLine | None, step: SumLine) -> bool:
    """From counted days to free ones or back, a new line begins."""
    return before is not None and (before.kind is SumLineKind.FREE) != (
        step.kind is SumLineKind.FREE
    )


def _phrase(step: SumLine) -> str:
    if step.kind is SumLineKind.STOPPED and step.at:
        return (
            _("%(at)s หยุด ปิดใบงาน", at=day_time(step.at))
            if step.closed
            else _("%(at)s หยุดรอผู้รับบริการ", at=day_time(step.at))
        )
    if step.kind is SumLineKind.GOES_ON and step.at:
        return (
            _("%(at)s เปิดอีกครั้ง", at=day_time(step.at))
            if step.closed
            else _("%(at)s ผู้รับบริการตอบ", at=day_time(step.at))
        )
    if step.kind is SumLineKind.FREE:
        return f"{days(step.first, step.last)} {holiday(step.name) or _weekend(step)}"
    if step.first != step.last:
        return _(
            "%(days)s นับวันละ %(amount)s",
            days=days(step.first, step.last),
            amount=hours(step.amount),
        )
    return _("%(day)s นับ %(amount)s", day=day(step.first), amount=hours(step.amount))


def _weekend(step: SumLine) -> str:
    names = dict.fromkeys(
        value_label("free_day", str(on.weekday())) for on in (step.first, step.last)
    )
    return "–".join(names)


def _result(told: Explanation, if_now: datetime | None, day_minutes: int) -> Iterator[str]:
    assert told.limit is not None
    total = timedelta(minutes=told.limit.working_minutes)
    if told.due is None:
        spent = {"spent": span(told.spent, day_minutes), "limit": span(total, day_minutes)}
        yield (
            _("นับแล้ว %(spent)s จาก %(limit)s ยังรอผู้รับบริการ", **spent)
            if told.spent
            else _("ยังไม่ได้นับ รอผู้รับบริการ")
        )
        if if_now is not None:
            yield _("ถ้าตอบตอนนี้ ครบ %(at)s", at=weekday_when(if_now))
        return
    yield _(
        "ครบ %(at)s (%(sum)s)",
        at=weekday_when(told.due),
        sum=_sum(told.limit, total, _parts(told.steps)),
    )


def _parts(steps: Sequence[SumLine]) -> list[timedelta]:
    """What was counted, each day by itself."""
    return [
        step.amount
        for step in steps
        if step.amount
        for _day in range((step.last - step.first).days + 1)
    ]


def _sum(cell: Limit, total: timedelta, parts: Sequence[timedelta]) -> str:
    """`2 + 3 + 2 = 7 ชม. = 1 วันทำการ`"""
    whole = all(part % timedelta(hours=1) == timedelta() for part in parts)
    added = " + ".join(str(part // timedelta(hours=1)) if whole else hours(part) for part in parts)
    pieces = [added] if 1 < len(parts) <= MOST_PARTS else []
    pieces.append(hours(total))
    if cell.unit == "day":
        pieces.append(limit_text(cell))
    return " = ".join(pieces)


def _outcome(
    configuration: Configuration, ticket: Ticket, told: Explanation, now: datetime
) -> Iterator[str]:
    """How it stands: what is left, what it is over, or how it was closed."""
    over = _over(configuration, ticket, told, now)
    left = span(told.left, configuration.calendar.day_minutes)
    if ticket.closed_at is not None:
        if over and told.state is State.KEPT:
            yield _("บันทึกและปิดในครั้งเดียวหลังให้บริการแล้ว จึงไม่นับว่าเกินกำหนด")
        elif over:
            yield _("ปิด %(at)s เกินกำหนด %(span)s", at=when(ticket.closed_at), span=over)
        else:
            yield _("ปิด %(at)s ทันกำหนด เหลือ %(span)s", at=when(ticket.closed_at), span=left)
    elif told.state is State.OVERDUE:
        yield _("เกินกำหนดมาแล้ว %(span)s", span=over)
    elif told.due is not None:
        yield _("ตอนนี้เหลือ %(span)s", span=left)


def _over(configuration: Configuration, ticket: Ticket, told: Explanation, now: datetime) -> str:
    """Working time beyond the limit in words; empty where it is not overdue."""
    end = ticket.closed_at or now
    if told.due is None or end <= told.due:
        return ""
    beyond = max(clock.elapsed(configuration, ticket, end) - (told.spent + told.left), timedelta())
    return span(beyond, configuration.calendar.day_minutes)
