"""What supervisors hear weekly: what the desk is owed, the oldest first, and by customer."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from handlers.chat import Button, Choice, ReplyPart
from handlers.desk import Work
from handlers.i18n import _
from handlers.owed.cards import Entry, list_entries
from handlers.owed.request_cards import owed_line
from handlers.tickets import cards as ticket_cards
from store.customers import records as customers
from store.owed import rows as owed

SHOWN = 10
"""Things owed that it lists; all are a tap away."""
MOST_OWING = 5
"""Customers that it names."""


async def week(work: Work) -> Callable[[], ReplyPart] | None:
    """On a week's first working day what is owed; None on any other, and where nothing is."""
    if not _is_first_of_week(work):
        return None
    rules = [*work.desk.configuration.rules]
    count, oldest = await owed.list_oldest(work.db, rules, SHOWN)
    if not count:
        return None
    entries = await list_entries(work, oldest)
    most = await owed.count_by_customer(work.db, rules, MOST_OWING)
    found = await customers.follow_customers(work.db, [*most])
    for code in found:
        work.audit("customer.named", code)
    by = []
    for code, owing in most.items():
        name = ticket_cards.shown_name(found[code])
        by.append(f"{code} {name} ({owing})")
    return partial(_part, work, count, entries, by)


def _is_first_of_week(work: Work) -> bool:
    """Whether the office was closed on all days of this week until today."""
    calendar = work.desk.configuration.calendar
    before = [work.today - timedelta(days=n) for n in range(1, work.today.weekday() + 1)]
    return not any(calendar.is_working_day(day) for day in before)


def _part(
    work: Work,
    count: int,
    entries: Sequence[Entry],
    by: Sequence[str],
) -> ReplyPart:
    head = _("☀️ สิ่งที่ค้างส่งสำนักงาน %(count)s เรื่อง เก่าสุดก่อน", count=count)
    most = _("ค้างมากสุด: %(list)s", list=", ".join(by))
    options = []
    for entry in entries:
        line = owed_line(
            work,
            entry.life,
            entry.row,
            entry.name,
            reminding=True,
        )
        options.append(
            Button(
                line,
                "owed.show",
                {"owed": str(entry.row.id)},
            )
        )
    buttons = (
        Button(_("ค้างส่งทั้งหมด"), "owed.all"),
        Button(_("สรุปสัปดาห์"), "owed.view", {"view": "week"}),
        Button(_("ตามเจ้าหน้าที่"), "owed.view", {"view": "officers"}),
        Button(_("ตามผู้รับบริการ"), "menu.run", {"command": "owed"}),
    )
    return Choice(f"{head}\n{most}", tuple(options), buttons)
