"""Customers who have words of the register: for each typed word, one of those that it may mean."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from store.engine.database import Database, Reader, Row, marks
from store.search.meanings import Meanings, Reading
from store.search.rank import LIMIT, Match

PROBE = 20_000
"""Up to how many customers of a word are counted: the word that fewest have leads the search."""
PROBE_COST = 15
"""As many customers are read in a row in the time that one is looked up."""
ROWS = 150
"""Most customers that one statement names; who is first among them is decided by their names."""
SLICE = 100
APART = 12
"""So many likely words are asked for one by one: the commonest leaves room for the others."""

KINDS = ("word", "former")
BEHIND_ALL = "\U0010ffff"


@dataclass(slots=True)
class _Sql:
    """A part of a statement with its parameters, in the order of their marks."""

    text: str
    params: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Holders:
    """Who has the words, and whether there may be more of them."""

    matches: list[Match]
    cut: bool = False


async def find_holders(
    db: Database,
    readings: Sequence[Reading],
    whole: str = "",
) -> Holders:
    """Customers that have, for each word of one of the readings, one of the words it may mean;
    those first whose whole name is `whole`.
    """
    possible = [reading for reading in readings if all(reading)]
    if not possible:
        return Holders([])
    rows = await db.read(lambda reader: _rows(reader, possible, whole))
    by_code: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        by_code.setdefault(row["code"], []).append((row["kind"], row["key"]))
    matches: list[Match] = []
    for reading in possible:
        ways = _Ways(reading)
        found = (ways.match(code, has) for code, has in by_code.items())
        matches += filter(None, found)
    return Holders(matches, len(by_code) >= ROWS)


async def _rows(
    db: Reader,
    readings: Sequence[Reading],
    whole: str,
) -> list[Row]:
    """The meant words of the customers, and their whole names where that is one of them."""
    if len(readings) == 1 and len(readings[0]) == 1:
        return await _having(db, readings[0][0], whole)
    return await _having_all(db, readings, whole)


async def _having(
    db: Reader,
    meanings: Meanings,
    whole: str,
) -> list[Row]:
    """Which customers have what one typed word may mean, the likeliest first, until there are
    enough.
    """
    rows: list[Row] = []
    codes: set[str] = set()
    wholes = [_of_kind("whole", _equal("key", [whole]), LIMIT)] if whole else []
    for pieces in _likeliest_first(meanings):
        found = await _union(db, [*wholes, *pieces])
        wholes = []
        # Who bears this word alone as a name has it, also where the statement was cut off before.
        alone = [{**row, "kind": "word"} for row in found if row["kind"] == "whole"]
        rows += [*found, *alone]
        codes.update(row["code"] for row in rows)
        if len(codes) >= LIMIT:
            break
    return rows


async def _union(db: Reader, pieces: Sequence[_Sql]) -> list[Row]:
    selects = [f"SELECT * FROM ({piece.text}) AS piece{n}" for n, piece in enumerate(pieces)]
    params = [param for piece in pieces for param in piece.params]
    return await db.fetch(" UNION ALL ".join(selects), *params)


def _likeliest_first(meanings: Meanings) -> Iterator[list[_Sql]]:
    """Parts of the statements that are asked one after the other for one word alone."""
    if meanings.beginnings:
        # In the order of the keys, so that the word itself comes first.
        yield [
            _of_kind(kind, _between("key", beginning))
            for beginning in meanings.beginnings
            for kind in KINDS
        ]
    words = sorted(meanings.others(), key=meanings.unlikeness)
    apart = words[:APART]
    if apart:
        share = ROWS // len(apart)
        yield [
            *(
                _of_kind(
                    "word",
                    _equal("key", [word]),
                    share,
                )
                for word in apart
            ),
            _of_kind("former", _equal("key", apart)),
        ]
    for at in range(
        APART,
        len(words),
        SLICE,
    ):
        some = _equal("key", words[at : at + SLICE])
        yield [_of_kind(kind, some) for kind in KINDS]


def _of_kind(
    kind: str,
    condition: _Sql,
    most: int = ROWS,
) -> _Sql:
    return _Sql(
        "SELECT customer_code AS code, key, kind FROM customer_keys "
        f"WHERE kind = '{kind}' AND {condition.text} "
        # Each kind comes out of the index as it is ordered; both at once would have to be sorted.
        f"ORDER BY key, customer_code LIMIT {most}",
        condition.params,
    )


def _equal(column: str, words: Sequence[str]) -> _Sql:
    if len(words) == 1:
        return _Sql(f"{column} = ?", [*words])
    return _Sql(f"{column} IN ({marks(words)})", [*words])


def _between(column: str, beginning: str) -> _Sql:
    """A condition that a key begins so: a span of the index on both engines."""
    return _Sql(f"{column} >= ? AND {column} < ?", [beginning, beginning + BEHIND_ALL])


def _meant(column: str, meanings: Meanings) -> _Sql:
    """A condition that a key is one of those meant."""
    return _any_of(_conditions(column, meanings))


def _conditions(column: str, meanings: Meanings) -> list[_Sql]:
    """Of a key that is one of those meant, for each span of the index one, and one for the other
    words.
    """
    conditions = [_between(column, beginning) for beginning in meanings.beginnings]
    others = meanings.others()
    if others:
        conditions.append(_equal(column, others))
    return conditions


def _params(parts: Sequence[_Sql]) -> list[str]:
    return [param for part in parts for param in part.params]


def _any_of(parts: Sequence[_Sql]) -> _Sql:
    return _Sql(
        f"({' OR '.join(part.text for part in parts)})",
        _params(parts),
    )


async def _having_all(
    db: Reader,
    readings: Sequence[Reading],
    whole: str,
) -> list[Row]:
    """The meant words of the customers that have each of the typed ones of some reading."""
    pieces: list[_Sql] = []
    for reading, sizes in zip(
        readings,
        await _sizes(db, readings),
        strict=True,
    ):
        pieces += _having_each(reading, sizes)
    if whole:
        pieces.append(
            _of_kind(
                "whole",
                _equal("key", [whole]),
                LIMIT,
            )
        )
    codes = " UNION ".join(
        f"SELECT code FROM ({piece.text}) AS piece{n}" for n, piece in enumerate(pieces)
    )
    shown = _shown([each for reading in readings for each in reading], whole)
    return await db.fetch(
        "SELECT k.customer_code AS code, k.key, k.kind FROM customer_keys k "
        f"WHERE k.customer_code IN ({codes}) AND {shown.text}",
        *(param for part in (*pieces, shown) for param in part.params),
    )


def _having_each(reading: Reading, sizes: Sequence[int]) -> list[_Sql]:
    """Codes of those who have all words of a reading, led by the one that fewest have."""
    fewest = min(sizes)
    rarest = sizes.index(fewest)
    have_others: list[_Sql] = []
    for n, each in enumerate(reading):
        if n == rarest:
            continue
        if sizes[n] < min(PROBE, fewest * PROBE_COST):
            have_others.append(_is_among(each))
        else:
            have_others.append(_has(each))
    return [
        _leading(kind, condition, have_others)
        for condition in _conditions("f.key", reading[rarest])
        for kind in KINDS
    ]


def _shown(meanings: Sequence[Meanings], whole: str) -> _Sql:
    """A condition that `k` is one of the meant words or the whole name."""
    # `|| ''` keeps both engines from entering the index by anything but the customer.
    meant = _any_of([_meant("(k.key || '')", each) for each in meanings])
    words = _Sql(f"(k.kind || '' IN ('word', 'former') AND {meant.text})", meant.params)
    if not whole:
        return words
    equal = _equal("(k.key || '')", [whole])
    return _any_of([words, _Sql(f"(k.kind || '' = 'whole' AND {equal.text})", equal.params)])


def _leading(
    kind: str,
    condition: _Sql,
    have_others: Sequence[_Sql],
) -> _Sql:
    """Codes of those who have a word that few have and all others, too: each is asked for them."""
    also = "".join(f" AND {each.text}" for each in have_others)
    return _Sql(
        "SELECT f.customer_code AS code FROM customer_keys f "
        f"WHERE f.kind = '{kind}' AND {condition.text}{also} "
        f"ORDER BY f.key, f.customer_code LIMIT {ROWS}",
        [*condition.params, *(param for each in have_others for param in each.params)],
    )


def _has(meanings: Meanings) -> _Sql:
    """A condition that the customer of `f` has one of the words that are meant."""
    kinds = "k.kind || ''"
    wanted = _meant("(k.key || '')", meanings)
    if len(meanings.words) == 1 and not meanings.beginnings:
        # One word is looked up by the primary key.
        kinds = "k.kind"
        wanted = _meant("k.key", meanings)
    return _Sql(
        "EXISTS (SELECT 1 FROM customer_keys k WHERE k.customer_code = f.customer_code "
        f"AND {kinds} IN ('word', 'former') AND {wanted.text})",
        wanted.params,
    )


def _is_among(meanings: Meanings) -> _Sql:
    """The same, where the list of all who have one is short."""
    # A list for each condition: with OR between them no index would be entered by the key.
    conditions = _conditions("k.key", meanings)
    lists = [
        "SELECT k.customer_code FROM customer_keys k "
        f"WHERE k.kind IN ('word', 'former') AND {condition.text}"
        for condition in conditions
    ]
    return _Sql(
        f"f.customer_code || '' IN ({' UNION ALL '.join(lists)})",
        _params(conditions),
    )


async def _sizes(db: Reader, readings: Sequence[Reading]) -> list[list[int]]:
    """How many customers have what each of the typed words may mean, up to PROBE, by reading."""
    counted = [_conditions("key", each) for reading in readings for each in reading]
    sums = [f"{' + '.join(map(_count, some))} AS n{n}" for n, some in enumerate(counted)]
    counts = await db.fetch_one(
        f"SELECT {', '.join(sums)}",
        *(param for some in counted for param in _params(some)),
    )
    sizes = iter((counts or {}).values())
    return [[next(sizes) for _each in reading] for reading in readings]


def _count(condition: _Sql) -> str:
    return (
        "(SELECT count(*) FROM (SELECT 1 FROM customer_keys WHERE kind = 'word' "
        f"AND {condition.text} LIMIT {PROBE}) AS counted)"
    )


_Way = tuple[bool, int, float, str]
"""How a word of the register means a typed one, the lesser the more surely: whether it is of a
former name, WHOLE to NEAR, the unlikeness, and the word.
"""


class _Ways:
    """How the words of customers mean those of one reading."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._lengths = [each.length() for each in reading]
        self._letters = sum(self._lengths)
        # Many customers share few words.
        self._known: dict[tuple[str, str], list[_Way | None]] = {}

    def match(
        self,
        code: str,
        has: Sequence[tuple[str, str]],
    ) -> Match | None:
        """How a customer with these words, by kind, matches: for each typed word by the one that
        means it most surely; None where one is missing.
        """
        by_word = zip(*map(self._of, has), strict=True)
        ways = [min(filter(None, some), default=None) for some in by_word]
        sure = [way for way in ways if way is not None]
        if len(sure) < len(self._reading):
            return None
        likeness = 0.0
        for (_former, _kind, unlikeness, _word), length in zip(
            sure,
            self._lengths,
            strict=True,
        ):
            likeness -= unlikeness * length
        return Match(
            code,
            max(way[1] for way in sure),
            likeness / self._letters,
            any(way[0] for way in sure),
            words=tuple(way[3] for way in sure),
            whole=any(kind == "whole" for kind, _word in has),
        )

    def _of(self, held: tuple[str, str]) -> list[_Way | None]:
        """How a customer's word means each of the typed ones."""
        known = self._known.get(held)
        if known is None:
            known = [_way(held, meanings) for meanings in self._reading]
            self._known[held] = known
        return known


def _way(held: tuple[str, str], meanings: Meanings) -> _Way | None:
    of, word = held
    if of == "whole":
        return None
    meaning = meanings.of(word)
    if meaning is None:
        return None
    kind, likeness = meaning
    return of == "former", kind, -likeness, word
