"""What officers type to find somebody of the register, by kind, and what makes a hit the right
one.
"""

import json
import os
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path

from bench.search.data import lines, toml
from bench.search.entries import Registered, entries
from bench.search.latin import IN_LATIN
from bench.search.listed import misspelt_queries, pasted_queries
from bench.search.pasted import PASTED
from bench.search.slips import LAYOUT, MISSPELT, OTHER_ORDER, Slip
from bench.search.sought import Make, Sought, by, squeezed, thai
from bench.search.typed import AS_TYPED, EXACTLY, IN_SHORT

EXACT = "exact"
TYPED = "as typed"
ORDER = "marks, spaces, order, titles"
MISSPELT_KIND = "misspelt"
KEYBOARD = "keyboard layout"
LATIN = "Latin letters"
SHORT = "organisation in short"
PASTED_KIND = "as pasted"
BESIDE = "one word nobody has"
NONSENSE = "nonsense"
KINDS = (EXACT, TYPED, ORDER, MISSPELT_KIND, KEYBOARD, LATIN, SHORT, PASTED_KIND, BESIDE)
"""All that can be found."""
SAMPLED = 8000
"""Customers of whom queries are made."""
NONSENSE_LETTERS = (
    "กขคฅฆงจฉชซฌญฎฏฐฑฒณดตถทธ",
    "กขคงจชดตทนบปพมยรลวสหอะาิีุูเแโไ่้์",
    "bcdfghjklmnpqrstvwxz",
    "abcdefghijklmnopqrstuvwxyz",
    "asdfjkl;qweruiop",
)
"""Letters of which nonsense is made: rare ones, all, and what falls under the hands."""


def read_queries(path: Path) -> list[Sought]:
    """What `write_queries` wrote."""
    found: list[Sought] = []
    for line in path.read_text("utf-8").splitlines():
        values = json.loads(line)
        wanted = tuple(tuple(texts) for texts in values.pop("wanted"))
        found.append(Sought(**values, wanted=wanted))
    return found


def write_queries(path: Path, size: int, each: int) -> None:
    """The queries for a register of this size, about so many of each kind, one a line."""
    made = make_queries(size, each)
    text = "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in made)
    half = path.with_suffix(f".{os.getpid()}")
    half.write_text(text, encoding="utf-8")
    half.rename(path)


def make_queries(size: int, each: int) -> list[Sought]:
    """The queries for a register of this size, about so many of each kind."""
    rng = random.Random(size)
    numbers = set(rng.sample(range(size), min(size, SAMPLED)))
    sample = [
        one for number, one in enumerate(entries(size)) if number in numbers or one.is_planted
    ]
    found: list[Sought] = []
    for kind, sorts in _sorts().items():
        share = max(1, each // len(sorts))
        for sort, make in sorts.items():
            found += _some(kind, sort, make, sample, rng, share)
    return [*found, *_listed(), *_nonsense(rng, each)]


def _some(
    kind: str,
    sort: str,
    make: Make,
    sample: Sequence[Registered],
    rng: random.Random,
    count: int,
) -> Iterator[Sought]:
    """So many queries of one sort, of different customers."""
    for one in rng.sample(sample, len(sample)):
        if count == 0:
            return
        sought = make(one, rng)
        if sought is None:
            continue
        count -= 1
        yield Sought(kind, sort, sought.text, sought.code, sought.wanted)


def _sorts() -> dict[str, dict[str, Make]]:
    """By kind, each sort and what makes a query of it."""
    return {
        EXACT: EXACTLY,
        TYPED: AS_TYPED,
        ORDER: {sort: _slipped(slip) for sort, slip in OTHER_ORDER.items()}
        | {"title added": _title_added, "another title": _title_other},
        MISSPELT_KIND: {sort: _slipped(slip) for sort, slip in MISSPELT.items()},
        KEYBOARD: {sort: _slipped(slip) for sort, slip in LAYOUT.items()},
        LATIN: IN_LATIN,
        SHORT: IN_SHORT,
        PASTED_KIND: {sort: _pasted(paste) for sort, paste in PASTED.items()},
        BESIDE: {
            "behind a name": _beside_name,
            "before a name": _before_name,
            "behind an organisation": _beside_organisation,
        },
    }


def _slipped(slip: Slip) -> Make:
    def make(one: Registered, rng: random.Random) -> Sought | None:
        who = thai(one)
        text = slip(who, rng) if who else None
        if who is None or text is None:
            return None
        alone = len(text) < len(who.name) * 0.75
        key = who.last if alone else who.name
        # Somebody may bear just the name that the slip made.
        wanted = ((squeezed(key),), (squeezed(text),))
        return Sought("", "", text, one.code, wanted)

    return make


def _pasted(paste: Callable[[Registered, random.Random], tuple[str, ...] | None]) -> Make:
    def make(one: Registered, rng: random.Random) -> Sought | None:
        pasted = paste(one, rng)
        if pasted is None:
            return None
        text, *wanted = pasted
        return by(text, one, *wanted)

    return make


def _title_added(one: Registered, rng: random.Random) -> Sought | None:
    who = thai(one)
    if who is None or one.title:
        return None
    return by(rng.choice(_typed_titles()) + who.name, one, who.name)


def _title_other(one: Registered, rng: random.Random) -> Sought | None:
    who = thai(one)
    if who is None or not one.title:
        return None
    return by(f"{rng.choice(_typed_titles())} {who.name}", one, who.name)


@cache
def _typed_titles() -> list[str]:
    titles = list(toml("names.toml")["titles"]["typed"])
    return titles + [row[0] for row in lines("titles.tsv")]


def _strange(rng: random.Random) -> str:
    return str(rng.choice(toml("names.toml")["strange"]["words"].split()))


def _beside_name(one: Registered, rng: random.Random) -> Sought | None:
    who = thai(one)
    return by(f"{who.name} {_strange(rng)}", one, who.name) if who else None


def _before_name(one: Registered, rng: random.Random) -> Sought | None:
    who = thai(one)
    return by(f"{_strange(rng)} {who.name}", one, who.name) if who else None


def _beside_organisation(one: Registered, rng: random.Random) -> Sought | None:
    name = one.organisation.name
    return by(f"{name} {_strange(rng)}", one, name) if name else None


def _listed() -> Iterator[Sought]:
    """The queries that were written down."""
    lists = ((MISSPELT_KIND, misspelt_queries()), (PASTED_KIND, pasted_queries()))
    for kind, some in lists:
        for one in some:
            wanted = tuple(tuple(map(squeezed, texts)) for texts in one.wanted)
            yield Sought(kind, "as written down", one.text, one.code, wanted)


def _nonsense(rng: random.Random, count: int) -> Iterator[Sought]:
    for letters in NONSENSE_LETTERS:
        for _ in range(count // len(NONSENSE_LETTERS)):
            text = "".join(rng.choice(letters) for _ in range(rng.randrange(6, 14)))
            yield Sought(NONSENSE, "letters at random", text)
