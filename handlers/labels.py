"""What fields and their values are called on cards."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from domain.dates.days import BANGKOK, format_datetime
from domain.fields.rows import field_row
from domain.operating.retention import KeptFor, RetentionKind
from domain.staff import Role, StaffId
from domain.text.titles import strip_titles
from handlers.chat import Fact, FactKind
from handlers.i18n import _, date_text, language, time_text

FIELDS = {
    "received_on": "วันที่ได้รับ",
    "remind_on": "วันที่เตือน",
    "snoozed_on": "วันที่เตือน",
    "chased": "จำนวนครั้งที่ติดตาม",
    "reason": "เหตุผล",
    "closed_on": "ปิดเมื่อ",
    "request_ticket": "ใบงานของคำขอ",
    "request_step": "ขั้นของคำขอ",
    "owed_contract": "สัญญาที่ลงนาม",
    "owed_research": "ผลงานวิจัย",
    "owed_quotation": "หลักฐานการชำระเงิน",
    "owed_fetch": "การมารับข้อมูล",
    "ended_at": "วันที่จบคำขอ",
    "staff_email": "อีเมลสำรอง",
    "real_customer": "ผู้รับบริการตัวจริง",
    "real_subject": "เรื่องของใบงานที่สอง",
    "misfit": "ช่องทางของเรื่องนี้",
    "way": "เรื่องและช่องทาง",
    "twin": "รายเดิมหรือรายใหม่",
    "reach": "โทรศัพท์หรืออีเมล",
    "address": "ที่อยู่",
    "contacts": "ผู้ติดต่อ",
    "code": "รหัส",
    "merged": "รวมรหัส",
    "merged_into": "รวมเข้ากับ",
    "remind_at": "เวลาเตือน",
    "remind_text": "เรื่องที่เตือน",
    "since": "รอตั้งแต่",
    "until": "ตอบเมื่อ",
    "word": "เหตุผลที่คืน",
    "files": "ไฟล์แนบ",
    "other_ticket": "ใบงานที่จะผูกด้วย",
    "link_kind": "ความเกี่ยวข้อง",
    "linked": "ใบงานที่ผูก",
    "networks": "เครือข่าย",
    "links": "ลิงก์โพสต์",
    "post_at": "เวลาโพสต์",
    "cut": "วิธีลดความยาว",
    "link_facebook": "ลิงก์ Facebook",
    "link_twitter": "ลิงก์ twitter",
    "link_line": "ลิงก์ Line",
    "state_facebook": "โพสต์ Facebook",
    "state_twitter": "โพสต์ twitter",
    "state_line": "โพสต์ Line",
    "mail_to": "ผู้รับ",
    "mail_subject": "หัวเรื่อง",
    "mail_greeting": "คำขึ้นต้น",
    "mail_text": "ข้อความ",
    "mail_cc": "สำเนาถึง",
    "mail_files": "ไฟล์แนบ",
    "mail_canned": "คำตอบสำเร็จรูป",
    "canned_name": "ชื่อคำตอบ",
    "canned_th": "ข้อความภาษาไทย",
    "canned_en": "ข้อความภาษาอังกฤษ",
}

BUTTONS = {"mail_text": "แก้ข้อความ"}
"""Fields whose button says more than their name."""

# Fields of forms that are called otherwise than the field they are kept in.
COLUMNS = {"created_on": "created_at"}

POST_STATES = {
    "proposed": "รออนุมัติ",
    "waiting": "รอโพสต์",
    "sending": "กำลังโพสต์",
    "unclear": "ยังไม่แน่ชัด กำลังตรวจสอบ",
    "failed": "โพสต์ไม่สำเร็จ",
    "cancelled": "ยกเลิก ไม่ได้โพสต์",
    "posted": "เผยแพร่แล้ว",
    "hidden": "ซ่อนจากหน้าเพจ",
    "removed": "ลบออกจากเครือข่ายแล้ว",
    "mistake": "บันทึกผิด ไม่นับ",
}

POST_ERRORS = {
    "unclear": "ไม่ทราบว่าโพสต์แล้วหรือไม่ ตรวจที่เครือข่ายก่อน",
    "quota": "โควตาเดือนนี้ไม่พอ",
    "token": "สิทธิ์โพสต์ใช้ไม่ได้ แจ้งผู้ดูแลระบบ",
    "rate": "เครือข่ายจำกัดความถี่",
    "connect": "ติดต่อเครือข่ายไม่ได้",
    "picture": "เปิดรูปที่แนบไม่ได้ ส่งรูปใหม่เป็น JPEG หรือ PNG",
    "duplicate": "เครือข่ายว่าเคยโพสต์ข้อความนี้แล้ว ตรวจที่หน้าบัญชีก่อน",
    "returned": "ส่งกลับแก้ไข",
    "late": "ไม่มีผู้อนุมัติก่อนถึงเวลา",
    "missed": "เลยเวลาไปนานแล้วจึงไม่ได้โพสต์",
    "credits": "เครดิตค่าโพสต์หมด แจ้งผู้ดูแลระบบ",
    "forbidden": "เครือข่ายไม่อนุญาตให้โพสต์ แจ้งผู้ดูแลระบบ",
}

VALUES: Mapping[str, Mapping[str, str]] = {
    "post_error": POST_ERRORS,
    "morning": {
        "overdue": "เกินกำหนด",
        "team": "งานของเจ้าหน้าที่ที่เกินกำหนด",
        "today": "ถึงกำหนดวันนี้",
        "soon": "ใกล้กำหนด",
        "owed": "ค้างส่งสำนักงาน",
        "reminder": "เตือนวันนี้",
        "waiting": "รอผู้รับบริการ",
    },
    "customer": {"none": "ไม่มีผู้รับบริการ"},
    "real_customer": {"none": "ไม่มีใบงานที่สอง"},
    "link_kind": {"continues": "ต่อเนื่องจาก", "belongs": "เป็นส่วนหนึ่งของ"},
    **dict.fromkeys(("state_facebook", "state_twitter", "state_line"), POST_STATES),
    "request": {"microdata": "คำขอข้อมูลระดับย่อย", "special": "คำขอข้อมูลประมวลผลใหม่"},
    "step": {
        "advice": "ให้คำปรึกษา",
        "questionnaire": "แบบสอบถาม/Data Dict",
        "letter": "หนังสือขอข้อมูล",
        "proposal": "โครงร่างงานวิจัย",
        "variables": "เลือกตัวแปร",
        "quotation": "ใบเสนอราคา",
        "approval": "อนุมัติ",
        "fetch": "แจ้งให้มารับข้อมูล",
        "payment": "หลักฐานการโอนเงิน",
        "sent": "ส่งข้อมูลและสัญญา",
        "contract_chased": "ติดตามสัญญา",
        "returned": "ได้รับสัญญาคืน",
        "result_chased": "ติดตามผลงานวิจัย",
        "delivered": "ได้รับผลงานวิจัย",
        "thanks": "คำขอบคุณ",
    },
    "owed": {
        "contract": "สัญญาที่ลงนาม",
        "research": "ผลงานวิจัย",
        "quotation": "หลักฐานการชำระเงิน",
        "fetch": "การมารับข้อมูล",
    },
    "waits": {
        "contract": "ยังไม่ส่งสัญญาคืน",
        "research": "ยังไม่ส่งผลงานวิจัย",
        "quotation": "ยังไม่มีหลักฐานการชำระเงิน",
        "fetch": "ยังไม่มารับข้อมูล",
    },
    "got": {
        "contract": "ได้รับสัญญาที่ลงนามแล้ว",
        "research": "ได้รับผลงานวิจัยแล้ว",
        "quotation": "ได้รับหลักฐานการชำระเงินแล้ว",
        "fetch": "มารับข้อมูลแล้ว",
    },
    "owed_state": {
        "open": "ค้าง",
        "offered": "ค้างจากข้อมูลเดิม ยังไม่ติดตาม",
        "received": "ได้รับแล้ว",
        "dropped": "เลิกติดตาม",
        "void": "ยกเลิก",
    },
    "typed": {
        "phone": "เบอร์โทรศัพท์",
        "mobile": "เบอร์มือถือ",
        "contact_phone": "เบอร์โทรศัพท์ผู้ติดต่อ",
        "contact_mobile": "เบอร์มือถือผู้ติดต่อ",
    },
    "due": {
        "ticket.replan": "คำนวณกำหนดเสร็จใหม่",
        "ticket.deadline": "แจ้งงานใกล้และเกินกำหนด",
        "duplicates.find": "ค้นหารหัสซ้ำทั้งหมด",
        "duplicates.near": "ค้นหาชื่อใกล้เคียงของรายที่แก้ไข",
        "owed.offered": "ถามเรื่องค้างจากข้อมูลเดิม",
        "duplicates.tell": "แจ้งรหัสที่อาจซ้ำ",
        "retention.tell": "แจ้งกฎการเก็บข้อมูลใหม่",
        "taken_back.overwrite": "ลบสิ่งที่ถูกเรียกคืนให้หมด",
        "owed": "ติดตามสิ่งที่ค้างส่ง",
        "owed.tell": "แจ้งสิ่งที่ค้างส่ง",
        "leave": "เริ่มและสิ้นสุดวันลา",
        "mail.unclaimed": "แจ้งอีเมลที่ไม่มีคนรับเรื่อง",
        "morning": "สรุปงานตอนเช้า",
        "report.file": "ทำไฟล์รายงานที่ขอไว้",
        "report.send": "ส่งรายงานประจำ",
        "report.mail": "ส่งรายงานประจำทางอีเมล",
        "card.redraw": "แก้การ์ดที่ส่งไปแล้วให้เป็นปัจจุบัน",
        "report.unusual": "แจ้งเรื่องที่มากกว่าปกติ",
        "post.lapse": "ปิดโพสต์ที่ไม่มีผู้อนุมัติ",
        "facebook.event": "รับข้อมูลจากเพจ Facebook",
        "reminder": "เตือนส่วนตัว",
        "climb": "แจ้งแทนผู้ที่ติดต่อไม่ได้",
        "held": "ส่งข้อความที่รอไว้",
        "publicity.one": "ถามผู้บันทึกว่าเป็นโพสต์เดียวกันหรือไม่",
    },
    "untold": {
        "owed.tell": "สิ่งที่ค้างส่ง",
        "morning": "งานประจำวัน",
        "deadline": "ใบงานใกล้หรือเกินกำหนด",
        "reminder": "เตือนส่วนตัว",
        "mail_new": "อีเมลใหม่",
        "mail_yours": "อีเมลใหม่",
        "mail_above": "อีเมลใหม่ที่ไม่มีคนรับเรื่อง",
        "other": "ข้อความอื่น",
    },
    "weekday": {"0": "จ.", "1": "อ.", "2": "พ.", "3": "พฤ.", "4": "ศ.", "5": "ส.", "6": "อา."},
    "free_day": {
        "0": "จันทร์",
        "1": "อังคาร",
        "2": "พุธ",
        "3": "พฤหัสบดี",
        "4": "ศุกร์",
        "5": "เสาร์",
        "6": "อาทิตย์",
    },
    "time_table": {
        "statistics": "ตารางข้อมูลสถิติ",
        "sale": "ตารางจำหน่ายเอกสาร",
        "microdata": "ตารางข้อมูลระดับย่อย",
        "special": "ตารางข้อมูลประมวลผลใหม่",
    },
    "unit": {"minute": "นาที", "hour": "ชั่วโมง", "day": "วันทำการ"},
}

ROLES = {Role.OFFICER: "เจ้าหน้าที่", Role.SUPERVISOR: "หัวหน้า", Role.ADMIN: "ผู้ดูแลระบบ"}

WHY = {
    "code": "รหัสตรงกัน",
    "phone": "เบอร์โทรตรงกัน",
    "phone_start": "เบอร์โทรขึ้นต้นเหมือนกัน",
    "email": "อีเมลตรงกัน",
    "near_email": "อีเมลคล้าย",
    "name": "ชื่อตรงกัน",
    "prefix": "ขึ้นต้นเหมือนกัน",
    "part": "มีคำนี้อยู่ในชื่อ",
    "layout": "พิมพ์ผิดแป้น",
    "roman": "เขียนเป็นอังกฤษ",
    "former": "ชื่อเดิม",
    "similar": "ชื่อคล้าย %(score)s%%",
}


SHORT_HOLIDAY = 40


def why_label(why: str, score: int) -> str:
    """Why a customer was found, with how alike the names are where they are not the same."""
    return _(WHY[why], score=score)


def field_label(field: str) -> str:
    """The name of a field or column."""
    name = COLUMNS.get(field, field)
    # What is no field of a record, or is called otherwise there, stands in this file.
    if name in FIELDS:
        return _(FIELDS[name])
    row = field_row(name)
    return name if row is None else _(row.label)


FACT_KINDS = {
    "phone": FactKind.PHONE,
    "email": FactKind.EMAIL,
    "long_text": FactKind.LONG,
    "day": FactKind.DATE,
    "month": FactKind.DATE,
    "moment": FactKind.DATE,
}
"""What a field's type makes of its value on a card."""
OWN_KINDS = {
    "remind_at": FactKind.DATE,
    "post_at": FactKind.DATE,
    "mail_to": FactKind.EMAIL,
    "staff_email": FactKind.EMAIL,
    "mail_text": FactKind.LONG,
}
"""The same of fields that are in no record's table."""


def fact(field: str, value: str) -> Fact:
    """A field with its value, as it stands on a card."""
    row = field_row(COLUMNS.get(field, field))
    kind = FactKind.WORDS
    if row is not None:
        kind = FACT_KINDS.get(row.type, kind)
    return Fact(field_label(field), value, OWN_KINDS.get(field, kind))


def button_label(field: str) -> str:
    """What the button that asks for a field says."""
    if field in BUTTONS:
        return _(BUTTONS[field])
    return field_label(field)


def typed_label(field: str) -> str:
    """What is typed into a field."""
    if field in VALUES["typed"]:
        return value_label("typed", field)
    return field_label(field)


def value_label(field: str, value: str) -> str:
    """The name of a value of a field that has named values; else the value itself."""
    label = value_labels(field).get(value)
    return value if label is None else _(label)


def value_labels(field: str) -> Mapping[str, str]:
    """The values that a field has names for, with their Thai names."""
    row = field_row(field)
    if row is None or row.values is None:
        return VALUES.get(field, {})
    return {value: words[0] for value, words in row.values.items()}


RETENTION = {
    "raw_events": "ข้อความที่พิมพ์",
    "spam": "อีเมลที่สงสัยว่าเป็นสแปม",
    "mails": "อีเมล",
    "files": "ไฟล์ของใบงานที่ปิดแล้ว",
    "closed_tickets": "ใบงานที่ปิดแล้ว",
    "customers": "ผู้รับบริการที่ไม่มีใบงานใหม่กว่านั้น",
    "audit": "รายการตรวจสอบ",
}
"""What is kept for a time."""


def retention_label(kind: RetentionKind) -> str:
    """What a rule of retention is about."""
    return _(RETENTION[kind])


def kept_for(kept: KeptFor) -> str:
    """`90 วัน`, `6 เดือน`, `5 ปี`"""
    if kept.days:
        return _("%(count)s วัน", count=kept.days)
    years, months = divmod(kept.months, 12)
    if months:
        return _("%(count)s เดือน", count=kept.months)
    return _("%(count)s ปี", count=years)


def role_label(role: Role) -> str:
    """The name of a role."""
    return _(ROLES[role])


def unset(what: str, where: str, reader: Role | None) -> str:
    """That something was not set up: administrators hear where that is done, everybody else who
    does it.
    """
    if reader is not None and reader.covers(Role.ADMIN):
        return _("ยังไม่ได้ตั้งค่า%(what)s (%(where)s)", what=what, where=where)
    return _("ยังไม่ได้ตั้งค่า%(what)s แจ้งผู้ดูแลระบบ", what=what)


def person_label(name: str) -> str:
    """`คุณนก`, without the title that a name may begin with."""
    return _("คุณ%(name)s", name=strip_titles(name))


def doer_label(names: Mapping[StaffId, str], by: StaffId | None, reader: StaffId | None) -> str:
    """Who did something, told to this reader: คุณ for the reader's own deed, คุณนก for a colleague's,
    or the system.
    """
    if by is None:
        return _("ระบบ")
    if by == reader:
        return _("คุณ")
    if by not in names:
        return _("ระบบ")
    return person_label(names[by])


def when(at: datetime) -> str:
    """An instant as officers write it."""
    return format_datetime(at, language())


def day(on: date) -> str:
    """`3 ธ.ค.`"""
    return date_text(on).rsplit(" ", 1)[0]


def days(first: date, last: date) -> str:
    """`3 ธ.ค.`, `5–6 ธ.ค.` or `31 ธ.ค.–1 ม.ค.`"""
    if first == last:
        return day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day(last)}"
    return f"{day(first)}–{day(last)}"


def weekday_when(at: datetime) -> str:
    """`พฤ. 3 ธ.ค. 69 14.30 น.`"""
    weekday = at.astimezone(BANGKOK).weekday()
    return f"{value_label('weekday', str(weekday))} {when(at)}"


def day_time(at: datetime) -> str:
    """`3 ธ.ค. 14.30 น.`"""
    on = at.astimezone(BANGKOK).date()
    return f"{day(on)} {time_text(at)}"


def hours(amount: timedelta) -> str:
    """`2 ชม. 30 นาที`, for what is counted within one day; parts of a minute are left out."""
    whole, minutes = divmod(_whole_minutes(amount), 60)
    parts = []
    if whole:
        parts.append(_("%(count)s ชม.", count=whole))
    if minutes:
        parts.append(_("%(count)s นาที", count=minutes))
    return " ".join(parts) or _("ไม่ถึง 1 นาที")


def _whole_minutes(amount: timedelta) -> int:
    return int(amount.total_seconds()) // 60


def closed_up(text: str) -> str:
    """`เหลือไม่ถึง 1 นาที`: a blank stands before a number, and before no other word."""
    return re.sub(rf"(?<=[\u0e00-\u0e7f]) (?={_('ไม่ถึง 1 นาที')})", "", text)


def span(amount: timedelta, day_minutes: int) -> str:
    """Working time as officers say it: `1 วันทำการ 2 ชม.`, a working day counting so many
    minutes.
    """
    whole, minutes = divmod(_whole_minutes(amount), day_minutes)
    rest = hours(timedelta(minutes=minutes))
    if not whole:
        return hours(amount)
    told = _("%(count)s วันทำการ", count=whole)
    return f"{told} {rest}" if minutes else told


def holiday(names: str) -> str:
    """A holiday by its short names, where one day bears several."""
    every = names.split("; ")
    short = [name for name in every if len(name) <= SHORT_HOLIDAY]
    return ", ".join(short or every)


def team_label(name: str) -> str:
    """`ทีมข้อมูล`, also where the name itself begins with the word."""
    if name.startswith("ทีม"):
        return name
    return _("ทีม%(name)s", name=name)
