"""What is typed and pasted into a search is read as what is meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.search.queries import CustomerQuery, near_addresses, read_query
from domain.text.keyboard import as_latin_keys, as_thai_keys


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("C81554", CustomerQuery(codes=["C81554"])),
        ("รหัส 81554 ค่ะ", CustomerQuery(codes=["C81554"])),
        ("81554", CustomerQuery(digits="81554", words="81554")),
        ("+66 81 2", CustomerQuery(digits="0812", words="+66 81 2")),
        ("127", CustomerQuery(digits="127", words="127")),
        ("ซี81554", CustomerQuery(codes=["C81554"])),
        ("xxx-xxx-5353", CustomerQuery(digits="5353", words="xxx-xxx-5353")),
        (
            "081-xxx-5353",
            CustomerQuery(first_digits="081", digits="5353", words="081-xxx-5353"),
        ),
        ("ิีัแ้ไัทฟห/ภๅถ๑ัฟ้นนใแนท", CustomerQuery(emails=("buychwymas2415@yahoo.com",))),
        ("O812345353", CustomerQuery(phones=("+66812345353",))),
        ("a_b88 gmail", CustomerQuery(email_start="a_b88@gmail")),
        ("1 1037 02345 67 8", CustomerQuery(words="1 1037 02345 67 8")),
        (
            "อัจฉราวดี ลงท้าย 5353",
            CustomerQuery(digits="5353", beside="อัจฉราวดี", words="อัจฉราวดี ลงท้าย 5353"),
        ),
        ("โรงเรียน 304", CustomerQuery(words="โรงเรียน 304")),
        ("ชื่อเสียง งามดี", CustomerQuery(words="ชื่อเสียง งามดี")),
        ("ชื่อ: สมชาย ใจดี", CustomerQuery(words="สมชาย ใจดี")),
        ("ผู้ติดต่อ สมชาย", CustomerQuery(words="สมชาย")),
        ("สมชาย <a.b@c.co.th>", CustomerQuery(emails=("a.b@c.co.th",), words="สมชาย")),
        ("a.b [at] c.co.th", CustomerQuery(emails=("a.b@c.co.th",))),
        ("a.b@", CustomerQuery(email_start="a.b@")),
        ("@egat.co.th", CustomerQuery(words="egat")),
        ("https://www.ku.ac.th/", CustomerQuery(words="ku")),
        ("@gmail.com", CustomerQuery()),
        ("Jane at home", CustomerQuery(words="Jane at home")),
        ("สมชาย ใจดีครับ", CustomerQuery(words="สมชาย ใจดี")),
        ("สมชาย ใจดี ขอบคุณค่ะ", CustomerQuery(words="สมชาย ใจดี")),
        # Names end and begin as polite words do, and signs may be letters of the Thai layout.
        ("สุวรรณ เที", CustomerQuery(words="สุวรรณ เที")),
        ("วาสนะ", CustomerQuery(words="วาสนะ")),
        (":u]k ouvo", CustomerQuery(words=":u]k ouvo")),
    ],
)
def test_a_search_is_read_as_what_is_meant(typed: str, query: CustomerQuery) -> None:
    read = read_query(typed)
    for field in query.__slots__:
        wanted = getattr(query, field)
        found = getattr(read, field)
        assert tuple(found) == tuple(wanted), field


@pytest.mark.parametrize(
    "typed",
    [
        "somchai,j@example.co.th",
        "somchai.j@example.co,th",
        "somchai j@example.co.th",
        "omchai.j@example.co.th",
        "somchai.jj@example.co.th",
        "somchai.j@exmaple.co.th",
        "somchai.j@example.co.tj",
    ],
)
def test_an_address_with_one_slip_is_near_to_what_was_meant(typed: str) -> None:
    assert "somchai.j@example.co.th" in near_addresses(typed)


@given(st.text(max_size=60))
def test_any_text_has_a_reading(typed: str) -> None:
    read = read_query(typed)
    assert not read.digits or read.digits.isdigit()


@given(st.text("abcxyzABC019.@-_;[", max_size=30))
def test_the_keys_of_the_other_layout_are_read_back(keys: str) -> None:
    assert as_latin_keys(as_thai_keys(keys)) == keys
