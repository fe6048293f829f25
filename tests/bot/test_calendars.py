"""A date is picked from a small calendar on Telegram, and comes in as the typed text would."""

from datetime import date, datetime

import pytest

from bot.telegram.calendars import MonthShown, opening, picked_text, read_shown, turned
from domain.dates.days import BANGKOK
from handlers.chat import DateAsked, DateKind
from tests.bot.conftest import NOK, WiredDesk
from tests.fakes.office import OFFICE
from tests.fakes.telegram_rules import check_telegram

TODAY = date(2026, 11, 23)
DECEMBER = MonthShown(
    date(2026, 12, 1), TODAY, date(2027, 2, 10), timed=False, spoken="th", before=""
)
OWN = [[{"text": "ยกเลิก", "callback_data": "token"}]]


def texts(rows: list[list[dict[str, str]]]) -> list[str]:
    return [" ".join(key["text"] for key in row) for row in rows]


def test_a_month_of_the_buddhist_era_marks_days_off() -> None:
    rows = turned(DECEMBER, OWN, OFFICE.calendar, TODAY)
    assert texts(rows) == [
        "« ธันวาคม 2569 »",
        "จ อ พ พฤ ศ ส อา",
        "· 1 2 3 4 (5) (6)",
        "(7) 8 9 (10) 11 (12) (13)",
        "14 15 16 17 18 (19) (20)",
        "21 22 23 24 25 (26) (27)",
        "28 29 30 (31) · · ·",
        "ยกเลิก",
    ]
    keyboard = {"inline_keyboard": rows}
    call = {"chat_id": 1, "message_id": 2, "reply_markup": keyboard}
    assert check_telegram("editMessageReplyMarkup", call) == []


def test_days_before_the_earliest_and_months_without_days_cannot_be_picked() -> None:
    rows = turned(
        MonthShown(TODAY, TODAY, TODAY, timed=False, spoken="th", before=""),
        [],
        OFFICE.calendar,
        TODAY,
    )
    picks = [key["text"] for row in rows for key in row if key["callback_data"].startswith("day:")]
    assert picks == ["23"]
    assert texts(rows)[0] == "· พฤศจิกายน 2569 ·"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("day:20261205::", "5 ธันวาคม 2569"),
        ("day:20261205:1430:", "5 ธันวาคม 2569 14.30"),
        ("day:20261205::/leave ", "/leave 5 ธันวาคม 2569"),
        ("day:20261305::", None),
        ("0123456789abcdefABCDEF", None),
    ],
)
def test_what_is_picked_is_the_text_that_would_be_typed(data: str, text: str | None) -> None:
    assert picked_text(data) == text


@pytest.mark.parametrize(
    "asked",
    [
        DateAsked(),
        DateAsked(DateKind.DAY_AND_TIME, before="/leave "),
        DateAsked(earliest=datetime(2026, 11, 23, 9, tzinfo=BANGKOK)),
    ],
)
def test_what_opens_it_says_what_it_shows(asked: DateAsked) -> None:
    (key,) = opening(asked) or ()
    shown = read_shown(key["callback_data"])
    assert shown is not None
    assert shown.data() == key["callback_data"]
    assert turned(shown, [], OFFICE.calendar, TODAY)


@pytest.mark.parametrize("data", ["cal:-", "cal:1:2:3:4:5", "cal:", "cal:99999999:1:1:00th:"])
def test_data_of_nobodys_making_shows_nothing(data: str) -> None:
    assert read_shown(data) is None


async def test_a_reminder_is_picked_by_taps(wired: WiredDesk) -> None:
    wired.telegram.say(NOK, "/remind")
    await wired.turn()
    (card,) = wired.telegram.messages(NOK)
    for tap in ("📅 เลือกวันและเวลา", "»", "8", "14.30"):
        wired.telegram.press(NOK, card.message_id, tap)
        await wired.turn()
    *_before, last = wired.telegram_texts()
    assert "8 ธ.ค. 69 14.30" in last
    asked, *_others = wired.telegram.messages(NOK)
    assert not any("ธันวาคม" in text for row in asked.buttons for text, _data in row)
