"""The operator's guide names only what there is: verbs and their options, settings, files, commands, buttons, words of ours."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import click
import pytest
import typer.main

import run_bot
from bot.settings import Settings
from domain.configuration import TABLES, load_configuration
from handlers import dispatcher
from handlers.registry import COMMANDS
from tests.operating.test_backup import ROOT

PAGE = (ROOT / "docs/operating.md").read_text("utf-8")
CASES = PAGE.partition("## What to do when …")[2].partition("\n## ")[0]
SPANS = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL))
SOURCES = ("run_bot.py", "bot", "store", "handlers", "domain", "locale")
THEIR_WORDS = ("file is not a database",)
"""What SQLite says, not we."""
OF_THE_SYSTEM = ("/etc/", "/opt/", "/mnt/", "/var/", "/usr/")
ADDRESSES = ("/readyz", "/healthz", "/metrics")
RETENTION = ("closed_tickets", "raw_events")


@cache
def source() -> str:
    """All that the desk may say."""
    files: list[str] = []
    for name in SOURCES:
        place = ROOT / name
        paths = [place] if place.is_file() else sorted(place.rglob("*.*"))
        files += [
            path.read_text("utf-8") for path in paths if path.suffix in (".py", ".toml", ".po")
        ]
    return "\n".join(files)


def find_verb(words: list[str]) -> tuple[click.Command | None, list[str]]:
    """The verb that these words name, and what is left of them."""
    command: Any = typer.main.get_command(run_bot.app)
    left = [*words]
    # By what it has: typer brings a click of its own.
    while left and left[0] in getattr(command, "commands", {}):
        command = command.commands[left.pop(0)]
    return (None if len(left) == len(words) else command), left


def named_verbs() -> Iterator[tuple[str, list[str]]]:
    for span in SPANS:
        if span.startswith("run_bot.py "):
            yield span, span.removeprefix("run_bot.py ").split()


def test_there_are_twenty_cases_at_least() -> None:
    rows = [line for line in CASES.splitlines() if line.startswith("| ")]
    assert len(rows) - 1 >= 20


def test_every_verb_and_option_is_one() -> None:
    said = list(named_verbs())
    assert len(said) > 15
    for span, words in said:
        verb, left = find_verb(words)
        assert verb is not None, span
        known = {option for parameter in verb.params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", " ".join(left))) <= known, span


def test_options_that_stand_alone_belong_to_some_verb() -> None:
    every = {
        option
        for name in typer.main.get_command(run_bot.app).commands  # type: ignore[attr-defined]
        for parameter in find_verb([name])[0].params  # type: ignore[union-attr]
        for option in parameter.opts
    }
    alone = {span.split()[0] for span in SPANS if span.startswith("--")}
    assert alone <= every


def test_every_setting_is_one() -> None:
    known = {f"DESKBOT_{name.upper()}" for name in Settings.model_fields}
    named = {name.removesuffix("_FILE") for name in re.findall(r"DESKBOT_[A-Z_]+", PAGE)}
    assert named <= known


def test_every_table_of_the_configuration_is_one() -> None:
    named = {
        span.strip("[]").split(".")[0] for span in SPANS if re.fullmatch(r"\[[a-z_.…]+\]", span)
    }
    assert named
    assert named <= {*TABLES}


@pytest.mark.parametrize("block", re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL))
def test_what_may_be_copied_into_the_configuration_is_read(block: str, tmp_path: Any) -> None:
    lines = [line.removeprefix("  ") for line in block.splitlines()]
    path = tmp_path / "office.toml"
    path.write_text("\n".join(lines).replace("age1…", "age1x"), "utf-8")
    load_configuration(path)


def test_every_file_of_ours_is_there() -> None:
    ours = [span for span in SPANS if re.match(r"(deploy|docs|domain|bench)/", span)]
    linked = re.findall(r"\]\((?:\.\./)?([^)#]+)\)", PAGE)
    assert len(ours) > 4
    assert [name for name in ours if not (ROOT / name).exists()] == []
    assert [
        name for name in linked if not ((ROOT / name).exists() or (ROOT / "docs" / name).exists())
    ] == []


def test_every_command_in_the_chat_is_one() -> None:
    named = {span for span in SPANS if re.fullmatch(r"/[a-z]+", span)} - {*ADDRESSES}
    assert dispatcher  # which loads them all
    assert {name.removeprefix("/") for name in named} <= COMMANDS.keys()


def test_every_goal_of_make_is_one() -> None:
    goals = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE)
    assert {span.split()[1] for span in SPANS if span.startswith("make ")} <= {*goals}


def words_of_ours() -> Iterator[str]:
    """What the first column quotes, and the buttons of the second."""
    for line in CASES.splitlines():
        if line.startswith("| "):
            seen = line.split("|")[1]
            yield from re.findall(r"[`\"]([^`\"]+)[`\"]", seen)
    yield from re.findall(r"\[([^\]a-z`]+)\](?!\()", PAGE)


def test_what_is_seen_is_said_by_the_desk() -> None:
    quoted = list(words_of_ours())
    assert len(quoted) > 6
    for words in quoted:
        parts = [
            re.escape(part.strip())
            for part in re.split(r"…|\bN\b|^database: ", words)
            if part.strip()
        ]
        pattern = r"[^\n]*".join(parts)
        assert words in THEIR_WORDS or re.search(pattern, source()), words


def alerts() -> Mapping[str, str]:
    """By name what each alert asks."""
    return dict(re.findall(r"alert: (\w+)\s+expr: (.+)", PAGE))


def test_every_measure_in_the_alerts_is_one() -> None:
    asked = " ".join(alerts().values())
    measured = (ROOT / "bot/web/metrics.py").read_text("utf-8")
    names = set(re.findall(r"deskbot_[a-z_]+", asked))
    assert len(names) > 6
    for name in names:
        bare = re.sub(r"_(sum|count|bucket|total)$", "", name)
        assert f'"{bare}"' in measured, name
    assert set(re.findall(r"\{(\w+)", asked)) <= set(re.findall(r'"(\w+)"', measured)) | {"job"}
