"""A report counted the slow and obvious way: every ticket of the desk, one after another."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from domain.clock import state as clock
from domain.clock.state import State, minute
from domain.dates.days import BANGKOK
from domain.reports.figures import Figure
from domain.reports.requests import Dimension, ReportRequest
from domain.tickets.records import Status, Ticket
from store.engine.database import Database, Row
from store.tickets.records import list_tickets_after
from tests.fakes.office import OFFICE

OF_TICKETS = (
    Figure.TICKETS_CREATED,
    Figure.TICKETS_CLOSED,
    Figure.TICKETS_OPEN,
    Figure.STANDARD_KEPT,
    Figure.STANDARD_MISSED,
    Figure.STANDARD_RUNNING,
    Figure.STANDARD_NONE,
    Figure.PUBLICITY_POSTS,
)
"""Figures that count tickets, each once."""


@dataclass
class Desk:
    """All that the slow way looks at."""

    tickets: list[Ticket] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    officers: dict[int, str] = field(default_factory=dict)
    teams: dict[int, list[str]] = field(default_factory=dict)
    owed: list[Row] = field(default_factory=list)
    posts: dict[str, list[str]] = field(default_factory=dict)
    mails: list[Row] = field(default_factory=list)

    @property
    def counting(self) -> list[Ticket]:
        return [one for one in self.tickets if one.status is not Status.VOIDED]


async def read_desk(db: Database) -> Desk:
    desk = Desk()
    last = ""
    while some := await list_tickets_after(db, last, 500):
        desk.tickets += some
        last = some[-1].no
    for row in await db.fetch("SELECT code, kind FROM customers"):
        desk.kinds[row["code"]] = row["kind"]
    for row in await db.fetch("SELECT id, name FROM staff"):
        desk.officers[row["id"]] = row["name"]
    for row in await db.fetch(
        "SELECT m.staff_id, t.name FROM team_members m JOIN teams t ON t.id = m.team_id"
    ):
        desk.teams.setdefault(row["staff_id"], []).append(row["name"])
    desk.owed = await db.fetch("SELECT * FROM owed WHERE state <> 'void'")
    for row in await db.fetch("SELECT ticket_no, state FROM posts WHERE ticket_no <> ''"):
        desk.posts.setdefault(row["ticket_no"], []).append(row["state"])
    desk.mails = await db.fetch("SELECT ticket, arrived_at FROM incoming_mails")
    return desk


def keys(desk: Desk, by: Dimension | None, ticket: Ticket) -> list[str]:
    local = ticket.created_at.astimezone(BANGKOK)
    subject = OFFICE.catalogue.subjects.get(ticket.subject)
    named = {
        None: [""],
        Dimension.SUBJECT: [ticket.subject],
        Dimension.SUBJECT_GROUP: [subject.parent or ticket.subject if subject else ""],
        Dimension.CHANNEL: [ticket.channel],
        Dimension.TYPE: [desk.kinds.get(ticket.customer or "", "")],
        Dimension.PROJECT: list(dict.fromkeys(ticket.projects)) or [""],
        Dimension.PROVINCE: [ticket.province],
        Dimension.OFFICER: [desk.officers.get(ticket.assignee, "")],
        Dimension.TEAM: desk.teams.get(ticket.assignee) or [""],
        Dimension.COMPLEXITY: [ticket.complexity],
        Dimension.URGENCY: [ticket.urgency],
        Dimension.MOOD: [ticket.mood],
        Dimension.DAY: [local.strftime("%Y-%m-%d")],
        Dimension.MONTH: [local.strftime("%Y-%m")],
        Dimension.WEEKDAY_HOUR: [f"{local.weekday() + 1}-{local:%H}"],
    }
    return named[by]


def is_wanted(desk: Desk, request: ReportRequest, ticket: Ticket) -> bool:
    named = {dimension for dimension, _key in request.filters}
    return all(
        any((dimension, key) in request.filters for key in keys(desk, dimension, ticket))
        for dimension in named
    )


def count(
    desk: Desk, request: ReportRequest, now: datetime, key: str | None = None
) -> dict[str, float]:
    """The figures of a report, or of one of its rows, that tickets alone make up."""
    since, until = request.period.instants
    end = min(until, now)
    wanted = [one for one in desk.counting if is_wanted(desk, request, one)]
    if key is not None:
        wanted = [one for one in wanted if key in keys(desk, request.by, one)]
    created = [one for one in wanted if since <= one.created_at < until]
    found = Counter()
    found["tickets_created"] = len(created)
    for one in wanted:
        closed = is_closed(one, until, now)
        found["tickets_closed"] += closed and one.closed_at >= since
        found["tickets_open"] += one.created_at < until and not closed
    served = {one.customer for one in created if one.customer}
    before = {one.customer for one in desk.counting if one.created_at < since}
    found["customers_served"] = len(served)
    found["customers_new"] = len(served - before)
    found["customers_returning"] = len(served & before)
    hours = []
    for one in created:
        closed = is_closed(one, until, now)
        found[standing(one, closed, end)] += 1
        if closed:
            hours.append(clock.elapsed(OFFICE, one, one.closed_at) / timedelta(hours=1))
    found["working_hours_median"] = median(hours) if hours else 0
    found["working_hours_p90"] = percentile(hours, 0.9)
    paid = [
        one
        for one in wanted
        if one.receipt_on and request.period.first <= one.receipt_on < request.period.until
    ]
    found["income_baht"] = float(sum(one.price or 0 for one in paid))
    found["receipts"] = len({one.receipt_no for one in paid if one.receipt_no})
    found["publicity_posts"] = sum(is_publicity(desk, one) for one in created)
    found["province_users"] = province_users(desk, request)
    return found


def count_beside(desk: Desk, request: ReportRequest, now: datetime) -> dict[str, int]:
    """What only whole reports have."""
    since, until = request.period.instants
    tickets = {one.no: one for one in desk.counting}

    def of_report(no: str | None) -> bool:
        ticket = tickets.get(no)
        if ticket is None:
            return not request.filters
        return is_wanted(desk, request, ticket)

    found = Counter()
    found["mails_in"] = sum(
        of_report(row["ticket"]) for row in desk.mails if since <= row["arrived_at"] < until
    )
    for row in desk.owed:
        if not of_report(row["ticket_no"]):
            continue
        ended = row["ended_at"]
        is_over = ended is not None and ended < until and ended <= now
        came = row["state"] == "received" and ended is not None and since <= ended < until
        owed = row["started_at"] < until and row["started_at"] <= now and not is_over
        if row["rule"] == "contract":
            found["contracts_sent"] += since <= row["started_at"] < until
            found["contracts_returned"] += came
            found["contracts_owed"] += owed
        if row["rule"] == "research":
            found["results_received"] += came
            found["results_owed"] += owed
    return found


def is_publicity(desk: Desk, ticket: Ticket) -> bool:
    states = desk.posts.get(ticket.no, ["posted"])
    return ticket.subject == "10" and any(state in ("posted", "hidden") for state in states)


def is_closed(ticket: Ticket, until: datetime, now: datetime) -> bool:
    at = ticket.closed_at
    return at is not None and at < until and at <= now


def standing(ticket: Ticket, closed: bool, end: datetime) -> str:
    due = clock.due_at(OFFICE, ticket)
    if clock.limit(OFFICE, ticket) is None:
        return "standard_none"
    if closed:
        kept = clock.state(OFFICE, ticket, ticket.closed_at) is State.KEPT
        return "standard_kept" if kept else "standard_missed"
    return "standard_missed" if due is not None and due < minute(end) else "standard_running"


def percentile(values: Sequence[float], part: float) -> float:
    if not values:
        return 0
    ordered = sorted(values)
    place = (len(ordered) - 1) * part
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def province_users(desk: Desk, request: ReportRequest) -> int:
    since, until = request.period.instants
    latest = {}
    for one in sorted(desk.counting, key=lambda one: (one.recorded_at, one.no)):
        if not one.province or one.user_count is None:
            continue
        if one.counted_on is None:
            if since <= one.created_at < until:
                latest[one.no] = one
        elif request.period.first <= one.counted_on < request.period.until:
            latest[one.province, one.counted_on] = one
    return sum(one.user_count for one in latest.values() if is_wanted(desk, request, one))


def rows(desk: Desk, request: ReportRequest, now: datetime) -> dict[str, dict[str, float]]:
    """The figures of each row, of those that have tickets."""
    named = {key for one in desk.counting for key in keys(desk, request.by, one)}
    found = {}
    for key in named:
        figures = count(desk, request, now, key)
        if figures["tickets_created"]:
            found[key] = figures
    return found
