"""A desk that serves its pages, and browsers without a screen that look at them."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from itertools import count
from pathlib import Path

import httpx
import pytest

from bot.service import Service
from bot.settings import Settings
from domain.staff import Role, StaffId
from store import staff
from store.chat import sessions
from store.customers import records as customers
from store.engine.database import Database, Tx
from store.records.counters import raise_counter
from tests.e2e.harness import free_port
from tests.fakes.clock import PATIENCE, FakeClock
from tests.fakes.office import OFFICE, open_new
from tests.handlers.conftest import CAST, NOW

PEOPLE = (("นก", Role.OFFICER), ("ฝน", Role.SUPERVISOR), ("เมย์", Role.ADMIN))
WORD = re.compile(r'name="csrf" value="([^"]+)"')
ARTICLE = re.compile(r'<article id="m-([^"]+)" class="bubble (\w+)".*?</article>', re.DOTALL)
BUTTON = re.compile(r'<button name="press" value="([^"]+)"[^>]*>([^<]+)</button>')
TAGS = re.compile(r"<[^>]+>")


def words_of(html: str) -> str:
    """What a reader sees of it."""
    return " ".join(unescape(TAGS.sub(" ", html)).split())


@dataclass
class Browser:
    """Somebody's browser, which keeps cookies and follows nothing by itself."""

    client: httpx.AsyncClient
    html: str = ""

    async def open(self, path: str = "/", **headers: str) -> httpx.Response:
        """Look at a page, and keep it before one's eyes."""
        answer = await self.client.get(path, headers={"Accept": "text/html", **headers})
        self.html = answer.text
        return answer

    async def log_in(self, secret: str) -> httpx.Response:
        """Press the one button behind a link of /web."""
        answer = await self.client.post(f"/login/{secret}")
        await self.open()
        return answer

    @property
    def word(self) -> str:
        """What a form of this page posts with."""
        found = WORD.search(self.html)
        return found[1] if found else ""

    async def post(self, path: str = "/", **told: object) -> httpx.Response:
        """Post a form of this page as its script does."""
        headers = {"Accept": "text/plain", **told.pop("headers", {})}
        data = {"csrf": self.word, **told}
        return await self.client.post(path, data=data, headers=headers)

    async def says(self, text: str) -> str:
        """Type something; returns what the desk answers."""
        return await self._answered(lambda: self.post(text=text))

    async def presses(self, label: str) -> str:
        """Press the button of the page that begins so; returns what the desk answers."""
        token, message = self.button(label)
        return await self._answered(lambda: self.post(press=token, message=message))

    def button(self, label: str) -> tuple[str, str]:
        """The last button that begins so: its token, and its message."""
        for article in reversed(list(ARTICLE.finditer(self.html))):
            for token, told in BUTTON.findall(article[0]):
                if unescape(told).startswith(label):
                    return token, article[1]
        raise AssertionError(f"no button {label}: {words_of(self.html)}")

    async def _answered(self, ask: Callable[[], object]) -> str:
        before = await self._answers()
        answer = await ask()  # type: ignore[misc]
        assert answer.status_code == 204, answer.text
        async with asyncio.timeout(PATIENCE):
            while (now := await self._answers()) == before:
                await asyncio.sleep(0.01)
        changed = [said for said in now if said not in before]
        return "\n".join(changed)

    async def _answers(self) -> list[str]:
        await self.open()
        articles = ARTICLE.finditer(self.html)
        return [words_of(each[0]) for each in articles if each[2] == "desk"]


@dataclass
class PagedDesk:
    """A desk of its own with its pages; `browser` is a new one each time."""

    service: Service
    db: Database
    clock: FakeClock
    url: str
    ids: dict[str, StaffId]
    numbers: "count[int]" = field(default_factory=count)
    browsers: list[httpx.AsyncClient] = field(default_factory=list)

    def browser(self) -> Browser:
        client = httpx.AsyncClient(base_url=self.url, timeout=PATIENCE)
        self.browsers.append(client)
        return Browser(client)

    async def link(self, name: str) -> str:
        """What is behind /login/ in a link as /web gives it to this person."""
        now = self.clock()
        secret = f"link-{next(self.numbers)}"
        expires_at = now + OFFICE.browser.link
        await self.db.write(
            lambda tx: sessions.add_login(tx, secret, self.ids[name], now, expires_at)
        )
        return secret

    async def logged_in(self, name: str) -> Browser:
        browser = self.browser()
        await browser.log_in(await self.link(name))
        assert browser.word, browser.html
        return browser


async def _fill(tx: Tx) -> dict[str, StaffId]:
    for customer in CAST:
        await customers.add_customer(tx, customer, NOW)
    await raise_counter(tx, "customer", 90210)
    await raise_counter(tx, "ticket", 123)
    return {name: await staff.add_staff(tx, name, role, NOW) for name, role in PEOPLE}


@asynccontextmanager
async def paged_desk(folder: Path, **settings: str) -> AsyncIterator[PagedDesk]:
    """Served over HTTP, with these further settings."""
    db = await open_new(folder / "desk.db")
    ids = await db.write(_fill)
    clock = FakeClock(NOW)
    given = Settings(data_dir=folder, http_port=free_port(), **settings)
    stopping = asyncio.Event()
    service = Service(given, db, OFFICE, clock)
    running = asyncio.create_task(service.run(stopping))
    desk = PagedDesk(service, db, clock, f"http://127.0.0.1:{given.http_port}", ids)
    yield desk
    for client in desk.browsers:
        await client.aclose()
    stopping.set()
    await running
    await db.close()


@pytest.fixture
async def paged(tmp_path: Path) -> AsyncIterator[PagedDesk]:
    """A desk with nobody on any platform but the browser."""
    async with paged_desk(tmp_path) as desk:
        yield desk
