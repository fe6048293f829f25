"""What each procedure of the manual takes there and here: every row is played, and docs/effort.md
says what was.
"""

import os
import re
from pathlib import Path

import pytest

from bot.platform import Adapter
from domain.staff import Platform
from tests.fakes.incoming_mails import Mailbox
from tests.fakes.smtp import FakeSmtp, mail_adapter
from tests.handlers.conftest import Answer, DeskUnderTest
from tests.handlers.mail_procedures import MAIL_PROCEDURES
from tests.handlers.manual_procedures import BY_TAPS, MISSES, MISSES_BY_TAPS, PROCEDURES, Procedure

DOC = Path(__file__).parents[2] / "docs" / "effort.md"
HEAD = """# Actions: the manual's web CRM, and here

Every procedure of the office's manual is played on both platforms by `tests/handlers/test_effort.py`, with the words
that stand below the table, until the right record is saved. The test also holds this page (`UPDATE_EFFORT=1` rewrites
it).

How it is counted, alike on both sides. There: one for each field that is filled or chosen and each click that the
manual's steps name; fields that it sets by itself (contact, assignee, urgency, mood, status, an e-mail's channel
and text) count nothing, nor does complexity, which both sides leave at "simple". Here: one for each message and
each tap. Nobody knows a ticket's number or a customer's code by heart: the test refuses one that no earlier answer
showed, so finding it counts; a caller says a name or a telephone, a mail has its address. A message counts as one
only in words that an officer types untaught: what the web CRM's fields, subjects and buttons are called, what
callers say, a new line before the result; the test refuses a slash, `=>` and `@name`. Nobody's log-in is counted,
nor the letters: the same sentences are typed on both sides.

What begins with a customer's mail is played from that mail, as it comes into the mailbox, until its answer is sent
and its ticket closed, with three taps and one text at most. The card that tells of it counts on neither side: on
Telegram it comes by itself, on LINE, where a push costs, with the answer to whatever the officer writes next.

What it does not say: numbers of subjects (6.1) and the word that closes (ปิด) are taken as known, as they are the
manual's own. It is our count, of our own play.

The aim is a third, so here at most there ÷ 3.
"""
MAILS = """## From a mail that comes in
"""
TAPS = """## Without the one line

Whoever taps the subject, names the customer and answers what is asked:
"""
TAUGHT = re.compile(r"^/|=>|(?:^|\s)@")
"""Signs that only somebody who has read the grammar types."""
RECORD = re.compile(r"\b[RC]\d{5,10}\b")


@pytest.fixture
def mailer(request: pytest.FixtureRequest, smtp: FakeSmtp, tmp_path: Path) -> Adapter | None:
    """The way out for mails, where one comes in."""
    procedure: Procedure = request.node.callspec.params["procedure"]
    if not procedure.mails:
        return None
    return mail_adapter(smtp, tmp_path)


async def come_in(desk: DeskUnderTest, mails: tuple[bytes, ...], platform: Platform) -> str:
    """Mails come in, and their officer, who has this platform alone, is told: on LINE with the
    answer to what she writes next.
    """
    others = f"DELETE FROM identities WHERE platform <> '{platform}'"
    await desk.db.write(lambda tx: tx.execute(others))
    desk.wait(minutes=5)
    before = len(desk.told("nok", platform).replies)
    await Mailbox(desk).brings(*mails)
    if len(desk.told("nok", platform).replies) == before:
        await desk.says("งานของฉัน", platform=platform)
    told = Answer(desk.told("nok", platform).replies[before:])
    desk.last[f"{platform}:nok"] = told
    return "\n".join((told.text, *told.buttons))


async def play(desk: DeskUnderTest, procedure: Procedure, platform: Platform) -> int:
    """How many messages and taps it took."""
    for text in procedure.before:
        await desk.says(text, platform=platform)
    shown = ""
    if procedure.mails:
        shown = await come_in(desk, procedure.mails, platform)
    for move in procedure.here:
        assert set(RECORD.findall(move)) <= set(RECORD.findall(shown)), f"known by heart: {move}"
        if move.startswith("["):
            answer = await desk.presses(move.strip("[]"), platform=platform)
        else:
            assert not TAUGHT.search(move), move
            answer = await desk.says(move, platform=platform)
            assert not answer.text.startswith("⚠️"), answer.text
        shown += "\n".join((answer.text, *answer.buttons))
    return len(procedure.here)


def misses(procedures: tuple[Procedure, ...]) -> list[str]:
    """The rows that take more than a third."""
    return [each.name for each in procedures if 3 * len(each.here) > len(each.there)]


@pytest.mark.parametrize("platform", [Platform.TELEGRAM, Platform.LINE])
@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda each: each.name)
async def test_a_procedure_ends_with_the_right_record_in_a_third_of_the_actions(
    desk: DeskUnderTest, procedure: Procedure, platform: Platform
) -> None:
    moves = await play(desk, procedure, platform)
    assert 3 * moves <= len(procedure.there) or procedure.name in MISSES
    await holds_saved(desk, procedure, platform)


@pytest.mark.parametrize("platform", [Platform.TELEGRAM, Platform.LINE])
@pytest.mark.parametrize("procedure", MAIL_PROCEDURES, ids=lambda each: each.name)
async def test_a_mail_is_closed_and_answered_with_three_taps_and_one_text(
    desk: DeskUnderTest, procedure: Procedure, platform: Platform, smtp: FakeSmtp
) -> None:
    await play(desk, procedure, platform)
    taps = [move for move in procedure.here if move.startswith("[")]
    assert len(taps) <= 3
    assert len(procedure.here) - len(taps) <= 1
    await holds_saved(desk, procedure, platform)
    await desk.mails_go()
    assert len(smtp.mails) == procedure.sent


@pytest.mark.parametrize("platform", [Platform.TELEGRAM, Platform.LINE])
@pytest.mark.parametrize("procedure", BY_TAPS, ids=lambda each: each.name)
async def test_who_taps_everything_takes_a_third(
    desk: DeskUnderTest, procedure: Procedure, platform: Platform
) -> None:
    moves = await play(desk, procedure, platform)
    assert 3 * moves <= len(procedure.there) or procedure.name in MISSES_BY_TAPS
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
    every = (*PROCEDURES, *MAIL_PROCEDURES)
    there = sum(len(each.there) for each in every)
    here = sum(len(each.here) for each in every)
    total = row(f"all {len(every)}, with those below", there, here)
    mails = [MAILS, *table_of(MAIL_PROCEDURES), "", missed_by(MAIL_PROCEDURES), ""]
    taps = [TAPS, *table_of(BY_TAPS), "", missed_by(BY_TAPS), ""]
    played = [
        "## What was played",
        "",
        *map(steps_of, PROCEDURES),
        "",
        "From a mail:",
        "",
        *map(steps_of, MAIL_PROCEDURES),
        "",
        "By taps:",
        "",
        *map(steps_of, BY_TAPS),
    ]
    head = (HEAD, *table_of(PROCEDURES), total, "")
    return "\n".join((*head, missed_by(PROCEDURES), "", *mails, *taps, *played)) + "\n"


def missed_by(procedures: tuple[Procedure, ...]) -> str:
    """Which rows take more than a third, in a sentence."""
    rows = "; ".join(misses(procedures))
    return f"More than a third take: {rows}." if rows else "None takes more than a third."


def test_the_rows_that_miss_are_those_that_are_known() -> None:
    assert misses(PROCEDURES) == list(MISSES)
    assert misses(MAIL_PROCEDURES) == []
    assert misses(BY_TAPS) == list(MISSES_BY_TAPS)


def test_the_page_says_what_is_played() -> None:
    if os.environ.get("UPDATE_EFFORT"):
        DOC.write_text(page(), encoding="utf-8")
    assert DOC.read_text(encoding="utf-8") == page()


def test_the_commonest_take_one_to_three() -> None:
    every = (*PROCEDURES, *MAIL_PROCEDURES)
    assert all(len(each.here) <= 3 for each in every if each.name[:1].isdigit())
