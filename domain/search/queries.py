"""What a search asks for: codes, telephones and e-mail addresses as people paste and read them
aloud, and the words beside them.

Telephones and addresses are read by `domain.customers.phones`, codes by
`domain.tickets.references`; here is what only a search understands: parts of them, a code without
its letter, an address without its sign, keys of the other keyboard layout."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from domain.customers.other_names import host_of
from domain.customers.phones import (
    looks_like_phone,
    read_contact_details,
    read_emails,
)
from domain.patterns import BLANKS_BEFORE, one_of
from domain.text import clean, digits, words
from domain.text.keyboard import as_latin_keys, gives_address, has_thai
from domain.tickets.references import (
    ReferenceKind,
    find_references,
    read_code,
    without_courtesy,
)

LEAST_DIGITS = 4
MOST_DIGITS = 10
"""Of a part of a telephone; a code without its letter may have fewer."""
LEAST_LAYOUT_DIGITS = 8
"""Fewer keys of the other layout that give digits may well be a Thai word."""

_LETTER = re.compile(r"[^\W\d_]")
_LETTER_OR_DIGIT = re.compile(r"\w")
_NO_DIGIT = re.compile(r"\D")
_ONLY_DIGITS = re.compile(r"[\d\s().+/-]+")
_COUNTRY = re.compile(r"\A(?:00)?66(?=[1-9])")
_HIDDEN = r"[xX*\u2022.-]{0,20}"
"""What stands for the digits that are not shown."""
_HIDDEN_FIRST = re.compile(r"\A[xX*\u2022][xX*\u2022.\s-]*(?=\d)")
_NOUGHTS = re.compile(r"(?<![^\W\d_])[oO](?=[\d\s-]{8,})|(?<=\d)[oO](?=[\doO-])")
"""The letter O among digits."""
_LONE_DIGITS = re.compile(
    rf"(?<![\w./-]){_HIDDEN}(\d{{{LEAST_DIGITS},{MOST_DIGITS}}})(?!\w|[./-]\d)"
)
_FIRST_AND_LAST = re.compile(
    r"(?<!\w)(0\d{1,5})[\s.-]*[xX*\u2022]{2,}+[\s.xX*\u2022-]*+(\d{2,5})(?!\w)"
)
_LONGEST_ADDRESS = 100
"""Signs of an address whose slips are looked for; hardly any has half as many."""
_DOMAIN = r"(?:[a-z0-9-]+\.)+[a-z]{2,}"
_LOCAL = r"[a-z0-9][a-z0-9._%+-]*"
_SPELT_DOT = re.compile(rf"{BLANKS_BEFORE}[(\[{{]\s*+dot\s*+[)\]}}]\s*+", re.IGNORECASE)
_PARTED_ADDRESS = re.compile(rf"(?<!\S)({_LOCAL})\s+({_DOMAIN})(?!\S)", re.IGNORECASE)
_GLUED_ADDRESS = re.compile(rf"{_LOCAL}\.[a-z]{{2,}}", re.IGNORECASE)
_WHOLE_DOMAIN = re.compile(_DOMAIN, re.IGNORECASE)
_MARKED_DOMAIN = re.compile(rf"(?:@|https?://|www\.)+({_DOMAIN})/?", re.IGNORECASE)
_LIKELY_DOMAIN = re.compile(r"(?:[a-z0-9-]+\.)+(?:com|net|org|info|int|th)", re.IGNORECASE)
_START_OF_EMAIL = re.compile(
    r"[\w.+-]{3,}@[\w.-]*|(?=\S*[._\d])[a-z][a-z0-9._+-]{3,}", re.IGNORECASE | re.ASCII
)


@dataclass(frozen=True, slots=True)
class CustomerQuery:
    """What was asked for. `codes`, `phones` (canonical) and `emails` are whole.

    `digits` may be the first or the last ones of a telephone, or a code without its letter; with
    `first_digits` they are the last ones. `beside` is what was said with them; `email_start` is the
    beginning of an address, `glued` what an address without its sign may be. `words` is all that
    was said, labels, telephones and addresses aside."""

    codes: Sequence[str] = ()
    phones: Sequence[str] = ()
    emails: Sequence[str] = ()
    digits: str = ""
    first_digits: str = ""
    beside: str = ""
    email_start: str = ""
    glued: Sequence[str] = ()
    words: str = ""

    @property
    def is_exact(self) -> bool:
        """Returns whether something whole was said, which is looked for as it is."""
        return bool(self.codes or self.phones or self.emails)


def read_query(text: str) -> CustomerQuery:
    """Reads what was typed into a search; any text has a reading."""
    if gives_address(text):
        return CustomerQuery(emails=[as_latin_keys(text).strip().lower()])
    text = _NOUGHTS.sub("0", _without_courtesy(clean(text)))
    query = _read(text)
    if has_thai(text) and not query.is_exact:
        return _on_latin_keys(text) or query
    return query


def _without_courtesy(text: str) -> str:
    """Returns the text without polite words at its end; many names end as such words do."""
    plain = without_courtesy(text)
    polite = text[len(plain) :]
    glued = tuple(words("queries").texts("polite_glued"))
    return plain if polite[:1].isspace() or polite.startswith(glued) else text


def _read(text: str) -> CustomerQuery:
    codes = _codes(text)
    if codes:
        return CustomerQuery(codes=codes)
    details = read_contact_details(_with_sign(text))
    if not details.phones and not details.emails:
        # As typed: signs may be letters of the other keyboard layout.
        return _read_parts(_unlabelled(text))
    return CustomerQuery(
        phones=details.phones,
        emails=details.emails,
        words=_without_marks(_unlabelled(details.words)),
    )


def _codes(text: str) -> list[str]:
    """Returns the codes that are named surely: alone, behind a label, or among other words."""
    alone = read_code(_spoken_letter().sub("C", text))
    if alone:
        return [alone]
    named = [one for one in find_references(text) if one.kind is ReferenceKind.CUSTOMER]
    sure = [one.value for one in named if one.sure]
    if sure or len(named) != 1:
        return sure
    rest = f"{text[: named[0].start]} {text[named[0].end :]}"
    return [] if _LETTER_OR_DIGIT.search(rest) else [named[0].value]


@cache
def _spoken_letter() -> re.Pattern[str]:
    """Matches a code's letter as it is said, before nothing but the number."""
    letter = one_of(words("queries").texts("code_letter"))
    return re.compile(rf"\A{letter}\s*+(?=\d+\Z)")


def _read_parts(said: str) -> CustomerQuery:
    """Reads a text without a whole telephone or address: parts of them, and words."""
    emails = _restored_emails(said)
    if emails:
        return CustomerQuery(emails=emails)
    plain = digits(said).strip()
    shown = _HIDDEN_FIRST.sub("", plain)
    if _ONLY_DIGITS.fullmatch(shown):
        return CustomerQuery(digits=_national(shown), words=said)
    if domain := _MARKED_DOMAIN.fullmatch(plain):
        return CustomerQuery(words=host_of(f"@{domain[1]}"))
    both = _FIRST_AND_LAST.search(plain)
    if both:
        return CustomerQuery(
            first_digits=both[1],
            digits=both[2],
            beside=_without_part_labels(f"{said[: both.start()]} {said[both.end() :]}"),
            words=said,
        )
    if with_provider := _provider().fullmatch(plain):
        return CustomerQuery(email_start=f"{with_provider[1]}@{with_provider[2]}".lower())
    if _START_OF_EMAIL.fullmatch(plain):
        return CustomerQuery(
            email_start=plain.lower(),
            glued=_with_any_sign(plain.lower()),
            words=_words_of_address(plain, said),
        )
    lone = _LONE_DIGITS.search(plain)
    if lone is None or not _LETTER.search(plain):
        return CustomerQuery(words=said)
    # As long as before: a place in the one text is the same place in the other.
    around = f"{said[: lone.start()]} {said[lone.end() :]}"
    return CustomerQuery(
        digits=_national(lone[1]),
        beside=_without_part_labels(around),
        words=said,
    )


def _national(plain: str) -> str:
    """Returns the digits as they are dialled in Thailand; "" where they are too few or too many."""
    only_digits = _COUNTRY.sub("0", _NO_DIGIT.sub("", plain))
    return only_digits if len(only_digits) <= MOST_DIGITS else ""


# E-mail addresses.


def _words_of_address(plain: str, said: str) -> str:
    """Returns the name that the beginning of an address may be, or that keeps a domain."""
    if "@" in plain:
        return ""
    if _LIKELY_DOMAIN.fullmatch(plain):
        return host_of(f"@{plain}") or said
    return said


def _with_sign(text: str) -> str:
    """Returns the text with the sign of an address that was written as a word: a.b (at) c.th."""
    if "@" in text:
        return text
    signed = _spelt_sign().sub("@", text)
    if signed == text:
        return text
    return _SPELT_DOT.sub(".", signed)


@cache
def _spelt_sign() -> re.Pattern[str]:
    at = one_of(words("queries").texts("at"))
    begins_domain = r"(?=[a-z0-9-]+(?:\.|\s*+[(\[{]\s*+dot))"
    sign = rf"(?:{BLANKS_BEFORE}[(\[{{<]\s*+{at}\s*+[)\]}}>]\s*+|\s{at}\s)"
    return re.compile(rf"(?<=[a-z0-9]){sign}{begins_domain}", re.IGNORECASE)


def _restored_emails(said: str) -> Sequence[str]:
    """Returns the addresses that a text may be whose blanks, commas or sign went wrong."""
    if "@" in said:
        return read_emails(said).addresses
    parted = _PARTED_ADDRESS.fullmatch(said)
    return [f"{parted[1]}@{parted[2]}".lower()] if parted else []


def _with_any_sign(glued: str) -> Sequence[str]:
    """Returns what an address may be whose sign is missing: it stood anywhere before a domain."""
    if len(glued) > _LONGEST_ADDRESS or not _GLUED_ADDRESS.fullmatch(glued):
        return []
    found = []
    for at in range(1, len(glued)):
        if not _WHOLE_DOMAIN.fullmatch(glued, at):
            continue
        found.append(f"{glued[:at]}@{glued[at:]}")
        # The key of the sign without shift types a 2.
        if glued[at - 1] == "2":
            found.append(f"{glued[: at - 1]}@{glued[at:]}")
    return found


@cache
def _provider() -> re.Pattern[str]:
    """Matches the first part of an address with the name of a well-known provider behind it."""
    name = one_of(words("queries").texts("providers"))
    return re.compile(rf"({_LOCAL})\s+({name})", re.IGNORECASE)


def near_addresses(text: str) -> list[str]:
    """Returns what the address in a text may be where nobody has it as it stands: with a comma for
    a dot, a blank within, or one letter that is wrong, missing, too many or out of place.
    """
    found = _ADDRESS_WITH_SLIPS.search(digits(clean(text)).lower())
    if found is None or len(found["address"]) > _LONGEST_ADDRESS:
        return []
    address = found["address"].replace(",", ".")
    whole = [address]
    if before := found["before"]:
        whole += [f"{before}{sign}{address}" for sign in ("", ".", "_", "-")]
    return list(dict.fromkeys([*whole, *_one_slip_away(address)]))


_ADDRESS_WITH_SLIPS = re.compile(
    r"(?:(?P<before>[a-z0-9]{1,100})\s+)?"
    r"(?P<address>[a-z0-9][a-z0-9._,+-]{0,100}@[a-z0-9][a-z0-9.,-]*[a-z])"
)
_ADDRESS_SIGNS = "abcdefghijklmnopqrstuvwxyz0123456789._-"


def _one_slip_away(address: str) -> Iterator[str]:
    for at in range(len(address) + 1):
        before = address[:at]
        behind = address[at:]
        for sign in _ADDRESS_SIGNS:
            yield before + sign + behind
        if not behind:
            return
        yield before + behind[1:]
        yield before + behind[1:2] + behind[0] + behind[2:]
        for sign in _ADDRESS_SIGNS:
            yield before + sign + behind[1:]


# Labels.


def _unlabelled(text: str) -> str:
    """Returns the text without the labels of a form."""
    return _labels().sub(" ", text).strip()


def _without_part_labels(text: str) -> str:
    """Returns the text without words that only say that digits are a telephone's last ones."""
    said = _part_labels().sub(" ", text)
    return " ".join(_without_marks(said).split())


def _without_marks(text: str) -> str:
    """Returns the text, "" where it holds no letter."""
    return text if _LETTER.search(text) else ""


@cache
def _labels() -> re.Pattern[str]:
    """Matches a label with its colon, or at the beginning of a line with a blank behind it."""
    table = words("queries")
    with_colon = rf"(?<![^\W\d_]){one_of(table.texts('labels'))}\s*+[:\uff1a=]"
    leading = rf"^[^\S\n]*+{one_of(table.texts('leading'))}\s+"
    return re.compile(f"{with_colon}|{leading}", re.IGNORECASE | re.MULTILINE)


@cache
def _part_labels() -> re.Pattern[str]:
    label = one_of({*words("queries").texts("last_digits"), *words("phones").texts("labels")})
    return re.compile(rf"(?<![^\W\d_]){label}[\s.:]*(?=\s|$)", re.IGNORECASE)


# The other layout.


def _on_latin_keys(text: str) -> CustomerQuery | None:
    """Reads the same keys of the Latin layout: only where they give a code, a whole telephone or
    the beginning of an address.
    """
    keys = as_latin_keys(text)
    if has_thai(keys):
        return None
    many = len(_NO_DIGIT.sub("", keys)) >= LEAST_LAYOUT_DIGITS
    if many and looks_like_phone(keys):
        return _read(keys)
    # It may be a Thai word, too.
    code = read_code(keys)
    if code is not None:
        return replace(_read(text), codes=[code])
    if _MARKED_DOMAIN.fullmatch(keys):
        return _read_parts(keys)
    if "." in keys and _START_OF_EMAIL.fullmatch(keys):
        return replace(_read(text), email_start=keys.lower())
    return None
