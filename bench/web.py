"""Benchmark: the desk in a browser, beside a plain echo of the same server in the same run.

`python -m bench web`; `python -m bench.web FOLDER PORT` is the server of it.
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from itertools import count
from pathlib import Path
from time import perf_counter

import aiohttp
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bench.report import Report, Row, percentile
from bench.rig import Program, free_port, http_status
from bot.clock import wall_clock
from bot.service import Service
from bot.settings import Settings
from domain.configuration import load_configuration
from domain.staff import Role
from store import staff
from store.chat import sessions
from store.customers import records as customers
from store.engine.database import Tx
from store.opening import open_database
from tests.handlers.conftest import CAST

PEOPLE = 20
PAGES_EACH = 10
ROUNDS = 150
WARM = 20
MOST_BEHIND = 10.0
"""Milliseconds that a first answer may be behind the echo, at the 95th percentile."""
MOST_PAGES = 60.0
"""Megabytes that all open pages may take."""
MOST_BYTES = 50_000
"""Bytes of a page with all that it loads, but for pictures."""
QUESTION = "เมนู"


# The server.


async def _echo(request: Request) -> Response:
    return PlainTextResponse(await request.body())


async def _serve(folder: Path, port: int) -> None:
    db = await open_database(f"sqlite:///{folder / 'desk.db'}", wall_clock())
    settings = Settings(data_dir=folder, http_port=port)
    service = Service(settings, db, load_configuration(), wall_clock)
    app = service._server.config.app
    app.router.routes.insert(0, Route("/echo", _echo, methods=["POST"]))  # type: ignore[union-attr]
    await service.run(asyncio.Event())


async def _fill(folder: Path) -> None:
    """A desk of some people, each with a link that logs in."""
    now = wall_clock()
    db = await open_database(f"sqlite:///{folder / 'desk.db'}", now)

    async def work(tx: Tx) -> None:
        for customer in CAST:
            await customers.add_customer(tx, customer, now)
        for number in range(PEOPLE):
            who = await staff.add_staff(tx, f"person {number}", Role.SUPERVISOR, now)
            until = now + timedelta(minutes=5)
            await sessions.add_login(tx, f"link-{number}", who, now, until)

    await db.write(work)
    await db.close()


# The browsers.


class Person:
    """Somebody with a page open."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.word = ""
        self._numbers = count()

    async def log_in(self, link: str) -> None:
        await self.client.post(f"{self.url}/login/{link}")
        page = await self.page()
        self.word = page.split('name="csrf" value="')[1].split('"')[0]

    async def page(self) -> str:
        async with self.client.get(self.url) as answer:
            return await answer.text()

    async def echo(self) -> None:
        async with self.client.post(f"{self.url}/echo", data=QUESTION.encode()) as answer:
            await answer.read()

    async def say(self) -> None:
        data = {"csrf": self.word, "text": QUESTION}
        headers = {"Accept": "text/plain"}
        async with self.client.post(self.url, data=data, headers=headers) as answer:
            assert answer.status == 204, answer.status

    async def listen(self) -> aiohttp.ClientResponse:
        """An open page, which has been told that it is."""
        stream = await self.client.get(f"{self.url}/events", timeout=aiohttp.ClientTimeout())
        await heard(stream, b"event: seen")
        return stream


async def heard(stream: aiohttp.ClientResponse, what: bytes) -> None:
    """Until this came."""
    async for line in stream.content:
        if line.startswith(what):
            return


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    begun = perf_counter()
    await work()
    return (perf_counter() - begun) * 1000


async def _measure(url: str, program: Program, report: Report) -> None:
    async with AsyncExitStack() as opened:
        people = [Person(url) for _number in range(PEOPLE)]
        for number, person in enumerate(people):
            opened.push_async_callback(person.client.close)
            await person.log_in(f"link-{number}")
        await _answers(people[0], report)
        await _bytes(people[0], report)
        await _pages(people, program, report)


async def _answers(person: Person, report: Report) -> None:
    """The page, and what is answered to a message, each between two echoes."""
    stream = await person.listen()

    async def answer() -> None:
        await person.say()
        await heard(stream, b'data: <article id="m-0')

    kinds = {"echo": person.echo, "page": person.page, "answer": answer}
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    for number in range(ROUNDS + WARM):
        for kind, work in kinds.items():
            took = await _timed(work)
            if number >= WARM:
                times[kind].append(took)
    stream.close()
    echo = percentile(times["echo"], 95)
    for kind, what in (("page", "the page's first answer"), ("answer", "a message's answer")):
        p95 = percentile(times[kind], 95)
        told = f"p50 {percentile(times[kind], 50):.1f} ms, p95 {p95:.1f} ms"
        behind = p95 - echo
        aim = f"<= {MOST_BEHIND:.0f} ms"
        met = behind <= MOST_BEHIND
        report.rows.append(
            Row(what, told, f"echo p95 {echo:.1f} ms", f"+{behind:.1f} ms", aim, met)
        )


async def _bytes(person: Person, report: Report) -> None:
    page = await person.page()
    size = len(page.encode())
    for part in page.split('"'):
        if part.startswith("/static/"):
            async with person.client.get(f"{person.url}{part}") as answer:
                size += int(answer.headers["Content-Length"])
    told = f"{size / 1000:.1f} KB"
    report.rows.append(
        Row("the page with all it loads", told, aim="<= 50 KB", met=size <= MOST_BYTES)
    )


async def _pages(people: list[Person], program: Program, report: Report) -> None:
    """What open pages take, and how soon all of them are told."""
    before = program.rss()
    streams = [await person.listen() for person in people for _page in range(PAGES_EACH)]
    for person in people:
        await person.say()
    took = await _timed(lambda: asyncio.gather(*(heard(each, b"event: said") for each in streams)))
    after = program.rss()
    grown = after - before
    what = f"{len(streams)} open pages"
    told = f"{before:.0f} MB, then {after:.0f} MB; all were told within {took:.0f} ms"
    aim = f"<= {MOST_PAGES:.0f} MB"
    report.rows.append(Row(what, told, "", f"+{grown:.1f} MB", aim, grown <= MOST_PAGES))
    for stream in streams:
        stream.close()


def run() -> Report:
    """Measure once."""
    report = Report("the desk in a browser")
    with tempfile.TemporaryDirectory(prefix="deskbot-web-") as name:
        folder = Path(name)
        asyncio.run(_fill(folder))
        port = free_port()
        program = Program(["-m", "bench.web", name, str(port)], {}, folder / "log")
        program.wait(lambda: http_status(port, "GET", "/healthz") == 200)
        try:
            asyncio.run(_measure(f"http://127.0.0.1:{port}", program, report))
        finally:
            program.stop()
    return report


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), int(sys.argv[2])))
