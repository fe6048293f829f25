"""Codes that may be one customer: officers report them, administrators decide."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from domain.customers.fields import SAID
from domain.customers.merging import Candidate, likeness, recommend
from domain.customers.records import Customer
from domain.errors import InvalidInput
from domain.staff import Role
from domain.text import fold
from handlers.chat import (
    Button,
    Card,
    Choice,
    Paragraph,
    Reply,
    say,
    turn_buttons,
)
from handlers.customers import cards as customer_cards
from handlers.customers import merges
from handlers.customers.merge_text import advice_text, beside, field_text, look_button
from handlers.desk import Context
from handlers.i18n import _
from handlers.labels import field_label, person_label
from handlers.registry import action, command
from store.customers import duplicates
from store.customers import records as customers
from store.customers.duplicates import Pair, pair_of
from store.search import customers as search

PAGE = 8
MOST_CODES = 5


@command(
    "duplicates",
    "รหัสซ้ำ",
    "รายงานรหัสซ้ำ",
    about="รายงานรหัสซ้ำ หรือดูคู่ที่รอตัดสิน",
    fits=merges.fits_codes,
)
async def report(ctx: Context, args: str) -> Reply:
    """Reports these codes to the administrators; without codes an administrator sees what waits for
    a decision. Raises InvalidInput("duplicate_codes") for too few codes or too many.
    """
    codes = merges.typed_codes(args)
    if not args and ctx.staff.role.covers(Role.ADMIN):
        return await _list_open(ctx, 0)
    if not 2 <= len(codes) <= MOST_CODES:
        raise InvalidInput("duplicate_codes")
    return await _report(ctx, codes)


@action("duplicate.choose", in_place=True)
async def choose_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Asks which of these customers are one; each tap picks one of them or leaves it again."""
    codes = args["codes"].split(",")
    picked = [*filter(None, args.get("picked", "").split(","))]
    options = []
    for customer in await customers.list_customers(ctx.db, codes):
        ctx.audit("customer.listed", customer.code)
        mark = "☑" if customer.code in picked else "☐"
        tapped = _tapped(picked, customer.code)
        again = {"codes": args["codes"], "picked": ",".join(tapped)}
        label = f"{mark} {customer_cards.line(customer)}"
        options.append(Button(label, "duplicate.choose", again))
    buttons = []
    if 2 <= len(picked) <= MOST_CODES:
        reported = {"codes": ",".join(picked)}
        buttons.append(
            Button(
                _("ส่งให้ผู้ดูแลระบบ"),
                "duplicate.report",
                reported,
                once=True,
            )
        )
    question = _("แตะรหัสที่เป็นรายเดียวกัน 2 ถึง 5 รหัส")
    return Reply(
        (
            Choice(
                question,
                tuple(options),
                tuple(buttons),
            ),
        )
    )


def _tapped(picked: Sequence[str], code: str) -> list[str]:
    """What is picked once this code is tapped: with it, or without it."""
    if code in picked:
        return [each for each in picked if each != code]
    return [*picked, code]


@action("duplicate.report", in_place=True)
async def report_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Sends the report of the codes that were picked."""
    return await _report(ctx, args["codes"].split(","))


@action("duplicate.of", in_place=True)
async def of_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Shows the customers that may be the same as this one, to choose from."""
    customer = await customers.get_customer(ctx.db, args["code"])
    code = customer.code
    ctx.audit("customer.read", code)
    hits = await search.find_likely_duplicates(ctx.db, ctx.words, customer)
    if not hits:
        return say(_("ไม่พบรายที่คล้ายกัน · พิมพ์ รหัสซ้ำ %(code)s ตามด้วยรหัสอื่นเพื่อรายงาน", code=code))
    codes = [code, *(hit.customer.code for hit in hits)]
    return await choose_pressed(ctx, {"codes": ",".join(codes), "picked": code})


async def _report(ctx: Context, codes: Sequence[str]) -> Reply:
    """Every pair with the code to keep; an administrator decides at once."""
    found = await merges.candidates(ctx, codes)
    keep = recommend(found).keep.customer
    pairs = []
    for one in found:
        if one.customer is not keep:
            score = likeness(keep, one.customer)
            pairs.append(
                pair_of(
                    keep.code,
                    one.customer.code,
                    score,
                    "reported",
                )
            )
    ctx.change(
        partial(
            duplicates.report,
            pairs=pairs,
            by=ctx.staff.id,
            now=ctx.now,
        )
    )
    for code in codes:
        ctx.audit("customer.reported", code)
    if ctx.staff.role.covers(Role.ADMIN):
        return _side_by_side(ctx, found, "")
    name = ctx.staff.name

    def told() -> Reply:
        who = person_label(name)
        return _side_by_side(ctx, found, _("%(who)sรายงานรหัสซ้ำ", who=who))

    key = f"duplicates:{ctx.incoming.platform}:{ctx.incoming.id}"
    ctx.notify(told, key, role=Role.ADMIN)
    listed = ", ".join(codes)
    text = _(
        "✅ ส่งให้ผู้ดูแลระบบแล้ว: %(codes)s · ระหว่างนี้ใช้ %(keep)s",
        codes=listed,
        keep=keep.code,
    )
    return Reply((Paragraph(text, (look_button(keep.code),)),), confirms=True)


def _side_by_side(ctx: Context, found: Sequence[Candidate], title: str) -> Reply:
    """The records beside each other, what is recommended and why, and the decision for each
    pair.
    """
    advice = recommend(found)
    keep = advice.keep.customer.code
    buttons: list[Button] = []
    for one in found:
        if one.customer.code != keep:
            buttons += _decide_buttons(keep, one.customer.code)
    card = Card(
        f"👤 {title or _('รหัสซ้ำ')}",
        tuple(_compared(ctx, found)),
        advice_text(advice, found),
        tuple(buttons),
    )
    return Reply((card,))


def _compared(ctx: Context, found: Sequence[Candidate]) -> Iterator[tuple[str, str]]:
    """Each field with its value in each record; none that is empty in all of them."""
    yield _("รหัส"), " | ".join(one.customer.code for one in found)
    fields = [
        (
            field_label(name),
            _values(ctx, name, found),
        )
        for name in SAID
    ]
    for name, values in (*fields, *beside(found)):
        if any(values):
            yield name, " | ".join(value or "-" for value in values)


def _values(ctx: Context, name: str, found: Sequence[Candidate]) -> list[str]:
    return [field_text(ctx, name, one.customer) for one in found]


def _decide_buttons(keep: str, gone: str) -> tuple[Button, Button]:
    """The merge of a pair, or that they are two."""
    merge = _("รวม %(gone)s เข้ากับ %(keep)s", gone=gone, keep=keep)
    different = _("%(code)s ไม่ใช่รายเดียวกัน", code=gone)
    return (
        Button(merge, "merge.preview", {"codes": f"{keep},{gone}"}),
        Button(
            different,
            "duplicate.different",
            {"one": keep, "other": gone},
        ),
    )


@action("duplicate.list", role=Role.ADMIN)
@action("duplicate.page", role=Role.ADMIN, in_place=True, aside=True)
async def list_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Lists what waits for a decision, page by page."""
    return await _list_open(ctx, int(args.get("page", "0")))


async def _list_open(ctx: Context, page: int) -> Reply:
    """One page of the pairs that wait for a decision, counted from 0."""
    pairs = await duplicates.list_open(ctx.db, PAGE + 1, page * PAGE)
    if not pairs:
        return say(_("ไม่มีคู่ที่รอตัดสิน"))
    count = await duplicates.count_open(ctx.db)
    codes = [code for pair in pairs for code in (pair.one, pair.other)]
    people = await customers.follow_customers(ctx.db, codes)
    options = []
    for pair in pairs[:PAGE]:
        ctx.audit("customer.listed", pair.one)
        ctx.audit("customer.listed", pair.other)
        both = {"codes": f"{pair.one},{pair.other}"}
        options.append(Button(_pair_line(pair, people), "merge.preview", both))
    turns = turn_buttons(
        "duplicate.page",
        {},
        page,
        more=len(pairs) > PAGE,
    )
    question = _("👤 อาจเป็นรายเดียวกัน %(count)s คู่", count=count)
    return Reply(
        (
            Choice(
                question,
                tuple(options),
                tuple(turns),
            ),
        )
    )


def _pair_line(pair: Pair, people: Mapping[str, Customer]) -> str:
    """`C81554 = C83997 · กมลชนก รัตนพิทักษ์ · คล้าย 90%`"""
    one = people[pair.one].name
    other = people[pair.other].name
    names = f"{one} / {other}"
    if fold(one) == fold(other):
        # The same name, one of them perhaps with a title.
        names = max(one, other, key=len)
    why = _("คล้าย %(score)s%%", score=pair.score)
    if pair.reported_by is not None:
        why = _("มีผู้รายงาน")
    return f"{pair.one} = {pair.other} · {names} · {why}"


@action("duplicate.different", role=Role.ADMIN, in_place=True)
async def different_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Writes down that these are two customers; nobody is asked about them again."""
    one = args["one"]
    other = args["other"]
    # Where they were merged meanwhile, that is said instead.
    await merges.candidates(ctx, (one, other))
    await merges.tell_reporter(
        ctx,
        one,
        other,
        same=False,
    )
    decide = partial(
        duplicates.decide_different,
        one=one,
        other=other,
        by=ctx.staff.id,
        now=ctx.now,
    )
    ctx.change(decide)
    ctx.audit("customer.different", one)
    ctx.audit("customer.different", other)
    text = _(
        "✅ จำไว้แล้วว่า %(one)s กับ %(other)s ไม่ใช่รายเดียวกัน",
        one=one,
        other=other,
    )
    following = Button(_("คู่ถัดไป"), "duplicate.list", {})
    return Reply((Paragraph(text, (following,)),), confirms=True)
