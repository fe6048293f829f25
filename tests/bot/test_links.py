"""Signed links to files: what the desk signed, for as long as it said, and nothing else of the
disk.
"""

import base64
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from bot.files.file_store import FileStore
from bot.files.links import LIFETIME, Links
from bot.web.app import make_app
from domain.errors import Expired, NotFound
from domain.staff import Identity, Platform, Role, StaffId
from handlers.desk import Desk
from store import files, staff
from store.blobs import Blobs
from store.engine.database import Database
from store.files import File
from tests.bot.conftest import running
from tests.fakes.office import OFFICE, open_new

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
NOK = StaffId(1)
ID = "0123456789abcdef0123456789abcdef"
NAME = 'แบบ"ฟอร์ม;.pdf'
CONTENT = b"%PDF-1.7 hello"


class Clock:
    """Moved by a test."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def links(clock: Clock) -> Links:
    return Links("https://desk.example/bot/", "secret", clock)


def token(links: Links) -> str:
    return links.url(ID, NOK).rpartition("/")[2]


def test_a_link_names_the_file_until_its_time_is_over(links: Links, clock: Clock) -> None:
    assert links.url(ID, NOK).startswith(f"https://desk.example/bot/files/{ID}.")
    made = token(links)
    assert re.fullmatch(r"[A-Za-z0-9._-]+", made)
    assert links.read(made) == (ID, NOK, NOW)
    clock.now += LIFETIME - timedelta(seconds=1)
    assert links.read(made).file_id == ID
    clock.now += timedelta(seconds=1)
    with pytest.raises(Expired):
        links.read(made)


def test_a_link_of_another_desk_or_use_is_none(links: Links, clock: Clock) -> None:
    with pytest.raises(NotFound):
        Links("https://desk.example", "other", clock).read(token(links))


def tampered(made: str) -> list[str]:
    file_id, reader, expires, signature = made.split(".")
    other = "f" * 32
    return [
        "",
        "..",
        "....//....//etc/passwd",
        f"{other}.{reader}.{expires}.{signature}",
        f"{file_id}.{reader}.{int(expires) + 1}.{signature}",
        f"{file_id}.{reader}.0{expires}.{signature}",
        f"{file_id}.{reader}.{expires}.{signature[:-1]}",
        f"{file_id}.{reader}.{expires}.{signature}=",
        f"{file_id}.{reader}.{expires}.{'A' * 43}",
        f"{file_id}.{reader}.{expires}",
        f"{file_id}.{expires}.{signature}",
        f"{file_id}.{int(reader) + 1}.{expires}.{signature}",
        f"{file_id}.99999999999999999999.{signature}",
        f"{file_id.upper()}.{reader}.{expires}.{signature}",
        f"{file_id}.{reader}.{expires}.{signature}\n",
        f"{file_id}.٣.{signature}",
        made.replace(".", "/"),
        base64.b64encode(made.encode()).decode(),
    ]


def test_nothing_else_is_a_link(links: Links) -> None:
    for other in tampered(token(links)):
        with pytest.raises(NotFound):
            links.read(other)


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    db = await open_new(tmp_path / "desk.db")
    yield db
    await db.close()


@pytest.fixture
async def client(
    db: Database, tmp_path: Path, links: Links, clock: Clock
) -> AsyncIterator[httpx.AsyncClient]:
    blobs = Blobs(tmp_path)
    desk = Desk(db, OFFICE, clock, FileStore(db, {}, blobs))
    app = make_app(running(desk), links=links)

    async def chunks() -> AsyncIterator[bytes]:
        yield CONTENT

    part = await blobs.receive(chunks())
    await blobs.keep(part)
    name = NAME
    file = File(ID, "R2611000001", name, "application/pdf", part.size, part.sha256, NOW, None)
    await db.write(lambda tx: files.add(tx, file))
    await db.write(lambda tx: staff.add_staff(tx, "นก", Role.OFFICER, NOW))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as made:
        yield made


async def test_the_file_is_saved_and_never_run(client: httpx.AsyncClient, links: Links) -> None:
    answer = await client.get(f"/files/{token(links)}")
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == f"attachment; filename*=utf-8''{quote(NAME)}"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["cache-control"] == "private, no-store"


async def test_part_of_the_file_may_be_asked_for(client: httpx.AsyncClient, links: Links) -> None:
    answer = await client.get(f"/files/{token(links)}", headers={"Range": "bytes=0-3"})
    assert (answer.status_code, answer.content) == (206, b"%PDF")


async def test_what_is_no_link_is_not_found(
    client: httpx.AsyncClient, links: Links, tmp_path: Path
) -> None:
    (tmp_path / "secret.key").write_text("key")
    for other in [
        *tampered(token(links)),
        "../secret.key",
        "%2e%2e%2fsecret.key",
        "..%5csecret.key",
        "%00",
    ]:
        answer = await client.get(f"/files/{quote(other) if '%' not in other else other}")
        assert answer.status_code == 404, other
        assert "key" not in answer.text
    assert (await client.post(f"/files/{token(links)}")).status_code == 405


async def test_an_expired_link_says_so_and_a_removed_file_is_gone(
    client: httpx.AsyncClient, links: Links, clock: Clock, db: Database
) -> None:
    made = token(links)
    clock.now += LIFETIME
    assert (await client.get(f"/files/{made}")).status_code == 410
    clock.now = NOW
    file = await files.get_file(db, ID)
    await db.write(lambda tx: files.remove(tx, file, None, None, NOW))
    assert (await client.get(f"/files/{made}")).status_code == 404
    await db.write(lambda tx: files.add(tx, replace(file, sha256="0" * 64)))
    assert (await client.get(f"/files/{made}")).status_code == 404


async def test_without_a_public_address_there_is_no_route(db: Database, clock: Clock) -> None:
    app = make_app(running(Desk(db, OFFICE, clock)))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://desk"
    ) as none:
        assert (await none.get("/files/x")).status_code == 404


async def opened(db: Database) -> list[tuple[int, str, str]]:
    rows = await db.fetch("SELECT staff_id, action, record FROM audit ORDER BY id")
    return [(row["staff_id"], row["action"], row["record"]) for row in rows]


async def test_an_opening_is_noted_with_the_name_of_whose_link_it_is(
    client: httpx.AsyncClient, links: Links, db: Database
) -> None:
    ton = await db.write(lambda tx: staff.add_staff(tx, "ต้น", Role.SUPERVISOR, NOW))
    his = links.url(ID, ton).rpartition("/")[2]
    assert his != token(links)
    await client.get(f"/files/{his}")
    await client.get(f"/files/{token(links)}")
    assert await opened(db) == [
        (ton, "file.opened", "R2611000001"),
        (NOK, "file.opened", "R2611000001"),
    ]


async def test_who_lost_access_opens_nothing_by_an_old_link(
    client: httpx.AsyncClient, links: Links, db: Database, clock: Clock
) -> None:
    made = token(links)
    await db.write(lambda tx: staff.set_blocked(tx, NOK, NOW))
    refused = await client.get(f"/files/{made}")
    assert (refused.status_code, CONTENT in refused.content) == (410, False)
    await db.write(lambda tx: staff.set_blocked(tx, NOK, None))
    assert (await client.get(f"/files/{made}")).status_code == 200
    nobodys = links.url(ID, StaffId(99)).rpartition("/")[2]
    assert (await client.get(f"/files/{nobodys}")).status_code == 404
    assert len(await opened(db)) == 1


async def test_links_that_a_lost_telephone_holds_are_dead_and_later_ones_are_not(
    client: httpx.AsyncClient, links: Links, db: Database, clock: Clock
) -> None:
    made = token(links)
    ton = await db.write(lambda tx: staff.add_staff(tx, "ต้น", Role.ADMIN, NOW))
    account = Identity(Platform.LINE, "ton", ton, "ton")
    await db.write(lambda tx: staff.link_identity(tx, account, NOW))
    clock.now += timedelta(minutes=1)
    await db.write(lambda tx: staff.end_sessions(tx, NOK, clock.now))
    assert (await client.get(f"/files/{made}")).status_code == 410
    clock.now += timedelta(minutes=1)
    assert (await client.get(f"/files/{token(links)}")).status_code == 200


def test_a_link_lasts_for_an_hour_at_most() -> None:
    assert timedelta(minutes=60) >= LIFETIME
