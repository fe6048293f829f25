"""Reminders of what is owed: each person gets one message a morning; all dates follow when the
office changes its rules.
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial

from domain.dates.days import BANGKOK
from domain.errors import Conflict
from domain.owed.requests import Life
from domain.owed.rules import Owed, OwedState, Rule
from domain.owed.trial import planned_anew
from domain.reach.untold import Untold, of_owed, read_owed
from domain.staff import Role, StaffId
from handlers.chat import Masked, Reply, reply_from_json, say
from handlers.desk import Desk, Work
from handlers.i18n import _, date_text
from handlers.labels import value_label
from handlers.owed import request_cards
from handlers.owed.cards import (
    SHOWN,
    Entry,
    list_entries,
    list_part,
    one_part,
    several,
)
from handlers.registry import at_start, due
from handlers.staff.masked import also, in_thai
from handlers.staff.rides import Riding, rides, telling
from handlers.staff.stand_in import Availability, who_is_there
from store import due as due_rows
from store import staff
from store.due import Due
from store.engine.database import Database
from store.owed import reminding, requests
from store.owed import rows as owed
from store.owed.requests import record as request_name
from store.records.save_context import SaveContext

PAGE = 250
AT_ONCE = 25
"""Requests that one transaction settles at the start."""
TELL = f"{owed.KIND}.tell"
"""The kind of the messages that tell of reminders: one a person and day, after the last reminder is
noted.
"""
LATE = " late"
EARLY = 400
"""Reminders that are told with the morning's message at most; what is left comes at its time."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one person is told of: the number of the reminder of each thing, by id, and the ids of
    those that are owed longest, and the requests that all of it is on.
    """

    numbers: Mapping[int, int]
    first: list[int]
    requests: Collection[int] = ()


@due(owed.KIND)
async def remind(work: Work, rows: Sequence[Due]) -> None:
    """Writes down what was reminded of, and plans one message for each person; it is sent when the
    last reminder is written down.
    """
    await _remind(work, rows, await who_is_there(work))


async def remind_early(
    work: Work,
    there: Availability,
    until: datetime,
    waiting: Collection[StaffId],
) -> None:
    """Reminds now of what is due by `until`, where all who are told of it are among `waiting`: each
    of them is told once, of this and of all else that waits for an answer of theirs.
    """
    rules = work.configuration.rules
    planned = {int(row.subject): row for row in await due_rows.list_due(work.db, owed.KIND, until)}
    early = []
    for row in await reminding.list_open(work.db, [*planned][:EARLY]):
        occurrence = planned[row.id]
        if not _still(row, occurrence, rules):
            continue
        if receivers(there, rules[row.rule], row.reminded(work.now)) <= {*waiting}:
            early.append(occurrence)
    if early:
        finish = partial(due_rows.finish_elsewhere, rows=early, now=work.now, until=until)
        work.change(finish)
        await _remind(work, early, there)


async def _remind(work: Work, rows: Sequence[Due], there: Availability) -> None:
    rules = work.desk.configuration.rules
    planned = {int(row.subject): row for row in rows}
    stored = await reminding.list_open(work.db, list(planned))
    found = [row for row in stored if _still(row, planned[row.id], rules)]
    told_late: dict[bool, set[StaffId]] = {True: set(), False: set()}
    reminded = [row.reminded(work.now) for row in found]
    for row in reminded:
        is_late = planned[row.id].is_late(work.now)
        told_late[is_late] |= receivers(there, rules[row.rule], row)
    telling = [
        Due(TELL, str(who), f"{work.today}{LATE if is_late else ''}", work.now)
        for is_late, people in told_late.items()
        for who in sorted(people)
    ]
    note = partial(
        reminding.note_reminded,
        rows=reminded,
        rules=rules,
        calendar=work.desk.configuration.calendar,
    )
    # Noted and planned in one transaction: nobody is told twice, and nobody is forgotten.
    work.change(note)
    work.change(partial(due_rows.plan_again, rows=telling))


def _still(row: Owed, planned: Due, rules: Mapping[str, Rule]) -> bool:
    """Whether this occurrence of what is still owed is to be told."""
    return row.rule in rules and planned.occurrence == str(row.reminders + 1)


def receivers(there: Availability, rule: Rule, row: Owed) -> set[StaffId]:
    """Returns who is told of a reminder: the officer or the colleague who stands in; the
    supervisors, too, with the last reminder and as often as the rule says, and whoever is the next
    step above them.
    """
    people = set(there.receivers(row.assignee))
    if _in_vain(rule, row):
        people |= set(there.supervisors)
    if rule.climbs(row):
        people |= set(there.with_role(rule.escalate_to))
    return people


def _in_vain(rule: Rule, row: Owed) -> bool:
    return row.told == rule.supervisor_after or row.asks(rule)


def _is_told_above(rules: Mapping[str, Rule], row: Owed) -> bool:
    """Whether others than the officer are told of this reminder, as far as its rule is known
    still.
    """
    rule = rules.get(row.rule)
    return rule is not None and (_in_vain(rule, row) or rule.climbs(row))


@due(TELL)
async def tell(work: Work, rows: Sequence[Due]) -> None:
    """Sends each person one message of everything that was reminded of and not told yet, the
    longest owed first. Raises Conflict("due") while another process still writes down reminders.
    """
    if await due_rows.has_waiting(work.db, owed.KIND, work.now):
        raise Conflict("due")
    there = await who_is_there(work)
    start = min(_morning(row) for row in rows)
    since = await _told_until(work, rows, start)
    late = {StaffId(int(row.subject)) for row in rows if row.occurrence.endswith(LATE)}
    names = await staff.staff_names(work.db)
    telling = await _by_person(work, there, since, start)
    for who, told in telling.items():
        entries = await _entries(work, told.first)
        make = _telling(work, who, entries, told, names, late=who in late)
        # A clock that was set back may show the same instant twice: what is told differs then.
        first = "-".join(map(str, told.first))
        key = f"{TELL}:{work.now:%Y%m%d%H%M%S%f}:{first}"
        work.notify(make, key, staff_id=who)


async def _entries(work: Work, ids: Sequence[int]) -> list[Entry]:
    """These things as they are once somebody is told of their reminders."""
    rows = await owed.list_by_ids(work.db, ids)
    return await list_entries(work, [row.once_told() for row in rows])


def _telling(
    work: Work,
    who: StaffId,
    entries: Sequence[Entry],
    told: Told,
    names: Mapping[StaffId, str],
    *,
    late: bool,
) -> Callable[[], Reply]:
    """What makes the message to `who` of these reminders, which are told once it is accepted."""
    make = partial(
        reminder,
        work,
        who,
        entries,
        len(told.numbers),
        names,
        late=late,
    )
    lines = [masked_line(work, entry.life, entry.row) for entry in entries]
    words = [of_owed(owed_id, number) for owed_id, number in told.numbers.items()]
    words += [request_name(request) for request in sorted(told.requests)]
    return telling(also(make, lines), words)


@rides(TELL)
async def still_owed(work: Work, who: StaffId, waiting: Sequence[Untold]) -> Sequence[Riding]:
    """What is still owed of that which a person could not be reminded of, as one message."""
    words: list[str] = []
    for one in waiting:
        words += reply_from_json(one.notice).tells
    numbers = read_owed(words)
    rows = await owed.list_by_ids(work.db, list(numbers))
    found = [row for row in rows if row.state is OwedState.OPEN]
    if not found:
        return []
    found.sort(key=lambda row: (row.started_at, row.id))
    entries = await _entries(work, [row.id for row in found[:SHOWN]])
    still = Told(
        numbers={row.id: numbers[row.id] for row in found},
        first=[],
        requests={row.request_id for row in found},
    )
    names = await staff.staff_names(work.db)
    make = _telling(work, who, entries, still, names, late=False)
    return [Riding(make(), tuple(waiting))]


async def _told_until(work: Work, rows: Sequence[Due], start: datetime) -> dict[StaffId, datetime]:
    """Until when each of these people has heard of reminders: since the last message, or since the
    morning.
    """
    told = await due_rows.last_done_by_subject(
        work.db,
        TELL,
        [row.subject for row in rows],
    )
    since = {}
    for row in rows:
        at = told.get(row.subject, start)
        # By the clock of another process, which is a moment ahead: rather told twice than never.
        since[StaffId(int(row.subject))] = at if at <= work.now else start
    return since


async def _by_person(
    work: Work,
    there: Availability,
    since: Mapping[StaffId, datetime],
    start: datetime,
) -> dict[StaffId, Told]:
    """What each of the people of `since` is to be told of: all that was reminded of after `start`
    and after the instant until which that person has heard.
    """
    rules = work.desk.configuration.rules
    numbers = defaultdict[StaffId, dict[int, int]](dict)
    requests = defaultdict[StaffId, set[int]](set)
    oldest = defaultdict[StaffId, list[tuple[datetime, int]]](list)
    last = 0
    while page := await reminding.list_reminded(
        work.db,
        start,
        last,
        PAGE,
    ):
        last = page[-1][0].id
        for row, at in page:
            rule = rules.get(row.rule)
            if rule is None:
                continue
            told_now = receivers(there, rule, row) & since.keys()
            for who in told_now:
                if at <= since[who]:
                    continue
                numbers[who][row.id] = row.reminders
                requests[who].add(row.request_id)
                # Only what is shown is kept: a list may be as long as the office is behind.
                insort(oldest[who], (row.started_at, row.id))
                del oldest[who][SHOWN:]
    return {
        who: Told(numbers[who], [row_id for _started_at, row_id in rows], requests[who])
        for who, rows in oldest.items()
    }


def _morning(row: Due) -> datetime:
    """The beginning of the day that the reminders to be told are of."""
    return datetime.combine(
        date.fromisoformat(row.occurrence.removesuffix(LATE)),
        time(),
        BANGKOK,
    )


@in_thai
def masked_line(work: Work, life: Life, row: Owed) -> Masked:
    """Returns a line for a group, which does not say who owes it: `📄 สัญญา 81/2569 ·
    ยังไม่ส่งสัญญาคืน · รอมา 17 วัน · เตือนครั้งที่ 2`.
    """
    parts = (
        request_cards.title(life),
        value_label("waits", row.rule),
        request_cards.how_long(row, work.now),
        *request_cards.how_often(row, reminding=True),
    )
    number = life.contract.no if life.contract else row.ticket_no
    return Masked(
        " · ".join(filter(None, parts)),
        "owed.show",
        {"owed": str(row.id)},
        number,
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
    """Returns a morning's message to `who`: a card for one thing, a list for several.

    `entries` = what is shown of the `count` things; `names` = people by id; `late` = it should have
    been told on an earlier day."""
    head = _(
        "⏰ %(date)s · ค้างส่ง %(count)s เรื่อง",
        date=date_text(work.today),
        count=count,
    )
    rules = work.desk.configuration.rules
    others = [entry.row.assignee not in (who, None) for entry in entries]
    if all(others) and all(_is_told_above(rules, entry.row) for entry in entries):
        head += _(" · เตือนเจ้าหน้าที่หลายครั้งแล้ว")
    if late:
        head += _(" · เตือนช้ากว่ากำหนด")
    if count == 1:
        (entry,) = entries
        officer = ""
        if entry.row.assignee and others[0]:
            officer = names.get(entry.row.assignee, "")
        part = one_part(work, head, entry, officer)
    else:
        shown = several(
            work,
            [entry.row for entry in entries],
            count,
        )
        part = list_part(
            work,
            shown,
            entries,
            names,
            mine=who,
            head=head,
        )
    return Reply((part,), confirms=True)


@at_start
async def settle_anew(work: Work) -> int:
    """Settles the requests that were settled by other rules, or that an older release left to be
    settled, a few in a transaction and without a word; returns how many.
    """
    return await settle_left(work.db, SaveContext(work.configuration, None, work.now))


async def settle_left(db: Database, context: SaveContext) -> int:
    """The same for whoever has no desk."""
    await db.write(partial(requests.leave_unsettled, context=context))
    settled = 0
    while some := await db.write(
        partial(
            requests.settle_some,
            context=context,
            limit=AT_ONCE,
        )
    ):
        settled += some
    return settled


@at_start
async def replan(work: Work) -> int:
    """Plans the next reminders as the rules now say, and tells the administrators how many moved;
    returns that number.
    """
    moved = await replan_with(work, work.desk)
    if moved:
        key = f"{owed.KIND}:moved:{work.now:%Y%m%d%H}:{moved}"
        work.notify(partial(_moved, moved), key, role=Role.ADMIN)
    return moved


async def replan_with(work: Work, after: Desk) -> int:
    """Plans the next reminder of everything that is owed by the rules of the desk `after`; returns
    how many move.
    """
    configuration = after.configuration
    moved = 0
    last = 0
    while rows := await reminding.list_open_after(work.db, last, PAGE):
        last = rows[-1].id
        changed = planned_anew(
            configuration.rules,
            configuration.calendar,
            rows,
            work.now,
        )
        if changed:
            work.change(partial(reminding.replan, reminders=changed, rules=configuration.rules))
            moved += len(changed)
    return moved


def _moved(count: int) -> Reply:
    return say(_("⏰ เกณฑ์การเตือนเปลี่ยนไป ปรับวันเตือนแล้ว %(count)s รายการ", count=count))
