"""Whether two posts may be one: a post that was logged by hand with a link that names nothing, and
the same post as its network told of it.

The same network and day is for who asks; here is the rest of the rule. Two texts are alike where
most of the shorter one stands in the longer one, as it sounds: at least `MOST` of its runs of four
letters, links and blanks aside, for Thai has no blanks between words. A headline is so alike to the
whole post. The office writes many posts after one pattern: where the shorter one says a figure, a
month or a province that the longer one does not say, or the other way round though they are about
as long, they are two. What stands behind the first 4,000 letters of a text is not compared.
"""

import re
from collections.abc import Iterator

from domain.customers.provinces import provinces_in
from domain.dates.days import BUDDHIST_OFFSET, month_names, month_numbers
from domain.publicity.links import without_links
from domain.publicity.publications import STANDING, Post
from domain.publicity.reading import LEAST_TEXT
from domain.text import clean, digits, fold

MOST = 0.6
ABOUT_AS_LONG = 0.85
"""Share of the longer text's runs from which the shorter one is no headline of it."""
COMPARED = 4_000
_RUN = 4
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_COMMA = re.compile(r",(?=\d{3})")
_YEAR = re.compile(r"(?:25|20)\d\d")


def are_alike(one: str, other: str) -> bool:
    """Returns whether two texts share most of their words, and the shorter one says no figure,
    month or province that the longer one does not; one too short to tell is like none.
    """
    shorter, longer = sorted((one[:COMPARED], other[:COMPARED]), key=lambda text: len(_runs(text)))
    few = _runs(shorter)
    many = _runs(longer)
    if len(few) < LEAST_TEXT - _RUN + 1:
        return False
    if len(few & many) < MOST * len(few):
        return False
    said = set(_facts(shorter))
    known = set(_facts(longer))
    if len(few) >= ABOUT_AS_LONG * len(many):
        return said == known
    return said <= known


def _runs(text: str) -> frozenset[str]:
    heard = fold(without_links(text)).replace(" ", "")
    return frozenset(heard[at : at + _RUN] for at in range(len(heard) - _RUN + 1))


def _facts(text: str) -> Iterator[str]:
    """Yields what tells one post after a pattern from another: figures, a year as its last two
    digits, months and provinces.
    """
    plain = digits(clean(without_links(text)))
    for number in _NUMBER.findall(plain):
        yield _figure(_COMMA.sub("", number))
    for name in re.findall(month_names(), plain, re.IGNORECASE):
        bare = re.sub(r"[.\s]", "", name).casefold()
        yield f"month {month_numbers()[bare]}"
    yield from provinces_in(plain)


def _figure(number: str) -> str:
    """Returns a figure as it is compared: a year of either era is what people write for short."""
    if not _YEAR.fullmatch(number):
        return number.removeprefix("0")
    year = int(number)
    if number.startswith("20"):
        year += BUDDHIST_OFFSET
    return str(year % 100)


def names_nothing(post: Post) -> bool:
    """Returns whether a post has no link, or one that does not say which post it leads to: a code
    to share, a short address.
    """
    own = post.link_key.partition(":")[2]
    return not own or "/" in own


def may_be_one(logged: Post, told: Post) -> bool:
    """Returns whether a post that was logged by hand may be the one that its network told of."""
    stand = logged.state in STANDING and told.state in STANDING
    is_told = bool(told.external_id) and not logged.external_id
    return stand and is_told and names_nothing(logged)
