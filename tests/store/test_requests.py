"""Requests, contracts and things owed in the store: what settles, what conflicts, what lists
find.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import pytest

from domain.customers.merging import part, unite
from domain.customers.records import Customer, CustomerCode
from domain.dates.days import BANGKOK
from domain.errors import Conflict, NotFound
from domain.owed.contracts import Contract
from domain.owed.requests import Request, RequestKind
from domain.owed.rules import OwedState
from domain.owed.trial import MovedReminder
from domain.staff import Role, StaffId
from domain.tickets.records import Status, Ticket, TicketNo
from store import due, merges, staff, ticket_saves
from store.customers import records as customers
from store.engine.database import Database, Tx
from store.owed import contracts, reminding, requests
from store.owed import rows as owed
from store.owed.contracts import Filter
from store.owed.placing import place_tickets
from store.records import changes
from store.records.save_context import SaveContext
from store.tickets import records as tickets
from tests.fakes.office import OFFICE

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
CONFIGURATION = OFFICE


@pytest.fixture
async def officer(db: Database) -> StaffId:
    async def work(tx: Tx) -> StaffId:
        await customers.add_customer(tx, Customer(CustomerCode("C1"), "x"), NOW)
        return await staff.add_staff(tx, "officer", Role.OFFICER, NOW)

    return await db.write(work)


def save_context(by: StaffId, days: int = 0) -> SaveContext:
    return SaveContext(CONFIGURATION, by, NOW + timedelta(days=days))


async def begin(db: Database) -> int:
    number = await requests.reserve_request_id(db)
    request = Request(number, RequestKind.MICRODATA, CustomerCode("C1"), NOW, NOW)
    await db.write(partial(requests.add_request, request=request))
    return number


async def close(
    db: Database, request: int, subject: str, officer: StaffId, no: int, days: int = 0
) -> str:
    at = NOW + timedelta(days=days)
    ticket = Ticket(
        TicketNo(f"R{no:010}"),
        "email",
        subject,
        "x",
        at,
        at,
        officer,
        officer,
        CustomerCode("C1"),
        closed_at=at,
    )
    ticket = replace(ticket, status=Status.CLOSED)

    async def work(tx: Tx) -> None:
        await tickets.add_ticket(tx, ticket)
        await requests.set_request(tx, ticket.no, request, save_context(officer, days))

    await db.write(work)
    return ticket.no


async def test_a_life_is_read_as_it_was_written(db: Database, officer: StaffId) -> None:
    request = await begin(db)
    sent = await close(db, request, "7.9", officer, 1)
    contract = Contract(
        "81/2569",
        request,
        None,
        date(2026, 11, 5),
        ("a", "b"),
        "2559",
        "why",
        "title",
        None,
        date(2027, 11, 5),
    )
    await db.write(partial(requests.add_contract, contract=contract, context=save_context(officer)))
    await db.write(
        partial(requests.mark, request_id=request, step="approval", context=save_context(officer))
    )
    life = await requests.get_life(db, request)
    assert life.contract == replace(contract, id=life.contract.id if life.contract else 0)
    assert [ticket.no for ticket in life.tickets] == [sent]
    assert [mark.step for mark in life.marks] == ["approval"]
    (row,) = life.owed
    assert (row.rule, row.state, row.ticket_no, row.assignee) == ("contract", "open", sent, officer)
    assert row.next_at == datetime(2026, 12, 8, 2, 0, tzinfo=UTC)
    assert await requests.find_request_of(db, sent) == request
    assert await requests.count_by_customer(db, "C1") == 1


async def test_a_proof_ends_the_chain_and_takes_its_reminder_away(
    db: Database, officer: StaffId
) -> None:
    request = await begin(db)
    await close(db, request, "7.9", officer, 1)
    await close(db, request, "7.10", officer, 2, days=5)
    assert [(row.rule, str(row.state)) for row in (await requests.get_life(db, request)).owed] == [
        ("contract", "received"),
        ("research", "open"),
    ]
    (waiting,) = await due.list_waiting(db, owed.KIND)
    assert waiting.due_at == datetime(2027, 11, 29, 2, 0, tzinfo=UTC)
    fields = [change.field for change in await changes.list_changes(db, f"Q{request}")]
    assert fields == [
        "request_ticket",
        "owed_contract",
        "request_ticket",
        "owed_contract",
        "owed_research",
    ]


async def test_two_proofs_at_once_begin_the_next_chain_once(
    opening: Callable[[str], Awaitable[Database]], url: str, officer: StaffId, db: Database
) -> None:
    other = await opening(url)
    request = await begin(db)
    await close(db, request, "7.9", officer, 1)
    await asyncio.gather(
        close(db, request, "7.10", officer, 2, days=5),
        close(other, request, "7.10", officer, 3, days=5),
    )
    life = await requests.get_life(db, request)
    assert sorted(str(row.rule) for row in life.owed) == ["contract", "research"]
    assert len(await due.list_waiting(db, owed.KIND)) == 1


async def test_a_ticket_that_moves_takes_what_it_began_along(
    db: Database, officer: StaffId
) -> None:
    first, second = await begin(db), await begin(db)
    sent = await close(db, first, "7.9", officer, 1)
    await db.write(
        partial(
            requests.set_request,
            ticket_no=sent,
            request_id=second,
            context=save_context(officer, 1),
        )
    )
    assert (await requests.get_life(db, first)).owed == ()
    assert [str(row.state) for row in (await requests.get_life(db, second)).owed] == ["open"]
    await db.write(
        partial(
            requests.set_request, ticket_no=sent, request_id=None, context=save_context(officer, 2)
        )
    )
    assert (await requests.get_life(db, second)).tickets == ()
    assert await due.list_waiting(db, owed.KIND) == []


async def test_a_change_of_what_somebody_changed_meanwhile_is_refused(
    db: Database, officer: StaffId
) -> None:
    request = await begin(db)
    await close(db, request, "7.9", officer, 1)
    (row,) = (await requests.get_life(db, request)).owed
    snoozed = replace(row, snoozed_on=date(2027, 1, 20))
    await db.write(
        partial(requests.change_owed, old=row, new=snoozed, context=save_context(officer))
    )
    with pytest.raises(Conflict, match="changed"):
        await db.write(
            partial(requests.change_owed, old=row, new=snoozed, context=save_context(officer))
        )
    (row,) = (await requests.get_life(db, request)).owed
    assert row.next_at == datetime(2027, 1, 20, 2, 0, tzinfo=UTC)


async def test_a_reminder_of_what_was_put_off_meanwhile_is_not_noted(
    db: Database, officer: StaffId
) -> None:
    request = await begin(db)
    await close(db, request, "7.9", officer, 1)
    (row,) = (await requests.get_life(db, request)).owed
    snoozed = replace(row, snoozed_on=date(2027, 1, 20))
    await db.write(
        partial(requests.change_owed, old=row, new=snoozed, context=save_context(officer))
    )
    remind = partial(
        reminding.note_reminded, rules=CONFIGURATION.rules, calendar=CONFIGURATION.calendar
    )
    with pytest.raises(Conflict, match="due"):
        await db.write(partial(remind, rows=[row.reminded(NOW)]))
    (row,) = (await requests.get_life(db, request)).owed
    assert row.reminders == 0
    await db.write(partial(remind, rows=[row.reminded(NOW)]))
    (row,) = (await requests.get_life(db, request)).owed
    assert (row.reminders, row.last_at, row.snoozed_on) == (1, NOW, None)


async def test_a_reminder_counts_once_somebody_was_told_of_it_and_no_save_takes_that_back(
    db: Database, officer: StaffId
) -> None:
    request = await begin(db)
    await close(db, request, "7.9", officer, 1)
    remind = partial(
        reminding.note_reminded, rules=CONFIGURATION.rules, calendar=CONFIGURATION.calendar
    )
    for _again in range(2):
        (row,) = (await requests.get_life(db, request)).owed
        await db.write(partial(remind, rows=[row.reminded(NOW)]))
    (before,) = (await requests.get_life(db, request)).owed
    assert (before.reminders, before.told) == (2, 0)
    assert before.once_told().told == 1
    for number in (2, 2, 1):
        await db.write(partial(reminding.note_told, numbers={before.id: number}))
    snoozed = replace(before, snoozed_on=date(2027, 1, 20))
    await db.write(
        partial(requests.change_owed, old=before, new=snoozed, context=save_context(officer))
    )
    (row,) = (await requests.get_life(db, request)).owed
    assert (row.reminders, row.told, row.told_no) == (2, 1, 2)
    assert row.once_told() == row


async def test_a_number_is_used_once_and_a_request_has_one_contract(
    db: Database, officer: StaffId
) -> None:
    first, second = await begin(db), await begin(db)
    await db.write(
        partial(
            requests.add_contract,
            contract=Contract("81/2569", first),
            context=save_context(officer),
        )
    )
    for contract in (Contract("81/2569", second), Contract("82/2569", first)):
        with pytest.raises(Conflict, match="exists"):
            await db.write(
                partial(requests.add_contract, contract=contract, context=save_context(officer))
            )
    assert await contracts.find_owner(db, "81/2569") == "C1"
    assert await contracts.list_taken(db, 2569) == ["81/2569"]


async def test_a_contract_of_a_request_that_moved_on_is_not_overwritten(
    db: Database, officer: StaffId
) -> None:
    request = await begin(db)
    await db.write(
        partial(
            requests.add_contract,
            contract=Contract("81/2569", request),
            context=save_context(officer),
        )
    )
    life = await requests.get_life(db, request)
    assert life.contract is not None
    new = replace(life.contract, no="82/2569", research_due_on=date(2027, 11, 5))
    change = partial(
        requests.change_contract,
        old=life.contract,
        new=new,
        version=life.request.version,
        context=save_context(officer),
    )
    await db.write(change)
    assert await contracts.get_contract(db, "82/2569") == new
    with pytest.raises(NotFound):
        await contracts.get_contract(db, "81/2569")
    with pytest.raises(Conflict, match="changed"):
        await db.write(change)


async def test_an_ended_request_is_reminded_of_no_more(db: Database, officer: StaffId) -> None:
    request = await begin(db)
    await close(db, request, "7.9", officer, 1)
    await db.write(
        partial(requests.end_request, request_id=request, reason="r", context=save_context(officer))
    )
    life = await requests.get_life(db, request)
    assert [row.state for row in life.owed] == [OwedState.DROPPED]
    assert life.request.ended_reason == "r"
    assert await due.list_waiting(db, owed.KIND) == []
    await db.write(
        partial(requests.resume_request, request_id=request, context=save_context(officer))
    )
    assert (await requests.get_life(db, request)).request.ended_at is None


async def test_lists_filter_count_and_page(db: Database, officer: StaffId) -> None:
    for number in range(1, 6):
        request = await begin(db)
        await close(db, request, "7.9", officer, number)
        no = f"{number}/{2569 if number < 5 else 2568}"
        await db.write(
            partial(
                requests.add_contract, contract=Contract(no, request), context=save_context(officer)
            )
        )
    await close(db, 1, "7.10", officer, 9, days=5)
    rows, counts = await contracts.list_contracts(db, Filter(), 2, 0)
    assert [row.contract_no for row in rows] == ["4/2569", "3/2569"]
    assert counts == {"open": 4, "received": 1}
    rows, counts = await contracts.list_contracts(db, Filter(year=2568), 9, 0)
    assert [row.contract_no for row in rows] == ["5/2568"]
    late = Filter(overdue_before=date(2026, 12, 8), assignee=officer)
    assert sum((await contracts.list_contracts(db, late, 9, 0))[1].values()) == 4
    assert (
        sum(
            (await contracts.list_contracts(db, replace(late, assignee=StaffId(99)), 9, 0))[
                1
            ].values()
        )
        == 0
    )
    rows, counts = await contracts.list_owed(db, ("research",), Filter(), 9, 0)
    assert [(row.contract_no, row.rule) for row in rows] == [("1/2569", "research")]
    assert await contracts.list_years(db) == [2569, 2568]
    (debtor,), total = await contracts.list_debtors(db, date(2026, 12, 8), 9, 0)
    assert (total, debtor.count, debtor.overdue) == (1, 5, 4)


async def test_new_rules_are_written_where_nobody_changed_the_row(
    db: Database, officer: StaffId
) -> None:
    request = await begin(db)
    await close(db, request, "7.9", officer, 1)
    (row,) = await reminding.list_open_after(db, 0, 10)
    at = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
    moved = [MovedReminder(row, at), MovedReminder(replace(row, version=99), at)]
    await db.write(partial(reminding.replan, reminders=moved, rules=CONFIGURATION.rules))
    (waiting,) = await due.list_waiting(db, owed.KIND)
    assert waiting.due_at == at
    assert (await owed.get_owed(db, row.id)).next_at == at
    assert await reminding.list_open_after(db, row.id, 10) == []


async def test_a_merge_takes_the_requests_along_and_gives_them_back(
    db: Database, officer: StaffId
) -> None:
    request = await begin(db)
    await db.write(lambda tx: customers.add_customer(tx, Customer(CustomerCode("C2"), "y"), NOW))
    survivor, merged = await customers.get_record(db, "C2"), await customers.get_record(db, "C1")
    union = unite(survivor, merged, frozenset())
    await db.write(lambda tx: merges.merge(tx, survivor, merged, union, officer, NOW, "m"))
    assert (await requests.get_life(db, request)).request.customer == "C2"
    assert await requests.count_by_customer(db, "C1") == 0
    stored = await merges.find_merge(db, "m")
    assert stored is not None
    present = await customers.get_record(db, "C2")
    parted = part(stored.merge, present, keep=True)
    await db.write(lambda tx: merges.unmerge(tx, stored, present, parted, officer, NOW))
    assert (await requests.get_life(db, request)).request.customer == "C1"
    lines = [
        (c.old, c.new)
        for c in await changes.list_changes(db, f"Q{request}")
        if c.field == "customer_code"
    ]
    assert lines == [("C1", "C2"), ("C2", "C1")]


async def test_tickets_that_came_without_a_request_are_hung_on_new_ones(
    db: Database, officer: StaffId
) -> None:
    def closed(no: int, subject: str, days: int, contract_no: str) -> Ticket:
        at = NOW + timedelta(days=days)
        new = Ticket(
            TicketNo(f"R{no:010}"),
            "email",
            subject,
            "x",
            at,
            at,
            officer,
            officer,
            CustomerCode("C1"),
            closed_at=at,
        )
        return replace(new, status=Status.CLOSED, contract_no=contract_no)

    came = [
        closed(1, "7.4", 0, "81/2569"),
        closed(2, "7.9", 9, "81/2569"),
        closed(3, "7.4", 20, "82/2569"),
        closed(4, "7.10", 30, "81/2569"),
        closed(5, "7.9", 31, "82/2569"),
        closed(6, "1.1", 32, ""),
    ]

    async def work(tx: Tx) -> int:
        await tickets.add_tickets(tx, came)
        return await place_tickets(tx, came, save_context(officer, 40))

    assert await db.write(work) == 2
    lives = await requests.list_by_customer(db, "C1")
    assert [life.contract.no if life.contract else "" for life in lives] == ["81/2569", "82/2569"]
    assert [[ticket.subject for ticket in life.tickets] for life in lives] == [
        ["7.4", "7.9", "7.10"],
        ["7.4", "7.9"],
    ]
    assert [[(row.rule, str(row.state)) for row in life.owed] for life in lives] == [
        [("contract", "received"), ("research", "open")],
        [("contract", "open")],
    ]
    assert await requests.reserve_request_id(db) == 3


async def test_a_bare_save_of_a_ticket_settles_what_is_owed_where_it_hangs(
    db: Database, officer: StaffId
) -> None:
    request = await begin(db)
    sent = await tickets.get_ticket(db, await close(db, request, "7.9", officer, 1))
    opened = replace(sent, status=Status.OPEN, closed_at=None)
    save = partial(ticket_saves.update_ticket, context=save_context(officer, 1))
    await db.write(partial(save, old=sent, new=opened))
    assert [row.state for row in (await requests.get_life(db, request)).owed] == ["void"]
    opened = await tickets.get_ticket(db, sent.no)
    await db.write(partial(save, old=opened, new=replace(sent, version=opened.version)))
    assert [row.state for row in (await requests.get_life(db, request)).owed] == ["open"]


async def test_a_table_s_proof_for_one_of_two_requests_hangs_nowhere(
    db: Database, officer: StaffId
) -> None:
    for no in (1, 2):
        await close(db, await begin(db), "7.9", officer, no)
    proof = replace(
        await tickets.get_ticket(db, "R0000000001"), no=TicketNo("R0000000009"), subject="7.10"
    )
    await db.write(
        partial(ticket_saves.add_tickets, several=[proof], context=save_context(officer, 1))
    )
    assert await requests.find_request_of(db, proof.no) is None
    lives = await requests.list_by_customer(db, "C1")
    assert [row.state for life in lives for row in life.owed] == ["open", "open"]


async def test_what_was_reminded_of_is_listed_once_it_is_noted_and_while_it_is_owed(
    db: Database, officer: StaffId
) -> None:
    for no in (1, 2):
        await close(db, await begin(db), "7.9", officer, no)
    later = NOW + timedelta(days=15)
    assert await reminding.list_reminded(db, NOW, 0, 10) == []
    planned = await due.list_waiting(db, owed.KIND)
    rows = await owed.list_by_ids(db, [int(row.subject) for row in planned])
    claimable = due.Claimable([owed.KIND], later)
    claimed = await db.write(lambda tx: due.claim(tx, db.engine, claimable, "me", 10))
    assert await due.has_waiting(db, owed.KIND, later), "claimed, not done"

    async def note(tx: Tx) -> None:
        told = [row.reminded(later) for row in rows]
        await reminding.note_reminded(tx, told, CONFIGURATION.rules, CONFIGURATION.calendar)
        await due.finish(tx, claimed, "me", later)

    await db.write(note)
    assert not await due.has_waiting(db, owed.KIND, later)
    found, first = await reminding.list_reminded(db, later, 0, 10), min(row.id for row in rows)
    assert [(row.id, row.reminders, at) for row, at in found] == [
        (first, 1, later),
        (first + 1, 1, later),
    ]
    assert [row.id for row, _at in await reminding.list_reminded(db, NOW, first, 10)] == [first + 1]
    assert await reminding.list_reminded(db, later + timedelta(seconds=1), 0, 10) == []


async def test_the_morning_counts_what_is_owed_and_reads_a_few(
    db: Database, officer: StaffId
) -> None:
    rules = [*CONFIGURATION.rules]
    for no in (1, 2, 3):
        await close(db, await begin(db), "7.9", officer, no, days=-no)
    count, oldest = await owed.list_oldest(db, rules, 2)
    last = oldest[0].id
    assert (count, [row.id for row in oldest]) == (3, [last, last - 1])
    assert [row.ticket_no[-1] for row in oldest] == ["3", "2"]
    assert await owed.list_oldest(db, ["quotation"], 2) == (0, [])
    assert await owed.count_by_customer(db, rules, 5) == {"C1": 3}
    assert await owed.list_asked_for(db, rules, NOW.date(), 2) == {}, "nothing is late yet"
    for nothing in (owed.list_oldest(db, [], 2), contracts.list_owed(db, [], Filter(), 5, 0)):
        assert not any(await nothing), "an office without rules"
    assert (
        await owed.count_by_customer(db, [], 5),
        await owed.list_asked_for(db, [], NOW.date(), 2),
    ) == ({}, {})
    late = NOW.date() + timedelta(days=40)
    await db.write(lambda tx: tx.execute("UPDATE owed SET next_at = NULL WHERE id > ?", last - 2))
    ((who, (total, some)),) = (await owed.list_asked_for(db, rules, late, 1)).items()
    assert (who, total, [row.id for row in some]) == (officer, 2, [last]), (
        "of the first a reminder is still to come"
    )
    told = datetime.combine(late, time(9), BANGKOK)
    await db.write(lambda tx: tx.execute("UPDATE owed SET last_at = ? WHERE id = ?", told, last))
    ((_who, (total, some)),) = (await owed.list_asked_for(db, rules, late, 1)).items()
    assert (total, [row.id for row in some]) == (1, [last - 1]), "told of today already"
