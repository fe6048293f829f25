"""What in a text says who somebody is: whole names, telephones, addresses, however they are written
there.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from domain.text.titles import full_titles, strip_titles

SHORTEST_WORD = 8
"""Letters of a name of one word that is nobody else's first name."""
SHORTEST_NAME = 8
"""Letters of a whole name that is no part of other words, even where its words are joined."""
SHORTEST_TEXT = 8
SHORTEST_SENTENCE = 20
"""Letters of an address, or a note, that is looked for among other words: with a digit in it, and
of words alone, which must be several; a district or "calls often" stands in anybody's.
"""
FEWEST_DIGITS = 7
_GAP = r"(?:[\s\u00a0\u200b]|\\[ntr]|\\u00a0)*"
_BLANKS = r"(?:[\s\u00a0\u200b]|\\[ntr]|\\u00a0)+"
_THAI = r"\u0e00-\u0e7f"
_ESCAPE = r"(?<=\\[nrtbf])|(?<=\\u[0-9a-f]{4})"
"""Behind a sign as JSON has it, whose last letter belongs to no word."""
_BEGINS = rf"(?:(?<![^\W_])|{_ESCAPE})"
_ENDS = r"(?![^\W_])"
_ADDRESS_BEGINS = rf"(?:(?<![\w.+-])|{_ESCAPE})"
_ADDRESS_ENDS = r"(?![\w-]|\.\w)"
_BETWEEN = r"(?:[\s()./\u00a0\u2010-\u2014-]|\\u20\d\d|\\u00a0){0,3}"
_BEFORE_PHONE = rf"(?<!\d)(?:(?:\+|00)?{_BETWEEN}66{_BETWEEN}|(?:[0\u0e50]|\\u0e50){_BETWEEN})?"
_THAI_ZERO = 0x0E50


@dataclass(frozen=True, slots=True)
class PersonMarks:
    """What was ever kept of a person by which a text can name them. `texts` = addresses, notes."""

    names: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()

    def without(self, others: Iterable[str]) -> "PersonMarks":
        """The same without what others bear as well."""
        gone = {one.casefold() for one in others}

        def kept(some: Iterable[str]) -> frozenset[str]:
            return frozenset(one for one in some if one.casefold() not in gone)

        return PersonMarks(
            kept(self.names),
            kept(self.phones),
            kept(self.emails),
            kept(self.texts),
        )

    def as_json(self) -> dict[str, list[str]]:
        """The same for JSON."""
        return {name: sorted(some) for name, some in asdict(self).items()}

    @classmethod
    def of_json(cls, told: Mapping[str, Iterable[str]]) -> "PersonMarks":
        """What `as_json` told."""
        return cls(**{name: frozenset(some) for name, some in told.items()})


@dataclass(frozen=True, slots=True)
class MarkFinder:
    """Finds marks in texts. `needles` = parts of a text that has one, in small letters, to look for
    first: in LIKE, where % stands for anything.
    """

    needles: tuple[str, ...]
    pattern: re.Pattern[str] = field(repr=False)

    def replaced(
        self,
        text: str,
        by: str,
    ) -> str:
        """The text with `by` where a mark stood."""
        if not self.needles:
            return text
        return self.pattern.sub(by, text)

    def is_in(self, text: str) -> bool:
        """Whether one stands there."""
        return bool(self.needles) and self.pattern.search(text) is not None


def find_marks(marks: PersonMarks) -> MarkFinder:
    """What finds these."""
    found = [*_of_names(marks.names), *_of_phones(marks.phones)]
    found += [*_of_emails(marks.emails), *_of_texts(marks.texts)]
    # The longest first, so that nothing is left of it.
    found.sort(key=lambda pair: -len(pair[1]))
    needles = dict.fromkeys(needle for needle, _pattern in found)
    patterns = [pattern for _needle, pattern in found] or ["(?!)"]
    return MarkFinder(
        tuple(needles),
        re.compile("|".join(patterns), re.IGNORECASE),
    )


def is_looked_for(name: str) -> bool:
    """Whether a name is looked for in texts of others: one short word may be anybody's, or a part
    of any other word.
    """
    words = strip_titles(name).split()
    return len(words) > 1 or _letters(words) >= SHORTEST_WORD


def _letters(words: Sequence[str]) -> int:
    return sum(map(len, words))


def _of_names(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in filter(is_looked_for, names):
        words = strip_titles(name).split()
        if _letters(words) < SHORTEST_NAME:
            yield from _forms(words, _standing_alone)
        else:
            yield from _forms(words, _joined)


def _of_emails(emails: Iterable[str]) -> Iterator[tuple[str, str]]:
    for email in emails:
        if "@" in email:
            yield from _forms([email.strip()], _address)


def _of_texts(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    for text in filter(_says_who, texts):
        yield from _forms(text.split(), _joined)


def _says_who(text: str) -> bool:
    if any(map(str.isdigit, text)):
        return len(text) >= SHORTEST_TEXT
    return len(text) >= SHORTEST_SENTENCE and len(text.split()) > 1


def _forms(
    words: Sequence[str], pattern: Callable[[Sequence[str]], str]
) -> Iterator[tuple[str, str]]:
    """As it is typed, and as JSON has it that is ASCII alone."""
    yield _needle(max(words, key=len)), pattern(words)
    escaped = [json.dumps(word)[1:-1] for word in words]
    if escaped != [*words]:
        yield _needle(max(escaped, key=len)), pattern(escaped)


def _joined(words: Sequence[str]) -> str:
    """With blanks between its words or without; Thai words have no ends that one could see."""
    pattern = _GAP.join(map(re.escape, words))
    if words[0][0].isascii() and words[0][0] != "\\":
        pattern = _BEGINS + pattern
    if words[-1][-1].isascii() and not words[-1].startswith("\\"):
        pattern += _ENDS
    return pattern


def _standing_alone(words: Sequence[str]) -> str:
    """Of few letters: with blanks between its words, behind a title or a blank, and no letter
    behind it.
    """
    pattern = _BLANKS.join(map(re.escape, words))
    titles = "|".join(f"(?<={form})" for title in full_titles() for form in _spelt(title))
    begins = rf"(?:(?<![^\W_{_THAI}])(?<![{_THAI}])(?<!\\u0e[0-7][0-9a-f])|(?<=\\[nrt])|{titles})"
    return rf"{begins}{pattern}(?![^\W_]|[{_THAI}]|\\u0e)"


def _spelt(title: str) -> tuple[str, str]:
    """A title as it is typed, and as JSON has it that is ASCII alone."""
    return re.escape(title), re.escape(json.dumps(title)[1:-1])


def _address(words: Sequence[str]) -> str:
    return f"{_ADDRESS_BEGINS}{re.escape(words[0])}{_ADDRESS_ENDS}"


def _needle(text: str) -> str:
    """For LIKE with ESCAPE '!'."""
    return re.sub(
        "([!%_])",
        r"!\1",
        text.lower(),
    )


def _of_phones(phones: Iterable[str]) -> Iterator[tuple[str, str]]:
    for phone in phones:
        digits = national_digits(phone)
        if len(digits) >= FEWEST_DIGITS:
            pattern = _BETWEEN.join(map(_any_digit, digits))
            written = rf"{_BEFORE_PHONE}{pattern}(?!\d)"
            last = digits[-6:]
            yield "%".join(last), written
            yield "%".join(map(_thai, last)), written
            yield "%".join(_escaped(digit)[1:] for digit in last), written
            # As customers are found by it, from its end.
            yield digits[::-1], rf"{digits[::-1]}0?"


def _any_digit(digit: str) -> str:
    return f"(?:{digit}|{_thai(digit)}|{_escaped(digit)})"


def _thai(digit: str) -> str:
    return chr(_THAI_ZERO + int(digit))


def _escaped(digit: str) -> str:
    return rf"\\u{_THAI_ZERO + int(digit):04x}"


def national_digits(phone: str) -> str:
    """The digits behind the nought or the country, without an extension."""
    digits = re.sub(
        r"\D",
        "",
        phone.partition(";")[0],
    )
    return digits.removeprefix("66").removeprefix("0")
