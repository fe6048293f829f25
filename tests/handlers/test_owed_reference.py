"""Histories, by chat lines and presses, against what people say is owed: those that were reasoned by hand, and
random ones against a model of its own.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.customers.records import Customer, CustomerCode
from domain.dates.days import BANGKOK, format_date
from domain.owed.rules import OwedState
from domain.tickets.records import Status
from store import ticket_saves
from store.customers import records as customers
from store.owed import requests
from store.records.save_context import SaveContext
from store.tickets import records as tickets
from tests.fakes.office import OFFICE
from tests.handlers import owed_reference
from tests.handlers.conftest import Answer, DeskUnderTest
from tests.handlers.owed_reference import Fact

pytestmark = [pytest.mark.usefixtures("quiet_mornings"), pytest.mark.long]
IS_LONG = settings().max_examples > settings.get_profile("short").max_examples
EXAMPLES = 100 if IS_LONG else 4
"""Each plays a dozen messages through the whole desk."""
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

    async def _import(self, name: str, who: str) -> None:
        """A table says that the ticket is another customer's."""
        old = await tickets.get_ticket(self.desk.db, self.nos[name])
        save = partial(
            ticket_saves.update_imported,
            old=old,
            new=replace(old, customer=CustomerCode(self.codes[who])),
            context=SaveContext(OFFICE, self.desk.ids["nok"], self.desk.now),
        )
        await self.desk.db.write(save)

    async def _wait(self, days: str) -> None:
        self.desk.wait(days=int(days))

    async def _word(self, label: str) -> None:
        """What an officer says of what the last ticket of all makes owed."""
        ticket = await tickets.get_ticket(self.desk.db, max(self.nos.values()))
        await self.says(str(ticket.customer))
        for press in ("คำขอข้อมูล", "คำขอข้อมูล", label):
            await self.desk.presses(press)
        if label == "เลิกติดตาม":
            await self.says("ติดต่อไม่ได้แล้ว")
        if label == "เลื่อน…":
            await self.says("15 ม.ค. 70")
        if label == "มอบหมาย":
            await self.desk.presses("ต้น")

    async def _merge(self, gone: str, kept: str) -> None:
        keep = self.codes[kept]
        shown = await self.says(f"/merge {self.codes[gone]} {keep}", "may")
        if f"เก็บ {keep} แทน" in shown.buttons:
            await self.desk.presses(f"เก็บ {keep} แทน", who="may")
        await self.desk.presses(f"รวมเป็น {keep}", who="may")

    async def _unmerge(self) -> None:
        for _press in range(2):
            await self.desk.presses("ยกเลิกการรวม", who="may")

    async def facts(self) -> list[Fact]:
        """Its tickets as they are."""
        whose = {code: who for who, code in self.codes.items()}
        named = {no: name for name, no in self.contracts.items()}
        midnight = self.first.astimezone(BANGKOK).replace(hour=0, minute=0)
        found = []
        for number, no in enumerate(self.nos.values()):
            ticket = await tickets.get_ticket(self.desk.db, no)
            at = ticket.closed_at
            is_of_day = at is not None and at < ticket.recorded_at
            found.append(
                Fact(
                    whose[str(ticket.customer)],
                    ticket.subject,
                    named[ticket.contract_no],
                    (ticket.created_at - midnight) / timedelta(days=1),
                    None if at is None else (at - midnight) / timedelta(days=1),
                    is_of_day,
                    ticket.status is Status.VOIDED,
                    number,
                )
            )
        return found

    async def owed(self) -> list[str]:
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
                        decided = " put off" if row.snoozed_on else ""
                        if row.assignee == self.desk.ids["ton"]:
                            decided += " to another"
                        found.append(f"{who} {row.rule} {days}{contract}{decided}")
        return sorted(found)


def by_hand() -> list[tuple[str, list[str]]]:
    found = []
    for line in owed_reference.HISTORIES.splitlines():
        history, arrow, expected = line.partition("=>")
        if arrow:
            found.append((history.strip(), sorted(filter(None, expected.strip().split(", ")))))
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


MICRODATA = st.sampled_from(["7.3", "7.7", "7.9", "7.9", "7.10", "7.10", "7.13"])
DAY = st.integers(1, 30)
WHICH = st.integers(0, 5)
OPEN = st.sampled_from(["", "", " open"])


def steps(customers: str, contracts: str) -> st.SearchStrategy[list[tuple[object, ...]]]:
    """Every ticket names its contract, so that nobody need be asked to which request it belongs."""
    who = st.sampled_from(customers)
    contract = st.sampled_from(contracts)
    writes = st.tuples(st.just("writes"), who, MICRODATA, DAY, contract, OPEN)
    step = st.one_of(
        writes,
        writes,
        st.tuples(st.sampled_from(["reopen", "close", "void", "restore"]), WHICH),
        st.tuples(st.just("subject"), WHICH, MICRODATA),
        st.tuples(st.just("customer"), WHICH, who),
        st.tuples(st.just("number"), WHICH, contract),
        st.tuples(st.just("created"), WHICH, DAY),
    )
    return st.tuples(writes, st.lists(step, min_size=4, max_size=14)).map(_in_one)


def _in_one(parts: tuple[tuple[object, ...], list[tuple[object, ...]]]) -> list[tuple[object, ...]]:
    first, more = parts
    return [first, *more]


def as_history(steps: list[tuple[object, ...]]) -> str:
    """The steps as people would write them; a step about no ticket is none."""
    names: list[str] = []
    told = []
    for verb, first, *more in steps:
        if verb == "writes":
            names.append(f"t{len(names)}")
            subject, day, contract, is_open = more
            told.append(f"{first} {subject}@{day} as {names[-1]} no {contract}{is_open}")
        elif names:
            words = [verb, names[int(str(first)) % len(names)], *more]
            told.append(" ".join(map(str, words)))
    return "; ".join(told)


def bare(owed: Iterable[str]) -> list[str]:
    """Without the contract, which a customer may have named that was another's."""
    return sorted(each.partition(" no ")[0] for each in owed)


@settings(max_examples=EXAMPLES)
@given(st.one_of(steps("A", "12"), steps("AB", "1")).map(as_history))
async def test_what_is_owed_is_what_the_tickets_tell(desk, history) -> None:
    player = Player(desk)
    await player.begin()
    await player.plays(history)
    facts = await player.facts()
    expected = owed_reference.owed(facts)
    assert bare(await player.owed()) == bare(expected), "\n".join([history, *player.read])
