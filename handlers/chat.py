"""The chat as the desk sees it: what came in, and what is to be said, without a word of any
platform.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson

from domain.staff import Chat, Platform, Role, StaffId
from domain.text import clean
from domain.text.keyboard import gives_address
from handlers.i18n import _

# In.


@dataclass(frozen=True, slots=True)
class Text:
    """Something typed: a command, an answer or a search.

    `first_at` = when it was first posted, where it was forwarded and the platform says so.
    """

    text: str
    first_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Press:
    """A button was pressed; never made from text."""

    token: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something that is no text: `kind` is sticker, photo, document, voice, video, location,
    contact or other.

    `reference` = how its platform fetches the bytes ("" = there are none to fetch). `name`, `mime`
    and `size` (bytes) are what the sender's telephone declares. `album` = what several pictures
    sent as one share, of `album_size` where that is known. `quoted` = the words of the message that
    it answers."""

    kind: str
    reference: str = ""
    name: str = ""
    mime: str = ""
    size: int | None = None
    caption: str = ""
    message: str = ""
    album: str = ""
    album_size: int | None = None
    quoted: str = ""


@dataclass(frozen=True, slots=True)
class SharedContact:
    """Somebody out of an address book, with telephones and e-mail addresses as they are written
    there.
    """

    name: str
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """Fields of a draft, filled on one page: by name what was typed; `saves` = all of it is to be
    saved, else it is only kept.
    """

    draft: str
    answers: Mapping[str, str]
    saves: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """Typed after the bot's name in any chat, perhaps a foreign one; `offset` asks for the answer's
    next page.
    """

    text: str
    offset: str = ""


@dataclass(frozen=True, slots=True)
class Edited:
    """An earlier message was changed by its sender."""

    message: str = ""


@dataclass(frozen=True, slots=True)
class Unsent:
    """An earlier message was taken back by its sender."""

    message: str = ""


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody opened the chat with the bot, or added it to a group."""


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody blocked the bot, or took it out of a group: nothing reaches them there."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The platform gave a group another chat. `of` = the chat it had; "" = that in which this is
    told.
    """

    to: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class Reacted:
    """Somebody put these signs on a message of the desk's, which `Incoming.message` names."""

    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Other:
    """An event that needs no answer (read, and whatever the platform invents next)."""


Body = (
    Text
    | Press
    | Attachment
    | SharedContact
    | Filled
    | Query
    | Edited
    | Unsent
    | Joined
    | Left
    | Moved
    | Reacted
    | Other
)


@dataclass(frozen=True, slots=True)
class Incoming:
    """One event. `who` is the platform's user id; None = an unknown actor, who has no access. See
    also `cleaned`.

    A text from a group (not `private`) was spoken to the bot, and is without its name; `title` is
    the group's. `reply_token`/`reply_until` are LINE's free answer; `message` names the message a
    press came from, or the query; `topic` is the part of the chat where it was said ("" = the chat
    has no parts, or it was said outside of them). `unsendable` = who said it can take it back, and
    the platform tells. `name` and `username` are what the platform calls who speaks."""

    id: str
    at: datetime
    platform: Platform
    chat: str
    private: bool
    who: str | None
    body: Body
    name: str = ""
    language: str = ""
    reply_token: str = ""
    reply_until: datetime | None = None
    message: str = ""
    title: str = ""
    topic: str = ""
    unsendable: bool = False
    username: str = ""


def cleaned(incoming: Incoming) -> Incoming:
    """The event with all that people wrote in it clean, see `domain.text.clean`: handlers meet
    nothing else.
    """
    return replace(
        incoming,
        body=_cleaned(incoming.body),
        name=clean(incoming.name),
        title=clean(incoming.title),
    )


def _cleaned(body: Body) -> Body:
    if isinstance(body, Text | Query):
        # An address that was typed on the Thai layout is no Thai: to order its marks would lose it.
        if gives_address(body.text):
            return body
        return replace(body, text=clean(body.text))
    if isinstance(body, Attachment):
        return replace(
            body,
            name=clean(body.name),
            caption=clean(body.caption),
            quoted=clean(body.quoted),
        )
    if isinstance(body, Filled):
        answers = {name: clean(text) for name, text in body.answers.items()}
        return replace(body, answers=answers)
    if isinstance(body, SharedContact):
        return SharedContact(
            clean(body.name),
            tuple(map(clean, body.phones)),
            tuple(map(clean, body.emails)),
            clean(body.organisation),
        )
    return body


# Out.


class ButtonStyle(StrEnum):
    """How a button stands among the others of its part: `primary` = the one thing that is most
    wanted next, at most one a part; `danger` = what cannot be undone easily.
    """

    PLAIN = "plain"
    PRIMARY = "primary"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Button:
    """A tap that means `action` with `args`; `token` is filled in when the reply is stored.

    `once` = it changes something: it works once, and only while `record` is at `version`. `typed` =
    what does the same when it is typed in the private chat: LINE does not tell who pressed a button
    in a group."""

    label: str
    action: str
    args: Mapping[str, str] = field(default_factory=dict)
    record: str = ""
    version: int = 0
    once: bool = False
    token: str = ""
    typed: str = ""
    style: ButtonStyle = ButtonStyle.PLAIN


@dataclass(frozen=True, slots=True)
class CopyButton:
    """Copies `text` on the telephone, and tells the desk nothing; shown where a platform can."""

    label: str
    text: str


AnyButton = Button | CopyButton


def presses(buttons: Iterable[AnyButton]) -> tuple[Button, ...]:
    """Those of the buttons that mean something to the desk."""
    return tuple(button for button in buttons if isinstance(button, Button))


class DateKind(StrEnum):
    """Whether a day alone is asked for, or a time of it as well."""

    DAY = "day"
    DAY_AND_TIME = "day_and_time"


@dataclass(frozen=True, slots=True)
class DateAsked:
    """What is asked for is a date: a platform may offer a picker, whose value comes in as the typed
    text would.

    All are times of the desk's time zone; where a day is asked for, only their day counts.
    `default` = where the picker opens. `label` = what opens it. `before` = what is typed before the
    date, a command for instance."""

    kind: DateKind = DateKind.DAY
    earliest: datetime | None = None
    latest: datetime | None = None
    default: datetime | None = None
    label: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A few sentences. `asks`, `passing` and `more`: see `Choice`; `whole`, `record` and `version`:
    see `Card`.
    """

    text: str
    buttons: tuple[AnyButton, ...] = ()
    asks: DateAsked | None = None
    passing: bool = False
    more: Button | None = None
    whole: bool = False
    record: str = ""
    version: int = 0


class FactKind(StrEnum):
    """What a value on a card is: `phone` can be called, `code` is a number that people copy, `long`
    may be folded away.
    """

    WORDS = "words"
    PHONE = "phone"
    EMAIL = "email"
    CODE = "code"
    DATE = "date"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of a card: what it is called, and what it is."""

    label: str
    value: str
    kind: FactKind = FactKind.WORDS


CardLine = Fact | tuple[str, str]
"""A line as it is written: a pair is a fact of no special kind."""


class Tone(StrEnum):
    """The state that a card tells of, which platforms show as a colour."""

    NEUTRAL = "neutral"
    FRESH = "fresh"
    RUNNING = "running"
    WAITING = "waiting"
    OVERDUE = "overdue"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Card:
    """One record: a title, lines of label and value, a note, and what can be done with it.

    Lines may be written as pairs, which are facts of no special kind; `facts` are what is read.
    Lines in a row with the same label are one: the label is said once, above a value a line.
    `asks` and `more`: see `Choice`. `whole` = nothing of it may wait behind a button. `record`
    ("" = none) is what the card is of, as of `version`: where a platform can, its messages are
    drawn anew when that changes elsewhere."""

    title: str
    fields: tuple[CardLine, ...] = ()
    note: str = ""
    buttons: tuple[AnyButton, ...] = ()
    tone: Tone = Tone.NEUTRAL
    asks: DateAsked | None = None
    more: Button | None = None
    whole: bool = False
    record: str = ""
    version: int = 0

    def __post_init__(self) -> None:
        joined: list[Fact] = []
        for line in self.fields:
            fact = _fact(line)
            if joined and joined[-1].label == fact.label:
                last = joined.pop()
                fact = replace(last, value=f"{last.value}\n{fact.value}")
            joined.append(fact)
        object.__setattr__(self, "fields", tuple(joined))

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The lines."""
        return tuple(map(_fact, self.fields))


def _fact(line: CardLine) -> Fact:
    if isinstance(line, Fact):
        return line
    label, value = line
    return Fact(label, value)


@dataclass(frozen=True, slots=True)
class Choice:
    """A question with its possible answers, one a line, and further buttons below.

    `asks` = the answer is a date, which may be picked as well as typed. `passing` = the answers
    matter now and not later, so a platform may show them where they vanish once answered. `more` =
    what shows the rest, where a platform does not show all at once: made with the tokens."""

    question: str
    options: tuple[Button, ...]
    buttons: tuple[AnyButton, ...] = ()
    asks: DateAsked | None = None
    passing: bool = False
    more: Button | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A stored file: its bytes by `sha256`, its row by `file`.

    Where a platform cannot send files it shows `caption` and a link that says `open_label`; where
    no link can be made, `no_link`. `shown` = a picture to be looked at in the chat itself: no link
    stands for it. `reader` = whose link it is, which the reply's way out says."""

    file: str
    name: str
    mime: str
    size: int
    sha256: str
    caption: str
    open_label: str
    no_link: str
    buttons: tuple[AnyButton, ...] = ()
    shown: bool = False
    reader: StaffId | None = None


ReplyPart = Paragraph | Card | Choice | Document


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier `message` of this chat says by now: it is edited there; where no platform
    can, or no message is named, `part` leads the answer."""

    part: ReplyPart
    message: str = ""


@dataclass(frozen=True, slots=True)
class QueryResult:
    """One answer to a query: `title` and `about` are for who asked, `text` lands in the chat where
    it was asked.
    """

    key: str
    title: str
    about: str
    text: str


@dataclass(frozen=True, slots=True)
class Offers:
    """What a query is answered with; `more` is the offset of the next page, "" on the last."""

    found: tuple[QueryResult, ...] = ()
    more: str = ""


@dataclass(frozen=True, slots=True)
class Masked:
    """A line that a group may hear: of names only colleagues' whole, and nothing that somebody
    typed.

    `action` ("" = none) with `args` shows in private what stands behind it, and so does what is
    `typed` there. `version` = that of the record; `done` = nothing is to be done about it."""

    text: str
    action: str = ""
    args: Mapping[str, str] = field(default_factory=dict)
    typed: str = ""
    version: int = 0
    done: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `in_place` = it takes the place of the message whose button was pressed, where a
    platform can; `confirms` = it tells of a change, so it must arrive; `retires` = the buttons of
    the pressed message are spent; `offers` = it answers a query, and has no parts; `earlier` =
    other messages that it changes; `masked` = what the chat of the person's team is told instead,
    where no platform reaches the person; `tells` = what counts as told once it is accepted, see
    domain/reach/untold.py."""

    parts: tuple[ReplyPart, ...]
    in_place: bool = False
    confirms: bool = False
    retires: bool = False
    offers: Offers | None = None
    earlier: tuple[Earlier, ...] = ()
    masked: tuple[Masked, ...] = ()
    tells: tuple[str, ...] = ()
    reaction: str = ""
    """The sign that the desk puts on the message that the event came from, where a platform can."""

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers of records in what a group may hear of it."""
        return tuple(line.typed for line in self.masked if line.typed)

    def followed_by(self, *parts: ReplyPart) -> "Reply":
        """The same with these parts below."""
        return replace(self, parts=(*self.parts, *parts))

    def led_by(self, *parts: ReplyPart) -> "Reply":
        """The same with these parts above."""
        return replace(self, parts=(*parts, *self.parts))

    @property
    def all_parts(self) -> tuple[ReplyPart, ...]:
        """The parts where nothing can be edited: what earlier messages say by now comes first."""
        return (*(each.part for each in self.earlier), *self.parts)


@dataclass(frozen=True, slots=True)
class WorkLetter:
    """A mail to a colleague's work address that says all that there is to say, with what is
    attached.
    """

    subject: str
    body: str
    files: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that nobody asked for: to a person, to everybody with a role, or to one chat
    (platform, chat), of somebody who is not staff or of the person named too. `make` words it in
    the recipient's language. Sent once for each `key`; by a platform that it `avoids` only where a
    person has no other. With a `letter` it goes to the work address first, where there is one."""

    make: Callable[[], Reply]
    key: str
    staff_id: StaffId | None = None
    role: Role | None = None
    to: Chat | None = None
    avoids: frozenset[Platform] = frozenset()
    letter: WorkLetter | None = None


def say(text: str, *buttons: AnyButton) -> Reply:
    """A reply of one paragraph."""
    return Reply((Paragraph(text, buttons),))


def confirm(text: str, *buttons: AnyButton) -> Reply:
    """The same, of something that was done: it stands on its own below what was pressed."""
    return Reply((Paragraph(text, buttons),), confirms=True)


def in_one_line(*parts: str) -> str:
    """Those parts that say something, side by side."""
    return " · ".join(filter(None, parts))


def in_lines(*parts: str) -> str:
    """Those parts that say something, one below the other."""
    return "\n".join(filter(None, parts))


def turn_buttons(
    name: str,
    args: Mapping[str, str],
    page: int,
    *,
    more: bool,
) -> list[Button]:
    """[ก่อนหน้า] and [ถัดไป], where there are such pages: the action `name` gets `args` and `page`,
    counted from 0.
    """
    turns = []
    if page > 0:
        turns.append((_("ก่อนหน้า"), page - 1))
    if more:
        turns.append((_("ถัดไป"), page + 1))
    return [Button(label, name, {**args, "page": str(to)}) for label, to in turns]


def card_of(reply: Reply) -> Card | Paragraph | None:
    """The one part of a reply that shows a record, where it says nothing else."""
    parts = reply.all_parts
    if len(parts) != 1 or not isinstance(parts[0], Card | Paragraph):
        return None
    return parts[0] if parts[0].record else None


def buttons_of(part: ReplyPart) -> tuple[Button, ...]:
    """All buttons of a part that mean something to the desk, in the order shown."""
    if isinstance(part, Choice):
        return (*part.options, *presses(part.buttons))
    return presses(part.buttons)


def date_asked(part: ReplyPart) -> DateAsked | None:
    """The date that a part asks for."""
    if isinstance(part, Document):
        return None
    return part.asks


_PARTS: dict[str, type[Paragraph] | type[Card] | type[Choice] | type[Document]] = {
    "paragraph": Paragraph,
    "card": Card,
    "choice": Choice,
    "document": Document,
}


def reply_to_json(reply: Reply) -> str:
    """A reply as JSON, for a message that may have to be rendered again."""
    parts = []
    for part in reply.all_parts:
        kind = type(part).__name__.lower()
        parts.append({"part": kind, **_shallow(part)})
    data: dict[str, object] = {"parts": parts, "confirms": reply.confirms}
    if not reply.parts and len(reply.earlier) == 1:
        # It says nothing but what stands there from now on.
        data["earlier"] = reply.earlier[0].message
    if reply.masked:
        data["masked"] = reply.masked
    if reply.tells:
        data["tells"] = reply.tells
    return orjson.dumps(data, default=dict).decode()


def _shallow(part: ReplyPart) -> dict[str, Any]:
    """A part as a dict: dataclasses.asdict copies whatever is in it, which takes longer than all
    the rest.
    """
    return {name: getattr(part, name) for name in part.__slots__}


def reply_from_json(text: str) -> Reply:
    """The reverse of `reply_to_json`."""
    data = orjson.loads(text)
    parts = tuple(map(_part, data["parts"]))
    message = data.get("earlier", "")
    if message:
        return Reply((), earlier=(Earlier(parts[0], message),))
    return Reply(
        parts,
        confirms=data["confirms"],
        masked=tuple(Masked(**line) for line in data.get("masked", ())),
        tells=tuple(data.get("tells", ())),
    )


def _part(data: dict[str, Any]) -> ReplyPart:
    kind = _PARTS[data.pop("part")]
    for name, read in _READ_AGAIN.items():
        if data.get(name) is not None:
            data[name] = read(data[name])
    return kind(**data)


def _buttons_again(listed: list[dict[str, Any]]) -> tuple[AnyButton, ...]:
    return tuple(map(_any_button_again, listed))


def _any_button_again(data: dict[str, Any]) -> AnyButton:
    return _button_again(data) if "action" in data else CopyButton(**data)


def _button_again(data: dict[str, Any]) -> Button:
    style = data.pop("style", ButtonStyle.PLAIN)
    return Button(**data, style=ButtonStyle(style))


def _facts_again(listed: list[Any]) -> tuple[Fact, ...]:
    return tuple(map(_fact_again, listed))


def _fact_again(data: Any) -> Fact:
    # Messages that an earlier version kept have pairs.
    if isinstance(data, list):
        return Fact(*data)
    return Fact(data["label"], data["value"], FactKind(data["kind"]))


def _asked_again(data: dict[str, Any]) -> DateAsked:
    read = dict(data)
    for name in ("earliest", "latest", "default"):
        if data[name]:
            read[name] = datetime.fromisoformat(data[name])
    return DateAsked(**{**read, "kind": DateKind(data["kind"])})


_READ_AGAIN: dict[str, Callable[[Any], Any]] = {
    "buttons": _buttons_again,
    "options": _buttons_again,
    "fields": _facts_again,
    "tone": Tone,
    "asks": _asked_again,
    "more": _button_again,
}
"""What of a part is more than its JSON."""
