"""The composition root and command line: the only file that knows everybody."""

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot.clock import Clock, make_clock, wall_clock
from bot.log import configure_logging, get_logger
from bot.mail.command import add_mail_verbs
from bot.mail.settings import MailSettings
from bot.operating import upgrading
from bot.operating.command import add_follow_up_verb, add_operating_verbs
from bot.operating.own import OTHERS, make_private
from bot.operating.refused import VerbRefused
from bot.reports.command import add_report_verb
from bot.settings import Settings, load_settings, masked, secret_key, unknown_variables
from bot.tables.command import add_verbs
from bot.variables import SettingsError
from domain.configuration import Configuration, load_configuration
from domain.dates.days import BANGKOK
from domain.errors import DataError
from domain.staff import Identity, Platform, Role, StaffId
from domain.text import clean
from store.blobs import Blobs
from store.engine.database import Database, StoreUnavailable
from store.engine.locks import take_lock
from store.engine.migrate import WrongSchema, is_empty
from store.moving.opening import is_desk
from store.opening import Opening, open_database, pending_migrations, sqlite_path

if TYPE_CHECKING:
    from bot.engine import Engine
    from bot.parts import RunningDesk
    from bot.platform import Adapter
    from bot.terminal.adapter import TerminalAdapter
    from handlers.desk import Tour

VARIABLES = "DESKBOT_"
LONGEST_STOP = 4.8
"""Seconds from a signal to the end of the process, at most; an operator waits five."""
WIDE = 100_000
"""Signs that no line of a check has."""
LAST_WORD = 0.1
"""Seconds of them in which the end may be logged."""

app = typer.Typer(
    add_completion=False,
    no_args_is_help=False,
    help=__doc__,
    pretty_exceptions_enable=False,
)


def fail(message: str) -> typer.Exit:
    """Say on standard error what is wrong; the exit code is 1."""
    line = " ".join(message.split())
    Console(stderr=True, soft_wrap=True).print(line, markup=False, highlight=False)
    return typer.Exit(1)


def run_async(work: Coroutine[Any, Any, None]) -> None:
    """Run until done, on uvloop where there is one; known troubles become one line and exit code
    1.
    """
    try:
        if sys.platform == "win32":
            asyncio.run(work)
        else:
            import uvloop

            uvloop.run(work)
    except (
        SettingsError,
        DataError,
        WrongSchema,
        StoreUnavailable,
        ValueError,
        OSError,
    ) as error:
        raise fail(_sentence(error)) from error
    except VerbRefused as refused:
        raise fail(str(refused)) from refused


def _sentence(error: Exception) -> str:
    """What is wrong; a sentence that names a variable needs no other beginning."""
    text = str(error)
    if text.startswith(VARIABLES):
        return text
    if isinstance(error, StoreUnavailable):
        return f"the database is not to be used now: {text}"
    return f"{type(error).__name__}: {text}"


def settings_or_exit() -> Settings:
    """The settings, or exit code 1 with the variable's name."""
    try:
        settings = load_settings()
    except SettingsError as error:
        raise fail(str(error)) from None
    os.umask(OTHERS)
    return settings


def configuration_or_exit(settings: Settings) -> Configuration:
    """The catalogue and all other data, or exit code 1 with the file and row."""
    try:
        return load_configuration(settings.config)
    except DataError as error:
        raise fail(f"DESKBOT_CONFIG: {error}") from None


@app.callback(invoke_without_command=True)
def main(context: typer.Context) -> None:
    """Run whatever is configured; with no platform, open the terminal on a demo desk."""
    if context.invoked_subcommand is not None:
        return
    settings = settings_or_exit()
    configuration = configuration_or_exit(settings)
    make_private(settings)
    if settings.has_platform:
        run_async(serve(settings, configuration))
    elif "database_url" in settings.model_fields_set and not sys.stdin.isatty():
        # Whoever names a database wants a desk, and nobody sits here to see the demo.
        raise fail("no platform is set up: DESKBOT_TELEGRAM_TOKEN, or what LINE needs")
    else:
        run_async(demo(settings, configuration))


async def serve(settings: Settings, configuration: Configuration) -> None:
    """The desk on its platforms, until SIGTERM or SIGINT."""
    from bot.service import Service
    from scheduler.ticker import Ticker, start_ticker

    clock = make_clock(settings.clock)
    configure_logging(clock)
    secret_key(settings)
    # Whatever fails on the way, what was opened is closed: a database's thread that is left would
    # keep the process alive.
    async with AsyncExitStack() as opened:
        lock = lock_desk(settings.database_url)
        if lock is not None:
            opened.callback(os.close, lock)
        db = await _open_upgraded(settings, clock)
        opened.push_async_callback(db.close)
        service = Service(settings, db, configuration, clock)
        engine = service.engine
        ticking = Ticker(engine.desk, engine, engine.pulses.ticked)
        ticker = start_ticker(ticking, engine.report, wall_clock)
        opened.callback(ticker.shutdown, wait=False)
        stopping = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, _stop, stopping)
        await service.run(stopping)


async def _open_upgraded(settings: Settings, clock: Clock) -> Database:
    """The desk's database, brought up to date; SettingsError where it is not to be used now."""
    try:
        if told := await upgrading.upgrade(settings, clock()):
            get_logger().info("upgraded", backup=told)
        return await open_database(settings.database_url, clock())
    except StoreUnavailable as error:
        raise SettingsError(f"DESKBOT_DATABASE_URL: {error}") from error


def _stop(stopping: asyncio.Event) -> None:
    """Begin to stop; whatever does not end in time, a thread above all, ends with the process."""
    stopping.set()
    guard = threading.Timer(LONGEST_STOP - LAST_WORD, _end)
    guard.daemon = True
    guard.start()


def _end() -> None:
    # Nothing is lost by it: what was acknowledged is written, and leases run out.
    # A log that takes nothing, such as a full pipe that nobody reads, must not keep the process.
    log = threading.Thread(target=_log_end, daemon=True)
    log.start()
    log.join(LAST_WORD)
    os._exit(0)


def _log_end() -> None:
    get_logger().warning("desk ended while something still ran")


def lock_desk(database_url: str) -> int | None:
    """A SQLite desk is served by one process; SettingsError where another one does."""
    path = sqlite_path(database_url)
    if path is None:
        return None
    lock = take_lock(path)
    if lock is None:
        raise SettingsError("DESKBOT_DATABASE_URL: another deskbot serves this database")
    return lock


async def demo(settings: Settings, configuration: Configuration) -> None:
    """The terminal chat on an embedded desk of invented customers, in a database of its own."""
    from bot.demo import morning
    from bot.demo.desk import open_demo
    from bot.demo.tour import DemoTour
    from bot.web import demo as browser
    from bot.web.adapter import WebAdapter
    from bot.web.live import Live
    from handlers.system import browser_greeting, greeting, morning_comes
    from store import staff

    clock = morning.DemoClock(make_clock(settings.clock))
    db = await open_demo(settings.data_dir / "demo.db", configuration, clock)
    admin = next(person for person in await staff.list_staff(db) if person.role is Role.ADMIN)
    data_dir = settings.data_dir / "demo"
    live = Live()
    async with sit_down(
        db,
        configuration,
        clock,
        data_dir,
        admin.name,
        tour=DemoTour(),
        browser=WebAdapter(live, Blobs(data_dir)),
    ) as seat:
        say = partial(seat.adapter.console.print, style="bold")
        mornings = morning.DemoMornings(
            clock,
            configuration.calendar,
            seat.tick,
            lambda at: say(morning_comes(at)),
        )
        say(greeting())
        async with AsyncExitStack() as opened:
            listening = browser.first_free(settings)
            if listening is not None:
                say(browser_greeting(browser.address_of(listening)))
                pages = browser.demo_pages(seat.running, live, listening, admin.id)
                await opened.enter_async_context(pages)
            await seat.chat(own=dict.fromkeys(morning.words(), mornings.play))


@dataclass(frozen=True)
class Seat:
    """A place at a desk, with a terminal: what is said there, and what is due."""

    adapter: "TerminalAdapter"
    engine: "Engine"
    tick: Callable[[], Awaitable[object]]

    def running(self) -> "RunningDesk":
        """The desk for the pages that are served beside."""
        from bot.parts import RunningDesk

        engine = self.engine
        return RunningDesk(
            engine.desk,
            engine.owner,
            engine.worker.wake,
            _behind,
            engine.post,
            engine.pulses,
        )

    async def chat(self, **more: Any) -> None:
        """Until whoever sits here leaves; `more` goes to the chat."""
        from bot.terminal.chat import TerminalChat

        engine = self.engine
        talk = TerminalChat(
            self.adapter,
            engine.desk.db,
            engine.owner,
            engine.worker.wake,
            engine.idle,
            engine.desk.clock,
            **more,
        )
        await talk.run()


def _behind(work: Awaitable[object]) -> None:
    """Do it once the answer is given; pages ask for nothing of the kind."""
    raise NotImplementedError


@asynccontextmanager
async def sit_down(
    db: Database,
    configuration: Configuration,
    clock: Clock,
    data_dir: Path,
    name: str,
    *,
    mail_from: str = "",
    tour: "Tour | None" = None,
    browser: "Adapter | None" = None,
) -> AsyncIterator[Seat]:
    """A terminal on this desk for the member of staff of this name; only a demo desk has a `tour`,
    and a `browser` beside the terminal. The desk is closed behind it.
    """
    from bot.charts.stored import StoredCharts
    from bot.engine import Engine
    from bot.files.file_store import FileStore
    from bot.operating.asked_erasures import Erasures
    from bot.reports.stored import StoredReports
    from bot.terminal.adapter import TerminalAdapter
    from scheduler.ticker import Ticker
    from store.engine import leases

    configure_logging(clock)
    try:
        await _introduce(db, name, clock)
        blobs = Blobs(data_dir)
        adapter = TerminalAdapter(blobs=blobs, user=name, for_all=tour is not None)
        owner = f"terminal-{name}"
        # What an earlier terminal of this person held when it was killed is free: one person, one
        # terminal.
        await leases.release_all(db, f"{owner}:")
        adapters: dict[Platform, Adapter] = {Platform.TERMINAL: adapter}
        if browser is not None:
            adapters[browser.platform] = browser
        engine = Engine(
            db,
            configuration,
            adapters,
            owner,
            clock,
            files=FileStore(db, adapters, blobs),
            mail_from=mail_from,
            charts=StoredCharts(blobs),
            report_files=StoredReports(blobs),
            tour=tour,
        )
        await engine.start()
        erasures = Erasures(engine.desk, data_dir, engine.post, engine.owner)
        erasing = asyncio.ensure_future(erasures.run_forever())
        yield Seat(adapter, engine, Ticker(engine.desk, engine).tick)
        erasing.cancel()
        await erasures.lanes.stop(0)
        await engine.stop()
    finally:
        await db.close()


async def _introduce(db: Database, name: str, clock: Clock) -> None:
    """The desk knows who types, and speaks that person's language."""
    from handlers.i18n import speak
    from store import staff

    person = await staff.find_staff_by_name(db, name)
    if person is None:
        raise fail(f"--as {name}: no such member of staff; run_bot.py invite makes one")
    speak(person.language)
    if await staff.find_by_identity(db, Platform.TERMINAL, name) is None:
        identity = Identity(Platform.TERMINAL, name, person.id, name)
        await db.write(lambda tx: staff.link_identity(tx, identity, clock()))


@app.command()
def chat(
    as_: Annotated[str, typer.Option("--as", help="The name of the member of staff who speaks.")],
) -> None:
    """Chat in the terminal on the configured desk."""
    settings = settings_or_exit()
    configuration = configuration_or_exit(settings)

    async def work() -> None:
        clock = make_clock(settings.clock)
        db = await open_database(settings.database_url, clock(), Opening.USE)
        async with sit_down(
            db,
            configuration,
            clock,
            settings.data_dir,
            as_,
            mail_from=settings.sends_from,
        ) as seat:
            await seat.chat(meanwhile=seat.tick)

    run_async(work())


@app.command()
def invite(
    role: Annotated[Role, typer.Option(help="What the person may do.")],
    name: Annotated[
        str,
        typer.Option(help="The person's name; an existing one gets a code for a further account."),
    ],
) -> None:
    """Print a one-time code for /start, good for 24 hours, alone on the last line."""
    settings = settings_or_exit()

    async def work() -> None:
        from handlers.staff.commands import new_invitation

        now = make_clock(settings.clock)()
        db = await open_database(settings.database_url, now, Opening.USE)
        try:
            person_id = await _invited(db, name, role, now)
            code, change = new_invitation(person_id, now)
            await db.write(change)
        finally:
            await db.close()
        print(code)

    run_async(work())


async def _invited(
    db: Database,
    name: str,
    role: Role,
    now: datetime,
) -> StaffId:
    """Whom the code is for: whoever has this name, else somebody new."""
    from store import staff

    person = await staff.find_staff_by_name(db, clean(name))
    if person is None:
        return await db.write(lambda tx: staff.add_staff(tx, clean(name), role, now))
    if person.role is not role:
        told = f"{name} stays {person.role}: an administrator changes roles in the chat"
        Console(stderr=True).print(told)
    return person.id


@app.command()
def migrate(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")
    ] = False,
) -> None:
    """Bring the database to the schema of this deskbot, as the desk does when it starts."""
    settings = settings_or_exit()

    async def work() -> None:
        url = settings.database_url
        new = await upgrading.pending_at(url)
        if new or dry_run:
            told = upgrading.migrations_text(new)
            if not await is_desk(url):
                told = upgrading.NO_DESK
            print(f"database: {told}")
        if dry_run:
            return
        lock = lock_desk(url)
        try:
            told = await upgrading.upgrade(settings, make_clock(settings.clock)())
        finally:
            if lock is not None:
                os.close(lock)
        if told:
            print(told)
        print(f"database: {upgrading.UP_TO_DATE}")

    run_async(work())


@app.command()
def tick() -> None:
    """Run what is due once, and stop."""

    async def work(db: Database, configuration: Configuration, clock: Clock) -> int:
        from bot.engine import Engine
        from bot.files.file_store import FileStore
        from scheduler.ticker import Ticker

        settings = settings_or_exit()
        files = FileStore(db, {}, Blobs(settings.data_dir))
        engine = Engine(
            db,
            configuration,
            {},
            "tick",
            clock,
            files,
            settings.sends_from,
        )
        done = await Ticker(engine.desk, engine).tick()
        await engine.stop()
        print(" ".join(f"{kind}={count}" for kind, count in done.items()))
        return 0

    on_desk(work)


@app.command()
def check(
    config: Annotated[
        Path | None,
        typer.Option(help="Try this file in the place of DESKBOT_CONFIG; nothing is saved."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say what is configured and whether it is good, and what its rules would change; exit code 1
    and the variable's name where it is not.
    """
    if not as_json:
        _say_check(settings_or_exit(), config, Console(soft_wrap=True, highlight=False))
        return
    said = StringIO()
    shown: dict[str, str] = {}
    good = False
    try:
        settings = settings_or_exit()
        shown.update(masked(settings))
        _say_check(settings, config, Console(file=said, width=WIDE, highlight=False))
        good = True
    finally:
        # What a check says stands behind a name and a colon; what failed is on standard error.
        lines = said.getvalue().splitlines()
        parts = [line.partition(": ") for line in lines if ": " in line]
        found = {name: text for name, _colon, text in parts}
        print(json.dumps({"good": good, "settings": shown, "said": found}))


def _say_check(settings: Settings, config: Path | None, console: Console) -> None:
    if config is not None:
        settings = settings.model_copy(update={"config": config})
    if unknown := unknown_variables(os.environ):
        raise fail(f'{unknown[0]}: no such setting; README, "Configuration", has them all')
    table = Table("variable", "value")
    for variable, value in masked(settings):
        table.add_row(variable, value)
    console.print(table)
    run_async(_check(settings, configuration_or_exit(settings), console))


async def _check(settings: Settings, configuration: Configuration, console: Console) -> None:
    catalogue = configuration.catalogue
    subjects = len(catalogue.subjects)
    channels = len(catalogue.channels)
    console.print(f"catalogue: {subjects} subjects, {channels} channels: good")
    path = sqlite_path(settings.database_url)
    if path is not None and not path.exists():
        # A check makes nothing, least of all a database at a mistyped place.
        console.print("database: does not exist yet, the first start makes it", markup=False)
        await _check_platforms(settings, console)
        return
    try:
        db = await open_database(settings.database_url, opening=Opening.LOOK)
        try:
            await _check_database(db, settings, configuration, console)
        finally:
            await db.close()
    except (StoreUnavailable, WrongSchema, ValueError, OSError) as error:
        text = str(error).removeprefix("DESKBOT_DATABASE_URL: ")
        raise fail(f"DESKBOT_DATABASE_URL: {text}") from None
    await _check_platforms(settings, console)


async def _check_database(
    db: Database, settings: Settings, configuration: Configuration, console: Console
) -> None:
    """What the database lacks, else what its rules would change; it is only looked at."""
    if await is_empty(db, db.engine):
        console.print(f"database: {db.engine}: empty, the first start makes the desk")
        return
    new = await pending_migrations(db)
    if new:
        console.print(f"database: {db.engine}: {upgrading.migrations_text(new)}")
        return
    now = make_clock(settings.clock)()
    console.print(f"database: {db.engine}: good")
    console.print(await _effect(db, configuration, now), markup=False)
    console.print(await _unusual(db, configuration, now), markup=False)
    await _check_quota(db, configuration, now, console)
    await _check_mails(db, configuration, console)


async def _effect(db: Database, configuration: Configuration, now: datetime) -> str:
    """What the reminders of this configuration would change at the next start."""
    from handlers.owed.trial import try_rules

    effect = await try_rules(db, configuration, now)
    if not effect.count:
        return "reminders: none would move"
    parts = [f"would move {sum(effect.moved.values())}"]
    if effect.first_at is not None:
        parts.append(f"the first on {effect.first_at.astimezone(BANGKOK):%Y-%m-%d %H:%M}")
    parts += [f"{rule} {count}" for rule, count in effect.moved.items()]
    if effect.ended:
        parts.append(f"{effect.ended} would end")
    return f"reminders: {', '.join(parts)}"


async def _unusual(db: Database, configuration: Configuration, now: datetime) -> str:
    """On how many days lately the rule of unusual days would have told something."""
    from handlers.reports.trial import TRIED, try_unusual

    if configuration.unusual.off:
        return "unusual days: off"
    told = await try_unusual(db, configuration, now.astimezone(BANGKOK).date())
    return f"unusual days: {told} of the last {TRIED} working days would have been told"


async def _check_quota(
    db: Database,
    configuration: Configuration,
    now: datetime,
    console: Console,
) -> None:
    """How many of the month's pushes are used, and on which day the last of them is."""
    from bot.queues.quota import gauge_line
    from domain.dates.days import BANGKOK
    from store.chat import push_use

    use = await push_use.get_use(db, Platform.LINE, now)
    today = now.astimezone(BANGKOK).date()
    line = gauge_line(Platform.LINE, use, today, configuration.calendar)
    if line:
        console.print(line)


async def _check_mails(db: Database, configuration: Configuration, console: Console) -> None:
    """How many mails wait: to be read by the desk, and for somebody to take them up; and whom the
    rules of new mails name that nobody knows.
    """
    from domain.mail.giving import unknown_names
    from store import staff
    from store.mail import incoming, refused

    people = await staff.list_staff(db)
    teams = await staff.list_teams(db)
    for rule, name in unknown_names(configuration.intake.giving, people, teams):
        text = f'[intake.rules.{rule}]: "{name}" is no name, work address or team of the staff'
        console.print(text, markup=False)

    waiting = await incoming.count_waiting(db)
    unclaimed = await incoming.count_unclaimed(db)
    console.print(f"mails: {waiting} wait to be read, {unclaimed} for an officer")
    kept = await refused.count_refused(db)
    if kept:
        console.print(f"mails that the server does not give: {kept} (asked for again)")


async def _check_platforms(settings: Settings, console: Console) -> None:
    from bot.platforms import check_platforms, platforms_to_check

    platforms = platforms_to_check(settings, make_clock(settings.clock))
    for parts in platforms:
        for remark in parts.remarks():
            console.print(remark)
    problems = 0
    async for name, problem in check_platforms(settings, platforms):
        console.print(f"{name}: {problem or 'good'}", markup=False)
        problems += bool(problem)
    if problems:
        raise typer.Exit(1)


def on_desk(work: Callable[[Database, Configuration, Clock], Awaitable[int]]) -> None:
    """Run work on the configured desk; what it returns is the exit code."""
    settings = settings_or_exit()
    configuration = configuration_or_exit(settings)
    codes: list[int] = []

    async def run() -> None:
        clock = make_clock(settings.clock)
        db = await open_database(settings.database_url, clock(), Opening.USE)
        try:
            codes.append(await work(db, configuration, clock))
        finally:
            await db.close()

    run_async(run())
    if codes[0]:
        raise typer.Exit(codes[0])


def mail_place() -> tuple[MailSettings, Path]:
    """What is set for mail, and the data folder."""
    settings = settings_or_exit()
    return settings, settings.data_dir


outgoing_verbs = add_verbs(app, on_desk)
add_operating_verbs(app, settings_or_exit, run_async)
add_follow_up_verb(app, on_desk)
add_report_verb(app, settings_or_exit, configuration_or_exit, run_async)
add_mail_verbs(app, outgoing_verbs, on_desk, mail_place)

if __name__ == "__main__":
    app()
