"""References in what people type: found however they are written, and not where there are none."""

import pytest

from domain.tickets.references import (
    ReferenceKind,
    are_codes,
    ends_in_question,
    find_references,
    is_courtesy,
    is_question,
    read_alone,
    read_code,
    read_ticket_no,
    take_reference,
)

R, C = "R2611000124", "C81554"


def found(text: str) -> list[str]:
    return [one.value for one in find_references(text)]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("R2611000124", [R]),
        ("r2611000124", [R]),
        ("ใบงานR2611000124ปิดยัง", [R]),
        ("Rคือ ๒๖๑๑๐๐๐๑๒๔", [R]),
        ("R เลขที่ 2611000124", [R]),
        ("เลขใบงานคือ R ๒๖๑๑ ๐๐๐๑๒๔ ค่ะ", [R]),
        ("R 2611 000124", [R]),
        ("R26-11000124", [R]),
        ("R26 11 000124", [R]),
        ("R.2611000124", [R]),
        ("R-2611-000124 ครับ", [R]),
        ("Ｒ２６１１０００１２４", [R]),
        ("R\u00a02611\u00a0000124", [R]),
        ("ขอดูR2611000124หน่อย", [R]),
        ("(R2611000124)", [R]),
        ("#R2611000124:", [R]),
        ("R2611000124.pdf", [R]),
        ("ใบงาน 2611000124 ถึงไหนแล้ว", [R]),
        ("เลขที่ใบงาน๒๖๑๑๐๐๐๑๒๔", [R]),
        ("R2611 000124 12 แผ่น", [R]),
        ("R2611000124 R2611000125", [R, "R2611000125"]),
        ("R2611000124,R2611000125", [R, "R2611000125"]),
        ("R2611000124-R2611000125", [R, "R2611000125"]),
        ("R2611000124 ซ้ำกับ R2611000124", [R]),
        ("R2611000124 ของ C81554", [R, C]),
        ("R2611000124/C81554", [R, C]),
        ("C81554", [C]),
        ("รหัสC81554ค่ะ", [C]),
        ("รหัสลูกค้า ๘๑๕๕๔", [C]),
        ("c 81554", [C]),
        ("C-81554 โทรมา", [C]),
        ("C.๘๑๕๕๔", [C]),
        ("C คือ 81554", [C]),
        ("ลูกค้าชื่อสมชายC81554ถามมา", [C]),
        ("C81554/โทร/6.1/ขอข้อมูล", [C]),
        ("C81554โทร6.1", [C]),
        ("C81-554", [C]),
        ("C81554 350 บาท", [C]),
        ("C81554,C70001", [C, "C70001"]),
        ("สัญญา 81/69 ถึงไหนแล้ว", ["81/2569"]),
        ("ตามสัญญาเลขที่๘๑/๒๕๖๙ให้หน่อย", ["81/2569"]),
    ],
)
def test_every_writing_is_read(text: str, values: list[str]) -> None:
    assert found(text) == values


@pytest.mark.parametrize(
    "text",
    [
        "RGB2611000124x",
        "RR2611000124",
        "XR2611000124",
        "R26110001245",
        "R261100012",
        "R2611000124x",
        "R2611000124_2",
        "HP-R2611000124",
        "R2611000124-A4",
        "R2611000124@example.com",
        "C81554@example.com",
        "kamon.C81554@example.ac.th",
        "https://example.com/R2611000124/C81554",
        "R 08 1234 5678",
        "R 081-234-5678",
        "R 12 ห้อง 3456789",
        "081-234-5678",
        "2611000124",
        "1234567890123",
        "HP-C81554",
        "ABC81554",
        "C81554A",
        "USB-C 3.2",
        "C++ 11",
        "C1234567890123",
        "รหัสไปรษณีย์ 81000",
        "81/2569",
        "เดือน 12/2569",
        "ห้อง 81/69 ชั้น 2",
        "ใบเสร็จ 12/345",
        "6.1 ขอข้อมูล 2560-2562",
        "สมชาย ใจดี",
        "",
    ],
)
def test_nothing_else_is_one(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text", ["C4", "วิตามิน C 1000 มก.", "กระดาษขนาด C4", "C12-345", "รหัส 81554", "ใบงาน 2611000124"]
)
def test_what_may_be_anything_is_not_sure(text: str) -> None:
    assert [one.sure for one in find_references(text)] == [False]


def test_a_place_is_that_of_the_text_with_its_label() -> None:
    (one,) = find_references("ดู ใบงาน R๒๖๑๑๐๐๐๑๒๔ ด้วย")

    assert (one.start, one.end) == (3, 20)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("R2611000124", ReferenceKind.TICKET, R),
        (" r 2611-000124 ค่ะ", ReferenceKind.TICKET, R),
        ("ใบงาน R2611000124 ด้วยนะคะ", ReferenceKind.TICKET, R),
        ("รหัสC81554ค่ะ", ReferenceKind.CUSTOMER, C),
        ("c4", ReferenceKind.CUSTOMER, "C4"),
        ("81/69", ReferenceKind.CONTRACT, "81/2569"),
        ("สัญญา ๘๑/๒๕๖๙", ReferenceKind.CONTRACT, "81/2569"),
        ("p12", ReferenceKind.PUBLICATION, "P12"),
    ],
)
def test_a_text_that_is_nothing_else(text: str, kind: ReferenceKind, value: str) -> None:
    one = read_alone(text)

    assert one is not None
    assert (one.kind, one.value) == (kind, value)


@pytest.mark.parametrize(
    "text",
    [
        "ใบงานR2611000124ปิดยัง",
        "R2611000124 R2611000125",
        "สมชาย C81554",
        "2611000124",
        "0812345678",
        "สมชาย",
        "",
    ],
)
def test_a_text_that_says_more(text: str) -> None:
    assert read_alone(text) is None


@pytest.mark.parametrize(
    ("text", "value", "rest"),
    [
        ("R2611000124 ส่งแล้ว", R, "ส่งแล้ว"),
        ("R2611000124: ส่งแล้ว", R, "ส่งแล้ว"),
        ("r2611 000124 12 แผ่น", R, "12 แผ่น"),
        ("ใบงานเลขที่ R2611000124 ส่งแล้ว", R, "ส่งแล้ว"),
        ("2611000124 ส่งแล้ว", R, "ส่งแล้ว"),
        ("ส่งแล้ว R2611000124", R, "ส่งแล้ว"),
        ("ให้ต้น R2611000124 ด่วน", R, "ให้ต้น ด่วน"),
        ("R2611000124 เพราะซ้ำกับ R2611000100", R, "เพราะซ้ำกับ R2611000100"),
        ("R2611000124\nผล ส่ง\nโครงการ SES", R, "ผล ส่ง\nโครงการ SES"),
        ("R2611000124", R, ""),
    ],
)
def test_a_command_is_about_the_first_or_the_only_one(text: str, value: str, rest: str) -> None:
    taken = take_reference(text, ReferenceKind.TICKET)

    assert taken is not None
    assert (taken[0].value, taken[1]) == (value, rest)


@pytest.mark.parametrize("text", ["เหมือน R2611000124 และ R2611000125", "ส่งแล้ว", "C81554", ""])
def test_nothing_is_guessed_among_several(text: str) -> None:
    assert take_reference(text, ReferenceKind.TICKET) is None


@pytest.mark.parametrize(
    "text", ["C81554", "c 81554", "C-81554", "รหัส C81554", "'C81554", "c.๘๑๕๕๔", "Ｃ８１５５４"]
)
def test_every_writing_of_a_code_is_one(text: str) -> None:
    assert read_code(text) == read_code(text, bare=True) == C


@pytest.mark.parametrize("text", ["", "C", "X1", "CC1", "C1a", "C1234567890123", "C 1 2", "A-001"])
def test_what_is_no_code(text: str) -> None:
    assert read_code(text, bare=True) is None


def test_digits_alone_are_a_code_only_where_one_should_stand() -> None:
    assert (read_code("81554"), read_code("81554", bare=True)) == (None, C)


@pytest.mark.parametrize(
    "text", ["R2611000124", "r2611 000124", "2611000124", "๒๖๑๑๐๐๐๑๒๔", "ใบงาน R2611000124"]
)
def test_every_writing_of_a_ticket_number_is_one(text: str) -> None:
    assert read_ticket_no(text) == R


@pytest.mark.parametrize(
    "text", ["", "R1", "C81554", "2699000124", "R2611000124 ส่งแล้ว", "2611000124 12"]
)
def test_what_is_no_ticket_number(text: str) -> None:
    assert read_ticket_no(text) is None


@pytest.mark.parametrize(
    "text", ["C81554 C70001", "C81554 กับ C70001", "c81554,c70001", "C81554 และ C70001", "C81554"]
)
def test_codes_alone(text: str) -> None:
    assert are_codes(text)


@pytest.mark.parametrize("text", ["", "สมชาย", "C81554 สมชาย", "R2611000124"])
def test_no_codes_or_more_than_codes(text: str) -> None:
    assert not are_codes(text)


@pytest.mark.parametrize("text", ["ปิดยัง", "ส่งให้ใคร", "ได้ไหมคะ", "เสร็จหรือยังครับ", "เสร็จแล้ว?"])
def test_a_question_at_the_end(text: str) -> None:
    assert ends_in_question(text)


@pytest.mark.parametrize("text", ["ยัง", "หรือยังคะ", "ได้ไหม", "?", "แล้วหรือยัง"])
def test_nothing_but_a_question(text: str) -> None:
    assert is_question(text)


@pytest.mark.parametrize("text", ["ส่งแล้ว", "ส่งแล้วหรือยัง ส่งอีกที", "", "ค่ะ"])
def test_no_question(text: str) -> None:
    assert not is_question(text)


def test_polite_words_say_nothing() -> None:
    assert is_courtesy("ด้วยนะคะ")
    assert is_courtesy(" 🙏")
    assert not is_courtesy("ส่งแล้วค่ะ")
