"""What was written about a ticket by mail, both ways, in the order in which it came and went."""

from dataclasses import dataclass

from store.engine.database import Reader


@dataclass(frozen=True, slots=True)
class WrittenMail:
    """A mail of a conversation: that came in, or went out; `id` in its own table."""

    incoming: bool
    id: str


async def list_written(db: Reader, no: str, limit: int, offset: int = 0) -> list[WrittenMail]:
    """A ticket's mails, oldest first."""
    rows = await db.fetch(
        "SELECT 1 AS incoming, CAST(id AS TEXT) AS id, arrived_at AS at FROM incoming_mails "
        "WHERE ticket = ? AND read_at IS NOT NULL "
        "UNION SELECT 1, CAST(id AS TEXT), arrived_at FROM incoming_mails "
        "WHERE second_ticket = ? AND read_at IS NOT NULL "
        "UNION SELECT 0, m.id, m.written_at FROM mail_records r JOIN mails m ON m.id = r.mail_id "
        "WHERE r.record = ? "
        f"ORDER BY 3, 1 DESC, 2 LIMIT {int(limit)} OFFSET {int(offset)}",
        no,
        no,
        no,
    )
    return [WrittenMail(bool(row["incoming"]), str(row["id"])) for row in rows]
