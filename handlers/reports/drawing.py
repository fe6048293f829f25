"""Draws a report for who asks in chat: what that person may see, beside the time before."""

from dataclasses import dataclass, replace
from typing import Self

from domain.errors import InvalidInput, NotAllowed
from domain.reports.comparing import period_before, year_ago
from domain.reports.figures import Figure
from domain.reports.reports import Report
from domain.reports.requests import Dimension, ReportRequest
from domain.staff import Role, Staff
from handlers.desk import Context, Work
from handlers.i18n import period_text
from handlers.reports.asked import AskedReport, span_text
from handlers.reports.summary import Compared
from store.audit import AuditEntry

COURSES = (Dimension.DAY, Dimension.MONTH)
"""What rows are by that follow one another in time."""
BESIDE_ROWS = (Dimension.SUBJECT, *COURSES)
OF_PEOPLE = (Dimension.OFFICER, Dimension.TEAM)
"""What only those who lead see of others."""


@dataclass(frozen=True, slots=True)
class DrawnReport:
    """A report as its reader may see it, the same before and a year ago, and their figures side by
    side.
    """

    report: Report
    before: Report
    ago: Report
    compared: Compared


@dataclass(frozen=True, slots=True)
class LookedAt:
    """The figures that are looked at: of the report's rows, of the time before, and of a year ago
    or other days; () for all.
    """

    of_rows: tuple[Figure, ...] = ()
    before: tuple[Figure, ...] = ()
    beside: tuple[Figure, ...] = ()

    @classmethod
    def in_words(cls, asked: AskedReport) -> Self:
        """Those that are told in a chat."""
        of_rows = asked.figures or (Figure.TICKETS_CREATED, Figure.STANDARD_MISSED)
        before = asked.figures or (Figure.TICKETS_CREATED, Figure.TICKETS_OPEN)
        beside = asked.figures or (Figure.TICKETS_CREATED,)
        return cls(of_rows, before, beside)


EVERYTHING = LookedAt()


async def draw(ctx: Context, asked: AskedReport) -> DrawnReport:
    """The report for who speaks; see `draw_for`."""
    return await draw_for(ctx, ctx.staff, asked)


async def draw_for(
    work: Work,
    person: Staff,
    asked: AskedReport,
    looked_at: LookedAt = EVERYTHING,
) -> DrawnReport:
    """The report, and what it is compared with; it is audited.

    InvalidInput("period_ahead") where none of its days has begun; NotAllowed("others_figures")
    where an officer asks for somebody else's numbers; Conflict("report_not_ready")."""
    request = replace(asked.request, of_rows=looked_at.of_rows)
    if asked.period.first > work.today:
        raise InvalidInput("period_ahead", text=period_text(asked.period))
    check_people(person, request)
    whole = replace(request, by=None, wanted=looked_at.beside)
    earlier = period_before(request.period, work.today)
    report = await read_figures(work, request)
    # Rows of before are looked at where a subject may have grown, and beside a course.
    beside_rows = request if request.by in BESIDE_ROWS else whole
    before = await read_figures(work, replace(beside_rows.over(earlier), wanted=looked_at.before))
    ago = await read_figures(work, whole.over(year_ago(request.period, work.today)))
    compared = Compared(
        report.figures,
        before.figures,
        ago.figures,
        span_text(earlier),
        work.configuration.summary.least_for_percent,
    )
    if asked.beside is not None:
        beside = await read_figures(work, whole.over(asked.beside))
        named = span_text(asked.beside)
        compared = replace(compared, beside=beside.figures, named=named)
    work.audit_entries.append(drawn_entry(work, person, "report.drawn"))
    return DrawnReport(
        _own(person, report),
        before,
        ago,
        compared,
    )


async def of_other_times(
    ctx: Context, asked: AskedReport, drawn: DrawnReport
) -> tuple[Report, ...]:
    """What the course of a report is drawn beside: the time before, and a year ago."""
    if asked.request.by not in COURSES:
        return ()
    ago = asked.request.over(year_ago(asked.request.period, ctx.today))
    return drawn.before, await read_figures(ctx, ago)


def drawn_entry(
    work: Work,
    person: Staff,
    action: str,
) -> AuditEntry:
    """That this person read a report, or took it away: also where nobody speaks just then."""
    return AuditEntry(
        work.now,
        person.id,
        action,
        "",
        "",
        "",
    )


async def read_figures(work: Work, request: ReportRequest) -> Report:
    """One report as of now; those who ask for the same at once share it."""
    return await work.desk.reports.read(
        work.db,
        work.configuration,
        request,
        work.now,
    )


def leads(person: Staff) -> bool:
    """Whether this person sees everybody's numbers."""
    return person.role.covers(Role.SUPERVISOR)


def check_people(person: Staff, request: ReportRequest) -> None:
    """NotAllowed("others_figures") where an officer asks for the numbers of somebody else, or of a
    team.
    """
    if leads(person):
        return
    for dimension, key in request.filters:
        own = dimension is Dimension.OFFICER and key == person.name
        if dimension in OF_PEOPLE and not own:
            raise NotAllowed("others_figures")
    if request.by is Dimension.TEAM:
        raise NotAllowed("others_figures")


def _own(person: Staff, report: Report) -> Report:
    """Of a report by officer an officer sees the own row."""
    if report.request.by is not Dimension.OFFICER or leads(person):
        return report
    rows = tuple(row for row in report.rows if row.key == person.name)
    return replace(report, rows=rows)
