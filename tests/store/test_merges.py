"""Merges, revisions and pairs on both engines."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.customers.merging import part, unite
from domain.customers.records import Address, Contact, Customer, CustomerCode
from domain.errors import Conflict
from domain.staff import Role
from domain.tickets.records import Ticket, TicketNo
from store import merges, staff
from store.customers import duplicates, revisions
from store.customers.duplicates import pair_of
from store.customers.records import (
    add_customer,
    find_survivors,
    get_customer,
    get_record,
    list_customers,
    list_customers_after,
    list_merged_codes,
    update_customer,
)
from store.search import customers as search
from store.search.words import SearchWords
from store.tickets import records as tickets

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
A = Customer(
    CustomerCode("C1"),
    "นายสมชาย ใจดี",
    phone="+66812345678",
    addresses=(Address("กระบี่", main=True),),
)
B = Customer(
    CustomerCode("C2"), "สมชาย ใจดี", email="b@example.com", contacts=(Contact("นางวิภา", main=True),)
)
D = Customer(CustomerCode("C3"), "นางคนอื่น คนไกล", phone="+66811110000")


@pytest.fixture
async def by(db):
    """The administrator, and three customers, one with a ticket."""

    async def work(tx):
        who = await staff.add_staff(tx, "เมย์", Role.ADMIN, NOW)
        for customer in (A, B, D):
            await add_customer(tx, customer, NOW)
        await tickets.add_ticket(tx, ticket("R2611000001", "C2"))
        return who

    return await db.write(work)


def ticket(no: str, code: str) -> Ticket:
    return Ticket(
        TicketNo(no), "phone", "1.1", "ถาม", NOW, NOW, None, None, customer=CustomerCode(code)
    )


async def merge(db, keep, gone, by):
    survivor, merged = await get_record(db, keep), await get_record(db, gone)
    union = unite(survivor, merged, frozenset())
    await db.write(lambda tx: merges.merge(tx, survivor, merged, union, by, NOW))


async def found_by(db, text):
    words = SearchWords()
    try:
        return [hit.customer.code for hit in await search.find_customers(db, words, text)]
    finally:
        await words.close()


async def test_a_merged_code_leads_to_the_survivor_with_everything_that_was_its_own(db, by):
    await merge(db, "C1", "C2", by)
    found = await get_customer(db, "C2")
    assert (found.code, found.email, found.contacts[0].name) == ("C1", "b@example.com", "นางวิภา")
    assert (await tickets.get_ticket(db, "R2611000001")).customer == "C1"
    assert [c.code for c in await list_customers(db, ["C2", "C3", "C1"])] == ["C1", "C3"]
    assert [c.code for c in await list_customers_after(db, "", 9)] == ["C1", "C3"]
    assert await list_merged_codes(db, "C1") == ["C2"]
    assert await found_by(db, "สมชาย") == ["C1"]
    assert await found_by(db, "b@example.com") == ["C1"]
    assert await found_by(db, "C2") == ["C1"]


async def test_a_chain_is_followed_to_its_end(db, by):
    await merge(db, "C1", "C2", by)
    await merge(db, "C3", "C1", by)
    assert await find_survivors(db, ["C1", "C2", "C3"]) == {"C1": "C3", "C2": "C3"}
    assert await list_merged_codes(db, "C3") == ["C1", "C2"]
    assert await found_by(db, "b@example.com") == ["C3"]


async def test_a_merged_record_can_neither_be_merged_nor_changed_nor_be_merged_into(db, by):
    survivor, merged = await get_record(db, "C1"), await get_record(db, "C2")
    await merge(db, "C1", "C2", by)
    for keep, gone in ((survivor, merged), (merged, survivor)):
        union = unite(keep, gone, frozenset())
        with pytest.raises(Conflict, match="changed"):
            await db.write(
                lambda tx, keep=keep, gone=gone, union=union: merges.merge(
                    tx, keep, gone, union, by, NOW
                )
            )
    post = await get_record(db, "C2")
    with pytest.raises(Conflict, match="changed"):
        await db.write(lambda tx: update_customer(tx, post, replace(post, name="x"), by, NOW))


async def test_a_customer_cannot_be_merged_with_itself(db, by):
    one = await get_record(db, "C1")
    with pytest.raises(Conflict, match="changed"):
        await db.write(lambda tx: merges.merge(tx, one, one, unite(one, one, frozenset()), by, NOW))


async def test_taking_it_back_restores_records_and_tickets_and_happens_once(db, by):
    before = [await get_record(db, code) for code in ("C1", "C2")]
    await merge(db, "C1", "C2", by)
    (stored,) = await merges.list_standing(db, "C1")
    now = await get_record(db, "C1")
    parted = part(stored.merge, now, keep=True)
    await db.write(lambda tx: merges.unmerge(tx, stored, now, parted, by, NOW))
    after = [await get_record(db, code) for code in ("C1", "C2")]
    assert [replace(record, version=0) for record in after] == [
        replace(record, version=0) for record in before
    ]
    assert (await tickets.get_ticket(db, "R2611000001")).customer == "C2"
    with pytest.raises(Conflict, match="changed"):
        await db.write(lambda tx: merges.unmerge(tx, stored, after[0], parted, by, NOW))
    assert (await merges.find_merge(db, stored.id)).undone_at == NOW


async def test_a_ticket_saved_for_a_merged_record_is_the_survivors(db, by):
    old = await tickets.get_ticket(db, "R2611000001")
    await merge(db, "C1", "C3", by)
    await db.write(lambda tx: tickets.add_ticket(tx, ticket("R2611000002", "C3")))
    await db.write(
        lambda tx: tickets.update_ticket(
            tx, old, replace(old, customer=CustomerCode("C3")), by, NOW
        )
    )
    assert [(await tickets.get_ticket(db, f"R261100000{n}")).customer for n in (1, 2)] == [
        "C1",
        "C1",
    ]


async def test_a_record_as_it_was_comes_back_with_its_contacts_and_their_ids(db, by):
    old = await get_record(db, "C2")
    gone = replace(old, contacts=(), addresses=(Address("ตาก", main=True),), name="นายใหม่")
    await db.write(lambda tx: update_customer(tx, old, gone, by, NOW))
    now = await get_record(db, "C2")
    assert (now.contacts, now.name) == ((), "นายใหม่")
    before = await revisions.find(db, "C2", 1)
    await db.write(
        lambda tx: update_customer(tx, now, replace(before, version=now.version), by, NOW)
    )
    assert replace(await get_record(db, "C2"), version=1) == old


async def test_pairs_share_a_telephone_an_e_mail_or_a_name_and_no_switchboard(db, by):
    async def more(tx):
        for n in range(10, 18):
            switch = Customer(
                CustomerCode(f"C{n}"), f"คนที่ {n} ชื่อ{'กขคงจฉชซ'[n - 10]}", phone="+6621417500"
            )
            await add_customer(tx, switch, NOW + timedelta(hours=1))
        await add_customer(tx, Customer(CustomerCode("C20"), "ใคร", mobile="+66811110000"), NOW)

    await db.write(more)
    pairs, last = await duplicates.list_alike(db, "", 100)
    assert (sorted(pairs), last) == ([("C1", "C2"), ("C20", "C3")], "C3")
    assert await duplicates.list_alike(db, last, 100) == ([], "")
    later = NOW + timedelta(minutes=1)
    assert await duplicates.list_changed(db, "", 3, later) == ["C10", "C11", "C12"]
    assert await duplicates.list_changed(db, "C12", 100, later) == [
        "C13",
        "C14",
        "C15",
        "C16",
        "C17",
    ]


async def test_a_pair_is_open_until_it_is_decided_and_again_when_it_is_reported(db, by):
    pairs = [pair_of("C2", "C1", 90, "alike"), pair_of("C1", "C3", 95, "alike")]
    await db.write(lambda tx: duplicates.propose(tx, pairs, NOW))
    assert [(p.one, p.other) for p in await duplicates.list_open(db, 9)] == [
        ("C1", "C3"),
        ("C1", "C2"),
    ]
    await db.write(lambda tx: duplicates.decide_different(tx, "C3", "C1", by, NOW))
    await db.write(lambda tx: duplicates.propose(tx, pairs, NOW))
    assert [(p.one, p.other) for p in await duplicates.list_open(db, 9)] == [("C1", "C2")]
    await db.write(lambda tx: duplicates.report(tx, pairs[1:], by, NOW))
    assert [p.reported_by for p in await duplicates.list_open(db, 9)] == [by, None]
    await merge(db, "C1", "C2", by)
    assert [(p.one, p.other) for p in await duplicates.list_open(db, 9)] == [("C1", "C3")]
    assert await duplicates.count_open(db, NOW) == 1
    assert await duplicates.count_open(db, NOW + timedelta(seconds=1)) == 0
