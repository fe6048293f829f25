"""What an operator sets for the office's account on X (twitter)."""

from typing import Self

from pydantic import SecretStr, field_validator, model_validator

from bot.variables import PREFIX, SettingsGroup

CREDENTIALS = ("api_key", "api_secret", "access_token", "access_secret")


class TwitterSettings(SettingsGroup):
    """The app's key and the account's token, each with its secret."""

    twitter_api_key: SecretStr | None = None
    twitter_api_secret: SecretStr | None = None
    twitter_access_token: SecretStr | None = None
    twitter_access_secret: SecretStr | None = None
    twitter_api_url: str = "https://api.x.com"

    @field_validator("twitter_access_token")
    @classmethod
    def _twitter_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return value
        account_id, _dash, _secret = value.get_secret_value().partition("-")
        if not account_id.isdigit():
            raise ValueError("must look like 123456-AbC, as X's developer console gives it")
        return value

    @model_validator(mode="after")
    def _twitter_needs_all(self) -> Self:
        missing = [name for name in CREDENTIALS if not getattr(self, f"twitter_{name}")]
        if missing and len(missing) < len(CREDENTIALS):
            raise ValueError(
                f"{PREFIX}TWITTER_{missing[0].upper()}: "
                "X needs its key and token, each with its secret"
            )
        return self
