"""What rides with a person's answer, since it could not be told before: as it is by now, and folded
into a list where it is much.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
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
RideFunction = Callable[[Work, StaffId, Sequence[Untold]], Awaitable[MakeReply | None]]
_WORDS: Mapping[type[ReplyPart], str] = {
    Paragraph: "text",
    Choice: "question",
    Card: "title",
    Document: "caption",
}
"""Where the words of each kind of part stand."""
RIDES: dict[str, RideFunction] = {}
"""By kind: how all that waits of it for one person is told by now; None = there is nothing left to
tell. What is not among them is told as it was.
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


@dataclass(frozen=True, slots=True)
class Riding:
    """One message that rides, and what is told with it."""

    reply: Reply
    told: tuple[Untold, ...]


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


async def rides_for(work: Work, who: StaffId) -> Rides:
    """What waits for a person, as it is by now."""
    waiting = await untold.list_waiting(work.db, who)
    made: list[Riding] = []
    over: list[Untold] = []
    for found in _together(waiting):
        make = await _made(work, who, found)
        if make is None:
            over += found
        else:
            made.append(Riding(_late(make(), found[0]), tuple(found)))
    whole = made if _count(made) <= WHOLE else []
    return Rides(tuple(whole), _folded(made), tuple(over))


def _together(waiting: Sequence[Untold]) -> list[list[Untold]]:
    """What is told as one message, in the order of the oldest of each."""
    found: dict[str, list[Untold]] = {}
    for one in waiting:
        name = one.kind if one.kind in RIDES else one.key
        found.setdefault(name, []).append(one)
    return [*found.values()]


async def _made(work: Work, who: StaffId, found: Sequence[Untold]) -> MakeReply | None:
    kind = found[0].kind
    if kind in RIDES:
        return await RIDES[kind](work, who, found)
    return partial(reply_from_json, found[0].notice)


def _count(made: Sequence[Riding]) -> int:
    return sum(len(riding.reply.parts) for riding in made)


def _late(reply: Reply, one: Untold) -> Reply:
    """The reply, and since when it waits where it could not be told; it is said for certain."""
    first, *rest = reply.parts
    if one.held_until_at is None:
        first = _noted(first, _("🔔 ส่งไม่ถึงตั้งแต่ %(when)s", when=when(one.since_at)))
    return replace(reply, parts=(first, *rest), confirms=True)


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
        first = riding.told[0]
        args = {"id": str(first.id)}
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
    found = await untold.find(ctx.db, int(args["id"]))
    if found is None or found.staff_id != ctx.staff.id:
        raise NotFound("notice")
    make = await _made(ctx, ctx.staff.id, [found])
    if make is None:
        return confirm(_("เรื่องนี้เรียบร้อยแล้ว ไม่ต้องทำอะไรอีก"))
    return replace(make(), tells=())
