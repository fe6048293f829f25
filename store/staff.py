"""Staff, their platform accounts, teams, invitations, and how often strangers were answered."""

import hashlib
from dataclasses import replace
from datetime import datetime

from domain.errors import Conflict, Expired, NotAllowed, NotFound
from domain.staff import (
    Identity,
    Platform,
    Role,
    Staff,
    StaffId,
)
from store.engine.columns import RecordColumns
from store.engine.database import Database, Reader, Row, Tx, count
from store.engine.pieces import BEGINNING, Outdated, Piece, PieceStart
from store.engine.rows import column

_STAFF = RecordColumns(Staff, apart=("waits",))
_IDENTITIES = RecordColumns(Identity, user="user_id")


OF_IDENTITY = (
    f"{_STAFF.listed_of('s')}, i.seen_at, i.unreachable_at, "
    "CASE WHEN EXISTS (SELECT 1 FROM untold "
    "WHERE untold.staff_id = s.id AND untold.told_at IS NULL) THEN 1 ELSE 0 END AS waits"
)
"""What `of_identity` is made of, where `s` is the table of staff and `i` that of accounts."""


async def find_by_identity(
    db: Reader, platform: Platform, user: str
) -> tuple[Staff, datetime] | None:
    """The member of staff behind an account, blocked or not, and when the account was last seen."""
    row = await db.fetch_one(
        f"SELECT {OF_IDENTITY} FROM identities i JOIN staff s ON s.id = i.staff_id "
        "WHERE i.platform = ? AND i.user_id = ?",
        platform,
        user,
    )
    return None if row is None else of_identity(row)


def of_identity(row: Row) -> tuple[Staff, datetime]:
    """Whose account it is, and when it was last seen."""
    seen: datetime = row["seen_at"]
    if row["unreachable_at"]:
        # One that writes is reachable again: seen "never" makes the caller note it.
        seen = datetime.min.replace(tzinfo=seen.tzinfo)
    person = _STAFF.of(row)
    if row["waits"]:
        person = replace(person, waits=True)
    return person, seen


async def note_seen(
    tx: Tx,
    platform: Platform,
    user: str,
    chat: str,
    now: datetime,
) -> None:
    """The account spoke: it is reachable, in this private chat."""
    await tx.execute(
        "UPDATE identities SET seen_at = ?, chat = ?, unreachable_at = NULL "
        "WHERE platform = ? AND user_id = ?",
        now,
        chat,
        platform,
        user,
    )


async def get_staff(db: Reader, staff_id: StaffId) -> Staff:
    """One member of staff; NotFound("staff")."""
    row = await db.fetch_one(f"SELECT {_STAFF.listed} FROM staff WHERE id = ?", staff_id)
    if row is None:
        raise NotFound("staff", id=staff_id)
    return _STAFF.of(row)


async def list_staff(db: Reader) -> list[Staff]:
    """Everybody, by name."""
    rows = await db.fetch(f"SELECT {_STAFF.listed} FROM staff ORDER BY name, id")
    return [_STAFF.of(row) for row in rows]


async def staff_names(db: Reader) -> dict[StaffId, str]:
    """Names by id."""
    rows = await db.fetch("SELECT id, name FROM staff")
    return {StaffId(row["id"]): row["name"] for row in rows}


async def add_staff(
    tx: Tx,
    name: str,
    role: Role,
    now: datetime,
) -> StaffId:
    """A new member of staff; Conflict("exists") where the name is taken."""
    row = await tx.fetch_one(
        "INSERT INTO staff (name, role, created_at) VALUES (?, ?, ?) RETURNING id", name, role, now
    )
    assert row is not None
    return StaffId(row["id"])


async def find_staff_by_name(db: Reader, name: str) -> Staff | None:
    """The member of staff with exactly this name."""
    row = await db.fetch_one(f"SELECT {_STAFF.listed} FROM staff WHERE name = ?", name)
    if row is None:
        return None
    return _STAFF.of(row)


async def keep_an_admin(tx: Tx) -> None:
    """Call after taking somebody's role or access; NotAllowed("last_admin") where no administrator
    would be left.
    """
    # The rows are touched, so that two who demote each other at once see each other.
    left = await tx.execute(
        "UPDATE staff SET role = role WHERE role = 'admin' AND blocked_at IS NULL"
    )
    if not left:
        raise NotAllowed("last_admin")


async def set_role(tx: Tx, staff_id: StaffId, role: Role) -> None:
    """Change what a person may do, from the next press on."""
    await tx.execute("UPDATE staff SET role = ? WHERE id = ?", role, staff_id)


async def set_language(tx: Tx, staff_id: StaffId, language: str) -> None:
    """Thai ("th") or English ("en")."""
    await tx.execute("UPDATE staff SET language = ? WHERE id = ?", language, staff_id)


async def set_email(tx: Tx, staff_id: StaffId, email: str) -> None:
    """The address that is told what reaches the person in no chat; "" = none."""
    await tx.execute("UPDATE staff SET email = ? WHERE id = ?", email, staff_id)


async def set_blocked(tx: Tx, staff_id: StaffId, blocked_at: datetime | None) -> None:
    """Take a person's access away on every platform, or give it back."""
    await tx.execute("UPDATE staff SET blocked_at = ? WHERE id = ?", blocked_at, staff_id)


async def end_sessions(tx: Tx, staff_id: StaffId, now: datetime) -> None:
    """Unlink a person's accounts; what was handed out before now is void. NotAllowed("last_admin")
    where no administrator could reach the desk any more.
    """
    await tx.execute("UPDATE staff SET sessions_ended_at = ? WHERE id = ?", now, staff_id)
    await tx.execute("DELETE FROM identities WHERE staff_id = ?", staff_id)
    await end_invitations(tx, staff_id, now)
    left = await tx.fetch_one(
        "SELECT 1 AS found FROM staff s JOIN identities i ON i.staff_id = s.id "
        "WHERE s.role = 'admin' AND s.blocked_at IS NULL LIMIT 1"
    )
    if left is None:
        raise NotAllowed("last_admin")


async def end_invitations(tx: Tx, staff_id: StaffId, now: datetime) -> None:
    """No code that was handed out for this person links an account any more."""
    await tx.execute(
        "UPDATE invitations SET expires_at = ? "
        "WHERE staff_id = ? AND used_at IS NULL AND expires_at > ?",
        now,
        staff_id,
        now,
    )


async def set_post_right(tx: Tx, staff_id: StaffId, granted_at: datetime | None) -> None:
    """Let a person post to the office's networks, or no longer."""
    await tx.execute("UPDATE staff SET post_granted_at = ? WHERE id = ?", granted_at, staff_id)


async def list_identities(db: Reader, staff_id: StaffId) -> list[Identity]:
    """A person's accounts, the one used last first."""
    rows = await db.fetch(
        f"SELECT {_IDENTITIES.listed} FROM identities WHERE staff_id = ? ORDER BY seen_at DESC",
        staff_id,
    )
    return [_IDENTITIES.of(row) for row in rows]


async def list_all_identities(db: Reader) -> dict[StaffId, list[Identity]]:
    """Everybody's accounts, each person's last used one first."""
    rows = await db.fetch(f"SELECT {_IDENTITIES.listed} FROM identities ORDER BY seen_at DESC")
    found: dict[StaffId, list[Identity]] = {}
    for row in rows:
        found.setdefault(StaffId(row["staff_id"]), []).append(_IDENTITIES.of(row))
    return found


async def list_conversations(db: Reader) -> list[str]:
    """Where staff speak, each by its platform and chat: privately, and in groups."""
    rows = await db.fetch(
        "SELECT platform || ':' || chat AS conversation FROM identities "
        "UNION SELECT platform || ':' || chat FROM enrolled_groups"
    )
    return column(rows, "conversation")


async def mark_unreachable(
    tx: Tx,
    platform: Platform,
    chat: str,
    now: datetime,
) -> None:
    """The platform says that this account no longer takes our messages."""
    await tx.execute(
        "UPDATE identities SET unreachable_at = ? WHERE platform = ? AND chat = ?",
        now,
        platform,
        chat,
    )


async def link_identity(tx: Tx, identity: Identity, now: datetime) -> None:
    """Give a person a further account; Conflict("exists") where the account is somebody's
    already.
    """
    await tx.execute(
        "INSERT INTO identities (platform, user_id, chat, staff_id, linked_at, seen_at) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        identity.platform,
        identity.user,
        identity.chat,
        identity.staff_id,
        now,
        now,
    )


# Teams.


async def add_team(tx: Tx, name: str, members: list[StaffId]) -> int:
    """A new team; Conflict("exists") where the name is taken."""
    row = await tx.fetch_one("INSERT INTO teams (name) VALUES (?) RETURNING id", name)
    assert row is not None
    await tx.execute_many(
        "INSERT INTO team_members (team_id, staff_id) VALUES (?, ?)",
        [(row["id"], member) for member in members],
    )
    return int(row["id"])


async def set_team_member(
    tx: Tx,
    team: str,
    staff_id: StaffId,
    *,
    member: bool,
) -> None:
    """Put a person into the team with this name, or take them out; nothing where it is so
    already.
    """
    if member:
        await tx.execute(
            "INSERT INTO team_members (team_id, staff_id) "
            "SELECT id, CAST(? AS BIGINT) FROM teams WHERE name = ? "
            "ON CONFLICT (team_id, staff_id) DO NOTHING",
            staff_id,
            team,
        )
    else:
        await tx.execute(
            "DELETE FROM team_members "
            "WHERE staff_id = ? AND team_id IN (SELECT id FROM teams WHERE name = ?)",
            staff_id,
            team,
        )


async def remove_team(tx: Tx, team: str) -> None:
    """Dissolve a team; its people stay."""
    await tx.execute(
        "DELETE FROM team_members WHERE team_id IN (SELECT id FROM teams WHERE name = ?)", team
    )
    await tx.execute("DELETE FROM teams WHERE name = ?", team)


async def list_teams(db: Reader) -> dict[str, list[StaffId]]:
    """Members by the team's name."""
    rows = await db.fetch(
        "SELECT t.name, m.staff_id FROM teams t LEFT JOIN team_members m ON m.team_id = t.id "
        "ORDER BY t.name, m.staff_id"
    )
    teams: dict[str, list[StaffId]] = {}
    for row in rows:
        members = teams.setdefault(row["name"], [])
        if row["staff_id"] is not None:
            members.append(StaffId(row["staff_id"]))
    return teams


# Invitations: only a hash is kept, so that a copy of the database lets nobody in.


def _hash(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()


async def add_invitation(
    tx: Tx,
    code: str,
    staff_id: StaffId,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Remember a one-time code for this person."""
    await tx.execute(
        "INSERT INTO invitations (code_hash, staff_id, created_at, expires_at) VALUES (?, ?, ?, ?)",
        _hash(code),
        staff_id,
        now,
        expires_at,
    )


async def find_invitation(db: Reader, code: str, now: datetime) -> Staff:
    """Whom the code invites; NotFound("invitation") or Expired("invitation") when used or too
    old.
    """
    row = await db.fetch_one(
        f"SELECT {_STAFF.listed_of('s')}, "
        "v.expires_at, v.used_at FROM invitations v JOIN staff s ON s.id = v.staff_id "
        "WHERE v.code_hash = ?",
        _hash(code),
    )
    if row is None:
        raise NotFound("invitation")
    if row["used_at"] is not None or row["expires_at"] <= now:
        raise Expired("invitation")
    return _STAFF.of(row)


async def use_invitation(tx: Tx, code: str, now: datetime) -> None:
    """Use the code up; Conflict("invitation") where somebody was quicker."""
    used = await tx.execute(
        "UPDATE invitations SET used_at = ? WHERE code_hash = ? AND used_at IS NULL",
        now,
        _hash(code),
    )
    if not used:
        raise Conflict("invitation")


# Strangers.


async def seen_by_now(tx: Tx, now: datetime) -> None:
    """Nobody was seen, or answered as a stranger, later than now."""
    await tx.execute("UPDATE identities SET seen_at = ? WHERE seen_at > ?", now, now)
    await tx.execute("UPDATE access_requests SET created_at = ? WHERE created_at > ?", now, now)
    await tx.execute("UPDATE stranger_answers SET answered_at = ? WHERE answered_at > ?", now, now)


async def count_stranger_answers(
    db: Reader,
    platform: Platform,
    user: str,
    since: datetime,
) -> int:
    """How often this account was answered since then."""
    return await count(
        db,
        "SELECT count(*) AS n FROM stranger_answers "
        "WHERE platform = ? AND user_id = ? AND answered_at >= ?",
        platform,
        user,
        since,
    )


async def count_answers_to_all(db: Reader, since: datetime) -> int:
    """How often strangers were answered since then."""
    return await count(
        db, "SELECT count(*) AS n FROM stranger_answers WHERE answered_at >= ?", since
    )


async def note_stranger_answer(
    tx: Tx,
    platform: Platform,
    user: str,
    now: datetime,
) -> None:
    """One more answer was given to a stranger."""
    await tx.execute(
        "INSERT INTO stranger_answers (platform, user_id, answered_at) VALUES (?, ?, ?)",
        platform,
        user,
        now,
    )


_NO_LIMIT = Outdated("stranger_answers", "answered_at", "answered_at < ?", "answered_at")


async def forget_stranger_answers(
    db: Database, before: datetime, after: PieceStart = BEGINNING
) -> Piece:
    """Drop the counts of answers that no longer limit anybody."""
    return await _NO_LIMIT.drop(db, before)
