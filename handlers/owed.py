"""The reminders of what is owed: one message a morning and person, and new dates when the office's rules change."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from domain.dates import format_date
from domain.owed import Owed, OwedState, Rule, next_reminder
from domain.requests import Life
from domain.staff import Role, Staff, StaffId
from handlers.chat import Button, Card, Paragraph, Part, Reply, say
from handlers.desk import Work
from handlers.due import at_start, due
from handlers.i18n import _
from handlers.labels import value_label
from handlers.request_cards import (
    customer_names,
    day,
    how_often,
    owed_button,
    owed_buttons,
    owed_line,
    title,
)
from store import owed, requests, staff
from store.due import Due

SHOWN = 10
"""Things owed that one message lists; the others are a tap away."""
PAGE = 250


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing owed with all that its line needs."""

    row: Owed
    life: Life
    name: str


@due(owed.KIND)
async def remind(work: Work, rows: Sequence[Due]) -> None:
    """Remind of what is still owed: each officer in one message, the supervisors where it took too long."""
    rules = work.desk.configuration.rules
    planned = {int(row.subject): row for row in rows}
    found = [row for row in await owed.list_by_ids(work.db, list(planned)) if _still(row, planned[row.id], rules)]
    if not found:
        return
    told = [replace(row, reminders=row.reminders + 1, last_at=work.now, snoozed_on=None) for row in found]
    entries = await list_entries(work, told)
    responsible = await _responsible(work, found)
    late = any(row.is_late(work.now) for row in rows)
    groups = defaultdict[StaffId | None, list[Entry]](list)
    for entry in entries:
        groups[responsible.get(entry.row.assignee) if entry.row.assignee is not None else None].append(entry)
    for who, group in groups.items():
        key = f"{owed.KIND}:{planned[group[0].row.id].id}"
        make = partial(reminder, work, group, late=late)
        work.notify(make, key, staff_id=who, role=None if who is not None else Role.SUPERVISOR)
    _tell_supervisors(work, [entry for group in groups.items() if group[0] is not None for entry in group[1]], planned)
    work.change(
        partial(owed.note_reminded, rows=found, rules=rules, calendar=work.desk.configuration.calendar, now=work.now)
    )


def _still(row: Owed, planned: Due, rules: Mapping[str, Rule]) -> bool:
    """Whether this occurrence is still to be told."""
    return row.state is OwedState.OPEN and row.rule in rules and planned.occurrence == str(row.reminders + 1)


async def list_entries(work: Work, rows: Sequence[Owed]) -> list[Entry]:
    """Things owed with their requests and customers, the longest owed first."""
    lives = await requests.list_bare(work.db, list({row.request_id for row in rows}))
    names = await customer_names(work, list(lives.values()))
    entries = [Entry(row, lives[row.request_id], names.get(lives[row.request_id].request.customer, "")) for row in rows]
    return sorted(entries, key=lambda entry: (entry.row.started_at, entry.row.id))


async def _responsible(work: Work, rows: Sequence[Owed]) -> dict[StaffId, StaffId]:
    """Those who can be told; whose officer has left or can be reached nowhere is the supervisors'."""
    people: dict[StaffId, Staff] = {person.id: person for person in await staff.list_staff(work.db)}
    found = {}
    for one in {row.assignee for row in rows if row.assignee is not None}:
        reachable = [each for each in await staff.list_identities(work.db, one) if each.unreachable_at is None]
        if people[one].blocked_at is None and reachable:
            found[one] = one
    return found


def _tell_supervisors(work: Work, entries: Sequence[Entry], planned: Mapping[int, Due]) -> None:
    """What was asked for in vain as often as the rule says: told once, with the reminder of that number."""
    rules = work.desk.configuration.rules
    asked = [
        e for e in entries if e.row.reminders == rules[e.row.rule].supervisor_after or e.row.asks(rules[e.row.rule])
    ]
    if asked:
        key = f"{owed.KIND}:supervisor:{planned[asked[0].row.id].id}"
        work.notify(partial(reminder, work, asked, supervisor=True), key, role=Role.SUPERVISOR)


def reminder(work: Work, entries: Sequence[Entry], *, late: bool = False, supervisor: bool = False) -> Reply:
    """What a morning's reminder says: one card for one thing, else a list."""
    head = _("⏰ %(date)s · ค้างส่ง %(count)s เรื่อง", date=format_date(work.today), count=len(entries))
    if supervisor:
        head += _(" · เตือนเจ้าหน้าที่หลายครั้งแล้ว")
    if late:
        head += _(" · เตือนช้ากว่ากำหนด")
    part = one_part(work, head, entries[0]) if len(entries) == 1 else list_part(work, head, entries)
    return Reply((part,), confirms=True)


def one_part(work: Work, head: str, entry: Entry) -> Part:
    """One thing owed: what, by whom, since when, how often asked, and all that can be done."""
    row, life = entry.row, entry.life
    rule = work.desk.configuration.rules.get(row.rule)
    since = _("%(date)s (%(days)s วัน)", date=day(row.started_at), days=row.days(work.now))
    fields = [
        (_("ผู้รับบริการ"), f"{life.request.customer} {entry.name}"),
        (_("ค้าง"), value_label("waits", row.rule)),
        (_("ตั้งแต่"), " ".join(filter(None, (since, row.ticket_no)))),
        (_("การเตือน"), " · ".join(how_often(row, reminding=True))),
    ]
    if rule and row.due_on:
        fields.append((_("กำหนดส่ง"), format_date(row.due_on)))
    note = _("เตือนครบแล้ว จะติดตามต่อหรือเลิกติดตาม") if rule and row.asks(rule) else ""
    buttons = (*owed_buttons(row, rule), Button(_("ดูคำขอ"), "request.show", {"request": str(row.request_id)}))
    return Card(f"{head}\n{title(life)}", tuple(field for field in fields if field[1]), note, buttons)


def list_part(work: Work, head: str, entries: Sequence[Entry]) -> Part:
    """Several things owed, numbered, with the two presses used most for each; what is dealt with is ticked."""
    rules = work.desk.configuration.rules
    among = [entry.row.id for entry in entries[:SHOWN]]
    lines, buttons = [head], list[Button]()
    for number, entry in enumerate(entries[:SHOWN], start=1):
        row = entry.row
        line = f"{number} {owed_line(work, entry.life, row, entry.name, reminding=True)}"
        rule = rules.get(row.rule)
        if rule and row.asks(rule):
            line += _(" · เตือนครบแล้ว จะติดตามต่อหรือไม่")
        lines.append(line)
        if row.state is not OwedState.OPEN:
            continue
        got = _("%(n)s มารับแล้ว", n=number) if row.rule == "fetch" else _("%(n)s ได้รับแล้ว", n=number)
        buttons += [
            owed_button(_("%(n)s ติดตาม", n=number), "owed.chase", row, among),
            owed_button(got, "owed.received", row, among, changes=True),
            owed_button(_("%(n)s อื่น ๆ", n=number), "owed.show", row),
        ]
    if len(entries) > SHOWN:
        lines.append(_("และอีก %(count)s เรื่อง", count=len(entries) - SHOWN))
    buttons.append(Button(_("ทั้งหมด"), "owed.list", {"list": "owed", "mine": "1"}))
    return Paragraph("\n".join(lines), tuple(buttons))


@at_start
async def replan(work: Work) -> int:
    """Give what is pending the dates that the rules now say, and tell the administrators how many moved."""
    configuration, moved, last = work.desk.configuration, 0, 0
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
    if moved:
        text = partial(_moved, moved)
        work.notify(text, f"{owed.KIND}:moved:{work.now:%Y%m%d%H}:{moved}", role=Role.ADMIN)
    return moved


def _moved(count: int) -> Reply:
    return say(_("⏰ กติกาการเตือนเปลี่ยนไป ย้ายวันเตือนแล้ว %(count)s รายการ", count=count))
