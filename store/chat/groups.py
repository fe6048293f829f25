"""Groups that the desk serves: enrolled by an administrator, moved with their chat, and taken
back.
"""

from domain.reach.groups import Group
from domain.staff import Platform
from store.engine.columns import RecordColumns
from store.engine.database import Reader, Tx

_GROUPS = RecordColumns(Group)


def record(platform: Platform, chat: str) -> str:
    """The group's name in the audit log."""
    return f"group:{platform}:{chat}"


async def enrol(tx: Tx, group: Group) -> None:
    """Serve this group from now on; what was said of its chat before is replaced."""
    await tx.execute(
        f"{_GROUPS.insert('enrolled_groups')} ON CONFLICT (platform, chat) "
        f"DO UPDATE SET {_GROUPS.replaced('platform', 'chat')}",
        *_GROUPS.values(group),
    )


async def find_group(db: Reader, platform: Platform, chat: str) -> Group | None:
    """The enrolled group of this chat."""
    row = await db.fetch_one(
        f"SELECT {_GROUPS.listed} FROM enrolled_groups WHERE platform = ? AND chat = ?",
        platform,
        chat,
    )
    if row is None:
        return None
    return _GROUPS.of(row)


async def list_groups(db: Reader) -> list[Group]:
    """All of them, the one enrolled first at the head."""
    rows = await db.fetch(
        f"SELECT {_GROUPS.listed} FROM enrolled_groups ORDER BY enrolled_at, platform, chat"
    )
    return [_GROUPS.of(row) for row in rows]


async def remove(tx: Tx, platform: Platform, chat: str) -> bool:
    """Serve this group no longer; False where it was not enrolled."""
    removed = await tx.execute(
        "DELETE FROM enrolled_groups WHERE platform = ? AND chat = ?", platform, chat
    )
    return removed > 0


async def move(
    tx: Tx,
    platform: Platform,
    chat: str,
    to: str,
) -> None:
    """The platform gave the group another chat; where that is enrolled already, it stays as it
    is.
    """
    await tx.execute(
        f"INSERT INTO enrolled_groups ({_GROUPS.listed}) "
        "SELECT platform, CAST(? AS TEXT), title, team, enrolled_by, enrolled_at "
        "FROM enrolled_groups WHERE platform = ? AND chat = ? "
        "ON CONFLICT (platform, chat) DO NOTHING",
        to,
        platform,
        chat,
    )
    await remove(tx, platform, chat)
