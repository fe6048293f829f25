"""What an operator sets for Telegram."""

from typing import Literal

from pydantic import SecretStr, field_validator

from bot.variables import SettingsGroup

LONGEST_SECRET = 256
WITHOUT_SIGNS = str.maketrans("", "", "-_")


class TelegramSettings(SettingsGroup):
    """The bot's token, and how its updates come in: polled, or sent to a webhook."""

    telegram_token: SecretStr | None = None
    telegram_api_url: str = "https://api.telegram.org"
    telegram_mode: Literal["polling", "webhook"] = "polling"
    telegram_webhook_secret: SecretStr | None = None

    @field_validator("telegram_token")
    @classmethod
    def _telegram_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return value
        bot_id, _colon, _secret = value.get_secret_value().partition(":")
        if not bot_id.isdigit():
            raise ValueError("must look like 123456:ABC, as BotFather gives it")
        return value

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _telegram_webhook_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return value
        text = value.get_secret_value()
        letters = text.translate(WITHOUT_SIGNS)
        if len(text) > LONGEST_SECRET or not letters.isalnum() or not letters.isascii():
            raise ValueError("must be 1 to 256 characters of A-Z a-z 0-9 _ -")
        return value

    @property
    def has_platform(self) -> bool:
        """See `bot.variables.SettingsGroup`."""
        # Settings has all groups among its bases: `super()` is the next of them.
        return self.telegram_token is not None or super().has_platform

    @property
    def telegram_by_webhook(self) -> bool:
        """Whether Telegram calls the desk; else the desk asks Telegram."""
        return self.telegram_token is not None and self.telegram_mode == "webhook"
