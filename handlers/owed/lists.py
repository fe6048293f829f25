"""Lists of what is owed: contracts, research results, everything by customer; with filters, pages
and totals.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from domain.customers.records import Customer
from domain.dates.days import BANGKOK, format_date
from domain.errors import InvalidInput
from domain.owed.rules import OwedState
from domain.text import digits, shorten
from domain.tickets.records import parse_contract_no
from handlers.chat import Button, Choice, Paragraph, Reply
from handlers.desk import Context
from handlers.i18n import _, speaking
from handlers.labels import value_label
from handlers.owed import request_cards
from handlers.owed.named import by_contract
from handlers.registry import NOTHING, action, command
from handlers.tickets import cards as ticket_cards
from store.customers import records as register
from store.owed import contracts as store
from store.owed.contracts import Filter, Listed

PAGE = 8
_CONTRACT_NO = r"\s*[\d๐-๙]{1,5}\s*/\s*[\d๐-๙]{2,4}\s*$"


@dataclass(frozen=True, slots=True)
class View:
    """What a list shows: `name` = contracts, unreturned, research or owed.

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
    itself.
    """
    with speaking("th"):
        overdue, mine, before_year = _("เกินกำหนด"), _("ของฉัน"), _("ปี %(year)s", year="").strip()
    if word == before_year:
        return view
    if word in (overdue, "overdue"):
        return replace(view, overdue="1")
    if word in (mine, "mine"):
        return replace(view, mine="1")
    year = re.fullmatch(r"(?:25)?(\d{2})", digits(word.removeprefix(before_year)))
    return replace(view, year=f"25{year[1]}") if year else None


def _are_filters(text: str) -> bool:
    return all(_narrowed(View(""), word) for word in text.casefold().split())


@command("contract", "สัญญา", about="สัญญาและเรื่องที่ค้าง เช่น สัญญา 81/2563", fits=_CONTRACT_NO)
async def contract(ctx: Context, args: str) -> Reply:
    """One contract with its whole life; without a number the list."""
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
    """Every contract, the newest first, or those that the filters leave."""
    return await show_list(ctx, read_view(View("contracts"), args))


@command(
    "unreturned",
    "สัญญาค้าง",
    about="สัญญาที่ยังไม่ส่งคืน",
    fits=_are_filters,
    also=("สัญญาที่ยังไม่คืน", "สัญญาที่ยังไม่ส่งคืน", "สัญญายังไม่คืน", "สัญญาค้างส่ง", "สัญญาที่ค้าง", "ใครยังไม่คืนสัญญา"),
)
async def unreturned(ctx: Context, args: str) -> Reply:
    """Contracts that were not sent back yet, the longest expected first."""
    return await show_list(ctx, read_view(View("unreturned"), args))


@command(
    "research",
    "ผลงานวิจัย",
    about="ผลงานวิจัยที่ค้างส่งและที่ได้รับแล้ว",
    fits=_are_filters,
    also=("ผลงานวิจัยค้างส่ง", "ผลงานวิจัยที่ค้าง", "ผลงานวิจัยค้าง", "งานวิจัยค้าง", "งานวิจัย", "ผลวิจัย"),
)
async def research(ctx: Context, args: str) -> Reply:
    """Research results, those still owed first, or those that the filters leave."""
    return await show_list(ctx, read_view(View("research"), args))


def read_view(view: View, text: str) -> View:
    """The list narrowed as typed, in any order; InvalidInput("owed_filter") for a word that is no
    filter.
    """
    for word in text.casefold().split():
        narrower = _narrowed(view, word)
        if narrower is None:
            raise InvalidInput("owed_filter", text=shorten(word, 40))
        view = narrower
    return view


@command(
    "owed",
    "ค้างส่ง",
    about="ใครค้างส่งอะไร ตามผู้รับบริการ",
    fits=NOTHING,
    also=("ใครค้างส่งอะไร", "ใครค้างส่ง", "ใครค้าง", "ของค้างส่ง", "ที่ค้างส่ง", "รายการค้างส่ง"),
)
async def debtors(ctx: Context, args: str) -> Reply:
    """Who owes what, by customer, the oldest first."""
    return await show_debtors(ctx, 0)


@action("owed.list", in_place=True)
async def list_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A list with another filter, or another page of it."""
    known = {"overdue", "mine", "year", "page"}
    return await show_list(
        ctx, View(args["list"], **{name: args[name] for name in known & args.keys()})
    )


@action("owed.all")
async def all_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """What is owed, below a message of the morning that stays as it is."""
    return await show_list(ctx, View("owed", mine=args.get("mine", "")))


async def show_list(ctx: Context, view: View) -> Reply:
    """One page of a list, with its totals, its filters and the pages beside it."""
    wanted = Filter(
        overdue_before=ctx.today if view.overdue else None,
        assignee=ctx.staff.id if view.mine else None,
        year=int(view.year) if view.year else None,
    )
    page = int(view.page)
    if view.name == "contracts":
        rows, counts = await store.list_contracts(ctx.db, wanted, PAGE, page * PAGE)
    elif view.name == "unreturned":
        rows, counts = await store.list_owed(ctx.db, ("contract",), wanted, PAGE, page * PAGE)
    elif view.name == "research":
        rows, counts = await store.list_owed(
            ctx.db, ("research",), wanted, PAGE, page * PAGE, only_open=False
        )
    else:
        rules = tuple(ctx.desk.configuration.rules)
        rows, counts = await store.list_owed(ctx.db, rules, wanted, PAGE, page * PAGE)
    total = sum(counts.values())
    buttons = (*await _filters(ctx, view), *_pages(view, page, total))
    head = _title(view, counts, total, page)
    if not rows:
        return Reply((Paragraph(f"{head}\n{_('ไม่มีรายการ')}", buttons),))
    return Reply((Choice(head, await _options(ctx, view, rows), buttons),))


def _title(view: View, counts: Mapping[str, int], total: int, page: int) -> str:
    name = {
        "contracts": _("📄 สัญญา"),
        "unreturned": _("📄 สัญญาที่ยังไม่ส่งคืน"),
        "research": _("📄 ผลงานวิจัย"),
        "owed": _("⏰ ค้างส่ง"),
    }[view.name]
    chosen = [_("เกินกำหนด")] if view.overdue else []
    chosen += [_("ของฉัน")] if view.mine else []
    chosen += [_("ปี %(year)s", year=view.year)] if view.year else []
    states = [
        f"{value_label('owed_state', state) if state else _('ยังไม่ส่ง')} {n}"
        for state, n in sorted(counts.items())
    ]
    head = " · ".join(
        (
            name,
            *chosen,
            _("ทั้งหมด %(count)s", count=total),
            *(() if view.name in ("owed", "unreturned") else states),
        )
    )
    return head + (
        _(" · หน้า %(page)s/%(pages)s", page=page + 1, pages=-(-total // PAGE))
        if total > PAGE
        else ""
    )


async def _options(ctx: Context, view: View, rows: Sequence[Listed]) -> tuple[Button, ...]:
    found = await register.list_customers(ctx.db, list({row.customer for row in rows}))
    names: dict[str, str] = {customer.code: ticket_cards.shown_name(customer) for customer in found}
    for code in names:
        ctx.audit("customer.listed", code)
    return tuple(
        Button(
            _line(ctx, view, row, names.get(row.customer, "")),
            "request.show",
            {"request": str(row.request_id)},
        )
        for row in rows
    )


def _line(ctx: Context, view: View, row: Listed, name: str) -> str:
    """`81/2569 ผศ.ดร.กมลชนก · ยังไม่ส่งสัญญาคืน รอมา 17 วัน · เตือนแล้ว 1 ครั้ง`"""
    title = " ".join(filter(None, (row.contract_no, name)))
    parts = [title or row.customer]
    if row.research_title and view.name == "research":
        parts.append(row.research_title[:60])
    if row.state == OwedState.OPEN and row.started_at and row.expected_on:
        days = (ctx.today - row.started_at.astimezone(BANGKOK).date()).days
        late = "⚠️ " if row.expected_on < ctx.today else ""
        parts.append(
            f"{late}{value_label('waits', row.rule)} {request_cards.waited(days)}".rstrip()
        )
        parts.append(_("กำหนด %(date)s", date=format_date(row.expected_on)))
        if row.reminders:
            parts.append(_("เตือนแล้ว %(count)s ครั้ง", count=row.reminders))
    elif row.state and row.ended_at:
        parts.append(f"{value_label('owed_state', row.state)} {request_cards.day(row.ended_at)}")
    elif row.signed_on:
        parts.append(format_date(row.signed_on))
    return " · ".join(parts)


async def _filters(ctx: Context, view: View) -> list[Button]:
    """What narrows the list further, and what takes a filter away."""
    buttons = [
        view.button(
            _("ทุกกำหนด") if view.overdue else _("เกินกำหนด"), overdue="" if view.overdue else "1"
        )
    ]
    buttons.append(
        view.button(_("ของทุกคน") if view.mine else _("ของฉัน"), mine="" if view.mine else "1")
    )
    if view.year:
        buttons.append(view.button(_("ทุกปี"), year=""))
    elif view.name != "owed":
        years = (await store.list_years(ctx.db))[:3]
        buttons += [view.button(_("ปี %(year)s", year=year), year=str(year)) for year in years]
    buttons.append(Button(_("ตามผู้รับบริการ"), "owed.debtors", {"page": "0"}))
    return buttons


def _pages(view: View, page: int, total: int) -> list[Button]:
    back = [view.button(_("ก่อนหน้า"), page=str(page - 1))] if page else []
    return back + (
        [view.button(_("ถัดไป"), page=str(page + 1))] if total > (page + 1) * PAGE else []
    )


# Who owes what.


@action("owed.debtors", in_place=True)
async def debtors_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Another page of the customers who owe something."""
    return await show_debtors(ctx, int(args["page"]))


async def show_debtors(ctx: Context, page: int) -> Reply:
    """One page of the customers who owe something."""
    found, total = await store.list_debtors(ctx.db, ctx.today, PAGE, page * PAGE)
    people: dict[str, Customer] = {
        each.code: each
        for each in await register.list_customers(ctx.db, [debtor.customer for debtor in found])
    }
    options = []
    for debtor in found:
        ctx.audit("customer.listed", debtor.customer)
        name = ticket_cards.shown_name(people[debtor.customer]) if debtor.customer in people else ""
        parts = [f"{debtor.customer} {name}", _("ค้าง %(count)s เรื่อง", count=debtor.count)]
        parts += [_("เกินกำหนด %(count)s", count=debtor.overdue)] if debtor.overdue else []
        parts.append(_("ตั้งแต่ %(date)s", date=request_cards.day(debtor.since)))
        options.append(Button(" · ".join(parts), "request.list", {"code": debtor.customer}))
    buttons = [Button(_("ก่อนหน้า"), "owed.debtors", {"page": str(page - 1)})] if page else []
    if total > (page + 1) * PAGE:
        buttons.append(Button(_("ถัดไป"), "owed.debtors", {"page": str(page + 1)}))
    buttons.append(Button(_("ทั้งหมดตามวันที่"), "owed.list", {"list": "owed"}))
    head = _("⏰ ค้างส่ง · %(count)s ราย", count=total)
    if not options:
        return Reply((Paragraph(f"{head}\n{_('ไม่มีรายการ')}", tuple(buttons)),))
    return Reply((Choice(head, tuple(options), tuple(buttons)),))
