"""Provincial offices' numbers of website users, out of the tickets that report them (DOMAIN.md
section 4).
"""

from dataclasses import dataclass
from datetime import date

from store.engine.database import Reader, Row, count
from store.tickets.records import COUNTS


@dataclass(frozen=True, slots=True)
class ProvinceReport:
    """What a province reported for a month (its first day), and the ticket that says so."""

    province: str
    month: date
    users: int
    ticket_no: str


async def list_reports(db: Reader, first: date, until: date) -> list[ProvinceReport]:
    """The months from `first` on, before `until`: of several reports of one month the one recorded
    last.
    """
    rows = await db.fetch(
        "SELECT no, province, user_count, counted_on FROM tickets "
        "WHERE province <> '' AND user_count IS NOT NULL "
        f"AND counted_on >= ? AND counted_on < ? AND {COUNTS} ORDER BY recorded_at, no",
        first,
        until,
    )
    reports = [_report(row) for row in rows]
    latest = {(report.province, report.month): report for report in reports}
    return sorted(latest.values(), key=lambda report: (report.month, report.province))


def _report(row: Row) -> ProvinceReport:
    return ProvinceReport(
        province=row["province"],
        month=row["counted_on"],
        users=int(row["user_count"]),
        ticket_no=row["no"],
    )


async def count_undated(db: Reader) -> int:
    """How many reports name no month: they stand in no sum."""
    return await count(
        db,
        "SELECT count(*) AS n FROM tickets "
        f"WHERE province <> '' AND user_count IS NOT NULL AND counted_on IS NULL AND {COUNTS}",
    )
