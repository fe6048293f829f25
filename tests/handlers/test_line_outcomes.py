"""Lines written without sight of the grammar, through the real desk: saved right at once, asked
about, or saved wrong.

What each should come to stands beside it in one_line_held_out.tsv. `pytest -s` prints the counts.
Nothing may be saved wrong; of the lines that say all there is to say most are saved at once."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from domain.catalogue import Catalogue
from domain.customers.phones import parse_phone
from domain.customers.records import Customer, CustomerCode
from domain.dates.days import BANGKOK
from domain.errors import InvalidInput
from domain.staff import Role
from domain.text import clean
from domain.text.titles import strip_titles
from domain.tickets.records import Ticket
from store import staff
from store.customers import records as customers
from store.engine.database import Tx
from store.tickets import records as tickets
from tests.handlers.conftest import CAST, NOW, DeskUnderTest

LINES = Path(__file__).with_name("one_line_held_out.tsv")
AT_ONCE = 0.7
"""The part of the lines with nothing to ask about that must be saved at once."""
TODAY = date(2026, 11, 23)
INTRODUCING = {"ตอบว่า", "ตอบ", "รอปิด"}
"""Words that may stay with a result or leave it."""
UNDRAWN = ("price", "receipt_no", "receipt_on", "letter_no", "letter_on")
"""Fields whose words stay in the text, too."""

Row = dict[str, str]


def rows() -> list[Row]:
    lines = [
        line for line in LINES.read_text("utf-8").split("\n") if line and not line.startswith("#")
    ]
    heading, *typed = (line.split("\t") for line in lines)
    read = [dict(zip(heading, [*cells, *[""] * len(heading)], strict=False)) for cells in typed]
    return [{name: cell.replace("⏎", "\n") for name, cell in row.items()} for row in read]


# The register that the lines speak of: who is said in one breath is one customer.


def references(row: Row) -> list[str]:
    return [_reference(part) for part in row["customer"].split(" + ") if part not in ("", "none")]


def _reference(said: str) -> str:
    if said.startswith("name "):
        return "name " + " ".join(strip_titles(clean(said.removeprefix("name "))).split())
    if "@" in said or re.fullmatch(r"C\d+", said):
        return said.lower() if "@" in said else said
    try:
        return parse_phone(said)
    except InvalidInput:
        return f"no telephone {said}"


@dataclass
class Register:
    """Each customer by each of the references that lines give."""

    people: list[Customer]
    codes: dict[str, str]


def register(lines: list[Row]) -> Register:
    groups = _together([references(row) for row in lines if not row["note"].startswith("ASK")])
    people, codes = [], {}
    for number, group in enumerate(groups, 500_000):
        typed = sorted(one for one in group if re.fullmatch(r"C\d+", one))
        code = typed[0] if typed else f"C{number}"
        codes |= dict.fromkeys(group, code)
        people.append(_customer(code, group, number))
    return Register(people, codes)


def _together(several: list[list[str]]) -> list[list[str]]:
    groups = [
        {str(one.code), _reference(f"name {one.name}"), one.phone, one.email} - {""} for one in CAST
    ]
    for said in map(set, several):
        joined = [group for group in groups if group & said]
        groups = [group for group in groups if not group & said]
        if said:
            groups.append(said.union(*joined))
    return [sorted(group) for group in groups]


def _customer(code: str, group: list[str], number: int) -> Customer:
    names = [one.removeprefix("name ") for one in group if one.startswith("name ")]
    phones = [one for one in group if one.startswith("+")]
    mails = [one for one in group if "@" in one]
    first, second = [*phones, "", ""][:2]
    name = max(names, key=len) if names else f"นายนิรนาม คนที่{number}"
    return Customer(
        CustomerCode(code),
        name,
        kind="citizen",
        phone=first,
        mobile=second,
        email=(mails or [""])[0],
    )


# Whether what was saved is what was said.


@dataclass
class Judge:
    """Holds a saved ticket against its line."""

    register: Register
    catalogue: Catalogue
    names: dict[int, str]

    def faults(self, row: Row, ticket: Ticket) -> Iterator[str]:
        said = references(row)
        if (ticket.customer or "") != (self.register.codes.get(said[0], "?") if said else ""):
            yield f"customer {ticket.customer}"
        for name in ("channel", "subject"):
            if getattr(ticket, name) != row[name]:
                yield f"{name} {getattr(ticket, name)}"
        yield from self._created(row, ticket)
        yield from self._texts(row, ticket)
        if (row["closes"] == "yes") != (ticket.status == "closed"):
            yield f"status {ticket.status}"
        yield from self._numbers(row, ticket)
        yield from self._steering(row, ticket)
        if _years(ticket.data_years) - _years(row["years"]):
            yield f"years {ticket.data_years}"

    def _created(self, row: Row, ticket: Ticket) -> Iterator[str]:
        came = ticket.created_at.astimezone(BANGKOK)
        typed = row["created"].replace(" ", "T")
        day = datetime.fromisoformat(typed) if typed else None
        timed = (
            "T" in typed and day is not None and (came.hour, came.minute) != (day.hour, day.minute)
        )
        if came.date() != (day.date() if day else TODAY) or timed:
            yield f"created {came}"

    def _texts(self, row: Row, ticket: Ticket) -> Iterator[str]:
        drawn = any(row[name] for name in UNDRAWN)
        for name in ("details", "result"):
            held, said = getattr(ticket, name), row[name]
            if any(_bare(word) not in _bare(held) for word in said.split()):
                yield f"{name} lacks words: {held}"
            extra = [
                word
                for word in held.split()
                if _bare(word) not in _bare(said) and word not in INTRODUCING
            ]
            glued = [
                word for word in extra if any(_bare(one) in _bare(word) for one in said.split())
            ]
            if not drawn and set(extra) - set(glued):
                yield f"{name} has words too many: {held}"

    def _numbers(self, row: Row, ticket: Ticket) -> Iterator[str]:
        price = Decimal(row["price"]) if row["price"] else None
        if ticket.price != price and (
            ticket.price is not None or self.catalogue.wants(ticket.subject, "price")
        ):
            yield f"price {ticket.price}"
        for name in ("receipt_no", "letter_no", "contract_no", "receipt_on", "letter_on"):
            held = str(getattr(ticket, name) or "")
            if held != row[name] and (held or self.catalogue.wants(ticket.subject, name)):
                yield f"{name} {held}"

    def _steering(self, row: Row, ticket: Ticket) -> Iterator[str]:
        assignee = self.names[ticket.assignee or 0]
        said = row["assignee"].strip("@") or "นก"
        if said not in (assignee, *assignee.split()):
            yield f"assignee {assignee}"
        if ticket.urgency != (row["urgency"] or "normal"):
            yield f"urgency {ticket.urgency}"


def _bare(text: str) -> str:
    return re.sub(r"[\s,;:/|.()-]+", "", text)


def _years(text: str) -> set[int]:
    spans = re.findall(r"(25\d\d)(?:\s*[-\u2013]\s*(25\d\d))?", text)
    return {year for first, last in spans for year in range(int(first), int(last or first) + 1)}


async def _fill(desk: DeskUnderTest, known: Register, lines: list[Row]) -> None:
    cast = {customer.code for customer in CAST}
    colleagues = sorted({row["assignee"].strip("@") for row in lines} - {"", "นก", "ต้น", "เมย์"})

    async def fill(tx: Tx) -> None:
        for name in colleagues:
            await staff.add_staff(tx, name, Role.OFFICER, NOW)
        for customer in known.people:
            if customer.code not in cast:
                await customers.add_customer(tx, customer, NOW)

    await desk.db.write(fill)


async def _outcome(desk: DeskUnderTest, judge: Judge, row: Row) -> tuple[str, list[str]]:
    before = await desk.db.fetch("SELECT no FROM tickets")
    await desk.says("ยกเลิก")
    await desk.says(row["line"] if row["line"].startswith("/") else f"/open {row['line']}")
    saved = {r["no"] for r in await desk.db.fetch("SELECT no FROM tickets")} - {
        r["no"] for r in before
    }
    if not saved:
        return "asked", []
    faults = list(judge.faults(row, await tickets.get_ticket(desk.db, min(saved))))
    if row["note"].startswith("ASK"):
        faults.append("should have been asked about")
    return ("wrong" if faults else "right"), faults


async def test_nothing_is_saved_wrong_and_most_at_once(desk: DeskUnderTest) -> None:
    lines = rows()
    known = register(lines)
    await _fill(desk, known, lines)
    names = {int(person.id): person.name for person in await staff.list_staff(desk.db)}
    judge = Judge(known, desk.engine.desk.configuration.catalogue, names)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    wrong = []
    for row in lines:
        outcome, faults = await _outcome(desk, judge, row)
        kind = (
            row["note"].partition(":")[0]
            if row["note"].startswith(("ASK", "EITHER"))
            else "complete"
        )
        counts[kind][outcome] += 1
        if faults:
            wrong.append(f"{row['line']}: {'; '.join(faults)}")
    for kind, outcomes in sorted(counts.items()):
        print(
            f"\n{kind}: {outcomes['right']} right, {outcomes['asked']} asked, {outcomes['wrong']} wrong",
            end="",
        )
    assert not wrong, "\n".join(wrong)
    assert counts["complete"]["right"] >= AT_ONCE * counts["complete"].total()
