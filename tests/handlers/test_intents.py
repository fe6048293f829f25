"""What handlers mean by a card, a question and a button: kept as JSON and read again unharmed."""

import json
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
