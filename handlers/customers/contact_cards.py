"""Contacts out of an address book, shared in the chat or as a vCard file: found in the register, or
made a customer.
"""

import asyncio
from collections.abc import Sequence

from domain.customers.phones import format_phone, read_emails, read_phones
from domain.customers.vcards import is_vcard, read_vcards
from domain.text import shorten, words
from domain.tickets.references import ReferenceKind, find_references
from handlers.chat import Attachment, Button, Choice, Paragraph, Reply, SharedContact, say
from handlers.customers import cards as customer_cards
from handlers.customers.fields import from_query
from handlers.desk import Context, Fetched
from handlers.forms import engine as forms
from handlers.i18n import _
from handlers.labels import why_label
from handlers.registry import FileUse, file_uses
from store.chat.forms import Draft
from store.customers import records as customers
from store.search import customers as search

LARGEST = 1_000_000
"""Bytes of a file that is looked into; pictures of people make it large."""
SHOWN = 8
"""Customers, or contacts of one file, of one answer."""


class ContactFile(FileUse):
    """Contacts out of an address book, each of them found or made a customer."""

    async def read(
        self, ctx: Context, body: Attachment, fetched: Fetched, draft: Draft | None
    ) -> Reply | None:
        contacts = await _read_file(ctx, body, fetched)
        return await shared(ctx, contacts, draft) if contacts else None


file_uses.enter(10, ContactFile())


async def _read_file(ctx: Context, body: Attachment, fetched: Fetched) -> list[SharedContact]:
    """The contacts in a file that is nothing else; none where its caption says to which ticket it
    belongs.
    """
    if fetched.size > LARGEST or any(
        one.kind is ReferenceKind.TICKET for one in find_references(body.caption)
    ):
        return []
    path = ctx.desk.files.blobs.existing(fetched.sha256)
    data = await asyncio.to_thread(path.read_bytes)
    if not is_vcard(data):
        return []
    return [
        SharedContact(v.name, tuple(v.phones), tuple(v.emails), v.organisation)
        for v in read_vcards(data)
    ]


async def shared(ctx: Context, contacts: Sequence[SharedContact], draft: Draft | None) -> Reply:
    """The answer to what the open form asks, where it can be one; else who is meant, or the offer
    of a new customer.
    """
    if len(contacts) > 1:
        return await _several(ctx, contacts)
    (contact,) = contacts
    return await _into_form(ctx, contact, draft) or await _found(ctx, contact)


async def _into_form(ctx: Context, contact: SharedContact, draft: Draft | None) -> Reply | None:
    """Into the fields of a new customer that are still empty; else where a telephone is an
    answer.
    """
    if draft is None or not forms.asks(draft) or ctx.now - draft.touched_at > forms.FRESH:
        return None
    if draft.kind == "customer" and not draft.record:
        said = from_query(_query(contact), ctx.today)
        return await forms.advance(ctx, forms.with_values(draft, _missing(said, draft)))
    if not forms.takes(draft, "phone"):
        return None
    known = await _by_reach(ctx, contact)
    return await forms.feed(ctx, draft, _reach(contact) if known else _query(contact))


def _missing(said: dict[str, str], draft: Draft) -> dict[str, str]:
    """What the draft does not say itself."""
    return {name: value for name, value in said.items() if value and not draft.given.get(name)}


async def _found(ctx: Context, contact: SharedContact) -> Reply:
    """By telephone and address, which are surer; else by name; and what was read, over both."""
    read = Paragraph(f"📇 {_title(contact)}")
    hits = await _by_reach(ctx, contact)
    if len(hits) == 1:
        customer = await customers.get_customer(ctx.db, hits[0].customer.code)
        return Reply((read, await customer_cards.card(ctx, customer)))
    if not hits and contact.name:
        hits = [
            hit
            for hit in await search.find_customers(ctx.db, ctx.words, contact.name)
            if not hit.weak
        ]
    if not hits:
        ctx.audit("customer.searched", "0")
        return say(f"{read.text}\n{_('ผลลัพธ์: 0')}", _new_button(contact))
    for hit in hits[:SHOWN]:
        ctx.audit("customer.listed", hit.customer.code)
    options = tuple(
        Button(
            f"{customer_cards.line(hit.customer)} · {why_label(hit.why, hit.score)}",
            "customer.show",
            {"code": hit.customer.code},
        )
        for hit in hits[:SHOWN]
    )
    question = f"{read.text}\n{_('ผลลัพธ์: %(count)s', count=len(hits))}"
    return Reply((Choice(question, options, (_new_button(contact),)),))


async def _by_reach(ctx: Context, contact: SharedContact) -> list[search.Hit]:
    reach = _reach(contact)
    return await search.find_customers(ctx.db, ctx.words, reach) if reach else []


async def _several(ctx: Context, contacts: Sequence[SharedContact]) -> Reply:
    """One button for each contact: the customer that has the telephone, else a new one."""
    options = []
    for contact in contacts[:SHOWN]:
        hits = await _by_reach(ctx, contact)
        if len(hits) != 1:
            options.append(_new_button(contact))
            continue
        code = hits[0].customer.code
        ctx.audit("customer.listed", code)
        options.append(
            Button(customer_cards.line(hits[0].customer), "customer.show", {"code": code})
        )
    question = _("รายชื่อ %(count)s ราย แตะเลือก", count=len(contacts))
    if len(contacts) > SHOWN:
        question += "\n" + _("แสดง %(count)s รายแรก ที่เหลือส่งแยกเป็นไฟล์ย่อย", count=SHOWN)
    return Reply((Choice(question, tuple(options)),))


def _phones(contact: SharedContact) -> list[str]:
    """Its telephones as people read them; one that cannot be read stays as it is written."""
    read = [number for text in contact.phones for number in read_phones(text).numbers or (text,)]
    return list(dict.fromkeys(format_phone(number) for number in read))


def _reach(contact: SharedContact) -> str:
    """The telephones and addresses that can be searched for."""
    numbers = [number for text in contact.phones for number in read_phones(text).numbers]
    addresses = [address for text in contact.emails for address in read_emails(text).addresses]
    return " ".join(dict.fromkeys((*map(format_phone, numbers), *addresses)))


def _title(contact: SharedContact) -> str:
    parts = (contact.name, contact.organisation, *_phones(contact), *contact.emails)
    return shorten(" · ".join(filter(None, parts)), 300)


def _query(contact: SharedContact) -> str:
    """The contact as somebody would type a new customer; see `domain.customers.new_customers`."""
    label = words("new_customer").table("labels").texts("organisation")[0]
    organisation = f"{label}: {contact.organisation}" if contact.organisation else ""
    lines = (contact.name, " ".join((*_phones(contact), *contact.emails)), organisation)
    return "\n".join(filter(None, lines))


def _new_button(contact: SharedContact) -> Button:
    name = shorten(" ".join(filter(None, (contact.name, *_phones(contact)[:1]))), 40)
    return Button(
        _('ผู้รับบริการใหม่ "%(name)s"', name=name),
        "customer.new",
        {"query": shorten(_query(contact), 500)},
    )
