"""How letters of each purpose are written, in either language, and what is said of one before it
goes: each purpose enters its own.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from domain.mail.addressees import ENGLISH, THAI
from domain.mail.letters.templates import SIGNATURE
from handlers.chat import Button
from handlers.desk import Context
from handlers.forms.engine import form_button
from store.chat.forms import Draft
from store.mail.mails import NewMail

NAMES = {THAI: "ไทย", ENGLISH: "English"}
"""What a language calls itself."""


@dataclass(frozen=True, slots=True)
class Written:
    """A letter as it is drafted: the officer may edit the subject, the greeting, which is the first
    line of what stands `before`, and the text, which stands between that and the closing. `quote` =
    the question that it answers, below all that.
    """

    subject: str
    before: str
    text: str
    after: str
    quote: str = ""

    @property
    def given(self) -> dict[str, str]:
        """Returns what the officer may edit, by the names of the form's fields."""
        return {
            "mail_subject": self.subject,
            "mail_greeting": self.before.partition("\n")[0],
            "mail_text": self.text,
        }

    @property
    def around(self) -> dict[str, str]:
        """Returns what nobody edits: what stands between greeting and text, the closing, and the
        quote.
        """
        _greeting, line, rest = self.before.partition("\n")
        return {"before": line + rest, "after": self.after, "quote": self.quote}


WriteFunction = Callable[[Context, NewMail], Awaitable[Written]]
WRITERS: dict[str, WriteFunction] = {}


def written_by(purpose: str) -> Callable[[WriteFunction], WriteFunction]:
    """Enter what writes mails of this purpose, in whichever language `NewMail.language` says."""

    def enter(run: WriteFunction) -> WriteFunction:
        WRITERS[purpose] = run
        return run

    return enter


@dataclass(frozen=True, slots=True)
class Look:
    """What is said of a draft under its text, and what else can be done with it.

    `question` = what the officer has to confirm before it goes, "" for nothing; `left` = the mail
    without what is over by now, or to whom it is for by now, and `why`; `presses` = further buttons
    by their actions, for the draft as it is shown; `more` = others, for any state of it."""

    note: str = ""
    question: str = ""
    left: NewMail | None = None
    why: str = ""
    presses: Mapping[str, str] = field(default_factory=dict)
    more: Sequence[Button] = ()


LookFunction = Callable[[Context, NewMail], Awaitable[Look]]
LOOKS: dict[str, LookFunction] = {}
BY_RECEIVER: set[str] = set()
"""The purposes of which more is said once their receiver was written about anything else."""


def looked_at_by(
    purpose: str, *, by_receiver: bool = False
) -> Callable[[LookFunction], LookFunction]:
    """Enter what looks at a draft of this purpose whenever it is shown, and before it goes."""
    if by_receiver:
        BY_RECEIVER.add(purpose)

    def enter(run: LookFunction) -> LookFunction:
        LOOKS[purpose] = run
        return run

    return enter


async def look_at(ctx: Context, mail: NewMail) -> Look:
    """What its purpose says of a draft."""
    if mail.purpose not in LOOKS:
        return Look()
    return await LOOKS[mail.purpose](ctx, mail)


def framed(ctx: Context, mail: NewMail) -> Written:
    """A letter as greeting, text and closing: the officer edits what stands between the two."""
    body = mail.body
    head, blank, rest = body.partition("\n\n")
    # A greeting is one line, and something stands below it.
    greeted = bool(rest) and "\n" not in head
    before = head + blank if greeted else ""
    signature = ctx.desk.configuration.templates[SIGNATURE][mail.language]
    closing = signature.body.partition("\n")[0]
    end_at = body.rfind(f"\n\n{closing}\n")
    if end_at <= len(before):
        end_at = len(body)
    return Written(mail.subject, before, body[len(before) : end_at], body[end_at:])


# Its buttons.


def language_button(language: str, action: str, args: Mapping[str, str]) -> Button:
    """The button that has a letter drawn in the other language by the press that drew it."""
    other = _other(language)
    return Button(NAMES[other], action, {**args, "language": other})


def _other(language: str) -> str:
    return ENGLISH if language == THAI else THAI


def draft_buttons(draft: Draft, purpose: str, language: str) -> tuple[Button, ...]:
    """[English] or [ไทย], where the letter can be written in both."""
    if purpose not in WRITERS:
        return ()
    other = _other(language)
    return (form_button(NAMES[other], "mail.language", draft, language=other),)
