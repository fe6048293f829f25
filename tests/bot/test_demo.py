"""The demo desk is complete, believable, and keeps the desk's own rules."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from bot.demo.desk import fill_demo
from domain.catalogue import Catalogue
from domain.customers.phones import looks_like_email, parse_phone
from domain.dates.days import BANGKOK, BUDDHIST_OFFSET
from domain.errors import Conflict
from domain.staff import Role, Staff
from domain.text import fold
from store import staff as staff_store
from store.engine.database import Database, Row
from store.opening import open_database
from store.records.changes import list_changes
from store.records.counters import reserve, reserve_customer_code
from store.search.customers import find_customers
from store.search.words import SearchWords
from tests.fakes.office import OFFICE

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
OTHER_DAYS = (
    datetime(2027, 1, 4, 0, 30, tzinfo=UTC),  # before the office opens, contracts of two years
    datetime(2026, 4, 14, 5, 0, tzinfo=UTC),  # a holiday
    datetime(2028, 2, 29, 9, 29, tzinfo=UTC),
)
CONFIGURATION = OFFICE
CATALOGUE: Catalogue = CONFIGURATION.catalogue


@dataclass
class Desk:
    """A filled demo database, read."""

    now: datetime
    customers: Sequence[Row]
    contacts: Sequence[Row]
    tickets: Sequence[Row]
    changes: Sequence[Row]
    staff: Sequence[Staff]
    teams: dict[str, list[int]]
    broken_keys: Sequence[Row]

    def of_subject(self, subject: str) -> list[Row]:
        return [ticket for ticket in self.tickets if ticket["subject"] == subject]


async def filled(path: Path, now: datetime, seed: int = 2569) -> Database:
    db = await open_database(f"sqlite:///{path}")
    await fill_demo(db, CONFIGURATION, now, seed=seed)
    return db


async def read(path: Path, now: datetime, seed: int = 2569) -> Desk:
    db = await filled(path, now, seed)
    try:
        return Desk(
            now,
            await db.fetch("SELECT * FROM customers ORDER BY code"),
            await db.fetch("SELECT * FROM contacts ORDER BY id"),
            await db.fetch("SELECT * FROM tickets ORDER BY no"),
            await db.fetch("SELECT * FROM changes ORDER BY id"),
            await staff_store.list_staff(db),
            dict(await staff_store.list_teams(db)),
            await db.fetch("PRAGMA foreign_key_check"),
        )
    finally:
        await db.close()


@pytest.fixture(scope="module")
def desk_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[datetime], Desk]:
    """The desk of a day, filled once."""

    @cache
    def desk_of(now: datetime) -> Desk:
        return asyncio.run(read(tmp_path_factory.mktemp("demo") / "desk.db", now))

    return desk_of


@pytest.fixture
def desk(desk_of: Callable[[datetime], Desk]) -> Desk:
    return desk_of(NOW)


LATER = [pytest.param(day, marks=pytest.mark.long) for day in OTHER_DAYS]


@pytest.fixture(params=[NOW, *LATER], ids=lambda now: f"{now:%Y-%m-%d}")
def any_desk(request: pytest.FixtureRequest, desk_of: Callable[[datetime], Desk]) -> Desk:
    return desk_of(request.param)


def test_the_staff_are_the_four_of_the_office(desk: Desk) -> None:
    roles = {person.name: person.role for person in desk.staff}
    assert roles == {
        "นก": Role.ADMIN,
        "ต้น": Role.SUPERVISOR,
        "ฝน": Role.OFFICER,
        "เมย์": Role.OFFICER,
    }
    assert len(desk.teams) == 2
    assert all(desk.teams.values())


def test_there_are_customers_of_every_type_and_enough_tickets(desk: Desk) -> None:
    assert 300 <= len(desk.customers) <= 340
    assert {customer["kind"] for customer in desk.customers} == set(CATALOGUE.customer_types)
    assert len({customer["name"] for customer in desk.customers}) >= len(desk.customers) - 1
    assert 1950 <= len(desk.tickets) <= 2050


def test_statuses_are_in_proportion(any_desk: Desk) -> None:
    total = len(any_desk.tickets)
    shares = {
        status: n / total for status, n in Counter(t["status"] for t in any_desk.tickets).items()
    }
    assert shares["closed"] == pytest.approx(0.96, abs=0.01)
    assert shares["open"] == pytest.approx(0.026, abs=0.006)
    assert shares["new"] == pytest.approx(0.012, abs=0.003)


def test_every_selectable_subject_is_there_three_times_by_channels_that_fit(any_desk: Desk) -> None:
    counts = Counter(ticket["subject"] for ticket in any_desk.tickets)
    active = CATALOGUE.active_subjects(any_desk.now.date())
    assert {
        subject.code: counts[subject.code] for subject in active if counts[subject.code] < 3
    } == {}
    assert {code for code, _ in counts.most_common(3)} == {"1.1", "6.1", "1.2"}
    assert all(CATALOGUE.fits(ticket["subject"], ticket["channel"]) for ticket in any_desk.tickets)


def test_numbers_are_unique_rise_with_time_and_name_their_month(any_desk: Desk) -> None:
    in_order = sorted(any_desk.tickets, key=lambda ticket: ticket["no"][-6:])
    running = [int(ticket["no"][-6:]) for ticket in in_order]
    assert running == list(range(590000, 590000 + len(running)))
    recorded = [ticket["recorded_at"] for ticket in in_order]
    assert recorded == sorted(recorded)
    assert all(t["no"][:5] == f"R{t['recorded_at'].astimezone(BANGKOK):%y%m}" for t in in_order)


def test_work_is_done_in_working_hours_of_the_last_year(any_desk: Desk) -> None:
    calendar = CONFIGURATION.calendar

    def worked(at: datetime) -> bool:
        return calendar.is_open(at) or calendar.is_open(at - timedelta(minutes=1))

    for ticket in any_desk.tickets:
        assert worked(ticket["created_at"])
        assert ticket["closed_at"] is None or worked(ticket["closed_at"])
        assert any_desk.now - timedelta(days=366) <= ticket["created_at"] <= ticket["recorded_at"]


def test_nothing_lies_in_the_future(any_desk: Desk) -> None:
    today = any_desk.now.astimezone(BANGKOK).date()
    for row in (*any_desk.tickets, *any_desk.customers, *any_desk.changes):
        for column, value in row.items():
            assert not column.endswith("_at") or value is None or value <= any_desk.now
            assert not column.endswith("_on") or value is None or value <= today


def test_foreign_keys_hold_and_contacts_are_the_customers_own(any_desk: Desk) -> None:
    assert any_desk.broken_keys == []
    owners = {contact["id"]: contact["customer_code"] for contact in any_desk.contacts}
    with_contact = [ticket for ticket in any_desk.tickets if ticket["contact_id"]]
    assert with_contact
    assert all(owners[ticket["contact_id"]] == ticket["customer_code"] for ticket in with_contact)


def test_closed_tickets_have_all_that_closing_insists_on(any_desk: Desk) -> None:
    kinds = {customer["code"]: customer["kind"] for customer in any_desk.customers}
    lacking = []
    for ticket in any_desk.tickets:
        if ticket["status"] != "closed":
            continue
        price = None if ticket["price"] is None else Decimal(ticket["price"])
        needed = CATALOGUE.required_for_closing(
            ticket["subject"], ticket["channel"], kinds.get(ticket["customer_code"], ""), price
        )
        unknown = ticket["unknown"].split(",")
        lacking += [
            (ticket["no"], f) for f in needed if ticket[f] in ("", None) and f not in unknown
        ]
        assert ticket["closed_at"] >= ticket["recorded_at"]
    assert lacking == []
    unknown_fields = Counter(ticket["unknown"] for ticket in any_desk.tickets if ticket["unknown"])
    assert set(unknown_fields) <= {"purpose", "receipt_on"}
    assert 1 <= unknown_fields.total() <= 30


def test_unfinished_tickets_have_no_closing_and_new_ones_nobody(any_desk: Desk) -> None:
    for ticket in any_desk.tickets:
        if ticket["status"] != "closed":
            assert ticket["closed_at"] is None
        if ticket["status"] == "new":
            assert ticket["channel"] == "email"
            assert looks_like_email(ticket["reply_email"])
            assert (ticket["assignee_id"], ticket["customer_code"], ticket["recorded_by"]) == (
                None,
            ) * 3
        else:
            assert ticket["assignee_id"] is not None
            assert (ticket["customer_code"] is None) == (ticket["subject"] == "10")


def test_every_officer_has_open_work(desk: Desk) -> None:
    work = Counter(ticket["assignee_id"] for ticket in desk.tickets if ticket["status"] == "open")
    assert all(work[person.id] >= 5 for person in desk.staff)


def test_no_mark_is_left_in_a_text(any_desk: Desk) -> None:
    for ticket in any_desk.tickets:
        assert not set("{}<>") & set(ticket["details"] + ticket["result"])
        assert ticket["details"].strip()


def test_letters_sales_publicity_and_forwarded_mail_carry_their_own_fields(desk: Desk) -> None:
    letters = [t for t in desk.tickets if t["channel"] == "letter" and t["status"] == "closed"]
    assert all(t["letter_no"] and t["letter_on"] and "ดศ 0504/" in t["result"] for t in letters)
    sales = [t for t in desk.tickets if t["price"] and Decimal(t["price"]) > 0 and t["receipt_on"]]
    assert len(sales) > 30
    assert len({t["receipt_no"] for t in sales}) == len(sales)
    posts = desk.of_subject("10")
    assert len({t["link"] for t in posts}) == len(posts) > 50
    assert {t["channel"] for t in posts} == {"facebook", "twitter", "line"}
    by_no = {t["no"]: t for t in desk.tickets}
    mails = [t for t in desk.of_subject("mail.nso_services13") if t["status"] == "closed"]
    assert mails
    for mail in mails:
        real = by_no[mail["result"].split()[-1]]
        assert real["customer_code"] not in (None, mail["customer_code"])


def test_contracts_are_owed_signed_and_researched(any_desk: Desk) -> None:
    subjects: dict[str, set[str]] = defaultdict(set)
    dates: dict[str, object] = {}
    for ticket in any_desk.tickets:
        if ticket["contract_no"]:
            subjects[ticket["contract_no"]].add(ticket["subject"])
            number, year = ticket["contract_no"].split("/")
            assert ticket["contract_on"].year + BUDDHIST_OFFSET == int(year)
            assert (
                dates.setdefault(ticket["contract_no"], ticket["contract_on"])
                == ticket["contract_on"]
            )
            assert int(number) >= 1
    assert len(any_desk.of_subject("7.4")) >= 25
    assert all({"7.4", "7.9"} <= steps for steps in subjects.values())
    assert sum("7.10" not in steps for steps in subjects.values()) >= 6
    assert sum("7.10" in steps and "7.13" not in steps for steps in subjects.values()) >= 6
    assert sum("7.13" in steps for steps in subjects.values()) >= 3
    in_order = sorted(subjects, key=lambda no: (no.split("/")[1], int(no.split("/")[0])))
    assert [dates[no] for no in in_order] == sorted(dates.values(), key=str)


def test_the_known_contract_waits_for_its_signature(desk: Desk) -> None:
    ticket = next(t for t in desk.of_subject("7.11") if t["customer_code"] == "C70001")
    assert ticket["contract_no"] == "81/2569"
    assert not [t for t in desk.of_subject("7.10") if t["customer_code"] == "C70001"]


def test_the_people_of_the_examples_are_there(desk: Desk) -> None:
    names = {customer["code"]: customer["name"] for customer in desk.customers}
    assert names["C81554"] == names["C83997"] == "นายสมชาย ใจดี"
    assert names["C90210"] == "นายสมชาย ดีใจ"
    assert names["C70001"] == "ผศ.ดร.กมลชนก รัตนพิทักษ์"
    assert {"นายสัญญา ธรรมศักดิ์"} <= set(names.values())
    for first in ("เตือนใจ", "หาญ"):
        assert any(first in name for name in names.values())
    per_customer = Counter(ticket["customer_code"] for ticket in desk.tickets)
    assert per_customer["C81554"] == 4
    assert per_customer["C83997"] == 0


def test_some_people_are_there_twice_under_names_that_sound_alike(desk: Desk) -> None:
    people = [c for c in desk.customers if CATALOGUE.customer_types[c["kind"]].person]
    alike = defaultdict(set)
    for person in people:
        alike[fold(person["name"])].add(person["name"])
    assert sum(len(names) > 1 for names in alike.values()) >= 12


def test_telephones_and_e_mails_are_valid_and_invented(desk: Desk) -> None:
    people = [*desk.customers, *desk.contacts]
    phones = [row[column] for row in people for column in ("phone", "mobile") if row[column]]
    assert len(phones) > 300
    for phone in phones:
        number, _, extension = phone.partition(";ext=")
        assert parse_phone(f"{number} ext. {extension}" if extension else number) == phone
    for email in (row["email"] for row in people if row["email"]):
        assert looks_like_email(email)
        assert email.rpartition("@")[2] in {"example.com", "example.ac.th", "example.go.th"}


async def test_the_desk_can_be_worked_at(tmp_path: Path) -> None:
    db = await filled(tmp_path / "desk.db", NOW)
    try:
        hits = await find_customers(db, SearchWords(), "0812345678")
        assert [hit.customer.code for hit in hits] == ["C81554"]
        row = await db.fetch_one(
            "SELECT no FROM tickets WHERE status = 'closed' AND recorded_by > 0"
        )
        assert row is not None
        history = await list_changes(db, row["no"])
        assert [(c.field, c.old, c.new) for c in history] == [
            ("status", "", "open"),
            ("status", "open", "closed"),
        ]
        highest = await db.fetch_one("SELECT max(substr(no, 6)) AS no FROM tickets")
        assert highest is not None
        assert await reserve_customer_code(db) == "C90211"
        assert await reserve(db, "ticket") == int(highest["no"]) + 1
        with pytest.raises(Conflict):
            await fill_demo(db, CONFIGURATION, NOW)
    finally:
        await db.close()


def test_every_history_ends_in_the_tickets_status_and_version(desk: Desk) -> None:
    last = {change["record"]: change for change in desk.changes}
    assert {t["no"]: (t["status"], t["version"]) for t in desk.tickets} == {
        no: (change["new_value"], change["version"]) for no, change in last.items()
    }


def test_the_same_seed_and_time_give_the_same_desk(desk: Desk, tmp_path: Path) -> None:
    again = asyncio.run(read(tmp_path / "again.db", NOW))
    assert (again.customers, again.tickets, again.changes) == (
        desk.customers,
        desk.tickets,
        desk.changes,
    )
    other = asyncio.run(read(tmp_path / "other.db", NOW, seed=1))
    assert other.tickets != desk.tickets
