"""At night the register is walked through for pairs of codes that may be one customer, and what has
changed is compared with everybody.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import partial
from heapq import nlargest

from domain.customers.merging import LIKELY, likeness
from domain.dates.days import BANGKOK
from domain.staff import Role
from handlers.chat import Button, Reply, say
from handlers.desk import Work
from handlers.i18n import _
from handlers.registry import due
from store import due as due_store
from store.customers import duplicates
from store.customers import records as customers
from store.customers.duplicates import Pair, pair_of
from store.due import Due
from store.search import customers as search

BATCH = 200
MOST_PAIRS = 500
MOST_CHANGED = 1000
"""Customers whose names are compared in one go; the rest has its turn a moment later, or the next
night.
"""
FIRST_LOOK = timedelta(days=1)
OVERLAP = timedelta(hours=1)
"""What changed while the last walk went on is looked at by the next."""
NEAR = "duplicates.near"
PAUSE = timedelta(seconds=10)
"""Between two parts of a look, so that what else is due comes in between."""
NIGHT = time(2, 0)
MORNING = 6
"""The hour at which the walk stops until the next night."""


@due(
    "duplicates.find",
    silent=True,
    daily_at=NIGHT,
    workdays=False,
)
async def find_at_night(work: Work, rows: Sequence[Due]) -> None:
    """Walks through the register for pairs that share a telephone, an e-mail or a name, and plans a
    look at what has changed.
    """
    since = await due_store.last_done(work.db, "duplicates.find")
    # Done later than now, when the clock was ahead, is as good as never.
    if since is None or since > work.now:
        since = work.now - FIRST_LOOK
    best: list[Pair] = []
    after = ""
    while True:
        alike, last = await duplicates.list_alike(work.db, after, BATCH)
        if not last:
            break
        # Pairs that the office has decided on are not proposed again.
        new = await _new(work, await _weighed(work, alike))
        best = _likeliest({*best, *new}, MOST_PAIRS)
        after = last
        # A chat goes first.
        await asyncio.sleep(0)
    work.change(partial(duplicates.propose, pairs=best, now=work.now))
    _plan_look(work, _Look(since - OVERLAP), work.now)


@dataclass(frozen=True, slots=True)
class _Look:
    """A part of a walk through what changed `since`: it goes on `after` this code."""

    since: datetime
    after: str = ""

    @classmethod
    def of(cls, row: Due) -> "_Look":
        """The part that is due with this row."""
        _on, since, after = row.occurrence.split(" ")
        return cls(datetime.fromisoformat(since), after)

    def row(self, at: datetime) -> Due:
        """The row by which this part is due."""
        on = at.astimezone(BANGKOK).date()
        return self._row(on.isoformat(), at)

    def row_again(self, at: datetime) -> Due:
        """The row by which this part is due once more on the same day."""
        return self._row(at.isoformat(timespec="seconds"), at)

    def _row(self, on: str, at: datetime) -> Due:
        since = self.since.isoformat(timespec="seconds")
        return Due(NEAR, "", f"{on} {since} {self.after}", at)


def _plan_look(work: Work, look: _Look, at: datetime) -> None:
    work.change(partial(due_store.plan, rows=[look.row(at)]))


@due(NEAR, silent=True)
async def look_at_changed(work: Work, rows: Sequence[Due]) -> None:
    """Looks for names like those of the customers who changed: so many at a time, for as many
    nights as it takes.
    """
    now = work.now.astimezone(BANGKOK)
    midnight = datetime.combine(now.date(), time(), BANGKOK)
    room = MOST_PAIRS - await duplicates.count_open(work.db, midnight)
    # Without all of the register's words nobody can say who has a name like theirs.
    can_look = await work.words.refreshed(work.db, patience=None)
    for row in rows:
        look = _Look.of(row)
        if now.hour >= MORNING or room <= 0:
            _plan_look(work, look, _next_night(now))
        elif not can_look:
            again = look.row_again(work.now + PAUSE)
            work.change(partial(due_store.plan, rows=[again]))
        else:
            room = await _look_at(work, look, room)


def _next_night(now: datetime) -> datetime:
    """When the walk goes on; `now` = the local time."""
    return datetime.combine(now.date() + timedelta(days=1), NIGHT, BANGKOK)


async def _look_at(work: Work, look: _Look, room: int) -> int:
    """Proposes the likeliest pairs of some customers, as many as there is `room` for tonight, and
    plans what is left to look at; returns the room after that.
    """
    codes = await duplicates.list_changed(
        work.db,
        look.after,
        MOST_CHANGED,
        look.since,
    )
    found = await _like(work, codes)
    best = _likeliest(found, room)
    work.change(partial(duplicates.propose, pairs=best, now=work.now))
    room -= len(found)
    if room < 0:
        # Some found no room tonight: these customers are looked at again.
        _plan_look(work, look, _next_night(work.now.astimezone(BANGKOK)))
    elif len(codes) == MOST_CHANGED:
        # A while later, so that what else is due comes in between.
        rest = replace(look, after=codes[-1])
        _plan_look(work, rest, work.now + PAUSE)
    return room


async def _like(work: Work, codes: Sequence[str]) -> set[Pair]:
    """New pairs of these customers with others whose names are like theirs."""
    found: set[Pair] = set()
    for code in codes:
        found |= await _new(work, await _near_names(work, code))
    return found


async def _new(work: Work, pairs: Sequence[Pair]) -> set[Pair]:
    """Those that the office does not know."""
    known = await duplicates.list_known(work.db, sorted({pair.one for pair in pairs}))
    return {pair for pair in pairs if (pair.one, pair.other) not in known}


def _likeliest(pairs: Iterable[Pair], most: int) -> list[Pair]:
    return nlargest(
        most,
        pairs,
        key=lambda pair: (pair.score, pair.one, pair.other),
    )


async def _weighed(work: Work, alike: Sequence[tuple[str, str]]) -> list[Pair]:
    """These pairs of codes with how alike they are; none that is merged by now, or not alike."""
    codes = sorted({code for pair in alike for code in pair})
    people = await customers.follow_customers(work.db, codes)
    own = {code: person for code, person in people.items() if person.code == code}
    pairs = []
    for one, other in alike:
        if one in own and other in own:
            score = likeness(own[one], own[other])
            pairs.append(
                pair_of(
                    one,
                    other,
                    score,
                    "alike",
                )
            )
    return [pair for pair in pairs if pair.score >= LIKELY]


async def _near_names(work: Work, code: str) -> list[Pair]:
    """This customer with those whose names are alike; none for one that is merged by now."""
    customer = await customers.get_record(work.db, code)
    if customer.merged_into is not None:
        return []
    alone = replace(customer, contacts=())
    pairs = []
    for hit in await search.find_likely_duplicates(work.db, work.words, alone):
        score = likeness(customer, hit.customer)
        pairs.append(
            pair_of(
                code,
                hit.customer.code,
                score,
                "alike",
            )
        )
    return [pair for pair in pairs if pair.score >= LIKELY and pair.one != pair.other]


@due("duplicates.tell", daily_at=time(8, 45))
async def tell_in_the_morning(work: Work, rows: Sequence[Due]) -> None:
    """Tells the administrators once of new pairs; they hear nothing if there are none."""
    since = await due_store.last_done(work.db, "duplicates.tell")
    new = await duplicates.count_open(work.db, since)
    if not new:
        return
    count = await duplicates.count_open(work.db)

    def make() -> Reply:
        text = _(
            "👤 ระบบพบคู่ที่อาจเป็นรายเดียวกัน %(new)s คู่ รอตัดสินทั้งหมด %(count)s คู่", new=new, count=count
        )
        return say(
            text,
            Button(
                _("ดูคู่ที่รอตัดสิน"),
                "duplicate.list",
                {},
            ),
        )

    work.notify(
        make,
        f"duplicates:{rows[-1].occurrence}",
        role=Role.ADMIN,
    )
