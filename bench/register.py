"""An invented register of customers for benchmarks: skewed names, telephones, e-mails,
organisations.
"""

import csv
import random
import sqlite3
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path

from domain.configuration import load_configuration
from domain.tables.tables import RecordOutcome, Register
from store.opening import open_database
from store.tables.tables import staged
from store.tables.transfer import import_table

ROOT = Path(__file__).parent.parent
TITLES = ("", "นาย", "นาง", "น.ส.", "ดร.", "ผศ.ดร.", "คุณ")
BEGINNINGS = (
    "บริษัท",
    "ห้างหุ้นส่วนจำกัด",
    "มหาวิทยาลัย",
    "โรงเรียน",
    "วิทยาลัย",
    "สำนักงาน",
    "กรม",
    "องค์การบริหารส่วนตำบล",
)
ENDINGS = ("", "", "จำกัด", "(ประเทศไทย) จำกัด", "จำกัด (มหาชน)", "พัฒนา", "กรุงเทพ", "เชียงใหม่")
ROMANISED = 400
BATCH = 20_000
CONTACT = "ผู้ประสานงาน"
"""Every contact's name: what tells them apart is the telephone."""


@dataclass(frozen=True, slots=True)
class Person:
    """One customer of the register; `latin` is how the bearer writes the name, where that is
    known.
    """

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
    first, last = (
        Pool(given, 1.0, rng),
        Pool([*sorted(thai_family_names()), *sorted(made)], 0.6, rng),
    )
    places = [
        f"{rng.choice(BEGINNINGS)}{rng.choice(last.texts)} {rng.choice(ENDINGS)}".strip()
        for _ in range(20_000)
    ]
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


def _write(path: Path, everybody: Iterable[Person]) -> None:
    """The register as an office brings it along."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ("code", "name", "organisation", "phone", "email", "contact_name", "contact_phone")
        )
        for one in everybody:
            contact = CONTACT if one.contact_phone else ""
            name = one.title + one.name
            writer.writerow(
                (one.code, name, one.organisation, one.phone, one.email, contact, one.contact_phone)
            )


async def build(path: Path, count: int) -> None:
    """A desk's SQLite database into which `count` customers were imported, and beside it one FTS5
    table as others would make it."""
    table = path.with_suffix(".csv")
    _write(table, people(count))
    db = await open_database(f"sqlite:///{path}")
    try:
        with staged(table, Register.CUSTOMERS) as rows:
            counts = await import_table(
                db, load_configuration(), Register.CUSTOMERS, rows, datetime.now(UTC)
            )
    finally:
        await db.close()
        table.unlink()
    if counts.records[RecordOutcome.NEW] != count:
        raise RuntimeError(f"of {count} customers {counts.records[RecordOutcome.NEW]} went in")
    raw = sqlite3.connect(path)
    raw.execute(
        "CREATE VIRTUAL TABLE temp_fts USING fts5(name, organisation, content='', tokenize='unicode61')"
    )
    raw.execute(
        "INSERT INTO temp_fts (rowid, name, organisation) SELECT rowid, name, organisation FROM customers"
    )
    raw.commit()
    raw.close()
