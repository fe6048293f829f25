"""Contacts from an address book come as a chat message or as a vCard file. Each of them is found in
the register, or made a customer.
"""

import asyncio
from collections.abc import Sequence

from domain.customers.phones import format_phone, read_emails, read_phones
from domain.customers.vcards import is_vcard, read_vcards
from domain.text import shorten, words
from domain.tickets.references import ReferenceKind, find_references
from handlers.chat import (
    Attachment,
    Button,
    Choice,
    Paragraph,
    Reply,
    SharedContact,
    say,
)
from handlers.customers import cards as customer_cards
from handlers.customers.fields import from_query
from handlers.customers.hits import hit_buttons, shown_args
from handlers.desk import Context, Fetched
from handlers.forms import drafts
from handlers.forms import engine as forms
from handlers.i18n import _
from handlers.messages import unread_note
from handlers.registry import FileUse, file_uses
from handlers.tickets.cards import contact_of, found_line
from store.chat.forms import Draft
from store.customers import records as customers
from store.search import customers as search

LARGEST = 1_000_000
"""Bytes of a file that is looked into; pictures of people make it large."""
SHOWN = 8
"""Customers, or contacts of one file, of one answer."""


class ContactFile(FileUse):
    """Reads the contacts in a file; each of them is found or made a customer."""

    async def read(
        self,
        ctx: Context,
        body: Attachment,
        fetched: Fetched,
        draft: Draft | None,
    ) -> Reply | None:
        contacts = await _read_file(ctx, body, fetched)
        return await shared(ctx, contacts, draft) if contacts else None


file_uses.enter(10, ContactFile())


async def _read_file(ctx: Context, body: Attachment, fetched: Fetched) -> list[SharedContact]:
    """The contacts in a file that is nothing else; none where its caption says to which ticket it
    belongs.
    """
    if fetched.size > LARGEST:
        return []
    if any(one.kind is ReferenceKind.TICKET for one in find_references(body.caption)):
        return []
    path = ctx.desk.files.blobs.existing(fetched.sha256)
    # In a thread, so that nobody else waits for the disk.
    data = await asyncio.to_thread(path.read_bytes)
    if not is_vcard(data):
        return []
    contacts = []
    for card in read_vcards(data):
        contact = SharedContact(
            card.name,
            tuple(card.phones),
            tuple(card.emails),
            card.organisation,
        )
        contacts.append(contact)
    return contacts


async def shared(ctx: Context, contacts: Sequence[SharedContact], draft: Draft | None) -> Reply:
    """Takes the contacts as an answer to the open form, if it asks for such; else it shows who is
    meant, or offers a new customer.
    """
    if len(contacts) > 1:
        return await _several(ctx, contacts)
    (contact,) = contacts
    answered = await _into_form(ctx, contact, draft)
    if answered is not None:
        return answered
    return await _found(ctx, contact)


async def _into_form(ctx: Context, contact: SharedContact, draft: Draft | None) -> Reply | None:
    """Into the fields of a new customer that are still empty; else where a telephone is an
    answer.
    """
    if draft is None or not forms.asks(draft) or ctx.now - draft.touched_at > forms.FRESH:
        return None
    if draft.kind == "customer" and not draft.record:
        said = from_query(ctx, _query(contact))
        filled = drafts.with_values(draft, _missing(said, draft))
        return await forms.advance(ctx, filled)
    if not forms.takes(draft, "phone"):
        return None
    known = await _by_contact_details(ctx, contact)
    answer = _contact_details(contact) if known else _query(contact)
    return await forms.feed(ctx, draft, answer)


def _missing(said: dict[str, str], draft: Draft) -> dict[str, str]:
    """What the draft does not say itself."""
    return {name: value for name, value in said.items() if value and not draft.given.get(name)}


async def _found(ctx: Context, contact: SharedContact) -> Reply:
    """By telephone and address, which are surer; else by name; and what was read, over both."""
    read = f"📇 {_title(contact)}"
    hits = await _by_contact_details(ctx, contact)
    if len(hits) == 1:
        customer = await customers.get_customer(ctx.db, hits[0].customer.code)
        card = await customer_cards.card(ctx, customer, contact_of(hits[0]))
        return Reply((Paragraph(read), card))
    if not hits and contact.name:
        by_name = await ctx.find_customers(contact.name)
        hits = [hit for hit in by_name if not hit.weak]
    new = _new_button(contact)
    if not hits:
        ctx.audit("customer.searched", "0")
        return say(f"{read}\n{_('ผลลัพธ์: 0')}", new)
    count = _("ผลลัพธ์: %(count)s", count=len(hits))
    question = "\n".join(filter(None, (read, count, unread_note(ctx.is_register_unread))))
    buttons = () if ctx.is_register_unread else (new,)
    return Reply((Choice(question, hit_buttons(ctx, hits[:SHOWN]), buttons),))


async def _by_contact_details(ctx: Context, contact: SharedContact) -> list[search.Hit]:
    """Customers who have one of the contact's telephones or addresses."""
    contact_details = _contact_details(contact)
    if not contact_details:
        return []
    return await ctx.find_customers(contact_details)


async def _several(ctx: Context, contacts: Sequence[SharedContact]) -> Reply:
    """One button for each contact: the customer that has the telephone, else a new one."""
    options = []
    for contact in contacts[:SHOWN]:
        hits = await _by_contact_details(ctx, contact)
        if len(hits) != 1:
            options.append(_new_button(contact))
            continue
        ctx.audit("customer.listed", hits[0].customer.code)
        options.append(
            Button(
                found_line(hits[0]),
                "customer.show",
                shown_args(hits[0]),
            )
        )
    question = _("รายชื่อ %(count)s ราย แตะเลือก", count=len(contacts))
    if len(contacts) > SHOWN:
        question += "\n" + _("แสดง %(count)s รายแรก ที่เหลือส่งแยกเป็นไฟล์ย่อย", count=SHOWN)
    return Reply((Choice(question, tuple(options)),))


def _phones(contact: SharedContact) -> list[str]:
    """Its telephones as people read them; one that cannot be read stays as it is written."""
    numbers: list[str] = []
    for text in contact.phones:
        numbers += read_phones(text).numbers or (text,)
    return list(dict.fromkeys(map(format_phone, numbers)))


def _contact_details(contact: SharedContact) -> str:
    """The telephones and addresses that can be searched for."""
    found: list[str] = []
    for text in contact.phones:
        found += map(format_phone, read_phones(text).numbers)
    for text in contact.emails:
        found += read_emails(text).addresses
    return " ".join(dict.fromkeys(found))


def _title(contact: SharedContact) -> str:
    parts = (contact.name, contact.organisation, *_phones(contact), *contact.emails)
    return shorten(" · ".join(filter(None, parts)), 300)


def _query(contact: SharedContact) -> str:
    """The contact as somebody would type a new customer; see `domain.customers.new_customers`."""
    organisation = ""
    if contact.organisation:
        label = words("new_customer").table("labels").texts("organisation")[0]
        organisation = f"{label}: {contact.organisation}"
    contact_details = " ".join((*_phones(contact), *contact.emails))
    return "\n".join(filter(None, (contact.name, contact_details, organisation)))


def _new_button(contact: SharedContact) -> Button:
    name = shorten(" ".join(filter(None, (contact.name, *_phones(contact)[:1]))), 40)
    label = _('ผู้รับบริการใหม่ "%(name)s"', name=name)
    return Button(
        label,
        "customer.new",
        {"query": shorten(_query(contact), 500)},
    )
