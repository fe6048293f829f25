"""What pages show beside the chat is read as an event's handler reads: in the reader's language, by
the reader's rights, and noted in the audit log.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from domain.staff import Platform, Staff
from handlers.chat import Incoming, Other
from handlers.desk import Context, Desk, up_to_date
from handlers.i18n import speak
from store import audit

T = TypeVar("T")


async def look(desk: Desk, person: Staff, read: Callable[[Context], Awaitable[T]]) -> T:
    """What `read` finds for this person; DeskErrors are the caller's to tell."""
    speak(person.language)
    now = desk.clock()
    incoming = Incoming(
        id="",
        at=now,
        platform=Platform.WEB,
        chat=str(person.id),
        private=True,
        who=str(person.id),
        body=Other(),
    )
    ctx = Context(await up_to_date(desk), now, incoming=incoming, staff=person)
    found = await read(ctx)
    if ctx.audit_entries:
        entries = list(ctx.audit_entries)
        await desk.db.write(lambda tx: audit.add(tx, entries))
    return found
