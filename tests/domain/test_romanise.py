"""Names that people write in Latin letters lead to their Thai spelling among thousands of
others.
"""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythainlp.corpus.common import thai_family_names, thai_female_names, thai_male_names

from domain.customers.romanise import latin_sound, outlines, thai_sounds
from domain.customers.spelt import likely
from domain.text import fold
from store.search.words import SearchWords

HERE = Path(__file__).parent


def pairs(file: str) -> list[tuple[str, str]]:
    """All pairs (Thai, Latin) of one file."""
    tables = tomllib.loads((HERE / file).read_text("utf-8"))
    return [(thai, latin) for rows in tables.values() for thai, latin in rows]


@pytest.fixture(scope="module")
def words() -> SearchWords:
    """A dictionary of some 20,000 Thai first names and surnames, with the names that are looked
    for.
    """
    looked_for = [
        thai
        for file in ("romanised_names.toml", "romanised_held_out.toml")
        for thai, _ in pairs(file)
    ]
    names = sorted(thai_male_names() | thai_female_names() | thai_family_names() | set(looked_for))
    found = SearchWords()
    found.add(word for name in names for word in fold(name).split())
    assert len(found) > 15_000
    return found


@pytest.mark.parametrize("file", ["romanised_names.toml", "romanised_held_out.toml"])
def test_nine_of_ten_names_of_real_people_are_among_the_first_five(
    words: SearchWords, file: str
) -> None:
    asked = pairs(file)

    missed = [
        (thai, latin) for thai, latin in asked if fold(thai) not in list(words.sounding(latin))[:5]
    ]

    assert len(asked) >= 60
    assert len(missed) <= len(asked) / 10, missed


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Prayut", "Prayuth"),
        ("Nattapong", "Natthaphong"),
        ("Apisit", "Abhisit"),
        ("Boonmee", "Bunmi"),
        ("Wichai", "Vichai"),
        ("Siriporn", "Siripon"),
        ("Jaidee", "Chaidi"),
        ("Dej", "Dech"),
        ("Phet", "Petch"),
    ],
)
def test_ways_to_write_a_name_sound_alike(one: str, other: str) -> None:
    assert latin_sound(one) == latin_sound(other)


@pytest.mark.parametrize(
    ("thai", "letters"),
    [
        ("สมชาย", "S.m,CAy"),
        ("ขวัญ", "GWan"),
        ("จันทร์", "Jan"),
        ("เจริญ", "J0R6n"),
        ("แก้ว", "K8"),
        ("หมู", "Mu"),
        ("พงศกร", "V.q;s;k;r"),
        ("เกียรติ", "K2t"),
        ("พรหมมา", "V.r;m,MA"),
        ("ม่วง", "M4q"),
        ("สว่างวงศ์", "S.WAq,WOq"),
    ],
)
def test_one_of_a_words_sounds_is(thai: str, letters: str) -> None:
    assert letters in [sound.letters for sound in thai_sounds(fold(thai))]


@given(st.text(alphabet=[chr(code) for code in range(0x0E01, 0x0E5C)], max_size=20))
def test_any_thai_text_has_few_sounds_of_few_letters(text: str) -> None:
    sounds = thai_sounds(fold(text))

    assert len(sounds) <= 6
    assert all(sound.letters.isascii() and sound.letters.isprintable() for sound in sounds)
    assert all(set(sound.consonants) <= set("KTPQNMWY") for sound in sounds)
    assert len(outlines([sound.letters for sound in sounds])) == max(1, len(sounds))


@given(st.text(max_size=40))
def test_any_text_is_heard(text: str) -> None:
    assert set(latin_sound(text).letters) <= set("KTCPQNSDBFMYRLWHaeiou")


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12))
def test_any_spelling_is_weighed(text: str) -> None:
    heard = [sound.letters for name in ("สมชาย", "วรรณา") for sound in thai_sounds(fold(name))]

    weighed = likely(latin_sound(text), heard)

    assert all(0 <= percent <= 100 for _place, percent in weighed)
    assert [percent for _place, percent in weighed] == sorted(
        (percent for _place, percent in weighed), reverse=True
    )


@pytest.mark.parametrize(
    ("latin", "meant", "other"),
    [
        ("Porn", "พร", "พล"),
        ("Phon", "พล", "ปอ"),
        ("Kham", "คำ", "กำ"),
        ("Jai", "ใจ", "ชัย"),
        ("Chai", "ชัย", "ใจ"),
        ("Suvarn", "สุวรรณ", "สุวิน"),
        ("Kiat", "เกียรติ", "กิต"),
        ("Sri", "ศรี", "สร้อย"),
        ("Sawai", "ไสว", "สาวัย"),
        ("Janya", "จรรยา", "ใจยา"),
    ],
)
def test_a_spelling_means_what_is_written_so_oftener(latin: str, meant: str, other: str) -> None:
    words = [meant, other]
    heard = [(word, sound.letters) for word in words for sound in thai_sounds(fold(word))]

    weighed = likely(latin_sound(latin), [letters for _word, letters in heard])

    assert heard[weighed[0][0]][0] == meant


@pytest.mark.parametrize("file", ["romanised_names.toml", "romanised_held_out.toml"])
def test_every_real_name_is_one_that_a_thai_may_bear(file: str) -> None:
    assert [latin for _, latin in pairs(file) if not latin_sound(latin).is_thai()] == []


@pytest.mark.parametrize(
    "typed", ["", "a", "zzz", "qwrt", "bweohalktr", "smlrshjpw", "zxssah", "sdfgkol"]
)
def test_letters_in_a_row_are_no_thai_word(typed: str) -> None:
    assert not latin_sound(typed).is_thai()
