"""What one message says of somebody new, told apart; what is not surely something else stays in the
name.
"""

import pytest

from domain.customers.new_customers import placed, read_customer

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
