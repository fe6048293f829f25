"""The desk under test: real dispatcher, worker, sender and database; a frozen clock, a recording
platform.
"""

import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import count
from pathlib import Path

import pytest

from bot.charts.stored import StoredCharts
from bot.engine import Engine
from bot.files.file_store import FileStore
from bot.platform import Adapter, Delivery, Refused, Sent
from bot.reports.stored import StoredReports
from domain.customers.records import Address, Contact, Customer, CustomerCode, Gender
from domain.staff import Identity, Platform, Role, StaffId
from handlers.chat import (
    Attachment,
    Body,
    Card,
    Choice,
    Document,
    Edited,
    Incoming,
    Joined,
    Left,
    Offers,
    Press,
    Query,
    Reply,
    SharedContact,
    Text,
    Unsent,
    buttons_of,
    reply_from_json,
    reply_to_json,
)
from handlers.registry import KINDS
from scheduler.ticker import Ticker
from store import staff
from store.blobs import Blobs
from store.chat import inbox
from store.chat.inbox import Event
from store.chat.outbox import Message
from store.customers import records as customers
from store.engine.database import Database, Tx
from store.opening import open_database
from store.records.counters import raise_counter
from store.tickets import records as tickets
from tests.fakes.incoming_mails import Mailbox
from tests.fakes.office import OFFICE, copy_of
from tests.fakes.postgres import shared_server
from tests.fakes.smtp import FakeSmtp

# Monday 23 November 2026 (2569), 10.00 in Bangkok.
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
BODIES = {
    "attachment": Attachment,
    "edited": Edited,
    "unsent": Unsent,
    "joined": Joined,
    "left": Left,
}


class Recorder:
    """A platform that keeps what it is told to send."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.sent: list[tuple[str, Reply]] = []
        self.contents: dict[str, bytes | Exception] = {}
        self.downloads = 0
        self.offered: list[Offers] = []
        self.edited: list[str] = []
        self.refused: set[str] = set()

    def parse(self, event: Event) -> Incoming:
        data = json.loads(event.raw)
        body: Body
        if "text" in data:
            first_at = data.get("first_at")
            body = Text(data["text"], datetime.fromisoformat(first_at) if first_at else None)
        elif "query" in data:
            body = Query(data["query"], data["offset"])
        elif "press" in data:
            body = Press(data["press"])
        elif data["kind"] == "attachment":
            body = Attachment(data["of"])
        elif data["kind"] == "file":
            body = Attachment(**data["file"])
        elif data["kind"] == "contact":
            body = SharedContact(
                **{k: tuple(v) if isinstance(v, list) else v for k, v in data["contact"].items()}
            )
        elif data["kind"] == "unsent":
            body = Unsent(data.get("of", ""))
        else:
            body = BODIES[data["kind"]]()
        chat = event.conversation.partition(":")[2]
        private = not chat.startswith(("group", "inline"))
        who = data["who"]
        return Incoming(
            event.event_id,
            event.received_at or NOW,
            self.platform,
            chat,
            private,
            who,
            body,
            name=data.get("name", ""),
            message="7",
            title=data.get("title", ""),
        )

    def render(self, reply: Reply, replaces: str = "", topic: str = "") -> list[str]:
        if reply.offers is not None:
            self.offered.append(reply.offers)
            return []
        self.edited += [each.message for each in reply.earlier]
        return [reply_to_json(reply)]

    def serves(self, chat: str) -> bool:
        return True

    async def pace(self, chat: str) -> None:
        return None

    async def deliver(self, message: Message) -> Delivery:
        if message.chat in self.refused:
            return Refused("blocked", unreachable=True)
        self.sent.append((message.chat, reply_from_json(message.payload)))
        if self.platform is Platform.LINE:
            return Sent()
        return Sent(external_id=f"m{len(self.sent)}")

    async def show_busy(self, chat: str) -> None:
        return None

    async def download(self, attachment: Attachment) -> AsyncIterator[bytes]:
        self.downloads += 1
        content = self.contents[attachment.reference]
        if isinstance(content, Exception):
            raise content
        for start in range(0, len(content), 1000):
            yield content[start : start + 1000]


@dataclass
class Answer:
    """What came back to one chat, readable as people read it."""

    replies: list[Reply]

    @property
    def text(self) -> str:
        return "\n".join(_text(reply) for reply in self.replies)

    @property
    def buttons(self) -> list[str]:
        return [b.label for reply in self.replies for part in reply.parts for b in buttons_of(part)]

    def token(self, label: str) -> str:
        found = [
            b.token
            for reply in self.replies
            for part in reply.parts
            for b in buttons_of(part)
            if label in b.label
        ]
        assert found, f"no button {label!r} among {self.buttons}\n{self.text}"
        return found[0]


def _text(reply: Reply) -> str:
    lines = []
    for part in reply.parts:
        if isinstance(part, Card):
            lines += [
                part.title,
                *(f"{fact.label}: {fact.value}" for fact in part.facts),
                part.note,
            ]
        elif isinstance(part, Choice):
            lines.append(part.question)
        elif isinstance(part, Document):
            lines += [f"[{part.name}]", part.caption]
        else:
            lines.append(part.text)
    return "\n".join(filter(None, lines))


STORED_PHONE = re.compile(r"\+66\d{8}|;ext=")


def _everything(reply: Reply) -> str:
    """What people read of a reply, the buttons, too."""
    links = [part.no_link for part in reply.parts if isinstance(part, Document)]
    return "\n".join(
        [
            _text(reply),
            *links,
            *(button.label for part in reply.parts for button in buttons_of(part)),
        ]
    )


@dataclass
class DeskUnderTest:
    """`await desk.says("หา สมชาย")`, `await desk.presses("สร้างใบงาน")`; `who` defaults to the
    officer นก.
    """

    db: Database
    engine: Engine
    recorders: dict[Platform, Recorder]
    now: datetime = NOW
    last: dict[str, Answer] = field(default_factory=dict)
    ids: dict[str, StaffId] = field(default_factory=dict)
    _events: "count[int]" = field(default_factory=lambda: count(1))

    def said(self, events: int) -> None:
        """So many events are in the database already."""
        self._events = count(events + 1)

    async def gives(
        self, data: dict[str, object], who: str, platform: Platform, chat: str = ""
    ) -> Answer:
        n = next(self._events)
        raw = json.dumps({**data, "who": who})
        event = Event(platform, f"e{n}", f"{platform}:{chat or who}", n, raw)
        recorder = self.recorders[platform]
        before = len(recorder.sent)
        self.engine.worker.wake(await inbox.receive(self.db, [event], self.engine.owner, self.now))
        await self.engine.idle()
        new = [reply for to, reply in recorder.sent[before:] if to == (chat or who)]
        self.last[f"{platform}:{who}"] = answer = Answer(new)
        return answer

    async def says(
        self, text: str, who: str = "nok", platform: Platform = Platform.TELEGRAM, chat: str = ""
    ) -> Answer:
        return await self.gives({"text": text}, who, platform, chat)

    async def presses(
        self, label: str, who: str = "nok", platform: Platform = Platform.TELEGRAM
    ) -> Answer:
        """Press a button of this person's last answer."""
        return await self.presses_token(self.last[f"{platform}:{who}"].token(label), who, platform)

    async def chooses(
        self, label: str, who: str = "nok", platform: Platform = Platform.TELEGRAM
    ) -> Answer:
        """Press a button of the last answer, or one behind its [เพิ่มเติม]."""
        if not any(label in shown for shown in self.last[f"{platform}:{who}"].buttons):
            await self.presses("เพิ่มเติม", who, platform)
        return await self.presses(label, who, platform)

    async def presses_token(
        self, token: str, who: str = "nok", platform: Platform = Platform.TELEGRAM
    ) -> Answer:
        return await self.gives({"press": token}, who, platform)

    async def sends(self, kind: str, of: str = "", who: str = "nok") -> Answer:
        return await self.gives({"kind": kind, "of": of}, who, Platform.TELEGRAM)

    async def brings(
        self, *several: dict[str, object], who: str = "nok", platform: Platform = Platform.TELEGRAM
    ) -> Answer:
        """Files, all of them received before the first is handled, as albums come: see `a_file`."""
        events = []
        for each in several:
            n = next(self._events)
            content, file = each.pop("content"), {"kind": "document", **each}
            self.recorders[platform].contents[f"ref{n}"] = content
            raw = {
                "kind": "file",
                "who": who,
                "file": {"reference": f"ref{n}", "message": f"m{n}", **file},
            }
            events.append(Event(platform, f"e{n}", f"{platform}:{who}", n, json.dumps(raw)))
        before = len(self.recorders[platform].sent)
        self.engine.worker.wake(await inbox.receive(self.db, events, self.engine.owner, self.now))
        await self.engine.idle()
        new = [reply for to, reply in self.recorders[platform].sent[before:] if to == who]
        self.last[f"{platform}:{who}"] = answer = Answer(new)
        return answer

    async def sends_file(
        self,
        content: bytes,
        name: str = "",
        who: str = "nok",
        platform: Platform = Platform.TELEGRAM,
        **more: object,
    ) -> Answer:
        """One file."""
        return await self.brings(
            {"content": content, "name": name, **more}, who=who, platform=platform
        )

    @property
    def documents(self) -> list[Document]:
        """Every file that anybody was sent."""
        every = [reply for recorder in self.recorders.values() for _to, reply in recorder.sent]
        return [part for reply in every for part in reply.parts if isinstance(part, Document)]

    def told(self, who: str, platform: Platform = Platform.TELEGRAM) -> Answer:
        """Everything this chat was ever sent."""
        return Answer([reply for chat, reply in self.recorders[platform].sent if chat == who])

    async def tick(self) -> dict[str, int]:
        """The clock's turn: do what is due now, and send what it tells."""
        done = await self.ticker.tick()
        await self.engine.idle()
        return done

    async def mails_go(self) -> None:
        """The sender looks for what nobody announced, as it does twice a second."""
        await self.engine.sender.lanes.sweep()
        await self.engine.idle()

    @cached_property
    def ticker(self) -> Ticker:
        return Ticker(self.engine.desk, self.engine)

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)

    async def count(self, table: str, where: str = "1 = 1", *params: object) -> int:
        row = await self.db.fetch_one(f"SELECT count(*) AS n FROM {table} WHERE {where}", *params)
        assert row is not None
        return int(row["n"])


SOMCHAI = Customer(
    CustomerCode("C81554"),
    "นายสมชาย ใจดี",
    kind="citizen",
    gender=Gender.MALE,
    phone="+66812345678",
    email="somchai@example.com",
    addresses=(Address("12/34 อำเภอเมืองกระบี่", main=True),),
)
NAMESAKE = Customer(
    CustomerCode("C90210"), "นายสมชาย ดีใจ", kind="student", organisation="มหาวิทยาลัยตัวอย่าง"
)
KAMON = Customer(
    CustomerCode("C70001"),
    "ผศ.ดร.กมลชนก รัตนพิทักษ์",
    kind="academic",
    email="kamon@example.ac.th",
    contacts=(Contact("น.ส.นิดา ผู้ช่วย", mobile="+66899998888", main=True),),
)
SANYA = Customer(CustomerCode("C82001"), "นายสัญญา ธรรมศักดิ์", kind="citizen", phone="+66800009001")
TUENJAI = Customer(CustomerCode("C82002"), "นางเตือนใจ แสงทอง", kind="citizen", phone="+66800009002")
HAN = Customer(CustomerCode("C82003"), "นายหาญ กล้าดี", kind="citizen", phone="+66800009003")
CAST = (SOMCHAI, NAMESAKE, KAMON, SANYA, TUENJAI, HAN)
OFFICERS = ("nok", "ton", "prae", "mai")
PEOPLE = (("นก", Role.OFFICER, "nok"), ("ต้น", Role.SUPERVISOR, "ton"), ("เมย์", Role.ADMIN, "may"))


async def _fill(tx: Tx) -> dict[str, StaffId]:
    ids = {}
    for name, role, user in PEOPLE:
        ids[user] = await staff.add_staff(tx, name, role, NOW)
        await staff.link_identity(tx, Identity(Platform.TELEGRAM, user, ids[user], user), NOW)
    await staff.link_identity(
        tx, Identity(Platform.LINE, "nok", ids["nok"], "nok"), NOW - timedelta(days=1)
    )
    for customer in CAST:
        await customers.add_customer(tx, customer, NOW)
    await raise_counter(tx, "customer", 90210)
    await raise_counter(tx, "ticket", 123)
    return ids


@pytest.fixture
def quiet_mornings() -> Iterator[None]:
    """Without the morning's queue and its weekly list, where something else is told in the
    morning.
    """
    kind = KINDS.pop("morning")
    yield
    KINDS["morning"] = kind


@pytest.fixture
def smtp() -> Iterator[FakeSmtp]:
    """A server that takes mails; what it saw that no server takes fails the test."""
    with FakeSmtp() as fake:
        yield fake
        assert fake.violations == []


@pytest.fixture
def mailer() -> Adapter | None:
    """The way out for mails; a module that sends some has its own."""
    return None


@pytest.fixture
def desk_engine() -> str:
    """Under which database the desk runs; a module that asks the same of both engines has its
    own.
    """
    return "sqlite"


@pytest.fixture
async def desk_url(desk_engine: str, tmp_path: Path) -> str:
    """The desk's database, with its staff and the cast."""
    if desk_engine == "sqlite":
        await copy_of(_fill, tmp_path / "desk.db")
        return f"sqlite:///{tmp_path}/desk.db"
    url = await shared_server().clean_desk()
    db = await open_database(url)
    await db.write(_fill)
    await db.close()
    return url


@pytest.fixture
async def desk(
    tmp_path: Path, desk_url: str, mailer: Adapter | None
) -> AsyncIterator[DeskUnderTest]:
    db = await open_database(desk_url)
    recorders = {platform: Recorder(platform) for platform in (Platform.TELEGRAM, Platform.LINE)}
    adapters: dict[Platform, Adapter] = {
        **recorders,
        **({mailer.platform: mailer} if mailer else {}),
    }
    mail_from = "services@nso.example" if mailer else ""
    files = FileStore(db, recorders, Blobs(tmp_path), has_links=True, album_pause=0.0)
    charts = StoredCharts(Blobs(tmp_path))
    engine = Engine(
        db,
        OFFICE,
        adapters,
        "test",
        lambda: under_test.now,
        files,
        mail_from,
        charts=charts,
        report_files=StoredReports(Blobs(tmp_path)),
    )
    under_test = DeskUnderTest(db, engine, recorders)
    people = {name: person for person, name in (await staff.staff_names(db)).items()}
    under_test.ids = {user: people[name] for name, _role, user in PEOPLE}
    yield under_test
    await engine.stop()
    await db.close()
    said = [_everything(reply) for recorder in recorders.values() for _to, reply in recorder.sent]
    assert [text for text in said if STORED_PHONE.search(text)] == [], (
        "a telephone as it is stored, not as people read it"
    )
    officers = [
        _everything(reply)
        for recorder in recorders.values()
        for to, reply in recorder.sent
        if to in OFFICERS
    ]
    assert [text for text in officers if "DESKBOT_" in text] == [], (
        "a setting's name in an officer's sentence"
    )
    own = {user: name for name, _role, user in PEOPLE}
    told = [
        (to, _text(reply))
        for recorder in recorders.values()
        for to, reply in recorder.sent
        if to in own
    ]
    assert [text for to, text in told if f"คุณ{own[to]}" in text] == [], (
        "told of oneself as of somebody else"
    )


@pytest.fixture
async def team(desk: DeskUnderTest) -> DeskUnderTest:
    """Two more officers, a team of them with นก, and a ticket of นก's."""

    async def fill(tx: Tx) -> None:
        for name, user in (("แพร", "prae"), ("ใหม่", "mai")):
            desk.ids[user] = await staff.add_staff(tx, name, Role.OFFICER, desk.now)
            await staff.link_identity(
                tx, Identity(Platform.TELEGRAM, user, desk.ids[user], user), desk.now
            )
        await staff.add_team(tx, "ข้อมูล", [desk.ids[user] for user in ("nok", "prae", "mai")])

    await desk.db.write(fill)
    await desk.says("/open C81554 อีเมล 6.1 ขอข้อมูลแรงงาน")
    return desk


async def assignee(desk: DeskUnderTest, no: str = "R2611000124") -> str:
    """Who has a ticket, as the fixture names them."""
    found = (await tickets.get_ticket(desk.db, no)).assignee
    return next(user for user, person in desk.ids.items() if person == found)


def newest(desk: DeskUnderTest, who: str) -> Answer:
    """The last message to somebody, so that its buttons can be pressed."""
    desk.last[f"{Platform.TELEGRAM}:{who}"] = answer = Answer(desk.told(who).replies[-1:])
    return answer


@pytest.fixture
def mailbox(desk: DeskUnderTest) -> Mailbox:
    """The mailbox of the desk under test."""
    return Mailbox(desk)
