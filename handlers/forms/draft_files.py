"""Files that belong to a draft: they are counted while it is filled, and belong to the ticket once
it is saved.
"""

from collections.abc import Sequence
from functools import partial

from domain.tickets.records import Ticket
from handlers.desk import Context
from store import files as file_store
from store.chat.forms import Draft
from store.engine.database import Write
from store.files import of_draft


def move(
    ctx: Context,
    ids: Sequence[str],
    start: str,
    ticket: Ticket,
) -> Write:
    """Files of the record `start` become this ticket's; no ids = all of them."""
    return partial(
        file_store.move,
        ids=tuple(ids),
        start=start,
        record=ticket.no,
        version=ticket.version,
        by=ctx.staff.id,
        now=ctx.now,
    )


async def keep_with(ctx: Context, draft: Draft, ticket: Ticket) -> int:
    """The draft's files go to the ticket that it was saved as; returns how many they are."""
    count = await waiting_with(ctx, draft)
    if count:
        ctx.change(
            move(
                ctx,
                (),
                of_draft(draft.id),
                ticket,
            )
        )
        ctx.attached[ticket.no] = count
        ctx.audit("ticket.file_added", ticket.no)
    return count


async def waiting_with(ctx: Context, draft: Draft) -> int:
    """How many files a draft has."""
    record = of_draft(draft.id)
    kept = 0
    if draft.version:
        kept = await file_store.count_files(ctx.db, record)
    return kept + ctx.attached.get(record, 0)
