"""vCards as telephones, Outlook and LINE write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.customers.vcards import VCard, is_vcard, read_vcards

OLD = (
    b"BEGIN:VCARD\r\nVERSION:2.1\r\n"
    b"N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E0=B9=83=E0=B8=88=E0=B8=94=E0=B8=B5;=\r\n"
    b"=E0=B8=AA=E0=B8=A1=E0=B8=8A=E0=B8=B2=E0=B8=A2;;;\r\n"
    b"TEL;CELL;PREF:081-234-5678\r\nTEL;WORK:02 141 7500\r\nEND:VCARD\r\n"
)


@pytest.mark.parametrize(
    ("data", "card"),
    [
        (OLD, VCard("สมชาย ใจดี", "", ["081-234-5678", "02 141 7500"])),
        (
            "BEGIN:VCARD\nVERSION:3.0\nN:ใจดี;สมชาย;;นาย;\nFN:นายสมชาย ใจดี\nORG:มหาวิทยาลัยตัวอย่าง;คณะเศรษฐศาสตร์\n"
            "item1.TEL;type=CELL;type=pref:+66 81 234 5678\nitem1.X-ABLabel:_$!<Mobile>!$_\n"
            "EMAIL;type=INTERNET:somchai@example.com\nPHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ\n SkZJRg\nEND:VCARD\n",
            VCard(
                "นายสมชาย ใจดี",
                "มหาวิทยาลัยตัวอย่าง คณะเศรษฐศาสตร์",
                ["+66 81 234 5678"],
                ["somchai@example.com"],
            ),
        ),
        (
            'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:A\\, B\\; C\r\nTEL;VALUE=uri;TYPE="voice,cell":tel:+66-81-234-5678\r\n'
            "EMAIL:mailto:a@example.com\r\nORG:\r\nEND:VCARD",
            VCard("A, B; C", "", ["+66-81-234-5678"], ["a@example.com"]),
        ),
        ("BEGIN:VCARD\nFN:สมช\n าย\nTEL:\nEND:VCARD", VCard("สมชาย")),
        ("\ufeffBEGIN:VCARD\nN:;;;;\nFN:\u200bสม\u00a0ศรี\nEND:VCARD", VCard("สม ศรี")),
        ("BEGIN:VCARD\nTEL:1111", VCard("", "", ["1111"])),
        (b"BEGIN:VCARD\nFN:" + "สมชาย".encode("cp874") + b"\nEND:VCARD", VCard("สมชาย")),
    ],
)
def test_what_a_contact_says(data: bytes | str, card: VCard) -> None:
    raw = data if isinstance(data, bytes) else data.encode()
    assert is_vcard(raw)
    assert read_vcards(raw) == [card]


def test_a_file_may_hold_several() -> None:
    cards = read_vcards(
        OLD + b"\n" + OLD.replace(b"081-234-5678", b"089-999-8888") + b"BEGIN:VCARD\nEND:VCARD\n"
    )
    assert [card.phones[0] for card in cards] == ["081-234-5678", "089-999-8888"]


@pytest.mark.parametrize("data", [b"", b"FN:x", b"code,name\nC1,x", b"%PDF-1.4"])
def test_what_is_none_has_no_contacts(data: bytes) -> None:
    assert not is_vcard(data)
    assert read_vcards(data) == []


@given(st.binary(max_size=300))
def test_any_bytes_can_be_read(data: bytes) -> None:
    read_vcards(b"BEGIN:VCARD\n" + data)
