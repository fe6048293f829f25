"""The procedures of the office's manual: what each takes in the web CRM, and how an officer does it
here.
"""

from dataclasses import dataclass

# The web's side, from the manual's steps. A step is one field that is filled or chosen, or one
# click.
SEARCH = ("เมนูผู้ติดต่อ", "ช่องชื่อ เบอร์โทร หรืออีเมล", "ค้นหา")
FOUND = (*SEARCH, "คลิกรายชื่อ")
SUBJECT = ("ไอคอนประเภทเรื่อง", "คลิกประเภทเรื่อง")
TEXTS = ("ช่องรายละเอียด", "ช่องผลของการให้บริการ")
PROJECT = ("ช่องชื่อโครงการ",)
SAVE = ("บันทึก",)
CLOSE_OPENED = ("เปลี่ยนสถานะ", "ช่องสถานะ ปิด", "ช่องงานที่ดำเนินการเสร็จแล้ว", "บันทึก")
CLOSE = ("คลิกใบงานในประวัติการติดต่อ", *CLOSE_OPENED)
RECEIPT = ("ช่องราคา", "ช่องเลขที่ใบเสร็จ", "ช่องวันที่ในใบเสร็จ")
LETTER = ("ช่องเลขที่หนังสือ", "ช่องลงวันที่", "ช่องวัตถุประสงค์")
NEW = (*FOUND, *SUBJECT, "ช่องช่องทาง")
MATCHED = (
    *("เมนูใบงานของฉัน", "ใหม่", "เปิดใบงาน"),
    *("ปุ่มค้นหาที่ผู้รับบริการ", "ช่องชื่อผู้รับบริการ", "ค้นหา", "ไอคอนผู้ติดต่อ", "เลือกผู้ติดต่อ"),
)
BY_MAIL = (*MATCHED, *SUBJECT, "ช่องผลของการให้บริการ", *SAVE, *CLOSE_OPENED)
BY_MAIL_OWN = (*MATCHED, *SUBJECT, *PROJECT, "ช่องผลของการให้บริการ", *SAVE, *CLOSE_OPENED)
ASKED = (*NEW, *TEXTS, *SAVE, *CLOSE)
ASKED_OWN = (*NEW, *PROJECT, *TEXTS, *SAVE, *CLOSE)
SALE = (*NEW, *PROJECT, *TEXTS, *RECEIPT, *SAVE, *CLOSE)
BY_LETTER = (*NEW, *PROJECT, *TEXTS, *LETTER, *SAVE, *CLOSE)
OPENED = (*FOUND, "คลิกใบงานในประวัติการติดต่อ")
DETAIL = (*FOUND, "รายละเอียด")

NO = "R2611000124"
CALLER, NAME, SENDER = "0812345678", "สมชาย ใจดี", "somchai@example.com"
"""What a caller, a letter and a mail say by themselves; nobody knows a code or a number by
heart.
"""
OPEN_TICKET = "/open C81554 เมล 6.1 ขอข้อมูลประชากรแฝงจังหวัดตาก"


@dataclass(frozen=True, slots=True)
class Procedure:
    """One row. `here`: messages, and taps as "[label]"; `saved`: a table and what must hold of
    exactly one row of it.

    `before` is what stands already and counts on neither side; then these `mails` come in, and so
    many are `sent` in the end.
    """

    name: str
    there: tuple[str, ...]
    here: tuple[str, ...]
    saved: tuple[str, str]
    before: tuple[str, ...] = ()
    mails: tuple[bytes, ...] = ()
    sent: int = 0


def by_subject(name: str, words: str, label: str, text: str, subject: str) -> Procedure:
    """An e-mail whose subject has no number: found among the subjects by a word of its name, then
    answered.
    """
    holds = f"subject = '{subject}' AND channel = 'email' AND status = 'closed' AND customer_code = 'C81554'"
    moves = (f"ประเภทเรื่อง {words}", f"[{label}]", SENDER, "[E-Mail]", text)
    return Procedure(name, BY_MAIL, moves, ("tickets", holds))


def closed(
    name: str,
    there: tuple[str, ...],
    line: str,
    subject: str,
    channel: str,
    *more: str,
    also: str = "",
) -> Procedure:
    """A ticket of one line that is closed in the end, with the answers to what it is asked."""
    holds = (
        f"subject = '{subject}' AND channel = '{channel}' AND status = 'closed' AND result <> ''"
    )
    typed = f"สร้างใบงาน {line}".replace(" => ", "\n")
    return Procedure(
        name, there, (typed, *more), ("tickets", f"{holds} AND {also}" if also else holds)
    )


LFS, SES = (
    "projects = 'สำรวจภาวะการทำงานของประชากร'",
    "projects = 'สำรวจภาวะเศรษฐกิจและสังคมของครัวเรือน'",
)
RECEIVED = "letter_no = '512' AND letter_on = '2026-11-20' AND purpose LIKE 'เพื่อ%'"

PROCEDURES = (
    # DOMAIN.md section 2: customers.
    Procedure("ค้นหาผู้รับบริการ", FOUND, ("0812345678",), ("audit", "action = 'customer.read' AND record = 'C81554'")),
    Procedure(
        "ไม่พบ สร้างผู้รับบริการใหม่",
        (*SEARCH, "ช่องชื่อ", "ช่องเพศ", "ช่องประเภท", "ช่องโทรศัพท์", "ช่องที่อยู่", "+เพิ่มและสร้างใบงาน"),
        ("เพิ่มผู้รับบริการ นางสาวมาลี สุขสันต์ 0898765432", "[ประชาสังคม/ประชาชน]", "12 ถ.มหาราช อ.เมือง กระบี่"),
        (""
        "customers", "name = 'นางสาวมาลี สุขสันต์' AND gender = 'female' AND kind = 'citizen' AND phone = '+66898765432'"),
    ),
    Procedure(
        "แก้ไขส่วนที่ 1 ผู้รับบริการ",
        (*DETAIL, "ช่องชื่อ", "ช่องเพศ", "ช่องประเภท", *SAVE),
        ("สมชาย ดีใจ", "แก้ไข C90210\nชื่อ นายสมชาย ดีใจมาก\nเพศ ชาย\nประเภท อาจารย์/นักวิจัย (สถาบันการศึกษา)",),
        ("customers", "code = 'C90210' AND name = 'นายสมชาย ดีใจมาก' AND gender = 'male' AND kind = 'academic'"),
    ),
    Procedure(
        "แก้ไขส่วนที่ 2 ที่อยู่",
        (*DETAIL, "เมนูที่อยู่", "ช่องที่อยู่สำหรับติดต่อ 1", *SAVE),
        (NAME, "แก้ไข C81554 ที่อยู่ 99/1 ถ.อุตรกิจ อ.เมือง กระบี่",),
        ("addresses", "customer_code = 'C81554' AND address = '99/1 ถ.อุตรกิจ อ.เมือง กระบี่'"),
    ),
    Procedure(
        "แก้ไขส่วนที่ 3 ผู้ติดต่อ",
        (*DETAIL, "เมนูผู้ติดต่อ", "คลิกผู้ติดต่อ", "ช่องชื่อ", "ช่องโทรศัพท์", "ช่องมือถือ", "ช่องอีเมล", *SAVE),
        ("กมลชนก", "แก้ไข C70001 ผู้ติดต่อ", "[น.ส.นิดา]", "[แก้ไข]", "น.ส.นิดา ใจงาม 0811112222 nida@example.ac.th"),
        ("contacts", "name = 'น.ส.นิดา ใจงาม' AND mobile = '+66811112222' AND email = 'nida@example.ac.th'"),
    ),
    Procedure(
        "พบหลายรหัส แจ้งผู้ดูแลระบบ",
        (*FOUND, *FOUND, "จดรหัสและชื่อส่งผู้ดูแลระบบ"),
        ("สมชาย", "รหัสซ้ำ C81554 C90210"),
        ("duplicates", "one = 'C81554' AND other = 'C90210' AND state = 'reported'"),
    ),
    # Section 3: the ticket.
    Procedure(
        "สร้างใบงานใหม่ทีละขั้น แล้วปิด (1.1 โทรศัพท์)",
        ASKED_OWN,
        ("0812345678", "[สร้างใบงาน]", "สอบถามรายได้ครัวเรือน\nแนะนำข้อมูล SES 2562 ที่เว็บไซต์ สสช. ปิด"),
        ("tickets", "subject = '1.1' AND channel = 'phone' AND status = 'closed' AND customer_code = 'C81554'"),
    ),
    Procedure(
        "ใบงานย้อนหลัง ผู้รับผิดชอบเป็นคนอื่น เร่งด่วน",
        (*NEW, *TEXTS[:1], ""
        "ไอคอนผู้รับผิดชอบ", "ช่องชื่อ", "เลือกชื่อ", "ความเร่งด่วน", "ไอคอนวันที่", "เลือกวันที่", *SAVE),
        (f"สร้างใบงาน เมื่อวาน {CALLER} โทร 6.2 ด่วนที่สุด ขอสถิติอุบัติเหตุ", f"ส่งต่อ {NO} ให้ต้น"),
        ("tickets", "subject = '6.2' AND urgency = 'urgent' AND assignee_id = 2 AND created_at LIKE '2026-11-22%'"),
    ),
    Procedure(
        "ใบงานห้าโครงการ",
        (
            *(*NEW, *TEXTS, *PROJECT, *("+", "ช่องชื่อโครงการ") * 3, *SAVE),
            *("คลิกใบงานในประวัติการติดต่อ", "+", "ช่องชื่อโครงการ", *SAVE),
        ),
        (f"สร้างใบงาน {SENDER} เมล 6.1 ขอตาราง สรง. 2562, SES 2562, HWS "
        f"2562, แรงงานนอกระบบ 2562, ประชากรแฝง 2562\nส่งแล้ว",),
        ("tickets", "subject = '6.1' AND length(projects) - length(replace(projects, char(10), '')) = 4"),
    ),
    Procedure(
        "เพิ่มเหตุผล/ปัญหา/อุปสรรค",
        (*OPENED, "ช่องเหตุผล/ปัญหา/อุปสรรค", *SAVE),
        (NAME, f"หมายเหตุ {NO} ศูนย์ข้อมูลตอบช้า"),
        ("tickets", "remarks = 'ศูนย์ข้อมูลตอบช้า'"),
        (OPEN_TICKET,),
    ),
    Procedure(
        "แก้ไขใบงานที่บันทึกแล้ว",
        (*OPENED, "ช่องผลของการให้บริการ", "ช่องชื่อโครงการ", *SAVE),
        (NAME, f"แก้ไข {NO}\nผล แนบไฟล์ตาราง\nโครงการ ประชากรแฝง 2560"),
        ("tickets", "result = 'แนบไฟล์ตาราง' AND projects = 'สำรวจประชากรแฝง' AND status = 'open'"),
        (OPEN_TICKET,),
    ),
    Procedure(
        "ปิดใบงานที่ค้าง",
        (*OPENED, "ช่องผลของการให้บริการ", *SAVE, *CLOSE_OPENED),
        (NAME, f"[ปิดใบงาน {NO}]", "แนบไฟล์ตารางข้อมูลประชากรแฝง พ.ศ. 2560 จังหวัดตาก"),
        ("tickets", "status = 'closed' AND result LIKE 'แนบไฟล์%'"),
        (OPEN_TICKET,),
    ),
    Procedure(
        "เปลี่ยนผู้รับผิดชอบ",
        (*OPENED, "ไอคอนผู้รับผิดชอบ", "ช่องชื่อ", "เลือกชื่อ", *SAVE),
        (NAME, f"ส่งต่อ {NO} ให้ต้น"),
        ("hand_overs", f"ticket_no = '{NO}' AND receiver_id = 2"),
        (OPEN_TICKET,),
    ),
    # Section 4: incoming mail.
    by_subject(
        "รับข้อมูลจากศูนย์/กอง/กลุ่มอื่นเพื่อเผยแพร่", "เผยแพร่", "รับข้อมูลจาก",
        "ข้อมูล ปปส. "
        "จากกลุ่มสถิติแรงงาน\nรับข้อมูลตารางแรงงานจำแนกตามกิจการ 5 ประเภท พ.ศ. 2562 ปิด", "mail.publish_data",
    ),
    by_subject(
        "รับเรื่องส่งงานสารบรรณ", "สารบรรณ", "รับเรื่องส่งงานสารบรรณ",
        "หนังสือเชิญประชุม\nส่งงานสารบรรณแล้ว ปิด", "mail.records",
    ),
    by_subject(
        "ส่งต่อให้หน่วยงานอื่น", "ส่งต่อ", "ส่งต่อให้หน่วยงานอื่น",
        "ขอข้อมูลราคายาง\nส่งต่อสำนักงานเศรษฐกิจการเกษตร ปิด", "mail.forwarded_agency",
    ),
    by_subject("เรื่องอื่น ๆ", "เรื่องอื่น", "เรื่องอื่น", "เชิญอบรม\nรับทราบ ปิด", "mail.other"),
    # Section 4: numbered subjects.
    closed(
        "1.1 แนะนำ ให้คำปรึกษา โทรศัพท์", ASKED_OWN,
        "0812345678 โทร 1.1 สอบถามข้อมูลรายได้ รายจ่าย ของครัวเรือน => แนะนำข้อมูลโครงการสำรวจภาวะเศรษฐกิจและสังคม"
        "ของครัวเรือน พ.ศ. 2562 ที่หน้าเว็บไซต์ เมนู สำมะโน/สำรวจ ปิด", "1.1", "phone", also=SES,
    ),
    closed(
        "2 บริการห้องสมุด มาเอง", ASKED,
        "0812345678 มาเอง เรื่อง 2 ยืมหนังสือ => ยืมหนังสือโครงการสำมะโนประชากรและเคหะ พ.ศ. 2553 ปิด", "2", "walk_in",
    ),
    closed(
        "3 บริการข้อมูลข่าวสาร มาเอง", ASKED,
        "0812345678 มาเอง 3 ศึกษา พ.ร.บ. ข้อมูลข่าวสาร => "
        "ดูรายละเอียดที่ห้องสมุดสำนักงานสถิติแห่งชาติ ปิด", "3", "walk_in",
    ),
    closed(
        "4.1 บริการสิ่งพิมพ์ มาเอง", SALE,
        "0812345678 มาเอง 4.1 ซื้อหนังสือ => ซื้อหนังสือ สรง. ไตรมาส 2 "
        "พ.ศ. 2562 ราคา 350 ใบเสร็จ 12/345 23 พ.ย. 69 ปิด",
        "4.1", "walk_in", also=f"price = '350.00' AND receipt_no = '12/345' AND receipt_on = '2026-11-23' AND {LFS}",
    ),
    closed(
        "4.1 บริการสิ่งพิมพ์ หนังสือ", BY_LETTER,
        "สมชาย ใจดี หนังสือ 4.1 เลขรับ 512 20 พ.ย. 69 "
        "ขอรายงานโครงการสำรวจภาวะการทำงานของประชากร พ.ศ. ๒๕๖๐ => ที่ สธ 0207/11 "
        "ลว. 18 พ.ย. 69 ตอบ ดศ 0504/292 ลว. 23 พ.ย. 69 ส่งทางไปรษณีย์ ปิด",
        "4.1", "letter", "เพื่อนำไปใช้ประกอบการทำงานจิตอาสา", also=f"{RECEIVED} AND {LFS}",
    ),
    closed(
        "5 ถ่ายเอกสาร มาเอง", (*NEW, *TEXTS, *RECEIPT, *SAVE, *CLOSE),
        "0812345678 มาเอง 5 ถ่ายเอกสารโครงการสำมะโนอุตสาหกรรม พ.ศ. 2560 => "
        "ให้สำเนา ราคา 20 ใบเสร็จ 12/346 23 พ.ย. 69 ปิด",
        "5", "walk_in", also="price = '20.00' AND receipt_no = '12/346' AND receipt_on = '2026-11-23'",
    ),
    closed(
        "6.1 ข้อมูลสถิติ มาเอง โทรศัพท์", ASKED_OWN,
        "0812345678 โทร 6.1 สอบถามข้อมูลจำนวนแรงงาน และผู้ว่างงาน => ให้ข้อมูลจาก สรง. ไตรมาสที่ 1-3 พ.ศ. 2562 ปิด",
        "6.1", "phone", also=f"{LFS} AND data_years LIKE '%2562%'",
    ),
    closed(
        "6.4 ข้อมูลสถิติ หนังสือ", BY_LETTER,
        "สมชาย ใจดี หนังสือ 6.4 เลขรับ 512 20 พ.ย. 69 "
        "ขอความอนุเคราะห์ข้อมูลสถิติอุบัติภัย พ.ศ. 2550 - 2562 => ที่ 1704/204 "
        "ลงวันที่ 16 พ.ย. 69 ดศ 0504/292 ลงวันที่ 23 พ.ย. 69 ปิด",
        "6.4", "letter", "เพื่อนำไปใช้ประกอบการศึกษาโครงการ TOD", also=RECEIVED,
    ),
    *(
        closed(f"{code} {name} {word}", there, f"{who} {typed} {code} {line} ปิด", code, channel)
        for code, name, typed, line in (
            (""
            "7.1", "แนะนำให้คำปรึกษา", "โทร", "ถามความคืบหน้า => แจ้งว่าอยู่ระหว่างดำเนินการขออนุมัติข้อมูล พ.ศ. 2560"),
            (""
            "7.5", "ตามโครงร่างงานวิจัย", "เมล", "ตามโครงร่าง => แจ้งผู้รับบริการส่งโครงร่างงานวิจัย ข้อมูล พ.ศ. 2561"),
            ("7.7", "แจ้งให้มารับข้อมูล", "เมล", "แจ้งผู้รับบริการให้มารับข้อมูล => แจ้งแล้ว ข้อมูล พ.ศ. 2562"),
            ("7.9", "ส่งข้อมูล/สัญญา/ใบเสร็จ", "เมล", "นำส่งหนังสือ HWS 2562 => นำส่งหนังสือและหลักเกณฑ์การใช้ข้อมูล"),
            ("7.11", "ติดตามสัญญา", "โทร", "แจ้งให้ส่งสัญญากลับมา สสช. => ข้อมูล พ.ศ.2562"),
            ("7.12", "ติดตามผลงานวิจัย", "โทร", "แจ้งให้ส่งผลงานวิจัย => ข้อมูล พ.ศ.2562"),
        )
        for word, channel, there, who in (
            ("โทรศัพท์", "phone", ASKED, "ผศ.ดร.กมลชนก รัตนพิทักษ์")
            if typed == "โทร"
            else ("E-Mail", "email", BY_MAIL, "kamon@example.ac.th"),
        )
    ),
    closed(
        "7.4 หนังสือขอข้อมูลระดับย่อย หนังสือ", BY_LETTER,
        "ผศ.ดร.กมลชนก รัตนพิทักษ์ หนังสือ 7.4 เลขรับ 512 20 พ.ย. 69 "
        "ขอข้อมูลระดับย่อย สรง. 2559-2560 => ที่ อว 64.19/00271 ลว. 19 พ.ย. 69 "
        "ที่ ดศ 0504/513 ลว. 23 พ.ย. 69 เลขที่สัญญา 81/2569 ปิด",
        "7.4", "letter", "เพื่อใช้ประกอบการจัดทำโครงการวิจัยเรื่องค่าจ้าง", also=f"{RECEIVED} AND {LFS}",
    ),
    closed(
        "8.1 แนะนำ ให้คำปรึกษา (ประมวลผลใหม่) โทรศัพท์", ASKED,
        "ผศ.ดร.กมลชนก รัตนพิทักษ์ โทร 8.1 ขอข้อมูลประมวลผล ICT ครัวเรือน => "
        "แนะนำให้ทำหนังสือขอความอนุเคราะห์ ข้อมูล พ.ศ. 2562 ปิด", "8.1", "phone",
    ),
    closed(
        "8.3 หนังสือขอข้อมูล (ประมวลผลใหม่) หนังสือ", (*NEW, *TEXTS, *LETTER, *RECEIPT, *SAVE, *CLOSE),
        "ผศ.ดร.กมลชนก รัตนพิทักษ์ หนังสือ 8.3 เลขรับ 512 20 พ.ย. 69 "
        "ขอข้อมูลลูกจ้างที่ถูกเลิกจ้าง พ.ศ. 2552 – 2562 ราคา 1,500 ใบเสร็จ 12/347 "
        "23 พ.ย. 69 => ที่ อว 0012/927 ลว. 18 พ.ย. 69 ที่ ดศ 0504/286 ลว. 23 พ.ย. 69 ปิด",
        "8.3", "letter", "เพื่อใช้ในงานวิจัย", also=f"{RECEIVED} AND price = '1500.00' AND receipt_no = '12/347'",
    ),
    closed(
        "8.4 แจ้งให้มารับข้อมูล E-Mail", BY_MAIL,
        "kamon@example.ac.th เมล 8.4 แจ้งให้มารับ => นำส่งข้อมูลสรุปจำนวนแรงงาน ข้อมูล พ.ศ. 2562 ปิด", "8.4", "email",
    ),
    closed(
        "10 เผยแพร่ข่าวประชาสัมพันธ์ Facebook", ASKED_OWN,
        "facebook 10 เผยแพร่ข่าวประชาสัมพันธ์ จากผลการสำรวจภาวะการทำงานของประชากร เดือนกุมภาพันธ์ พ.ศ. 2563 => "
        "เผยแพร่ข่าวแล้ว https://www.facebook.com/nso.thailand/posts/123 ปิด", "10", "facebook", also=LFS,
    ),
    closed(
        "12 หน่วยงานอื่นตอบแบบสอบถามของ สสช.", ASKED,
        "somchai@example.com เมล 12 "
        "ธนาคารกรุงไทยตอบแบบสอบถามความพึงพอใจ => ธนาคารกรุงไทยตอบแบบสอบถามความพึงพอใจ ปิด", "12", "email",
    ),
)  # fmt: skip
"""In the manual's order."""

BY_TAPS = (
    Procedure(
        "6.1 ข้อมูลสถิติ E-Mail",
        BY_MAIL_OWN,
        ("ประเภทเรื่อง 6", "[6.1]", SENDER, "[E-Mail]", "ขอข้อมูลประชากรแฝง\nแนบไฟล์ตาราง ปิด"),
        (
            "tickets",
            "subject = '6.1' AND channel = 'email' AND status = 'closed' AND projects = 'สำรวจประชากรแฝง'",
        ),
    ),
    Procedure(
        "4.1 บริการสิ่งพิมพ์ มาเอง",
        SALE,
        (
            *("ประเภทเรื่อง มาเอง", "[4.1]", CALLER),
            *("ซื้อหนังสือ สรง. ไตรมาส 2 พ.ศ. 2562\nขายแล้ว ปิด", "350", "12/345 23 พ.ย. 69"),
        ),
        (
            "tickets",
            f"subject = '4.1' AND status = 'closed' AND price = '350.00' AND receipt_on = '2026-11-23' AND {LFS}",
        ),
    ),
    Procedure(
        "6.4 ข้อมูลสถิติ หนังสือ",
        BY_LETTER,
        (
            *("ประเภทเรื่อง หนังสือ", "[6.4]", NAME),
            *(
                "ขอสถิติอุบัติภัย พ.ศ. 2550 - 2562\nที่ 1704/204 ตอบ ดศ 0504/292 ปิด",
                "512 20 พ.ย. 69",
                "เพื่อการศึกษา",
            ),
        ),
        ("tickets", f"subject = '6.4' AND status = 'closed' AND {RECEIVED}"),
    ),
    Procedure(
        "ปิดใบงานที่ค้าง",
        (*OPENED, "ช่องผลของการให้บริการ", *SAVE, *CLOSE_OPENED),
        (NAME, f"[ปิดใบงาน {NO}]", "แนบไฟล์ตาราง"),
        ("tickets", "status = 'closed' AND result = 'แนบไฟล์ตาราง'"),
        (OPEN_TICKET,),
    ),
    Procedure(
        "เพิ่มเหตุผล/ปัญหา/อุปสรรค",
        (*OPENED, "ช่องเหตุผล/ปัญหา/อุปสรรค", *SAVE),
        (NAME, f"[{NO}]", "ศูนย์ข้อมูลตอบช้า", f"[ใช้เป็นหมายเหตุของ {NO}]"),
        ("tickets", "remarks = 'ศูนย์ข้อมูลตอบช้า'"),
        (OPEN_TICKET,),
    ),
    Procedure(
        "เปลี่ยนผู้รับผิดชอบ",
        (*OPENED, "ไอคอนผู้รับผิดชอบ", "ช่องชื่อ", "เลือกชื่อ", *SAVE),
        (NAME, f"[{NO}]", "[เพิ่มเติม]", "[มอบหมาย]", "[ต้น]"),
        ("hand_overs", f"ticket_no = '{NO}' AND receiver_id = 2"),
        (OPEN_TICKET,),
    ),
)
"""The same without knowing the one line: subject and channel tapped, what is missing answered when
it is asked.
"""

MISSES = ("แก้ไขส่วนที่ 3 ผู้ติดต่อ",)
"""Rows that take more than a third: finding the customer counts, and a contact is chosen from two
lists.
"""
MISSES_BY_TAPS = ("เพิ่มเหตุผล/ปัญหา/อุปสรรค", "เปลี่ยนผู้รับผิดชอบ")
"""The same by taps alone: the web's seven and nine leave room for two and three."""
