"""The reminders of what is owed: one message a morning and person, and new dates when the office's
rules change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from functools import partial

from domain.dates.days import BANGKOK, format_date
from domain.errors import Conflict
from domain.owed.requests import Life
from domain.owed.rules import Owed, OwedState, Rule, next_reminder
from domain.staff import Role, StaffId
from handlers.chat import Masked, Reply, say
from handlers.desk import Desk, Work
from handlers.i18n import _
from handlers.labels import value_label
from handlers.owed import request_cards
from handlers.owed.cards import SHOWN, Entry, list_entries, list_part, one_part, several
from handlers.registry import at_start, due
from handlers.staff.masked import also, in_thai
from handlers.staff.stand_in import Availability, who_is_there
from store import due as due_rows
from store import staff
from store.due import Due
from store.owed import rows as owed

PAGE = 250
TELL = f"{owed.KIND}.tell"
"""The kind of the messages that tell of reminders: one a person and day, after the last reminder is
noted.
"""
LATE = " late"


@due(owed.KIND)
async def remind(work: Work, rows: Sequence[Due]) -> None:
    """Note what is reminded of, and whom to tell: each hears of all of it at once, when the last is
    noted.
    """
    rules = work.desk.configuration.rules
    planned = {int(row.subject): row for row in rows}
    found = [
        row
        for row in await owed.list_by_ids(work.db, list(planned))
        if _still(row, planned[row.id], rules)
    ]
    if not found:
        return
    there = await who_is_there(work)
    telling: dict[str, Due] = {}
    reminded = [row.reminded(work.now) for row in found]
    for row in reminded:
        occurrence = f"{work.today}{LATE}" if planned[row.id].is_late(work.now) else str(work.today)
        for who in receivers(there, rules[row.rule], row):
            telling[f"{who} {occurrence}"] = Due(TELL, str(who), occurrence, work.now)
    work.change(
        partial(
            owed.note_reminded,
            rows=reminded,
            rules=rules,
            calendar=work.desk.configuration.calendar,
        )
    )
    work.change(partial(due_rows.plan_again, rows=[*telling.values()]))


def _still(row: Owed, planned: Due, rules: Mapping[str, Rule]) -> bool:
    """Whether this occurrence is still to be told."""
    return (
        row.state is OwedState.OPEN
        and row.rule in rules
        and planned.occurrence == str(row.reminders + 1)
    )


def receivers(there: Availability, rule: Rule, row: Owed) -> set[StaffId]:
    """Who hears of a reminder: the officer or who stands in; the supervisors, too, where it was
    asked for in vain as often as the rule says, and with the last."""
    return {*there.receivers(row.assignee), *(there.supervisors if _in_vain(rule, row) else ())}


def _in_vain(rule: Rule, row: Owed) -> bool:
    return row.reminders == rule.supervisor_after or row.asks(rule)


@due(TELL)
async def tell(work: Work, rows: Sequence[Due]) -> None:
    """One message a person of everything that was reminded of and not yet told, the longest owed
    first.
    """
    if await due_rows.has_waiting(work.db, owed.KIND, work.now):
        raise Conflict("due")  # another process notes some more
    there = await who_is_there(work)
    told = await due_rows.last_done_by_subject(work.db, TELL, [row.subject for row in rows])
    start = min(_morning(row) for row in rows)
    # A clock that was set back: rather twice than never.
    told = {subject: at for subject, at in told.items() if at <= work.now}
    since = {StaffId(int(row.subject)): told.get(row.subject, start) for row in rows}
    late = {StaffId(int(row.subject)) for row in rows if row.occurrence.endswith(LATE)}
    names = await staff.staff_names(work.db)
    for who, (count, first) in (await _piles(work, there, since, start)).items():
        entries = await list_entries(work, await owed.list_by_ids(work.db, first))
        make = partial(reminder, work, who, entries, count, names, late=who in late)
        lines = [masked_line(work, entry.life, entry.row) for entry in entries]
        work.notify(also(make, lines), f"{TELL}:{work.now:%Y%m%d%H%M%S%f}", staff_id=who)


def _morning(row: Due) -> datetime:
    """The beginning of the day that the reminders to be told are of."""
    return datetime.combine(date.fromisoformat(row.occurrence.removesuffix(LATE)), time(), BANGKOK)


async def _piles(
    work: Work, there: Availability, since: Mapping[StaffId, datetime], start: datetime
) -> dict[StaffId, tuple[int, list[int]]]:
    """How many reminders each of these people is to be told of, with the ids of those owed
    longest.
    """
    rules, last = work.desk.configuration.rules, 0
    piles: dict[StaffId, tuple[int, list[tuple[datetime, int]]]] = {}
    while page := await owed.list_reminded(work.db, start, last, PAGE):
        last = page[-1][0].id
        for row, at in page:
            if row.rule not in rules:
                continue
            for who in receivers(there, rules[row.rule], row) & since.keys():
                if at > since[who]:
                    count, first = piles.get(who, (0, []))
                    piles[who] = (count + 1, sorted([*first, (row.started_at, row.id)])[:SHOWN])
    return {
        who: (count, [number for _at, number in first]) for who, (count, first) in piles.items()
    }


@in_thai
def masked_line(work: Work, life: Life, row: Owed) -> Masked:
    """`📄 สัญญา 81/2569 · ยังไม่ส่งสัญญาคืน · รอมา 17 วัน · เตือนครั้งที่ 2`: not who owes it."""
    parts = (
        request_cards.title(life),
        value_label("waits", row.rule),
        request_cards.how_long(row, work.now),
    )
    text = " · ".join(filter(None, (*parts, *request_cards.how_often(row, reminding=True))))
    return Masked(
        text,
        "owed.show",
        {"owed": str(row.id)},
        life.contract.no if life.contract else row.ticket_no,
    )


def reminder(
    work: Work,
    who: StaffId,
    entries: Sequence[Entry],
    count: int,
    names: Mapping[StaffId, str],
    *,
    late: bool = False,
) -> Reply:
    """What a morning's reminder says to `who`: one card for one thing, else a list; `names` =
    people by id.
    """
    head = _("⏰ %(date)s · ค้างส่ง %(count)s เรื่อง", date=format_date(work.today), count=count)
    rules = work.desk.configuration.rules
    others = [entry.row.assignee not in (who, None) for entry in entries]
    if all(others) and all(_in_vain(rules[entry.row.rule], entry.row) for entry in entries):
        head += _(" · เตือนเจ้าหน้าที่หลายครั้งแล้ว")
    if late:
        head += _(" · เตือนช้ากว่ากำหนด")
    if count == 1:
        (entry,) = entries
        officer = names.get(entry.row.assignee, "") if entry.row.assignee and others[0] else ""
        return Reply((one_part(work, head, entry, officer),), confirms=True)
    shown = several(work, [entry.row for entry in entries], count)
    return Reply((list_part(work, shown, entries, names, mine=who, head=head),), confirms=True)


@at_start
async def replan(work: Work) -> int:
    """Give what is pending the dates that the rules now say, and tell the administrators how many
    moved.
    """
    if moved := await replan_with(work, work.desk):
        text = partial(_moved, moved)
        work.notify(text, f"{owed.KIND}:moved:{work.now:%Y%m%d%H}:{moved}", role=Role.ADMIN)
    return moved


async def replan_with(work: Work, after: Desk) -> int:
    """Plan the next reminder of all that is owed as the desk `after` counts; returns how many
    move.
    """
    configuration, moved, last = after.configuration, 0, 0
    while rows := await owed.list_open_after(work.db, last, PAGE):
        last = rows[-1].id
        changed = []
        for row in rows:
            rule = configuration.rules.get(row.rule)
            at = next_reminder(rule, row, configuration.calendar, work.now) if rule else None
            if at != row.next_at and (row.next_at is None or row.next_at > work.now):
                changed.append(replace(row, next_at=at))
        if changed:
            work.change(partial(owed.replan, rows=changed, rules=configuration.rules))
            moved += len(changed)
    return moved


def _moved(count: int) -> Reply:
    return say(_("⏰ เกณฑ์การเตือนเปลี่ยนไป ปรับวันเตือนแล้ว %(count)s รายการ", count=count))
