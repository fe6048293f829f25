"""What each procedure of the manual takes there and here: every row is played, and docs/effort.md says what was."""

import os
from pathlib import Path

import pytest

from domain.staff import Platform
from tests.handlers.conftest import DeskUnderTest
from tests.handlers.manual_procedures import BY_TAPS, PROCEDURES, Procedure

DOC = Path(__file__).parents[2] / "docs" / "effort.md"
HEAD = """# Actions: the manual's web CRM, and here

Every procedure of the office's manual is played on both platforms by `tests/handlers/test_effort.py`, with the words
that stand below the table, until the right record is saved. The test also holds this page (`UPDATE_EFFORT=1` rewrites
it).

How it is counted. There: one for each field that is filled or chosen and each click that the manual's steps name;
fields that it sets by itself (contact, assignee, urgency, mood, status, an e-mail's channel and text) count nothing,
nor does complexity, which both sides leave at "simple". Here: one for each message and each tap. Nobody's log-in is
counted, nor the letters: the same sentences are typed on both sides. The steps of both are in
`tests/handlers/manual_procedures.py`, and below.

What it does not say: an e-mail's text, which the web CRM has by itself, is pasted into the message here.

A message here often says what is several fields there: that is the point of the one line (`docs/one-line.md`), and
who does not know it finds the second table. The aim is a third, so here at most there ÷ 3.
"""
TAPS = """## Without the one line

Whoever searches, taps and answers what is asked takes more than a third, and less than half:
"""


async def play(desk: DeskUnderTest, procedure: Procedure, platform: Platform) -> int:
    """How many messages and taps it took."""
    for text in procedure.before:
        await desk.says(text, platform=platform)
    for move in procedure.here:
        if move.startswith("["):
            await desk.presses(move.strip("[]"), platform=platform)
        else:
            answer = await desk.says(move, platform=platform)
            assert not answer.text.startswith("⚠️"), answer.text
    return len(procedure.here)


@pytest.mark.parametrize("platform", [Platform.TELEGRAM, Platform.LINE])
@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda each: each.name)
async def test_a_procedure_ends_with_the_right_record_in_a_third_of_the_actions(
    desk: DeskUnderTest, procedure: Procedure, platform: Platform
) -> None:
    assert 3 * await play(desk, procedure, platform) <= len(procedure.there)
    await holds_saved(desk, procedure, platform)


@pytest.mark.parametrize("platform", [Platform.TELEGRAM, Platform.LINE])
@pytest.mark.parametrize("procedure", BY_TAPS, ids=lambda each: each.name)
async def test_who_taps_everything_takes_less_than_half(
    desk: DeskUnderTest, procedure: Procedure, platform: Platform
) -> None:
    assert 2 * await play(desk, procedure, platform) < len(procedure.there)
    await holds_saved(desk, procedure, platform)


async def holds_saved(desk: DeskUnderTest, procedure: Procedure, platform: Platform) -> None:
    """The right record, once."""
    table, holds = procedure.saved
    said = desk.last[f"{platform}:nok"]
    assert await desk.count(table, holds) == 1, f"{said.text}\n{said.buttons}"


def row(name: str, there: int, here: int) -> str:
    """One row; both platforms took the same moves."""
    return f"| {name} | {there} | {here} | {here} | {here / there:.0%} |"


def table_of(procedures: tuple[Procedure, ...]) -> list[str]:
    """The heading, and each procedure's row."""
    rows = [row(each.name, len(each.there), len(each.here)) for each in procedures]
    return ["| procedure | web CRM | Telegram | LINE | of it |", "|---|---|---|---|---|", *rows]


def steps_of(procedure: Procedure) -> str:
    """The steps of both sides."""
    moves = "".join("\n  - `{}`".format(move.replace("\n", " ⏎ ")) for move in procedure.here)
    return f"- **{procedure.name}** · {' → '.join(procedure.there)}{moves}"


def page() -> str:
    """The document as the tables of procedures have it."""
    there, here = sum(len(each.there) for each in PROCEDURES), sum(len(each.here) for each in PROCEDURES)
    total = row(f"all {len(PROCEDURES)}", there, here)
    played = ["## What was played", "", *map(steps_of, PROCEDURES), "", "By taps:", "", *map(steps_of, BY_TAPS)]
    return "\n".join((HEAD, *table_of(PROCEDURES), total, "", TAPS, *table_of(BY_TAPS), "", *played)) + "\n"


def test_the_page_says_what_is_played() -> None:
    if os.environ.get("UPDATE_EFFORT"):
        DOC.write_text(page(), encoding="utf-8")
    assert DOC.read_text(encoding="utf-8") == page()


def test_the_commonest_take_one_to_three() -> None:
    assert all(len(each.here) <= 3 for each in PROCEDURES if each.name[:1].isdigit())
