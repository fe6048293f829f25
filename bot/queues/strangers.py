"""Conversations of people whom nobody knows: a few are handled at once, so that whoever is known
waits for none of them, however many come.
"""

from collections.abc import Callable, Iterable

from domain.reach.strangers import AT_ONCE


class Strangers:
    """Those who wait, in turn. `wake` works on a conversation."""

    def __init__(self, wake: Callable[[Iterable[str]], None]) -> None:
        self._wake = wake
        self._known: set[str] = set()
        self._waiting: dict[str, None] = {}
        self._inside: set[str] = set()

    def know(self, conversations: Iterable[str]) -> None:
        """Somebody of the staff speaks in these."""
        self._known.update(conversations)

    def waits(self, conversation: str) -> bool:
        """Whether its turn has not come."""
        return conversation in self._waiting

    def admit(self, conversations: Iterable[str]) -> None:
        """Work on these: at once, or in turn."""
        for conversation in conversations:
            if conversation in self._known or conversation in self._inside:
                self._wake([conversation])
            else:
                self._waiting[conversation] = None
        self._go_on()

    def over(self, conversation: str) -> None:
        """Nothing more is done in this one for now."""
        self._inside.discard(conversation)
        self._go_on()

    def _go_on(self) -> None:
        while self._waiting and len(self._inside) < AT_ONCE:
            first = next(iter(self._waiting))
            del self._waiting[first]
            self._inside.add(first)
            self._wake([first])
