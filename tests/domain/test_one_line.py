"""The one line of /open: every row of docs/one-line.md, and whatever else people may type."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.configuration import load_configuration
from domain.data_years import kept
from domain.one_line import NAME_LIMIT, CustomerRef, OneLine, Vocabulary, parse_one_line
from domain.text import clean, digits
from domain.text import words as data_words

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
    channels={word: code for code, words in CHANNELS.items() for word in words.split()} | {"walk in": "walk_in"},
    subjects=frozenset(f"{group}.{one}" for group, size in GROUPS.items() for one in range(1, size + 1))
    | frozenset(("2", "3", "5", "10", "11", "12")),
)


OFFICE = replace(load_configuration().vocabulary(), staff=frozenset({"นก", "ต้น", "เมย์", "สมศรี ใจงาม"}))
"""The real words of the office, which the page's rows are read with."""


def read(text: str) -> OneLine:
    return parse_one_line(text, VOCABULARY, TODAY)


def documented_rows() -> list[list[str]]:
    page = Path(__file__).parents[2] / "docs" / "one-line.md"
    lines = [line for line in page.read_text("utf-8").splitlines() if line.startswith("|")]
    return [[cell.strip().replace("⏎", "\n") for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_page_has_its_examples() -> None:
    assert len(documented_rows()) >= 150


def more(read: OneLine) -> str:
    """The last column: whatever else was read."""
    years = dict(read.years)
    said = [f"@{read.assignee}" if read.assignee else ""]
    said += [f"{name} {getattr(read, name)}" * bool(getattr(read, name)) for name in ("urgency", "mood", "complexity")]
    said += [f"{project} {kept(years.get(project, ()))}".strip() for project in read.projects]
    said.append(f"years {kept(years[''])}" if "" in years else "")
    said.append("" if read.price is None else f"price {read.price}")
    said.append(f"receipt {read.receipt_no} {read.receipt_on or ''}".strip() * bool(read.receipt_no))
    said.append(f"letter {read.letter_no} {read.letter_on or ''}".strip() * bool(read.letter_no))
    said.append(f"contract {read.contract_no} {read.contract_on or ''}".strip() * bool(read.contract_no))
    said.append("users" * read.counts)
    said.append(f"shown: {', '.join(sorted(read.unsure))}" * bool(read.unsure))
    return "; ".join(filter(None, said))


@pytest.mark.parametrize("row", documented_rows(), ids=lambda row: row[0])
def test_line_reads_as_documented(row: list[str]) -> None:
    line, customer, channel, subject, created, details, result, closes, rest = row
    kind, _, reference = customer.partition(" ")
    understood = parse_one_line(line, OFFICE, TODAY)
    assert (understood.customer, understood.customer_kind) == (reference, CustomerRef(kind) if kind else None)
    assert (understood.channel, understood.subject) == (channel, subject)
    assert understood.created_on == (date.fromisoformat(created) if created else None)
    assert (understood.details, understood.result, understood.close) == (details, result, closes == "yes")
    assert more(understood) == rest


@pytest.mark.parametrize("text", ["", "  \n ", "\u200b\x00"])
def test_nothing_typed_is_nothing_read(text: str) -> None:
    assert read(text) == OneLine()


def test_channel_words_of_two_words_are_read() -> None:
    assert read("C81554 Walk in 4.1 ซื้อรายงาน") == OneLine(
        "C81554", CustomerRef.CODE, "walk_in", "4.1", details="ซื้อรายงาน"
    )


def test_a_story_before_the_first_known_word_is_no_name() -> None:
    name = "ก" * NAME_LIMIT
    assert read(f"{name} โทร ขอ").customer == name
    story = f"{name} ขอ โทร ขอ"
    assert read(story) == OneLine(details=story)


def test_a_number_that_no_telephone_has_stays_in_the_details() -> None:
    assert read("โทร 1.1 0112345678 ขอ").details == "0112345678 ขอ"


def test_direction_marks_do_not_hide_words() -> None:
    assert read("\u202bC81554\u202c โทร 1.1 ขอ \u05e9\u05dc\u05d5\u05dd").details == "ขอ \u05e9\u05dc\u05d5\u05dd"


@pytest.mark.parametrize("unit", ["ก", "0 ", "C1 ", '" ', "=> ", "\n", "วันที่ ", "🙂", "ปิด ", "a@", "( "])
def test_long_lines_are_read_and_kept(unit: str) -> None:
    text = "C81554 โทร 1.1 " + unit * (5000 // len(unit))
    read_back = read(text)
    kept = (read_back.details + read_back.result).replace(" ", "")
    assert len(kept) >= len(clean(unit * (5000 // len(unit))).replace(" ", "")) - 5


HEAD_WORDS = [word for words in CHANNELS.values() for word in words.split()]
PIECES = st.one_of(
    st.sampled_from(HEAD_WORDS),
    st.sampled_from(["C81554", "0812345678", "02 141 7500", "ต่อ 203", "a@b.co", '"สมชาย ใจดี"', "“หาญ”"]),
    st.sampled_from(["1.1", "๗.๑๐", "2", "10", "9", "2563", "1,500", "เรื่อง", "เมื่อวาน", "พรุ่งนี้", "วันที่ 19 ก.พ. 63"]),
    st.sampled_from(["=>", "⇒", "ผล:", "\n", "ปิด", '"ปิด"', "close", "ขอข้อมูล", "นางสาวสมศรี", "<b>", "🙂"]),
    st.text(max_size=12),
)
LINES = st.tuples(st.lists(PIECES, max_size=14), st.sampled_from([" ", "  ", ""])).map(lambda it: it[1].join(it[0]))


def letters(text: str) -> Counter[str]:
    return Counter("".join(digits(text).casefold().split()))


def head_words(understood: OneLine) -> Iterator[Counter[str]]:
    """What may be missing from the fields, being understood: each way to have written the channel."""
    words = (
        "⇒ => ผล: , . ; :" + "ปิด close" * understood.close + f" เรื่อง {understood.subject}" * bool(understood.subject)
    )
    words += " เมื่อวาน วันที่ 19 ก.พ. 63" * bool(understood.created_on)
    if understood.urgency or understood.mood or understood.complexity:
        words += " ".join(data_words("one_line").texts("sure"))
    if understood.customer_kind is CustomerRef.PHONE:
        words += f" 0 () - - . . # ต่อ {understood.customer}"
    elif understood.customer_kind is not CustomerRef.NAME:
        words += f" {understood.customer}"
    for channel in CHANNELS.get(understood.channel, "-").split():
        yield letters(f'{words} {channel} """" “”')


STEERING = ("@ต้น", "ด่วน", "ด่วนที่สุด", "อารมณ์โกรธ", "ความยุ่งยาก2", "ยุ่งยาก", "@สมศ", "ส่ง")
EVERYTHING = st.one_of(
    PIECES, st.sampled_from([*STEERING, "สรง.", "พ.ศ. 2562", "350 บาท", "ใบเสร็จ 12/34", "กระบี่ 1600"])
)


def unquoted(text: str) -> list[str]:
    """The words without the quotes around a customer's name, which are no part of it."""
    return re.sub('["\u201c\u201d]', "", text).split()


@given(st.lists(EVERYTHING, max_size=14).map(" ".join))
@example('@ต้น "สมชาย ใจดี"')
@example("โทร @ต้น @ต้น 0812345678")
def test_only_sure_steering_words_leave_the_text(text: str) -> None:
    rich = parse_one_line(text, OFFICE, TODAY)
    # What stands behind a colleague's name is read as if the name were not there.
    named = re.sub("@ต้น ?", "", text, count=1) if rich.assignee else text
    plain = parse_one_line(named, replace(OFFICE, staff=frozenset(), projects=(), wants={}), TODAY)
    kept_words = Counter(unquoted(rich.details + " " + rich.result + " " + rich.customer))
    typed = Counter(unquoted(plain.details + " " + plain.result + " " + plain.customer))
    assert not kept_words - Counter(unquoted(clean(text))) - typed, "something was made up"
    assert set(typed - kept_words) <= {"@ต้น"}, "something else was lost"


@given(LINES)
@example("=> =>")
def test_every_line_is_read_and_no_word_is_lost(text: str) -> None:
    understood = read(text)
    name = understood.customer if understood.customer_kind is CustomerRef.NAME else ""
    kept = letters(name + understood.details + understood.result)
    typed = letters(clean(text))
    assert not kept - typed, "something was made up"
    assert any(not typed - kept - known for known in head_words(understood)), "something was lost"
