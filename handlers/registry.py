"""The tables of commands and of button actions: one row each, put there by the function that does
it.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from domain.errors import InvalidInput, NotAllowed
from domain.staff import Role, Staff
from domain.text import FOLLOWING_VOWELS, MARKS
from domain.tickets.references import Kind, is_courtesy, is_question, take_reference
from handlers.chat import Reply
from handlers.desk import Context
from handlers.labels import role_label

Fits = Callable[[str], object]
CommandFunction = Callable[[Context, str], Awaitable[Reply]]
ActionFunction = Callable[[Context, Mapping[str, str]], Awaitable[Reply]]
StateFunction = Callable[[Context, str, int | None], Awaitable[Reply | None]]
"""Gets a record's name and the version a button showed (None: it was pressed before); None = still
as shown.
"""


@dataclass(frozen=True, slots=True)
class Command:
    """`/name`, or one of the Thai `words` followed by arguments that `fits` finds true.

    `words` are told in the help; what else people say for it stands in SPOKEN. `posting` = it needs
    the right to post, which supervisors have and single officers may be granted."""

    name: str
    words: tuple[str, ...]
    role: Role
    about: str
    fits: Fits
    run: CommandFunction
    posting: bool = False


@dataclass(frozen=True, slots=True)
class Spoken:
    """One word or phrase (in small letters) for a command, with the arguments that fit it.

    `joined` = what may follow it without a blank where a name could go on so: the word for "remind"
    begins names. `last` = it may stand behind its arguments, too. `sure` = it is told in the help:
    what others say alone may as well be an answer."""

    word: str
    command: str
    fits: Fits
    joined: Fits | None
    last: bool
    sure: bool

    @property
    def takes_anything(self) -> bool:
        """Whether whatever follows it fits."""
        return self.fits is _ANYTHING


class Said(NamedTuple):
    """A command that was said, its arguments, and whether it can be nothing else."""

    command: Command
    args: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Action:
    """What a button does. `in_place` = the answer replaces the message that held the button;
    `posting` as above.
    """

    name: str
    role: Role
    in_place: bool
    run: ActionFunction
    posting: bool = False


def check_right(staff: Staff, needed: Command | Action) -> None:
    """NotAllowed where this person may not use it now."""
    if needed.posting and not staff.may_post:
        raise NotAllowed("post_right")
    if not staff.role.covers(needed.role):
        raise NotAllowed("role", role=role_label(needed.role))


COMMANDS: dict[str, Command] = {}
SPOKEN: list[Spoken] = []
ACTIONS: dict[str, Action] = {}
STATES: dict[str, StateFunction] = {}
"""By the letter that a record's name begins with: how it is shown to a press that came too late."""
ANYTHING = r"(?s).*"
NOTHING = r"$"
ASKING = ("ขอดู", "อยากดู", "ช่วยดู", "ดู", "ขอ", "ช่วย", "รบกวน", "please ")
"""What may lead a command politely."""
LONG = 5
"""Letters of a word that begins hardly any name."""
_MARKS = " \t:"
_ANYTHING = re.compile(ANYTHING).match
_THAI = re.compile(r"[\u0e01-\u0e4e]")
_CUT = re.compile(f"[{MARKS}{FOLLOWING_VOWELS}]")


def command(
    name: str,
    *words: str,
    about: str,
    fits: str | Fits = ANYTHING,
    also: tuple[str, ...] = (),
    joined: str | Fits | None = None,
    role: Role = Role.OFFICER,
    last: bool = False,
    posting: bool = False,
) -> Callable[[CommandFunction], CommandFunction]:
    """Enter a function in the table of commands: its `words`, and what people say `also` for it.

    `fits` and `joined` = a pattern for the arguments' beginning, or a function; see `Spoken`.
    """
    fitting = _fitting(fits)
    joining = None if joined is None else _fitting(joined)

    def enter(run: CommandFunction) -> CommandFunction:
        COMMANDS[name] = Command(name, words, role, about, fitting, run, posting)
        for word in (*words, *also):
            SPOKEN.append(Spoken(word, name, fitting, joining, last, word in words))
        return run

    return enter


def spoken(
    *words: str, fits: str | Fits = NOTHING, joined: str | Fits | None = None
) -> Callable[[CommandFunction], CommandFunction]:
    """More that people say for the command of a function, with arguments of its own. Stands above
    `command`.
    """
    fitting = _fitting(fits)
    joining = None if joined is None else _fitting(joined)

    def enter(run: CommandFunction) -> CommandFunction:
        (name,) = (command.name for command in COMMANDS.values() if command.run is run)
        SPOKEN.extend(Spoken(word, name, fitting, joining, False, False) for word in words)
        return run

    return enter


def _fitting(fits: str | Fits) -> Fits:
    if fits == ANYTHING:
        return _ANYTHING
    return re.compile(fits).match if isinstance(fits, str) else fits


def action(
    name: str, *, role: Role = Role.OFFICER, in_place: bool = False, posting: bool = False
) -> Callable[[ActionFunction], ActionFunction]:
    """Enter a function in the table of button actions."""

    def enter(run: ActionFunction) -> ActionFunction:
        ACTIONS[name] = Action(name, role, in_place, run, posting)
        return run

    return enter


def state(letter: str) -> Callable[[StateFunction], StateFunction]:
    """Enter a function in the table of how records are shown to late presses."""

    def enter(run: StateFunction) -> StateFunction:
        STATES[letter] = run
        return run

    return enter


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
    # What is asked for politely may as well be an answer, unless it names a record.
    return found._replace(sure=take_reference(found.args) is not None) if found else None


def _asked(text: str) -> str:
    """What a polite word that leads the text asks for; "" where none leads it."""
    for word in ASKING:
        rest = text[len(word) :].lstrip(_MARKS)
        if _begins(text, word) and rest and not _CUT.match(rest):
            return rest
    return ""


def near_command(text: str) -> tuple[Command, str, bool] | None:
    """The command whose word, the longest, begins a text that is none, and what follows.

    True at last where that word can hardly be a name's beginning.
    """
    for one in _spoken(len(SPOKEN)):
        rest = text[len(one.word) :]
        if _begins(text, one.word) and not _CUT.match(rest):
            apart = not rest[:1].strip() or not _THAI.match(rest) or len(one.word) >= LONG
            return COMMANDS[one.command], rest.strip(_MARKS), apart
    asked = _asked(text)
    return (near_command(asked) or (COMMANDS["find"], asked, False)) if asked else None


def _slash(text: str) -> Said:
    head = re.split(r"\s", text, maxsplit=1)[0]
    name, _at, _bot = head[1:].partition("@")
    if name.casefold() in COMMANDS:
        return Said(COMMANDS[name.casefold()], text[len(head) :].strip())
    for name in sorted(COMMANDS, key=len, reverse=True):
        rest = text[1 + len(name) :]
        if _begins(text[1:], name) and _parted(name, rest):
            return Said(COMMANDS[name], rest.strip())
    if said := _said(text[1:].strip()):
        return said
    raise InvalidInput("command", name=head)


def _said(text: str) -> Said | None:
    """The command that begins the text, or stands behind what it is about."""
    for one in _spoken(len(SPOKEN)):
        if _begins(text, one.word) and (said := _followed(one, text[len(one.word) :])):
            return said
    return _behind_record(text) or _at_end(text)


def _followed(one: Spoken, rest: str) -> Said | None:
    """The command, if what follows its word fits it and may follow it so."""
    if rest[:1].strip() and not (_parted(one.word, rest) or _joins(one, rest) or is_courtesy(rest)):
        return None
    return _fitted(one, rest.strip(_MARKS).strip())


def _behind_record(text: str) -> Said | None:
    """The number or code first, then the word: the same as the other way round."""
    taken = take_reference(text, Kind.TICKET, Kind.CUSTOMER)
    if taken is None or text[: taken[0].start].strip() or not taken[1]:
        return None
    record, rest = taken
    for one in _spoken(len(SPOKEN)):
        tail = rest[len(one.word) :]
        if not _begins(rest, one.word) or not _ends_word(one, tail, record.value):
            continue
        if said := _fitted(one, f"{record.value} {tail.strip(_MARKS)}".strip()):
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
    for one in _spoken(len(SPOKEN)):
        front = text[: -len(one.word)]
        if not one.last or not front or text[-len(one.word) :].casefold() != one.word:
            continue
        if (not front[-1].strip() or (one.joined and one.joined(front))) and (
            said := _fitted(one, front.strip())
        ):
            return said
    return None


def _fitted(one: Spoken, args: str) -> Said | None:
    """The command with these arguments, if they fit it and do not merely ask."""
    if is_courtesy(args) and not one.takes_anything:
        args = ""
    taken = take_reference(args, Kind.TICKET, Kind.CUSTOMER)
    if is_question(taken[1] if taken else args) or not one.fits(args):
        return None
    return Said(COMMANDS[one.command], args, one.sure or (bool(args) and not one.takes_anything))


def _begins(text: str, word: str) -> bool:
    return text[: len(word)].casefold() == word


def _parted(word: str, rest: str) -> bool:
    """Whether a word ends where its rest begins: by the writing, or by a number or code that
    follows.
    """
    taken = take_reference(rest, Kind.TICKET, Kind.CUSTOMER)
    if taken and not rest[: taken[0].start].strip(_MARKS):
        return True
    if word[-1].isascii():
        return not re.match(r"[A-Za-z]", rest)
    return not _THAI.match(rest)


def _joins(one: Spoken, rest: str) -> bool:
    """Whether the rest may follow the word without a blank, though both are Thai letters."""
    return bool(one.joined and not _CUT.match(rest) and one.joined(rest))


@cache
def _spoken(_count: int) -> tuple[Spoken, ...]:
    """All of them, the longest first; made anew when one was entered."""
    return tuple(sorted(SPOKEN, key=lambda one: -len(one.word)))
