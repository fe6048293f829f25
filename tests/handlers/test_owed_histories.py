"""Random histories of all that is done to tickets, by the desk's own ways of saving, on both engines:
every saving succeeds or is refused in words, and what is owed then is what would be settled from scratch.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.customers.records import Customer, CustomerCode
from domain.dates.days import BANGKOK, format_date
from domain.errors import DeskError
from domain.owed.requests import Life
from domain.owed.rules import Owed, OwedState
from domain.owed.settling import settle
from domain.tickets.records import Status, Ticket
from store import due, ticket_saves
from store.customers import records as customers
from store.owed import requests
from store.records.save_context import SaveContext
from store.tickets import records as tickets
from tests.fakes.office import OFFICE
from tests.handlers.conftest import DeskUnderTest

pytestmark = [pytest.mark.usefixtures("quiet_mornings"), pytest.mark.long]
SUBJECTS = ["7.3", "7.7", "7.9", "7.10", "7.11", "7.13", "8.2", "8.5", "6.1"]
IS_LONG = settings().max_examples > settings.get_profile("short").max_examples
EXAMPLES = 100 if IS_LONG else 5
"""Each plays a dozen messages through the whole desk."""
RUNNING = count(1)

WHO = st.integers(0, 1)
WHICH = st.integers(0, 6)
SUBJECT = st.sampled_from(SUBJECTS)
BEGUN = st.tuples(
    st.just("writes up"), WHO, SUBJECT, st.integers(1, 40), st.sampled_from([0, 0, 1, 2])
)
MOVES = st.one_of(
    BEGUN,
    BEGUN,
    st.tuples(st.sampled_from(["opens again", "closes", "voids", "restores", "says so"]), WHICH),
    st.tuples(st.just("corrects the subject"), WHICH, SUBJECT),
    st.tuples(st.just("corrects the customer"), WHICH, WHO),
    st.tuples(st.just("corrects the number"), WHICH, st.integers(0, 2)),
    st.tuples(st.just("imports anew"), WHICH, SUBJECT, WHO),
    st.tuples(st.just("moves"), WHICH, WHICH),
    st.tuples(
        st.sampled_from(["gives up", "puts off", "receives", "hands over", "ends all"]), WHICH
    ),
    st.tuples(st.just("merges"), st.booleans()),
    st.tuples(st.just("waits"), st.integers(1, 20)),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class Player:
    """Does one thing after another on a desk, for two customers of its own."""

    def __init__(self, desk: DeskUnderTest) -> None:
        self.desk = desk
        number = next(RUNNING)
        self.codes = [f"C3{number:05d}", f"C4{number:05d}"]
        self.nos = [f"{100 + 3 * number + each}/2568" for each in range(3)]
        self.merge_id = ""
        self.tickets: list[str] = []

    async def begin(self) -> None:
        for code in self.codes:
            one = Customer(CustomerCode(code), f"นาย{code}", kind="academic")
            await self.desk.db.write(
                partial(customers.add_customer, customer=one, now=self.desk.now)
            )

    async def play(self, move: tuple[object, ...]) -> None:
        what, *args = move
        self.desk.wait(minutes=7)
        before = len(self.desk.told("nok").replies)
        await getattr(self, f"_{str(what).replace(' ', '_')}")(*args)
        text = "\n".join(self.desk.told("nok").text.split("\n"))
        assert "มีรายการนี้อยู่แล้ว" not in text
        assert "อ้างอิง" not in text, self.desk.told("nok").replies[before:]

    def context(self) -> SaveContext:
        return SaveContext(OFFICE, self.desk.ids["nok"], self.desk.now)

    def no(self, which: int) -> str:
        return self.tickets[which % len(self.tickets)] if self.tickets else "R0000000000"

    async def ticket(self, which: int) -> Ticket | None:
        found = await tickets.get_tickets(self.desk.db, [self.no(which)])
        return next(iter(found.values()), None)

    async def lives(self) -> list[Life]:
        rows = await self.desk.db.fetch(
            "SELECT DISTINCT request_id AS id FROM owed UNION SELECT request_id FROM request_tickets "
            "UNION SELECT request_id FROM contracts"
        )
        return [await requests.get_life(self.desk.db, int(row["id"])) for row in rows]

    async def own_lives(self) -> list[Life]:
        return [life for life in await self.lives() if life.request.customer in self.codes]

    async def open_row(self, which: int) -> Owed | None:
        rows = [row for life in await self.own_lives() for row in life.owed]
        rows = [row for row in rows if row.state is OwedState.OPEN]
        return rows[which % len(rows)] if rows else None

    # What is done.

    async def _writes_up(self, who: int, subject: str, days: int, number: int) -> None:
        on = (self.desk.now - timedelta(days=days)).astimezone(BANGKOK).date()
        contract = f" สัญญา {self.nos[number]}" if number else ""
        line = f"/open {format_date(on)} {self.codes[who]} เมล {subject} เรื่องของคำขอ{contract} => ทำแล้ว ปิด"
        await self.desk.says(line)
        row = await self.desk.db.fetch_one("SELECT max(no) AS no FROM tickets")
        if row and row["no"] not in (None, *self.tickets):
            self.tickets.append(row["no"])

    async def _opens_again(self, which: int) -> None:
        await self.desk.says(f"เปิดอีกครั้ง {self.no(which)}")

    async def _closes(self, which: int) -> None:
        await self.desk.says(f"ปิดใบงาน {self.no(which)} ทำแล้ว")

    async def _voids(self, which: int) -> None:
        await self.desk.says(f"ยกเลิกใบงาน {self.no(which)} บันทึกซ้ำ")

    async def _restores(self, which: int) -> None:
        await self.desk.says(f"คืนใบงาน {self.no(which)}")

    async def _says_so(self, _which: int) -> None:
        answer = self.desk.last.get("telegram:nok")
        labels = answer.buttons if answer else []
        for label in labels:
            if "อีกครั้ง" in label and label.startswith("รอ"):
                await self.desk.presses(label)
                return

    async def _edits(self, which: int, field: str, value: str) -> None:
        await self.desk.says(self.no(which))
        for press in ("แก้ไข", "ช่องทั้งหมด", field):
            if not any(press in label for label in self.desk.last["telegram:nok"].buttons):
                break
            await self.desk.presses(press)
        else:
            await self.desk.says(value)
            if any("บันทึก" in label for label in self.desk.last["telegram:nok"].buttons):
                await self.desk.presses("บันทึก")
        await self.desk.says("/cancel")

    async def _corrects_the_subject(self, which: int, subject: str) -> None:
        await self._edits(which, "เรื่อง", subject)

    async def _corrects_the_customer(self, which: int, who: int) -> None:
        await self._edits(which, "ผู้รับบริการ", self.codes[who])

    async def _corrects_the_number(self, which: int, number: int) -> None:
        await self._edits(which, "เลขที่สัญญา", self.nos[number])

    async def _imports_anew(self, which: int, subject: str, who: int) -> None:
        old = await self.ticket(which)
        if old is None or old.status is Status.VOIDED:
            return
        new = replace(old, subject=subject, customer=CustomerCode(self.codes[who]))
        save = partial(ticket_saves.update_imported, context=self.context())
        await self.desk.db.write(partial(save, old=old, new=new))

    async def _moves(self, which: int, where: int) -> None:
        ticket = await self.ticket(which)
        lives = [life for life in await self.own_lives() if life.tickets]
        if ticket is None or not lives or ticket.status is Status.VOIDED:
            return
        life = lives[where % len(lives)]
        if life.request.customer != ticket.customer:
            return
        if OFFICE.steps.find_kind(ticket.subject) is not life.request.kind:
            return
        put = partial(
            requests.set_request,
            ticket_no=ticket.no,
            request_id=life.request.id,
            context=self.context(),
        )
        await self.desk.db.write(put)

    async def _decides(self, which: int, **decided: object) -> None:
        row = await self.open_row(which)
        if row is None:
            return
        new = replace(row, **decided)
        change = partial(requests.change_owed, old=row, new=new, context=self.context())
        await self.desk.db.write(change)

    async def _puts_off(self, which: int) -> None:
        await self._decides(which, snoozed_on=self.desk.now.date() + timedelta(days=30))

    async def _hands_over(self, which: int) -> None:
        await self._decides(which, assignee=self.desk.ids["ton"])

    async def _gives_up(self, which: int) -> None:
        row = await self.open_row(which)
        if row is not None:
            new = requests.dropped(row, "r", self.desk.now)
            change = partial(requests.change_owed, old=row, new=new, context=self.context())
            await self.desk.db.write(change)

    async def _receives(self, which: int) -> None:
        row = await self.open_row(which)
        if row is not None:
            new = row.ended_by_word(OwedState.RECEIVED, self.desk.now)
            change = partial(requests.change_owed, old=row, new=new, context=self.context())
            await self.desk.db.write(change)

    async def _ends_all(self, which: int) -> None:
        row = await self.open_row(which)
        if row is not None:
            end = partial(requests.end_request, reason="r", context=self.context())
            await self.desk.db.write(partial(end, request_id=row.request_id))
            await self.desk.db.write(
                partial(requests.resume_request, request_id=row.request_id, context=self.context())
            )

    async def _merges(self, keep_first: bool) -> None:
        desk = self.desk
        last = desk.last.get("telegram:may")
        if last and any(label == "ยกเลิกการรวม" for label in last.buttons):
            await desk.presses("ยกเลิกการรวม", who="may")
            confirm = [
                label for label in desk.last["telegram:may"].buttons if "ยกเลิกการรวม" in label
            ]
            await desk.presses(confirm[0], who="may")
            return
        keep, gone = self.codes if keep_first else self.codes[::-1]
        shown = await desk.says(f"/merge {gone} {keep}", who="may")
        if not any(f"รวมเป็น {keep}" in label for label in shown.buttons):
            if not any(f"เก็บ {keep} แทน" in label for label in shown.buttons):
                return
            await desk.presses(f"เก็บ {keep} แทน", who="may")
        await desk.presses(f"รวมเป็น {keep}", who="may")

    async def _waits(self, days: int) -> None:
        self.desk.wait(days=days)
        await self.desk.tick()

    # What holds afterwards.

    async def holds(self) -> None:
        for life in await self.own_lives():
            owners = {ticket.customer for ticket in life.tickets}
            assert owners <= {life.request.customer}, "a ticket on another customer's request"
            if life.contract is not None:
                assert life.tickets, "a contract of nothing"
            stored = facts(life.owed)
            assert facts(from_scratch(life)) == stored
            await self._is_planned(life.owed)

    async def _is_planned(self, rows: Sequence[Owed]) -> None:
        for row in rows:
            waiting = await due.list_waiting(self.desk.db, "owed", str(row.id))
            assert [each.due_at for each in waiting] == [row.next_at] * (row.next_at is not None)


def from_scratch(life: Life) -> list[Owed]:
    """What is owed by the tickets as they are, and by what was decided alone."""
    decided = [
        replace(
            row,
            state=OwedState.VOID,
            started_at=life.request.started_at,
            ticket_no="",
            assignee=None,
            ended_at=None,
            proof_no="",
            chased=0,
            last_at=None,
            due_on=None,
        )
        for row in life.owed
    ]
    return settle(
        OFFICE.rules.values(),
        life.tickets,
        decided,
        life.request.id,
        requests.agreed_days(life.contract),
    )


def facts(rows: Sequence[Owed]) -> list[Owed]:
    """What is or was owed, without what only says how often a row was written."""
    real = [row for row in rows if row.state is not OwedState.VOID]
    bare = [replace(row, version=1, next_at=None) for row in real]
    return sorted(bare, key=lambda row: (row.rule, row.started_at, row.id))


@settings(max_examples=EXAMPLES)
@given(st.lists(MOVES, min_size=3, max_size=14))
async def test_what_is_owed_is_what_would_be_settled_from_scratch(desk, moves) -> None:
    player = Player(desk)
    desk.last.clear()
    await player.begin()
    refused = ""
    for move in moves:
        try:
            await player.play(move)
        except DeskError as error:
            refused = error.code
        await player.holds()
    assert refused in ("", "changed")


MICRODATA = st.sampled_from([subject for subject in SUBJECTS if subject.startswith("7.")])
LINES = st.lists(
    st.tuples(MICRODATA, st.integers(2, 60)),
    min_size=2,
    max_size=5,
    unique_by=lambda line: line[1],
)


async def written_up(desk, lines: Sequence[tuple[str, int]]) -> list[tuple[object, ...]]:
    """What is owed by a customer whose tickets of these days were written up in this order."""
    player = Player(desk)
    await player.begin()
    numbers = {}
    for subject, days in lines:
        # All name the contract, so that nobody need ask to which request they belong.
        await player._writes_up(0, subject, days, 1)
        numbers[player.tickets[-1]] = days
    assert len(numbers) == len(lines)
    (life,) = await player.own_lives()
    rows = life.owed
    return sorted(
        (row.rule, str(row.state), numbers[row.ticket_no], numbers.get(row.proof_no), row.chased)
        for row in rows
        if row.state is not OwedState.VOID
    )


@settings(max_examples=EXAMPLES)
@given(LINES, st.randoms(use_true_random=False))
async def test_in_whatever_order_it_is_written_up_the_same_is_owed(desk, lines, random) -> None:
    first = await written_up(desk, lines)
    random.shuffle(lines)
    assert await written_up(desk, lines) == first
