"""My tickets by due time with counts, narrowed by status, subject, team, project and period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from domain.dates.periods import Period, find_period, relative_period
from domain.errors import InvalidInput
from domain.staff import StaffId
from domain.text import clean, digits, shorten
from domain.tickets.projects import Project, find_projects
from domain.tickets.records import Status, Ticket
from handlers.chat import (
    Button,
    Choice,
    Paragraph,
    Reply,
    turn_buttons,
)
from handlers.desk import Context
from handlers.i18n import _, language, period_text
from handlers.labels import field_label, team_label, value_label
from handlers.registry import action, command, spoken
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import cards as ticket_cards
from store import staff
from store.chat import forms
from store.customers import records as customers
from store.tickets import lists as ticket_lists
from store.tickets.lists import Wanted

PAGE = 8
CHOICES = 9
TEAM_WORDS = ("ทีม", "กลุ่ม", "team ")
SPANS = {
    "this_week": "สัปดาห์นี้",
    "this_month": "เดือนนี้",
    "last_month": "เดือนที่แล้ว",
    "this_fiscal_year": "ปีงบนี้",
    "last_fiscal_year": "ปีงบที่แล้ว",
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the list; no status = all that are not closed, no team = my own."""

    status: str = ""
    subject: str = ""
    team: str = ""
    project: str = ""
    period: Period | None = None

    def args(self, page: int = 0) -> dict[str, str]:
        """As a button carries it."""
        args = {
            "status": self.status,
            "subject": self.subject,
            "team": self.team,
            "project": self.project,
            "period": f"{self.period.first}/{self.period.until}" if self.period else "",
            "page": str(page),
        }
        return {name: value for name, value in args.items() if value}

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "Filters":
        """The reverse of `args`."""
        period = None
        if args.get("period"):
            first, _slash, until = args["period"].partition("/")
            period = Period(date.fromisoformat(first), date.fromisoformat(until))
        return cls(
            args.get("status", ""),
            args.get("subject", ""),
            args.get("team", ""),
            args.get("project", ""),
            period,
        )


@spoken("งาน", "ใบงาน", "งานผม", "งานหนู", "มีงานอะไรบ้าง", "ค้างอะไรบ้าง")
@command(
    "my",
    "ใบงานของฉัน",
    about="ใบงานของฉัน เรียงตามกำหนดเสร็จ กรองได้ เช่น ใบงานของฉัน 7 ต.ค. 69",
    also=(
        *("งานของฉัน", "งานของผม", "งานของหนู", "งานฉัน", "ใบงานของผม", "ใบงานของหนู", "ใบงานฉัน"),
        *(
            "งานค้างของฉัน",
            "งานค้าง",
            "งานที่ค้าง",
            "ใบงานค้าง",
            "ใบงานที่ค้าง",
            "งานวันนี้",
            "my tickets",
            "my work",
        ),
    ),
)
async def my(ctx: Context, args: str) -> Reply:
    """The officer's own tickets, due first, with how many there are in each status."""
    return await my_page(ctx, await read_filters(ctx, args), 0)


# What was typed.


async def read_filters(ctx: Context, text: str) -> Filters:
    """`7 ทีมบริการข้อมูล ต.ค. 69` in any order; InvalidInput("list_filter") for a word that is none of
    these.
    """
    # The longest name first: one team's name may begin another's.
    teams = sorted(await staff.list_teams(ctx.db), key=len, reverse=True)
    filters = Filters()
    rest = clean(text)
    while rest:
        taken = (
            _status(filters, rest)
            or _subject(ctx, filters, rest)
            or _team(filters, rest, teams)
            or _period(ctx, filters, rest)
            or _project(ctx, filters, rest)
        )
        if taken is None:
            raise InvalidInput("list_filter", text=shorten(rest, 40))
        filters, rest = taken
    return filters


Taken = tuple[Filters, str] | None
"""The filters with the one that a text begins with, and the rest of the text."""


def _status(filters: Filters, text: str) -> Taken:
    word, _blank, rest = text.partition(" ")
    for status in ticket_lists.LISTED:
        if word.casefold() in (status, value_label("status", status)):
            return replace(filters, status=status.value), rest.strip()
    return None


def _subject(ctx: Context, filters: Filters, text: str) -> Taken:
    word, _blank, rest = text.partition(" ")
    code = digits(word)
    if code not in ctx.catalogue.subjects:
        return None
    return replace(filters, subject=code), rest.strip()


def _team(filters: Filters, text: str, teams: Sequence[str]) -> Taken:
    """A team by its whole name, or after the word for it by the beginning of only one."""
    named = _without_team_word(text)
    for name in teams:
        for typed in (text, named):
            if _begins_with(typed, name):
                return replace(filters, team=name), typed[len(name) :].strip()
    if not named:
        return None
    word, _blank, rest = named.partition(" ")
    meant = [name for name in teams if word.casefold() in name.casefold()]
    if len(meant) != 1:
        raise InvalidInput("list_team", teams=", ".join(teams) or "-")
    return replace(filters, team=meant[0]), rest.strip()


def _begins_with(text: str, name: str) -> bool:
    """Whether the text begins with the name as a whole word."""
    following = text[len(name) : len(name) + 1]
    return text.casefold().startswith(name.casefold()) and not following.strip()


def _without_team_word(text: str) -> str:
    """What stands behind the word for a team; "" where the text does not begin with it."""
    for word in TEAM_WORDS:
        if text.startswith(word):
            return text.removeprefix(word).lstrip()
    return ""


def _period(ctx: Context, filters: Filters, text: str) -> Taken:
    found = find_period(text, ctx.today)
    if found is None:
        return None
    period, rest = found
    return replace(filters, period=period), rest


def _project(ctx: Context, filters: Filters, text: str) -> Taken:
    """The project that as many words as possible name."""
    words = text.split()
    # Names of surveys begin alike: as many words as fit decide.
    for length in range(len(words), 0, -1):
        typed = " ".join(words[:length])
        found = _projects_named(ctx.configuration.projects, typed)
        if len(found) > 1:
            names = ", ".join(shorten(project.name, 60) for project in found[:3])
            raise InvalidInput("list_projects", text=shorten(typed, 40), names=names)
        if found:
            return replace(filters, project=found[0].name), " ".join(words[length:])
    return None


def _projects_named(projects: Sequence[Project], typed: str) -> list[Project]:
    """Those that the words find, or the only one that they name exactly."""
    found = find_projects(tuple(projects), typed)
    plain = _plain(typed)
    exact = [project for project in found if plain in map(_plain, (project.name, *project.words))]
    return exact if len(exact) == 1 else found


def _plain(text: str) -> str:
    return text.casefold().replace(".", "")


# What is shown.


async def _wanted(ctx: Context, filters: Filters) -> Wanted:
    people: Sequence[StaffId] = (ctx.staff.id,)
    if filters.team:
        teams = await staff.list_teams(ctx.db)
        people = teams.get(filters.team, [])
    since, until = filters.period.instants if filters.period else (None, None)
    return Wanted(
        tuple(people),
        filters.subject,
        filters.project,
        since,
        until,
    )


async def _listed(ctx: Context, filters: Filters) -> Wanted:
    """As `_wanted`, but only what the list itself shows."""
    statuses = (Status(filters.status),) if filters.status else ticket_lists.UNFINISHED
    return replace(await _wanted(ctx, filters), statuses=statuses)


async def my_page(ctx: Context, filters: Filters, page: int) -> Reply:
    """One page of the list: what is unfinished by due time, else one status, newest first."""
    wanted = await _wanted(ctx, filters)
    counts = await ticket_lists.count_by_status(ctx.db, wanted)
    found = await _from_page(ctx, filters, wanted, page)
    options = await _options(ctx, filters, found[:PAGE])
    more = len(found) > PAGE
    turns = turn_buttons(
        "my.page",
        filters.args(),
        page,
        more=more,
    )
    buttons = (*turns, *_other_lists(filters, counts), *await _parked(ctx))
    title = _title(ctx, filters, counts)
    if options:
        return Reply((Choice(title, options, buttons),))
    nothing = _("ไม่มีใบงานค้าง")
    if filters != Filters():
        nothing = _("ไม่มีใบงานตามที่กรอง")
    return Reply((Paragraph(f"{title}\n{nothing}", buttons),))


async def _from_page(
    ctx: Context,
    filters: Filters,
    wanted: Wanted,
    page: int,
) -> Sequence[Ticket]:
    """The tickets of this page, and at least one more where another page follows."""
    start = page * PAGE
    if filters.status == Status.CLOSED:
        return await ticket_lists.list_in_status(
            ctx.db,
            wanted,
            Status.CLOSED,
            PAGE + 1,
            start,
        )
    unfinished = await ticket_lists.list_unfinished(ctx.db, wanted)
    meant = [ticket for ticket in unfinished if filters.status in ("", ticket.status)]
    return ticket_cards.by_due(ctx, meant)[start:]


def _title(ctx: Context, filters: Filters, counts: Mapping[Status, int]) -> str:
    """Whose list it is, how many tickets of each status, and what narrows it."""
    numbers = [
        f"{value_label('status', status)} {_counted(counts.get(status, 0))}"
        for status in ticket_lists.LISTED
    ]
    summary = " · ".join(numbers)
    title = _("🎫 ใบงานของฉัน · %(summary)s", summary=summary)
    if filters.team:
        team = team_label(filters.team)
        title = _("🎫 ใบงานของ%(name)s · %(summary)s", name=team, summary=summary)
    narrowed = _narrowed(ctx, filters)
    if not narrowed:
        return title
    only = _("เฉพาะ %(filters)s", filters=" · ".join(narrowed))
    return f"{title}\n{only}"


def _counted(count: int) -> str:
    """`12`; of more than are counted, that there are more."""
    if count > ticket_lists.MOST_COUNTED:
        return f"{ticket_lists.MOST_COUNTED}+"
    return str(count)


def _narrowed(ctx: Context, filters: Filters) -> list[str]:
    """What narrows the list, but for the team, which its title names."""
    told = []
    if filters.status:
        told.append(value_label("status", filters.status))
    if filters.subject:
        told.append(ctx.catalogue.subject_label(filters.subject, language()))
    if filters.project:
        told.append(filters.project)
    if filters.period:
        told.append(period_text(filters.period))
    return told


async def _options(ctx: Context, filters: Filters, shown: Sequence[Ticket]) -> tuple[Button, ...]:
    """A line each: whose it is, and in a team's list who does it."""
    codes = [each.customer for each in shown if each.customer]
    found = await customers.list_customers(ctx.db, codes)
    names = {customer.code: customer.name for customer in found}
    people = await staff.staff_names(ctx.db) if filters.team else {}
    options = []
    for each in shown:
        ctx.audit("ticket.listed", each.no)
        state = ticket_cards.due_state(ctx, each)
        assignee = people.get(each.assignee) if each.assignee is not None else None
        if assignee:
            state = f"{assignee} · {state}"
        customer = names.get(each.customer, "") if each.customer else ""
        line = ticket_cards.ticket_line(ctx, each, state, customer)
        options.append(ticket_buttons.show_button(each, line))
    return tuple(options)


def _other_lists(filters: Filters, counts: Mapping[Status, int]) -> list[Button]:
    """The other statuses with how many there are, and the ways to narrow the list or to widen it
    again.
    """
    buttons = []
    if filters.status:
        left = sum(counts.get(status, 0) for status in ticket_lists.UNFINISHED)
        label = _("ค้าง %(count)s", count=_counted(left))
        buttons.append(_list_button(label, replace(filters, status="")))
    names = {
        Status.NEW: value_label("status", Status.NEW),
        Status.CLOSED: _("ปิดแล้ว"),
    }
    for status, name in names.items():
        if counts.get(status) and filters.status != status:
            others = replace(filters, status=status.value)
            label = f"{name} {_counted(counts[status])}"
            buttons.append(_list_button(label, others))
    buttons.append(
        Button(
            _("กรอง"),
            "my.filter",
            filters.args(),
        )
    )
    if filters != Filters():
        buttons.append(_list_button(_("ไม่กรอง"), Filters()))
    return buttons


def _list_button(label: str, filters: Filters) -> Button:
    return Button(label, "my.page", filters.args())


async def _parked(ctx: Context) -> list[Button]:
    parked = await forms.list_parked(ctx.db, ctx.staff.id)
    if not parked:
        return []
    label = _("ร่างที่พักไว้ (%(count)s)", count=len(parked))
    return [Button(label, "form.parked")]


@action("my.page", in_place=True, aside=True)
async def my_page_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Another page of the list, or the list narrowed otherwise."""
    return await my_page(
        ctx,
        Filters.of(args),
        int(args["page"]),
    )


@action("my.filter", in_place=True, aside=True)
async def filter_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """What to narrow the list by."""
    labels = {
        "subject": field_label("subject"),
        "team": _("ทีม"),
        "projects": field_label("projects"),
    }
    options = [
        Button(
            label,
            "my.choose",
            {**args, "what": what},
        )
        for what, label in labels.items()
    ]
    options.append(
        Button(
            _("ช่วงเวลา"),
            "my.choose",
            {**args, "what": "period"},
        )
    )
    hint = _("หรือพิมพ์ เช่น ใบงานของฉัน 7 ต.ค. 69")
    question = f"{_('กรองใบงานด้วย')}\n{hint}"
    return Reply(
        (
            Choice(
                question,
                tuple(options),
                (_list_button(_("กลับ"), Filters.of(args)),),
            ),
        )
    )


@action("my.choose", in_place=True, aside=True)
async def choose_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The values there are, with how many tickets have them; those that are there already are left
    out.
    """
    filters = Filters.of(args)
    found = await _choices(ctx, filters, args["what"])
    options = tuple(_list_button(label, narrowed) for label, narrowed in found[:CHOICES])
    back = (_list_button(_("กลับ"), filters),)
    if not options:
        return Reply((Paragraph(_("ไม่มีให้เลือก"), back),))
    return Reply((Choice(_("กรองใบงานด้วย"), options, back),))


async def _choices(ctx: Context, filters: Filters, what: str) -> list[tuple[str, Filters]]:
    """What the list can be narrowed to by that, each with its label."""
    if what == "subject":
        others = await _listed(ctx, replace(filters, subject=""))
        counts = await ticket_lists.count_by_subject(ctx.db, others)
        label = ctx.catalogue.subject_label
        return [
            (_narrower(label(each.value, language()), each), replace(filters, subject=each.value))
            for each in counts
        ]
    if what == "projects":
        others = await _listed(ctx, replace(filters, project=""))
        counts = await ticket_lists.count_by_project(ctx.db, others)
        return [
            (_narrower(each.value, each), replace(filters, project=each.value)) for each in counts
        ]
    if what == "team":
        teams = await staff.list_teams(ctx.db)
        return [(name, replace(filters, team=name)) for name in teams]
    return [_span_choice(ctx, filters, key) for key in SPANS]


def _narrower(label: str, each: ticket_lists.Narrower) -> str:
    """`6.1 ข้อมูล (12)`, or `(12+)` where there may be more."""
    more = "+" if each.at_least else ""
    return f"{label} ({each.count}{more})"


def _span_choice(ctx: Context, filters: Filters, key: str) -> tuple[str, Filters]:
    period = relative_period(key, ctx.today)
    label = f"{_(SPANS[key])} · {period_text(period)}"
    return label, replace(filters, period=period)


def ticket_list(
    ctx: Context,
    title: str,
    found: Sequence[Ticket],
    buttons: tuple[Button, ...] = (),
) -> Reply:
    """Tickets to choose from, or that there are none."""
    if not found:
        return Reply((Paragraph(f"{title}\n{_('ยังไม่มีใบงาน')}", buttons),))
    options = []
    for each in found:
        line = ticket_cards.ticket_line(ctx, each, ticket_cards.due_state(ctx, each))
        options.append(ticket_buttons.show_button(each, line))
    return Reply((Choice(title, tuple(options), buttons),))
