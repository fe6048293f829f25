"""What a benchmark found: rows of a table, as text for the screen and for a file."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.table import Table

COLUMNS = ("measure", "deskbot", "baseline", "ratio/difference", "aim", "met?")


@dataclass(frozen=True, slots=True)
class Row:
    """One measure, all in words. `met` is None where there is no aim."""

    measure: str
    desk: str
    baseline: str = ""
    against: str = ""
    aim: str = ""
    met: bool | None = None

    def cells(self) -> tuple[str, ...]:
        """In the order of COLUMNS."""
        met = "" if self.met is None else "yes" if self.met else "NO"
        return self.measure, self.desk, self.baseline, self.against, self.aim, met


@dataclass(slots=True)
class Report:
    """A benchmark's rows, and notes on how they came about.

    `must_be_met` = a row that is not met is a fault, which ends the run with exit code 1.
    """

    title: str
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    must_be_met: bool = False

    @property
    def failed(self) -> bool:
        """Whether a row is not met that must be."""
        return self.must_be_met and any(row.met is False for row in self.rows)


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile of at least one value."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def as_table(report: Report) -> Table:
    """For the screen."""
    table = Table(*COLUMNS, title=report.title, title_justify="left")
    for row in report.rows:
        style = "" if row.met is None else "green" if row.met else "bold red"
        table.add_row(*row.cells()[:-1], f"[{style}]{row.cells()[-1]}[/]" if style else "")
    return table


def as_markdown(report: Report) -> str:
    """For the file."""
    lines = [f"# {report.title}", "", _line(COLUMNS), _line(["---"] * len(COLUMNS))]
    lines += [_line(row.cells()) for row in report.rows]
    lines += ["", *(f"- {note}" for note in report.notes)]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
