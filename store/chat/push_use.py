"""How many paid messages went out this month: counted here, and as the platform last said."""

from dataclasses import dataclass
from datetime import datetime

from domain.dates.days import BANGKOK
from store.engine.columns import RecordColumns
from store.engine.database import Reader, Tx


@dataclass(frozen=True, slots=True)
class PushUse:
    """`counted` = sent by this desk this month; `used` and `quota` (None: no limit, or never heard)
    = what the platform said at `asked_at`, when this desk had counted `counted_then`."""

    counted: int = 0
    used: int = 0
    counted_then: int = 0
    quota: int | None = None
    asked_at: datetime | None = None

    def total(self) -> int:
        """What the platform said, and what was sent since."""
        return self.used + self.counted - self.counted_then

    def percent(self) -> int | None:
        """Of the quota; None where there is none."""
        if self.quota is None:
            return None
        if self.quota == 0:
            return 100
        return self.total() * 100 // self.quota


_USE = RecordColumns(PushUse)


def month_of(at: datetime) -> str:
    """The local month, `2026-11`."""
    return f"{at.astimezone(BANGKOK):%Y-%m}"


async def count(
    tx: Tx,
    platform: str,
    now: datetime,
    pushes: int,
) -> None:
    """So many more were accepted."""
    await tx.execute_many(
        "INSERT INTO push_use (platform, month, counted) VALUES (?, ?, ?) "
        "ON CONFLICT (platform, month) DO UPDATE SET counted = push_use.counted + excluded.counted",
        [(platform, month_of(now), pushes)],
    )


async def note(
    tx: Tx,
    platform: str,
    use: PushUse,
    now: datetime,
) -> None:
    """Keep what the platform said."""
    await tx.execute(
        "INSERT INTO push_use (platform, month, used, counted_then, quota, asked_at) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (platform, month) DO UPDATE SET "
        "used = excluded.used, counted_then = excluded.counted_then, "
        "quota = excluded.quota, asked_at = excluded.asked_at",
        platform,
        month_of(now),
        use.used,
        use.counted_then,
        use.quota,
        use.asked_at,
    )


async def get_use(db: Reader, platform: str, now: datetime) -> PushUse:
    """This month's; all zero where nothing was counted or heard yet."""
    row = await db.fetch_one(
        f"SELECT {_USE.listed} FROM push_use WHERE platform = ? AND month = ?",
        platform,
        month_of(now),
    )
    if row is None:
        return PushUse()
    return _USE.of(row)
