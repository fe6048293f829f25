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
from handlers.desk import Desk
from store import files
from store.blobs import Blobs
from store.engine.database import Database
from store.files import File
from tests.bot.conftest import running
from tests.fakes.office import OFFICE, open_new

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
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
    return links.url(ID).rpartition("/")[2]


def test_a_link_names_the_file_until_its_time_is_over(links: Links, clock: Clock) -> None:
    assert links.url(ID).startswith(f"https://desk.example/bot/files/{ID}.")
    made = token(links)
    assert re.fullmatch(r"[A-Za-z0-9._-]+", made)
    assert links.read(made) == ID
    clock.now += LIFETIME - timedelta(seconds=1)
    assert links.read(made) == ID
    clock.now += timedelta(seconds=1)
    with pytest.raises(Expired):
        links.read(made)


def test_a_link_of_another_desk_or_use_is_none(links: Links, clock: Clock) -> None:
    with pytest.raises(NotFound):
        Links("https://desk.example", "other", clock).read(token(links))


def tampered(made: str) -> list[str]:
    file_id, expires, signature = made.split(".")
    other = "f" * 32
    return [
        "",
        "..",
        "....//....//etc/passwd",
        f"{other}.{expires}.{signature}",
        f"{file_id}.{int(expires) + 1}.{signature}",
        f"{file_id}.0{expires}.{signature}",
        f"{file_id}.{expires}.{signature[:-1]}",
        f"{file_id}.{expires}.{signature}=",
        f"{file_id}.{expires}.{'A' * 43}",
        f"{file_id}.{expires}",
        f"{file_id}.99999999999999999999.{signature}",
        f"{file_id.upper()}.{expires}.{signature}",
        f"{file_id}.{expires}.{signature}\n",
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
