"""The parts of the account on X (twitter): the posts that the desk makes there, and the check."""

from bot.networks.twitter.account import NO_ANSWER, NOT_SENT, TwitterAccount
from bot.networks.twitter.settings import TwitterSettings
from bot.parts import PlatformParts, Surroundings
from bot.posting import LookupFailed
from bot.variables import plain


def open_twitter(settings: TwitterSettings, surroundings: Surroundings) -> "TwitterPlatform | None":
    """Its parts where the account's credentials are given."""
    if not settings.twitter_access_token:
        return None
    account = TwitterAccount(
        plain(settings.twitter_api_key),
        plain(settings.twitter_api_secret),
        plain(settings.twitter_access_token),
        plain(settings.twitter_access_secret),
        settings.twitter_api_url,
        surroundings.clock,
    )
    return TwitterPlatform(account, settings.twitter_api_url)


class TwitterPlatform(PlatformParts):
    """See `bot.parts.PlatformParts`."""

    name = "twitter"

    def __init__(self, account: TwitterAccount, api_url: str) -> None:
        self.networks = (account,)
        self._account = account
        self._api_url = api_url

    async def check(self) -> str:
        """Whether X knows key and token."""
        try:
            await self._account.hello()
        except LookupFailed as error:
            if str(error) in (str(NOT_SENT), str(NO_ANSWER)):
                return f"DESKBOT_TWITTER_API_URL: {self._api_url} cannot be reached"
            return f"DESKBOT_TWITTER_ACCESS_TOKEN: X answers {error} to this key and token"
        return ""

    async def close(self) -> None:
        """Close the connections."""
        await self._account.close()
