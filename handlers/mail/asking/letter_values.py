"""What is filled into an answer: into the letter's frame, and into the office's canned words."""

from domain.dates.days import BANGKOK
from domain.mail.letters.answering import answer_subject
from domain.mail.letters.canned import CannedAnswer, fill_places
from domain.mail.letters.templates import LANGUAGES, letter_date
from handlers.desk import Context
from handlers.mail.asking.asked import Asked, load_asked, receiver
from handlers.mail.asking.receivers import greeting
from store.mail import canned
from store.mail.mails import NewMail

CANNED = "canned"
"""The name aside of the canned answer that a draft was filled with."""


def letter_values(
    ctx: Context,
    asked: Asked,
    language: str,
) -> dict[str, str]:
    """What a letter about a ticket says in its places."""
    ticket = asked.ticket
    asked_at = ticket.created_at
    question = ""
    if asked.mail is not None:
        read = asked.mail.reading
        asked_at = read.sent_at or asked.mail.arrived_at
        subject = answer_subject(read.subject, ctx.configuration.mail)
        question = subject.removeprefix("Re: ")
    asked_on = asked_at.astimezone(BANGKOK).date()
    letters = ctx.configuration.letters
    return {
        "name": greeting(ctx, receiver(ctx, asked), language),
        "ticket": ticket.no,
        "date": letter_date(ctx.today, language),
        "officer": letters.signed(ctx.staff.name, language),
        "asked_on": letter_date(asked_on, language),
        "question": question,
        "details": ticket.details,
    }


def filled(
    ctx: Context,
    asked: Asked,
    answer: CannedAnswer,
    language: str,
) -> str:
    """A canned answer as it stands in a letter about a ticket."""
    letters = ctx.configuration.letters
    values = {**letter_values(ctx, asked, language), **letters.links}
    return fill_places(answer.words(language), letters.places, values)


async def text_in_language(ctx: Context, mail: NewMail) -> str:
    """The text of a draft; a canned answer that nobody changed is said in the letter's language."""
    canned_id = mail.aside.get(CANNED)
    if not canned_id:
        return mail.text
    answers = await ctx.once(canned.list_canned)
    asked = await load_asked(ctx, mail.record)
    for answer in answers:
        if answer.id == canned_id:
            return _said(ctx, asked, answer, mail)
    return mail.text


def _said(
    ctx: Context,
    asked: Asked,
    answer: CannedAnswer,
    mail: NewMail,
) -> str:
    """The answer in the language of the letter, unless its words were changed."""
    said = {language: filled(ctx, asked, answer, language) for language in LANGUAGES}
    if mail.text in said.values():
        return said[mail.language]
    return mail.text
