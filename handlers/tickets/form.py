"""The form of a ticket: a new one, a change of a saved one, or the closing of one.

What a draft was given lies over the saved ticket, field by field."""

from collections import Counter
from collections.abc import (
    Awaitable,
    Callable,
    Iterable,
    Mapping,
    Sequence,
)
from dataclasses import dataclass

from domain.catalogue import Catalogue
from domain.customers.phones import format_phone
from domain.errors import Conflict
from domain.staff import StaffId
from domain.text import shorten
from domain.tickets.fields import TICKET
from domain.tickets.records import Status, Ticket
from handlers.chat import Card, Fact, Reply
from handlers.desk import Context
from handlers.forms import draft_files
from handlers.forms.drafts import (
    FormAnswer,
    Given,
    new_draft,
    unknown_of,
    with_values,
)
from handlers.forms.engine import Form, enter_form
from handlers.forms.projects import projects_text, unsettled_text, years_note, years_text
from handlers.forms.values import said
from handlers.i18n import _, language
from handlers.labels import fact, field_label, value_label, when
from handlers.tickets import cards as ticket_cards
from handlers.tickets.cards import customer_title
from handlers.tickets.closing import backdated, closing_of
from handlers.tickets.data import NONE, moment_text, saved_data, saved_ticket
from handlers.tickets.fields import COMMON, TICKET_FIELDS
from handlers.tickets.habits import ways
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
from store import staff
from store.chat.forms import Dialog, Draft
from store.tickets import records as tickets
from store.tickets.records import Habit

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
USUAL_CHANNEL = "phone"
DECIDING = {"subject", "channel", "customer", "price"}
"""Fields that decide what closing insists on."""
DEFAULTS = {"normal", "simple"}
"""Values that go without saying."""
ALWAYS = ("channel", "subject", "details", "result")
"""Fields that every ticket offers first."""
LINE_LIMIT = 300
"""Characters of a value on the card of a draft."""


async def habit_defaults(ctx: Context) -> FormAnswer:
    """Channel and subject from the officer's own recent tickets; a telephone enquiry where there
    are none.

    Nobody said either: where the words of the details tell others, `handlers.tickets.habits` has it
    asked."""
    habits = await tickets.list_habits(ctx.db, ctx.staff.id, limit=20)
    active = [subject.code for subject in ctx.catalogue.active_subjects(ctx.today)]
    counts = Counter(habit for habit in habits if _is_usual(ctx.catalogue, habit, active))
    # The officer's usual pair, not the usual channel with the usual subject: the two go together.
    if counts:
        habit = counts.most_common(1)[0][0]
    else:
        habit = _first_habit(ctx.catalogue, active)
    given = {"channel": habit.channel, "subject": habit.subject}
    return FormAnswer(given, guessed=frozenset(given))


def _is_usual(catalogue: Catalogue, habit: Habit, active: Sequence[str]) -> bool:
    """Whether both are still in use, and go together."""
    if habit.subject not in active or habit.channel not in catalogue.channels:
        return False
    return catalogue.fits(habit.subject, habit.channel)


def _first_habit(catalogue: Catalogue, active: Sequence[str]) -> Habit:
    """What is taken for an officer who has recorded nothing yet."""
    channel = next(iter(catalogue.channels))
    if USUAL_CHANNEL in catalogue.channels:
        channel = USUAL_CHANNEL
    subject = next(code for code in active if catalogue.fits(code, channel))
    return Habit(channel, subject)


class TicketForm(Form):
    """See `handlers.forms.engine.Form`."""

    kind = "ticket"
    fields = TICKET_FIELDS

    async def values(self, ctx: Context, draft: Draft) -> dict[str, str]:
        """What the ticket would hold if it were saved now."""
        values = {**await self.saved_data(ctx, draft), **draft.given}
        closes = draft.dialog.closes
        is_closed = closes or pairs(ctx, values, None, closes=closes)
        if is_closed and not draft.record:
            values |= backdated(ctx, values)
        return {
            **values,
            **derived(ctx, values, closes=closes),
        }

    async def saved_data(self, ctx: Context, draft: Draft) -> Mapping[str, str]:
        return await saved_data(ctx, draft)

    async def missing(self, ctx: Context, draft: Draft) -> list[str]:
        """What is not settled, then what must be there, then what cannot be, then what may be
        passed over.
        """
        values = await self.values(ctx, draft)
        saved = await saved_ticket(ctx, draft)
        told = [] if saved else ways(ctx, values, draft.dialog.guessed)
        stage = _Stage(values, draft, saved, is_told_otherwise=bool(told))
        needed = [*stage.needed(ctx), *await stage.needed_to_close(ctx)]
        unknown = unknown_of(values)
        missing = [
            name
            for name in (*needed, *draft.dialog.prompts)
            if name not in unknown and not _is_filled(values, name)
        ]
        # A query that met several must be settled, whether or not the field is needed.
        unsettled = [name for name in SEARCHED if draft.query(name)]
        contradicting = problems(ctx, values, draft.given)
        return list(dict.fromkeys([*unsettled, *missing, *contradicting]))

    async def show(self, ctx: Context, draft: Draft) -> Card:
        values = await self.values(ctx, draft)
        customer = await customer_title(ctx, values.get("customer", ""))
        title = " · ".join(filter(None, (f"🎫 {_heading(draft)}", customer)))
        lines = await self._lines(ctx, draft, values)
        if count := await draft_files.waiting_with(ctx, draft):
            lines.append(fact("files", str(count)))
        told = [
            *problems(ctx, values, draft.given).values(),
            *await _asking_notes(ctx, draft, values),
            *await _query_notes(ctx, draft),
            *await notes(
                ctx,
                values,
                draft.record,
                draft.asking,
                closes=draft.dialog.closes,
            ),
        ]
        if not draft.asking:
            told += doubt_notes(draft.dialog.doubts)
        return Card(
            title,
            tuple(lines),
            "\n".join(filter(None, told)),
            doubt_buttons(draft),
        )

    async def _lines(
        self,
        ctx: Context,
        draft: Draft,
        values: Mapping[str, str],
    ) -> list[Fact]:
        """For a new ticket what is filled; for a saved one what this draft changes, and the result
        while closing.
        """
        shown = self._shown(ctx, draft, values)
        lines = []
        for name in TICKET_FIELDS:
            query = draft.query(name)
            if query and name in SEARCHED:
                lines.append(Fact(field_label(name), f'"{_readable(name, query)}"'))
            elif name in shown:
                text = await self._text(ctx, values, name)
                lines.append(fact(name, shorten(text, LINE_LIMIT)))
        unknown = unknown_of(values)
        labels = [field_label(name) for name in TICKET_FIELDS if name in unknown]
        lines.append(Fact(_("ไม่ทราบ"), ", ".join(labels)))
        return [line for line in lines if line.value]

    def _shown(
        self,
        ctx: Context,
        draft: Draft,
        values: Mapping[str, str],
    ) -> set[str]:
        """The fields whose values the card of the draft tells."""
        names = set(values)
        if draft.record:
            made = derived(ctx, values, closes=draft.dialog.closes)
            names = {*draft.given, *made}
        if draft.dialog.closes:
            # The result is what a ticket is closed with: it is shown even where it is an older one.
            names.add("result")
        filled = {name for name in names if values.get(name)}
        if not draft.record:
            filled = {name for name in filled if values[name] not in DEFAULTS}
        # The customer stands in the title.
        return filled - {"customer", "misfit"}

    async def present(
        self,
        ctx: Context,
        draft: Draft,
        name: str,
    ) -> str:
        values = await self.values(ctx, draft)
        if values.get(name, "") in ("", *DEFAULTS):
            return ""
        return await self._text(ctx, values, name)

    async def _text(
        self,
        ctx: Context,
        values: Mapping[str, str],
        name: str,
    ) -> str:
        """What the value says; `values` has it, and it is not empty."""
        if say := SAYING_OWN.get(name):
            return await say(ctx, values, name)
        row = TICKET.rows.get(name)
        if row is None:
            return value_label(name, values[name])
        return said(ctx.configuration, row, values[name])

    async def quick(self, ctx: Context, draft: Draft) -> tuple[str, ...]:
        if draft.record:
            return ("result",) if draft.dialog.closes else ()
        return ("channel", "subject")

    async def relevant(self, ctx: Context, draft: Draft) -> tuple[str, ...]:
        """What the subject asks for, what is filled already, and what any ticket may need."""
        values = await self.values(ctx, draft)
        wanted = {*await asked(ctx, values), *ALWAYS, *COMMON}
        subject = ctx.catalogue.subjects.get(values.get("subject", ""))
        if subject and subject.forwards and not values.get("result"):
            wanted |= {"real_customer", "real_subject"}
        wanted |= {name for name in TICKET_FIELDS if self._is_said(values, name)}
        return tuple(name for name in TICKET_FIELDS if name in wanted)

    def _is_said(self, values: Mapping[str, str], name: str) -> bool:
        return values.get(name, "") not in ("", *DEFAULTS) and name != "misfit"

    def save_label(self, draft: Draft) -> str:
        if not draft.dialog.closes:
            return _("บันทึก")
        return _("ปิดด้วยผลนี้ %(no)s", no=draft.record).strip()

    async def save(self, ctx: Context, draft: Draft) -> Reply:
        save = save_changes if draft.record else save_new
        return await save(ctx, draft, await self.values(ctx, draft))


@dataclass(frozen=True, slots=True)
class _Stage:
    """What a draft would come to if it were saved now: its values, over the saved ticket or none.

    `is_told_otherwise`: the texts of a new ticket tell another way than the one of habit.
    """

    values: Mapping[str, str]
    draft: Draft
    saved: Ticket | None
    is_told_otherwise: bool

    @property
    def closes(self) -> bool:
        return self.draft.dialog.closes

    def is_pair(self, ctx: Context) -> bool:
        """Whether it makes the second ticket of a forwarded mail."""
        return pairs(
            ctx,
            self.values,
            self.saved,
            closes=self.closes,
        )

    def needed(self, ctx: Context) -> Iterable[str]:
        """The fields that must be there, or must be settled, before anything is saved."""
        is_new = self.saved is None
        if is_new and lacks_customer(ctx, self.values):
            yield "customer"
        if is_new:
            yield from ("channel", "subject")
        if {"channel", "subject"} & self.draft.given.keys() and misfit(ctx, self.values):
            yield "misfit"
        if self.is_pair(ctx):
            yield from ("real_customer", "real_subject")
        if is_new:
            yield "details"
        if self.is_told_otherwise:
            yield "way"

    async def needed_to_close(self, ctx: Context) -> list[str]:
        """What closing insists on, if the ticket is to be closed or is closed already."""
        # It depends on the answer which way is meant.
        if self.is_told_otherwise or not (self.closes or self._corrects()):
            return []
        needed = await closing(ctx, self.values)
        # The result of a forwarded mail is written for its officer.
        return [name for name in needed if name != "result" or not self.is_pair(ctx)]

    def _corrects(self) -> bool:
        """Whether a closed ticket is corrected, which must still have what closing insists on."""
        if self.saved is None or self.saved.status is not Status.CLOSED:
            return False
        return bool(DECIDING & self.draft.given.keys())


def _is_filled(values: Mapping[str, str], name: str) -> bool:
    return name not in ("misfit", "way") and bool(values.get(name))


def _heading(draft: Draft) -> str:
    if not draft.record:
        return _("ใบงานใหม่")
    if draft.dialog.closes:
        return _("ปิดใบงาน %(no)s", no=draft.record)
    return _("แก้ไข %(no)s", no=draft.record)


async def _asking_notes(ctx: Context, draft: Draft, values: Mapping[str, str]) -> list[str]:
    """What is said beside the question that is asked now."""
    if draft.asking == "misfit":
        return [ticket_cards.channel_warning(ctx, values["subject"], values["channel"])]
    if draft.asking == "way":
        return [_("รายละเอียดเหมือนเป็นเรื่องอื่น แตะเรื่องที่ถูก แล้วจะทำต่อให้")]
    if draft.asking == "customer":
        return [await customer_slip(ctx, draft, values.get("details", ""))]
    return []


async def _query_notes(ctx: Context, draft: Draft) -> list[str]:
    """What is said of answers that are not settled."""
    told = []
    if query := draft.query("data_years"):
        told.append(years_note(query))
    if query := draft.query("assignee"):
        told.append(await assignee_note(ctx, query))
    return told


def _readable(name: str, query: str) -> str:
    """What was searched for, as people read it."""
    if name == "projects":
        return unsettled_text(query)
    return format_phone(query)


_Say = Callable[[Context, Mapping[str, str], str], Awaitable[str]]


async def _customer(ctx: Context, values: Mapping[str, str], name: str) -> str:
    code = values[name]
    if code == NONE:
        return value_label(name, code)
    return await customer_title(ctx, code)


async def _subject(ctx: Context, values: Mapping[str, str], name: str) -> str:
    return ctx.catalogue.subject_label(values[name], language())


async def _person(ctx: Context, values: Mapping[str, str], name: str) -> str:
    person = await staff.get_staff(ctx.db, StaffId(int(values[name])))
    return person.name


async def _contact(ctx: Context, values: Mapping[str, str], name: str) -> str:
    customer = values.get("customer", "")
    return await ticket_cards.contact_name(ctx, customer, int(values[name]))


async def _moment(ctx: Context, values: Mapping[str, str], name: str) -> str:
    return moment_text(values[name])


async def _closing(ctx: Context, values: Mapping[str, str], name: str) -> str:
    """A day alone with the time that is taken for it."""
    return when(closing_of(ctx, values))


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
    "created_on": _moment,
    "closed_on": _closing,
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


def edit_ticket(
    ctx: Context,
    ticket: Ticket,
    values: Given,
    *,
    look: bool,
) -> Draft:
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
