"""Makes everything anew that is derived from other data: after a change of its rules, or if it is
wrong.

Each looks at so many records at a time, lets the one writer of its thing write those that are
wrong, and returns how many were; running numbers go on above all that are there.
docs/architecture.md lists what is derived."""

from collections.abc import Mapping, Sequence

from domain.customers.records import Customer, CustomerCode
from domain.publicity.reading import text_key
from store.customers import keys as customer_keys
from store.customers import records as customers
from store.customers import revisions
from store.engine.database import Reader, Tx
from store.engine.rows import two_columns
from store.publicity import publications
from store.records import counters
from store.tickets import records as tickets

BATCH = 500


async def rebuild_customers(tx: Tx) -> int:
    """What customers are found by: `customers.folded`, `customer_keys`, `search_words`."""
    wrong = 0
    last = ""
    while True:
        rows = await tx.fetch(
            f"SELECT code, folded FROM customers WHERE code > ? ORDER BY code LIMIT {BATCH}", last
        )
        if not rows:
            break
        folded = two_columns(rows, "code", "folded")
        wrong += await _mend_customers(tx, folded)
        await counters.raise_above(tx, "customer", [*folded])
        last = rows[-1]["code"]
    return wrong + await customer_keys.learn_all(tx)


async def _mend_customers(tx: Tx, folded: Mapping[str, str]) -> int:
    """Write what these are found by, where it is wrong; `folded` is what stands there, by code."""
    stale = await find_stale_customers(tx, folded)
    await mend_customers(tx, stale)
    return len(stale)


async def find_stale_customers(db: Reader, folded: Mapping[str, str]) -> list[str]:
    """The codes of those of these customers that are found by something wrong; `folded` is what
    stands there, by code.
    """
    records = await _records(db, [*folded])
    lost = await _former_words(db, records)
    wrong = await customer_keys.find_stale(db, records, lost)
    wrong += [one for one in records if folded[one.code] != customer_keys.folded(one)]
    # By code, for a record may be wrong in both ways.
    return [*{one.code: one for one in wrong}]


async def mend_customers(tx: Tx, codes: Sequence[str]) -> None:
    """Write what these customers are found by as it should be."""
    records = await _records(tx, codes)
    lost = await _former_words(tx, records)
    await customers.write_derived(tx, records)
    for code, words in lost.items():
        await customer_keys.keep_former(tx, code, words)


async def _records(db: Reader, codes: Sequence[str]) -> list[Customer]:
    found = await customers.get_customers(db, codes)
    return [*found.values()]


async def _former_words(db: Reader, records: Sequence[Customer]) -> dict[CustomerCode, set[str]]:
    """The words that records lost, by code, of those that were ever changed."""
    before = await revisions.list_by_codes(db, [one.code for one in records])
    changed = [one for one in records if one.code in before]
    return {one.code: customer_keys.former_words([*before[one.code], one]) for one in changed}


async def rebuild_tickets(tx: Tx) -> int:
    """What tickets are found and counted by: `ticket_texts`, `ticket_data`."""
    wrong = 0
    last = ""
    while some := await tickets.list_tickets_after(tx, last, BATCH):
        stale = await tickets.find_stale(tx, some)
        await tickets.write_derived(tx, stale)
        await counters.raise_above(tx, "ticket", [ticket.no for ticket in some])
        wrong += len(stale)
        last = some[-1].no
    return wrong


async def rebuild_publications(tx: Tx) -> int:
    """What the same text is known by: `publications.text_key`."""
    wrong = 0
    last = ""
    while rows := await publications.list_texts_after(tx, last, BATCH):
        stale = [(no, text) for no, text, key in rows if key != text_key(text)]
        await publications.write_text_keys(tx, stale)
        await counters.raise_above(tx, "publication", [no for no, _text, _key in rows])
        wrong += len(stale)
        last = rows[-1][0]
    return wrong


EVERYTHING = (rebuild_customers, rebuild_tickets, rebuild_publications)
