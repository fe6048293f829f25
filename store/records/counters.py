"""Running numbers: each is reserved in a transaction of its own, so that a crash leaves a gap and
no number is given twice; or it is looked up, and the transaction that uses it makes the counter go
on above it (handlers.desk.Work.new_ticket_no).
"""

from collections.abc import Iterable

from domain.customers.records import CustomerCode
from store.engine.database import Database, Reader, Tx


async def reserve(db: Database, name: str) -> int:
    """The next value of a running number."""

    async def work(tx: Tx) -> int:
        row = await tx.fetch_one(
            "UPDATE counters SET value = value + 1 WHERE name = ? RETURNING value", name
        )
        assert row is not None, f"counter {name} is made by the first migration"
        return int(row["value"])

    return await db.write(work)


async def reserve_customer_code(db: Database) -> CustomerCode:
    """The next free customer code."""
    number = await reserve(db, "customer")
    return CustomerCode(f"C{number}")


async def raise_counter(tx: Tx, name: str, at_least: int) -> None:
    """Make the running number go on above `at_least`."""
    await tx.execute_many(
        "UPDATE counters SET value = ? WHERE name = ? AND value < ?", [(at_least, name, at_least)]
    )


NUMBER_AT = {"customer": 1, "ticket": 5, "publication": 1}
"""Where the running number begins in a customer's code, a ticket's number and a publication's."""


async def raise_above(tx: Tx, name: str, records: Iterable[str]) -> None:
    """Make the running number go on above those of these codes or numbers: none is given out
    twice.
    """
    begins_at = NUMBER_AT[name]
    numbers = [record[begins_at:] for record in records]
    running = [int(number) for number in numbers if number.isdecimal()]
    await raise_counter(tx, name, max(running, default=0))


async def raise_by_one(tx: Tx, name: str) -> None:
    """Say that what this number stands for is another by now."""
    await tx.execute("UPDATE counters SET value = value + 1 WHERE name = ?", name)


LAST_TICKET = "(SELECT value FROM counters WHERE name = 'ticket')"
"""Within a SELECT: what `read_counter` finds of tickets."""


async def read_counter(db: Reader, name: str) -> int:
    """The last running number that was given out."""
    row = await db.fetch_one("SELECT value FROM counters WHERE name = ?", name)
    assert row is not None, f"counter {name} is made by the first migration"
    return int(row["value"])


async def hold_counter(tx: Tx, name: str) -> int:
    """The same, and nobody else is given a number until the transaction ends."""
    await tx.execute("UPDATE counters SET value = value WHERE name = ?", name)
    return await read_counter(tx, name)
