"""The running desk on a register: when it is ready, when its search can be used, its memory, and
how soon it ends.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep

from bench.report import Row
from bench.rig import Program, TimedTelegram, free_port, http_status
from bench.search.queries import MISSPELT_KIND
from bench.search.sought import Sought
from bench.search.watched import NOTES
from bot.clock import wall_clock
from domain.staff import Identity, Platform, Role
from store.engine.database import Tx
from store.opening import open_database
from store.staff import add_staff, link_identity

OFFICERS = [700_001 + number for number in range(40)]
"""Enough that Telegram's pace for one chat holds up no question."""
QUESTIONS = 160
PATIENCE = 400.0
"""Seconds after which a search that finds nobody is broken, not slow."""
NOT_FOUND = 404
SECONDS = 2
END_SECONDS = 5
HELD_MS = 50
MEMORY = {200_000: 200, 1_000_000: 300}
"""Megabytes up to a size."""


@dataclass(frozen=True, slots=True)
class Running:
    """Seconds until it was ready, from then until it found somebody misspelt (and of the processor
    meanwhile), and from SIGTERM to its end (at rest, and just after the start); megabytes;
    milliseconds that the loop was held while people searched.
    """

    ready: float
    ready_processor: float
    usable: float
    usable_processor: float
    stopped: float
    stopped_early: float
    memory: float
    most_memory: float
    held: float
    held_processor: float


async def add_officers(url: str) -> None:
    """Those who ask."""

    async def work(tx: Tx) -> None:
        for user in OFFICERS:
            officer = await add_staff(tx, f"Officer {user}", Role.OFFICER, wall_clock())
            identity = Identity(Platform.TELEGRAM, str(user), officer, str(user))
            await link_identity(tx, identity, wall_clock())

    db = await open_database(url)
    try:
        await db.write(work)
    finally:
        await db.close()


def run_desk(url: str, folder: Path, asked: Sequence[Sought]) -> Running:
    """Start the desk twice: once to end it at once, once to ask it."""
    with ExitStack() as stack:
        telegram = stack.enter_context(TimedTelegram())
        desk = _Desk(url, folder, telegram)
        program, _ready = desk.start()
        stopped_early = _stop(program)
        program, ready = desk.start()
        stack.callback(program.stop)
        ready_processor = program.cpu_seconds()
        usable = _until_usable(telegram, next(one for one in asked if _is_plain(one)))
        usable_processor = program.cpu_seconds() - ready_processor
        began = perf_counter()
        _ask_all(telegram, asked)
        held, processor = desk.holds(began)
        memory = program.rss()
        most = program.most_rss()
        stopped = _stop(program)
    return Running(
        ready,
        ready_processor,
        usable,
        usable_processor,
        stopped,
        stopped_early,
        memory,
        most,
        held,
        processor,
    )


class _Desk:
    """How the desk is started."""

    def __init__(self, url: str, folder: Path, telegram: TimedTelegram) -> None:
        self._folder = folder
        self._holds = folder / "holds"
        self._environment = {
            "DESKBOT_DATABASE_URL": url,
            "DESKBOT_DATA_DIR": str(folder),
            "DESKBOT_TELEGRAM_TOKEN": telegram.token,
            "DESKBOT_TELEGRAM_API_URL": telegram.url,
            NOTES: str(self._holds),
        }

    def start(self) -> tuple[Program, float]:
        """The desk, and the seconds until it says that it is ready."""
        port = free_port()
        environment = self._environment | {"DESKBOT_HTTP_PORT": str(port)}
        program = Program(["-m", "bench.search.watched"], environment, self._folder / "desk.log")
        return program, program.wait(lambda: _is_ready(port))

    def holds(self, since: float) -> tuple[float, float]:
        """The most milliseconds that the loop was held since then, and of the processor."""
        lines = self._holds.read_text(encoding="ascii").splitlines()
        noted = [tuple(map(float, line.split())) for line in lines]
        waited = [held for at, held, _processor in noted if at >= since]
        worked = [processor for at, _held, processor in noted if at >= since]
        return max(waited, default=0.0), max(worked, default=0.0)


def _is_ready(port: int) -> bool:
    status = http_status(port, "GET", "/readyz")
    if status == NOT_FOUND:
        status = http_status(port, "GET", "/healthz")
    return status == 200


def _is_plain(one: Sought) -> bool:
    return one.kind == MISSPELT_KIND and bool(one.code)


def _until_usable(telegram: TimedTelegram, sought: Sought) -> float:
    """Seconds until the desk names somebody whose name was misspelt."""
    began = perf_counter()
    for user in OFFICERS * 100:
        _seconds, answer = telegram.ask(user, f"ค้นหา {sought.text}")
        if sought.code in answer.text:
            return perf_counter() - began
        if perf_counter() - began > PATIENCE:
            break
        sleep(0.05)
    raise RuntimeError(f"the desk does not find {sought}: {answer.text}")


def _ask_all(telegram: TimedTelegram, asked: Sequence[Sought]) -> None:
    """Some queries of all kinds, one after the other."""
    some = asked[:: max(1, len(asked) // QUESTIONS)]
    for number, one in enumerate(some):
        telegram.ask(OFFICERS[number % len(OFFICERS)], f"ค้นหา {one.text}")


def _stop(program: Program) -> float:
    began = perf_counter()
    program.stop()
    return perf_counter() - began


def running_rows(size: int, desk: Running) -> list[Row]:
    """What a report says of it."""
    most = MEMORY[min((known for known in MEMORY if known >= size), default=max(MEMORY))]
    ready = f"{desk.ready:.1f} s, {desk.ready_processor:.1f} s of the processor"
    usable = f"{desk.usable:.1f} s, {desk.usable_processor:.1f} s of the processor"
    stopped = f"{desk.stopped:.1f} s, just after the start {desk.stopped_early:.1f} s"
    memory = f"{desk.memory:.0f} MB, {desk.most_memory:.0f} MB at most"
    held = f"{desk.held:.0f} ms, {desk.held_processor:.0f} ms of the processor"
    longest = max(desk.stopped, desk.stopped_early)
    rows = [
        ("start to ready", ready, f"<= {SECONDS} s", desk.ready <= SECONDS),
        ("ready to a usable search", usable, f"<= {SECONDS} s", desk.usable <= SECONDS),
        ("resident memory", memory, f"<= {most} MB", desk.memory <= most),
        ("the event loop was held at most", held, f"<= {HELD_MS} ms", desk.held <= HELD_MS),
        ("SIGTERM to its end", stopped, f"<= {END_SECONDS} s", longest <= END_SECONDS),
    ]
    return [Row(f"{size:,}: desk: {name}", said, "", "", aim, met) for name, said, aim, met in rows]
