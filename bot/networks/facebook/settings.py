"""What an operator sets for the office's Facebook page."""

from typing import Self

from pydantic import SecretStr, field_validator, model_validator

from bot.variables import PREFIX, SettingsGroup


class FacebookSettings(SettingsGroup):
    """The page, the token to post with, and the two secrets of its webhook."""

    facebook_page_id: str | None = None
    facebook_page_token: SecretStr | None = None
    facebook_app_secret: SecretStr | None = None
    facebook_verify_token: SecretStr | None = None
    facebook_api_url: str = "https://graph.facebook.com"

    @field_validator("facebook_page_id")
    @classmethod
    def _facebook_page(cls, value: str | None) -> str | None:
        if value is None:
            return value
        if not (value.isascii() and value.isdigit()):
            raise ValueError("must be the page's number, as Facebook shows it under About")
        return value

    @model_validator(mode="after")
    def _facebook_needs_its_page(self) -> Self:
        secrets = (self.facebook_page_token, self.facebook_app_secret, self.facebook_verify_token)
        if self.facebook_page_id is None and any(secrets):
            raise ValueError(
                f"{PREFIX}FACEBOOK_PAGE_ID: needed with the other settings of Facebook"
            )
        return self

    @model_validator(mode="after")
    def _facebook_webhook_needs_both(self) -> Self:
        if self.facebook_app_secret is None and self.facebook_verify_token is not None:
            missing = "FACEBOOK_APP_SECRET"
        elif self.facebook_verify_token is None and self.facebook_app_secret is not None:
            missing = "FACEBOOK_VERIFY_TOKEN"
        else:
            return self
        raise ValueError(
            f"{PREFIX}{missing}: Facebook's webhook needs both its app secret and its verify token"
        )
