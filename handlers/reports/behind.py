"""The tickets behind a number of a report, a page at a time; who looks is audited, and an officer
sees the own ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from domain.reports.figures import Figure
from domain.reports.requests import Dimension
from domain.tickets.records import Ticket
from handlers.chat import Button, Choice, Paragraph, Reply, in_lines
from handlers.desk import Context
from handlers.i18n import _
from handlers.registry import action
from handlers.reports.asked import AskedReport, understood_text
from handlers.reports.drawing import check_people, leads
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import cards as ticket_cards
from store.customers import records as customers
from store.tickets import records as tickets

PAGE = 8


@action("report.tickets", in_place=True)
async def tickets_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A page of the tickets behind the button's number, in the order of their numbers."""
    asked = _allowed(ctx, AskedReport.of(args))
    figure = next(iter(asked.figures), Figure.TICKETS_CREATED)
    found = await ctx.desk.reports.behind(
        ctx.db,
        asked.request,
        figure,
        ctx.now,
        PAGE + 1,
        args.get("after", ""),
    )
    by_no = await tickets.get_tickets(ctx.db, found[:PAGE])
    shown = [by_no[no] for no in found[:PAGE] if no in by_no]
    buttons = [asked.button(_("กลับไปที่ตัวเลข"))]
    if len(found) > PAGE:
        args_of_next = asked.args(after=found[PAGE - 1])
        buttons.insert(0, Button(_("ถัดไป"), "report.tickets", args_of_next))
    head = in_lines(_("🎫 ใบงานหลังตัวเลข"), understood_text(ctx, asked), *_own_only(ctx))
    if not shown:
        return Reply((Paragraph(in_lines(head, _("ไม่มีรายการ")), tuple(buttons)),))
    options = await _options(ctx, shown)
    return Reply((Choice(head, options, tuple(buttons)),))


def _allowed(ctx: Context, asked: AskedReport) -> AskedReport:
    """What this person may see of it: an officer the own tickets."""
    check_people(ctx.staff, asked.request)
    if leads(ctx.staff):
        return asked
    own = (Dimension.OFFICER, ctx.staff.name)
    if own in asked.request.filters:
        return asked
    narrowed = replace(asked.request, filters=(*asked.request.filters, own))
    return replace(asked, request=narrowed)


def _own_only(ctx: Context) -> list[str]:
    if leads(ctx.staff):
        return []
    return [_("แสดงเฉพาะใบงานของคุณ ใบงานของคนอื่นขอหัวหน้าช่วยดู")]


async def _options(ctx: Context, shown: Sequence[Ticket]) -> tuple[Button, ...]:
    """A line each: number, whose it is, subject, state."""
    codes = [each.customer for each in shown if each.customer]
    found = await customers.list_customers(ctx.db, codes)
    names = {customer.code: ticket_cards.shown_name(customer) for customer in found}
    options = []
    for each in shown:
        ctx.audit("ticket.listed", each.no)
        customer = names.get(each.customer, "") if each.customer else ""
        line = ticket_cards.ticket_line(
            ctx,
            each,
            customer=customer,
        )
        options.append(ticket_buttons.show_button(each, line))
    return tuple(options)
