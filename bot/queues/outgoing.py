"""From replies and notices to rows of the outbox: tokens for the buttons, an address for the
notice.
"""

import asyncio
import os
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from uuid import UUID

from bot.platform import Adapter
from domain.dates.days import BANGKOK
from domain.groups import last_resort
from domain.staff import Identity, Platform, Role, Staff, StaffId
from handlers import system
from handlers.chat import Button, Choice, Incoming, Masked, Notice, Reply, ReplyPart, reply_to_json
from handlers.desk import BUTTON_LIFETIME, Outcome
from handlers.i18n import speaking
from handlers.staff import work_address as staff_mail
from handlers.staff.groups import answered_here, told
from store import audit, groups, staff
from store.chat import buttons, outbox
from store.chat.outbox import Message
from store.engine.database import Database, Tx
from store.mail import mails as mail

Adapters = Mapping[Platform, Adapter]
TOKEN_BYTES, TIME_BYTES = 12, 4
"""Random bytes of a token, and those before them that tell when it was made."""
YIELD_EVERY = 20
"""After so many notices other tasks get their turn."""
MAILED = ":mail"
"""Behind the key of a notice that went to the person's work address."""
ADMIN_TOLD = "undeliverable:"
"""The key of a notice that something could not be delivered begins so."""
GROUPED = ":group"
"""Behind a notice's key, once for each group that it went to in a person's place."""


@dataclass(slots=True)
class Batch:
    """What goes into the store with an outcome."""

    messages: list[Message] = field(default_factory=list)
    button_rows: list[buttons.StoredButton] = field(default_factory=list)

    def answers(self, event_id: str) -> None:
        """All of it comes from this event's message, which can be taken back."""
        self.messages = [replace(message, event_id=event_id) for message in self.messages]
        self.button_rows = [replace(button, event_id=event_id) for button in self.button_rows]


def with_tokens(
    reply: Reply, owner: StaffId | None, now: datetime
) -> tuple[Reply, list[buttons.StoredButton]]:
    """The reply with a random token in every button, and what the tokens mean."""
    rows: list[buttons.StoredButton] = []
    expires_at = now + BUTTON_LIFETIME
    # Neighbours in time are neighbours in the store's index: many at once are written to few pages.
    since = int(now.timestamp()).to_bytes(TIME_BYTES, "big")

    def token(b: Button) -> Button:
        made = urlsafe_b64encode(since + os.urandom(TOKEN_BYTES)).rstrip(b"=").decode("ascii")
        rows.append(
            buttons.StoredButton(
                made, owner, b.action, b.args, b.record, b.version, b.once, expires_at
            )
        )
        return Button(b.label, b.action, b.args, b.record, b.version, b.once, made, b.typed)

    def part(old: ReplyPart) -> ReplyPart:
        pressed = tuple(token(button) for button in old.buttons)
        if isinstance(old, Choice):
            return replace(
                old, options=tuple(token(button) for button in old.options), buttons=pressed
            )
        return replace(old, buttons=pressed)

    earlier = tuple(replace(each, part=part(each.part)) for each in reply.earlier)
    return replace(reply, parts=tuple(part(old) for old in reply.parts), earlier=earlier), rows


def _message_id(now: datetime) -> UUID:
    """A new id (RFC 9562, version 7): random behind its time, so that many at once are written to
    few pages.
    """
    milliseconds = int(now.timestamp() * 1000)
    return UUID(
        int=milliseconds << 80
        | 7 << 76
        | 2 << 62
        | int.from_bytes(os.urandom(9), "big") & ~(3 << 62)
    )


def served(adapters: Adapters) -> Callable[[Platform, str], bool]:
    """Whether a chat is sent to by this process."""
    return lambda platform, chat: platform in adapters and adapters[platform].serves(chat)


async def write(
    tx: Tx, outcome: Outcome, batch: Batch, adapters: Adapters, owner: str, now: datetime
) -> list[tuple[Platform, str]]:
    """All that an outcome writes; returns the chats that `owner` must now send to."""
    for change in outcome.changes:
        await change(tx)
    await audit.add(tx, list(outcome.audit_entries))
    await buttons.add(tx, batch.button_rows)
    return (
        await outbox.put(tx, batch.messages, owner, now, served(adapters)) if batch.messages else []
    )


def add_answer(
    batch: Batch,
    adapters: Adapters,
    incoming: Incoming,
    reply: Reply,
    owner: StaffId | None,
    now: datetime,
) -> None:
    """The answer to an event, to where it came from; its first call uses the free reply token.

    What is said in a group is for all of the staff there: anybody of them may press.
    """
    tokened, rows = with_tokens(reply, owner if incoming.private else None, now)
    batch.button_rows += rows
    payloads = adapters[incoming.platform].render(tokened, incoming.message, incoming.topic)
    made = [
        Message(
            id=_message_id(now),
            platform=incoming.platform,
            chat=incoming.chat,
            payload=payload,
            staff_id=owner,
            confirms=reply.confirms,
        )
        for payload in payloads
    ]
    if made:
        made[0] = replace(
            made[0], reply_token=incoming.reply_token, reply_until_at=incoming.reply_until
        )
    if made and not incoming.private and owner is not None and reply.offers is None:
        made = _also_in_private(made, tokened, f"answer:{incoming.platform}:{incoming.id}")
    batch.messages += made


def _also_in_private(made: Sequence[Message], reply: Reply, key: str) -> list[Message]:
    """An answer in a group as a notice to whoever asked: where the group does not take it, it goes
    to that person.
    """
    first = replace(made[0], notice=reply_to_json(answered_here(reply)), dedupe_key=key)
    rest = [
        replace(each, dedupe_key=outbox.rest_key(first, n)) for n, each in enumerate(made[1:], 1)
    ]
    return [first, *rest]


async def add_notice(
    batch: Batch, adapters: Adapters, db: Database, notice: Notice, now: datetime
) -> None:
    """One unasked message."""
    await add_notices(batch, adapters, db, [notice], now)


async def add_notices(  # noqa: C901
    batch: Batch, adapters: Adapters, db: Database, notices: Sequence[Notice], now: datetime
) -> None:
    """Unasked messages: to each person meant, on the platform they used last; everybody is looked
    up once.

    Whom no chat reaches is told by mail, else, masked, in the chat of the person's team or of the
    desk; where there is none, the administrators hear once a day that the person cannot be told.
    """
    if not notices:
        return
    people = {
        person.id: person for person in await staff.list_staff(db) if person.blocked_at is None
    }
    accounts = await staff.list_all_identities(db)
    lost: dict[StaffId, Notice] = {}
    for number, notice in enumerate(notices, 1):
        if number % YIELD_EVERY == 0:
            await asyncio.sleep(0)  # chats go on meanwhile
        if notice.to is not None:
            owner = people.get(notice.staff_id) if notice.staff_id is not None else None
            with speaking(owner.language if owner else "th"):
                _add_to(batch, notice, notice.to, notice.staff_id, now)
        for person in _recipients(people, notice):
            address = _address(accounts.get(person.id, []), adapters)
            if address is not None:
                with speaking(person.language):
                    _add_to(batch, notice, address, person.id, now)
            elif by_mail := await mail_instead(
                adapters, db, person, notice.make(), f"{notice.key}:{person.id}", now
            ):
                batch.messages.append(by_mail)
            elif notice.staff_id is not None:
                key = f"{notice.key}:{person.id}{GROUPED}"
                if not await add_to_group(
                    batch, adapters, db, person, notice.make().masked, key, now
                ):
                    lost[person.id] = _told_of(person, now)
    if lost:
        await add_notices(batch, adapters, db, list(lost.values()), now)


async def mail_instead(
    adapters: Adapters, db: Database, person: Staff, reply: Reply, key: str, now: datetime
) -> Message | None:
    """A mail to the person's work address that a notice waits: its numbers alone, since mail is no
    place for more.

    None where no address is known, or no mail server. The notice goes along, should it have to be
    told elsewhere."""
    if not person.email or person.blocked_at is not None or Platform.MAIL not in adapters:
        return None
    with speaking(person.language):
        subject, body = await staff_mail.letter(db, person.name, reply)
    payload = mail.notice_payload(person.email, subject, body, person.language, now)
    return Message(
        _message_id(now),
        Platform.MAIL,
        person.email,
        payload,
        person.id,
        reply_to_json(reply),
        f"{key}{MAILED}",
        confirms=True,
    )


async def add_to_group(
    batch: Batch,
    adapters: Adapters,
    db: Database,
    person: Staff,
    lines: Sequence[Masked],
    key: str,
    now: datetime,
    but: tuple[Platform, str] | None = None,
) -> bool:
    """Masked lines to the enrolled chat of the person's team, else of the desk, other than `but`;
    False = no such.
    """
    if not lines:
        return False
    teams = [name for name, members in (await staff.list_teams(db)).items() if person.id in members]
    chats = [
        (group.platform, group.chat) for group in last_resort(await groups.list_groups(db), teams)
    ]
    chats = [chat for chat in chats if chat != but]
    # Another platform first: the one that refused a chat may refuse them all.
    chats.sort(
        key=lambda chat: (but is not None and chat[0] is but[0], not served(adapters)(*chat))
    )
    if not chats:
        return False
    with speaking("th"):
        tokened, rows = with_tokens(told(person.name, lines), None, now)
    batch.button_rows += rows
    batch.messages.append(notice_message(tokened, chats[0], person.id, key, now))
    return True


def _told_of(person: Staff, now: datetime) -> Notice:
    key = f"{ADMIN_TOLD}{person.id}:{now.astimezone(BANGKOK).date()}"
    return Notice(partial(system.nowhere_to_tell, person.name), key, role=Role.ADMIN)


def _recipients(people: Mapping[StaffId, Staff], notice: Notice) -> list[Staff]:
    if notice.to is not None:
        return []
    if notice.staff_id is not None:
        return [people[notice.staff_id]] if notice.staff_id in people else []
    return [person for person in people.values() if person.role.covers(notice.role or Role.ADMIN)]


async def reachable_address(
    db: Database, adapters: Adapters, staff_id: StaffId, but: tuple[Platform, str] | None = None
) -> tuple[Platform, str] | None:
    """Where a person can be told something: the account used last that takes messages, other than
    `but`.
    """
    return _address(await staff.list_identities(db, staff_id), adapters, but)


def _address(
    accounts: Sequence[Identity], adapters: Adapters, but: tuple[Platform, str] | None = None
) -> tuple[Platform, str] | None:
    """What this process serves comes first; else another sends it. A terminal is there only while
    it is open.

    Where `but` is no chat of the person's own, that platform comes before the others: there they
    spoke."""
    open_ones = [(each.platform, each.chat) for each in accounts if each.unreachable_at is None]
    addresses = [address for address in open_ones if address != but]
    if but is not None and but not in [(each.platform, each.chat) for each in accounts]:
        addresses.sort(key=lambda address: address[0] is not but[0])
    ours = [address for address in addresses if served(adapters)(*address)]
    others = [address for address in addresses if address[0] is not Platform.TERMINAL]
    return next(iter([*ours, *others]), None)


def _add_to(
    batch: Batch,
    notice: Notice,
    address: tuple[Platform, str],
    owner: StaffId | None,
    now: datetime,
) -> None:
    tokened, rows = with_tokens(notice.make(), owner, now)
    batch.button_rows += rows
    key = f"{notice.key}:{owner}" if owner is not None else notice.key
    batch.messages.append(notice_message(tokened, address, owner, key, now))


def notice_message(
    tokened: Reply, address: tuple[Platform, str], owner: StaffId | None, key: str, now: datetime
) -> Message:
    """The row of one notice: its words are kept, and rendered by the process that sends it."""
    platform, chat = address
    return Message(
        id=_message_id(now),
        platform=platform,
        chat=chat,
        payload="",
        staff_id=owner,
        notice=reply_to_json(tokened),
        dedupe_key=key,
        confirms=True,
    )
