"""What counts as told when a platform accepts a message: never earlier."""

from collections.abc import Iterable
from datetime import datetime

from domain.reach.routes import MOVED
from domain.reach.untold import first_key, read_owed, read_untold
from handlers.chat import reply_from_json
from store.chat import untold
from store.chat.outbox import Message
from store.engine.database import Tx
from store.owed import reminding
from store.owed.told import note_person

_WORD = '"tells"'


async def note_told(tx: Tx, message: Message, now: datetime) -> None:
    """The message was accepted: a part of the transaction that says so."""
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
    key = message.dedupe_key or ""
    first = first_key(key)
    if first == key:
        return
    if key == f"{first}{MOVED}":
        await untold.note_told(tx, first, now)
    else:
        await untold.note_reached(tx, first, now)


def _words(notices: Iterable[str]) -> list[str]:
    """What these notices tell."""
    words: list[str] = []
    for notice in notices:
        if _WORD in notice:
            words += reply_from_json(notice).tells
    return words
