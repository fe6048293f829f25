"""Customers are shown here: as a line in a list, and as a card with contacts and last tickets."""

from collections.abc import Sequence

from domain.customers.fields import CUSTOMER
from domain.customers.phones import format_phone
from domain.customers.records import Contact, Customer
from domain.fields.rows import CARD
from domain.text import shorten
from domain.tickets.records import Ticket
from handlers.chat import AnyButton, Button, Card, CardLine, CopyButton, Fact
from handlers.desk import Context
from handlers.forms.values import said
from handlers.i18n import _, language
from handlers.labels import fact, field_label, value_label
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets.cards import (
    by_due,
    due_state,
    shown_name,
    ticket_line,
    ticket_words,
)
from handlers.tickets.cards import customer_line as line
from store.owed.customer_overview import read_overview
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


async def card(ctx: Context, customer: Customer, contact: str = "") -> Card:
    """Returns the card of a customer: data, contacts, the last tickets, and everything that can be
    done; `contact` = the id of the one who was found, whom a new ticket takes.
    """
    ctx.audit("customer.read", customer.code)
    overview = await read_overview(ctx.db, customer.code)
    shown = await tickets.list_latest_and_unfinished(ctx.db, customer.code, RECENT)
    waiting = by_due(ctx, [ticket for ticket in shown if not ticket.is_done])
    met = next((one for one in customer.contacts if str(one.id) == contact), None)
    lines: list[CardLine]
    lines = [*_data_lines(ctx, customer), *_contact_lines(customer, met)]
    for ticket in waiting[:OPEN]:
        lines.append(
            (
                _("ใบงานค้าง"),
                ticket_line(ctx, ticket, due_state(ctx, ticket)),
            )
        )
    for ticket in reversed(shown[-RECENT:]):
        if ticket.is_done:
            lines.append((_("ใบงานล่าสุด"), ticket_line(ctx, ticket)))
    if overview.merged:
        lines.append((_("รหัสเดิม"), ", ".join(overview.merged)))
    buttons: tuple[AnyButton, ...] = (
        *_open_buttons(ctx, customer, met, waiting),
        *_buttons(customer, overview.tickets, overview.requests),
        CopyButton(_("คัดลอกรหัส"), customer.code),
    )
    return Card(
        f"👤 {customer.code} {shown_name(customer)}",
        tuple(lines),
        buttons=buttons,
    )


def _data_lines(ctx: Context, customer: Customer) -> list[Fact]:
    """The customer's own fields; none that is empty."""
    catalogue = ctx.desk.configuration.catalogue
    gender = value_label("gender", customer.gender) if customer.gender else ""
    lines = [
        ("kind", catalogue.type_name(customer.kind, language())),
        ("gender", gender),
        ("organisation", customer.organisation),
        ("phone", ", ".join(_phones(customer))),
        ("email", customer.email),
        ("address", "\n".join(address.text for address in customer.addresses)),
        ("note", shorten(customer.note, LONGEST)),
        *_further_lines(ctx, customer),
        ("unknown", ", ".join(field_label(name) for name in sorted(customer.unknown))),
    ]
    return [fact(name, value) for name, value in lines if value]


def _further_lines(ctx: Context, customer: Customer) -> list[tuple[str, str]]:
    """Fields of the table that the card says nothing special of, with what people read of them."""
    lines = []
    for name in CUSTOMER.standing(CARD):
        text = CUSTOMER.text(customer, name)
        if text and name not in TOLD:
            value = said(ctx.desk.configuration, CUSTOMER.rows[name], text)
            lines.append((name, shorten(value, LONGEST)))
    return lines


def _phones(who: Customer | Contact) -> list[str]:
    """The telephones as people read them, the mobile first."""
    return [format_phone(phone) for phone in (who.mobile, who.phone) if phone]


def contact_line(contact: Contact) -> str:
    """Returns a contact in one line: `กมลชนก · 081-234-5678 · kamol@example.ac.th`."""
    language = ""
    if contact.letter_language:
        chosen = value_label("letter_language", contact.letter_language)
        language = f"{field_label('letter_language')} {chosen}"
    return " · ".join(filter(None, (contact.name, *_phones(contact), contact.email, language)))


def _contact_lines(customer: Customer, met: Contact | None) -> list[tuple[str, str]]:
    """The one who was found, the first contacts, and how many more there are."""
    label = _("ผู้ติดต่อ")
    lines = []
    if met:
        lines.append((_("ผู้ติดต่อที่ค้นพบ"), contact_line(met)))
    first = customer.contacts[:CONTACTS]
    lines += [(label, contact_line(contact)) for contact in first if contact != met]
    more = len(customer.contacts) - CONTACTS
    if more > 0:
        lines.append((label, _("และอีก %(count)s คน ดูที่ เพิ่มเติม", count=more)))
    return lines


def _open_buttons(
    ctx: Context,
    customer: Customer,
    met: Contact | None,
    waiting: Sequence[Ticket],
) -> tuple[Button, ...]:
    """A new ticket, the open ones, the due first; the only one can be closed from here."""
    args = {"code": customer.code}
    new: dict[str, str] = {**args}
    if met:
        new["contact"] = str(met.id)
    buttons = [Button(_("สร้างใบงาน"), "customer.open", new)]
    for ticket in waiting[:OPEN]:
        buttons.append(ticket_buttons.show_button(ticket, ticket_words(ctx, ticket)))
    if len(waiting) > OPEN:
        label = _("ใบงานค้างทั้งหมด (%(count)s)", count=len(waiting))
        buttons.append(Button(label, "customer.unfinished", args))
    if len(waiting) == 1:
        buttons.append(ticket_buttons.close_button(waiting[0]))
    return tuple(buttons)


def _buttons(customer: Customer, count: int, asked: int) -> tuple[Button, ...]:
    """Further lists of the customer, and changes; `count` = tickets, `asked` = requests."""
    args = {"code": customer.code}
    history = _("ประวัติการติดต่อ (%(count)s)", count=count)
    buttons = [Button(history, "customer.history", args)]
    if asked:
        label = _("คำขอข้อมูล (%(count)s)", count=asked)
        buttons.append(Button(label, "request.list", args))
    buttons.append(Button(_("แก้ไข"), "customer.edit", args))
    buttons.append(Button(_("เพิ่มเติม"), "customer.more", args))
    return tuple(buttons)


def undo_button(code: str, version: int) -> Button:
    """Returns the button that takes back the save which made this version; it works as long as that
    is the last one.
    """
    return Button(
        _("เลิกการแก้ไขนี้"),
        "customer.undo",
        {"code": code, "version": str(version)},
    )
