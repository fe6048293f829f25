"""One query, and what makes a hit the right one."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from bench.search.entries import Named, Registered


@dataclass(frozen=True, slots=True)
class Sought:
    """One query of a kind (and of a sort of it), and whom it should find.

    A hit is right that has the code, or all texts of one of `wanted` anywhere in its record, blanks
    aside."""

    kind: str
    sort: str
    text: str
    code: str = ""
    wanted: tuple[tuple[str, ...], ...] = ()

    def is_right(self, code: str, record: str) -> bool:
        """Whether this customer is one that was meant; `record` as `squeezed` gives it."""
        if code == self.code:
            return True
        return any(all(text in record for text in texts) for texts in self.wanted)


Make = Callable[[Registered, random.Random], Sought | None]


def squeezed(text: str) -> str:
    """A text without blanks, in small letters."""
    return "".join(text.casefold().split())


def by(text: str, one: Registered, *wanted: str) -> Sought | None:
    """A query for this customer, or whoever else has all that is wanted."""
    if not text.strip():
        return None
    return Sought("", "", text, one.code, (tuple(map(squeezed, wanted)),) if wanted else ())


def thai(one: Registered) -> Named | None:
    """The person with a Thai name that a query is about."""
    if one.who is None or one.who.first.isascii():
        return None
    return one.who
