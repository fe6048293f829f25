"""What a platform or copying does to a text is undone at the edge, whichever way it comes in."""

from datetime import timedelta
from typing import Any

import pytest

from bot.line.text import words_of
from store import staff
from tests.bot.conftest import FORUM, LINE_GROUP, MAY, MAY_LINE, NOK, NOK_LINE, WiredDesk
from tests.handlers.conftest import NOW


async def test_no_emoji_of_lines_own_is_a_word_of_a_record(wired: WiredDesk) -> None:
    text = "/open C81554(phone) โทร 1.1 🙏 ขอข้อมูลประชากร(moon smile)จังหวัด => ส่งลิงก์แล้ว (love) ปิด (emoji)"
    emojis = ("(phone)", "(moon smile)", "(love)", "(emoji)")
    await wired.hears(wired.line.text_event(NOK_LINE, text, emojis=emojis))
    details = await wired.value("SELECT details || ' | ' || result FROM tickets")
    assert "ขอข้อมูลประชากร จังหวัด" in details
    assert "ส่งลิงก์แล้ว" in details
    assert not any(emoji in details for emoji in emojis)
    assert await wired.value("SELECT customer_code FROM tickets") == "C81554"


async def test_an_emoji_of_lines_own_alone_is_a_sticker(wired: WiredDesk) -> None:
    await wired.hears(wired.line.text_event(NOK_LINE, "(moon smile)", emojis=("(moon smile)",)))
    assert wired.line_texts() == ["⚠️ ตอบด้วยข้อความเท่านั้น"]


@pytest.mark.parametrize(
    ("text", "emojis", "words"),
    [
        ("🙏🙏 (love) สวัสดี", [(5, 6)], "🙏🙏 สวัสดี"),
        ("(a)081(b)234", [(0, 3), (6, 3)], "081 234"),
        ("บรรทัดแรก(a)\nสอง", [(9, 3)], "บรรทัดแรก\nสอง"),
        ("(จริง) ๆ", [], "(จริง) ๆ"),
        ("(a)", [(0, 300)], "(a)"),
        ("(a)", [(-1, 2), (0, 0)], "(a)"),
        ("(a)(b)", [(0, 3), (0, 3), (2, 2), (3, 3)], ""),
    ],
)
def test_emoji_are_cut_where_line_says_they_stand(text: str, emojis: list[Any], words: str) -> None:
    said = [{"index": index, "length": length} for index, length in emojis]
    assert words_of({"type": "text", "text": text, "emojis": said}) == words


@pytest.mark.parametrize(
    "odd", [None, 3, "x", {}, [None, 3, "x", {"index": "0", "length": None}, {"index": True}]]
)
def test_odd_positions_change_nothing(odd: Any) -> None:
    assert words_of({"type": "text", "text": "(a) ข", "emojis": odd, "mention": odd}) == "(a) ข"


async def test_an_address_behind_words_is_kept(wired: WiredDesk) -> None:
    text = "/open C81554 โทร 1.1 🙏 ขอข้อมูล อ่านต่อที่นี่ => แล้ว ปิด"
    wired.telegram.say(NOK, text, links={"อ่านต่อที่นี่": "https://www.nso.go.th/a?b=1"})
    await wired.turn()
    assert "อ่านต่อที่นี่ (https://www.nso.go.th/a?b=1)" in await wired.value(
        "SELECT details FROM tickets"
    )


async def test_a_name_copied_as_a_link_is_its_words(wired: WiredDesk) -> None:
    wired.telegram.say(
        NOK, "สัญญา ธรรมศักดิ์", links={"สัญญา ธรรมศักดิ์": "https://www.facebook.com/somebody"}
    )
    await wired.turn()
    assert "C82001" in wired.telegram_texts()[0]


async def test_a_post_copied_as_a_link_is_its_address(wired: WiredDesk) -> None:
    wired.telegram.say(
        NOK, "สสช. เผยผลสำรวจ", links={"สสช. เผยผลสำรวจ": "https://www.facebook.com/nso/posts/123"}
    )
    await wired.turn()
    assert "facebook.com/nso/posts/123" in "\n".join(wired.telegram_texts())


ODD_COMMANDS = {
    "no-break blank": "หา\u00a0สัญญา",
    "ideographic blank": "หา\u3000สัญญา",
    "zero-width blank": "\u200bหา สัญ\u200bญา\ufeff",
    "right-to-left mark": "\u200fหา \u202aสัญญา\u202c",
    "word joiner": "\u2060หา สัญ\u2060ญา",
    "Hangul filler": "หา\u3164สัญญา",
    "Braille blank": "หา\u2800สัญญา\u2800",
    "line separator": "หา\u2028สัญญา",
    "soft hyphen": "หา สัญ\u00adญา",
    "variation selector": "หา\ufe0f สัญญา\ufe0e",
    "tags": "หา สัญ\U000e0061ญา",
    "full width": "／ｆｉｎｄ　สัญญา",
    "private signs": "หา ส\uf710ญญา",
}


@pytest.mark.parametrize("typed", ODD_COMMANDS.values(), ids=ODD_COMMANDS)
async def test_a_command_is_one_whatever_stands_between(wired: WiredDesk, typed: str) -> None:
    wired.telegram.say(NOK, typed)
    await wired.turn()
    await wired.hears(wired.line.text_event(NOK_LINE, typed))
    assert "C82001" in wired.telegram_texts()[0]
    assert "C82001" in wired.line_texts()[0]


async def test_a_group_hears_commands_as_they_are_typed(wired: WiredDesk) -> None:
    for who, typed in (("may", "/enroll"), ("nok", "\u200b／find　C81554")):
        telegram, line = (MAY, MAY_LINE) if who == "may" else (NOK, NOK_LINE)
        wired.telegram.say(telegram, typed, chat_id=FORUM)
        await wired.turn()
        await wired.hears(wired.line.text_event(line, typed, chat_id=LINE_GROUP))
    assert "สมช•••" in wired.telegram_texts(FORUM)[-1]
    assert "สมช•••" in wired.line_texts(LINE_GROUP)[-1]


async def test_an_invitation_code_works_with_whatever_was_copied_around_it(
    wired: WiredDesk,
) -> None:
    code, until = "ABCD2345", NOW + timedelta(hours=1)
    await wired.db.write(lambda tx: staff.add_invitation(tx, code, wired.ids["nok"], NOW, until))
    wired.telegram.say(9001, f"／start\u00a0\u200b{code}\u2060\n")
    await wired.turn()
    assert "✅ เชื่อมบัญชีกับ นก แล้ว" in wired.telegram_texts(9001)[0]


async def test_a_caption_is_clean_too(wired: WiredDesk) -> None:
    wired.telegram.document(
        NOK, b"%PDF-1.4 x", name="ส\u200bัญญา\u00a0\u202efdp.pdf", caption="ค\u200bำขอ\u00a0ข้อมูล"
    )
    await wired.turn()
    assert await wired.value("SELECT caption FROM files") == "คำขอ ข้อมูล"
    assert await wired.value("SELECT name FROM files") == "สัญญา fdp.pdf"


async def test_a_contact_that_is_shared_is_looked_up(wired: WiredDesk) -> None:
    vcard = "BEGIN:VCARD\nVERSION:3.0\nFN:x\nTEL:+66812345678\nEMAIL:a@example.com\nEND:VCARD"
    wired.telegram.contact(NOK, "66899990000", "พี่\u200bชาย", "", vcard)
    await wired.turn()
    (answer,) = wired.telegram_texts()
    assert "📇 พี่ชาย · 089-999-0000 · 081-234-5678 · a@example.com" in answer
    assert "C81554" in answer


async def test_a_vcard_file_on_line_is_a_contact(wired: WiredDesk) -> None:
    data = b"BEGIN:VCARD\r\nVERSION:2.1\r\nFN:Somchai\r\nTEL;CELL:0812345678\r\nEND:VCARD\r\n"
    said = {"fileName": "contact.vcf", "fileSize": len(data)}
    await wired.hears(
        wired.line.content_event(NOK_LINE, data, "file", "application/octet-stream", **said)
    )
    assert "C81554" in "\n".join(wired.line_texts())
