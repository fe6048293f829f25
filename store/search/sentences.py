"""Whole names within a sentence: whom a note, a mail or what a caller said is about."""

from collections.abc import Iterator, Sequence

from domain.text.titles import strip_titles
from store.customers.keys import whole_key
from store.engine.database import Database, is_one_of
from store.search.rank import LIMIT

MOST = 60
"""Words of a sentence that are looked at."""
LENGTHS = (2, 3)
"""Words of a whole name; one alone may be any word."""


async def find_named_within(db: Database, text: str) -> dict[str, str]:
    """By the codes of the customers whose whole names stand in the sentence, what else it says."""
    words = text.split()[:MOST]
    said = dict(_runs(words))
    if not said:
        return {}
    rows = await db.fetch(
        "SELECT customer_code AS code, key FROM customer_keys "
        f"WHERE kind = 'whole' AND {is_one_of('key', list(said))} "
        f"ORDER BY key, customer_code LIMIT {LIMIT}",
        *said,
    )
    return {row["code"]: said[row["key"]] for row in rows}


def _runs(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The keys of all that may be a whole name, each with the words around it."""
    for length in LENGTHS:
        for at in range(len(words) - length + 1):
            end = at + length
            key = whole_key(strip_titles(" ".join(words[at:end])))
            if " " in key:
                yield key, " ".join([*words[:at], *words[end:]])
