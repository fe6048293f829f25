"""Conversations that were handled, whose leases are given back a little later and together: then
no event pays for that, and the next one of the same chat finds them here.
"""

from collections.abc import Iterable, Sequence

from domain.staff import Chat

AT_ONCE = 100
"""Conversations whose leases are given back by one statement at most."""


class Held:
    """What this process still holds though it was handled."""

    def __init__(self) -> None:
        self._answered: dict[Chat, str] = {}
        """Conversations whose answer is being called out, by its chat."""
        self._over: dict[str, None] = {}

    def __bool__(self) -> bool:
        return bool(self._over)

    def answer(self, chat: Chat, conversation: str) -> None:
        """The conversation's event is done, and its answer is being called out."""
        self._answered[chat] = conversation

    def called(self, chat: Chat) -> None:
        """That call is over, whatever came of it."""
        conversation = self._answered.pop(chat, None)
        if conversation is not None:
            self._over[conversation] = None

    def end_calls(self) -> None:
        """No call is waited for any more."""
        for chat in list(self._answered):
            self.called(chat)

    def goes_on(self, conversations: Iterable[str]) -> None:
        """Something came in these: they are not over."""
        for conversation in conversations:
            self._over.pop(conversation, None)

    def take(self) -> Sequence[str]:
        """Those that are given back now."""
        taken = list(self._over)[:AT_ONCE]
        self.goes_on(taken)
        return taken

    def put_back(self, taken: Iterable[str]) -> None:
        """These were not given back."""
        self._over.update(dict.fromkeys(taken))
