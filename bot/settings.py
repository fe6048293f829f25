"""Settings from DESKBOT_* environment variables: read once, typed, passed on as arguments."""

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.clock import make_clock
from bot.mail.server import read_mailbox, read_sender, read_server

PREFIX = "DESKBOT_"
TWITTER = ("api_key", "api_secret", "access_token", "access_secret")


class SettingsError(Exception):
    """A setting is missing or wrong; the text begins with the variable's name."""


class Settings(BaseSettings):
    """What an operator sets. Names and defaults: README, "Configuration"."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore")

    database_url: str = "sqlite:///data/desk.db"
    data_dir: Path = Path("data")
    telegram_token: SecretStr | None = None
    telegram_api_url: str = "https://api.telegram.org"
    telegram_mode: Literal["polling", "webhook"] = "polling"
    telegram_webhook_secret: SecretStr | None = None
    line_channel_secret: SecretStr | None = None
    line_access_token: SecretStr | None = None
    line_api_url: str = "https://api.line.me"
    line_data_api_url: str = "https://api-data.line.me"
    facebook_page_id: str | None = None
    facebook_page_token: SecretStr | None = None
    facebook_app_secret: SecretStr | None = None
    facebook_verify_token: SecretStr | None = None
    facebook_api_url: str = "https://graph.facebook.com"
    twitter_api_key: SecretStr | None = None
    twitter_api_secret: SecretStr | None = None
    twitter_access_token: SecretStr | None = None
    twitter_access_secret: SecretStr | None = None
    twitter_api_url: str = "https://api.x.com"
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8080, ge=0, le=65535)
    public_url: str | None = None
    smtp_url: str | None = None
    mail_from: str | None = None
    imap_url: str | None = None
    secret_key: SecretStr | None = None
    config: Path | None = None
    clock: str | None = None

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql://", "postgres://")):
            raise ValueError("must look like sqlite:///data/desk.db or postgresql://user@host/desk")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _smtp_url(cls, value: str | None) -> str | None:
        if value is not None:
            read_server(value)
        return value

    @field_validator("imap_url")
    @classmethod
    def _imap_url(cls, value: str | None) -> str | None:
        if value is not None:
            read_mailbox(value)
        return value

    @field_validator("mail_from")
    @classmethod
    def _mail_from(cls, value: str | None) -> str | None:
        if value is not None:
            read_sender(value)
        return value

    @field_validator("telegram_token")
    @classmethod
    def _token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().partition(":")[0].isdigit():
            raise ValueError("must look like 123456:ABC, as BotFather gives it")
        return value

    @field_validator("facebook_page_id")
    @classmethod
    def _page(cls, value: str | None) -> str | None:
        if value is not None and not (value.isascii() and value.isdigit()):
            raise ValueError("must be the page's number, as Facebook shows it under About")
        return value

    @field_validator("twitter_access_token")
    @classmethod
    def _twitter_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().partition("-")[0].isdigit():
            raise ValueError("must look like 123456-AbC, as X's developer console gives it")
        return value

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _webhook_secret(cls, value: SecretStr | None) -> SecretStr | None:
        text = value.get_secret_value() if value else "x"
        if (
            not 1 <= len(text) <= 256
            or not text.replace("-", "").replace("_", "").isalnum()
            or not text.isascii()
        ):
            raise ValueError("must be 1 to 256 characters of A-Z a-z 0-9 _ -")
        return value

    @field_validator("config")
    @classmethod
    def _config(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError("must name a TOML file that exists")
        return value

    @field_validator("clock")
    @classmethod
    def _clock(cls, value: str | None) -> str | None:
        try:
            make_clock(value)
        except (ValueError, OSError) as error:
            raise ValueError(
                f"must look like 2026-11-23T10:00+07:00, or name a file that says so ({error})"
            ) from None
        return value

    @model_validator(mode="after")
    def _together(self) -> "Settings":
        if (self.line_channel_secret is None) != (self.line_access_token is None):
            missing = (
                "LINE_ACCESS_TOKEN" if self.line_access_token is None else "LINE_CHANNEL_SECRET"
            )
            raise ValueError(
                f"{PREFIX}{missing}: LINE needs both its channel secret and its access token"
            )
        facebook = (self.facebook_page_token, self.facebook_app_secret, self.facebook_verify_token)
        if self.facebook_page_id is None and any(facebook):
            raise ValueError(
                f"{PREFIX}FACEBOOK_PAGE_ID: needed with the other settings of Facebook"
            )
        if (self.facebook_app_secret is None) != (self.facebook_verify_token is None):
            missing = (
                "FACEBOOK_VERIFY_TOKEN"
                if self.facebook_verify_token is None
                else "FACEBOOK_APP_SECRET"
            )
            raise ValueError(
                f"{PREFIX}{missing}: Facebook's webhook needs both its app secret and its verify token"
            )
        twitter = {name: getattr(self, f"twitter_{name}") for name in TWITTER}
        if any(twitter.values()) and not all(twitter.values()):
            missing = next(name for name, value in twitter.items() if not value)
            raise ValueError(
                f"{PREFIX}TWITTER_{missing.upper()}: X needs its key and token, each with its secret"
            )
        if self.smtp_url and not self.mail_from:
            raise ValueError(
                f"{PREFIX}MAIL_FROM: needed with {PREFIX}SMTP_URL: the address that mails come from"
            )
        if self.telegram_token and self.telegram_mode == "webhook":
            for name, value in (
                ("TELEGRAM_WEBHOOK_SECRET", self.telegram_webhook_secret),
                ("PUBLIC_URL", self.public_url),
            ):
                if not value:
                    raise ValueError(
                        f"{PREFIX}{name}: needed when {PREFIX}TELEGRAM_MODE is webhook"
                    )
        return self

    @property
    def has_platform(self) -> bool:
        """Whether Telegram or LINE is configured; without one the terminal demo opens."""
        return self.telegram_token is not None or self.line_channel_secret is not None

    @property
    def sends_from(self) -> str:
        """The address that mails come from, empty where no mail is sent."""
        return read_sender(self.mail_from)[1] if self.smtp_url and self.mail_from else ""


def load_settings() -> Settings:
    """Read the environment; SettingsError names the first wrong variable and what it should look
    like.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        message = str(first["msg"]).removeprefix("Value error, ")
        if first["loc"]:
            message = f"{PREFIX}{str(first['loc'][0]).upper()}: {message}"
        raise SettingsError(message) from None


def masked(settings: Settings) -> list[tuple[str, str]]:
    """Every variable with its value, secrets as dots."""
    lines = []
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        text = (
            ""
            if value is None
            else "••••••"
            if isinstance(value, SecretStr)
            else _without_password(str(value))
        )
        lines.append((f"{PREFIX}{name.upper()}", text))
    return lines


def _without_password(value: str) -> str:
    """An address without what is secret in it, wherever that stands."""
    parts = urlsplit(value)
    if not parts.netloc and not parts.query:
        return value
    credentials, at, host = parts.netloc.rpartition("@")
    user = credentials.partition(":")[0]
    netloc = f"{user}:••••••@{host}" if at and ":" in credentials else parts.netloc
    query = "&".join(
        re.sub(r"(?i)^([^=]*(?:pass|secret|key)[^=]*)=.*", r"\1=••••••", q)
        for q in parts.query.split("&")
    )
    return urlunsplit((parts.scheme, netloc, parts.path, query, ""))


def secret_key(settings: Settings) -> str:
    """The key that signs links and payloads: given, or made once and kept in the data folder."""
    if settings.secret_key:
        return settings.secret_key.get_secret_value()
    path = settings.data_dir / "secret.key"
    if not path.exists():
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        made = path.with_suffix(f".{os.getpid()}")
        made.touch(mode=0o600)
        made.write_text(secrets.token_urlsafe(32), encoding="ascii")
        # Whole or not at all, and the first of two processes wins.
        with suppress(FileExistsError):
            os.link(made, path)
        made.unlink()
    key = path.read_text(encoding="ascii").strip()
    if not key:
        raise SettingsError(f"DESKBOT_SECRET_KEY: {path} is empty; remove it, or set the variable")
    return key
