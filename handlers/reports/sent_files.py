"""A report as a workbook or a page: made at once, or, where it takes longer than somebody looks
at a chat, beside everything else and sent when it is there.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from uuid import uuid4

import orjson

from domain.errors import DeskError
from domain.reports.documents import TicketRows
from domain.reports.figures import Figure
from domain.staff import Staff, StaffId
from handlers.chat import Button, Document, Reply, in_lines, say
from handlers.desk import Context, Drawn, NotDrawn, Work
from handlers.files import cards as file_cards
from handlers.i18n import _, period_text, speaking
from handlers.registry import action, due
from handlers.reports.asked import AskedReport
from handlers.reports.documents import Drawing, document_picture, report_document
from handlers.reports.drawing import (
    check_people,
    draw_for,
    drawn_entry,
    leads,
    read_figures,
)
from handlers.reports.ticket_rows import ticket_rows
from store import due as due_rows
from store import files, staff
from store.due import Due
from store.reports.listing import list_report_tickets

KIND = "report.file"
MANY = 20_000
"""Tickets of a workbook from which on it is sent later: some seconds."""
A_MINUTE = 400_000
"""Tickets that a minute writes."""
MIMES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


@action("report.file", aside=True)
async def file_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Sends the report as a file, now or once it is made."""
    asked = AskedReport.of(args)
    check_people(ctx.staff, asked.request)
    # Asked first: where nothing can be waited for, nothing is read in vain.
    report = await read_figures(ctx, asked.request)
    count = int(report.figures[Figure.TICKETS_CREATED] or 0)
    if count > MANY and args["file"] == "xlsx" and leads(ctx.staff):
        return _later(ctx, args, count)
    try:
        document = await make_file(ctx, ctx.staff, args)
    except NotDrawn as error:
        return say(not_made(error))
    return Reply((document,))


def not_made(error: NotDrawn) -> str:
    """That no file could be made, and what goes on working."""
    return _(
        "ทำไฟล์ไม่ได้ในตอนนี้ ดูตัวเลขในแชตได้ตามปกติ (อ้างอิง %(reference)s)",
        reference=error.reference or "-",
    )


def _later(
    ctx: Context,
    args: Mapping[str, str],
    count: int,
) -> Reply:
    """Plans the file, and says about how long it takes."""
    wanted = orjson.dumps({**args, "event": ctx.incoming.id}).decode()
    row = Due(
        KIND,
        str(ctx.staff.id),
        wanted,
        ctx.now,
    )
    ctx.change(due_rows.plan, [row])
    minutes = -(-count // A_MINUTE)
    told = _(
        "กำลังทำไฟล์ %(count)s ใบ ราว %(minutes)s นาที จะส่งให้เมื่อเสร็จ",
        count=f"{count:,}",
        minutes=minutes,
    )
    return say(told, _progress_button({"row": wanted, "count": str(count)}))


def _progress_button(args: Mapping[str, str]) -> Button:
    return Button(_("ถึงไหนแล้ว"), "report.progress", args)


@action("report.progress", in_place=True)
async def progress_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """How far a file is that takes a while."""
    wanted = args["row"]
    if not await due_rows.is_waiting(ctx.db, KIND, str(ctx.staff.id), wanted):
        return say(_("ทำไฟล์เสร็จแล้ว ส่งไว้ด้านล่าง"))
    count = int(args["count"])
    written = ctx.desk.report_files.written(orjson.loads(wanted)["event"])
    told = _("รอทำไฟล์ %(count)s ใบ", count=f"{count:,}")
    if written is not None:
        told = _(
            "ทำไฟล์ไปแล้ว %(written)s จาก %(count)s ใบ (%(percent)s%%)",
            written=f"{written:,}",
            count=f"{count:,}",
            percent=min(written * 100 // max(count, 1), 100),
        )
    return say(told, _progress_button(args))


@due(KIND, urgent=True)
async def make_files(work: Work, rows: Sequence[Due]) -> None:
    """Makes the files that were asked for and sends each to who asked, who may still see it."""
    for row in rows:
        person = await staff.get_staff(work.db, StaffId(int(row.subject)))
        if person.blocked_at is not None:
            continue
        args = orjson.loads(row.occurrence)
        with speaking(person.language):
            reply = await _made(work, person, args)
        work.notify(
            partial(_as_it_is, reply),
            f"{KIND}:{row.subject}:{args['event']}",
            staff_id=person.id,
        )


def _as_it_is(reply: Reply) -> Reply:
    return reply


async def _made(
    work: Work,
    person: Staff,
    args: Mapping[str, str],
) -> Reply:
    """The file, or why there is none."""
    try:
        return Reply((await make_file(work, person, args),))
    except NotDrawn as error:
        return say(not_made(error))
    except DeskError:
        return say(_("ทำไฟล์รายงานที่ขอไว้ไม่ได้แล้ว พิมพ์ รายงาน เพื่อขอใหม่"))


async def make_file(
    work: Work,
    person: Staff,
    args: Mapping[str, str],
) -> Document:
    """The file of a report, stored; who took it is audited."""
    asked = AskedReport.of(args)
    drawn = await _drawn(work, person, asked, args)
    last = asked.period.until - timedelta(days=1)
    name = f"{_('รายงาน')} {asked.period.first} {last}.{args['file']}"
    file = files.File(
        id=uuid4().hex,
        record=files.of_list(drawn.sha256),
        name=name,
        mime=MIMES[args["file"]],
        size=drawn.size,
        sha256=drawn.sha256,
        added_at=work.now,
        added_by=person.id,
    )
    work.change(files.add, file=file)
    work.audit_entries.append(drawn_entry(work, person, "report.exported"))
    caption = _("📎 รายงาน %(period)s", period=period_text(asked.period))
    if args["file"] == "xlsx" and not leads(person):
        caption = in_lines(caption, _("รายการใบงานมีในไฟล์ของหัวหน้าเท่านั้น"))
    return file_cards.as_document(
        file,
        caption,
        reader=person.role,
    )


async def _drawn(
    work: Work,
    person: Staff,
    asked: AskedReport,
    args: Mapping[str, str],
) -> Drawn:
    """The bytes of the file: a page, or a workbook with the tickets for those who lead."""
    found = await draw_for(work, person, asked)
    drawing = Drawing(
        found.report,
        person.name,
        work.now,
        found.before,
        found.ago,
    )
    document = report_document(work.configuration, drawing)
    if args["file"] == "pdf":
        return await work.desk.report_files.page(
            document, document_picture(work.configuration, drawing)
        )
    tickets = None
    if leads(person):
        tickets = _tickets(work, drawing)
    return await work.desk.report_files.workbook(document, tickets, args.get("event", ""))


def _tickets(work: Work, drawing: Drawing) -> TicketRows:
    """The tickets behind the report, piece by piece."""
    request = drawing.request
    pieces = list_report_tickets(work.db, request, work.now)
    expected = int(drawing.report.figures[Figure.TICKETS_CREATED] or 0)
    return ticket_rows(work.configuration, pieces, expected)
