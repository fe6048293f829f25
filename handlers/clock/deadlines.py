"""Deadlines are told in time: what is to be told of each ticket is planned here, and becomes one
message a person.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime, time
from functools import partial

from domain.clock.state import Stage
from domain.dates.days import BANGKOK
from domain.errors import Conflict
from domain.reach.untold import Untold
from domain.staff import Staff, StaffId
from domain.tickets.records import Status, Ticket, TicketNo
from handlers.chat import Button, Choice, Paragraph, Reply, reply_from_json
from handlers.desk import Desk, Work
from handlers.i18n import _, time_text
from handlers.labels import when
from handlers.registry import due
from handlers.staff.masked import also
from handlers.staff.rides import Riding, as_it_was, rides
from handlers.staff.stand_in import supervisors
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import cards as ticket_cards
from store import due as due_rows
from store import staff
from store.customers import records as customers
from store.due import Due
from store.tickets import deadlines, hand_overs
from store.tickets import records as tickets
from store.tickets.deadlines import KIND, stage_of

MORNING = "morning"
"""The kind of the morning's queue, which tells what is due by then as well."""
SHOWN = 8
"""Tickets of one message; the rest is counted."""
CHUNK = 400
"""Tickets that are planned together."""
UNKNOWN = "?"
"""Stands for the tickets of a message that names none."""
UNFINISHED = (Status.NEW, Status.OPEN)
YIELD_EVERY = 50
"""After so many tickets other tasks get their turn."""
TicketAtStage = tuple[Stage, Ticket]


def rows_for(work: Work, ticket: Ticket) -> list[Due]:
    """Returns what is to be told of a ticket's deadline, and when, as this desk counts."""
    return deadlines.rows_for(work.desk.configuration, ticket)


def plan(work: Work, ticket: Ticket) -> None:
    """Plans what is to be told of this ticket, in the transaction that changes it."""
    _plan_all(work, {ticket.no: rows_for(work, ticket)})


def _plan_all(work: Work, wanted: Mapping[TicketNo, Sequence[Due]]) -> None:
    """The same for many tickets: a few statements for each CHUNK of them."""
    every = [*wanted.items()]
    for start in range(0, len(every), CHUNK):
        some = dict(every[start : start + CHUNK])
        work.change(partial(deadlines.replan, wanted=some, now=work.now))


async def replan_with(work: Work, after: Desk) -> int:
    """Plans every unfinished ticket as it counts on the desk `after`; returns how many due times
    move.
    """
    later = Work(after, work.now)
    moved = 0
    changed: dict[TicketNo, list[Due]] = {}
    async for ticket in _unfinished(work):
        if ticket_cards.due(work, ticket) != ticket_cards.due(later, ticket):
            moved += 1
        wanted = rows_for(later, ticket)
        if wanted != rows_for(work, ticket):
            changed[ticket.no] = wanted
    _plan_all(work, changed)
    return moved


async def _unfinished(work: Work) -> AsyncIterator[Ticket]:
    """Every unfinished ticket; now and then chats get their turn."""
    for number, ticket in enumerate(await tickets.list_all_unfinished(work.db)):
        if number % YIELD_EVERY == 0:
            await asyncio.sleep(0)
        yield ticket


@due(
    "ticket.replan",
    silent=True,
    daily_at=time(6, 0),
    workdays=False,
)
async def replan_all(work: Work, rows: Sequence[Due]) -> None:
    """Plans all tickets afresh every morning: some were imported, or the time standard or the list
    of holidays has changed.
    """
    waiting: dict[str, set[tuple[str, datetime]]] = {}
    for row in await due_rows.list_waiting(work.db, KIND):
        planned = waiting.setdefault(row.subject, set())
        planned.add((row.occurrence, row.due_at))
    changed: dict[TicketNo, list[Due]] = {}
    async for ticket in _unfinished(work):
        wanted = rows_for(work, ticket)
        times = {(row.occurrence, row.due_at) for row in wanted}
        if times != waiting.pop(ticket.no, set()):
            changed[ticket.no] = wanted
    _plan_all(work, changed)
    # What is left is about tickets that were finished or voided meanwhile.
    work.change(partial(due_rows.cancel_all, kind=KIND, subjects=[*waiting]))


@due(KIND)
async def tell(work: Work, rows: Sequence[Due]) -> None:
    """Sends each person one message of the tickets that are due soon or overdue. Raises
    Conflict("due") while the morning's message, which tells the same, is not out yet.
    """
    if await due_rows.has_waiting(work.db, MORNING, work.now):
        raise Conflict("due")
    told = await _by_person(work, rows)
    for person, by_ticket in told.items():
        await _tell_person(
            work,
            person,
            [*by_ticket.values()],
            rows[0].id,
        )


async def told_by_now(work: Work) -> dict[StaffId, dict[TicketNo, TicketAtStage]]:
    """Returns what each person is to be told now. Whoever asks for it tells it: it is written down
    as done.
    """
    rows = await due_rows.list_due(work.db, KIND, work.now)
    if rows:
        work.change(partial(due_rows.finish_elsewhere, rows=rows, now=work.now))
    return await _by_person(work, rows)


async def _by_person(
    work: Work, rows: Sequence[Due]
) -> dict[StaffId, dict[TicketNo, TicketAtStage]]:
    """Whom to tell what of these occurrences, the latest stage of each ticket."""
    found = await tickets.get_tickets(work.db, [row.subject for row in rows])
    people = await _at_work(work)
    messages: dict[StaffId, dict[TicketNo, TicketAtStage]] = {}
    for row in rows:
        ticket = found.get(row.subject)
        if ticket is None:
            continue
        if not _is_due(work, ticket, row.occurrence):
            # Its due time moved without being planned anew, as by a changed time standard.
            plan(work, ticket)
            continue
        stage = stage_of(row.occurrence)
        for person in _receivers(people, stage, ticket):
            # What is due comes in the order of its time: overdue takes the place of due soon.
            messages.setdefault(person, {})[ticket.no] = (stage, ticket)
    return messages


async def _at_work(work: Work) -> dict[StaffId, Staff]:
    """Everybody who is not on leave today."""
    leaves = await hand_overs.list_leaves(work.db, work.today, work.today)
    away = {leave.staff for leave in leaves}
    everybody = await staff.list_staff(work.db)
    there = [person for person in everybody if person.blocked_at is None]
    return {person.id: person for person in there if person.id not in away}


def _is_due(work: Work, ticket: Ticket, occurrence: str) -> bool:
    """Whether this is to be told of the ticket by now."""
    rows = rows_for(work, ticket)
    return any(row.occurrence == occurrence and row.due_at <= work.now for row in rows)


def _receivers(people: dict[StaffId, Staff], stage: Stage, ticket: Ticket) -> list[StaffId]:
    """The assignee; at last, or where there is none at work, the supervisors (or who stands in for
    them).
    """
    assignee = ticket.assignee
    if stage is not Stage.SUPERVISORS and assignee is not None and assignee in people:
        return [assignee]
    above = supervisors([*people.values()])
    return [person for person in above if person != assignee]


@rides("deadline")
async def still_running(work: Work, who: StaffId, waiting: Sequence[Untold]) -> Sequence[Riding]:
    """What could not be told of tickets that are still unfinished."""
    numbers = {}
    every = set[str]()
    for one in waiting:
        named = reply_from_json(one.notice).numbers
        numbers[one.key] = named
        every.update(named)
    found = await tickets.get_tickets(work.db, sorted(every))
    over = {no for no, ticket in found.items() if ticket.status not in UNFINISHED}
    running = []
    for one in waiting:
        named = numbers[one.key] or (UNKNOWN,)
        if not over.issuperset(named):
            running.append(as_it_was(one))
    return running


async def _tell_person(
    work: Work,
    person: StaffId,
    told: list[TicketAtStage],
    first_row: int,
) -> None:
    """One message of these tickets: what is overdue first, then by due time."""
    told.sort(key=lambda each: (each[0] is Stage.SOON, ticket_cards.due(work, each[1]) or work.now))
    codes = [ticket.customer for _stage, ticket in told if ticket.customer]
    found = await customers.list_customers(work.db, codes)
    names: dict[str, str] = {customer.code: customer.name for customer in found}
    assignees = await staff.staff_names(work.db)
    for _stage, ticket in told[:SHOWN]:
        work.audit("ticket.told", ticket.no)

    def words(ticket: Ticket) -> str:
        name = names.get(ticket.customer, "") if ticket.customer else ""
        return ticket_cards.ticket_words(work, ticket, name)

    def state(stage: Stage, ticket: Ticket) -> str:
        text = state_text(work, stage, ticket)
        if ticket.assignee is None or ticket.assignee == person:
            return text
        whose = assignees.get(ticket.assignee, "")
        return " · ".join(filter(None, (text, whose)))

    mine = any(ticket.assignee == person for _stage, ticket in told)
    masked = [ticket_cards.masked_line(work, ticket) for _stage, ticket in told[:SHOWN]]
    make = also(
        partial(
            _message,
            told,
            words,
            state,
            mine,
        ),
        masked,
    )
    work.notify(make, f"deadline:{first_row}", staff_id=person)


def state_text(work: Work, stage: Stage, ticket: Ticket) -> str:
    """Returns whether a ticket is due soon or overdue, and since when or until when."""
    due_at = ticket_cards.due(work, ticket)
    assert due_at is not None
    at = when(due_at)
    if due_at.astimezone(BANGKOK).date() == work.today:
        at = time_text(due_at)
    if stage is Stage.SOON:
        return _("ใกล้กำหนด %(when)s", when=at)
    return _("เกินกำหนด %(when)s", when=at)


def _message(
    told: list[TicketAtStage],
    words: Callable[[Ticket], str],
    state: Callable[[Stage, Ticket], str],
    mine: bool,
) -> Reply:
    """A single ticket with what can be done, or a list of several; `words` and `state` tell of a
    ticket, `mine` = one of them is the reader's own.
    """
    if len(told) == 1:
        stage, ticket = told[0]
        text = f"⏰ {state(stage, ticket)}\n{words(ticket)}"
        buttons = (
            ticket_buttons.show_button(ticket),
            ticket_buttons.wait_button(ticket),
            ticket_buttons.hand_over_button(ticket),
        )
        return Reply((Paragraph(text, buttons),), confirms=True)
    options = []
    for stage, ticket in told[:SHOWN]:
        line = f"{words(ticket)} · {state(stage, ticket)}"
        options.append(ticket_buttons.show_button(ticket, line))
    buttons_below: tuple[Button, ...] = ()
    if mine:
        buttons_below = (
            Button(
                _("ใบงานของฉัน"),
                "menu.run",
                {"command": "my"},
            ),
        )
    choice = Choice(_title(told), tuple(options), buttons_below)
    return Reply((choice,), confirms=True)


def _title(told: Sequence[TicketAtStage]) -> str:
    """How many are overdue and how many are due soon."""
    overdue = sum(stage is not Stage.SOON for stage, _ticket in told)
    soon = len(told) - overdue
    counts = []
    if overdue:
        counts.append(_("เกินกำหนด %(count)s", count=overdue))
    if soon:
        counts.append(_("ใกล้กำหนด %(count)s", count=soon))
    title = "⏰ " + " · ".join(counts)
    if len(told) > SHOWN:
        title += "\n" + _("แสดง %(shown)s จาก %(count)s", shown=SHOWN, count=len(told))
    return title
