"""Random tokens for the buttons of a reply, and what each of them means."""

import os
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import datetime

from domain.staff import StaffId
from handlers.chat import Button, Choice, Reply, ReplyPart
from handlers.desk import BUTTON_LIFETIME
from store.chat.buttons import StoredButton

TOKEN_BYTES = 12
"""Random bytes of a token."""
TIME_BYTES = 4
"""Bytes before them that tell when it was made."""


class Tokens:
    """Gives tokens to the buttons of what one person may press, or anybody (None); `rows` is what
    they mean.
    """

    def __init__(self, owner: StaffId | None, now: datetime) -> None:
        self.rows: list[StoredButton] = []
        self._owner = owner
        self._expires_at = now + BUTTON_LIFETIME
        # Neighbours in time are neighbours in the store's index: many at once are written to few
        # pages.
        self._since = int(now.timestamp()).to_bytes(TIME_BYTES, "big")

    def reply(self, reply: Reply) -> Reply:
        """The reply with a token in every button that has none."""
        earlier = tuple(replace(each, part=self._part(each.part)) for each in reply.earlier)
        parts = tuple(self._part(part) for part in reply.parts)
        return replace(reply, parts=parts, earlier=earlier)

    def _part(self, part: ReplyPart) -> ReplyPart:
        buttons = self._all(part.buttons)
        if isinstance(part, Choice):
            return replace(part, options=self._all(part.options), buttons=buttons)
        return replace(part, buttons=buttons)

    def _all(self, buttons: tuple[Button, ...]) -> tuple[Button, ...]:
        return tuple(self._button(button) for button in buttons)

    def _button(self, button: Button) -> Button:
        if button.token:
            return button  # a message that takes another route: whichever arrived, it works once
        random = os.urandom(TOKEN_BYTES)
        token = urlsafe_b64encode(self._since + random).rstrip(b"=").decode("ascii")
        self.rows.append(
            StoredButton(
                token,
                self._owner,
                button.action,
                button.args,
                button.record,
                button.version,
                button.once,
                self._expires_at,
            )
        )
        return replace(button, token=token)
