"""What one event costs in numbers that are the same on every machine, against those written in
counts.toml.

`python -m bench counts` says where they differ, and then ends with 1; with `--write` the file is
written anew. The desk is the real one, with its worker, sender and platforms, over the fakes of
both; one event happens after another, and time stands still meanwhile.
"""

import asyncio
import importlib
import logging
import sys
import tomllib
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean, median, mode
from tempfile import TemporaryDirectory
from typing import Any

import structlog

from bench.counts.stopped import OfficerChat, StoppedDesk, StoppedLoop, fill, stopped_desk
from bench.counts.tally import Tally, counting, counting_calls, same_dice
from bench.postgresql import NOT_DURABLE, own_server
from bench.report import Report, Row
from tests.fakes.postgres import MISSING, find_binaries

WRITTEN = Path(__file__).with_name("counts.toml")
HEAD = """\
# What one event costs: `python -m bench counts --write` writes this file.
#
# statements: SQL that reads or writes, a row of many that are written at once counting by itself;
# commits: transactions that wrote; pages: of SQLite, written to its log; hops: into SQLite's threads;
# compiled: regular expressions; calls: that our code gets and makes.
"""
WARM_UP = 2
TIMES = 4
"""So often each event happens before it is counted, and while it is."""
PAGE = 4096
FRAME = 24
"""Bytes of a page of SQLite's, and of what its log says of each."""
SQLITE = ("statements", "commits", "pages", "hops", "compiled", "calls")
POSTGRESQL = ("statements", "commits")
"""What is counted on each engine. A connection of PostgreSQL's pool prepares a statement when it
first meets it: the rest depends on who waits for whom.
"""
MAY_DIFFER = {"pages": 0.05, "calls": 0.05}
"""By so much of the written number; all others are exact. Keys that are thrown fall into other
pages when one more is thrown, and awaiting takes a call more where an answer comes in two pieces.
"""

Counts = dict[str, int]
Found = dict[str, dict[str, Counts]]
"""By engine and event."""


@dataclass(frozen=True, slots=True)
class CountedEvent:
    """What an officer does, for the so manieth time, and what the desk's answer must contain."""

    name: str
    does: str
    expects: str
    presses: bool = False

    def act(self, chat: OfficerChat, time: int) -> None:
        """Do it."""
        if self.presses:
            chat.presses(self.does)
        else:
            chat.says(self.does.format(time=time))


EVENTS = (
    CountedEvent("menu", "เมนู", "เมนู"),
    CountedEvent("code", "C81554", "C81554"),
    CountedEvent("name", "สมชาย", "C81554"),
    CountedEvent("misspelt", "สมชัย ใจดีย์", "C81554"),
    CountedEvent("save", "/open C81554 โทร 1.1 ขอข้อมูลประชากรชุดที่ {time} => ส่งลิงก์ให้แล้ว ปิด", "R2"),
    CountedEvent("press", "เพิ่มเติม", "R2", presses=True),
)


def run() -> Report:
    """Count it all, and compare; with `--write` keep what was counted."""
    only_errors = structlog.make_filtering_bound_logger(logging.ERROR)
    structlog.configure(wrapper_class=only_errors)
    # What a desk loads and draws at its start is no event's, and would be slow where calls count.
    importlib.import_module("tests.e2e.warm_desk")
    found = {"sqlite": _in_new_loop(_on_sqlite), "postgresql": _on_own_postgresql()}
    if "--write" in sys.argv:
        # Two branches may have written the file: it need not be readable where all is counted anew.
        before = {} if all(found.values()) else read_counts()
        write_counts(before | {engine: events for engine, events in found.items() if events})
    written = read_counts()
    report = Report("what one event costs, counted", must_be_met=True)
    for engine, events in found.items():
        report.rows += compared(engine, events, written.get(engine, {}))
    if found["postgresql"]:
        report.notes.append(f"{NOT_DURABLE} What is counted is the same.")
    else:
        report.notes.append(f"{MISSING}: not counted on it.")
    report.notes.append("After a change that is meant: `python -m bench counts --write`.")
    return report


def read_counts() -> Found:
    """The written numbers; none where nothing was written yet."""
    if not WRITTEN.exists():
        return {}
    return tomllib.loads(WRITTEN.read_text(encoding="utf-8"))


def write_counts(found: Mapping[str, Mapping[str, Counts]]) -> None:
    """An event a line, so that what changed is seen."""
    lines = [HEAD]
    for engine, events in found.items():
        lines.append(f"[{engine}]")
        for event, counts in events.items():
            numbers = ", ".join(f"{name} = {number}" for name, number in counts.items())
            lines.append(f'"{event}" = {{ {numbers} }}')
        lines.append("")
    WRITTEN.write_text("\n".join(lines), encoding="utf-8")


def compared(
    engine: str, found: Mapping[str, Counts], written: Mapping[str, Counts]
) -> Iterator[Row]:
    """A row for each event; one that is written and was not found is none that is met."""
    for event in dict.fromkeys([*found, *(written if found else ())]):
        counts = found.get(event, {})
        other = differing(counts, written.get(event, {}))
        yield Row(
            f"{engine}, {event}",
            ", ".join(f"{name} {number}" for name, number in counts.items()),
            against=", ".join(other),
            aim="as written",
            met=not other,
        )


def differing(counts: Counts, written: Counts) -> list[str]:
    """What is more or less than was written, in words."""
    words = []
    for name in dict.fromkeys([*counts, *written]):
        now = counts.get(name)
        before = written.get(name)
        if not _is_as_written(name, now, before):
            words.append(f"{name} {before} → {now}")
    return words


def _is_as_written(name: str, now: int | None, before: int | None) -> bool:
    if now is None or before is None:
        return now is before
    return abs(now - before) <= before * MAY_DIFFER.get(name, 0)


# Counting.


def _in_new_loop(work: Callable[[], Coroutine[Any, Any, dict[str, Counts]]]) -> dict[str, Counts]:
    with asyncio.Runner(loop_factory=StoppedLoop) as runner:
        return runner.run(work())


async def _on_sqlite() -> dict[str, Counts]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        log = folder / "desk.db-wal"

        def pages() -> int:
            return log.stat().st_size // (PAGE + FRAME)

        return await _counted(f"sqlite:///{folder / 'desk.db'}", folder, SQLITE, pages)


def _on_own_postgresql() -> dict[str, Counts]:
    if find_binaries() is None:
        return {}
    server = own_server()

    async def work() -> dict[str, Counts]:
        with TemporaryDirectory() as name:
            url = await server.make_database()
            return await _counted(url, Path(name), POSTGRESQL)

    try:
        return _in_new_loop(work)
    finally:
        server.remove()


async def _counted(
    url: str, folder: Path, names: Sequence[str], pages: Callable[[], int] = lambda: 0
) -> dict[str, Counts]:
    tally = Tally()
    found: dict[str, list[Counts]] = {}
    with same_dice():
        await fill(url)
        with ExitStack() as stack:
            stack.enter_context(counting(tally))
            if "calls" in names:
                stack.enter_context(counting_calls(tally))
            async with stopped_desk(url, folder) as desk:
                for time in range(WARM_UP + TIMES):
                    for platform, chat in desk.chats.items():
                        for event in EVENTS:
                            before = _reading(tally, pages)
                            await _happens(desk, chat, event, time)
                            after = _reading(tally, pages)
                            each = {name: after[name] - before[name] for name in names}
                            found.setdefault(f"{platform}, {event.name}", []).append(each)
    return {event: _typical(each[WARM_UP:]) for event, each in found.items()}


def _reading(tally: Tally, pages: Callable[[], int]) -> Counts:
    return asdict(tally) | {"pages": pages()}


async def _happens(desk: StoppedDesk, chat: OfficerChat, event: CountedEvent, time: int) -> None:
    await desk.event(event.act, chat, time)
    answer = chat.answers()[-1]
    if event.expects not in answer:
        raise RuntimeError(f"{event.name}: not the answer expected: {answer[:300]}")


def _typical(counts: Sequence[Counts]) -> Counts:
    """What most of them have; of what may differ a little, the middle."""
    found: Counts = {}
    for name in counts[0]:
        numbers = [each[name] for each in counts]
        match name:
            case "pages":
                found[name] = round(fmean(numbers))
            case "calls":
                found[name] = round(median(numbers))
            case _:
                found[name] = mode(numbers)
    return found
