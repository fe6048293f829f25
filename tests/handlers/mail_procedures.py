"""The manual's procedures by e-mail, from a mail that comes in until it is closed and answered."""

from tests.fakes.incoming_mails import FIRST, a_mail, with_file
from tests.handlers.manual_procedures import (
    BY_MAIL,
    BY_MAIL_OWN,
    MATCHED,
    NEW,
    PROJECT,
    SAVE,
    TEXTS,
    Procedure,
)

SOMCHAI = "Somchai <somchai@example.com>"
KAMON = "Kamonchanok <kamon@example.ac.th>"
COLLEAGUE = "NSO Services <nso.services13@gmail.com>"
SECOND = "R2611000125"
NEW_CUSTOMER = ("ช่องชื่อ", "ช่องเพศ", "ช่องประเภท", "ช่องโทรศัพท์", "ช่องที่อยู่", "+เพิ่มและสร้างใบงาน")


def asked(name: str, subject: str, sender: str, title: str, text: str, answer: str) -> Procedure:
    """A question whose writer is known: matched, answered, sent and closed."""
    own = subject[0] in "1469" and subject != "9.1"
    customer = "C81554" if sender == SOMCHAI else "C70001"
    return Procedure(
        name,
        BY_MAIL_OWN if own else BY_MAIL,
        ("[รับเรื่องและจับคู่]", answer, "[ส่งและปิด]"),
        (
            "tickets",
            f"subject = '{subject}' AND status = 'closed' AND channel = 'email' "
            f"AND customer_code = '{customer}' AND result = '{answer}'",
        ),
        mails=(a_mail(text, title, sender),),
        sent=1,
    )


def thanked(name: str, subject: str, of: str, sender: str = SOMCHAI) -> Procedure:
    """Thanks for what was answered."""
    code = "C81554" if sender == SOMCHAI else "C70001"
    text = "ขอบคุณมากค่ะ ได้รับข้อมูลเรียบร้อยแล้ว"
    return Procedure(
        name,
        BY_MAIL,
        (f"[บันทึกขอบคุณ {subject}]",),
        (
            "tickets",
            f"subject = '{subject}' AND status = 'closed' AND customer_code = '{code}' "
            f"AND details = '{text}' AND result <> ''",
        ),
        (f"/open {code} เมล {of} ขอข้อมูล พ.ศ. 2562 => ส่งแล้ว ปิด",),
        mails=(a_mail(text, f"Re: [{FIRST}] ข้อมูล", sender),),
    )


def proof(
    name: str, subject: str, of: tuple[str, ...], label: str, text: str, file: str
) -> Procedure:
    """What is owed comes by mail, with its file."""
    return Procedure(
        name,
        BY_MAIL,
        (f"[ใช่ {label}]",),
        (
            "tickets",
            f"subject = '{subject}' AND status = 'closed' AND customer_code = 'C70001' AND EXISTS ("
            "SELECT 1 FROM files WHERE files.record = tickets.no)",
        ),
        tuple(f"/open C70001 เมล {each} => ส่งแล้ว ปิด" for each in of),
        mails=(with_file(text, f"Re: [{FIRST}]", file, KAMON),),
    )


FORWARD = """เรียนทีมงาน รบกวนดำเนินการด้วยค่ะ

---------- Forwarded message ---------
จาก: Somchai <somchai@example.com>
Date: พ. 18 พ.ย. 2569 เวลา 14:02
Subject: ขอ Data Dictionary
To: <nso.services13@gmail.com>

ขอ Data Dictionary ของข้อมูลระดับย่อยสำมะโนอุตสาหกรรม พ.ศ. 2560 ค่ะ
"""
SIGNED = (
    "ขอข้อมูลประชากรแฝงจังหวัดตากค่ะ\n\nขอแสดงความนับถือ\nนางสาววิภา รักเรียน\nสถาบันวิจัยตัวอย่าง\n"
    "45 หมู่ 3 ต.บ้านใหม่ อ.ปากเกร็ด จ.นนทบุรี 11120\nโทร. 02-123-4567"
)
COUNTED = "จำนวนผู้เข้าชมเว็บไซต์สถิติจังหวัดกระบี่ เดือนตุลาคม 2569 จำนวน 1,600 ราย"

MAIL_PROCEDURES = (
    asked(
        "1.2 แปะลิงก์ E-Mail", "1.2", SOMCHAI, "ขอลิงก์รายได้ครัวเรือน",
        "ขอลิงก์ดาวน์โหลดข้อมูลรายได้ครัวเรือนจากเว็บไซต์ค่ะ", "แนะนำข้อมูล SES 2562 ที่เมนูสำมะโน/สำรวจ",
    ),
    thanked("1.5 ขอบคุณ E-Mail", "1.5", "1.2"),
    asked(
        "4.1 บริการสิ่งพิมพ์ E-Mail", "4.1", SOMCHAI, "ขอไฟล์รายงาน",
        "ขอไฟล์หนังสือรายงานการสำรวจภาวะการทำงานของประชากร พ.ศ. 2543 ค่ะ", "นำไฟล์รายงานให้ผู้รับบริการค่ะ",
    ),
    asked(
        "6.1 ข้อมูลสถิติ E-Mail", "6.1", SOMCHAI, "ขอข้อมูลประชากรแฝง",
        "ขอข้อมูลประชากรแฝงจังหวัดตาก พ.ศ. 2560 ค่ะ", "แนบไฟล์ตารางข้อมูลประชากรแฝง พ.ศ. 2560 จังหวัดตาก",
    ),
    thanked("6.5 ขอบคุณ E-Mail", "6.5", "6.1"),
    asked(
        "7.2 แบบสอบถาม/Data Dict E-Mail", "7.2", KAMON, "ขอ Data Dictionary",
        "ขอแบบสอบถามและ Data Dictionary ของข้อมูลระดับย่อย สรง. พ.ศ. 2562 ค่ะ", "ส่ง Data Dict ข้อมูล สรง. พ.ศ. 2562",
    ),
    asked(
        "7.3 ใบเสนอราคา E-Mail", "7.3", KAMON, "ขอใบเสนอราคา",
        "ขอใบเสนอราคาข้อมูลระดับย่อย สรง. พ.ศ. 2562 ค่ะ", "ส่งใบเสนอราคาข้อมูล สรง. พ.ศ. 2562",
    ),
    asked(
        "7.6 เลือกตัวแปร E-Mail", "7.6", KAMON, "เลือกตัวแปร",
        "ส่งรายการตัวแปรที่เลือกของข้อมูลระดับย่อย สรง. พ.ศ. 2559-2561 ค่ะ", "ได้รับรายการตัวแปรแล้ว สรง. พ.ศ. 2559-2561",
    ),
    proof("7.8 หลักฐานการโอนเงิน E-Mail", "7.8", ("7.3 ใบเสนอราคา SES 2562",), "หลักฐานการชำระเงิน", "แนบสลิปโอนเงินค่ะ", "slip.png"),
    proof("7.10 User ส่งสัญญากลับมา E-Mail", "7.10", ("7.9 ส่งข้อมูลและสัญญา",), "สัญญาที่ลงนาม", "ส่งสัญญาที่ลงนามแล้วค่ะ", "contract.png"),
    proof("7.13 User ส่งผลงานวิจัย E-Mail", "7.13", ("7.9 ส่งข้อมูลและสัญญา", "7.10 ได้สัญญา"), "ผลงานวิจัย", "ส่งผลงานวิจัยที่ใช้ข้อมูลค่ะ", "thesis.png"),
    thanked("7.14 ขอบคุณ E-Mail", "7.14", "7.7", KAMON),
    asked(
        "8.2 ใบเสนอราคา (ประมวลผลใหม่) E-Mail", "8.2", KAMON, "ขอใบเสนอราคาประมวลผล",
        "ขอใบเสนอราคาการประมวลผลข้อมูลใหม่ SES พ.ศ. 2560 ค่ะ", "ส่งใบเสนอราคา SES 2560",
    ),
    proof("8.5 หลักฐานการโอนเงิน E-Mail", "8.5", ("8.2 ใบเสนอราคา SES 2562",), "หลักฐานการชำระเงิน", "แนบสลิปโอนเงินค่าประมวลผลค่ะ", "slip.png"),
    thanked("8.6 ขอบคุณ (ประมวลผลใหม่) E-Mail", "8.6", "8.1", KAMON),
    asked(
        "9.1 แบบสอบถามองค์กรระหว่างประเทศ E-Mail", "9.1", SOMCHAI, "MBS questionnaire",
        "Please complete the attached UN MBS questionnaire on international statistics.", "ส่งแบบสอบถาม MBS ให้ UN",
    ),
    asked(
        "11 ตอบแบบสอบถามให้หน่วยงานอื่น E-Mail", "11", SOMCHAI, "ขอความร่วมมือตอบแบบสอบถาม",
        "ขอความอนุเคราะห์สำนักงานสถิติแห่งชาติตอบแบบสอบถามของกรมการปกครอง", "ตอบแบบสอบถามให้กรมการปกครอง กระทรวงมหาดไทย",
    ),
    Procedure(
        "อีเมลที่ส่งต่อมา (สองใบงาน)",
        (*BY_MAIL, *NEW, *PROJECT, *TEXTS[:1], *SAVE),
        ("[แยกเป็นสองใบงาน]", "[ตอบทางอีเมล]", "ส่ง Data Dict สำมะโนอุตสาหกรรม 2560", "[ส่งและปิด]"),
        (
            "tickets",
            f"no = '{FIRST}' AND subject = 'mail.nso_services13' AND status = 'closed' AND result LIKE '%{SECOND}%' "
            f"AND EXISTS (SELECT 1 FROM tickets AS second WHERE second.no = '{SECOND}' "
            "AND second.customer_code = 'C81554' AND second.subject = '7.2' AND second.status = 'closed')",
        ),
        mails=(a_mail(FORWARD, "Fwd: ขอ Data Dictionary", COLLEAGUE),),
        sent=1,
    ),
    Procedure(
        "รายงานจำนวนผู้ใช้จากสถิติจังหวัด",
        BY_MAIL,
        ("[บันทึกจำนวนผู้ใช้ (1)]",),
        (
            "tickets",
            "subject = 'mail.provincial_users' AND province = 'กระบี่' AND user_count = 1600 AND status = 'closed'",
        ),
        mails=(a_mail(COUNTED, "รายงานจำนวนผู้ใช้", "Krabi <krabi@example.org>"),),
    ),
    Procedure(
        "อีเมลจากผู้รับบริการใหม่",
        (*MATCHED[:6], *NEW_CUSTOMER, *BY_MAIL_OWN[len(MATCHED) - 2 :]),
        ("[ผู้รับบริการใหม่]", "[อาจารย์]", "แนบไฟล์ตารางประชากรแฝง", "[ส่งและปิด]"),
        (
            "tickets",
            "subject = '6.1' AND status = 'closed' AND customer_code = 'C90211' AND EXISTS ("
            "SELECT 1 FROM customers WHERE code = 'C90211' AND name = 'นางสาววิภา รักเรียน')",
        ),
        mails=(a_mail(SIGNED, "ขอข้อมูลประชากรแฝง", "Wipa Rakrian <wipa@example.org>"),),
        sent=1,
    ),
)  # fmt: skip
"""In the manual's order."""
