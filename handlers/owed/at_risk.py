"""What is at risk, by the time that is left: tickets near their time standard, and what is owed
near its date.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from domain.dates.days import BANGKOK
from domain.owed.narrowing import Narrowing
from domain.tickets.records import TicketNo
from handlers.chat import Button, Reply, in_one_line, turn_buttons
from handlers.desk import Context
from handlers.i18n import _
from handlers.owed import narrowed
from handlers.owed.lead_lists import PAGE, counted, lead_buttons, line_buttons, listed
from handlers.registry import action
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import cards as ticket_cards
from store.customers import records as customers
from store.owed import lists as store
from store.owed.lists import Staffs
from store.tickets import deadlines
from store.tickets import records as tickets

OWED_UNTIL = time(23, 59)
"""What is owed on a day is in time until its end."""


@dataclass(frozen=True, slots=True)
class RiskLine:
    """A line of the list, and until when it is in time."""

    until: datetime
    button: Button


@action("owed.risk", in_place=True)
async def risk_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Shows another page of what is at risk."""
    return await show_risk(
        ctx,
        narrowed.of_args(args),
        int(args.get("page", 0)),
    )


async def show_risk(
    ctx: Context,
    wanted: Narrowing,
    page: int = 0,
) -> Reply:
    """Shows what comes due within the office's days, the least time left first; what is late
    already stands in the other lists.
    """
    visible = await narrowed.visible(ctx, wanted)
    staffs = visible if wanted.officer is None else [wanted.officer]
    days = ctx.configuration.leading.at_risk_days
    end = ctx.now + timedelta(days=days)
    most = (page + 1) * PAGE + 1
    lines = [
        *await _ticket_lines(ctx, staffs, end, most),
        *await _owed_lines(ctx, staffs, days, most),
    ]
    lines.sort(key=lambda line: line.until)
    shown = lines[page * PAGE : (page + 1) * PAGE]
    head = await _head(ctx, staffs, end, days)
    args = narrowed.as_args(Narrowing(officer=wanted.officer))
    turns = turn_buttons(
        "owed.risk",
        args,
        page,
        more=len(lines) > (page + 1) * PAGE,
    )
    others = lead_buttons(Narrowing(officer=wanted.officer), shown="risk")
    buttons = (*turns, *others)
    options = [line.button for line in shown]
    return listed(head, options, buttons)


async def _head(
    ctx: Context,
    staffs: Staffs,
    end: datetime,
    days: int,
) -> str:
    """How much of each kind comes due soon."""
    most = store.MOST_COUNTED
    due = await deadlines.count_next(
        ctx.db,
        staffs,
        ctx.now,
        end,
        most,
    )
    owing = await store.count_expected(
        ctx.db,
        staffs,
        ctx.today,
        days,
    )
    return in_one_line(
        _("⏳ ใกล้กำหนดภายใน %(days)s วัน", days=days),
        _("ใบงาน %(count)s", count=counted(due)),
        _("ค้างส่ง %(count)s", count=counted(owing)),
    )


async def _ticket_lines(
    ctx: Context,
    staffs: Staffs,
    end: datetime,
    limit: int,
) -> list[RiskLine]:
    numbers = await deadlines.list_next(
        ctx.db,
        staffs,
        ctx.now,
        end,
        limit,
    )
    found = await tickets.get_tickets(ctx.db, numbers)
    people = await customers.list_customers(
        ctx.db, [ticket.customer for ticket in found.values() if ticket.customer]
    )
    names = {str(customer.code): customer.name for customer in people}
    lines = []
    for number in numbers:
        ticket = found[TicketNo(number)]
        until = ticket_cards.due(ctx, ticket)
        if until is None or ticket.is_done:
            continue
        ctx.audit("ticket.listed", ticket.no)
        text = ticket_cards.ticket_line(
            ctx,
            ticket,
            left_text(ctx, until),
            names.get(ticket.customer or "", ""),
        )
        lines.append(RiskLine(until, ticket_buttons.show_button(ticket, text)))
    return lines


async def _owed_lines(
    ctx: Context,
    staffs: Staffs,
    days: int,
    limit: int,
) -> list[RiskLine]:
    rows = await store.list_expected(
        ctx.db,
        staffs,
        ctx.today,
        days,
        limit,
    )
    buttons = await line_buttons(ctx, rows)
    return [
        RiskLine(
            datetime.combine(
                row.expected_on,
                OWED_UNTIL,
                BANGKOK,
            ),
            button,
        )
        for row, button in zip(rows, buttons, strict=True)
    ]


def left_text(ctx: Context, until: datetime) -> str:
    """Returns how much time is left: `เหลือ 3 วัน`, `เหลือ 5 ชั่วโมง`, `เหลือ 20 นาที`."""
    minutes = int((until - ctx.now).total_seconds()) // 60
    days = (until.astimezone(BANGKOK).date() - ctx.today).days
    if days > 0:
        return _("เหลือ %(days)s วัน", days=days)
    if minutes >= 60:
        return _("เหลือ %(hours)s ชั่วโมง", hours=minutes // 60)
    return _("เหลือ %(minutes)s นาที", minutes=max(minutes, 0))
