"""The name within what people say around it: the tickets of somebody, somebody called."""

import re
from functools import cache

import regex  # type: ignore[import-untyped]

from domain.patterns import at_end, one_of, without_end
from domain.text import clean, words

SHORTEST = 4
"""Letters of a name that may stand within a sentence; fewer stand in many a word."""


def whose(text: str) -> str:
    """Returns the text without the words before and behind the name that it may hold; "" where
    hardly a name is left.
    """
    plain = clean(text)
    rest = _before().sub("", plain)
    name = without_end(_behind(), rest).strip()
    return name if len(name) >= SHORTEST else ""


@cache
def _before() -> re.Pattern[str]:
    before = one_of(words("queries").texts("before_names"))
    return re.compile(rf"^(?:{before}\s*+)++", re.IGNORECASE)


@cache
def _behind() -> regex.Pattern[str]:
    behind = one_of(words("queries").texts("behind_names"))
    return at_end(rf"(?:\s*+{behind})++\s*+")
