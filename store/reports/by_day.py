"""How many tickets of each subject were created on each day."""

from collections.abc import Mapping
from datetime import date

from domain.dates.periods import Period
from store.engine.database import Reader


async def count_by_day(db: Reader, period: Period) -> Mapping[date, Mapping[str, int]]:
    """By day in Bangkok and subject, as far as reports have gone through the tickets; days without
    any are missing.
    """
    rows = await db.fetch(
        "SELECT day, subject, count(*) AS n FROM ticket_facts "
        "WHERE created_at >= ? AND created_at < ? GROUP BY day, subject",
        *period.instants,
    )
    found: dict[date, dict[str, int]] = {}
    for row in rows:
        of_day = found.setdefault(date.fromisoformat(row["day"]), {})
        of_day[row["subject"]] = int(row["n"])
    return found
