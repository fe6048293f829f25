"""What the figures of a report are called, what each of them means, and what rows are by."""

from domain.reports.figures import Unit
from domain.reports.requests import Dimension
from handlers.i18n import _

FIELDS = {
    "tickets_created": "ใบงานที่รับ",
    "tickets_closed": "ใบงานที่ปิด",
    "tickets_open": "ใบงานที่ค้าง",
    "customers_served": "ผู้รับบริการ",
    "customers_new": "ผู้รับบริการรายใหม่",
    "customers_returning": "ผู้รับบริการรายเดิม",
    "standard_kept": "เสร็จทันมาตรฐานเวลา",
    "standard_missed": "เกินมาตรฐานเวลา",
    "standard_running": "ยังอยู่ในมาตรฐานเวลา",
    "standard_none": "ไม่มีมาตรฐานเวลา",
    "working_hours_median": "เวลาดำเนินการ ค่ามัธยฐาน",
    "working_hours_p90": "เวลาดำเนินการ เปอร์เซ็นไทล์ที่ 90",
    "income_baht": "รายได้",
    "receipts": "ใบเสร็จรับเงิน",
    "contracts_sent": "สัญญาที่ส่งให้ลงนาม",
    "contracts_returned": "สัญญาที่ได้รับคืน",
    "contracts_owed": "สัญญาที่ยังไม่ได้รับคืน",
    "results_received": "ผลงานวิจัยที่ได้รับ",
    "results_owed": "ผลงานวิจัยที่ยังไม่ได้รับ",
    "publicity_posts": "โพสต์ประชาสัมพันธ์",
    "province_users": "ผู้เข้าชมเว็บไซต์จังหวัด",
    "mails_in": "อีเมลเข้า",
}
"""The figures by their names."""
WHY = {
    "tickets_created": "ใบงานที่สร้างในช่วงเวลานี้ ไม่รวมใบที่ยกเลิก",
    "tickets_closed": "ใบงานที่ปิดในช่วงเวลานี้ ใบที่เปิดใหม่นับเมื่อปิดครั้งสุดท้าย",
    "tickets_open": "ใบงานที่ยังไม่ปิดเมื่อสิ้นช่วงเวลา ไม่ว่าจะรับเมื่อใด",
    "customers_served": "ผู้รับบริการที่มีใบงานสร้างในช่วงเวลานี้ นับรายละหนึ่ง",
    "customers_new": "ผู้รับบริการที่ใบงานแรกสุดอยู่ในช่วงเวลานี้",
    "customers_returning": "ผู้รับบริการในช่วงเวลานี้ที่เคยมีใบงานมาก่อน",
    "standard_kept": "ของใบงานที่สร้างในช่วงเวลานี้ ใบที่ปิดภายในกำหนดเสร็จ",
    "standard_missed": "ของใบงานที่สร้างในช่วงเวลานี้ ใบที่ปิดหลังกำหนด หรือเลยกำหนดแล้วยังไม่ปิด",
    "standard_running": "ของใบงานที่สร้างในช่วงเวลานี้ ใบที่ยังไม่ปิดและยังไม่ถึงกำหนด",
    "standard_none": "ของใบงานที่สร้างในช่วงเวลานี้ ใบที่เรื่องนั้นไม่มีกำหนดเวลา",
    "working_hours_median": "จากรับถึงปิด ไม่รวมเวลาที่หยุดรอ ครึ่งหนึ่งของใบที่ปิดใช้ไม่เกินนี้",
    "working_hours_p90": "จากรับถึงปิด ไม่รวมเวลาที่หยุดรอ 9 ใน 10 ของใบที่ปิดใช้ไม่เกินนี้",
    "income_baht": "ผลรวมราคาของใบงานที่วันที่ใบเสร็จอยู่ในช่วงเวลานี้ ไม่รวมใบที่ยกเลิก",
    "receipts": "เลขที่ใบเสร็จที่ไม่ซ้ำกัน ตามวันที่ใบเสร็จในช่วงเวลานี้",
    "contracts_sent": "สัญญาที่ส่งให้ผู้รับบริการลงนามในช่วงเวลานี้",
    "contracts_returned": "สัญญาที่ผู้รับบริการลงนามและส่งคืนในช่วงเวลานี้",
    "contracts_owed": "สัญญาที่ยังไม่ได้รับคืนเมื่อสิ้นสุดช่วงเวลา",
    "results_received": "ผลงานวิจัยที่ได้รับในช่วงเวลานี้",
    "results_owed": "ผลงานวิจัยที่ยังไม่ได้รับเมื่อสิ้นสุดช่วงเวลา",
    "publicity_posts": "โพสต์ที่เผยแพร่ในช่วงเวลานี้ ทุกเครือข่ายรวมกัน",
    "province_users": "จำนวนที่สถิติจังหวัดรายงาน ตามเดือนที่นับ ไม่ระบุเดือนตามวันที่รับ",
    "mails_in": "อีเมลที่เข้ามาในช่วงเวลานี้",
}
"""What each figure means, in one sentence."""
VALUES = {
    Unit.TICKETS: "ใบ",
    Unit.CUSTOMERS: "คน",
    Unit.WORKING_HOURS: "ชั่วโมงทำการ",
    Unit.BAHT: "บาท",
    Unit.RECEIPTS: "ฉบับ",
    Unit.CONTRACTS: "ชุด",
    Unit.RESULTS: "ผลงาน",
    Unit.POSTS: "โพสต์",
    Unit.USERS: "ราย",
    Unit.MAILS: "ฉบับ",
    Dimension.SUBJECT: "เรื่อง",
    Dimension.SUBJECT_GROUP: "กลุ่มเรื่อง",
    Dimension.CHANNEL: "ช่องทาง",
    Dimension.TYPE: "ประเภทผู้รับบริการ",
    Dimension.PROJECT: "โครงการ",
    Dimension.PROVINCE: "จังหวัด",
    Dimension.OFFICER: "เจ้าหน้าที่",
    Dimension.TEAM: "ทีม",
    Dimension.COMPLEXITY: "ความซับซ้อน",
    Dimension.URGENCY: "ความเร่งด่วน",
    Dimension.MOOD: "อารมณ์ผู้รับบริการ",
    Dimension.DAY: "วัน",
    Dimension.MONTH: "เดือน",
    Dimension.WEEKDAY_HOUR: "วันและเวลา",
}
"""Units, and what rows are by."""


def figure_label(figure: str) -> str:
    """What a figure is called."""
    return _(FIELDS[figure])


def figure_meaning(figure: str) -> str:
    """What a figure means, in one sentence."""
    return _(WHY[figure])


def unit_label(unit: Unit) -> str:
    """What a unit is called behind a number."""
    return _(VALUES[unit])


def dimension_label(dimension: Dimension) -> str:
    """What rows are by."""
    return _(VALUES[dimension])
