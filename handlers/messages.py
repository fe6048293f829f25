"""The one place where a refusal becomes a sentence that says what to do."""

import secrets

from domain.errors import DeskError
from handlers.i18n import _

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

SENTENCES = {
    "command": "ไม่มีคำสั่ง %(name)s พิมพ์ เมนู เพื่อดูคำสั่งทั้งหมด",
    "date": 'ไม่เข้าใจวันที่ "%(text)s" พิมพ์เช่น 19 ก.พ. 63 หรือ 19/2/2563',
    "future_date": "วันที่ต้องไม่อยู่ในอนาคต พิมพ์วันที่ใหม่ เช่น วันนี้ หรือ 19 ก.พ. 63",
    "phone": 'ไม่เข้าใจเบอร์โทร "%(text)s" พิมพ์เช่น 081-234-5678 หรือ 02-141-7500 ต่อ 203',
    "email": 'อีเมล "%(text)s" ไม่ถูกต้อง พิมพ์เช่น somchai@example.com',
    "reach": "ต้องเป็นเบอร์โทรหรืออีเมล เช่น 081-234-5678 ถ้าไม่ทราบพิมพ์ 9",
    "result": "ยังไม่มีผลของการให้บริการ พิมพ์ผลก่อนปิด",
    "price": 'จำนวนเงิน "%(text)s" ไม่ถูกต้อง พิมพ์เช่น 1,500 หรือ 0',
    "name": "ชื่อต้องมีตัวอักษรอย่างน้อย 2 ตัว และไม่เกิน 200 ตัว",
    "too_long": "ข้อความยาวเกินไป (%(length)s ตัวอักษร) ช่องนี้รับได้ไม่เกิน %(limit)s ตัวอักษร",
    "choice": "เลือกจากปุ่มด้านล่าง หรือพิมพ์คำที่อยู่บนปุ่ม",
    "projects": 'ไม่พบโครงการ "%(text)s" พิมพ์ชื่อโครงการหรือชื่อย่อ เช่น สรง.',
    "projects_count": "ใบงานหนึ่งมีโครงการได้ไม่เกิน 10 โครงการ",
    "subject": "ไม่พบประเภทเรื่อง %(code)s เลือกจากปุ่ม หรือพิมพ์รหัส เช่น 6.1",
    "contract_no": "เลขที่สัญญาพิมพ์เป็น เลขที่/ปี พ.ศ. เช่น 81/2563",
    "ticket": "ไม่พบใบงาน %(no)s ตรวจเลขอีกครั้ง หรือค้นหาจากผู้รับบริการ",
    "ticket_no": "พิมพ์เลขใบงาน เช่น R2611000124",
    "customer": "ไม่พบผู้รับบริการ %(code)s ค้นหาด้วยชื่อ เบอร์โทร หรืออีเมลได้",
    "invitation": "รหัสเชิญนี้ใช้ไม่ได้แล้ว ขอรหัสใหม่จากผู้ดูแลระบบ",
    "role": "คำสั่งนี้ใช้ได้เฉพาะ%(role)s",
    "not_yours": "ปุ่มนี้เป็นของเจ้าหน้าที่คนอื่น",
    "button": "ปุ่มนี้หมดอายุแล้ว เปิดรายการใหม่อีกครั้งเพื่อทำต่อ",
    "draft_gone": "ไม่พบร่างนี้แล้ว",
    "draft_saved": "บันทึกแล้วเป็น %(outcome)s",
    "draft_cancelled": "ร่างนี้ยกเลิกไปแล้ว",
    "draft": "ร่างนี้ถูกแก้จากอีกแอปในเวลาเดียวกัน ดูค่าล่าสุดแล้วลองอีกครั้ง",
    "changed": "%(record)s ถูกแก้ไขไปก่อนหน้านี้ เปิดดูล่าสุดแล้วลองอีกครั้ง",
    "exists": "มีรายการนี้อยู่แล้ว",
    "pressed": "ปุ่มนี้ใช้ไปแล้ว",
    "decided": "คำขอนี้มีผู้ตัดสินใจแล้ว",
    "last_admin": "ต้องเหลือผู้ดูแลระบบอย่างน้อย 1 คน",
    "staff": "ไม่พบเจ้าหน้าที่คนนี้",
    "access_request": "ไม่พบคำขอสิทธิ์นี้",
    "linked": "บัญชีนี้เชื่อมกับเจ้าหน้าที่แล้ว",
    "private_only": "คำสั่งนี้ใช้ในแชทส่วนตัวกับบอทเท่านั้น",
}


def sentence(error: DeskError) -> str:
    """What the user is told."""
    text = SENTENCES.get(error.code)
    if text is None:
        return _("ทำรายการนี้ไม่ได้ ลองเปิดดูล่าสุดแล้วทำอีกครั้ง (%(code)s)", code=error.code)
    return _(text, **error.params)


def new_reference() -> str:
    """A short number under which a failure can be found in the log."""
    return "".join(secrets.choice(ALPHABET) for _n in range(5))
