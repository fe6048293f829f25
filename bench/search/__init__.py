"""The search at 20,000 and 200,000 customers (with --million at 1,000,000, with --size N at N; with
--postgresql there) beside LIKE, FTS5 and pg_trgm, and a desk that runs on it; with --alone neither.
--registers=FOLDER keeps the registers there until their keys would be others.
"""

import asyncio
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.report import Report, Row, percentile
from bench.search import queries as kinds
from bench.search.baselines import Baselines, compare
from bench.search.measure import Tally, measured
from bench.search.register import queries_for
from bench.search.running import running_rows
from bench.search.sought import Sought

SIZES = (20_000, 200_000)
MILLION = 1_000_000
EACH = {20_000: 300, 200_000: 300}
FEWER = 100
"""Queries of each kind, at those sizes and at others."""
COMPARED = 40
"""Queries of each kind that the baselines answer too, and FEW at a million."""
FEW = 12
SHORT = 90
REGISTERS = "--registers="
EXACT_MS = 2
TYPED_MS = 15


@dataclass(frozen=True, slots=True)
class SearchAims:
    """What must be reached up to a size: recall in percent, milliseconds."""

    first: int
    five: int
    misspelt: int
    latin: int
    misspelt_ms: int


AIMS = {
    20_000: SearchAims(95, 98, 98, 90, 60),
    200_000: SearchAims(95, 98, 97, 88, 60),
    MILLION: SearchAims(92, 96, 95, 85, 150),
}


def run() -> Report:
    """Measure each size."""
    report = Report(f"forgiving search on {_engine()} beside LIKE, FTS5 and pg_trgm")
    for size in _sizes():
        asked = queries_for(size, EACH.get(size, FEWER))
        kept = _kept_in()
        found = asyncio.run(measured(_engine(), size, asked, alone=_is_alone(), kept=kept))
        report.notes.append(f"{size:,}: the import took {found.import_seconds:.0f} s.")
        others = {} if _is_alone() else _compared(size, asked)
        _report_all(report, size, found.tallies)
        for kind in kinds.KINDS:
            _report_kind(report, size, kind, found.tallies[kind], others.get(kind, ""))
        _report_nonsense(report, size, found.tallies[kinds.NONSENSE])
        report.rows.append(_duplicates(size, found.duplicates_ms))
        if found.running:
            report.rows += running_rows(size, found.running)
        _write_missed(size, found.tallies.values())
    report.notes += NOTES
    return report


NOTES = [
    "recall@1 / @5: the customer meant, or another one with just what was typed, is the first, or among the first "
    "five. All that can be found: every kind but nonsense, each weighing alike.",
    "The baselines answer some of the same queries: LIKE '%query%' over name, organisation and the rest; FTS5 "
    "(unicode61), all words; pg_trgm word_similarity over name and organisation with GIN indexes, ILIKE over the rest.",
    "Not durable: every PostgreSQL server here runs with fsync=off and full_page_writes=off.",
    "Times of queries: in one process, warm, one after the other. Desk: run_bot.py on a copy of the register, "
    "asked by Telegram; its first search is that of somebody whose name is misspelt.",
]


def _engine() -> str:
    return "PostgreSQL" if "--postgresql" in sys.argv else "SQLite"


def _is_alone() -> bool:
    return "--alone" in sys.argv


def _kept_in() -> Path | None:
    """The folder in which registers are kept for good."""
    given = [one.removeprefix(REGISTERS) for one in sys.argv if one.startswith(REGISTERS)]
    return Path(given[0]) if given else None


def _sizes() -> Sequence[int]:
    if "--size" in sys.argv:
        return (int(sys.argv[sys.argv.index("--size") + 1]),)
    if "--million" in sys.argv:
        return (*SIZES, MILLION)
    return SIZES


def _aims(size: int) -> SearchAims:
    """Those of the smallest register with aims that is not smaller."""
    return AIMS[min((known for known in AIMS if known >= size), default=MILLION)]


def _compared(size: int, asked: Sequence[Sought]) -> dict[str, str]:
    """What the baselines find, by kind."""
    found: dict[str, str] = {}
    with Baselines(size) as baselines:
        for kind in kinds.KINDS:
            some = _spread([one for one in asked if one.kind == kind], size)
            found[kind] = "; ".join(compare(baseline, some) for baseline in baselines.all)
    return found


def _spread(asked: Sequence[Sought], size: int) -> Sequence[Sought]:
    """Some of these, of all sorts."""
    count = FEW if size >= MILLION else COMPARED
    return asked[:: max(1, len(asked) // count)]


def _report_all(report: Report, size: int, tallies: dict[str, Tally]) -> None:
    found = [tallies[kind] for kind in kinds.KINDS]
    first, five = (sum(one.recall(most) for one in found) / len(found) for most in (1, 5))
    aims = _aims(size)
    report.rows.append(
        Row(
            f"{size:,}: all that can be found",
            f"{first:.1f} / {five:.1f} %",
            aim=f"{aims.first} / {aims.five} %",
            met=first >= aims.first and five >= aims.five,
        )
    )


def _report_kind(report: Report, size: int, kind: str, tally: Tally, others: str) -> None:
    least = {
        kinds.MISSPELT_KIND: _aims(size).misspelt,
        kinds.LATIN: _aims(size).latin,
        kinds.SHORT: SHORT,
    }.get(kind, 0)
    most = {kinds.EXACT: EXACT_MS, kinds.TYPED: TYPED_MS}.get(kind, _aims(size).misspelt_ms)
    aims = [f"@5 >= {least} %"] if least else []
    aims.append(f"p95 <= {most} ms")
    met = tally.recall(5) >= least and tally.p(95) <= most
    report.rows.append(Row(f"{size:,}: {kind}", tally.said(), others, aim=", ".join(aims), met=met))
    for sort, told in _by_sort(tally).items():
        report.rows.append(Row(f"{size:,}: {kind}: {sort}", told.said()))


def _by_sort(tally: Tally) -> dict[str, Tally]:
    found: dict[str, Tally] = {}
    for told in tally.told:
        found.setdefault(told.sought.sort, Tally()).told.append(told)
    return found


def _report_nonsense(report: Report, size: int, tally: Tally) -> None:
    most = _aims(size).misspelt_ms
    said = f"{tally.silent():.1f} % find nothing, {tally.times()}"
    report.rows.append(
        Row(
            f"{size:,}: nonsense",
            f"{said} (n={len(tally.told)})",
            aim=f"nothing, p95 <= {most} ms",
            met=tally.silent() == 100 and tally.p(95) <= most,
        )
    )


def _duplicates(size: int, ms: Sequence[float]) -> Row:
    said = f"p50 {percentile(ms, 50):.1f} p95 {percentile(ms, 95):.1f} ms (n={len(ms)})"
    return Row(f"{size:,}: likely duplicates of a new customer", said)


def _write_missed(size: int, tallies: Iterable[Tally]) -> None:
    """What was not found, for whoever mends it: kind, sort, query, what was wanted, what was
    shown.
    """
    path = Path(__file__).parents[1] / "results" / f"search-missed-{size}.tsv"
    with path.open("w", encoding="utf-8") as file:
        for tally in tallies:
            for told in tally.told:
                one = told.sought
                if told.place == 1 or (one.kind == kinds.NONSENSE and not told.shown):
                    continue
                wanted = " | ".join(" + ".join(texts) for texts in one.wanted)
                cells = (
                    f"at {told.place}" if told.place else "not found",
                    one.kind,
                    one.sort,
                    one.text,
                    f"{one.code} {wanted}",
                    "; ".join(told.shown),
                )
                print(*cells, sep="\t", file=file)
