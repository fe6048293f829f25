"""The pauses of a ticket as its one column: a line each, so that history shows each change of
them.
"""

from datetime import UTC, datetime

from domain.tickets.records import Pause

WAITED = "waited"
CLOSED = "closed"


def as_text(pauses: tuple[Pause, ...]) -> str:
    """One line a pause: kind, since, until ("" while it lasts), in UTC as ISO 8601."""
    return "\n".join(
        " ".join(
            (
                CLOSED if pause.closed else WAITED,
                _instant(pause.since),
                _instant(pause.until) if pause.until else "",
            )
        ).strip()
        for pause in pauses
    )


def from_text(text: str) -> tuple[Pause, ...]:
    """The reverse of `as_text`."""
    pauses = []
    for line in text.splitlines():
        kind, since, *until = line.split()
        ended = datetime.fromisoformat(until[0]) if until else None
        pauses.append(Pause(datetime.fromisoformat(since), ended, kind == CLOSED))
    return tuple(pauses)


def apart(text: str, other: str) -> str:
    """Of the pauses in `text` those that are not in `other`."""
    known = set(other.splitlines())
    return "\n".join(line for line in text.splitlines() if line not in known)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
