"""Merging and taking it back: nothing that either record said is lost, and both come back as they
were.
"""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.customers.fields import SAID
from domain.customers.merging import (
    Candidate,
    Merge,
    changed_since,
    differing,
    part,
    recommend,
    unite,
)
from domain.customers.records import Address, Contact, Customer, CustomerCode, Gender

NAMES = st.sampled_from(["", "นายสมชาย ใจดี", "สมชาย ใจดี", "น.ส.นิดา ผู้ช่วย", "กมลชนก"])
PHONES = st.sampled_from(["", "+66812345678", "+66899998888"])
EMAILS = st.sampled_from(["", "a@example.com", "b@example.com"])
ADDRESSES = st.lists(st.sampled_from(["กระบี่", "กรุงเทพฯ", "ตาก"]), unique=True, max_size=3)
LATER = datetime(2026, 10, 2, tzinfo=UTC)


@st.composite
def records(draw, code: str, first_id: int) -> Customer:
    ids = count(first_id)
    contacts = [
        Contact(name or "ผู้ติดต่อ", phone, email=email, main=not at, id=next(ids))
        for at, (name, phone, email) in enumerate(
            draw(st.lists(st.tuples(NAMES, PHONES, EMAILS), max_size=3))
        )
    ]
    return Customer(
        CustomerCode(code),
        draw(NAMES) or "ไม่มีชื่อ",
        kind=draw(st.sampled_from(["", "citizen", "student"])),
        gender=draw(st.sampled_from([None, Gender.MALE, Gender.FEMALE])),
        phone=draw(PHONES),
        email=draw(EMAILS),
        note=draw(st.sampled_from(["", "โทรกลับ"])),
        unknown=frozenset(draw(st.lists(st.sampled_from(["address", "organisation"]), max_size=2))),
        contacts=tuple(contacts),
        addresses=tuple(Address(text, main=not at) for at, text in enumerate(draw(ADDRESSES))),
    )


TAKEN = st.frozensets(st.sampled_from(SAID))


def merged_with(survivor: Customer, merged: Customer, take: frozenset[str] = frozenset()) -> Merge:
    union = unite(survivor, merged, take)
    return Merge(survivor, merged, union.customer, union.moved)


@given(records("C1", 1), records("C2", 100), TAKEN)
def test_taking_a_merge_back_restores_both_exactly(survivor, merged, take):
    merge = merged_with(survivor, merged, take)
    assert changed_since(merge, merge.after) == []
    for keep in (True, False):
        parted = part(merge, merge.after, keep=keep)
        assert (parted.survivor, parted.merged) == (survivor, merged)


@given(records("C1", 1), records("C2", 100), TAKEN)
def test_nothing_that_either_record_said_is_lost(survivor, merged, take):
    after = unite(survivor, merged, take).customer
    for name in SAID:
        assert getattr(after, name) in (getattr(survivor, name), getattr(merged, name))
        assert bool(getattr(after, name)) == bool(getattr(survivor, name) or getattr(merged, name))
    reached = {value for c in after.contacts for value in (c.phone, c.mobile, c.email)}
    assert reached >= {
        v for r in (survivor, merged) for c in r.contacts for v in (c.phone, c.mobile, c.email)
    } - {""}
    assert {a.text for a in after.addresses} == {
        a.text for r in (survivor, merged) for a in r.addresses
    }
    assert sum(contact.main for contact in after.contacts) == bool(after.contacts)
    assert sum(address.main for address in after.addresses) == bool(after.addresses)


@given(records("C1", 1), records("C2", 100), st.sampled_from(SAID), NAMES)
def test_what_was_changed_since_is_named_and_stays_when_the_office_keeps_it(
    survivor, merged, field, value
):
    merge = merged_with(survivor, merged)
    now = replace(merge.after, **{field: value})
    assert changed_since(merge, now) == ([field] if value != getattr(merge.after, field) else [])
    kept = part(merge, now, keep=True)
    assert getattr(kept.survivor, field) == (
        value if changed_since(merge, now) else getattr(survivor, field)
    )
    assert kept.merged == merged
    assert part(merge, now, keep=False).survivor == survivor


SURVIVOR = Customer(
    CustomerCode("C81554"),
    "นายสมชาย ใจดี",
    phone="+66812345678",
    contacts=(Contact("น.ส.นิดา", main=True, id=1),),
    addresses=(Address("กระบี่", main=True),),
)
MERGED = Customer(
    CustomerCode("C83997"),
    "สมชาย ใจดี",
    email="somchai@example.com",
    contacts=(Contact("น.ส.นิดา", phone="+66899998888", main=True, id=2), Contact("นายชัย", id=3)),
    addresses=(Address("ตาก", main=True),),
)


def test_gaps_are_filled_and_what_differs_is_chosen():
    assert differing(SURVIVOR, MERGED) == ["name"]
    after = unite(SURVIVOR, MERGED, frozenset({"name"})).customer
    assert (after.code, after.name, after.phone, after.email) == (
        "C81554",
        "สมชาย ใจดี",
        "+66812345678",
        "somchai@example.com",
    )


def test_a_contact_of_both_is_made_fuller_and_the_others_go_over():
    union = unite(SURVIVOR, MERGED, frozenset())
    assert union.moved == (3,)
    assert [(c.name, c.phone, c.id) for c in union.customer.contacts] == [
        ("น.ส.นิดา", "+66899998888", 1),
        ("นายชัย", "", 3),
    ]


def test_contacts_of_one_name_with_different_telephones_stay_two():
    survivor = replace(SURVIVOR, contacts=(Contact("น.ส.นิดา", phone="+66811111111", id=1),))
    assert unite(survivor, MERGED, frozenset()).moved == (2, 3)


def test_a_contact_made_since_stays_with_the_survivor_and_one_that_came_goes_back_as_changed():
    merge = merged_with(SURVIVOR, MERGED)
    new = Contact("นางใหม่", id=9)
    renamed = replace(merge.after.contacts[1], name="นายชัยชนะ")
    now = replace(merge.after, contacts=(merge.after.contacts[0], renamed, new))
    assert changed_since(merge, now) == ["contacts"]
    parted = part(merge, now, keep=True)
    assert [c.name for c in parted.survivor.contacts] == ["น.ส.นิดา", "นางใหม่"]
    assert [c.name for c in parted.merged.contacts] == ["น.ส.นิดา", "นายชัยชนะ"]
    parted = part(merge, now, keep=False)
    assert [c.name for c in parted.merged.contacts] == ["น.ส.นิดา", "นายชัย"]


def test_an_address_added_since_stays_and_the_one_that_came_goes_back():
    merge = merged_with(SURVIVOR, MERGED)
    now = replace(merge.after, addresses=(*merge.after.addresses, Address("กรุงเทพฯ")))
    parted = part(merge, now, keep=True)
    assert [a.text for a in parted.survivor.addresses] == ["กระบี่", "กรุงเทพฯ"]
    assert parted.merged.addresses == MERGED.addresses


@pytest.mark.parametrize(
    ("tickets", "keep", "fuller", "later"),
    [
        ([(0, None), (2, LATER)], "C81554", True, True),
        ([(5, LATER), (0, None)], "C81554", True, False),
        ([(0, None), (0, None)], "C81554", True, False),
    ],
)
def test_the_fuller_record_with_the_latest_ticket_is_recommended(tickets, keep, fuller, later):
    bare = Customer(CustomerCode("C83997"), "สมชาย ใจดี")
    found = recommend([Candidate(bare, *tickets[0]), Candidate(SURVIVOR, *tickets[1])])
    assert (found.keep.customer.code, found.fuller, found.later) == (keep, fuller, later)


def test_between_equal_records_the_latest_ticket_decides_and_then_the_older_code():
    one, other = (Customer(CustomerCode(code), "สมชาย") for code in ("C9", "C10"))
    assert recommend([Candidate(one), Candidate(other, 1, LATER)]).keep.customer.code == "C10"
    found = recommend([Candidate(other), Candidate(one)])
    assert (found.keep.customer.code, found.fuller, found.later) == ("C9", False, False)
