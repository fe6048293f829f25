"""Names of organisations: what abbreviations, spoken and English names may mean, and what an office adds."""

from pathlib import Path

import pytest

from domain.configuration import load_configuration
from domain.customers.other_names import other_names
from domain.errors import DataError
from domain.search.organisations import MOST_READINGS, standard_organisations


def readings(text: str) -> list[str]:
    return standard_organisations().readings(text)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("มก.", "มหาวิทยาลัยเกษตรศาสตร์"),
        ("ม.ก.", "มหาวิทยาลัยเกษตรศาสตร์"),
        ("มธ", "มหาวิทยาลัยธรรมศาสตร์"),
        ("จุฬาฯ", "จุฬาลงกรณ์มหาวิทยาลัย"),
        ("กฟผ.", "การไฟฟ้าฝ่ายผลิตแห่งประเทศไทย"),
        ("ธกส", "ธนาคารเพื่อการเกษตรและสหกรณ์การเกษตร"),
        ("ธ. ก. ส.", "ธนาคารเพื่อการเกษตรและสหกรณ์การเกษตร"),
        ("EGAT", "การไฟฟ้าฝ่ายผลิตแห่งประเทศไทย"),
        ("การไฟฟ้าฝ่ายผลิตแห่งประเทศไทย", "EGAT"),
        ("Kasetsart University", "มหาวิทยาลัยเกษตรศาสตร์"),
        ("บีโอไอ", "สำนักงานคณะกรรมการส่งเสริมการลงทุน"),
        ("รพ.ราชบุรี", "โรงพยาบาลราชบุรี"),
        ("รพ ราชบุรี", "โรงพยาบาลราชบุรี"),
        ("โรงพยาบาลราชบุรี", "รพ. ราชบุรี"),
        ("อบต.บางพลี", "องค์การบริหารส่วนตำบลบางพลี"),
        ("อ.บ.ต. บางพลี", "องค์การบริหารส่วนตำบลบางพลี"),
        ("อบตบางพลี", "องค์การบริหารส่วนตำบลบางพลี"),
        ("สถจ.โคราช", "สำนักงานสถิติจังหวัดนครราชสีมา"),
        ("สสจ.นม.", "สำนักงานสาธารณสุขจังหวัดนครราชสีมา"),
        ("สพป.ขก.1", "สำนักงานเขตพื้นที่การศึกษาประถมศึกษาขอนแก่น 1"),
        ("บจก.สามเสนค้าไม้", "บริษัท สามเสนค้าไม้"),
        ("บจก.สามเสนค้าไม้", "สามเสนค้าไม้"),
        ("บริษัท สามเสนค้าไม้ จำกัด (มหาชน)", "สามเสนค้าไม้"),
        ("หจก. เจริญวัสดุ", "ห้างหุ้นส่วนจำกัด เจริญวัสดุ"),
        ("สมชาย มก.", "สมชาย มหาวิทยาลัยเกษตรศาสตร์"),
        ("วิศวะ มก.", "วิศวกรรมศาสตร์ มหาวิทยาลัยเกษตรศาสตร์"),
        ("สาธิต มช.", "โรงเรียนสาธิตมหาวิทยาลัยเชียงใหม่"),
        ("ธ.กรุงไทย", "ธนาคารกรุงไทย จำกัด (มหาชน)"),
        ("ก.คลัง", "กระทรวง คลัง"),
        ("Chiang Mai Provincial Statistical Office", "เชียงใหม่ สำนักงานสถิติจังหวัด"),
    ],
)
def test_a_short_name_is_read_as_the_official_one(typed: str, meant: str) -> None:
    read = readings(typed)
    assert meant in read
    assert typed in read
    assert len(read) <= MOST_READINGS


@pytest.mark.parametrize(
    "typed",
    [
        "สมชาย ใจดี",
        "นางสาวพลอย มีสุข",
        "หมู่ 5",
        "ม.5",
        "Somchai Jaidee",
        "รพีพร",
        "อบเชย",
        "มกรา",
    ],
)
def test_a_name_of_a_person_is_read_as_it_stands(typed: str) -> None:
    assert readings(typed) == [typed]


def test_an_abbreviation_means_first_what_it_stands_for_a_spoken_word_itself() -> None:
    assert readings("ทช.")[0].startswith("กรม")
    assert readings("ออมสิน")[0] == "ออมสิน"


def test_a_word_in_full_is_never_read_as_one_letter() -> None:
    assert not any(" ธ. " in f" {one} " for one in readings("ธนาคารตัวอย่าง"))
    assert readings("ธ.ตัวอย่าง")[0] == "ธนาคารตัวอย่าง"


def test_an_office_adds_names_parts_and_words(tmp_path: Path) -> None:
    office = tmp_path / "office.toml"
    office.write_text(
        '[organisations]\n"ศูนย์ข้อมูลบางกระดี่" = ["ศบก.", "บางกระดี่"]\n"มหาวิทยาลัยเกษตรศาสตร์" = ["นนทรี"]\n'
        '[organisation_parts]\n"สำนักบริการข้อมูลเขต" = ["สบข."]\n',
        "utf-8",
    )
    organisations = load_configuration(office).organisations

    assert organisations.readings("ศบก")[0] == "ศูนย์ข้อมูลบางกระดี่"
    assert organisations.readings("สบข.3 เหนือ")[0] == "สบข.3 เหนือ"
    assert organisations.readings("สบข. เหนือ")[0] == "สำนักบริการข้อมูลเขตเหนือ"
    assert "มหาวิทยาลัยเกษตรศาสตร์" in organisations.readings("นนทรี")
    assert "มหาวิทยาลัยเกษตรศาสตร์" not in organisations.readings("มก.")


def test_a_wrong_row_is_named(tmp_path: Path) -> None:
    office = tmp_path / "office.toml"
    office.write_text('[organisations]\n"ศูนย์ข้อมูล" = "ศบก."\n', "utf-8")
    with pytest.raises(DataError, match=r"\[organisations\] ศูนย์ข้อมูล: must be a list"):
        load_configuration(office)


@pytest.mark.parametrize(
    ("names", "emails", "others"),
    [
        ((), ("a@egat.co.th", "b@TDRI.or.th", "c@fin.ku.ac.th"), ["egat", "tdri", "ku"]),
        ((), ("a@gmail.com", "b@hotmail.co.th", "c@yahoo.com", "", "d@", "x"), []),
        ((), ("a@anamai.mail.go.th", "b@m-society.go.th"), ["anamai", "msociety"]),
        (("Thailand Development Research Institute",), (), ["tdri"]),
        (("Bank of Thailand",), (), ["bt", "bot"]),
        (("มหาวิทยาลัยเกษตรศาสตร์ (Kasetsart University)",), (), ["มก", "ku"]),
        (("Toyota Motor Thailand Co., Ltd.",), (), ["tmt"]),
        (("Somchai Jaidee", "สมชาย ใจดี"), (), []),
    ],
)
def test_others_know_somebody_by_initials_and_by_where_the_mail_comes_from(
    names: tuple[str, ...], emails: tuple[str, ...], others: list[str]
) -> None:
    assert other_names(names, emails) == others
