"""The field of a mail that takes in a canned answer: chosen from a list, or searched by a word."""

from domain.errors import InvalidInput
from domain.mail.letters.canned import find_canned
from domain.text import shorten
from handlers.desk import Context
from handlers.forms.drafts import FormAnswer
from handlers.forms.engine import Field, Option
from handlers.mail.asking.asked import load_asked
from handlers.mail.asking.letter_values import filled
from store.chat.forms import Draft
from store.mail import canned

NAME = "mail_canned"
_CHOSEN = "#"
"""Before the id of one that was chosen by its button."""


async def _parse(
    ctx: Context,
    draft: Draft,
    text: str,
) -> FormAnswer:
    """The one that was chosen, or the only one that holds the words; of several it is asked."""
    answers = await ctx.once(canned.list_canned)
    chosen = [answer for answer in answers if text == _CHOSEN + answer.id]
    found = chosen or find_canned(answers, text)
    if not found:
        raise InvalidInput("no_canned", text=shorten(text, 100))
    if len(found) > 1:
        return FormAnswer(queries={NAME: text})
    (answer,) = found
    asked = await load_asked(ctx, draft.record)
    language = draft.about["language"]
    words = filled(ctx, asked, answer, language)
    given = {NAME: answer.id, "mail_text": words}
    before = draft.given.get("mail_text", "")
    if before and before != words:
        # What was written already stays, and nothing is the canned answer's alone any more.
        both = f"{before}\n\n{words}"
        given = {NAME: "", "mail_text": both}
    return FormAnswer(given, queries={NAME: ""})


async def _options(ctx: Context, draft: Draft) -> list[Option]:
    """Those that hold what was searched for, else all."""
    answers = await ctx.once(canned.list_canned)
    query = draft.query(NAME)
    if query:
        answers = find_canned(answers, query)
    return [Option(_CHOSEN + answer.id, answer.name) for answer in answers]


CANNED_FIELD = Field(
    NAME,
    "พิมพ์คำค้น เช่น จัดส่ง",
    _parse,
    _options,
    clearable=False,
    hidden=True,
)
