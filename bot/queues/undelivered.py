"""What becomes of a message that was given up: it takes another route, and whoever must hear of it
is told.
"""

from dataclasses import replace
from functools import partial

from bot.platform import Doubtful, Refused
from bot.queues.alarms import message_undelivered, quota_spent
from bot.queues.outgoing import Outgoing
from domain.reach import Hearer, Undelivered, next_routing
from domain.staff import Role, Staff
from handlers.chat import Notice, reply_from_json
from handlers.mail.cards import stuck_notice
from store.chat.outbox import Message
from store.engine.database import Database
from store.mail.mails import MailState, find_mail

Ending = Refused | Doubtful
"""Why a message is given up."""


class GivenUp:
    """A message that was given up; what follows from it becomes part of `outgoing`."""

    def __init__(self, db: Database, outgoing: Outgoing, message: Message, ending: Ending) -> None:
        self._db = db
        self._outgoing = outgoing
        self._message = message
        self._ending = ending

    @property
    def state(self) -> str:
        """Its state in the outbox, unless it takes another route."""
        return "doubtful" if isinstance(self._ending, Doubtful) else "dead"

    async def follow(self) -> bool:
        """Say it on another route, and tell whoever must hear of it; True where there is such a
        route.
        """
        message = self._message
        directory = await self._outgoing.directory()
        person = None
        if message.staff_id is not None:
            person = directory.people[message.staff_id]
        reply = None
        if message.notice:
            reply = reply_from_json(message.notice)
        undelivered = Undelivered(
            key=message.dedupe_key or "",
            at=message.at,
            notice=reply is not None,
            masked=reply is not None and bool(reply.masked),
            spent=isinstance(self._ending, Refused) and self._ending.spent,
        )
        routing = next_routing(directory, person, undelivered)
        if routing.route is not None and person is not None and reply is not None:
            await self._outgoing.send(routing.route, person, reply, routing.key)
        await self._tell(routing.hearer, person)
        return routing.route is not None

    async def _tell(self, hearer: Hearer, person: Staff | None) -> None:
        message = self._message
        if hearer is Hearer.WRITER:
            await self._tell_writer()
        elif hearer is Hearer.ADMINISTRATORS_OF_QUOTA:
            await self._outgoing.tell([quota_spent(message.platform, self._outgoing.now)])
        elif hearer is Hearer.ADMINISTRATORS and person is not None:
            await self._outgoing.tell([message_undelivered(message, self._ending.error, person)])

    async def _tell_writer(self) -> None:
        """Who wrote a mail decides what becomes of it; the administrators where that person cannot
        be told.
        """
        written = await find_mail(self._db, str(self._message.id))
        if written is None:
            return
        stuck = replace(written, state=MailState(self.state), error=self._ending.error)
        key = f"mail:{written.id}:{self._outgoing.now.isoformat()}"
        notice = Notice(partial(stuck_notice, stuck), key)
        if written.staff_id is not None:
            await self._outgoing.tell([replace(notice, staff_id=written.staff_id)])
        if not any(each.staff_id == written.staff_id for each in self._outgoing.messages):
            await self._outgoing.tell([replace(notice, role=Role.ADMIN)])
