"""What the sieve passes over holds no mark: whatever the pattern finds, in any charset, the sieve keeps."""

import json
import random
from collections.abc import Iterator

import pytest

from domain.customers.marks import PersonMarks, find_marks
from store.privacy.sieve import CHARSETS, WINDOW, MarkSieve

MARKS = PersonMarks(
    names=frozenset({"นายเกียรติศักดิ์ พูนทรัพย์", "Kiattisak Poonsap"}),
    phones=frozenset({"0815550102", "+66 2 141 7500"}),
    emails=frozenset({"kiat.p@mail.example"}),
    texts=frozenset({"99/1 หมู่ 4 ตำบลปงยางคก อำเภอห้างฉัตร"}),
)
FINDER = find_marks(MARKS)
SIEVE = MarkSieve(FINDER.needles)
GAPS = ("", " ", "-", ".", "  ", " - ", "\u00a0", ") ")
THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
NAMED = (
    "คุณเกียรติศักดิ์ พูนทรัพย์ขอข้อมูล",
    "เกียรติศักดิ์พูนทรัพย์",
    "KIATTISAK POONSAP",
    "Kiattisak\nPoonsap",
    "KIAT.P@Mail.Example",
    "ที่อยู่ 99/1 หมู่ 4 ตำบลปงยางคก  อำเภอห้างฉัตร",
)


def telephones() -> Iterator[str]:
    for gap in GAPS:
        written = gap.join(("081", "555", "0102"))
        yield f"โทร {written} ครับ"
        yield f"โทร {written.translate(THAI)} ครับ"
    yield "+66 2-141-7500"
    yield "021417500"


TEXTS = [*NAMED, *telephones()]


def bytes_of(text: str) -> Iterator[bytes]:
    for charset in CHARSETS:
        try:
            yield text.encode(charset)
        except UnicodeEncodeError:
            continue
    yield json.dumps({"text": text}).encode()
    yield text.upper().encode()


@pytest.mark.parametrize("text", TEXTS)
def test_what_the_pattern_finds_is_kept(text: str) -> None:
    assert FINDER.is_in(text)
    for content in bytes_of(text):
        if any(FINDER.is_in(content.decode(charset, "ignore")) for charset in CHARSETS):
            assert SIEVE.may_hold(content)


@pytest.mark.parametrize("before", [WINDOW - 3, WINDOW - 40, WINDOW, 3 * WINDOW - 12])
def test_what_stands_on_the_border_of_two_pieces_is_kept(before: int) -> None:
    for text in TEXTS[:8]:
        assert SIEVE.may_hold(b"x" * before + text.encode() + b"x" * WINDOW)


def test_bytes_that_say_nothing_are_passed_over() -> None:
    dice = random.Random(3)
    assert not SIEVE.may_hold(dice.randbytes(2 * WINDOW))
    assert not SIEVE.may_hold("สมชาย ใจดี 0899990000 เชียงใหม่ ".encode() * 10_000)


@pytest.mark.parametrize("charsets", [CHARSETS, ("utf-8",)])
@pytest.mark.parametrize("name", ["René Lévesque", "Ünsal Çağrışımöğlüéèê", "Øystein Ødegård"])
def test_letters_of_other_alphabets_are_found_small_and_large(
    name: str, charsets: tuple[str, ...]
) -> None:
    named = find_marks(PersonMarks(names=frozenset({name})))
    sieve = MarkSieve(named.needles, charsets)
    for written in (name, name.upper(), name.lower(), name.swapcase()):
        assert sieve.may_hold(written.encode()), written
    assert name.startswith("Ü") or not sieve.may_hold(b"nobody " * 100)
