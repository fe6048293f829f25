"""Turns answers and notices into rows of the outbox: each on its route, with tokens for its
buttons.
"""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import UUID

from bot.platform import Adapter, ShowsAScreen
from bot.queues.alarms import person_unreached
from bot.queues.pushes import Pushes, free_chat
from bot.queues.tokens import Rest, with_tokens
from domain.reach.board import EDITING
from domain.reach.routes import (
    ByMail,
    Directory,
    Hearer,
    InChat,
    InGroup,
    Route,
    Routing,
    first_routing,
)
from domain.reach.untold import Untold, of_others, read_told
from domain.staff import Chat, Platform, Staff, StaffId
from handlers.chat import Incoming, Notice, Reply, WorkLetter, card_of, reply_to_json
from handlers.desk import Outcome
from handlers.i18n import speaking
from handlers.staff.groups import answered_here, told
from handlers.staff.rides import NOTHING_RIDES, Rides
from handlers.staff.work_address import letter
from store import audit, staff
from store.chat import buttons, groups, outbox, untold
from store.chat.buttons import StoredButton
from store.chat.cards import TAKEN
from store.chat.outbox import Message
from store.engine.database import Database, Tx
from store.mail.mails import notice_payload

Adapters = Mapping[Platform, Adapter]
BREATH = 20
"""After so many notices other tasks get their turn."""


def served(adapters: Adapters) -> Callable[[Platform, str], bool]:
    """Whether a chat is sent to by this process."""
    return lambda platform, chat: platform in adapters and adapters[platform].serves(chat)


def _with_card(calls: Sequence[Message], reply: Reply, replaces: str) -> Message:
    """The first call with the record that it shows as a card: it alone says all of it, but for what
    it does to other messages. What takes another's place shows it no more.
    """
    shown = card_of(replace(reply, earlier=()))
    if shown is not None:
        return replace(calls[0], card=shown.record, card_version=shown.version)
    if replaces and reply.in_place:
        return replace(calls[0], card=TAKEN)
    return calls[0]


def _message_id(now: datetime) -> UUID:
    """A new id (RFC 9562, version 7): random behind its time, so that many at once are written to
    few pages.
    """
    milliseconds = int(now.timestamp() * 1000)
    random = int.from_bytes(os.urandom(9), "big")
    version = 7 << 76
    variant = 2 << 62
    bits_of_variant = 3 << 62
    return UUID(int=milliseconds << 80 | version | variant | random & ~bits_of_variant)


@dataclass(frozen=True, slots=True)
class _Together:
    """The calls of an answer, and what they bring that was not told before."""

    payloads: Sequence[str]
    told: Sequence[Untold] = ()


class Outgoing:
    """Messages in the making: what one decision answers and tells, to be written with its effects.

    What was read of the staff stays as it is until then.
    """

    def __init__(
        self,
        db: Database,
        adapters: Adapters,
        now: datetime,
        pushes: Pushes | None = None,
    ) -> None:
        """`pushes` = whether a push that costs waits; None = none does."""
        self.now = now
        self._pushes = pushes
        self.messages: list[Message] = []
        self._db = db
        self._adapters = adapters
        self._serves = served(adapters)
        self._buttons: list[StoredButton] = []
        self._directory: Directory | None = None
        self._kept: list[Untold] = []
        self._taken: list[tuple[UUID, Sequence[Untold]]] = []
        self._over: Sequence[Untold] = ()
        self._claims: list[tuple[UUID, Sequence[int]]] = []
        self._failed: list[int] = []

    async def directory(self) -> Directory:
        """Everybody on the staff, and how they are reached; read once."""
        if self._directory is None:
            self._directory = await self._read_directory()
        return self._directory

    async def _read_directory(self) -> Directory:
        everybody = await staff.list_staff(self._db)
        accounts = await staff.list_all_identities(self._db)
        enrolled = await groups.list_groups(self._db)
        teams: Mapping[str, Sequence[StaffId]] = {}
        if enrolled:
            teams = await staff.list_teams(self._db)
        return Directory(
            people={person.id: person for person in everybody},
            accounts=accounts,
            groups=enrolled,
            teams=teams,
            serves=self._serves,
            mail=Platform.MAIL in self._adapters,
        )

    def answer(
        self,
        incoming: Incoming,
        reply: Reply,
        who: StaffId | None,
        rides: Rides = NOTHING_RIDES,
    ) -> None:
        """The answer to an event, to where it came from; its first call uses the free reply token.

        What is said in a group is for all of the staff there: anybody of them may press. `rides` is
        said with it, as far as that costs nothing.
        """
        presser = who if incoming.private else None
        tokened = self._with_tokens(reply, presser, incoming.platform)
        adapter = self._adapters[incoming.platform]
        payloads = adapter.render(tokened, incoming.message, incoming.topic)
        if not payloads:
            return
        together = self._together(incoming, tokened, payloads, rides)
        calls = [
            Message(
                id=_message_id(self.now),
                platform=incoming.platform,
                chat=incoming.chat,
                payload=payload,
                staff_id=who,
                confirms=reply.confirms,
            )
            for payload in together.payloads
        ]
        if not together.told and incoming.platform in EDITING:
            calls[0] = _with_card(calls, reply, replaces=incoming.message)
        calls[0] = replace(
            calls[0],
            reply_token=incoming.reply_token,
            reply_until_at=incoming.reply_until,
        )
        if not incoming.private and who is not None and reply.offers is None:
            key = f"answer:{incoming.platform}:{incoming.id}"
            calls = _also_in_private(calls, tokened, key)
        self.messages += calls
        self._over = rides.over
        self._carry(calls[0], together.told)
        if not incoming.reply_token:
            self._behind(incoming, who, rides)

    def _together(
        self,
        incoming: Incoming,
        reply: Reply,
        alone: Sequence[str],
        rides: Rides,
    ) -> "_Together":
        """The answer with what rides, whole or else folded, where both are the one call that is
        free; else the answer `alone`.
        """
        until = incoming.reply_until or self.now
        if incoming.reply_token and len(alone) == 1 and until > self.now:
            for riding in rides.forms():
                rest = self._rest(incoming.platform)
                more, rows = with_tokens(riding.reply, riding.told[0].staff_id, self.now, rest)
                both = reply.followed_by(*more.parts)
                payloads = self._adapters[incoming.platform].render(both)
                if len(payloads) == 1:
                    self._buttons += rows
                    return _Together(payloads, riding.told)
        return _Together(alone)

    def _behind(self, incoming: Incoming, who: StaffId | None, rides: Rides) -> None:
        """What rides as messages of their own, where each is free."""
        for riding in rides.apart():
            tokened = self._with_tokens(riding.reply, who, incoming.platform)
            for payload in self._adapters[incoming.platform].render(tokened):
                message = Message(
                    id=_message_id(self.now),
                    platform=incoming.platform,
                    chat=incoming.chat,
                    payload=payload,
                    staff_id=who,
                    confirms=True,
                )
                self.messages.append(message)
            self._carry(self.messages[-1], riding.told)

    def _carry(self, message: Message, told: Sequence[Untold]) -> None:
        """This message, the last call of what is told, brings these."""
        if not told:
            return
        place = self.messages.index(message)
        self.messages[place] = replace(message, carries=True)
        self._taken.append((message.id, told))

    def keep(
        self,
        person: Staff,
        reply: Reply,
        key: str,
        held_until: datetime | None = None,
    ) -> None:
        """What could not be told, or is not pushed yet, waits for the person's next answer."""
        brought = read_told(reply.tells)
        if brought:
            # It waits already, each for itself.
            self._failed += brought
            return
        notice = reply_to_json(reply)
        self._kept.append(
            Untold(
                key,
                person.id,
                notice,
                self.now,
                held_until,
            )
        )

    async def tell(self, notices: Sequence[Notice]) -> None:
        """What nobody asked for, to each person meant; everybody is looked up once.

        Of those whom no route reaches the administrators hear after the rest.
        """
        if not notices:
            return
        directory = await self.directory()
        unreached: dict[StaffId, Staff] = {}
        for number, notice in enumerate(notices, 1):
            if number % BREATH == 0:
                await asyncio.sleep(0)  # chats go on meanwhile
            if notice.to is not None:
                self._tell_chat(notice, notice.to, directory.find_active(notice.staff_id))
                continue
            for person in directory.list_meant(notice.staff_id, notice.role):
                hearer = await self._tell_first(directory, notice, person)
                if hearer is Hearer.ADMINISTRATORS:
                    unreached[person.id] = person
        await self.tell([person_unreached(person, self.now) for person in unreached.values()])

    def _tell_chat(self, notice: Notice, chat: Chat, person: Staff | None) -> None:
        """The notice in the one chat that it names, which may be a stranger's."""
        with speaking(person.language if person else "th"):
            reply = notice.make()
        key = notice.key
        if notice.staff_id is not None:
            key = f"{notice.key}:{notice.staff_id}"
        self._add(
            reply,
            chat,
            notice.staff_id,
            key,
            presser=notice.staff_id,
        )

    async def _tell_first(self, directory: Directory, notice: Notice, person: Staff) -> Hearer:
        """The notice by mail, where it has a letter and the person can be mailed; else on the first
        route.
        """
        if notice.letter is not None and directory.mail and person.email:
            self._mail(notice, notice.letter, person)
            return Hearer.NOBODY
        return await self._tell_person(directory, notice, person)

    async def _tell_person(self, directory: Directory, notice: Notice, person: Staff) -> Hearer:
        """The notice on the first route to this person; returns who hears where there is none."""
        with speaking(person.language):
            reply = notice.make()
        routing = _routing(directory, notice, person, masked=bool(reply.masked))
        route = routing.route
        until = None
        if self._pushes is not None and isinstance(route, InChat):
            until = await self._pushes.held_until(route.chat, notice.key)
        free = free_chat(directory, person)
        if until is not None and free is not None:
            # Nothing need wait where it costs nothing.
            route = InChat(free)
        elif until is not None:
            self.keep(person, reply, routing.key, until)
            return routing.hearer
        if route is not None:
            await self.send(route, person, reply, routing.key)
        if not isinstance(routing.route, InChat) and notice.staff_id is not None:
            self.keep(person, reply, f"{notice.key}:{person.id}")
        return routing.hearer

    def _mail(
        self,
        notice: Notice,
        written: WorkLetter,
        person: Staff,
    ) -> None:
        """A notice as a letter of its own; where that is refused, it is told in a chat."""
        with speaking(person.language):
            reply = notice.make()
        files = [
            {"name": file.name, "mime": file.mime, "sha256": file.sha256} for file in written.files
        ]
        payload = notice_payload(
            person.email,
            written.subject,
            written.body,
            person.language,
            self.now,
            files,
        )
        at = (Platform.MAIL, person.email)
        key = f"{notice.key}:{person.id}"
        self.messages.append(self._message(reply, at, person.id, key, payload))

    async def send(
        self,
        route: Route,
        person: Staff,
        reply: Reply,
        key: str,
    ) -> None:
        """What a person is to be told, in the form that this route takes."""
        match route:
            case InChat(chat):
                self._add(reply, chat, person.id, key, presser=person.id)
            case InGroup(chat):
                lines = replace(told(person.name, reply.masked), tells=of_others(reply.tells))
                # Anybody of the staff may press what a group hears.
                self._add(lines, chat, person.id, key, presser=None)
            case ByMail(chat):
                payload = await letter(self._db, person, reply, self.now)
                mailed = replace(reply, tells=of_others(reply.tells))
                self.messages.append(self._message(mailed, chat, person.id, key, payload))

    def _add(
        self,
        reply: Reply,
        chat: Chat,
        who: StaffId | None,
        key: str,
        *,
        presser: StaffId | None,
    ) -> None:
        platform, _chat_id = chat
        tokened = self._with_tokens(reply, presser, platform)
        self.messages.append(self._message(tokened, chat, who, key))

    def _message(
        self,
        reply: Reply,
        chat: Chat,
        who: StaffId | None,
        key: str,
        payload: str = "",
    ) -> Message:
        """One notice. Its words are kept: whichever process sends it renders them, and they may
        have to be told elsewhere.
        """
        platform, chat_id = chat
        message_id = _message_id(self.now)
        shown = card_of(reply) if platform in EDITING else None
        brought = read_told(reply.tells)
        if brought:
            self._claims.append((message_id, brought))
        return Message(
            id=message_id,
            platform=platform,
            chat=chat_id,
            payload=payload,
            staff_id=who,
            notice=reply_to_json(reply),
            dedupe_key=key,
            confirms=True,
            carries=bool(brought),
            card=shown.record if shown else "",
            card_version=shown.version if shown else 0,
        )

    def _with_tokens(self, reply: Reply, presser: StaffId | None, platform: Platform) -> Reply:
        tokened, rows = with_tokens(reply, presser, self.now, self._rest(platform))
        self._buttons += rows
        return tokened

    def _rest(self, platform: Platform) -> Rest | None:
        adapter = self._adapters.get(platform)
        return adapter.rest if isinstance(adapter, ShowsAScreen) else None

    def come_from(self, event_id: str) -> None:
        """All of it comes from this event's message, which can be taken back."""
        self.messages = [replace(message, event_id=event_id) for message in self.messages]
        self._buttons = [replace(button, event_id=event_id) for button in self._buttons]

    def plain_answer(self) -> Message | None:
        """The call that answers alone and to nobody else, where that is all."""
        if len(self.messages) != 1:
            return None
        (message,) = self.messages
        is_plain = not (message.notice or message.dedupe_key or message.carries)
        return message if is_plain else None

    async def put(self, tx: Tx, owner: str) -> list[Chat]:
        """Queue all of it; returns the chats that `owner` must now send to."""
        await buttons.add(tx, self._buttons)
        await self._put_untold(tx)
        if not self.messages:
            return []
        return await outbox.put(
            tx,
            self.messages,
            owner,
            self.now,
            self._serves,
        )

    async def _put_untold(self, tx: Tx) -> None:
        """What waits from now on, what the messages bring, and what there is no need to tell."""
        if self._kept:
            await untold.add(tx, self._kept)
        for message_id, brought in self._taken:
            await untold.take(tx, brought, message_id)
        if self._over:
            await untold.end(tx, self._over, self.now)
        if self._failed:
            await untold.note_failed(tx, self._failed, self.now)
        for message_id, ids in self._claims:
            await untold.claim(tx, ids, message_id)

    async def put_begun(self, tx: Tx, owner: str) -> tuple[bool, list[Chat]]:
        """Queue the plain answer as one that is being sent; returns whether it is, and the chat
        where that is `owner`'s to send to.
        """
        await buttons.add(tx, self._buttons)
        await self._put_untold(tx)
        (message,) = self.messages
        begun, ours = await outbox.put_begun(tx, message, owner, self.now)
        return begun, [message.at] if ours else []


def _routing(
    directory: Directory,
    notice: Notice,
    person: Staff,
    *,
    masked: bool,
) -> Routing:
    """The first route that avoids what it may, else any."""
    route = partial(
        first_routing,
        person=person,
        key=f"{notice.key}:{person.id}",
        personal=notice.staff_id is not None,
        masked=masked,
    )
    best = route(directory.without(notice.avoids))
    return route(directory) if best.route is None else best


def _also_in_private(made: Sequence[Message], reply: Reply, key: str) -> list[Message]:
    """An answer in a group as a notice to whoever asked: where the group does not take it, it goes
    to that person.
    """
    first = replace(made[0], notice=reply_to_json(answered_here(reply)), dedupe_key=key)
    rest = [
        replace(message, dedupe_key=outbox.rest_key(first, number))
        for number, message in enumerate(made[1:], 1)
    ]
    return [first, *rest]


async def write(
    tx: Tx,
    outcome: Outcome,
    outgoing: Outgoing,
    owner: str,
) -> list[Chat]:
    """All that an outcome writes; returns the chats that `owner` must now send to."""
    await write_effects(tx, outcome)
    return await outgoing.put(tx, owner)


async def write_effects(tx: Tx, outcome: Outcome) -> None:
    """What an outcome changes, and who did it."""
    for change in outcome.changes:
        await change(tx)
    await audit.add(tx, list(outcome.audit_entries))
