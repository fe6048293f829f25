"""The running desk: worker, sender, platforms and HTTP, started together and drained together."""

import asyncio
import gc
import socket
from collections.abc import Awaitable, Sequence
from typing import Any

from bot.charts.stored import StoredCharts
from bot.clock import Clock
from bot.engine import Engine
from bot.files.file_store import FileStore
from bot.files.links import Links
from bot.log import get_logger, where
from bot.networks.poster import PostingNetworks
from bot.operating.asked_erasures import Erasures
from bot.operating.scheduled import ScheduledBackups
from bot.operating.systemd import READY, STOPPING, of_this_process
from bot.parts import PlatformParts, PlatformWork, RunningDesk, Surroundings, WebLogin
from bot.platform import Adapter
from bot.platforms import open_platforms
from bot.posting import PostingNetwork
from bot.reports.stored import StoredReports
from bot.settings import Settings, secret_key
from bot.variables import SettingsError, plain
from bot.watch.watch import Watch
from bot.web.app import make_app
from bot.web.platform import home_of
from bot.web.server import make_server
from domain.configuration import Configuration
from domain.staff import Platform
from store.blobs import Blobs
from store.engine import leases
from store.engine.database import Database

SETUP_PAUSE = 2.0
SETUP_LONGEST = 60.0
"""Seconds between tries to set up a platform: at first, and at most."""
DRAIN_ERASURES = 0.25
"""Seconds that an erasure which is under way gets: the next start takes it up."""
BACKLOG = 256

log = get_logger()


class Service:
    """Everything that is configured, as one."""

    def __init__(
        self,
        settings: Settings,
        db: Database,
        configuration: Configuration,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._db = db
        blobs = Blobs(settings.data_dir)
        links = _links(settings, clock)
        key = secret_key(settings)
        surroundings = Surroundings(clock, settings.public_url or "", blobs, links, key)
        self._platforms = open_platforms(settings, surroundings)
        adapters = _adapters(self._platforms)
        self.engine = Engine(
            db,
            configuration,
            adapters,
            kind="serve",
            clock=clock,
            files=FileStore(db, adapters, blobs, has_links=links is not None),
            mail_from=settings.sends_from,
            networks=PostingNetworks(_networks(self._platforms)),
            charts=StoredCharts(blobs),
            report_files=StoredReports(blobs),
            title=self._title,
            notes=settings.data_dir,
            web_address=home_of(settings),
        )
        self._backups = ScheduledBackups(
            configuration.backups, settings.data_dir, clock, self.engine.post
        )
        self._erasures = Erasures(
            self.engine.desk,
            settings.data_dir,
            self.engine.post,
            self.engine.owner,
        )
        self._systemd = of_this_process()
        self._background: set[asyncio.Task[Any]] = set()
        self._running = RunningDesk(
            desk=self.engine.desk,
            owner=self.engine.owner,
            wake=self.engine.worker.wake,
            after=self._spawn,
            post=self.engine.post,
            pulses=self.engine.pulses,
            logins=_logins(self._platforms),
        )
        self._watch = Watch(
            self._running,
            self._platforms,
            settings.database_url,
            settings.data_dir,
        )
        self._server = make_server(
            make_app(self._running, self._platforms, links, plain(settings.metrics_token))
        )
        self._socket = _listen(settings)

    async def _title(self, platform: Platform, chat: str) -> str:
        """What a group is called, asked of its platform."""
        for parts in self._platforms:
            if parts.adapter is not None and parts.adapter.platform is platform:
                return await parts.title(chat)
        return ""

    def _spawn(self, work: Awaitable[Any]) -> None:
        # A task that nobody holds may be collected before it has run.
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
        for parts in self._platforms:
            self._start(parts)
        self._spawn(self._backups.run_forever())
        self._spawn(self._erasures.run_forever())
        self._spawn(self._systemd.keep_telling())
        self._systemd.tell(READY)
        for work in self._watch.works():
            self._spawn(work())
        log.info("desk started", http=f"{self._settings.http_host}:{self._settings.http_port}")
        await asyncio.wait(
            [serving, asyncio.create_task(stopping.wait())], return_when=asyncio.FIRST_COMPLETED
        )
        await self._stop(serving)

    def _start(self, parts: PlatformParts) -> None:
        """What a platform does while the desk runs."""
        for work in parts.set_up(self._running):
            self._spawn(self._until_set_up(parts.name, work))
        for work in parts.background(self._running):
            self._spawn(work())

    async def _until_set_up(self, name: str, work: PlatformWork) -> None:
        """A platform that cannot be reached at the start stops nothing: it is tried again."""
        pause = SETUP_PAUSE
        while True:
            try:
                await work()
            except Exception as error:  # noqa: BLE001 - whatever it is, the other platforms run on
                self._running.pulses.doubt(name)
                log.warning("platform not set up yet", platform=name, pause=pause, **where(error))
                await asyncio.sleep(pause)
                pause = min(SETUP_LONGEST, pause * 2)
            else:
                log.info("platform ready", platform=name)
                # All that was imported stays: the collector need not walk through it again and
                # again. Nor now, when chats are served: it would hold everybody up for a tenth of a
                # second.
                gc.freeze()
                return

    async def _stop(self, serving: "asyncio.Task[None]") -> None:
        self._systemd.tell(STOPPING)
        # First what brings work in, then those who do it, last the ways by which answers go out.
        for task in list(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        self._server.should_exit = True
        await self._erasures.lanes.stop(DRAIN_ERASURES)
        await self.engine.stop()
        await asyncio.gather(serving, return_exceptions=True)
        for parts in self._platforms:
            await parts.close()
        log.info("desk stopped")


def _adapters(platforms: Sequence[PlatformParts]) -> dict[Platform, Adapter]:
    """By platform, of those that people talk on."""
    adapters = [parts.adapter for parts in platforms if parts.adapter is not None]
    return {adapter.platform: adapter for adapter in adapters}


def _logins(platforms: Sequence[PlatformParts]) -> dict[Platform, WebLogin]:
    """By platform, of those that vouch for who opens a page."""
    return {
        parts.adapter.platform: parts.login
        for parts in platforms
        if parts.adapter is not None and parts.login is not None
    }


def _networks(platforms: Sequence[PlatformParts]) -> list[PostingNetwork]:
    """Those that the desk can post to."""
    return [network for parts in platforms for network in parts.networks]


def _links(settings: Settings, clock: Clock) -> Links | None:
    """Signed links, where people can reach this desk from outside."""
    if not settings.public_url:
        return None
    return Links(settings.public_url, secret_key(settings), clock)


def _listen(settings: Settings) -> socket.socket:
    """The port, taken before anything starts: SettingsError where another program has it."""
    address = (settings.http_host, settings.http_port)
    try:
        return socket.create_server(address, backlog=BACKLOG)
    except OSError as error:
        raise SettingsError(
            f"DESKBOT_HTTP_PORT: cannot listen on {address[0]}:{address[1]} ({error.strerror})"
        ) from None
