"""Publications with their posts: logged, corrected, found again by link or text, and counted."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta

from domain.errors import Conflict, NotFound
from domain.publicity.publications import (
    STANDING,
    TO_SEND,
    WENT_OUT,
    Post,
    PostState,
    Publication,
    PublicationNo,
    publication_no,
)
from domain.publicity.reading import SAME_TEXT_DAYS, SUBJECT, Network, News, text_key
from domain.publicity.summary import Counted
from domain.staff import StaffId
from domain.tickets.records import SEPARATOR, Change, DataUse
from store.engine.database import Database, Reader, Row, Tx
from store.records import changes
from store.records.counters import reserve
from store.tickets.records import COUNTS

_POST = tuple(field.name for field in fields(Post))
_PUBLICATION = "id, text, projects, data_years, published_on, picture, recorded_at, recorded_by, version, released_by"


async def reserve_no(db: Database) -> PublicationNo:
    """The next free number."""
    return publication_no(await reserve(db, "publication"))


def _post(row: Row) -> Post:
    values = {name: row[name] for name in _POST}
    for name in ("attempts", "delivered", "opened"):
        values[name] = None if values[name] is None else int(values[name])
    return Post(**{**values, "network": Network(row["network"]), "state": PostState(row["state"])})


def _publication(row: Row, posts: Iterable[Post]) -> Publication:
    projects = tuple(filter(None, row["projects"].split(SEPARATOR)))
    return Publication(
        no=PublicationNo(row["id"]),
        news=News(row["text"], projects, row["data_years"]),
        published_on=row["published_on"],
        recorded_at=row["recorded_at"],
        recorded_by=None if row["recorded_by"] is None else StaffId(row["recorded_by"]),
        picture=row["picture"],
        version=int(row["version"]),
        posts={post.network: post for post in posts},
        released_by=None if row["released_by"] is None else StaffId(row["released_by"]),
    )


async def find(db: Reader, no: str) -> Publication | None:
    """One publication with its posts."""
    return next(iter(await _list(db, "id = ?", no)), None)


async def get(db: Reader, no: str) -> Publication:
    """One publication with its posts; NotFound("publication")."""
    found = await find(db, no)
    if found is None:
        raise NotFound("publication", no=no)
    return found


async def find_by_link(db: Reader, link_key: str) -> Publication | None:
    """The publication that this link was logged for, or whose post on Facebook has this number."""
    number = link_key.removeprefix("facebook:")
    row = await db.fetch_one(
        "SELECT publication FROM posts WHERE link_key <> '' AND (link_key = ? OR external_id LIKE ? ESCAPE '!')",
        link_key,
        f"%!_{number}" if number.isascii() and number.isdigit() else "-",
    )
    return await find(db, row["publication"]) if row else None


async def find_by_ticket(db: Reader, ticket_no: str) -> Publication | None:
    """The publication of which a ticket is a post."""
    row = await db.fetch_one(
        "SELECT publication FROM posts WHERE ticket_no = ? AND ticket_no <> ''", ticket_no
    )
    return await find(db, row["publication"]) if row else None


async def is_picture(db: Reader, file_id: str) -> bool:
    """Whether this file is the picture of a post."""
    return (
        await db.fetch_one("SELECT 1 AS one FROM publications WHERE picture = ? LIMIT 1", file_id)
        is not None
    )


async def find_same_text(db: Reader, text: str, on: date) -> Publication | None:
    """The latest publication that says the same, within some days of `on`; those that never went
    out aside.
    """
    key = text_key(text)
    if not key:
        return None
    days = timedelta(days=SAME_TEXT_DAYS)
    found = await _list(
        db,
        "text_key = ? AND text_key <> '' AND published_on >= ? AND published_on <= ? "
        "ORDER BY published_on DESC, recorded_at DESC LIMIT 5",
        key,
        on - days,
        on + days,
    )
    dead = (PostState.MISTAKE, PostState.CANCELLED)
    live = [one for one in found if any(post.state not in dead for post in one.posts.values())]
    return next(iter(live), None)


async def list_recent(db: Reader, limit: int, offset: int = 0) -> list[Publication]:
    """The newest first."""
    order = f"ORDER BY published_on DESC, recorded_at DESC, id DESC LIMIT {int(limit)} OFFSET {int(offset)}"
    return await _list(db, f"1 = 1 {order}")


async def _list(db: Reader, where: str, *params: object) -> list[Publication]:
    rows = await db.fetch(f"SELECT {_PUBLICATION} FROM publications WHERE {where}", *params)
    if not rows:
        return []
    marks = ", ".join("?" for _row in rows)
    found = await db.fetch(
        f"SELECT publication, {', '.join(_POST)} FROM posts WHERE publication IN ({marks}) ORDER BY network",
        *(row["id"] for row in rows),
    )
    posts: dict[str, list[Post]] = {}
    for row in found:
        posts.setdefault(row["publication"], []).append(_post(row))
    return [_publication(row, posts.get(row["id"], ())) for row in rows]


async def add(tx: Tx, publication: Publication) -> None:
    """A new one; Conflict("post_logged") where one of its links was logged before."""
    news = publication.news
    await tx.execute(
        f"INSERT INTO publications ({_PUBLICATION}, text_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        publication.no,
        news.text,
        SEPARATOR.join(news.projects),
        news.data_years,
        publication.published_on,
        publication.picture,
        publication.recorded_at,
        publication.recorded_by,
        publication.version,
        publication.released_by,
        text_key(news.text),
    )
    for post in publication.posts.values():
        await _put_post(tx, publication.no, post)
    first = Change(
        publication.recorded_at, publication.recorded_by, "networks", "", _networks(publication), 1
    )
    await changes.add(tx, publication.no, [first])


async def update(
    tx: Tx, old: Publication, new: Publication, by: StaffId | None, now: datetime
) -> None:
    """Save changes to one read at `old.version`; Conflict("changed") where it has moved on,
    "post_logged" as in add.
    """
    news = new.news
    touched = await tx.execute(
        "UPDATE publications SET text = ?, text_key = ?, projects = ?, data_years = ?, published_on = ?, picture = ?, "
        "released_by = ?, version = version + 1 WHERE id = ? AND version = ?",
        news.text,
        text_key(news.text),
        SEPARATOR.join(news.projects),
        news.data_years,
        new.published_on,
        new.picture,
        new.released_by,
        old.no,
        old.version,
    )
    if not touched:
        raise Conflict("changed", record=old.no)
    for network, post in new.posts.items():
        if post != old.posts.get(network):
            await _put_post(tx, new.no, post)
    version = old.version + 1
    await changes.add(
        tx, old.no, [Change(now, by, *each, version) for each in _differences(old, new)]
    )


async def list_texts_after(db: Reader, no: str, limit: int) -> list[tuple[str, str, str]]:
    """Number, text and key of the next publications in the order of their numbers."""
    rows = await db.fetch(
        f"SELECT id, text, text_key FROM publications WHERE id > ? ORDER BY id LIMIT {int(limit)}",
        no,
    )
    return [(row["id"], row["text"], row["text_key"]) for row in rows]


async def write_text_keys(tx: Tx, texts: Sequence[tuple[str, str]]) -> None:
    """The keys by which the same text is known, of these numbers with their texts."""
    await tx.execute_many(
        "UPDATE publications SET text_key = ? WHERE id = ?",
        [(text_key(text), no) for no, text in texts],
    )


async def _put_post(tx: Tx, no: PublicationNo, post: Post) -> None:
    marks = ", ".join("?" for _name in _POST)
    kept = ", ".join(f"{name} = excluded.{name}" for name in _POST if name != "network")
    values = [_plain(getattr(post, name)) for name in _POST]
    try:
        await tx.execute(
            f"INSERT INTO posts (publication, {', '.join(_POST)}) VALUES (?, {marks}) "
            f"ON CONFLICT (publication, network) DO UPDATE SET {kept}",
            no,
            *values,
        )
    except Conflict as conflict:
        raise Conflict("post_logged") from conflict


def _plain(value: object) -> object:
    return value.value if isinstance(value, Network | PostState) else value


def _networks(publication: Publication) -> str:
    return ",".join(publication.posts)


def _differences(old: Publication, new: Publication) -> list[tuple[str, str, str]]:
    """Field, from, to: as the list of changes keeps them."""
    before, after = old.news, new.news
    found = [
        ("text", before.text, after.text),
        ("projects", SEPARATOR.join(before.projects), SEPARATOR.join(after.projects)),
        ("data_years", before.data_years, after.data_years),
        ("published_on", old.published_on.isoformat(), new.published_on.isoformat()),
        ("networks", _networks(old), _networks(new)),
    ]
    for network, post in new.posts.items():
        was = old.posts.get(network)
        found.append((f"link_{network}", was.link if was else "", post.link))
        found.append((f"state_{network}", was.state if was else "", post.state if was else ""))
    return [each for each in found if each[1] != each[2]]


# Posting.


async def list_to_post(db: Reader, now: datetime) -> list[tuple[PublicationNo, Network]]:
    """Posts whose time has come, and those whose call was cut off, oldest first."""
    marks = ", ".join("?" for _state in TO_SEND)
    rows = await db.fetch(
        f"SELECT publication, network FROM posts WHERE state IN ({marks}) AND post_at <= ? "
        "ORDER BY post_at, publication, network",
        *(state.value for state in TO_SEND),
        now,
    )
    return [(PublicationNo(row["publication"]), Network(row["network"])) for row in rows]


async def list_released_by(db: Reader, staff_id: StaffId) -> list[Publication]:
    """Those that wait for their time on this person's word."""
    return await _list(
        db,
        "COALESCE(released_by, recorded_by) = ? AND id IN (SELECT publication FROM posts WHERE state = ?) ORDER BY id",
        staff_id,
        PostState.WAITING.value,
    )


async def list_proposed(db: Reader) -> list[Publication]:
    """Those that wait for a second person's word, the oldest first."""
    where = "id IN (SELECT publication FROM posts WHERE state = ?) ORDER BY recorded_at, id"
    return await _list(db, where, PostState.PROPOSED.value)


async def begin_sending(tx: Tx, no: str, network: Network, now: datetime) -> bool:
    """Committed before the call: whoever finds it so later knows that it may have been taken. False
    = no longer due.
    """
    marks = ", ".join("?" for _state in TO_SEND)
    touched = await tx.execute(
        "UPDATE posts SET state = ?, attempts = attempts + 1, first_try_at = COALESCE(first_try_at, ?) "
        f"WHERE publication = ? AND network = ? AND state IN ({marks})",
        PostState.SENDING.value,
        now,
        no,
        network.value,
        *(state.value for state in TO_SEND),
    )
    if touched:
        # Whoever decided on what stood there before must look again.
        await tx.execute("UPDATE publications SET version = version + 1 WHERE id = ?", no)
    return touched == 1


async def list_to_measure(db: Reader, now: datetime) -> list[tuple[PublicationNo, Network]]:
    """Posts whose reach is to be asked for now."""
    rows = await db.fetch(
        "SELECT publication, network FROM posts WHERE reach_at IS NOT NULL AND reach_at <= ? ORDER BY reach_at",
        now,
    )
    return [(PublicationNo(row["publication"]), Network(row["network"])) for row in rows]


async def note_reach(
    tx: Tx,
    no: str,
    network: Network,
    reach: tuple[int | None, int | None],
    now: datetime,
    again_at: datetime | None,
) -> None:
    """What the network says of delivered and opened; None keeps what it said before."""
    await tx.execute(
        "UPDATE posts SET delivered = COALESCE(?, delivered), opened = COALESCE(?, opened), reached_at = ?, "
        "reach_at = ? WHERE publication = ? AND network = ?",
        *reach,
        now,
        again_at,
        no,
        network.value,
    )


# Counting.


async def list_counted(db: Reader, since: datetime, until: datetime) -> list[Counted]:
    """Every publicity ticket from `since` on, before `until`, oldest first, each once; those logged
    by mistake aside.

    Tickets of before, and those opened as any other ticket, count as well (DOMAIN.md section 9). A
    ticket that two posts share (the same link came in by two ways) is removed only where both are.
    """
    marks = ", ".join("?" for _state in WENT_OUT)
    rows = await db.fetch(
        "SELECT t.no, t.channel, t.projects, t.created_at, p.delivered, p.opened, p.publication, p.state "
        "FROM tickets t LEFT JOIN posts p ON p.ticket_no = t.no AND p.ticket_no <> '' "
        f"WHERE t.subject = ? AND t.{COUNTS} AND t.created_at >= ? AND t.created_at < ? "
        f"AND (p.state IS NULL OR p.state IN ({marks})) ORDER BY t.created_at, t.no, p.publication",
        SUBJECT,
        since,
        until,
        *(state.value for state in WENT_OUT),
    )
    counted: dict[str, Counted] = {}
    for row in rows:
        one = _counted(row)
        counted[row["no"]] = max(counted.get(row["no"], one), one, key=_weight)
    return list(counted.values())


def _weight(one: Counted) -> tuple[bool, bool]:
    """Of two posts with one ticket that which stands counts, and of those the one whose reach is
    known.
    """
    return not one.removed, one.delivered is not None or one.opened is not None


def _counted(row: Row) -> Counted:
    return Counted(
        row["channel"],
        tuple(filter(None, row["projects"].split(SEPARATOR))),
        row["created_at"],
        None if row["delivered"] is None else int(row["delivered"]),
        None if row["opened"] is None else int(row["opened"]),
        row["publication"] or "",
        hidden=row["state"] == PostState.HIDDEN,
        removed=row["state"] == PostState.REMOVED,
    )


async def list_publicised(db: Reader, projects: Collection[str]) -> list[DataUse]:
    """The data of these projects that publicity tickets are about; what was removed or logged by
    mistake aside.
    """
    if not projects:
        return []
    marks = ", ".join("?" for _project in projects)
    standing = ", ".join("?" for _state in STANDING)
    rows = await db.fetch(
        "SELECT DISTINCT d.project, d.from_on, d.to_on FROM ticket_data d JOIN tickets t ON t.no = d.ticket_no "
        "LEFT JOIN posts p ON p.ticket_no = t.no AND p.ticket_no <> '' "
        f"WHERE t.subject = ? AND t.{COUNTS} AND d.project IN ({marks}) "
        f"AND (p.state IS NULL OR p.state IN ({standing}))",
        SUBJECT,
        *projects,
        *(state.value for state in STANDING),
    )
    return [DataUse(row["project"], row["from_on"], row["to_on"]) for row in rows]
