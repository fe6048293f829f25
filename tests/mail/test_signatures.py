"""Who signed a mail, as people sign in Thai and English."""

import time
import tomllib
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.mail.matching.signatures import read_signature

MAILS = tomllib.loads(Path(__file__).with_name("signed_mails.toml").read_text("utf-8"))["mail"]
FIELDS = ("name", "english_name", "organisation", "address")


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: mail["text"][-40:])
def test_who_signed_is_read(mail: dict[str, str]) -> None:
    found = asdict(read_signature(mail["text"]))
    assert {name: found[name] for name in FIELDS} == {name: mail.get(name, "") for name in FIELDS}


def test_further_addresses_of_the_writer_are_read() -> None:
    assert read_signature(MAILS[1]["text"]).emails == ("a.smith@leeds.ac.uk",)


@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    found = read_signature(f"{text}\nขอแสดงความนับถือ\n{text}")
    assert len(found.name) <= 60
    assert len(found.organisation) <= 200


LONG = (
    "ก",
    " ",
    "a ",
    "\n",
    "ชื่อ: ",
    "ขอบคุณ\n",
    "ดิฉัน นางสาว",
    "บริษัท ",
    "12/3 ",
    "(",
    "ผม ก ข ",
    "ต. อ. จ. ",
    "ขอแสดงความนับถือ\nนาย",
    "a@",
    "081",
)


@pytest.mark.parametrize("piece", LONG, ids=range(len(LONG)))
def test_a_long_text_takes_a_known_time(piece: str) -> None:
    text = piece * (60_000 // len(piece))
    read_signature(text)
    begin = time.thread_time()
    read_signature(text)
    assert time.thread_time() - begin < 0.1
