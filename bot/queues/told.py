"""What counts as told when a platform accepts a message: never earlier."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from domain.reach.routes import MOVED
from domain.reach.untold import REST, first_key, notice_key, read_owed, read_untold
from handlers.chat import Reply, reply_from_json, reply_to_json
from store.chat import untold
from store.chat.outbox import Message
from store.engine.database import Tx
from store.owed import reminding
from store.owed.told import note_person

_WORD = '"tells"'


async def note_told(tx: Tx, message: Message, now: datetime) -> None:
    """The message was accepted: a part of the transaction that says so. Of a notice in several
    calls all counts with the last of them.
    """
    if has_rest(message):
        if message.carries:
            await untold.pass_on(tx, message.id, "")
        return
    words = _words([message.notice])
    if message.carries:
        words += _words(await untold.note_brought(tx, message.id, now))
    await _note_route(tx, message, now)
    others = read_untold(words)
    if others:
        words += _words(await untold.note_all_reached(tx, others, now))
    reminders = read_owed(words)
    if reminders:
        await reminding.note_told(tx, reminders)
        await note_person(tx, reminders, message.staff_id, now)


async def _note_route(tx: Tx, message: Message, now: datetime) -> None:
    """What could not be told on its first route was told on this one, or at least somebody knows of
    it.
    """
    own = message.dedupe_key or ""
    key = notice_key(own)
    first = first_key(key)
    # What is told with the last of several calls may have waited since the first.
    if first == own:
        return
    if key in (first, f"{first}{MOVED}"):
        await untold.note_told(tx, first, now)
    else:
        await untold.note_reached(tx, first, now)


def has_rest(message: Message) -> bool:
    """Whether other calls of the same notice follow."""
    return f'"{REST}"' in message.notice and REST in _words([message.notice])


def whole(notice: str) -> Reply:
    """The notice as it was before it was said in several calls."""
    reply = reply_from_json(notice)
    return replace(reply, tells=tuple(word for word in reply.tells if word != REST))


def before_rest(notice: str) -> str:
    """The notice as it stands with a call behind which others follow."""
    reply = reply_from_json(notice)
    return reply_to_json(replace(reply, tells=(*reply.tells, REST)))


def _words(notices: Iterable[str]) -> list[str]:
    """What these notices tell."""
    words: list[str] = []
    for notice in notices:
        if _WORD in notice:
            words += reply_from_json(notice).tells
    return words
