"""The team's group as a board, and cards that stay true: signs, buttons, and what changes
elsewhere.
"""

import json
from itertools import pairwise

import pytest

from bot.telegram.command_lists import lists_of_staff
from scheduler.ticker import Ticker
from store.due import Due, plan_again
from store.tickets.redraws import KIND
from tests.bot.conftest import FORUM, MAY, NOK, WiredDesk

TICKET = "R2611000124"
LINE = "สร้างใบงาน C81554 โทร 1.1 ถามเวลาทำการ"
Buttons = list[str]


async def tick(wired: WiredDesk) -> None:
    wired.wait(seconds=10)
    ticker = Ticker(wired.engine.desk, wired.engine)
    await ticker.tick()
    await wired.engine.idle()


async def say(wired: WiredDesk, who: int, text: str, chat: int | None = None) -> None:
    wired.telegram.say(who, text, chat_id=chat)
    await wired.turn()


@pytest.fixture
async def board(wired: WiredDesk) -> WiredDesk:
    """An enrolled group in which somebody asked for an open ticket of Nok's."""
    wired.telegram.forums[FORUM] = set()
    await say(wired, MAY, "/enroll", FORUM)
    await say(wired, NOK, LINE)
    await say(wired, NOK, f"/find {TICKET}", FORUM)
    return wired


def line_of(wired: WiredDesk) -> tuple[int, str, Buttons]:
    """The ticket's line in the group: its message, its words and its buttons."""
    last = wired.telegram.messages(FORUM)[-1]
    return last.message_id, last.text, [text for row in last.buttons for text, _data in row]


async def react(wired: WiredDesk, who: int, sign: str) -> None:
    message, _text, _buttons = line_of(wired)
    wired.telegram.react(who, message, sign)
    await wired.turn()


async def test_a_sign_closes_a_ticket_where_nothing_is_missing_and_else_the_private_chat_asks(
    board: WiredDesk,
) -> None:
    message, _text, buttons = line_of(board)
    assert buttons[:3] == ["👀 รับงาน", "👍 ปิดใบงาน", "🔥 เร่งด่วน"]
    await react(board, NOK, "👍")
    asked = board.telegram_texts(NOK)[-1]
    assert "ผลของการให้บริการ" in asked
    assert board.telegram.reactions[message][board.telegram.bot["id"]] == "🫡"
    await say(board, NOK, "แจ้งเวลาทำการแล้ว")
    await tick(board)
    _message, text, buttons = line_of(board)
    assert "ปิด" in text
    assert buttons == ["ดูข้อมูล"]


async def test_a_sign_makes_it_urgent_and_every_card_of_it_says_so(board: WiredDesk) -> None:
    await say(board, MAY, TICKET)
    card = board.telegram.messages(MAY)[-1]
    assert "เร่งด่วน" not in card.text
    await react(board, NOK, "🔥")
    await tick(board)
    (again,) = [m for m in board.telegram.messages(MAY) if m.message_id == card.message_id]
    assert again.edits == 1
    assert "เร่งด่วน" in again.text
    edits = [call for call in board.telegram.calls if call.method == "editMessageText"]
    await tick(board)
    assert len([c for c in board.telegram.calls if c.method == "editMessageText"]) == len(edits)


async def test_what_an_officer_may_not_do_at_a_press_he_may_not_by_a_sign(board: WiredDesk) -> None:
    await say(board, MAY, f"/assign {TICKET} เมย์")
    await react(board, NOK, "👀")
    assert "⚠️" in board.telegram_texts(NOK)[-1]


@pytest.mark.parametrize("sign", ["🎉", "❤"])
async def test_other_signs_are_nobodys_business(board: WiredDesk, sign: str) -> None:
    before = len(board.telegram.calls)
    kept = await board.value("SELECT count(*) FROM inbox")
    await react(board, NOK, sign)
    assert len(board.telegram.calls) == before
    assert await board.value("SELECT count(*) FROM inbox") == kept


async def test_where_the_bot_may_not_react_the_deed_is_done_and_it_is_told_once(
    board: WiredDesk,
) -> None:
    told: list[str] = []
    board.adapters[0].tell_lack = told.append
    board.telegram.without_reactions.add(FORUM)
    await react(board, NOK, "🔥")
    await react(board, MAY, "👍")
    assert "เร่งด่วน" in "".join(board.telegram_texts(NOK))
    assert told == ["reactions"]
    # Only this group does without.
    assert board.adapters[0].lacking_in(str(FORUM)) == {"reactions"}
    assert board.adapters[0].lacking_in("-100777") == set()


async def test_a_card_that_became_a_form_is_not_drawn_over(board: WiredDesk) -> None:
    await say(board, MAY, TICKET)
    card = board.telegram.messages(MAY)[-1]
    board.telegram.press(MAY, card.message_id, "แก้ไข")
    await board.turn()
    shown = board.telegram_texts(MAY)
    await react(board, NOK, "🔥")
    await tick(board)
    assert board.telegram_texts(MAY)[-1] == shown[-1]


async def test_commands_are_those_of_the_role(wired: WiredDesk) -> None:
    lists = await lists_of_staff(wired.engine.desk)
    officer = {name for name, _about in lists[str(NOK)]}
    admin = {name for name, _about in lists[str(MAY)]}
    assert officer < admin
    assert "enroll" in admin - officer
    await wired.adapters[0].offer_commands(str(MAY), lists[str(MAY)])
    await wired.adapters[0].offer_commands(str(NOK), ())
    ((scope, _language),) = wired.telegram.commands
    assert json.loads(scope) == {"type": "chat", "chat_id": MAY}


async def test_fifty_cards_that_change_at_once_keep_the_rates_and_let_answers_through(
    wired: WiredDesk,
) -> None:
    for n in range(12):
        await say(wired, NOK, f"{LINE} {n}")
    before = len(wired.telegram.calls)
    old = "UPDATE outbox SET card_version = 0 WHERE card <> ''"
    await wired.db.write(lambda tx: tx.execute(old))
    rows = [Due(KIND, f"R26110001{24 + n}", "", wired.now) for n in range(12)]
    await wired.db.write(lambda tx: plan_again(tx, rows))
    edits = []
    for _tick in range(8):
        await tick(wired)
        now = [c for c in wired.telegram.calls[before:] if c.method == "editMessageText"]
        edits.append(len(now))
    each = [after - earlier for earlier, after in pairwise([0, *edits])]
    assert max(each) <= 2
    assert edits[-1] == 12
