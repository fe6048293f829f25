"""What rides along with the write of an event: messages that were accepted since the last one, and
the answer, which is being sent from then on.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from types import TracebackType
from typing import Self
from uuid import UUID

from bot.queues.calls import Call, CallNotes
from bot.queues.held import Held
from bot.queues.outgoing import Outgoing
from domain.staff import Chat
from store.chat import inbox, outbox
from store.chat.outbox import Message
from store.engine import leases
from store.engine.database import Tx


class Accepted:
    """Messages that their platforms accepted, as long as the store says that they are being
    sent.
    """

    def __init__(self, notes: CallNotes, put_back: Callable[[], None]) -> None:
        """`put_back` is called where some of them wait once more."""
        self._notes = notes
        self._put_back = put_back
        self._waiting: dict[UUID, Message] = {}
        self._riding: dict[UUID, Message] = {}

    def add(self, message: Message) -> None:
        """The platform took it; whoever writes next says so."""
        self._notes.note(message.id, Call.ACCEPTED)
        self._waiting[message.id] = message

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def rides(self, message: Message) -> bool:
        """Whether it is being written just now that this message was sent."""
        return message.id in self._riding

    def waits(self, message: Message) -> bool:
        """Whether that is still to be written."""
        return message.id in self._waiting

    def chats(self) -> set[Chat]:
        """The chats that they went to."""
        return {message.at for message in (*self._waiting.values(), *self._riding.values())}

    def take(self) -> list[Message]:
        """Those of which the store is to be told now."""
        taken = list(self._waiting.values())
        self._riding.update(self._waiting)
        self._waiting.clear()
        return taken

    def forget(self, message: Message) -> None:
        """It was not written as being sent: whoever calls it out, it is not this process that
        knows of it.
        """
        # The file is to know less, too: another process may call it, and it may end then.
        self._notes.note(message.id, Call.BEGUN)
        self._notes.settled([message.id])

    def end(self, taken: Sequence[Message], *, written: bool) -> None:
        """The store knows of those that were taken; or it does not, and they wait once more."""
        for message in taken:
            self._riding.pop(message.id, None)
        if written:
            self._notes.settled(message.id for message in taken)
        elif taken:
            self._waiting.update((message.id, message) for message in taken)
            self._put_back()


class Ride:
    """One write and what rides along; `with` puts back what was not `written`."""

    def __init__(
        self,
        accepted: Accepted,
        answer: Message | None,
        owner: str,
        now: datetime,
        arrived: "Callable[[Ride], None]",
        held: Held | None = None,
    ) -> None:
        """`held` = whose conversations are given back with it."""
        self.answer = answer
        self.begun = False
        self.released = False
        """Whether nothing is left to do in the conversation."""
        self.conversation = ""
        self.chats: list[Chat] = []
        """Those that the owner must now send to."""
        self._accepted = accepted
        self._taken = accepted.take()
        self._held = held
        self._over = held.take() if held is not None else ()
        self._owner = owner
        self._now = now
        self._arrived = arrived
        self._is_written = False

    async def write(
        self,
        tx: Tx,
        outgoing: Outgoing | None = None,
        conversation: str = "",
        more: bool = False,
    ) -> None:
        """Say what was sent, queue what is to be sent, and give back what is over; a part of the
        work of a transaction.

        The `conversation` whose event ends with it is given back later where its answer is being
        sent from now on, else at once; `more` = another event waits in it.
        """
        self.conversation = conversation
        self.released = not more
        if self._taken:
            await outbox.mark_all_sent(tx, self._taken, self._now)
        self.begun = False
        self.chats = []
        if outgoing is not None and self.answer is None:
            self.chats = await outgoing.put(tx, self._owner)
        elif outgoing is not None:
            self.begun, self.chats = await outgoing.put_begun(tx, self._owner)
        over = [*self._over]
        if conversation and not self.begun and not more:
            over.append(conversation)
        await self._give_back(tx, over)

    async def _give_back(self, tx: Tx, conversations: Sequence[str]) -> None:
        """Give back what is over; chats in which something is due are the owner's to send to."""
        idle = {each.name: each for over in conversations for each in inbox.idle(over, self._now)}
        # What was queued just now is still to be sent.
        for chat in self.chats:
            idle.pop(outbox.lease_name(*chat), None)
        kept = await leases.give_back(tx, list(idle.values()), self._owner, self._now)
        for over in conversations:
            if inbox.lease_name(over) in kept:
                # Something came meanwhile; what is due in its chat is seen to after that.
                self.released = False
            elif inbox.chat_lease_name(over) in kept:
                self.chats.append(inbox.chat_of(over))

    def written(self) -> None:
        """The transaction is lasting."""
        self._is_written = True
        if self.answer is not None and not self.begun:
            # It is queued: its chat is another's, who may call it from now on.
            self._accepted.forget(self.answer)
        self._arrived(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._accepted.end(self._taken, written=self._is_written)
        if self._held is not None and not self._is_written:
            self._held.put_back(self._over)
        # Whoever is cancelled is written nevertheless.
        if self.answer is not None and isinstance(error, Exception) and not self._is_written:
            self._accepted.forget(self.answer)
