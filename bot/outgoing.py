"""From replies and notices to rows of the outbox: tokens for the buttons, an address for the notice."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import uuid4

from bot.platform import Adapter
from domain.staff import Platform, Role, Staff, StaffId
from handlers.chat import Button, Choice, Incoming, Notice, Part, Reply, reply_to_json
from handlers.desk import BUTTON_LIFETIME, Outcome
from handlers.i18n import speaking
from store import audit, buttons, outbox, staff
from store.database import Database, Tx
from store.outbox import Message

Adapters = Mapping[Platform, Adapter]
TOKEN_BYTES = 16


@dataclass(slots=True)
class Batch:
    """What goes into the store with an outcome."""

    messages: list[Message] = field(default_factory=list)
    button_rows: list[buttons.Button] = field(default_factory=list)


def with_tokens(reply: Reply, owner: StaffId | None, now: datetime) -> tuple[Reply, list[buttons.Button]]:
    """The reply with a random token in every button, and what the tokens mean."""
    rows: list[buttons.Button] = []

    def token(button: Button) -> Button:
        made = replace(button, token=secrets.token_urlsafe(TOKEN_BYTES))
        expires_at = now + BUTTON_LIFETIME
        rows.append(
            buttons.Button(made.token, owner, made.action, made.args, made.record, made.version, made.once, expires_at)
        )
        return made

    def part(old: Part) -> Part:
        pressed = tuple(token(button) for button in old.buttons)
        if isinstance(old, Choice):
            return replace(old, options=tuple(token(button) for button in old.options), buttons=pressed)
        return replace(old, buttons=pressed)

    return replace(reply, parts=tuple(part(old) for old in reply.parts)), rows


async def batch_notices(batch: Batch, adapters: Adapters, db: Database, outcome: Outcome, now: datetime) -> None:
    """Add every notice of an outcome."""
    for notice in outcome.notices:
        await add_notice(batch, adapters, db, notice, now)


async def write(tx: Tx, outcome: Outcome, batch: Batch, owner: str, now: datetime) -> list[tuple[Platform, str]]:
    """All that an outcome writes; returns the chats that `owner` must now send to."""
    for change in outcome.changes:
        await change(tx)
    await audit.add(tx, list(outcome.audit_entries))
    await buttons.add(tx, batch.button_rows)
    return await outbox.put(tx, batch.messages, owner, now) if batch.messages else []


def add_answer(
    batch: Batch, adapters: Adapters, incoming: Incoming, reply: Reply, owner: StaffId | None, now: datetime
) -> None:
    """The answer to an event, to where it came from; its first call uses the free reply token."""
    tokened, rows = with_tokens(reply, owner, now)
    batch.button_rows += rows
    payloads = adapters[incoming.platform].render(tokened, incoming.message)
    for position, payload in enumerate(payloads):
        first = position == 0
        batch.messages.append(
            Message(
                id=uuid4(),
                platform=incoming.platform,
                chat=incoming.chat,
                payload=payload,
                staff_id=owner,
                reply_token=incoming.reply_token if first else "",
                reply_until_at=incoming.reply_until if first else None,
                confirms=reply.confirms,
            )
        )


async def add_notice(batch: Batch, adapters: Adapters, db: Database, notice: Notice, now: datetime) -> None:
    """An unasked message: to each person meant, on the platform they used last."""
    if notice.to is not None:
        with speaking((await staff.get_staff(db, notice.staff_id)).language if notice.staff_id else "th"):
            _add_to(batch, notice, notice.to, notice.staff_id, now)
        return
    for person in await _recipients(db, notice):
        address = await reachable_address(db, adapters, person.id)
        if address is not None:
            with speaking(person.language):
                _add_to(batch, notice, address, person.id, now)


async def _recipients(db: Database, notice: Notice) -> list[Staff]:
    if notice.staff_id is not None:
        people = [await staff.get_staff(db, notice.staff_id)]
    else:
        people = [person for person in await staff.list_staff(db) if person.role.covers(notice.role or Role.ADMIN)]
    return [person for person in people if person.blocked_at is None]


async def reachable_address(
    db: Database, adapters: Adapters, staff_id: StaffId, but: tuple[Platform, str] | None = None
) -> tuple[Platform, str] | None:
    """Where a person can be told something: the account used last that takes messages, other than `but`.

    This process's platforms come first; else another process sends it. A terminal is there only while it is open.
    """
    addresses = [
        (identity.platform, identity.chat)
        for identity in await staff.list_identities(db, staff_id)
        if identity.unreachable_at is None and (identity.platform, identity.chat) != but
    ]
    ours = [address for address in addresses if address[0] in adapters]
    others = [address for address in addresses if address[0] is not Platform.TERMINAL]
    return next(iter([*ours, *others]), None)


def _add_to(batch: Batch, notice: Notice, address: tuple[Platform, str], owner: StaffId | None, now: datetime) -> None:
    tokened, rows = with_tokens(notice.make(), owner, now)
    batch.button_rows += rows
    key = f"{notice.key}:{owner}" if owner is not None else notice.key
    batch.messages.append(notice_message(tokened, address, owner, key))


def notice_message(tokened: Reply, address: tuple[Platform, str], owner: StaffId | None, key: str) -> Message:
    """The row of one notice: its words are kept, and rendered by the process that sends it."""
    platform, chat = address
    return Message(
        id=uuid4(),
        platform=platform,
        chat=chat,
        payload="",
        staff_id=owner,
        notice=reply_to_json(tokened),
        dedupe_key=key,
        confirms=True,
    )
