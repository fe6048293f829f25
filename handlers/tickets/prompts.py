"""After a ticket is saved, one tap asks for everything that its subject wants, one after the other;
another takes the likely project.
"""

from collections.abc import Mapping

from handlers.chat import Reply
from handlers.desk import Context
from handlers.forms.drafts import park_open, with_prompts
from handlers.forms.engine import advance
from handlers.registry import action
from handlers.tickets import cards as ticket_cards
from handlers.tickets.form import edit_ticket
from handlers.tickets.rules import wanted
from store.tickets import records as tickets


@action("ticket.prompts")
async def prompts_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Ask for each field that the subject wants and the ticket lacks; each can be passed over."""
    found = await tickets.get_ticket(ctx.db, args["no"])
    ctx.audit("ticket.read", found.no)
    lacking = await wanted(ctx, found)
    if not lacking:
        return Reply((await ticket_cards.card(ctx, found),))
    await park_open(ctx)
    return await advance(
        ctx,
        with_prompts(
            edit_ticket(
                ctx,
                found,
                {},
                look=False,
            ),
            lacking,
        ),
    )


@action("ticket.project")
async def project_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Take the project that the texts seem to be about, with its years."""
    found = await tickets.get_ticket(ctx.db, args["no"])
    values = {"projects": args["project"]}
    if args["years"]:
        values["data_years"] = f"{args['project']}: {args['years']}"
    return await advance(
        ctx,
        edit_ticket(
            ctx,
            found,
            values,
            look=False,
        ),
    )
