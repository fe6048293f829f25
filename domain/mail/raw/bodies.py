"""What of a mail's parts is its text, and what are files. Pure."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from domain.mail.raw.calendars import read_calendar
from domain.mail.raw.characters import decode, safe_text
from domain.mail.raw.files import attachment
from domain.mail.raw.flowed import reflow
from domain.mail.raw.limits import ATTACHMENTS, PAGES
from domain.mail.raw.notes import (
    ALTERNATIVES_DIFFER,
    CUT,
    ENCRYPTED_PGP,
    OPAQUE_SMIME,
    PARTIAL,
    SIGNED,
    TNEF,
    Notes,
)
from domain.mail.raw.pages import read_page
from domain.mail.raw.parts import MAIL, PAGE, PLAIN, UNKNOWN, Budget, Part, read_part
from domain.mail.raw.signed_data import signed_content
from domain.mail.raw.tnef import MARK as TNEF_MARK
from domain.mail.raw.tnef import read_tnef
from domain.mail.raw.transfer import decode_body, take_uuencoded
from domain.mail.raw.types import MailAttachment

_MAILS = (MAIL, "message/global", "message/news")
_MAIL_ENDING = ".eml"
_ELSEWHERE = ("message/partial", "message/external-body")
_CALENDAR = "text/calendar"
_LARGEST_INVITATION = 100_000
_SMIME = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_SIGNATURES = (
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/pgp-signature",
)
_RICH = ("text/enriched", "text/richtext")
_ENCODED = ("base64", "quoted-printable")
_TEXTS = (PLAIN, PAGE, *_RICH)
_LARGEST_TEXT = 8 * PAGES
"""Bytes of a text that are decoded; a character has at most four."""
_MORE = 1_000
_LAST_BITS = 0b1100_0000
_WITHIN_CHARACTER = 0b1000_0000
"""Of a byte of UTF-8 that begins no character. In another charset any byte may look so."""
_RICH_TAG = re.compile(r"<<|<param>.*?</param>|</?[A-Za-z-]{1,30}>", re.IGNORECASE | re.DOTALL)
_NO_LETTER = re.compile(r"<[a-z]+:[^>\s]*>|[\W_]+")
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_PICTURE = re.compile(r"data:[\w/+.-]{1,60};base64,[A-Za-z0-9+/=]*+")
_META_WITHIN = 4_096
_PGP = "-----BEGIN PGP MESSAGE-----"
_PGP_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_PGP_HEAD = re.compile(r"-----BEGIN PGP SIGNED MESSAGE-----\r?\n(?:Hash:[^\n]*\n)*(?:\r?\n)?")
_PGP_TAIL = re.compile(
    r"-----BEGIN PGP SIGNATURE-----.*?(?:-----END PGP SIGNATURE-----|\Z)", re.DOTALL
)
_RICHER = 1.15
_RICHER_BY = 20
"""One text says more than another from a sixth and this many letters on."""

_SAMPLE = 6
_SAMPLES = 24
"""Letters of a sample, and about how many samples are compared."""
_EXCUSE = 400
_ABOUT_PAGES = re.compile(r"html|browser|emailclient|mailclient|viewer|emailprogram")
"""What programs write for who sees no pages, its letters alone."""


@dataclass(slots=True)
class Bodies:
    """What was found in some parts."""

    texts: dict[str, str] = field(default_factory=dict)
    """By the letters of each: some programs send a page below its plain text and call them no
    alternatives.
    """
    rows: int = 0
    """Lines of the texts that are rows of tables."""
    files: list[MailAttachment] = field(default_factory=list)
    mails: list[Part] = field(default_factory=list)
    enclosed: list[str] = field(default_factory=list)
    """Texts within Outlook's envelopes, which as a rule say once more what the mail itself says."""

    def add(self, other: "Bodies") -> None:
        """Takes what was found in further parts."""
        self.texts |= other.texts
        self.rows += other.rows
        self.files.extend(other.files)
        self.mails.extend(other.mails)
        self.enclosed.extend(other.enclosed)

    def add_text(self, text: str, budget: Budget) -> None:
        """Takes a text, as far as there is room in the mail."""
        kept = text[: max(budget.characters, 0)]
        if len(kept) < len(text):
            budget.notes.add(CUT)
        budget.characters -= len(kept)
        # An emoji alone is a text, too.
        said = _letters(kept) or kept
        if said:
            self.texts[said] = kept


def find_bodies(part: Part, budget: Budget) -> Bodies:
    """Returns what stands in a part and in those within it."""
    if part.parts:
        return _FOLDERS.get(part.kind, _all)(part, budget)
    found = Bodies()
    if _is_text(part):
        _add_text(found, part, budget)
    elif _is_mail(part, budget):
        found.mails.append(part)
    else:
        _add_file(found, part, budget)
    return found


def find_text(part: Part, budget: Budget) -> Bodies:
    """Returns what stands in a whole mail: a text that only is there as a file is its text."""
    found = find_bodies(part, budget)
    if found.texts:
        return found
    if not part.parts and _is_only_text(part, budget):
        found = Bodies()
        _add_text(found, part, budget)
    if not found.texts:
        for enclosed in found.enclosed:
            found.add_text(safe_text(enclosed), budget)
    for file in found.files:
        if file.mime == _CALENDAR:
            text = decode(file.content[:_LARGEST_INVITATION], "", budget.notes)
            found.add_text(safe_text(read_calendar(text)), budget)
    return found


def _all(part: Part, budget: Budget) -> Bodies:
    found = Bodies()
    for each in part.parts:
        found.add(find_bodies(each, budget))
    return found


def _alternative(part: Part, budget: Budget) -> Bodies:
    """Returns the text of the alternatives that says most, and the files of all."""
    alternatives = [find_bodies(each, budget) for each in part.parts]
    with_text = [found for found in alternatives if found.texts]
    best = Bodies()
    for found in with_text:
        if not best.texts:
            best = found
        else:
            best = _richer(best, found, budget)
    chosen = Bodies(best.texts, best.rows)
    for found in alternatives:
        chosen.files.extend(found.files)
        chosen.mails.extend(found.mails)
        chosen.enclosed.extend(found.enclosed)
    return chosen


def _richer(plain: Bodies, page: Bodies, budget: Budget) -> Bodies:
    """Returns the one that says more; of equals the plain text, which has its quotes marked, unless
    there is a table.
    """
    before = "".join(plain.texts)
    after = "".join(page.texts)
    if _differ(before, after):
        budget.notes.add(ALTERNATIVES_DIFFER)
        return _unlike(plain, page)
    if len(after) > _RICHER * len(before) + _RICHER_BY:
        budget.notes.add(ALTERNATIVES_DIFFER)
        return page
    if len(before) > _RICHER * len(after) + _RICHER_BY:
        budget.notes.add(ALTERNATIVES_DIFFER)
        return plain
    return page if page.rows > plain.rows + 1 else plain


def _differ(before: str, after: str) -> bool:
    """Returns whether two texts have little in common, by samples out of the shorter one."""
    shorter, longer = sorted((before, after), key=len)
    last = len(shorter) - _SAMPLE
    if last < 0:
        return False
    steps = range(0, last + 1, max(1, last // _SAMPLES))
    met = [shorter[at : at + _SAMPLE] in longer for at in steps]
    return sum(met) * 2 < len(met)


def _unlike(plain: Bodies, page: Bodies) -> Bodies:
    """Returns what a person sees, who sees the page, and below it what else the plain text says:
    nothing where it is a few words about pages that a program cannot show.
    """
    said = "".join(plain.texts)
    if len(said) < _EXCUSE and _ABOUT_PAGES.search(said):
        return page
    return Bodies(page.texts | plain.texts, page.rows)


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", text).casefold()


def _signed(part: Part, budget: Budget) -> Bodies:
    budget.notes.add(SIGNED)
    found = Bodies()
    for each in part.parts:
        if each.kind not in _SIGNATURES:
            found.add(find_bodies(each, budget))
    return found


def _encrypted(part: Part, budget: Budget) -> Bodies:
    budget.notes.add(ENCRYPTED_PGP)
    found = Bodies()
    for each in part.parts:
        _add_file(found, each, budget)
    return found


_FOLDERS: dict[str, Callable[[Part, Budget], Bodies]] = {
    "multipart/alternative": _alternative,
    "multipart/signed": _signed,
    "multipart/encrypted": _encrypted,
}


def _is_text(part: Part) -> bool:
    """Returns whether a part is read in the mail itself."""
    if part.kind not in _TEXTS:
        return False
    if part.headers.value("content-disposition") == "attachment":
        return False
    return not _name(part, Budget())


def _is_only_text(part: Part, budget: Budget) -> bool:
    """Returns whether a mail of one part is a text, whatever the program calls it."""
    if part.kind not in _TEXTS:
        return False
    is_file = part.headers.value("content-disposition") == "attachment"
    return not is_file or not _name(part, budget)


def _is_mail(part: Part, budget: Budget) -> bool:
    """Returns whether a part is a mail; some programs send it as any file."""
    if part.kind in _MAILS:
        return True
    return part.kind == UNKNOWN and _name(part, budget).lower().endswith(_MAIL_ENDING)


def _name(part: Part, budget: Budget) -> str:
    """Returns what the sender calls a file, as it came; "" where it has no name."""
    for header, parameter in (("content-disposition", "filename"), ("content-type", "name")):
        name = part.headers.parameters(header, budget.notes).get(parameter, "")
        if name:
            return name
    return ""


def _add_text(found: Bodies, part: Part, budget: Budget) -> None:
    if part.end - part.start > _LARGEST_TEXT:
        budget.notes.add(CUT)
    shown = part.body[:_LARGEST_TEXT]
    data = decode_body(shown, part.encoding, budget.notes)
    parameters = part.headers.parameters("content-type", budget.notes)
    declared = parameters.get("charset", "")
    if part.kind == PLAIN:
        data = _beginning(_without_files(data, declared, found, budget), budget)
    elif part.kind == PAGE:
        declared = declared or _meta(data)
    text = decode(data, declared, budget.notes)
    if part.kind == PLAIN:
        text = _without_pgp(reflow(text, parameters), budget)
    elif part.kind == PAGE:
        page = read_page(_page(text, budget))
        found.rows += page.rows
        text = page.text
    else:
        text = _RICH_TAG.sub(_rich_sign, text)
    found.add_text(safe_text(text), budget)


def _beginning(data: bytes, budget: Budget) -> bytes:
    """Returns as much of a plain text as there is room for in the mail, in whole characters."""
    end = 4 * max(budget.characters, 0) + _MORE
    if len(data) <= end:
        return data
    budget.notes.add(CUT)
    for start in range(end, end - 4, -1):
        if data[start] & _LAST_BITS != _WITHIN_CHARACTER:
            return data[:start]
    return data[:end]


def _without_files(
    data: bytes,
    declared: str,
    found: Bodies,
    budget: Budget,
) -> bytes:
    """Returns a text without the files that stand in it (uuencode), which are kept."""
    files, rest = take_uuencoded(data)
    for each in files:
        name = decode(each.name, declared, budget.notes)
        _keep(found, name, UNKNOWN, each.content, budget)
    return rest


def _page(text: str, budget: Budget) -> str:
    """Returns as much of a page as may be read, without the pictures in it."""
    page = _PICTURE.sub("", text)
    kept = page[: max(budget.pages, 0)]
    if len(kept) < len(page):
        budget.notes.add(CUT)
    budget.pages -= len(kept)
    return kept


def _meta(data: bytes) -> str:
    """Returns the charset that a page itself names."""
    found = _CHARSET.search(data[:_META_WITHIN])
    return found[1].decode("ascii", "ignore") if found else ""


def _rich_sign(tag: re.Match[str]) -> str:
    return "<" if tag[0] == "<<" else ""


def _without_pgp(text: str, budget: Budget) -> str:
    """Returns a text without the signature around it."""
    if _PGP in text:
        budget.notes.add(ENCRYPTED_PGP)
    if _PGP_SIGNED not in text:
        return text
    budget.notes.add(SIGNED)
    signed = _PGP_HEAD.sub("", text)
    return _PGP_TAIL.sub("", signed)


def _add_file(found: Bodies, part: Part, budget: Budget) -> None:
    content = decode_body(part.body, part.encoding, budget.notes)
    if part.kind in _SMIME and _add_signed(found, content, budget):
        return
    for kinds, note in _NOTED:
        if part.kind in kinds:
            budget.notes.add(note)
    if content.startswith(TNEF_MARK) and _add_envelope(found, content, budget):
        return
    _keep(found, _name(part, budget), part.kind, content, budget)


def _add_signed(found: Bodies, content: bytes, budget: Budget) -> bool:
    """Reads the mail within a signature that envelops it; returns False where it is encrypted."""
    inner = signed_content(content)
    if inner is None or not _may_open(budget):
        return False
    budget.notes.add(SIGNED)
    found.add(find_bodies(read_part(inner, 0, len(inner), budget), budget))
    return True


def _may_open(budget: Budget) -> bool:
    budget.envelopes -= 1
    return budget.envelopes >= 0 and not budget.is_spent()


def _add_envelope(found: Bodies, content: bytes, budget: Budget) -> bool:
    """Takes what is in Outlook's envelope; returns False where there is nothing to see."""
    budget.notes.add(TNEF)
    if not _may_open(budget):
        return False
    envelope = read_tnef(content)
    if envelope.is_empty:
        return False
    text = envelope.text
    if not text.strip():
        page = decode(envelope.page, _meta(envelope.page), budget.notes)
        text = read_page(_page(page, budget)).text
    found.enclosed.append(text)
    for file in envelope.files:
        _keep(found, file.name, file.mime or UNKNOWN, file.content, budget)
    return True


_NOTED: Iterable[tuple[tuple[str, ...], str]] = (
    (_SMIME, OPAQUE_SMIME),
    (_ELSEWHERE, PARTIAL),
)


def _keep(
    found: Bodies,
    name: str,
    kind: str,
    content: bytes,
    budget: Budget,
) -> None:
    budget.attachments -= 1
    if budget.attachments < 0:
        budget.notes.add(CUT)
        return
    number = ATTACHMENTS - budget.attachments
    found.files.append(attachment(name, kind, content, number))


def forwarded_span(part: Part, noted: Notes) -> tuple[bytes, int, int]:
    """Returns where an attached mail stands: in the mail itself, or decoded where it travelled in
    base64, as it should not.
    """
    if part.encoding not in _ENCODED:
        return part.data, part.start, part.end
    data = decode_body(part.body, part.encoding, noted)
    return data, 0, len(data)
