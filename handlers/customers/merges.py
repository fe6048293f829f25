"""Merging customers: preview field by field, merge, and take it back at any time. For
administrators.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from domain.customers.merging import (
    FIELDS,
    Candidate,
    Recommendation,
    changed_since,
    differing,
    part,
    recommend,
    unite,
)
from domain.customers.phones import format_phone
from domain.customers.records import Customer
from domain.dates.days import BANGKOK, format_date
from domain.errors import InvalidInput, NotFound
from domain.staff import Role, StaffId
from domain.text import shorten
from domain.tickets.references import ReferenceKind, are_codes, find_references, take_reference
from handlers.chat import Button, Card, Paragraph, Reply, say
from handlers.desk import Context
from handlers.i18n import _
from handlers.labels import field_label, person_label, value_label, when
from handlers.registry import action, command
from store import merges, staff
from store.customers import duplicates
from store.customers import records as customers
from store.merges import StoredMerge
from store.tickets import records as tickets


def typed_codes(text: str) -> list[str]:
    """The customer codes that were typed, each once."""
    return [one.value for one in find_references(text) if one.kind is ReferenceKind.CUSTOMER]


def fits_codes(text: str) -> bool:
    """Whether nothing is typed behind a command, or customer codes."""
    return not text or are_codes(text)


@command(
    "merge", "รวมผู้รับบริการ", "รวมรหัส", about="รวมรหัสซ้ำเป็นรายเดียว", fits=fits_codes, role=Role.ADMIN
)
async def merge(ctx: Context, args: str) -> Reply:
    """Two codes: the preview of their merge. One: its merges, to be taken back."""
    codes = typed_codes(args)
    taken = take_reference(args, ReferenceKind.CUSTOMER)
    if taken and len(codes) == 1:
        if typed_codes(taken[1]):
            raise InvalidInput("merge_self")
        return await _list_merges(ctx, codes[0])
    if len(codes) != 2:
        raise InvalidInput("merge_codes")
    return await preview(ctx, codes)


# Before.


async def candidates(ctx: Context, codes: Sequence[str]) -> list[Candidate]:
    """The records of exactly these codes, with their tickets; NotFound("customer"),
    InvalidInput("already_merged").
    """
    found = []
    for code in codes:
        customer = await customers.get_record(ctx.db, code)
        if customer.merged_into is not None:
            survivor = (await customers.get_customer(ctx.db, code)).code
            raise InvalidInput("already_merged", code=code, survivor=survivor)
        latest = await tickets.list_by_customer(ctx.db, code, 1)
        count = await tickets.count_by_customer(ctx.db, code)
        found.append(Candidate(customer, count, latest[0].created_at if latest else None))
        ctx.audit("customer.read", code)
    return found


async def preview(
    ctx: Context, codes: Sequence[str], keep: str = "", take: Sequence[str] = (), note: str = ""
) -> Reply:
    """What merging these two would make, with every choice as a button; `keep` is the recommended
    one by default.
    """
    found = await candidates(ctx, codes)
    advice = recommend(found)
    kept = next((one for one in found if one.customer.code == keep), advice.keep)
    gone = next(one for one in found if one is not kept)
    survivor, merged = kept.customer, gone.customer
    union = unite(survivor, merged, frozenset(take))
    lines = [
        line
        for name in FIELDS
        if (line := _field_line(ctx, name, survivor, merged, union.customer))
    ]
    lines += _united_lines(kept, gone, union.customer)
    title = _("รวม %(merged)s เข้ากับ %(survivor)s", merged=merged.code, survivor=survivor.code)
    notes = [
        note,
        advice_text(advice, found),
        _("รหัส %(code)s ยังค้นหาได้และจะพาไปที่ %(survivor)s", code=merged.code, survivor=survivor.code),
    ]
    args = {"keep": survivor.code, "gone": merged.code, "take": ",".join(take)}
    versions = {"keep_version": str(survivor.version), "gone_version": str(merged.version)}
    toggles = [
        Button(
            _toggle_label(name, name in take, survivor, merged),
            "merge.take",
            {**args, "field": name},
        )
        for name in differing(survivor, merged)
    ]
    buttons = (
        Button(
            _("รวมเป็น %(code)s", code=survivor.code), "merge.do", {**args, **versions}, once=True
        ),
        *toggles,
        Button(_("เก็บ %(code)s แทน", code=merged.code), "merge.swap", args),
        Button(
            _("ไม่ใช่รายเดียวกัน"), "duplicate.different", {"one": survivor.code, "other": merged.code}
        ),
    )
    return Reply((Card(f"👤 {title}", tuple(lines), "\n".join(filter(None, notes)), buttons),))


def field_text(ctx: Context, name: str, customer: Customer) -> str:
    """A field of a customer as people read it."""
    value = getattr(customer, name)
    if name == "kind":
        return ctx.desk.configuration.catalogue.type_name(value)
    if name in ("phone", "mobile"):
        return format_phone(value) if value else ""
    return shorten(value_label(name, value or ""), 120)


def _field_line(
    ctx: Context, name: str, survivor: Customer, merged: Customer, after: Customer
) -> tuple[str, str] | None:
    one, other = field_text(ctx, name, survivor), field_text(ctx, name, merged)
    chosen = field_text(ctx, name, after)
    if not one and not other:
        return None
    if not one or not other:
        from_merged = _(" (จาก %(code)s)", code=merged.code) if other else ""
        return field_label(name), chosen + from_merged
    if one == other:
        return field_label(name), one
    left, code = (one, survivor.code) if chosen == other else (other, merged.code)
    return field_label(name), _(
        "%(chosen)s · ไม่ใช้ %(left)s (%(code)s)", chosen=chosen, left=left, code=code
    )


def _united_lines(kept: Candidate, gone: Candidate, after: Customer) -> list[tuple[str, str]]:
    both = (kept, gone)
    counts = " · ".join(
        _("%(code)s %(count)s ใบ", code=one.customer.code, count=one.tickets) + _latest(one)
        for one in both
    )
    lines = [
        (field_label("contacts"), " · ".join(contact.name for contact in after.contacts[:8])),
        (
            field_label("address"),
            "\n".join(shorten(address.text, 100) for address in after.addresses[:5]),
        ),
        (_("ใบงาน"), counts),
    ]
    return [line for line in lines if line[1]]


def beside(found: Sequence[Candidate]) -> list[tuple[str, list[str]]]:
    """What else the advice counts, of each record: contacts, addresses, tickets and when the last
    one was made.
    """
    people = [", ".join(contact.name for contact in one.customer.contacts[:3]) for one in found]
    places = [
        shorten(one.customer.addresses[0].text, 60) if one.customer.addresses else ""
        for one in found
    ]
    counts = [str(one.tickets) + _latest(one) for one in found]
    rows = [
        (field_label("contacts"), people),
        (field_label("address"), places),
        (_("ใบงาน"), counts),
    ]
    return [(name, values) for name, values in rows if any(values)]


def _latest(one: Candidate) -> str:
    if one.latest_at is None:
        return ""
    return _(" ล่าสุด %(date)s", date=format_date(one.latest_at.astimezone(BANGKOK).date()))


def _toggle_label(name: str, taken: bool, survivor: Customer, merged: Customer) -> str:
    code = survivor.code if taken else merged.code
    return _("%(field)s: ใช้ของ %(code)s", field=field_label(name), code=code)


def advice_text(advice: Recommendation, found: Sequence[Candidate]) -> str:
    """Which code to keep and why (DOMAIN.md section 7)."""
    reasons = []
    counts = _(" ต่อ ").join(
        str(one.filled) for one in (advice.keep, *(o for o in found if o is not advice.keep))
    )
    if advice.fuller:
        reasons.append(_("ข้อมูลครบกว่า (%(counts)s รายการ)", counts=counts))
    latest = advice.keep.latest_at
    if advice.later and latest:
        reasons.append(
            _("ใบงานล่าสุดกว่า (%(date)s)", date=format_date(latest.astimezone(BANGKOK).date()))
        )
    elif any(one.latest_at and (latest is None or one.latest_at > latest) for one in found):
        reasons.append(_("แต่ใบงานล่าสุดอยู่ที่รหัสอื่น"))
    if not reasons:
        reasons.append(_("ข้อมูลเท่ากัน เลือกรหัสที่เก่ากว่า"))
    return _(
        "แนะนำให้เก็บ %(code)s: %(reasons)s",
        code=advice.keep.customer.code,
        reasons=", ".join(reasons),
    )


@action("merge.preview", role=Role.ADMIN)
async def preview_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The preview, from a list of pairs or a report."""
    return await preview(ctx, args["codes"].split(","))


@action("merge.take", role=Role.ADMIN, in_place=True)
async def take_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Take the other record's value of one field."""
    take = set(filter(None, args["take"].split(","))) ^ {args["field"]}
    return await preview(ctx, (args["keep"], args["gone"]), args["keep"], sorted(take))


@action("merge.swap", role=Role.ADMIN, in_place=True)
async def swap_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Keep the other code; the values chosen so far stay chosen."""
    found = await candidates(ctx, (args["keep"], args["gone"]))
    before = set(filter(None, args["take"].split(",")))
    take = [name for name in differing(found[0].customer, found[1].customer) if name not in before]
    return await preview(ctx, (args["gone"], args["keep"]), args["gone"], take)


@action("merge.do", role=Role.ADMIN, in_place=True)
async def do_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Merge, if both records still are as the preview showed them."""
    take = list(filter(None, args["take"].split(",")))
    kept, gone = await candidates(ctx, (args["keep"], args["gone"]))
    survivor, merged = kept.customer, gone.customer
    if (str(survivor.version), str(merged.version)) != (args["keep_version"], args["gone_version"]):
        note = _("⚠️ ข้อมูลเพิ่งถูกแก้ไข ดูอีกครั้งก่อนรวม")
        return await preview(ctx, (survivor.code, merged.code), survivor.code, take, note)
    union = unite(survivor, merged, frozenset(take))
    merge_id = f"{ctx.incoming.platform}:{ctx.incoming.id}"
    change = partial(
        merges.merge,
        survivor=survivor,
        merged=merged,
        union=union,
        by=ctx.staff.id,
        now=ctx.now,
        merge_id=merge_id,
    )
    ctx.change(change)
    await tell_reporter(ctx, survivor.code, merged.code, same=True)
    ctx.audit("customer.merged", merged.code)
    ctx.audit("customer.changed", survivor.code)
    text = _(
        "✅ บันทึกข้อมูลเรียบร้อย รวม %(merged)s เข้ากับ %(survivor)s แล้ว · ย้ายใบงาน %(count)s ใบ",
        merged=merged.code,
        survivor=survivor.code,
        count=gone.tickets,
    )
    buttons = (
        Button(_("ดู %(code)s", code=survivor.code), "customer.show", {"code": survivor.code}),
        Button(_("ยกเลิกการรวม"), "merge.undo", {"merge": merge_id}),
        Button(_("คู่ถัดไป"), "duplicate.list", {}),
    )
    return Reply((Paragraph(text, buttons),), confirms=True)


async def tell_reporter(ctx: Context, keep: str, gone: str, *, same: bool) -> None:
    """The officer who reported these two hears what was decided."""
    pair = await duplicates.find_pair(ctx.db, keep, gone)
    if pair is None or pair.state != "reported" or pair.reported_by in (None, ctx.staff.id):
        return
    name = ctx.staff.name

    def make() -> Reply:
        codes = {"who": person_label(name), "keep": keep, "gone": gone}
        merged = _("👤 %(who)sรวม %(gone)s เข้ากับ %(keep)s ตามที่คุณรายงานแล้ว", **codes)
        other = _("👤 %(who)sตัดสินว่า %(gone)s กับ %(keep)s ไม่ใช่รายเดียวกัน", **codes)
        return say(
            merged if same else other,
            Button(_("ดู %(code)s", code=keep), "customer.show", {"code": keep}),
        )

    key = f"decided:{ctx.incoming.platform}:{ctx.incoming.id}"
    ctx.notify(make, key, staff_id=pair.reported_by)


# After.


async def _list_merges(ctx: Context, code: str) -> Reply:
    """The merges that this code took part in, each to be taken back."""
    record = await customers.get_record(ctx.db, code)
    standing = await merges.find_standing(ctx.db, code) if record.merged_into else None
    found = [standing] if standing else await merges.list_standing(ctx.db, code)
    ctx.audit("customer.read", code)
    if not found:
        return say(_("%(code)s ยังไม่เคยรวมกับรหัสอื่น · พิมพ์ /merge ตามด้วย 2 รหัสเพื่อรวม", code=code))
    names = await staff.staff_names(ctx.db)
    lines = tuple((when(one.merged_at), _merge_line(one, names)) for one in found)
    buttons = [
        Button(
            _("ยกเลิกการรวม %(code)s", code=one.merge.merged.code), "merge.undo", {"merge": one.id}
        )
        for one in found
    ]
    return Reply((Card(_("การรวมรหัสของ %(code)s", code=code), lines, "", tuple(buttons)),))


def _merge_line(one: StoredMerge, names: Mapping[StaffId, str]) -> str:
    pair = f"{one.merge.merged.code} → {one.merge.survivor.code}"
    return " · ".join(
        filter(None, (pair, names.get(one.merged_by, "") if one.merged_by is not None else ""))
    )


@action("merge.list", role=Role.ADMIN)
async def list_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The merges of a customer."""
    return await _list_merges(ctx, args["code"])


async def _standing(ctx: Context, merge_id: str) -> tuple[StoredMerge, Customer]:
    """The merge and its survivor as it is now; refuses where it was taken back, or lies below a
    later one.
    """
    stored = await merges.find_merge(ctx.db, merge_id)
    if stored is None or stored.undone_at is not None:
        raise NotFound("merge_gone")
    now = await customers.get_record(ctx.db, stored.merge.survivor.code)
    if now.merged_into is not None:
        raise InvalidInput("merge_later", code=now.code, survivor=now.merged_into)
    if tied := await merges.find_tied(ctx.db, stored):
        raise InvalidInput("merge_tied", code=tied.merge.merged.code)
    return stored, now


@action("merge.undo", role=Role.ADMIN, in_place=True)
async def undo_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Show what taking it back does, and ask about what was changed since."""
    stored, now = await _standing(ctx, args["merge"])
    survivor, merged = now.code, stored.merge.merged.code
    ctx.audit("customer.read", survivor)
    moved = await merges.list_moved(ctx.db, stored.id, "ticket")
    here = await tickets.get_tickets(ctx.db, moved)
    back = sum(ticket.customer == survivor for ticket in here.values())
    stay = await tickets.count_by_customer(ctx.db, survivor) - back
    lines = [
        (_("กลับไปที่ %(code)s", code=merged), _("ใบงาน %(count)s ใบ", count=back)),
        (_("อยู่ที่ %(code)s", code=survivor), _("ใบงาน %(count)s ใบ", count=stay)),
    ]
    changed = changed_since(stored.merge, now)
    lines += [
        (_("แก้ไขหลังรวม: %(field)s", field=field_label(name)), _present(ctx, name, now))
        for name in changed
    ]
    undo = {"merge": stored.id, "version": str(now.version)}
    if changed:
        buttons = [
            Button(_("ยกเลิกการรวม เก็บค่าที่แก้ภายหลัง"), "merge.part", {**undo, "keep": "1"}, once=True)
        ]
        if not await merges.has_others_since(ctx.db, stored):
            buttons.append(
                Button(_("ยกเลิกการรวม คืนค่าก่อนรวม"), "merge.part", {**undo, "keep": ""}, once=True)
            )
    else:
        buttons = [Button(_("ยืนยันยกเลิกการรวม"), "merge.part", {**undo, "keep": "1"}, once=True)]
    buttons.append(Button(_("ไม่ยกเลิก"), "customer.show", {"code": survivor}))
    title = _("ยกเลิกการรวม %(merged)s กับ %(survivor)s", merged=merged, survivor=survivor)
    return Reply((Card(f"👤 {title}", tuple(lines), "", tuple(buttons)),))


def _present(ctx: Context, name: str, customer: Customer) -> str:
    if name == "address":
        return " | ".join(shorten(address.text, 60) for address in customer.addresses) or "-"
    if name == "contacts":
        return " · ".join(contact.name for contact in customer.contacts) or "-"
    return field_text(ctx, name, customer) or "-"


@action("merge.part", role=Role.ADMIN, in_place=True)
async def part_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Take the merge back as was decided, if the survivor still is as it was shown."""
    stored, now = await _standing(ctx, args["merge"])
    if str(now.version) != args["version"]:
        return await undo_pressed(ctx, args)
    parted = part(stored.merge, now, keep=bool(args["keep"]))
    ctx.change(
        partial(
            merges.unmerge,
            stored=stored,
            now_survivor=now,
            parted=parted,
            by=ctx.staff.id,
            now=ctx.now,
        )
    )
    survivor, merged = now.code, stored.merge.merged.code
    ctx.audit("customer.unmerged", merged)
    ctx.audit("customer.changed", survivor)
    text = _(
        "✅ บันทึกข้อมูลเรียบร้อย %(merged)s และ %(survivor)s แยกกันแล้ว", merged=merged, survivor=survivor
    )
    buttons = tuple(
        Button(_("ดู %(code)s", code=code), "customer.show", {"code": code})
        for code in (merged, survivor)
    )
    return Reply((Paragraph(text, buttons),), confirms=True)
