"""Reminders of what is owed are shown here: one thing as a card, several as a list that is edited
when one of them is dealt with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from domain.owed.requests import Life
from domain.owed.rules import Owed, OwedState
from domain.staff import StaffId
from handlers.chat import Button, Card, Earlier, Paragraph, ReplyPart, Tone
from handlers.desk import Context, Work
from handlers.i18n import _, date_text
from handlers.labels import field_label, value_label
from handlers.owed.request_cards import (
    customer_names,
    day,
    how_long,
    how_often,
    owed_button,
    owed_buttons,
    owed_line,
    request_button,
    title,
    with_unreached,
)
from store import staff
from store.owed import requests
from store.owed import rows as owed

SHOWN = 10
"""Things owed that one message lists; the others are a tap away."""
NOBODY: Mapping[StaffId, str] = {}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing owed, with its request and the customer's name."""

    row: Owed
    life: Life
    name: str


async def list_entries(work: Work, rows: Sequence[Owed]) -> list[Entry]:
    """Returns things owed with their requests and customers, the longest owed first."""
    rows = await with_unreached(work, rows)
    lives = await requests.list_bare(work.db, list({row.request_id for row in rows}))
    names = await customer_names(work, list(lives.values()))
    entries = []
    for row in rows:
        life = lives[row.request_id]
        name = names.get(life.request.customer, "")
        entries.append(Entry(row, life, name))
    return sorted(entries, key=lambda entry: (entry.row.started_at, entry.row.id))


def one_part(
    work: Work,
    head: str,
    entry: Entry,
    officer: str = "",
) -> ReplyPart:
    """Returns the card of one thing owed: what it is, who owes it since when, how often it was
    asked for, and everything that can be done.

    `head` = the first line; `officer` = who looks after it, "" where that need not be said."""
    row = entry.row
    life = entry.life
    rule = work.desk.configuration.rules.get(row.rule)
    fields = [
        (_("ผู้รับบริการ"), f"{life.request.customer} {entry.name}"),
        (_("ค้าง"), value_label("waits", row.rule)),
        (_("ตั้งแต่"), _since(work, row)),
        (_("การเตือน"), " · ".join(how_often(row, reminding=True))),
        (field_label("assignee"), officer),
    ]
    note = ""
    if rule:
        if row.due_on:
            fields.append((_("กำหนดส่ง"), date_text(row.due_on)))
        if row.asks(rule):
            note = _("เตือนครบแล้ว จะติดตามต่อหรือเลิกติดตาม")
    return Card(
        f"{head}\n{title(life)}",
        tuple(field for field in fields if field[1]),
        note,
        (*owed_buttons(row, rule), request_button(row.request_id)),
        _tone(work, row),
    )


def _tone(work: Work, row: Owed) -> Tone:
    is_over = row.due_on is not None and row.due_on < work.today
    return Tone.OVERDUE if is_over else Tone.WAITING


def _since(work: Work, row: Owed) -> str:
    """Since when it is owed, how long that is, and the ticket that began it."""
    since = day(row.started_at)
    waited = how_long(row, work.now)
    if waited:
        since = f"{since} ({waited})"
    return " ".join(filter(None, (since, row.ticket_no)))


# Several in one message.


@dataclass(frozen=True, slots=True)
class Several:
    """What a message listed when it was sent: several things owed, each with its officer and the
    number of its follow-ups.

    Its buttons carry it, so that the list can be drawn anew from the store whenever one of them is
    dealt with. `count` = how many there were in all; `place` = the message ("" = the one whose
    button is pressed)."""

    on: date
    count: int
    # By id of the thing owed: its officer ("" for nobody) and how often it had been asked for.
    as_sent: Mapping[int, tuple[str, int]]
    place: str = ""

    def __str__(self) -> str:
        rows = [f"{row}:{officer}:{chased}" for row, (officer, chased) in self.as_sent.items()]
        return ";".join((self.on.isoformat(), str(self.count), ",".join(rows), self.place))

    def is_chased(self, row: Owed) -> bool:
        """Whether the customer was asked since; a letter that came back asked nobody."""
        return row.reached() > self.as_sent[row.id][1]

    def is_handed_on(self, row: Owed) -> bool:
        """Whether somebody else looks after it by now."""
        return str(row.assignee or "") != self.as_sent[row.id][0]

    def is_settled(self, row: Owed) -> bool:
        """Whether it waits for no press of this list: it is over, somebody else's, or put off."""
        if row.state is not OwedState.OPEN:
            return True
        return self.is_handed_on(row) or row.snoozed_on is not None

    def waits(self, row: Owed) -> bool:
        """Whether nothing was done about it yet."""
        return not self.is_settled(row) and not self.is_chased(row)


def several(work: Work, rows: Sequence[Owed], count: int) -> Several:
    """Returns what a new message lists: the first of these rows, out of `count` in all."""
    as_sent = {row.id: (str(row.assignee or ""), row.reached()) for row in rows[:SHOWN]}
    return Several(work.today, count, as_sent)


def read_several(text: str) -> Several | None:
    """Reads what `str` of a list wrote; returns None for a button that stands in no list."""
    if text.count(";") != 3:
        return None
    on, count, rows, place = text.split(";")
    as_sent = {}
    for each in rows.split(","):
        row, officer, chased = each.split(":")
        as_sent[int(row)] = (officer, int(chased))
    return Several(
        date.fromisoformat(on),
        int(count),
        as_sent,
        place,
    )


def among(ctx: Context, args: Mapping[str, str]) -> str:
    """Returns the list in which the pressed button stands, with its message; the buttons of the
    answer carry it on.
    """
    found = read_several(args.get("among", ""))
    if found is None or found.place:
        return args.get("among", "")
    return str(replace(found, place=f"{_chat(ctx)} {ctx.incoming.message}"))


def _chat(ctx: Context) -> str:
    return f"{ctx.incoming.platform}:{ctx.incoming.chat}"


async def list_again(
    ctx: Context, args: Mapping[str, str], changed: Sequence[Owed] = ()
) -> tuple[ReplyPart, ...]:
    """Returns the list in which the pressed button stands, as things are now; `changed` are the
    rows that this press changes.

    Nothing where the list stands in an earlier message: that one is edited.
    """
    found = read_several(args.get("among", ""))
    if found is None:
        return ()
    after = {row.id: row for row in changed if row.id}
    stored = await owed.list_by_ids(ctx.db, list(found.as_sent))
    rows = [after.get(row.id, row) for row in stored]
    names = await staff.staff_names(ctx.db)
    entries = await list_entries(ctx, rows)
    part = list_part(
        ctx,
        replace(found, place=""),
        entries,
        names,
        mine=ctx.staff.id,
    )
    if not found.place:
        return (part,)
    chat, _space, message = found.place.rpartition(" ")
    # A message of another chat cannot be edited from here: the list is sent anew.
    ctx.earlier.append(Earlier(part, message if chat == _chat(ctx) else ""))
    return ()


def list_part(
    work: Work,
    shown: Several,
    entries: Sequence[Entry],
    names: Mapping[StaffId, str] = NOBODY,
    *,
    mine: StaffId | None = None,
    head: str = "",
) -> ReplyPart:
    """Returns a numbered list of things owed, with buttons for each; what is dealt with says what
    became of it.

    `names` = people by id, of whom `mine` reads it; `head` = what a new message begins with.
    """
    done = sum(not shown.waits(entry.row) for entry in entries)
    lines = [head or _head(shown, done)]
    buttons: list[Button] = []
    for number, entry in enumerate(entries, start=1):
        lines.append(f"{number} {_line(work, shown, entry, names, mine)}")
        buttons += _buttons(shown, entry.row, number)
    more = shown.count - len(entries)
    if more > 0:
        lines.append(_("และอีก %(count)s เรื่อง", count=more))
    buttons.append(_all_button(shown, mine))
    return Paragraph("\n".join(lines), tuple(buttons))


def _all_button(shown: Several, mine: StaffId | None) -> Button:
    """[ทั้งหมด]: all of the reader's own, where the list held nobody else's; else all there is."""
    officers = {officer for officer, _chased in shown.as_sent.values()}
    own = mine is None or officers <= {str(mine)}
    return Button(
        _("ทั้งหมด"),
        "owed.all",
        {"mine": "1"} if own else {},
    )


def _head(shown: Several, done: int) -> str:
    on = date_text(shown.on)
    if done == shown.count:
        return _(
            "✅ %(date)s · ดำเนินการครบ %(count)s เรื่อง",
            date=on,
            count=shown.count,
        )
    return _(
        "⏰ %(date)s · เหลือ %(left)s จาก %(count)s เรื่อง",
        date=on,
        left=shown.count - done,
        count=shown.count,
    )


def _line(
    work: Work,
    shown: Several,
    entry: Entry,
    names: Mapping[StaffId, str],
    mine: StaffId | None,
) -> str:
    """One thing owed, and what became of it since the message was sent."""
    row = entry.row
    text = owed_line(
        work,
        entry.life,
        row,
        entry.name,
        reminding=True,
    )
    if row.state is not OwedState.OPEN:
        return text
    officer = ""
    if row.assignee is not None:
        officer = names.get(row.assignee, "")
    if shown.is_handed_on(row):
        return _(
            "➡️ %(line)s · มอบหมายให้ %(name)s",
            line=text,
            name=officer or "-",
        )
    # The reader's own name would say nothing.
    shown_officer = officer if row.assignee != mine else ""
    if row.snoozed_on is not None:
        on = date_text(row.snoozed_on)
        parts = [
            _("⏸ %(line)s · เลื่อนไป %(date)s", line=text, date=on),
            shown_officer,
        ]
        return " · ".join(filter(None, parts))
    parts = [f"✉️ {text}" if shown.is_chased(row) else text]
    rule = work.desk.configuration.rules.get(row.rule)
    if rule and row.asks(rule):
        parts.append(_("เตือนครบแล้ว จะติดตามต่อหรือไม่"))
    parts.append(shown_officer)
    return " · ".join(filter(None, parts))


def _buttons(shown: Several, row: Owed, number: int) -> list[Button]:
    """What can be done about the thing owed with this number; nothing once it is dealt with."""
    if shown.is_settled(row):
        return []
    listed = str(shown)
    buttons = []
    if not shown.is_chased(row):
        buttons.append(
            owed_button(
                _("%(n)s ติดตาม", n=number),
                "owed.chase",
                row,
                listed,
            )
        )
    got = _("%(n)s ได้รับแล้ว", n=number)
    if row.rule == "fetch":
        got = _("%(n)s มารับแล้ว", n=number)
    buttons.append(
        owed_button(
            got,
            "owed.received",
            row,
            listed,
            changes=True,
        )
    )
    buttons.append(
        owed_button(
            _("%(n)s อื่น ๆ", n=number),
            "owed.show",
            row,
            listed,
        )
    )
    return buttons
