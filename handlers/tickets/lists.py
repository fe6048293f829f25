"""My tickets by due time with counts, narrowed by status, subject, team, project and period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from domain.dates.periods import Period, find_period, format_period, relative_period
from domain.errors import InvalidInput
from domain.staff import StaffId
from domain.text import clean, digits, shorten
from domain.tickets.projects import find_projects
from domain.tickets.records import Status, Ticket
from handlers.chat import Button, Choice, Paragraph, Reply, turn_buttons
from handlers.desk import Context
from handlers.i18n import _
from handlers.labels import field_label, team_label, value_label
from handlers.registry import action, command, spoken
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import cards as ticket_cards
from store import staff
from store.chat import forms
from store.customers import records as customers
from store.tickets import lists as ticket_lists
from store.tickets.lists import Wanted

LISTED = (Status.NEW, Status.OPEN, Status.CLOSED)
"""What lists count; a voided ticket counts nowhere."""
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
        span = f"{self.period.first}/{self.period.until}" if self.period else ""
        named = {
            "status": self.status,
            "subject": self.subject,
            "team": self.team,
            "project": self.project,
        }
        return {
            name: value
            for name, value in {**named, "period": span, "page": str(page)}.items()
            if value
        }

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "Filters":
        """The reverse of `args`."""
        first, _slash, until = args.get("period", "").partition("/")
        period = Period(date.fromisoformat(first), date.fromisoformat(until)) if first else None
        status, subject, team, project = (
            args.get(name, "") for name in ("status", "subject", "team", "project")
        )
        return cls(status, subject, team, project, period)


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
    teams = sorted(await staff.list_teams(ctx.db), key=len, reverse=True)
    filters, rest = Filters(), clean(text)
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
    found = [
        status for status in LISTED if word.casefold() in (status, value_label("status", status))
    ]
    return (replace(filters, status=found[0].value), rest.strip()) if found else None


def _subject(ctx: Context, filters: Filters, text: str) -> Taken:
    word, _blank, rest = text.partition(" ")
    code = digits(word)
    return (
        (replace(filters, subject=code), rest.strip())
        if code in ctx.desk.configuration.catalogue.subjects
        else None
    )


def _team(filters: Filters, text: str, teams: Sequence[str]) -> Taken:
    """A team by its whole name, or after the word for it by the beginning of only one."""
    plain = next(
        (text.removeprefix(word).lstrip() for word in TEAM_WORDS if text.startswith(word)), ""
    )
    for name in teams:
        for typed in (text, plain):
            if (
                typed.casefold().startswith(name.casefold())
                and not typed[len(name) : len(name) + 1].strip()
            ):
                return replace(filters, team=name), typed[len(name) :].strip()
    word, _blank, rest = plain.partition(" ")
    meant = [name for name in teams if word and word.casefold() in name.casefold()]
    if plain and len(meant) != 1:
        raise InvalidInput("list_team", teams=", ".join(teams) or "-")
    return (replace(filters, team=meant[0]), rest.strip()) if meant else None


def _period(ctx: Context, filters: Filters, text: str) -> Taken:
    found = find_period(text, ctx.today)
    return (replace(filters, period=found[0]), found[1]) if found else None


def _project(ctx: Context, filters: Filters, text: str) -> Taken:
    """The project that as many words as possible name."""
    words = text.split()
    for length in range(len(words), 0, -1):
        found = find_projects(ctx.desk.configuration.projects, " ".join(words[:length]))
        typed = _plain(" ".join(words[:length]))
        exact = [
            project for project in found if typed in map(_plain, (project.name, *project.words))
        ]
        found = exact if len(exact) == 1 else found
        if len(found) > 1:
            names = ", ".join(shorten(project.name, 60) for project in found[:3])
            raise InvalidInput(
                "list_projects", text=shorten(" ".join(words[:length]), 40), names=names
            )
        if found:
            return replace(filters, project=found[0].name), " ".join(words[length:])
    return None


def _plain(text: str) -> str:
    return text.casefold().replace(".", "")


# What is shown.


async def _wanted(ctx: Context, filters: Filters) -> Wanted:
    people: Sequence[StaffId] = (ctx.staff.id,)
    if filters.team:
        people = (await staff.list_teams(ctx.db)).get(filters.team, [])
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
    if filters.status == Status.CLOSED:
        start = page * PAGE
        closed = await ticket_lists.list_in_status(
            ctx.db,
            wanted,
            Status.CLOSED,
            PAGE + 1,
            start,
        )
        shown, more = closed[:PAGE], len(closed) > PAGE
    else:
        unfinished = await ticket_lists.list_unfinished(ctx.db, wanted)
        ordered = ticket_cards.by_due(
            ctx, (t for t in unfinished if filters.status in ("", t.status))
        )
        shown, more = ordered[page * PAGE : (page + 1) * PAGE], len(ordered) > (page + 1) * PAGE
    options = await _options(ctx, filters, shown)
    turns = turn_buttons(
        "my.page",
        filters.args(),
        page,
        more=more,
    )
    buttons = (*turns, *_other_lists(filters, counts), *await _parked(ctx))
    title = _title(ctx, filters, counts)
    if not options:
        nothing = _("ไม่มีใบงานตามที่กรอง") if filters != Filters() else _("ไม่มีใบงานค้าง")
        return Reply((Paragraph(f"{title}\n{nothing}", buttons),))
    return Reply((Choice(title, options, buttons),))


def _title(
    ctx: Context,
    filters: Filters,
    counts: Mapping[Status, int],
) -> str:
    summary = " · ".join(
        f"{value_label('status', status)} {counts.get(status, 0)}" for status in LISTED
    )
    title = _("🎫 ใบงานของฉัน · %(summary)s", summary=summary)
    if filters.team:
        title = _(
            "🎫 ใบงานของ%(name)s · %(summary)s", name=team_label(filters.team), summary=summary
        )
    narrowed = [
        value_label("status", filters.status) if filters.status else "",
        ctx.desk.configuration.catalogue.subject_label(filters.subject) if filters.subject else "",
        filters.project,
        format_period(filters.period) if filters.period else "",
    ]
    shown = " · ".join(filter(None, narrowed))
    return f"{title}\n{_('เฉพาะ %(filters)s', filters=shown)}" if shown else title


async def _options(
    ctx: Context,
    filters: Filters,
    shown: Sequence[Ticket],
) -> tuple[Button, ...]:
    codes = [each.customer for each in shown if each.customer]
    people = {
        customer.code: customer.name for customer in await customers.list_customers(ctx.db, codes)
    }
    names = await staff.staff_names(ctx.db) if filters.team else {}
    options = []
    for each in shown:
        ctx.audit("ticket.listed", each.no)
        assignee = names.get(each.assignee, "") if each.assignee is not None else ""
        state = " · ".join(filter(None, (assignee, ticket_cards.due_state(ctx, each))))
        name = people.get(each.customer, "") if each.customer else ""
        options.append(
            ticket_buttons.show_button(
                each,
                ticket_cards.ticket_line(
                    ctx,
                    each,
                    state,
                    name,
                ),
            )
        )
    return tuple(options)


def _other_lists(filters: Filters, counts: Mapping[Status, int]) -> list[Button]:
    """The other statuses with how many there are, and the ways to narrow the list or to widen it
    again.
    """
    buttons = []
    if filters.status:
        left = sum(counts.get(status, 0) for status in ticket_lists.UNFINISHED)
        buttons.append(_list_button(_("ค้าง %(count)s", count=left), replace(filters, status="")))
    for status in (Status.NEW, Status.CLOSED):
        if counts.get(status) and filters.status != status:
            name = _("ปิดแล้ว") if status is Status.CLOSED else value_label("status", status)
            buttons.append(
                _list_button(f"{name} {counts[status]}", replace(filters, status=status.value))
            )
    buttons.append(Button(_("กรอง"), "my.filter", filters.args()))
    if filters != Filters():
        buttons.append(_list_button(_("ไม่กรอง"), Filters()))
    return buttons


def _list_button(label: str, filters: Filters) -> Button:
    return Button(label, "my.page", filters.args())


async def _parked(ctx: Context) -> list[Button]:
    parked = await forms.list_parked(ctx.db, ctx.staff.id)
    return [Button(_("ร่างที่พักไว้ (%(count)s)", count=len(parked)), "form.parked")] if parked else []


@action("my.page", in_place=True)
async def my_page_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Another page of the list, or the list narrowed otherwise."""
    return await my_page(ctx, Filters.of(args), int(args["page"]))


@action("my.filter", in_place=True)
async def filter_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """What to narrow the list by."""
    labels = {
        "subject": field_label("subject"),
        "team": _("ทีม"),
        "projects": field_label("projects"),
    }
    options = [Button(label, "my.choose", {**args, "what": what}) for what, label in labels.items()]
    options.append(Button(_("ช่วงเวลา"), "my.choose", {**args, "what": "period"}))
    hint = _("หรือพิมพ์ เช่น ใบงานของฉัน 7 ต.ค. 69")
    question = f"{_('กรองใบงานด้วย')}\n{hint}"
    return Reply((Choice(question, tuple(options), (_list_button(_("กลับ"), Filters.of(args)),)),))


@action("my.choose", in_place=True)
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


async def _choices(
    ctx: Context,
    filters: Filters,
    what: str,
) -> list[tuple[str, Filters]]:
    if what == "subject":
        counts = await ticket_lists.count_by_subject(
            ctx.db, await _listed(ctx, replace(filters, subject=""))
        )
        label = ctx.desk.configuration.catalogue.subject_label
        return [
            (f"{label(code)} ({count})", replace(filters, subject=code)) for code, count in counts
        ]
    if what == "projects":
        counts = await ticket_lists.count_by_project(
            ctx.db, await _listed(ctx, replace(filters, project=""))
        )
        return [(f"{name} ({count})", replace(filters, project=name)) for name, count in counts]
    if what == "team":
        return [(name, replace(filters, team=name)) for name in await staff.list_teams(ctx.db)]
    spans = {key: relative_period(key, ctx.today) for key in SPANS}
    return [
        (f"{_(SPANS[key])} · {format_period(span)}", replace(filters, period=span))
        for key, span in spans.items()
    ]


def ticket_list(
    ctx: Context, title: str, found: Sequence[Ticket], buttons: tuple[Button, ...] = ()
) -> Reply:
    """Tickets to choose from, or that there are none."""
    if not found:
        return Reply((Paragraph(f"{title}\n{_('ยังไม่มีใบงาน')}", buttons),))
    options = tuple(
        ticket_buttons.show_button(
            each, ticket_cards.ticket_line(ctx, each, ticket_cards.due_state(ctx, each))
        )
        for each in found
    )
    return Reply((Choice(title, options, buttons),))
