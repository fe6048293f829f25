"""Tickets are found by any part of their texts, the newest first, alike on both engines, and
nothing is a wildcard.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest

from domain.staff import StaffId
from domain.tickets.records import Ticket, TicketNo
from domain.tickets.text import query_keys
from store.engine.database import Database, Row, Tx
from store.rebuild import rebuild_tickets
from store.search import tickets as ticket_search
from store.search.tickets import LIMIT, find_tickets
from store.tickets import records as tickets
from store.tickets import texts

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
Ask = Callable[[str], Awaitable[list[str]]]


def made(number: int, officer: StaffId, **texts: object) -> Ticket:
    base = Ticket(TicketNo(f"R2611{number:06d}"), "phone", "1.1", "", NOW, NOW, officer, officer)
    return replace(base, **texts)  # type: ignore[arg-type]


@pytest.fixture
async def ask(db: Database, officer: StaffId) -> Ask:
    cast = [
        made(1, officer, details="ขอรายได้ครัวเรือนกระบี่ 2560", result="แนะนำเว็บไซต์"),
        made(2, officer, details="ขอประชากรแฝงตาก", result="ส่งรายได้ครัวเรือนทางอีเมล"),
        made(3, officer, details="100% _จริง_ [x] *", remarks="ผู้ขอโทรมาซ้ำ", letter_no="ดศ 0504/513"),
        made(
            4,
            officer,
            details="ซื้อรายงาน",
            receipt_no="12/345",
            purpose="ทำวิทยานิพนธ์",
            agency="ธนาคารตัวอย่าง",
        ),
    ]
    for ticket in cast:
        await db.write(lambda tx, ticket=ticket: tickets.add_ticket(tx, ticket))

    async def ask(text: str) -> list[str]:
        return [str(int(ticket.no[5:])) for ticket in (await find_tickets(db, text))[0]]

    return ask


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("ครัวเรือน", ["2", "1"]),
        ("รายไดครัว", ["2", "1"]),
        ("ครัวเรือน กระบี่", ["1"]),
        ("ประชากรแฝง", ["2"]),
        ("โทรมาซ้ำ", ["3"]),
        ("0504/513", ["3"]),
        ("12/345", ["4"]),
        ("วิทยานิพน", ["4"]),
        ("ธนาคาร", ["4"]),
        ("กร", ["2", "1"]),
        ("ซ", ["4", "3", "1"]),
        ("ikp", ["4", "2", "1"]),
        ("ไม่มีคำนี้เลย", []),
        ("%", []),
        ("*", []),
        ("_", []),
        ("'; --", []),
        ("100%", ["3"]),
        ("", []),
        ("ก" * 4000, []),
    ],
)
async def test_a_part_of_any_text_finds_the_newest_first(
    ask: Ask, text: str, numbers: list[str]
) -> None:
    assert await ask(text) == numbers


async def test_a_changed_text_is_found_by_what_it_says_now(db: Database, ask: Ask) -> None:
    old = await tickets.get_ticket(db, "R2611000001")
    new = replace(old, details="ขอจำนวนโรงแรมภูเก็ต")
    await db.write(lambda tx: tickets.update_ticket(tx, old, new, None, NOW))
    assert await ask("โรงแรม") == ["1"]
    assert await ask("กระบี่") == []


async def test_tickets_from_before_there_were_keys_get_theirs(db: Database, ask: Ask) -> None:
    await db.write(lambda tx: tx.execute("DELETE FROM ticket_texts"))
    assert await ask("ครัวเรือน") == []
    assert await db.write(rebuild_tickets) > 0
    assert await db.write(rebuild_tickets) == 0
    assert await ask("ครัวเรือน") == ["2", "1"]


async def test_many_are_read_in_stretches_until_enough_are_found(
    db: Database, officer: StaffId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticket_search, "STRETCH", 7)
    many = [made(n, officer, details="ถามแรงงาน" if n % 2 else "ถามที่ดิน") for n in range(1, 121)]
    await db.write(lambda tx: tickets.add_tickets(tx, [*many, made(500, officer, details="โรงสี")]))
    found, keys = await find_tickets(db, "แรงงาน")
    assert [int(t.no[5:]) for t in found] == list(range(119, 119 - 2 * LIMIT, -2))
    assert len(keys) == 1
    assert [t.no for t in (await find_tickets(db, "โรงสี"))[0]] == ["R2611000500"]
    first = [made(1000, officer, details="แรงงาน")]
    await db.write(lambda tx: tickets.add_tickets(tx, first))
    assert (await find_tickets(db, "แรงงาน"))[0][0].no == "R2611001000"


# What is behind the newest is found through the index of blocks.

WORDS = ["ครัวเรือน", "แรงงาน", "ที่ดิน", "โรงสี", "กระบี่", "ตาก", "2560", "gdp", "เลย", "อ"]
QUERIES = [
    *WORDS,
    "รือ",
    "กร",
    "รง",
    "งา",
    "รงงาน ที่ดิน",
    "โรงสี ตาก",
    "ครัวเรือนแรงงาน",
    "ไม่มี",
    "xq",
    "gd",
]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticket_search, "STRETCH", 3)
    monkeypatch.setattr(ticket_search, "READ_TOGETHER", 2)
    monkeypatch.setattr(texts, "UNINDEXED", 5)
    monkeypatch.setattr(texts, "AT_ONCE", 7)


async def by_reading_all(db: Database, text: str) -> list[str]:
    """The same by what stands in the tickets, of which there are few."""
    rows = await db.fetch("SELECT id, folded FROM ticket_texts ORDER BY id DESC")
    wanted = query_keys(text)
    return [f"R{row['id']:010d}" for row in rows if all(key in row["folded"] for key in wanted)]


async def index_all(db: Database) -> int:
    indexed = 0
    while some := await texts.index_segment(db):
        indexed += some
    return indexed


def spread(officer: StaffId) -> list[Ticket]:
    """Tickets of several segments, with gaps between them."""
    chosen = Random(5)
    numbers = chosen.sample(range(1, 3 * texts.SEGMENT), 150)
    return [made(number, officer, details=" ".join(chosen.sample(WORDS, 3))) for number in numbers]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("many", [1, 4, 1000])
async def test_what_the_index_finds_is_what_reading_all_finds(
    db: Database, officer: StaffId, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ticket_search.MANY, db.engine, many)
    await db.write(lambda tx: tickets.add_tickets(tx, spread(officer)))
    before = {text: await by_reading_all(db, text) for text in QUERIES}
    for indexed in (0, await index_all(db)):
        for text in QUERIES:
            found = [str(ticket.no) for ticket in (await find_tickets(db, text))[0]]
            assert found == before[text][:LIMIT], (indexed, text)
    assert await index_all(db) == 0
    (left,) = await db.fetch("SELECT count(*) AS n FROM ticket_texts WHERE indexed = 0")
    assert 5 <= left["n"] < 5 + texts.SEGMENT


@pytest.mark.usefixtures("small")
async def test_a_ticket_that_changes_after_it_was_indexed_is_found_by_its_new_words(
    db: Database, officer: StaffId
) -> None:
    cast = spread(officer)
    await db.write(lambda tx: tickets.add_tickets(tx, cast))
    await index_all(db)
    oldest = await tickets.get_ticket(db, min(ticket.no for ticket in cast))
    new = replace(oldest, details="ปะการัง")
    await db.write(lambda tx: tickets.update_ticket(tx, oldest, new, None, NOW))
    assert [t.no for t in (await find_tickets(db, "ปะการัง"))[0]] == [oldest.no]
    await index_all(db)
    assert [t.no for t in (await find_tickets(db, "ปะการัง"))[0]] == [oldest.no]


@pytest.mark.usefixtures("small")
async def test_a_ticket_that_changes_while_it_is_indexed_is_indexed_another_time(
    db: Database, officer: StaffId, monkeypatch: pytest.MonkeyPatch
) -> None:
    await db.write(lambda tx: tickets.add_tickets(tx, spread(officer)))
    taken_apart = texts._blocks_by_trigram
    changed: list[str] = []

    async def meanwhile(rows: Sequence[Row]) -> dict[int, int]:
        blocks = await taken_apart(rows)
        if not changed:
            old = await tickets.get_ticket(db, f"R{rows[0]['id']:010d}")
            changed.append(old.no)
            new = replace(old, details="ปะการัง")
            await db.write(lambda tx: tickets.update_ticket(tx, old, new, None, NOW))
        return blocks

    monkeypatch.setattr(texts, "_blocks_by_trigram", meanwhile)
    await texts.index_segment(db)
    assert [t.no for t in (await find_tickets(db, "ปะการัง"))[0]] == changed
    await index_all(db)
    assert [t.no for t in (await find_tickets(db, "ปะการัง"))[0]] == changed


@pytest.mark.usefixtures("small")
async def test_the_index_made_anew_is_the_index(db: Database, officer: StaffId) -> None:
    await db.write(lambda tx: tickets.add_tickets(tx, spread(officer)))
    await index_all(db)
    every = "SELECT segment, trigram, blocks FROM ticket_trigrams ORDER BY segment, trigram"
    before = await db.fetch(every)

    async def forget(tx: Tx) -> None:
        await tx.execute("DELETE FROM ticket_trigrams")
        await tx.execute("UPDATE ticket_texts SET indexed = 0")

    await db.write(forget)
    await index_all(db)
    assert await db.fetch(every) == before
