"""Codes that may be one customer: reported by officers, proposed at night, decided by
administrators.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial
from heapq import nlargest

from domain.customers.merging import FIELDS, LIKELY, Candidate, likeness, recommend
from domain.customers.records import Customer
from domain.dates.days import BANGKOK
from domain.errors import InvalidInput
from domain.staff import Role
from domain.text import fold
from handlers.chat import Button, Card, Choice, Paragraph, Reply, say, turn_buttons
from handlers.customers import cards as customer_cards
from handlers.customers import merges
from handlers.desk import Context, Work
from handlers.i18n import _
from handlers.labels import field_label, person_label
from handlers.registry import action, command, due
from store import due as due_store
from store.customers import duplicates
from store.customers import records as customers
from store.customers.duplicates import Pair, pair_of
from store.due import Due
from store.search import customers as search

PAGE = 8
MOST_CODES = 5
BATCH = 200
MOST_PAIRS = 500
MOST_CHANGED = 1000
"""Customers whose names are compared in one go; the rest has its turn a moment later, or the next
night.
"""
FIRST_LOOK = timedelta(days=1)
OVERLAP = timedelta(hours=1)
"""What changed while the last walk went on is looked at by the next."""
NEAR = "duplicates.near"
NIGHT, MORNING = time(2, 0), 6
PAUSE = timedelta(seconds=10)

# Reporting.


@command(
    "duplicates", "รหัสซ้ำ", "รายงานรหัสซ้ำ", about="รายงานรหัสซ้ำ หรือดูคู่ที่รอตัดสิน", fits=merges.fits_codes
)
async def report(ctx: Context, args: str) -> Reply:
    """Codes: report them to the administrators. None: an administrator sees what waits for a
    decision.
    """
    codes = merges.typed_codes(args)
    if not args and ctx.staff.role.covers(Role.ADMIN):
        return await _list_open(ctx, 0)
    if not 2 <= len(codes) <= MOST_CODES:
        raise InvalidInput("duplicate_codes")
    return await _report(ctx, codes)


@action("duplicate.choose", in_place=True)
async def choose_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Which of the customers that were found are one: tapped on and off."""
    codes = args["codes"].split(",")
    picked = [code for code in args.get("picked", "").split(",") if code]
    options = []
    for customer in await customers.list_customers(ctx.db, codes):
        ctx.audit("customer.listed", customer.code)
        on = customer.code in picked
        after = (
            [code for code in picked if code != customer.code] if on else [*picked, customer.code]
        )
        again = {"codes": args["codes"], "picked": ",".join(after)}
        options.append(
            Button(
                f"{'☑' if on else '☐'} {customer_cards.line(customer)}", "duplicate.choose", again
            )
        )
    buttons = []
    if 2 <= len(picked) <= MOST_CODES:
        buttons.append(
            Button(_("ส่งให้ผู้ดูแลระบบ"), "duplicate.report", {"codes": ",".join(picked)}, once=True)
        )
    return Reply((Choice(_("แตะรหัสที่เป็นรายเดียวกัน 2 ถึง 5 รหัส"), tuple(options), tuple(buttons)),))


@action("duplicate.report", in_place=True)
async def report_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Send the report."""
    return await _report(ctx, args["codes"].split(","))


@action("duplicate.of", in_place=True)
async def of_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The customers that may be the same as this one, to choose from."""
    customer = await customers.get_customer(ctx.db, args["code"])
    ctx.audit("customer.read", customer.code)
    others = [
        hit.customer.code
        for hit in await search.find_likely_duplicates(ctx.db, ctx.words, customer)
    ]
    if not others:
        return say(
            _("ไม่พบรายที่คล้ายกัน · พิมพ์ รหัสซ้ำ %(code)s ตามด้วยรหัสอื่นเพื่อรายงาน", code=customer.code)
        )
    return await choose_pressed(
        ctx, {"codes": ",".join((customer.code, *others)), "picked": customer.code}
    )


async def _report(ctx: Context, codes: Sequence[str]) -> Reply:
    """Every pair with the code to keep; an administrator decides at once."""
    found = await merges.candidates(ctx, codes)
    keep = recommend(found).keep.customer
    pairs = [
        pair_of(keep.code, one.customer.code, likeness(keep, one.customer), "reported")
        for one in found
        if one.customer is not keep
    ]
    ctx.change(partial(duplicates.report, pairs=pairs, by=ctx.staff.id, now=ctx.now))
    for code in codes:
        ctx.audit("customer.reported", code)
    if ctx.staff.role.covers(Role.ADMIN):
        return _side_by_side(ctx, found, "")
    name = ctx.staff.name
    key = f"duplicates:{ctx.incoming.platform}:{ctx.incoming.id}"
    ctx.notify(
        lambda: _side_by_side(ctx, found, _("%(who)sรายงานรหัสซ้ำ", who=person_label(name))),
        key,
        role=Role.ADMIN,
    )
    text = _(
        "✅ ส่งให้ผู้ดูแลระบบแล้ว: %(codes)s · ระหว่างนี้ใช้ %(keep)s", codes=", ".join(codes), keep=keep.code
    )
    follow = Button(_("ดู %(code)s", code=keep.code), "customer.show", {"code": keep.code})
    return Reply((Paragraph(text, (follow,)),), confirms=True)


def _side_by_side(ctx: Context, found: Sequence[Candidate], title: str) -> Reply:
    """The records beside each other, what is recommended and why, and the decision for each
    pair.
    """
    advice = recommend(found)
    keep = advice.keep.customer
    lines = [(_("รหัส"), " | ".join(one.customer.code for one in found))]
    for name in FIELDS:
        values = [merges.field_text(ctx, name, one.customer) for one in found]
        if any(values):
            lines.append((field_label(name), " | ".join(value or "-" for value in values)))
    for name, values in merges.beside(found):
        lines.append((name, " | ".join(value or "-" for value in values)))
    buttons = []
    for one in found:
        if one.customer is not keep:
            codes = f"{keep.code},{one.customer.code}"
            label = _("รวม %(gone)s เข้ากับ %(keep)s", gone=one.customer.code, keep=keep.code)
            buttons.append(Button(label, "merge.preview", {"codes": codes}))
            pair = {"one": keep.code, "other": one.customer.code}
            label = _("%(code)s ไม่ใช่รายเดียวกัน", code=one.customer.code)
            buttons.append(Button(label, "duplicate.different", pair))
    title = f"👤 {title or _('รหัสซ้ำ')}"
    return Reply((Card(title, tuple(lines), merges.advice_text(advice, found), tuple(buttons)),))


# Deciding.


@action("duplicate.list", role=Role.ADMIN)
@action("duplicate.page", role=Role.ADMIN, in_place=True)
async def list_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """What waits for a decision, page by page."""
    return await _list_open(ctx, int(args.get("page", "0")))


async def _list_open(ctx: Context, page: int) -> Reply:
    pairs = await duplicates.list_open(ctx.db, PAGE + 1, page * PAGE)
    if not pairs:
        return say(_("ไม่มีคู่ที่รอตัดสิน"))
    count = await duplicates.count_open(ctx.db)
    people = await customers.follow_customers(
        ctx.db, [code for pair in pairs for code in (pair.one, pair.other)]
    )
    options = []
    for pair in pairs[:PAGE]:
        ctx.audit("customer.listed", pair.one)
        ctx.audit("customer.listed", pair.other)
        options.append(
            Button(_pair_line(pair, people), "merge.preview", {"codes": f"{pair.one},{pair.other}"})
        )
    buttons = turn_buttons("duplicate.page", {}, page, more=len(pairs) > PAGE)
    return Reply(
        (Choice(_("👤 อาจเป็นรายเดียวกัน %(count)s คู่", count=count), tuple(options), tuple(buttons)),)
    )


def _pair_line(pair: Pair, people: Mapping[str, Customer]) -> str:
    one, other = people[pair.one], people[pair.other]
    same = fold(one.name) == fold(other.name)
    names = max(one.name, other.name, key=len) if same else f"{one.name} / {other.name}"
    reported = (
        _("มีผู้รายงาน") if pair.reported_by is not None else _("คล้าย %(score)s%%", score=pair.score)
    )
    return f"{pair.one} = {pair.other} · {names} · {reported}"


@action("duplicate.different", role=Role.ADMIN, in_place=True)
async def different_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """These are two: nobody is asked about them again."""
    one, other = args["one"], args["other"]
    await merges.candidates(
        ctx, (one, other)
    )  # where they were merged meanwhile, that is said instead
    await merges.tell_reporter(ctx, one, other, same=False)
    ctx.change(
        partial(duplicates.decide_different, one=one, other=other, by=ctx.staff.id, now=ctx.now)
    )
    ctx.audit("customer.different", one)
    ctx.audit("customer.different", other)
    text = _("✅ จำไว้แล้วว่า %(one)s กับ %(other)s ไม่ใช่รายเดียวกัน", one=one, other=other)
    return Reply((Paragraph(text, (Button(_("คู่ถัดไป"), "duplicate.list", {}),)),), confirms=True)


# At night.


@due("duplicates.find", silent=True, daily_at=NIGHT, workdays=False)
async def find_at_night(work: Work, rows: Sequence[Due]) -> None:
    """Walk through the register for pairs that share a telephone, an e-mail or a name; then look at
    what changed.
    """
    since = await due_store.last_done(work.db, "duplicates.find") or work.now - FIRST_LOOK
    best: list[Pair] = []
    after = ""
    while True:
        alike, last = await duplicates.list_alike(work.db, after, BATCH)
        if not last:
            break
        best = _likeliest({*best, *await _new(work, await _weighed(work, alike))}, MOST_PAIRS)
        after = last
        await asyncio.sleep(0)  # a chat goes first
    work.change(partial(duplicates.propose, pairs=best, now=work.now))
    work.change(partial(due_store.plan, rows=[_look(since - OVERLAP, "", work.now)]))


def _look(since: datetime, after: str, at: datetime) -> Due:
    """A part of a walk through what changed since a time, to go on after a code."""
    on = at.astimezone(BANGKOK).date()
    return Due(NEAR, "", f"{on} {since.isoformat(timespec='seconds')} {after}", at)


@due(NEAR, silent=True)
async def look_at_changed(work: Work, rows: Sequence[Due]) -> None:
    """Look for names like those of the customers who changed, so many at a time, for as many nights
    as it takes.
    """
    now = work.now.astimezone(BANGKOK)
    midnight = datetime.combine(now.date(), time(), BANGKOK)
    next_night = datetime.combine(now.date() + timedelta(days=1), NIGHT, BANGKOK)
    room = MOST_PAIRS - await duplicates.count_open(work.db, midnight)
    for row in rows:
        _on, text, after = row.occurrence.split(" ")
        since = datetime.fromisoformat(text)
        if now.hour >= MORNING or room <= 0:
            work.change(partial(due_store.plan, rows=[_look(since, after, next_night)]))
            continue
        codes = await duplicates.list_changed(work.db, after, MOST_CHANGED, since)
        found = await _like(work, codes)
        work.change(partial(duplicates.propose, pairs=_likeliest(found, room), now=work.now))
        room -= len(found)
        if room < 0:
            work.change(partial(due_store.plan, rows=[_look(since, after, next_night)]))
        elif len(codes) == MOST_CHANGED:
            # A while later, so that what else is due comes in between.
            work.change(partial(due_store.plan, rows=[_look(since, codes[-1], work.now + PAUSE)]))


async def _like(work: Work, codes: Sequence[str]) -> set[Pair]:
    """New pairs of these customers with others whose names are like theirs."""
    found: set[Pair] = set()
    for code in codes:
        found |= await _new(work, await _near_names(work, code))
    return found


async def _new(work: Work, pairs: Sequence[Pair]) -> set[Pair]:
    """Those that the office does not know."""
    known = await duplicates.list_known(work.db, sorted({pair.one for pair in pairs}))
    return {pair for pair in pairs if (pair.one, pair.other) not in known}


def _likeliest(pairs: Iterable[Pair], most: int) -> list[Pair]:
    return nlargest(most, pairs, key=lambda pair: (pair.score, pair.one, pair.other))


async def _weighed(work: Work, alike: Sequence[tuple[str, str]]) -> list[Pair]:
    people = await customers.follow_customers(
        work.db, sorted({code for pair in alike for code in pair})
    )
    pairs = []
    for one, other in alike:
        if (
            one in people
            and other in people
            and people[one].code == one
            and people[other].code == other
        ):
            pairs.append(pair_of(one, other, likeness(people[one], people[other]), "alike"))
    return [pair for pair in pairs if pair.score >= LIKELY]


async def _near_names(work: Work, code: str) -> list[Pair]:
    customer = await customers.get_record(work.db, code)
    if customer.merged_into is not None:
        return []
    hits = await search.find_likely_duplicates(work.db, work.words, replace(customer, contacts=()))
    pairs = [
        pair_of(code, hit.customer.code, likeness(customer, hit.customer), "alike") for hit in hits
    ]
    return [pair for pair in pairs if pair.score >= LIKELY and pair.one != pair.other]


@due("duplicates.tell", daily_at=time(8, 45))
async def tell_in_the_morning(work: Work, rows: Sequence[Due]) -> None:
    """The administrators hear of new pairs once; silent when there are none."""
    since = await due_store.last_done(work.db, "duplicates.tell")
    new = await duplicates.count_open(work.db, since)
    if not new:
        return
    everything = await duplicates.count_open(work.db)

    def make() -> Reply:
        text = _(
            "👤 ระบบพบคู่ที่อาจเป็นรายเดียวกัน %(new)s คู่ รอตัดสินทั้งหมด %(count)s คู่",
            new=new,
            count=everything,
        )
        return say(text, Button(_("ดูคู่ที่รอตัดสิน"), "duplicate.list", {}))

    work.notify(make, f"duplicates:{rows[-1].occurrence}", role=Role.ADMIN)
