"""The customer register keeps every field, guards its versions and lists its changes."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.customers.records import Address, Contact, Customer, CustomerCode, Gender
from domain.errors import Conflict, NotFound
from domain.staff import StaffId
from store.customers.records import (
    add_customer,
    get_customer,
    list_customers,
    phone_key,
    update_customer,
)
from store.engine.database import Database
from store.records.changes import list_changes

NOW = datetime(2026, 11, 23, 3, 0, 0, 123456, tzinfo=UTC)
NOK = Customer(
    CustomerCode("C81554"),
    "นางสาวนก 'ใจดี' 100%_!",
    kind="student",
    gender=Gender.FEMALE,
    organisation='มหาวิทยาลัย "เชียงใหม่" 🎓',
    phone="+6653123456;ext=12",
    mobile="+66812345678",
    email="nok@example.ac.th",
    note="บรรทัดหนึ่ง\nบรรทัดสอง",
    english_name="Nok Jaidee",
    letter_language="en",
    unknown=frozenset({"address", "kind"}),
    contacts=(
        Contact("สมชาย", "+6621417500", "+66898765432", "somchai@example.com"),
        Contact("นก", main=True, letter_language="en"),
    ),
    addresses=(Address("บ้านเลขที่ 9"), Address("ที่ทำงาน", main=True)),
    created_at=NOW - timedelta(days=400),
    version=1,
)
RUNNING = count(1)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")) | st.sampled_from(
    ["น้ำ", "ก็", "👩‍👩‍👧", "'; DROP TABLE customers; --", '"', "\\", "%_!", "a\nb\tc", "$1 ?"]
)


async def add(db: Database, customer: Customer) -> Customer:
    await db.write(lambda tx: add_customer(tx, customer, NOW))
    return await get_customer(db, customer.code)


async def test_every_field_of_a_customer_comes_back(db: Database) -> None:
    got = await add(db, NOK)

    assert all(
        getattr(NOK, field.name) != field.default
        for field in fields(Customer)
        if field.name not in ("version", "merged_into")
    )
    assert [replace(contact, id=None) for contact in got.contacts] == [
        NOK.contacts[1],
        NOK.contacts[0],
    ]
    assert list(got.addresses) == [NOK.addresses[1], NOK.addresses[0]]
    assert replace(got, contacts=NOK.contacts, addresses=NOK.addresses) == NOK
    assert got.created_at is not None
    assert got.created_at.tzinfo is not None


async def test_a_bare_customer_comes_back_without_invented_values(db: Database) -> None:
    bare = Customer(CustomerCode("C1"), "ส")

    assert await add(db, bare) == replace(bare, created_at=NOW)


@given(name=TEXT, note=TEXT, organisation=TEXT, address=TEXT)
async def test_any_text_comes_back_as_it_was_written(
    db: Database, name: str, note: str, organisation: str, address: str
) -> None:
    customer = Customer(
        CustomerCode(f"C{next(RUNNING)}"),
        name,
        organisation=organisation,
        note=note,
        addresses=(Address(address),),
    )

    got = await add(db, customer)

    assert (got.name, got.organisation, got.note, got.addresses[0].text) == (
        name,
        organisation,
        note,
        address,
    )


async def test_a_taken_code_is_refused(db: Database) -> None:
    await add(db, NOK)

    with pytest.raises(Conflict) as refused:
        await add(db, replace(NOK, name="อีกคน"))

    assert refused.value.code == "exists"
    assert (await get_customer(db, NOK.code)).name == NOK.name


async def test_an_unknown_code_is_not_found(db: Database) -> None:
    with pytest.raises(NotFound) as missing:
        await get_customer(db, "C404")
    assert missing.value.code == "customer"
    assert missing.value.params == {"code": "C404"}


async def test_a_list_of_customers_keeps_the_order_asked_for(db: Database) -> None:
    for number in (1, 2, 3):
        await add(db, Customer(CustomerCode(f"C{number}"), f"คนที่ {number}"))

    assert [c.code for c in await list_customers(db, ["C3", "C404", "C1"])] == ["C3", "C1"]
    assert await list_customers(db, []) == []


async def test_an_update_keeps_the_contacts_ids_since_tickets_point_at_them(
    db: Database, officer: StaffId
) -> None:
    old = await add(db, NOK)
    new = replace(
        old,
        name="นก รุ่งเรือง",
        contacts=(
            replace(old.contacts[0], mobile="+66811111111"),
            old.contacts[1],
            Contact("มาใหม่"),
        ),
        addresses=(Address("ย้ายแล้ว", main=True),),
    )

    await db.write(lambda tx: update_customer(tx, old, new, officer, NOW))
    got = await get_customer(db, NOK.code)

    assert got.name == "นก รุ่งเรือง"
    assert got.version == 2
    assert got.created_at == NOK.created_at
    assert got.contacts[:2] == new.contacts[:2]
    assert got.contacts[2].id not in {None, *(contact.id for contact in old.contacts)}
    assert [address.text for address in got.addresses] == ["ย้ายแล้ว"]


async def test_an_update_of_a_record_that_moved_on_is_refused_whole(
    db: Database, officer: StaffId
) -> None:
    old = await add(db, NOK)
    await db.write(lambda tx: update_customer(tx, old, replace(old, note="เร็วกว่า"), officer, NOW))
    late = replace(old, name="ช้าไป", addresses=())

    with pytest.raises(Conflict) as refused:
        await db.write(lambda tx: update_customer(tx, old, late, officer, NOW))

    assert refused.value.code == "changed"
    assert refused.value.params == {"record": "C81554"}
    got = await get_customer(db, NOK.code)
    assert (got.name, got.note, len(got.addresses), got.version) == (NOK.name, "เร็วกว่า", 2, 2)
    assert [change.field for change in await list_changes(db, NOK.code)] == ["note"]


async def test_the_list_of_changes_says_who_when_which_field_from_what_to_what(
    db: Database, officer: StaffId
) -> None:
    first = await add(db, NOK)
    second = replace(
        first, gender=None, unknown=frozenset(), addresses=(Address("ย้ายแล้ว"),), contacts=()
    )
    await db.write(lambda tx: update_customer(tx, first, second, officer, NOW))
    third = await get_customer(db, NOK.code)
    await db.write(
        lambda tx: update_customer(
            tx, third, replace(third, note=""), officer, NOW + timedelta(microseconds=1)
        )
    )

    listed = await list_changes(db, NOK.code)

    assert [(c.field, c.old, c.new, c.version) for c in listed] == [
        ("gender", "female", "", 2),
        ("unknown", "address,kind", "", 2),
        ("address", "ที่ทำงาน | บ้านเลขที่ 9", "ย้ายแล้ว", 2),
        ("contacts", "นก อังกฤษ | สมชาย +6621417500 +66898765432 somchai@example.com", "", 2),
        ("note", "บรรทัดหนึ่ง\nบรรทัดสอง", "", 3),
    ]
    assert [(c.at, c.by) for c in listed[-2:]] == [
        (NOW, officer),
        (NOW + timedelta(microseconds=1), officer),
    ]
    assert [c.version for c in await list_changes(db, NOK.code, after_version=2)] == [3]
    assert await list_changes(db, "C1") == []


@pytest.mark.parametrize(
    ("phone", "key"),
    [
        ("+66812345678", "8765432180"),
        ("+6621417500;ext=203", "005714120"),
        ("1111", "1111"),
        ("+12025550123", "32105552021"),
        ("02-141 7500", "005714120"),
        ("ไม่ทราบ", ""),
    ],
)
def test_a_telephone_is_kept_backwards_so_that_its_end_can_be_looked_up(
    phone: str, key: str
) -> None:
    assert phone_key(phone) == key
