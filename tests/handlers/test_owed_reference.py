"""Histories, by chat lines and presses, against what people say is owed: those that were reasoned by hand, and
random ones against a model of its own.
"""

import re
from datetime import timedelta
from functools import partial
from itertools import count

import pytest
from hypothesis import settings

from domain.customers.records import Customer, CustomerCode
from domain.dates.days import BANGKOK, format_date
from domain.owed.rules import OwedState
from store.customers import records as customers
from store.owed import requests
from tests.handlers import owed_reference
from tests.handlers.conftest import Answer, DeskUnderTest

pytestmark = pytest.mark.usefixtures("quiet_mornings")
IS_LONG = settings().max_examples > settings.get_profile("short").max_examples
DAYS = 60
RUNNING = count(1)
WRITTEN = re.compile(r"([AB]) (\S+)@(\d+)(?: as (\w+))?(?: no (\d))?( open)?")
BY_LETTER = ("7.4", "8.3")


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class Player:
    """Types a history, for two customers of its own; days are counted from sixty days ago."""

    def __init__(self, desk: DeskUnderTest) -> None:
        self.desk = desk
        running = next(RUNNING)
        self.codes = {"A": f"C5{running:05d}", "B": f"C6{running:05d}"}
        self.contracts = {str(each): f"{3 * running + each}/2568" for each in (1, 2)}
        self.first = desk.now - timedelta(days=DAYS)
        self.nos: dict[str, str] = {}
        self.read: list[str] = []

    async def begin(self) -> None:
        for name, code in self.codes.items():
            one = Customer(CustomerCode(code), f"นาย{name} {code}", kind="academic")
            await self.desk.db.write(
                partial(customers.add_customer, customer=one, now=self.desk.now)
            )

    async def plays(self, history: str) -> None:
        for step in history.split(";"):
            self.desk.wait(minutes=7)
            await self.step(step.strip())

    async def step(self, step: str) -> None:
        written = WRITTEN.fullmatch(step)
        if written is not None:
            await self.writes_up(*written.groups(""))
            return
        verb, *args = step.split()
        await getattr(self, f"_{verb}")(*args)

    async def says(self, text: str, who: str = "nok") -> Answer:
        answer = await self.desk.says(text, who=who)
        self.read += [f"> {text}", answer.text, f"{answer.buttons}"]
        assert "มีรายการนี้อยู่แล้ว" not in answer.text
        assert "อ้างอิง" not in answer.text, answer.text
        return answer

    def day(self, number: str) -> str:
        on = self.first + timedelta(days=int(number))
        return format_date(on.astimezone(BANGKOK).date())

    async def writes_up(
        self, who: str, subject: str, day: str, name: str, contract: str, is_open: str
    ) -> None:
        way = "จดหมาย" if subject in BY_LETTER else "เมล"
        named = f" สัญญา {self.contracts[contract]}" if contract else ""
        done = "" if is_open else " => ทำแล้ว ปิด"
        about = f"{self.day(day)} {self.codes[who]} {way} {subject} เรื่องของคำขอ"
        await self.says(f"/open {about}{named}{done}")
        row = await self.desk.db.fetch_one("SELECT max(no) AS no FROM tickets")
        assert row is not None
        assert row["no"] not in self.nos.values(), "not saved"
        self.nos[name or f"{subject}@{day}"] = row["no"]

    async def _reopen(self, name: str) -> None:
        await self.says(f"เปิดอีกครั้ง {self.nos[name]}")

    async def _close(self, name: str) -> None:
        await self.says(f"ปิดใบงาน {self.nos[name]} ทำแล้ว")

    async def _void(self, name: str) -> None:
        await self.says(f"ยกเลิกใบงาน {self.nos[name]} บันทึกซ้ำ")

    async def _restore(self, name: str) -> None:
        await self.says(f"คืนใบงาน {self.nos[name]}")

    async def _subject(self, name: str, subject: str) -> None:
        await self.says(f"แก้ไข {self.nos[name]} เรื่อง {subject}")

    async def _customer(self, name: str, who: str) -> None:
        await self.says(f"แก้ไข {self.nos[name]} ผู้รับบริการ {self.codes[who]}")

    async def _number(self, name: str, contract: str) -> None:
        await self.says(f"แก้ไข {self.nos[name]} เลขที่สัญญา {self.contracts[contract]}")

    async def _created(self, name: str, day: str) -> None:
        await self.says(f"แก้ไข {self.nos[name]} วันที่สร้าง {self.day(day)}")

    async def _press(self, label: str) -> None:
        await self.desk.presses(label)

    async def _merge(self, gone: str, kept: str) -> None:
        keep = self.codes[kept]
        shown = await self.says(f"/merge {self.codes[gone]} {keep}", "may")
        if f"เก็บ {keep} แทน" in shown.buttons:
            await self.desk.presses(f"เก็บ {keep} แทน", who="may")
        await self.desk.presses(f"รวมเป็น {keep}", who="may")

    async def _unmerge(self) -> None:
        for _press in range(2):
            await self.desk.presses("ยกเลิกการรวม", who="may")

    async def owed(self) -> set[str]:
        """What is owed by both, as histories say it."""
        names = {no: name for name, no in self.contracts.items()}
        began = self.first.astimezone(BANGKOK).date()
        found = []
        for who, code in self.codes.items():
            for life in await requests.list_by_customer(self.desk.db, CustomerCode(code)):
                contract = f" no {names[life.contract.no]}" if life.contract else ""
                for row in life.owed:
                    if row.state is OwedState.OPEN:
                        days = (row.started_at.astimezone(BANGKOK).date() - began).days
                        found.append(f"{who} {row.rule} {days}{contract}")
        assert len(found) == len(set(found)), found
        return set(found)


def by_hand() -> list[tuple[str, set[str]]]:
    found = []
    for line in owed_reference.HISTORIES.splitlines():
        history, arrow, expected = line.partition("=>")
        if arrow:
            found.append((history.strip(), set(filter(None, expected.strip().split(", ")))))
    return found


async def test_histories_end_as_people_say(desk, desk_engine) -> None:
    # Either engine takes half of them, unless there is time for all.
    halves = {"sqlite": 0, "postgresql": 1}
    own = by_hand() if IS_LONG else by_hand()[halves[desk_engine] :: 2]
    wrong = []
    for history, expected in own:
        player = Player(desk)
        await player.begin()
        await player.plays(history)
        found = await player.owed()
        if found != expected:
            wrong.append((history, found, expected))
    assert wrong == []
