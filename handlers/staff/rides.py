"""What rides with a person's answer, since it could not be told before: as it is by now, and folded
into a list where it is much.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from domain.errors import NotFound
from domain.reach.untold import Untold
from domain.staff import StaffId
from handlers.chat import (
    Button,
    Card,
    Choice,
    Document,
    Paragraph,
    Reply,
    ReplyPart,
    confirm,
    in_lines,
    reply_from_json,
)
from handlers.desk import Context, Work
from handlers.i18n import _
from handlers.labels import when
from handlers.registry import action
from store.chat import untold

SHOWN = 10
"""Lines of a folded list; what is left rides with the next answer."""
WHOLE = 4
"""Messages that are told as they are; LINE takes five with one answer, and the answer is one."""
MakeReply = Callable[[], Reply]


@dataclass(frozen=True, slots=True)
class Riding:
    """One message that rides, and what is told with it."""

    reply: Reply
    told: tuple[Untold, ...]


RideFunction = Callable[[Work, StaffId, Sequence[Untold]], Awaitable[Sequence[Riding]]]
_WORDS: Mapping[type[ReplyPart], str] = {
    Paragraph: "text",
    Choice: "question",
    Card: "title",
    Document: "caption",
}
"""Where the words of each kind of part stand."""
RIDES: dict[str, RideFunction] = {}
"""By kind: the messages by which all that waits of it for one person is told by now; what none of
them tells is over. What is not among the kinds is told as it was.
"""


def rides(kind: str) -> Callable[[RideFunction], RideFunction]:
    """Enter a function in the table of what rides."""

    def enter(run: RideFunction) -> RideFunction:
        RIDES[kind] = run
        return run

    return enter


def telling(make: MakeReply, words: Sequence[str]) -> MakeReply:
    """A notice that tells this once it is accepted, see domain/reach/untold.py."""
    return lambda: replace(make(), tells=tuple(words))


def as_it_was(one: Untold) -> Riding:
    """The message as it could not be told."""
    return Riding(reply_from_json(one.notice), (one,))


async def is_over(work: Work, one: Untold) -> bool:
    """Whether there is nothing left to tell of it."""
    return not await _made(work, one.staff_id, [one])


@dataclass(frozen=True, slots=True)
class Rides:
    """All that rides with one answer; of what is `over` there is nothing left to tell."""

    whole: tuple[Riding, ...] = ()
    folded: Riding | None = None
    over: tuple[Untold, ...] = ()

    def apart(self) -> tuple[Riding, ...]:
        """As messages of their own."""
        if self.whole or self.folded is None:
            return self.whole
        return (self.folded,)

    def forms(self) -> list[Riding]:
        """All of it as parts of one message: as it is, and where that is too much, as a list."""
        forms = []
        if self.whole:
            parts = [part for riding in self.whole for part in riding.reply.parts]
            told = [one for riding in self.whole for one in riding.told]
            forms.append(Riding(Reply(tuple(parts)), tuple(told)))
        if self.folded is not None:
            forms.append(self.folded)
        return forms


NOTHING_RIDES = Rides()


async def rides_for(work: Work, who: StaffId, changed: Collection[str]) -> Rides:
    """What waits for a person, as it is by now; what is about a record that is just being `changed`
    comes with the next answer.
    """
    waiting = await untold.list_waiting(work.db, who)
    return await rides_of(work, who, [one for one in waiting if not _is_about(one, changed)])


def _is_about(one: Untold, records: Collection[str]) -> bool:
    """Whether any of these records is named in what a message says or tells."""
    return any(f'"{record}"' in one.notice for record in records)


async def rides_of(work: Work, who: StaffId, waiting: Sequence[Untold]) -> Rides:
    """These, as they are by now."""
    made = await _made(work, who, waiting)
    made.sort(key=lambda riding: riding.told[0].since_at)
    told: set[str] = set()
    for riding in made:
        told.update(one.key for one in riding.told)
    over = tuple(one for one in waiting if one.key not in told)
    folded = _folded(made)
    if _count(made) > WHOLE:
        return Rides((), folded, over)
    return Rides(tuple(made), folded, over)


async def _made(work: Work, who: StaffId, waiting: Sequence[Untold]) -> list[Riding]:
    """The messages by which it is told."""
    by_kind: dict[str, list[Untold]] = {}
    for one in waiting:
        by_kind.setdefault(one.kind, []).append(one)
    made: list[Riding] = []
    for kind, found in sorted(by_kind.items()):
        ride = RIDES.get(kind, _as_they_were)
        made += await ride(work, who, found)
    return [_late(riding) for riding in made]


async def _as_they_were(
    _work: Work,
    _who: StaffId,
    waiting: Sequence[Untold],
) -> Sequence[Riding]:
    return [as_it_was(one) for one in waiting]


def _count(made: Sequence[Riding]) -> int:
    return sum(len(riding.reply.parts) for riding in made)


def _late(riding: Riding) -> Riding:
    """The message, and since when it waits where it could not be told; it is said for certain."""
    reply = replace(riding.reply, confirms=True)
    waited = riding.told[0]
    if waited.held_until_at is None:
        note = _("🔔 ส่งไม่ถึงตั้งแต่ %(when)s", when=when(waited.since_at))
        first, *rest = reply.parts
        reply = replace(reply, parts=(_noted(first, note), *rest))
    return replace(riding, reply=reply)


def _noted(part: ReplyPart, note: str) -> ReplyPart:
    """The part with one more line at the end of its words."""
    name = _WORDS[type(part)]
    words: Any = {name: in_lines(getattr(part, name), note)}
    return replace(part, **words)


def _folded(made: Sequence[Riding]) -> Riding | None:
    """A list with a line for each of the first messages, which a tap shows whole."""
    if not made:
        return None
    head = _("🔔 ยังไม่ได้แจ้งคุณ %(count)s เรื่อง กดเพื่ออ่าน", count=len(made))
    shown = made[:SHOWN]
    options = []
    for riding in shown:
        args = {"ids": " ".join(str(one.id) for one in riding.told)}
        options.append(Button(_first_line(riding.reply), "untold.show", args))
    told = tuple(one for riding in shown for one in riding.told)
    return Riding(Reply((Choice(head, tuple(options)),), confirms=True), told)


def _first_line(reply: Reply) -> str:
    part = reply.parts[0]
    words: str = getattr(part, _WORDS[type(part)])
    return words.partition("\n")[0]


@action("untold.show")
async def show_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """One message of a folded list, as it is by now; NotFound where it is no longer kept."""
    ids = [int(each) for each in args["ids"].split()]
    found = [one for one in await untold.list_by_ids(ctx.db, ids) if one.staff_id == ctx.staff.id]
    if not found:
        raise NotFound("notice")
    made = await _made(ctx, ctx.staff.id, found)
    if not made:
        return confirm(_("เรื่องนี้เรียบร้อยแล้ว ไม่ต้องทำอะไรอีก"))
    return replace(made[0].reply, tells=())
