"""A match is taken back, and the writer's address is kept with the customer or not."""

from collections.abc import Mapping

import orjson

from domain.customers.records import Customer
from domain.mail.matching.matched import (
    is_known,
    kept_address,
    unmatched,
    with_address,
    without_address,
)
from handlers.chat import Button, Reply, confirm
from handlers.desk import Context
from handlers.i18n import _
from handlers.mail.asking.receivers import is_a_person
from handlers.mail.matching import not_matched, save, writer_of_ticket
from handlers.registry import action
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets.saves import what_follows
from store.customers import records as customers
from store.mail import matches
from store.mail.matches import MailMatch
from store.tickets import records as tickets

REFUSED = "no"


@action("mail.unmatch", aside=True)
async def unmatch_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Take a match back: all that it set is as it was, but for what was changed since."""
    ticket = await tickets.get_ticket(ctx.db, args["no"])
    found = await matches.find_match(ctx.db, ticket.no)
    if found is None:
        return not_matched(ticket)
    became = orjson.loads(found.became)
    # Who was merged meanwhile is the same customer under another code.
    customer = await ctx.customer(became["customer"])
    became["customer"] = customer.code
    back = unmatched(ticket, orjson.loads(found.was), became)
    ctx.change(matches.end_match, ticket.no)
    _forget_address(ctx, found, customer)
    if back == ticket:
        text = _("%(no)s ถูกแก้ไขหลังจับคู่ จึงคงค่าปัจจุบันไว้", no=ticket.no)
        return confirm(text, ticket_buttons.show_button(ticket))
    saved = await save(ctx, ticket, back)
    text = _("เลิกจับคู่ %(no)s แล้ว ค่าเดิมกลับมา", no=ticket.no)
    search = Button(_("ค้นหาผู้รับบริการ"), "mail.search", {"no": ticket.no})
    followed = await what_follows(ctx, saved)
    return confirm(
        text,
        search,
        ticket_buttons.show_button(saved),
    ).followed_by(*followed)


def _forget_address(
    ctx: Context,
    match: MailMatch,
    customer: Customer,
) -> None:
    """The address that was kept with the match goes with it."""
    kept = kept_address(match.kept)
    if kept is not None:
        _change(ctx, customer, without_address(customer, kept))


def _change(
    ctx: Context,
    old: Customer,
    new: Customer,
) -> None:
    """Write a customer over the one that was read, as any change of one."""
    if new == old:
        return
    ctx.change(
        customers.update_customer,
        old=old,
        new=new,
        by=ctx.staff.id,
        now=ctx.now,
    )
    ctx.audit("customer.changed", old.code)


@action("mail.keep_address")
async def keep_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Keep the writer's address: with the contact, with the customer, or as a new contact's."""
    ticket = await tickets.get_ticket(ctx.db, args["no"])
    found = await matches.find_match(ctx.db, ticket.no)
    if found is None or not ticket.customer:
        return not_matched(ticket)
    customer = await ctx.customer(ticket.customer)
    writer = await writer_of_ticket(ctx, ticket.no)
    told = {
        "email": writer.emails[0],
        "code": customer.code,
    }
    if is_known(customer, writer.emails[0]):
        return confirm(_("%(email)s จำไว้กับ %(code)s แล้ว", **told))
    new, kept = with_address(
        customer,
        ticket.contact_id,
        writer,
        is_person=is_a_person(ctx, customer),
    )
    _change(ctx, customer, new)
    ctx.change(
        matches.decide_keeping,
        match=found,
        kept=kept.in_words(),
    )
    if not kept.added:
        return confirm(_("✅ จำ %(email)s ไว้กับ %(code)s แล้ว", **told))
    text = _(
        "✅ จำ %(email)s ไว้ เป็นผู้ติดต่อ %(name)s ของ %(code)s",
        **told,
        name=new.contacts[-1].name,
    )
    return confirm(text)


@action("mail.leave_address")
async def leave_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The address is not this customer's; nobody is asked about it again."""
    ticket = await tickets.get_ticket(ctx.db, args["no"])
    found = await matches.find_match(ctx.db, ticket.no)
    if found is None:
        return not_matched(ticket)
    if ticket.customer:
        _forget_address(
            ctx,
            found,
            await ctx.customer(ticket.customer),
        )
    ctx.change(
        matches.decide_keeping,
        match=found,
        kept=REFUSED,
    )
    return confirm(_("ไม่จำอีเมลนี้"))
