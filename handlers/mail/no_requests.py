"""A mail that asks nothing: its ticket is voided with that reason, and comes back with one tap."""

from collections.abc import Mapping
from dataclasses import replace

from domain.tickets import voiding
from domain.tickets.records import Status, Ticket
from handlers.chat import Button, Reply, confirm, in_lines
from handlers.desk import Context
from handlers.i18n import _, speaking
from handlers.mail.matching import TAKEN, mail_action, who_was_first
from handlers.registry import TicketEvent, action
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import cards as ticket_cards
from handlers.tickets import saves as ticket_saves
from handlers.tickets.saves import what_follows
from store.tickets import records as tickets

VALUES = {
    "spam": "สแปม",
    "news": "โฆษณา/ประชาสัมพันธ์",
    "desk": "เรื่องภายใน",
    "known": "เพื่อทราบ",
}
"""What it is instead of a request; nobody has to say so."""


@mail_action("mail.no_request")
async def no_request_pressed(
    ctx: Context,
    ticket: Ticket,
    args: Mapping[str, str],
) -> Reply:
    """Void the ticket: it counts nowhere, and its number stays with the mail."""
    if ticket.assignee not in (None, ctx.staff.id):
        return await who_was_first(ctx, ticket, TAKEN)
    after = voiding.voided(ticket, reason_text())
    ticket_saves.write(ctx, ticket, after, ctx.staff.id)
    ctx.audit("ticket.voided", ticket.no)
    ended = await what_follows(ctx, ticket, TicketEvent.VOIDED)
    before = {"no": ticket.no, "was": ticket.status.value}
    reasons = [_reason_button(ticket, name) for name in VALUES]
    text = in_lines(
        _("✅ %(no)s ไม่ใช่คำขอ · ยกเลิกใบงานแล้ว ไม่นับในรายงาน", no=ticket.no),
        _("บอกได้ว่าเป็นอะไร (ไม่บังคับ)"),
    )
    back = Button(
        _("เป็นคำขอ คืนกลับ"),
        "mail.request",
        before,
    )
    return confirm(text, back, *reasons).followed_by(*ended)


def _reason_button(ticket: Ticket, name: str) -> Button:
    """[สแปม]"""
    return Button(
        _(VALUES[name]),
        "mail.no_request_why",
        {"no": ticket.no, "why": name},
    )


def reason_text(why: str = "") -> str:
    """The reason of voiding, in the office's language, with what it is where that was said."""
    with speaking("th"):
        reason = _("ไม่ใช่คำขอ")
        if not why:
            return reason
        return f"{reason} ({_(VALUES[why])})"


def _is_no_request(ticket: Ticket) -> bool:
    """Whether the ticket was voided so, and not for another reason."""
    is_voided = ticket.status is Status.VOIDED
    return is_voided and ticket.void_reason.startswith(reason_text())


@action("mail.no_request_why")
async def why_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Say what it is instead of a request."""
    ticket = await tickets.get_ticket(ctx.db, args["no"])
    if not _is_no_request(ticket):
        return await ticket_cards.present_state(ctx, ticket)
    reason = reason_text(args["why"])
    if reason != ticket.void_reason:
        after = replace(ticket, void_reason=reason)
        ticket_saves.write(ctx, ticket, after, ctx.staff.id)
        ctx.audit("ticket.changed", ticket.no)
    return confirm(_("บันทึกเหตุผลแล้ว: %(reason)s", reason=reason))


@action("mail.request")
async def request_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """It is a request after all: the ticket is what it was, in the list of new mails where it was
    there.
    """
    ticket = await tickets.get_ticket(ctx.db, args["no"])
    if not _is_no_request(ticket):
        return await ticket_cards.present_state(ctx, ticket)
    after = replace(voiding.restored(ticket), status=Status(args["was"]))
    ticket_saves.write(ctx, ticket, after, ctx.staff.id)
    ctx.audit("ticket.restored", ticket.no)
    again = replace(after, version=ticket.version + 1)
    followed = await what_follows(ctx, again, TicketEvent.RESTORED)
    done = _("✅ %(no)s กลับเป็นคำขอแล้ว", no=ticket.no)
    return confirm(done, ticket_buttons.show_button(again)).followed_by(*followed)
