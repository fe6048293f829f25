"""Everything derived, made anew from what it is derived from: after a change of its rules, or to see that it is right.

Each rebuild calls the one writer of its thing, so many records at a time. docs/architecture.md lists what is derived.
"""

from store import customer_keys, customers, revisions
from store.database import Tx

BATCH = 500


async def rebuild_customer_keys(tx: Tx) -> None:
    """What customers are found by: `customers.folded`, `customer_keys`, `search_words`."""
    last = ""
    while codes := await _codes_after(tx, last):
        records = [*(await customers.get_customers(tx, codes)).values()]
        before = await revisions.list_by_codes(tx, codes)
        await customers.write_derived(tx, records)
        for record in records:
            await customer_keys.keep_former(tx, *before.get(record.code, ()), record)
        last = codes[-1]


async def _codes_after(tx: Tx, last: str) -> list[str]:
    rows = await tx.fetch(f"SELECT code FROM customers WHERE code > ? ORDER BY code LIMIT {BATCH}", last)
    return [row["code"] for row in rows]
