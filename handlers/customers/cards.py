"""How customers are shown: a line in a list, a card with contacts and last tickets."""

import asyncio
from collections.abc import Sequence

from domain.customers.fields import CUSTOMER
from domain.customers.phones import format_phone
from domain.customers.records import Customer
from domain.fields.rows import CARD
from domain.text import shorten
from domain.tickets.records import Ticket
from handlers.chat import Button, Card
from handlers.desk import Context
from handlers.forms.values import said
from handlers.i18n import _
from handlers.labels import field_label, value_label
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets.cards import by_due, due_state, shown_name, ticket_line, ticket_words
from handlers.tickets.cards import customer_line as line
from store.customers import records as customers
from store.owed import requests
from store.tickets import records as tickets

RECENT = 3
OPEN = 3
"""Open tickets that have a button each."""
CONTACTS = 5
LONGEST = 300
"""Characters of a text on the card."""
TOLD = (
    "name",
    "kind",
    "gender",
    "organisation",
    "phone",
    "mobile",
    "email",
    "note",
    "unknown",
)
"""The fields that have their own place on the card."""

__all__ = ["card", "line", "shown_name"]


async def card(ctx: Context, customer: Customer) -> Card:
    """The whole record: data, contacts, the last tickets, and what can be done."""
    ctx.audit("customer.read", customer.code)
    phones = [format_phone(phone) for phone in (customer.mobile, customer.phone) if phone]
    lines = [
        ("kind", ctx.desk.configuration.catalogue.type_name(customer.kind)),
        ("gender", value_label("gender", customer.gender) if customer.gender else ""),
        ("organisation", customer.organisation),
        ("phone", ", ".join(phones)),
        ("email", customer.email),
        ("address", "\n".join(address.text for address in customer.addresses)),
        ("note", shorten(customer.note, LONGEST)),
        *_further_lines(ctx, customer),
        ("unknown", ", ".join(field_label(name) for name in sorted(customer.unknown))),
    ]
    shown = [(field_label(name), value) for name, value in lines if value]
    for contact in customer.contacts[:CONTACTS]:
        reach = [format_phone(phone) for phone in (contact.mobile, contact.phone) if phone]
        shown.append((_("ผู้ติดต่อ"), " · ".join(filter(None, (contact.name, *reach, contact.email)))))
    if len(customer.contacts) > CONTACTS:
        shown.append(
            (_("ผู้ติดต่อ"), _("และอีก %(count)s คน ดูที่ เพิ่มเติม", count=len(customer.contacts) - CONTACTS))
        )
    count, asked, latest, unfinished, merged = await asyncio.gather(
        tickets.count_by_customer(ctx.db, customer.code),
        requests.count_by_customer(ctx.db, customer.code),
        tickets.list_by_customer(ctx.db, customer.code, RECENT),
        tickets.list_unfinished_by_customer(ctx.db, customer.code),
        customers.list_merged_codes(ctx.db, customer.code),
    )
    waiting = by_due(ctx, unfinished)
    shown += [
        (_("ใบงานค้าง"), ticket_line(ctx, each, due_state(ctx, each))) for each in waiting[:OPEN]
    ]
    shown += [(_("ใบงานล่าสุด"), ticket_line(ctx, each)) for each in latest if each.is_done]
    if merged:
        shown.append((_("รหัสเดิม"), ", ".join(merged)))
    buttons = (*_open_buttons(ctx, customer, waiting), *_buttons(customer, count, asked))
    return Card(f"👤 {customer.code} {shown_name(customer)}", tuple(shown), buttons=buttons)


def _further_lines(ctx: Context, customer: Customer) -> list[tuple[str, str]]:
    """Fields of the table that the card says nothing special of, with what people read of them."""
    configuration = ctx.desk.configuration
    rows = [CUSTOMER.rows[name] for name in CUSTOMER.standing(CARD) if name not in TOLD]
    texts = [(row, CUSTOMER.text(customer, row.name)) for row in rows]
    return [
        (row.name, shorten(said(configuration, row, text), LONGEST)) for row, text in texts if text
    ]


def _open_buttons(
    ctx: Context, customer: Customer, waiting: Sequence[Ticket]
) -> tuple[Button, ...]:
    """A new ticket, the open ones, the due first; the only one can be closed from here."""
    args = {"code": customer.code}
    buttons = [Button(_("สร้างใบงาน"), "customer.open", args)]
    buttons += [
        ticket_buttons.show_button(each, ticket_words(ctx, each)) for each in waiting[:OPEN]
    ]
    if len(waiting) > OPEN:
        buttons.append(
            Button(_("ใบงานค้างทั้งหมด (%(count)s)", count=len(waiting)), "customer.unfinished", args)
        )
    if len(waiting) == 1:
        buttons.append(ticket_buttons.close_button(waiting[0]))
    return tuple(buttons)


def _buttons(customer: Customer, count: int, asked: int) -> tuple[Button, ...]:
    args = {"code": customer.code}
    requested = (
        (Button(_("คำขอข้อมูล (%(count)s)", count=asked), "request.list", args),) if asked else ()
    )
    return (
        Button(_("ประวัติการติดต่อ (%(count)s)", count=count), "customer.history", args),
        *requested,
        Button(_("แก้ไข"), "customer.edit", args),
        Button(_("เพิ่มเติม"), "customer.more", args),
    )


def undo_button(code: str, version: int) -> Button:
    """The way back from the save that made this version; good while it is the last one."""
    return Button(_("เลิกการแก้ไขนี้"), "customer.undo", {"code": code, "version": str(version)})
