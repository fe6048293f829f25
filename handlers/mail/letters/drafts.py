"""A mail that is being written, as its draft holds it."""

from collections.abc import Mapping
from dataclasses import replace

from handlers.desk import Context
from handlers.mail.asking.letter_values import CANNED
from handlers.mail.letters.writing import BY_RECEIVER, WRITERS
from store.chat.forms import Draft
from store.mail import mails
from store.mail.mails import NewMail

_ASIDE = "aside "
"""Before the names of what a purpose needs at the press that sends."""


def about_things(mail: NewMail) -> dict[str, str]:
    """What a mail is about and whom it goes to, as its draft holds it."""
    aside = {f"{_ASIDE}{name}": value for name, value in mail.aside.items()}
    return {
        "ticket": mail.ticket,
        "also": " ".join(f"{record}:{ticket}" for record, ticket in mail.also),
        "customers": " ".join(mail.customers),
        "contact": str(mail.contact or ""),
        "thread": " ".join(mail.thread),
        **aside,
    }


async def written_anew(ctx: Context, draft: Draft, mail: NewMail) -> Draft:
    """The draft for a mail about other things than before, or to somebody else."""
    written = await WRITERS[mail.purpose](ctx, mail)
    about = {
        **draft.about,
        **about_things(mail),
        "seen": await latest(ctx, mail),
        "language": mail.language,
        **written.around,
    }
    given = {
        **draft.given,
        "mail_to": mail.to,
        "mail_cc": " ".join(mail.cc),
        **written.given,
    }
    return replace(draft, record=mail.record, given=given, about=about)


async def latest(ctx: Context, mail: NewMail) -> str:
    """The id of the newest mail about the same things, or to those who are asked for them; empty
    where there is none.
    """
    records = [record for record, _ticket in mail.things]
    if mail.purpose in BY_RECEIVER:
        # What else its receiver was written changes what is said of it.
        records += mail.customers
    newest = await mails.find_newest(ctx.db, records)
    return str(newest.id) if newest else ""


def letter_of(draft: Draft) -> str:
    """All of the mail but what it quotes."""
    greeting = draft.given.get("mail_greeting", "")
    text = draft.given.get("mail_text", "")
    return f"{greeting}{draft.about['before']}{text}{draft.about['after']}".lstrip("\n")


def draft_mail(draft: Draft) -> NewMail:
    """What the draft holds, complete or not."""
    data = draft.given
    about = draft.about
    quoted = about.get("quote", "")
    contact = about.get("contact")
    return NewMail(
        draft.record,
        data["mail_to"],
        data["mail_subject"],
        letter_of(draft) + quoted,
        about["purpose"],
        about["language"],
        about["ticket"],
        _listed(about, "files"),
        text=data["mail_text"],
        aside=_aside(draft),
        customers=_listed(about, "customers"),
        contact=int(contact) if contact else None,
        also=tuple(map(_pair, _listed(about, "also"))),
        cc=_listed(data, "mail_cc"),
        thread=_listed(about, "thread"),
    )


def _aside(draft: Draft) -> dict[str, str]:
    """What stands aside, and the canned answer that the text was filled with."""
    aside = {}
    for name, value in draft.about.items():
        if name.startswith(_ASIDE):
            bare = name.removeprefix(_ASIDE)
            aside[bare] = value
    aside[CANNED] = draft.given.get("mail_canned", "")
    return aside


def _listed(texts: Mapping[str, str], name: str) -> tuple[str, ...]:
    """What a text holds, a blank between each."""
    text = texts.get(name, "")
    return tuple(text.split())


def _pair(text: str) -> tuple[str, str]:
    record, _colon, ticket = text.partition(":")
    return record, ticket
