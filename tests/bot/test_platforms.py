"""A platform is one folder: what a new one hands over is served, set up, checked and closed, as of
those that are there.

The new one is a Discord of few lines: a message comes in by a webhook, an answer goes out by a call.
"""

import asyncio
import hmac
import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from typer.testing import CliRunner

import bot
from bot import platforms
from bot.clock import wall_clock
from bot.parts import PlatformParts, PlatformWork, RunningDesk, Surroundings
from bot.platform import Delivery, Sent
from bot.service import Service
from bot.settings import Settings
from bot.variables import PREFIX, SettingsGroup, plain
from bot.web.webhooks import empty, read_body
from domain.staff import Identity, Platform, Role, StaffId
from handlers.chat import Incoming, Notice, Press, Reply, Text, reply_to_json, say
from handlers.desk import Outcome
from run_bot import app
from store import staff
from store.chat import inbox
from store.chat.inbox import Event
from store.chat.outbox import Message
from store.customers import records as customers
from store.engine.database import Tx
from tests.e2e.harness import free_port
from tests.fakes.clock import PATIENCE
from tests.fakes.office import OFFICE, open_new
from tests.handlers.conftest import CAST, NOW

USER = "77"
BOT_LINK = "https://discord.example/bot"
REMARK = "DESKBOT_DISCORD_TOKEN: its bot has no picture"
TOKEN = re.compile(r'"token": "([^"]+)"')
WRONG = "DESKBOT_DISCORD_TOKEN: Discord does not know this token"
FOLDER = Path(bot.__file__).parent


# What stands in the new platform's folder.


class DiscordSettings(SettingsGroup):
    discord_token: SecretStr | None = None

    @property
    def has_platform(self) -> bool:
        return self.discord_token is not None or super().has_platform


class DiscordAdapter:
    """See `bot.platform.Adapter`. Its payload is the whole reply, which Discord draws."""

    def __init__(self, call: Callable[[str, str], None]) -> None:
        self.platform = Platform("discord")
        self.call = call

    def parse(self, event: Event) -> Incoming:
        told = json.loads(event.raw)
        body = Press(told["press"]) if "press" in told else Text(told["text"])
        user = str(told["user"])
        return Incoming(event.event_id, event.came_at, self.platform, user, True, user, body)

    def render(self, reply: Reply, replaces: str = "", topic: str = "") -> list[str]:
        return [reply_to_json(reply)]

    async def deliver(self, message: Message) -> Delivery:
        self.call(message.chat, message.payload)
        return Sent()

    def serves(self, chat: str) -> bool:
        return True

    async def pace(self, chat: str) -> None: ...

    async def show_busy(self, chat: str) -> None: ...

    def download(self, attachment: object) -> AsyncIterator[bytes]:
        raise NotImplementedError


class DiscordPlatform(PlatformParts):
    name = "discord"

    def __init__(self, token: str, world: "FakeDiscord") -> None:
        self.adapter = DiscordAdapter(world.call)
        self.token = token
        self.world = world

    def routes(self, running: RunningDesk) -> Sequence[Route]:
        async def webhook(request: Request) -> Response:
            if not hmac.compare_digest(request.headers.get("x-token", ""), self.token):
                return empty(401)
            told = json.loads(await read_body(request))
            event = Event(
                "discord", told["id"], f"discord:{told['user']}", told["number"], json.dumps(told)
            )
            now = running.desk.clock()
            running.wake(await inbox.receive(running.desk.db, [event], running.owner, now))
            return empty()

        return (Route("/discord/webhook", webhook, methods=["POST"]),)

    def set_up(self, running: RunningDesk) -> Sequence[PlatformWork]:
        async def greet() -> None:
            self.world.greetings += 1
            if self.world.greetings == 1:
                raise ConnectionError
            running.desk.private_chats[self.adapter.platform] = BOT_LINK
            self.world.greeted.set()

        return (greet,)

    def background(self, running: RunningDesk) -> Sequence[PlatformWork]:
        return (self.world.listen,)

    def remarks(self) -> Sequence[str]:
        return (REMARK,)

    async def check(self) -> str:
        return "" if self.token == self.world.token else WRONG

    async def close(self) -> None:
        self.world.closed += 1


# The world outside, and what stands outside the folder.


class FakeDiscord:
    """What Discord was told, and what the desk does with it."""

    token = "good"

    def __init__(self) -> None:
        self.said: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue()
        self.listens = asyncio.Event()
        self.greeted = asyncio.Event()
        self.greetings = 0
        self.closed = 0

    def call(self, chat: str, payload: str) -> None:
        self.said.put_nowait((chat, json.loads(payload)))

    async def hears(self) -> tuple[str, dict[str, Any]]:
        """The next thing that the bot says: to whom, and what."""
        async with asyncio.timeout(PATIENCE):
            return await self.said.get()

    async def listen(self) -> None:
        self.listens.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.listens.clear()


class OfficeSettings(DiscordSettings, Settings):
    """Settings with one more group among the bases."""


@pytest.fixture
def discord(monkeypatch: pytest.MonkeyPatch) -> FakeDiscord:
    world = FakeDiscord()

    def open_discord(
        settings: OfficeSettings, surroundings: Surroundings
    ) -> DiscordPlatform | None:
        if settings.discord_token is None:
            return None
        return DiscordPlatform(plain(settings.discord_token), world)

    # One more value of the enumeration, as a line in domain/staff.py makes it.
    value = str.__new__(Platform, "discord")
    value._name_ = "DISCORD"
    value._value_ = "discord"
    monkeypatch.setitem(Platform._value2member_map_, "discord", value)
    monkeypatch.setitem(Platform._member_map_, "DISCORD", value)
    monkeypatch.setattr(platforms, "OPENERS", (*platforms.OPENERS, open_discord))
    monkeypatch.setattr("bot.settings.Settings", OfficeSettings)
    monkeypatch.setattr("bot.service.SETUP_PAUSE", 0.0)
    return world


# It goes through the lists.


@dataclass
class Served:
    """A desk that serves Discord alone: `says` is what its user does there."""

    service: Service
    client: httpx.AsyncClient
    nok: StaffId
    number: int = 0

    async def says(self, token: str = FakeDiscord.token, **told: str) -> int:
        self.number += 1
        event = {"id": f"e{self.number}", "number": self.number, "user": USER, **told}
        answer = await self.client.post("/discord/webhook", json=event, headers={"x-token": token})
        return answer.status_code


def settings_with_discord(folder: Path) -> OfficeSettings:
    token = SecretStr(FakeDiscord.token)
    return OfficeSettings(data_dir=folder, http_port=free_port(), discord_token=token)


@pytest.fixture
async def served(discord: FakeDiscord, tmp_path: Path) -> AsyncIterator[Served]:
    db = await open_new(tmp_path / "desk.db")

    async def fill(tx: Tx) -> StaffId:
        for customer in CAST:
            await customers.add_customer(tx, customer, NOW)
        nok = await staff.add_staff(tx, "นก", Role.OFFICER, NOW)
        await staff.link_identity(tx, Identity(Platform("discord"), USER, nok, USER), NOW)
        return nok

    nok = await db.write(fill)
    settings = settings_with_discord(tmp_path)
    stopping = asyncio.Event()
    service = Service(settings, db, OFFICE, wall_clock)
    running = asyncio.create_task(service.run(stopping))
    here = f"http://{settings.http_host}:{settings.http_port}"
    async with httpx.AsyncClient(base_url=here) as client:
        yield Served(service, client, nok)
    stopping.set()
    await running
    await db.close()


async def test_what_is_said_on_a_new_platform_is_answered_there(
    discord: FakeDiscord, served: Served
):
    assert await served.says(text="หา C81554") == 200
    chat, answer = await discord.hears()
    assert chat == USER
    assert "นายสมชาย ใจดี" in json.dumps(answer, ensure_ascii=False)
    tokens = TOKEN.findall(json.dumps(answer))
    assert await served.says(press=tokens[0]) == 200
    _chat, pressed = await discord.hears()
    assert pressed != answer


async def test_a_new_platform_sees_to_it_who_calls(discord: FakeDiscord, served: Served):
    assert await served.says(token="bad", text="หา C81554") == 401
    assert await served.says(text="เมนู") == 200
    _chat, answer = await discord.hears()
    assert "C81554" not in json.dumps(answer)


async def test_notices_reach_their_person_on_a_new_platform(discord: FakeDiscord, served: Served):
    notice = Notice(lambda: say("ถึงเวลาแล้ว"), "test:1", staff_id=served.nok)
    await served.service.engine.post(Outcome(None, notices=(notice,)))
    chat, told = await discord.hears()
    assert chat == USER
    assert "ถึงเวลาแล้ว" in json.dumps(told, ensure_ascii=False)


async def test_a_new_platform_is_set_up_though_it_fails_at_first(
    discord: FakeDiscord, served: Served
):
    async with asyncio.timeout(PATIENCE):
        await discord.greeted.wait()
        await discord.listens.wait()
    assert discord.greetings == 2
    assert served.service.engine.desk.private_chats == {"discord": BOT_LINK}


async def test_a_new_platform_is_closed_with_the_desk(discord: FakeDiscord, tmp_path: Path):
    db = await open_new(tmp_path / "desk.db")
    settings = settings_with_discord(tmp_path)
    stopping = asyncio.Event()
    running = asyncio.create_task(Service(settings, db, OFFICE, wall_clock).run(stopping))
    async with asyncio.timeout(PATIENCE):
        await discord.listens.wait()
    stopping.set()
    await running
    await db.close()
    assert not discord.listens.is_set()
    assert discord.closed == 1


@pytest.mark.parametrize(
    ("token", "code", "told"), [("good", 0, "discord: good"), ("bad", 1, f"discord: {WRONG}")]
)
def test_the_check_asks_a_new_platform(
    discord: FakeDiscord, tmp_path: Path, token: str, code: int, told: str
):
    environment = {
        f"{PREFIX}DISCORD_TOKEN": token,
        f"{PREFIX}DATABASE_URL": f"sqlite:///{tmp_path}/none.db",
    }
    checked = CliRunner().invoke(app, ["check"], env=environment)
    assert checked.exit_code == code, checked.output
    assert REMARK in checked.output
    assert told in checked.output
    assert re.search(r"DESKBOT_DISCORD_TOKEN\s+│\s+•+", checked.output)
    assert "platforms: good" not in checked.output
    assert discord.closed == 1


def test_a_desk_without_the_new_platform_has_nothing_of_it(discord: FakeDiscord):
    assert not OfficeSettings().has_platform
    assert OfficeSettings(discord_token=SecretStr("x")).has_platform
    assert platforms.platforms_to_check(OfficeSettings(), wall_clock) == []


def test_every_folder_with_parts_stands_in_the_list():
    found = set()
    for path in sorted(FOLDER.rglob("platform.py")):
        if path.parent == FOLDER:
            continue
        module = import_module(".".join(("bot", *path.relative_to(FOLDER).with_suffix("").parts)))
        found |= {value for name, value in vars(module).items() if name.startswith("open_")}
    assert found == set(platforms.OPENERS)
