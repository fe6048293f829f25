"""What fields and their values are called on cards."""

from datetime import datetime

from domain.dates import format_datetime
from domain.staff import Role
from handlers.i18n import _

FIELDS = {
    "customer": "ผู้รับบริการ",
    "contact": "ผู้ติดต่อ",
    "reply_email": "อีเมลสำหรับตอบ",
    "channel": "ช่องทาง",
    "subject": "เรื่อง",
    "assignee": "ผู้รับผิดชอบ",
    "urgency": "ความเร่งด่วน",
    "mood": "อารมณ์",
    "status": "สถานะ",
    "created_on": "วันที่สร้าง",
    "projects": "ชื่อโครงการ",
    "data_years": "ปีของข้อมูล",
    "complexity": "ความยุ่งยาก",
    "details": "รายละเอียด",
    "result": "ผลของการให้บริการ",
    "letter_no": "เลขที่ลงรับ",
    "letter_on": "วันที่ลงรับ",
    "contract_no": "เลขที่สัญญา",
    "contract_on": "วันที่สัญญา",
    "price": "ราคา",
    "receipt_no": "เลขที่ใบเสร็จ",
    "receipt_on": "วันที่ในใบเสร็จ",
    "purpose": "วัตถุประสงค์",
    "agency": "ชื่อหน่วยงาน",
    "link": "ลิงก์",
    "remarks": "เหตุผล/ปัญหา/อุปสรรค",
    "province": "จังหวัด",
    "user_count": "จำนวนผู้ใช้",
    "counted_on": "ประจำเดือน",
    "real_customer": "ผู้รับบริการตัวจริง",
    "real_subject": "เรื่องของใบงานที่สอง",
    "misfit": "ช่องทางของเรื่องนี้",
    "name": "ชื่อ",
    "kind": "ประเภท",
    "gender": "เพศ",
    "organisation": "หน่วยงาน",
    "phone": "โทรศัพท์",
    "mobile": "มือถือ",
    "email": "อีเมล",
    "reach": "โทรศัพท์หรืออีเมล",
    "address": "ที่อยู่",
    "contacts": "ผู้ติดต่อ",
    "note": "หมายเหตุ",
    "unknown": "ข้อมูลที่ไม่ทราบ",
    "merged": "รวมรหัส",
    "merged_into": "รวมเข้ากับ",
    "created_at": "วันที่สร้าง",
    "closed_at": "วันที่ปิด",
    "files": "ไฟล์แนบ",
    "other_ticket": "ใบงานที่จะผูกด้วย",
    "link_kind": "ความเกี่ยวข้อง",
    "linked": "ใบงานที่ผูก",
    "text": "ข่าว",
    "networks": "เครือข่าย",
    "links": "ลิงก์โพสต์",
    "published_on": "วันที่เผยแพร่",
    "post_at": "เวลาโพสต์",
    "link_facebook": "ลิงก์ Facebook",
    "link_twitter": "ลิงก์ twitter",
    "link_line": "ลิงก์ Line",
    "state_facebook": "โพสต์ Facebook",
    "state_twitter": "โพสต์ twitter",
    "state_line": "โพสต์ Line",
}

# Columns that are called otherwise than the field they hold.
COLUMNS = {"customer_code": "customer", "contact_id": "contact", "assignee_id": "assignee", "recorded_by": "assignee"}

POST_STATES = {
    "waiting": "รอโพสต์",
    "sending": "กำลังโพสต์",
    "unclear": "ยังไม่แน่ชัด กำลังตรวจสอบ",
    "failed": "โพสต์ไม่สำเร็จ",
    "cancelled": "ยกเลิก ไม่ได้โพสต์",
    "posted": "เผยแพร่แล้ว",
    "removed": "ลบออกจากเครือข่ายแล้ว",
    "mistake": "บันทึกผิด ไม่นับ",
}

POST_ERRORS = {
    "unclear": "ไม่ทราบว่าโพสต์แล้วหรือไม่ ตรวจที่เครือข่ายก่อน",
    "quota": "โควตาเดือนนี้ไม่พอ",
    "token": "สิทธิ์โพสต์ใช้ไม่ได้ แจ้งผู้ดูแลระบบ",
    "rate": "เครือข่ายจำกัดความถี่",
    "connect": "ติดต่อเครือข่ายไม่ได้",
    "picture": "ไม่พบรูปที่แนบแล้ว",
}

VALUES = {
    "post_error": POST_ERRORS,
    "customer": {"none": "ไม่มีผู้รับบริการ"},
    "real_customer": {"none": "ไม่มีใบงานที่สอง"},
    "urgency": {"normal": "ปกติ", "high": "สูง", "urgent": "เร่งด่วน"},
    "mood": {"happy": "มีความสุข", "good": "อารมณ์ดี", "normal": "ปกติ", "bad": "แย่", "angry": "โกรธ"},
    "complexity": {
        "simple": "ไม่ยุ่งยาก",
        "complex": "ยุ่งยาก",
        "very_complex": "ยุ่งยากมาก",
        "exceptional": "ยุ่งยากมากเป็นพิเศษ",
    },
    "status": {"new": "ใหม่", "open": "เปิด", "closed": "ปิด"},
    "link_kind": {"continues": "ต่อเนื่องจาก", "belongs": "เป็นส่วนหนึ่งของ"},
    **dict.fromkeys(("state_facebook", "state_twitter", "state_line"), POST_STATES),
    "gender": {"male": "ชาย", "female": "หญิง", "other": "อื่น ๆ"},
}

ROLES = {Role.OFFICER: "เจ้าหน้าที่", Role.SUPERVISOR: "หัวหน้า", Role.ADMIN: "ผู้ดูแลระบบ"}

WHY = {
    "code": "รหัสตรงกัน",
    "phone": "เบอร์โทรตรงกัน",
    "email": "อีเมลตรงกัน",
    "name": "ชื่อตรงกัน",
    "prefix": "ขึ้นต้นเหมือนกัน",
    "part": "มีคำนี้อยู่ในชื่อ",
    "layout": "พิมพ์ผิดแป้น",
    "roman": "เขียนเป็นอังกฤษ",
    "former": "ชื่อเดิม",
    "similar": "ชื่อคล้าย %(score)s%%",
}


def why_label(why: str, score: int) -> str:
    """Why a customer was found, with how alike the names are where they are not the same."""
    return _(WHY[why], score=score)


def field_label(field: str) -> str:
    """The name of a field or column."""
    name = COLUMNS.get(field, field)
    return _(FIELDS.get(name, name))


def value_label(field: str, value: str) -> str:
    """The name of a value of a field that has named values; else the value itself."""
    return _(VALUES[field][value]) if value in VALUES.get(field, {}) else value


def role_label(role: Role) -> str:
    """The name of a role."""
    return _(ROLES[role])


def when(at: datetime) -> str:
    """An instant as officers write it."""
    return format_datetime(at)
