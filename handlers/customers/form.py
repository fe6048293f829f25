"""The form of a customer: a new one (required fields or 9; likely duplicates are shown first) or a
change of a saved one.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial

from domain.catalogue import Catalogue
from domain.customers.fields import CUSTOMER
from domain.customers.phones import format_phone
from domain.customers.records import Address, Customer, CustomerCode
from domain.text import shorten
from handlers.chat import Button, Card, CardLine, Paragraph, Reply
from handlers.customers import cards as customer_cards
from handlers.customers import likely_duplicates
from handlers.customers.fields import (
    CUSTOMER_FIELDS,
    contact_of,
    from_query,
    guess_gender,
    present_values,
)
from handlers.desk import Context
from handlers.forms.drafts import (
    FormAnswer,
    end,
    keep,
    new_draft,
    with_values,
)
from handlers.forms.engine import (
    Form,
    advance,
    enter_form,
    own_draft,
    rebased,
    start,
)
from handlers.forms.values import said
from handlers.i18n import _, language
from handlers.labels import fact, field_label
from handlers.records import changes as change_text
from handlers.registry import action
from handlers.tickets.form import habit_defaults, new_ticket
from handlers.tickets.people import CUSTOMERS
from store.chat import forms
from store.chat.forms import Dialog, Draft
from store.customers import records as customers
from store.records import changes, counters
from store.search import customers as search

NEEDED = ("name", "kind", "gender", "reach", "address")
"""What a new customer must have (DOMAIN.md section 2.2); of a saved one the name."""


def filled(base: Customer, values: Mapping[str, str]) -> Customer:
    """Returns the customer with the draft's values laid over it; further contacts and addresses
    stay.
    """
    laid = CUSTOMER.values(values, CUSTOMER.rows)
    # Not what a colleague found out while this draft lay open.
    laid["unknown"] -= {name for name, value in values.items() if value}
    contacts = base.contacts
    if values.get("contacts"):
        contact, further = contact_of(values["contacts"])
        contacts = (*contacts, replace(contact, main=not contacts))
        laid["note"] = "\n".join(filter(None, (laid["note"], *further)))
    addresses = _addresses(base, values.get("address", ""))
    return replace(base, contacts=contacts, addresses=addresses, **laid)


def _addresses(base: Customer, text: str) -> tuple[Address, ...]:
    """The customer's addresses, the first of them as typed; none in its place for an empty one."""
    first = base.addresses[0].text if base.addresses else ""
    if text == first:
        return base.addresses
    others = base.addresses[1:]
    if not text:
        return others
    return (Address(text, main=True), *others)


def _unknown(values: Mapping[str, str]) -> set[str]:
    """The fields that were answered with 9."""
    return set(filter(None, values.get("unknown", "").split(",")))


class CustomerForm(Form):
    """The form of a customer, see `handlers.forms.engine.Form`."""

    kind = "customer"
    fields = CUSTOMER_FIELDS

    async def values(self, ctx: Context, draft: Draft) -> dict[str, str]:
        """What the customer would hold if it were saved now."""
        return await present_values(ctx, draft)

    async def missing(self, ctx: Context, draft: Draft) -> list[str]:
        """Required: name, type, gender of people, a telephone or an e-mail, address (DOMAIN.md
        section 2.2).

        Before them, whether it is somebody who is there already.
        """
        if draft.given.get("twin"):
            return []
        if await likely_duplicates.unseen(ctx, draft):
            return ["twin"]
        values = await self.values(ctx, draft)
        answered = _answered(values, ctx.desk.configuration.catalogue)
        needed = ("name",) if draft.record else NEEDED
        return [name for name in needed if name not in answered]

    async def show(self, ctx: Context, draft: Draft) -> Card:
        values = await self.values(ctx, draft)
        title = _("ผู้รับบริการใหม่")
        if draft.record:
            title = _("แก้ไข %(no)s", no=draft.record)
        if values.get("name"):
            title = f"{title} · {values['name']}"
        lines: list[CardLine] = []
        for name in CUSTOMER_FIELDS:
            if values.get(name):
                value = self._text(ctx, name, values[name])
                lines.append(fact(name, value))
        unknown = [field_label(name) for name in CUSTOMER_FIELDS if name in _unknown(values)]
        if unknown:
            lines.append((_("ไม่ทราบ"), ", ".join(unknown)))
        note = ""
        if draft.asking == "twin":
            note = _("อาจมีอยู่แล้ว เลือกรายเดิม หรือสร้างรายใหม่")
        return Card(f"👤 {title}", tuple(lines), note)

    def _text(self, ctx: Context, name: str, value: str) -> str:
        """A field as people read it."""
        if name == "kind":
            return ctx.desk.configuration.catalogue.type_name(value, language())
        if name in ("phone", "mobile"):
            return format_phone(value)
        row = CUSTOMER.rows.get(name)
        if row is not None:
            value = said(ctx.desk.configuration, row, value)
        return shorten(value, 200)

    async def present(self, ctx: Context, draft: Draft, name: str) -> str:
        values = await self.values(ctx, draft)
        if not values.get(name):
            return ""
        return self._text(ctx, name, values[name])

    async def relevant(self, ctx: Context, draft: Draft) -> tuple[str, ...]:
        shown = [name for name, field in CUSTOMER_FIELDS.items() if not field.hidden]
        # It asks for telephones and e-mails together; each has a field of its own.
        return tuple(name for name in shown if name != "reach")

    async def save(self, ctx: Context, draft: Draft) -> Reply:
        if draft.record:
            return await _save_changes(ctx, self, draft)
        if draft.given.get("twin"):
            return await _use(ctx, draft, draft.given["twin"])
        customer = filled(Customer(CustomerCode(""), ""), draft.given)
        return await _save_new(ctx, draft, customer)


def _answered(values: Mapping[str, str], catalogue: Catalogue) -> set[str]:
    """What need not be asked for: fields with a value, or answered with 9."""
    answered = {name for name, value in values.items() if value} | _unknown(values)
    if answered & {"phone", "mobile", "email"}:
        answered.add("reach")
    kind = values.get("kind", "")
    if kind and not _is_person(catalogue, kind):
        answered.add("gender")
    return answered


def _is_person(catalogue: Catalogue, kind: str) -> bool:
    """Whether customers of this type have a gender."""
    customer_type = catalogue.customer_types.get(kind)
    return customer_type is not None and customer_type.person


FORM = CustomerForm()
enter_form(FORM)

FollowFunction = Callable[[Context, Draft, Customer], Awaitable[Reply]]
FOLLOWS: dict[str, FollowFunction] = {}
"""What comes after a new customer, or the one who was there already, by what a draft names as
`follows`; else a new ticket.
"""


def follows(name: str) -> Callable[[FollowFunction], FollowFunction]:
    """Enter what comes after the customer of a draft that names it."""

    def enter(run: FollowFunction) -> FollowFunction:
        FOLLOWS[name] = run
        return run

    return enter


async def _use(ctx: Context, draft: Draft, code: str) -> Reply:
    """Somebody who is there already: no second record; what was typed besides is told, and not lost
    unseen.
    """
    customer = await customers.get_customer(ctx.db, code)
    told = []
    for name in await likely_duplicates.beyond(ctx, draft, code):
        told.append(f"{field_label(name)} {await FORM.present(ctx, draft, name)}")
    end(
        ctx,
        draft,
        outcome=customer.code,
        state="cancelled",
    )
    if draft.about:
        reply = await _then(ctx, draft, customer)
    else:
        reply = Reply((await customer_cards.card(ctx, customer),))
    if not told:
        return reply
    said = " · ".join(told)
    text = _(
        "ที่พิมพ์ไว้แต่ยังไม่ได้ใส่ใน %(code)s: %(said)s",
        code=customer.code,
        said=said,
    )
    edit = Button(
        _("แก้ไข"),
        "customer.edit",
        {"code": customer.code},
    )
    return replace(reply, parts=(Paragraph(text, (edit,)), *reply.parts))


async def _save_new(ctx: Context, draft: Draft, wanted: Customer) -> Reply:
    code = await counters.reserve_customer_code(ctx.db)
    customer = replace(wanted, code=code)
    ctx.change(partial(customers.add_customer, customer=customer, now=ctx.now))
    # The ticket that follows is made before the customer is written.
    ctx.unsaved[code] = customer
    ctx.audit("customer.created", code)
    end(ctx, draft, outcome=code)
    name = customer_cards.shown_name(customer)
    text = _(
        "✅ บันทึกข้อมูลเรียบร้อย %(code)s %(name)s",
        code=code,
        name=name,
    )
    follow = await _then(ctx, draft, customer)
    return Reply((Paragraph(text), *follow.parts), confirms=True)


async def _then(ctx: Context, draft: Draft, customer: Customer) -> Reply:
    """Straight on to the ticket: the one that was waiting for this customer, or a new one."""
    follows = draft.about.get("follows")
    if follows:
        follow = FOLLOWS[follows]
        return await follow(ctx, draft, customer)
    waiting = await forms.find_draft(ctx.db, draft.about.get("then", ""))
    if waiting is not None and _goes_on(ctx, waiting):
        # The query that is still open is the one that this customer was made for.
        asked = next((name for name in CUSTOMERS if waiting.query(name)), "customer")
        answer = FormAnswer({asked: customer.code}, queries={asked: ""})
        return await advance(ctx, with_values(waiting, answer))
    habit = await habit_defaults(ctx)
    answer = habit | FormAnswer({"customer": customer.code})
    return await start(ctx, new_ticket(ctx, answer))


def _goes_on(ctx: Context, waiting: Draft) -> bool:
    """Whether the officer's draft is neither saved nor cancelled."""
    return waiting.staff_id == ctx.staff.id and waiting.state in ("open", "parked")


async def _save_changes(ctx: Context, form: CustomerForm, draft: Draft) -> Reply:
    current = await customers.get_customer(ctx.db, draft.record)
    if moved_on(draft, current):
        return await show_difference(ctx, draft, current)
    customer = filled(current, await form.values(ctx, draft))
    if customer == current:
        end(
            ctx,
            draft,
            outcome=current.code,
            state="cancelled",
        )
        card = await customer_cards.card(ctx, current)
        return Reply((Paragraph(_("ไม่มีการเปลี่ยนแปลง")), card))
    write = partial(
        customers.update_customer,
        old=current,
        new=customer,
        by=ctx.staff.id,
        now=ctx.now,
    )
    ctx.change(write)
    ctx.audit("customer.changed", customer.code)
    end(ctx, draft, outcome=customer.code)
    done = Paragraph(_("✅ บันทึกข้อมูลเรียบร้อย %(code)s", code=customer.code))
    card = await customer_cards.card(ctx, customer)
    return Reply((done, card), confirms=True)


def moved_on(draft: Draft, current: Customer) -> bool:
    """Says whether the customer of a draft was saved, or merged into another one, since the draft
    was begun.
    """
    return (current.code, current.version) != (draft.record, draft.record_version)


async def show_difference(ctx: Context, draft: Draft, current: Customer) -> Reply:
    """Shows what somebody else has saved or merged meanwhile, and lets the officer decide."""
    keep(ctx, draft)
    ctx.audit("customer.read", current.code)
    lines: list[tuple[str, str]] = []
    if current.code == draft.record:
        made = await changes.list_changes(ctx.db, current.code, draft.record_version)
        lines = await change_text.lines(ctx, made)
        title = _("⚠️ %(no)s มีคนแก้ไขก่อนคุณ", no=current.code)
    else:
        title = _(
            "⚠️ %(no)s รวมเข้ากับ %(survivor)s แล้ว",
            no=draft.record,
            survivor=current.code,
        )
        title += f" {customer_cards.shown_name(current)}"
    rebase = {"draft": draft.id, "code": current.code, "version": str(current.version)}
    buttons = (
        Button(_("บันทึกของฉันทับ"), "customer.rebase", rebase),
        Button(
            _("ไม่บันทึกของฉัน"),
            "form.cancel",
            {"draft": draft.id},
        ),
    )
    return Reply((Card(title, tuple(lines), buttons=buttons),))


@action("customer.rebase", in_place=True, danger=True)
async def rebase_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The officer has seen the changes of others, and lays the own ones over them."""
    draft = await own_draft(ctx, args)
    # The survivor, where the record was merged.
    draft = replace(draft, record=args.get("code", draft.record))
    return await advance(ctx, rebased(draft, int(args["version"])))


async def passed_over(ctx: Context, query: str) -> FormAnswer:
    """Returns the customers whom a search for this text has shown, as a draft holds them; they are
    not asked about again.
    """
    hits = await search.find_customers(ctx.db, ctx.words, query) if query else []
    return FormAnswer(passed=likely_duplicates.seen(hits[: likely_duplicates.SHOWN]))


def new_customer(ctx: Context, query: str, then: str = "") -> Draft:
    """Returns a draft of a new customer with what the search already told; `then` = the draft that
    waits for the customer.
    """
    draft = new_draft(
        ctx,
        "customer",
        {},
        about={"then": then} if then else {},
    )
    values = from_query(ctx, query)
    gender = guess_gender(values, values.get("name", ""))
    return with_values(draft, {**values, **gender})


def edit_customer(ctx: Context, customer: Customer) -> Draft:
    """Returns a draft over a saved customer."""
    return new_draft(
        ctx,
        "customer",
        {"unknown": ",".join(sorted(customer.unknown))},
        record=customer.code,
        record_version=customer.version,
        dialog=Dialog(look=True),
    )
