"""The form of a ticket: a new one, a change of a saved one, or the closing of one.

What a draft was given lies over the saved ticket, field by field."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping

from domain.customers.phones import format_phone
from domain.errors import Conflict
from domain.staff import StaffId
from domain.text import shorten
from domain.tickets.fields import TICKET
from domain.tickets.records import Status, Ticket
from handlers.chat import Card, Reply
from handlers.desk import Context
from handlers.forms import draft_files
from handlers.forms.engine import Form, FormAnswer, Given, enter_form, new_draft, with_values
from handlers.forms.values import said
from handlers.i18n import _
from handlers.labels import field_label, value_label
from handlers.projects.fields import projects_text, unsettled_text, years_note, years_text
from handlers.tickets import cards as ticket_cards
from handlers.tickets.cards import customer_title
from handlers.tickets.data import NONE, created_text, saved_data, saved_ticket
from handlers.tickets.fields import COMMON, TICKET_FIELDS
from handlers.tickets.line import doubt_buttons, doubt_notes
from handlers.tickets.people import assignee_note, customer_slip
from handlers.tickets.rules import (
    asked,
    closing,
    derived,
    lacks_customer,
    misfit,
    notes,
    pairs,
    problems,
)
from handlers.tickets.saving import save_changes, save_new
from handlers.tickets.ways import ways
from store import staff
from store.chat.forms import Dialog, Draft
from store.tickets import records as tickets

SEARCHED = (
    "customer",
    "subject",
    "real_customer",
    "real_subject",
    "assignee",
    "projects",
    "data_years",
    "province",
)
"""Fields found by searching; a search that met none or several is kept among the queries."""
DECIDING = {"subject", "channel", "customer", "price"}
"""Fields that decide what closing insists on."""
DEFAULTS = {"normal", "simple"}
"""Values that go without saying."""


async def habit_defaults(ctx: Context) -> FormAnswer:
    """Channel and subject from the officer's own recent tickets; a telephone enquiry where there
    are none.

    Nobody said either: where the words of the details tell others, `handlers.tickets.ways` has it
    asked."""
    habits = await tickets.list_habits(ctx.db, ctx.staff.id, limit=20)
    catalogue = ctx.desk.configuration.catalogue
    active = [subject.code for subject in catalogue.active_subjects(ctx.today)]
    counts = Counter(
        (h.channel, h.subject)
        for h in habits
        if h.subject in active
        and h.channel in catalogue.channels
        and catalogue.fits(h.subject, h.channel)
    )
    if counts:
        channel, subject = counts.most_common(1)[0][0]
    else:
        channel = "phone" if "phone" in catalogue.channels else next(iter(catalogue.channels))
        subject = next(code for code in active if catalogue.fits(code, channel))
    given = {"channel": channel, "subject": subject}
    return FormAnswer(given, guessed=frozenset(given))


class TicketForm(Form):
    """See `handlers.forms.engine.Form`."""

    kind = "ticket"
    fields = TICKET_FIELDS

    async def values(self, ctx: Context, draft: Draft) -> dict[str, str]:
        """What the ticket would hold if it were saved now."""
        values = {**await self.saved_data(ctx, draft), **draft.given}
        return {**values, **derived(ctx, values, closes=draft.dialog.closes)}

    async def saved_data(self, ctx: Context, draft: Draft) -> Mapping[str, str]:
        return await saved_data(ctx, draft)

    async def missing(self, ctx: Context, draft: Draft) -> list[str]:
        """What is not settled, then what must be there, then what cannot be, then what may be
        passed over.
        """
        values = await self.values(ctx, draft)
        saved = await saved_ticket(ctx, draft)
        closes = draft.dialog.closes
        pair = pairs(ctx, values, saved, closes=closes)
        needed = ["customer"] if saved is None and lacks_customer(ctx, values) else []
        needed += ["channel", "subject"] if saved is None else []
        if {"channel", "subject"} & draft.given.keys() and misfit(ctx, values):
            needed.append("misfit")
        needed += ["real_customer", "real_subject"] if pair else []
        needed += ["details"] if saved is None else []
        # A closed ticket that is corrected must still have what closing insists on.
        corrected = (
            saved is not None and saved.status is Status.CLOSED and DECIDING & draft.given.keys()
        )
        told = ways(ctx, values, draft.dialog.guessed) if saved is None else []
        needed += ["way"] if told else []
        # What closing insists on depends on the answer.
        if not told and (closes or corrected):
            needed += [
                name for name in await closing(ctx, values) if not (pair and name == "result")
            ]
        unknown = values.get("unknown", "").split(",")
        missing = [
            n
            for n in (*needed, *draft.dialog.prompts)
            if n not in unknown and not self._filled(values, n)
        ]
        # A query that met several must be settled, whether or not the field is needed.
        unsettled = [name for name in SEARCHED if draft.query(name)]
        return list(dict.fromkeys([*unsettled, *missing, *problems(ctx, values, draft.given)]))

    def _filled(self, values: Mapping[str, str], name: str) -> bool:
        return name not in ("misfit", "way") and bool(values.get(name))

    async def show(self, ctx: Context, draft: Draft) -> Card:
        values = await self.values(ctx, draft)
        customer = await customer_title(ctx, values.get("customer", ""))
        name = _("ใบงานใหม่")
        if draft.record:
            closing = draft.dialog.closes
            name = (
                _("ปิดใบงาน %(no)s", no=draft.record)
                if closing
                else _("แก้ไข %(no)s", no=draft.record)
            )
        title = " · ".join(filter(None, (f"🎫 {name}", customer)))
        told = list(problems(ctx, values, draft.given).values())
        if draft.asking == "misfit":
            told.append(ticket_cards.channel_warning(ctx, values["subject"], values["channel"]))
        if draft.asking == "way":
            told.append(_("รายละเอียดเหมือนเป็นเรื่องอื่น แตะเรื่องที่ถูก แล้วจะทำต่อให้"))
        if draft.asking == "customer":
            told.append(await customer_slip(ctx, draft, values.get("details", "")))
        if query := draft.query("data_years"):
            told.append(years_note(query))
        if query := draft.query("assignee"):
            told.append(await assignee_note(ctx, query))
        closes = draft.dialog.closes
        told += await notes(ctx, values, draft.record, draft.asking, closes=closes)
        told += [] if draft.asking else doubt_notes(draft.dialog.doubts)
        lines = await self._lines(ctx, draft, values)
        if count := await draft_files.waiting_with(ctx, draft):
            lines.append((field_label("files"), str(count)))
        return Card(title, tuple(lines), "\n".join(filter(None, told)), doubt_buttons(draft))

    async def _lines(
        self, ctx: Context, draft: Draft, values: Mapping[str, str]
    ) -> list[tuple[str, str]]:
        """For a new ticket what is filled; for a saved one what this draft changes, and the result
        while closing.
        """
        closes = draft.dialog.closes
        made = derived(ctx, values, closes=closes)
        shown = {*draft.given, *made} if draft.record else {*values}
        if closes:
            shown.add("result")
        lines = []
        for name in TICKET_FIELDS:
            value = values.get(name, "")
            if name in SEARCHED and (query := draft.query(name)):
                lines.append((field_label(name), f'"{_readable(name, query)}"'))
            elif (
                name in shown
                and value
                and name not in ("customer", "misfit")
                and not (value in DEFAULTS and not draft.record)
            ):
                text = await self._text(ctx, values, name)
                lines += [(field_label(name), shorten(text, 300))] if text else []
        unknown = [
            field_label(name)
            for name in TICKET_FIELDS
            if name in values.get("unknown", "").split(",")
        ]
        if unknown:
            lines.append((_("ไม่ทราบ"), ", ".join(unknown)))
        return lines

    async def present(self, ctx: Context, draft: Draft, name: str) -> str:
        values = await self.values(ctx, draft)
        value = values.get(name, "")
        return await self._text(ctx, values, name) if value and value not in DEFAULTS else ""

    async def _text(self, ctx: Context, values: Mapping[str, str], name: str) -> str:
        """What the value says; `values` has it, and it is not empty."""
        if say := SAYING_OWN.get(name):
            return await say(ctx, values, name)
        row = TICKET.rows.get(name)
        if row is None:
            return value_label(name, values[name])
        return said(ctx.desk.configuration, row, values[name])

    async def quick(self, ctx: Context, draft: Draft) -> tuple[str, ...]:
        if draft.record:
            return ("result",) if draft.dialog.closes else ()
        return ("channel", "subject")

    async def relevant(self, ctx: Context, draft: Draft) -> tuple[str, ...]:
        """What the subject asks for, what is filled already, and what any ticket may need."""
        values = await self.values(ctx, draft)
        subject = ctx.desk.configuration.catalogue.subjects.get(values.get("subject", ""))
        real = (
            ("real_customer", "real_subject")
            if subject and subject.forwards and not values.get("result")
            else ()
        )
        wanted = {
            *await asked(ctx, values),
            *COMMON,
            *real,
            "channel",
            "subject",
            "details",
            "result",
        }
        filled = {
            n
            for n in TICKET_FIELDS
            if values.get(n) and values[n] not in DEFAULTS and n != "misfit"
        }
        return tuple(n for n in TICKET_FIELDS if n in wanted or n in filled)

    def save_label(self, draft: Draft) -> str:
        if not draft.dialog.closes:
            return _("บันทึก")
        return _("ปิดด้วยผลนี้ %(no)s", no=draft.record).strip()

    async def save(self, ctx: Context, draft: Draft) -> Reply:
        save = save_changes if draft.record else save_new
        return await save(ctx, draft, await self.values(ctx, draft))


def _readable(name: str, query: str) -> str:
    """What was searched for, as people read it."""
    if name == "projects":
        return unsettled_text(query)
    return format_phone(query)


_Say = Callable[[Context, Mapping[str, str], str], Awaitable[str]]


async def _customer(ctx: Context, values: Mapping[str, str], name: str) -> str:
    code = values[name]
    return value_label(name, code) if code == NONE else await customer_title(ctx, code)


async def _subject(ctx: Context, values: Mapping[str, str], name: str) -> str:
    return ctx.desk.configuration.catalogue.subject_label(values[name])


async def _person(ctx: Context, values: Mapping[str, str], name: str) -> str:
    return (await staff.get_staff(ctx.db, StaffId(int(values[name])))).name


async def _contact(ctx: Context, values: Mapping[str, str], name: str) -> str:
    return await ticket_cards.contact_name(ctx, values.get("customer", ""), int(values[name]))


async def _created(ctx: Context, values: Mapping[str, str], name: str) -> str:
    return created_text(values[name])


async def _projects(ctx: Context, values: Mapping[str, str], name: str) -> str:
    return projects_text(values[name], values.get("data_years", ""))


async def _years(ctx: Context, values: Mapping[str, str], name: str) -> str:
    return years_text(values[name])


SAYING_OWN: Mapping[str, _Say] = {
    "customer": _customer,
    "real_customer": _customer,
    "real_subject": _subject,
    "assignee": _person,
    "contact": _contact,
    "created_on": _created,
    "projects": _projects,
    "data_years": _years,
}
"""What is said of fields whose value alone does not tell."""

FORM = TicketForm()
enter_form(FORM)


def new_ticket(ctx: Context, values: Given, about: Mapping[str, str] | None = None) -> Draft:
    """A draft for a new ticket: the officer answers for it."""
    begun = new_draft(
        ctx,
        "ticket",
        {"assignee": str(ctx.staff.id)},
        about=about,
        dialog=Dialog(begun_at=ctx.now),
    )
    return with_values(begun, values)


def edit_ticket(ctx: Context, ticket: Ticket, values: Given, *, look: bool) -> Draft:
    """A draft over a saved ticket; `look` = show the card before saving. Conflict("voided") for one
    that was voided.
    """
    if ticket.status is Status.VOIDED:
        raise Conflict("voided", no=ticket.no)
    begun = new_draft(
        ctx,
        "ticket",
        {"unknown": ",".join(sorted(ticket.unknown))},
        record=ticket.no,
        record_version=ticket.version,
        dialog=Dialog(look=look),
    )
    return with_values(begun, values)
