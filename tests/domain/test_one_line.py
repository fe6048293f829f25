"""The one line of /open: every row of docs/one-line.md, and whatever else people may type."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.dates.data_years import kept
from domain.one_line.reading import (
    NAME_LIMIT,
    CustomerRef,
    OneLine,
    Vocabulary,
    parse_one_line,
    read_led_details,
)
from domain.text import clean, digits
from tests.fakes import office

TODAY = date(2026, 11, 22)
CHANNELS = {
    "phone": "โทร โทรศัพท์ phone tel",
    "email": "เมล อีเมล email e-mail mail",
    "letter": "หนังสือ จดหมาย โทรสาร แฟกซ์",
    "walk_in": "มาเอง ติดต่อด้วยตนเอง walkin",
    "facebook": "เฟซ เฟซบุ๊ก facebook fb",
    "twitter": "ทวิตเตอร์ twitter x",
    "line": "ไลน์ line",
    "online_shop": "ซื้อหนังสือออนไลน์ ออนไลน์",
}
GROUPS = {1: 5, 4: 4, 6: 5, 7: 14, 8: 6, 9: 3}
VOCABULARY = Vocabulary(
    channels={word: code for code, words in CHANNELS.items() for word in words.split()}
    | {"walk in": "walk_in"},
    subjects=frozenset(
        f"{group}.{one}" for group, size in GROUPS.items() for one in range(1, size + 1)
    )
    | frozenset(("2", "3", "5", "10", "11", "12")),
)


OFFICE = replace(office.OFFICE.vocabulary, staff=frozenset({"นก", "ต้น", "เมย์", "สมศรี ใจงาม"}))
"""The real words of the office, which the page's rows are read with."""


def read(text: str) -> OneLine:
    return parse_one_line(text, VOCABULARY, TODAY)


def documented_rows() -> list[list[str]]:
    page = Path(__file__).parents[2] / "docs" / "one-line.md"
    lines = [line for line in page.read_text("utf-8").splitlines() if line.startswith("|")]
    return [
        [cell.strip().replace("⏎", "\n") for cell in line.strip("|").split("|")]
        for line in lines[2:]
    ]


def test_the_page_has_its_examples() -> None:
    assert len(documented_rows()) >= 300


def more(read: OneLine) -> str:
    """The last column: whatever else was read."""
    years = dict(read.years)
    said = [f"@{read.assignee}" if read.assignee else ""]
    said += [
        f"{name} {getattr(read, name)}" * bool(getattr(read, name))
        for name in ("urgency", "mood", "complexity")
    ]
    said += [f"{project} {kept(years.get(project, ()))}".strip() for project in read.projects]
    said.append(f"years {kept(years[''])}" if "" in years else "")
    said.append("" if read.price is None else f"price {read.price}")
    said.append(
        f"receipt {read.receipt_no} {read.receipt_on or ''}".strip() * bool(read.receipt_no)
    )
    said.append(f"letter {read.letter_no} {read.letter_on or ''}".strip() * bool(read.letter_no))
    said.append(
        f"contract {read.contract_no} {read.contract_on or ''}".strip() * bool(read.contract_no)
    )
    said.append(f"purpose {read.purpose}" * bool(read.purpose))
    closed = f"closed {read.closed_on} {read.closed_time or ''}"
    said.append(closed.strip().removesuffix(":00") * bool(read.closed_on))
    said.append("nobody" * read.nobody)
    said.append("users" * read.counts)
    shown = ", ".join(
        f'{doubt.field} "{doubt.words}"' if doubt.taken else f'"{doubt.words}"'
        for doubt in read.doubts
    )
    said.append(f"shown: {shown}" * bool(shown))
    return "; ".join(filter(None, said))


@pytest.mark.parametrize("row", documented_rows(), ids=lambda row: row[0])
def test_line_reads_as_documented(row: list[str]) -> None:
    line, customer, channel, subject, created, details, result, closes, rest = row
    kind, _, reference = customer.partition(" ")
    understood = parse_one_line(line, OFFICE, TODAY)
    assert (understood.customer, understood.customer_kind) == (
        reference,
        CustomerRef(kind) if kind else None,
    )
    assert (understood.channel, understood.subject) == (channel, subject)
    day, _, time = created.partition(" ")
    assert understood.created_on == (date.fromisoformat(day) if day else None)
    assert (f"{understood.created_time:%H:%M}" if understood.created_time else "") == time
    assert (understood.details, understood.result, understood.close) == (
        details,
        result,
        closes == "yes",
    )
    assert more(understood) == rest


@pytest.mark.parametrize("text", ["", "  \n ", "\u200b\x00"])
def test_nothing_typed_is_nothing_read(text: str) -> None:
    assert read(text) == OneLine()


def test_channel_words_of_two_words_are_read() -> None:
    assert read("C81554 Walk in 4.1 ซื้อรายงาน") == OneLine(
        "C81554", CustomerRef.CODE, channel="walk_in", subject="4.1", details="ซื้อรายงาน"
    )


def test_a_story_before_the_first_known_word_is_no_name() -> None:
    name = "ก" * NAME_LIMIT
    assert read(f"{name} โทร ขอ").customer == name
    story = f"{name} ขอ โทร ขอ"
    assert (read(story).customer, read(story).details) == ("", story)


def test_a_number_that_no_telephone_has_stays_in_the_details() -> None:
    assert read("โทร 1.1 0112345678 ขอ").details == "0112345678 ขอ"


def test_direction_marks_do_not_hide_words() -> None:
    assert (
        read("\u202bC81554\u202c โทร 1.1 ขอ \u05e9\u05dc\u05d5\u05dd").details
        == "ขอ \u05e9\u05dc\u05d5\u05dd"
    )


@pytest.mark.parametrize(
    "unit", ["ก", "0 ", "C1 ", '" ', "=> ", "\n", "วันที่ ", "🙂", "ปิด ", "a@", "( "]
)
def test_long_lines_are_read_and_kept(unit: str) -> None:
    text = "C81554 โทร 1.1 " + unit * (5000 // len(unit))
    read_back = read(text)
    kept = (read_back.details + read_back.result).replace(" ", "")
    assert len(kept) >= len(clean(unit * (5000 // len(unit))).replace(" ", "")) - 5


# Nothing that was said is lost, and nothing is held that was not said.


@dataclass(frozen=True)
class Piece:
    """Something typed, and the field that it says; "" where it only is a word of question or
    answer.
    """

    text: str
    field: str = ""
    value: object = None


WORDS = [
    Piece(text)
    for text in (
        "ขอข้อมูลแรงงาน", "สมชาย", "นางสาวสมศรี", "ราคา", "350 บาท", "ใบเสร็จ 12/345", "2563", "ปี 62", "สรง.", "กระบี่",
        "1.9", "1600", "ถามว่า", "หนังสือสถิติ", "อาทิตย์ที่แล้ว", "31 ก.พ. 69", "เพื่อวิจัย", "เลขรับ 512", "@ใคร", "โทสับมือถือ",
        "ส่งให้แล้ว", "🙂", "<b>",
        "081234567", "แจ้งว่าวันเสาร์", "และ", "เปิดปิด", "พรุ่งนี้", "5 จังหวัด",
    )
]  # fmt: skip
VALUES = [
    Piece("C81554", "customer", "C81554"),
    Piece("C70001", "customer", "C70001"),
    Piece("081-234-5678", "customer", "+66812345678"),
    Piece("a@b.co.th", "customer", "a@b.co.th"),
    Piece("โทร", "channel", "phone"),
    Piece("ทางอีเมล์", "channel", "email"),
    Piece("จม.", "channel", "letter"),
    Piece("มาที่สำนักงาน", "channel", "walk_in"),
    Piece("6.1", "subject", "6.1"),
    Piece("เรื่อง 4.1", "subject", "4.1"),
    Piece("เมื่อวาน 15.30", "created_on", date(2026, 11, 21)),
    Piece("20/11/69", "created_on", date(2026, 11, 20)),
    Piece("เมื่อวันศุกร์", "created_on", date(2026, 11, 20)),
    Piece("(ย้อนหลัง 18 พ.ย. 69)", "created_on", date(2026, 11, 18)),
    Piece("@ต้น", "assignee", "ต้น"),
    Piece("@สมศรี ใจงาม", "assignee", "สมศรี ใจงาม"),
    Piece("ด่วน", "urgency", "high"),
    Piece("ปิดค่ะ", "close", True),
    Piece("ปิดงาน", "close", True),
    Piece("=>"),
    Piece("ผล:"),
    Piece("->"),
]
MARKERS = {"=>", "ผล:", "->"}
SAID_FIELDS = ("customer", "channel", "subject", "created_on", "assignee", "urgency")
LINES = st.lists(st.sampled_from([*WORDS, *VALUES, *VALUES]), max_size=10)


def words_of(text: str) -> Counter[str]:
    return Counter(re.sub('[()"\u201c\u201d]', " ", digits(text)).casefold().split())


YESTERDAY, FRIDAY = (VALUES[index] for index in (10, 12))


@given(LINES)
@example([YESTERDAY, FRIDAY, YESTERDAY])
def test_no_word_vanishes_and_no_field_holds_what_was_not_said(pieces: list[Piece]) -> None:
    line = " ".join(piece.text for piece in pieces)
    understood = parse_one_line(line, OFFICE, TODAY)
    named = understood.customer if understood.customer_kind is CustomerRef.NAME else ""
    held = words_of(f"{understood.details} {understood.result} {named}")
    for piece in pieces:
        if piece.text in MARKERS or not re.search(r"\w", piece.text):
            continue  # a sign is no word
        taken = piece.field and getattr(understood, piece.field) == piece.value
        assert taken or not words_of(piece.text) - held, (
            f"{piece.text} vanished from {line}: {understood}"
        )
    assert not held - words_of(line), f"made up from {line}"
    for field in SAID_FIELDS:
        value = getattr(understood, field)
        said = {piece.value for piece in pieces if piece.field == field}
        name = field == "customer" and understood.customer_kind is CustomerRef.NAME
        shown = any(doubt.field == field and doubt.taken for doubt in understood.doubts)
        assert not value or name or shown or value in said, (
            f"{field} {value} was not said in {line}"
        )


@given(st.text(max_size=60) | st.lists(st.text(max_size=8), max_size=8).map(" ".join))
def test_every_text_has_a_reading(text: str) -> None:
    understood = parse_one_line(text, OFFICE, TODAY)
    kept = letters_of(f"{understood.details} {understood.result}")
    assert not kept - letters_of(clean(text)), "something was made up"


def letters_of(text: str) -> Counter[str]:
    return Counter("".join(words_of(text).elements()))


@pytest.mark.parametrize(
    "reader", [parse_one_line, read_led_details], ids=lambda reader: reader.__name__
)
@pytest.mark.parametrize(
    "unit",
    ["0", "0 ", "ก", "ก ", "C1 ", "1.1 ", "ปิด ", "ปิด", "โทร", "โทร ", "เมื่อ", "26/11/69 ", "เล่มละ 5 ",
     "ปี 62 ", "@ต้น ", "=> ", "( ", "ค่ะ", "1/", "ลงวันที่ ", "ลว",
     "ขอข้อมูลรายได้ครัวเรือนรายจังหวัด ปี 2565 ", "a@", '" ', "\n", "- ", "สำรวจ", "ราคา 5 ", "เพื่อ"],
)  # fmt: skip
def test_long_lines_are_read_at_once(reader: Callable[..., object], unit: str) -> None:
    repeated = unit * (5000 // len(unit))
    for text in (repeated, f"C81554 โทร 6.1 {repeated}", f"C81554 หนังสือ 6.4 ที่ {repeated}"):
        # A busy machine may stretch one reading, and the first makes the patterns; what explodes is
        # slow each time.
        assert any(seconds(reader, text) < 0.05 for _ in range(20)), text[:30]


def seconds(reader: Callable[..., object], text: str) -> float:
    """How long the processor works at one reading."""
    begun = process_time()
    reader(text, OFFICE, TODAY)
    return process_time() - begun
