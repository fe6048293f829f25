"""Administrators merge two customers here: a preview shows each field, then the merge is done."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from domain.customers.fields import SAID
from domain.customers.merging import (
    Candidate,
    Union,
    differing,
    recommend,
    unite,
)
from domain.customers.records import Customer
from domain.errors import InvalidInput
from domain.staff import Role
from domain.text import shorten
from domain.tickets.references import ReferenceKind, are_codes, find_references, take_reference
from handlers.chat import (
    Button,
    Card,
    Paragraph,
    Reply,
    say,
)
from handlers.customers.merge_text import advice_text, field_text, latest_text, look_button
from handlers.customers.unmerging import list_merges
from handlers.desk import Context
from handlers.i18n import _
from handlers.labels import field_label, person_label
from handlers.registry import action, command
from handlers.tickets.saves import save_context
from store import merges
from store.customers import duplicates
from store.customers import records as customers
from store.engine.database import Tx
from store.owed.placing import place_merged
from store.tickets import records as tickets

CONTACTS = 8
ADDRESSES = 5
"""So many of the survivor's are shown in a preview."""


def typed_codes(text: str) -> list[str]:
    """Returns the customer codes that were typed, each once."""
    return [one.value for one in find_references(text) if one.kind is ReferenceKind.CUSTOMER]


def fits_codes(text: str) -> bool:
    """Says whether nothing is typed behind a command, or only customer codes."""
    return not text or are_codes(text)


@command(
    "merge",
    "รวมผู้รับบริการ",
    "รวมรหัส",
    about="รวมรหัสซ้ำเป็นรายเดียว",
    fits=fits_codes,
    role=Role.ADMIN,
)
async def merge(ctx: Context, args: str) -> Reply:
    """Shows the preview of a merge for two codes; for one code its merges, which can be taken back.
    Raises InvalidInput("merge_self", "merge_codes").
    """
    codes = typed_codes(args)
    taken = take_reference(args, ReferenceKind.CUSTOMER)
    if taken and len(codes) == 1:
        # The same code twice.
        if typed_codes(taken[1]):
            raise InvalidInput("merge_self")
        return await list_merges(ctx, codes[0])
    if len(codes) != 2:
        raise InvalidInput("merge_codes")
    return await preview(ctx, codes)


async def candidates(ctx: Context, codes: Sequence[str]) -> list[Candidate]:
    """Returns the records of exactly these codes with their tickets. Raises NotFound("customer"),
    InvalidInput("already_merged").
    """
    found = []
    for code in codes:
        customer = await customers.get_record(ctx.db, code)
        if customer.merged_into is not None:
            survivor = await customers.get_customer(ctx.db, code)
            raise InvalidInput("already_merged", code=code, survivor=survivor.code)
        # The record with the latest ticket is the one to keep (DOMAIN.md section 7).
        latest = await tickets.list_by_customer(ctx.db, code, 1)
        count = await tickets.count_by_customer(ctx.db, code)
        latest_at = latest[0].created_at if latest else None
        found.append(Candidate(customer, count, latest_at))
        ctx.audit("customer.read", code)
    return found


async def preview(
    ctx: Context,
    codes: Sequence[str],
    keep: str = "",
    take: Sequence[str] = (),
    note: str = "",
) -> Reply:
    """Shows what the merge of these two would make, with a button for each choice.

    `keep` = the code to keep, by default the recommended one; `take` = the fields whose value is
    the other's; `note` = what is said first."""
    found = await candidates(ctx, codes)
    advice = recommend(found)
    kept = next((one for one in found if one.customer.code == keep), advice.keep)
    gone = next(one for one in found if one is not kept)
    survivor = kept.customer
    merged = gone.customer
    union = unite(survivor, merged, frozenset(take))
    lines = [
        *_field_lines(ctx, survivor, merged, union),
        *_united_lines(kept, gone, union.customer),
    ]
    title = _(
        "รวม %(merged)s เข้ากับ %(survivor)s",
        merged=merged.code,
        survivor=survivor.code,
    )
    notes = [
        note,
        advice_text(advice, found),
        _(
            "รหัส %(code)s ยังค้นหาได้และจะพาไปที่ %(survivor)s",
            code=merged.code,
            survivor=survivor.code,
        ),
    ]
    buttons = _preview_buttons(survivor, merged, take)
    card = Card(
        f"👤 {title}",
        tuple(lines),
        "\n".join(filter(None, notes)),
        buttons,
    )
    return Reply((card,))


def _preview_buttons(
    survivor: Customer, merged: Customer, take: Sequence[str]
) -> tuple[Button, ...]:
    """The merge, the choice of each field that differs, the other code, and that they are two."""
    args = {"keep": survivor.code, "gone": merged.code, "take": ",".join(take)}
    # Merged only while both records are as they are shown.
    shown = {"keep_version": str(survivor.version), "gone_version": str(merged.version)}
    do = Button(
        _("รวมเป็น %(code)s", code=survivor.code),
        "merge.do",
        {**args, **shown},
        once=True,
    )
    choices = []
    for name in differing(survivor, merged):
        other = survivor if name in take else merged
        label = _(
            "%(field)s: ใช้ของ %(code)s",
            field=field_label(name),
            code=other.code,
        )
        choices.append(
            Button(
                label,
                "merge.take",
                {**args, "field": name},
            )
        )
    swap = Button(
        _("เก็บ %(code)s แทน", code=merged.code),
        "merge.swap",
        args,
    )
    pair = {"one": survivor.code, "other": merged.code}
    different = Button(_("ไม่ใช่รายเดียวกัน"), "duplicate.different", pair)
    return (do, *choices, swap, different)


def _field_lines(
    ctx: Context,
    survivor: Customer,
    merged: Customer,
    union: Union,
) -> list[tuple[str, str]]:
    """Each field of the survivor after the merge, and what it loses by it."""
    lines = []
    for name in SAID:
        one = field_text(ctx, name, survivor)
        other = field_text(ctx, name, merged)
        chosen = field_text(ctx, name, union.customer)
        if not one and not other:
            continue
        text = chosen
        if other and not one:
            text = chosen + _(" (จาก %(code)s)", code=merged.code)
        elif one and other and one != other:
            left, code = (one, survivor.code) if chosen == other else (other, merged.code)
            text = _(
                "%(chosen)s · ไม่ใช้ %(left)s (%(code)s)",
                chosen=chosen,
                left=left,
                code=code,
            )
        lines.append((field_label(name), text))
    return lines


def _united_lines(kept: Candidate, gone: Candidate, after: Customer) -> list[tuple[str, str]]:
    """The survivor's contacts and addresses after the merge, and the tickets of both."""
    contacts = [contact.name for contact in after.contacts[:CONTACTS]]
    addresses = [shorten(address.text, 100) for address in after.addresses[:ADDRESSES]]
    counts = []
    for one in (kept, gone):
        count = _(
            "%(code)s %(count)s ใบ",
            code=one.customer.code,
            count=one.tickets,
        )
        counts.append(count + latest_text(one))
    lines = [
        (field_label("contacts"), " · ".join(contacts)),
        (field_label("address"), "\n".join(addresses)),
        (_("ใบงาน"), " · ".join(counts)),
    ]
    return [line for line in lines if line[1]]


@action("merge.preview", role=Role.ADMIN)
async def preview_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Shows the preview of a pair, from a list or a report."""
    return await preview(ctx, args["codes"].split(","))


def _taken(args: Mapping[str, str]) -> set[str]:
    """The fields whose value is the other's so far."""
    return set(filter(None, args["take"].split(",")))


@action("merge.take", role=Role.ADMIN, in_place=True)
async def take_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Takes the other record's value of one field, or leaves it again."""
    take = _taken(args) ^ {args["field"]}
    return await preview(
        ctx,
        (args["keep"], args["gone"]),
        args["keep"],
        sorted(take),
    )


@action("merge.swap", role=Role.ADMIN, in_place=True, aside=True)
async def swap_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Keeps the other code; the values that were chosen stay chosen."""
    kept, gone = await candidates(ctx, (args["keep"], args["gone"]))
    # Seen from the other record: what was the other's value is its own one now.
    before = _taken(args)
    take = [name for name in differing(kept.customer, gone.customer) if name not in before]
    return await preview(
        ctx,
        (args["gone"], args["keep"]),
        args["gone"],
        take,
    )


@action("merge.do", role=Role.ADMIN, in_place=True)
async def do_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Merges the two, if both records still are as the preview showed them."""
    take = list(filter(None, args["take"].split(",")))
    kept, gone = await candidates(ctx, (args["keep"], args["gone"]))
    survivor = kept.customer
    merged = gone.customer
    if (str(survivor.version), str(merged.version)) != (args["keep_version"], args["gone_version"]):
        note = _("⚠️ ข้อมูลเพิ่งถูกแก้ไข ดูอีกครั้งก่อนรวม")
        return await preview(
            ctx,
            (survivor.code, merged.code),
            survivor.code,
            take,
            note,
        )
    merge_id = f"{ctx.incoming.platform}:{ctx.incoming.id}"
    await _merge(ctx, survivor, merged, take, merge_id)
    text = _(
        "✅ บันทึกข้อมูลเรียบร้อย รวม %(merged)s เข้ากับ %(survivor)s แล้ว · ย้ายใบงาน %(count)s ใบ",
        merged=merged.code,
        survivor=survivor.code,
        count=gone.tickets,
    )
    buttons = (
        look_button(survivor.code),
        Button(_("ยกเลิกการรวม"), "merge.undo", {"merge": merge_id}),
        Button(_("คู่ถัดไป"), "duplicate.list", {}),
    )
    return Reply((Paragraph(text, buttons),), confirms=True)


async def _merge(
    ctx: Context,
    survivor: Customer,
    merged: Customer,
    take: Collection[str],
    merge_id: str,
) -> None:
    """Has both records written, and tells who reported them."""
    change = partial(
        merges.merge,
        survivor=survivor,
        merged=merged,
        union=unite(survivor, merged, frozenset(take)),
        by=ctx.staff.id,
        now=ctx.now,
        merge_id=merge_id,
    )
    ctx.change(change)
    context = save_context(ctx, ctx.staff.id)

    async def place(tx: Tx) -> None:
        moved = await merges.list_moved(tx, merge_id, "request")
        await place_merged(tx, survivor.code, {int(number) for number in moved}, context)

    ctx.change(place)
    await tell_reporter(
        ctx,
        survivor.code,
        merged.code,
        same=True,
    )
    ctx.audit("customer.merged", merged.code)
    ctx.audit("customer.changed", survivor.code)


async def tell_reporter(
    ctx: Context,
    keep: str,
    gone: str,
    *,
    same: bool,
) -> None:
    """Tells the officer who reported these two what was decided; `same` = they were merged."""
    pair = await duplicates.find_pair(ctx.db, keep, gone)
    if pair is None or pair.state != "reported" or pair.reported_by in (None, ctx.staff.id):
        return
    name = ctx.staff.name

    def make() -> Reply:
        codes = {"who": person_label(name), "keep": keep, "gone": gone}
        if same:
            text = _("👤 %(who)sรวม %(gone)s เข้ากับ %(keep)s ตามที่คุณรายงานแล้ว", **codes)
        else:
            text = _("👤 %(who)sตัดสินว่า %(gone)s กับ %(keep)s ไม่ใช่รายเดียวกัน", **codes)
        return say(text, look_button(keep))

    key = f"decided:{ctx.incoming.platform}:{ctx.incoming.id}"
    ctx.notify(make, key, staff_id=pair.reported_by)
