"""The list of a customer's changes (DOMAIN.md section 2.4), and the way to take the last one
back.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from domain.customers.records import Customer
from domain.errors import Conflict
from domain.staff import Role
from handlers.chat import (
    Button,
    Card,
    Paragraph,
    Reply,
    say,
    turn_buttons,
)
from handlers.customers import cards as customer_cards
from handlers.desk import Context
from handlers.i18n import _
from handlers.records import changes as change_text
from handlers.registry import action
from store.customers import records as customers
from store.customers import revisions
from store.records import changes

PAGE = 8


@action("customer.more", further=True)
async def more_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Shows the buttons that are seldom wanted of a customer."""
    customer = await customers.get_customer(ctx.db, args["code"])
    ctx.audit("customer.named", customer.code)
    contacts = _("ผู้ติดต่อ (%(count)s)", count=len(customer.contacts))
    addresses = _("ที่อยู่ (%(count)s)", count=len(customer.addresses))
    code = {"code": customer.code}
    buttons = [
        Button(contacts, "customer.contacts", code),
        Button(addresses, "customer.addresses", code),
        Button(_("รายการแก้ไข"), "customer.changes", code),
        Button(_("รายงานรหัสซ้ำ"), "duplicate.of", code),
    ]
    if ctx.staff.role.covers(Role.ADMIN):
        buttons.append(Button(_("การรวมรหัส"), "merge.list", code))
    return say(f"👤 {_named(customer)}", *buttons)


def _named(customer: Customer) -> str:
    return f"{customer.code} {customer_cards.shown_name(customer)}"


@action("customer.changes", in_place=True, aside=True)
async def changes_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Lists who changed what, the newest first; the last change can be taken back."""
    customer = await customers.get_customer(ctx.db, args["code"])
    ctx.audit("customer.read", customer.code)
    page = int(args.get("page", "0"))
    every = await changes.list_changes(ctx.db, customer.code)
    lines = (await change_text.lines(ctx, every))[::-1]
    shown = tuple(lines[page * PAGE : (page + 1) * PAGE])
    code = {"code": customer.code}
    buttons = []
    if await revisions.find(ctx.db, customer.code, customer.version - 1):
        last = {**code, "version": str(customer.version)}
        buttons.append(Button(_("เลิกการแก้ไขล่าสุด"), "customer.undo", last))
    more = len(lines) > (page + 1) * PAGE
    buttons += turn_buttons(
        "customer.changes",
        code,
        page,
        more=more,
    )
    buttons.append(Button(_("ผู้รับบริการ"), "customer.show", code))
    title = _("รายการแก้ไข · %(customer)s", customer=_named(customer))
    note = "" if shown else _("ยังไม่มีการแก้ไข")
    return Reply(
        (
            Card(
                title,
                shown,
                note,
                tuple(buttons),
            ),
        )
    )


@action("customer.undo", in_place=True, aside=True)
async def undo_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Takes the last change back, by a change that can be taken back as well. Raises
    Conflict("not_last") if it is not the last one, ("undo_merge") if it was a merge.
    """
    customer = await customers.get_customer(ctx.db, args["code"])
    before = await revisions.find(ctx.db, customer.code, customer.version - 1)
    if before is None or str(customer.version) != args["version"] or customer.code != args["code"]:
        raise Conflict("not_last", code=customer.code)
    for change in await changes.list_changes(ctx.db, customer.code, customer.version - 1):
        if change.field in ("merged", "merged_into"):
            raise Conflict("undo_merge", code=customer.code)
    restored = replace(
        before,
        created_at=customer.created_at,
        version=customer.version,
    )
    write = partial(
        customers.update_customer,
        old=customer,
        new=restored,
        by=ctx.staff.id,
        now=ctx.now,
    )
    ctx.change(write)
    ctx.audit("customer.changed", customer.code)
    text = _("✅ บันทึกข้อมูลเรียบร้อย %(code)s กลับเป็นค่าก่อนแก้ไขล่าสุดแล้ว", code=customer.code)
    again = customer_cards.undo_button(customer.code, customer.version + 1)
    card = await customer_cards.card(ctx, restored)
    return Reply((Paragraph(text, (again,)), card), confirms=True)
