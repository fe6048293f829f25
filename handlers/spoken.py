"""Finds the command that a text says in plain words, with its arguments; None if it says no
command.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from domain.errors import InvalidInput
from domain.patterns import one_of
from domain.text import FOLLOWING_VOWELS, MARKS
from domain.tickets.references import ReferenceKind, is_courtesy, is_question, take_reference
from handlers.registry import COMMANDS, SPOKEN, Command, Spoken

ASKING = ("ขอดู", "อยากดู", "ช่วยดู", "ดู", "ขอ", "ช่วย", "รบกวน", "please ")
"""What may lead a command politely."""
RECORDS = (ReferenceKind.TICKET, ReferenceKind.CUSTOMER)
"""What a command may be about."""
LONG = 5
"""Letters of a word that begins hardly any name."""
_MARKS = " \t:"
_LATIN = re.compile(r"[A-Za-z]")
_THAI = re.compile(r"[\u0e01-\u0e4e]")
_CUT = re.compile(f"[{MARKS}{FOLLOWING_VOWELS}]")
_ASKED = re.compile(
    rf"{one_of(ASKING)}[{_MARKS}]*+(?=[^{MARKS}{FOLLOWING_VOWELS}])", re.IGNORECASE | re.DOTALL
)


class Said(NamedTuple):
    """A command that was said, its arguments, and whether it can be nothing else."""

    command: Command
    args: str
    sure: bool = True


def parse_command(text: str) -> Said | None:
    """The command that the text is, with its arguments; None = no command but words.

    `/name` is always meant as a command: InvalidInput("command") where there is none. A word is one
    only with arguments that fit it, since people are called so too (DESIGN.md, "Commands"). A blank
    behind it may be missing where what follows can belong to no name, and the number or code that
    it is about may stand before it. A question is never one."""
    if text.startswith("/"):
        return _slash(text)
    found = _said(text)
    if found is not None:
        return found
    asked = _asked(text)
    found = _said(asked) if asked else None
    if found is None:
        return None
    # What is asked for politely may as well be an answer, unless it names a record.
    return found._replace(sure=take_reference(found.args) is not None)


def _asked(text: str) -> str:
    """What a polite word that leads the text asks for; "" where none leads it."""
    asked = _ASKED.match(text)
    return text[asked.end() :] if asked else ""


def near_command(text: str) -> tuple[Command, str, bool] | None:
    """The command whose word, the longest, begins a text that is none, and what follows.

    True at last where that word can hardly be a name's beginning.
    """
    for one in _beginning(text):
        rest = text[len(one.word) :]
        if not _CUT.match(rest):
            goes_on = bool(rest[:1].strip()) and _THAI.match(rest) is not None
            apart = not goes_on or len(one.word) >= LONG
            return COMMANDS[one.command], rest.strip(_MARKS), apart
    asked = _asked(text)
    if not asked:
        return None
    return near_command(asked) or (COMMANDS["find"], asked, False)


def _slash(text: str) -> Said:
    head = re.split(r"\s", text, maxsplit=1)[0]
    name, _at, _bot = head[1:].casefold().partition("@")
    if name in COMMANDS:
        return Said(COMMANDS[name], text[len(head) :].strip())
    typed = text[1:]
    for name in sorted(COMMANDS, key=len, reverse=True):
        rest = typed[len(name) :]
        if _begins(typed, name) and _parted(name, rest):
            return Said(COMMANDS[name], rest.strip())
    said = _said(typed.strip())
    if said is None:
        raise InvalidInput("command", name=head)
    return said


def _said(text: str) -> Said | None:
    """The command that begins the text, or stands behind what it is about."""
    for one in _beginning(text):
        said = _followed(one, text[len(one.word) :])
        if said is not None:
            return said
    return _behind_record(text) or _at_end(text)


def _followed(one: Spoken, rest: str) -> Said | None:
    """The command, if what follows its word fits it and may follow it so."""
    apart = not rest[:1].strip()
    if apart or _parted(one.word, rest) or _joins(one, rest) or is_courtesy(rest):
        return _fitted(one, rest.strip(_MARKS).strip())
    return None


def _behind_record(text: str) -> Said | None:
    """The number or code first, then the word: the same as the other way round."""
    taken = take_reference(text, *RECORDS)
    if taken is None:
        return None
    record, rest = taken
    if not rest or text[: record.start].strip():
        return None
    for one in _beginning(rest):
        tail = rest[len(one.word) :]
        if not _ends_word(one, tail, record.value):
            continue
        args = f"{record.value} {tail.strip(_MARKS)}".strip()
        said = _fitted(one, args)
        if said is not None:
            return said
    return None


def _ends_word(one: Spoken, tail: str, record: str) -> bool:
    """Whether the word ends where the tail begins; what may follow it is told by the record before
    it, too.
    """
    apart = not tail[:1].strip(_MARKS) or is_courtesy(tail)
    return apart or _joins(one, tail) or _joins(one, f"{tail} {record}")


def _at_end(text: str) -> Said | None:
    """A word that may stand behind its arguments."""
    end = text.casefold()
    commands, words = _last(len(SPOKEN))
    if not end.endswith(words):
        return None
    for one in commands:
        front = text[: -len(one.word)]
        if not front or not end.endswith(one.word):
            continue
        apart = not front[-1].strip()
        if not apart and not (one.joined and one.joined(front)):
            continue
        said = _fitted(one, front.strip())
        if said is not None:
            return said
    return None


def _fitted(one: Spoken, args: str) -> Said | None:
    """The command with these arguments, if they fit it and do not merely ask."""
    if is_courtesy(args) and not one.takes_anything:
        args = ""
    taken = take_reference(args, *RECORDS)
    words = taken[1] if taken else args
    if is_question(words) or not one.fits(args):
        return None
    narrow = bool(args) and not one.takes_anything
    return Said(COMMANDS[one.command], args, one.sure or narrow)


def _begins(text: str, word: str) -> bool:
    return text[: len(word)].casefold() == word


def _parted(word: str, rest: str) -> bool:
    """Whether a word ends where its rest begins: by the writing, or by a number or code that
    follows.
    """
    taken = take_reference(rest, *RECORDS)
    if taken is not None:
        before = rest[: taken[0].start]
        if not before.strip(_MARKS):
            return True
    # A Latin word goes on in Latin letters, a Thai one in Thai ones.
    own = _LATIN if word[-1].isascii() else _THAI
    return not own.match(rest)


def _joins(one: Spoken, rest: str) -> bool:
    """Whether the rest may follow the word without a blank, though both are Thai letters."""
    if one.joined is None or _CUT.match(rest):
        return False
    return bool(one.joined(rest))


def _beginning(text: str) -> Iterator[Spoken]:
    """Those whose word begins the text, the longest first."""
    words, lengths = _by_word(len(SPOKEN))
    first = text[:2].casefold()
    for length in lengths.get(first) or lengths.get(first[:1], ()):
        yield from words.get(text[:length].casefold(), ())


@cache
def _by_word(count: int) -> tuple[Mapping[str, Sequence[Spoken]], Mapping[str, Sequence[int]]]:
    """All of them by their words; and by one or two first letters how long these words are, the
    longest first.
    """
    words: defaultdict[str, list[Spoken]] = defaultdict(list)
    lengths: defaultdict[str, list[int]] = defaultdict(list)
    for one in _spoken(count):
        words[one.word].append(one)
    for word in words:
        lengths[word[:2]].append(len(word))
    for first, some in lengths.items():
        if len(first) > 1 and first[0] in words:
            some.append(1)
    # Neither is to grow when it is asked for what it has not.
    different = {first: tuple(dict.fromkeys(some)) for first, some in lengths.items()}
    return dict(words), different


@cache
def _last(count: int) -> tuple[Sequence[Spoken], tuple[str, ...]]:
    """Those that may stand behind their arguments, the longest first, and their words."""
    commands = [one for one in _spoken(count) if one.last]
    return commands, tuple(one.word for one in commands)


@cache
def _spoken(_count: int) -> tuple[Spoken, ...]:
    """All of them, the longest first; made anew when one was entered.

    Of one word's commands the order is that of their names, whichever module was loaded first."""
    return tuple(sorted(SPOKEN, key=lambda one: (-len(one.word), one.command)))
