"""What Telegram says of who opens a Mini App: signed with the bot's token, and not for long."""

import hmac
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

KEY = b"WebAppData"
AHEAD = timedelta(minutes=1)
"""How far Telegram's clock may be before ours."""


def user_of(init_data: str, bot_token: str, now: datetime, longest: timedelta) -> str:
    """The user whom these `initData` vouch for; "" where they are forged, broken, or were signed
    longer ago.
    """
    with suppress(ValueError):
        pairs = parse_qsl(init_data, strict_parsing=True, keep_blank_values=True)
        fields = dict(pairs)
        if len(fields) != len(pairs) or not _is_signed(fields, bot_token):
            return ""
        age = now - datetime.fromtimestamp(int(fields.get("auth_date", "")), UTC)
        if not -AHEAD <= age <= longest:
            return ""
        return _id_of(fields.get("user", ""))
    return ""


def _is_signed(fields: dict[str, str], bot_token: str) -> bool:
    """As Telegram's documentation has it: all other fields, by their names, a line each."""
    given = fields.pop("hash", "")
    lines = "\n".join(f"{name}={fields[name]}" for name in sorted(fields))
    secret = hmac.digest(KEY, bot_token.encode(), "sha256")
    made = hmac.digest(secret, lines.encode(), "sha256").hex()
    return hmac.compare_digest(made.encode(), given.encode())


def _id_of(user: str) -> str:
    told = json.loads(user)
    if not isinstance(told, dict) or not isinstance(told.get("id"), int):
        return ""
    return str(told["id"])
