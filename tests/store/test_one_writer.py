"""What is derived has one writer: the table of docs/architecture.md, held against the code."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHARED = {"due"}
"""Tables of which each kind of row has its own writer, by the functions of one module."""


def said() -> dict[str, set[str]]:
    """By table, the modules that write it."""
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    section = text.partition("## What is derived")[2].partition("\n## ")[0]
    writers: dict[str, set[str]] = {}
    for row in re.findall(r"^\| (.+) \|$", section, re.MULTILINE):
        derived, _source, writer, _anew = row.split(" | ")
        # What is said after a comma calls the writer, and writes nothing of it.
        modules = set(re.findall(r"`(store/[\w/]+\.py)`", writer.partition(", called by")[0]))
        for table in re.findall(r"`(\w+)`", derived):
            writers.setdefault(table, set()).update(modules)
    return writers


def writing(table: str) -> set[str]:
    statement = re.compile(rf"(INSERT INTO|UPDATE|DELETE FROM) {table}\b")
    files = [
        path
        for package in ("store", "handlers", "bot", "scheduler")
        for path in (ROOT / package).rglob("*.py")
    ]
    return {
        path.relative_to(ROOT).as_posix()
        for path in files
        if statement.search(path.read_text("utf-8"))
    }


@pytest.mark.parametrize("table", sorted(said().keys() - SHARED))
def test_a_derived_table_is_written_by_its_writer_alone(table: str) -> None:
    assert writing(table) == said()[table]


def test_records_are_written_where_what_follows_is_written_too() -> None:
    assert writing("customers") == {"store/customers/records.py", "store/merges.py"}
    # A link of two tickets only holds their rows.
    assert writing("tickets") == {"store/tickets/records.py", "store/tickets/links.py"}
    assert writing("contacts") == {"store/customers/records.py", "store/merges.py"}


def test_tickets_are_saved_by_the_one_way_in() -> None:
    saves = re.compile(
        r"\btickets\.(add_tickets?|update_ticket)\b|from store\.tickets import .*\b(add_ticket|update_)"
    )
    files = [
        path
        for package in ("store", "handlers", "bot", "scheduler")
        for path in (ROOT / package).rglob("*.py")
    ]
    calling = {
        path.relative_to(ROOT).as_posix() for path in files if saves.search(path.read_text("utf-8"))
    }
    assert calling == {"store/ticket_saves.py"}
