"""How much belongs to a ticket, in one reading."""

from dataclasses import dataclass

from store.engine.database import Reader


@dataclass(frozen=True, slots=True)
class Belongings:
    """So many tickets that it is tied to, and mails that were written about it."""

    links: int
    mails: int


async def count_belongings(db: Reader, no: str) -> Belongings:
    """What the ticket with this number has."""
    row = await db.fetch_one(
        "SELECT (SELECT count(*) FROM ticket_links WHERE ticket_no = ? OR other_no = ?) AS links, "
        "(SELECT count(*) FROM mail_records WHERE record = ?) AS mails",
        no,
        no,
        no,
    )
    assert row is not None
    return Belongings(int(row["links"]), int(row["mails"]))
