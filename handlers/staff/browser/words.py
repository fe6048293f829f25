"""The words around what the desk says in a browser, in the reader's language."""

from handlers.i18n import _, language


def page_words() -> dict[str, str]:
    """What stands on every page, by the name that the pages call it."""
    return {
        "language": language(),
        "desk": _("เดสก์บริการข้อมูล"),
        "chat": _("แชต"),
        "board": _("กระดานงาน"),
        "reports": _("รายงาน"),
        "admin": _("ผู้ดูแลระบบ"),
        "logout": _("ออกจากระบบ"),
        "messages": _("ข้อความ"),
        "type": _("พิมพ์ข้อความ"),
        "placeholder": _("พิมพ์ชื่อ เบอร์โทร หรือคำสั่ง"),
        "send": _("ส่ง"),
        "attach": _("แนบไฟล์"),
        "shortcuts": _("Enter ส่ง · Alt+1–9 กดปุ่ม · Shift+Enter ขึ้นบรรทัดใหม่"),
        "copied": _("คัดลอกแล้ว"),
        "lost": _("ขาดการเชื่อมต่อ กำลังต่อใหม่ ข้อความที่พิมพ์ยังอยู่"),
        "renewed": _("ระบบเปลี่ยนรุ่นแล้ว โหลดหน้านี้ใหม่ ข้อความที่พิมพ์ยังอยู่"),
        "not_sent": _("ส่งไม่สำเร็จ ข้อความยังอยู่ ลองอีกครั้ง"),
        "over": _("หมดเวลาเข้าใช้แล้ว พิมพ์ เว็บ ในแชตส่วนตัวเพื่อเข้าใหม่"),
        "skip": _("ไปที่ช่องพิมพ์"),
        "earlier": _("ข้อความก่อนหน้านี้ดูได้ในแชตบนโทรศัพท์ หรือค้นหาใหม่"),
        "open_file": _("เปิดไฟล์"),
        "hello": _("สวัสดี พิมพ์ชื่อ เบอร์โทร อีเมล หรือรหัส เพื่อค้นหาได้เลย"),
        "start_menu": _("เมนู"),
        "start_my": _("ใบงานของฉัน"),
        "start_help": _("ช่วยเหลือ"),
        "more": _("ดูทั้งหมด"),
        "whole_form": _("กรอกทั้งหน้า"),
        "pick": _("เลือกวันที่นี้"),
    }


def board_words() -> dict[str, str]:
    """What stands on the board beside the page's own words."""
    return {
        **page_words(),
        "all": _("ทั้งหมด"),
        "who": _("เจ้าหน้าที่และทีม"),
        "sum": _("รวม"),
        "mails": _("อีเมลใหม่ยังไม่มีคนรับ"),
        "owed": _("ค้างส่งสำนักงาน"),
        "owed_late": _("ค้างส่งเกินกำหนด"),
        "oldest": _("ค้างส่งนานที่สุด"),
        "health": _("สถานะระบบ"),
        "tickets": _("ใบงาน"),
        "nothing": _("ไม่มีใบงานตามที่เลือก"),
        "more_rows": _("แสดงบางส่วน เลือกคนหรือสถานะเพื่อดูที่เหลือ"),
        "assign": _("มอบหมาย"),
        "assign_to": _("มอบหมายให้"),
        "drag": _("ลากใบงานไปที่ชื่อเพื่อมอบหมาย หรือเลือกชื่อแล้วกดมอบหมาย"),
    }


def form_words() -> dict[str, str]:
    """What stands on a form's page beside the page's own words."""
    return {
        **page_words(),
        "missing": _("ยังขาด"),
        "required": _("ต้องกรอก"),
        "kept": _("เก็บร่างแล้ว"),
        "back": _("กลับไปที่แชต"),
    }


def launch_words() -> dict[str, str]:
    """What stands on the pages of reports and of administration."""
    return {
        **page_words(),
        "answers_in_chat": _("คำตอบ รูป และไฟล์แสดงในแชต"),
        "question": _("ถามตัวเลข หรือพิมพ์ช่วงเวลา"),
        "questions": _("เดือนนี้\nเดือนที่แล้ว ตามช่องทาง\nปีงบนี้ ตามเรื่อง"),
        "ask": _("ดูรายงาน"),
    }


def door_words() -> dict[str, str]:
    """What is said where somebody logs in; strangers learn nothing else."""
    return {
        "language": language(),
        "desk": _("เดสก์บริการข้อมูล"),
        "how": _("พิมพ์ เว็บ หรือ /web ในแชตส่วนตัวกับบอท แล้วเปิดลิงก์ที่ได้"),
        "enter": _("เข้าใช้งาน"),
        "sure": _("ลิงก์นี้ใช้ได้ครั้งเดียว กดปุ่มเพื่อเข้าใช้งานในเบราว์เซอร์นี้"),
        "home": _("ไปหน้าแรก"),
        "waiting": _("กำลังเข้าใช้งาน"),
    }


def refusals() -> dict[str, str]:
    """Why something is not taken, one sentence each, by its code."""
    return {
        "login": _("ลิงก์นี้ใช้ไปแล้วหรือหมดเวลา พิมพ์ เว็บ ในแชตส่วนตัวเพื่อขอลิงก์ใหม่"),
        "proof": _("เข้าใช้ไม่ได้ ปิดหน้านี้แล้วเปิดใหม่จากแชต หรือพิมพ์ เว็บ ในแชตส่วนตัว"),
        "unknown": _("บัญชีนี้ยังไม่ได้เชื่อมกับเจ้าหน้าที่ หรือถูกระงับ ติดต่อผู้ดูแลระบบ"),
        "session": _("หมดเวลาเข้าใช้แล้ว พิมพ์ เว็บ ในแชตส่วนตัวเพื่อเข้าใหม่"),
        "foreign": _("คำขอนี้ไม่ได้มาจากหน้านี้ จึงไม่ได้บันทึก โหลดหน้านี้ใหม่แล้วลองอีกครั้ง"),
        "too_large": _("ใหญ่เกินกว่าที่รับได้ จึงไม่ได้บันทึก ส่งได้ไม่เกิน 20 MB"),
        "too_long": _("ข้อความยาวเกินไป แบ่งส่งเป็นหลายข้อความ"),
        "empty": _("ไม่มีอะไรให้ส่ง พิมพ์ข้อความ หรือเลือกไฟล์ก่อน"),
        "away": _("ระบบยังบันทึกไม่ได้ ข้อความยังอยู่ ลองอีกครั้ง"),
        "nothing": _("ไม่มีหน้านี้"),
    }
