"""The list of changes of a customer (DOMAIN.md section 2.4), and taking the last one back."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from domain.errors import Conflict
from domain.staff import Role
from handlers.chat import Button, Card, Paragraph, Reply, say, turn_buttons
from handlers.customers import cards as customer_cards
from handlers.desk import Context
from handlers.i18n import _
from handlers.records import changes as change_text
from handlers.registry import action
from store.customers import records as customers
from store.customers import revisions
from store.records import changes

PAGE = 8


@action("customer.more")
async def more_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """What is wanted of a customer now and then."""
    customer = await customers.get_customer(ctx.db, args["code"])
    ctx.audit("customer.named", customer.code)
    code = {"code": customer.code}
    buttons = [
        Button(_("ผู้ติดต่อ (%(count)s)", count=len(customer.contacts)), "customer.contacts", code),
        Button(_("ที่อยู่ (%(count)s)", count=len(customer.addresses)), "customer.addresses", code),
        Button(_("รายการแก้ไข"), "customer.changes", code),
        Button(_("รายงานรหัสซ้ำ"), "duplicate.of", code),
    ]
    if ctx.staff.role.covers(Role.ADMIN):
        buttons.append(Button(_("การรวมรหัส"), "merge.list", code))
    return say(f"👤 {customer.code} {customer_cards.shown_name(customer)}", *buttons)


@action("customer.changes", in_place=True)
async def changes_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Who changed what, the newest first; the last change can be taken back."""
    customer = await customers.get_customer(ctx.db, args["code"])
    ctx.audit("customer.read", customer.code)
    page = int(args.get("page", "0"))
    lines = (await change_text.lines(ctx, await changes.list_changes(ctx.db, customer.code)))[::-1]
    buttons = []
    if await revisions.find(ctx.db, customer.code, customer.version - 1):
        buttons.append(
            Button(_("เลิกการแก้ไขล่าสุด"), "customer.undo", _at(customer.code, customer.version))
        )
    more = len(lines) > (page + 1) * PAGE
    buttons += turn_buttons("customer.changes", {"code": customer.code}, page, more=more)
    buttons.append(Button(_("ผู้รับบริการ"), "customer.show", {"code": customer.code}))
    title = _(
        "รายการแก้ไข · %(customer)s",
        customer=f"{customer.code} {customer_cards.shown_name(customer)}",
    )
    shown = tuple(lines[page * PAGE : (page + 1) * PAGE])
    return Reply((Card(title, shown, "" if shown else _("ยังไม่มีการแก้ไข"), tuple(buttons)),))


def _at(code: str, version: int) -> dict[str, str]:
    return {"code": code, "version": str(version)}


@action("customer.undo", in_place=True)
async def undo_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Take the last change back, by a change that can be taken back too; Conflict where it is not
    the last.
    """
    customer = await customers.get_customer(ctx.db, args["code"])
    before = await revisions.find(ctx.db, customer.code, customer.version - 1)
    if before is None or str(customer.version) != args["version"] or customer.code != args["code"]:
        raise Conflict("not_last", code=customer.code)
    for change in await changes.list_changes(ctx.db, customer.code, customer.version - 1):
        if change.field in ("merged", "merged_into"):
            raise Conflict("undo_merge", code=customer.code)
    restored = replace(before, created_at=customer.created_at, version=customer.version)
    ctx.change(
        partial(customers.update_customer, old=customer, new=restored, by=ctx.staff.id, now=ctx.now)
    )
    ctx.audit("customer.changed", customer.code)
    done = Paragraph(
        _("✅ บันทึกข้อมูลเรียบร้อย %(code)s กลับเป็นค่าก่อนแก้ไขล่าสุดแล้ว", code=customer.code),
        (customer_cards.undo_button(customer.code, customer.version + 1),),
    )
    return Reply((done, await customer_cards.card(ctx, restored)), confirms=True)
