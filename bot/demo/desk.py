"""The demo desk: fills an empty database with invented staff, customers, a year of tickets and what
is owed.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from bot.clock import Clock
from bot.demo.customers import DemoCustomers
from bot.demo.office import DemoOffice
from bot.demo.tickets import DemoTickets
from bot.demo.words import DemoWords, demo_words
from domain.configuration import Configuration
from domain.customers.records import Customer
from domain.staff import Identity, Platform, Role, StaffId
from domain.tickets.records import Change, Status, Ticket
from store.customers.records import add_customers, get_customers
from store.engine.database import Database, Tx
from store.opening import open_database
from store.records import changes
from store.records.save_context import SaveContext
from store.staff import add_staff, add_team, link_identity
from store.ticket_saves import add_tickets

STRANGERS = 12
"""People who wrote to the desk and are no customers."""
STAFF_CAME = timedelta(days=1500)
"""How long ago the staff came to the desk."""


async def open_demo(path: Path, configuration: Configuration, clock: Clock) -> Database:
    """The demo desk at this place, which is filled when it is opened for the first time."""
    if not await asyncio.to_thread(path.exists):
        # A demo desk that was interrupted while it was made is not taken for a whole one.
        making = path.with_suffix(".making")
        await asyncio.to_thread(making.unlink, missing_ok=True)
        db = await open_database(f"sqlite:///{making}", clock())
        await fill_demo(db, configuration, clock())
        await db.close()
        await asyncio.to_thread(making.rename, path)
    return await open_database(f"sqlite:///{path}", clock())


async def fill_demo(
    db: Database,
    configuration: Configuration,
    now: datetime,
    *,
    seed: int = 2569,
) -> None:
    """Fill an empty, migrated database, in one transaction; the same for the same seed and `now`
    (aware).

    The one administrator is whom a demo's user speaks as. Raises Conflict("exists") on a database
    in use."""
    words = demo_words()

    async def work(tx: Tx) -> None:
        rng = Random(seed)  # noqa: S311 - it invents people, it guards nothing
        staff = await _add_staff(tx, words, now - STAFF_CAME)
        register = DemoCustomers(words, rng, now)
        customers = register.customers()
        await add_customers(tx, customers, now)
        contacts = await _contact_ids(tx, customers)
        office = DemoOffice(
            words,
            rng,
            configuration,
            now,
            staff,
            customers,
            contacts,
        )
        strangers = [register.person("citizen", 0) for _ in range(STRANGERS)]
        tickets = DemoTickets(office).tickets(strangers)
        await add_tickets(tx, tickets, SaveContext(configuration, None, now))
        for ticket in tickets:
            await changes.add(tx, ticket.no, _history(ticket))

    await db.write(work)


async def _add_staff(tx: Tx, words: DemoWords, at: datetime) -> dict[StaffId, int]:
    """The staff and their teams; ids with each one's share of the tickets."""
    ids: dict[str, StaffId] = {}
    shares: dict[StaffId, int] = {}
    for row in words["staff"]:
        name = row["name"]
        ids[name] = await add_staff(tx, name, Role(row["role"]), at)
        # Whoever is told something can be reached, also those whose terminal nobody sits at.
        terminal = Identity(Platform.TERMINAL, name, ids[name], name)
        await link_identity(tx, terminal, at)
        shares[ids[name]] = row["share"]
    for team, members in words["teams"].items():
        await add_team(tx, team, [ids[member] for member in members])
    return shares


async def _contact_ids(tx: Tx, customers: Sequence[Customer]) -> dict[str, list[int]]:
    """The numbers that the store gave each customer's contacts, the main one first."""
    saved = await get_customers(tx, [customer.code for customer in customers])
    numbers: dict[str, list[int]] = {}
    for code, customer in saved.items():
        numbers[code] = [one.id for one in customer.contacts if one.id is not None]
    return numbers


def _history(ticket: Ticket) -> list[Change]:
    """The status from the first save on; mail is new until an officer takes it up."""
    recorded_at = ticket.recorded_at
    steps: list[tuple[datetime, StaffId | None, Status]]
    if ticket.recorded_by is not None:
        steps = [(recorded_at, ticket.recorded_by, Status.OPEN)]
    elif ticket.status is Status.NEW:
        steps = [(recorded_at, None, Status.NEW)]
    else:
        steps = [(recorded_at, None, Status.NEW), (recorded_at, ticket.assignee, Status.OPEN)]
    if ticket.closed_at:
        steps.append((ticket.closed_at, ticket.assignee, Status.CLOSED))
    before = ""
    history = []
    for version, (at, by, status) in enumerate(steps, start=1):
        history.append(Change(at, by, "status", before, status, version))
        before = status
    return history
