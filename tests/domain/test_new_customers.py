"""What one message says of somebody new, told apart; what is not surely something else stays in the
name.
"""

import pytest

from domain.configuration import load_configuration
from domain.customers.new_customers import placed, read_customer

KINDS = load_configuration().catalogue.type_words
PHONE, MOBILE, OTHER = "+6621417500", "+66812345678", "+66898765432"


@pytest.mark.parametrize(
    ("text", "name", "organisation", "address"),
    [
        ("น.ส.มาลี สุขสันต์ มหาวิทยาลัยเชียงใหม่", "น.ส.มาลี สุขสันต์", "มหาวิทยาลัยเชียงใหม่", ""),
        ("ดร.สมชาย ใจดี ม.ขอนแก่น", "ดร.สมชาย ใจดี", "ม.ขอนแก่น", ""),
        ("อ.สมชาย ใจดี คณะเศรษฐศาสตร์ จุฬา", "อ.สมชาย ใจดี", "คณะเศรษฐศาสตร์ จุฬา", ""),
        ("สมชาย มหาวิทยาลัยขอนแก่น", "สมชาย", "มหาวิทยาลัยขอนแก่น", ""),
        ("มาลี สุขสันต์ 12 ถ.มหาราช อ.เมือง กระบี่", "มาลี สุขสันต์", "", "12 ถ.มหาราช อ.เมือง กระบี่"),
        ("มาลี สุขสันต์ 12/34 อ.เมือง จ.กระบี่ 81000", "มาลี สุขสันต์", "", "12/34 อ.เมือง จ.กระบี่ 81000"),
        ("มาลี สุขสันต์ จ.กระบี่", "มาลี สุขสันต์", "", "จ.กระบี่"),
        ("มาลี สุขสันต์ กระบี่", "มาลี สุขสันต์", "", "กระบี่"),
        ("มาลี สุขสันต์ บ้านเลขที่ 12", "มาลี สุขสันต์", "", "บ้านเลขที่ 12"),
        ("มาลี สุขสันต์, กรมป่าไม้, 61 ถ.พหลโยธิน", "มาลี สุขสันต์", "กรมป่าไม้", "61 ถ.พหลโยธิน"),
        ("มาลี สุขสันต์ กรมป่าไม้ 61 ถ.พหลโยธิน กทม.", "มาลี สุขสันต์", "กรมป่าไม้", "61 ถ.พหลโยธิน กทม."),
        ("มาลี สุขสันต์\nสังกัด กรมป่าไม้\nที่อยู่ 61 ถ.พหลโยธิน", "มาลี สุขสันต์", "กรมป่าไม้", "61 ถ.พหลโยธิน"),
        (
            "โรงเรียนบ้านหนองบัว 99 หมู่ 3 ต.หนองบัว จ.ตรัง",
            "โรงเรียนบ้านหนองบัว",
            "",
            "99 หมู่ 3 ต.หนองบัว จ.ตรัง",
        ),
        # Names.
        ("กรมการปกครอง", "กรมการปกครอง", "", ""),
        ("สำนักงานสถิติ จังหวัดกระบี่", "สำนักงานสถิติ จังหวัดกระบี่", "", ""),
        ("เทศบาลตำบล บ้านนา", "เทศบาลตำบล บ้านนา", "", ""),
        ("กลุ่มแม่บ้าน ต.ปากน้ำ", "กลุ่มแม่บ้าน ต.ปากน้ำ", "", ""),
        ("สุดา กองทอง", "สุดา กองทอง", "", ""),
        ("นาย สมชาย กรมเมือง", "นาย สมชาย กรมเมือง", "", ""),
        ("นายกองแก้ว ดีงาม", "นายกองแก้ว ดีงาม", "", ""),
        ("ชื่นจิต ใจงาม", "ชื่นจิต ใจงาม", "", ""),
        ("ชื่อเสียง ดังไกล", "ชื่อเสียง ดังไกล", "", ""),
        ("สมชาย กระบี่", "สมชาย กระบี่", "", ""),
        ("พ.ต.ท.สมศักดิ์ มั่นคง สภ.เมือง", "พ.ต.ท.สมศักดิ์ มั่นคง สภ.เมือง", "", ""),
        ("มานะ", "มานะ", "", ""),
        ("", "", "", ""),
    ],
)
def test_name_organisation_and_address(
    text: str, name: str, organisation: str, address: str
) -> None:
    read = read_customer(text)
    assert (read.name, read.organisation, read.address) == (name, organisation, address)
    beside = read_customer(f"{text} 02-141-7500 mana@example.com")
    assert (beside.name, beside.organisation, beside.address) == (name, organisation, address)
    assert (beside.phones, beside.emails) == ([PHONE], ["mana@example.com"])


@pytest.mark.parametrize(
    ("numbers", "phone", "mobile", "wanted"),
    [
        ([PHONE, MOBILE], "", "", (PHONE, MOBILE, [])),
        ([MOBILE, PHONE], "", "", (PHONE, MOBILE, [])),
        ([MOBILE], "", "", (MOBILE, "", [])),
        ([MOBILE, OTHER], "", "", (OTHER, MOBILE, [])),
        ([MOBILE, OTHER, PHONE], "", "", (PHONE, MOBILE, [OTHER])),
        ([PHONE, "+6621417501"], "", "", (PHONE, "+6621417501", [])),
        ([PHONE], MOBILE, "", (PHONE, MOBILE, [])),
        ([OTHER], MOBILE, "", (MOBILE, OTHER, [])),
        ([MOBILE], PHONE, "", (PHONE, MOBILE, [])),
        ([MOBILE, MOBILE], PHONE, MOBILE, (PHONE, MOBILE, [])),
        ([OTHER], PHONE, MOBILE, (PHONE, MOBILE, [OTHER])),
        ([], PHONE, "", (PHONE, "", [])),
    ],
)
def test_telephones_find_their_fields_and_none_is_lost(
    numbers: list[str], phone: str, mobile: str, wanted: tuple[str, str, list[str]]
) -> None:
    assert placed(numbers, phone, mobile) == wanted


def test_an_organisation_with_its_contact() -> None:
    read = read_customer("บริษัท ก้าวหน้า จำกัด คุณสมชาย ใจดี")
    assert (read.name, read.contact) == ("บริษัท ก้าวหน้า จำกัด", "คุณสมชาย ใจดี")


@pytest.mark.parametrize(
    ("text", "name", "kind", "gender"),
    [
        ("สมศรี ใจงาม หญิง นักวิจัย", "สมศรี ใจงาม", "academic", "female"),
        ("สมศรี ใจงาม นักวิจัย หญิง", "สมศรี ใจงาม", "academic", "female"),
        ("สมศรี ใจงาม, ประชาชน, เพศหญิง", "สมศรี ใจงาม", "citizen", "female"),
        ("สมศรี ใจงาม (หญิง) นิสิต", "สมศรี ใจงาม", "student", "female"),
        ("สมหมาย ดีใจ ประเภท: ประชาชน เพศ: ชาย", "สมหมาย ดีใจ", "citizen", "male"),
        ("มานะ เพศชาย", "มานะ", "", "male"),
        ("นักศึกษา มานี มีนา", "มานี มีนา", "student", ""),
        ("ลูกค้าใหม่ ชื่อ มานี มีนา นักศึกษา ม.เกษตร หญิง", "มานี มีนา", "student", "female"),
        ("มาลี สุขสันต์ สังกัด กรมป่าไม้ ภาครัฐ หญิง", "มาลี สุขสันต์", "government", "female"),
        ("ชื่อ มานี มีนา ชาย ที่อยู่ 9/9 ถ.พญาไท กทม.", "มานี มีนา", "", "male"),
        ("บริษัท เอบีซี จำกัด เอกชน", "บริษัท เอบีซี จำกัด", "private", ""),
        ("John Smith ชาย องค์กรระหว่างประเทศ", "John Smith", "international", "male"),
        ("รศ.ดร.สมพงษ์ ใจดี อาจารย์ จุฬา", "รศ.ดร.สมพงษ์ ใจดี", "academic", ""),
        ("น.ส.มาลี มีสุข นศ.ป.โท ม.มหิดล", "น.ส.มาลี มีสุข", "student", ""),
        ("สมศรี ใจงาม ชาย 35 ปี ข้าราชการ", "สมศรี ใจงาม", "government", "male"),
        ("กรมป่าไม้ ประเภท ภาครัฐ", "กรมป่าไม้", "government", ""),
        # Names that end or begin like one, and a second word for what is told already.
        ("ชาย เมืองสิงห์", "ชาย เมืองสิงห์", "", ""),
        ("สมศรี หญิง", "สมศรี หญิง", "", ""),
        ("คุณหญิง สมศรี ใจงาม", "คุณหญิง สมศรี ใจงาม", "", ""),
        ("อาจารย์ สมพร ใจดี", "อาจารย์ สมพร ใจดี", "", ""),
        ("สมาคมโรงเรียน เอกชน", "สมาคมโรงเรียน เอกชน", "", ""),
        ("มูลนิธิ เพื่อเด็ก หญิง", "มูลนิธิ เพื่อเด็ก หญิง", "", ""),
        ("สมศรี ใจงาม ชาย หญิง", "สมศรี ใจงาม ชาย", "", "female"),
        ("หญิง", "หญิง", "", ""),
        ("นักศึกษา", "นักศึกษา", "", ""),
    ],
)
def test_a_gender_and_a_type_at_the_edges_of_a_name_are_no_part_of_it(
    text: str, name: str, kind: str, gender: str
) -> None:
    read = read_customer(text, KINDS)
    assert (read.name, read.kind, read.gender) == (name, kind, gender)


def test_a_label_without_a_colon_begins_its_part() -> None:
    read = read_customer("มาลี สุขสันต์ สังกัด กรมป่าไม้ 61 ถ.พหลโยธิน กทม. ผู้ติดต่อ คุณมานะ")
    assert (read.name, read.organisation) == ("มาลี สุขสันต์", "กรมป่าไม้")
    assert (read.address, read.contact) == ("61 ถ.พหลโยธิน กทม.", "คุณมานะ")


def test_what_is_written_like_an_address_and_is_none_goes_into_the_note() -> None:
    read = read_customer("มาลี สุขสันต์ a@b.c 02-141-7500")
    assert (read.name, read.emails, read.note) == ("มาลี สุขสันต์", [], ["a@b.c"])


def test_what_follows_a_type_or_a_gender_is_no_part_of_the_name() -> None:
    teacher = read_customer("รศ.ดร.สมพงษ์ ใจดี อาจารย์ จุฬา 02-141-7500", KINDS)
    assert (teacher.name, teacher.organisation) == ("รศ.ดร.สมพงษ์ ใจดี", "จุฬา")
    worker = read_customer("มานะ อดทน ชาย บางนา พนักงานบริษัท", KINDS)
    assert (worker.name, worker.kind, worker.note) == ("มานะ อดทน", "private", ["บางนา"])
