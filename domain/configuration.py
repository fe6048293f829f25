"""The office's data in one value: catalogue, time standard, calendar and projects, checked at the start."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from domain.catalogue import Catalogue, read_catalogue
from domain.data import read_tables
from domain.one_line_types import Vocabulary
from domain.projects import Project, read_projects
from domain.publicity_summary import Release, read_releases
from domain.time_standard import TimeStandard, read_time_standard
from domain.working_calendar import WorkingCalendar, read_working_calendar

TABLES = (
    "channels",
    "customer_types",
    "subjects",
    "time_standard",
    "working_hours",
    "holiday_rules",
    "holidays",
    "projects",
    "releases",
)
OTHER_TABLES = ("reminders", "templates")
"""Tables of the office's file that other packages read."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """All that an office may change without touching code."""

    catalogue: Catalogue
    time_standard: TimeStandard
    calendar: WorkingCalendar
    projects: tuple[Project, ...]
    releases: tuple[Release, ...] = ()

    def vocabulary(self) -> Vocabulary:
        """The words of the one line, but for the names of staff."""
        return replace(self.catalogue.vocabulary(), projects=self.projects)


def load_configuration(override: Path | None = None, *, other_tables: Collection[str] = OTHER_TABLES) -> Configuration:
    """The package's data with the office's TOML file (`DESKBOT_CONFIG`) merged over it.

    Raises DataError naming file, table, key and what to mend. `other_tables` of the file are passed over.
    """
    root = read_tables(override)
    root.check_keys((*TABLES, *other_tables))
    calendar = read_working_calendar(root)
    catalogue = read_catalogue(root)
    standard = read_time_standard(root, catalogue, calendar.day_minutes)
    projects = read_projects(root)
    return Configuration(catalogue, standard, calendar, projects, read_releases(root, projects))
