"""A period as a change: what came in, was received and given up, and what is owed still, against
the period before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.dates.periods import Period, after, before, relative_period
from domain.owed.narrowing import Narrowing
from domain.owed.rules import OwedState
from domain.staff import StaffId
from domain.text import shorten
from handlers.chat import Button, Card, Reply, in_one_line, turn_buttons
from handlers.desk import Context
from handlers.i18n import _, period_text
from handlers.labels import value_label
from handlers.owed import narrowed
from handlers.owed.cards import list_entries
from handlers.owed.lead_lists import (
    PAGE,
    file_button,
    kind_counts,
    lead_buttons,
    listed,
)
from handlers.owed.request_cards import owed_state, title
from handlers.registry import action
from store import staff
from store.owed import lists as store
from store.owed import rows as owed
from store.owed.lists import Movement, Staffs

REASONS = 5
"""Reasons why things were given up that are told, those of most first."""


@dataclass(frozen=True, slots=True)
class PeriodChange:
    """What changed in a period and in the one before, what was owed at its end, and why things were
    given up.
    """

    now: Movement
    earlier: Movement
    open_after: int
    reasons: Sequence[tuple[str, int]]

    @property
    def open_before(self) -> int:
        """What was owed at the period's beginning."""
        return self.open_after - self.now.growth


def usual_period(ctx: Context) -> Period:
    """Returns the week that a lead asks about: on a Monday the last one, else this one."""
    key = "last_week" if ctx.today.weekday() == 0 else "this_week"
    return relative_period(key, ctx.today)


async def read_change(ctx: Context, period: Period, staffs: Staffs) -> PeriodChange:
    """Returns what changed in a period, against the one before."""
    _since, until = period.instants
    return PeriodChange(
        now=await store.get_movement(ctx.db, period, staffs),
        earlier=await store.get_movement(ctx.db, before(period), staffs),
        open_after=await store.count_open_at(ctx.db, until, staffs),
        reasons=await store.list_reasons(ctx.db, period, staffs, REASONS),
    )


def staffs_of(wanted: Narrowing, visible: Staffs) -> Staffs:
    """Returns whose things are told of: the officer who was named, else all that may be seen."""
    return visible if wanted.officer is None else [wanted.officer]


@action("owed.week", in_place=True)
async def week_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Shows what changed in another period."""
    return await show_movement(ctx, narrowed.of_args(args))


async def show_movement(ctx: Context, wanted: Narrowing) -> Reply:
    """Shows what changed in a period, for one officer or for all that may be seen."""
    visible = await narrowed.visible(ctx, wanted)
    period = wanted.period or usual_period(ctx)
    change = await read_change(
        ctx,
        period,
        staffs_of(wanted, visible),
    )
    whose = await _whose(ctx, wanted.officer)
    head = in_one_line(
        _("📊 %(period)s", period=period_text(period)),
        whose,
        _against(
            _("ยังค้าง"),
            change.open_after,
            change.open_before,
        ),
        _("เข้าใหม่ %(count)s", count=sum(change.now.began.values())),
        _("ได้รับ %(count)s", count=change.now.got),
    )
    lines = tuple(change_lines(change))
    buttons = _buttons(ctx, wanted, period)
    return Reply(
        (
            Card(
                head,
                lines,
                buttons=buttons,
            ),
        )
    )


async def _whose(ctx: Context, officer: StaffId | None) -> str:
    whose = await narrowed.told(ctx, Narrowing(officer=officer))
    return in_one_line(*whose)


def _against(
    label: str,
    now: int,
    earlier: int,
) -> str:
    """`ยังค้าง 214 (เพิ่มขึ้น 6)`"""
    difference = now - earlier
    if difference > 0:
        return _(
            "%(label)s %(now)s (เพิ่มขึ้น %(more)s)",
            label=label,
            now=now,
            more=difference,
        )
    if difference < 0:
        return _(
            "%(label)s %(now)s (ลดลง %(less)s)",
            label=label,
            now=now,
            less=-difference,
        )
    return _("%(label)s %(now)s (เท่าเดิม)", label=label, now=now)


def change_lines(change: PeriodChange) -> list[tuple[str, str]]:
    """Returns a line for each way in which the sum changed, with the number of the period
    before.
    """
    now = change.now
    earlier = change.earlier
    lines = [
        _line(
            _("เข้าใหม่"),
            now.began,
            earlier.began,
        ),
        _line(
            _("ส่งคืนแล้ว"),
            now.returned,
            earlier.returned,
        ),
        _line(
            _("ได้รับแล้ว"),
            now.received,
            earlier.received,
        ),
        _line(
            _("เลิกติดตาม"),
            now.dropped,
            earlier.dropped,
        ),
    ]
    for reason, count in change.reasons:
        why = shorten(reason, 100) or "-"
        lines.append((_("เหตุผลที่เลิกติดตาม"), f"{why} ({count})"))
    still = _(
        "%(after)s · เริ่มช่วง %(before)s",
        after=change.open_after,
        before=change.open_before,
    )
    lines.append((_("ยังค้าง"), still))
    return lines


def _line(
    label: str,
    now: Mapping[str, int],
    earlier: Mapping[str, int],
) -> tuple[str, str]:
    """`12 (ช่วงก่อน 8) · สัญญาที่ลงนาม 10 · ผลงานวิจัย 2`"""
    total = _(
        "%(now)s (ช่วงก่อน %(earlier)s)",
        now=sum(now.values()),
        earlier=sum(earlier.values()),
    )
    if len(now) < 2:
        return label, total
    return label, in_one_line(total, *kind_counts(now))


def _buttons(
    ctx: Context,
    wanted: Narrowing,
    period: Period,
) -> tuple[Button, ...]:
    """The periods beside this one, what stands behind its numbers, and the other lists."""
    args = {**narrowed.as_args(wanted), **_period_args(period)}
    earlier = {**args, **_period_args(before(period))}
    buttons = [Button(_("ก่อนหน้า"), "owed.week", earlier)]
    if period.until <= ctx.today:
        later = {**args, **_period_args(after(period))}
        buttons.append(
            Button(
                _("ถัดไป"),
                "owed.week",
                later,
            )
        )
    for state in (OwedState.RECEIVED, OwedState.DROPPED):
        label = value_label("owed_state", state)
        ended = {**args, "state": str(state)}
        buttons.append(Button(label, "owed.ended", ended))
    new = Button(_("ที่เข้าใหม่และยังค้าง"), "owed.narrowed", args)
    file = file_button(wanted, "week")
    others = lead_buttons(shown="week")
    return (*buttons, new, file, *others)


def _period_args(period: Period) -> dict[str, str]:
    return narrowed.as_args(Narrowing(period=period))


@action("owed.ended", in_place=True)
async def ended_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Shows what was received or given up in a period, the latest first."""
    wanted = narrowed.of_args(args)
    visible = await narrowed.visible(ctx, wanted)
    period = wanted.period or usual_period(ctx)
    state = OwedState(args["state"])
    page = int(args.get("page", 0))
    ids = await store.list_ended_ids(
        ctx.db,
        period,
        state,
        staffs_of(wanted, visible),
        PAGE + 1,
        page * PAGE,
    )
    turns = turn_buttons(
        "owed.ended",
        _without_page(args),
        page,
        more=len(ids) > PAGE,
    )
    back = Button(
        _("กลับ"),
        "owed.week",
        narrowed.as_args(wanted),
    )
    head = in_one_line(value_label("owed_state", state), period_text(period))
    options = await _ended_lines(ctx, ids[:PAGE])
    return listed(head, options, (*turns, back))


def _without_page(args: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in args.items() if name != "page"}


async def _ended_lines(ctx: Context, ids: Sequence[int]) -> tuple[Button, ...]:
    """A button for each, in this order, which opens the request."""
    rows = await owed.list_by_ids(ctx.db, ids)
    entries = await list_entries(ctx, rows)
    names = await staff.staff_names(ctx.db)
    buttons = []
    for entry in sorted(entries, key=lambda entry: ids.index(entry.row.id)):
        row = entry.row
        line = in_one_line(
            f"{title(entry.life)} {entry.name}",
            value_label("owed", row.rule),
            owed_state(ctx, row, names),
        )
        buttons.append(
            Button(
                line,
                "request.show",
                {"request": str(row.request_id)},
            )
        )
    return tuple(buttons)
