"""What the rooms enter: commands, button actions, states of records, work due at a time, and what
one noun adds to another's work.

Each has one table, and one row is put there by the function that does it."""

import re
from collections.abc import (
    Awaitable,
    Callable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, replace
from datetime import time
from enum import Enum, auto
from typing import Generic, NamedTuple, Protocol, TypeVar

from domain.errors import NotAllowed
from domain.mail.incoming import IncomingMail
from domain.staff import Role, Staff
from domain.tickets.records import Ticket
from handlers.chat import (
    AnyButton,
    Attachment,
    Button,
    ButtonStyle,
    Card,
    Masked,
    Paragraph,
    Reply,
    ReplyPart,
    presses,
)
from handlers.desk import Context, Fetched, Work
from handlers.labels import role_label
from store.chat.forms import Draft
from store.due import Due
from store.files import File

F = TypeVar("F")
R = TypeVar("R")

Fits = Callable[[str], object]
CommandFunction = Callable[[Context, str], Awaitable[Reply]]
ActionFunction = Callable[[Context, Mapping[str, str]], Awaitable[Reply]]
DueFunction = Callable[[Work, Sequence[Due]], Awaitable[None]]
StartFunction = Callable[[Work], Awaitable[int]]
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


@dataclass(frozen=True, slots=True)
class DueKind:
    """`run` gets all occurrences of the kind that are due together.

    `silent` = it tells nobody, so it may run at night; everything else waits for the office's
    hours, but for what is `urgent`: that is told at its time, day and night, and waits for the
    office only when it is half a day late. `daily_at` = it is due every day at that local time, on
    working days only where `workdays`."""

    name: str
    run: DueFunction
    silent: bool
    daily_at: time | None
    workdays: bool
    urgent: bool = False


def check_right(staff: Staff, needed: Command | Action) -> None:
    """NotAllowed where this person may not use it now."""
    if needed.posting and not staff.may_post:
        raise NotAllowed("post_right")
    if not staff.role.covers(needed.role):
        raise NotAllowed("role", role=role_label(needed.role))


COMMANDS: dict[str, Command] = {}
SPOKEN: list[Spoken] = []
ACTIONS: dict[str, Action] = {}
DANGEROUS: set[str] = set()
"""Actions that cannot be undone easily."""
FURTHER: set[str] = set()
"""Actions that show what else can be done with a record."""
ASIDE: set[str] = set()
"""Actions that are never what is wanted most: they lead elsewhere, or away."""
STATES: dict[str, StateFunction] = {}
"""By the letter that a record's name begins with: how it is shown to a press that came too late."""
KINDS: dict[str, DueKind] = {}
"""The kinds of work that is due at a time, by their names."""
STARTS: list[StartFunction] = []
"""What is done once by each process before its first tick; each says how many things it touched."""
ANYTHING = r"(?s).*"
NOTHING = r"$"
_ANYTHING = re.compile(ANYTHING).match


def _put(table: dict[str, R], name: str, row: R) -> None:
    """Enter a row; ValueError where the table has one of this name, which it would replace."""
    if name in table:
        raise ValueError(f"{name} is taken")
    table[name] = row


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
        entered = Command(
            name,
            words,
            role,
            about,
            fitting,
            run,
            posting,
        )
        _put(COMMANDS, name, entered)
        for word in (*words, *also):
            SPOKEN.append(
                Spoken(
                    word,
                    name,
                    fitting,
                    joining,
                    last,
                    word in words,
                )
            )
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
        names = [command.name for command in COMMANDS.values() if command.run is run]
        if not names:
            raise TypeError(f"{run.__name__}: @spoken stands above @command")
        nearest = names[-1]
        for word in words:
            SPOKEN.append(
                Spoken(
                    word,
                    nearest,
                    fitting,
                    joining,
                    last=False,
                    sure=False,
                )
            )
        return run

    return enter


def _fitting(fits: str | Fits) -> Fits:
    if fits == ANYTHING:
        return _ANYTHING
    return re.compile(fits).match if isinstance(fits, str) else fits


def action(
    name: str,
    *,
    role: Role = Role.OFFICER,
    in_place: bool = False,
    posting: bool = False,
    danger: bool = False,
    aside: bool = False,
    further: bool = False,
) -> Callable[[ActionFunction], ActionFunction]:
    """Enter a function in the table of button actions.

    `danger` = what it does cannot be undone easily; `aside` = it is never what is wanted most;
    `further` = it shows what else can be done with a record."""

    def enter(run: ActionFunction) -> ActionFunction:
        _put(ACTIONS, name, Action(name, role, in_place, run, posting))
        return run

    if danger:
        DANGEROUS.add(name)
    if aside or further:
        ASIDE.add(name)
    if further:
        FURTHER.add(name)

    return enter


def styled(part: ReplyPart) -> ReplyPart:
    """The part with the style of each of its buttons: what is dangerous says so, and the first is
    the one that is wanted most, where nothing else says that of itself.
    """
    buttons = tuple(map(_with_danger, part.buttons))
    if not isinstance(part, Paragraph | Card) or part.whole:
        return replace(part, buttons=buttons)
    if wanted := _wanted_most(presses(buttons)):
        primary = replace(wanted, style=ButtonStyle.PRIMARY)
        buttons = tuple(primary if button is wanted else button for button in buttons)
    return replace(part, buttons=buttons)


def _with_danger(button: AnyButton) -> AnyButton:
    if isinstance(button, Button) and button.action in DANGEROUS:
        return replace(button, style=ButtonStyle.DANGER)
    return button


def _wanted_most(buttons: Sequence[Button]) -> Button | None:
    """The first; none where it leads aside or is dangerous, and where it is one of several alike:
    to choose among them is the point.
    """
    if not buttons or any(button.style is ButtonStyle.PRIMARY for button in buttons):
        return None
    first, *others = buttons
    alike = any(other.action == first.action for other in others)
    if alike or first.action in DANGEROUS | ASIDE:
        return None
    return first


def text_action(name: str) -> Callable[[CommandFunction], CommandFunction]:
    """Enter a command's function as a button action, too: the button's `text` stands for what is
    typed behind the command.
    """

    def enter(run: CommandFunction) -> CommandFunction:
        action(name)(lambda ctx, args: run(ctx, args.get("text", "")))
        return run

    return enter


def state(letter: str) -> Callable[[StateFunction], StateFunction]:
    """Enter a function in the table of how records are shown to late presses."""

    def enter(run: StateFunction) -> StateFunction:
        _put(STATES, letter, run)
        return run

    return enter


def due(
    name: str,
    *,
    silent: bool = False,
    urgent: bool = False,
    daily_at: time | None = None,
    workdays: bool = True,
) -> Callable[[DueFunction], DueFunction]:
    """Enter a function in the table of work that is due at a time; see `DueKind`."""

    def enter(run: DueFunction) -> DueFunction:
        _put(KINDS, name, DueKind(name, run, silent, daily_at, workdays, urgent))
        return run

    return enter


def at_start(run: StartFunction) -> StartFunction:
    """Enter a function among those that run before a process's first tick."""
    STARTS.append(run)
    return run


# What one noun adds to another's work.


class Hook(Generic[F]):
    """What several nouns add in one place of another's work, in an order that never changes."""

    def __init__(self) -> None:
        self._entered: dict[int, F] = {}

    def enter(self, place: int, what: F) -> None:
        """Add it; the lowest `place` comes first, and ValueError says that one is taken."""
        if place in self._entered:
            raise ValueError(f"place {place} is taken")
        self._entered[place] = what

    def __call__(self, place: int) -> Callable[[F], F]:
        """The same for a function below."""

        def enter(run: F) -> F:
            self.enter(place, run)
            return run

        return enter

    def __iter__(self) -> Iterator[F]:
        return iter([self._entered[place] for place in sorted(self._entered)])


class CardAddition(NamedTuple):
    """Lines with their labels, and buttons, that another noun puts on a card."""

    lines: Sequence[tuple[str, str]] = ()
    buttons: tuple[Button, ...] = ()


on_ticket_card: Hook[Callable[[Context, Ticket], Awaitable[CardAddition]]] = Hook()
"""What stands last on a ticket's card, its buttons first."""
MailHook = Hook[Callable[[Work, IncomingMail, Ticket], Awaitable[Callable[[], CardAddition]]]]
on_mail_card: MailHook = Hook()
"""What stands on the card of a mail that made a ticket, in private messages and on the ticket's
card: read once, and said in the language of each who reads it.
"""
on_reply_card: MailHook = Hook()
"""The same of a mail that joined a ticket: in the message that tells of it, and on that card."""
leaves_closed: Hook[Callable[[Work, IncomingMail, Ticket], Awaitable[bool]]] = Hook()
"""Whether a closed ticket stays closed though a mail answers it, for what that mail brings."""
on_person_card: Hook[Callable[[Context, Staff], Awaitable[CardAddition]]] = Hook()
"""What stands on the card of one of the staff, between role and access."""


class TicketEvent(Enum):
    """What was done to a ticket that was saved."""

    CHANGED = auto()
    VOIDED = auto()
    RESTORED = auto()


@dataclass(frozen=True, slots=True)
class SavedTicket:
    """A ticket as it is after a save whose changes are collected already; `made_for` = the record
    that its form was opened for.
    """

    ticket: Ticket
    event: TicketEvent = TicketEvent.CHANGED
    made_for: str = ""


after_save: Hook[Callable[[Context, SavedTicket], Awaitable[tuple[ReplyPart, ...]]]] = Hook()
"""What follows when a ticket is saved; what it returns is shown below the ticket."""

on_group_line: Hook[Callable[[Masked], Sequence[Button]]] = Hook()
"""What whoever of the staff reads one record's masked line in a group can do about it there."""

reads_text: Hook[Callable[[Context, str, Draft | None], Awaitable[Reply | None]]] = Hook()
"""What a text may be, beside a command, an answer to the open form (which asks nothing here) and a
search: the answer, or None where it is not this.
"""


class Claim(NamedTuple):
    """What a noun says of a file that is its own: it took it, and `reply` answers, or the answer
    comes by itself; with a `problem` it did not, and that says why.
    """

    reply: Reply | None
    problem: str = ""


class FileUse(Protocol):
    """What else than an attachment a file may be; a noun overrides only what it uses."""

    async def read(
        self,
        ctx: Context,
        body: Attachment,
        fetched: Fetched,
        draft: Draft | None,
    ) -> Reply | None:
        """The answer to a file that is this and nothing else; `draft` = the open form."""
        return None

    async def claim(self, ctx: Context, file: File) -> Claim | None:
        """What comes of a file that belongs to no ticket and no form, and is not stored yet."""
        return None

    async def offers(
        self,
        ctx: Context,
        held: Sequence[File],
        ids: str,
    ) -> list[Button]:
        """What files that wait may be beside attachments; `ids` = theirs, for a button."""
        return []


file_uses: Hook[FileUse] = Hook()
"""What a file may be."""
