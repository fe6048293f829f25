"""The office's own file: what it may change, and how a wrong row is refused by name."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from domain.configuration import Configuration, load_configuration
from domain.errors import DataError
from domain.publicity.networks import Network
from domain.tickets.projects import find_projects
from domain.tickets.records import Ticket


def office(tmp_path: Path, toml: str) -> Configuration:
    file = tmp_path / "office.toml"
    file.write_text(toml, "utf-8")
    return load_configuration(file)


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    assert office(tmp_path, "") == load_configuration()


def test_a_row_is_merged_key_by_key(tmp_path: Path) -> None:
    subject = office(tmp_path, '[subjects."6.1"]\nuntil = 2026-12-31\n').catalogue.subject("6.1")
    assert subject.until_on == date(2026, 12, 31)
    assert subject.channels == ("walk_in", "phone", "email")
    assert subject.name == "ข้อมูลสถิติ (ข้อมูล สสช.)"


def test_a_list_is_replaced(tmp_path: Path) -> None:
    catalogue = office(tmp_path, '[channels.phone]\nwords = ["ต่อสาย", "RING"]\n').catalogue
    assert catalogue.channel("phone").words == ("ต่อสาย", "ring")
    assert catalogue.channel("phone").name == "โทรศัพท์"


def test_a_new_subject_stands_in_its_group_and_takes_its_time_table(tmp_path: Path) -> None:
    catalogue = office(
        tmp_path, '[subjects."6.6"]\nname = "แดชบอร์ด"\nfrom = 2026-01-01\n'
    ).catalogue
    codes = list(catalogue.subjects)
    assert codes[codes.index("6.5") + 1] == "6.6"
    subject = catalogue.subject("6.6")
    assert (subject.parent, subject.time_table, subject.from_on) == (
        "6",
        "statistics",
        date(2026, 1, 1),
    )


def test_a_number_that_gets_members_is_a_group_from_then_on(tmp_path: Path) -> None:
    catalogue = office(tmp_path, '[subjects."2.1"]\nname = "ยืมหนังสือ"\n').catalogue
    assert not catalogue.subject("2").selectable
    assert catalogue.subject("2.1").selectable


def test_a_subject_loses_its_time_table_by_an_empty_text(tmp_path: Path) -> None:
    assert (
        office(tmp_path, '[subjects."2"]\ntime_table = ""\n').catalogue.subject("2").time_table
        is None
    )


def test_a_new_time_table_is_taken_when_a_subject_uses_it(tmp_path: Path) -> None:
    desk = office(tmp_path, '[subjects."2"]\ntime_table = "library"\n[time_standard.library]\n')
    assert desk.catalogue.subject("2").time_table == "library"


def test_an_office_file_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    catalogue = office(
        tmp_path, '\ufeff[customer_types]\nmonk = { name = "พระสงฆ์", person = true }\n'
    ).catalogue
    assert catalogue.customer_types["monk"].person


# what the office wrote -> what the refusal must name beside the file: the row, and what to mend
REFUSALS = {
    "unknown table": ("[chanels.phone]\n", ["chanels", "unknown", "channels"]),
    "unknown key": (
        '[subjects."6.1"]\nuntill = 2026-12-31\n',
        ['[subjects."6.1"] untill', "until"],
    ),
    "unknown channel key": ("[channels.phone]\ncolour = 1\n", ["[channels.phone] colour", "words"]),
    "unknown type key": (
        "[customer_types.media]\nage = 1\n",
        ["[customer_types.media] age", "person"],
    ),
    "unknown channel": (
        '[subjects."6.1"]\nchannels = ["telex"]\n',
        ['[subjects."6.1"] channels', "telex"],
    ),
    "missing name": (
        '[subjects."6.9"]\nchannels = ["email"]\n',
        ['[subjects."6.9"] name', "missing"],
    ),
    "empty name": ('[channels.phone]\nname = " "\n', ["[channels.phone] name", "empty"]),
    "name that is no text": ("[channels.phone]\nname = 5\n", ["[channels.phone] name", "text"]),
    "words that are no list": (
        '[channels.phone]\nwords = "tel"\n',
        ["[channels.phone] words", "list"],
    ),
    "a word that is no text": ("[channels.phone]\nwords = [5]\n", ["[channels.phone] words", "5"]),
    "flag that is no flag": (
        "[customer_types.media]\nperson = 1\n",
        ["[customer_types.media] person"],
    ),
    "row that is no table": ("[customer_types]\nmedia = 1\n", ["[customer_types] media", "table"]),
    "group without parent": (
        '[subjects."13.1"]\nname = "x"\n',
        ['[subjects."13.1"]', '"13"', "not exist"],
    ),
    "bad code": ('[subjects."6.1.2"]\nname = "x"\n', ['[subjects."6.1.2"]', "no code"]),
    "from after until": (
        '[subjects."2"]\nfrom = 2027-01-01\nuntil = 2026-12-31\n',
        ['[subjects."2"]', "2027-01-01 is after until 2026-12-31"],
    ),
    "date in quotes": (
        '[subjects."2"]\nuntil = "2026-12-31"\n',
        ['[subjects."2"] until', "quotes"],
    ),
    "date with a time": (
        '[subjects."2"]\nuntil = 2026-12-31T00:00:00\n',
        ['[subjects."2"] until', "date"],
    ),
    "unknown time table": (
        '[subjects."2"]\ntime_table = "x"\n',
        ['[subjects."2"] time_table', "statistics"],
    ),
    "unknown field": (
        '[subjects."2"]\nrequires = ["prise"]\n',
        ['[subjects."2"] requires', "prise", "price"],
    ),
    "requirement without field": (
        '[subjects."2"]\nasks = [{}]\n',
        ['[subjects."2".asks] field', "missing"],
    ),
    "requirement that is none": (
        '[subjects."2"]\nasks = [1]\n',
        ['[subjects."2"] asks', "field name"],
    ),
    "unknown requirement key": (
        '[subjects."2"]\nasks = [{ field = "price", when = 1 }]\n',
        ['[subjects."2".asks] when', "unless_free"],
    ),
    "unknown channel in a requirement": (
        '[subjects."2"]\nrequires = [{ field = "price", channels = ["telex"] }]\n',
        ['[subjects."2".requires] channels', "telex"],
    ),
    "unknown type in a requirement": (
        '[subjects."2"]\nrequires = [{ field = "price", customer_types = ["rich"] }]\n',
        ['[subjects."2".requires] customer_types', "rich", "private"],
    ),
    "one word for two channels": (
        '[channels.line]\nwords = ["Tel"]\n',
        ["[channels.line] words", "tel", "phone"],
    ),
    "bad duration": (
        '[time_standard.statistics.simple]\nphone = "5 min"\n',
        ["[time_standard.statistics.simple] phone", "5 min", "30 minutes"],
    ),
    "no duration": (
        '[time_standard.sale.simple]\nemail = "0 days"\n',
        ["[time_standard.sale.simple] email"],
    ),
    "unknown complexity": (
        "[time_standard.sale.hard]\n",
        ["[time_standard.sale] hard", "very_complex"],
    ),
    "unknown channel in the standard": (
        '[time_standard.sale.simple]\nmail = "1 day"\n',
        ["[time_standard.sale.simple] mail", "email"],
    ),
    "a time table nobody uses": (
        "[time_standard.statistic]\n",
        ["[time_standard.statistic]", "statistics"],
    ),
    "unknown weekday": ("[working_hours]\nmoonday = []\n", ["[working_hours] moonday", "monday"]),
    "hours that are none": (
        '[working_hours]\nmonday = ["8-12"]\n',
        ["[working_hours] monday", "8-12"],
    ),
    "hours past midnight": (
        '[working_hours]\nmonday = ["08:30-25:00"]\n',
        ["[working_hours] monday", "25:00"],
    ),
    "hours backwards": (
        '[working_hours]\nmonday = ["12:00-08:30"]\n',
        ["monday", "ends before it begins"],
    ),
    "overlapping hours": (
        '[working_hours]\nmonday = ["08:30-12:00", "11:00-16:30"]\n',
        ["[working_hours] monday", "11:00-16:30", "overlaps"],
    ),
    "no hours at all": (
        "[working_hours]\n"
        + "".join(f"{day}day = []\n" for day in ("mon", "tues", "wednes", "thurs", "fri")),
        ["[working_hours]", "no weekday"],
    ),
    "unknown holiday rule": (
        "[holiday_rules]\nleave = []\n",
        ["[holiday_rules] leave", "leave_out"],
    ),
    "holiday without date": ('[[holidays]]\nname = "x"\n', ["[[holidays]] row 1", "date"]),
    "holiday without name": (
        "[[holidays]]\ndate = 2026-05-01\n",
        ['[holidays."2026-05-01"] name', "missing"],
    ),
    "holiday of the Buddhist year": (
        '[[holidays]]\ndate = 2569-05-01\nname = "x"\n',
        ['[holidays."2569-05-01"] date', "Christian"],
    ),
    "holiday twice": (
        '[[holidays]]\ndate = 2026-05-01\nname = "x"\n[[holidays]]\ndate = 2026-05-01\nname = "y"\n',
        ["[[holidays]] row 2", "twice"],
    ),
    "unknown holiday key": (
        '[[holidays]]\ndate = 2026-05-01\nname = "x"\noff = true\n',
        ['[holidays."2026-05-01"] off', "working"],
    ),
    "holidays that are no rows": ('holidays = "none"\n', ["[[holidays]]"]),
    "unknown kind of project": (
        '[projects."สำรวจใหม่"]\nkind = "poll"\n',
        ["สำรวจใหม่", "kind", "household"],
    ),
    "project without name": ('[projects.""]\nkind = "census"\n', ["[projects", "name"]),
    "unknown project key": ('[projects."สำรวจใหม่"]\nyears = 1\n', ["สำรวจใหม่", "years", "every"]),
    "a subject that does two steps": (
        '[requests.special]\nthanks = ["7.14"]\n',
        ["[requests.special] thanks", "7.14"],
    ),
    "unknown step": ('[requests.special]\ntea = ["8.1"]\n', ["[requests.special] tea", "letter"]),
    "unknown kind of request": ("[requests.maps]\n", ["[requests] maps", "microdata"]),
    "zero interval": (
        '[reminders.contract]\nevery = "0 days"\n',
        ["[reminders.contract] every", "zero"],
    ),
    "interval in hours": (
        '[reminders.fetch]\nfirst = "7 hours"\n',
        ["[reminders.fetch] first", "14 days"],
    ),
    "interval of a century": (
        '[reminders.fetch]\nfirst = "100 years"\n',
        ["[reminders.fetch] first", "ten years"],
    ),
    "unknown subject of a reminder": (
        '[reminders.contract]\nstarts = ["7.99"]\n',
        ["[reminders.contract] starts", "7.99"],
    ),
    "a proof that ends nothing": (
        '[reminders.contract]\nproof = ["7.13"]\n',
        ["[reminders.contract] proof", "ends"],
    ),
    "unknown date of the contract": (
        '[reminders.contract]\nagreed = "soon"\n',
        ["agreed", "research_due_on"],
    ),
    "unknown template": (
        '[reminders.contract]\ntemplate = "x"\n',
        ["template", "contract_reminder"],
    ),
    "no reminders at all": (
        "[reminders.contract]\ntimes = 0\n",
        ["[reminders.contract] times", "1 to 1000"],
    ),
    "true is no number": ("[reminders.contract]\ntimes = true\n", ["[reminders.contract] times"]),
    "reminder at no time": (
        '[reminders.contract]\nat = "9"\n',
        ["[reminders.contract] at", "09:00"],
    ),
    "unknown key of a reminder": (
        "[reminders.contract]\nafter = 3\n",
        ["[reminders.contract] after", "every"],
    ),
    "new reminder without a start": (
        "[reminders.visit]\ntimes = 1\n",
        ["[reminders.visit]", "template", "missing"],
    ),
    "no TOML": ("[channels\n", ["line 1"]),
}


@pytest.mark.parametrize(("toml", "named"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_wrong_row_is_refused_by_name(tmp_path: Path, toml: str, named: list[str]) -> None:
    with pytest.raises(DataError) as caught:
        office(tmp_path, toml)
    message = str(caught.value)
    assert message.startswith(str(tmp_path / "office.toml"))
    assert [part for part in named if part not in message] == [], message


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.toml: cannot be read"):
        load_configuration(tmp_path / "nowhere.toml")


def test_a_file_in_a_thai_code_page_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "office.toml"
    file.write_bytes('[channels.phone]\nwords = ["โทร"]\n'.encode("cp874"))
    with pytest.raises(DataError, match="save the file as UTF-8"):
        load_configuration(file)


def test_a_row_that_only_the_package_sets_is_blamed_on_the_package_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"^catalogue\.toml: \[channels\.phone\] words"):
        office(tmp_path, '[channels.letter]\nwords = ["tel"]\n')


def test_every_field_a_subject_asks_for_is_a_field_of_the_ticket() -> None:
    catalogue = load_configuration().catalogue
    asked = {
        one.field
        for subject in catalogue.subjects.values()
        for one in subject.requires + subject.asks
    }
    assert asked <= set(Ticket.__dataclass_fields__)


def test_loading_leaves_the_holiday_library_alone_until_a_date_is_asked() -> None:
    code = (
        "import sys, datetime; from domain.configuration import load_configuration as load; c = load().calendar;"
        "before = 'holidays' in sys.modules; c.is_working_day(datetime.date(2026, 3, 2));"
        "print(before, 'holidays' in sys.modules)"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True"]


# DOMAIN.md section 11, short forms by hand
SHORT_FORMS = {
    "สำมะโนประชากรและเคหะ": ("ปคส.", "census"),
    "สำมะโนธุรกิจและอุตสาหกรรม": ("สธอ.",),
    "สำรวจภาวะการทำงานของประชากร": ("สรง.", "LFS", "แรงงาน"),
    "สำรวจภาวะเศรษฐกิจและสังคมของครัวเรือน": ("สศส.", "SES", "รายได้", "รายจ่าย", "หนี้สิน"),
    "สำรวจการมีการใช้เทคโนโลยีสารสนเทศและการสื่อสารในครัวเรือน": ("ICT",),
    "สำรวจอนามัยและสวัสดิการ": ("HWS",),
    "สำรวจสถานการณ์เด็กและสตรีในประเทศไทย": ("MICS",),
}


def test_projects_are_those_of_section_11() -> None:
    projects = load_configuration().projects
    assert {project.name: project.words for project in projects if project.words} == SHORT_FORMS
    kinds = [project.kind for project in projects]
    assert [kinds.count(kind) for kind in ("census", "household", "establishment")] == [5, 17, 6]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("lfs", ["สำรวจภาวะการทำงานของประชากร"]),
        ("สรง", ["สำรวจภาวะการทำงานของประชากร"]),
        ("แรงงาน", ["สำรวจภาวะการทำงานของประชากร", "สำรวจแรงงานนอกระบบ"]),
        ("สำมะโน  อุตสาหกรรม", ["สำมะโนอุตสาหกรรม", "สำมะโนธุรกิจและอุตสาหกรรม"]),
        ("สำมะโนประมง", ["สำมะโนประมงทะเล"]),
        ("LF", []),
        (" . ", []),
    ],
)
def test_projects_are_found_by_short_form_or_by_all_words(text: str, names: list[str]) -> None:
    assert [project.name for project in find_projects(load_configuration().projects, text)] == names


def test_the_office_adds_a_project_and_short_forms(tmp_path: Path) -> None:
    toml = (
        '[projects."สำรวจใหม่"]\nkind = "household"\n[projects."สำรวจความพิการ"]\nwords = ["พิการ"]\n'
    )
    projects = office(tmp_path, toml).projects
    assert projects[-1].name == "สำรวจใหม่"
    assert [project.words for project in find_projects(projects, "พิการ")] == [("พิการ",)]


def test_the_office_says_where_a_second_person_agrees_and_what_a_post_costs(tmp_path: Path) -> None:
    assert load_configuration().posting.second == frozenset()
    rules = office(
        tmp_path,
        '[posting.second_confirmation]\nline = true\n[posting.price]\ntwitter_with_link = ""\nline = "1 บาท"\n',
    ).posting
    assert rules.second == {Network.LINE}
    assert rules.price(Network.TWITTER, "ผลสำรวจ") == "0.015 USD"
    assert rules.price(Network.TWITTER, "ผลสำรวจ nso.go.th") == "0.015 USD"
    assert rules.price(Network.LINE, "ผลสำรวจ nso.go.th") == "1 บาท"
    assert rules.price(Network.FACEBOOK, "ผลสำรวจ") == ""
    wrong = (
        ("[posting.second_confirmation]\nfacebok = true\n", "facebok"),
        ('[posting.second_confirmation]\nline = "yes"\n', "true or false"),
        ("[posting.price]\ntwitter = 5\n", "text in quotes"),
        ("[posting]\nsecond_confirmation = true\n", "must be a table"),
    )
    for toml, named in wrong:
        with pytest.raises(DataError, match=named):
            office(tmp_path, toml)
