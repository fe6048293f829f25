"""The form of a ticket: a new one, a change of a saved one, or the closing of one.

The draft's data lie over the saved ticket's, field by field; `close` = 1 means that saving closes it,
`look` = 1 that the card is shown once more before saving.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial

from domain.dates import format_date
from domain.errors import NotFound
from domain.staff import StaffId
from domain.text import shorten
from domain.tickets import Status, Ticket
from handlers import ticket_cards
from handlers.chat import Button, Card, Reply
from handlers.desk import Context
from handlers.forms import end, enter_form, new_draft, with_values
from handlers.i18n import _
from handlers.labels import field_label, value_label, when
from handlers.registry import action
from handlers.ticket_cards import customer_title
from handlers.ticket_fields import TICKET_FIELDS, as_data, created_at, filled, saved_data
from store import changes, counters, forms, staff, tickets
from store.forms import Draft

QUERIES = {"customer": "customer_query", "projects": "project_query"}
"""Fields found by searching, and where a search that met none or several is kept."""


async def habit_defaults(ctx: Context) -> dict[str, str]:
    """Channel and subject from the officer's own recent tickets; a telephone enquiry where there are none."""
    habits = await tickets.list_habits(ctx.db, ctx.staff.id, limit=20)
    active = {subject.code for subject in ctx.desk.configuration.catalogue.active_subjects(ctx.today)}
    counts = Counter((habit.channel, habit.subject) for habit in habits if habit.subject in active)
    channel, subject = counts.most_common(1)[0][0] if counts else ("phone", "1.1")
    return {"channel": channel, "subject": subject}


class TicketForm:
    """See `handlers.forms.Form`."""

    kind = "ticket"
    fields = TICKET_FIELDS

    async def values(self, ctx: Context, draft: Draft) -> dict[str, str]:
        """What the ticket would hold if it were saved now."""
        return {**await saved_data(ctx, draft), **draft.data}

    async def missing(self, ctx: Context, draft: Draft) -> list[str]:
        values = await self.values(ctx, draft)
        needed = [] if draft.record else ["channel", "subject", "details"]
        if values.get("close"):
            needed += await self._closing(ctx, values)
        unknown = values.get("unknown", "").split(",")
        missing = [name for name in dict.fromkeys(needed) if not values.get(name) and name not in unknown]
        # A query that met several must be settled, whether or not the field is needed.
        unsettled = [name for name, query in QUERIES.items() if values.get(query)]
        return [*unsettled, *missing]

    async def _closing(self, ctx: Context, values: Mapping[str, str]) -> list[str]:
        if not values.get("subject") or not values.get("channel"):
            return ["details", "result"]
        code = values.get("customer")
        kind = (await ctx.customer(code)).kind if code else ""
        price = Decimal(values["price"]) if values.get("price") else None
        catalogue = ctx.desk.configuration.catalogue
        return list(catalogue.required_for_closing(values["subject"], values["channel"], kind, price))

    async def show(self, ctx: Context, draft: Draft) -> Card:
        values = await self.values(ctx, draft)
        customer = await customer_title(ctx, values.get("customer", ""))
        name = _("ใบงานใหม่")
        if draft.record:
            closing = values.get("close")
            name = _("ปิดใบงาน %(no)s", no=draft.record) if closing else _("แก้ไข %(no)s", no=draft.record)
        title = " · ".join(filter(None, (f"🎫 {name}", customer)))
        return Card(title, tuple(await self._lines(ctx, draft, values)))

    async def _lines(self, ctx: Context, draft: Draft, values: Mapping[str, str]) -> list[tuple[str, str]]:
        """For a new ticket what is filled; for a saved one what this draft changes."""
        shown = {"channel", "subject", "assignee", *draft.data} if not draft.record else set(draft.data)
        lines = []
        for name in TICKET_FIELDS:
            value = values.get(name, "")
            if name == "customer" and values.get("customer_query"):
                lines.append((field_label(name), f'"{values["customer_query"]}"'))
            if name not in shown or name == "customer" or not value:
                continue
            if name in ("urgency", "mood", "complexity") and value in ("normal", "simple") and not draft.record:
                continue
            lines.append((field_label(name), shorten(await self._text(ctx, name, value), 300)))
        unknown = [field_label(name) for name in values.get("unknown", "").split(",") if name]
        if unknown:
            lines.append((_("ไม่ทราบ"), ", ".join(unknown)))
        return lines

    async def _text(self, ctx: Context, name: str, value: str) -> str:
        catalogue = ctx.desk.configuration.catalogue
        if name == "channel":
            return catalogue.channel(value).name
        if name == "subject":
            return catalogue.subject(value).label
        if name == "assignee":
            return (await staff.get_staff(ctx.db, StaffId(int(value)))).name
        if name == "contact":
            return "✓"
        if name.endswith("_on"):
            return format_date(date.fromisoformat(value))
        if name == "projects":
            return value.replace(tickets.SEPARATOR, ", ")
        return value_label(name, value)

    async def quick(self, ctx: Context, draft: Draft) -> tuple[str, ...]:
        return () if draft.record else ("channel", "subject")

    async def save(self, ctx: Context, draft: Draft) -> Reply:
        if draft.record:
            return await _save_changes(ctx, self, draft)
        return await _save_new(ctx, self, draft)


FORM = TicketForm()
enter_form(FORM)


async def _save_new(ctx: Context, form: TicketForm, draft: Draft) -> Reply:
    values = await form.values(ctx, draft)
    no = await counters.reserve_ticket_no(ctx.db, ctx.now)
    blank = Ticket(
        no=no,
        channel="",
        subject="",
        details="",
        created_at=created_at(values.get("created_on", ""), ctx.now),
        recorded_at=ctx.now,
        recorded_by=ctx.staff.id,
        assignee=ctx.staff.id,
    )
    ticket = filled(blank, {"assignee": str(ctx.staff.id), **values})
    if values.get("close"):
        ticket = replace(ticket, status=Status.CLOSED, closed_at=ctx.now)
    ctx.change(partial(tickets.add_ticket, ticket=ticket))
    ctx.audit("ticket.created", ticket.no)
    end(ctx, draft, outcome=ticket.no)
    ticket_cards.tell_assignee(ctx, ticket, before=ctx.staff.id)
    return await ticket_cards.saved(ctx, ticket)


async def _save_changes(ctx: Context, form: TicketForm, draft: Draft) -> Reply:
    current = await tickets.get_ticket(ctx.db, draft.record)
    if current.version != draft.record_version:
        return await _show_difference(ctx, draft, current)
    ticket = filled(current, {**as_data(current), **draft.data})
    day = draft.data.get("created_on")
    if day and day != as_data(current)["created_on"]:
        ticket = replace(ticket, created_at=created_at(day, ctx.now))
    if draft.data.get("close") and current.status is not Status.CLOSED:
        ticket = replace(ticket, status=Status.CLOSED, closed_at=ctx.now)
    elif ticket.status is Status.NEW:
        ticket = replace(ticket, status=Status.OPEN, assignee=ticket.assignee or ctx.staff.id)
    ctx.change(partial(tickets.update_ticket, old=current, new=ticket, by=ctx.staff.id, now=ctx.now))
    ctx.audit("ticket.changed", ticket.no)
    end(ctx, draft, outcome=ticket.no)
    ticket_cards.tell_assignee(ctx, ticket, before=current.assignee)
    return await ticket_cards.saved(ctx, replace(ticket, version=current.version + 1))


async def _show_difference(ctx: Context, draft: Draft, current: Ticket) -> Reply:
    """Somebody saved this ticket meanwhile: show what, let the officer decide, overwrite nothing silently."""
    names = await staff.staff_names(ctx.db)
    lines = []
    for change in await changes.list_changes(ctx.db, current.no, draft.record_version):
        who = names.get(change.by, "") if change.by is not None else ""
        text = await ticket_cards.change_text(ctx, change)
        lines.append((f"{who} {when(change.at)}".strip(), text))
    mine = await FORM.show(ctx, draft)
    if current.status is Status.CLOSED and draft.data.get("close"):
        end(ctx, draft, outcome=current.no, state="cancelled")
        return await ticket_cards.present_state(ctx, current)
    card = Card(
        _("⚠️ %(no)s มีคนแก้ไขไปก่อน", no=current.no),
        tuple(lines),
        _("ของคุณ: %(mine)s", mine=" · ".join(f"{k} {v}" for k, v in mine.fields) or "-"),
        (
            Button(_("บันทึกของฉันต่อ"), "ticket.rebase", {"draft": draft.id, "version": str(current.version)}),
            Button(_("ทิ้งที่ฉันแก้"), "form.cancel", {"draft": draft.id}),
        ),
    )
    return Reply((card,))


@action("ticket.rebase", in_place=True)
async def rebase_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The officer saw the other's changes: lay the own ones over them."""
    draft = await forms.find_draft(ctx.db, args["draft"])
    if draft is None or draft.staff_id != ctx.staff.id or draft.state in ("saved", "cancelled"):
        raise NotFound("draft_gone")
    return await FORM.save(ctx, replace(draft, record_version=int(args["version"])))


def new_ticket(ctx: Context, values: Mapping[str, str]) -> Draft:
    """A draft for a new ticket: the officer answers for it."""
    return with_values(new_draft(ctx, "ticket", {"assignee": str(ctx.staff.id)}), values)


def edit_ticket(ctx: Context, ticket: Ticket, values: Mapping[str, str], *, look: bool) -> Draft:
    """A draft over a saved ticket; `look` = show the card before saving."""
    data = {**values, **({"look": "1"} if look else {})}
    return new_draft(ctx, "ticket", data, record=ticket.no, record_version=ticket.version)
