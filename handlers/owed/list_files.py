"""The lists of those who lead as a file: a table of whatever the list shows, all its pages.

Names and addresses stand in it for supervisors alone; whoever takes one is audited."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypeAlias
from uuid import uuid4

from domain.dates.days import BANGKOK
from domain.owed.narrowing import AskedList, Narrowing
from domain.staff import Role, StaffId
from handlers.chat import Reply, in_one_line
from handlers.desk import Context
from handlers.files import cards as file_cards
from handlers.i18n import _, date_text, language, period_text
from handlers.labels import value_label, when
from handlers.mail.cards import reason
from handlers.owed import movement, narrowed
from handlers.owed.lead_lists import customer_names, officer_parts
from handlers.owed.request_cards import day
from handlers.registry import action
from handlers.tickets import cards as ticket_cards
from store import files, staff
from store.mail import mails
from store.owed import lists
from store.owed.lists import OwedLine, Staffs
from store.tickets import deadlines
from store.tickets import records as tickets

MOST = 10_000
"""Rows of a file; more is narrowed first."""
PAGE = 500


ReadPage: TypeAlias = Callable[[int, int], Awaitable[Sequence[OwedLine]]]
"""Reads so many lines of a list, after the first so many."""


@dataclass(frozen=True, slots=True)
class Table:
    """What a file says: what it is called, and its rows, the heading first."""

    title: str
    rows: list[list[str]]


@action("owed.file", aside=True)
async def file_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Sends the list from which the button comes as a file."""
    wanted = narrowed.of_args(args)
    asked = AskedList(
        view=args.get("view", ""),
        wanted=wanted,
        file=args["file"],
    )
    return await send(ctx, asked)


async def send(ctx: Context, asked: AskedList) -> Reply:
    """Sends what was asked for as a file."""
    table = await _TABLES[asked.view](ctx, asked.wanted)
    only = in_one_line(*await narrowed.told(ctx, asked.wanted))
    return await send_table(ctx, table, asked.file, only)


async def send_table(
    ctx: Context,
    table: Table,
    form: str,
    only: str = "",
) -> Reply:
    """Sends this table as a file; `only` = by what it is narrowed."""
    name = f"{table.title} {ctx.today.isoformat()}.{form}"
    kept = await ctx.desk.files.keep_table(name, table.rows)
    file = files.File(
        id=uuid4().hex,
        record=files.of_list(kept.sha256),
        name=name,
        mime=kept.mime,
        size=kept.size,
        sha256=kept.sha256,
        added_at=ctx.now,
        added_by=ctx.staff.id,
    )
    ctx.change(files.add, file=file)
    ctx.audit("owed.exported", "")
    rows = _("%(count)s แถว", count=len(table.rows) - 1)
    caption = in_one_line(f"📎 {table.title}", only, rows)
    if len(table.rows) > MOST:
        caption += "\n" + _("มีมากกว่านี้ กรองให้แคบลงเพื่อให้ได้ครบ เช่น ตามปีงบ")
    if not _sees_names(ctx):
        caption += "\n" + _("ชื่อและที่อยู่มีในไฟล์ของหัวหน้าเท่านั้น")
    return Reply(
        (
            file_cards.as_document(
                file,
                caption,
                reader=ctx.staff.role,
            ),
        )
    )


def _sees_names(ctx: Context) -> bool:
    """Whether personal data may leave the desk with this person."""
    return ctx.staff.role.covers(Role.SUPERVISOR)


def _named(ctx: Context, *cells: str) -> list[str]:
    """Cells with personal data, for whom they may be."""
    return [*cells] if _sees_names(ctx) else []


# What is owed.


async def _lines(ctx: Context, wanted: Narrowing) -> Table:
    staffs = await narrowed.visible(ctx, wanted)
    read = partial(lists.list_lines, ctx.db, wanted, staffs, ctx.today)
    return Table(_("ค้างส่ง"), await all_rows(ctx, read))


async def all_rows(ctx: Context, read: ReadPage) -> list[list[str]]:
    """Returns the heading and the rows of all pages of a list of what is owed."""
    heading = [
        _("สัญญา"),
        _("รหัสผู้รับบริการ"),
        *_named(ctx, _("ผู้รับบริการ")),
        _("สิ่งที่ค้าง"),
        _("ผู้รับผิดชอบ"),
        _("ค้างตั้งแต่"),
        _("ค้างมา (วัน)"),
        _("กำหนด"),
        _("เตือนแล้ว (ครั้ง)"),
        _("เตือนโดยยังไม่ติดตาม (ครั้ง)"),
        _("ติดตามแล้ว (ครั้ง)"),
    ]
    rows = [heading]
    names = await staff.staff_names(ctx.db)
    for offset in range(0, MOST, PAGE):
        page = await read(PAGE, offset)
        if not page:
            break
        customers = {}
        if _sees_names(ctx):
            customers = await customer_names(ctx, [line.customer for line in page])
        rows += [
            _cells(
                ctx,
                line,
                customers,
                names,
            )
            for line in page
        ]
    return rows


def _cells(
    ctx: Context,
    line: OwedLine,
    customers: Mapping[str, str],
    names: Mapping[StaffId, str],
) -> list[str]:
    began = line.started_at.astimezone(BANGKOK).date()
    return [
        line.contract_no,
        line.customer,
        *_named(ctx, customers.get(line.customer, "")),
        value_label("owed", line.rule),
        _officer(line.officer, names),
        date_text(began),
        str((ctx.today - began).days),
        date_text(line.expected_on),
        str(line.reminders),
        str(line.unchased),
        str(line.chased),
    ]


def _officer(officer: StaffId | None, names: Mapping[StaffId, str]) -> str:
    return "" if officer is None else names.get(officer, "")


async def _officers(ctx: Context, wanted: Narrowing) -> Table:
    staffs = await narrowed.visible(ctx, wanted)
    ignored_after = ctx.configuration.leading.ignored_after
    sums = await lists.list_by_officer(
        ctx.db,
        wanted,
        staffs,
        ctx.today,
        ignored_after,
    )
    names = await staff.staff_names(ctx.db)
    heading = [_("ผู้รับผิดชอบ"), _("ค้าง"), _("เกินกำหนด"), _("รายละเอียด")]
    rows = [heading]
    for one in sums:
        told = in_one_line(*officer_parts(ctx, one))
        rows.append([_officer(one.officer, names), str(one.count), str(one.overdue), told])
    return Table(_("ค้างส่งตามเจ้าหน้าที่"), rows)


async def _week(ctx: Context, wanted: Narrowing) -> Table:
    visible = await narrowed.visible(ctx, wanted)
    period = wanted.period or movement.usual_period(ctx)
    change = await movement.read_change(
        ctx,
        period,
        movement.staffs_of(wanted, visible),
    )
    rows = [[_("รายการ"), period_text(period)]]
    rows += [[label, text] for label, text in movement.change_lines(change)]
    return Table(_("สรุปค้างส่ง"), rows)


async def _letters(ctx: Context, wanted: Narrowing) -> Table:
    staffs = await _staffs(ctx, wanted)
    names = await staff.staff_names(ctx.db)
    heading = [
        _("วันที่"),
        *_named(
            ctx,
            _("ผู้รับ"),
            _("หัวเรื่อง"),
        ),
        _("เหตุผล"),
        _("ผู้ส่ง"),
    ]
    rows = [heading]
    for mail in await mails.list_lost(
        ctx.db,
        staffs,
        MOST,
    ):
        private = _named(ctx, mail.to, mail.subject)
        writer = _officer(mail.staff_id, names)
        rows.append([day(mail.written_at), *private, reason(mail.error), writer])
    return Table(_("อีเมลส่งไม่ถึง"), rows)


async def _risk(ctx: Context, wanted: Narrowing) -> Table:
    staffs = await _staffs(ctx, wanted)
    names = await staff.staff_names(ctx.db)
    days = ctx.configuration.leading.at_risk_days
    end = ctx.now + timedelta(days=days)
    rows = []
    numbers = await deadlines.list_next(
        ctx.db,
        staffs,
        ctx.now,
        end,
        PAGE,
    )
    found = await tickets.get_tickets(ctx.db, numbers)
    for number in numbers:
        ticket = found[number]
        until = ticket_cards.due(ctx, ticket)
        if until is not None:
            subject = ctx.catalogue.subject_label(ticket.subject, language())
            row = [when(until), number, subject, _officer(ticket.assignee, names)]
            rows.append((until.date(), row))
    for line in await lists.list_expected(
        ctx.db,
        staffs,
        ctx.today,
        days,
        PAGE,
    ):
        no = line.contract_no or line.customer
        what = value_label("owed", line.rule)
        row = [date_text(line.expected_on), no, what, _officer(line.officer, names)]
        rows.append((line.expected_on, row))
    rows.sort(key=lambda pair: pair[0])
    heading = [_("กำหนด"), _("เลขที่"), _("เรื่อง"), _("ผู้รับผิดชอบ")]
    return Table(_("ใกล้กำหนด"), [heading, *(row for _on, row in rows)])


async def _staffs(ctx: Context, wanted: Narrowing) -> Staffs:
    visible = await narrowed.visible(ctx, wanted)
    return visible if wanted.officer is None else [wanted.officer]


_TABLES: Mapping[str, Callable[[Context, Narrowing], Awaitable[Table]]] = {
    "": _lines,
    "officers": _officers,
    "week": _week,
    "letters": _letters,
    "risk": _risk,
}
