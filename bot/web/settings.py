"""What an operator sets of the web side."""

from pydantic import Field, SecretStr

from bot.variables import SettingsGroup


class WebSettings(SettingsGroup):
    """Where the desk listens, and where people and platforms reach it from outside."""

    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8080, ge=0, le=65535)
    public_url: str | None = None
    metrics_token: SecretStr | None = None
