"""An invented register of customers for benchmarks: skewed names, telephones, e-mails, organisations."""

import random
import sqlite3
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

from domain.text import fold, spellings
from store.customers import WORD_LENGTH, phone_key
from store.database import open_database

ROOT = Path(__file__).parent.parent
TITLES = ("", "นาย", "นาง", "น.ส.", "ดร.", "ผศ.ดร.", "คุณ")
BEGINNINGS = ("บริษัท", "ห้างหุ้นส่วนจำกัด", "มหาวิทยาลัย", "โรงเรียน", "วิทยาลัย", "สำนักงาน", "กรม", "องค์การบริหารส่วนตำบล")
ENDINGS = ("", "", "จำกัด", "(ประเทศไทย) จำกัด", "จำกัด (มหาชน)", "พัฒนา", "กรุงเทพ", "เชียงใหม่")
ROMANISED = 400
BATCH = 20_000
NOW = "2026-11-23T03:00:00.000000Z"


@dataclass(frozen=True, slots=True)
class Person:
    """One customer of the register; `latin` is how the bearer writes the name, where that is known."""

    code: str
    first: str
    last: str
    phone: str
    email: str
    organisation: str = ""
    contact_phone: str = ""
    title: str = ""
    latin: str = ""

    @property
    def name(self) -> str:
        """First name and surname."""
        return f"{self.first} {self.last}"


class Pool:
    """Texts of which the first are drawn far oftener than the last (Zipf)."""

    def __init__(self, texts: Sequence[str], skew: float, rng: random.Random) -> None:
        self.texts = list(texts)
        rng.shuffle(self.texts)
        self._weights = list(accumulate(1 / (rank + 20) ** skew for rank in range(len(self.texts))))
        self._rng = rng

    def draw(self, count: int) -> list[str]:
        """That many texts."""
        return self._rng.choices(self.texts, cum_weights=self._weights, k=count)


def real_pairs() -> tuple[list[list[str]], list[list[str]]]:
    """First names and surnames, Thai and as their bearers write them."""
    folder = ROOT / "tests" / "domain"
    tuned = tomllib.loads((folder / "romanised_names.toml").read_text("utf-8"))
    held_out = tomllib.loads((folder / "romanised_held_out.toml").read_text("utf-8"))
    return [*tuned["first"], *held_out["names"]], tuned["last"]


def people(count: int, seed: int = 2569) -> Iterator[Person]:
    """The register's customers; the last ROMANISED of them have names of `real_pairs`."""
    from pythainlp.corpus.common import thai_family_names, thai_female_names, thai_male_names

    rng = random.Random(seed)
    given = sorted(thai_male_names() | thai_female_names())
    short = [name for name in given if len(name) <= 6]
    made = {rng.choice(short) + rng.choice(short) for _ in range(50_000)}
    first, last = Pool(given, 1.0, rng), Pool([*sorted(thai_family_names()), *sorted(made)], 0.6, rng)
    places = [f"{rng.choice(BEGINNINGS)}{rng.choice(last.texts)} {rng.choice(ENDINGS)}".strip() for _ in range(20_000)]
    organisations = Pool(places, 0.8, rng)
    firsts, lasts = real_pairs()
    for start in range(0, count, BATCH):
        size = min(BATCH, count - start)
        drawn = zip(first.draw(size), last.draw(size), organisations.draw(size), strict=True)
        for number, (one, two, place) in enumerate(drawn, start):
            latin = ""
            if number >= count - ROMANISED:
                (one, latin_first), (two, latin_last) = rng.choice(firsts), rng.choice(lasts)
                latin = f"{latin_first} {latin_last}"
            yield Person(
                f"C{number + 1}",
                one,
                two,
                f"+668{rng.randrange(10**8):08d}",
                f"user{number}.{rng.randrange(10**4)}@example.com",
                place if rng.random() < 0.3 else "",
                f"+669{rng.randrange(10**8):08d}" if rng.random() < 0.1 else "",
                rng.choice(TITLES),
                latin,
            )


@lru_cache(maxsize=400_000)
def _parts(text: str) -> tuple[str, tuple[str, ...]]:
    return fold(text), tuple(word[:WORD_LENGTH] for key in spellings(text) for word in key.split())


def _rows(person: Person) -> tuple[tuple[str, ...], list[tuple[str, str, str]]]:
    """The customer's row and its keys, as store.customers writes them; names are folded word by word, once each."""
    parts = [_parts(text) for text in (person.first, person.last, person.organisation) if text]
    keys = {("word", word) for _, words in parts for word in words}
    keys |= {("phone", phone_key(phone)) for phone in (person.phone, person.contact_phone) if phone}
    keys.add(("email", person.email))
    row = (
        person.code,
        person.title + person.name,
        person.organisation,
        person.phone,
        person.email,
        " ".join(folded for folded, _ in parts),
        NOW,
        NOW,
    )
    return row, [(kind, key, person.code) for kind, key in sorted(keys)]


async def build(path: Path, count: int) -> None:
    """A desk's SQLite database of `count` customers, and beside it one FTS5 table as others would make it."""
    await (await open_database(f"sqlite:///{path}")).close()
    raw = sqlite3.connect(path, isolation_level=None)
    raw.executescript("PRAGMA synchronous=OFF; PRAGMA cache_size=-400000; BEGIN")
    seen: dict[str, None] = {}
    everybody = people(count)
    for _ in range(0, count, BATCH):
        some = [person for person, _ in zip(everybody, range(BATCH), strict=False)]
        both = [_rows(person) for person in some]
        raw.executemany(
            "INSERT INTO customers (code, name, organisation, phone, email, folded, created_at, updated_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [row for row, _ in both],
        )
        raw.executemany(
            "INSERT INTO contacts (customer_code, name, phone) VALUES (?, '', ?)",
            [(person.code, person.contact_phone) for person in some if person.contact_phone],
        )
        keys = [key for _, some_keys in both for key in some_keys]
        raw.executemany("INSERT INTO customer_keys (kind, key, customer_code) VALUES (?, ?, ?)", keys)
        seen.update((key, None) for kind, key, _ in keys if kind == "word")
    raw.executemany("INSERT INTO search_words (word) VALUES (?)", [(word,) for word in seen])
    raw.execute("COMMIT")
    raw.execute("CREATE VIRTUAL TABLE temp_fts USING fts5(name, organisation, content='', tokenize='unicode61')")
    raw.execute("INSERT INTO temp_fts (rowid, name, organisation) SELECT rowid, name, organisation FROM customers")
    raw.close()
