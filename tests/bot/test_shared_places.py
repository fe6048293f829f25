"""A place that is shared on LINE fills the province of the address that is asked for."""

from typing import Any

import pytest

from tests.bot.conftest import NOK_LINE, WiredDesk
from tests.fakes.line_chat import numeric_id


def place(wired: WiredDesk, **said: Any) -> dict[str, Any]:
    message = {"id": numeric_id(), "type": "location", "latitude": 8.08, "longitude": 98.9, **said}
    return wired.line.event("message", NOK_LINE, None, message=message)


KRABI = {"title": "ศาลากลาง", "address": "9/10 ถ.อุตรกิจ ปากน้ำ เมืองกระบี่ กระบี่ 81000 ประเทศไทย"}


async def typed(wired: WiredDesk, *lines: str) -> None:
    for line in lines:
        await wired.hears(wired.line.text_event(NOK_LINE, line))


async def test_it_answers_the_question_for_an_address(wired):
    await typed(wired, "/new สมหญิง รักดี", "ประชาชน", "หญิง", "0899999999")
    assert "ที่อยู่" in wired.line_texts()[-1]
    await wired.hears(place(wired, **KRABI))
    await typed(wired, "C90211")
    assert "ที่อยู่\nกระบี่" in wired.line_texts()[-2] + wired.line_texts()[-1]


@pytest.mark.parametrize(
    ("said", "told"),
    [(KRABI, "📍 กระบี่"), ({}, "ไม่พบจังหวัดในตำแหน่งนี้")],
)
async def test_where_nothing_is_asked_for_it_says_what_it_is_good_for(wired, said, told):
    await wired.hears(place(wired, **said))
    assert told in wired.line_texts()[-1]
