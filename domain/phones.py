"""Telephone numbers and e-mail addresses: read as typed, kept in one form, printed, and masked for groups."""

import re
from functools import cache

from domain.errors import InvalidInput
from domain.text import clean, digits, graphemes, strip_titles, words

REGION = "TH"
_MASK = "\u2022"

_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-") | {"\uff0b": "+"})
_NUMBER = re.compile(r"\+?[\d\s().-]+")
_SEPARATOR = r"[\s().-]{0,2}"
_LOOKS = re.compile(
    rf"\(?0{_SEPARATOR}(?:\d{_SEPARATOR}){{8,9}}"
    rf"|\(?\+?{_SEPARATOR}66{_SEPARATOR}(?:\d{_SEPARATOR}){{8,10}}"
    rf"|\+{_SEPARATOR}(?:\d{_SEPARATOR}){{8,15}}"
)
_SHORT_CODE = re.compile(r"1\d{3}")
_CANONICAL = re.compile(r"(\+\d+|1\d{3})(?:;ext=(\d+))?")
_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE)


def parse_phone(text: str) -> str:
    """One telephone as E.164 with an optional `;ext=203`; a hotline of four digits (1111) stays as it is.

    Numbers without a country are Thai. Raises InvalidInput("phone"), also for two numbers or a range.
    """
    number, extension = _split_extension(text)
    if _SHORT_CODE.fullmatch(number):
        return number + extension
    if not _NUMBER.fullmatch(number):
        raise InvalidInput("phone", text=text)
    import phonenumbers  # 180 ms, which only those who type a telephone shall wait for

    try:
        parsed = phonenumbers.parse(number, REGION)
    except phonenumbers.NumberParseException as error:
        raise InvalidInput("phone", text=text) from error
    if not phonenumbers.is_valid_number(parsed):
        raise InvalidInput("phone", text=text)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) + extension


def looks_like_phone(text: str) -> bool:
    """Whether `text` alone is written like a telephone: 9 or 10 digits from 0, or with a country's number."""
    return _LOOKS.fullmatch(_split_extension(text)[0]) is not None


def format_phone(canonical: str) -> str:
    """A telephone for people, `081-234-5678` with its extension; what is not canonical stays as it is."""
    found = _CANONICAL.fullmatch(canonical)
    if found is None:
        return canonical
    number, extension = found.groups()
    if number.startswith("+66"):
        local = "0" + number[3:]
        first = 2 if local.startswith("02") else 3
        last = 3 if len(local) - first == 6 else 4
        number = f"{local[:first]}-{local[first:-last]}-{local[-last:]}"
    elif number.startswith("+"):
        import phonenumbers

        parsed = phonenumbers.parse(number)
        number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return f"{number} {words('phones').text('extension')} {extension}" if extension else number


def mask_phone(canonical: str) -> str:
    """The telephone as groups see it, without its extension: two leading and four closing digits, `08•-•••-5678`."""
    shown = format_phone(canonical.partition(";")[0])
    places = [place for place, character in enumerate(shown) if character.isdigit()]
    hidden = set(places[2:-4] if len(places) > 6 else places)
    return "".join(_MASK if place in hidden else character for place, character in enumerate(shown))


def mask_name(name: str) -> str:
    """The name as groups see it: up to three letters of the first word, titles aside, never all of it."""
    first = graphemes((strip_titles(clean(name)).split() or [""])[0])
    return "".join(first[: max(0, min(3, len(first) - 1))]) + _MASK * 3


def mask_surname(name: str) -> str:
    """The name with its first word whole and no more than two letters of the next; a single word as `mask_name`."""
    first, *more = strip_titles(clean(name)).split() or [""]
    if not more:
        return mask_name(name)
    shown = graphemes(more[0])
    return f"{first} {''.join(shown[: min(2, len(shown) - 1)])}{_MASK * 3}"


def looks_like_email(text: str) -> bool:
    """Whether `text` alone is written like an e-mail address."""
    text = text.strip()
    return len(text) <= 254 and _EMAIL.fullmatch(text) is not None


def parse_email(text: str) -> str:
    """An e-mail address in lower case. Raises InvalidInput("email")."""
    address = clean(text).lower()
    if not looks_like_email(address):
        raise InvalidInput("email", text=text)
    return address


def _split_extension(text: str) -> tuple[str, str]:
    """The number with Arabic digits and plain dashes, and its extension as `;ext=203` or ""."""
    plain = digits(clean(text)).translate(_DASHES)
    found = _extension().search(plain)
    return (plain[: found.start()].strip(), f";ext={found[1]}") if found else (plain, "")


@cache
def _extension() -> re.Pattern[str]:
    typed = sorted(words("phones").texts("extensions"), key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(map(re.escape, typed))})[\s.:]*(\d{{1,6}})$", re.IGNORECASE)
