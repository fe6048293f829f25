"""The search at 200,000 customers (with --million also 1,000,000; with --postgresql there) beside
LIKE and FTS5.
"""

import asyncio
import random
import resource
import sqlite3
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from bench.postgresql import copy, own_server
from bench.register import ROMANISED, Person, build, people
from bench.report import Report, Row, percentile
from bench.slips import SLIPS
from domain.customers.phones import format_phone
from store.engine.database import Database
from store.opening import open_database
from store.search.customers import Hit, find_customers, find_likely_duplicates
from store.search.words import SearchWords

CACHE = Path(tempfile.gettempdir()) / "deskbot-bench"
LATENCY = {200_000: 60.0, 1_000_000: 150.0}
RECALL = {200_000: 98.0, 1_000_000: 95.0}
ROMAN_RECALL, EXACT_MS, PART_MS, MEMORY = 90.0, 2.0, 15.0, 250.0
SLOW_QUERIES = 20
"""How many of a kind are also put to LIKE and FTS5."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One query, and whom it should find: right says so of a name (without title) and a code."""

    text: str
    right: Callable[[str, str], bool]


def run() -> Report:
    """Measure one size or both."""
    sizes = [200_000, 1_000_000] if "--million" in sys.argv else [200_000]
    engine = "PostgreSQL" if "--postgresql" in sys.argv else "SQLite"
    report = Report(f"forgiving search on {engine} beside LIKE and FTS5 (unicode61)")
    for size in sizes:
        asyncio.run(_measure(report, size, engine))
    report.notes += [*NOTES, f"Time: await find_customers(…), in one process, warm; {engine}."]
    return report


NOTES = [
    "Recall@5: a customer of just that name is among the first five. Baselines: name LIKE '%query%', and FTS5 with "
    f"unicode61 over name and organisation, all words; {SLOW_QUERIES} queries a kind (half at a million), same file.",
    "Names: Zipf over pythainlp's first names and surnames and 50,000 made surnames, 20,000 made organisations. "
    f"Romanised: {ROMANISED} customers bear names of the pairs in tests/domain/romanised_*.toml.",
]


async def _measure(report: Report, size: int, engine: str) -> None:
    path = await _register(size)
    rng = random.Random(size)
    wanted = set(rng.sample(range(size), 6000)) | set(range(size - ROMANISED, size))
    sample = [person for number, person in enumerate(people(size)) if number in wanted]
    raw = sqlite3.connect(path)
    words = SearchWords()
    async with _opened(path, engine) as db:
        await _load(report, db, words, size)
        for name, limit, asked in _exact_kinds(sample, rng, 200 if size == 200_000 else 100):
            await _kind(report, db, words, raw, size, name, asked, None, limit)
        for name, slip in SLIPS.items():
            asked = _slipped(sample, slip, rng, 200 if size == 200_000 else 60)
            aim = ROMAN_RECALL if name.startswith("romanised") else RECALL[size]
            await _kind(report, db, words, raw, size, f"name, {name}", asked, aim, LATENCY[size])
        await _nonsense(report, db, words, size, rng)
        await _twins(report, db, words, sample[:100], size)
        await _noise(report, db, size)
    raw.close()


async def _register(size: int) -> Path:
    """The file of a register, built once."""
    CACHE.mkdir(exist_ok=True)
    path = CACHE / f"register-v4-{size}.db"
    if not path.exists():
        began = perf_counter()
        half = path.with_suffix(".half")
        half.unlink(missing_ok=True)
        await build(half, size)
        half.rename(path)
        print(f"built {path.name} in {perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    return path


@asynccontextmanager
async def _opened(path: Path, engine: str) -> AsyncIterator[Database]:
    """That register, or a copy of it in a PostgreSQL server of our own."""
    server = own_server() if engine == "PostgreSQL" else None
    url = await server.make_database() if server else f"sqlite:///{path}"
    try:
        if server:
            await copy(path, url)
        db = await open_database(url)
        try:
            yield db
        finally:
            await db.close()
    finally:
        if server:
            server.remove()


def _rss() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


async def _load(report: Report, db: Database, words: SearchWords, size: int) -> None:
    """The first reading of the dictionary, with the longest time in which nothing else could
    run.
    """
    await find_customers(db, words, "C1")
    before, began, gaps = _rss(), perf_counter(), [0.0]

    async def tick() -> None:
        while True:
            last = perf_counter()
            await asyncio.sleep(0.001)
            gaps.append(perf_counter() - last - 0.001)

    ticking = asyncio.create_task(tick())
    while not await words.refreshed(db):
        pass
    ticking.cancel()
    took, used = perf_counter() - began, _rss() - before
    report.notes.append(
        f"{size:,}: while the words were read the event loop waited {max(gaps) * 1000:.0f} ms at most."
    )
    label = f"{size:,}: memory of the search ({len(words):,} words, read in {took:.1f} s)"
    report.rows.append(Row(label, f"{used:.0f} MB", aim=f"<= {MEMORY:.0f} MB", met=used <= MEMORY))


def _slipped(
    sample: Sequence[Person],
    slip: Callable[[Person, random.Random], str | None],
    rng: random.Random,
    n: int,
) -> list[Asked]:
    asked: list[Asked] = []
    for person in rng.sample(sample, len(sample)):
        if len(asked) == n:
            break
        if text := slip(person, rng):
            alone = (
                " " not in text
                and text.replace(" ", "") != person.name.replace(" ", "")
                and slip is SLIPS["surname alone, one slip"]
            )
            key = person.last if alone else person.name
            asked.append(Asked(text, lambda name, code, key=key: key in name))  # type: ignore[misc]
    return asked


def _exact_kinds(
    sample: Sequence[Person], rng: random.Random, n: int
) -> list[tuple[str, float, list[Asked]]]:
    some = rng.sample(sample, n)
    reached = [person for person in sample if person.contact_phone][:n]
    by = [
        ("code", EXACT_MS, [(p.code, p) for p in some]),
        ("telephone", EXACT_MS, [(format_phone(p.phone), p) for p in some]),
        ("a contact's telephone", EXACT_MS, [(format_phone(p.contact_phone), p) for p in reached]),
        ("e-mail", EXACT_MS, [(p.email.upper(), p) for p in some]),
        ("e-mail, its beginning", EXACT_MS, [(p.email.partition("@")[0] + "@", p) for p in some]),
    ]
    kinds = [
        (k, ms, [Asked(t, lambda name, code, p=p: code == p.code) for t, p in rows])
        for k, ms, rows in by
    ]  # type: ignore[misc]
    texts = [
        ("telephone, last four digits", [p.phone[-4:] for p in some], False),
        ("one letter", [p.first[0] for p in some], False),
        ("two letters", [p.first[:2] for p in some], False),
        ("surname, its beginning", [p.last[:4] for p in some if len(p.last) > 4], True),
        ("surname, whole", [p.last for p in some], True),
        ("surname, a part", [p.last[2:7] for p in some if len(p.last) > 8], True),
        (
            "first name and beginning of surname",
            [f"{p.first} {p.last[:3]}" for p in some if len(p.last) > 4],
            False,
        ),
        (
            "organisation, a part",
            [p.organisation.split()[0][4:14] for p in sample if p.organisation][:n],
            False,
        ),
    ]
    for kind, rows, checked in texts:
        right = [Asked(t, lambda name, code, t=t, c=checked: not c or t in name) for t in rows]  # type: ignore[misc]
        kinds.append((kind, PART_MS, right))
    return kinds


async def _timed(work: Awaitable[list[Hit]]) -> tuple[float, list[Hit]]:
    began = perf_counter()
    hits = await work
    return (perf_counter() - began) * 1000, hits


async def _kind(
    report: Report,
    db: Database,
    words: SearchWords,
    raw: sqlite3.Connection,
    size: int,
    name: str,
    asked: list[Asked],
    aim: float | None,
    limit: float,
) -> None:
    times, found, missed = [], 0, []
    for one in asked:
        took, hits = await _timed(find_customers(db, words, one.text))
        times.append(took)
        good = any(
            one.right(f"{hit.customer.name} {hit.customer.organisation}", hit.customer.code)
            for hit in hits[:5]
        )
        found += good
        if not good:
            missed.append(one.text)
    recall, p95 = 100 * found / len(asked), percentile(times, 95)
    aims = [] if aim is None else [f"recall >= {aim:.0f} %"]
    aims.append(f"p95 <= {limit:.0f} ms")
    met = (aim is None or recall >= aim) and p95 <= limit
    desk = f"{recall:.1f} %, p50 {median(times):.1f} p95 {p95:.1f} ms (n={len(asked)})"
    others = (
        ""
        if name in NO_BASELINE
        else _baselines(raw, asked[: SLOW_QUERIES if size == 200_000 else SLOW_QUERIES // 2])
    )
    report.rows.append(Row(f"{size:,}: {name}", desk, others, aim=", ".join(aims), met=met))
    print(
        f"{name}: {desk} | {others}" + (f" missed {missed[:8]}" if missed else ""),
        file=sys.stderr,
        flush=True,
    )


NO_BASELINE = (
    "code",
    "telephone",
    "a contact's telephone",
    "e-mail",
    "e-mail, its beginning",
    "telephone, last four digits",
)


def _baselines(raw: sqlite3.Connection, asked: Sequence[Asked]) -> str:
    like = "SELECT name, code FROM customers WHERE name LIKE ? LIMIT 5"
    fts = "SELECT name, code FROM customers WHERE rowid IN (SELECT rowid FROM temp_fts WHERE temp_fts MATCH ? LIMIT 5)"
    said = []
    for label, sql in (("LIKE", like), ("FTS5", fts)):
        times, found = [], 0
        for one in asked:
            words = " ".join('"' + word.replace('"', "") + '"' for word in one.text.split())
            began = perf_counter()
            rows = raw.execute(sql, (f"%{one.text}%" if label == "LIKE" else words,)).fetchall()
            times.append((perf_counter() - began) * 1000)
            found += any(one.right(*row) for row in rows)
        said.append(f"{label} {100 * found / len(asked):.0f} %, p95 {percentile(times, 95):.0f} ms")
    return "; ".join(said)


NONSENSE = (
    "กขคฅฆงจฉชซฌญฎฏฐฑฒณดตถทธ",
    "กขคงจชดตทนบปพมยรลวสหอะาิีุูเแโไ่้์",
    "bcdfghjklmnpqrstvwxz",
    "abcdefghijklmnopqrstuvwxyz",
    "asdfjkl;qweruiop",
)
"""Letters of which nonsense is made: rare ones, all, and what falls under the hands."""


async def _nonsense(
    report: Report, db: Database, words: SearchWords, size: int, rng: random.Random
) -> None:
    times, silent, sure = [], 0, 0
    asked = [
        "".join(rng.choice(letters) for _ in range(rng.randrange(6, 14)))
        for letters in NONSENSE
        for _ in range(50)
    ]
    for text in asked:
        took, hits = await _timed(find_customers(db, words, text))
        times.append(took)
        silent += not hits
        sure += any(not hit.weak for hit in hits)
    p95 = percentile(times, 95)
    label = f"{100 * silent / len(asked):.1f} % find nothing, {100 * sure / len(asked):.1f} % something not called weak"
    label += f", p50 {median(times):.1f} p95 {p95:.1f} ms (n={len(asked)})"
    met = silent == len(asked) and p95 <= LATENCY[size]
    report.rows.append(
        Row(f"{size:,}: nonsense", label, aim=f"nothing, p95 <= {LATENCY[size]:.0f} ms", met=met)
    )
    print(label, file=sys.stderr, flush=True)


async def _twins(
    report: Report, db: Database, words: SearchWords, some: Sequence[Person], size: int
) -> None:
    from domain.customers.records import Customer, CustomerCode

    times = [
        (
            await _timed(
                find_likely_duplicates(
                    db, words, Customer(CustomerCode("C0"), p.name, phone=p.phone, email=p.email)
                )
            )
        )[0]
        for p in some
    ]
    report.rows.append(
        Row(
            f"{size:,}: twins of a new customer",
            f"p50 {median(times):.1f} p95 {percentile(times, 95):.1f} ms",
        )
    )


async def _noise(report: Report, db: Database, size: int) -> None:
    """What an empty query takes meanwhile: on a busy machine all times above hold as much
    waiting.
    """
    times = []
    for _ in range(500):
        began = perf_counter()
        await db.ping()
        times.append((perf_counter() - began) * 1000)
    report.notes.append(
        f"{size:,}: an empty query took p50 {median(times):.1f} p95 {percentile(times, 95):.1f} ms."
    )
