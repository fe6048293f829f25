"""The form of a ticket: a new one, a change of a saved one, or the closing of one.

The draft's data lie over the saved ticket's, field by field; `close` = 1 means that saving closes it,
`look` = 1 that the card is shown once more before saving.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial

from domain.dates import BANGKOK, format_date
from domain.phones import format_phone
from domain.staff import StaffId
from domain.text import shorten
from domain.tickets import Status, Ticket
from handlers import draft_files, ticket_cards
from handlers.chat import Button, Card, Paragraph, Reply
from handlers.desk import Context
from handlers.forms import advance, end, enter_form, new_draft, own_draft, proceed, rebased, with_values
from handlers.i18n import _
from handlers.labels import field_label, value_label, when
from handlers.registry import action
from handlers.ticket_cards import customer_title
from handlers.ticket_fields import COMMON, TICKET_FIELDS, as_data, created_at, filled, saved_data
from store import changes, counters, staff, tickets
from store.forms import Draft

QUERIES = {"customer": "customer_query", "subject": "subject_query", "projects": "project_query"}
"""Fields found by searching, and where a search that met none or several is kept."""
DECIDING = {"subject", "channel", "customer", "price"}
"""Fields that decide what closing insists on."""
DEFAULTS = {"normal", "simple"}
"""Values that go without saying."""


async def habit_defaults(ctx: Context) -> dict[str, str]:
    """Channel and subject from the officer's own recent tickets; a telephone enquiry where there are none."""
    habits = await tickets.list_habits(ctx.db, ctx.staff.id, limit=20)
    catalogue = ctx.desk.configuration.catalogue
    active = [subject.code for subject in catalogue.active_subjects(ctx.today)]
    counts = Counter((h.channel, h.subject) for h in habits if h.subject in active and h.channel in catalogue.channels)
    if counts:
        channel, subject = counts.most_common(1)[0][0]
    else:
        channel = "phone" if "phone" in catalogue.channels else next(iter(catalogue.channels))
        subject = next(code for code in active if catalogue.fits(code, channel))
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
        if values.get("close") or await self._stays_closed(ctx, draft):
            needed += await self._closing(ctx, values)
        unknown = values.get("unknown", "").split(",")
        missing = [name for name in dict.fromkeys(needed) if not values.get(name) and name not in unknown]
        # A query that met several must be settled, whether or not the field is needed.
        unsettled = [name for name, query in QUERIES.items() if values.get(query)]
        return list(dict.fromkeys([*unsettled, *missing]))

    async def _stays_closed(self, ctx: Context, draft: Draft) -> bool:
        """A closed ticket that is corrected must still have what closing insists on."""
        if not draft.record or not DECIDING & draft.data.keys():
            return False
        return (await tickets.get_ticket(ctx.db, draft.record)).status is Status.CLOSED

    async def _closing(self, ctx: Context, values: Mapping[str, str]) -> list[str]:
        if values.get("subject") not in ctx.desk.configuration.catalogue.subjects or not values.get("channel"):
            return ["details", "result"]
        return list(ctx.desk.configuration.catalogue.required_for_closing(*await self._circumstances(ctx, values)))

    async def _circumstances(self, ctx: Context, values: Mapping[str, str]) -> tuple[str, str, str, Decimal | None]:
        """What decides which fields a subject wants: subject, channel, the customer's type, price."""
        code = values.get("customer")
        kind = (await ctx.customer(code)).kind if code else ""
        price = Decimal(values["price"]) if values.get("price") else None
        return values["subject"], values["channel"], kind, price

    async def show(self, ctx: Context, draft: Draft) -> Card:
        values = await self.values(ctx, draft)
        customer = await customer_title(ctx, values.get("customer", ""))
        name = _("ใบงานใหม่")
        if draft.record:
            closing = values.get("close")
            name = _("ปิดใบงาน %(no)s", no=draft.record) if closing else _("แก้ไข %(no)s", no=draft.record)
        title = " · ".join(filter(None, (f"🎫 {name}", customer)))
        chosen = values.get("subject") and values.get("channel")
        note = ticket_cards.channel_warning(ctx, values["subject"], values["channel"]) if chosen else ""
        lines = await self._lines(ctx, draft, values)
        if count := await draft_files.waiting_with(ctx, draft):
            lines.append((field_label("files"), str(count)))
        return Card(title, tuple(lines), note)

    async def _lines(self, ctx: Context, draft: Draft, values: Mapping[str, str]) -> list[tuple[str, str]]:
        """For a new ticket what is filled; for a saved one what this draft changes, and the result while closing."""
        shown = {*draft.data} if draft.record else {"channel", "subject", "assignee", *draft.data}
        if values.get("close"):
            shown.add("result")
        lines = []
        for name in TICKET_FIELDS:
            value = values.get(name, "")
            if name in QUERIES and values.get(QUERIES[name]):
                lines.append((field_label(name), f'"{_readable(values[QUERIES[name]])}"'))
            elif name in shown and value and name != "customer" and not (value in DEFAULTS and not draft.record):
                lines.append((field_label(name), shorten(await self._text(ctx, values, name), 300)))
        unknown = [field_label(name) for name in TICKET_FIELDS if name in values.get("unknown", "").split(",")]
        if unknown:
            lines.append((_("ไม่ทราบ"), ", ".join(unknown)))
        return lines

    async def present(self, ctx: Context, draft: Draft, name: str) -> str:
        values = await self.values(ctx, draft)
        value = values.get(name, "")
        return await self._text(ctx, values, name) if value and value not in DEFAULTS else ""

    async def _text(self, ctx: Context, values: Mapping[str, str], name: str) -> str:
        catalogue, value = ctx.desk.configuration.catalogue, values[name]
        if name == "customer":
            return await customer_title(ctx, value)
        if name == "channel":
            return catalogue.channel_name(value)
        if name == "subject":
            return catalogue.subject_label(value)
        if name == "assignee":
            return (await staff.get_staff(ctx.db, StaffId(int(value)))).name
        if name == "contact":
            return await ticket_cards.contact_name(ctx, values.get("customer", ""), int(value))
        if name.endswith("_on"):
            return format_date(date.fromisoformat(value))
        if name == "price":
            return f"{Decimal(value):,.2f}"
        if name == "projects":
            return value.replace(tickets.SEPARATOR, ", ")
        return value_label(name, value)

    async def quick(self, ctx: Context, draft: Draft) -> tuple[str, ...]:
        if draft.record:
            return ("result",) if draft.data.get("close") else ()
        return ("channel", "subject")

    async def relevant(self, ctx: Context, draft: Draft) -> tuple[str, ...]:
        """What the subject asks for, what is filled already, and what any ticket may need."""
        values = await self.values(ctx, draft)
        asked: tuple[str, ...] = ()
        if values.get("subject") in ctx.desk.configuration.catalogue.subjects and values.get("channel"):
            circumstances = await self._circumstances(ctx, values)
            catalogue = ctx.desk.configuration.catalogue
            asked = (*catalogue.required_for_closing(*circumstances), *catalogue.prompts(*circumstances))
        wanted = {*asked, *COMMON, "channel", "subject", "details", "result"}
        return tuple(n for n in TICKET_FIELDS if n in wanted or (values.get(n) and values[n] not in DEFAULTS))

    def save_label(self, draft: Draft) -> str:
        return _("ปิดด้วยผลนี้") if draft.data.get("close") else _("บันทึก")

    async def save(self, ctx: Context, draft: Draft) -> Reply:
        if draft.record:
            return await _save_changes(ctx, self, draft)
        return await _save_new(ctx, self, draft)


def _readable(query: str) -> str:
    return format_phone(query) if query.startswith("+") else query


FORM = TicketForm()
enter_form(FORM)


def _begun(draft: Draft, now: datetime) -> datetime:
    """A call that was half recorded yesterday came yesterday."""
    begun = datetime.fromisoformat(draft.data["begun"]) if draft.data.get("begun") else now
    return begun if begun.astimezone(BANGKOK).date() != now.astimezone(BANGKOK).date() else now


async def _save_new(ctx: Context, form: TicketForm, draft: Draft) -> Reply:
    values = await form.values(ctx, draft)
    no = await counters.reserve_ticket_no(ctx.db, ctx.now)
    blank = Ticket(
        no=no,
        channel="",
        subject="",
        details="",
        created_at=created_at(values.get("created_on", ""), _begun(draft, ctx.now)),
        recorded_at=ctx.now,
        recorded_by=ctx.staff.id,
        assignee=ctx.staff.id,
    )
    ticket = filled(blank, {"assignee": str(ctx.staff.id), **values})
    if values.get("close"):
        ticket = replace(ticket, status=Status.CLOSED, closed_at=ctx.now)
    ctx.change(partial(tickets.add_ticket, ticket=ticket))
    ctx.audit("ticket.created", ticket.no)
    await draft_files.keep_with(ctx, draft, ticket)
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
    kept = await draft_files.keep_with(ctx, draft, replace(current, version=current.version + 1))
    if not kept and not tickets.differences(current, ticket):
        end(ctx, draft, outcome=current.no, state="cancelled")
        return Reply((Paragraph(_("ไม่มีการเปลี่ยนแปลง"), (ticket_cards.show_button(current),)),))
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
        return await _closed_already(ctx, draft, current)
    card = Card(
        _("⚠️ %(no)s มีคนแก้ไขก่อนคุณ", no=current.no),
        tuple(lines),
        _("ของคุณ: %(mine)s", mine=" · ".join(f"{k} {v}" for k, v in mine.fields) or "-"),
        (
            Button(_("บันทึกของฉันทับ"), "ticket.rebase", {"draft": draft.id, "version": str(current.version)}),
            Button(_("ไม่บันทึกของฉัน"), "form.cancel", {"draft": draft.id}),
        ),
    )
    return Reply((card,))


async def _closed_already(ctx: Context, draft: Draft, current: Ticket) -> Reply:
    """A colleague closed it first: show that, and do not lose the result that was typed here."""
    shown = await ticket_cards.present_state(ctx, current)
    mine = draft.data.get("result", "")
    if not mine or mine == current.result:
        await draft_files.keep_with(ctx, draft, current)
        end(ctx, draft, outcome=current.no, state="cancelled")
        return shown
    await proceed(ctx, draft)
    buttons = (
        Button(_("เพิ่มต่อท้ายผลเดิม"), "ticket.append", {"draft": draft.id}),
        Button(_("ทิ้ง"), "form.cancel", {"draft": draft.id}),
    )
    kept = Paragraph(_('ผลที่คุณพิมพ์ยังไม่ได้บันทึก: "%(result)s"', result=shorten(mine, 300)), buttons)
    return Reply((*shown.parts, kept))


@action("ticket.append", in_place=True)
async def append_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Add the own result to the one that a colleague closed with."""
    draft = await own_draft(ctx, args)
    current = await tickets.get_ticket(ctx.db, draft.record)
    result = "\n".join(filter(None, (current.result, draft.data.get("result", ""))))
    return await advance(ctx, rebased(with_values(draft, {"result": result, "close": ""}), current.version))


@action("ticket.rebase", in_place=True)
async def rebase_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The officer saw the other's changes: lay the own ones over them, and save if nothing is missing now."""
    return await advance(ctx, rebased(await own_draft(ctx, args), int(args["version"])))


def new_ticket(ctx: Context, values: Mapping[str, str]) -> Draft:
    """A draft for a new ticket: the officer answers for it."""
    begun = {"assignee": str(ctx.staff.id), "begun": ctx.now.isoformat()}
    return with_values(new_draft(ctx, "ticket", begun), values)


def edit_ticket(ctx: Context, ticket: Ticket, values: Mapping[str, str], *, look: bool) -> Draft:
    """A draft over a saved ticket; `look` = show the card before saving."""
    data = {"unknown": ",".join(sorted(ticket.unknown)), **({"look": "1"} if look else {})}
    return with_values(new_draft(ctx, "ticket", data, record=ticket.no, record_version=ticket.version), values)
