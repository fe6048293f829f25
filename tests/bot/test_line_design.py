"""LINE's one design: what a card, a question and a press come to, and what a locked telephone
shows.
"""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.line import folding
from bot.line.about import about
from bot.line.actions import picked
from bot.line.events import incoming
from bot.line.render import render
from bot.queues.tokens import with_tokens
from domain.dates.days import BANGKOK
from domain.staff import StaffId
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
    Text,
    Tone,
)
from store.chat.inbox import Event
from tests.fakes.line_chat import flattened
from tests.fakes.line_rules import check_request

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WHOM = "นายสมชาย ใจดี"
PERSONAL = (WHOM, "สมชาย", "081-234-5678", "somchai@example.com", "12/34 หมู่ 5", "กระบี่")


def button(label: str, style: ButtonStyle = ButtonStyle.PLAIN) -> Button:
    return Button(label, "ticket.show", token=f"token-{abs(hash(label)):020d}", style=style)


def messages(reply: Reply) -> list[dict]:
    """What LINE gets, which it would take."""
    sent = []
    for payload in render(reply):
        call = json.loads(payload)
        assert check_request("push", {"to": "U" + "0" * 32, **call}) == []
        sent += call["messages"]
    return sent


def taps(message: dict) -> dict[str, dict]:
    return {each.get("label", ""): each for each in flattened("1", message, "push").actions()}


CARD = Card(
    f"👤 C81554 {WHOM}",
    (
        ("ประเภท", "ประชาชน"),
        Fact("โทรศัพท์", "081-234-5678, 02-123-4567 ต่อ 12", FactKind.PHONE),
        Fact("อีเมล", "somchai@example.com", FactKind.EMAIL),
        ("ที่อยู่", "12/34 หมู่ 5 กระบี่"),
    ),
    buttons=(
        button("ลบ", ButtonStyle.DANGER),
        button("แก้ไข"),
        button("สร้างใบงาน", ButtonStyle.PRIMARY),
        CopyButton("คัดลอกรหัส", "C81554"),
    ),
    tone=Tone.OVERDUE,
)


def test_a_telephone_is_called_and_an_address_and_a_code_are_copied():
    (message,) = messages(Reply((CARD,)))
    found = taps(message)
    assert found["081-234-5678"]["uri"] == "tel:0812345678"
    assert found["02-123-4567 ต่อ 12"]["uri"] == "tel:021234567"
    assert found["somchai@example.com"]["clipboardText"] == "somchai@example.com"
    assert found["คัดลอกรหัส"]["clipboardText"] == "C81554"
    head = message["contents"]["header"]
    assert (
        head["backgroundColor"]
        != json.loads(render(Reply((replace(CARD, tone=Tone.DONE),)))[0])["messages"][0][
            "contents"
        ]["header"]["backgroundColor"]
    )


def test_what_is_wanted_most_comes_first_and_what_is_dangerous_last():
    (message,) = messages(Reply((CARD,)))
    shown = [each["label"] for each in flattened("1", message, "push").actions()]
    assert shown[-3:] == ["สร้างใบงาน", "แก้ไข", "ลบ"]
    primary, *_others = message["contents"]["footer"]["contents"]
    assert primary["style"] == "primary"


def test_further_buttons_stand_two_in_a_row_and_the_rest_waits_behind_one():
    many = tuple(button(f"ปุ่มที่ {n}") for n in range(12))
    card = Card("🎫 R2611000124", (("เรื่อง", "1.1"),), buttons=many)
    tokened, rows = with_tokens(Reply((card,)), StaffId(1), NOW, folding.rest)
    (kept,) = [row for row in rows if row.action == "part.rest"]
    (message,) = messages(tokened)
    shown = [each["label"] for each in flattened("1", message, "push").actions()]
    assert len(message["contents"]["footer"]["contents"]) == folding.ROWS
    assert shown[-1] == "เพิ่มเติม"
    hidden = [each.label for each in many if each.label not in shown]
    assert hidden
    assert all(label in kept.args["rest"] for label in hidden)
    assert "ปุ่มที่ 0" not in kept.args["rest"]


def test_a_long_card_is_cut_to_one_screen_and_nothing_is_lost():
    long = "ขอข้อมูลรายได้ครัวเรือน " * 40
    facts = (Fact("รายละเอียด", long, FactKind.LONG), *((f"ช่อง {n}", "ค่า") for n in range(30)))
    tokened, rows = with_tokens(
        Reply((Card("🎫 R2611000124", facts, buttons=(button("ปิดใบงาน"),)),)),
        StaffId(1),
        NOW,
        folding.rest,
    )
    (message,) = messages(tokened)
    text = flattened("1", message, "push").text
    assert long.strip() not in text
    assert "ช่อง 29" not in text
    rest = rows[-1].args["rest"]
    assert long.strip() in rest
    assert "ช่อง 29" in rest


def test_a_card_that_is_whole_is_never_cut():
    long = Card("📧", (Fact("ข้อความ", "ก" * 3000, FactKind.LONG),), whole=True)
    assert folding.rest(long) is None


FEW = Choice(
    "ความเร่งด่วน\nเลือก", tuple(map(button, ("ปกติ", "ด่วน"))), (button("ยกเลิก"),), passing=True
)


def test_few_answers_that_pass_away_stand_above_the_keyboard():
    (message,) = messages(Reply((FEW,)))
    labels = [item["action"]["label"] for item in message["quickReply"]["items"]]
    assert labels == ["ปกติ", "ด่วน", "ยกเลิก"]
    assert "ปกติ · ด่วน" in flattened("1", message, "push").text
    first, _last = messages(Reply((FEW, Paragraph("อีกเรื่อง"))))
    assert "quickReply" not in first, "LINE shows those of the last message alone"


def test_many_hits_are_a_carousel():
    options = tuple(
        button(f"C8155{n} {WHOM} · 081-234-5678 · ชื่อตรงกัน · มหาวิทยาลัยตัวอย่าง") for n in range(10)
    )
    (message,) = messages(Reply((Choice("ผลลัพธ์: 10", options, (button("ถัดไป"),)),)))
    bubbles = message["contents"]["contents"]
    assert message["contents"]["type"] == "carousel"
    assert "footer" in bubbles[0]
    assert len(flattened("1", message, "push").actions()) == 11


PICKER = DateAsked(
    DateKind.DAY_AND_TIME,
    earliest=datetime(2026, 11, 23, 9, 0, tzinfo=BANGKOK),
    default=datetime(2026, 11, 24, 9, 0, tzinfo=BANGKOK),
    label="📅 เลือกวันและเวลา",
    before="เตือน ",
)


@pytest.mark.parametrize("part", [Paragraph("เมื่อไร", asks=PICKER), Card("⏰", asks=PICKER)])
def test_a_date_is_picked(part):
    (message,) = messages(Reply((part,)))
    (action,) = taps(message).values()
    assert (action["type"], action["mode"]) == ("datetimepicker", "datetime")
    assert (action["min"], action["initial"]) == ("2026-11-23t09:00", "2026-11-24t09:00")
    assert picked(action["data"], "2026-12-24T14:30") == "เตือน 24/12/2569 14:30"
    day = replace(PICKER, kind=DateKind.DAY, latest=PICKER.default, earliest=PICKER.default)
    (message,) = messages(Reply((replace(part, asks=day),)))
    assert "max" not in taps(message)["📅 เลือกวันและเวลา"], "LINE wants it after min"


@pytest.mark.parametrize(
    ("params", "body"),
    [
        ({"datetime": "2026-12-24T14:30"}, Text("เตือน 24/12/2569 14:30")),
        ({"date": "2026-12-24"}, Text("เตือน 24/12/2569")),
    ],
)
def test_what_was_picked_comes_in_as_typed(params, body):
    data = {
        "type": "postback",
        "timestamp": 1,
        "source": {"type": "user", "userId": "U1"},
        "postback": {"data": "pick:เตือน ", "params": params},
    }
    assert incoming(Event("line", "1", "line:U1", 1, "{}"), data, NOW).body == body


KINDS = [
    CARD,
    replace(CARD, title=f"🎫 ใบงานใหม่ · C81554 {WHOM}"),
    Card(WHOM, (("สิทธิ์", "เจ้าหน้าที่"),), buttons=(button("ลบ"),)),
    Choice(f"ฝาก R2611000124 ให้ {WHOM}", (button(f"{WHOM} 081-234-5678"),)),
    Choice("ผลลัพธ์: 10", (button(WHOM),)),
    FEW,
    Paragraph(f"แจ้งทาง somchai@example.com ถึง {WHOM} ที่ 12/34 หมู่ 5 กระบี่", (button("ดู"),)),
    Paragraph("081-234-5678", (button("ดู"),)),
    Document("1", f"{WHOM}.pdf", "application/pdf", 1, "c", f"📎 {WHOM}", "เปิด", "-"),
]


@pytest.mark.parametrize("part", KINDS)
def test_a_locked_telephone_names_nobody(part):
    for message in messages(Reply((part,))):
        assert message["altText"]
        assert "\n" not in message["altText"]
        assert not [word for word in PERSONAL if word in message["altText"]]


@pytest.mark.parametrize(
    ("part", "line"),
    [
        (CARD, "👤 C81554"),
        (Card(f"✅ บันทึกข้อมูลเรียบร้อย R2611000124 · {WHOM}"), "✅ บันทึกข้อมูลเรียบร้อย R2611000124"),
        (Choice(f"ผลลัพธ์: 10\n{WHOM}", ()), "ผลลัพธ์: 10"),
        (Paragraph(WHOM), "deskbot"),
    ],
)
def test_it_says_what_the_message_is_about(part, line):
    assert about(part) == line


def test_every_number_of_a_height_is_a_finger_high():
    for part in (CARD, FEW, Choice("?", tuple(map(button, "กขคง")), (button("ยกเลิก"),))):
        payload = json.dumps(messages(Reply((part,))))
        heights = [int(found) for found in re.findall(r'"height": "(\d+)px"', payload)]
        assert min(heights, default=44) >= 44
