"""Files of one ticket that another one has, too."""

from collections.abc import Collection
from dataclasses import replace
from uuid import uuid4

from domain.tickets.records import Ticket
from handlers.desk import Context
from store import files as file_store


async def copy_files(
    ctx: Context,
    source: str,
    ticket: Ticket,
    hashes: Collection[str] | None = None,
) -> int:
    """Attach the files of the ticket `source` to another one, those with these hashes or all;
    returns how many. The bytes are stored once.
    """
    count = 0
    for file in await file_store.list_files(ctx.db, source):
        if hashes is not None and file.sha256 not in hashes:
            continue
        copied = replace(
            file,
            id=uuid4().hex,
            record=ticket.no,
            added_at=ctx.now,
            added_by=ctx.staff.id,
        )
        ctx.change(file_store.attach, file=copied, version=ticket.version)
        count += 1
    if count:
        ctx.attached[ticket.no] = ctx.attached.get(ticket.no, 0) + count
    return count
