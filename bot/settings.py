"""Settings from DESKBOT_* environment variables: read once, typed, passed on as arguments."""

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

from pydantic import (
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from bot.clock import make_clock
from bot.line.settings import LineSettings
from bot.mail.settings import MailSettings
from bot.networks.facebook.settings import FacebookSettings
from bot.networks.twitter.settings import TwitterSettings
from bot.telegram.settings import TelegramSettings
from bot.variables import PREFIX, SettingsError, SettingsGroup, plain
from bot.web.settings import WebSettings
from store.opening import sqlite_path

IN_FILE = "_FILE"
"""Behind a variable's name: the file that has the value."""
FOR_TESTS = (f"{PREFIX}TEST_", f"{PREFIX}FAILPOINT")
HIDDEN = "••••••"
DATABASES = ("sqlite:///", "postgresql://", "postgres://")
UNTOLD_LOGIN = re.compile(r"([^:/?#]*://[^:/?#@]*):.*@", re.DOTALL)
"""What stands before the last @ of an address: its user, and a password with any sign in it."""
SECRET_PART = re.compile(r"([^=]*(?:pass|secret|key)[^=]*)=.*", re.IGNORECASE)
"""Of an address's query: a name that sounds secret, with its value."""


class StoreSettings(SettingsGroup):
    """Where the desk keeps what it knows."""

    database_url: str = "sqlite:///data/desk.db"
    data_dir: Path = Path("data")

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if not value.startswith(DATABASES):
            raise ValueError("must look like sqlite:///data/desk.db or postgresql://user@host/desk")
        path = sqlite_path(value)
        if path is not None and (not path.name or path.is_dir()):
            raise ValueError("names a folder: a file within it, such as desk.db, is what it takes")
        return value


# Variables are listed from the last group to the first, as README, "Configuration", has them.
class Settings(
    MailSettings,
    WebSettings,
    TwitterSettings,
    FacebookSettings,
    LineSettings,
    TelegramSettings,
    StoreSettings,
):
    """All that an operator sets. Names and defaults: README, "Configuration"."""

    secret_key: SecretStr | None = None
    config: Path | None = None
    clock: str | None = None

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
    def _webhook_needs_secret_and_address(self) -> Self:
        """What Telegram's webhook needs stands in two groups."""
        if not self.telegram_by_webhook:
            return self
        needed = {
            "TELEGRAM_WEBHOOK_SECRET": self.telegram_webhook_secret,
            "PUBLIC_URL": self.public_url,
        }
        for name, value in needed.items():
            if not value:
                raise ValueError(f"{PREFIX}{name}: needed when {PREFIX}TELEGRAM_MODE is webhook")
        return self


def load_settings() -> Settings:
    """Read the environment, `.env` and the files that `…_FILE` name; SettingsError names the first
    wrong variable and what it should look like.
    """
    try:
        return Settings(**_from_files(os.environ))
    except ValidationError as error:
        first = error.errors()[0]
        message = str(first["msg"]).removeprefix("Value error, ")
        if first["loc"]:
            message = f"{PREFIX}{str(first['loc'][0]).upper()}: {message}"
        raise SettingsError(message) from None


def _from_files(environment: Mapping[str, str]) -> dict[str, Any]:
    """By the names of fields what stands in the files that DESKBOT_TELEGRAM_TOKEN_FILE and the like
    name.
    """
    found: dict[str, Any] = {}
    for name in Settings.model_fields:
        variable = f"{PREFIX}{name.upper()}"
        path = environment.get(f"{variable}{IN_FILE}")
        if not path:
            continue
        if environment.get(variable):
            raise SettingsError(f"{variable}{IN_FILE}: {variable} is set as well: keep one of them")
        try:
            found[name] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{variable}{IN_FILE}: cannot be read ({error})") from None
    return found


def unknown_variables(environment: Mapping[str, str]) -> list[str]:
    """Names that look like settings and are none, a slip above all."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    ours = sorted(name for name in environment if name.startswith(PREFIX))
    return [
        name
        for name in ours
        if name.removesuffix(IN_FILE) not in known and not name.startswith(FOR_TESTS)
    ]


def masked(settings: Settings) -> list[tuple[str, str]]:
    """Every variable with its value, secrets as dots."""
    names = type(settings).model_fields
    return [(f"{PREFIX}{name.upper()}", _shown(getattr(settings, name))) for name in names]


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, SecretStr):
        return HIDDEN
    return _without_password(str(value))


def _without_password(value: str) -> str:
    """An address without what is secret in it, wherever that stands."""
    parts = urlsplit(value)
    if "@" in value and "@" not in parts.netloc:
        # A sign in the password ended what looks like the host.
        return UNTOLD_LOGIN.sub(rf"\1:{HIDDEN}@", value)
    if not parts.netloc and not parts.query:
        return value
    query = "&".join(_without_secret(part) for part in parts.query.split("&"))
    return urlunsplit((parts.scheme, _without_login(parts.netloc), parts.path, query, ""))


def _without_login(netloc: str) -> str:
    """Host and user without the user's password."""
    credentials, _at, host = netloc.rpartition("@")
    user, colon, _password = credentials.partition(":")
    if not colon:
        return netloc
    return f"{user}:{HIDDEN}@{host}"


def _without_secret(part: str) -> str:
    """One name=value of a query, without a value that is secret."""
    secret = SECRET_PART.match(part)
    if secret is None:
        return part
    return f"{secret[1]}={HIDDEN}"


def secret_key(settings: Settings) -> str:
    """The key that signs links and payloads: given, or made once and kept in the data folder."""
    if settings.secret_key:
        return plain(settings.secret_key)
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
