"""A message that was given up takes another route here, and whoever must hear of it is told."""

from dataclasses import replace
from functools import partial

from bot.platform import Doubtful, Refused
from bot.queues.alarms import message_undelivered, quota_spent
from bot.queues.outgoing import Outgoing
from bot.queues.told import whole
from domain.reach.routes import Hearer, Undelivered, next_routing
from domain.reach.untold import first_key, notice_key
from domain.staff import Role, Staff
from handlers.chat import Notice, Reply
from handlers.mail.cards import stuck_notice
from store.chat.outbox import Message
from store.engine.database import Database
from store.mail.mails import MailState, find_mail

Ending = Refused | Doubtful
"""Why a message is given up."""


class GivenUp:
    """A message that was given up; what follows from it becomes part of `outgoing`."""

    def __init__(
        self,
        db: Database,
        outgoing: Outgoing,
        message: Message,
        ending: Ending,
    ) -> None:
        self._db = db
        self._outgoing = outgoing
        self._message = message
        self._ending = ending
        self._key = notice_key(message.dedupe_key or "")
        self.waits = False
        """Whether all of it waits for the person's next answer."""

    @property
    def state(self) -> str:
        """Its state in the outbox, unless it takes another route."""
        return "doubtful" if isinstance(self._ending, Doubtful) else "dead"

    @property
    def unreachable(self) -> bool:
        """Whether the chat takes no messages from us any more."""
        return isinstance(self._ending, Refused) and self._ending.unreachable

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
            reply = whole(message.notice)
        routing = next_routing(directory, person, self._facts(reply))
        if person is not None and reply is not None and person.blocked_at is None:
            self._outgoing.keep(person, reply, first_key(self._key or str(message.id)))
            self.waits = True
        if routing.route is not None and person is not None and reply is not None:
            await self._outgoing.send(routing.route, person, reply, routing.key)
        await self._tell(routing.hearer, person)
        return routing.route is not None

    def _facts(self, reply: Reply | None) -> Undelivered:
        """What the rule asks of the message; `reply` = its notice."""
        return Undelivered(
            key=self._key,
            at=self._message.at,
            notice=reply is not None,
            masked=reply is not None and bool(reply.masked),
            spent=isinstance(self._ending, Refused) and self._ending.spent,
        )

    async def _tell(self, hearer: Hearer, person: Staff | None) -> None:
        if hearer is Hearer.WRITER:
            await self._tell_writer()
        if hearer is Hearer.ADMINISTRATORS_OF_QUOTA:
            alarm = quota_spent(self._message.platform, self._outgoing.now)
            await self._outgoing.tell([alarm])
        if hearer is Hearer.ADMINISTRATORS and person is not None:
            alarm = message_undelivered(self._message, self._ending.error, person)
            await self._outgoing.tell([alarm])

    async def _tell_writer(self) -> None:
        """Who wrote a mail decides what becomes of it; the administrators where that person cannot
        be told.
        """
        written = await find_mail(self._db, str(self._message.id))
        if written is None:
            return
        stuck = replace(
            written,
            state=MailState(self.state),
            error=self._ending.error,
        )
        notice = Notice(
            partial(stuck_notice, stuck),
            f"mail:{written.id}:{self._outgoing.now.isoformat()}",
        )
        if written.staff_id is not None:
            await self._outgoing.tell([replace(notice, staff_id=written.staff_id)])
        told = {message.staff_id for message in self._outgoing.messages}
        if written.staff_id not in told:
            await self._outgoing.tell([replace(notice, role=Role.ADMIN)])
