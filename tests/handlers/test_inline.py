"""What is typed after the bot's name in any chat: customers for staff, nothing for anybody else,
nothing stale.
"""

import json
from functools import partial

import pytest

from domain.customers.records import Customer, CustomerCode
from domain.staff import Platform
from handlers.chat import Offers
from handlers.customers.inline import NOTHING, PAGE
from store import staff
from store.chat import inbox
from store.chat.inbox import Event
from store.customers import records as customers
from tests.handlers.conftest import NOW, DeskUnderTest


async def bring(
    desk: DeskUnderTest, *typed: str, who: str = "nok", offset: str = "", age: float = 0
) -> None:
    """Queries as the platform hands them over, all at once, so many seconds ago."""
    first = await desk.count("inbox") + 1
    events = [
        Event(
            "telegram",
            f"q{n}",
            f"telegram:inline:{who}",
            n,
            json.dumps({"query": q, "offset": offset, "who": who}),
        )
        for n, q in enumerate(typed, first)
    ]
    woken = await inbox.receive(desk.db, events, desk.engine.owner, desk.now)
    desk.wait(seconds=age)
    desk.engine.worker.wake(woken)
    await desk.engine.idle()


async def asks(desk: DeskUnderTest, text: str, who: str = "nok", offset: str = "") -> Offers:
    before = len(offered(desk))
    await bring(desk, text, who=who, offset=offset)
    (answer,) = offered(desk)[before:]
    return answer


def offered(desk: DeskUnderTest) -> list[Offers]:
    return desk.recorders[Platform.TELEGRAM].offered


async def test_staff_are_offered_customers_whose_text_is_masked(desk: DeskUnderTest):
    (one,) = (await asks(desk, "สมชาย ใจ")).found
    assert one.key == "C81554"
    assert one.title == "C81554 นายสมชาย ใจดี"
    assert "081-234-5678" in one.about
    assert one.text == "👤 C81554 สมชาย ใจ••• · 08•-•••-5678"


@pytest.mark.parametrize(
    "text", ["สมช", "ส", "0812345678", "C81554", "somchai@example.com", "l,=kp"]
)
async def test_anything_that_finds_a_customer_finds_it_here(desk: DeskUnderTest, text: str):
    assert "C81554" in [offer.key for offer in (await asks(desk, text)).found]


@pytest.mark.parametrize("text", ["", "   ", "ซซซซซ", "\x00", "%", "_" * 256, '"', "NEAR("])
async def test_nothing_found_is_an_empty_answer(desk: DeskUnderTest, text: str):
    assert await asks(desk, text) == NOTHING.offers


async def test_strangers_and_blocked_staff_get_what_a_fruitless_query_gets(desk: DeskUnderTest):
    await desk.db.write(lambda tx: staff.set_blocked(tx, desk.ids["ton"], NOW))
    for who in ("stranger", "ton"):
        assert await asks(desk, "สมชาย", who=who) == await asks(desk, "ซซซซซ") == NOTHING.offers
    assert await desk.count("stranger_answers") == 0
    assert await desk.count("audit") == 0


async def test_every_customer_that_is_offered_is_in_the_audit_log(desk: DeskUnderTest):
    answer = await asks(desk, "สมชาย")
    rows = await desk.db.fetch(
        "SELECT record FROM audit WHERE action = 'customer.listed' ORDER BY id"
    )
    assert [row["record"] for row in rows] == [offer.key for offer in answer.found]
    assert len(rows) == 2


async def test_pages_follow_one_another_to_the_last(desk: DeskUnderTest):
    many = [
        Customer(CustomerCode(f"C{n}"), f"นางมาลัย ที่{n}", kind="citizen") for n in range(100, 145)
    ]
    for customer in many:
        await desk.db.write(partial(customers.add_customer, customer=customer, now=NOW))
    seen: list[str] = []
    offset, pages = "", 0
    while offset or not pages:
        page = await asks(desk, "มาลัย", offset=offset)
        assert len(page.found) <= PAGE
        seen += [offer.key for offer in page.found]
        offset, pages = page.more, pages + 1
    assert sorted(seen) == sorted(customer.code for customer in many)
    assert pages == 3


@pytest.mark.parametrize("offset", ["-1", "x", "๑", "9" * 64, "9999"])
async def test_an_odd_offset_does_no_harm(desk: DeskUnderTest, offset: str):
    assert len((await asks(desk, "สมชาย", offset=offset)).found) in (0, 2)


async def test_of_quick_typing_only_the_last_is_answered(desk: DeskUnderTest):
    await bring(desk, "ส", "สม", "สมชาย ใจ")
    (answer,) = offered(desk)
    assert [offer.key for offer in answer.found] == ["C81554"]
    assert await desk.count("inbox", "state = 'dropped'") == 2


async def test_an_old_query_is_dropped_and_not_answered(desk: DeskUnderTest):
    await bring(desk, "สมชาย", age=11)
    assert offered(desk) == []
    assert await desk.count("inbox", "state = 'pending'") == 0
    assert await desk.count("audit") == 0


async def test_a_query_touches_neither_the_open_form_nor_where_the_person_is_reached(
    desk: DeskUnderTest,
):
    await desk.says("สร้างใบงาน C81554")
    before = await desk.db.fetch("SELECT * FROM forms")
    desk.wait(minutes=11)
    await asks(desk, "สมชาย")
    assert await desk.db.fetch("SELECT * FROM forms") == before
    (identity,) = [
        i for i in await staff.list_identities(desk.db, desk.ids["nok"]) if i.platform == "telegram"
    ]
    assert identity.chat == "nok"
