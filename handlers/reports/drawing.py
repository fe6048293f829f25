"""Draws a report for who asks in chat: what that person may see, beside the time before."""

from dataclasses import dataclass, replace

from domain.dates.periods import format_period
from domain.errors import InvalidInput, NotAllowed
from domain.reports.comparing import period_before, so_far, year_ago
from domain.reports.reports import Report
from domain.reports.requests import Dimension, ReportRequest
from domain.staff import Role
from handlers.desk import Context
from handlers.reports.asked import AskedReport, span_text
from handlers.reports.summary import Compared

COURSES = (Dimension.DAY, Dimension.MONTH)
"""What rows are by that follow one another in time."""
OF_PEOPLE = (Dimension.OFFICER, Dimension.TEAM)
"""What only those who lead see of others."""


@dataclass(frozen=True, slots=True)
class DrawnReport:
    """A report by what was asked, the same before, and their figures side by side."""

    report: Report
    before: Report
    compared: Compared


async def draw(ctx: Context, asked: AskedReport) -> DrawnReport:
    """The report, and what it is compared with; it is audited.

    InvalidInput("period_ahead") where none of its days has begun; NotAllowed("others_figures")
    where an officer asks for somebody else's numbers; Conflict("report_not_ready")."""
    if asked.period.first > ctx.today:
        raise InvalidInput("period_ahead", text=format_period(asked.period))
    check_people(ctx, asked.request)
    request = asked.request
    earlier = period_before(request.period, ctx.today)
    report = await _read(ctx, request)
    before = await _read(ctx, request.over(earlier))
    ago = await _read(ctx, replace(request, by=None).over(year_ago(request.period, ctx.today)))
    beside = None
    named = ""
    if asked.beside is not None:
        beside = (await _read(ctx, replace(request, by=None).over(asked.beside))).figures
        named = span_text(asked.beside)
    ctx.audit("report.drawn", "")
    compared = Compared(
        report.figures,
        before.figures,
        ago.figures,
        span_text(earlier),
        beside,
        named,
    )
    return DrawnReport(_own(ctx, report), before, compared)


async def of_other_times(
    ctx: Context, asked: AskedReport, drawn: DrawnReport
) -> tuple[Report, ...]:
    """What the course of a report is drawn beside: the time before, and a year ago."""
    if asked.request.by not in COURSES:
        return ()
    ago = asked.request.over(year_ago(asked.request.period, ctx.today))
    return drawn.before, await _read(ctx, ago)


async def _read(ctx: Context, request: ReportRequest) -> Report:
    return await ctx.desk.reports.read(
        ctx.db,
        ctx.configuration,
        request,
        ctx.now,
    )


def leads(ctx: Context) -> bool:
    """Whether this person sees everybody's numbers."""
    return ctx.staff.role.covers(Role.SUPERVISOR)


def check_people(ctx: Context, request: ReportRequest) -> None:
    """NotAllowed("others_figures") where an officer asks for the numbers of somebody else, or of a
    team.
    """
    if leads(ctx):
        return
    for dimension, key in request.filters:
        own = dimension is Dimension.OFFICER and key == ctx.staff.name
        if dimension in OF_PEOPLE and not own:
            raise NotAllowed("others_figures")
    if request.by is Dimension.TEAM:
        raise NotAllowed("others_figures")


def _own(ctx: Context, report: Report) -> Report:
    """Of a report by officer an officer sees the own row."""
    if report.request.by is not Dimension.OFFICER or leads(ctx):
        return report
    rows = tuple(row for row in report.rows if row.key == ctx.staff.name)
    return replace(report, rows=rows)


def is_running(ctx: Context, asked: AskedReport) -> bool:
    """Whether some of its days are still to come."""
    return so_far(asked.period, ctx.today) != asked.period
