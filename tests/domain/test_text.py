"""What was typed made storable, searchable and short enough."""

import unicodedata
from pathlib import Path

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DataError
from domain.text import (
    clean,
    digits,
    fold,
    graphemes,
    shorten,
    split_text,
    utf16_length,
    words,
)
from domain.text.titles import strip_titles

FAMILY = "👩\u200d👩\u200d👧"
THAI = st.characters(min_codepoint=0x0E01, max_codepoint=0x0E5B)
TEXTS = st.text(
    st.one_of(THAI, st.characters(codec=None), st.sampled_from(" \n\r\t\u200b\u202e\x00🙂"))
).filter(
    # Foreign accents between two Thai marks are nobody's text.
    lambda text: not any(unicodedata.combining(it) and not "\u0e00" < it < "\u0e7f" for it in text)
)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("น\u0e4d\u0e49า", "น้ำ"),
        ("น\u0e49\u0e4dา", "น้ำ"),
        ("น\u0e33\u0e49", "น้ำ"),
        ("ท\u0e48\u0e35", "ที่"),
        ("ป\u0e48\u0e39", "ปู่"),
        ("สิทธ\u0e4c\u0e34", "สิทธิ์"),
        ("ที่่", "ที่"),
        ("เเรงงาน", "แรงงาน"),
        ("cafe\u0301", "café"),
        ("ก\x00ข\x1b[1m\x7f", "กข[1m"),
        ("ก\ud83dข", "กข"),
        ("\u202eabc\u2066 def\u2069\u200f", "abc def"),
        ("ราย\u200bได้\ufeff", "รายได้"),
        ("a\r\nb\rc\td", "a\nb\nc d"),
        ("  ขอบคุณ \n", "ขอบคุณ"),
        (FAMILY, FAMILY),
        # What stands between words and lines.
        ("สมชาย\u00a0ใจดี\u202f081\u2007234\u3000ครับ", "สมชาย ใจดี 081 234 ครับ"),
        ("หนึ่ง\u2028สอง\u2029สาม\x0bสี่\x0cห้า\x85หก", "หนึ่ง\nสอง\nสาม\nสี่\nห้า\nหก"),
        ("สมชาย\u3164ใจดี\u2800ครับ", "สมชาย ใจดี ครับ"),
        # The same signs in another width or fashion.
        ("／open　Ｃ８１５５４＝＞ตอบแล้ว（ปิด）", "/open C81554=>ตอบแล้ว(ปิด)"),
        ("somchai＠example．com：０８１－２３４", "somchai@example.com:081-234"),
        ("𝐒𝐨𝐦𝐜𝐡𝐚𝐢 𝟎𝟖𝟏 ﬁle oﬃce", "Somchai 081 file office"),
        ("5 m² … № ½ ① ℃", "5 m² … № ½ ① ℃"),
        # What old fonts and Word wrote for themselves.
        ("ท\uf702\uf70a", "ที่"),
        ("ปู\uf70a ฟ\uf710น ญ\uf70f \uf700าน", "ปู่ ฟัน ญญ ฐาน"),
        ("\uf0b7 ข้อ 1 \uf0e8 ปิด \uf8ff\U00100078", "• ข้อ 1 → ปิด"),
        # Sara am that lost its nikhahit or was pulled apart, and other marks behind a blank.
        ("ส านักงานสถิติแห่งชาติ ท าการส ารวจจ านวนครัวเรือน", "สำนักงานสถิติแห่งชาติ ทำการสำรวจจำนวนครัวเรือน"),
        ("น ้าดื่ม น้ า นํ า ท ำ ท \u0e4dา น\u0e4d\u0e49 า", "น้ำดื่ม น้ำ นำ ทำ ทำ น้ำ"),
        ("ท ี่ ผ ู้ กำลั ง", "ที่ ผู้ กำลั ง"),
        ("เลือก 6.1 ข้อมูลสถิต ิ(สสช.) ที ่4 ดังนี ้", "เลือก 6.1 ข้อมูลสถิติ (สสช.) ที่ 4 ดังนี้"),
        ("ค\u0e30\u0e48 น\u0e32\u0e49", "ค่ะ น้า"),
        ("ก า ร ป ร ะ ช า ส ม พ น ธ", "ก า ร ป ร ะ ช า ส ม พ น ธ"),
    ],
)
def test_clean_makes_one_spelling(typed: str, stored: str) -> None:
    assert clean(typed) == stored


THAI_PARTS = [
    "\u0e40",
    "\u0e33",
    "\u0e4d",
    "\u0e32",
    "\u0e48",
    "\u0e35",
    "\u0e4c",
    "น",
    "ก",
    "\uf70a",
]
EMOJI_PARTS = [
    "\u200d",
    "\ufe0f",
    "👩",
    "❤",
    "🏴",
    "\U0001f3fb",
    "\u20e3",
    "1",
    "\U000e0067",
    "\U000e007f",
]
ODD = st.sampled_from(
    [*THAI_PARTS, *EMOJI_PARTS, " ", "\n", "\u00a0", "\u200b", "\u3164", "\ufb01", "("]
)


@given(st.one_of(TEXTS, st.text(ODD)))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    once.encode("utf-8")
    assert "\x00" not in once


def _seen(text: str) -> list[str]:
    """The letters and digits, each alike in whatever width it stands; not those that show as a
    blank.
    """
    plain = (
        unicodedata.normalize("NFKC", text)
        .replace("\u0e40\u0e40", "\u0e41")
        .replace("\u0e40\u0e40", "\u0e41")
    )
    return sorted(
        c for c in plain if unicodedata.category(c)[0] in "LN" and c not in "\u115f\u1160"
    )


@given(
    st.text(
        st.characters(
            codec="utf-8", exclude_categories=["Cs", "Co", "Cn"], exclude_characters="\u0e40"
        )
    )
)
def test_cleaning_loses_no_letter_and_no_digit(text: str) -> None:
    text = text.replace("\u0e32", "")  # a lone sara aa may be what is left of a sara am
    assert _seen(clean(text)) == _seen(text)


EVERY_SIGN = "".join(map(chr, range(0x110000)))
INVISIBLE = (
    r"[[\p{Cf}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\p{Cc}]"
    r"--[\s\x1c-\x1f]--[\p{DI}&&\p{L}]]"
)


def test_nothing_invisible_is_left_within_a_word() -> None:
    invisible = regex.findall(INVISIBLE, EVERY_SIGN, regex.V1)
    assert len(invisible) > 4000
    assert clean("ส\u0e31" + "".join(invisible) + "ญญา") == "สัญญา"
    assert [hex(ord(sign)) for sign in invisible if clean(f"08{sign}1 ก{sign}ข") != "081 กข"] == []


BLANKS = regex.findall(r"\p{Zs}", EVERY_SIGN)


@pytest.mark.parametrize("blank", [*BLANKS, "\t", "\u3164", "\uffa0", "\u115f", "\u1160", "\u2800"])
def test_every_blank_is_one(blank: str) -> None:
    assert clean(f"{blank}หา{blank}สมชาย{blank}") == "หา สมชาย"


@pytest.mark.parametrize(
    "text",
    [
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "❤️\u200d🔥",
        "👩🏽\u200d🚒",
        "1️⃣",
        "👍🏽",
        "🇹🇭",
    ],
)
def test_an_emoji_stays_whole(text: str) -> None:
    assert clean(f"ขอบคุณ {text}") == f"ขอบคุณ {text}"


@pytest.mark.parametrize(
    "text", ["🙂\U000e0068\U000e0069", "1\ufe0f", "ก\u200d👩", "👩\u200d ก", "👩\u200d"]
)
def test_nothing_hides_behind_an_emoji(text: str) -> None:
    assert not regex.search(r"\p{Default_Ignorable_Code_Point}", clean(text))


def test_clean_text_is_never_changed() -> None:
    """All that the project itself says in Thai, but for the data files that list signs."""
    lists = ("signs.toml", "keyboard.toml", "romanise.toml", "provinces.toml")
    files = [file for file in Path("domain/data").glob("*.toml") if file.name not in lists]
    files += [
        *Path("handlers").rglob("*.py"),
        *Path("bot/demo").glob("*.toml"),
        *Path("docs").glob("*.md"),
    ]
    lines = [
        line.strip()
        for file in files
        for line in file.read_text("utf-8").replace("＋", "+").split("\n")
    ]
    assert len(lines) > 10_000
    assert [(line, clean(line)) for line in lines if clean(line) != line] == []


def test_only_thai_digits_change() -> None:
    assert digits("๐๘๑ ก 12 ๙") == "081 ก 12 9"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("นายสมชาย ใจดี", "สมชาย ใจดี"),
        ("นาย สมชาย", "สมชาย"),
        ("นางสาวสมศรี", "สมศรี"),
        ("น.ส.สมศรี", "สมศรี"),
        ("น. ส. สมศรี", "สมศรี"),
        ("นส. สมศรี", "สมศรี"),
        ("ผศ.ดร.กมลชนก รัตนพิทักษ์", "กมลชนก รัตนพิทักษ์"),
        ("ผศ ดร กมลชนก", "กมลชนก"),
        ("ศ.ดร.ยอง ยูน", "ยอง ยูน"),
        ("อ.สมชาย", "สมชาย"),
        ("พ.ต.ท.สมชาย", "สมชาย"),
        ("Mr. John Smith", "john SMITH"),
        ("Miss Jane", "jane"),
        ("คุณกมล", "กมล"),
        ("ปู่", "ปู"),
        ("เก่ง", "เกง"),
        ("เพ็ญ", "เพย"),
        ("สิทธิ์", "สิท"),
        ("พันธุ์", "พัน"),
        ("ศักดิ์ดา", "สักดา"),
        ("ณัฐพล", "นัถพล"),
        ("ภาณุ", "พานุ"),
        ("วรรณา", "วันา"),
        ("ธรรม", "ทัม"),
        ("อมรรัตน์", "อมรรัต"),
        ("กรรไกร", "กัไกร"),
        ("ปรีชา", "ปริชา"),
        ("ใจ", "ไจ"),
        ("น\u0e4d\u0e49าทิพย์", "น้ำทิพ"),
        ("บริษัท ก-ข (ไทย) จำกัด", "บริษัท  ก ข ไทย จำกัด"),
        ("เลขที่ ๘๑/๒๕๖๓", "เลขที่ 81 2563"),
        ("ใจดี 🙂", "ใจดี"),
    ],
)
def test_fold_hears_no_difference(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("นางนวล", "นวล"),
        ("นาย", "นาย"),
        ("นาง นาย", "นาย"),
        ("นาย นางนวล", "นวล"),
        ("คุณากร", "คุนากร"),
        ("นางาม", "นางาม"),
        ("ดรุณี", "ดรุนิ"),
        ("Mrdak", "mrdak"),
        ("นพ ใจดี", "นพ ไจดิ"),
        ("สมชาย", "สมชาย"),
        ("", ""),
        ("-*-", ""),
    ],
)
def test_fold_strips_titles_but_never_a_name(name: str, folded: str) -> None:
    assert fold(name) == folded


@pytest.mark.parametrize(
    ("one", "other"), [("สมชาย ใจดี", "สมชายใจดี"), ("มานะ", "มานี"), ("กร", "การ")]
)
def test_fold_keeps_different_names_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(TEXTS)
def test_fold_leaves_words_and_single_blanks(text: str) -> None:
    folded = fold(text)
    assert folded == " ".join(folded.split())
    kinds = {unicodedata.category(character) for character in folded.replace(" ", "")} - {"Cn"}
    assert not [kind for kind in kinds if kind[0] in "PSZC"]


def test_titles_are_stripped_with_the_case_kept() -> None:
    assert strip_titles("Dr. John นายสมชาย") == "John สมชาย"


def test_graphemes_are_what_readers_count() -> None:
    assert graphemes("น้ำ" + FAMILY + "กี่") == ["น้ำ", FAMILY, "กี่"]


@given(TEXTS)
def test_utf16_length_is_what_the_encoding_takes(text: str) -> None:
    assert utf16_length(text) == len(text.encode("utf-16-le", "surrogatepass")) // 2


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("กำลัง", 5, "กำลัง"),
        ("กำลังใจ", 5, "กำลั…"),
        ("กำลังใจ", 4, "กำ…"),
        ("ab cd", 4, "ab…"),
        ("🙂🙂", 3, "🙂…"),
        ("🙂🙂", 2, "…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
    ],
)
def test_shorten_cuts_at_graphemes_within_the_limit(text: str, limit: int, short: str) -> None:
    assert shorten(text, limit) == short


def test_shorten_counts_in_the_units_it_is_given() -> None:
    assert shorten("กขค", 8, units=lambda text: len(text.encode())) == "ก…"


@given(TEXTS, st.integers(0, 40))
def test_shortened_text_fits(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert utf16_length(short) <= limit
    assert text.startswith(short.removesuffix("…"))


@pytest.mark.parametrize(
    ("text", "limit", "pieces"),
    [
        ("", 5, []),
        ("abc", 3, ["abc"]),
        ("abc def", 5, ["abc", "def"]),
        ("abc def", 3, ["abc", "def"]),
        ("a b\nc d e", 6, ["a b", "c d e"]),
        ("กำกำกำ", 5, ["กำกำ", "กำ"]),
        ("🙂🙂🙂", 5, ["🙂🙂", "🙂"]),
        ("ก" + "่" * 7, 4, ["ก่่่", "่่่่"]),
    ],
)
def test_split_cuts_at_newlines_then_blanks_then_graphemes(
    text: str, limit: int, pieces: list[str]
) -> None:
    assert split_text(text, limit) == pieces


@given(TEXTS, st.integers(2, 30))
def test_split_loses_only_what_it_cut_at(text: str, limit: int) -> None:
    rest = text
    for piece in split_text(text, limit):
        assert piece
        assert utf16_length(piece) <= limit
        rest = rest if rest.startswith(piece) else rest[1:]
        assert rest.startswith(piece)
        rest = rest.removeprefix(piece)
    assert rest in ("", " ", "\n")


def test_split_refuses_a_limit_no_emoji_fits_in() -> None:
    with pytest.raises(ValueError, match="2 or more"):
        split_text("abc", 1)


def test_a_missing_table_of_words_is_named() -> None:
    with pytest.raises(DataError, match=r"words\.toml: nothing: missing"):
        words("nothing")
