"""The fields of the customer form: their questions, buttons and reading.

Whatever is typed may say more than was asked for: telephones, e-mails, organisation and address go
into their own fields where these are empty, and what has no field stands in the note, word for
word."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain

from domain.catalogue import name_in
from domain.customers.fields import CUSTOMER
from domain.customers.new_customers import (
    NewCustomer,
    further_note,
    placed,
    read_customer,
    says_nameless,
)
from domain.customers.phones import read_contact_details, read_emails, read_phones
from domain.customers.records import Contact, Customer
from domain.errors import InvalidInput
from domain.fields.rows import FORM
from domain.one_line.answers import plain_answer
from domain.one_line.reading import small_talk
from domain.one_line.slips import find_slip
from domain.text import shorten
from handlers.customers.likely_duplicates import TWIN
from handlers.desk import Context
from handlers.forms import reading as fields
from handlers.forms.drafts import unknown_values
from handlers.forms.engine import Field, Option
from handlers.forms.fields import form_fields
from handlers.i18n import LANGUAGES, language
from store.chat.forms import Draft
from store.customers import records as customers

NAME_LIMIT = 200
TITLES = {
    "นายก": "",
    "นาย": "male",
    "ด.ช.": "male",
    "นาง": "female",
    "น.ส.": "female",
    "ด.ญ.": "female",
}
"""What a name begins with, and the gender that it tells; นายก… is an office."""


def from_query(ctx: Context, text: str) -> dict[str, str]:
    """Returns what a message already tells of a new customer; there is no name in it if nothing can
    be one.
    """
    return _said(_read(ctx, text), {}, ctx.today)


def from_reading(ctx: Context, read: NewCustomer) -> dict[str, str]:
    """Returns the same of what was read elsewhere, with the gender that a title tells."""
    values = _said(read, {}, ctx.today)
    return {**values, **guess_gender(values, values.get("name", ""))}


def _read(ctx: Context, text: str) -> NewCustomer:
    return read_customer(text, ctx.desk.configuration.catalogue.type_words)


def guess_gender(known: Mapping[str, str], name: str) -> dict[str, str]:
    """Returns the gender that the title of a name tells; nothing if it tells none, or one is known.
    The officer sees it and can change it.
    """
    if known.get("gender"):
        return {}
    for title, gender in TITLES.items():
        if name.startswith(title):
            return {"gender": gender} if gender else {}
    return {}


def contact_of(text: str) -> tuple[Contact, list[str]]:
    """Reads one contact from a line: name, telephones, e-mail. Returns it, and what has no field of
    a contact and belongs into the note.

    A telephone alone is the contact's mobile.
    """
    contact_details = read_contact_details(text)
    phone, mobile, further = placed(contact_details.phones)
    if len(contact_details.phones) == 1:
        mobile = phone
        phone = ""
    name = " ".join([contact_details.words, *contact_details.emails[1:]]).strip()
    email = contact_details.emails[0] if contact_details.emails else ""
    contact = Contact(
        name,
        phone=phone,
        mobile=mobile,
        email=email,
    )
    return contact, further_note(further)


async def present_values(ctx: Context, draft: Draft) -> dict[str, str]:
    """Returns what the customer would hold if it were saved now."""
    if not draft.record:
        return dict(draft.given)
    customer = await customers.get_customer(ctx.db, draft.record)
    return {**as_data(customer), **draft.given}


def as_data(customer: Customer) -> dict[str, str]:
    """Returns a customer's fields as a draft holds them."""
    values = CUSTOMER.texts(customer, CUSTOMER.rows)
    address = customer.addresses[0].text if customer.addresses else ""
    return {**values, "address": address}


def _said(read: NewCustomer, known: Mapping[str, str], today: date) -> dict[str, str]:
    """What was read as a draft's values beside those that are known; only the name replaces one
    that is there.
    """
    values = _placed_contact_details(read.phones, read.emails, known)
    note = [values.pop("note", ""), *read.note]
    name = read.name if _is_name(read.name, today) else ""
    if len(name) > NAME_LIMIT:
        note.append(name)
        name = shorten(name, NAME_LIMIT)
    values["name"] = name
    others = {
        "organisation": read.organisation,
        "address": read.address,
        "contacts": read.contact,
    }
    for field, value in others.items():
        if value and known.get(field, value) != value:
            note.append(value)
        else:
            values[field] = value
    chosen = {"kind": read.kind, "gender": read.gender}
    values |= {field: value for field, value in chosen.items() if not known.get(field)}
    values |= _noted(note, known)
    return {field: value for field, value in values.items() if value}


def _is_name(text: str, today: date) -> bool:
    """Whether it has letters, and is more than a greeting, or a word for none."""
    if len(text) < 2 or re.search(r"[^\W\d_]", text) is None:
        return False
    if says_nameless(text):
        return False
    return not small_talk(text, today)


def _placed_contact_details(
    phones: Sequence[str], emails: Sequence[str], known: Mapping[str, str]
) -> dict[str, str]:
    """Telephones and e-mails in their fields beside those that are known, further ones as a `note`
    of their own.
    """
    phone, mobile, further = placed(
        phones,
        known.get("phone", ""),
        known.get("mobile", ""),
    )
    values = {}
    if phones:
        values = {"phone": phone, "mobile": mobile}
    note = further_note(further)
    for address in emails:
        own = values.setdefault("email", known.get("email") or address)
        if own != address:
            note.append(address)
    if note:
        values["note"] = "\n".join(note)
    return values


def _noted(lines: Sequence[str], known: Mapping[str, str]) -> dict[str, str]:
    """The note with further lines; nothing where no line says anything."""
    further = [*filter(None, lines)]
    if not further:
        return {}
    before = known.get("note", "")
    return {"note": "\n".join(filter(None, (before, *further)))}


async def _parse_name(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    """A name, and whatever of a new customer stands beside it; what is no name is kept while it is
    asked for again.
    """
    if says_nameless(plain_answer(text)):
        return unknown_values(draft, "name")
    known = await present_values(ctx, draft)
    read = _read(ctx, text)
    if draft.record:
        read = _renamed(text)
    values = _said(read, known, ctx.today)
    if "name" not in values:
        raise InvalidInput("name", kept=values)
    return {**values, **guess_gender({**draft.given, **values}, values["name"])}


def _renamed(text: str) -> NewCustomer:
    """What was typed for a saved customer's name: all of it but telephones and e-mails."""
    contact_details = read_contact_details(text)
    return NewCustomer(
        name=" ".join(contact_details.words.split()),
        phones=list(contact_details.phones),
        emails=list(contact_details.emails),
    )


async def _kind_options(ctx: Context, draft: Draft) -> list[Option]:
    kinds = ctx.desk.configuration.catalogue.customer_types
    return [Option(kind.code, name_in(kind, language())) for kind in kinds.values()]


async def _parse_kind(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    """A customer type, or a group of them by its own name; an organisation has no gender."""
    catalogue = ctx.desk.configuration.catalogue
    named = chain.from_iterable(catalogue.type_names_in(each).items() for each in LANGUAGES)
    options = [Option(code, name) for code, name in named]
    code = fields.match_option(options, text)
    kind = catalogue.customer_types.get(code)
    if kind is not None and kind.person:
        return {"kind": code}
    return {"kind": code, "gender": ""}


async def _parse_contact(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    """One more contact: name, and perhaps telephones and an e-mail."""
    contact, _further = contact_of(text)
    if not _is_name(contact.name, ctx.today):
        raise InvalidInput("name")
    if len(contact.name) > NAME_LIMIT:
        raise InvalidInput(
            "too_long",
            length=len(contact.name),
            limit=NAME_LIMIT,
        )
    return {"contacts": " ".join(text.split())}


async def _parse_reach(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    """Telephones and e-mails, one or several; a word for none says that there are none."""
    return await _parse_numbers(ctx, draft, text, "reach")


def _number_field(name: str) -> Field:
    """A telephone; what else is typed beside it finds its own place."""

    async def parse(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
        return await _parse_numbers(ctx, draft, text, name)

    return Field(
        name,
        "พิมพ์เบอร์โทร เช่น 081-234-5678",
        parse,
        takes=fields.PHONE,
        nine=True,
    )


async def _parse_email(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    """An e-mail address; further ones, and words beside it, stand in the note.
    InvalidInput("email").
    """
    read = read_emails(text)
    if not read.addresses or read.restored:
        raise InvalidInput("email", text=text[:60])
    known = await present_values(ctx, draft)
    values = _placed_contact_details(
        (),
        read.addresses,
        {**known, "email": ""},
    )
    note = (values.pop("note", ""), read.beside)
    return {**values, **_noted(note, known)}


async def _parse_numbers(
    ctx: Context,
    draft: Draft,
    text: str,
    name: str,
) -> Mapping[str, str]:
    """Telephones and e-mails for the field that asked; the first number is its own.

    InvalidInput says what could not be read, and keeps what could.
    """
    known = await present_values(ctx, draft)
    emails = read_emails(text)
    phones = read_phones(emails.beside if emails.addresses else text)
    numbers = list(phones.numbers)
    if not numbers and not emails.addresses and not phones.beside:
        return unknown_values(draft, name)
    if len(numbers) == 1 and name != "reach":
        values = {
            name: numbers[0],
            **_placed_contact_details((), emails.addresses, known),
        }
    else:
        values = _placed_contact_details(
            numbers,
            emails.addresses,
            {**known, name: ""},
        )
    if find_slip(phones.beside) or not (numbers or emails.addresses):
        error = _unread(phones.beside, name)
        raise InvalidInput(error.code, **error.params, kept=values)
    note = (values.pop("note", ""), phones.beside)
    return {**values, **_noted(note, known)}


def _unread(text: str, name: str) -> InvalidInput:
    """Why this is neither a telephone nor an e-mail."""
    if name == "reach" and not find_slip(text):
        return InvalidInput("reach")
    return fields.no_phone(text)


_OWN: Mapping[str, Field] = {
    field.name: field
    for field in (
        TWIN,
        Field(
            "name",
            "พิมพ์ชื่อ-นามสกุล หรือชื่อหน่วยงาน ต่อด้วยเบอร์โทร อีเมล ที่อยู่ได้",
            _parse_name,
            nine=True,
            clearable=False,
        ),
        Field(
            "kind",
            "",
            _parse_kind,
            _kind_options,
            clearable=False,
        ),
        fields.named_field("gender", unknown=True),
        Field(
            "reach",
            "พิมพ์เบอร์โทรหรืออีเมล (ไม่ทราบพิมพ์ 9)",
            _parse_reach,
            takes=fields.PHONE | fields.EMAIL,
            unknown=True,
        ),
        replace(
            fields.text_field("address", "พิมพ์ที่อยู่ หรือเฉพาะจังหวัด (ไม่ทราบพิมพ์ 9)", unknown=True),
            takes=fields.PLACE,
            opens="customer.addresses",
        ),
        _number_field("phone"),
        _number_field("mobile"),
        Field(
            "email",
            "พิมพ์อีเมล เช่น somchai@example.com",
            _parse_email,
            takes=fields.EMAIL,
            nine=True,
            none=True,
        ),
        fields.text_field("organisation", "พิมพ์ชื่อหน่วยงาน"),
        Field(
            "contacts",
            "พิมพ์ชื่อผู้ติดต่อที่จะเพิ่ม ต่อด้วยเบอร์โทรหรืออีเมล",
            _parse_contact,
            opens="customer.contacts",
        ),
        fields.text_field("note", "พิมพ์หมายเหตุ", limit=fields.LONG_LIMIT),
    )
}
_PLAIN = [CUSTOMER.rows[name] for name in CUSTOMER.standing(FORM) if name not in _OWN]
CUSTOMER_FIELDS: Mapping[str, Field] = {**_OWN, **form_fields(_PLAIN, _OWN)}
"""The form's fields in their order; those that need no code of their own come last."""
