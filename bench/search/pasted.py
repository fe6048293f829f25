"""What people paste from mails, cards and forms, or read aloud: each gives the text, and what a hit
must have that is not the very customer; None where a customer has no such thing.
"""

import random
from collections.abc import Callable

from bench.search.data import toml
from bench.search.entries import Registered

Paste = Callable[[Registered, random.Random], tuple[str, ...] | None]
THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


def _phone(form: Callable[[str], str]) -> Paste:
    def paste(one: Registered, rng: random.Random) -> tuple[str, ...] | None:
        return (form(one.mobile), one.mobile) if one.mobile else None

    return paste


def _line(form: Callable[[str], str]) -> Paste:
    """Of those who have a line to an office."""

    def paste(one: Registered, rng: random.Random) -> tuple[str, ...] | None:
        if not one.phone.startswith("02"):
            return None
        return form(one.phone), one.phone

    return paste


def _email(form: Callable[[str], str]) -> Paste:
    def paste(one: Registered, rng: random.Random) -> tuple[str, ...] | None:
        return (form(one.email), one.email) if one.email else None

    return paste


def _name(form: Callable[[str], str]) -> Paste:
    def paste(one: Registered, rng: random.Random) -> tuple[str, ...] | None:
        return (form(one.who.name), one.who.name) if one.who else None

    return paste


def _code(form: Callable[[str], str]) -> Paste:
    return lambda one, rng: (form(one.code[1:]),)


def _grouped(phone: str) -> str:
    return f"{phone[:3]} {phone[3:6]} {phone[6:]}"


def _name_and_digits(one: Registered, rng: random.Random) -> tuple[str, ...] | None:
    if one.who is None or not one.mobile:
        return None
    return f"{one.who.first} {one.mobile[-4:]}", one.who.first, one.mobile[-4:]


def _surname_and_phone(one: Registered, rng: random.Random) -> tuple[str, ...] | None:
    if one.who is None or not one.mobile:
        return None
    return f"{one.who.name} {one.mobile}", one.mobile


def _local(one: Registered, rng: random.Random) -> tuple[str, ...] | None:
    local = one.email.partition("@")[0]
    return (local, local) if local else None


def _on_thai_keys(text: str) -> str:
    keyboard = toml("names.toml")["keyboard"]
    return text.translate(str.maketrans(keyboard["keys"], keyboard["types"]))


PASTED: dict[str, Paste] = {
    "code without C": _code(lambda digits: digits),
    "code with a dash": _code(lambda digits: f"c-{digits}"),
    "code with its word": _code(lambda digits: f"รหัสลูกค้า {digits}"),
    "telephone, its beginning": _phone(lambda phone: phone[:8]),
    "telephone, its end": _phone(lambda phone: phone[-7:]),
    "telephone, +66": _phone(lambda phone: f"+66 {phone[1:3]} {phone[3:6]} {phone[6:]}"),
    "telephone, 0066": _phone(lambda phone: f"0066{phone[1:]}"),
    "telephone, +66 (0)": _phone(lambda phone: f"+66(0){phone[1:3]}-{phone[3:6]}-{phone[6:]}"),
    "telephone, tel:": _phone(lambda phone: f"tel:+66{phone[1:]}"),
    "telephone, its word": _phone(lambda phone: f"โทร. {_grouped(phone)}"),
    "telephone in Thai digits": _phone(lambda phone: phone.translate(THAI_DIGITS)),
    "telephone in a sentence": _phone(lambda phone: f"ลูกค้าโทรมาจากเบอร์ {phone} ขอให้โทรกลับ"),
    "line with a range": _line(lambda phone: f"{phone[:2]}-{phone[2:5]}-{phone[5:]}-5"),
    "line with an extension": _line(lambda phone: f"{phone[:2]} {phone[2:5]} {phone[5:]} ต่อ 12"),
    "e-mail, mailto:": _email(lambda email: f"mailto:{email}"),
    "e-mail in brackets": _email(lambda email: f"<{email}>"),
    "e-mail with its word": _email(lambda email: f"อีเมล: {email}"),
    "e-mail in a sentence": _email(lambda email: f"ส่งไฟล์ไปที่ {email} แล้ว"),
    "e-mail without @": _email(lambda email: email.replace("@", " ")),
    "e-mail, @ left out": _email(lambda email: email.replace("@", "")),
    "e-mail, before the @": _local,
    "e-mail on the Thai layout": _email(_on_thai_keys),
    "name and last digits": _name_and_digits,
    "name and telephone": _surname_and_phone,
    "name with its word": _name(lambda name: f"ชื่อ: {name}"),
    "name in brackets": _name(lambda name: f"({name})"),
    "name with what follows": _name(lambda name: f"{name},"),
}
