"""/report: the desk's figures in words first, then by whatever is tapped, down to the tickets
behind each number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from domain.dates.periods import relative_period
from domain.reports.comparing import findings, largest_rows, share, smallest_rows
from domain.reports.figures import KINDS, Figure
from domain.reports.reports import Report, ReportRow
from domain.reports.requests import Dimension
from domain.staff import Staff
from domain.text import shorten
from handlers.chat import (
    Button,
    Choice,
    Paragraph,
    Reply,
    in_lines,
    in_one_line,
    turn_buttons,
)
from handlers.desk import Context, Work
from handlers.i18n import _, period_text
from handlers.registry import action
from handlers.reports.asked import (
    AskedReport,
    days_text,
    key_name,
    understood_text,
)
from handlers.reports.counts import counts_pressed
from handlers.reports.drawing import DrawnReport, LookedAt, draw, draw_for, leads
from handlers.reports.labels import dimension_label, figure_label
from handlers.reports.measured import average_lines, difference_lines, missing_names
from handlers.reports.periods import as_args
from handlers.reports.summary import (
    Compared,
    beside_before,
    figure_lines,
    finding_lines,
    group_lines,
    headline,
    judged_text,
    number_text,
    with_unit,
)

PAGE = 8
SHOWN = 24
"""So much of a name stands on a button."""
SPANS = {
    "this_week": "สัปดาห์นี้",
    "last_week": "สัปดาห์ที่แล้ว",
    "this_month": "เดือนนี้",
    "last_month": "เดือนที่แล้ว",
    "this_fiscal_year": "ปีงบนี้",
    "last_fiscal_year": "ปีงบที่แล้ว",
}
OFFERED = (
    Dimension.SUBJECT,
    Dimension.SUBJECT_GROUP,
    Dimension.CHANNEL,
    Dimension.TYPE,
    Dimension.PROJECT,
    Dimension.PROVINCE,
    Dimension.OFFICER,
    Dimension.TEAM,
    Dimension.COMPLEXITY,
    Dimension.URGENCY,
    Dimension.MOOD,
    Dimension.DAY,
    Dimension.MONTH,
    Dimension.WEEKDAY_HOUR,
)
"""What rows may be by, in the order in which it is offered."""


async def show(ctx: Context, asked: AskedReport, *told: str, page: int = 0) -> Reply:
    """The report that is asked for; `told` = what else is to be said of how it was understood."""
    if asked.figures == (Figure.PROVINCE_USERS,) and asked.request.by is Dimension.PROVINCE:
        return await counts_pressed(ctx, as_args(asked.period))
    return await told_to(ctx, ctx.staff, asked, told, page)


async def told_to(
    work: Work,
    person: Staff,
    asked: AskedReport,
    told: Sequence[str] = (),
    page: int = 0,
) -> Reply:
    """The report as this person may see it, also where nobody asks just then."""
    asked = _with_rows(asked)
    told = (*_understood(work, asked), *told)
    if asked.request.by is not None:
        return await _by_rows(work, person, asked, told, page)
    return await _whole(work, person, asked, told)


def _with_rows(asked: AskedReport) -> AskedReport:
    """The same without rows where no row has any of the figures."""
    if any(KINDS[figure].in_rows for figure in asked.figures) or not asked.figures:
        return asked
    return asked.by(None)


def _understood(work: Work, asked: AskedReport) -> list[str]:
    """What was understood, unless the title says all of it."""
    if asked.figures or asked.request.by or asked.request.filters:
        return [understood_text(work, asked)]
    return []


@action("report.show", in_place=True)
async def show_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The report of a button, or another page of its rows."""
    page = int(args.get("page", 0))
    return await show(ctx, AskedReport.of(args), page=page)


# Figures.


async def _whole(
    work: Work,
    person: Staff,
    asked: AskedReport,
    told: Sequence[str],
) -> Reply:
    """Figures in words: those that were asked for, or all of them in groups."""
    by_subject = asked
    looked_at = LookedAt.in_words(asked)
    if not asked.figures:
        by_subject = asked.by(Dimension.SUBJECT)
        looked_at = replace(looked_at, of_rows=(Figure.TICKETS_CREATED,))
    drawn = await draw_for(work, person, by_subject, looked_at)
    text = in_lines(*_in_words(work, drawn, asked), *told)
    return Reply((Paragraph(text, _buttons(work, asked, drawn.compared)),))


def _in_words(
    work: Work,
    drawn: DrawnReport,
    asked: AskedReport,
) -> list[str]:
    """The figures in words: the one that was asked for first of all, or several in lines, or the
    summary above all of them.
    """
    compared = drawn.compared
    if len(asked.figures) == 1:
        figure = asked.figures[0]
        answer = f"📊 {figure_label(figure)} {with_unit(figure, compared.now)}"
        return [
            answer,
            *difference_lines(work, asked, compared),
            *average_lines(work, asked, compared),
            *judged_text(compared, figure),
            beside_before(compared, figure),
        ]
    title = _("📊 รายงาน · %(period)s", period=days_text(work, asked.period))
    lines = figure_lines(compared, asked.figures)
    summary: list[str] = []
    if not asked.figures:
        lines = group_lines(drawn.report.figures)
        found = findings(drawn.report, drawn.before, work.configuration.summary)
        summary = [headline(compared, Figure.TICKETS_CREATED), *finding_lines(found)]
    numbers = [f"{label}: {value}" for label, value in lines]
    return [title, *summary, *numbers]


def _buttons(
    work: Work,
    asked: AskedReport,
    compared: Compared,
) -> tuple[Button, ...]:
    """What can be done with a report: the tickets behind it, other days, rows, what narrows it, and
    files.
    """
    figure = _first(asked)
    buttons = []
    if compared.now.get(figure) and figure not in NO_TICKETS:
        buttons.append(asked.of_figure(figure).button(_("ดูใบงาน"), "report.tickets"))
    buttons += _leads(asked)
    buttons += [
        asked.button(_("ช่วงเวลา…"), "report.periods"),
        asked.button(_("แยกตาม…"), "report.by"),
        *_dropped(work, asked),
        asked.button(_("รูปและไฟล์…"), "report.outputs"),
    ]
    if not asked.figures:
        buttons.append(asked.button(_("ใบงานหลังตัวเลข…"), "report.figures"))
    return tuple(buttons)


NO_TICKETS = (Figure.MAILS_IN,)
"""Figures behind which no tickets stand."""


def _leads(asked: AskedReport) -> list[Button]:
    """The lists and reports that say more of the figures that were asked for."""
    buttons = []
    if Figure.CONTRACTS_OWED in asked.figures:
        buttons.append(Button(_("รายการค้างส่ง"), "owed.narrowed", {"rule": "contract"}))
    if Figure.RESULTS_OWED in asked.figures:
        buttons.append(Button(_("รายการค้างส่ง"), "owed.narrowed", {"rule": "research"}))
    if Figure.PROVINCE_USERS in asked.figures:
        buttons.append(Button(_("แต่ละจังหวัด"), "counts.show", as_args(asked.period)))
    if Figure.PUBLICITY_POSTS in asked.figures:
        buttons.append(Button(_("สรุปประชาสัมพันธ์"), "publicity.summary", as_args(asked.period)))
    return buttons


def _first(asked: AskedReport) -> Figure:
    return next(iter(asked.figures), Figure.TICKETS_CREATED)


def _dropped(work: Work, asked: AskedReport) -> list[Button]:
    """A button for each filter, which takes it out again."""
    buttons = []
    for pair in asked.request.filters:
        name = shorten(key_name(work.configuration, *pair), SHOWN)
        label = _("เอา %(what)s ออก", what=name)
        buttons.append(asked.without(pair).button(label))
    return buttons


# Rows.


async def _by_rows(
    work: Work,
    person: Staff,
    asked: AskedReport,
    told: Sequence[str],
    page: int,
) -> Reply:
    """A row a line, the largest first; a tap leads to the report of that row."""
    drawn = await draw_for(work, person, asked, LookedAt.in_words(asked))
    figure = _first(asked)
    rows = _sorted(asked, drawn.report, figure)
    shown = rows[page * PAGE : (page + 1) * PAGE]
    head = in_lines(
        _title(work, asked, figure),
        headline(drawn.compared, figure),
        *average_lines(work, asked, drawn.compared),
        *told,
        *_without(work, person, asked, drawn.report),
        *_limits(person, asked),
    )
    turns = turn_buttons(
        "report.show",
        asked.args(),
        page,
        more=len(rows) > (page + 1) * PAGE,
    )
    buttons = (*turns, *_buttons(work, asked, drawn.compared))
    if not shown:
        return Reply((Paragraph(in_lines(head, _("ไม่มีรายการ")), buttons),))
    options = tuple(_row_button(work, asked, drawn.report, row) for row in shown)
    return Reply((Choice(head, options, buttons),))


def _title(
    work: Work,
    asked: AskedReport,
    figure: Figure,
) -> str:
    by = asked.request.by
    assert by is not None
    return _(
        "📊 %(figure)s ตาม%(by)s · %(period)s",
        figure=figure_label(figure),
        by=dimension_label(by),
        period=days_text(work, asked.period),
    )


def _limits(person: Staff, asked: AskedReport) -> list[str]:
    """That an officer sees no row but the own."""
    if asked.request.by is Dimension.OFFICER and not leads(person):
        return [_("ตัวเลขของเจ้าหน้าที่คนอื่นดูได้เฉพาะหัวหน้า")]
    return []


def _without(
    work: Work,
    person: Staff,
    asked: AskedReport,
    report: Report,
) -> list[str]:
    """Where the smallest are asked for, those that have nothing at all."""
    if not asked.least or not leads(person):
        return []
    return missing_names(work, report, _first(asked))


def _sorted(asked: AskedReport, report: Report, figure: Figure) -> Sequence[ReportRow]:
    """Days and months in their order; everything else by size, and these, too, where the smallest
    are wanted first.
    """
    if asked.least:
        return smallest_rows(report.rows, figure)
    if report.request.by in (Dimension.DAY, Dimension.MONTH):
        return report.rows
    return largest_rows(report.rows, figure)


def _row_button(
    work: Work,
    asked: AskedReport,
    report: Report,
    row: ReportRow,
) -> Button:
    """`โทรศัพท์ · 200 ใบ (49%) · เกิน 3`."""
    figures = asked.figures or (Figure.TICKETS_CREATED,)
    by = asked.request.by
    assert by is not None
    parts = [key_name(work.configuration, by, row.key), with_unit(figures[0], row.figures)]
    total = report.figures.get(figures[0]) or 0
    part = share(
        row.figures.get(figures[0]) or 0,
        total,
        work.configuration.summary.least_for_percent,
    )
    if part and KINDS[figures[0]].adds_up:
        parts[-1] += f" ({part}%)"
    for figure in figures[1:]:
        if KINDS[figure].in_rows:
            parts.append(f"{figure_label(figure)} {number_text(figure, row.figures)}")
    late = row.figures.get(Figure.STANDARD_MISSED)
    if late and not asked.figures:
        parts.append(_("เกิน %(number)s", number=late))
    return asked.of_row(row.key).button(in_one_line(*parts))


# Changed by taps.


@action("report.periods", in_place=True, aside=True)
async def periods_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Other days to choose from, and how further ones are typed."""
    asked = AskedReport.of(args)
    options = []
    for key, label in SPANS.items():
        span = relative_period(key, ctx.today)
        text = f"{_(label)} · {period_text(span)}"
        options.append(asked.over(span).button(text))
    hint = _("หรือพิมพ์ เช่น รายงาน ต.ค. 69 · รายงาน ไตรมาส 1/2569 · รายงาน 1–15 พ.ย. 69")
    question = in_lines(_("ดูช่วงเวลาใด"), hint)
    return Reply(
        (
            Choice(
                question,
                tuple(options),
                (asked.button(_("กลับ")),),
            ),
        )
    )


@action("report.by", in_place=True, aside=True)
async def by_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """What the rows may be by."""
    asked = AskedReport.of(args)
    options = []
    for dimension in OFFERED:
        if dimension is Dimension.TEAM and not leads(ctx.staff):
            continue
        if dimension is not asked.request.by:
            label = dimension_label(dimension)
            options.append(asked.by(dimension).button(label))
    buttons = [asked.by(None).button(_("ไม่แยก")), asked.button(_("กลับ"))]
    return Reply(
        (
            Choice(
                _("แยกตามอะไร"),
                tuple(options),
                tuple(buttons),
            ),
        )
    )


@action("report.figures", in_place=True, aside=True)
async def figures_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Every figure that has something, each of which leads to its report and its tickets."""
    asked = AskedReport.of(args)
    drawn = await draw(ctx, asked.by(None))
    options = []
    for figure in KINDS:
        if drawn.report.figures.get(figure):
            label = f"{figure_label(figure)} {with_unit(figure, drawn.report.figures)}"
            options.append(asked.of_figure(figure).button(label))
    back = (asked.button(_("กลับ")),)
    title = _("ดูใบงานหลังตัวเลขใด · %(period)s", period=days_text(ctx, asked.period))
    if not options:
        return Reply((Paragraph(in_lines(title, _("ไม่มีรายการ")), back),))
    return Reply((Choice(title, tuple(options), back),))
