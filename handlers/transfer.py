"""What is said of tables that come in and go out: why a file or a row of it is not taken."""

from collections.abc import Sequence

from domain.errors import DeskError
from handlers.i18n import _
from handlers.labels import field_label
from handlers.messages import sentence

FIELDS = {"customer_types": "kind", "channels": "channel", "subjects": "subject"}

SENTENCES = {
    "file_missing": "ไม่พบไฟล์ ตรวจชื่อไฟล์และโฟลเดอร์อีกครั้ง",
    "file_directory": "เป็นโฟลเดอร์ ไม่ใช่ไฟล์ ระบุไฟล์ .csv หรือ .xlsx",
    "file_unreadable": "เปิดไฟล์ไม่ได้ ตรวจสิทธิ์การอ่านไฟล์",
    "file_unwritable": "เขียนไฟล์ไม่ได้ ตรวจโฟลเดอร์และสิทธิ์การเขียน",
    "file_empty": "ไฟล์ว่างเปล่า ต้องมีแถวหัวตารางและข้อมูล",
    "file_kind": "เป็นไฟล์ Excel รุ่นเก่า (.xls) หรือไฟล์ที่ใส่รหัสผ่าน บันทึกใหม่เป็น .xlsx หรือ .csv",
    "file_kind_out": "ชื่อไฟล์ต้องลงท้ายด้วย .csv หรือ .xlsx",
    "file_encoding": "อ่านตัวอักษรในไฟล์ไม่ออก ต้องเป็น UTF-8 หรือ TIS-620 (CP874) บันทึกใหม่เป็น CSV UTF-8 หรือ .xlsx",
    "file_broken": "ไฟล์ .xlsx เสียหายหรือบันทึกไม่ครบ เปิดใน Excel แล้วบันทึกใหม่",
    "file_bomb": "ไฟล์ .xlsx ใหญ่ผิดปกติเมื่อขยาย (%(megabytes)s MB) แบ่งเป็นหลายไฟล์หรือบันทึกเป็น CSV",
    "file_wide": "หัวตารางมี %(columns)s คอลัมน์ รับได้ไม่เกิน %(limit)s คอลัมน์ ลบคอลัมน์ที่ไม่ใช้ออก",
    "file_quotes": 'บรรทัด %(line)s มีเครื่องหมายคำพูด (") ที่ไม่ได้ปิด หรือข้อความยาวผิดปกติ แก้แล้วนำเข้าใหม่',
    "file_header": "แถวแรกต้องเป็นหัวตาราง และต้องมีคอลัมน์ %(columns)s",
    "file_twice": 'คอลัมน์ "%(column)s" ซ้ำกับคอลัมน์ก่อนหน้า เหลือไว้คอลัมน์เดียว',
    "file_rows": "ข้อมูลเกิน %(limit)s แถว ซึ่ง .xlsx รับไม่ได้ ส่งออกเป็น .csv แทน",
    "row_wide": "แถวนี้มีข้อมูลเกินหัวตาราง (%(width)s คอลัมน์) อาจมีตัวคั่นอยู่ในข้อความที่ไม่ได้ใส่เครื่องหมายคำพูด",
    "row_code": 'รหัสผู้รับบริการ "%(code)s" ไม่ถูกต้อง ต้องเป็น C ตามด้วยตัวเลขไม่เกิน 12 หลัก เช่น C81554',
    "row_name": "ไม่มีชื่อ ใส่ชื่อ หรือ 9 ถ้าไม่ทราบ",
    "row_nameless": "ไม่มีรหัส และไม่มีเบอร์โทรหรืออีเมลที่บอกได้ว่าเป็นใคร ใส่อย่างใดอย่างหนึ่ง",
    "row_differs": "%(field)s ไม่ตรงกับบรรทัด %(line)s ซึ่งเป็นรหัสเดียวกัน",
    "row_merged": "รหัส %(code)s รวมเข้ากับ %(survivor)s แล้ว แก้ไขที่ %(survivor)s แทน",
    "row_contacts": "ผู้รับบริการรายนี้มีผู้ติดต่อหรือที่อยู่เกิน %(limit)s รายการ",
    "code_taken": 'รหัส %(code)s เป็นของ "%(name)s" อยู่แล้ว ซึ่งไม่มีชื่อ เบอร์โทร หรืออีเมลตรงกันเลย',
    "date_era": 'วันที่ "%(text)s" ไม่ชัดว่าเป็น พ.ศ. หรือ ค.ศ. ใส่ปีสี่หลัก เช่น 5/3/2569',
    "row_no": 'เลขที่ใบงาน "%(no)s" ไม่ถูกต้อง ต้องเป็น R ตามด้วยตัวเลข 10 หลัก เช่น R2002590795',
    "row_needs": "ใบงานใหม่ต้องมี %(fields)s",
    "row_customer": "ไม่พบผู้รับบริการ %(code)s นำเข้าผู้รับบริการก่อน",
    "row_contact": 'ผู้รับบริการไม่มีผู้ติดต่อชื่อ "%(name)s"',
    "row_staff": 'ไม่พบเจ้าหน้าที่ชื่อ "%(name)s" เพิ่มด้วย run_bot.py invite ก่อน',
    "row_not_closed": "มีวันที่ปิด แต่สถานะไม่ใช่ ปิด",
    "row_pauses": 'ช่วงหยุดนับเวลา "%(text)s" ไม่ถูกต้อง พิมพ์เช่น 2026-11-23 10:00 / 2026-11-24 09:00',
    "row_closed_before": "วันที่ปิดอยู่ก่อนวันที่สร้าง",
    "no_taken": "เลขที่ใบงาน %(no)s เป็นของอีกใบงานหนึ่งอยู่แล้ว ซึ่งรายละเอียดไม่ตรงกัน",
    "no_twice": "เลขที่ใบงาน %(no)s มีแล้วในบรรทัด %(line)s แต่ข้อมูลไม่ตรงกัน",
    "cell_value": '%(field)s "%(text)s" ไม่อยู่ในรายการที่เลือกได้',
    "cell_long": "%(field)s ยาว %(length)s ตัวอักษร รับได้ไม่เกิน %(limit)s",
}


def table_sentence(error: DeskError) -> str:
    """Why a file or a row is not taken."""
    text = SENTENCES.get(error.code)
    if text is None:
        return sentence(error)
    params = dict(error.params)
    if "field" in params:
        params["field"] = _label(str(params["field"]))
    if isinstance(fields := params.get("fields"), list):
        params["fields"] = ", ".join(map(_label, fields))
    return _(text, **params)


def _label(field: str) -> str:
    return field_label(FIELDS.get(field, field))


def unknown_columns(columns: Sequence[str]) -> str:
    """Which columns mean nothing here."""
    return _("ไม่ใช้คอลัมน์: %(columns)s", columns=", ".join(columns))


def rejected_row(line: int, reason: str) -> str:
    """One row that was not taken."""
    return _("บรรทัด %(line)s: %(reason)s", line=line, reason=reason)


def rejected_rest(count: int) -> str:
    """That there are more of them than are shown."""
    return _("และอีก %(count)s บรรทัด", count=count)


def rejected_file(path: str) -> str:
    """Where all of them stand."""
    return _("บรรทัดที่ไม่รับอยู่ใน %(path)s แก้แล้วนำเข้าไฟล์นั้นได้เลย", path=path)
