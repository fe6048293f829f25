"""Search finds the same customers in the same order on both engines, and nothing typed is a wildcard."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.customers import Contact, Customer, CustomerCode
from domain.staff import StaffId
from store.customers import add_customer, get_customer, update_customer
from store.database import Database, Tx
from store.search import LIMIT, Why, find_customers, find_twins
from tests.fakes.postgres import Postgresql

Opening = Callable[[str], Awaitable[Database]]
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def customer(number: int, name: str, **rest: object) -> Customer:
    return Customer(CustomerCode(f"C{number}"), name, **rest)


CAST = [
    customer(1, "นายสมชาย ใจดี", mobile="+66812345678", email="somchai.jai@example.com"),
    customer(2, "สมชาย รุ่งเรือง", phone="+6621417500;ext=203", email="s_j@example.ac.th"),
    customer(3, "สมหญิง ใจดี", mobile="+66898765678", organisation="กระทรวงแรงงาน"),
    customer(4, "Jane O'Brien", email="jane@example.com", phone="1111"),
    customer(
        5,
        "มหาวิทยาลัยเชียงใหม่",
        phone="+6653941000",
        contacts=(Contact("ปู่ทวด ณ อยุธยา", "", "+66861234567", "PU@example.org"),),
    ),
    customer(6, "ร้าน 100% _จริง_ !", email="sxj@example.ac.th", phone="9-0812340000"),
    customer(7, "บริษัทไทย", contacts=(Contact("พันธุ์ดี แก้ว"),)),
    customer(81554, "ชายกลาง พันธุ์ดี"),
]

FOUND = [
    # A code, however it is typed.
    ("C81554", [(81554, Why.CODE)]),
    (" c๘๑๕๕๔ ", [(81554, Why.CODE)]),
    ("C404", []),
    # A telephone in several writings.
    ("0812345678", [(1, Why.PHONE)]),
    ("081-234-5678", [(1, Why.PHONE)]),
    ("081 234 5678", [(1, Why.PHONE)]),
    ("+66 81 234 5678", [(1, Why.PHONE)]),
    ("66812345678", [(1, Why.PHONE)]),
    ("๐๘๑-๒๓๔-๕๖๗๘", [(1, Why.PHONE)]),
    ("02-141-7500", [(2, Why.PHONE)]),
    ("02-141-7500 ต่อ 203", [(2, Why.PHONE)]),
    ("0861234567", [(5, Why.PHONE)]),
    ("0812340000", [(6, Why.PHONE)]),
    ("0899999999", []),
    # Its last digits.
    ("5678", [(1, Why.PHONE), (3, Why.PHONE)]),
    ("๕๖๗๘", [(1, Why.PHONE), (3, Why.PHONE)]),
    ("45678", [(1, Why.PHONE)]),
    ("1111", [(4, Why.PHONE)]),
    ("9999", []),
    # An e-mail, whole and its beginning.
    ("somchai.jai@example.com", [(1, Why.EMAIL)]),
    ("SOMCHAI.JAI@EXAMPLE.COM", [(1, Why.EMAIL)]),
    ("pu@example.org", [(5, Why.EMAIL)]),
    ("somchai.jai@", [(1, Why.EMAIL)]),
    ("s_j@example", [(2, Why.EMAIL)]),
    ("nobody@example.com", []),
    # One or two characters: the beginning of a word.
    ("ส", [(1, Why.PREFIX), (2, Why.PREFIX), (3, Why.PREFIX)]),
    ("ใจ", [(1, Why.PREFIX), (3, Why.PREFIX)]),
    ("ja", [(4, Why.PREFIX)]),
    ("J", [(4, Why.PREFIX)]),
    ("ดี", []),
    # Words in any order, with or without title and tone marks.
    ("สมชาย", [(1, Why.NAME), (2, Why.NAME)]),
    ("ใจดี สมชาย", [(1, Why.NAME)]),
    ("นาย สมชาย ใจดี", [(1, Why.NAME)]),
    ("สมชาย รุงเรือง", [(2, Why.NAME)]),
    ("แรงงาน สมหญิง", [(3, Why.PART)]),
    ("brien jane", [(4, Why.NAME)]),
    ("สมชาย ใจร้าย", []),
    # A part of a word, whole names and beginnings first.
    ("พันธุ์ดี", [(81554, Why.NAME), (7, Why.PART)]),
    ("ชาย", [(81554, Why.PREFIX), (1, Why.PART), (2, Why.PART)]),
    ("เชียงใหม่", [(5, Why.PART)]),
    ("rien", [(4, Why.PART)]),
    ("อยุธยา", [(5, Why.PART)]),
    ("100", [(6, Why.NAME)]),
    # Signs part words and are never wildcards.
    ("%", []),
    ("_", []),
    ("!", []),
    ("%%%", []),
    ("ดี%สม", [(1, Why.PART), (3, Why.PART)]),
    ("ดี_สม", [(1, Why.PART), (3, Why.PART)]),
    ("100%", [(6, Why.NAME)]),
    ("O'Brien", [(4, Why.NAME)]),
    ("'; DROP TABLE customers; --", []),
    ('"สมชาย"', [(1, Why.NAME), (2, Why.NAME)]),
    # Nonsense.
    ("", []),
    ("   ", []),
    ("กขฃคฅฆ", []),
    ("👍", []),
    ("ส" * 5000, []),
]


async def fill(db: Database) -> None:
    async def work(tx: Tx) -> None:
        for one in CAST:
            await add_customer(tx, one, NOW)

    await db.write(work)


async def test_what_is_typed_finds_these_customers_in_this_order(db: Database) -> None:
    await fill(db)

    wrong = {}
    for typed, expected in FOUND:
        found = [(int(hit.customer.code[1:]), hit.why) for hit in await find_customers(db, typed)]
        if found != expected:
            wrong[typed] = (found, expected)

    assert wrong == {}


@pytest.fixture
async def both(tmp_path: Path, postgresql: Postgresql, opening: Opening) -> list[Database]:
    """The same register on both engines."""
    opened = [await opening(f"sqlite:///{tmp_path / 'desk.db'}"), await opening(await postgresql.clean_desk())]
    for db in opened:
        await fill(db)
    return opened


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    typed=st.lists(
        st.sampled_from(
            [*"สมชใจดยิรุ่งเรืองรางานอ์ๆำ", *"0156789๘", *"janeb", " ", "@", ".", "%", "_", "!", "'", "\\", "C", "0"]
        ),
        max_size=6,
    ).map("".join)
)
async def test_both_engines_answer_alike(both: list[Database], typed: str) -> None:
    sqlite, postgresql = [await find_customers(db, typed) for db in both]

    assert [(hit.customer.code, hit.why) for hit in sqlite] == [(hit.customer.code, hit.why) for hit in postgresql]


async def test_a_search_is_bounded(db: Database) -> None:
    async def work(tx: Tx) -> None:
        for number in reversed(range(1000, 1000 + LIMIT + 50)):
            await add_customer(tx, customer(number, "ประชา ชนบท", mobile="+66812345678"), NOW)

    await db.write(work)

    for typed in ("ประชา", "ป", "0812345678", "5678", "ประ"):
        hits = await find_customers(db, typed)
        assert [hit.customer.code for hit in hits] == [f"C{number}" for number in range(1000, 1000 + LIMIT)]


async def test_a_changed_customer_is_found_by_the_new_and_not_by_the_old(db: Database, officer: StaffId) -> None:
    await fill(db)
    old = await get_customer(db, "C1")
    new = replace(old, name="ธงชัย มั่นคง", mobile="+66855554444", email="")
    await db.write(lambda tx: update_customer(tx, old, new, officer, NOW))

    for typed in ("ธงชัย", "0855554444", "ธง", "คง มั่น"):
        assert [hit.customer.code for hit in await find_customers(db, typed)] == ["C1"]
    for typed in ("สมชาย ใจดี", "0812345678", "somchai.jai@"):
        assert await find_customers(db, typed) == []


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (customer(9, "ไม่เคยมา", mobile="+66812345678"), [(1, Why.PHONE)]),
        (customer(9, "ไม่เคยมา", phone="0812345678"), [(1, Why.PHONE)]),
        (customer(9, "ไม่เคยมา", mobile="+66861234567"), [(5, Why.PHONE)]),
        (customer(9, "ไม่เคยมา", email="Somchai.Jai@example.com"), [(1, Why.EMAIL)]),
        (customer(9, "ใจดี สมชาย"), [(1, Why.NAME)]),
        (customer(9, "น.ส.สมหญิง ใจดี", mobile="+66812345678"), [(1, Why.PHONE), (3, Why.NAME)]),
        (customer(9, "สมชาย มีสุข"), []),
        (customer(9, "ชาย"), []),
        (customer(9, "%"), []),
        (customer(9, "คนใหม่", mobile="+66812340000", phone="ไม่มี"), []),
        (CAST[0], []),
    ],
)
async def test_twins_share_a_telephone_an_email_or_the_whole_name(
    db: Database, new: Customer, expected: list[tuple[int, Why]]
) -> None:
    await fill(db)

    assert [(int(hit.customer.code[1:]), hit.why) for hit in await find_twins(db, new)] == expected


async def test_twins_are_at_most_ten(db: Database) -> None:
    async def work(tx: Tx) -> None:
        for number in range(100, 120):
            await add_customer(tx, customer(number, "สมชาย ใจดี"), NOW)

    await db.write(work)

    assert len(await find_twins(db, customer(9, "สมชาย ใจดี"))) == 10
