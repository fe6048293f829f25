"""What those who lead look at: what is owed, narrowed by whatever was typed or tapped, and by
officer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from domain.dates.days import BANGKOK
from domain.owed.narrowing import EVERYTHING, NOBODY, Narrowing
from domain.staff import StaffId
from handlers.chat import (
    Button,
    Choice,
    Paragraph,
    Reply,
    in_lines,
    in_one_line,
    turn_buttons,
)
from handlers.desk import Context
from handlers.i18n import _, date_text
from handlers.labels import value_label
from handlers.owed import narrowed
from handlers.owed.request_cards import waited
from handlers.registry import action
from handlers.tickets import cards as ticket_cards
from store import staff
from store.customers import records as register
from store.owed import lists as store
from store.owed.lists import OfficerSum, OwedLine, Staffs

PAGE = 8


def counted(count: int) -> str:
    """Returns `12`; of more than are counted, that there are more."""
    if count > store.MOST_COUNTED:
        return f"{store.MOST_COUNTED}+"
    return str(count)


async def numbers(
    ctx: Context,
    wanted: Narrowing,
    staffs: Staffs,
) -> tuple[int, str]:
    """Returns how much is owed, and the two or three numbers that lead a list of it."""
    ignored_after = ctx.configuration.leading.ignored_after
    total = await store.count_lines(
        ctx.db,
        wanted,
        staffs,
        ctx.today,
    )
    late = replace(wanted, overdue=True)
    ignored = replace(wanted, unchased=max(wanted.unchased, ignored_after))
    overdue = await store.count_lines(
        ctx.db,
        late,
        staffs,
        ctx.today,
    )
    in_vain = await store.count_lines(
        ctx.db,
        ignored,
        staffs,
        ctx.today,
    )
    told = [_("⏰ ค้างส่ง %(count)s เรื่อง", count=counted(total))]
    if overdue:
        told.append(_("เกินกำหนด %(count)s", count=counted(overdue)))
    if in_vain and not wanted.unchased:
        told.append(
            _(
                "เตือน %(times)s ครั้งขึ้นไปยังไม่ติดตาม %(count)s",
                times=ignored_after,
                count=counted(in_vain),
            )
        )
    return total, in_one_line(*told)


def lead_buttons(wanted: Narrowing = EVERYTHING, *, shown: str = "") -> list[Button]:
    """Returns the ways to the lists of a lead but for the one that is `shown`, narrowed alike where
    that can be.
    """
    labels = {
        "officers": _("ตามเจ้าหน้าที่"),
        "ignored": _("เตือนแล้วไม่มีใครติดตาม"),
        "risk": _("ใกล้กำหนด"),
        "letters": _("อีเมลส่งไม่ถึง"),
        "week": _("สรุปสัปดาห์"),
    }
    args = {**narrowed.as_args(wanted), "page": "0"}
    return [Button(label, f"owed.{view}", args) for view, label in labels.items() if view != shown]


# What is owed, narrowed.


@action("owed.narrowed", in_place=True)
async def narrowed_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Shows another page of the list, or the list narrowed otherwise."""
    return await show_lines(
        ctx,
        narrowed.of_args(args),
        int(args.get("page", 0)),
    )


@action("owed.ignored", in_place=True)
async def ignored_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Shows what was reminded of again and again without a chase."""
    unchased = ctx.configuration.leading.ignored_after
    return await show_lines(
        ctx,
        replace(narrowed.of_args(args), unchased=unchased),
        0,
    )


async def show_lines(
    ctx: Context,
    wanted: Narrowing,
    page: int = 0,
) -> Reply:
    """Shows one page of what is owed, the longest expected first."""
    staffs = await narrowed.visible(ctx, wanted)
    total, head = await numbers(ctx, wanted, staffs)
    rows = await store.list_lines(
        ctx.db,
        wanted,
        staffs,
        ctx.today,
        PAGE + 1,
        page * PAGE,
    )
    only = in_one_line(*await narrowed.told(ctx, wanted))
    question = in_lines(head, only, page_text(page, total))
    turns = turn_buttons(
        "owed.narrowed",
        narrowed.as_args(wanted),
        page,
        more=len(rows) > PAGE,
    )
    buttons = (
        *turns,
        *_filters(
            ctx,
            wanted,
            total,
        ),
    )
    options = await line_buttons(ctx, rows[:PAGE])
    return listed(question, options, buttons)


def listed(
    head: str,
    options: Sequence[Button],
    buttons: Sequence[Button],
) -> Reply:
    """Returns a list with its head and what can be done, or that there is nothing."""
    if options:
        return Reply(
            (
                Choice(
                    head,
                    tuple(options),
                    tuple(buttons),
                ),
            )
        )
    nothing = in_lines(head, _("ไม่มีรายการ"))
    return Reply((Paragraph(nothing, tuple(buttons)),))


def page_text(page: int, total: int) -> str:
    """Returns which page of how many this is; "" where there is but one."""
    if total <= PAGE or total > store.MOST_COUNTED:
        return ""
    return _(
        "หน้า %(page)s/%(pages)s",
        page=page + 1,
        pages=-(-total // PAGE),
    )


def _filters(
    ctx: Context,
    wanted: Narrowing,
    total: int,
) -> list[Button]:
    """What narrows the list further, what is done with all of it, and the other lists."""
    args = narrowed.as_args(wanted)
    buttons = []
    if total:
        buttons.append(
            Button(
                _("มอบหมายทั้งหมดนี้…"),
                "owed.hand",
                args,
            )
        )
        buttons.append(file_button(wanted, ""))
    if not wanted.overdue:
        buttons.append(_list_button(_("เกินกำหนด"), replace(wanted, overdue=True)))
    if wanted.officer != ctx.staff.id:
        buttons.append(_list_button(_("ของฉัน"), replace(wanted, officer=ctx.staff.id)))
    if wanted != EVERYTHING:
        buttons.append(_list_button(_("ไม่กรอง"), EVERYTHING))
    view = "ignored" if wanted.unchased else ""
    return [*buttons, *lead_buttons(wanted, shown=view)]


def _list_button(label: str, wanted: Narrowing) -> Button:
    return Button(
        label,
        "owed.narrowed",
        {**narrowed.as_args(wanted), "page": "0"},
    )


def file_button(wanted: Narrowing, view: str) -> Button:
    """Returns the button that sends a list as a file."""
    args = narrowed.as_args(wanted)
    return Button(
        _("ไฟล์ Excel"),
        "owed.file",
        {**args, "view": view, "file": "xlsx"},
    )


def kind_counts(counts: Mapping[str, int]) -> list[str]:
    """Returns how much there is of each kind of thing owed."""
    return [f"{value_label('owed', rule)} {count}" for rule, count in counts.items()]


async def line_buttons(ctx: Context, rows: Sequence[OwedLine]) -> tuple[Button, ...]:
    """Returns a button a line, which opens the card of the thing owed; whose names are shown is
    audited.
    """
    names = await staff.staff_names(ctx.db)
    customers = await customer_names(ctx, [row.customer for row in rows])
    return tuple(
        Button(
            line_text(
                ctx,
                row,
                customers.get(row.customer, ""),
                names,
            ),
            "owed.show",
            {"owed": str(row.id)},
        )
        for row in rows
    )


async def customer_names(ctx: Context, codes: Sequence[str]) -> dict[str, str]:
    """Returns the names of these customers by code; each of them is audited."""
    found = await register.list_customers(ctx.db, list(dict.fromkeys(codes)))
    for customer in found:
        ctx.audit("customer.listed", customer.code)
    return {customer.code: ticket_cards.shown_name(customer) for customer in found}


def line_text(
    ctx: Context,
    row: OwedLine,
    customer: str,
    names: Mapping[StaffId, str],
) -> str:
    """Returns `81/2569 ผศ.ดร.กมลชนก · ⚠️ ยังไม่ส่งสัญญาคืน รอมา 17 วัน · กำหนด 7 ธ.ค. 69 ·
    เตือนแล้ว 6 ครั้งยังไม่ติดตาม · นก`.
    """
    late = "⚠️ " if row.expected_on < ctx.today else ""
    waits = f"{late}{value_label('waits', row.rule)} {how_old(ctx, row)}"
    title = f"{row.contract_no} {customer}".strip()
    officer = ""
    if row.officer is not None and row.officer != ctx.staff.id:
        officer = names.get(row.officer, "")
    return in_one_line(
        title or row.customer,
        waits.strip(),
        _("กำหนด %(date)s", date=date_text(row.expected_on)),
        *_followed(row),
        officer,
    )


def how_old(ctx: Context, row: OwedLine) -> str:
    """Returns for how long something is owed."""
    return waited((ctx.today - row.started_at.astimezone(BANGKOK).date()).days)


def _followed(row: OwedLine) -> list[str]:
    """How often the officer was reminded without a chase, and how often the customer was asked."""
    told = []
    if row.unchased:
        told.append(_("เตือนแล้ว %(count)s ครั้งยังไม่ติดตาม", count=row.unchased))
    if row.chased:
        told.append(_("ติดตามแล้ว %(count)s ครั้ง", count=row.chased))
    return told


# By officer.


@action("owed.officers", in_place=True)
async def officers_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Shows another page of what each officer looks after."""
    return await show_officers(
        ctx,
        narrowed.of_args(args),
        int(args.get("page", 0)),
    )


async def show_officers(
    ctx: Context,
    wanted: Narrowing,
    page: int = 0,
) -> Reply:
    """Shows what each officer looks after: what, how old, how often reminded without a chase."""
    staffs = await narrowed.visible(ctx, wanted)
    ignored_after = ctx.configuration.leading.ignored_after
    sums = await store.list_by_officer(
        ctx.db,
        wanted,
        staffs,
        ctx.today,
        ignored_after,
    )
    names = await staff.staff_names(ctx.db)
    shown = sums[page * PAGE : (page + 1) * PAGE]
    options = tuple(
        _officer_button(
            ctx,
            wanted,
            one,
            names,
        )
        for one in shown
    )
    only = in_one_line(*await narrowed.told(ctx, wanted))
    head = in_one_line(
        _(
            "⏰ ค้างส่ง %(count)s เรื่อง · เจ้าหน้าที่ %(people)s คน",
            count=sum(one.count for one in sums),
            people=len(sums),
        ),
        _("เกินกำหนด %(count)s", count=sum(one.overdue for one in sums)),
    )
    args = narrowed.as_args(wanted)
    turns = turn_buttons(
        "owed.officers",
        args,
        page,
        more=len(sums) > (page + 1) * PAGE,
    )
    every = _list_button(_("ทุกเรื่อง"), wanted)
    file = file_button(wanted, "officers")
    others = lead_buttons(wanted, shown="officers")
    buttons = (*turns, every, file, *others)
    return listed(in_lines(head, only), options, buttons)


def _officer_button(
    ctx: Context,
    wanted: Narrowing,
    one: OfficerSum,
    names: Mapping[StaffId, str],
) -> Button:
    """`นก · สัญญาที่ลงนาม 8 · ผลงานวิจัย 4 · เกินกำหนด 3 · เก่าสุดรอมา 214 วัน · …`"""
    officer = NOBODY if one.officer is None else one.officer
    name = names.get(officer) or _("ไม่มีผู้รับผิดชอบ")
    line = in_one_line(name, *officer_parts(ctx, one))
    return _list_button(line, replace(wanted, officer=officer))


def officer_parts(ctx: Context, one: OfficerSum) -> list[str]:
    """Returns what an officer looks after, how old it is, and what was reminded of in vain."""
    parts = kind_counts(one.kinds)
    if one.overdue:
        parts.append(_("เกินกำหนด %(count)s", count=one.overdue))
    days = (ctx.today - one.since.astimezone(BANGKOK).date()).days
    parts.append(_("เก่าสุด %(days)s วัน", days=days))
    if one.ignored:
        parts.append(
            _(
                "เตือน %(times)s ครั้งขึ้นไปยังไม่ติดตาม %(count)s",
                times=ctx.configuration.leading.ignored_after,
                count=one.ignored,
            )
        )
    elif one.most_unchased:
        parts.append(_("เตือนแล้วยังไม่ติดตามมากสุด %(count)s ครั้ง", count=one.most_unchased))
    return parts
