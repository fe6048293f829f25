"""The office's data in one value: catalogue, times, calendar, projects, reminders, letters, checked
at the start.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from domain.catalogue import Catalogue, read_catalogue
from domain.data import read_tables
from domain.dates.working_calendar import WorkingCalendar, read_working_calendar
from domain.mail.addressees import LetterRules, read_letter_rules
from domain.mail.intake import IntakeRules, read_intake
from domain.mail.letters.templates import Templates, read_templates
from domain.mail.matching.candidates import MatchingRules, read_matching
from domain.mail.sorting_rules import MailRules, read_mail_rules
from domain.one_line.types import Vocabulary
from domain.operating.backups import BackupRules, read_backups
from domain.operating.browser import BrowserRules, read_browser_rules
from domain.operating.erasures import ErasureRules, read_erasure_rules
from domain.operating.reading import ReadingRules, read_reading_rules
from domain.operating.report_rules import (
    SummaryRules,
    UnusualRules,
    read_summary_rules,
    read_unusual_rules,
)
from domain.operating.retention import RetentionRules, read_retention
from domain.owed.following_up import FollowUpRules, read_follow_up_rules
from domain.owed.leading import LeadRules, read_lead_rules
from domain.owed.requests import RequestKind, Steps, read_requests
from domain.owed.rules import Rule, read_rules
from domain.publicity.posting import PostingRules, read_posting
from domain.publicity.summary import Release, read_releases
from domain.reach.board import BoardRules, read_board
from domain.reach.health import HealthRules, read_health
from domain.reach.plan import ReachRules, read_reach
from domain.search import organisations
from domain.search.organisations import Organisations, standard_organisations
from domain.suggestions.pointing import Telling, read_telling
from domain.suggestions.subjects import Seeds, read_seeds
from domain.tickets.projects import Project, read_projects
from domain.time_standard import (
    NoticeRules,
    TimeStandard,
    read_notice_rules,
    read_time_standard,
)

TABLES = (
    "channels",
    "customer_types",
    "customer_groups",
    "subjects",
    "time_standard",
    "deadline_notices",
    "working_hours",
    "holiday_rules",
    "holidays",
    "projects",
    "releases",
    "requests",
    "reminders",
    "owed_lists",
    "following_up",
    "templates",
    "letters",
    "mail",
    "suggestions",
    "pointing",
    "posting",
    "reach",
    "intake",
    "backup",
    "retention",
    "unusual_reading",
    "browser",
    "erasure",
    "matching",
    "health",
    "summary",
    "unusual",
    *organisations.TABLES,
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
    letters: LetterRules
    mail: MailRules
    notice_rules: NoticeRules
    seeds: Seeds
    """The words of `suggestions`, with the subjects that each speaks for."""
    telling: Telling
    health: HealthRules
    """Those of them that surely speak against a habit."""
    reach: ReachRules
    board: BoardRules
    matching: MatchingRules
    releases: tuple[Release, ...] = ()
    posting: PostingRules = field(default_factory=PostingRules)
    leading: LeadRules = field(default_factory=LeadRules)
    following_up: FollowUpRules = field(default_factory=FollowUpRules)
    intake: IntakeRules = field(default_factory=IntakeRules)
    backups: BackupRules = field(default_factory=BackupRules)
    retention: RetentionRules = field(default_factory=RetentionRules)
    reading: ReadingRules = field(default_factory=ReadingRules)
    erasures: ErasureRules = field(default_factory=ErasureRules)
    browser: BrowserRules = field(default_factory=BrowserRules)
    summary: SummaryRules = field(default_factory=SummaryRules)
    unusual: UnusualRules = field(default_factory=UnusualRules)
    organisations: Organisations = field(default_factory=standard_organisations, compare=False)
    vocabulary: Vocabulary = field(init=False, repr=False, compare=False)
    """The words of the one line, but for the names of staff; contracts are those of microdata
    requests.
    """

    def __post_init__(self) -> None:
        # Made once: every line is read with it.
        object.__setattr__(self, "vocabulary", self._make_vocabulary())

    def _make_vocabulary(self) -> Vocabulary:
        plain = Vocabulary.of(self.catalogue)
        # Which subjects need a contract is said by the steps of a request, not by the catalogue.
        wants = {**plain.wants, "contract_no": self.steps.subjects(RequestKind.MICRODATA)}
        return replace(plain, projects=self.projects, wants=wants)


def load_configuration(override: Path | None = None) -> Configuration:
    """Reads the package's data with the office's TOML file (`DESKBOT_CONFIG`) merged over it.

    Raises DataError naming file, table, key and what to mend."""
    root = read_tables(override)
    root.check_keys(TABLES)
    calendar = read_working_calendar(root)
    catalogue = read_catalogue(root)
    standard = read_time_standard(root, catalogue, calendar.day_minutes)
    projects = read_projects(root)
    templates = read_templates(root)
    seeds = read_seeds(root, catalogue)
    return Configuration(
        catalogue=catalogue,
        time_standard=standard,
        calendar=calendar,
        projects=projects,
        steps=read_requests(root, catalogue),
        rules=read_rules(root, catalogue, templates),
        templates=templates,
        letters=read_letter_rules(root),
        mail=read_mail_rules(root, catalogue),
        notice_rules=read_notice_rules(root, calendar.day_minutes),
        seeds=seeds,
        telling=read_telling(root, catalogue, seeds),
        reach=read_reach(root),
        board=read_board(root),
        matching=read_matching(root),
        releases=read_releases(root, projects),
        posting=read_posting(root),
        leading=read_lead_rules(root),
        following_up=read_follow_up_rules(root),
        intake=read_intake(root, catalogue),
        backups=read_backups(root),
        retention=read_retention(root),
        reading=read_reading_rules(root),
        erasures=read_erasure_rules(root),
        browser=read_browser_rules(root),
        summary=read_summary_rules(root),
        unusual=read_unusual_rules(root),
        health=read_health(root),
        organisations=Organisations(root),
    )
