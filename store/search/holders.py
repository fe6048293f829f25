"""Customers who have words of the register: for each typed word, one of those that it may mean."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from store.engine.database import Database, Row, marks
from store.search.rank import LIMIT, Match

PROBE = 5_000
"""Up to how many customers of a word are counted; taken for granted where it may mean many
words.
"""
PROBE_COST = 30
"""As many customers are read in a row in the time that one is looked up."""
ROWS = 300
SLICE = 100

Meaning = tuple[int, float]
"""How a register's word matches a typed one: WHOLE to NEAR, and the likeness in percent."""
Meanings = Mapping[str, Meaning]


async def find_holders(db: Database, meanings: Sequence[Meanings]) -> list[Match]:
    """Customers that have, for each typed word, one of the words it may mean."""
    if not all(meanings):
        return []
    if len(meanings) == 1:
        rows = await _having(db, meanings[0])
    else:
        rows = await _having_all(db, meanings)
    keys: dict[str, list[Row]] = {}
    for row in rows:
        keys.setdefault(row["code"], []).append(row)
    lengths = [min(map(len, each)) for each in meanings]
    return [_match(code, has, meanings, lengths) for code, has in keys.items()]


async def _having(db: Database, meanings: Meanings) -> list[Row]:
    """Which customers have what one typed word may mean, the likeliest first, until there are
    enough.
    """
    rows: list[Row] = []
    codes: set[str] = set()
    for keys in _alike(meanings):
        # Each half comes out of the index as it is ordered; both at once would have to be read
        # whole and sorted.
        halves = [_of_kind(kind, keys) for kind in ("word", "former")]
        rows += await db.fetch(" UNION ALL ".join(halves), *keys, *keys)
        codes.update(row["code"] for row in rows)
        if len(codes) >= LIMIT:
            break
    return rows


def _of_kind(kind: str, keys: Sequence[str]) -> str:
    return (
        "SELECT * FROM (SELECT customer_code AS code, key, kind FROM customer_keys "
        f"WHERE kind = '{kind}' AND key IN ({marks(keys)}) "
        f"ORDER BY key, customer_code LIMIT {ROWS}) AS {kind}s"
    )


def _alike(meanings: Meanings) -> Iterator[list[str]]:
    """A typed word's meanings in pieces to ask for at once: equally likely ones, likeliest
    first.
    """

    def order(key: str) -> tuple[int, float]:
        kind, likeness = meanings[key]
        return kind, -likeness

    for _order, group in groupby(sorted(meanings, key=order), key=order):
        keys = list(group)
        for at in range(0, len(keys), SLICE):
            yield keys[at : at + SLICE]


async def _having_all(db: Database, meanings: Sequence[Meanings]) -> list[Row]:
    """All words of the customers that have each of the typed ones."""
    sizes = await _sizes(db, meanings)
    by_size = sorted((sizes[n], len(keys), n) for n, keys in enumerate(meanings))
    ordered = [meanings[n] for _size, _many, n in by_size]
    rarest = min(sizes)
    if rarest * PROBE_COST < sum(sizes):
        codes = _probed(ordered)
    else:
        codes = _intersected(ordered)
    return await db.fetch(
        "SELECT customer_code AS code, key, kind FROM customer_keys "
        f"WHERE customer_code IN ({codes}) AND kind || '' IN ('word', 'former')",
        *(key for keys in ordered for key in keys),
    )


async def _sizes(db: Database, meanings: Sequence[Meanings]) -> list[int]:
    """How many customers have what each of the typed words may mean, up to PROBE."""
    counted = {n: keys for n, keys in enumerate(meanings) if len(keys) <= SLICE}
    counts: Row | None = None
    if counted:
        counts = await db.fetch_one(
            f"SELECT {', '.join(_count(n, keys) for n, keys in counted.items())}",
            *(key for keys in counted.values() for key in keys),
        )
    known = counts or {}
    return [known.get(f"n{n}", PROBE) for n in range(len(meanings))]


def _count(n: int, keys: Meanings) -> str:
    return (
        f"(SELECT count(*) FROM (SELECT 1 FROM customer_keys WHERE kind = 'word' "
        f"AND key IN ({marks(keys)}) LIMIT {PROBE}) AS some{n}) AS n{n}"
    )


def _probed(ordered: Sequence[Meanings]) -> str:
    """Codes: each customer of the first word is asked for the others; best where it is a rare one.

    `|| ''` keeps both engines from entering the index by any word but the first.
    """
    first, *others = ordered
    has_others = "".join(
        " AND EXISTS (SELECT 1 FROM customer_keys k WHERE k.customer_code = first.customer_code "
        f"AND k.kind || '' IN ('word', 'former') AND k.key || '' IN ({marks(keys)}))"
        for keys in others
    )
    return (
        "SELECT first.customer_code FROM customer_keys first "
        f"WHERE {_among(first)}{has_others} ORDER BY first.customer_code LIMIT {ROWS}"
    )


def _intersected(ordered: Sequence[Meanings]) -> str:
    """Codes: the lists of all words, each read in one go; best where all are common."""
    lists = " INTERSECT ".join(
        f"SELECT customer_code FROM customer_keys WHERE {_among(keys)}" for keys in ordered
    )
    return f"{lists} ORDER BY customer_code LIMIT {ROWS}"


def _among(keys: Meanings) -> str:
    return f"kind IN ('word', 'former') AND key IN ({marks(keys)})"


def _match(
    code: str,
    has: Sequence[Row],
    meanings: Sequence[Meanings],
    lengths: Sequence[int],
) -> Match:
    """How a customer with these words matches: for each typed word by the one that means it most
    surely.
    """
    former: list[bool] = []
    kinds: list[int] = []
    weighted: list[float] = []
    for meant, length in zip(meanings, lengths, strict=True):
        is_former, kind, unlikeness = min(
            _unsureness(row, meant[row["key"]]) for row in has if row["key"] in meant
        )
        former.append(is_former)
        kinds.append(kind)
        weighted.append(-unlikeness * length)
    return Match(code, max(kinds), sum(weighted) / sum(lengths), any(former))


def _unsureness(row: Row, meaning: Meaning) -> tuple[bool, int, float]:
    """Of two words that a customer has the lesser means a typed one more surely."""
    kind, likeness = meaning
    return row["kind"] == "former", kind, -likeness
