"""The suggestion of subjects: how often the right one is first, or among the three, before and
after learning.
"""

import asyncio
import tomllib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from bench.report import Report, Row, percentile
from bot.demo.desk import fill_demo
from domain.configuration import Configuration, load_configuration
from domain.suggestions.subjects import MOST, Model
from store.opening import open_database

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
EXAMPLES = Path(__file__).parents[1] / "tests" / "domain" / "subject_examples.toml"
LEARNT = 0.8
"""The older part of the demo desk's closed tickets is learnt, the newer held out."""
AIM_MS = 5.0

Example = tuple[str, str, str]
"""Details, channel, right subject."""


def run() -> Report:
    """Measure it all in one run."""
    report = Report("suggestion of subjects from details and channel")
    configuration = load_configuration()
    tickets = asyncio.run(_demo(configuration))
    cut = int(len(tickets) * LEARNT)
    examples = tomllib.loads(EXAMPLES.read_text("utf-8"))
    sets: dict[str, list[Example]] = {
        "the manual's worked examples": [tuple(row) for row in examples["manual"]],
        "invented enquiries": [tuple(row) for row in examples["invented"]],
        "held-out tickets of the demo desk": tickets[cut:],
    }
    taught = Model()
    began = process_time()
    for details, channel, subject in tickets[:cut]:
        taught.learn(subject, channel, details)
    report.notes.append(f"{cut} tickets learnt in {process_time() - began:.2f} s.")
    for name, rows in sets.items():
        first, among, _ = measure(configuration, Model(), rows)
        baseline = f"words of the file alone: {first:.0f} %, {among:.0f} %"
        first, among, p95 = measure(configuration, taught, rows)
        desk = f"first {first:.1f} %, among three {among:.1f} %, p95 {p95:.2f} ms (n={len(rows)})"
        report.rows.append(
            Row(name, desk, baseline, aim=f"p95 <= {AIM_MS:.0f} ms", met=p95 <= AIM_MS)
        )
    report.notes += NOTES
    return report


NOTES = [
    "Time is the processor's.",
    "The examples stand in tests/domain/subject_examples.toml and are never learnt. The demo desk's tickets are made "
    "from templates, so its held-out ones are easier than an office's.",
    "Whoever wrote the words of domain/data/suggestions.toml knew the examples; four constants were chosen on them.",
]


async def _demo(configuration: Configuration) -> list[Example]:
    """The demo desk's closed tickets, oldest first."""
    with TemporaryDirectory() as folder:
        db = await open_database(f"sqlite:///{folder}/demo.db")
        await fill_demo(db, configuration, NOW)
        rows = await db.fetch(
            "SELECT details, channel, subject FROM tickets WHERE closed_at IS NOT NULL ORDER BY closed_at, no"
        )
        await db.close()
    return [(row["details"], row["channel"], row["subject"]) for row in rows]


def measure(
    configuration: Configuration, model: Model, rows: Sequence[Example]
) -> tuple[float, float, float]:
    """Percent first, percent among the three, and the 95th percentile of milliseconds."""
    catalogue, times = configuration.catalogue, []
    subjects = [subject.code for subject in catalogue.active_subjects(TODAY)]
    first = among = 0
    for details, channel, right in rows:
        began = process_time()
        fitting = {code for code in subjects if catalogue.fits(code, channel)}
        likely = model.likeliest(
            details, channel, subjects, seeds=configuration.seeds, fitting=fitting, habits={}
        )
        times.append((process_time() - began) * 1000)
        first += likely[:1] == [right]
        among += right in likely[:MOST]
    return 100 * first / len(rows), 100 * among / len(rows), percentile(times, 95)
