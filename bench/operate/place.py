"""A desk of any size, and its files."""

import hashlib
import os
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter

from bench.programs import add_officers
from bench.search.names import DrawnNames
from bench.tickets import NOW, drawn_tickets
from bot.settings import Settings, secret_key
from domain.customers.records import Customer, CustomerCode
from domain.staff import Role, StaffId
from domain.tickets.records import Ticket
from store.customers import records as customers
from store.engine.database import Database
from store.opening import open_database
from store.staff import add_staff
from store.tickets import records as tickets

ASKED_BY, CONFIRMED_BY = "asked", "confirmed"
OFFICERS = 30
PEOPLE = 30
"""So many chat, each seldom: Telegram takes one message a second in a chat."""
BATCH = 2_000
FILE = 1_000_000
"""Bytes."""
FIRST_CODE = 100_000
TICKETS_EACH = 5


@dataclass(frozen=True, slots=True)
class BenchPlace:
    """Where the desk, its archives and the copies of it are."""

    folder: Path

    @property
    def database(self) -> Path:
        """The desk's file."""
        return self.folder / "desk" / "desk.db"

    @property
    def files(self) -> Path:
        """The folder of the bytes."""
        return self.folder / "desk" / "files"

    @property
    def filled(self) -> Path:
        """The file that says that all of it is there."""
        return self.folder / "filled"

    @property
    def is_filled(self) -> bool:
        """Whether a run before has filled it."""
        return self.filled.exists()

    @property
    def settings(self) -> Settings:
        """Those of the desk."""
        return settings_of(self.folder / "desk")

    @property
    def size(self) -> int:
        """Bytes of all that a backup has to hold."""
        sizes = [path.stat().st_size for path in self.files.rglob("*") if path.is_file()]
        return self.database.stat().st_size + sum(sizes)


def settings_of(folder: Path) -> Settings:
    """Those of a desk in this folder."""
    return Settings(database_url=f"sqlite:///{folder}/desk.db", data_dir=folder)


def environment_of(folder: Path) -> dict[str, str]:
    """The same for a process."""
    return {
        "DESKBOT_DATABASE_URL": f"sqlite:///{folder}/desk.db",
        "DESKBOT_DATA_DIR": str(folder),
    }


def code_of(number: int) -> CustomerCode:
    """The code of a customer, counted from 0."""
    return CustomerCode(f"C{FIRST_CODE + number}")


async def fill(place: BenchPlace, size: int, megabytes: int) -> None:
    """So many tickets, a fifth as many customers, and files of a megabyte each."""
    began = perf_counter()
    place.files.mkdir(parents=True)
    db = await open_database(place.settings.database_url, NOW)
    try:
        officers = [await _hire(db, f"officer {number}") for number in range(OFFICERS)]
        for name in (ASKED_BY, CONFIRMED_BY):
            await _hire(db, name)
        await add_officers(db, PEOPLE, NOW)
        await _add_customers(db, size // TICKETS_EACH)
        for batch in drawn_tickets(size, officers, BATCH):
            await db.write(partial(tickets.add_tickets, tickets=_of_customers(batch)))
    finally:
        await db.close()
    secret_key(place.settings)
    rng = random.Random(7)
    for _number in range(megabytes):
        _add_file(place.files, rng.randbytes(FILE))
    place.filled.touch()
    os.sync()
    print(f"filled in {perf_counter() - began:.0f} s", file=sys.stderr, flush=True)


async def _hire(db: Database, name: str) -> StaffId:
    return await db.write(lambda tx: add_staff(tx, name, Role.OFFICER, NOW))


async def _add_customers(db: Database, count: int) -> None:
    names = DrawnNames(random.Random(5))
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        some = [_customer(number, names) for number in numbers]
        await db.write(partial(customers.add_customers, customers=some, now=NOW))


def _customer(number: int, names: DrawnNames) -> Customer:
    return Customer(
        code=code_of(number),
        name=f"{names.first()} {names.last()}",
        mobile=f"08{number:08}",
        email=f"person.{number}@mail.example",
    )


def _of_customers(batch: Sequence[Ticket]) -> list[Ticket]:
    """The same tickets, five of each customer one after the other."""
    return [
        replace(ticket, customer=code_of(int(str(ticket.no)[5:]) // TICKETS_EACH))
        for ticket in batch
    ]


def _add_file(folder: Path, content: bytes) -> None:
    digest = hashlib.sha256(content).hexdigest()
    path = folder / digest[:2] / digest[2:4] / digest
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
