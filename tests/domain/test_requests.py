"""Where a ticket belongs: found from subject, contract and projects among its customer's requests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.customers.records import CustomerCode
from domain.owed.contracts import Contract, next_no
from domain.owed.requests import Life, Request, RequestKind, place
from domain.owed.rules import Owed
from domain.tickets.records import Status, Ticket, TicketNo
from tests.fakes.office import OFFICE

STEPS = OFFICE.steps
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SES, LFS = "สำรวจภาวะเศรษฐกิจและสังคมของครัวเรือน", "สำรวจภาวะการทำงานของประชากร"


def ticket(subject: str, *, contract_no: str = "", projects: tuple[str, ...] = ()) -> Ticket:
    done = {"status": Status.CLOSED, "closed_at": NOW}
    new = Ticket(TicketNo(f"R{subject}"), "email", subject, "x", NOW, NOW, None, None, **done)  # type: ignore[arg-type]
    return replace(new, contract_no=contract_no, projects=projects)


def life(
    number: int, *subjects: str, owes: str = "", contract: str = "", project: str = "", age: int = 0
) -> Life:
    at = NOW - timedelta(days=age)
    request = Request(number, RequestKind.MICRODATA, CustomerCode("C1"), at, at)
    tickets = tuple(ticket(subject, projects=(project,) if project else ()) for subject in subjects)
    owed = (Owed(number, owes, at, id=number),) if owes else ()
    return Life(
        request, tickets, contract=Contract(contract, number) if contract else None, owed=owed
    )


# subject, contract number, project, the customer's requests -> where it belongs (0 = a new one),
# asked, waits
PLACES = {
    "nothing there yet": ("7.1", "", "", [], (0, 0, False)),
    "the only one": ("7.5", "", "", [life(1, "7.4")], (1, 0, False)),
    "the one that waits for it": (
        "7.10",
        "",
        "",
        [life(1, "7.4"), life(2, "7.9", owes="contract")],
        (2, 0, False),
    ),
    "one of two that wait for it": (
        "7.10",
        "",
        "",
        [life(1, "7.9", owes="contract"), life(2, "7.9", owes="contract")],
        (0, 2, True),
    ),
    "the contract names it": (
        "7.10",
        "81/2569",
        "",
        [
            life(1, "7.9", owes="contract", contract="81/2569"),
            life(2, "7.9", owes="contract", contract="82/2569"),
        ],
        (1, 0, False),
    ),
    "another contract is another request": (
        "7.9",
        "83/2569",
        "",
        [life(1, "7.9", contract="81/2569")],
        (0, 0, False),
    ),
    "the project tells it": (
        "7.6",
        "",
        LFS,
        [life(1, "7.4", project=SES), life(2, "7.4", project=LFS)],
        (2, 0, False),
    ),
    "two begun, none told": ("7.6", "", "", [life(1, "7.4", age=3), life(2, "7.4")], (2, 2, False)),
    "a new letter after the data were sent": (
        "7.4",
        "",
        "",
        [life(1, "7.9", owes="contract")],
        (0, 1, False),
    ),
    "long forgotten": ("7.1", "", "", [life(1, "7.1", age=400)], (0, 0, False)),
    "old, but it still owes": (
        "7.13",
        "",
        "",
        [life(1, "7.9", owes="research", age=700)],
        (1, 0, False),
    ),
    "thanks for something over": ("7.14", "", "", [life(1, "7.13", age=500)], (1, 0, False)),
}


@pytest.mark.parametrize(
    ("subject", "no", "project", "lives", "expected"), PLACES.values(), ids=PLACES.keys()
)
def test_a_ticket_hangs_where_it_belongs(
    subject: str, no: str, project: str, lives: list[Life], expected: tuple[int, int, bool]
) -> None:
    ends = {"7.10": ["contract"], "7.13": ["research"], "7.9": ["fetch", "quotation"]}.get(
        subject, []
    )
    new = ticket(subject, contract_no=no, projects=(project,) if project else ())
    found = place(STEPS, new, lives, ends, NOW)
    assert (found.life.request.id if found.life else 0, len(found.asked), found.waits) == expected


def test_the_next_step_is_the_first_essential_one_after_the_furthest_begun() -> None:
    assert STEPS.next_step(life(1)) == "letter"
    assert STEPS.next_step(life(1, "7.1", "7.4", "7.7")) == "sent"
    assert STEPS.next_step(life(1, "7.9")) == "returned"
    assert STEPS.next_step(life(1, "7.4", "7.9", "7.10", "7.13")) == ""


def test_the_next_number_follows_the_highest_of_the_year() -> None:
    today = NOW.date()
    assert next_no([], today) == "1/2569"
    assert next_no(["81/2569", "9/2569", "500/2568"], today) == "82/2569"
