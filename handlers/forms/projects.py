"""What data a ticket is about: the office's projects, their years, and a province's number of
users.
"""

from collections.abc import Mapping, Sequence

from domain.customers.provinces import find_province, list_provinces, parse_users, similar_provinces
from domain.dates.data_years import (
    format_periods,
    kept,
    latest_part,
    parse_periods,
    years_in,
)
from domain.errors import InvalidInput
from domain.one_line.answers import plain_answer
from domain.text import shorten
from domain.tickets.common_names import without_lead
from domain.tickets.projects import (
    Project,
    find_projects,
    likely_projects,
    similar_projects,
    split_projects,
)
from domain.tickets.records import SEPARATOR, join_years, lines_of, split_years
from handlers.desk import Context
from handlers.forms.drafts import FormAnswer, Given
from handlers.forms.engine import Field, Option, value_of
from handlers.i18n import _, language
from handlers.messages import sentence
from store.chat.forms import Draft

MAX_PROJECTS = 10
NAME_LIMIT = 200
NONE = "-"
REMOVE = "x:"
AS_TYPED = "as:"
"""Options that are no project: none, take one away, keep the words as typed."""
GAP = "\t"
"""In the query of projects, between a name that is not settled yet and its years."""


YEARS_SETTLED = FormAnswer(queries={"data_years": ""})


class _Chosen:
    """A draft's projects with their years while an answer is read."""

    def __init__(
        self,
        projects: str,
        years: str,
        queries: str,
    ) -> None:
        self.projects = lines_of(projects)
        self.years = dict(map(split_years, lines_of(years)))
        self.queries = lines_of(queries)
        self.beyond: list[str] = []
        self.refused: InvalidInput | None = None

    def add(self, name: str, periods: str) -> None:
        # A colon with a blank parts a project from its years (`data_years`).
        name = " ".join(name.replace(": ", ":").split())
        if name not in self.projects:
            if len(self.projects) >= MAX_PROJECTS:
                self.beyond.append(name)
                return
            self.projects.append(name)
        if periods:
            self.years[name] = periods

    def add_years(self, project: str, periods: str) -> None:
        """Years alone: of the project before them, else of all."""
        if project not in self.projects:
            self.years[""] = periods
            return
        before = self.years.get(project, "")
        self.years[project] = f"{before}, {periods}" if before else periods

    def remove(self, name: str) -> None:
        self.projects = [project for project in self.projects if project != name]
        self.years.pop(name, None)

    def answer(self) -> FormAnswer:
        years = {
            project: own
            for project, own in self.years.items()
            if not project or project in self.projects
        }
        return FormAnswer(
            {"projects": SEPARATOR.join(self.projects), "data_years": join_years(years)},
            queries={"projects": SEPARATOR.join(self.queries)},
        )


async def _chosen(ctx: Context, draft: Draft) -> _Chosen:
    return _Chosen(
        await value_of(ctx, draft, "projects"),
        await value_of(ctx, draft, "data_years"),
        draft.query("projects"),
    )


async def parse_projects(ctx: Context, draft: Draft, text: str) -> FormAnswer:
    """Projects to add, several in one answer, each perhaps with its years; those not settled are
    asked one by one.

    InvalidInput("projects_count") with the first ten kept; InvalidInput("year") for a year that no
    data have."""
    chosen = await _chosen(ctx, draft)
    if text.startswith(REMOVE):
        chosen.remove(text.removeprefix(REMOVE))
        return chosen.answer()
    # An answer while a name is not settled is about that name.
    query = chosen.queries.pop(0) if chosen.queries else ""
    name, _gap, periods = query.partition(GAP)
    if text == NONE:
        if not name:
            chosen.projects.clear()
        return chosen.answer()
    if text.startswith(AS_TYPED):
        chosen.add(text.removeprefix(AS_TYPED), periods)
    else:
        _read(ctx, chosen, plain_answer(text), periods)
    answer = chosen.answer()
    if chosen.refused:
        refused = chosen.refused
        raise InvalidInput(refused.code, **refused.params, kept=answer)
    if chosen.beyond:
        beyond = ", ".join(chosen.beyond)
        raise InvalidInput("projects_count", text=beyond, kept=answer)
    return answer


def _read(
    ctx: Context,
    chosen: _Chosen,
    text: str,
    periods: str,
) -> None:
    """Each name of the answer added where it is clear, else kept as a query."""
    last = ""
    unsettled: list[str] = []
    for part in split_projects(text):
        try:
            name, own = split_name(ctx, part)
        except InvalidInput as error:
            # An impossible year: the project is kept, the year said to be wrong.
            chosen.refused = error
            name = part.rstrip("0123456789๐๑๒๓๔๕๖๗๘๙-– ")
            own = ""
            if not name:
                continue
        if not name:
            chosen.add_years(last, own)
            continue
        project = _surely(ctx.configuration.projects, name)
        if project is None:
            unsettled.append(f"{name[:NAME_LIMIT]}{GAP}{own or periods}")
            continue
        last = project.name
        chosen.add(last, own or periods)
    chosen.queries[:0] = unsettled


def _surely(projects: tuple[Project, ...], name: str) -> Project | None:
    """The one project that a name means: the one that is called so, or the only one found."""
    found = find_projects(projects, name) or find_projects(projects, without_lead(name))
    exact = [project for project in found if project.name == name]
    meant = exact or found
    return meant[0] if len(meant) == 1 else None


def split_name(ctx: Context, text: str) -> tuple[str, str]:
    """A project's name and the years typed around it, in their kept form; InvalidInput("year")."""
    words = text.split()
    for start in range(len(words)):
        if periods := _periods(ctx, " ".join(words[start:])):
            return " ".join(words[:start]), periods
    # A quarter or month without a year is of no name, but behind one that is known.
    for start in range(1, len(words)):
        name = " ".join(words[:start])
        latest = latest_part(" ".join(words[start:]), ctx.today)
        if latest and _surely(ctx.configuration.projects, name):
            return name, kept(latest)
    return text, ""


def _periods(ctx: Context, text: str) -> str:
    try:
        return kept(parse_periods(text, ctx.today))
    except InvalidInput as error:
        # A year that no data can have is said to be wrong; any other words may be a name.
        if error.code == "year":
            raise
        return ""


async def _project_options(ctx: Context, draft: Draft) -> list[Option]:
    """What an unsettled name may mean; else those chosen, to take away, then the office's list."""
    chosen = await _chosen(ctx, draft)
    every = ctx.configuration.projects
    if chosen.queries:
        name = chosen.queries[0].partition(GAP)[0]
        meant = [_option(project) for project in matches(every, name)]
        return [*meant, _as_typed(name), Option(NONE, _("ไม่ใส่"))]
    options = []
    for name in chosen.projects:
        label = f"✕ {project_text(name, chosen.years)}"
        options.append(Option(REMOVE + name, label))
    for project in every:
        if project.name not in chosen.projects:
            options.append(_option(project))
    return options


def _as_typed(text: str) -> Option:
    """What was typed is meant as it is."""
    label = _('ใช้ตามที่พิมพ์ "%(name)s"', name=shorten(text, 60))
    return Option(AS_TYPED + text, label)


def matches(projects: tuple[Project, ...], name: str) -> list[Project]:
    """What a typed name may mean, likeliest first."""
    return find_projects(projects, name) or similar_projects(projects, name)


def likely(ctx: Context, text: str) -> tuple[str, str, str] | None:
    """The one project that a text is probably about, the years that it speaks of, and both as
    people read them.
    """
    found = likely_projects(ctx.configuration.projects, text)
    if len(found) != 1:
        return None
    name = found[0].name
    years = kept(years_in(text, ctx.today))
    return name, years, project_text(name, {name: years})


def _option(project: Project) -> Option:
    return Option(project.name, project.name)


def project_text(name: str, years: Mapping[str, str]) -> str:
    """A project with its own years as officers write them."""
    own = format_periods(years.get(name, ""), language())
    return f"{name} {own}".strip()


def projects_text(projects: str, years: str) -> str:
    """All projects, each with its own years, from their stored lines."""
    own = _years_by_project(years)
    return ", ".join(project_text(name, own) for name in lines_of(projects))


def _years_by_project(years: str) -> dict[str, str]:
    """Periods by project, "" for all; of a project that stands twice the last."""
    return dict(map(split_years, lines_of(years)))


def letter_projects(projects: Sequence[Project], names: Sequence[str], years: str) -> str:
    """Projects as an English letter calls them, each with its own years."""
    own = _years_by_project(years)
    english = {project.name: project.english for project in projects}
    called = []
    for name in names:
        periods = format_periods(own.get(name, ""), "en")
        called.append(f"{english.get(name) or name} {periods}".strip())
    return ", ".join(called)


def years_text(years: str, spoken: str = "") -> str:
    """The years that are not one project's own, in this language or else the reader's."""
    lines = map(split_years, lines_of(years))
    shared = [
        format_periods(periods, spoken or language()) for project, periods in lines if not project
    ]
    return ", ".join(shared)


def unsettled_text(query: str) -> str:
    """The names that are not settled yet."""
    return ", ".join(line.partition(GAP)[0] for line in lines_of(query))


def own_years(years: str) -> list[str]:
    """Each project that has years of its own, with them."""
    own = _years_by_project(years)
    return [project_text(project, own) for project in own if project]


async def _parse_years(ctx: Context, draft: Draft, text: str) -> FormAnswer:
    """Years of all projects, or `project years` of one; words without a number are kept as typed.

    What is neither stands among the queries, until it is typed otherwise or is to stay as it
    is."""
    if text.startswith(AS_TYPED):
        return await _with_years(ctx, draft, _words(text.removeprefix(AS_TYPED)))
    years = _periods(ctx, plain_answer(text))
    if not years and not any(letter.isdigit() for letter in text):
        years = _words(text)
    if years:
        return await _with_years(ctx, draft, years)
    name, own = split_name(ctx, text)
    if not own or not find_projects(ctx.configuration.projects, name):
        return FormAnswer(queries={"data_years": text[:NAME_LIMIT]})
    return await parse_projects(ctx, draft, text) | YEARS_SETTLED


async def _with_years(ctx: Context, draft: Draft, years: str) -> FormAnswer:
    """These years for all projects that have none of their own."""
    chosen = await _chosen(ctx, draft)
    chosen.years[""] = years
    return chosen.answer() | YEARS_SETTLED


def _words(text: str) -> str:
    """Words as they are kept: a colon with a blank would part a project from its years."""
    return " ".join(text.replace(": ", ":").split())[:NAME_LIMIT]


async def _year_options(ctx: Context, draft: Draft) -> list[Option]:
    """Words in which no year could be read may stay as they are."""
    query = draft.query("data_years")
    return [_as_typed(query)] if query else []


def years_note(query: str) -> str:
    """What is said of words in which no year could be read."""
    return f"⚠️ {sentence(InvalidInput('periods', text=shorten(query, 60)))}"


# A provincial office's number of users (DOMAIN.md section 4, incoming-mail subjects).


async def _parse_province(ctx: Context, draft: Draft, text: str) -> FormAnswer:
    name = find_province(text)
    if name:
        return FormAnswer({"province": name}, queries={"province": ""})
    if not similar_provinces(text):
        raise InvalidInput("province", text=shorten(text, 40))
    return FormAnswer(queries={"province": text[:NAME_LIMIT]})


async def _province_options(ctx: Context, draft: Draft) -> list[Option]:
    query = draft.query("province")
    names = similar_provinces(query) if query else list_provinces()
    return [Option(name, name) for name in names]


async def _parse_users(ctx: Context, draft: Draft, text: str) -> Given:
    return {"user_count": str(parse_users(text))}


PROJECTS = Field(
    "projects",
    "พิมพ์ชื่อหรือชื่อย่อพร้อมปี หลายโครงการคั่นด้วย , เช่น สรง. 2559-2561, แรงงานนอกระบบ 2560",
    parse_projects,
    _project_options,
)
DATA_YEARS = Field(
    "data_years",
    "พิมพ์ปีของข้อมูล เช่น 2559-2561 หรือ ไตรมาส 2 พ.ศ. 2562",
    _parse_years,
    _year_options,
    typed=True,
)
PROVINCE = Field(
    "province",
    "พิมพ์ชื่อจังหวัด เช่น กระบี่",
    _parse_province,
    _province_options,
    takes=frozenset({"place"}),
    unknown=True,
)
USER_COUNT = Field("user_count", "พิมพ์จำนวนผู้ใช้ เช่น 1600", _parse_users, unknown=True)
