"""What an operator sets for LINE."""

import re
from typing import Self

from pydantic import SecretStr, field_validator, model_validator

from bot.variables import PREFIX, SettingsGroup

LIFF_ID = re.compile(r"\d{6,15}-[A-Za-z0-9]{4,20}", re.ASCII)


class LineSettings(SettingsGroup):
    """The channel's secret, by which LINE signs, the token with which the desk speaks, and the LIFF
    app that opens the desk's pages.
    """

    line_channel_secret: SecretStr | None = None
    line_access_token: SecretStr | None = None
    line_api_url: str = "https://api.line.me"
    line_data_api_url: str = "https://api-data.line.me"
    line_liff_id: str | None = None

    @field_validator("line_liff_id")
    @classmethod
    def _liff_id(cls, value: str | None) -> str | None:
        if value is not None and not LIFF_ID.fullmatch(value):
            raise ValueError("must look like 1234567890-AbcdEfgh, as LINE Developers has it")
        return value

    @model_validator(mode="after")
    def _line_needs_both(self) -> Self:
        if self.line_channel_secret is None and self.line_access_token is not None:
            missing = "LINE_CHANNEL_SECRET"
        elif self.line_access_token is None and self.line_channel_secret is not None:
            missing = "LINE_ACCESS_TOKEN"
        else:
            return self
        raise ValueError(
            f"{PREFIX}{missing}: LINE needs both its channel secret and its access token"
        )

    @property
    def has_platform(self) -> bool:
        """See `bot.variables.SettingsGroup`."""
        # Settings has all groups among its bases: `super()` is the next of them.
        return self.line_channel_secret is not None or super().has_platform
