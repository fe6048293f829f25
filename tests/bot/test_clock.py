"""The desk's clock, and that nothing else reads the machine's."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import make_clock, wall_clock
from bot.settings import load_settings
from bot.variables import SettingsError

ROOT = Path(__file__).parents[2]
TEN = "2026-11-23T10:00+07:00"
AT_TEN = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SOON = timedelta(seconds=30)

CODE = ["run_bot.py", "bot", "domain", "handlers", "scheduler", "store"]
MAKES_CLOCKS = "bot/clock.py"
READS = {
    "date.today",
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "time.ctime",
    "time.gmtime",
    "time.localtime",
    "time.strftime",
    "time.time",
    "time.time_ns",
}
IN_SQL = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|localtimestamp|julianday|unixepoch)\s*\("
    r"|\b(current_(timestamp|date|time)|localtime(stamp)?)\b|'now'",
    re.IGNORECASE,
)


def code(*places: str) -> Iterator[Path]:
    """Every file of Python there."""
    for place in places:
        path = ROOT / place
        yield from [path] if path.suffix == ".py" else sorted(path.rglob("*.py"))


def readings(path: Path) -> Iterator[str]:
    """Where a file asks the machine what time it is: called, or handed on to be called."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            name = ".".join(ast.unparse(node).split(".")[-2:])
            if name in READS:
                yield f"{path.relative_to(ROOT)}:{node.lineno}: {name}"
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            yield from (
                f"{path.relative_to(ROOT)}:{node.lineno}: {each.name}"
                for each in node.names
                if f"time.{each.name}" in READS
            )


def test_one_place_reads_the_machines_clock() -> None:
    found = [each for path in code(*CODE) for each in readings(path)]
    assert [each.partition(":")[0] for each in found] == [MAKES_CLOCKS], found


def test_who_starts_the_program_alone_takes_the_machines_clock() -> None:
    users = {
        str(path.relative_to(ROOT))
        for path in code(*CODE)
        if "wall_clock" in path.read_text(encoding="utf-8")
    }
    assert users == {MAKES_CLOCKS, "run_bot.py"}


def test_no_statement_asks_the_database_for_the_time() -> None:
    texts = [
        (path, path.read_text(encoding="utf-8")) for path in sorted((ROOT / "store").rglob("*.sql"))
    ]
    for path in code("store"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and re.search("[A-Z]{4} ", node.value)
            ):
                texts.append((path, node.value))
    assert [(path.name, found[0]) for path, text in texts if (found := IN_SQL.search(text))] == []


def test_the_tests_have_a_clock_of_their_own() -> None:
    """What they compare the desk's time with must not be what day it is."""
    found = [each for path in code("tests") for each in readings(path)]
    assert found == []


def test_without_a_setting_it_is_the_machines() -> None:
    assert make_clock(None) is make_clock("") is wall_clock
    assert wall_clock().tzinfo is UTC


def test_from_an_instant_it_runs_on() -> None:
    clock = make_clock(TEN)
    first, second = clock(), clock()
    assert AT_TEN <= first < second < AT_TEN + SOON


def test_a_file_moves_it_and_two_processes_have_one_time(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    path.write_text(f"{TEN}\n")
    one, other = make_clock(str(path)), make_clock(str(path))
    assert one() == other() == AT_TEN
    path.write_text(f"2028-02-29T23:59:59+07:00 {0.0}\n")
    assert one() > datetime(2028, 2, 29, 16, 59, 59, tzinfo=UTC)
    assert one() < other() < one()


@pytest.mark.parametrize("wrong", ["tomorrow", "2026-11-23T10:00", "/no/such/file", "2026-11-23"])
def test_what_is_no_clock_is_said_with_the_variables_name(
    wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKBOT_CLOCK", wrong)
    with pytest.raises(
        SettingsError, match=r"DESKBOT_CLOCK: must look like 2026-11-23T10:00\+07:00"
    ):
        load_settings()
