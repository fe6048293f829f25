"""The running desk: worker, sender, platforms and HTTP, started together and drained together."""

import asyncio
import contextlib
import gc
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import uvicorn
from pydantic import SecretStr

from bot import web
from bot.charts.stored import StoredCharts
from bot.clock import Clock
from bot.engine import Engine
from bot.file_store import FileStore
from bot.line import adapter as line
from bot.line.broadcast import LineBroadcast
from bot.links import Links
from bot.log import get_logger, where
from bot.mail import adapter as mail
from bot.mail.imap_box import ImapBox
from bot.mail.inbox import MailInbox
from bot.mail.server import read_mailbox, read_sender, read_server
from bot.networks.facebook import FacebookPage
from bot.networks.networks import PostingNetwork
from bot.networks.poster import PostingNetworks
from bot.networks.twitter import TwitterAccount
from bot.platform import Adapter
from bot.queues.quota import QuotaWatch
from bot.settings import Settings, SettingsError, secret_key
from bot.telegram import adapter as telegram
from domain.configuration import Configuration
from domain.staff import Platform, Role
from handlers import system
from handlers.i18n import _, speak
from handlers.mail.delivery_reports import DeliveryReports
from handlers.registry import COMMANDS
from store.blobs import Blobs
from store.engine import leases
from store.engine.database import Database

SETUP_PAUSE, SETUP_LONGEST = 2.0, 60.0
DRAIN_HTTP = 2
"""Seconds that open requests get when the desk stops."""
MENU_KEYS = ("find", "open", "my", "new", "menu", "help")

log = get_logger()


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: the desk stops as a whole."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Service:
    """Everything that is configured, as one."""

    def __init__(
        self, settings: Settings, db: Database, configuration: Configuration, clock: Clock
    ) -> None:
        self._settings = settings
        self._db = db
        self._clock = clock
        blobs = Blobs(settings.data_dir)
        self._links = (
            Links(settings.public_url, secret_key(settings), clock) if settings.public_url else None
        )
        self.telegram = _telegram(settings, blobs)
        self.line = _line(settings, self._links, clock)
        adapters: dict[Platform, Adapter] = {}
        if self.telegram:
            adapters[Platform.TELEGRAM] = self.telegram
        if self.line:
            adapters[Platform.LINE] = self.line
        if mailer := mail_adapter(settings):
            adapters[Platform.MAIL] = mailer
        files = FileStore(db, adapters, blobs, has_links=self._links is not None)
        self.engine = Engine(
            db,
            configuration,
            adapters,
            "serve",
            clock,
            files=files,
            mail_from=settings.sends_from,
            networks=PostingNetworks(posting_networks(settings, self._links, clock)),
            charts=StoredCharts(blobs),
            title=self._title,
        )
        self._background: set[asyncio.Task[Any]] = set()
        self._server = self._make_server()
        self._socket = self._listen()

    async def _title(self, platform: Platform, chat: str) -> str:
        """What a group is called; Telegram says that with every message."""
        return await self.line.groups.title(chat) if self.line and platform is Platform.LINE else ""

    def _listen(self) -> socket.socket:
        host, port = self._settings.http_host, self._settings.http_port
        try:
            return socket.create_server((host, port), backlog=256)
        except OSError as error:
            raise SettingsError(
                f"DESKBOT_HTTP_PORT: cannot listen on {host}:{port} ({error.strerror})"
            ) from None

    def _make_server(self) -> _Server:
        settings = self._settings
        secret = settings.telegram_webhook_secret
        line_secret = settings.line_channel_secret
        app = web.make_app(
            web.Ways(
                desk=self.engine.desk,
                owner=self.engine.owner,
                wake=self.engine.worker.wake,
                after=self._spawn,
                telegram_adapter=self.telegram,
                telegram_secret=secret.get_secret_value()
                if secret and settings.telegram_mode == "webhook"
                else "",
                line_adapter=self.line,
                facebook_page=settings.facebook_page_id or "",
                facebook_secret=_secret(settings.facebook_app_secret),
                facebook_verify=_secret(settings.facebook_verify_token),
                line_secret=line_secret.get_secret_value() if line_secret else "",
                links=self._links,
            )
        )
        return _Server(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=DRAIN_HTTP,
            )
        )

    def _spawn(self, work: Awaitable[Any]) -> None:
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def run(self, stopping: asyncio.Event) -> None:
        """Serve until told to stop, then drain."""
        if self._db.engine == "sqlite":
            # Only one process serves a SQLite desk, so what one that was killed held is free.
            await leases.release_all(self._db, "serve:")
        await self.engine.start()
        serving = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        if self.telegram:
            self._spawn(self._set_up(Platform.TELEGRAM, self._set_up_telegram))
            if self._settings.telegram_mode == "polling":
                poller = telegram.Poller(
                    self.telegram, self._db, self.engine.owner, self._clock, self.engine.worker.wake
                )
                self._spawn(poller.run_forever())
        if self.line:
            self._spawn(self._set_up(Platform.LINE, self._set_up_line))
            watch = QuotaWatch(
                Platform.LINE, self.line.quota, self._db, self.engine.post, self._clock
            )
            self._spawn(watch.run_forever())
            if self._links is None:
                log.warning("DESKBOT_PUBLIC_URL is not set: no file can be opened on LINE")
        if box := mail_box(self._settings):
            inbox = MailInbox(
                self.engine.desk, box, DeliveryReports(), self.engine.post, self.engine.owner
            )
            self._spawn(inbox.run_forever())
        log.info("desk started", http=f"{self._settings.http_host}:{self._settings.http_port}")
        await asyncio.wait(
            [serving, asyncio.create_task(stopping.wait())], return_when=asyncio.FIRST_COMPLETED
        )
        await self._stop(serving)

    async def _stop(self, serving: "asyncio.Task[None]") -> None:
        for task in list(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        self._server.should_exit = True
        await self.engine.stop()
        await asyncio.gather(serving, return_exceptions=True)
        for adapter in (self.telegram, self.line):
            if adapter:
                await adapter.close()
        log.info("desk stopped")

    async def _set_up(self, platform: Platform, work: Callable[[], Awaitable[str]]) -> None:
        """A platform that cannot be reached at the start stops nothing: it is tried again."""
        pause = SETUP_PAUSE
        while True:
            try:
                await work()
            except Exception as error:  # noqa: BLE001 - whatever it is, the other platforms run on
                log.warning(
                    "platform not set up yet", platform=platform, pause=pause, **where(error)
                )
                await asyncio.sleep(pause)
                pause = min(SETUP_LONGEST, pause * 2)
            else:
                log.info("platform ready", platform=platform)
                # All that was imported stays: the collector need not walk through it again and
                # again.
                gc.collect()
                gc.freeze()
                return

    async def _set_up_telegram(self) -> str:
        assert self.telegram is not None
        name = await self.telegram.set_up(command_lists())
        self.engine.desk.private_chats[Platform.TELEGRAM] = f"https://t.me/{name}"
        settings = self._settings
        if settings.telegram_mode == "polling":
            await self.telegram.bot.delete_webhook()
        elif settings.telegram_webhook_secret:
            await self.telegram.bot.set_webhook(
                f"{(settings.public_url or '').rstrip('/')}/telegram/webhook",
                secret_token=settings.telegram_webhook_secret.get_secret_value(),
                allowed_updates=telegram.UPDATES,
            )
        return name

    async def _set_up_line(self) -> str:
        assert self.line is not None
        name = await self.line.set_up(menu_labels())
        self.engine.desk.private_chats[Platform.LINE] = self.line.private_chat
        return name


def _telegram(settings: Settings, blobs: Blobs) -> telegram.TelegramAdapter | None:
    if settings.telegram_token is None:
        return None
    return telegram.TelegramAdapter(
        settings.telegram_token.get_secret_value(), settings.telegram_api_url, blobs
    )


def _line(settings: Settings, links: Links | None, clock: Clock) -> line.LineAdapter | None:
    if settings.line_access_token is None:
        return None
    token = settings.line_access_token.get_secret_value()
    return line.LineAdapter(token, settings.line_api_url, settings.line_data_api_url, clock, links)


def posting_networks(settings: Settings, links: Links | None, clock: Clock) -> list[PostingNetwork]:
    """The networks that the desk can post to: those whose tokens are given."""
    networks: list[PostingNetwork] = []
    if settings.facebook_page_id and settings.facebook_page_token:
        networks.append(
            FacebookPage(
                settings.facebook_page_id,
                _secret(settings.facebook_page_token),
                settings.facebook_api_url,
            )
        )
    if settings.line_access_token:
        networks.append(
            LineBroadcast(_secret(settings.line_access_token), settings.line_api_url, links)
        )
    if account := twitter_account(settings, clock):
        networks.append(account)
    return networks


def twitter_account(settings: Settings, clock: Clock) -> TwitterAccount | None:
    """The office's account on X, where its credentials are given."""
    key, secret = _secret(settings.twitter_api_key), _secret(settings.twitter_api_secret)
    token, token_secret = (
        _secret(settings.twitter_access_token),
        _secret(settings.twitter_access_secret),
    )
    if not token:
        return None
    return TwitterAccount(key, secret, token, token_secret, settings.twitter_api_url, clock)


def _secret(value: SecretStr | None) -> str:
    return value.get_secret_value() if value else ""


def mail_adapter(settings: Settings) -> mail.MailAdapter | None:
    """The way out for mails, where one is configured."""
    if settings.smtp_url is None or settings.mail_from is None:
        return None
    return mail.MailAdapter(read_server(settings.smtp_url), *read_sender(settings.mail_from))


def mail_box(settings: Settings) -> ImapBox | None:
    """The mailbox that is read, where one is configured."""
    return ImapBox(*read_mailbox(settings.imap_url)) if settings.imap_url else None


def command_lists() -> dict[str, Sequence[tuple[str, str]]]:
    """What Telegram offers behind the menu button: Thai by default, English for English
    telephones.
    """
    lists: dict[str, Sequence[tuple[str, str]]] = {}
    for code, language in (("", "th"), ("en", "en")):
        speak(language)
        lists[code] = [(each.name, _(each.about)[:256]) for each in system.offered(Role.OFFICER)]
    speak("th")
    return lists


def menu_labels() -> list[tuple[str, str]]:
    """Key and Thai word of each tile of LINE's rich menu."""
    return [(key, COMMANDS[key].words[0]) for key in MENU_KEYS]
