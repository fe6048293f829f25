"""Publications with their posts: logged, corrected, found again by link or text, and counted."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta

from domain.errors import Conflict, NotFound
from domain.publicity.fields import NEWS, PUBLICATION
from domain.publicity.networks import Network
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
from domain.publicity.reading import SAME_TEXT_DAYS, SUBJECT, News, text_key
from domain.publicity.summary import Counted
from domain.staff import StaffId
from domain.tickets.records import SEPARATOR, Change, DataUse
from store.engine.columns import RecordColumns
from store.engine.database import (
    Database,
    Reader,
    Row,
    Tx,
    is_one_of,
    marks,
)
from store.records import changes
from store.records.counters import reserve
from store.tickets.records import COUNTS

_POST = RecordColumns(Post)
_BESIDE = ("picture", "recorded_at", "recorded_by", "version", "released_by")
"""Columns of a publication that are no fields, each called as its attribute."""
_PUBLICATION = ", ".join(("id", *NEWS.columns, *PUBLICATION.columns, *_BESIDE))
# Said with the value and not as a parameter, without which no index of some rows is used.
_TO_SEND = "state IN ('waiting', 'sending', 'unclear')"
_PUBLICITY = f"subject = '{SUBJECT}'"
MOST_OF_A_DAY = 40
"""Publications of a day among which the same post is looked for."""
_DEAD = (PostState.MISTAKE, PostState.CANCELLED)
"""States of posts that never went out, or never should have."""


async def reserve_no(db: Database) -> PublicationNo:
    """The next free number."""
    return publication_no(await reserve(db, "publication"))


def _publication(row: Row, posts: Iterable[Post]) -> Publication:
    return Publication(
        no=PublicationNo(row["id"]),
        news=News(**NEWS.loaded(row)),
        recorded_at=row["recorded_at"],
        recorded_by=row["recorded_by"],
        picture=row["picture"],
        version=int(row["version"]),
        posts={post.network: post for post in posts},
        released_by=row["released_by"],
        **PUBLICATION.loaded(row),
    )


def _columns(publication: Publication) -> dict[str, object]:
    """The columns that a correction may change."""
    news = publication.news
    return {
        **NEWS.stored(news),
        **PUBLICATION.stored(publication),
        "text_key": text_key(news.text),
        "picture": publication.picture,
        "released_by": publication.released_by,
    }


def _parts(projects: str) -> tuple[str, ...]:
    return tuple(filter(None, projects.split(SEPARATOR)))


async def find(db: Reader, no: str) -> Publication | None:
    """One publication with its posts."""
    found = await _list(db, "id = ?", no)
    return found[0] if found else None


async def get(db: Reader, no: str) -> Publication:
    """One publication with its posts; NotFound("publication")."""
    found = await find(db, no)
    if found is None:
        raise NotFound("publication", no=no)
    return found


async def find_by_link(db: Reader, link_key: str) -> Publication | None:
    """The publication that this link was logged for, or whose post on Facebook has this number."""
    number = link_key.removeprefix("facebook:")
    behind_page = "-"  # none
    if number.isascii() and number.isdigit():
        # Facebook names a post by the page's number and its own.
        behind_page = f"_{number}"
    row = await db.fetch_one(
        "SELECT publication FROM posts WHERE link_key <> '' AND link_key = ? UNION ALL "
        "SELECT publication FROM posts "
        "WHERE link_key <> '' AND ltrim(external_id, '0123456789') = ?",
        link_key,
        behind_page,
    )
    if row is None:
        return None
    return await find(db, row["publication"])


async def find_by_ticket(db: Reader, ticket_no: str) -> Publication | None:
    """The publication of which a ticket is a post."""
    row = await db.fetch_one(
        "SELECT publication FROM posts WHERE ticket_no = ? AND ticket_no <> ''", ticket_no
    )
    if row is None:
        return None
    return await find(db, row["publication"])


async def is_picture(db: Reader, file_id: str) -> bool:
    """Whether this file is the picture of a post."""
    row = await db.fetch_one(
        "SELECT 1 AS one FROM publications WHERE picture = ? AND picture <> '' LIMIT 1", file_id
    )
    return row is not None


async def find_same_text(db: Reader, text: str, on: date) -> Publication | None:
    """The latest publication that says the same, within some days of `on`; those that never went
    out aside.
    """
    key = text_key(text)
    if not key:
        return None
    days = timedelta(days=SAME_TEXT_DAYS)
    # More than one: the latest may never have gone out.
    found = await _list(
        db,
        "text_key = ? AND text_key <> '' AND published_on >= ? AND published_on <= ? "
        "ORDER BY published_on DESC, recorded_at DESC LIMIT 5",
        key,
        on - days,
        on + days,
    )
    for publication in found:
        posts = publication.posts.values()
        if any(post.state not in _DEAD for post in posts):
            return publication
    return None


async def list_of_day(db: Reader, on: date, network: Network) -> list[Publication]:
    """The publications of a day with a post on this network, the newest first."""
    return await _list(
        db,
        "published_on = ? AND id IN (SELECT publication FROM posts WHERE network = ?) "
        f"ORDER BY recorded_at DESC, id DESC LIMIT {MOST_OF_A_DAY}",
        on,
        network,
    )


async def find_joined(db: Reader, no: str, network: Network) -> Publication | None:
    """The publication whose post on this network counts as that of publication `no`."""
    found = await _list(
        db,
        "id IN (SELECT publication FROM posts WHERE joined_to = ? AND network = ?)",
        no,
        network,
    )
    return found[0] if found else None


async def list_recent(db: Reader, limit: int, offset: int = 0) -> list[Publication]:
    """The newest first."""
    order = "ORDER BY published_on DESC, recorded_at DESC, id DESC"
    return await _list(db, f"1 = 1 {order} LIMIT {int(limit)} OFFSET {int(offset)}")


async def _list(db: Reader, where: str, *params: object) -> list[Publication]:
    rows = await db.fetch(f"SELECT {_PUBLICATION} FROM publications WHERE {where}", *params)
    if not rows:
        return []
    found = await db.fetch(
        f"SELECT publication, {_POST.listed} FROM posts "
        f"WHERE {is_one_of('publication', rows)} ORDER BY network",
        *(row["id"] for row in rows),
    )
    posts: dict[str, list[Post]] = {}
    for row in found:
        posts.setdefault(row["publication"], []).append(_POST.of(row))
    return [_publication(row, posts.get(row["id"], ())) for row in rows]


async def add(tx: Tx, publication: Publication) -> None:
    """A new one; Conflict("post_logged") where one of its links was logged before."""
    columns = {
        "id": publication.no,
        **_columns(publication),
        "recorded_at": publication.recorded_at,
        "recorded_by": publication.recorded_by,
        "version": publication.version,
    }
    await tx.execute(
        f"INSERT INTO publications ({', '.join(columns)}) VALUES ({marks(columns)})",
        *columns.values(),
    )
    for post in publication.posts.values():
        await _put_post(tx, publication.no, post)
    first = Change(
        at=publication.recorded_at,
        by=publication.recorded_by,
        field="networks",
        old="",
        new=_networks(publication),
        version=1,
    )
    await changes.add(tx, publication.no, [first])


async def update(
    tx: Tx,
    old: Publication,
    new: Publication,
    by: StaffId | None,
    now: datetime,
) -> None:
    """Save changes to one read at `old.version`; Conflict("changed") where it has moved on,
    "post_logged" as in add.
    """
    columns = _columns(new)
    assignments = ", ".join(f"{name} = ?" for name in columns)
    touched = await tx.execute(
        f"UPDATE publications SET {assignments}, version = version + 1 "
        "WHERE id = ? AND version = ?",
        *columns.values(),
        old.no,
        old.version,
    )
    if not touched:
        raise Conflict("changed", record=old.no)
    for network, post in new.posts.items():
        if post != old.posts.get(network):
            await _put_post(tx, new.no, post)
    version = old.version + 1
    lines = [Change(now, by, *each, version) for each in _differences(old, new)]
    await changes.add(tx, old.no, lines)


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
    # The only unique thing that another publication may have is the link.
    try:
        await tx.execute(
            f"INSERT INTO posts (publication, {_POST.listed}) VALUES (?, {marks(_POST.names)}) "
            f"ON CONFLICT (publication, network) DO UPDATE SET {_POST.replaced('network')}",
            no,
            *_POST.values(post),
        )
    except Conflict as conflict:
        raise Conflict("post_logged") from conflict


def _networks(publication: Publication) -> str:
    return ",".join(publication.posts)


def _differences(old: Publication, new: Publication) -> list[tuple[str, str, str]]:
    """Field, from, to: as the list of changes keeps them."""
    of_news = NEWS.differences(old.news, new.news)
    of_table = {**of_news, **PUBLICATION.differences(old, new)}
    fields = [(field, *values) for field, values in of_table.items()]
    fields.append(("networks", _networks(old), _networks(new)))
    for network, post in new.posts.items():
        was = old.posts.get(network)
        if was is None:
            # That it is new stands in the networks already.
            fields.append((f"link_{network}", "", post.link))
        else:
            fields.append((f"link_{network}", was.link, post.link))
            fields.append((f"state_{network}", was.state, post.state))
    return [(field, was, now) for field, was, now in fields if was != now]


# Posting.


async def list_to_post(db: Reader, now: datetime) -> list[tuple[PublicationNo, Network]]:
    """Posts whose time has come, and those whose call was cut off, oldest first."""
    rows = await db.fetch(
        f"SELECT publication, network FROM posts WHERE {_TO_SEND} "
        "AND post_at <= ? ORDER BY post_at, publication, network",
        now,
    )
    return [_named_post(row) for row in rows]


async def look_now(tx: Tx, now: datetime) -> None:
    """What was tried already and is to be tried again, or looked for, is so now; what waits for its
    time is left alone.
    """
    await tx.execute(
        f"UPDATE posts SET post_at = ?, first_try_at = ? WHERE {_TO_SEND} AND first_try_at > ?",
        now,
        now,
        now,
    )


def _named_post(row: Row) -> tuple[PublicationNo, Network]:
    return PublicationNo(row["publication"]), Network(row["network"])


def _values(states: Iterable[PostState]) -> list[str]:
    return [state.value for state in states]


async def list_released_by(db: Reader, staff_id: StaffId) -> list[Publication]:
    """Those that wait for their time on this person's word."""
    return await _list(
        db,
        "COALESCE(released_by, recorded_by) = ? "
        f"AND id IN (SELECT publication FROM posts WHERE {_TO_SEND} AND state = ?) ORDER BY id",
        staff_id,
        PostState.WAITING.value,
    )


async def list_proposed(db: Reader) -> list[Publication]:
    """Those that wait for a second person's word, the oldest first."""
    proposed = f"SELECT publication FROM posts WHERE state = '{PostState.PROPOSED}'"
    return await _list(db, f"id IN ({proposed}) ORDER BY recorded_at, id")


async def begin_sending(
    tx: Tx,
    no: str,
    network: Network,
    now: datetime,
) -> bool:
    """Committed before the call: whoever finds it so later knows that it may have been taken. False
    = no longer due.
    """
    touched = await tx.execute(
        "UPDATE posts SET state = ?, attempts = attempts + 1, "
        "first_try_at = COALESCE(first_try_at, ?) "
        f"WHERE publication = ? AND network = ? AND {is_one_of('state', TO_SEND)}",
        PostState.SENDING.value,
        now,
        no,
        network.value,
        *_values(TO_SEND),
    )
    if touched:
        # Whoever decided on what stood there before must look again.
        await tx.execute("UPDATE publications SET version = version + 1 WHERE id = ?", no)
    return touched == 1


async def list_to_measure(db: Reader, now: datetime) -> list[tuple[PublicationNo, Network]]:
    """Posts whose reach is to be asked for now."""
    rows = await db.fetch(
        "SELECT publication, network FROM posts "
        "WHERE reach_at IS NOT NULL AND reach_at <= ? ORDER BY reach_at",
        now,
    )
    return [_named_post(row) for row in rows]


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
        "UPDATE posts SET delivered = COALESCE(?, delivered), opened = COALESCE(?, opened), "
        "reached_at = ?, reach_at = ? WHERE publication = ? AND network = ?",
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
    rows = await db.fetch(
        "SELECT t.no, t.channel, t.projects, t.created_at, "
        "p.delivered, p.opened, p.publication, p.state "
        "FROM tickets t LEFT JOIN posts p ON p.ticket_no = t.no AND p.ticket_no <> '' "
        f"WHERE t.{_PUBLICITY} AND t.{COUNTS} AND t.created_at >= ? AND t.created_at < ? "
        f"AND (p.state IS NULL OR {is_one_of('p.state', WENT_OUT)}) "
        "ORDER BY t.created_at, t.no, p.publication",
        since,
        until,
        *_values(WENT_OUT),
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
        _parts(row["projects"]),
        row["created_at"],
        row["delivered"],
        row["opened"],
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
    rows = await db.fetch(
        "SELECT DISTINCT d.project, d.from_on, d.to_on "
        "FROM ticket_data d JOIN tickets t ON t.no = d.ticket_no "
        "LEFT JOIN posts p ON p.ticket_no = t.no AND p.ticket_no <> '' "
        f"WHERE t.{_PUBLICITY} AND t.{COUNTS} AND d.project IN ({marks(projects)}) "
        f"AND (p.state IS NULL OR {is_one_of('p.state', STANDING)})",
        *projects,
        *_values(STANDING),
    )
    return [DataUse(row["project"], row["from_on"], row["to_on"]) for row in rows]
