"""What in a text says who somebody is: whole names, telephones, addresses, however they are written
there.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from domain.text.titles import strip_titles

SHORTEST_WORD = 8
"""Letters of a name of one word that is nobody else's first name."""
SHORTEST_TEXT = 8
"""Letters of an address, or a note, that is looked for among other words."""
FEWEST_DIGITS = 7
_GAP = r"(?:[\s\u00a0\u200b]|\\[ntr])*"
_BETWEEN = r"[\s().\u00a0-]{0,3}"
_BEFORE_PHONE = rf"(?<!\d)(?:(?:\+|00)?{_BETWEEN}66{_BETWEEN}|[0\u0e50]{_BETWEEN})?"
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
    found += _of_texts([*marks.emails, *marks.texts])
    # The longest first, so that nothing is left of it.
    found.sort(key=lambda pair: -len(pair[1]))
    needles = dict.fromkeys(needle for needle, _pattern in found)
    patterns = [pattern for _needle, pattern in found] or ["(?!)"]
    return MarkFinder(
        tuple(needles),
        re.compile("|".join(patterns), re.IGNORECASE),
    )


def _of_names(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        words = strip_titles(name).split()
        letters = sum(map(len, words))
        if len(words) > 1 or letters >= SHORTEST_WORD:
            yield from _words(words)


def _of_texts(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    for text in texts:
        if len(text) >= SHORTEST_TEXT or "@" in text:
            yield from _words(text.split())


def _words(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """As it is typed, and as JSON has it that is ASCII alone."""
    yield _needle(max(words, key=len)), _joined(words)
    escaped = [json.dumps(word)[1:-1] for word in words]
    if escaped != [*words]:
        yield _needle(max(escaped, key=len)), _joined(escaped)


def _joined(words: Sequence[str]) -> str:
    pattern = _GAP.join(map(re.escape, words))
    return rf"(?<![^\W_]){pattern}" if words[0][:1].isascii() else pattern


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
            pattern = _BETWEEN.join(f"[{digit}{_thai(digit)}]" for digit in digits)
            written = rf"{_BEFORE_PHONE}{pattern}(?!\d)"
            last = digits[-6:]
            yield "%".join(last), written
            yield "%".join(map(_thai, last)), written
            # As customers are found by it, from its end.
            yield digits[::-1], rf"{digits[::-1]}0?"


def _thai(digit: str) -> str:
    return chr(_THAI_ZERO + int(digit))


def national_digits(phone: str) -> str:
    """The digits behind the nought or the country, without an extension."""
    digits = re.sub(
        r"\D",
        "",
        phone.partition(";")[0],
    )
    return digits.removeprefix("66").removeprefix("0")
