"""What is said of tables that come in and go out: why a file or a row is not taken, what was read
otherwise.
"""

from domain.errors import DeskError
from domain.tables.tables import Remark
from domain.text import shorten
from handlers.i18n import _
from handlers.labels import field_label
from handlers.messages import sentence
from store.tables.tables import Place, Staged

FIELDS = {"customer_types": "kind", "channels": "channel", "subjects": "subject", "type": "kind"}
QUOTED = 80
"""Characters of a cell in a sentence."""
UNRECKONED = "cell_unreckoned"
"""The remark that is about a column, not about a field."""

SENTENCES = {
    "file_missing": "ไม่พบไฟล์ ตรวจชื่อไฟล์และโฟลเดอร์อีกครั้ง",
    "file_directory": "เป็นโฟลเดอร์ ไม่ใช่ไฟล์ ระบุไฟล์ .csv หรือ .xlsx",
    "file_unreadable": "เปิดไฟล์ไม่ได้ ตรวจสิทธิ์การอ่านไฟล์",
    "file_unwritable": "เขียนไฟล์ไม่ได้ ตรวจโฟลเดอร์และสิทธิ์การเขียน",
    "file_empty": "ไฟล์ว่างเปล่า ต้องมีแถวหัวตารางและข้อมูล",
    "file_kind": "เป็นไฟล์ Excel รุ่นเก่า (.xls) หรือไฟล์ที่ใส่รหัสผ่าน บันทึกใหม่เป็น .xlsx หรือ .csv",
    "file_kind_out": "ชื่อไฟล์ต้องลงท้ายด้วย .csv หรือ .xlsx",
    "file_encoding": "อ่านตัวอักษรในไฟล์ไม่ออก ต้องเป็น UTF-8 หรือ TIS-620 (CP874) บันทึกใหม่เป็น "
    "CSV UTF-8 หรือ .xlsx",
    "file_broken": "ไฟล์ .xlsx เสียหายหรือบันทึกไม่ครบ เปิดใน Excel แล้วบันทึกใหม่",
    "file_bomb": "ไฟล์ .xlsx ใหญ่ผิดปกติเมื่อขยาย (%(megabytes)s MB) แบ่งเป็นหลายไฟล์หรือบันทึกเป็น CSV",
    "file_wide": "หัวตารางมี %(columns)s คอลัมน์ รับได้ไม่เกิน %(limit)s คอลัมน์ ลบคอลัมน์ที่ไม่ใช้ออก",
    "file_quotes": 'บรรทัด %(line)s มีเครื่องหมายคำพูด (") ที่ไม่ได้ปิด หรือข้อความยาวผิดปกติ แก้แล้วนำเข้าใหม่',
    "file_header": "ไม่พบแถวหัวตาราง ต้องมีแถวที่บอกชื่อคอลัมน์ และต้องมีคอลัมน์ %(columns)s",
    "file_twice": 'คอลัมน์ "%(column)s" ซ้ำกับคอลัมน์ก่อนหน้า เหลือไว้คอลัมน์เดียว',
    "file_rows": "ข้อมูลเกิน %(limit)s แถว ซึ่ง .xlsx รับไม่ได้ ส่งออกเป็น .csv แทน",
    "row_wide": "แถวนี้มีข้อมูลเกินหัวตาราง (%(width)s คอลัมน์) อาจมีตัวคั่นอยู่ในข้อความที่ไม่ได้ใส่เครื่องหมายคำพูด",
    "row_code": 'รหัสผู้รับบริการ "%(code)s" ไม่ถูกต้อง ต้องเป็น C ตามด้วยตัวเลขไม่เกิน 12 หลัก เช่น C81554',
    "row_name": "ไม่มีชื่อ ใส่ชื่อ หรือ 9 ถ้าไม่ทราบ",
    "row_nameless": "ไม่ทราบชื่อ และไม่มีรหัส เบอร์โทร หรืออีเมลที่บอกได้ว่าเป็นใคร ใส่อย่างใดอย่างหนึ่ง",
    "row_formula": "ชื่อเป็นสูตรที่ไฟล์ไม่มีค่าเก็บไว้ เปิดใน Excel แล้วบันทึกใหม่ หรือใส่ชื่อเป็นข้อความ",
    "row_scientific": '%(field)s "%(text)s" เป็นเลขแบบวิทยาศาสตร์ซึ่งอาจขาดหลัก '
    "จัดคอลัมน์เป็นข้อความแล้วใส่เลขเต็ม",
    "row_total": '"%(text)s" ดูเป็นแถวรวม ไม่ใช่ผู้รับบริการ',
    "row_contacts": "รหัสเดียวกันมีเกิน %(limit)s แถว",
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
    # What was read otherwise than it is written, or stands in the note.
    "cell_noted": '%(field)s "%(text)s" อ่านไม่ได้ เก็บไว้ในหมายเหตุ',
    "cell_part": '%(field)s "%(text)s" อ่านเป็น %(read)s ข้อความเดิมอยู่ในหมายเหตุ',
    "cell_read": '%(field)s "%(text)s" อ่านเป็น %(read)s',
    "cell_none": '%(field)s "%(text)s" ถือว่าไม่มี',
    "cell_unknown": '%(field)s "%(text)s" ถือว่าไม่ทราบ',
    "cell_cut": '%(field)s "%(text)s" ยาวเกินไป ตัดให้สั้นลง ข้อความเต็มอยู่ในหมายเหตุ',
    "cell_differs": '%(field)s "%(text)s" ไม่ตรงกับบรรทัด %(other)s ซึ่งเป็นรหัสเดียวกัน เก็บไว้ในหมายเหตุ',
    "cell_other": '%(field)s "%(text)s" ไม่ตรงกับข้อมูลที่มีอยู่ เก็บไว้ในหมายเหตุ',
    "cell_formula": '%(field)s "%(text)s" ขึ้นต้นด้วย = เหมือนสูตร เก็บตามที่เขียน',
    "cell_unreckoned": 'คอลัมน์ "%(heading)s" เป็นสูตรที่ไฟล์ไม่มีค่าเก็บไว้ จึงถือว่าว่าง เปิดใน Excel แล้วบันทึกใหม่',
    "code_noted": 'รหัส "%(text)s" ไม่ใช่รหัสผู้รับบริการ เก็บไว้ในหมายเหตุ',
    "code_taken": 'รหัส %(text)s เป็นของ "%(other)s" อยู่แล้ว ซึ่งไม่มีชื่อ เบอร์โทร '
    "หรืออีเมลตรงกันเลย แถวนี้จึงเป็น %(read)s",
    "code_merged": "รหัส %(text)s รวมเข้ากับ %(read)s แล้ว ข้อมูลใหม่เพิ่มที่ %(read)s",
    "row_over": 'ข้อมูลเกินหัวตาราง "%(text)s" เก็บไว้ในหมายเหตุ ดูว่าแถวนี้เลื่อนคอลัมน์หรือไม่',
}


def table_sentence(error: DeskError) -> str:
    """Why a file or a row is not taken."""
    text = SENTENCES.get(error.code)
    if text is None:
        return sentence(error)
    params = dict(error.params)
    if "field" in params:
        params["field"] = _label(str(params["field"]))
    fields = params.get("fields")
    if isinstance(fields, list):
        params["fields"] = ", ".join(map(_label, fields))
    return _(text, **params)


def _label(field: str) -> str:
    return field_label(FIELDS.get(field, field))


def remark_sentence(remark: Remark, *, whole: bool = False) -> str:
    """What was read otherwise than it is written; `whole` = however long the cell is."""
    text = " ".join(remark.text.split())
    field = "" if remark.code == UNRECKONED else _label(remark.field)
    shown = []
    for name, value in remark.read:
        # A cell of one field may have been read as another.
        shown.append(value if name == remark.field else f"{_label(name)} {value}")
    return _(
        SENTENCES[remark.code],
        field=field,
        heading=remark.field,
        text=text if whole else shorten(text, QUOTED),
        read=", ".join(shown),
        other=remark.other,
    )


def remark_header() -> tuple[str, ...]:
    """The heading of a table of what was read otherwise."""
    return _("แผ่นงาน"), _("บรรทัด"), _("คอลัมน์"), _("ข้อความในไฟล์"), _("นำเข้าอย่างไร")


def remark_row(place: Place, remark: Remark) -> tuple[str, ...]:
    """A row of that table."""
    column = remark.field
    if column and remark.code != UNRECKONED:
        column = _label(column)
    return (
        place.sheet,
        str(place.line),
        column,
        remark.text,
        remark_sentence(remark, whole=True),
    )


def file_notes(table: Staged) -> list[str]:
    """What of a file is no row of its table, or stands in columns that mean nothing here."""
    outside = table.outside
    notes = []
    if outside.passed_over:
        taken = ", ".join(outside.taken)
        passed = ", ".join(outside.passed_over)
        notes.append(_("นำเข้าจากแผ่นงาน: %(sheets)s", sheets=taken))
        notes.append(_("ไม่ได้อ่านแผ่นงาน: %(sheets)s", sheets=passed))
    if outside.hidden_rows:
        notes.append(_("มีแถวที่ซ่อนอยู่ %(count)s แถว นำเข้าด้วย", count=outside.hidden_rows))
    kept = [*filter(None, dict.fromkeys(table.columns.kept.values()))]
    if kept:
        notes.append(_("คอลัมน์ที่ไม่รู้จัก เก็บไว้ในหมายเหตุ: %(columns)s", columns=", ".join(kept)))
    ignored = ", ".join(table.columns.ignored)
    if ignored:
        notes.append(_("ไม่ใช้คอลัมน์: %(columns)s", columns=ignored))
    for place, text in table.lines_outside():
        reason = _('"%(text)s" อยู่นอกตาราง ไม่ได้นำเข้า', text=shorten(text, QUOTED))
        notes.append(told_row(place, reason))
    return notes


def told_row(place: Place, reason: str) -> str:
    """Something about one row."""
    if place.sheet:
        return _(
            'แผ่นงาน "%(sheet)s" บรรทัด %(line)s: %(reason)s',
            sheet=place.sheet,
            line=place.line,
            reason=reason,
        )
    return _("บรรทัด %(line)s: %(reason)s", line=place.line, reason=reason)


def rejected_rest(count: int) -> str:
    """That there are more of them than are shown."""
    return _("และอีก %(count)s บรรทัด", count=count)


def rejected_file(path: str) -> str:
    """Where all of them stand."""
    return _("บรรทัดที่ไม่รับอยู่ใน %(path)s แก้แล้วนำเข้าไฟล์นั้นได้เลย", path=path)


def rejected_gone(path: str) -> str:
    """That the rows of an earlier try are not kept any longer."""
    return _("ลบ %(path)s ของครั้งก่อนแล้ว เพราะครั้งนี้รับทุกบรรทัด", path=path)
