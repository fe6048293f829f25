"""Keys of tickets' texts: a part of a word is a part of the key, however it is spelt; no pattern's
sign is in one.
"""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.text import fold
from domain.tickets.text import query_keys, snippet, text_key

THAI = st.text(
    st.sampled_from([chr(code) for code in range(0x0E01, 0x0E5C)] + list(" abc019/%_*?[]\\")),
    max_size=40,
)

FOUND = [
    ("ขอข้อมูลรายได้ครัวเรือนกระบี่ 2560", "ครัวเรือน"),
    ("ขอข้อมูลรายได้ครัวเรือนกระบี่ 2560", "ได้ครัว"),
    ("ขอข้อมูลรายได้ครัวเรือนกระบี่ 2560", "รายไดครัวเรือน"),
    ("ขอข้อมูลรายได้ครัวเรือนกระบี่ 2560", "กระบี่ ข้อมูล"),
    ("ขอข้อมูลรายได้ครัวเรือนกระบี่ ๒๕๖๐", "2560"),
    ("ขอข้อมูลรายได้ครัวเรือนกระบี่ 2560", "๒๕๖๐"),
    ("ปี 2559-2561", "2559"),
    ("เลขที่ ดศ 0504/513 ลงวันที่", "ดศ 0504/513"),
    ("เลขที่ ดศ 0504/513 ลงวันที่", "0504"),
    ("ราคา 1,500 บาท", "1500"),
    ("โทร 081-234-5678", "0812345678"),
    ("ส่งไฟล์ LFS_2563.xlsx", "lfs"),
    ("น้ำใจ", "นำ้ใจ"),
    ("คณะเศรษฐศาสตร์", "เสรสถสาสต"),
]


@pytest.mark.parametrize(("text", "query"), FOUND)
def test_what_is_meant_is_part_of_the_key(text: str, query: str) -> None:
    keys = query_keys(query)
    assert keys
    assert all(key in text_key(text) for key in keys)


@pytest.mark.parametrize("query", ["", "  ", "%", "*", "_", "[]", "?", "่้"])
def test_nothing_but_signs_is_no_query(query: str) -> None:
    assert query_keys(query) == []


@given(THAI)
@example("ก ็๐")
def test_a_key_tells_apart_what_folding_does_and_holds_no_patterns_sign(text: str) -> None:
    key = text_key(text)
    assert not set(key) & set("%_\\*?[]")
    assert len(key) == len(fold(text.translate(str.maketrans("", "", "/")))) or "/" in text
    assert text_key(text) == text_key(text + " ")


@given(THAI, THAI)
def test_alike_keys_mean_alike_folded_texts(one: str, other: str) -> None:
    if "/" not in one + other:
        assert (text_key(one) == text_key(other)) == (fold(one) == fold(other))


def test_a_snippet_begins_where_the_word_is() -> None:
    assert (
        snippet("เรียน ผู้อำนวยการ ขอรายได้ครัวเรือน กระบี่", query_keys("ครัวเรือน"))
        == "… ขอรายได้ครัวเรือน กระบี่"
    )
    assert snippet("รายได้ครัวเรือน", query_keys("รายได้")) == "รายได้ครัวเรือน"
    assert snippet("อย่างอื่น", query_keys("รายได้")) == ""
