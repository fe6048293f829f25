"""Cards stay true: what becomes of a ticket elsewhere is drawn into the messages that show it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

from domain.staff import Chat, Staff
from domain.tickets.records import Ticket
from handlers.chat import Earlier, Incoming, Other, Reply, ReplyPart
from handlers.desk import Context, Work
from handlers.i18n import speaking
from handlers.labels import person_label
from handlers.registry import due
from handlers.staff.groups import on_board
from handlers.tickets import cards as ticket_cards
from store import staff
from store.chat import cards as shown_cards
from store.chat import groups
from store.chat.cards import ShownCard
from store.due import Due, plan
from store.tickets import records as tickets
from store.tickets.redraws import KIND, PAUSE

AT_ONCE = 2
"""Cards that one chat gets at a time: answers go before them, and platforms count."""
MOST_PASSES = 9
"""How often a chat in which nothing can be sent is looked at again, after twice as long each."""


@due(KIND, urgent=True)
async def draw_anew(work: Work, rows: Sequence[Due]) -> None:
    """The newest state of each ticket that changed, into each message that shows an older one; in a
    chat where something waits to be sent, later.
    """
    busy = await shown_cards.list_busy(work.db)
    drawn: Counter[Chat] = Counter()
    readers = await _readers(work)
    since = work.now - work.configuration.board.true_for
    for row in rows:
        ticket = await tickets.get_ticket(work.db, row.subject)
        outdated = await shown_cards.list_outdated(work.db, ticket.no, ticket.version, since)
        left = False
        for shown in outdated:
            if shown.at in busy or drawn[shown.at] == AT_ONCE:
                left = True
                continue
            drawn[shown.at] += 1
            await _tell(work, ticket, shown, readers)
        if left:
            is_moving = bool(drawn)
            _again(work, row, is_moving=is_moving)


def _again(work: Work, row: Due, *, is_moving: bool) -> None:
    """Look at this ticket's messages once more, soon as long as they become fewer."""
    passes = 0 if is_moving else _passes(row) + 1
    if passes > MOST_PASSES:
        return
    at = work.now + PAUSE * 2**passes
    # What is at work now ends with this: what follows is another occurrence.
    occurrence = f"{passes}:{int(work.now.timestamp())}"
    work.change(plan, rows=[Due(KIND, row.subject, occurrence, at)])


def _passes(row: Due) -> int:
    passes, _colon, _rest = row.occurrence.partition(":")
    return int(passes or 0)


async def _readers(work: Work) -> dict[Chat, Staff | None]:
    """Whose chat each is by now; None = that of a group that is served."""
    everybody = await staff.list_staff(work.db)
    people = {person.id: person for person in everybody}
    readers: dict[Chat, Staff | None] = {}
    for group in await groups.list_groups(work.db):
        readers[(group.platform, group.chat)] = None
    known = await staff.list_all_identities(work.db)
    for staff_id, accounts in known.items():
        person = people[staff_id]
        if person.blocked_at is None:
            readers |= {account.at: person for account in accounts}
    return readers


async def _tell(
    work: Work, ticket: Ticket, shown: ShownCard, readers: Mapping[Chat, Staff | None]
) -> None:
    if shown.at not in readers:
        # Nobody is read to there any more.
        return
    person = readers[shown.at]
    part = await _part(work, ticket, shown, person)
    work.notify(
        partial(Reply, (), earlier=(Earlier(part, shown.message),)),
        f"card:{ticket.no}:{ticket.version}:{shown.chat}:{shown.message}",
        staff_id=person.id if person else None,
        to=shown.at,
    )


async def _part(work: Work, ticket: Ticket, shown: ShownCard, person: Staff | None) -> ReplyPart:
    """The ticket as its reader sees it: whole in a private chat, masked in a group."""
    if person is None:
        names = await staff.staff_names(work.db)
        officer = ""
        if ticket.assignee in names:
            officer = person_label(names[ticket.assignee])
        line = ticket_cards.masked_line(work, ticket, officer)
        (part,) = on_board(line).parts
        return part
    with speaking(person.language):
        return await ticket_cards.card(_reading(work, person, shown), ticket)


def _reading(work: Work, person: Staff, shown: ShownCard) -> Context:
    """The desk as this person reads it, who said nothing just now."""
    nothing = Incoming(
        "", work.now, shown.platform, shown.chat, private=True, who=None, body=Other()
    )
    return Context(work.desk, work.now, incoming=nothing, staff=person)
