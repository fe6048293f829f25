"""Remarks on a ticket in one message (reasons, problems, obstacles), added to what stands there."""

from collections.abc import Mapping

from handlers.chat import Reply
from handlers.desk import Context
from handlers.forms.drafts import park_open, with_values
from handlers.forms.engine import advance, proceed
from handlers.registry import action, command
from handlers.tickets.commands import names_ticket, split_number
from handlers.tickets.fields import TICKET_FIELDS
from handlers.tickets.form import edit_ticket
from store.tickets import records as tickets


@command(
    "remark",
    "หมายเหตุ",
    about="เพิ่มเหตุผล ปัญหา หรืออุปสรรคในใบงาน เช่น หมายเหตุ R2611000124 ศูนย์ข้อมูลตอบช้า",
    fits=names_ticket,
    also=("เพิ่มหมายเหตุ", "ใส่หมายเหตุ", "บันทึกหมายเหตุ", "ปัญหา", "อุปสรรค", "เหตุผล", "remark", "note"),
)
async def remark(ctx: Context, args: str) -> Reply:
    """Add what is typed behind the number; without any words, ask for them."""
    number, text = split_number(args)
    return await _add(ctx, number, text)


@action("ticket.remark")
async def remark_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """What was typed is a remark on this ticket; without any words, ask for them."""
    return await _add(ctx, args["no"], args.get("text", ""))


async def _add(ctx: Context, number: str, text: str) -> Reply:
    found = await tickets.get_ticket(ctx.db, number)
    ctx.audit("ticket.read", found.no)
    draft = edit_ticket(ctx, found, {}, look=False)
    await park_open(ctx)
    if not text:
        return await proceed(ctx, draft, "remarks")
    return await advance(
        ctx,
        with_values(
            draft,
            await TICKET_FIELDS["remarks"].parse(ctx, draft, text),
        ),
    )
