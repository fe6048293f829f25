"""What handlers mean by a card, a question and a button: kept as JSON and read again unharmed."""

import json
import re
from datetime import datetime

from domain.dates.days import BANGKOK
from handlers.chat import (
    Button,
    ButtonStyle,
    Card,
    Choice,
    CopyButton,
    DateAsked,
    DateKind,
    Document,
    Fact,
    FactKind,
    Paragraph,
    Reply,
    Tone,
    buttons_of,
    date_asked,
    reply_from_json,
    reply_to_json,
)
from tests.handlers.conftest import Answer

DAY = datetime(2026, 12, 24, 9, 30, tzinfo=BANGKOK)
SAVE = Button("บันทึก", "form.save", {"draft": "1"}, token="t", style=ButtonStyle.PRIMARY)
COPY = CopyButton("คัดลอกเลข", "C81554")
ASKED = DateAsked(DateKind.DAY_AND_TIME, earliest=DAY, default=DAY)


def test_what_a_part_means_is_kept():
    card = Card(
        "🎫 25691124-0042",
        (Fact("โทรศัพท์", "081-234-5678", FactKind.PHONE), ("ชื่อ", "สมชาย")),
        buttons=(SAVE, COPY),
        tone=Tone.OVERDUE,
        asks=ASKED,
    )
    choice = Choice("วันไหน", (SAVE,), (COPY,), asks=ASKED, passing=True)
    reply = Reply((card, choice, Paragraph("ถามวันที่", (COPY,), asks=DateAsked())))
    assert reply_from_json(reply_to_json(reply)) == reply
    assert date_asked(card) == date_asked(choice) == ASKED


def test_pairs_are_facts_of_no_special_kind_and_one_label_is_said_once():
    phones = (Fact("โทร", "1", FactKind.PHONE), Fact("โทร", "2", FactKind.PHONE))
    card = Card("ชื่อ", (("ก", "ข"), *phones))
    assert card.facts == (Fact("ก", "ข"), Fact("โทร", "1\n2", FactKind.PHONE))


def test_what_an_earlier_version_kept_is_read():
    kept = {
        "parts": [
            {
                "part": "card",
                "title": "ชื่อ",
                "fields": [["ก", "ข"]],
                "note": "",
                "buttons": [{"label": "แก้ไข", "action": "form.ask", "args": {}, "token": "t"}],
            }
        ],
        "confirms": False,
    }
    (card,) = reply_from_json(json.dumps(kept)).parts
    assert isinstance(card, Card)
    assert card.facts == (Fact("ก", "ข"),)
    assert card.buttons == (Button("แก้ไข", "form.ask", token="t"),)


def test_what_is_copied_on_the_telephone_is_no_press():
    assert buttons_of(Choice("?", (SAVE,), (COPY,))) == (SAVE,)
    assert date_asked(Document("1", "a", "b", 1, "c", "d", "e", "f")) is None


def styles(answer: Answer) -> dict[str, ButtonStyle]:
    """The buttons of an answer that are not plain."""
    pressed = [button for part in answer.replies[0].parts for button in buttons_of(part)]
    return {button.label: button.style for button in pressed if button.style != ButtonStyle.PLAIN}


async def test_a_card_says_what_it_is_of_and_what_is_wanted_next(desk):
    shown = await desk.says("C81554")
    (card,) = shown.replies[0].parts
    kinds = {fact.label: fact.kind for fact in card.facts}
    assert kinds["โทรศัพท์"] is FactKind.PHONE
    assert styles(shown) == {"สร้างใบงาน": ButtonStyle.PRIMARY}
    assert CopyButton("คัดลอกรหัส", "C81554") in card.buttons


async def test_a_tickets_tone_is_its_state(desk):
    made = await desk.says("/open C81554 โทร 1.1 ถามรายได้")
    assert made.replies[0].parts[0].tone is Tone.RUNNING
    waits = await desk.presses("รอผู้รับบริการ")
    no = re.search(r"R\d{10}", waits.text)[0]
    assert (await desk.says(no)).replies[0].parts[0].tone is Tone.WAITING
    await desk.presses("ผู้รับบริการตอบแล้ว")
    desk.wait(days=30)
    late = await desk.says(no)
    assert late.replies[0].parts[0].tone is Tone.OVERDUE
    assert list(styles(late).values()) == [ButtonStyle.PRIMARY]
    further = await desk.presses("เพิ่มเติม")
    assert styles(further)["ยกเลิกใบงาน"] is ButtonStyle.DANGER
    await desk.says(f"ปิดใบงาน {no} ตอบแล้ว")
    assert (await desk.says(no)).replies[0].parts[0].tone is Tone.DONE


async def test_a_time_of_a_reminder_may_be_picked(desk):
    await desk.says("/open C81554 โทร 1.1 ถามรายได้")
    await desk.presses("เพิ่มเติม")
    asked = await desk.presses("เตือน")
    picker = date_asked(asked.replies[0].parts[-1])
    assert picker is not None
    assert picker.kind is DateKind.DAY_AND_TIME
    assert picker.earliest < picker.default
    told = await desk.says(f"{picker.before}24/12/2569 14:00")
    assert "24 ธ.ค. 69 14.00" in told.text


async def test_a_leave_may_be_picked_day_by_day(desk):
    first = date_asked((await desk.says("ลา")).replies[0].parts[-1])
    asked = await desk.says(f"{first.before}24/12/2569")
    assert "ลา 24 ธ.ค." in asked.text
    last = date_asked(asked.replies[0].parts[-1])
    whole = await desk.says(f"{last.before}26/12/2569")
    assert "24–26 ธ.ค." in whole.text
    assert date_asked(whole.replies[0].parts[-1]) is None
