"""Whom a letter goes to: the language that a person is written to in, and the name of the greeting.
Pure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from domain.customers.new_customers import names_organisation
from domain.customers.phones import looks_like_email
from domain.customers.romanise import latin_sound, thai_sounds
from domain.data import TomlTable
from domain.mail.letters.canned import read_places
from domain.text import fold, spellings
from domain.text.titles import strip_titles, without_titles

LANGUAGES = ("th", "en")
THAI, ENGLISH = LANGUAGES
_THAI_LETTER = re.compile("[\u0e01-\u0e4e]")
_LETTER = re.compile(r"[^\W\d_]")
_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")
_IN_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_DOTS = re.compile(r"[.\s]+")
_HOME = ".th"
"""Where mail addresses end that are Thailand's own."""
_COUNTRY = re.compile(r"\.[a-z]{2}", re.IGNORECASE)
_HOME_PHONE = "+66"


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who a letter is to, as the register has them.

    `name` = of the person or organisation that is greeted; `is_person` = it surely is a person's.
    `further` = what else the register says in words: organisation, addresses; `phones` as stored.
    `english` = what a letter in English calls the addressee, where that is known.
    `usual` = the language of its type of customers, where a name in Latin letters leaves it open;
    `chosen` = the one that somebody chose, "" for none."""

    name: str
    is_person: bool = False
    further: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    english: str = ""
    usual: str = ""
    chosen: str = ""

    @property
    def language(self) -> str:
        """Returns `th` or `en`: the one that was chosen, else what name and register suggest."""
        return self.chosen or _guessed(self)


def has_thai_letters(text: str) -> bool:
    """Returns whether anything of it is written in Thai."""
    return _THAI_LETTER.search(text) is not None


def is_one_person(name: str, other: str) -> bool:
    """Returns whether two names are one, titles aside: they sound alike, also in the letters of two
    languages.
    """
    if not set(spellings(name)).isdisjoint(spellings(other)):
        return True
    words = _own_name(name).split()
    others = _own_name(other).split()
    pairs = zip(words, others, strict=False)
    return 0 < len(words) == len(others) and all(_sound_alike(*pair) for pair in pairs)


def _sound_alike(word: str, other: str) -> bool:
    """Returns whether a Thai word and one in Latin letters, in whichever order, sound alike."""
    thai, latin = sorted((word, other), key=has_thai_letters, reverse=True)
    heard = {sound.consonants for sound in thai_sounds(fold(thai))}
    return latin_sound(latin).consonants in heard


def _guessed(to: Addressee) -> str:
    name = _own_name(to.name)
    if has_thai_letters(name):
        return THAI
    if not _LETTER.search(name):
        return to.usual or _by_reach(to)
    # An organisation may have a Latin name and be Thai all the same; a person hardly has.
    if to.is_person or not _is_thai(to.further):
        return ENGLISH
    return to.usual or THAI


def _own_name(name: str) -> str:
    """Returns a name without its titles and what stands in brackets; "" for a mail address."""
    if looks_like_email(name.strip()):
        return ""
    return strip_titles(_BRACKETS.sub(" ", name)).strip()


def _is_thai(texts: tuple[str, ...]) -> bool:
    return any(map(has_thai_letters, texts))


def _by_reach(to: Addressee) -> str:
    """Returns the language of somebody without a name: by what else is known of them, else Thai."""
    if _is_thai(to.further):
        return THAI
    if any(_LETTER.search(text) for text in to.further):
        return ENGLISH
    abroad = [email for email in to.emails if _is_abroad(email)]
    abroad += [phone for phone in to.phones if _is_foreign(phone)]
    return ENGLISH if abroad else THAI


def _is_abroad(email: str) -> bool:
    """Returns whether an address ends with another country's letters."""
    ending = email[-len(_HOME) :].casefold()
    return _COUNTRY.fullmatch(ending) is not None and ending != _HOME


def _is_foreign(phone: str) -> bool:
    return phone.startswith("+") and not phone.startswith(_HOME_PHONE)


@dataclass(frozen=True, slots=True)
class LetterRules:
    """The office's rules of letters (domain/data/letters.toml): `attachments` are megabytes,
    `recent` and `month` are days, `a_month` letters; `titles` = by language, what titles are
    called in it; `untitled` = what a person without a title is called in Thai; `officers` = by
    the name of an officer, how letters in English are signed, `unnamed` = how by one whose name
    is in Thai letters alone; `places` = by what stands in braces in a canned answer, the name
    of what fills it, and `links` what that is where it is always the same.
    """

    attachments: int
    recent: int
    month: int
    a_month: int
    titles: Mapping[str, "Titles"]
    untitled: str
    unnamed: str
    officers: Mapping[str, str]
    places: Mapping[str, str]
    links: Mapping[str, str]

    def signed(self, officer: str, language: str) -> str:
        """Returns the name of the officer who writes, as a letter in this language has it."""
        if language != ENGLISH:
            return officer
        unlisted = self.unnamed if has_thai_letters(officer) else officer
        return self.officers.get(officer, unlisted)

    def greeted(self, to: Addressee, language: str) -> str:
        """Returns the name as a letter in this language greets it: of two spellings the one in its
        letters, with the titles of that language.
        """
        if language == ENGLISH and to.english:
            return to.english
        if not _own_name(to.name):
            return ""
        name = _spelt_for(to.name, language)
        own = strip_titles(name)
        before = name.removesuffix(own)
        if not before and language == THAI and to.is_person and _wants_title(own):
            return _joined(self.untitled, own)
        titles = self._translated(before, language)
        return _joined(titles, own) if titles is not None else name

    def _translated(self, before: str, language: str) -> str | None:
        """Returns what stands before a name in the words of a language; None where there is nothing
        to translate, or it is not all known.
        """
        called = []
        rest = before.strip()
        while rest:
            found = self.titles[language].match(rest)
            if found is None:
                return None
            called.append(found.title)
            rest = rest[found.end :].strip()
        gap = "" if language == THAI else " "
        return gap.join(filter(None, called)) if before else None


@dataclass(frozen=True, slots=True)
class _Match:
    """A title at the beginning of a text: what it is called, and where it ends."""

    title: str
    end: int


@dataclass(frozen=True, slots=True)
class Titles:
    """What titles of the other language are called in this one, by their letters alone; `pattern`
    finds the longest that a text begins with.
    """

    called: Mapping[str, str]
    pattern: re.Pattern[str]

    def match(self, text: str) -> _Match | None:
        """Returns the title that the text begins with."""
        found = self.pattern.match(text)
        if found is None:
            return None
        return _Match(self.called[_plain(found[0])], found.end())


def _joined(titles: str, own: str) -> str:
    """Returns titles and name: Thai titles are glued to Thai names, and to nothing else."""
    if _THAI_LETTER.search(titles) and _THAI_LETTER.match(own):
        return f"{titles}{own}"
    return f"{titles} {own}".strip()


def _plain(title: str) -> str:
    return _DOTS.sub("", title).casefold()


def _spelt_for(name: str, language: str) -> str:
    """Returns the name in the letters of a language, where it stands there in both."""
    outside = " ".join(_BRACKETS.sub(" ", name).split())
    for spelt in (outside, *_IN_BRACKETS.findall(name)):
        if _LETTER.search(spelt) and has_thai_letters(spelt) == (language == THAI):
            return str(spelt.strip())
    return name.strip()


def _wants_title(own: str) -> bool:
    """Returns whether a person's name stands there without title, position or office."""
    return len(without_titles(own)) == 1 and not names_organisation(own)


KEYS = (
    "attachments",
    "recent",
    "month",
    "a_month",
    "titles",
    "untitled",
    "unnamed",
    "officers",
    "places",
    "links",
)


def read_letter_rules(root: TomlTable) -> LetterRules:
    """Reads the table `letters`; the DataError it raises names file and row."""
    table = root.table("letters")
    table.check_keys(KEYS)
    places = table.table("places")
    titles = table.table("titles")
    titles.check_keys(LANGUAGES)
    return LetterRules(
        attachments=table.count("attachments"),
        recent=table.count("recent"),
        month=table.count("month"),
        a_month=table.count("a_month"),
        titles={language: _read_titles(titles.table(language)) for language in LANGUAGES},
        untitled=table.text("untitled"),
        unnamed=table.text("unnamed"),
        officers=_read_names(table.table("officers")),
        places=read_places({name: places.texts(name) for name in places.values}),
        links=_read_names(table.table("links")),
    )


def _read_names(table: TomlTable) -> dict[str, str]:
    return {name: table.text(name) for name in table.values}


def _read_titles(table: TomlTable) -> Titles:
    longest_first = sorted(table.values, key=len, reverse=True)
    spelt = []
    for title in longest_first:
        pieces = map(re.escape, _DOTS.split(title))
        spelt.append(r"[.\s]*".join(pieces))
    meanings = {}
    for title in table.values:
        meanings[_plain(title)] = table.text(title, "")
    pattern = re.compile("|".join(spelt), re.IGNORECASE)
    return Titles(meanings, pattern)
