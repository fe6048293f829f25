"""Tickets are found by any part of their texts, the newest first, alike on both engines, and
nothing is a wildcard.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.staff import StaffId
from domain.tickets.records import Ticket, TicketNo
from store.engine.database import Database
from store.rebuild import rebuild_tickets
from store.search import tickets as ticket_search
from store.search.tickets import LIMIT, find_tickets
from store.tickets import records as tickets

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
