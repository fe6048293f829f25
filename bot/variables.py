"""What groups of settings have in common: their variables' prefix, and how a wrong one is told."""

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "DESKBOT_"


class SettingsError(Exception):
    """A setting is missing or wrong; the text begins with the variable's name."""


class SettingsGroup(BaseSettings):
    """Some of what an operator sets; `bot.settings.Settings` is all groups in one."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        # A secret that was pasted has the end of its line.
        str_strip_whitespace=True,
    )

    @property
    def has_platform(self) -> bool:
        """Whether people can talk to the desk; without a platform the terminal demo opens.

        The group of each platform that people talk on answers for its own, and else asks the next.
        """
        return False


def plain(secret: SecretStr | None) -> str:
    """A secret as it is sent, empty where none is given."""
    if secret is None:
        return ""
    return secret.get_secret_value()
