"""What LINE says of who opens a LIFF page: an ID token, which LINE itself verifies."""

from datetime import UTC, datetime

import aiohttp

from bot.web.answers import as_number, as_text, body_of, is_yes, object_of

VERIFY = "/oauth2/v2.1/verify"
ISSUER = "https://access.line.me"
TIMEOUT = aiohttp.ClientTimeout(total=8)
LONGEST_TOKEN = 4096


def channel_of(liff_id: str) -> str:
    """The LINE Login channel whose page this is: a LIFF id begins with it."""
    return liff_id.partition("-")[0]


async def user_of(id_token: str, api_url: str, channel: str, now: datetime) -> str:
    """The user whom the token vouches for, to this channel and until later than now; "" where LINE
    does not say so.
    """
    if not id_token or len(id_token) > LONGEST_TOKEN:
        return ""
    form = {"id_token": id_token, "client_id": channel}
    try:
        async with (
            aiohttp.ClientSession(timeout=TIMEOUT) as session,
            session.post(f"{api_url}{VERIFY}", data=form) as answer,
        ):
            body = await body_of(answer)
    except (TimeoutError, aiohttp.ClientError, OSError):
        return ""
    told = object_of(body)
    if not is_yes(answer.status) or told is None:
        return ""
    if (told.get("iss"), told.get("aud")) != (ISSUER, channel):
        return ""
    until = as_number(told.get("exp")) or 0
    if datetime.fromtimestamp(until, UTC) <= now:
        return ""
    return as_text(told.get("sub")) or ""
