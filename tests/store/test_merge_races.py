"""Merges beside everything else: two administrators at once, tickets that come in meanwhile, very
many tickets.
"""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest

from domain.customers.merging import part, unite
from domain.customers.records import Contact, Customer, CustomerCode
from domain.errors import Conflict
from domain.owed.requests import Request, RequestKind
from domain.staff import Role
from domain.tickets.records import Ticket, TicketNo
from store import merges, staff
from store.customers.records import (
    add_customer,
    find_survivors,
    get_customer,
    get_record,
    list_customers,
    update_customer,
)
from store.engine import postgresql, sqlite
from store.owed import requests
from store.tickets import records as tickets
from tests.fakes.clock import PATIENCE

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
CODES = ("C1", "C2", "C3")
ROUNDS = 12


@pytest.fixture
async def by(db):
    """The administrator, and three customers with a contact each."""

    async def work(tx):
        for n, code in enumerate(CODES):
            contact = Contact(f"คนที่ {n}", mobile=f"+6681000000{n}", main=True)
            await add_customer(
                tx, Customer(CustomerCode(code), f"ราย {n}", contacts=(contact,)), NOW
            )
        return await staff.add_staff(tx, "เมย์", Role.ADMIN, NOW)

    return await db.write(work)


def ticket(no: int, code: str) -> Ticket:
    return Ticket(
        TicketNo(f"R{no:010}"),
        "phone",
        "1.1",
        "ถาม",
        NOW,
        NOW,
        None,
        None,
        customer=CustomerCode(code),
    )


async def merge(db, keep, gone, by):
    survivor, merged = await get_record(db, keep), await get_record(db, gone)
    union = unite(survivor, merged, frozenset())
    await db.write(lambda tx: merges.merge(tx, survivor, merged, union, by, NOW))


async def unmerge(db, stored, by, *, keep=True):
    now = await get_record(db, stored.merge.survivor.code)
    parted = part(stored.merge, now, keep=keep)
    await db.write(lambda tx: merges.unmerge(tx, stored, now, parted, by, NOW))


async def together(*works):
    """All at once; how many came to pass."""
    done = await asyncio.gather(*works, return_exceptions=True)
    for one in done:
        if one is not None and not isinstance(one, Conflict):
            raise one
    return done.count(None)


async def test_two_merges_against_each_other_at_once_make_one_merged_record(db, by):
    for _ in range(ROUNDS):
        assert await together(merge(db, "C1", "C2", by), merge(db, "C2", "C1", by)) == 1
        survivors = await find_survivors(db, ["C1", "C2"])
        assert len(survivors) == 1
        (stored,) = await merges.list_standing(db, next(iter(survivors.values())))
        assert await together(unmerge(db, stored, by), unmerge(db, stored, by)) == 1
        assert await find_survivors(db, ["C1", "C2"]) == {}


async def test_three_merges_round_in_a_ring_at_once_make_no_circle(db, by):
    for _ in range(ROUNDS):
        await together(
            merge(db, "C1", "C2", by), merge(db, "C2", "C3", by), merge(db, "C3", "C1", by)
        )
        async with asyncio.timeout(PATIENCE):
            survivors = await find_survivors(db, CODES)
        assert len(set(CODES) - set(survivors)) >= 1
        assert all(code not in survivors for code in survivors.values())
        while survivors:
            for code in set(CODES) - set(survivors):
                for stored in await merges.list_standing(db, code):
                    await unmerge(db, stored, by)
            survivors = await find_survivors(db, CODES)


async def test_a_ticket_saved_while_its_customer_is_merged_is_the_survivors(db, by):
    for n in range(ROUNDS):
        new = [
            db.write(lambda tx, no=n * 10 + k: tickets.add_ticket(tx, ticket(no, "C2")))
            for k in range(4)
        ]
        await together(*new[:2], merge(db, "C1", "C2", by), *new[2:])
        assert await tickets.count_by_customer(db, "C2") == 0
        (stored,) = await merges.list_standing(db, "C1")
        await unmerge(db, stored, by)


async def test_a_ticket_given_to_a_customer_who_is_merged_meanwhile_is_the_survivors(db, by):
    await db.write(lambda tx: tickets.add_ticket(tx, ticket(1, "C3")))
    for _ in range(ROUNDS):
        old = await tickets.get_ticket(db, "R0000000001")
        new = replace(old, customer=CustomerCode("C2"))
        given = db.write(lambda tx, old=old, new=new: tickets.update_ticket(tx, old, new, by, NOW))
        await together(given, merge(db, "C1", "C2", by))
        assert (await tickets.get_ticket(db, "R0000000001")).customer == "C1"
        (stored,) = await merges.list_standing(db, "C1")
        await unmerge(db, stored, by)
        old = await tickets.get_ticket(db, "R0000000001")
        back = replace(old, customer=CustomerCode("C3"))
        await db.write(lambda tx, old=old, back=back: tickets.update_ticket(tx, old, back, by, NOW))


async def test_a_request_begun_while_its_customer_is_merged_is_the_survivors(db, by):
    for n in range(ROUNDS):
        new = [
            Request(n * 10 + k, RequestKind.MICRODATA, CustomerCode("C2"), NOW, NOW)
            for k in range(1, 5)
        ]
        begun = [db.write(partial(requests.add_request, request=each)) for each in new]
        await together(*begun[:2], merge(db, "C1", "C2", by), *begun[2:])
        assert await requests.count_by_customer(db, "C2") == 0
        (stored,) = await merges.list_standing(db, "C1")
        await unmerge(db, stored, by)


async def test_an_edit_while_its_customer_is_merged_is_in_the_survivor_or_refused(db, by):
    for n in range(ROUNDS):
        old = await get_record(db, "C2")
        new = replace(old, note=f"ครั้งที่ {n}")
        edit = db.write(lambda tx, old=old, new=new: update_customer(tx, old, new, by, NOW))
        assert await together(edit, merge(db, "C1", "C2", by)) >= 1
        edited = (await get_record(db, "C2")).note == f"ครั้งที่ {n}"
        for stored in await merges.list_standing(db, "C1"):
            assert ((await get_record(db, "C1")).note == f"ครั้งที่ {n}") == edited
            await unmerge(db, stored, by)
        assert ((await get_record(db, "C2")).note == f"ครั้งที่ {n}") == edited


async def test_reading_while_a_merge_is_taken_back_finds_one_or_the_other(db, by):
    async def read(stop):
        while not stop.is_set():
            assert (await get_customer(db, "C2")).code in ("C1", "C2")
            assert [c.code for c in await list_customers(db, ["C2"])] in (["C1"], ["C2"])

    stop = asyncio.Event()
    readers = [asyncio.create_task(read(stop)) for _ in range(4)]
    try:
        for _ in range(ROUNDS * 3):
            await merge(db, "C1", "C2", by)
            (stored,) = await merges.list_standing(db, "C1")
            await unmerge(db, stored, by)
    finally:
        stop.set()
        done = await asyncio.gather(*readers, return_exceptions=True)
    assert [one for one in done if one is not None] == []


@pytest.fixture
def few_parameters(monkeypatch):
    """The engines take some 32,700 parameters a statement; here 5,000, so that few tickets are too
    many.
    """
    for connection in (sqlite._Connection, postgresql._Connection):
        for name in ("fetch", "execute"):
            monkeypatch.setattr(connection, name, refusing(getattr(connection, name)))


def refusing(run):
    async def narrow(connection, sql, *params):
        assert len(params) <= 5_000, f"{len(params)} parameters: {sql[:80]}"
        return await run(connection, sql, *params)

    return narrow


@pytest.mark.long
@pytest.mark.usefixtures("few_parameters")
async def test_a_customer_with_more_tickets_than_a_statement_takes_parameters_is_merged_and_parted(
    db, by
):
    many = 5_100
    await db.write(lambda tx: tickets.add_tickets(tx, [ticket(no, "C2") for no in range(many)]))
    await merge(db, "C1", "C2", by)
    assert await tickets.count_by_customer(db, "C1") == many
    (stored,) = await merges.list_standing(db, "C1")
    moved = await merges.list_moved(db, stored.id, "ticket")
    assert len(await tickets.get_tickets(db, moved)) == many
    await unmerge(db, stored, by)
    assert await tickets.count_by_customer(db, "C2") == many
