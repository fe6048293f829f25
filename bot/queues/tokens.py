"""Random tokens for the buttons of a reply, and what each of them means."""

import os
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from domain.staff import StaffId
from handlers.chat import (
    AnyButton,
    Button,
    Choice,
    CopyButton,
    Document,
    Reply,
    ReplyPart,
)
from handlers.desk import BUTTON_LIFETIME
from handlers.forms.rest import rest_button
from handlers.registry import styled
from store.chat.buttons import StoredButton

TOKEN_BYTES = 11
"""Random bytes of a token."""
AT_A_TIME = 16
"""Tokens whose random bytes are asked for together."""
TIME_BYTES = 5
PER_SECOND = 256
"""Bytes before them that tell when it was made, and how many times of a second they tell apart."""


Rest = Callable[[ReplyPart], ReplyPart | None]
"""What of a part a platform does not show at once; None = nothing."""


def with_tokens(
    reply: Reply,
    presser: StaffId | None,
    now: datetime,
    rest: Rest | None = None,
) -> tuple[Reply, list[StoredButton]]:
    """The reply with a token in every button that has none, and what the new tokens mean;
    `presser` = who may press, None for anybody of the staff. What a platform does not show at once
    (`rest`) is kept behind a button of its own.
    """
    tokens = _Tokens(presser, now)
    tokened = tokens.reply(reply)
    if rest is not None:
        parts = tuple(tokens.with_more(part, rest(part)) for part in tokened.parts)
        tokened = replace(tokened, parts=parts)
    return tokened, tokens.rows


class _Tokens:
    """Gives the buttons of one reply their tokens."""

    def __init__(self, presser: StaffId | None, now: datetime) -> None:
        self.rows: list[StoredButton] = []
        self._presser = presser
        self._expires_at = now + BUTTON_LIFETIME
        # Neighbours in time are neighbours in the store's index: the buttons of one answer are
        # written to one page.
        since = int(now.timestamp() * PER_SECOND)
        self._since = since.to_bytes(TIME_BYTES, "big")
        self._dice = b""

    def reply(self, reply: Reply) -> Reply:
        earlier = tuple(replace(each, part=self._part(each.part)) for each in reply.earlier)
        parts = tuple(self._part(part) for part in reply.parts)
        return replace(reply, parts=parts, earlier=earlier)

    def _part(self, part: ReplyPart) -> ReplyPart:
        part = styled(part)
        buttons = self._all(part.buttons)
        if isinstance(part, Document):
            return replace(part, buttons=buttons, reader=self._presser)
        if not isinstance(part, Choice):
            return replace(part, buttons=buttons)
        options = tuple(map(self._button, part.options))
        return replace(part, options=options, buttons=buttons)

    def with_more(self, part: ReplyPart, rest: ReplyPart | None) -> ReplyPart:
        """The part with the button that shows the rest of it."""
        if rest is None or isinstance(part, Document):
            return part
        return replace(part, more=self._button(rest_button(rest)))

    def _all(self, buttons: tuple[AnyButton, ...]) -> tuple[AnyButton, ...]:
        return tuple(map(self._any, buttons))

    def _any(self, button: AnyButton) -> AnyButton:
        # What is copied on the telephone never comes here.
        if isinstance(button, CopyButton):
            return button
        return self._button(button)

    def _random(self) -> bytes:
        # Many at a time: each asking goes to the operating system.
        if not self._dice:
            self._dice = os.urandom(TOKEN_BYTES * AT_A_TIME)
        thrown = self._dice[:TOKEN_BYTES]
        self._dice = self._dice[TOKEN_BYTES:]
        return thrown

    def _button(self, button: Button) -> Button:
        if button.token:
            # A message that takes another route: whichever of the two arrived, it works once.
            return button
        encoded = urlsafe_b64encode(self._since + self._random())
        token = encoded.rstrip(b"=").decode("ascii")
        self.rows.append(
            StoredButton(
                token,
                self._presser,
                button.action,
                button.args,
                button.record,
                button.version,
                button.once,
                self._expires_at,
            )
        )
        return replace(button, token=token)
