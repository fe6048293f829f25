"""The certificate of an erasure: what was done, for the file, without a word about the person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.dates.days import BANGKOK
from handlers.chat import in_lines
from handlers.i18n import LANGUAGES, _, speaking

MIME = "text/plain"
ERASED: Mapping[str, str] = {
    "customers": "ข้อมูลในทะเบียน",
    "contacts": "ผู้ติดต่อ",
    "addresses": "ที่อยู่",
    "tickets": "ข้อความในใบงาน",
    "changes": "ประวัติการแก้ไข",
    "revisions": "ข้อมูลเดิมในทะเบียน",
    "mails": "อีเมลที่ส่งออก",
    "incoming_mails": "อีเมลที่เข้ามา",
    "files": "ไฟล์แนบ",
    "bytes": "ไฟล์ในระบบที่เขียนทับแล้ว",
    "forms": "ร่าง",
    "inbox": "ข้อความที่เข้ามา",
    "outbox": "ข้อความที่ส่งออก",
    "reminders": "การเตือน",
    "contracts": "สัญญา",
    "owed": "รายการค้างส่ง",
}
"""What the tables are called; of others their names tell an operator enough."""


@dataclass(frozen=True, slots=True)
class Certified:
    """What a certificate tells; `rows` = by table how many were erased or emptied."""

    codes: Sequence[str]
    at: datetime
    asked_by: str
    confirmed_by: str
    reason: str
    tickets: int
    chats_changed: int
    chats_left: int
    rows: Mapping[str, int]


def certificate(told: Certified) -> str:
    """The text, in each language that the desk speaks."""
    halves = []
    for language in LANGUAGES:
        with speaking(language):
            halves.append(in_lines(*_lines(told)))
    return "\n\n".join([*halves, ""])


def _lines(told: Certified) -> list[str]:
    at = told.at.astimezone(BANGKOK)
    erased = [
        _("%(table)s: %(count)s", table=_(ERASED.get(table, table)), count=count)
        for table, count in sorted(told.rows.items())
        if count
    ]
    return [
        _("ใบรับรองการลบข้อมูลส่วนบุคคล"),
        _("ผู้รับบริการ: %(codes)s", codes=", ".join(told.codes)),
        _("เวลา: %(at)s (Asia/Bangkok)", at=f"{at:%Y-%m-%d %H:%M:%S}"),
        _("ผู้ขอ: %(name)s", name=told.asked_by),
        _("ผู้ยืนยัน: %(name)s", name=told.confirmed_by),
        _("เหตุผล: %(reason)s", reason=told.reason),
        _("ใบงานที่เก็บไว้โดยไม่มีข้อมูลส่วนบุคคล: %(count)s", count=told.tickets),
        _("ข้อความในแชทที่เปลี่ยนเป็นข้อความกลาง: %(count)s", count=told.chats_changed),
        _("ข้อความในแชทที่แก้ไม่ได้แล้ว ผู้รับต้องลบเอง: %(count)s", count=told.chats_left),
        _("ข้อความในแชทที่เก่ากว่าบันทึกการส่งของระบบแก้ไม่ได้ ผู้รับต้องลบเอง"),
        _("จำนวนรายการที่ลบหรือล้างข้อความ:"),
        *(f"  {line}" for line in erased),
        _("ข้อมูลของผู้รับบริการเองถูกลบทันทีในคราวเดียว"),
        _("ข้อความอื่น ไฟล์ และส่วนที่เหลือในไฟล์ฐานข้อมูลถูกตรวจและลบทีละส่วนหลังจากนั้น"),
        _("ใบรับรองนี้ออกเมื่อลบครบแล้ว"),
        _("ข้อมูลสำรอง: รายการลบจะถูกใช้อีกครั้งทุกครั้งที่กู้คืน (restore --erasures)"),
    ]
