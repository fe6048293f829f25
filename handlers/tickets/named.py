"""Tickets that a text names: shown, offered, changed, and given the other words of the text."""

from domain.text import shorten
from domain.tickets.records import Status, Ticket
from domain.tickets.references import ReferenceKind, ends_in_question, is_courtesy, take_reference
from handlers.chat import Button, Masked, Reply
from handlers.desk import Context
from handlers.i18n import _
from handlers.records.kinds import RecordKind, enter_records
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import cards as ticket_cards
from handlers.tickets.form import edit_ticket
from store import staff
from store.chat.forms import Draft
from store.tickets import records as tickets


class TicketRecords(RecordKind):
    """See `handlers.records.kinds.RecordKind`."""

    kind = ReferenceKind.TICKET
    form = "ticket"

    async def exists(self, ctx: Context, no: str) -> bool:
        return await tickets.find_ticket(ctx.db, no) is not None

    async def show(self, ctx: Context, no: str) -> Reply:
        ticket = await tickets.get_ticket(ctx.db, no)
        ctx.audit("ticket.read", ticket.no)
        return Reply((await ticket_cards.card(ctx, ticket),))

    async def option(self, ctx: Context, no: str) -> Button:
        ticket = await tickets.get_ticket(ctx.db, no)
        ctx.audit("ticket.listed", ticket.no)
        return ticket_buttons.show_button(ticket, ticket_cards.ticket_line(ctx, ticket))

    async def masked(self, ctx: Context, no: str) -> Masked:
        ticket = await tickets.get_ticket(ctx.db, no)
        ctx.audit("ticket.told", ticket.no)
        officer = ""
        if ticket.assignee is not None:
            officer = (await staff.staff_names(ctx.db)).get(ticket.assignee, "")
        return ticket_cards.masked_line(ctx, ticket, officer)

    async def uses(
        self,
        ctx: Context,
        no: str,
        text: str,
    ) -> tuple[Button, ...]:
        rest = _beside(text)
        return answer_buttons(await tickets.get_ticket(ctx.db, no), rest) if rest else ()

    async def draft(self, ctx: Context, no: str) -> Draft:
        ticket = await tickets.get_ticket(ctx.db, no)
        ctx.audit("ticket.read", ticket.no)
        return edit_ticket(ctx, ticket, {}, look=False)


enter_records(TicketRecords())


def _beside(text: str) -> str:
    """What is said of a ticket beside its number; nothing for a mere question."""
    taken = take_reference(text, ReferenceKind.TICKET)
    rest = taken[1] if taken else ""
    return "" if is_courtesy(rest) or ends_in_question(rest) else rest


def answer_buttons(ticket: Ticket, text: str) -> tuple[Button, ...]:
    """What a text that names no command may be for a ticket: each button names it, and acts on no
    other.
    """
    if ticket.status is Status.VOIDED:
        return ()
    args = {"no": ticket.no, "text": shorten(text, 4000)}
    label = _("ใช้เป็นหมายเหตุของ %(no)s", no=ticket.no)
    remark = Button(
        label,
        "ticket.remark",
        args,
        ticket.no,
        ticket.version,
        once=True,
    )
    if ticket.status is Status.CLOSED or ticket.result:
        return (remark,)
    return (
        Button(
            _("ใช้เป็นผลและปิด %(no)s", no=ticket.no),
            "ticket.answer",
            {**args, "close": "1"},
        ),
        Button(_("ใช้เป็นผลของ %(no)s", no=ticket.no), "ticket.answer", args),
        remark,
    )
