"""Words that stand beside a code, a telephone or an address: whom of those found they name, and
which of them name somebody else."""

from collections.abc import Callable, Iterable, Sequence

from rapidfuzz.fuzz import ratio

from domain.text import fold, letters
from domain.text.keyboard import has_thai
from store.engine.database import Database, is_one_of

NAMED = 75
"""Percent from which a word beside a telephone may be one of the customer's name."""
NAME_WORDS = 4
"""Most words beside a telephone or address that may be a name."""


async def list_words(db: Database, codes: Sequence[str]) -> dict[str, list[str]]:
    """By code, the words of each customer's name, organisation and contacts."""
    wanted = is_one_of("code", codes)
    rows = await db.fetch(f"SELECT code, folded FROM customers WHERE {wanted}", *codes)
    return {row["code"]: row["folded"].split() for row in rows}


def words_of_a_name(said: str) -> list[str]:
    """The words that may be of a name, as search keys: no figures, and no initials."""
    return [word for word in fold(said).split() if _may_name(word)]


def count_in(typed: Iterable[str], words: Sequence[str]) -> int:
    """How many typed words are, begin or nearly are one of these words."""
    return sum(_is_among(one, words) for one in typed)


def name_others(said: str, words: Sequence[str], is_known: Callable[[str], bool]) -> str:
    """The words that are no customer's of these words but a name all the same: one of the
    register's, or of few words that say nothing else; "" where there is none.
    """
    # What is written in Latin letters may be the same name.
    thai = filter(has_thai, letters(said))
    typed = list(filter(_may_name, thai))
    others = [word for word in typed if not _is_among(fold(word), words)]
    only_a_name = len(others) == len(typed) and 1 < len(typed) <= NAME_WORDS
    if only_a_name:
        return " ".join(others)
    return " ".join(word for word in others if is_known(fold(word)))


def _may_name(word: str) -> bool:
    return len(word) > 1 and not word.isdigit()


def _is_among(typed: str, words: Sequence[str]) -> bool:
    return any(word.startswith(typed) or ratio(typed, word) >= NAMED for word in words)
