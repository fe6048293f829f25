"""Administrators take a merge back here, at any time: both records are as they were, and they are
asked about what was changed since.
"""

from collections.abc import Mapping
from functools import partial

from domain.customers.merging import changed_since, part
from domain.customers.records import Customer
from domain.errors import InvalidInput, NotFound
from domain.staff import Role, StaffId
from domain.text import shorten
from handlers.chat import (
    Button,
    Card,
    Paragraph,
    Reply,
    say,
)
from handlers.customers.merge_text import field_text, look_button
from handlers.desk import Context
from handlers.i18n import _
from handlers.labels import field_label, when
from handlers.registry import action
from handlers.tickets.saves import save_context
from store import merges, staff
from store.customers import records as customers
from store.merges import StoredMerge
from store.owed.placing import place_strays
from store.tickets import records as tickets


async def list_merges(ctx: Context, code: str) -> Reply:
    """Lists the merges in which this code took part; each can be taken back."""
    record = await customers.get_record(ctx.db, code)
    standing = await merges.find_standing(ctx.db, code) if record.merged_into else None
    found = [standing] if standing else await merges.list_standing(ctx.db, code)
    ctx.audit("customer.read", code)
    if not found:
        return say(_("%(code)s ยังไม่เคยรวมกับรหัสอื่น · พิมพ์ /merge ตามด้วย 2 รหัสเพื่อรวม", code=code))
    names = await staff.staff_names(ctx.db)
    lines = []
    buttons = []
    for one in found:
        lines.append((when(one.merged_at), _merge_line(one, names)))
        label = _("ยกเลิกการรวม %(code)s", code=one.merge.merged.code)
        buttons.append(
            Button(
                label,
                "merge.undo",
                {"merge": one.id},
            )
        )
    title = _("การรวมรหัสของ %(code)s", code=code)
    return Reply(
        (
            Card(
                title,
                tuple(lines),
                "",
                tuple(buttons),
            ),
        )
    )


def _merge_line(one: StoredMerge, names: Mapping[StaffId, str]) -> str:
    """`C83997 → C81554 · นก`"""
    pair = f"{one.merge.merged.code} → {one.merge.survivor.code}"
    who = names.get(one.merged_by, "") if one.merged_by is not None else ""
    return " · ".join(filter(None, (pair, who)))


@action("merge.list", role=Role.ADMIN, aside=True)
async def list_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Lists the merges of a customer."""
    return await list_merges(ctx, args["code"])


async def _standing(ctx: Context, merge_id: str) -> tuple[StoredMerge, Customer]:
    """The merge and its survivor as it is now.

    NotFound("merge_gone") where it was taken back; InvalidInput("merge_later", "merge_tied") where
    it lies below a later one."""
    stored = await merges.find_merge(ctx.db, merge_id)
    if stored is None or stored.undone_at is not None:
        raise NotFound("merge_gone")
    now = await customers.get_record(ctx.db, stored.merge.survivor.code)
    if now.merged_into is not None:
        raise InvalidInput(
            "merge_later",
            code=now.code,
            survivor=now.merged_into,
        )
    tied = await merges.find_tied(ctx.db, stored)
    if tied:
        raise InvalidInput("merge_tied", code=tied.merge.merged.code)
    return stored, now


@action("merge.undo", role=Role.ADMIN, in_place=True)
async def undo_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Shows what happens if the merge is taken back, and asks about what was changed since."""
    stored, now = await _standing(ctx, args["merge"])
    survivor = now.code
    merged = stored.merge.merged.code
    ctx.audit("customer.read", survivor)
    lines = await _ticket_lines(ctx, stored, survivor, merged)
    changed = changed_since(stored.merge, now)
    for name in changed:
        label = _("แก้ไขหลังรวม: %(field)s", field=field_label(name))
        lines.append(
            (
                label,
                _present(ctx, name, now),
            )
        )
    buttons = await _undo_buttons(
        ctx,
        stored,
        now,
        changed=bool(changed),
    )
    title = _(
        "ยกเลิกการรวม %(merged)s กับ %(survivor)s",
        merged=merged,
        survivor=survivor,
    )
    return Reply(
        (
            Card(
                f"👤 {title}",
                tuple(lines),
                "",
                tuple(buttons),
            ),
        )
    )


async def _ticket_lines(
    ctx: Context,
    stored: StoredMerge,
    survivor: str,
    merged: str,
) -> list[tuple[str, str]]:
    """How many tickets go back with the merged code, and how many stay."""
    moved = await merges.list_moved(ctx.db, stored.id, "ticket")
    here = await tickets.get_tickets(ctx.db, moved)
    back = sum(ticket.customer == survivor for ticket in here.values())
    stay = await tickets.count_by_customer(ctx.db, survivor) - back
    return [
        (_("กลับไปที่ %(code)s", code=merged), _("ใบงาน %(count)s ใบ", count=back)),
        (_("อยู่ที่ %(code)s", code=survivor), _("ใบงาน %(count)s ใบ", count=stay)),
    ]


async def _undo_buttons(
    ctx: Context,
    stored: StoredMerge,
    now: Customer,
    *,
    changed: bool,
) -> list[Button]:
    """Taking it back; where something was changed since, with or without that."""
    undo = {"merge": stored.id, "version": str(now.version)}
    kept = {**undo, "keep": "1"}
    restored = {**undo, "keep": ""}
    if not changed:
        buttons = [
            Button(
                _("ยืนยันยกเลิกการรวม"),
                "merge.part",
                kept,
                once=True,
            )
        ]
    else:
        buttons = [
            Button(
                _("ยกเลิกการรวม เก็บค่าที่แก้ภายหลัง"),
                "merge.part",
                kept,
                once=True,
            )
        ]
        # With a merge in between, the values before this one are no longer the survivor's own.
        if not await merges.has_others_since(ctx.db, stored):
            label = _("ยกเลิกการรวม คืนค่าก่อนรวม")
            buttons.append(
                Button(
                    label,
                    "merge.part",
                    restored,
                    once=True,
                )
            )
    buttons.append(
        Button(
            _("ไม่ยกเลิก"),
            "customer.show",
            {"code": now.code},
        )
    )
    return buttons


def _present(ctx: Context, name: str, customer: Customer) -> str:
    """A field of the survivor as people read it; `-` where it is empty."""
    if name == "address":
        return " | ".join(shorten(address.text, 60) for address in customer.addresses) or "-"
    if name == "contacts":
        return " · ".join(contact.name for contact in customer.contacts) or "-"
    return field_text(ctx, name, customer) or "-"


@action("merge.part", role=Role.ADMIN, in_place=True)
async def part_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Takes the merge back as was decided, if the survivor still is as it was shown."""
    stored, now = await _standing(ctx, args["merge"])
    if str(now.version) != args["version"]:
        return await undo_pressed(ctx, args)
    parted = part(stored.merge, now, keep=bool(args["keep"]))
    change = partial(
        merges.unmerge,
        stored=stored,
        now_survivor=now,
        parted=parted,
        by=ctx.staff.id,
        now=ctx.now,
    )
    ctx.change(change)
    survivor = now.code
    merged = stored.merge.merged.code
    parting = partial(
        place_strays,
        customers=(survivor, merged),
        context=save_context(ctx, ctx.staff.id),
    )
    ctx.change(parting)
    ctx.audit("customer.unmerged", merged)
    ctx.audit("customer.changed", survivor)
    text = _(
        "✅ บันทึกข้อมูลเรียบร้อย %(merged)s และ %(survivor)s แยกกันแล้ว",
        merged=merged,
        survivor=survivor,
    )
    buttons = (look_button(merged), look_button(survivor))
    return Reply((Paragraph(text, buttons),), confirms=True)
