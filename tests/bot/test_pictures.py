"""Pictures of posts: as LINE's followers see them, small enough for each network, and nothing else
of the files.
"""

import io
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from PIL import Image

from bot.files.file_store import FileStore
from bot.files.links import Links
from bot.files.pictures import FULL, SMALL, Unreadable, fitted
from bot.line.broadcast import LineBroadcast
from bot.posting import Posting
from bot.web.app import make_app
from domain.errors import NotFound
from domain.publicity.networks import Network
from domain.publicity.publications import Post, PostState, Publication
from domain.publicity.reading import News
from domain.staff import StaffId
from handlers.desk import Desk
from handlers.publicity.posts import Failed, Posted
from store import files
from store.blobs import Blobs
from store.engine.database import Database
from store.files import File
from store.publicity import publications
from tests.bot.conftest import running
from tests.fakes.line import FakeLine
from tests.fakes.office import OFFICE, open_new

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
ID, OTHER = "0123456789abcdef0123456789abcdef", "f" * 32
KEY = "11111111-2222-4333-8444-555555555555"
WORLD = "https://desk.example"


def photo(
    width: int = 1200,
    height: int = 800,
    kind: str = "JPEG",
    turned: bool = False,
    mode: str = "RGB",
) -> bytes:
    made = Image.effect_noise((width, height), 90).convert(mode)
    exif = Image.Exif()
    if turned:
        exif[0x0112] = 6  # the camera was held upright
        exif[0x8825] = {1: "N", 2: (13.0, 45.0, 0.0)}
    out = io.BytesIO()
    made.save(out, kind, exif=exif)
    return out.getvalue()


def saved(folder: Path, data: bytes) -> Path:
    path = folder / "picture"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF"])
@pytest.mark.parametrize("most", [FULL, SMALL, (60_000, 4096)])
def test_every_picture_is_made_to_fit(tmp_path: Path, kind: str, most: tuple[int, int]) -> None:
    data, mime = fitted(saved(tmp_path, photo(kind=kind)), *most)
    made = Image.open(io.BytesIO(data))
    assert f"image/{(made.format or '').lower()}" == mime
    assert mime in ("image/jpeg", "image/png")
    assert len(data) <= most[0]
    assert max(made.size) <= most[1]
    assert made.width / made.height == pytest.approx(1.5, abs=0.01)


def test_a_photo_stands_upright_and_does_not_say_where_it_was_taken(tmp_path: Path) -> None:
    data, _mime = fitted(saved(tmp_path, photo(300, 200, turned=True)), *FULL)
    made = Image.open(io.BytesIO(data))
    assert made.size == (200, 300)
    assert not made.getexif()


def test_a_chart_that_fits_is_not_touched_and_one_that_does_not_gets_a_white_ground(
    tmp_path: Path,
) -> None:
    chart = io.BytesIO()
    Image.new("RGBA", (3000, 2000), (0, 0, 0, 0)).save(chart, "PNG")
    path = saved(tmp_path, chart.getvalue())
    assert fitted(path, *FULL) == (chart.getvalue(), "image/png")
    small = Image.open(io.BytesIO(fitted(path, *SMALL)[0]))
    assert small.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8\xff\xe0",
        b"%PDF-1.7",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        photo(300, 200)[:200],
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
        + b"\x00\x01\x00\x00" * 2
        + b"\x08\x02\x00\x00\x00"
        + b"\x00" * 8,
    ],
)
def test_what_is_no_whole_picture_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(Unreadable):
        fitted(saved(tmp_path, data), *FULL)


@pytest.fixture
def links() -> Links:
    return Links(f"{WORLD}/", "secret", lambda: NOW)


@pytest.fixture
def line() -> Iterator[FakeLine]:
    with FakeLine() as fake:
        yield fake
        assert fake.violations == []


async def test_a_broadcast_shows_its_picture_first_and_is_the_same_when_tried_again(
    line: FakeLine, links: Links, tmp_path: Path
) -> None:
    broadcast = LineBroadcast(line.access_token, line.url, links)
    assert broadcast.takes_pictures
    posting = Posting("ผลสำรวจ", KEY, saved(tmp_path, photo(900, 600)), ID)
    for _twice in range(2):
        assert isinstance(await broadcast.publish(posting), Posted)
    (shown,) = line.broadcast_pictures.values()
    assert [image["originalContentUrl"] for image in shown] == [links.picture_url(ID, small=False)]
    assert list(line.broadcasts.values()) == [["ผลสำรวจ"]]
    await broadcast.close()


@pytest.mark.parametrize("public", [None, Links("http://desk.example", "secret", lambda: NOW)])
async def test_without_a_secure_address_line_gets_the_text_alone(
    line: FakeLine, public: Links | None, tmp_path: Path
) -> None:
    broadcast = LineBroadcast(line.access_token, line.url, public)
    assert not broadcast.takes_pictures
    await broadcast.publish(Posting("ผลสำรวจ", KEY, saved(tmp_path, photo(90, 60)), ID))
    assert list(line.broadcast_pictures.values()) == [[]]
    await broadcast.close()


async def test_a_picture_that_nobody_could_open_is_not_broadcast(
    line: FakeLine, links: Links, tmp_path: Path
) -> None:
    broadcast = LineBroadcast(line.access_token, line.url, links)
    answer = await broadcast.publish(Posting("ผลสำรวจ", KEY, saved(tmp_path, b"\xff\xd8\xff"), ID))
    assert answer == Failed("picture", lasting=True)
    assert line.broadcasts == {}
    await broadcast.close()


def test_a_signed_name_is_for_one_picture_and_one_size(links: Links) -> None:
    token = links.picture_url(ID, small=True).rpartition("/")[2]
    assert links.read_picture(token) == (ID, True)
    for other in (
        token.replace("small", "full"),
        token[:-1],
        OTHER + token[32:],
        token + "x",
        "",
        links.url(ID, StaffId(1)),
    ):
        with pytest.raises(NotFound):
            links.read_picture(other)
    with pytest.raises(NotFound):
        Links(WORLD, "another", lambda: NOW).read_picture(token)


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    db = await open_new(tmp_path / "desk.db")
    yield db
    await db.close()


@pytest.fixture
async def client(db: Database, tmp_path: Path, links: Links) -> AsyncIterator[httpx.AsyncClient]:
    """Two pictures are stored, the first of which is a post's."""
    blobs = Blobs(tmp_path)
    desk = Desk(db, OFFICE, lambda: NOW, FileStore(db, {}, blobs))
    app = make_app(running(desk), links=links)

    async def chunks() -> AsyncIterator[bytes]:
        yield photo(900, 600)

    part = await blobs.receive(chunks())
    await blobs.keep(part)
    for file_id, record in ((ID, "P1"), (OTHER, "R2611000001")):
        file = File(file_id, record, "p.jpg", "image/jpeg", part.size, part.sha256, NOW, None)
        await db.write(lambda tx, file=file: files.add(tx, file))
    no = await publications.reserve_no(db)
    made = Publication(
        no,
        News("x"),
        NOW.date(),
        NOW,
        None,
        ID,
        posts={Network.LINE: Post(Network.LINE, PostState.POSTED)},
    )
    await db.write(lambda tx: publications.add(tx, made))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=WORLD) as client:
        yield client


async def test_everybody_may_see_the_picture_of_a_post_and_no_other(
    client: httpx.AsyncClient, links: Links
) -> None:
    for small in (False, True):
        answer = await client.get(links.picture_url(ID, small=small))
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
        assert Image.open(io.BytesIO(answer.content)).size == (900, 600)
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await client.get(links.picture_url(OTHER, small=False))).status_code == 404, (
        "a customer's file"
    )
    assert (await client.get(f"{WORLD}/pictures/{ID}.full.{'A' * 43}")).status_code == 404
    token = links.picture_url(ID, small=False).rpartition("/")[2]
    assert (await client.get(f"{WORLD}/files/{token}")).status_code == 404
