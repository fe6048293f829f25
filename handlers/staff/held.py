"""What waited for an answer that would have brought it free, and is pushed at last."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from domain.reach.untold import Untold, of_told
from domain.staff import StaffId
from handlers.chat import Masked, Reply, reply_from_json
from handlers.desk import Work
from handlers.i18n import speaking
from handlers.registry import due
from handlers.staff.rides import Riding, rides_of
from store import staff
from store.chat import untold
from store.due import Due


@due(untold.HELD)
async def push_held(work: Work, rows: Sequence[Due]) -> None:
    """Pushes what nobody came for, one message a person."""
    by_person = defaultdict[StaffId, list[Untold]](list)
    for one in await untold.list_held(work.db, work.now):
        by_person[one.staff_id].append(one)
    for who, found in by_person.items():
        await _push(work, who, found)


async def _push(work: Work, who: StaffId, found: Sequence[Untold]) -> None:
    """What this person did not come for, as one message; what has come true meanwhile is over."""
    person = await staff.get_staff(work.db, who)
    with speaking(person.language):
        rides = await rides_of(work, who, found)
    over = partial(untold.end, rows=rides.over, now=work.now)
    work.change(over)
    forms = rides.forms()
    if not forms:
        return
    whole = forms[0]
    reclaim = partial(untold.reclaim, rows=whole.told)
    work.change(reclaim)
    key = f"{untold.HELD}:{work.now:%Y%m%d%H%M%S%f}"
    make = partial(_message, whole)
    work.notify(make, key, staff_id=who)


def _message(form: Riding) -> Reply:
    """All of it, which is told once this is accepted."""
    lines: list[Masked] = []
    for one in form.told:
        lines += reply_from_json(one.notice).masked
    words = [of_told(one.id) for one in form.told]
    return replace(
        form.reply,
        confirms=True,
        masked=tuple(lines),
        tells=tuple(words),
    )
