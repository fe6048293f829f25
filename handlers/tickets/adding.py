"""Adds to a saved ticket in one message or tap: remarks (reasons, problems, obstacles), everything
that its subject wants, one after the other, or the likely project.
"""

from collections.abc import Mapping

from handlers.chat import Reply
from handlers.desk import Context
from handlers.forms.drafts import park_open, with_prompts, with_values
from handlers.forms.engine import advance, proceed
from handlers.registry import action, command
from handlers.tickets import cards as ticket_cards
from handlers.tickets.commands import names_ticket, split_number
from handlers.tickets.fields import TICKET_FIELDS
from handlers.tickets.form import edit_ticket
from handlers.tickets.rules import wanted
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
    return await _add_remark(ctx, number, text)


@action("ticket.remark")
async def remark_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """What was typed is a remark on this ticket; without any words, ask for them."""
    return await _add_remark(ctx, args["no"], args.get("text", ""))


async def _add_remark(ctx: Context, number: str, text: str) -> Reply:
    found = await tickets.get_ticket(ctx.db, number)
    ctx.audit("ticket.read", found.no)
    draft = edit_ticket(ctx, found, {}, look=False)
    await park_open(ctx)
    if not text:
        return await proceed(ctx, draft, "remarks")
    values = await TICKET_FIELDS["remarks"].parse(ctx, draft, text)
    return await advance(ctx, with_values(draft, values))


@action("ticket.prompts")
async def prompts_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Ask for each field that the subject wants and the ticket lacks; each can be passed over."""
    found = await tickets.get_ticket(ctx.db, args["no"])
    ctx.audit("ticket.read", found.no)
    lacking = await wanted(ctx, found)
    if not lacking:
        return Reply((await ticket_cards.card(ctx, found),))
    await park_open(ctx)
    draft = edit_ticket(ctx, found, {}, look=False)
    return await advance(ctx, with_prompts(draft, lacking))


@action("ticket.project")
async def project_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Take the project that the texts seem to be about, with its years."""
    found = await tickets.get_ticket(ctx.db, args["no"])
    values = {"projects": args["project"]}
    if args["years"]:
        values["data_years"] = f"{args['project']}: {args['years']}"
    return await advance(ctx, edit_ticket(ctx, found, values, look=False))
