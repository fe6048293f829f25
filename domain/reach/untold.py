"""What could not be told to somebody of the staff, and what counts as told once it is. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.reach.routes import GROUPED, MAILED, MOVED
from domain.staff import StaffId

_MARKS = (MOVED, MAILED, GROUPED)


@dataclass(frozen=True, slots=True)
class Untold:
    """A notice that waits for the person's next answer. `key` = its key on its first route;
    `notice` = the reply as JSON; `since_at` = when it could not be told for the first time;
    `held_until_at` = until when nobody tries, where that was chosen; `climbed` = how many steps of
    those above the person heard of it; `message_id` = the message that last brought it, "" = none;
    `reached_at` = when somebody who can act knew of it.
    """

    key: str
    staff_id: StaffId
    notice: str
    since_at: datetime
    held_until_at: datetime | None = None
    climbed: int = 0
    message_id: str = ""
    reached_at: datetime | None = None
    id: int = 0

    @property
    def kind(self) -> str:
        """What it tells of: the first word of its key."""
        return kind_of(self.key)


REST = "rest"
"""The word of a call behind which others of the same notice follow."""
_CALL = re.compile(r"#\d+$")


def call_key(key: str, number: int) -> str:
    """Returns the key of a notice's call after the first, numbered from 1."""
    return f"{key}#{number}"


def notice_key(key: str) -> str:
    """Returns the key of the notice whose call has this key."""
    return _CALL.sub("", key)


def kind_of(key: str) -> str:
    """Returns what a notice with this key tells of: its first word."""
    return key.partition(":")[0]


def first_key(key: str) -> str:
    """Returns the key that a notice had on its first route."""
    for mark in _MARKS:
        if key.endswith(mark):
            return first_key(key.removesuffix(mark))
    return key


# What counts as told once a message was accepted, as words that a notice carries.


def of_owed(owed_id: int, number: int) -> str:
    """Returns the word for this reminder of a thing owed."""
    return f"owed:{owed_id}:{number}"


def of_untold(untold_id: int) -> str:
    """Returns the word for a notice that could not be told to somebody else."""
    return f"untold:{untold_id}"


def of_told(untold_id: int) -> str:
    """Returns the word for a notice to the same person that waited until now."""
    return f"told:{untold_id}"


def of_others(words: Iterable[str]) -> tuple[str, ...]:
    """Returns the words as they are where somebody else hears it, or only that something waits."""
    return tuple(re.sub("^told:", "untold:", word) for word in words)


def read_owed(words: Iterable[str]) -> dict[int, int]:
    """Returns the last number of a reminder for each thing owed among the words."""
    found: dict[int, int] = {}
    for owed_id, number in _numbers("owed", words):
        found[owed_id] = max(number, found.get(owed_id, 0))
    return found


def read_untold(words: Iterable[str]) -> list[int]:
    """Returns the ids of the notices to somebody else among the words."""
    return [numbers[0] for numbers in _numbers("untold", words)]


def read_told(words: Iterable[str]) -> list[int]:
    """Returns the ids of the notices that waited until now among the words."""
    return [numbers[0] for numbers in _numbers("told", words)]


def _numbers(what: str, words: Iterable[str]) -> Iterator[list[int]]:
    for word in words:
        first, *rest = word.split(":")
        if first == what:
            yield [int(each) for each in rest]
