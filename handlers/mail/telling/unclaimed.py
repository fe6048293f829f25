"""New mails that nobody took up: told once more to those who heard of them, then to those above
them.
"""

from collections.abc import Sequence
from functools import partial

from domain.mail.incoming import IncomingMail
from domain.mail.unclaimed import UnclaimedStep
from domain.reach.untold import Untold
from domain.staff import Role, StaffId
from domain.tickets.records import Status, Ticket
from handlers.chat import Choice, Masked, Reply, reply_from_json
from handlers.desk import Work
from handlers.i18n import _, speaking
from handlers.mail.incoming_cards import list_button, mail_line
from handlers.mail.telling.arrivals import many_notice, still_new
from handlers.mail.telling.group_taking import take_button
from handlers.mail.telling.hearers import (
    ABOVE,
    NAMED,
    NEW,
    AtWork,
    MailTelling,
    at_work,
    tell,
    together,
    who_hears,
    with_role,
)
from handlers.registry import due
from handlers.staff.groups import lines_of
from handlers.staff.masked import also
from handlers.staff.rides import Riding, as_it_was, rides
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import cards as ticket_cards
from store import due as due_rows
from store import staff
from store.due import Due
from store.mail import incoming
from store.tickets import records as tickets

KIND = "mail.unclaimed"
SHOWN = 8
"""Mails of one message; the rest is counted, and a tap away."""
UNKNOWN = "?"
"""Stands for the tickets of a message that names none."""
ROLES = {
    UnclaimedStep.SUPERVISORS: Role.SUPERVISOR,
    UnclaimedStep.ADMINISTRATORS: Role.ADMIN,
}
MailTicket = tuple[IncomingMail, Ticket]


def plan(work: Work, ticket: Ticket) -> None:
    """Plan who hears when of a new mail's ticket that stays as it is."""
    office = work.configuration
    # From now on, whenever it came: nobody could take it up before.
    times = office.intake.unclaimed.times(work.now, office.calendar)
    rows = []
    for step, at in times.items():
        row = Due(
            kind=KIND,
            subject=ticket.no,
            occurrence=step,
            due_at=at,
        )
        rows.append(row)
    work.change(due_rows.plan, rows=rows)


@due(KIND)
async def tell_unclaimed(work: Work, rows: Sequence[Due]) -> None:
    """One message for each who hears, of all that is due by now, by its last step."""
    every = await due_rows.list_due(work.db, KIND, work.now)
    claimed = {row.id for row in rows}
    others = [row for row in every if row.id not in claimed]
    work.change(due_rows.finish_elsewhere, rows=others, now=work.now)
    by_step = await _unclaimed(work, [*rows, *others])
    there = await at_work(work)
    for step, found in by_step.items():
        key = f"{step}:{rows[0].id}"
        if step is UnclaimedStep.AGAIN:
            await _tell_again(work, there, found, key)
        else:
            await _tell_above(work, there, found, key, ROLES[step])


async def _unclaimed(work: Work, rows: Sequence[Due]) -> dict[UnclaimedStep, list[MailTicket]]:
    """What nobody took up until now, by its last step, the oldest first."""
    last: dict[str, UnclaimedStep] = {}
    for step in UnclaimedStep:
        for row in rows:
            if row.occurrence == step:
                last[row.subject] = step
    mails = await incoming.list_of_tickets(work.db, [*last])
    found: dict[UnclaimedStep, list[MailTicket]] = {}
    for mail, ticket in await still_new(work, [*mails.values()]):
        step = last[ticket.no]
        theirs = found.setdefault(step, [])
        theirs.append((mail, ticket))
    return found


async def _tell_again(
    work: Work,
    there: AtWork,
    found: Sequence[MailTicket],
    key: str,
) -> None:
    """Those who heard of them hear once more."""
    every = []
    for mail, ticket in found:
        hearers = await who_hears(
            work,
            mail.reading,
            ticket,
            there,
        )
        every.append((hearers, (mail, ticket)))
    for hearers, theirs in together(every):
        telling = _telling(work, theirs, key)
        tell(work, hearers, telling)


async def _tell_above(
    work: Work,
    there: AtWork,
    found: Sequence[MailTicket],
    key: str,
    role: Role,
) -> None:
    """Those with this role hear; where none of them is at work, also on their leave."""
    people = there.with_role(role)
    if not people:
        everybody = await staff.list_staff(work.db)
        people = with_role(everybody, role)
    telling = _telling(work, found, key)
    for who in people:
        work.notify(
            telling.private,
            f"{ABOVE}:{key}",
            staff_id=who,
        )


# What is said.


def _telling(work: Work, found: Sequence[MailTicket], key: str) -> MailTelling:
    shown = found[:SHOWN]
    count = len(found)
    for _mail, ticket in shown:
        work.audit("ticket.listed", ticket.no)
    masked = []
    for _mail, ticket in found:
        line = ticket_cards.masked_line(work, ticket)
        masked.append(line)
    private = partial(
        _notice,
        work,
        shown,
        count,
    )
    make = also(private, masked)
    return MailTelling(
        key=key,
        private=make,
        named=make,
        masked=partial(
            _masked_notice,
            count,
            masked[:SHOWN],
        ),
    )


def _head(count: int) -> str:
    return _("⏰ อีเมลใหม่ %(count)s ฉบับ ยังไม่มีคนรับเรื่อง", count=count)


def _notice(work: Work, shown: Sequence[MailTicket], count: int) -> Reply:
    options = []
    for mail, ticket in shown:
        line = mail_line(work, ticket, mail.reading)
        options.append(ticket_buttons.show_button(ticket, line))
    choice = Choice(
        _head(count),
        tuple(options),
        (list_button(),),
    )
    return Reply((choice,), confirms=True)


def _masked_notice(count: int, lines: Sequence[Masked]) -> Reply:
    with speaking("th"):
        more = ""
        if count > len(lines):
            more = _("และอีก %(count)s เรื่อง", count=count - len(lines))
        take = [take_button(line) for line in lines[:1]]
        return lines_of(_head(count), lines, more, buttons=take)


# What could not be told, or waits for an answer.


@rides(NEW)
async def still_waiting(work: Work, who: StaffId, waiting: Sequence[Untold]) -> Sequence[Riding]:
    """How many mails wait, in one message; what was held until now is in the morning's message."""
    left = await _left(work, waiting)
    told = [one for one in left if one.held_until_at is None or one.held_until_at > work.now]
    if not told:
        return []
    if len(told) == 1:
        return [as_it_was(told[0])]
    count = await incoming.count_unclaimed(work.db)
    return [Riding(many_notice(count), tuple(told))]


@rides(NAMED)
@rides(ABOVE)
async def still_unclaimed(work: Work, who: StaffId, waiting: Sequence[Untold]) -> Sequence[Riding]:
    """What nobody took up meanwhile."""
    return [as_it_was(one) for one in await _left(work, waiting)]


async def _left(work: Work, waiting: Sequence[Untold]) -> list[Untold]:
    """What tells of any ticket that nobody has worked on; what names none may do so."""
    named: dict[str, tuple[str, ...]] = {}
    every = set[str]()
    for one in waiting:
        notice = reply_from_json(one.notice)
        named[one.key] = notice.numbers
        every.update(notice.numbers)
    found = await tickets.get_tickets(work.db, sorted(every))
    over = {no for no, ticket in found.items() if ticket.status is not Status.NEW}
    left = []
    for one in waiting:
        numbers = named[one.key] or (UNKNOWN,)
        if not over.issuperset(numbers):
            left.append(one)
    return left
