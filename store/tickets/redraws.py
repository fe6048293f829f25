"""Which tickets changed, so that the messages that show them are to be drawn anew."""

from datetime import datetime, timedelta

from store import due
from store.due import Due
from store.engine.database import Tx

KIND = "card.redraw"
PAUSE = timedelta(seconds=5)
"""What changes again within that is drawn once."""


async def want(tx: Tx, no: str, now: datetime) -> None:
    """Draw this ticket's cards soon, as it is by then."""
    await due.plan_again(tx, [Due(KIND, no, "", now + PAUSE)])
