"""Mails in Thai charsets, as they are declared, and as they lie."""

from base64 import b64encode
from quopri import encodestring

from tests.mail.corpus.making import HEAD, QUESTION, Case, crlf, plain

READ = {"text": QUESTION, "subject": "Data"}
THAI_DASH = "ประชากร – ปี “2568” … จบ"
CUT = "ขอข้อมูลประชากรทั้งประเทศ".encode()[:-1]


def encoded(charset: str, how: str) -> bytes:
    data = crlf(QUESTION).encode(charset)
    top = f"{HEAD}Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {how}\r\n\r\n"
    body = b64encode(data) if how == "base64" else encodestring(data)
    return top.encode() + body


CASES = [
    Case("UTF-7 of old Outlook", plain("Fr+APY-sche", "ascii", "utf-7"), {"text": "Frösche"}),
    Case(
        "Portuguese that says nothing",
        plain("Formação e Verão", "latin-1", ""),
        {"text": "Formação e Verão"},
    ),
    Case("utf-8", plain(QUESTION), {**READ, "notes": ()}),
    Case("tis-620", plain(QUESTION, "tis-620"), {**READ, "notes": ()}),
    Case("windows-874", plain(QUESTION, "cp874", "windows-874"), {**READ, "notes": ()}),
    Case("iso-8859-11", plain(QUESTION, "iso8859-11", "ISO-8859-11"), {**READ, "notes": ()}),
    Case("tis620-2533", plain(QUESTION, "cp874", "TIS-620-2533"), {**READ, "notes": ()}),
    Case("874 punctuation in TIS-620", plain(THAI_DASH, "cp874", "tis-620"), {"text": THAI_DASH}),
    Case(
        "874 declared as UTF-8", plain(QUESTION, "cp874", "utf-8"), READ, notes=("charset_guessed",)
    ),
    Case(
        "874 declared as us-ascii",
        plain(QUESTION, "cp874", "us-ascii"),
        READ,
        notes=("charset_guessed",),
    ),
    Case(
        "874 declared as latin-1",
        plain(QUESTION, "cp874", "iso-8859-1"),
        READ,
        notes=("charset_guessed",),
    ),
    Case("874 declared as windows-1252", plain(QUESTION, "cp874", "windows-1252"), READ),
    Case("874 undeclared", plain(QUESTION, "cp874", ""), READ, notes=("charset_guessed",)),
    Case(
        "874 unknown-8bit",
        plain(QUESTION, "cp874", "unknown-8bit"),
        READ,
        notes=("charset_guessed",),
    ),
    Case("874 in a charset nobody knows", plain(QUESTION, "cp874", "x-thai-office"), READ),
    Case(
        "UTF-8 declared as TIS-620",
        plain(QUESTION, "utf-8", "tis-620"),
        READ,
        notes=("charset_guessed",),
    ),
    Case("UTF-8 declared as latin-1", plain(QUESTION, "utf-8", "iso-8859-1"), READ),
    Case("UTF-8 undeclared", plain(QUESTION, "utf-8", ""), READ),
    Case("UTF-8 with its mark", plain("\ufeff" + QUESTION), READ),
    Case("UTF-16", plain(QUESTION, "utf-16"), READ),
    Case(
        "charset that is no charset",
        plain("Hello there", "ascii", "base64"),
        {"text": "Hello there"},
    ),
    Case(
        "cut within a letter",
        HEAD.encode() + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + CUT,
        contains={"text": "ขอข้อมูลประชากรทั้งประเท"},
        notes=("characters_lost",),
    ),
    Case(
        "French stays French",
        plain("Déjà vu, à bientôt: 30 €", "cp1252", "windows-1252"),
        {"text": "Déjà vu, à bientôt: 30 €"},
    ),
    Case(
        "Japanese",
        plain("人口統計をお願いします", "iso-2022-jp"),
        {"text": "人口統計をお願いします"},
    ),
    Case(
        "Chinese beyond its charset",
        plain("人口统计 朱镕基", "gb18030", "gb2312"),
        {"text": "人口统计 朱镕基"},
    ),
    Case("TIS-620 in base64", encoded("tis-620", "base64"), READ),
    Case("TIS-620 in quoted-printable", encoded("tis-620", "quoted-printable"), READ),
    Case("UTF-16 without a mark", encoded("utf-16le", "base64"), READ),
    Case(
        "plain text that is called UTF-16",
        plain("hello there", "ascii", "utf-16"),
        {"text": "hello there"},
    ),
    Case("sara am taken apart", plain("น\u0e4d\u0e32"), {"text": "นำ"}),
    Case("what nobody sees", plain("ประ\u200bชา\u00adกร \u202eabc\u202c"), {"text": "ประชากร abc"}),
    Case("decomposed accents", plain("cafe\u0301"), {"text": "café"}),
]
