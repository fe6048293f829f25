"""The demo desk behind the strict fakes of both platforms: what is typed here goes over the wire,
and what the chat shows is what came back over it.
"""

import atexit
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from bot.charts.stored import StoredCharts
from bot.demo.desk import fill_demo
from bot.engine import Engine
from bot.files.file_store import FileStore
from bot.files.links import Links
from bot.line import webhook as line_webhook
from bot.line.adapter import LineAdapter
from bot.line.menus.personal_menus import PersonalMenus, default_menu
from bot.parts import RunningDesk
from bot.queues.pulses import Pulses
from bot.reports.stored import StoredReports
from bot.telegram import webhook as telegram_webhook
from bot.telegram.adapter import TelegramAdapter
from bot.telegram.platform import office_days
from bot.web.app import make_app
from domain.dates.days import BANGKOK
from domain.staff import Identity, Platform
from scheduler.ticker import Ticker
from store import staff
from store.blobs import Blobs
from store.engine.database import Database, Tx
from store.opening import open_database
from tests.fakes.incoming_mails import Mailbox, a_mail
from tests.fakes.line import FakeLine
from tests.fakes.line_chat import line_id
from tests.fakes.office import OFFICE
from tests.fakes.telegram import FakeTelegram
from tests.looking.shown import Conversation, Shown

MONDAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
"""23 November 2569, 10.00 in Bangkok."""
MORNING = "ตอนเช้า"
"""Typed for the next working day at nine, when all that a morning tells is told."""
MAIL = "✉"
"""Begins a line that is a mail from a customer: "✉ subject | text"."""
FURTHER = "เพิ่มเติม"
"""The button behind which a card keeps further ones."""
SENDER = "Somchai Jaidee <somchai@example.com>"
OFFICE_MAIL = "services@nso.example"
PUBLIC = "https://desk.example"

_templates = Path(tempfile.mkdtemp(prefix="deskbot-looking-"))
atexit.register(shutil.rmtree, _templates, ignore_errors=True)


class LookingDesk:
    """A desk on which somebody speaks by a platform. `who` = a member of the demo's staff."""

    def __init__(
        self,
        db: Database,
        engine: Engine,
        fakes: tuple[FakeTelegram, FakeLine],
        adapters: tuple[TelegramAdapter, LineAdapter],
        accounts: dict[str, int],
        links: Links,
    ) -> None:
        self.db = db
        self.engine = engine
        self.telegram, self.line = fakes
        self._adapters = adapters
        self._accounts = accounts
        self._links = links
        self.now = MONDAY
        self._mailbox = Mailbox(self)
        self._marks: dict[tuple[str, str], list[int]] = {}
        self._line_chats: dict[str, list[Shown]] = {}
        self._line_seen: dict[str, int] = {}

    # ---- what is said

    async def hears(self, platform: str, who: str, line: str) -> None:
        """One line of a script: typed text, [a button's label], or a morning."""
        self.now += timedelta(seconds=20)
        begun = len((await self.shows(platform, who)).messages)
        self._marks.setdefault((platform, who), []).append(begun)
        if line == MORNING:
            await self.morning()
        elif line.startswith(MAIL):
            subject, _bar, text = line.removeprefix(MAIL).partition("|")
            await self._mailbox.brings(a_mail(text.strip(), subject.strip(), SENDER))
        elif line.startswith("[") and line.endswith("]"):
            await self._press_or_unfold(platform, who, line[1:-1])
        else:
            await self._type(platform, who, line)
        self._look(who)

    async def _type(self, platform: str, who: str, text: str) -> None:
        if platform == Platform.TELEGRAM:
            self.telegram.say(self._accounts[who], text, first_name=who)
            await self._telegram_turn()
            return
        self._line_says(who, text)
        await self._line_turn(self.line.text_event(line_id(who), text))

    async def _press_or_unfold(self, platform: str, who: str, label: str) -> None:
        """Press it, behind [เพิ่มเติม] where it does not stand on the card itself."""
        try:
            await self._press(platform, who, label)
        except LookupError:
            await self._press(platform, who, FURTHER)
            self._look(who)
            await self._press(platform, who, label)

    async def _press(self, platform: str, who: str, label: str) -> None:
        if platform == Platform.TELEGRAM:
            user = self._accounts[who]
            message, text = self._button(user, label)
            self.telegram.press(user, message, text)
            await self._telegram_turn()
            return
        action = self._action(line_id(who), label)
        if action.get("displayText"):
            self._line_says(who, action["displayText"])
        await self._line_turn(
            self.line.event("postback", line_id(who), postback={"data": action["data"]})
        )

    def _button(self, user: int, label: str) -> tuple[int, str]:
        """The latest message with such a button, and the button's whole label."""
        for message in reversed(self.telegram.messages(user)):
            for text, _data in (button for row in message.buttons for button in row):
                if label in text:
                    return message.message_id, text
        raise LookupError(f"no button [{label}]")

    def _action(self, chat: str, label: str) -> dict[str, Any]:
        for message in reversed(self.line.messages(chat)):
            for action in message.actions():
                if label in action.get("label", "") and "data" in action:
                    return action
        raise LookupError(f"no button [{label}]")

    async def morning(self) -> None:
        """The next working day at nine, and all that is due by then."""
        at = self.now.astimezone(BANGKOK)
        while True:
            at = at.replace(hour=9, minute=0, second=0) + timedelta(days=1)
            if OFFICE.calendar.is_working_day(at.date()):
                break
        self.now = at.astimezone(UTC)
        await Ticker(self.engine.desk, self.engine).tick()
        await self.engine.idle()

    async def _telegram_turn(self) -> None:
        while self.telegram.updates:
            raw = self.telegram.updates.popleft().raw
            woken, update = await telegram_webhook.receive_webhook(
                self._adapters[0], self.db, self.engine.owner, self.now, raw
            )
            self.engine.worker.wake(woken)
            await self._adapters[0].answer_press(update)
        await self.engine.idle()

    async def _line_turn(self, event: dict[str, Any]) -> None:
        body, _headers = self.line.signed([event])
        woken = await line_webhook.receive_webhook(
            self._adapters[1], self.db, self.engine.owner, self.now, body
        )
        self.engine.worker.wake(woken)
        await self.engine.idle()

    # ---- what is seen

    def _line_says(self, who: str, text: str) -> None:
        said = Shown({"type": "text", "text": text}, own=True, at=self._clock_face())
        self._line_chats.setdefault(who, []).append(said)

    def _look(self, who: str) -> None:
        """Keep in their order what LINE shows by now."""
        messages = self.line.messages(line_id(who))
        seen = self._line_seen.get(who, 0)
        chat = self._line_chats.setdefault(who, [])
        chat += [Shown(each.raw, at=self._clock_face()) for each in messages[seen:]]
        self._line_seen[who] = len(messages)

    def _clock_face(self) -> str:
        return self.now.astimezone(BANGKOK).strftime("%H:%M")

    async def shows(
        self, platform: str, who: str, *, last: bool = False, menu: bool = False
    ) -> Conversation:
        """The chat of this person as it looks now; `last` = from the last line said, `menu` = with
        LINE's menu open.
        """
        if platform == Platform.TELEGRAM:
            messages = self._telegram_chat(self._accounts[who])
        else:
            messages = self._line_chats.get(who, [])
        if last:
            # An answer that took the place of an earlier message begins where that one's line did.
            begun = [at for at in self._marks[platform, who] if at < len(messages)]
            messages = messages[begun[-1] :]
        pictures = await self._pictures(messages)
        opened = b""
        if menu and platform == Platform.LINE:
            opened = await self._menu(line_id(who))
        return Conversation(platform, messages, pictures, opened)

    async def _menu(self, user: str) -> bytes:
        """The picture of this person's rich menu, handed out as LINE's platform does."""
        adapter = self._adapters[1]
        await adapter.set_up(default_menu())
        await PersonalMenus(self.engine.desk, adapter.menus, _not_refused).look()
        _mime, picture = self.line.menu_images[self.line.linked_menus[user]]
        return picture

    def _telegram_chat(self, user: int) -> list[Shown]:
        return [
            Shown(payload, own, self._time(date), picture)
            for payload, own, date, picture in self.telegram.history(user)
        ]

    def _time(self, date: int) -> str:
        return datetime.fromtimestamp(date, BANGKOK).strftime("%H:%M")

    async def _pictures(self, messages: Iterable[Shown]) -> dict[str, bytes]:
        """What the links of these messages lead to, as the desk serves it."""
        addresses = set(_addresses([shown.payload for shown in messages]))
        wanted = sorted(each for each in addresses if each.startswith(PUBLIC))
        running = RunningDesk(
            self.engine.desk,
            "looking",
            lambda _w: None,
            lambda _w: None,
            _nothing,
            Pulses(self._now),
        )
        transport = httpx.ASGITransport(make_app(running, links=self._links))
        found = {}
        async with httpx.AsyncClient(transport=transport) as client:
            for address in wanted:
                answer = await client.get(address)
                if answer.status_code == 200:
                    found[address] = answer.content
        return found

    def _now(self) -> datetime:
        return self.now


def _not_refused() -> None:
    raise AssertionError("LINE takes menus")


async def _nothing(*_written: object) -> None: ...


def _addresses(node: Any) -> Iterable[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("url", "previewImageUrl") and isinstance(value, str):
                yield value
            else:
                yield from _addresses(value)
    elif isinstance(node, list):
        for each in node:
            yield from _addresses(each)


async def _introduced(db: Database, platform: str) -> dict[str, int]:
    """Accounts on this platform for the demo's staff; their numbers on Telegram."""
    people = await staff.list_staff(db)
    accounts = {person.name: 1000 + place for place, person in enumerate(people)}

    async def work(tx: Tx) -> None:
        for person in people:
            users = {
                Platform.TELEGRAM: str(accounts[person.name]),
                Platform.LINE: line_id(person.name),
            }
            user = users[Platform(platform)]
            account = Identity(Platform(platform), user, person.id, user)
            await staff.link_identity(tx, account, MONDAY)

    await db.write(work)
    return accounts


async def _filled(folder: Path) -> Path:
    """The demo's database, which is made once a process."""
    template = _templates / "demo.db"
    if not template.exists():
        db = await open_database(f"sqlite:///{template}")
        await fill_demo(db, OFFICE, MONDAY)
        await db.close()
    return Path(shutil.copy(template, folder / "desk.db"))


@asynccontextmanager
async def open_desk(folder: Path, platform: str) -> AsyncIterator[LookingDesk]:
    """The demo desk of one Monday morning, whose staff have this platform; files go into the
    folder.
    """
    db = await open_database(f"sqlite:///{await _filled(folder)}")
    accounts = await _introduced(db, platform)

    def clock() -> datetime:
        return desk.now

    def seconds() -> float:
        return desk.now.timestamp()

    with FakeTelegram(clock=seconds) as telegram, FakeLine(clock=seconds) as line:
        blobs = Blobs(folder)
        links = Links(PUBLIC, "key", clock)
        adapters = (
            TelegramAdapter(telegram.token, telegram.url, blobs),
            LineAdapter(line.access_token, line.url, line.url, clock, links),
        )
        by_platform = {adapter.platform: adapter for adapter in adapters}
        engine = Engine(
            db,
            OFFICE,
            by_platform,
            "looking",
            clock,
            FileStore(db, by_platform, blobs, has_links=True, album_pause=0.0),
            OFFICE_MAIL,
            charts=StoredCharts(blobs),
            report_files=StoredReports(blobs),
        )
        adapters[0].office_days = partial(office_days, engine.desk)
        desk = LookingDesk(db, engine, (telegram, line), adapters, accounts, links)
        try:
            # Who asks at once is answered as by a desk that has run for a while.
            await engine.desk.words.refreshed(db, patience=None)
            await engine.desk.suggestions.refreshed(db)
            yield desk
        finally:
            await engine.stop()
            for adapter in adapters:
                await adapter.close()
            await db.close()


async def talk(
    folder: Path,
    platform: str,
    who: str,
    lines: Sequence[str],
    *,
    last: bool = False,
    menu: bool = False,
) -> Conversation:
    """What a chat shows after these lines; see `LookingDesk.shows`."""
    async with open_desk(folder, platform) as desk:
        for line in lines:
            await desk.hears(platform, who, line)
        return await desk.shows(platform, who, last=last, menu=menu)
