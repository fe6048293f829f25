"""Reports that members of the staff have sent to them by themselves."""

from dataclasses import dataclass
from datetime import date, datetime

from domain.reports.rhythms import Rhythm
from domain.staff import StaffId
from store.engine.columns import RecordColumns
from store.engine.database import Reader, Tx


@dataclass(frozen=True, slots=True)
class ReportSubscription:
    """`report` says which one, without its days, as buttons carry it (JSON); `period_on` is the
    first day of the period that was sent last. `attached` = it goes by mail with this kind of file,
    "" for a chat.
    """

    id: str
    staff_id: StaffId
    rhythm: Rhythm
    report: str
    period_on: date
    created_at: datetime
    attached: str = ""


_COLUMNS = RecordColumns(ReportSubscription)


async def add_subscription(tx: Tx, subscription: ReportSubscription) -> None:
    """Keep a new one."""
    await tx.execute(_COLUMNS.insert("report_subscriptions"), *_COLUMNS.values(subscription))


async def list_subscriptions(db: Reader) -> list[ReportSubscription]:
    """Everybody's, the oldest first."""
    rows = await db.fetch(
        f"SELECT {_COLUMNS.listed} FROM report_subscriptions ORDER BY created_at, id"
    )
    return [_COLUMNS.of(row) for row in rows]


async def note_sent(tx: Tx, subscription_id: str, first: date) -> None:
    """The period that begins on this day was sent."""
    await tx.execute(
        "UPDATE report_subscriptions SET period_on = ? WHERE id = ?", first, subscription_id
    )


async def set_attached(
    tx: Tx,
    subscription_id: str,
    staff_id: StaffId,
    attached: str,
) -> int:
    """Send this person's by mail with such a file from now on, or in chat; returns how many
    changed.
    """
    return await tx.execute(
        "UPDATE report_subscriptions SET attached = ? WHERE id = ? AND staff_id = ?",
        attached,
        subscription_id,
        staff_id,
    )


async def end_subscription(tx: Tx, subscription_id: str, staff_id: StaffId) -> int:
    """Send this person's no more; returns how many ended."""
    return await tx.execute(
        "DELETE FROM report_subscriptions WHERE id = ? AND staff_id = ?", subscription_id, staff_id
    )
