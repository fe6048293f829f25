"""The reminders of what is owed: one message a morning and person, and new dates when the office's rules change."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import partial

from domain.dates import BANGKOK, format_date
from domain.errors import Conflict
from domain.owed import Owed, OwedState, Rule, next_reminder
from domain.requests import Life
from domain.staff import Role, StaffId
from handlers import masked
from handlers.chat import Button, Card, Paragraph, Part, Reply, say
from handlers.desk import Desk, Work
from handlers.due import at_start, due
from handlers.i18n import _
from handlers.labels import field_label, value_label
from handlers.request_cards import (
    customer_names,
    day,
    how_often,
    owed_button,
    owed_buttons,
    owed_line,
    title,
    with_unreached,
)
from handlers.stand_in import There, who_is_there
from store import due as due_rows
from store import owed, requests, staff
from store.due import Due

SHOWN = 10
"""Things owed that one message lists; the others are a tap away."""
PAGE = 250
TELL = f"{owed.KIND}.tell"
"""The kind of the messages that tell of reminders: one a person and day, after the last reminder is noted."""
LATE = " late"
CHASED = "*"
"""Behind an id of a list: a letter went out since."""
NOBODY: Mapping[int, str] = {}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing owed with all that its line needs."""

    row: Owed
    life: Life
    name: str


@due(owed.KIND)
async def remind(work: Work, rows: Sequence[Due]) -> None:
    """Note what is reminded of, and whom to tell: each hears of all of it at once, when the last is noted."""
    rules = work.desk.configuration.rules
    planned = {int(row.subject): row for row in rows}
    found = [row for row in await owed.list_by_ids(work.db, list(planned)) if _still(row, planned[row.id], rules)]
    if not found:
        return
    there = await who_is_there(work)
    telling: dict[str, Due] = {}
    for row in found:
        occurrence = f"{work.today}{LATE}" if planned[row.id].is_late(work.now) else str(work.today)
        for who in receivers(there, rules[row.rule], replace(row, reminders=row.reminders + 1, snoozed_on=None)):
            telling[f"{who} {occurrence}"] = Due(TELL, str(who), occurrence, work.now)
    work.change(
        partial(owed.note_reminded, rows=found, rules=rules, calendar=work.desk.configuration.calendar, now=work.now)
    )
    work.change(partial(due_rows.plan_again, rows=[*telling.values()]))


def _still(row: Owed, planned: Due, rules: Mapping[str, Rule]) -> bool:
    """Whether this occurrence is still to be told."""
    return row.state is OwedState.OPEN and row.rule in rules and planned.occurrence == str(row.reminders + 1)


def receivers(there: There, rule: Rule, row: Owed) -> set[StaffId]:
    """Who hears of a reminder: the officer or who stands in; the supervisors, too, where it was asked for in vain as
    often as the rule says, and with the last.
    """
    return {*there.receivers(row.assignee), *(there.supervisors if _in_vain(rule, row) else ())}


def _in_vain(rule: Rule, row: Owed) -> bool:
    return row.reminders == rule.supervisor_after or row.asks(rule)


@due(TELL)
async def tell(work: Work, rows: Sequence[Due]) -> None:
    """One message a person of everything that was reminded of and not yet told, the longest owed first."""
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
        whose = {
            entry.row.id: names.get(entry.row.assignee, "")
            for entry in entries
            if entry.row.assignee is not None and entry.row.assignee != who
        }
        make = partial(reminder, work, entries, count, whose, late=who in late)
        lines = [masked.owed(work, entry.life, entry.row) for entry in entries]
        work.notify(masked.also(make, lines), f"{TELL}:{work.now:%Y%m%d%H%M%S%f}", staff_id=who)


def _morning(row: Due) -> datetime:
    """The beginning of the day that the reminders to be told are of."""
    return datetime.combine(date.fromisoformat(row.occurrence.removesuffix(LATE)), time(), BANGKOK)


async def _piles(
    work: Work, there: There, since: Mapping[StaffId, datetime], start: datetime
) -> dict[StaffId, tuple[int, list[int]]]:
    """How many reminders each of these people is to be told of, with the ids of those owed longest."""
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
    return {who: (count, [number for _at, number in first]) for who, (count, first) in piles.items()}


async def list_entries(work: Work, rows: Sequence[Owed]) -> list[Entry]:
    """Things owed with their requests and customers, the longest owed first."""
    rows = await with_unreached(work, rows)
    lives = await requests.list_bare(work.db, list({row.request_id for row in rows}))
    names = await customer_names(work, list(lives.values()))
    entries = [Entry(row, lives[row.request_id], names.get(lives[row.request_id].request.customer, "")) for row in rows]
    return sorted(entries, key=lambda entry: (entry.row.started_at, entry.row.id))


def reminder(
    work: Work, entries: Sequence[Entry], count: int, whose: Mapping[int, str], *, late: bool = False
) -> Reply:
    """What a morning's reminder says: one card for one thing, else a list; `whose` = colleagues' names by its id."""
    head = _("⏰ %(date)s · ค้างส่ง %(count)s เรื่อง", date=format_date(work.today), count=count)
    rules = work.desk.configuration.rules
    if all(entry.row.id in whose and _in_vain(rules[entry.row.rule], entry.row) for entry in entries):
        head += _(" · เตือนเจ้าหน้าที่หลายครั้งแล้ว")
    if late:
        head += _(" · เตือนช้ากว่ากำหนด")
    if count == 1:
        return Reply((one_part(work, head, entries[0], whose.get(entries[0].row.id, "")),), confirms=True)
    return Reply((list_part(work, head, entries, count=count, whose=whose),), confirms=True)


def one_part(work: Work, head: str, entry: Entry, officer: str = "") -> Part:
    """One thing owed: what, by whom, since when, how often asked, and all that can be done."""
    row, life = entry.row, entry.life
    rule = work.desk.configuration.rules.get(row.rule)
    since = _("%(date)s (%(days)s วัน)", date=day(row.started_at), days=row.days(work.now))
    fields = [
        (_("ผู้รับบริการ"), f"{life.request.customer} {entry.name}"),
        (_("ค้าง"), value_label("waits", row.rule)),
        (_("ตั้งแต่"), " ".join(filter(None, (since, row.ticket_no)))),
        (_("การเตือน"), " · ".join(how_often(row, reminding=True))),
        (field_label("assignee"), officer),
    ]
    if rule and row.due_on:
        fields.append((_("กำหนดส่ง"), format_date(row.due_on)))
    note = _("เตือนครบแล้ว จะติดตามต่อหรือเลิกติดตาม") if rule and row.asks(rule) else ""
    buttons = (*owed_buttons(row, rule), Button(_("ดูคำขอ"), "request.show", {"request": str(row.request_id)}))
    return Card(f"{head}\n{title(life)}", tuple(field for field in fields if field[1]), note, buttons)


def list_part(
    work: Work,
    head: str,
    entries: Sequence[Entry],
    chased: Collection[int] = (),
    *,
    count: int = 0,
    whose: Mapping[int, str] = NOBODY,
) -> Part:
    """Several things owed, numbered, with the two presses used most for each; what is dealt with is ticked.

    `chased` = the ids of those that were followed up out of this list; `count` = how many there are in all.
    """
    rules = work.desk.configuration.rules
    among = [f"{entry.row.id}{CHASED}" if entry.row.id in chased else str(entry.row.id) for entry in entries[:SHOWN]]
    lines, buttons = [head], list[Button]()
    for number, entry in enumerate(entries[:SHOWN], start=1):
        row = entry.row
        text = owed_line(work, entry.life, row, entry.name, reminding=True)
        line = f"{number} ✉️ {text}" if row.id in chased and row.state is OwedState.OPEN else f"{number} {text}"
        rule = rules.get(row.rule)
        if rule and row.asks(rule):
            line += _(" · เตือนครบแล้ว จะติดตามต่อหรือไม่")
        if officer := whose.get(row.id):
            line += f" · {officer}"
        lines.append(line)
        if row.state is not OwedState.OPEN:
            continue
        got = _("%(n)s มารับแล้ว", n=number) if row.rule == "fetch" else _("%(n)s ได้รับแล้ว", n=number)
        if row.id not in chased:
            buttons.append(owed_button(_("%(n)s ติดตาม", n=number), "owed.chase", row, among))
        buttons += [
            owed_button(got, "owed.received", row, among, changes=True),
            owed_button(_("%(n)s อื่น ๆ", n=number), "owed.show", row),
        ]
    if (more := max(count, len(entries)) - len(entries[:SHOWN])) > 0:
        lines.append(_("และอีก %(count)s เรื่อง", count=more))
    everything = {"list": "owed"} if whose else {"list": "owed", "mine": "1"}
    buttons.append(Button(_("ทั้งหมด"), "owed.list", everything))
    return Paragraph("\n".join(lines), tuple(buttons))


@at_start
async def replan(work: Work) -> int:
    """Give what is pending the dates that the rules now say, and tell the administrators how many moved."""
    if moved := await replan_with(work, work.desk):
        text = partial(_moved, moved)
        work.notify(text, f"{owed.KIND}:moved:{work.now:%Y%m%d%H}:{moved}", role=Role.ADMIN)
    return moved


async def replan_with(work: Work, after: Desk) -> int:
    """Plan the next reminder of all that is owed as the desk `after` counts; returns how many move."""
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
            work.change(partial(owed.replan, rows=changed, rules=configuration.rules, now=work.now))
            moved += len(changed)
    return moved


def _moved(count: int) -> Reply:
    return say(_("⏰ กติกาการเตือนเปลี่ยนไป ย้ายวันเตือนแล้ว %(count)s รายการ", count=count))
