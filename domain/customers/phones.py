"""Telephones and e-mail addresses: the one reader of both, their one form, printed, and masked for
groups.

Whoever is given a text asks here, so that a chat, a form, a table's cell and a mail read alike:

- `read_phones` and `read_emails` where the text should be one: an answer, a cell. They never raise;
  they tell what was read, what stands beside it in its own words, and whether a number or address
  had to be restored.
- `read_contact_details` where telephones and addresses stand among other words: a name with both
  behind it.
- `share_phones` where several numbers go into a telephone and a mobile.
- `parse_phone` and `parse_email` where exactly one is wanted and anything else is refused.
- `looks_like_phone` and `looks_like_email` to ask cheaply whether a text is nothing else.

Customer codes and ticket numbers are read by `domain.tickets.references`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import regex  # type: ignore[import-untyped]

from domain.errors import InvalidInput
from domain.patterns import BLANKS_BEFORE, WORD_END, at_end, one_of, skip
from domain.text import (
    clean,
    digits,
    graphemes,
    words,
)
from domain.text.titles import strip_titles

REGION = "TH"
_MASK = "\u2022"

_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))

_SEPARATOR = r"[\s().-]{0,2}"
_LOOKS = re.compile(
    rf"\(?0{_SEPARATOR}(?:\d{_SEPARATOR}){{8,9}}"
    rf"|\(?(?:\+|00)?{_SEPARATOR}66{_SEPARATOR}(?:\d{_SEPARATOR}){{8,10}}"
    rf"|\+{_SEPARATOR}(?:\d{_SEPARATOR}){{8,15}}"
)
_GROUP = re.compile(r"\d+")
_FIRST = frozenset("0(+6")
"""Signs of which a number among other words begins with one."""
_LETTER_OR_DIGIT = re.compile(r"\w")
_MOBILE = re.compile(r"\+66[689]")
_LATIN = re.compile(r"[A-Za-z]")
_NO_DIGIT = re.compile(r"\D")
_WITHIN = re.compile(r"[\s().-]{0,3}")
"""What may stand between two groups of digits of one number."""
_SIGNS = at_end(r"\(?\+?\(?")
_MOST_GROUPS = 8
_KINDS = (
    "fixed_line",
    "mobile",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "personal_number",
    "voip",
    "pager",
    "uan",
)
_ABROAD = re.compile(r"00[\s.-]?\d[\d\s().-]{7,}")
_FROM_ABROAD = re.compile(r"\A\(?00[\s.()-]{0,2}66")
_BARE = re.compile(r"[1-9][\d\s.-]*")
_HOTLINE = re.compile(r"1\d{3}")
_SCIENTIFIC = re.compile(r"['=\"]*\d(?:[.,]\d+)?\s?e\s?\+?\d{1,3}['\"]*", re.IGNORECASE)
_NOTHING = re.compile(r"[0\W_]*")
_CANONICAL = re.compile(r"(\+\d+|1\d{3})(?:;ext=(\d+))?")
_TOLL_FREE = re.compile(r"\+66(1[89]00)(\d{3})(\d{3})")

_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?<![\w.!#$%&*+/=?^`{|}~@-])[a-z0-9_][a-z0-9.!#$%&'*+/=?^_`{|}~-]{0,253}@(?:[a-z0-9-]+\.)+[a-z]{2,}"
    r"(?![a-z0-9_@-]|\.[a-z0-9])",
    re.IGNORECASE | re.ASCII,
)
_AROUND_SIGN = re.compile(rf"{BLANKS_BEFORE}([@.])\s*+")
_BETWEEN_ADDRESSES = re.compile(r"(?<=[a-z])[/|](?=[^\s/|,;@]+@)", re.IGNORECASE)
_LONGEST_ADDRESS = 254
_EDGES = " \t\n,;:/|='\"<>"
"""Signs that say nothing at the edge of a piece of text."""


@dataclass(frozen=True, slots=True)
class Phones:
    """What a text says of telephones.

    `numbers` are canonical (E.164 with an optional `;ext=203`, or a hotline of four digits), in the
    order in which they stand. `beside` is what else the text says, in its own words, labels and
    mere marks aside: whose number it is, the end of a range, a fax. `restored`: a number is written
    otherwise than it is dialled, without the nought that a sheet dropped, or with 00 for +. Neither
    numbers nor anything beside: there is none (`-`, `0`)."""

    numbers: tuple[str, ...] = ()
    beside: str = ""
    restored: bool = False


@dataclass(frozen=True, slots=True)
class Emails:
    """What a text says of e-mail addresses, as `Phones` does; `restored`: blanks left out, a comma
    read as a dot.
    """

    addresses: tuple[str, ...] = ()
    beside: str = ""
    restored: bool = False


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """A text that names somebody: its words, and the telephones and addresses that stand among
    them.
    """

    words: str
    phones: tuple[str, ...]
    emails: tuple[str, ...]


@lru_cache(maxsize=1024)
def read_phones(text: str) -> Phones:
    """Reads what a text says that should be a telephone: an answer, a cell. Numbers without a
    country are Thai.
    """
    whole = clean(text)
    number, extension = _split_extension(whole)
    # Most cells are one telephone and nothing else: those are read without a scan.
    canonical = _canonical(number) if _LOOKS.fullmatch(number) else ""
    if canonical:
        return Phones((canonical + extension,), restored=number.startswith("00"))
    bare = _unlabelled(number, "labels")
    if _HOTLINE.fullmatch(bare):
        return Phones((bare + extension,))
    if not extension and _says_none(bare):
        return Phones()
    # Its last digits are lost: it is kept for a person to see.
    if is_scientific(whole):
        return Phones(beside=whole)
    return _Scan(whole, alone=True).phones()


@lru_cache(maxsize=1024)
def read_emails(text: str) -> Emails:
    """Reads what a text says that should be an e-mail address: an answer, a cell."""
    whole = clean(text)
    plain = _plain(whole)
    # The same for addresses.
    if _ADDRESS.fullmatch(plain) and len(plain) <= _LONGEST_ADDRESS:
        return Emails((plain.lower(),))
    bare = _unlabelled(plain, "email_labels")
    if _says_none(bare):
        return Emails()
    found = _emails_among(whole)
    if found.addresses or bare.count("@") != 1:
        return found
    return _restored_email(bare) or found


def read_contact_details(text: str) -> ContactDetails:
    """Reads the words of a text, and the telephones and e-mail addresses that stand among them,
    wherever they stand.

    Only what surely is one is taken out: a number from 0 or with its country, a whole address."""
    emails = _emails_among(clean(text))
    phones = _Scan(emails.beside, alone=False).phones()
    return ContactDetails(phones.beside, phones.numbers, emails.addresses)


def share_phones(
    phones: Sequence[str], mobiles: Sequence[str] = ()
) -> tuple[str, str, tuple[str, ...]]:
    """Returns which of the numbers said as telephones and as mobiles go into which field, and which
    are left over.

    One stays where it was said. Of several in one place, while the other is empty, a mobile goes
    to the mobile and a landline to the telephone; two of a kind in their order."""
    if phones and mobiles:
        phone, *other_phones = phones
        mobile, *other_mobiles = mobiles
        return phone, mobile, (*other_phones, *other_mobiles)
    said = [*phones, *mobiles]
    if len(said) < 2:
        return next(iter(phones), ""), next(iter(mobiles), ""), ()
    first, second, *further = said
    # Two of a kind: the order in which they were said decides.
    if is_mobile(first) == is_mobile(second):
        mobile_first = bool(mobiles)
    else:
        mobile_first = is_mobile(first)
    if mobile_first:
        return second, first, tuple(further)
    return first, second, tuple(further)


def parse_phone(text: str) -> str:
    """Reads one telephone as E.164 with an optional `;ext=203`; a hotline of four digits (1111)
    stays as it is.

    Numbers without a country are Thai. Raises InvalidInput("phone"), also for two numbers or a
    range."""
    read = read_phones(text)
    if len(read.numbers) != 1 or read.beside:
        raise InvalidInput("phone", text=text)
    return read.numbers[0]


def is_scientific(text: str) -> bool:
    """Returns whether a sheet wrote a number so that its last digits may be lost: 8.12E+08."""
    return _SCIENTIFIC.fullmatch(_plain(clean(text))) is not None


def looks_like_phone(text: str) -> bool:
    """Returns whether `text` alone is written like a telephone: 9 or 10 digits from 0, or with a
    country's number.
    """
    number, _extension = _split_extension(clean(text))
    return _LOOKS.fullmatch(number.strip("='\"")) is not None


def format_phone(canonical: str) -> str:
    """Writes a telephone for people, `081-234-5678` with its extension; what is not canonical stays
    as it is.
    """
    found = _CANONICAL.fullmatch(canonical)
    if found is None:
        return canonical
    number, extension = found.groups()
    if free := _TOLL_FREE.fullmatch(number):
        printed = "-".join(free.groups())
    elif number.startswith("+66"):
        printed = _format_thai("0" + number[3:])
    elif number.startswith("+"):
        printed = _format_abroad(number)
    else:
        printed = number
    if not extension:
        return printed
    return f"{printed} {words('phones').text('extension')} {extension}"


def _format_thai(local: str) -> str:
    """Writes a number with its nought: 02-123-4567, 081-234-5678, 053-123-456."""
    first = 2 if local.startswith("02") else 3
    last = 3 if len(local) - first == 6 else 4
    return f"{local[:first]}-{local[first:-last]}-{local[-last:]}"


def _format_abroad(number: str) -> str:
    import phonenumbers

    parsed = phonenumbers.parse(number)
    style = phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return str(phonenumbers.format_number(parsed, style))


def mask_phone(canonical: str) -> str:
    """Returns the telephone as groups see it, without its extension: two leading and four closing
    digits, `08•-•••-5678`.
    """
    shown = list(format_phone(canonical.partition(";")[0]))
    digit_places = [place for place, character in enumerate(shown) if character.isdigit()]
    hidden = digit_places[2:-4] if len(digit_places) > 6 else digit_places
    for place in hidden:
        shown[place] = _MASK
    return "".join(shown)


def mask_name(name: str) -> str:
    """Returns the name as groups see it: up to three letters of the first word, titles aside, never
    all of it.
    """
    typed = strip_titles(clean(name)).split()
    first = typed[0] if typed else ""
    letters = graphemes(first)
    fewer = letters[:-1]
    shown = "".join(fewer[:3])
    return shown + _MASK * 3


def mask_surname(name: str) -> str:
    """Returns the name with its first word whole and no more than two letters of the next; a single
    word as `mask_name`.
    """
    first, *more = strip_titles(clean(name)).split() or [""]
    if not more:
        return mask_name(name)
    letters = graphemes(more[0])
    shown = min(2, len(letters) - 1)
    return f"{first} {''.join(letters[:shown])}{_MASK * 3}"


def looks_like_email(text: str) -> bool:
    """Returns whether `text` alone is written like an e-mail address."""
    text = text.strip()
    return len(text) <= _LONGEST_ADDRESS and _EMAIL.fullmatch(text) is not None


def parse_email(text: str) -> str:
    """Reads one e-mail address, in lower case; raises InvalidInput("email")."""
    read = read_emails(text)
    if len(read.addresses) != 1 or read.beside or read.restored:
        raise InvalidInput("email", text=text)
    return read.addresses[0]


def is_mobile(canonical: str) -> bool:
    """Returns whether it is a Thai mobile's number."""
    return _MOBILE.match(canonical) is not None


def _plain(text: str) -> str:
    """Returns `text` with Arabic digits and one dash, as long as before: a place in it is the same
    place in `text`.
    """
    return text if text.isascii() else digits(text).translate(_DASHES)


def _says_none(bare: str) -> bool:
    """Returns whether a text says that there is no number or address: nothing but marks and
    noughts, or a word for it.
    """
    if _NOTHING.fullmatch(bare):
        return True
    return bare.casefold() in words("phones").texts("none")


def _unlabelled(plain: str, labels: str) -> str:
    """Returns the text without marks at its edges and a label before it."""
    begin = skip(_labels(labels), plain, 0)
    return plain[begin:].strip(f"{_EDGES}.()")


def _split_extension(text: str) -> tuple[str, str]:
    """Returns the number with Arabic digits and plain signs, and its extension as `;ext=203` or
    "".
    """
    plain = _plain(text)
    found = _extension().search(plain)
    if found is None or found.end() != len(plain):
        return plain, ""
    return plain[: found.start()].strip(), f";ext={found[1]}"


def _canonical(written: str) -> str:
    """Returns a number in E.164; "" where there is no such number."""
    national = _NO_DIGIT.sub("", written)
    # By far the most are Thai: one pattern instead of the library's long way.
    if national[:1] == "0" and national[:2] != "00":
        known = _thai_number().fullmatch(national, 1)
        return f"+66{national[1:]}" if known else ""
    import phonenumbers  # 180 ms, which only those who type a telephone shall wait for

    try:
        parsed = phonenumbers.parse(_FROM_ABROAD.sub("+66", written), REGION)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(parsed):
        return ""
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


@cache
def _thai_number() -> re.Pattern[str]:
    """Matches what the library calls a valid number in Thailand, without its nought: one pattern,
    for tables of many.
    """
    import phonenumbers

    metadata = phonenumbers.PhoneMetadata.metadata_for_region(REGION)
    kinds = [getattr(metadata, kind, None) for kind in _KINDS]
    patterns = [kind.national_number_pattern for kind in kinds if kind]
    return re.compile("|".join(filter(None, patterns)))


class _Scan:
    """One reading of a text: number after number, and the pieces of text between them.

    `alone`: the text should be telephones and nothing else, so that a number may lack its nought.
    """

    def __init__(self, whole: str, *, alone: bool) -> None:
        self._whole = whole
        self._plain = _plain(whole)
        self._alone = alone
        self._groups = list(_GROUP.finditer(self._plain))
        self._pieces: list[str] = []
        self._restored = False

    def phones(self) -> Phones:
        """Reads all telephones of the text."""
        numbers: dict[str, None] = {}
        done = 0
        for at, group in enumerate(self._groups):
            if group.start() < done:
                continue
            found = self._number(at, done)
            if found is None:
                continue
            begin, end, number = found
            labels = self._labels_before(done, begin)
            if labels == {"fax"} or self._is_called_fax(end):
                self._keep(done, end)
            else:
                self._keep(done, begin, label="fax" not in labels)
                numbers[number] = None
            done = end
        self._keep(done, len(self._whole))
        return Phones(tuple(numbers), " ".join(self._pieces), self._restored)

    def _number(self, at: int, done: int) -> tuple[int, int, str] | None:
        """Returns where the longest number begins and ends whose first digits are the group at
        `at`, and itself.
        """
        begin = self._begin(at, done)
        if not self._may_begin(begin, done):
            return None
        last = at
        while last - at < _MOST_GROUPS and self._joins(last):
            last += 1
        lone = not (at and self._joins(at - 1)) and not self._joins(last)
        # The longest number counts: with fewer groups it is tried only where that is none.
        for place in range(last, at - 1, -1):
            end = self._groups[place].end()
            number = self._read(self._plain[begin:end], lone=lone and place == last)
            if number:
                return self._with_extension(begin, end, number)
        return None

    def _may_begin(self, begin: int, done: int) -> bool:
        """Returns whether a number may begin here."""
        if not self._alone and self._plain[begin] not in _FIRST:
            return False
        # "ABC123456789" is an order number or the like, unless the letters are a label.
        sign_before = self._plain[begin - 1 : begin]
        return not _LATIN.match(sign_before) or bool(self._labels_before(done, begin))

    def _with_extension(self, begin: int, end: int, number: str) -> tuple[int, int, str]:
        """Returns the number with the extension behind it, if there is one."""
        extension = _extension().match(self._plain, end)
        if extension is None:
            # "02-280-4085-96 ext. 3110": the exchange has several lines, each with the extension.
            extension = _range_with_extension().match(self._plain, end)
        if extension is None:
            return begin, end, number
        return begin, extension.end(), f"{number};ext={extension[1]}"

    def _begin(self, at: int, done: int) -> int:
        """Returns where the signs begin that belong to the group at `at`: a plus, a bracket."""
        first = self._groups[at].start()
        signs = _SIGNS.match(self._plain, done, first)
        return signs.start() if signs else first

    def _joins(self, at: int) -> bool:
        """Returns whether the group at `at` and the next one may belong to one number."""
        if at + 1 >= len(self._groups):
            return False
        end = self._groups[at].end()
        next_start = self._groups[at + 1].start()
        return _WITHIN.fullmatch(self._plain, end, next_start) is not None

    def _read(self, written: str, *, lone: bool) -> str:
        """Returns the number that is written here, "" for none; one without its nought only where
        it stands alone.
        """
        number = ""
        restored = True
        if _LOOKS.fullmatch(written):
            number = _canonical(written)
            restored = written.startswith("00")
        elif self._alone and _ABROAD.fullmatch(written):
            number = _from_abroad(written)
        elif self._alone and lone and _BARE.fullmatch(written):
            number = _canonical(written)
            restored = not _TOLL_FREE.fullmatch(number)
        if number and restored:
            self._restored = True
        return number

    def _labels_before(self, begin: int, end: int) -> set[str]:
        """Returns the kinds of words directly before a number: labels, fax."""
        found = _labels_behind().match(self._plain, begin, end)
        if found is None:
            return set()
        fax = words("phones").texts("fax")
        # Several labels may follow each other: "tel. / fax".
        named = _labels("labels", "fax").findall(found[0])
        return {"fax" if word.casefold() in fax else "labels" for word in named}

    def _is_called_fax(self, end: int) -> bool:
        """Returns whether the number that ends here is followed by no more than the word for a
        fax.
        """
        return _only_fax().match(self._plain, end) is not None

    def _keep(
        self,
        begin: int,
        end: int,
        *,
        label: bool = False,
    ) -> None:
        """Keeps what stands here, but for a label before a number, words between two numbers, and
        mere marks.
        """
        piece = self._whole[begin:end]
        if label:
            found = _labels_behind().match(self._plain, begin, end)
            piece = self._whole[begin : found.start()] if found else piece
        piece = piece.strip(_EDGES)
        bare = piece.strip(".() ").casefold()
        table = words("phones")
        if bare in (*table.texts("between"), *table.texts("labels")):
            return
        if _LETTER_OR_DIGIT.search(bare):
            self._pieces.append(piece)


def _from_abroad(written: str) -> str:
    """Returns the number behind 00, whether that is the way out of Thailand or one's own; "" where
    both may be.
    """
    dialled = f"+{written[2:].lstrip(' .-')}"
    # 00 may be what is dialled to get out of the country, or two noughts too many.
    readings = {_canonical(dialled), _canonical(written)} - {""}
    return readings.pop() if len(readings) == 1 else ""


def _emails_among(whole: str) -> Emails:
    """Returns the addresses in a text, and what stands beside them."""
    plain = _BETWEEN_ADDRESSES.sub(",", _plain(whole))
    addresses: dict[str, None] = {}
    beside: list[str] = []
    done = 0
    for found in _ADDRESS.finditer(plain):
        start, end = found.span()
        if _is_glued(plain[done:start]) or end - start > _LONGEST_ADDRESS:
            continue
        beside.append(_beside_email(whole[done:start], plain[done:start]))
        addresses[found[0].lower()] = None
        done = end
    beside.append(_beside_email(whole[done:], plain[done:]))
    return Emails(tuple(addresses), " ".join(filter(None, beside)))


def _is_glued(before: str) -> bool:
    """Returns whether an address is only the end of a word: in "som,chai@example.com" stands none
    of chai's.
    """
    return before.endswith(",") and before[-2:].strip() not in ("", ",")


def _beside_email(piece: str, plain: str) -> str:
    """Returns what a piece of text beside an address says, without a label before the address and
    mere marks.
    """
    found = _email_labels_behind().match(plain)
    if found is not None:
        piece = piece[: found.start()]
    piece = piece.strip(_EDGES)
    if piece.casefold() in words("phones").texts("between"):
        return ""
    return piece if _LETTER_OR_DIGIT.search(piece) else ""


def _restored_email(bare: str) -> Emails | None:
    """Returns the one address that a text of blanks and commas in wrong places can be, None if it
    is none.
    """
    joined = _AROUND_SIGN.sub(r"\1", bare)
    local, _at, domain = joined.partition("@")
    for address in (joined, f"{local}@{domain.replace(',', '.')}"):
        if len(address) <= _LONGEST_ADDRESS and _ADDRESS.fullmatch(address):
            return Emails((address.lower(),), restored=True)
    return None


_NO_LETTER_BEFORE = r"(?<![^\W\d_])"


@cache
def _extension() -> re.Pattern[str]:
    number = r"[\s.:]{0,3}(\d{1,6})(?!\d)"
    return re.compile(rf"[\s,;(]{{0,3}}{_any_of('extensions')}{number}", re.IGNORECASE)


@cache
def _range_with_extension() -> re.Pattern[str]:
    """Matches the end of a range of numbers with an extension behind it."""
    last = rf"\s?{_any_of('ranges')}\s?\d{{1,4}}(?!\d)"
    return re.compile(rf"{last}(?:{_extension().pattern})", re.IGNORECASE)


@cache
def _labels(*keys: str) -> re.Pattern[str]:
    """Matches one label, as a whole word."""
    return re.compile(rf"{_NO_LETTER_BEFORE}{_any_of(*keys)}{WORD_END}", re.IGNORECASE)


@cache
def _labels_behind() -> regex.Pattern[str]:
    """Matches all labels with which a text ends."""
    label = rf"{_NO_LETTER_BEFORE}{_any_of('labels', 'fax')}[\s.:/()&=-]*"
    return at_end(rf"(?:{label})+")


@cache
def _email_labels_behind() -> regex.Pattern[str]:
    label = rf"{_NO_LETTER_BEFORE}{_any_of('email_labels')}[\s.:/(<=-]*"
    return at_end(rf"(?:{label})+")


@cache
def _only_fax() -> re.Pattern[str]:
    """Matches the word for a fax, and nothing else up to the next part of a list."""
    marks = r"[ \t:|='\"<>.()]*+"
    return re.compile(rf"{marks}{_any_of('fax')}{marks}(?=[,;/\n]|\Z)", re.IGNORECASE)


def _any_of(*keys: str) -> str:
    """Returns a pattern for any of the words of these lists."""
    table = words("phones")
    return one_of({spelling for key in keys for spelling in table.texts(key)})
