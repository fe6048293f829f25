"""The office's data in one value: catalogue, times, calendar, projects, reminders, letters, checked at the start."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from domain.catalogue import Catalogue, read_catalogue
from domain.data import read_tables
from domain.owed import Rule, read_rules
from domain.projects import Project, read_projects
from domain.requests import Steps, read_requests
from domain.templates import Templates, read_templates
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
    "requests",
    "reminders",
    "templates",
)


@dataclass(frozen=True, slots=True)
class Configuration:
    """All that an office may change without touching code."""

    catalogue: Catalogue
    time_standard: TimeStandard
    calendar: WorkingCalendar
    projects: tuple[Project, ...]
    steps: Steps
    rules: Mapping[str, Rule]
    templates: Templates


def load_configuration(override: Path | None = None) -> Configuration:
    """The package's data with the office's TOML file (`DESKBOT_CONFIG`) merged over it.

    Raises DataError naming file, table, key and what to mend.
    """
    root = read_tables(override)
    root.check_keys(TABLES)
    calendar = read_working_calendar(root)
    catalogue = read_catalogue(root)
    standard = read_time_standard(root, catalogue, calendar.day_minutes)
    templates = read_templates(root)
    rules = read_rules(root, catalogue, templates)
    steps = read_requests(root, catalogue)
    return Configuration(catalogue, standard, calendar, read_projects(root), steps, rules, templates)
