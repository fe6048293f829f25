"""One reply on each platform: golden pictures of the wording, and the platforms' limits for any
reply at all.
"""

import json
import os
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bot.line import render as line_render
from bot.line.design import first_words
from bot.telegram import render as telegram_render
from bot.telegram.render import Means
from bot.terminal.adapter import TerminalAdapter
from domain.staff import Platform, StaffId
from domain.text import graphemes
from handlers.chat import (
    Button,
    Card,
    Choice,
    CopyButton,
    Document,
    Earlier,
    Fact,
    FactKind,
    Offers,
    Paragraph,
    QueryResult,
    Reply,
    reply_from_json,
    reply_to_json,
)
from store.chat.outbox import Message
from tests.fakes.line_rules import check_request
from tests.fakes.schema import Upload
from tests.fakes.telegram_rich import visible_rich
from tests.fakes.telegram_rules import check_telegram, visible_text

GOLDEN = Path(__file__).parent / "golden"


def button(label: str, n: int = 0) -> Button:
    return Button(label, "ticket.show", token=f"token-{n:016d}")


REPLIES = {
    "found_several": Reply(
        (
            Choice(
                "ผลลัพธ์: 12 · หน้า 1/2",
                (
                    button("C81554 นายสมชาย ใจดี · 081-234-5678 · ชื่อตรงกัน", 1),
                    button("C90210 นายสมชาย ดีใจ · มหาวิทยาลัยตัวอย่าง · ชื่อตรงกัน", 2),
                ),
                (button("ถัดไป", 3), button('ผู้รับบริการใหม่ "สมชาย"', 4)),
            ),
        )
    ),
    "customer": Reply(
        (
            Card(
                "👤 C81554 นายสมชาย ใจดี",
                (
                    ("ประเภท", "ประชาสังคม/ประชาชน"),
                    ("โทรศัพท์", "081-234-5678"),
                    ("ที่อยู่", "12/34\nกระบี่"),
                ),
                buttons=(button("สร้างใบงาน", 1), button("ประวัติการติดต่อ (4)", 2), button("แก้ไข", 3)),
            ),
        )
    ),
    "ticket": Reply(
        (
            Card(
                "✅ บันทึกข้อมูลเรียบร้อย R2611000124 · สถานะ เปิด",
                (
                    ("ผู้รับบริการ", "C81554 นายสมชาย ใจดี"),
                    ("เรื่อง", "6.1 ข้อมูลสถิติ (ข้อมูล สสช.)"),
                    ("รายละเอียด", "ถามรายได้"),
                ),
                buttons=tuple(
                    button(label, n)
                    for n, label in enumerate(
                        (
                            "ปิดใบงาน",
                            "เติมชื่อโครงการ",
                            "แก้ไข",
                            "ตอบทางอีเมล",
                            "รอผู้รับบริการ",
                            "ไฟล์แนบ (2)",
                            "เพิ่มเติม",
                        )
                    )
                ),
            ),
        )
    ),
    "form": Reply(
        (
            Paragraph("⚠️ ต้องเป็นเบอร์โทรหรืออีเมล"),
            Card(
                "🎫 ใบงานใหม่ · C81554 นายสมชาย ใจดี",
                (("ช่องทาง", "โทรศัพท์"), ("เรื่อง", "1.1 แนะนำให้คำปรึกษา")),
                "พิมพ์รายละเอียด (ขึ้นบรรทัดใหม่หรือใส่ => แล้วตามด้วยผลของการให้บริการได้เลย)",
                (button("ช่องทาง", 1), button("เรื่อง", 2), button("ช่องอื่น ๆ", 3), button("ยกเลิก", 4)),
            ),
        ),
        in_place=True,
    ),
    "hostile": Reply(
        (
            Card(
                '👤 <b>&amp; "นาย"</b> <script>',
                (("ชื่อ", "a < b & c > d"),),
                buttons=(button('<ปุ่ม> & "', 1),),
            ),
        )
    ),
    "files": Reply(
        (
            Paragraph("📎 ไฟล์แนบของ R2611000124"),
            Document(
                "0" * 32,
                "แบบฟอร์ม <1>.pdf",
                "application/pdf",
                1_234_567,
                "ab" * 32,
                "📎 แบบฟอร์ม <1>.pdf · 1.2 MB\nนก 23 พ.ย. 69 10.00 น.",
                "เปิดไฟล์ (ลิงก์ใช้ได้ 30 นาที)",
                "LINE รับไฟล์จากบอทไม่ได้",
                (button("ลบไฟล์นี้", 1),),
            ),
            Document(
                "1" * 32,
                "photo.jpg",
                "image/jpeg",
                340_000,
                "cd" * 32,
                "📎 photo.jpg · 340 KB",
                "เปิดไฟล์",
                "-",
            ),
        )
    ),
    "chart": Reply(
        (
            Card(
                "📣 สรุปประชาสัมพันธ์ · ปีงบประมาณ 2570",
                (("ทั้งหมด", "4 โพสต์ จาก 3 ข่าว"),),
                buttons=(button("เดือนนี้", 1),),
            ),
            Document(
                "2" * 32,
                "chart.png",
                "image/png",
                98_000,
                "ef" * 32,
                "📊 โพสต์ประชาสัมพันธ์ตามช่วงเวลา · ปีงบประมาณ 2570",
                "เปิดไฟล์",
                "LINE แสดงกราฟไม่ได้",
                shown=True,
            ),
        )
    ),
    "paragraph": Reply((Paragraph("บัญชีนี้ยังไม่ได้เชื่อมกับเจ้าหน้าที่ สสช.", (button("ขอสิทธิ์ใช้งาน", 1),)),)),
}


async def drawn(reply: Reply) -> str:
    """The terminal's drawing, 80 columns wide."""
    out = StringIO()
    adapter = TerminalAdapter(Console(file=out, width=80, highlight=False))
    (payload,) = adapter.render(reply)
    await adapter.deliver(Message(None, Platform.TERMINAL, "x", payload))  # type: ignore[arg-type]
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def link(file: str, reader: StaffId) -> str:
    assert reader == NOK
    return f"https://desk.example/files/{file}.1.signature"


def read_by_nok(reply: Reply) -> Reply:
    parts = []
    for part in reply.parts:
        parts.append(replace(part, reader=NOK) if isinstance(part, Document) else part)
    return replace(reply, parts=tuple(parts))


NOK = StaffId(1)
REPLIES = {name: read_by_nok(reply) for name, reply in REPLIES.items()}


def pretty(payloads: list[str]) -> str:
    return json.dumps([json.loads(p) for p in payloads], ensure_ascii=False, indent=1) + "\n"


def compare(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", REPLIES)
def test_telegram_says_it_as_before(name):
    compare(f"{name}.telegram.json", pretty(telegram_render.render(REPLIES[name], "42")))


@pytest.mark.parametrize("name", REPLIES)
def test_line_says_it_as_before(name):
    compare(f"{name}.line.json", pretty(line_render.render(REPLIES[name], link=link)))


@pytest.mark.parametrize("name", REPLIES)
async def test_terminal_draws_it_as_before(name):
    compare(f"{name}.txt", await drawn(REPLIES[name]))


@pytest.mark.parametrize(
    "address", [None, lambda file, reader: f"http://desk.example/files/{file}"]
)
def test_line_without_a_secure_address_is_told_why_there_is_no_picture(address):
    (payload,) = line_render.render(REPLIES["chart"], link=address)
    assert [message["type"] for message in json.loads(payload)["messages"]] == ["flex", "text"]
    assert "LINE แสดงกราฟไม่ได้" in payload
    assert "desk.example" not in payload


def test_a_picture_that_may_have_arrived_says_so_on_line():
    picture = Reply(REPLIES["chart"].parts[1:])
    (payload,) = line_render.render(picture, link=link)
    assert [m["type"] for m in json.loads(line_render.marked(payload, "(ส่งซ้ำ) "))["messages"]] == [
        "text",
        "image",
    ]


TEXT = st.text(
    st.one_of(
        st.sampled_from("กขคงที่นั้ำปู่ๆฯเแโ๑๒<>&\"'\n \U0001f468‍\U0001f469​"),
        st.characters(exclude_categories=["Cs"], exclude_characters="\x00"),
    ),
    min_size=1,
    max_size=200,
)
LONG = st.builds(lambda text, n: text * n, TEXT, st.integers(1, 60))
BUTTONS = st.lists(
    st.builds(lambda label, n: button(label, n), TEXT, st.integers(0, 99)), max_size=10
).map(tuple)
PARTS = st.one_of(
    st.builds(Paragraph, LONG, BUTTONS),
    st.builds(Card, TEXT, st.lists(st.tuples(TEXT, LONG), max_size=6).map(tuple), TEXT, BUTTONS),
    st.builds(Choice, LONG, BUTTONS, BUTTONS),
    st.builds(
        Document,
        st.just("0" * 32),
        TEXT,
        st.sampled_from(["image/jpeg", "application/pdf"]),
        st.integers(0, 20_000_000),
        st.just("ab" * 32),
        LONG,
        LONG,
        LONG,
        BUTTONS,
        st.booleans(),
    ),
)
ANY_REPLY = st.builds(Reply, st.lists(PARTS, min_size=1, max_size=4).map(tuple), st.booleans())


@given(ANY_REPLY, st.sampled_from(["", "42"]))
def test_any_reply_fits_telegram(reply, replaces):
    for payload in telegram_render.render(reply, replaces):
        call = json.loads(payload)
        bytes_of = {"sendPhoto": "photo", "sendDocument": "document"}.get(call["method"])
        file = {bytes_of: Upload(call["file"]["name"], "", b"x")} if bytes_of else {}
        assert check_telegram(call["method"], {"chat_id": 1, **call["params"], **file}) == []


@given(ANY_REPLY, st.sampled_from(["", "42"]))
def test_any_reply_fits_a_telegram_of_before(reply, replaces):
    for payload in telegram_render.render(reply, replaces):
        for call in telegram_render.as_known(json.loads(payload), set(Means)):
            if "file" not in call:
                assert check_telegram(call["method"], {"chat_id": 1, **call["params"]}) == []
                assert "rich_message" not in call["params"]


@pytest.mark.parametrize("name", ["customer", "ticket", "form", "found_several", "hostile"])
def test_a_rich_message_taken_back_to_lines_says_what_lines_say(name):
    (rich,) = telegram_render.render(REPLIES[name], "42")
    (plain,) = telegram_render.render(REPLIES[name], "42", set(Means))
    (call,) = telegram_render.as_known(json.loads(rich), set(Means))
    plain_call = json.loads(plain)
    plain_call["params"]["text"] = plain_call["params"]["text"].replace("\n\n", "\n")
    assert call == plain_call


OFFERS = st.lists(
    st.builds(QueryResult, st.from_regex(r"C\d{1,12}", fullmatch=True), TEXT, TEXT, LONG),
    max_size=60,
)


@given(OFFERS.map(lambda found: tuple({offer.key: offer for offer in found}.values())))
def test_any_offers_fit_telegram(found):
    (payload,) = telegram_render.render(Reply((), offers=Offers(found, "20")), "77")
    call = json.loads(payload)
    blank = [offer for offer in found if not (offer.title.strip() and offer.text.strip())]
    assert blank or check_telegram(call["method"], call["params"]) == []
    assert (call["params"]["is_personal"], call["params"]["cache_time"]) == (True, 0)


@given(ANY_REPLY, st.sampled_from([None, link]))
def test_any_reply_fits_line(reply, link):
    for payload in line_render.render(reply, link=link):
        assert check_request("push", {"to": "U" + "0" * 32, **json.loads(payload)}) == []


@given(st.builds(lambda text, n: text * n, TEXT, st.integers(1, 200)))
def test_nothing_of_a_long_text_is_lost_on_telegram(text):
    payloads = telegram_render.render(Reply((Paragraph(text),)))
    shown = "".join(_opened(json.loads(p)["params"]) for p in payloads)
    assert "".join(shown.split()) == "".join(text.split()) or not text.strip()


def _opened(params: dict) -> str:
    """What a message says with all that is folded opened, without what stands on the folds."""
    if "text" in params:
        return visible_text(params["text"])
    return visible_rich(
        re.sub(r"<details><summary>.*?</summary>|</details>", "", params["rich_message"]["html"])
    )


@given(ANY_REPLY)
def test_a_reply_survives_its_json(reply):
    again = reply_from_json(reply_to_json(reply))
    assert again.parts == reply.parts


def test_a_message_that_may_have_arrived_says_so():
    (payload,) = telegram_render.render(REPLIES["paragraph"])
    call = telegram_render.marked(json.loads(payload), "(ส่งซ้ำ) ")
    assert call["params"]["text"].startswith("(ส่งซ้ำ) บัญชีนี้")
    (payload,) = telegram_render.render(REPLIES["customer"])
    call = telegram_render.marked(json.loads(payload), "(ส่งซ้ำ) ")
    assert visible_rich(call["params"]["rich_message"]["html"]).startswith("(ส่งซ้ำ) 👤")
    for name in ("customer", "paragraph"):
        (payload,) = line_render.render(REPLIES[name])
        call = json.loads(line_render.marked(payload, "(ส่งซ้ำ) "))
        assert call["messages"][0]["altText"].startswith("(ส่งซ้ำ) ")
        assert first_words(call["messages"][0]["contents"])["text"].startswith("(ส่งซ้ำ) ")


def test_labels_are_never_cut_within_a_character():
    label = "ที่ปู่น้ำ" * 20
    (payload,) = line_render.render(Reply((Paragraph("เลือก", (button(label),)),)))
    shown = json.loads(payload)["messages"][0]["contents"]["footer"]["contents"][0]["action"][
        "label"
    ]
    assert graphemes(label)[: len(graphemes(shown)) - 1] == graphemes(shown)[:-1]


def test_a_file_that_may_have_arrived_says_so():
    text, document, photo = telegram_render.render(REPLIES["files"])
    assert json.loads(text)["method"] == "sendMessage"
    for payload, method in ((document, "sendDocument"), (photo, "sendPhoto")):
        call = telegram_render.marked(json.loads(payload), "(ส่งซ้ำ) ")
        assert call["method"] == method
        assert call["params"]["caption"].startswith("(ส่งซ้ำ) 📎")
    (payload,) = line_render.render(Reply(REPLIES["files"].parts[1:]), link=link)
    call = json.loads(line_render.marked(payload, "(ส่งซ้ำ) "))
    assert call["messages"][0]["contents"]["body"]["contents"][0]["text"].startswith("(ส่งซ้ำ) 📎")


def _calls(reply: Reply, replaces: str = "") -> list[tuple[str, object, str]]:
    """Method, message and the first line of each call to Telegram."""
    calls = [json.loads(payload) for payload in telegram_render.render(reply, replaces)]
    return [
        (
            call["method"],
            call["params"].get("message_id"),
            call["params"].get("text", "").split("\n")[0],
        )
        for call in calls
    ]


LISTED = Paragraph("รายการ", (button("1 ได้รับแล้ว"),))


@pytest.mark.parametrize(
    ("reply", "calls"),
    [
        (Reply((Paragraph("ก"),)), [("sendMessage", None, "ก")]),
        (
            Reply((Paragraph("ก"),), earlier=(Earlier(LISTED, "42"),)),
            [("sendMessage", None, "ก"), ("editMessageText", 42, "รายการ")],
        ),
        (
            Reply((Paragraph("ก"),), in_place=True, retires=True, earlier=(Earlier(LISTED, "42"),)),
            [("editMessageText", 7, "ก"), ("editMessageText", 42, "รายการ")],
        ),
        (
            Reply((Paragraph("ก"),), retires=True, earlier=(Earlier(LISTED, "7"),)),
            [("sendMessage", None, "ก"), ("editMessageText", 7, "รายการ")],
        ),
        (Reply((Paragraph("ก"),), earlier=(Earlier(LISTED),)), [("sendMessage", None, "รายการ")]),
    ],
)
def test_telegram_edits_an_earlier_message_beside_its_answer(
    reply: Reply, calls: list[object]
) -> None:
    assert _calls(reply, "7") == calls


def test_line_which_cannot_edit_says_first_how_an_earlier_message_stands() -> None:
    (payload,) = line_render.render(Reply((Paragraph("ก"),), earlier=(Earlier(LISTED, "42"),)), "7")
    assert [
        message.get("altText") or message["text"] for message in json.loads(payload)["messages"]
    ] == ["รายการ", "ก"]


def test_numbers_of_several_lists_in_one_message_go_on() -> None:
    long = [
        Choice(f"รายการ {n}", tuple(button(f"เรื่องที่ยาวมาก {'ก' * 60} {k}") for k in range(2)))
        for n in range(2)
    ]
    (payload,) = telegram_render.render(Reply(tuple(long)))
    params = json.loads(payload)["params"]
    assert [key["text"] for row in params["reply_markup"]["inline_keyboard"] for key in row] == [
        "1",
        "2",
        "3",
        "4",
    ]
    said = visible_rich(params["rich_message"]["html"])
    assert [line[:2] for line in said.split("\n") if "ก" * 60 in line] == [
        "1.",
        "2.",
        "3.",
        "4.",
    ]


def test_a_card_of_more_than_a_screen_folds_its_long_values_and_cuts_nothing() -> None:
    facts = [(f"ช่อง {n}", "ค่า") for n in range(9)]
    long = "\n".join(f"บรรทัดที่ {n}" for n in range(12))
    (payload,) = telegram_render.render(Reply((Card("🎫", (*facts, ("รายละเอียด", long))),)))
    html = json.loads(payload)["params"]["rich_message"]["html"]
    assert "<details><summary>รายละเอียด: บรรทัดที่ 0</summary>" in html
    assert long in visible_rich(html)
    (payload,) = telegram_render.render(Reply((Card("🎫", (("รายละเอียด", long),)),)))
    assert "<details>" not in payload


def test_a_list_of_more_than_a_screen_has_a_row_an_option_with_the_rest_behind_it() -> None:
    options = [
        button(f"เกินกำหนด · 🎫 R{n} · บริษัท ตัวอย่าง จำกัด · {'ขอข้อมูล' * 6}", n) for n in range(10)
    ]
    (payload,) = telegram_render.render(Reply((Choice("งานของคุณ 10 เรื่อง", tuple(options)),)))
    params = json.loads(payload)["params"]
    html = params["rich_message"]["html"]
    assert html.count("<details><summary>") == 10
    assert "<summary>1. เกินกำหนด · 🎫 R0</summary>" in html
    assert visible_rich(html).count("ขอข้อมูล" * 6) == 10
    rows = params["reply_markup"]["inline_keyboard"]
    assert [len(row) for row in rows] == [5, 5]


def test_what_is_too_long_to_be_copied_by_a_button_can_be_marked_whole() -> None:
    letter = "เรียน คุณสมชาย\n" * 40
    (payload,) = telegram_render.render(
        Reply((Card("✉️", (("ถึง", "ก"),), buttons=(CopyButton("คัดลอก", letter),)),))
    )
    assert "copy_text" not in payload
    assert f"<pre>{letter[:40]}" in json.loads(payload)["params"]["rich_message"]["html"]


@pytest.mark.parametrize(
    ("fact", "html"),
    [
        (
            Fact("โทรศัพท์", "081-234-5678, 02 141 7500 ต่อ 12", FactKind.PHONE),
            '<a href="tel:+66812345678">081-234-5678</a>, '
            '<a href="tel:+6621417500">02 141 7500</a> ต่อ 12',
        ),
        (Fact("รหัส", "C81554", FactKind.CODE), "<code>C81554</code>"),
        (
            Fact("กำหนด", "30 พ.ย. 69 10.00 น.", FactKind.DATE),
            '<tg-time unix="1796007600">30 พ.ย. 69 10.00 น.</tg-time>',
        ),
        (Fact("วันที่", "30 พ.ย. 69", FactKind.DATE), "30 พ.ย. 69"),
        (Fact("กำหนด", "30 พ.ย. 69 29.99 น.", FactKind.DATE), "30 พ.ย. 69 29.99 น."),
    ],
)
def test_a_value_is_shown_as_what_it_is(fact: Fact, html: str) -> None:
    (payload,) = telegram_render.render(Reply((Card("ก", (fact,)),)))
    assert f"<td>{html}</td>" in json.loads(payload)["params"]["rich_message"]["html"]
