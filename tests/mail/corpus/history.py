"""Mails with what others wrote below, as programs quote it in Thai and in English."""

from tests.mail.corpus.making import SENDER, Case, page, plain

OWN = "ได้รับแล้ว ขอบคุณค่ะ\n\n--\nสุดา ทองดี\nโทร. 081-234-5678"
OLD = "ส่งข้อมูลให้แล้วค่ะ"
HEADERS_EN = "From: NSO Services <services@nso.go.th>\nSent: Monday, November 30, 2026 10:00 AM\nTo: Suda <suda@x.th>\nSubject: RE: Data [R690001]"
HEADERS_TH = "จาก: NSO Services <services@nso.go.th>\nส่ง: 30 พฤศจิกายน 2569 10:00\nถึง: สุดา <suda@x.th>\nเรื่อง: ข้อมูล [R690001]"


def quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.split("\n"))


def above(name: str, middle: str, old: str = OLD) -> Case:
    """Own words above, history below."""
    raw = plain(f"{OWN}\n\n{middle}\n\n{old}")
    return Case(name, raw, {"text": OWN}, contains={"quoted": old})


FORM = "ข้าพเจ้าขอแจ้งดังนี้\nจาก: กรมการปกครอง\nถึง: สำนักงานสถิติแห่งชาติ\nเรื่อง: ขอข้อมูล"
CASES = [
    Case(
        "a sentence is no history",
        plain("เมื่อวันที่ 5 พ.ค. 2568 ท่านได้เขียนว่า:\nขอข้อมูลเพิ่ม"),
        {"quoted": ""},
    ),
    Case(
        "a form with an address is no history",
        plain("วันที่: 30 พ.ย. 2569\nจาก: สมชาย somchai@x.th\nเรื่อง: ขอข้อมูล"),
        {"quoted": ""},
    ),
    above(
        "Gmail, Thai",
        "เมื่อ จ. 30 พ.ย. 2026 เวลา 10:00 NSO <services@nso.go.th> เขียนว่า:",
        quoted(OLD),
    ),
    above(
        "Gmail, Thai, with another word",
        "ในวันที่ จ. 30 พ.ย. 2026 เวลา 10:00 NSO <services@nso.go.th>\nเขียนว่า:",
        quoted(OLD),
    ),
    above(
        "Gmail, English",
        "On Mon, Nov 30, 2026 at 10:00 AM NSO <services@nso.go.th> wrote:",
        quoted(OLD),
    ),
    above(
        "Gmail, wrapped",
        "On Mon, Nov 30, 2026 at 10:00 AM NSO Services of Thailand\n<services@nso.go.th> wrote:",
        quoted(OLD),
    ),
    above("Gmail, years ago", "2016-11-30 10:00 GMT+07:00 NSO <services@nso.go.th>:", quoted(OLD)),
    above(
        "Apple Mail, Thai",
        "เมื่อ 30 พ.ย. 2569 เวลา 10:00 NSO <services@nso.go.th> เขียนว่า:",
        quoted(OLD),
    ),
    above("Thunderbird, Thai", "เมื่อ 30/11/2026 10:00, NSO เขียน:", quoted(OLD)),
    above("Thunderbird, English", "On 30/11/2026 10:00, NSO wrote:", quoted(OLD)),
    above(
        "Yahoo",
        "On Monday, November 30, 2026 at 10:00:00 AM GMT+7, NSO <services@nso.go.th> wrote:",
    ),
    above(
        "Yahoo, Thai",
        "ใน วันจันทร์ที่ 30 พฤศจิกายน พ.ศ. 2569 10:00:00 GMT+7, NSO <services@nso.go.th> เขียนว่า:",
    ),
    above("Outlook, English", HEADERS_EN),
    above("Outlook, Thai", HEADERS_TH),
    above("Outlook on a telephone", f"________________________________\n{HEADERS_EN}"),
    above("Outlook, bold", HEADERS_EN.replace("From:", "*From:*").replace("Sent:", "*Sent:*")),
    above("Outlook of old", f"-----Original Message-----\n{HEADERS_EN}"),
    above(
        "Outlook without an address",
        "From: NSO Services\nSent: Monday, November 30, 2026 10:00 AM\nTo: Suda\nSubject: Data",
    ),
    above(
        "Samsung, Thai",
        "-------- ข้อความเดิม --------\nจาก: NSO <services@nso.go.th>\nวันที่: 30/11/26 10:00\nถึง: suda@x.th\nหัวเรื่อง: ข้อมูล",
    ),
    above(
        "forwarded by Gmail",
        "---------- Forwarded message ---------\nจาก: NSO <services@nso.go.th>\nDate: จ. 30 พ.ย. 2026 เวลา 10:00\nSubject: ข้อมูล\nTo: <suda@x.th>",
    ),
    above(
        "forwarded by Apple Mail",
        "Begin forwarded message:\n\nFrom: NSO <services@nso.go.th>\nSubject: Data\nDate: 30 November 2026 at 10:00\nTo: suda@x.th",
    ),
    above(
        "forwarded by Apple Mail, Thai",
        "เริ่มข้อความที่ส่งต่อ:\n\nจาก: NSO <services@nso.go.th>\nเรื่อง: ข้อมูล\nวันที่: 30 พฤศจิกายน 2569 เวลา 10:00\nถึง: suda@x.th",
    ),
    above(
        "forwarded by Thunderbird",
        "-------- Forwarded Message --------\nSubject: \tData\nDate: \tMon, 30 Nov 2026 10:00:00 +0700\nFrom: \tNSO <services@nso.go.th>\nTo: \tsuda@x.th",
    ),
    Case(
        "answers between the lines",
        plain(
            "On 30/11/2026 10:00, NSO wrote:\n> ปีไหนคะ\n> จังหวัดไหนคะ\nปี 2568 ค่ะ\n> ขอบคุณ\nขอนแก่นค่ะ"
        ),
        {"text": "ปี 2568 ค่ะ\nขอนแก่นค่ะ"},
        contains={"quoted": "> ปีไหนคะ"},
    ),
    Case(
        "answer below",
        plain("เมื่อ 30 พ.ย. 2569 NSO <a@x.th> เขียนว่า:\n> ปีไหนคะ\n\nปี 2568 ค่ะ"),
        {"text": "ปี 2568 ค่ะ"},
    ),
    Case("only forwarded", plain(f"{HEADERS_TH}\n\n{OLD}"), {"text": ""}, contains={"quoted": OLD}),
    Case(
        "one line with a sign",
        plain("ขอจำนวนผู้มีอายุ\n> 60 ปี ค่ะ"),
        {"text": "ขอจำนวนผู้มีอายุ\n> 60 ปี ค่ะ", "quoted": ""},
    ),
    Case("a form is no history", plain(FORM), {"text": FORM, "quoted": ""}),
    Case(
        "a writer is no history",
        plain("ผู้เขียน: 081-234-5678\nชื่อผู้เขียนรายงาน ปี 2568:\nสมชาย"),
        {"quoted": ""},
    ),
    Case(
        "thanks before the line",
        plain("Thanks\nOn Mon, 30 Nov 2026 NSO <a@x.th> wrote:\n> old\n> text"),
        {"text": "Thanks"},
    ),
    Case(
        "Outlook's page",
        page(
            "<p class=MsoNormal>ขอบคุณค่ะ</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p class=MsoNormal>"
            "<b>From:</b> NSO &lt;services@nso.go.th&gt;<br><b>Sent:</b> Monday 10:00<br><b>To:</b> Suda<br><b>Subject:</b> Data</p></div><p>เดิม</p>"
        ),
        {"text": "ขอบคุณค่ะ"},
        contains={"quoted": "เดิม"},
    ),
    Case(
        "sent from a telephone",
        f"{SENDER}\r\nขอบคุณ\r\n\r\nส่งจาก iPhone ของฉัน".encode(),
        {"text": "ขอบคุณ\n\nส่งจาก iPhone ของฉัน"},
    ),
]
