"""A report as a picture or as a file to be filed."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from uuid import uuid4

from domain.dates.periods import Period
from domain.reports.figures import KINDS, Figure
from domain.reports.reports import Figures, Report
from domain.reports.requests import Dimension
from handlers.chat import Button, Choice, Paragraph, Reply, in_lines, say
from handlers.desk import Context
from handlers.files import cards as file_cards
from handlers.i18n import _, period_text
from handlers.registry import action
from handlers.reports.asked import AskedReport, key_name, understood_text
from handlers.reports.charts import with_chart
from handlers.reports.drawing import draw, leads, of_other_times
from handlers.reports.labels import dimension_label, figure_label
from handlers.reports.pictures import picture_of
from store import files

SHORT_PERIOD = timedelta(days=62)
"""A longer one is drawn by its months, not by its days."""


@action("report.outputs", in_place=True, aside=True)
async def outputs_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A picture, or a file."""
    asked = AskedReport.of(args)
    options = [
        asked.button(_("รูป"), "report.picture"),
        Button(_("ไฟล์ Excel"), "report.file", asked.args(file="xlsx")),
        Button(_("ไฟล์ PDF"), "report.file", asked.args(file="pdf")),
        asked.button(_("ไฟล์ CSV"), "report.csv"),
    ]
    if leads(ctx.staff):
        options.append(asked.button(_("ส่งให้ประจำ…"), "report.rhythms"))
    question = in_lines(_("ส่งรายงานนี้เป็น"), understood_text(ctx, asked))
    back = (asked.button(_("กลับ")),)
    return Reply((Choice(question, tuple(options), back),))


@action("report.picture", aside=True)
async def picture_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The report's picture: what it is by, else its course over time."""
    asked = AskedReport.of(args)
    if asked.request.by is None:
        asked = asked.by(_time_of(asked.period))
    figure = next(iter(asked.figures), Figure.TICKETS_CREATED)
    if not KINDS[figure].in_rows:
        none = _("%(figure)sไม่มีรูป ดูเป็นไฟล์แทนได้", figure=figure_label(figure))
        return say(none, asked.button(_("รูปและไฟล์…"), "report.outputs"))
    drawn = await draw(ctx, asked)
    others = await of_other_times(ctx, asked, drawn)
    picture = picture_of(ctx.configuration, drawn.report, figure, others)
    if picture is None:
        return say(_("ไม่มีตัวเลขให้วาดในช่วงนี้"), asked.button(_("กลับไปที่ตัวเลข")))
    told = Paragraph(understood_text(ctx, asked))
    return await with_chart(ctx, Reply((told,)), picture)


def _time_of(period: Period) -> Dimension:
    if period.until - period.first > SHORT_PERIOD:
        return Dimension.MONTH
    return Dimension.DAY


@action("report.csv", aside=True)
async def csv_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The report as a table: its figures and those of its rows."""
    asked = AskedReport.of(args)
    # Asked first: where nothing can be waited for, nothing is read in vain.
    keep = ctx.desk.files.keep_table
    drawn = await draw(ctx, asked)
    days = f"{asked.period.first} {asked.period.until - timedelta(days=1)}"
    name = f"{_('รายงาน')} {days}.csv"
    kept = await keep(name, list(_rows(ctx, drawn.report)))
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
    ctx.audit("report.exported", "")
    caption = in_lines(f"📎 {_('รายงาน')} {period_text(asked.period)}", understood_text(ctx, asked))
    sent = file_cards.as_document(
        file,
        caption,
        reader=ctx.staff.role,
    )
    return Reply((sent,))


def _rows(ctx: Context, report: Report) -> Iterator[list[str]]:
    """The heading, a row for each key, and the whole."""
    by = report.request.by
    first = _("รวม") if by is None else dimension_label(by)
    of_rows = [figure for figure in KINDS if by is None or KINDS[figure].in_rows]
    yield [first, *(figure_label(figure) for figure in of_rows)]
    for row in report.rows:
        assert by is not None
        yield [key_name(ctx.configuration, by, row.key), *_cells(row.figures, of_rows)]
    yield [_("รวม"), *_cells(report.figures, of_rows)]


def _cells(figures: Figures, wanted: list[Figure]) -> list[str]:
    numbers = [figures.get(figure) for figure in wanted]
    return [str(round(number, 2)) if number is not None else "" for number in numbers]
