"""Asks each configured platform whether it knows us, and this machine whether it can draw."""

from collections.abc import AsyncIterator

from telegram.error import InvalidToken, TelegramError

from bot.clock import Clock
from bot.fonts import MISSING, sets_thai_right
from bot.line.adapter import LineAdapter
from bot.mail.imap_box import BoxFailed
from bot.networks.facebook import NO_ANSWER, NOT_SENT, FacebookPage
from bot.networks.networks import LookupFailed
from bot.networks.twitter import TwitterAccount
from bot.service import mail_adapter, mail_box, twitter_account
from bot.settings import Settings
from bot.telegram.adapter import TelegramAdapter

CHECKS = {
    "connect": "the server cannot be reached or turns us away",
    "timeout": "the server does not answer in time",
    "tls": "the server offers no encryption that can be trusted",
    "login": "the server does not know this user and password",
    "mailbox": "there is no such mailbox, or it cannot be read",
}


async def check_platforms(settings: Settings, clock: Clock) -> AsyncIterator[tuple[str, str]]:
    """(platform, "") where all is good, else (platform, the variable's name and what is wrong with
    it); first of all, whether pictures can be drawn.
    """
    yield "pictures", "" if sets_thai_right() else MISSING
    if settings.telegram_token:
        yield (
            "telegram",
            await _check_telegram(settings, settings.telegram_token.get_secret_value()),
        )
    if settings.line_access_token:
        yield (
            "line",
            await _check_line(settings, settings.line_access_token.get_secret_value(), clock),
        )
    if settings.facebook_page_id and settings.facebook_page_token:
        token = settings.facebook_page_token.get_secret_value()
        yield "facebook", await _check_facebook(settings, settings.facebook_page_id, token)
    if account := twitter_account(settings, clock):
        yield "twitter", await _check_twitter(settings, account)
    if settings.smtp_url:
        yield "mail", await _check_mail(settings)
    if settings.imap_url:
        yield "mailbox", await _check_mailbox(settings)
    if not settings.has_platform:
        yield "platforms", ""


async def _check_telegram(settings: Settings, token: str) -> str:
    adapter = TelegramAdapter(token, settings.telegram_api_url)
    try:
        await adapter.bot.initialize()
    except InvalidToken:
        return "DESKBOT_TELEGRAM_TOKEN: Telegram does not know this token"
    except TelegramError as error:
        return f"DESKBOT_TELEGRAM_API_URL: {settings.telegram_api_url} cannot be reached ({type(error).__name__})"
    finally:
        await adapter.close()
    return ""


async def _check_line(settings: Settings, token: str, clock: Clock) -> str:
    import linebot.v3.messaging as sdk

    adapter = LineAdapter(token, settings.line_api_url, settings.line_data_api_url, clock)
    try:
        await adapter.hello()
    except sdk.ApiException as error:
        return f"DESKBOT_LINE_ACCESS_TOKEN: LINE answers {error.status}"
    except OSError as error:
        return f"DESKBOT_LINE_API_URL: {settings.line_api_url} cannot be reached ({type(error).__name__})"
    finally:
        await adapter.close()
    return ""


async def _check_facebook(settings: Settings, page_id: str, token: str) -> str:
    page = FacebookPage(page_id, token, settings.facebook_api_url)
    try:
        await page.hello()
    except LookupFailed as error:
        if str(error).startswith(str(NOT_SENT)) or str(error).startswith(f"{NO_ANSWER} "):
            return f"DESKBOT_FACEBOOK_API_URL: {settings.facebook_api_url} cannot be reached"
        return f"DESKBOT_FACEBOOK_PAGE_TOKEN: Facebook answers {error}"
    finally:
        await page.close()
    return ""


async def _check_twitter(settings: Settings, account: TwitterAccount) -> str:
    try:
        await account.hello()
    except LookupFailed as error:
        if str(error) in (str(NOT_SENT), str(NO_ANSWER)):
            return f"DESKBOT_TWITTER_API_URL: {settings.twitter_api_url} cannot be reached"
        return f"DESKBOT_TWITTER_ACCESS_TOKEN: X answers {error} to this key and token"
    finally:
        await account.close()
    return ""


async def _check_mail(settings: Settings) -> str:
    """Connects, encrypts, logs in; sends nothing."""
    adapter = mail_adapter(settings)
    problem = await adapter.hello() if adapter else ""
    return (
        f"DESKBOT_SMTP_URL: {CHECKS.get(problem.split()[0], 'no answer')} ({problem})"
        if problem
        else ""
    )


async def _check_mailbox(settings: Settings) -> str:
    """Connects, encrypts, logs in, opens the mailbox; changes nothing."""
    box = mail_box(settings)
    assert box is not None
    try:
        await box.look()
    except BoxFailed as error:
        return f"DESKBOT_IMAP_URL: {CHECKS.get(str(error), 'no answer')} ({error})"
    finally:
        await box.close()
    return ""
