"""Who signed a mail: name, organisation and address, as they stand below a text, in a form that
somebody filled in, or where somebody introduces himself. Pure.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from domain.customers.phones import read_contact_details
from domain.customers.provinces import find_province
from domain.data import TomlTable, read_document
from domain.patterns import one_of
from domain.text import clean, digits, words
from domain.text.keyboard import has_thai
from domain.text.titles import strip_titles

READ = 6_000
"""Letters that are read of a text: its end, where mails are signed."""
LINES = 14
"""Lines of a signature that are read."""
LONGEST = 160
"""Letters of a line in a signature; what is longer is a sentence."""
NAME = 60
"""Letters of the longest name of a person."""
NAME_WORDS = 6
"""Words of the longest name of a person, titles among them."""
NAME_LEAST = 2
"""Words of the shortest name without a title."""
NAME_WORD = 22
"""Letters and marks of a name's longest word."""
WORD = 60
"""Letters of a word of an organisation; Thai writes a name in one."""
INTRODUCED = 1_500
"""Letters of a text in which somebody introduces himself."""
FIELD = 200
"""Letters of an organisation or an address that are kept."""

_FILE = "mail_signatures.toml"
_PATTERNS = {
    "begins": r"(?m)^[ \t]*(?:%s|[-_*=]{2,}[ \t]*\r?$)",
    "courtesies": r"\A%s(?![a-z])",
    "sentence_ends": r"%s\Z",
    "particles": r"\A%s\Z",
    "positions": r"\A%s(?![a-z])",
    "agencies": r"(?<![a-z])%s(?![a-z])",
    "areas": r"(?<![^\s,.(/])%s(?![a-z])",
}
"""How the words of each list stand in a text."""
_BEHIND = r"\s+(?=%s(?![a-z]))"
"""Before a position, or an organisation, that stands behind something else."""
_LABEL = r"\A[-*\u2022\d.)\s]{0,4}%s\s{0,3}[:\uff1a=]"
_REACH = r"(?<![^\s,;|/(])%s\s{0,2}[.:\uff1a)]*(?=\s|$|[,;|/])"
_NAMED = r"(?P<name>[^\s,.;:\d][^\s,;:\d]{1,40}\s[^\s,.;:\d]{2,40})"
_LABELS = ("name", "organisation", "address")
_LETTERS = re.compile(r"[^\W\d_]")
_IN_NAME = re.compile(r"(?:[^\W\d_]|[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\s.'\u2019-])+")
_ACRONYM = re.compile(r"[A-Z]{2,8}")
_BRACKETS = "()[]*_\"' \t"
_IN_BRACKETS = re.compile(r"(?<=\w)\.?\s{0,3}\([^()]{0,30}\)\s*$")
"""What stands in brackets behind a name."""
_ADDRESS = (
    re.compile(r"(?<!\d)[1-9]\d{4}(?!\d)|\b[A-Z]{1,2}\d[\dA-Z]?\s\d[A-Z]{2}\b"),
    re.compile(r"\A\d{1,4}(?:/\d{1,5})?\s"),
)
"""A postcode of five figures, or a British one; a house."""
_SENTENCE = re.compile(r"[a-z]|.*[:<>]")
"""What no name of an organisation begins with, and what stands in none."""
_WEB = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_AFTER_NAME = re.compile(r"\s*[,|\u2022]\s*|\s{3,}|\t")
_PARAGRAPHS = re.compile(r"\n[ \t\r]*\n")
_AROUND = " \t,;:|-\u2013\u2022*"


@dataclass(frozen=True, slots=True)
class Signature:
    """Who a mail says it is from; "" for what it does not say."""

    name: str = ""
    english_name: str = ""
    organisation: str = ""
    address: str = ""
    emails: tuple[str, ...] = ()


def read_signature(text: str) -> Signature:
    """Returns who signed a text, as far as that is sure enough to be shown to a person."""
    found = _Found()
    end = text[-READ:]
    for line in _lines(end):
        found.take_labelled(line)
    for line in _lines(_signed(end))[:LINES]:
        found.take(line)
    introduced = _Found()
    introduced.take_introduced(clean(text[:INTRODUCED]))
    found.complete(introduced)
    thai = list(filter(has_thai, found.names))
    latin = [name for name in found.names if name not in thai]
    return Signature(
        next(iter((*thai, *latin)), ""),
        next(iter(latin if thai else ()), ""),
        _joined(found.organisation),
        _joined(found.address),
        tuple(dict.fromkeys(found.emails)),
    )


def signs(line: str) -> bool:
    """Returns whether a line is one of a signature: who somebody is, where, and how he is
    reached.
    """
    details = read_contact_details(_WEB.sub(" ", line))
    rest = _words().reach.sub(" ", details.words).strip(_AROUND)
    return all(map(_signs, _parts(rest)))


def _signs(part: str) -> bool:
    """Returns whether a part of a line is a person, a position, an organisation or an address."""
    if not _LETTERS.search(part) or _is_address(part) or _has("positions", part):
        return True
    organisation = _words().lists["agencies"].search(part)
    if organisation is None:
        return bool(_short_name(part) or _ACRONYM.fullmatch(part))
    if not has_thai(part):
        return True
    before = part[: organisation.start()].strip()
    return not before or bool(_short_name(before))


def _short_name(text: str) -> bool:
    """Returns whether a text is a person's name; Thai writes sentences without blanks, too."""
    return bool(_person(text)) and max(map(len, text.split())) <= NAME_WORD


@dataclass(slots=True)
class _Found:
    """What the lines of one signature said up to now."""

    names: list[str] = field(default_factory=list)
    organisation: list[str] = field(default_factory=list)
    address: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)

    def take_labelled(self, line: str) -> bool:
        """Takes a line that says of itself what it is; returns whether it is one."""
        for name, label in _words().labels.items():
            found = label.match(line)
            if found is not None:
                self._add(name, line[found.end() :])
                return True
        return False

    def take(self, line: str) -> None:
        """Takes a line by what it looks like."""
        details = read_contact_details(_WEB.sub(" ", line))
        self.emails += details.emails
        rest = _words().reach.sub(" ", details.words).strip(_AROUND)
        says_something = _LETTERS.search(rest) and not _has("courtesies", rest)
        if says_something and not self.take_labelled(line):
            for part in _parts(rest):
                self._take_part(part)

    def _add(
        self,
        name: str,
        said: str,
    ) -> None:
        """Adds what was said of a field, once."""
        kept = {
            "name": self.names,
            "organisation": self.organisation,
            "address": self.address,
        }
        plain = said.strip(_AROUND)
        if name == "name":
            plain = _person(plain)
        if plain and plain not in kept[name]:
            kept[name].append(plain)

    def _take_part(self, part: str) -> None:
        """Takes a part of a line: an address, a position somewhere, an organisation, a name."""
        organisation = _words().lists["agencies"].search(part)
        is_position = _has("positions", part)
        if _is_address(part):
            self._add("address", part)
        elif organisation and is_position:
            begin = organisation.start()
            self._add("organisation", part[begin:])
        elif organisation and not _SENTENCE.match(part):
            self._take_organisation(part)
        elif not (organisation or self.organisation or is_position):
            # Below the organisation no person signs.
            self._add("name", part)

    def _take_organisation(self, part: str) -> None:
        """Takes an organisation, and who stands before it in a line of Thai: in English the telling
        word may be the last.
        """
        before, *behind = _words().before_agency.split(part, 1)
        name = _person(before)
        if not behind or not name or not has_thai(part):
            self._add("organisation", part)
            return
        self._add("organisation", behind[0])
        if not self.names:
            self.names.append(name)

    def complete(self, introduced: "_Found") -> None:
        """Takes what somebody said of himself above, and did not sign with: his title, and where he
        is from.
        """
        said = introduced.names[:1]
        signed = self.names[:1]
        bare = [strip_titles(name) for name in said]
        if signed and [strip_titles(name) for name in signed] != bare:
            return
        if signed in ([], bare):
            self.names[:1] = said
        self.organisation = self.organisation or introduced.organisation

    def take_introduced(self, text: str) -> None:
        """Takes who introduces himself in a sentence, and where he is from."""
        for found in _words().introduces.finditer(text):
            name = _person(found["name"])
            is_sure = found["sure"] or strip_titles(name) != name
            if name and is_sure:
                self.names.append(name)
                behind = text[found.end() :]
                self.organisation += _organisation_behind(behind)
                return


def _joined(lines: Sequence[str]) -> str:
    """Returns lines as one: Thai puts a blank between, English a comma."""
    is_thai = any(map(has_thai, lines))
    between = " " if is_thai else ", "
    return between.join(lines)[:FIELD]


# Which lines sign a mail.


def _lines(text: str) -> list[str]:
    """Returns the lines that say something, but for sentences."""
    lines = map(str.strip, text.splitlines())
    return [line for line in lines if 0 < len(line) <= LONGEST]


def _signed(text: str) -> str:
    """Returns what stands below the last courtesy; without one the last paragraph, where that tells
    of somebody.
    """
    begins = [found.start() for found in _words().lists["begins"].finditer(text)]
    if begins:
        return text[begins[-1] :]
    last = _PARAGRAPHS.split(text.strip())[-1]
    details = read_contact_details(last[:READ])
    tells = details.phones or details.emails or _has("agencies", last)
    is_short = max(map(len, last.splitlines()), default=0) <= LONGEST
    has_lines = 1 < len(last.splitlines()) <= LINES
    return last if tells and is_short and has_lines else ""


# What a part of a line is.


def _parts(line: str) -> list[str]:
    """Returns the parts of a line; an address is one, whatever stands between its parts."""
    if _is_address(line):
        return [line]
    return list(filter(None, _AFTER_NAME.split(line)))


def _person(text: str) -> str:
    """Returns the name of a person; "" where the text is none."""
    plain = _IN_BRACKETS.sub("", text)
    before = _words().before_position.split(plain, 1)[0]
    name = " ".join(before.strip(_BRACKETS).strip(_AROUND).split())
    if len(name) > NAME or _IN_NAME.fullmatch(name) is None:
        return ""
    lists = ("courtesies", "sentence_ends", "agencies")
    is_other = any(_has(words, name) for words in lists) or _is_sentence(name)
    bare = strip_titles(name)
    # A title alone tells that it is somebody's name.
    fewest = NAME_LEAST - (bare != name)
    is_one = fewest <= len(bare.split()) <= NAME_WORDS
    return name if is_one and not is_other else ""


def _is_sentence(name: str) -> bool:
    """Returns whether words in Latin letters are written small, as in no name."""
    small = [word for word in name.split() if word[:1].islower()]
    return any(not _has("particles", word) for word in small)


def _organisation_behind(text: str) -> Iterator[str]:
    """Yields the words of an organisation that follow a name, and what somebody is there."""
    for piece in text[:LONGEST].split():
        if len(piece) <= WORD and _has("agencies", piece):
            yield piece
        elif not _has("positions", piece):
            return


def _is_address(text: str) -> bool:
    """Returns whether a text is an address: of a road, a district, a postcode and a house at least
    two, or one and a province.
    """
    plain = digits(text)
    marks = _words().lists["areas"].findall(plain)
    marks += filter(None, (mark.search(plain) for mark in _ADDRESS))
    if len(marks) != 1 or _has("agencies", plain):
        return len(marks) > 1
    return any(map(find_province, plain.split()))


# Words.


@dataclass(frozen=True, slots=True)
class _Words:
    """What the words of the file match: `lists` by their names, `labels` by what they name."""

    lists: Mapping[str, re.Pattern[str]]
    labels: Mapping[str, re.Pattern[str]]
    reach: re.Pattern[str]
    introduces: re.Pattern[str]
    before_position: re.Pattern[str]
    before_agency: re.Pattern[str]


def _has(words: str, text: str) -> bool:
    """Returns whether a word of a list stands in a text, where such words stand."""
    return _words().lists[words].search(text) is not None


@cache
def _words() -> _Words:
    path = Path(__file__).parents[2] / "data" / _FILE
    document = read_document(path, _FILE)
    table = TomlTable(document.values, (), (document,))
    labels = table.table("labels")
    known = {name: table.texts(name) for name in _PATTERNS}
    known["agencies"] += words("new_customer").texts("agencies")
    introduces = rf"(?:(?P<sure>{one_of(table.texts('names'))})|%s)\s{{0,2}}{_NAMED}"
    return _Words(
        lists={name: _pattern(_PATTERNS[name], texts) for name, texts in known.items()},
        labels={name: _pattern(_LABEL, labels.texts(name)) for name in _LABELS},
        reach=_pattern(_REACH, labels.texts("reach")),
        introduces=_pattern(rf"(?<![^\s(]){introduces}", table.texts("introduces")),
        before_position=_pattern(_BEHIND, known["positions"]),
        before_agency=_pattern(_BEHIND, known["agencies"]),
    )


def _pattern(template: str, texts: Sequence[str]) -> re.Pattern[str]:
    """Returns what matches any of the words where the template has its %s."""
    return re.compile(template % one_of(texts), re.IGNORECASE)
