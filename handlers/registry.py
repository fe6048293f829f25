"""The tables of commands and of button actions: one row each, put there by the function that does it."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from domain.errors import InvalidInput, NotAllowed
from domain.staff import Role, Staff
from handlers.chat import Reply
from handlers.desk import Context
from handlers.labels import role_label

CommandFunction = Callable[[Context, str], Awaitable[Reply]]
ActionFunction = Callable[[Context, Mapping[str, str]], Awaitable[Reply]]
StateFunction = Callable[[Context, str, int | None], Awaitable[Reply | None]]
"""Gets a record's name and the version a button showed (None: it was pressed before); None = still as shown."""


@dataclass(frozen=True, slots=True)
class Command:
    """`/name`, or one of the Thai `words` followed by arguments that `fits` finds true.

    `posting` = it needs the right to post, which supervisors have and single officers may be granted.
    """

    name: str
    words: tuple[str, ...]
    role: Role
    about: str
    fits: Callable[[str], object]
    run: CommandFunction
    last: bool = False
    """The word may stand behind its arguments, too."""
    posting: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """What a button does. `in_place` = the answer replaces the message that held the button; `posting` as above."""

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
ACTIONS: dict[str, Action] = {}
STATES: dict[str, StateFunction] = {}
"""By the letter that a record's name begins with: how it is shown to a press that came too late."""
ANYTHING = r"(?s).*"
NOTHING = r"$"


def command(
    name: str,
    *words: str,
    about: str,
    fits: str | Callable[[str], object] = ANYTHING,
    role: Role = Role.OFFICER,
    last: bool = False,
    posting: bool = False,
) -> Callable[[CommandFunction], CommandFunction]:
    """Enter a function in the table of commands. `fits` = a pattern for the arguments' beginning, or a function."""
    fitting = re.compile(fits).match if isinstance(fits, str) else fits

    def enter(run: CommandFunction) -> CommandFunction:
        COMMANDS[name] = Command(name, words, role, about, fitting, run, last, posting)
        return run

    return enter


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


def parse_command(text: str) -> tuple[Command, str] | None:
    """The command that the text is, with its arguments; None = no command but words.

    `/name` is always meant as a command: InvalidInput("command") where there is none. A Thai word is one
    only with arguments that fit it, since people are called so too (DESIGN.md, "Commands").
    """
    head, _, rest = text.partition(" ") if " " in text.split("\n", 1)[0] else _split_line(text)
    rest = rest.strip()
    if head.startswith("/"):
        name = head[1:].split("@", 1)[0].lower()
        if name not in COMMANDS:
            raise InvalidInput("command", name=head)
        return COMMANDS[name], rest
    for candidate in COMMANDS.values():
        if head.casefold() in candidate.words and candidate.fits(rest):
            return candidate, rest
    front, _, tail = text.rpartition(" ")
    for candidate in COMMANDS.values():
        if candidate.last and tail.casefold() in candidate.words and candidate.fits(front.strip()):
            return candidate, front.strip()
    return None


def _split_line(text: str) -> tuple[str, str, str]:
    head, newline, rest = text.partition("\n")
    return head, newline, rest
