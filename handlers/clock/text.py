"""The sum behind a due time, in words."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from domain.clock import state as clock
from domain.clock.state import State
from domain.clock.sum import Explanation, SumLine, SumLineKind
from domain.configuration import Configuration
from domain.tickets.records import Complexity, Ticket
from domain.time_standard import Limit
from handlers.i18n import _, language
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
    """Returns a limit of the time standard as people read it: `1 วันทำการ`."""
    return f"{cell.amount} {value_label('unit', cell.unit)}"


def why(
    configuration: Configuration,
    ticket: Ticket,
    told: Explanation,
    if_now: datetime | None,
    now: datetime,
) -> str:
    """Returns the whole explanation of a ticket's due time; `if_now` = the due time if the customer
    answered now.
    """
    # The table sets no time for this subject, or not for this complexity.
    if told.limit is None:
        return _no_limit(configuration, ticket)
    lines = [
        _cell(configuration, ticket, told.limit),
        _("เริ่ม %(at)s", at=weekday_when(told.start)),
        *_lines(told.steps),
        *_result(told, if_now, configuration.calendar.day_minutes),
        *map(
            closed_up,
            _outcome(
                configuration,
                ticket,
                told,
                now,
            ),
        ),
    ]
    return "\n".join(lines)


def _cell(configuration: Configuration, ticket: Ticket, cell: Limit) -> str:
    """Which cell of which table."""
    catalogue = configuration.catalogue
    subject = catalogue.subjects[ticket.subject]
    return _(
        "เรื่อง %(subject)s · %(channel)s · %(complexity)s → %(limit)s (%(table)s แถว %(row)s)",
        subject=ticket.subject,
        channel=catalogue.channel_name(ticket.channel, language()),
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
        channel=configuration.catalogue.channel_name(ticket.channel, language()),
        complexity=value_label("complexity", ticket.complexity),
        table=value_label("time_table", subject.time_table),
    )


def _lines(steps: Sequence[SumLine]) -> Iterator[str]:
    """A line for each run of counted days, of free days, and for each going on."""
    line: list[str] = []
    before: SumLine | None = None
    for step in steps:
        if line and _begins_line(before, step):
            yield " · ".join(line)
            line = []
        rest = _rest(before, step)
        if line and rest:
            line[-1] += f" {rest}"
        else:
            line.append(_phrase(step))
        before = step
    if line:
        yield " · ".join(line)


def _begins_line(before: SumLine | None, step: SumLine) -> bool:
    """Whether a new line begins: where the clock goes on or stood still, and between counted days
    and free ones.
    """
    if before is None:
        return False
    if step.kind is SumLineKind.GOES_ON or before.kind is SumLineKind.STOPPED:
        return True
    return (before.kind is SumLineKind.FREE) != (step.kind is SumLineKind.FREE)


def _rest(before: SumLine | None, step: SumLine) -> str:
    """What is left to say of a step on the day that the step before it is about; "" where it is
    said in full.
    """
    if before is None or before.last != step.first:
        return ""
    if step.kind is SumLineKind.STOPPED:
        return _("แล้วปิดใบงาน") if step.closed else _("แล้วหยุดรอผู้รับบริการ")
    if step.kind is SumLineKind.COUNTED and before.kind is SumLineKind.GOES_ON:
        return _("นับต่อ %(amount)s", amount=hours(step.amount))
    return ""


def _phrase(step: SumLine) -> str:
    """A step in full."""
    if step.at and step.kind in (SumLineKind.STOPPED, SumLineKind.GOES_ON):
        return _instant_text(step, day_time(step.at))
    if step.kind is SumLineKind.FREE:
        return f"{days(step.first, step.last)} {holiday(step.name) or _weekend(step)}"
    amount = hours(step.amount)
    if step.first != step.last:
        return _(
            "%(days)s นับวันละ %(amount)s",
            days=days(step.first, step.last),
            amount=amount,
        )
    return _("%(day)s นับ %(amount)s", day=day(step.first), amount=amount)


def _instant_text(step: SumLine, at: str) -> str:
    """The clock stopped or went on at an instant: for the customer, or because the ticket was
    closed.
    """
    if step.kind is SumLineKind.STOPPED:
        if step.closed:
            return _("%(at)s หยุด ปิดใบงาน", at=at)
        return _("%(at)s หยุดรอผู้รับบริการ", at=at)
    if step.closed:
        return _("%(at)s เปิดอีกครั้ง", at=at)
    return _("%(at)s ผู้รับบริการตอบ", at=at)


def _weekend(step: SumLine) -> str:
    """`เสาร์–อาทิตย์`"""
    ends = (step.first, step.last)
    names = dict.fromkeys(value_label("free_day", str(on.weekday())) for on in ends)
    return "–".join(names)


def _result(told: Explanation, if_now: datetime | None, day_minutes: int) -> Iterator[str]:
    """What the sum comes to; of a ticket that waits what was counted so far."""
    assert told.limit is not None
    total = timedelta(minutes=told.limit.working_minutes)
    if told.due is not None:
        added = _sum(told.limit, total, _parts(told.steps))
        yield _("ครบ %(at)s (%(sum)s)", at=weekday_when(told.due), sum=added)
        return
    if told.spent:
        spent = span(told.spent, day_minutes)
        limit = span(total, day_minutes)
        yield _("นับแล้ว %(spent)s จาก %(limit)s ยังรอผู้รับบริการ", spent=spent, limit=limit)
    else:
        yield _("ยังไม่ได้นับ รอผู้รับบริการ")
    if if_now is not None:
        yield _("ถ้าตอบตอนนี้ ครบ %(at)s", at=weekday_when(if_now))


def _parts(steps: Sequence[SumLine]) -> list[timedelta]:
    """What was counted, each day by itself."""
    parts: list[timedelta] = []
    for step in steps:
        if step.amount:
            count = (step.last - step.first).days + 1
            parts += [step.amount] * count
    return parts


def _sum(cell: Limit, total: timedelta, parts: Sequence[timedelta]) -> str:
    """`2 + 3 + 2 = 7 ชม. = 1 วันทำการ`"""
    pieces = []
    if 1 < len(parts) <= MOST_PARTS:
        pieces.append(" + ".join(_added(parts)))
    pieces.append(hours(total))
    if cell.unit == "day":
        pieces.append(limit_text(cell))
    return " = ".join(pieces)


def _added(parts: Sequence[timedelta]) -> list[str]:
    """The parts of the sum: numbers of hours where all of them are whole, else hours and
    minutes.
    """
    hour = timedelta(hours=1)
    if all(part % hour == timedelta() for part in parts):
        return [str(part // hour) for part in parts]
    return [hours(part) for part in parts]


def _outcome(
    configuration: Configuration,
    ticket: Ticket,
    told: Explanation,
    now: datetime,
) -> Iterator[str]:
    """How it stands: what is left, what it is over, or how it was closed."""
    over = _over(configuration, ticket, told, now)
    left = span(told.left, configuration.calendar.day_minutes)
    if ticket.closed_at is not None:
        closed = when(ticket.closed_at)
        if over and told.state is State.KEPT:
            yield _("บันทึกและปิดในครั้งเดียวหลังให้บริการแล้ว จึงไม่นับว่าเกินกำหนด")
        elif over:
            yield _("ปิด %(at)s เกินกำหนด %(span)s", at=closed, span=over)
        else:
            yield _("ปิด %(at)s ทันกำหนด เหลือ %(span)s", at=closed, span=left)
    elif told.state is State.OVERDUE:
        yield _("เกินกำหนดมาแล้ว %(span)s", span=over)
    elif told.due is not None:
        yield _("ตอนนี้เหลือ %(span)s", span=left)


def _over(
    configuration: Configuration,
    ticket: Ticket,
    told: Explanation,
    now: datetime,
) -> str:
    """Working time beyond the limit in words; empty where it is not overdue."""
    end = ticket.closed_at or now
    if told.due is None or end <= told.due:
        return ""
    limit = told.spent + told.left
    beyond = clock.elapsed(configuration, ticket, end) - limit
    return span(max(beyond, timedelta()), configuration.calendar.day_minutes)
