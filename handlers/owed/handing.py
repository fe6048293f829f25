"""Several things owed change hands at once: shown first, confirmed once, taken back once; whoever
gets them is told in one message.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256

from domain.errors import InvalidInput, NotAllowed
from domain.owed.narrowing import NOBODY, Narrowing
from domain.owed.rules import Owed, OwedState
from domain.staff import Role, Staff, StaffId
from handlers.chat import Button, Choice, Paragraph, Reply, confirm, in_lines, in_one_line, say
from handlers.desk import Context
from handlers.i18n import _
from handlers.labels import person_label
from handlers.owed import narrowed
from handlers.owed.cards import Entry, Several, list_entries, list_part, several
from handlers.owed.lead_lists import customer_names, line_text
from handlers.owed.requests import save_context
from handlers.registry import action
from store import staff
from store.owed import lists, requests
from store.owed import rows as owed

SHOWN = 10
"""Things that the preview lists; the rest is counted."""


@action("owed.hand", in_place=True)
async def hand_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Asks who gets all that the list shows."""
    wanted = narrowed.of_args(args)
    rows = await _to_hand_over(ctx, wanted)
    options = []
    for person in await staff.list_staff(ctx.db):
        if person.blocked_at is None and person.id != wanted.officer:
            to = {**args, "to": str(person.id)}
            options.append(Button(person.name, "owed.hand_to", to))
    only = in_one_line(*await narrowed.told(ctx, wanted))
    question = _("มอบหมาย %(count)s เรื่องให้ใคร", count=len(rows))
    return Reply(
        (
            Choice(
                in_lines(question, only),
                tuple(options),
                (_back(wanted),),
            ),
        )
    )


@action("owed.hand_to", in_place=True)
async def hand_to_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Shows what would change hands."""
    return await preview(
        ctx,
        narrowed.of_args(args),
        StaffId(int(args["to"])),
    )


async def preview(
    ctx: Context,
    wanted: Narrowing,
    to: StaffId,
    problem: str = "",
) -> Reply:
    """Shows what would change hands, with one button that does it; `problem` = what is to be said
    before.
    """
    person = await _receiver(ctx, to)
    rows = await _to_hand_over(ctx, wanted, to)
    if not rows:
        return say(in_lines(problem, _("ไม่มีรายการให้มอบหมาย")), _back(wanted))
    ids = [row.id for row in rows[:SHOWN]]
    shown = await lists.list_lines_by_ids(ctx.db, ids)
    names = await staff.staff_names(ctx.db)
    customers = await customer_names(ctx, [row.customer for row in shown])
    lines = [
        line_text(
            ctx,
            row,
            customers.get(row.customer, ""),
            names,
        )
        for row in shown
    ]
    left = len(rows) - len(lines)
    if left:
        lines.append(_("และอีก %(count)s เรื่อง", count=left))
    question = _(
        "มอบหมาย %(count)s เรื่องให้%(name)s",
        count=len(rows),
        name=_receiver_label(ctx, person),
    )
    only = in_one_line(*await narrowed.told(ctx, wanted))
    args = {**narrowed.as_args(wanted), "to": str(to), "seen": _digest(rows)}
    yes = Button(
        _("ยืนยันมอบหมาย %(count)s เรื่อง", count=len(rows)), "owed.hand_over", args, once=True
    )
    return Reply(
        (
            Paragraph(
                in_lines(
                    problem,
                    question,
                    only,
                    *lines,
                ),
                (yes, _back(wanted)),
            ),
        )
    )


def _receiver_label(ctx: Context, person: Staff) -> str:
    """`คุณฝน`, or to whoever reads it simply that it is the reader."""
    return _("คุณ") if person.id == ctx.staff.id else person_label(person.name)


async def _receiver(ctx: Context, to: StaffId) -> Staff:
    person = await staff.get_staff(ctx.db, to)
    if person.blocked_at is not None:
        raise InvalidInput("assignee_left", name=person_label(person.name))
    return person


async def _to_hand_over(
    ctx: Context,
    wanted: Narrowing,
    to: StaffId | None = None,
) -> list[Owed]:
    """What somebody else than `to` would get, as it is now.

    Of others' things only a supervisor decides; InvalidInput("owed_many") for more than are handed
    over at once.
    """
    staffs = await narrowed.visible(ctx, wanted)
    most = ctx.configuration.leading.hand_over_most
    wanted = replace(wanted, but=to)
    lines = await lists.list_lines(
        ctx.db,
        wanted,
        staffs,
        ctx.today,
        most + 1,
    )
    if len(lines) > most:
        total = await lists.count_lines(
            ctx.db,
            wanted,
            staffs,
            ctx.today,
        )
        raise InvalidInput("owed_many", count=total, limit=most)
    rows = await owed.list_by_ids(ctx.db, [line.id for line in lines])
    await _check_right(ctx, [row.assignee for row in rows])
    return rows


async def _check_right(ctx: Context, officers: Iterable[StaffId | None]) -> None:
    """Raises NotAllowed where somebody decides about what a colleague looks after, and is no
    supervisor; as with tickets.
    """
    if ctx.staff.role.covers(Role.SUPERVISOR):
        return
    for officer in officers:
        if officer not in (None, ctx.staff.id):
            name = await narrowed.officer_name(ctx, officer)
            raise NotAllowed("others_owed", name=name)


def _digest(rows: Sequence[Owed]) -> str:
    """What was shown, in a few letters: the same rows at the same versions."""
    shown = ",".join(f"{row.id}:{row.version}" for row in rows)
    return sha256(shown.encode()).hexdigest()[:16]


def _back(wanted: Narrowing) -> Button:
    return Button(
        _("กลับ"),
        "owed.narrowed",
        {**narrowed.as_args(wanted), "page": "0"},
    )


@action("owed.hand_over", in_place=True)
async def hand_over_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """All that was shown changes hands, or nothing: where it is no longer what was shown, it is
    shown anew.
    """
    wanted = narrowed.of_args(args)
    person = await _receiver(ctx, StaffId(int(args["to"])))
    rows = await _to_hand_over(ctx, wanted, person.id)
    if _digest(rows) != args["seen"]:
        changed = _("⚠️ รายการเปลี่ยนไประหว่างนี้ ตรวจอีกครั้งแล้วยืนยัน")
        return await preview(ctx, wanted, person.id, changed)
    _write(
        ctx,
        rows,
        {row.id: person.id for row in rows},
    )
    before = " ".join(f"{row.id}:{row.assignee or NOBODY}" for row in rows)
    await _tell(ctx, rows, person.id)
    text = _(
        "✅ มอบหมาย %(count)s เรื่องให้%(name)sแล้ว",
        count=len(rows),
        name=_receiver_label(ctx, person),
    )
    undo = Button(
        _("เลิกทำ"),
        "owed.hand_back",
        {"to": str(person.id), "before": before},
        once=True,
    )
    return confirm(
        text,
        undo,
        _back(replace(wanted, officer=person.id)),
    )


def _write(
    ctx: Context,
    rows: Sequence[Owed],
    to: Mapping[int, StaffId | None],
) -> None:
    """All of it in one go, noted in each request's history."""
    ctx.change(
        partial(
            requests.hand_over,
            rows=rows,
            to=to,
            context=save_context(ctx),
        )
    )
    for number in dict.fromkeys(row.request_id for row in rows):
        ctx.audit("request.changed", requests.record(number))


async def _tell(
    ctx: Context,
    rows: Sequence[Owed],
    person: StaffId,
) -> None:
    """One message to whoever gets it; nobody is told of what they took themselves."""
    if person == ctx.staff.id:
        return
    after = [
        replace(
            row,
            assignee=person,
            version=row.version + 1,
        )
        for row in rows
    ]
    shown = several(ctx, after, len(after))
    entries = await list_entries(ctx, after[:SHOWN])
    told = partial(_given, ctx, person, shown, entries)
    ctx.notify(told, f"owed:handed:{person}:{ctx.incoming.id}", staff_id=person)


def _given(
    ctx: Context,
    person: StaffId,
    shown: Several,
    entries: Sequence[Entry],
) -> Reply:
    head = _(
        "⏰ %(who)sมอบหมายให้คุณติดตาม %(count)s เรื่อง",
        who=person_label(ctx.staff.name),
        count=shown.count,
    )
    return Reply(
        (
            list_part(
                ctx,
                shown,
                entries,
                mine=person,
                head=head,
            ),
        ),
        confirms=True,
    )


@action("owed.hand_back", in_place=True, aside=True)
async def hand_back_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """All goes back to whoever had it; what has gone its own way since stays as it is, and that is
    said.
    """
    to = StaffId(int(args["to"]))
    before = _read_before(args["before"])
    # Who gave it away may take it back, also from a colleague.
    await _check_right(ctx, before.values())
    stored = await owed.list_by_ids(ctx.db, list(before))
    rows = [row for row in stored if row.state is OwedState.OPEN and row.assignee == to]
    if not rows:
        return say(_("ไม่มีเรื่องที่คืนได้แล้ว"))
    _write(
        ctx,
        rows,
        {row.id: before[row.id] for row in rows},
    )
    if to != ctx.staff.id:
        told = partial(
            _taken_back,
            ctx.staff.name,
            len(rows),
        )
        ctx.notify(told, f"owed:handed_back:{to}:{ctx.incoming.id}", staff_id=to)
    lines = [_("✅ คืนผู้รับผิดชอบเดิมแล้ว %(count)s เรื่อง", count=len(rows))]
    gone = len(before) - len(rows)
    if gone:
        lines.append(_("อีก %(count)s เรื่องจบหรือเปลี่ยนผู้รับผิดชอบไปแล้ว จึงไม่ได้คืน", count=gone))
    return confirm(in_lines(*lines))


def _read_before(text: str) -> dict[int, StaffId | None]:
    """Who had each thing before."""
    before: dict[int, StaffId | None] = {}
    for pair in text.split():
        row, _colon, officer = pair.partition(":")
        before[int(row)] = StaffId(int(officer)) or None
    return before


def _taken_back(name: str, count: int) -> Reply:
    text = _(
        "⏰ %(who)sยกเลิกการมอบหมาย %(count)s เรื่อง ไม่ต้องติดตามแล้ว",
        who=person_label(name),
        count=count,
    )
    return confirm(text)
