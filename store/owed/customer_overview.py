"""What a customer's card says beside the record itself, in one reading."""

from collections.abc import Sequence
from dataclasses import dataclass

from store.customers import records as customers
from store.engine.database import Reader
from store.owed import requests
from store.tickets import records as tickets


@dataclass(frozen=True, slots=True)
class CustomerOverview:
    """How many tickets and requests a customer has, and the old codes that lead to it."""

    tickets: int
    requests: int
    merged: Sequence[str] = ()


async def read_overview(db: Reader, code: str) -> CustomerOverview:
    """That of the customer with this code."""
    row = await db.fetch_one(
        f"SELECT ({tickets.OF_CUSTOMER}) AS tickets, ({requests.OF_CUSTOMER}) AS requests, "
        "(SELECT min(code) FROM customers WHERE merged_into = ?) AS merged",
        code,
        code,
        code,
    )
    assert row is not None
    merged: Sequence[str] = ()
    if row["merged"] is not None:
        merged = await customers.list_merged_codes(db, code)
    return CustomerOverview(int(row["tickets"]), int(row["requests"]), merged)
