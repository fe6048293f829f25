"""Moments to come: what officers type, read from a Monday morning at ten."""

import re
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.dates.days import BANGKOK, format_date, format_time
from domain.dates.when import FARTHEST, find_when, names_moment, next_working_day
from domain.errors import InvalidInput
from domain.text import clean
from tests.fakes.office import OFFICE

CALENDAR = OFFICE.calendar
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=BANGKOK)
PHRASES = [
    ("อีก 3 วัน", "2026-11-26 09:00"),
    ("อีก 3 วัน บ่ายสอง", "2026-11-26 14:00"),
    ("อีก 3 วันทำการ", "2026-11-26 09:00"),
    ("อีกสามวันทำการ 14.00", "2026-11-26 14:00"),
    ("อีก 2 ชม.", "2026-11-23 12:00"),
    ("อีก 2 ชม. 30 นาที", "2026-11-23 12:30"),
    ("อีกครึ่งชั่วโมง", "2026-11-23 10:30"),
    ("อีกชั่วโมงครึ่ง", "2026-11-23 11:30"),
    ("อีก 1 ชั่วโมงครึ่ง", "2026-11-23 11:30"),
    ("อีก ๑๐ นาที", "2026-11-23 10:10"),
    ("อีกสิบห้านาที", "2026-11-23 10:15"),
    ("อีกอาทิตย์", "2026-11-30 09:00"),
    ("อีก 2 สัปดาห์", "2026-12-07 09:00"),
    ("อีก 1 เดือน", "2026-12-23 09:00"),
    ("อีก 1 ปี", "2027-11-23 09:00"),
    ("อีกสัก 20 นาที", "2026-11-23 10:20"),
    ("3 วันข้างหน้า", "2026-11-26 09:00"),
    ("in 2 hours", "2026-11-23 12:00"),
    ("in 3 working days", "2026-11-26 09:00"),
    ("in half an hour", "2026-11-23 10:30"),
    ("พรุ่งนี้", "2026-11-24 09:00"),
    ("พรุ่งนี้ 9.00", "2026-11-24 09:00"),
    ("พรุ่งนี้เช้า", "2026-11-24 09:00"),
    ("พรุ่งนี้เช้า 8.30", "2026-11-24 08:30"),
    ("พรุ่งนี้เย็น 6 โมง", "2026-11-24 18:00"),
    ("พรุ่งนี้บ่ายสองโมงครึ่ง", "2026-11-24 14:30"),
    ("พรุ่งนี้ 9", "2026-11-24 09:00"),
    ("พรุ่งนี้ 2", "2026-11-24 14:00"),
    ("พรุ่งนี้เที่ยง", "2026-11-24 12:00"),
    ("พรุ่งนี้เที่ยงครึ่ง", "2026-11-24 12:30"),
    ("พรุ่งนี้เที่ยงคืน", "2026-11-25 00:00"),
    ("พรุ่งนี้ตีสอง", "2026-11-24 02:00"),
    ("มะรืน", "2026-11-25 09:00"),
    ("มะรืนนี้ 15:30", "2026-11-25 15:30"),
    ("วันนี้ 15.30 น.", "2026-11-23 15:30"),
    ("วันนี้บ่ายสาม", "2026-11-23 15:00"),
    ("บ่ายสอง", "2026-11-23 14:00"),
    ("บ่าย 3 โมง", "2026-11-23 15:00"),
    ("บ่ายโมง", "2026-11-23 13:00"),
    ("บ่ายโมงครึ่ง", "2026-11-23 13:30"),
    ("9 โมง", "2026-11-24 09:00"),
    ("เก้าโมงเช้า", "2026-11-24 09:00"),
    ("สามโมงเช้า", "2026-11-24 09:00"),
    ("สิบเอ็ดโมง", "2026-11-23 11:00"),
    ("4 โมงเย็น", "2026-11-23 16:00"),
    ("ห้าโมงเย็น", "2026-11-23 17:00"),
    ("สองทุ่ม", "2026-11-23 20:00"),
    ("ทุ่มครึ่ง", "2026-11-23 19:30"),
    ("3 ทุ่ม", "2026-11-23 21:00"),
    ("สองทุ่มครึ่ง", "2026-11-23 20:30"),
    ("เที่ยง", "2026-11-23 12:00"),
    ("เที่ยงคืน", "2026-11-24 00:00"),
    ("14 น.", "2026-11-23 14:00"),
    ("14.30 น.", "2026-11-23 14:30"),
    ("14 นาฬิกา", "2026-11-23 14:00"),
    ("2 pm", "2026-11-23 14:00"),
    ("2:30 pm", "2026-11-23 14:30"),
    ("วันจันทร์", "2026-11-30 09:00"),
    ("จันทร์หน้า", "2026-11-30 09:00"),
    ("วันจันทร์หน้า 10.00", "2026-11-30 10:00"),
    ("ศุกร์หน้า", "2026-12-04 09:00"),
    ("ศุกร์นี้", "2026-11-27 09:00"),
    ("วันศุกร์ บ่ายสอง", "2026-11-27 14:00"),
    ("พุธ 13.30", "2026-11-25 13:30"),
    ("พฤหัสหน้า", "2026-12-03 09:00"),
    ("อาทิตย์หน้า", "2026-11-30 09:00"),
    ("วันอาทิตย์หน้า", "2026-12-06 09:00"),
    ("สัปดาห์หน้า", "2026-11-30 09:00"),
    ("next friday", "2026-12-04 09:00"),
    ("friday 2 pm", "2026-11-27 14:00"),
    ("สิ้นเดือน", "2026-11-30 09:00"),
    ("สิ้นเดือนหน้า", "2026-12-31 09:00"),
    ("สิ้นเดือน ธ.ค.", "2026-12-31 09:00"),
    ("ต้นเดือนหน้า", "2026-12-01 09:00"),
    ("กลางเดือนหน้า", "2026-12-15 09:00"),
    ("ต้นเดือน", "2026-12-01 09:00"),
    ("กลางเดือน", "2026-12-15 09:00"),
    ("เดือนหน้า", "2026-12-23 09:00"),
    ("สิ้นปี", "2026-12-31 09:00"),
    ("ปีหน้า", "2027-11-23 09:00"),
    ("สิ้นปีงบประมาณ", "2027-09-30 09:00"),
    ("15 ธ.ค. 69 บ่ายสอง", "2026-12-15 14:00"),
    ("15 ธ.ค. 69", "2026-12-15 09:00"),
    ("15 ธ.ค. 14 น.", "2026-12-15 14:00"),
    ("15 ธ.ค. 9.00", "2026-12-15 09:00"),
    ("15 ธ.ค. 2026 9.00", "2026-12-15 09:00"),
    ("15/12/2569 14:00", "2026-12-15 14:00"),
    ("15/12", "2026-12-15 09:00"),
    ("2026-12-15 08:00", "2026-12-15 08:00"),
    ("๑๕ ธ.ค. ๖๙ ๙.๐๐", "2026-12-15 09:00"),
    ("5 ม.ค.", "2027-01-05 09:00"),
    ("วันที่ 15", "2026-12-15 09:00"),
    ("วันที่ 15 เดือนหน้า", "2026-12-15 09:00"),
    ("วันที่ 15 ธ.ค. เวลา 10.30 น.", "2026-12-15 10:30"),
    ("9 โมงพรุ่งนี้", "2026-11-24 09:00"),
    ("บ่ายสอง 15 ธ.ค. 69", "2026-12-15 14:00"),
    ("คืนนี้", "2026-11-23 20:00"),
    ("เย็นนี้", "2026-11-23 16:00"),
    ("tomorrow 9 am", "2026-11-24 09:00"),
    ("tomorrow", "2026-11-24 09:00"),
    ("9 โมง 15", "2026-11-24 09:15"),
    ("9 โมง 15 นาที", "2026-11-24 09:15"),
    ("5 ทุ่ม", "2026-11-23 23:00"),
    ("6 โมงเช้า", "2026-11-24 06:00"),
    ("7 โมงเช้าพรุ่งนี้", "2026-11-24 07:00"),
    ("ศุกร์ที่ 4 ธ.ค. 69", "2026-12-04 09:00"),
    ("วันศุกร์ที่ 4 ธันวาคม 2569 เวลา 13.30 น.", "2026-12-04 13:30"),
    ("5 พ.ย.", "2027-11-05 09:00"),
]
"""Phrases that are wholly a moment. 10 December is a holiday; 28 and 29 November are a weekend."""


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=BANGKOK)


def test_there_are_a_hundred_phrases() -> None:
    assert len({phrase for phrase, _meant in PHRASES}) >= 100


@pytest.mark.parametrize(("phrase", "meant"), PHRASES, ids=[phrase for phrase, _meant in PHRASES])
def test_phrase(phrase: str, meant: str) -> None:
    found = find_when(phrase, NOW, CALENDAR)
    assert found is not None
    assert (found.at, found.rest) == (at(meant), "")
    assert names_moment(phrase)


@pytest.mark.parametrize("phrase", [phrase for phrase, _meant in PHRASES])
def test_what_is_to_be_done_stands_behind_the_moment_or_before_it(phrase: str) -> None:
    """A line end in between, too."""
    alone = find_when(phrase, NOW, CALENDAR)
    assert alone is not None
    for text in (f"{phrase} โทรกลับคุณสมชาย", f"{phrase}\nโทรกลับคุณสมชาย", f"โทรกลับคุณสมชาย {phrase}"):
        found = find_when(text, NOW, CALENDAR)
        if not re.search(r" \d\d?$", phrase):  # a bare number is an hour only where nothing follows
            assert found is not None
            assert (found.at, found.rest) == (alone.at, "โทรกลับคุณสมชาย"), text


@pytest.mark.parametrize(
    ("text", "meant", "rest"),
    [
        ("พรุ่งนี้9โมงโทรกลับคุณสมชาย", "2026-11-24 09:00", "โทรกลับคุณสมชาย"),
        ("พรุ่งนี้โทรกลับ", "2026-11-24 09:00", "โทรกลับ"),
        ("25 พ.ย. 69 เที่ยง ส่งสัญญา 81/2563", "2026-11-25 12:00", "ส่งสัญญา 81/2563"),
        ("อีก 3 วัน ตามสัญญา 7.10", "2026-11-26 09:00", "ตามสัญญา 7.10"),
        ("พรุ่งนี้ 9.00: ส่งไฟล์", "2026-11-24 09:00", "ส่งไฟล์"),
        ("พรุ่งนี้ โทรหาคุณเที่ยง", "2026-11-24 09:00", "โทรหาคุณเที่ยง"),
        ("โทรกลับ 0812345678 ศุกร์นี้ 14 น.", "2026-11-27 14:00", "โทรกลับ 0812345678"),
    ],
)
def test_the_rest_is_what_is_to_be_done(text: str, meant: str, rest: str) -> None:
    found = find_when(text, NOW, CALENDAR)
    assert found is not None
    assert (found.at, found.rest) == (at(meant), rest)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ใจดี",
        "จันทร์เพ็ญ ใจดี",
        "เที่ยงธรรม",
        "สมชาย",
        "อ. สมชาย",
        "R2611000001",
        "25.99",
        "31 ก.พ.",
        "9:75",
        "เตือนใจ",
        "24.30",
    ],
)
def test_what_names_no_moment_is_none(text: str) -> None:
    assert find_when(text, NOW, CALENDAR) is None
    assert not names_moment(text)


@pytest.mark.parametrize(
    "text", ["วันนี้ 9.00", "เมื่อวาน", "19 ก.พ. 63", "23 พ.ย. 69 10.00 น.", "1/1/2569", "วันนี้"]
)
def test_what_is_over_is_refused_with_its_time(text: str) -> None:
    with pytest.raises(InvalidInput, match="past") as refused:
        find_when(text, NOW, CALENDAR)
    assert refused.value.params["at"] <= NOW


@pytest.mark.parametrize(
    "text",
    ["อีก 99999 วัน", "อีก 99999 วันทำการ", "อีก 20 ปี", "15 ธ.ค. 2600", "อีก 999 ปี", "in 99999 months"],
)
def test_what_is_too_far_off_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="far"):
        find_when(text, NOW, CALENDAR)


@pytest.mark.parametrize(
    ("text", "timed"), [("พรุ่งนี้", False), ("พรุ่งนี้ 9.00", True), ("อีก 1 ชม.", True), ("สิ้นเดือน", False)]
)
def test_whether_a_time_was_named_is_told(text: str, timed: bool) -> None:
    found = find_when(text, NOW, CALENDAR)
    assert found is not None
    assert found.timed is timed


MOMENTS = st.integers(1, 5_000_000).map(lambda minutes: NOW + timedelta(minutes=minutes))


@given(MOMENTS, st.booleans())
def test_what_the_office_prints_is_read_back(moment: datetime, full: bool) -> None:
    found = find_when(
        f"{format_date(moment.date(), full=full)} {format_time(moment)}", NOW, CALENDAR
    )
    assert found is not None
    assert found.at == moment


@given(st.integers(1, 4000), st.sampled_from(["วัน", "วันทำการ", "นาที", "ชม."]))
def test_a_longer_span_never_ends_sooner(count: int, unit: str) -> None:
    def end(n: int) -> datetime:
        found = find_when(f"อีก {n} {unit}", NOW, CALENDAR)
        assert found is not None
        return found.at

    try:
        shorter, longer = end(count), end(count + 1)
    except InvalidInput:
        assert count > 2400  # ten years hold no more working days
    else:
        assert NOW < shorter < longer <= NOW + FARTHEST


@given(st.integers(1, 500))
def test_working_days_ahead_end_on_one_and_none_is_left_out(count: int) -> None:
    found = find_when(f"อีก {count} วันทำการ", NOW, CALENDAR)
    assert found is not None
    days = [
        NOW.date() + timedelta(days=n) for n in range(1, (found.at.date() - NOW.date()).days + 1)
    ]
    assert CALENDAR.is_working_day(days[-1])
    assert sum(map(CALENDAR.is_working_day, days)) == count


@given(MOMENTS)
def test_the_next_working_day_keeps_the_time_and_leaves_no_working_day_out(
    moment: datetime,
) -> None:
    moved = next_working_day(moment, CALENDAR)
    assert CALENDAR.is_working_day(moved.date())
    assert moved.time() == moment.time()
    between = [
        moment.date() + timedelta(days=n) for n in range((moved.date() - moment.date()).days)
    ]
    assert not any(map(CALENDAR.is_working_day, between))


WORDS = st.sampled_from(
    [
        *(
            "อีก",
            "ใน",
            "3",
            "๙",
            "ครึ่ง",
            "วัน",
            "ชม.",
            "โมง",
            "ทุ่ม",
            "บ่าย",
            "ตี",
            "เที่ยง",
            "คืน",
            "หน้า",
            "นี้",
            "จันทร์",
        ),
        *("สิ้น", "เดือน", "ปี", "9.00", "24:00", "ธ.ค.", "69", "/", "31", "วันที่", "next", "in", "am"),
    ]
)


@given(st.lists(st.one_of(WORDS, st.text(max_size=3)), max_size=8), st.sampled_from(["", " "]))
def test_any_text_is_a_moment_to_come_or_none_or_refused(parts: list[str], between: str) -> None:
    text = clean(between.join(parts))
    try:
        found = find_when(text, NOW, CALENDAR)
    except InvalidInput:
        assert text
    else:
        assert found is None or (NOW < found.at <= NOW + FARTHEST and len(found.rest) <= len(text))
