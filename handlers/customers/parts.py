"""A customer's contacts and addresses one by one: each can be added, changed, removed, or made the
main one (DOMAIN.md section 2.3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from domain.customers.phones import format_phone
from domain.customers.records import Address, Contact, Customer
from domain.errors import InvalidInput, NotFound
from domain.text import shorten
from handlers.chat import (
    Button,
    Card,
    Choice,
    Paragraph,
    Reply,
    ReplyPart,
    say,
    turn_buttons,
)
from handlers.customers import cards as customer_cards
from handlers.customers.fields import NAME_LIMIT, contact_of, from_query
from handlers.customers.form import moved_on, show_difference
from handlers.desk import Context
from handlers.forms import reading as fields
from handlers.forms.drafts import FormAnswer, end, new_draft
from handlers.forms.engine import Field, Form, enter_form, start
from handlers.i18n import _
from handlers.labels import fact, field_label, value_label
from handlers.registry import action
from store.chat import forms
from store.chat.forms import Dialog, Draft
from store.customers import records as customers

P = TypeVar("P", Contact, Address)
PAGE = 10


@action("customer.contacts")
@action("contacts.page", in_place=True, aside=True)
async def contacts_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Lists the contacts, the main one first; each can be opened."""
    return await _list(ctx, args, "contacts")


@action("customer.addresses")
@action("addresses.page", in_place=True, aside=True)
async def addresses_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Lists the addresses, the main one first; each can be opened."""
    return await _list(ctx, args, "addresses")


def _label(what: str) -> str:
    """What the contacts or addresses are called."""
    return field_label("contacts" if what == "contacts" else "address")


def _ones(customer: Customer, what: str) -> Sequence[Contact | Address]:
    """The customer's contacts or addresses."""
    return customer.contacts if what == "contacts" else customer.addresses


def _changed(customer: Customer, what: str) -> Reply:
    """The list has changed since the button was shown: it is shown anew."""
    told = Paragraph(_("⚠️ รายการเพิ่งถูกแก้ไข เลือกใหม่"))
    return Reply((told, list_part(customer, what)))


async def _list(ctx: Context, args: Mapping[str, str], what: str) -> Reply:
    customer = await customers.get_customer(ctx.db, args["code"])
    ctx.audit("customer.read", customer.code)
    await _leave_untouched_edit(ctx, args.get("edit", ""))
    page = int(args.get("page", "0"))
    return Reply((list_part(customer, what, page),))


async def _leave_untouched_edit(ctx: Context, draft_id: str) -> None:
    """An edit in which nothing was changed yet need not be offered again."""
    draft = await forms.find_draft(ctx.db, draft_id) if draft_id else None
    if draft is None or draft.staff_id != ctx.staff.id or draft.state != "open":
        return
    if set(draft.given) <= {"unknown"}:
        end(ctx, draft, state="cancelled")


def list_part(customer: Customer, what: str, page: int = 0) -> ReplyPart:
    """Returns one page of a customer's contacts or addresses, counted from 0, with what can be
    done.
    """
    args = {"code": customer.code, "version": str(customer.version)}
    ones = _ones(customer, what)
    shown = []
    for one in ones[page * PAGE : (page + 1) * PAGE]:
        opened = {**args, "place": str(_place(customer, one))}
        shown.append(Button(_line(one), f"{what}.show", opened))
    add = _("เพิ่มผู้ติดต่อ") if what == "contacts" else _("เพิ่มที่อยู่")
    buttons = (
        *turn_buttons(
            f"{what}.page",
            args,
            page,
            more=len(ones) > (page + 1) * PAGE,
        ),
        Button(add, f"{what}.new", args),
        Button(
            _("ผู้รับบริการ"),
            "customer.show",
            {"code": customer.code},
        ),
    )
    count = _("%(count)s รายการ", count=len(ones))
    title = f"{_title(customer, what)} · {count}"
    if not shown:
        return Paragraph(title, buttons)
    return Choice(title, tuple(shown), buttons)


def _title(customer: Customer, what: str) -> str:
    """`ผู้ติดต่อ · C81554 ผศ.ดร.กมลชนก`"""
    return f"{_label(what)} · {customer.code} {customer_cards.shown_name(customer)}"


def _place(customer: Customer, one: Contact | Address) -> int:
    """What tells one of a customer's contacts or addresses from the others: the id, or the place in
    the list.
    """
    if isinstance(one, Contact):
        return one.id or 0
    return customer.addresses.index(one)


def _line(one: Contact | Address) -> str:
    """A contact or an address in a list; the main one is marked."""
    main = _(" (หลัก)") if one.main else ""
    if isinstance(one, Address):
        text = " ".join(one.text.split())
    else:
        text = customer_cards.contact_line(one)
    return shorten(text, 100) + main


def _pick(customer: Customer, what: str, place: str) -> Contact | Address:
    """The contact or address that a button means; NotFound("part")."""
    for one in _ones(customer, what):
        if str(_place(customer, one)) == place:
            return one
    raise NotFound("part")


def _is_current(customer: Customer, args: Mapping[str, str]) -> bool:
    """Whether the customer is as a button showed it."""
    return (customer.code, str(customer.version)) == (args["code"], args["version"])


@action("contacts.show", in_place=True)
async def contact_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Shows one contact and what can be done with it."""
    return await _show(ctx, args, "contacts")


@action("addresses.show", in_place=True)
async def address_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Shows one address and what can be done with it."""
    return await _show(ctx, args, "addresses")


async def _show(ctx: Context, args: Mapping[str, str], what: str) -> Reply:
    customer = await customers.get_customer(ctx.db, args["code"])
    if not _is_current(customer, args):
        return _changed(customer, what)
    ctx.audit("customer.read", customer.code)
    one = _pick(customer, what, args["place"])
    buttons = [Button(_("แก้ไข"), f"{what}.edit", args)]
    if not one.main:
        main = _("ตั้งเป็นผู้ติดต่อหลัก") if what == "contacts" else _("ตั้งเป็นที่อยู่หลัก")
        buttons.append(Button(main, f"{what}.main", args))
    buttons.append(Button(_("ลบ"), f"{what}.remove", args))
    buttons.append(
        Button(
            _("กลับ"),
            f"customer.{what}",
            {"code": customer.code},
        )
    )
    head = f"{customer.code} {customer_cards.shown_name(customer)}"
    return say(f"{head}\n{_line(one)}", *buttons)


@action("contacts.main", in_place=True)
async def main_contact_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Makes this contact the main one."""
    return await _change(ctx, args, "contacts", remove=False)


@action("addresses.main", in_place=True)
async def main_address_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Makes this address the main one."""
    return await _change(ctx, args, "addresses", remove=False)


@action("contacts.remove", in_place=True, danger=True)
async def remove_contact_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Removes a contact; tickets go on naming it, and the removal can be taken back."""
    return await _change(ctx, args, "contacts", remove=True)


@action("addresses.remove", in_place=True, danger=True)
async def remove_address_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Removes an address; the removal can be taken back."""
    return await _change(ctx, args, "addresses", remove=True)


async def _change(
    ctx: Context,
    args: Mapping[str, str],
    what: str,
    *,
    remove: bool,
) -> Reply:
    """Removes a contact or an address, or makes it the main one."""
    customer = await customers.get_customer(ctx.db, args["code"])
    if not _is_current(customer, args):
        return _changed(customer, what)
    one = _pick(customer, what, args["place"])
    if isinstance(one, Contact):
        contacts = arranged(customer.contacts, one, remove=remove)
        new = replace(customer, contacts=contacts)
    else:
        addresses = arranged(customer.addresses, one, remove=remove)
        new = replace(customer, addresses=addresses)
    return save(ctx, customer, new, what)


def arranged(ones: tuple[P, ...], one: P, *, remove: bool) -> tuple[P, ...]:
    """Returns the list without this one, or with it as the main one. There is always exactly one
    main one, and it stands first.
    """
    others: list[P] = [other for other in ones if other is not one]
    # The main one stays: the others keep their order.
    if remove and not one.main:
        return tuple(others)
    if not remove:
        others.insert(0, one)
    return tuple(replace(other, main=other is others[0]) for other in others)


def save(
    ctx: Context,
    old: Customer,
    new: Customer,
    what: str,
) -> Reply:
    """Has the change written, and says so with the way back and the way to the list."""
    ctx.change(
        partial(
            customers.update_customer,
            old=old,
            new=new,
            by=ctx.staff.id,
            now=ctx.now,
        )
    )
    ctx.audit("customer.changed", new.code)
    code = {"code": new.code}
    buttons = (
        customer_cards.undo_button(new.code, old.version + 1),
        Button(_("ผู้รับบริการ"), "customer.show", code),
        Button(_label(what), f"customer.{what}", code),
    )
    done = Paragraph(_("✅ บันทึกข้อมูลเรียบร้อย %(code)s", code=new.code), buttons)
    return Reply((done,), confirms=True)


@action("contacts.new")
@action("contacts.edit")
async def contact_form_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Opens the form of a new contact, or of one that is changed."""
    return await _open_form(ctx, args, "contacts")


@action("addresses.new")
@action("addresses.edit")
async def address_form_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Opens the form of a new address, or of one that is changed."""
    return await _open_form(ctx, args, "addresses")


async def _open_form(ctx: Context, args: Mapping[str, str], what: str) -> Reply:
    customer = await customers.get_customer(ctx.db, args["code"])
    draft = new_draft(
        ctx,
        what,
        {},
        record=customer.code,
        record_version=customer.version,
    )
    asking = ""
    if "place" in args:
        if not _is_current(customer, args):
            return _changed(customer, what)
        draft = _edited(draft, _pick(customer, what, args["place"]))
        asking = PARTS[what].first
    ctx.audit("customer.read", customer.code)
    return await start(ctx, draft, asking)


def _edited(draft: Draft, one: Contact | Address) -> Draft:
    """The draft over this contact or address; `was` tells it again when the draft is saved."""
    if isinstance(one, Address):
        return replace(
            draft,
            given={"address": one.text},
            about={"was": one.text},
        )
    values = {
        "name": one.name,
        "phone": one.phone,
        "mobile": one.mobile,
        "email": one.email,
        "letter_language": one.letter_language or "",
    }
    return replace(
        draft,
        given=values,
        about={"was": str(one.id)},
        dialog=Dialog(look=True),
    )


async def _parse_name(ctx: Context, draft: Draft, text: str) -> FormAnswer:
    """A contact's name, perhaps with telephone and e-mail beside it; InvalidInput("name")."""
    contact, further = contact_of(text)
    # A contact has no note: what has no field stands in the name.
    name = " ".join([contact.name, *further]).strip()
    if len(name) > NAME_LIMIT or "name" not in from_query(ctx, text):
        raise InvalidInput("name")
    contact_details = {
        "phone": contact.phone,
        "mobile": contact.mobile,
        "email": contact.email,
    }
    given = {field: value for field, value in contact_details.items() if value}
    # All of it in one message needs no last look.
    return FormAnswer({"name": name, **given}, look=False if given else None)


class PartForm(Form):
    """The form of one contact or one address of a saved customer, see
    `handlers.forms.engine.Form`.
    """

    def __init__(self, kind: str, *declared: Field) -> None:
        self.kind = kind
        self.fields: Mapping[str, Field] = {field.name: field for field in declared}
        self.first = declared[0].name

    async def missing(self, ctx: Context, draft: Draft) -> list[str]:
        return [] if draft.given.get(self.first) else [self.first]

    async def show(self, ctx: Context, draft: Draft) -> Card:
        customer = await customers.get_customer(ctx.db, draft.record)
        lines = []
        for name in self.fields:
            value = await self.present(ctx, draft, name)
            if value:
                lines.append(fact(name, value))
        return Card(_title(customer, self.kind), tuple(lines))

    async def present(self, ctx: Context, draft: Draft, name: str) -> str:
        value = draft.given.get(name, "")
        if name in ("phone", "mobile"):
            return format_phone(value)
        return value_label(name, value)

    async def quick(self, ctx: Context, draft: Draft) -> tuple[str, ...]:
        if not draft.about.get("was"):
            return ()
        return tuple(name for name in self.fields if name != self.first)

    async def save(self, ctx: Context, draft: Draft) -> Reply:
        current = await customers.get_customer(ctx.db, draft.record)
        if moved_on(draft, current):
            return await show_difference(ctx, draft, current)
        end(ctx, draft, outcome=current.code)
        if self.kind == "contacts":
            new = replace(current, contacts=_with_contact(current, draft))
        else:
            new = replace(current, addresses=_with_address(current, draft))
        return save(ctx, current, new, self.kind)


def _with_contact(customer: Customer, draft: Draft) -> tuple[Contact, ...]:
    """The contact that is meant changed; a new one, also where somebody removed it meanwhile."""
    data = draft.given
    given = Contact(
        data["name"],
        data.get("phone", ""),
        data.get("mobile", ""),
        data.get("email", ""),
        letter_language=data.get("letter_language") or None,
    )
    contacts = list(customer.contacts)
    for place, one in enumerate(contacts):
        if str(one.id) == draft.about.get("was"):
            contacts[place] = replace(given, main=one.main, id=one.id)
            return tuple(contacts)
    return (*contacts, replace(given, main=not contacts))


def _with_address(customer: Customer, draft: Draft) -> tuple[Address, ...]:
    """The address that is meant changed, wherever it stands by now; a new one, also where it is
    there no more.
    """
    text = draft.given["address"]
    addresses = list(customer.addresses)
    for place, one in enumerate(addresses):
        if one.text == draft.about.get("was"):
            addresses[place] = replace(one, text=text)
            return tuple(addresses)
    return (*addresses, Address(text, main=not addresses))


PARTS = {
    "contacts": PartForm(
        "contacts",
        Field(
            "name",
            "พิมพ์ชื่อผู้ติดต่อ ต่อด้วยเบอร์โทรหรืออีเมลได้",
            _parse_name,
            clearable=False,
        ),
        fields.phone_field("phone"),
        fields.phone_field("mobile"),
        fields.email_field("email"),
        fields.named_field("letter_language"),
    ),
    "addresses": PartForm(
        "addresses",
        replace(fields.text_field("address", "พิมพ์ที่อยู่ หรือเฉพาะจังหวัด"), takes=fields.PLACE),
    ),
}
for form in PARTS.values():
    enter_form(form)
