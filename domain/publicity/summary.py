"""Publicity in numbers: by network, month, fiscal year and project; releases that nobody has
publicised.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from domain.data import TomlTable
from domain.dates.data_years import parse_periods
from domain.dates.days import BANGKOK, fiscal_year
from domain.errors import InvalidInput
from domain.tickets.projects import Project
from domain.tickets.records import DataUse


@dataclass(frozen=True, slots=True)
class Counted:
    """One publicity ticket, with its reach where its network has told it. `news` = its publication,
    "" for none.

    `hidden` = its page no longer shows it; `removed` = it was taken down.
    """

    network: str
    projects: tuple[str, ...]
    at: datetime
    delivered: int | None = None
    opened: int | None = None
    news: str = ""
    hidden: bool = False
    removed: bool = False


@dataclass(slots=True)
class Tally:
    """How many posts, and how many people they reached as far as that is known."""

    posts: int = 0
    delivered: int | None = None
    opened: int | None = None

    def add(self, one: Counted) -> None:
        """Counts one more."""
        self.posts += 1
        if one.delivered is not None:
            self.delivered = (self.delivered or 0) + one.delivered
        if one.opened is not None:
            self.opened = (self.opened or 0) + one.opened


@dataclass(slots=True)
class Summary:
    """Tallies by network, by first day of the month, by fiscal year, by project ("" = none named).

    `months` and `project_networks` count posts by network within. What was removed stands in no
    other sum."""

    total: Tally = field(default_factory=Tally)
    news: int = 0
    hidden: int = 0
    removed: int = 0
    networks: dict[str, Tally] = field(default_factory=dict)
    months: dict[date, Counter[str]] = field(default_factory=dict)
    fiscal_years: dict[int, int] = field(default_factory=dict)
    projects: dict[str, Tally] = field(default_factory=dict)
    project_networks: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, one: Counted) -> None:
        """Counts one more in every sum but those of news and of what was removed."""
        day = one.at.astimezone(BANGKOK).date()
        month = day.replace(day=1)
        year = fiscal_year(day)
        self.total.add(one)
        self.hidden += one.hidden
        self.networks.setdefault(one.network, Tally()).add(one)
        self.months.setdefault(month, Counter())[one.network] += 1
        self.fiscal_years[year] = self.fiscal_years.get(year, 0) + 1
        for project in dict.fromkeys(one.projects) or ("",):
            self.projects.setdefault(project, Tally()).add(one)
            self.project_networks.setdefault(project, Counter())[one.network] += 1


def summarise(counted: Iterable[Counted]) -> Summary:
    """Sums up posts. One about two projects counts for both, and once in every other sum."""
    summary = Summary()
    known: set[str] = set()
    for one in counted:
        if one.removed:
            summary.removed += 1
            continue
        summary.add(one)
        # Posts without a publication are each news of their own.
        if not one.news or one.news not in known:
            summary.news += 1
        known.add(one.news)
    return summary


@dataclass(frozen=True, slots=True)
class Release:
    """A survey's results for the data of some days, published by the office on a day."""

    project: str
    first: date
    last: date
    on: date


def without_publicity(releases: Iterable[Release], publicised: Sequence[DataUse]) -> list[Release]:
    """Returns the releases about whose data no publicity ticket is; one that names no days is about
    any of the project's.
    """

    return [
        release for release in releases if not any(_is_about(use, release) for use in publicised)
    ]


def _is_about(use: DataUse, release: Release) -> bool:
    """Returns whether a ticket's data are the released ones."""
    if use.project != release.project:
        return False
    if use.from_on is None or use.to_on is None:
        return True
    return use.from_on <= release.last and use.to_on >= release.first


def read_releases(root: TomlTable, projects: Sequence[Project]) -> tuple[Release, ...]:
    """Reads the office's `[[releases]]`: project, period of the data, day of the release; raises
    DataError for a wrong row.
    """
    known = {project.name for project in projects}
    found: list[Release] = []
    for item in root.items("releases"):
        if not isinstance(item, dict):
            raise root.refusal("must be tables with project, data and on: [[releases]]", "releases")
        row = TomlTable(item, ("releases",), root.documents)
        found += _read_release(row, known)
    return tuple(found)


def _read_release(row: TomlTable, known: Collection[str]) -> Iterator[Release]:
    """Yields a release for each unbroken stretch of its data."""
    row.check_keys(("project", "data", "on"))
    name = row.text("project")
    on = row.day("on")
    if name not in known:
        raise row.refusal(f'"{name}" is no project; use its full name', "project")
    if on is None:
        raise row.refusal("missing; a date such as 2026-11-20, without quotes", "on")
    data = row.text("data")
    try:
        periods = parse_periods(data, on)
    except InvalidInput:
        mend = f'"{data}" is no period; write 2569, or a quarter or month of it'
        raise row.refusal(mend, "data") from None
    for period in periods:
        for first, last in period.spans():
            yield Release(name, first, last, on)
