"""What /status says of those who could not be told: what, whose, since when; of customers only
numbers.
"""

from collections import Counter
from collections.abc import Sequence

from domain.reach.untold import Untold, read_owed
from domain.staff import StaffId
from handlers.chat import in_one_line, reply_from_json
from handlers.desk import Context
from handlers.i18n import _
from handlers.labels import person_label, value_label, value_labels, weekday_when
from store import staff
from store.chat import untold

PEOPLE = 10
"""People who are named; the rest is counted."""
NUMBERS = 3
"""Records that are named of each person."""
MOST = 500
KINDS = "untold"
OTHER = "other"


async def unreached_lines(ctx: Context) -> list[tuple[str, str]]:
    """A line for each person of whom nobody who can act has heard what was to be told; none where
    all was told.
    """
    by_person: dict[StaffId, list[Untold]] = {}
    for one in await untold.list_unreached(ctx.db, MOST):
        by_person.setdefault(one.staff_id, []).append(one)
    if not by_person:
        return []
    names = await staff.staff_names(ctx.db)
    shown = [*by_person.items()][:PEOPLE]
    lines = [(_("ยังแจ้งไม่ถึง"), person_line(names[who], found)) for who, found in shown]
    left = len(by_person) - len(shown)
    if left:
        lines.append((_("ยังแจ้งไม่ถึง"), _("และอีก %(count)s คน", count=left)))
    return lines


def person_line(name: str, found: Sequence[Untold]) -> str:
    """`คุณนก · แจ้งสิ่งที่ค้างส่ง 2 (81/2569) · ตั้งแต่ จ. 23 พ.ย. 69 9.00 น.`"""
    counts = Counter[str]()
    numbers: dict[str, None] = {}
    for one in found:
        reply = reply_from_json(one.notice)
        counts[_known(one.kind)] += max(1, len(read_owed(reply.tells)))
        numbers.update(dict.fromkeys(reply.numbers))
    what = [f"{value_label(KINDS, kind)} {count}" for kind, count in counts.items()]
    named = ", ".join([*numbers][:NUMBERS])
    told = f"{', '.join(what)} ({named})" if named else ", ".join(what)
    since = min(one.since_at for one in found)
    return in_one_line(
        person_label(name),
        told,
        _("ตั้งแต่ %(when)s", when=weekday_when(since)),
    )


def _known(kind: str) -> str:
    return kind if kind in value_labels(KINDS) else OTHER
