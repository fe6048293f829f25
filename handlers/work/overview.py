"""The whole desk at a glance: what waits, is due today and is late, by person and team, and what
comes in unclaimed. Officers see their own.

It names no customer and repeats no question: who opens a ticket is noted then, as ever."""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from domain.owed.narrowing import EVERYTHING, Narrowing
from domain.staff import Role, Staff, StaffId
from domain.tickets.records import Status, Ticket
from handlers.chat import Card, Fact, Tone
from handlers.desk import Context
from handlers.i18n import _, language
from handlers.owed.cards import list_entries
from handlers.owed.request_cards import owed_line
from handlers.system import status
from handlers.tickets import cards as ticket_cards
from handlers.work.morning import Section, section_of
from store import staff
from store.mail import incoming
from store.owed import lists as owed_lists
from store.owed import rows as owed
from store.tickets import records as tickets
from store.tickets.lists import Wanted, list_unfinished

ROWS = 30
"""Tickets that are listed; all of them are counted."""
OLDEST = 8
"""Things owed that are listed."""
BREATH = 50
"""After so many tickets other tasks get their turn."""
NOBODY = "-"
"""Of tickets that nobody answers for, where a person's number stands else."""


class Pile(StrEnum):
    """Why a ticket lies on the board; each lies in one place."""

    OVERDUE = "overdue"
    TODAY = "today"
    NEW = "new"
    WAITING = "waiting"
    LATER = "later"


TONES = {
    Pile.OVERDUE: Tone.OVERDUE,
    Pile.TODAY: Tone.RUNNING,
    Pile.NEW: Tone.FRESH,
    Pile.WAITING: Tone.WAITING,
    Pile.LATER: Tone.NEUTRAL,
}
PILES = {
    Pile.OVERDUE: "เกินกำหนด",
    Pile.TODAY: "ถึงกำหนดวันนี้",
    Pile.NEW: "ใหม่",
    Pile.WAITING: "รอผู้รับบริการ",
    Pile.LATER: "ยังไม่ถึงกำหนด",
}
_SECTIONS = {
    Section.OVERDUE: Pile.OVERDUE,
    Section.TODAY: Pile.TODAY,
    Section.WAITING: Pile.WAITING,
}


@dataclass(frozen=True, slots=True)
class BoardTicket:
    """One ticket: its number, what it is about, by when, and whose it is (`NOBODY` = nobody's)."""

    no: str
    subject: str
    state: str
    pile: Pile
    whose: str

    @property
    def tone(self) -> Tone:
        """The colour of its state."""
        return TONES[self.pile]


@dataclass(frozen=True, slots=True)
class BoardSum:
    """How much lies with a person or a team; `who` = a person's number, or the team's name."""

    who: str
    name: str
    counts: Mapping[Pile, int]
    is_team: bool = False

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class BoardOwed:
    """One thing owed, without a name; `customer` = whose it is, as a code."""

    text: str
    customer: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of the board is listed: one person's or team's, one pile; all where nothing is set."""

    who: str = ""
    pile: str = ""

    def fits(self, ticket: BoardTicket, people: Collection[str]) -> bool:
        """Whether a ticket is listed; `people` = who is meant."""
        if self.pile and ticket.pile != self.pile:
            return False
        return not self.who or ticket.whose in people


@dataclass(frozen=True, slots=True)
class Board:
    """See the module. `mails` and what follows are for those who lead."""

    chosen: Chosen
    piles: Mapping[Pile, str]
    counts: Mapping[Pile, int]
    sums: Sequence[BoardSum]
    rows: Sequence[BoardTicket]
    listed: int
    people: Mapping[str, str]
    leads: bool = False
    mails: int = 0
    owed: int = 0
    owed_late: int = 0
    oldest: Sequence[BoardOwed] = ()
    facts: Sequence[Fact] = field(default_factory=tuple)


async def board(ctx: Context, chosen: Chosen) -> Board:
    """The board of whoever looks."""
    ctx.audit("board.read", f"staff:{ctx.staff.id}")
    everybody = await staff.list_staff(ctx.db)
    names = {str(one.id): one.name for one in everybody}
    if not ctx.staff.role.covers(Role.SUPERVISOR):
        own = await list_unfinished(ctx.db, Wanted((ctx.staff.id,)))
        lying = await _lying(ctx, own)
        return _made(chosen, lying, _sums([ctx.staff], {}, lying), names, {chosen.who})
    active = [one for one in everybody if one.blocked_at is None]
    teams = await staff.list_teams(ctx.db)
    lying = await _lying(ctx, await tickets.list_all_unfinished(ctx.db))
    meant = _meant(chosen, teams)
    made = _made(chosen, lying, _sums(active, teams, lying), names, meant)
    return await _with_desk(ctx, made)


def _made(
    chosen: Chosen,
    lying: Sequence[BoardTicket],
    sums: Sequence[BoardSum],
    names: Mapping[str, str],
    meant: Collection[str],
) -> Board:
    """The board of these tickets, with the list of what is chosen: the most urgent pile first."""
    order = list(Pile)
    listed = [one for one in lying if chosen.fits(one, meant)]
    listed.sort(key=lambda one: order.index(one.pile))
    return Board(
        chosen,
        {pile: _(words) for pile, words in PILES.items()},
        Counter(one.pile for one in lying),
        sums,
        listed[:ROWS],
        len(listed),
        names,
    )


def _meant(chosen: Chosen, teams: Mapping[str, Sequence[StaffId]]) -> set[str]:
    """The numbers of the people of the person or team that is chosen."""
    return {str(one) for one in teams.get(chosen.who, ())} or {chosen.who}


async def _lying(ctx: Context, found: Iterable[Ticket]) -> list[BoardTicket]:
    """Tickets as they lie on the board, the nearest due time first."""
    made = []
    for number, ticket in enumerate(ticket_cards.by_due(ctx, found), 1):
        if number % BREATH == 0:
            await asyncio.sleep(0)
        made.append(_lain(ctx, ticket))
    return made


def _lain(ctx: Context, ticket: Ticket) -> BoardTicket:
    whose = NOBODY if ticket.assignee is None else str(ticket.assignee)
    return BoardTicket(
        ticket.no,
        ctx.catalogue.subject_label(ticket.subject, language()),
        ticket_cards.due_state(ctx, ticket),
        pile_of(ctx, ticket),
        whose,
    )


def pile_of(ctx: Context, ticket: Ticket) -> Pile:
    """Where a ticket lies: as it stands in the morning's queue, else new, else later."""
    section = section_of(ctx, ticket)
    if section in _SECTIONS:
        return _SECTIONS[section]
    return Pile.NEW if ticket.status is Status.NEW else Pile.LATER


def _sums(
    people: Sequence[Staff],
    teams: Mapping[str, Sequence[StaffId]],
    lying: Sequence[BoardTicket],
) -> list[BoardSum]:
    """Of each team, then of each person, then of nobody; of people without tickets, too."""
    counts: dict[str, Counter[Pile]] = {str(one.id): Counter() for one in people}
    for ticket in lying:
        counts.setdefault(ticket.whose, Counter())[ticket.pile] += 1
    sums = []
    for team, members in teams.items():
        of_team: Counter[Pile] = Counter()
        for member in members:
            of_team.update(counts.get(str(member), {}))
        sums.append(BoardSum(team, team, of_team, is_team=True))
    sums += [BoardSum(str(one.id), one.name, counts[str(one.id)]) for one in people]
    if counts.get(NOBODY):
        sums.append(BoardSum(NOBODY, _("ยังไม่มีผู้รับผิดชอบ"), counts[NOBODY]))
    return sums


async def _with_desk(ctx: Context, made: Board) -> Board:
    """The same with what concerns the whole desk."""
    rules = [*ctx.configuration.rules]
    _count, oldest = await owed.list_oldest(ctx.db, rules, OLDEST)
    lines = []
    for entry in await list_entries(ctx, oldest):
        text = owed_line(ctx, entry.life, entry.row, "")
        lines.append(BoardOwed(text, entry.life.request.customer))
    told = (await status(ctx, "")).parts[0]
    return replace(
        made,
        leads=True,
        mails=await incoming.count_unclaimed(ctx.db),
        owed=await _owed(ctx, EVERYTHING),
        owed_late=await _owed(ctx, Narrowing(overdue=True)),
        oldest=lines,
        facts=told.facts if isinstance(told, Card) else (),
    )


async def _owed(ctx: Context, wanted: Narrowing) -> int:
    return await owed_lists.count_lines(ctx.db, wanted, None, ctx.today)
