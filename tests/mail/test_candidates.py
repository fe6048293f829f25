"""Who may have written a mail, why, and whether anybody else can be meant."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.customers.records import Contact, Customer, CustomerCode
from domain.mail.matching.candidates import Evidence, MailCandidate, Writer, rank_candidates
from domain.mail.matching.matched import (
    is_known,
    kept_address,
    matched_fields,
    unmatched,
    with_address,
    without_address,
)
from domain.staff import StaffId
from domain.tickets.records import Status, Ticket, TicketNo
from tests.fakes.office import OFFICE
from tests.handlers.conftest import NOW

SOMCHAI = Customer(
    CustomerCode("C1"),
    "นายสมชาย ใจดี",
    organisation="บริษัท ไทยดี จำกัด",
    phone="+66812345678",
    email="somchai@thaidee.co.th",
)
NAMESAKE = Customer(CustomerCode("C2"), "สมชาย ใจดี", email="other@example.org")
UNIVERSITY = Customer(
    CustomerCode("C3"),
    "มหาวิทยาลัยเชียงใหม่",
    phone="+6653941000",
    contacts=(
        Contact("นางวิภา แสงดาว", mobile="+66891112222", email="wipa@cmu.ac.th", id=7),
        Contact("นายก้อง ภพ", phone="+6653941000;ext=3", id=8),
    ),
)
EVERY = (SOMCHAI, NAMESAKE, UNIVERSITY)


def ranked(
    writer: Writer, *customers: Customer, before: tuple[str, ...] = ()
) -> list[MailCandidate]:
    return rank_candidates(writer, customers or EVERY, before, OFFICE.matching, OFFICE.mail.domains)


def told(found: list[MailCandidate]) -> list[tuple[str, tuple[str, ...], bool]]:
    return [(one.customer.code, tuple(map(str, one.evidence)), one.sure) for one in found]


@pytest.mark.parametrize(
    ("writer", "expected"),
    [
        (Writer(emails=("somchai@thaidee.co.th",)), [("C1", ("email",), True)]),
        (Writer(emails=("wipa@cmu.ac.th",)), [("C3", ("email",), True)]),
        (Writer(emails=("new@cmu.ac.th",)), [("C3", ("domain",), False)]),
        (Writer(emails=("x@gmail.com", "wipa@cmu.ac.th")), [("C3", ("beside",), False)]),
        (
            Writer(("วิภา แสงดาว",), emails=("x@gmail.com", "wipa@cmu.ac.th")),
            [("C3", ("beside", "name"), False)],
        ),
        (Writer(phones=("+66812345678",)), [("C1", ("phone",), False)]),
        (
            Writer(("สมชาย ใจดี",), phones=("+66812345678",)),
            [("C1", ("phone", "name"), True), ("C2", ("name",), False)],
        ),
        (
            Writer(("สมชาย ใจดี",)),
            [("C1", ("name",), False), ("C2", ("name",), False)],
        ),
        (
            Writer(("Somchai Jaidee",), "บริษัท ไทยดี จำกัด"),
            [("C1", ("name", "organisation"), False), ("C2", ("name",), False)],
        ),
        (
            Writer(("มานะ ชูใจ",), "คณะวิทยาศาสตร์ มหาวิทยาลัยเชียงใหม่"),
            [("C3", ("organisation",), False)],
        ),
        (Writer(("มานะ ชูใจ",), "บริษัท ไทยดี จำกัด"), []),
        (Writer(("มานะ ชูใจ",)), []),
        (Writer(emails=("x@gmail.com",)), []),
        (Writer(), []),
    ],
)
def test_customers_are_ranked_by_what_speaks_for_them(
    writer: Writer, expected: list[tuple[str, tuple[str, ...], bool]]
) -> None:
    assert told(ranked(writer)) == expected


def test_a_name_with_its_organisation_is_meant_without_doubt() -> None:
    writer = Writer(("สมชาย ใจดี",), "บริษัท ไทยดี จำกัด")
    assert told(ranked(writer, SOMCHAI, UNIVERSITY)) == [("C1", ("name", "organisation"), True)]


def test_who_was_matched_with_the_writer_before_is_meant() -> None:
    (first, *_others) = ranked(Writer(("มานะ ชูใจ",), emails=("m@gmail.com",)), before=("C2",))
    assert (first.customer.code, first.evidence, first.sure) == ("C2", (Evidence.BEFORE,), True)


def test_an_address_and_somebody_elses_telephone_are_two() -> None:
    writer = Writer(emails=("wipa@cmu.ac.th",), phones=("+66812345678",))
    assert [one.sure for one in ranked(writer)] == [False, False]


@pytest.mark.parametrize(
    ("writer", "contact"),
    [
        (Writer(emails=("wipa@cmu.ac.th",)), 7),
        (Writer(phones=("+66891112222",)), 7),
        (Writer(("ก้อง ภพ",), phones=("+6653941000",)), None),
        (Writer(("วิภา แสงดาว",)), 7),
        (Writer(("มหาวิทยาลัยเชียงใหม่",)), None),
    ],
)
def test_the_contact_is_whose_address_telephone_or_name_it_is(
    writer: Writer, contact: int | None
) -> None:
    (found,) = ranked(writer, UNIVERSITY)
    assert (found.contact.id if found.contact else None) == contact


def test_a_domain_of_many_says_nothing_alone() -> None:
    many = [
        Customer(CustomerCode(f"C{number}"), f"คน {number}", email=f"{number}@cmu.ac.th")
        for number in range(10, 15)
    ]
    assert ranked(Writer(emails=("new@cmu.ac.th",)), *many) == []


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_any_writer_is_weighed(name: str, organisation: str, email: str) -> None:
    found = ranked(Writer((name,), organisation, (email,), (email,)))
    assert len(found) <= OFFICE.matching.shown


# Taken back.

TICKET = Ticket(
    TicketNo("R2611000124"),
    "email",
    "6.1",
    "",
    NOW,
    NOW,
    recorded_by=None,
    assignee=None,
    status=Status.NEW,
)
MATCHED = replace(
    TICKET,
    customer=SOMCHAI.code,
    assignee=StaffId(1),
    status=Status.OPEN,
    version=2,
)


@pytest.mark.parametrize(
    "since",
    [
        {},
        {"assignee": StaffId(2), "version": 3},
        {"subject": "1.1", "version": 3},
        {"status": Status.CLOSED, "version": 4},
    ],
)
def test_a_match_is_taken_back_but_for_what_was_changed_since(since: dict[str, object]) -> None:
    now = replace(MATCHED, **since)  # type: ignore[arg-type]
    back = unmatched(now, matched_fields(TICKET), matched_fields(MATCHED))
    assert back.customer is None
    assert back.assignee == since.get("assignee")
    assert back.subject == since.get("subject", "6.1")
    is_new = not since
    assert back.status is (Status.NEW if is_new else now.status)


WRITER = Writer(("วิภา แสงดาว",), emails=("new@example.org",))


@pytest.mark.parametrize(
    ("customer", "contact_id", "is_person"),
    [
        (NAMESAKE, None, True),
        (replace(NAMESAKE, email=""), None, True),
        (UNIVERSITY, 7, False),
        (UNIVERSITY, 8, False),
        (UNIVERSITY, None, False),
    ],
)
def test_an_address_is_kept_and_left_again(
    customer: Customer, contact_id: int | None, is_person: bool
) -> None:
    kept, where = with_address(customer, contact_id, WRITER, is_person=is_person)
    assert is_known(kept, "NEW@example.org")
    assert [one.email for one in kept.contacts if one.id == 7] in ([], ["wipa@cmu.ac.th"])
    again = kept_address(where.in_words())
    assert again is not None
    assert without_address(kept, again) == customer


def test_nothing_is_kept_where_nobody_wanted_it() -> None:
    assert kept_address("") is None
    assert kept_address("no") is None
