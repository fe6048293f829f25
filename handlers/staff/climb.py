"""Who hears of what could not be told to somebody: step by step, until somebody who can act was
reached.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from domain.reach.plan import Above, ClimbStep
from domain.reach.untold import Untold, of_untold, read_untold
from domain.staff import Role, Staff, StaffId
from handlers.chat import Paragraph, Reply, ReplyPart, reply_from_json
from handlers.desk import Work
from handlers.i18n import _
from handlers.labels import person_label, weekday_when
from handlers.registry import due
from handlers.staff.groups import lines_of
from handlers.staff.rides import Riding, is_over, rides, telling
from store import staff
from store.chat import untold
from store.due import Due
from store.tickets import hand_overs

PEOPLE = 4
"""People who are named in one message, which is one push; the rest is in /status."""
LINES = 10
PATIENCE = timedelta(minutes=1)
"""How long a step gets to reach somebody, where nothing says earlier that it did not."""
ROLES = {Above.SUPERVISORS: Role.SUPERVISOR, Above.ADMINISTRATORS: Role.ADMIN}
AboveThem = Mapping[ClimbStep, list[Untold]]


@due(untold.CLIMB)
async def climb(work: Work, rows: Sequence[Due]) -> None:
    """Tells whoever is next of what could not be told to somebody, and plans when it goes on."""
    waiting = []
    for one in await untold.list_climbing(work.db):
        if await is_over(work, one):
            work.change(partial(untold.end, rows=[one], now=work.now))
        else:
            waiting.append(one)
    sending = await untold.is_climb_sent(work.db)
    times: list[datetime] = []
    steps: dict[ClimbStep, list[Untold]] = {}
    for one in waiting:
        found = work.configuration.reach.next_step(one, work.configuration.calendar)
        if found is None:
            continue
        step, at = found
        if at > work.now:
            times.append(at)
        else:
            steps.setdefault(step, []).append(one)
    if steps:
        told = sending or await _tell(work, steps)
        # Where there is nobody, the next ones hear at once.
        times.append(work.now + PATIENCE if told else work.now)
    if times:
        work.change(partial(untold.plan_climb, at=min(times)))


async def _tell(work: Work, steps: AboveThem) -> bool:
    """Returns whether there is anybody to tell."""
    told = False
    everybody = await staff.list_staff(work.db)
    leaves = await hand_overs.list_leaves(work.db, work.today, work.today)
    away = {leave.staff for leave in leaves}
    names = {person.id: person.name for person in everybody}
    for step, found in steps.items():
        work.change(partial(untold.note_climbed, ids=[one.id for one in found]))
        for person in _above(everybody, ROLES[step.whom], away):
            others = [one for one in found if one.staff_id != person.id]
            if others:
                make = _telling(others, names)
                key = f"{untold.CLIMB}:{work.now:%Y%m%d%H%M%S%f}:{step.whom}"
                work.notify(make, key, staff_id=person.id)
                told = True
    return told


@rides(untold.CLIMB)
async def still_untold(work: Work, who: StaffId, waiting: Sequence[Untold]) -> Sequence[Riding]:
    """What others were not told by now, as one message: of the rest there is nothing to look
    after.
    """
    ids: list[int] = []
    for one in waiting:
        ids += read_untold(reply_from_json(one.notice).tells)
    others = []
    for one in await untold.list_still_untold(work.db, ids):
        if not await is_over(work, one):
            others.append(one)
    person = await staff.get_staff(work.db, who)
    if not others or not person.role.covers(Role.SUPERVISOR):
        return []
    names = await staff.staff_names(work.db)
    return [Riding(_telling(others, names)(), tuple(waiting))]


def _telling(others: Sequence[Untold], names: Mapping[StaffId, str]) -> Callable[[], Reply]:
    """What makes the message about these, of whom somebody is reached once it is accepted."""
    return telling(partial(_message, others, names), [of_untold(one.id) for one in others])


def _above(people: Sequence[Staff], role: Role, away: set[StaffId]) -> list[Staff]:
    """Those with this role who are at work; where none of them is, also on their leave."""
    able = [one for one in people if one.role is role and one.blocked_at is None]
    return [one for one in able if one.id not in away] or able


def _message(found: Sequence[Untold], names: Mapping[StaffId, str]) -> Reply:
    """What could not be told, by person: masked, as a group would hear it."""
    by_person: dict[StaffId, list[Untold]] = {}
    for one in found:
        by_person.setdefault(one.staff_id, []).append(one)
    shown = [*by_person.items()][:PEOPLE]
    parts = [part for who, mine in shown for part in _person(names[who], mine)]
    left = len(by_person) - len(shown)
    if left:
        text = _("🔔 ยังแจ้งไม่ถึงอีก %(count)s คน ดูที่ สถานะระบบ", count=left)
        parts.append(Paragraph(text))
    return Reply(tuple(parts), confirms=True)


def _person(name: str, found: Sequence[Untold]) -> tuple[ReplyPart, ...]:
    since = min(one.since_at for one in found)
    head = _(
        "🔔 ยังแจ้ง%(who)sไม่ถึง ตั้งแต่ %(when)s ฝากดูแทนด้วย",
        who=person_label(name),
        when=weekday_when(since),
    )
    lines = [line for one in found for line in reply_from_json(one.notice).masked]
    more = ""
    if len(lines) > LINES:
        more = _("และอีก %(count)s เรื่อง", count=len(lines) - LINES)
    return lines_of(head, lines[:LINES], more).parts
