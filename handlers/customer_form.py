"""The form of a customer: a new one (required fields or 9, twins shown first) or a change of a saved one."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial

from domain.customers import Address, Contact, Customer, CustomerCode, Gender
from domain.errors import InvalidInput
from domain.one_line import small_talk, split_reach
from domain.phones import format_phone
from domain.text import shorten
from handlers import change_text, customer_cards, fields
from handlers.chat import Button, Card, Choice, Paragraph, Reply
from handlers.desk import Context
from handlers.forms import (
    Field,
    Form,
    Option,
    advance,
    end,
    enter_form,
    keep,
    new_draft,
    own_draft,
    proceed,
    rebased,
    start,
    with_values,
)
from handlers.i18n import _
from handlers.labels import field_label, value_label, why_label
from handlers.registry import action
from handlers.ticket_form import habit_defaults, new_ticket
from handlers.ticket_people import CUSTOMERS
from store import changes, counters, customers, forms, search
from store.forms import Draft

NAME_LIMIT = 200
TITLES = {"นายก": "", "นาย": "male", "ด.ช.": "male", "นาง": "female", "น.ส.": "female", "ด.ญ.": "female"}
"""What a name begins with, and the gender that it tells; นายก… is an office."""


async def _parse_name(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    """A name, perhaps with a telephone and an e-mail beside it."""
    values = from_query(text, ctx.today)
    if len(text) > NAME_LIMIT or "name" not in values:
        raise InvalidInput("name")
    known = {name: value for name, value in values.items() if name == "name" or not draft.data.get(name)}
    return {**known, **guess_gender(draft, values["name"])}


def guess_gender(draft: Draft, name: str) -> dict[str, str]:
    """The gender that the title tells, shown and changeable; nothing where it tells none."""
    if draft.data.get("gender"):
        return {}
    gender = next((gender for title, gender in TITLES.items() if name.startswith(title)), "")
    return {"gender": gender} if gender else {}


async def _kind_options(ctx: Context, draft: Draft) -> list[Option]:
    return [Option(kind.code, kind.name) for kind in ctx.desk.configuration.catalogue.customer_types.values()]


async def _parse_kind(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    """A customer type; an organisation has no gender."""
    code = fields.match_option(await _kind_options(ctx, draft), text)
    person = ctx.desk.configuration.catalogue.customer_types[code].person
    return {"kind": code} if person else {"kind": code, "gender": ""}


async def _parse_contact(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    """One more contact: name, and perhaps telephone and e-mail."""
    if "name" not in from_query(text, ctx.today):
        raise InvalidInput("name")
    return {"contacts": " ".join(text.split())[:NAME_LIMIT]}


CUSTOMER_FIELDS: Mapping[str, Field] = {
    field.name: field
    for field in (
        Field("name", "พิมพ์ชื่อ-นามสกุล หรือชื่อหน่วยงาน ต่อด้วยเบอร์โทรได้", _parse_name, nine=True, clearable=False),
        Field("kind", "", _parse_kind, _kind_options, clearable=False),
        fields.named_field("gender", unknown=True),
        fields.reach_field(),
        replace(
            fields.text_field("address", "พิมพ์ที่อยู่ หรือเฉพาะจังหวัด (ไม่ทราบพิมพ์ 9)", unknown=True),
            opens="customer.addresses",
        ),
        fields.phone_field("phone"),
        fields.phone_field("mobile"),
        fields.email_field("email"),
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


def as_data(customer: Customer) -> dict[str, str]:
    """A customer's fields as a draft holds them."""
    return {
        "name": customer.name,
        "kind": customer.kind,
        "gender": customer.gender or "",
        "address": customer.addresses[0].text if customer.addresses else "",
        "phone": customer.phone,
        "mobile": customer.mobile,
        "email": customer.email,
        "organisation": customer.organisation,
        "note": customer.note,
        "unknown": ",".join(sorted(customer.unknown)),
    }


def filled(base: Customer, values: Mapping[str, str]) -> Customer:
    """The customer with the draft's values laid over it; further contacts and addresses stay."""
    addresses = base.addresses
    if values.get("address", "") != (addresses[0].text if addresses else ""):
        first = (Address(values["address"], main=True),) if values.get("address") else ()
        addresses = (*first, *addresses[1:])
    contacts = base.contacts
    if values.get("contacts"):
        name, phone, email = split_reach(values["contacts"])
        contacts = (*contacts, Contact(name, mobile=phone, email=email, main=not contacts))
    return replace(
        base,
        name=values.get("name", ""),
        kind=values.get("kind", ""),
        gender=Gender(values["gender"]) if values.get("gender") else None,
        organisation=values.get("organisation", ""),
        phone=values.get("phone", ""),
        mobile=values.get("mobile", ""),
        email=values.get("email", ""),
        note=values.get("note", ""),
        # Not what a colleague found out while this draft lay open.
        unknown=frozenset(filter(None, values.get("unknown", "").split(","))) - {k for k, v in values.items() if v},
        contacts=contacts,
        addresses=addresses,
    )


def from_query(text: str, today: date) -> dict[str, str]:
    """What a fruitless search already tells of a new customer: telephone, e-mail, and the rest is the name."""
    name, phone, email = split_reach(text)
    values = {"phone": phone, "email": email}
    if len(name) >= 2 and re.search(r"[^\W\d_]", name) and not small_talk(name, today):
        values["name"] = shorten(name, NAME_LIMIT)
    return {key: value for key, value in values.items() if value}


class CustomerForm(Form):
    """See `handlers.forms.Form`."""

    kind = "customer"
    fields = CUSTOMER_FIELDS

    async def values(self, ctx: Context, draft: Draft) -> dict[str, str]:
        """What the customer would hold if it were saved now."""
        saved = as_data(await customers.get_customer(ctx.db, draft.record)) if draft.record else {}
        return {**saved, **draft.data}

    async def missing(self, ctx: Context, draft: Draft) -> list[str]:
        """Required: name, type, gender of people, a telephone or an e-mail, address (DOMAIN.md section 2.2)."""
        values = await self.values(ctx, draft)
        kind = ctx.desk.configuration.catalogue.customer_types.get(values.get("kind", ""))
        needed = ["name"] if draft.record else ["name", "kind", "gender", "reach", "address"]
        if kind is not None and not kind.person and "gender" in needed:
            needed.remove("gender")
        unknown = values.get("unknown", "").split(",")
        reached = any(values.get(name) or name in unknown for name in ("phone", "mobile", "email"))
        return [name for name in needed if not (reached if name == "reach" else values.get(name) or name in unknown)]

    async def show(self, ctx: Context, draft: Draft) -> Card:
        values = await self.values(ctx, draft)
        title = f"👤 {_('แก้ไข %(no)s', no=draft.record)}" if draft.record else f"👤 {_('ผู้รับบริการใหม่')}"
        shown = [name for name in CUSTOMER_FIELDS if values.get(name)]
        lines = [(field_label(name), self._text(ctx, name, values[name])) for name in shown]
        unknown = [field_label(name) for name in CUSTOMER_FIELDS if name in values.get("unknown", "").split(",")]
        if unknown:
            lines.append((_("ไม่ทราบ"), ", ".join(unknown)))
        return Card(f"{title} · {values['name']}" if values.get("name") else title, tuple(lines))

    def _text(self, ctx: Context, name: str, value: str) -> str:
        if name == "kind":
            kind = ctx.desk.configuration.catalogue.customer_types.get(value)
            return kind.name if kind else value
        if name in ("phone", "mobile"):
            return format_phone(value)
        return shorten(value_label(name, value), 200)

    async def present(self, ctx: Context, draft: Draft, name: str) -> str:
        values = await self.values(ctx, draft)
        return self._text(ctx, name, values[name]) if values.get(name) else ""

    async def relevant(self, ctx: Context, draft: Draft) -> tuple[str, ...]:
        return tuple(name for name in CUSTOMER_FIELDS if name != "reach")

    async def save(self, ctx: Context, draft: Draft) -> Reply:
        if draft.record:
            return await _save_changes(ctx, self, draft)
        values = await self.values(ctx, draft)
        wanted = filled(Customer(CustomerCode(""), ""), values)
        twins = [] if values.get("twins_seen") else await search.find_twins(ctx.db, wanted)
        if twins:
            return await _show_twins(ctx, draft, twins)
        return await _save_new(ctx, draft, wanted)


FORM = CustomerForm()
enter_form(FORM)


async def _show_twins(ctx: Context, draft: Draft, twins: list[search.Hit]) -> Reply:
    """Customers who may be the same person, before a second record is made."""
    reply = await proceed(ctx, draft)
    card = reply.parts[-1]
    title = card.title if isinstance(card, Card) else ""
    options = []
    for hit in twins:
        ctx.audit("customer.listed", hit.customer.code)
        label = f"{customer_cards.line(hit.customer)} · {why_label(hit.why, hit.score)}"
        options.append(Button(label, "customer.twin", {"draft": draft.id, "code": hit.customer.code}))
    buttons = (
        Button(_("บันทึกเป็นรายใหม่"), "customer.not_twin", {"draft": draft.id}),
        Button(_("ยกเลิก"), "form.cancel", {"draft": draft.id}),
    )
    question = _("%(title)s\nอาจมีอยู่แล้ว เลือกรายเดิม หรือบันทึกเป็นรายใหม่", title=title)
    return Reply((Choice(question, tuple(options), buttons),))


async def _save_new(ctx: Context, draft: Draft, wanted: Customer) -> Reply:
    code = await counters.reserve_customer_code(ctx.db)
    customer = replace(wanted, code=code)
    ctx.change(partial(customers.add_customer, customer=customer, now=ctx.now))
    ctx.unsaved[code] = customer
    ctx.audit("customer.created", code)
    end(ctx, draft, outcome=code)
    done = Paragraph(_("✅ บันทึกข้อมูลเรียบร้อย %(code)s %(name)s", code=code, name=customer_cards.shown_name(customer)))
    follow = await _then(ctx, draft, customer)
    return Reply((done, *follow.parts), confirms=True)


async def _then(ctx: Context, draft: Draft, customer: Customer) -> Reply:
    """Straight on to the ticket: the one that was waiting for this customer, or a new one."""
    waiting = await forms.find_draft(ctx.db, draft.data.get("then", ""))
    if waiting is not None and waiting.staff_id == ctx.staff.id and waiting.state in ("open", "parked"):
        # The query that is still open is the one that this customer was made for.
        asked = next((name for name in CUSTOMERS if waiting.data.get(f"{name}_query")), "customer")
        return await advance(ctx, with_values(waiting, {asked: customer.code, f"{asked}_query": ""}))
    values = {"customer": customer.code, "customer_query": ""}
    return await start(ctx, new_ticket(ctx, {**await habit_defaults(ctx), **values}))


async def _save_changes(ctx: Context, form: CustomerForm, draft: Draft) -> Reply:
    current = await customers.get_customer(ctx.db, draft.record)
    if moved_on(draft, current):
        return await show_difference(ctx, draft, current)
    customer = filled(current, await form.values(ctx, draft))
    if customer == current:
        end(ctx, draft, outcome=current.code, state="cancelled")
        return Reply((Paragraph(_("ไม่มีการเปลี่ยนแปลง")), await customer_cards.card(ctx, current)))
    ctx.change(partial(customers.update_customer, old=current, new=customer, by=ctx.staff.id, now=ctx.now))
    ctx.audit("customer.changed", customer.code)
    end(ctx, draft, outcome=customer.code)
    done = Paragraph(_("✅ บันทึกข้อมูลเรียบร้อย %(code)s", code=customer.code))
    return Reply((done, await customer_cards.card(ctx, customer)), confirms=True)


def moved_on(draft: Draft, current: Customer) -> bool:
    """Whether the customer of a draft was saved, or merged into another one, since the draft was begun."""
    return (current.code, current.version) != (draft.record, draft.record_version)


async def show_difference(ctx: Context, draft: Draft, current: Customer) -> Reply:
    """Somebody saved or merged this customer meanwhile: show what, and let the officer decide."""
    keep(ctx, draft)
    ctx.audit("customer.read", current.code)
    if current.code == draft.record:
        lines = await change_text.lines(ctx, await changes.list_changes(ctx.db, current.code, draft.record_version))
        title = _("⚠️ %(no)s มีคนแก้ไขก่อนคุณ", no=current.code)
    else:
        lines = []
        title = _("⚠️ %(no)s รวมเข้ากับ %(survivor)s แล้ว", no=draft.record, survivor=current.code)
        title += f" {customer_cards.shown_name(current)}"
    rebase = {"draft": draft.id, "code": current.code, "version": str(current.version)}
    card = Card(
        title,
        tuple(lines),
        buttons=(
            Button(_("บันทึกของฉันทับ"), "customer.rebase", rebase),
            Button(_("ไม่บันทึกของฉัน"), "form.cancel", {"draft": draft.id}),
        ),
    )
    return Reply((card,))


@action("customer.rebase", in_place=True)
async def rebase_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The officer saw the other's changes: lay the own ones over them."""
    draft = await own_draft(ctx, args)
    return await advance(ctx, rebased(replace(draft, record=args.get("code", draft.record)), int(args["version"])))


@action("customer.not_twin", in_place=True)
async def not_twin_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """None of those: save a new customer."""
    return await advance(ctx, with_values(await own_draft(ctx, args), {"twins_seen": "1"}))


@action("customer.twin", in_place=True)
async def twin_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """One of those it is: keep no second record, go on with the customer already there."""
    draft = await own_draft(ctx, args)
    customer = await customers.get_customer(ctx.db, args["code"])
    waiting = draft.data.get("then")
    end(ctx, draft, outcome=customer.code, state="cancelled")
    if waiting:
        return await _then(ctx, draft, customer)
    return Reply((await customer_cards.card(ctx, customer),))


def new_customer(ctx: Context, query: str, then: str = "") -> Draft:
    """A draft for a new customer, with what the search already told."""
    draft = new_draft(ctx, "customer", {"then": then} if then else {})
    values = from_query(query, ctx.today)
    values |= guess_gender(draft, values.get("name", ""))
    return with_values(draft, values)


def edit_customer(ctx: Context, customer: Customer) -> Draft:
    """A draft over a saved customer."""
    data = {"look": "1", "unknown": ",".join(sorted(customer.unknown))}
    return new_draft(ctx, "customer", data, record=customer.code, record_version=customer.version)
