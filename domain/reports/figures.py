"""The figures of a report: their names, units, and which of them rows have and tickets stand
behind. docs/reports.md defines each.
"""

from dataclasses import dataclass
from enum import StrEnum


class Figure(StrEnum):
    """The names of the figures, as outsiders know them: they never change."""

    TICKETS_CREATED = "tickets_created"
    TICKETS_CLOSED = "tickets_closed"
    TICKETS_OPEN = "tickets_open"
    CUSTOMERS_SERVED = "customers_served"
    CUSTOMERS_NEW = "customers_new"
    CUSTOMERS_RETURNING = "customers_returning"
    STANDARD_KEPT = "standard_kept"
    STANDARD_MISSED = "standard_missed"
    STANDARD_RUNNING = "standard_running"
    STANDARD_NONE = "standard_none"
    WORKING_HOURS_MEDIAN = "working_hours_median"
    WORKING_HOURS_P90 = "working_hours_p90"
    INCOME_BAHT = "income_baht"
    RECEIPTS = "receipts"
    CONTRACTS_SENT = "contracts_sent"
    CONTRACTS_RETURNED = "contracts_returned"
    CONTRACTS_OWED = "contracts_owed"
    RESULTS_RECEIVED = "results_received"
    RESULTS_OWED = "results_owed"
    PUBLICITY_POSTS = "publicity_posts"
    PROVINCE_USERS = "province_users"
    MAILS_IN = "mails_in"


class Unit(StrEnum):
    """What a figure counts."""

    TICKETS = "tickets"
    CUSTOMERS = "customers"
    WORKING_HOURS = "working_hours"
    BAHT = "baht"
    RECEIPTS = "receipts"
    CONTRACTS = "contracts"
    RESULTS = "results"
    POSTS = "posts"
    USERS = "users"
    MAILS = "mails"


@dataclass(frozen=True, slots=True)
class FigureKind:
    """What is known of a figure.

    `in_rows` = rows have it, too; `adds_up` = its rows of different tickets add up to the whole, so
    that a stacked or summed picture of it is true.
    """

    unit: Unit
    in_rows: bool = True
    adds_up: bool = True


_OF_TICKETS = FigureKind(Unit.TICKETS)
_OF_CUSTOMERS = FigureKind(Unit.CUSTOMERS, adds_up=False)
_OF_HOURS = FigureKind(Unit.WORKING_HOURS, adds_up=False)

KINDS = {
    Figure.TICKETS_CREATED: _OF_TICKETS,
    Figure.TICKETS_CLOSED: _OF_TICKETS,
    Figure.TICKETS_OPEN: _OF_TICKETS,
    Figure.CUSTOMERS_SERVED: _OF_CUSTOMERS,
    Figure.CUSTOMERS_NEW: _OF_CUSTOMERS,
    Figure.CUSTOMERS_RETURNING: _OF_CUSTOMERS,
    Figure.STANDARD_KEPT: _OF_TICKETS,
    Figure.STANDARD_MISSED: _OF_TICKETS,
    Figure.STANDARD_RUNNING: _OF_TICKETS,
    Figure.STANDARD_NONE: _OF_TICKETS,
    Figure.WORKING_HOURS_MEDIAN: _OF_HOURS,
    Figure.WORKING_HOURS_P90: _OF_HOURS,
    Figure.INCOME_BAHT: FigureKind(Unit.BAHT),
    Figure.RECEIPTS: FigureKind(Unit.RECEIPTS, adds_up=False),
    Figure.CONTRACTS_SENT: FigureKind(Unit.CONTRACTS, in_rows=False),
    Figure.CONTRACTS_RETURNED: FigureKind(Unit.CONTRACTS, in_rows=False),
    Figure.CONTRACTS_OWED: FigureKind(Unit.CONTRACTS, in_rows=False),
    Figure.RESULTS_RECEIVED: FigureKind(Unit.RESULTS, in_rows=False),
    Figure.RESULTS_OWED: FigureKind(Unit.RESULTS, in_rows=False),
    Figure.PUBLICITY_POSTS: FigureKind(Unit.POSTS, in_rows=False),
    Figure.PROVINCE_USERS: FigureKind(Unit.USERS, in_rows=False),
    Figure.MAILS_IN: FigureKind(Unit.MAILS, in_rows=False),
}

OF_ROWS = tuple(figure for figure, kind in KINDS.items() if kind.in_rows)
"""The figures that rows have."""
