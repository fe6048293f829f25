"""What chats were shown of somebody who is erased: each message is changed where its platform still
can, by the outbox, in order and at its pace.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from handlers.chat import reply_to_json
from handlers.privacy.erasing import taken_out
from store.chat import outbox
from store.chat.outbox import Message
from store.engine.database import Tx
from store.privacy.asked import CHANGED, LEFT


async def take_out(
    tx: Tx,
    records: Sequence[str],
    now: datetime,
) -> dict[str, int]:
    """Queue the changes; returns how many messages there are of each kind."""
    shown = await outbox.list_showing(tx, records)
    named = {(*one.at, one.external_id): one for one in shown if one.external_id}
    await outbox.add(tx, [_change(one) for one in named.values()], now)
    await outbox.forget_kept(tx, shown)
    left = sum(not one.external_id for one in shown)
    return {CHANGED: len(named), LEFT: left}


def _change(shown: Message) -> Message:
    """It goes to the chat, whoever reads there by now."""
    return Message(
        id=uuid4(),
        platform=shown.platform,
        chat=shown.chat,
        payload="",
        notice=reply_to_json(taken_out(shown.external_id)),
        dedupe_key=f"erased:{shown.id}",
    )
