"""Runs benchmarks by name: a table on the screen, and the same in bench/results/NAME.md."""

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from rich.console import Console

from bench.report import Report, as_markdown, as_table

RESULTS = Path(__file__).with_name("results")
BENCHES = (
    "charts",
    "counts",
    "desk",
    "due",
    "house",
    "mail",
    "operate",
    "reports",
    "search",
    "suggest",
    "tickets",
    "transfer",
    "web",
    "workbooks",
)
"""Modules of this package with a function `run() -> Report`."""


def main(names: list[str]) -> int:
    """Run these (all where none is named); exit code 1 where a name is unknown, or one has failed."""
    # Options and their numbers are read by the benchmarks.
    names = [name for name in names if not name.startswith("--") and not name.isdigit()]
    console = Console()
    console.width = max(console.width, 150)
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        console.print(
            f"no benchmark {', '.join(unknown)}; there are: {', '.join(BENCHES)}", markup=False
        )
        return 1
    RESULTS.mkdir(exist_ok=True)
    failed = False
    for name in names or BENCHES:
        run: Callable[[], Report] = import_module(f"bench.{name}").run
        report = run()
        console.print(as_table(report))
        for note in report.notes:
            console.print(f"· {note}", markup=False, highlight=False)
        (RESULTS / f"{name}.md").write_text(as_markdown(report), encoding="utf-8")
        failed |= report.failed
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
