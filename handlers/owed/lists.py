"""Lists of contracts, of research results, and of everything that is owed, with filters, pages and
totals.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from domain.dates.days import BANGKOK
from domain.errors import InvalidInput
from domain.owed.narrowing import is_filter
from domain.owed.rules import OwedState
from domain.text import digits, shorten
from domain.tickets.records import parse_contract_no
from handlers.chat import (
    Button,
    Choice,
    Paragraph,
    Reply,
)
from handlers.desk import Context
from handlers.i18n import _, date_text, speaking
from handlers.labels import value_label
from handlers.owed import lead_lists, narrowed, request_cards
from handlers.owed.named import by_contract
from handlers.registry import action, command
from handlers.tickets import cards as ticket_cards
from store.customers import records as register
from store.owed import contracts as store
from store.owed.contracts import Filter, Listed

PAGE = 8
YEARS = 3
"""So many years are offered as filters."""
_CONTRACT_NO = r"\s*[\d๐-๙]{1,5}\s*/\s*[\d๐-๙]{2,4}\s*$"


@dataclass(frozen=True, slots=True)
class View:
    """Which list is shown: `name` is contracts, unreturned, research or owed.

    `overdue` and `mine` are "1" or ""; `year` is Buddhist.
    """

    name: str
    overdue: str = ""
    mine: str = ""
    year: str = ""
    page: str = "0"

    def button(self, label: str, **other: str) -> Button:
        """A button to this list with something changed."""
        args = {
            "list": self.name,
            "overdue": self.overdue,
            "mine": self.mine,
            "year": self.year,
            "page": "0",
            **other,
        }
        return Button(label, "owed.list", args)


def _narrowed(view: View, word: str) -> View | None:
    """The list with the filter that a word names; the word for a year may stand before it by
    itself. None for a word that is no filter.
    """
    # Filters are typed in Thai, in whatever language the officer reads.
    with speaking("th"):
        overdue = _("เกินกำหนด")
        mine = _("ของฉัน")
        before_year = _("ปี %(year)s", year="").strip()
    if word == before_year:
        return view
    if word in (overdue, "overdue"):
        return replace(view, overdue="1")
    if word in (mine, "mine"):
        return replace(view, mine="1")
    year = re.fullmatch(r"(?:25)?(\d{2})", digits(word.removeprefix(before_year)))
    if year is None:
        return None
    return replace(view, year=f"25{year[1]}")


def _are_filters(text: str) -> bool:
    return all(_narrowed(View(""), word) for word in text.casefold().split())


@command(
    "contract",
    "สัญญา",
    about="สัญญาและเรื่องที่ค้าง เช่น สัญญา 81/2563",
    fits=_CONTRACT_NO,
)
async def contract(ctx: Context, args: str) -> Reply:
    """Shows one contract with its request; without a number the list of contracts."""
    if not args.strip():
        return await show_list(ctx, View("contracts"))
    return await by_contract(ctx, parse_contract_no(args))


@command(
    "contracts",
    "รายการสัญญา",
    about="รายการสัญญา เกินกำหนด ของฉัน ตามปี",
    fits=_are_filters,
    also=("สัญญาทั้งหมด", "contracts"),
)
async def all_contracts(ctx: Context, args: str) -> Reply:
    """Lists all contracts, the newest first, or those that the typed filters leave."""
    return await show_list(ctx, read_view(View("contracts"), args))


@command(
    "unreturned",
    "สัญญาค้าง",
    about="สัญญาที่ยังไม่ส่งคืน",
    fits=is_filter,
    joined=is_filter,
    also=(
        "สัญญาที่ยังไม่คืน",
        "สัญญาที่ยังไม่ส่งคืน",
        "สัญญายังไม่คืน",
        "สัญญาค้างส่ง",
        "สัญญาที่ค้างส่ง",
        "สัญญาที่ค้าง",
        "ใครยังไม่คืนสัญญา",
    ),
)
async def unreturned(ctx: Context, args: str) -> Reply:
    """Lists the contracts that were not sent back yet, the longest expected first."""
    if not _are_filters(args):
        asked = await narrowed.read_words(ctx, f"contract {args}")
        return await lead_lists.show_lines(ctx, asked.wanted)
    return await show_list(ctx, read_view(View("unreturned"), args))


@command(
    "research",
    "ผลงานวิจัย",
    about="ผลงานวิจัยที่ค้างส่งและที่ได้รับแล้ว",
    fits=is_filter,
    joined=is_filter,
    also=("ผลงานวิจัยค้างส่ง", "ผลงานวิจัยที่ค้าง", "ผลงานวิจัยค้าง", "งานวิจัยค้าง", "งานวิจัย", "ผลวิจัย"),
)
async def research(ctx: Context, args: str) -> Reply:
    """Lists the research results, those still owed first, or those that the typed filters leave."""
    if not _are_filters(args):
        asked = await narrowed.read_words(ctx, f"research {args}")
        return await lead_lists.show_lines(ctx, asked.wanted)
    return await show_list(ctx, read_view(View("research"), args))


def read_view(view: View, text: str) -> View:
    """Returns the list narrowed by the typed filters, in any order; raises
    InvalidInput("owed_filter") for a word that is no filter.
    """
    for word in text.casefold().split():
        narrower = _narrowed(view, word)
        if narrower is None:
            raise InvalidInput("owed_filter", text=shorten(word, 40))
        view = narrower
    return view


@action("owed.list", in_place=True, aside=True)
async def list_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Shows a list with another filter, or another page of it."""
    known = {"overdue", "mine", "year", "page"}
    given = {name: args[name] for name in known & args.keys()}
    return await show_list(ctx, View(args["list"], **given))


@action("owed.all")
async def all_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Shows everything that is owed below a morning's message, which stays as it is."""
    return await show_list(ctx, View("owed", mine=args.get("mine", "")))


async def show_list(ctx: Context, view: View) -> Reply:
    """Shows one page of a list, with its totals, its filters and the pages beside it."""
    page = int(view.page)
    rows, counts = await _read_page(ctx, view, page)
    total = sum(counts.values())
    buttons = (
        *await _filters(ctx, view),
        *_pages(view, page, total),
    )
    head = _title(view, counts, total, page)
    if not rows:
        return Reply((Paragraph(f"{head}\n{_('ไม่มีรายการ')}", buttons),))
    return Reply((Choice(head, await _options(ctx, view, rows), buttons),))


async def _read_page(
    ctx: Context, view: View, page: int
) -> tuple[Sequence[Listed], Mapping[str, int]]:
    """The lines of a page, counted from 0, and how many there are in all of each state."""
    wanted = Filter(
        overdue_before=ctx.today if view.overdue else None,
        assignee=ctx.staff.id if view.mine else None,
        year=int(view.year) if view.year else None,
    )
    start = page * PAGE
    if view.name == "contracts":
        return await store.list_contracts(
            ctx.db,
            wanted,
            PAGE,
            start,
        )
    rules = {
        "unreturned": ("contract",),
        "research": ("research",),
        "owed": tuple(ctx.desk.configuration.rules),
    }[view.name]
    # The list of research results shows those that came, too.
    only_open = view.name != "research"
    return await store.list_owed(
        ctx.db,
        rules,
        wanted,
        PAGE,
        start,
        only_open=only_open,
    )


def _title(
    view: View,
    counts: Mapping[str, int],
    total: int,
    page: int,
) -> str:
    """What the list shows, narrowed by what, with its totals and the number of the page."""
    names = {
        "contracts": _("📄 สัญญา"),
        "unreturned": _("📄 สัญญาที่ยังไม่ส่งคืน"),
        "research": _("📄 ผลงานวิจัย"),
        "owed": _("⏰ ค้างส่ง"),
    }
    parts = [names[view.name]]
    if view.overdue:
        parts.append(_("เกินกำหนด"))
    if view.mine:
        parts.append(_("ของฉัน"))
    if view.year:
        parts.append(_("ปี %(year)s", year=view.year))
    parts.append(_("ทั้งหมด %(count)s", count=total))
    # The other lists hold but one state.
    if view.name not in ("owed", "unreturned"):
        for state, count in sorted(counts.items()):
            label = value_label("owed_state", state) if state else _("ยังไม่ส่ง")
            parts.append(f"{label} {count}")
    title = " · ".join(parts)
    if total > PAGE:
        title += _(
            " · หน้า %(page)s/%(pages)s",
            page=page + 1,
            pages=-(-total // PAGE),
        )
    return title


async def _options(ctx: Context, view: View, rows: Sequence[Listed]) -> tuple[Button, ...]:
    """A button a line, which opens the request."""
    found = await register.list_customers(ctx.db, list({row.customer for row in rows}))
    names: dict[str, str] = {customer.code: ticket_cards.shown_name(customer) for customer in found}
    for code in names:
        ctx.audit("customer.listed", code)
    buttons = []
    for row in rows:
        line = _line(
            ctx,
            view,
            row,
            names.get(row.customer, ""),
        )
        buttons.append(
            Button(
                line,
                "request.show",
                {"request": str(row.request_id)},
            )
        )
    return tuple(buttons)


def _line(
    ctx: Context,
    view: View,
    row: Listed,
    name: str,
) -> str:
    """`81/2569 ผศ.ดร.กมลชนก · ยังไม่ส่งสัญญาคืน รอมา 17 วัน · เตือนแล้ว 1 ครั้ง`"""
    title = " ".join(filter(None, (row.contract_no, name)))
    parts = [title or row.customer]
    if row.research_title and view.name == "research":
        parts.append(row.research_title[:60])
    if row.state == OwedState.OPEN and row.started_at and row.expected_on:
        parts += _waits(
            ctx,
            row,
            row.started_at,
            row.expected_on,
        )
    elif row.state and row.ended_at:
        state = value_label("owed_state", row.state)
        parts.append(f"{state} {request_cards.day(row.ended_at)}")
    elif row.signed_on:
        parts.append(date_text(row.signed_on))
    return " · ".join(parts)


def _waits(
    ctx: Context,
    row: Listed,
    started_at: datetime,
    expected_on: date,
) -> list[str]:
    """What is still owed: for how long, until when, and how often it was reminded of."""
    days = (ctx.today - started_at.astimezone(BANGKOK).date()).days
    late = "⚠️ " if expected_on < ctx.today else ""
    waits = value_label("waits", row.rule)
    parts = [f"{late}{waits} {request_cards.waited(days)}".rstrip()]
    parts.append(_("กำหนด %(date)s", date=date_text(expected_on)))
    if row.told:
        parts.append(_("เตือนแล้ว %(count)s ครั้ง", count=row.told))
    return parts


async def _filters(ctx: Context, view: View) -> list[Button]:
    """What narrows the list further, and what takes a filter away."""
    overdue = view.button(_("เกินกำหนด"), overdue="1")
    if view.overdue:
        overdue = view.button(_("ทุกกำหนด"), overdue="")
    mine = view.button(_("ของฉัน"), mine="1")
    if view.mine:
        mine = view.button(_("ของทุกคน"), mine="")
    buttons = [overdue, mine]
    if view.year:
        buttons.append(view.button(_("ทุกปี"), year=""))
    elif view.name != "owed":
        years = await store.list_years(ctx.db)
        for year in years[:YEARS]:
            buttons.append(view.button(_("ปี %(year)s", year=year), year=str(year)))
    buttons.append(
        Button(
            _("ตามผู้รับบริการ"),
            "owed.debtors",
            {"page": "0"},
        )
    )
    return buttons


def _pages(view: View, page: int, total: int) -> list[Button]:
    """The page before and the page after this one."""
    buttons = []
    if page:
        buttons.append(view.button(_("ก่อนหน้า"), page=str(page - 1)))
    if total > (page + 1) * PAGE:
        buttons.append(view.button(_("ถัดไป"), page=str(page + 1)))
    return buttons
