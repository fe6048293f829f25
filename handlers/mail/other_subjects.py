"""The subject of a new mail's ticket, changed with one tap to another one that was suggested: where
its match is told, and in the preview of its answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import orjson

from domain.catalogue import Catalogue
from domain.mail.incoming import IncomingMail
from domain.text import shorten
from domain.tickets.records import Ticket
from handlers.chat import Button, Paragraph, Reply, confirm
from handlers.desk import Context
from handlers.forms.engine import own_draft, proceed
from handlers.i18n import _, language
from handlers.mail.incoming_cards import is_own
from handlers.registry import action
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import cards as ticket_cards
from handlers.tickets import saves as ticket_saves
from store.chat import forms
from store.mail import incoming
from store.tickets import records as tickets

ALIVE = ("open", "parked")
"""States of a draft that somebody goes on with."""
LABEL = 34
"""Letters of a subject on its button."""


def suggested(catalogue: Catalogue, mail: IncomingMail) -> list[str]:
    """Returns the codes of the subjects that were suggested for a mail, the likeliest first."""
    kept: list[str] = orjson.loads(mail.reading.suggested_subjects)
    named = {subject.name: code for code, subject in catalogue.subjects.items()}
    codes = [named.get(one, one) for one in kept]
    return [code for code in codes if code in catalogue.subjects]


def other_subjects(
    ctx: Context,
    ticket: Ticket,
    mail: IncomingMail | None,
    draft: str = "",
) -> Sequence[Button]:
    """[เป็น 4.1 …] for each other subject that was suggested, while the ticket is open; `draft` =
    the answer that is being written.
    """
    if mail is None or ticket.is_done or not is_own(mail, ticket):
        return ()
    codes = [code for code in suggested(ctx.catalogue, mail) if code != ticket.subject]
    return [_button(ctx, ticket, code, draft) for code in codes]


def _button(
    ctx: Context,
    ticket: Ticket,
    code: str,
    draft: str,
) -> Button:
    name = shorten(ctx.catalogue.subject_label(code, language()), LABEL)
    args = {"no": str(ticket.no), "subject": code, "draft": draft}
    return Button(_("เป็น %(subject)s", subject=name), "mail.subject", args)


@action("mail.subject")
async def subject_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The ticket has this subject from now on; an answer that is being written is shown again."""
    ticket = await tickets.get_ticket(ctx.db, args["no"])
    if ticket.is_done:
        return await ticket_cards.present_state(ctx, ticket)
    code = args["subject"]
    saved = await _with_subject(ctx, ticket, code)
    told = _(
        "✅ %(no)s เรื่อง %(subject)s",
        no=ticket.no,
        subject=ctx.catalogue.subject_label(code, language()),
    )
    draft = await forms.find_draft(ctx.db, args["draft"])
    if draft is not None and draft.state in ALIVE:
        shown = await proceed(ctx, await own_draft(ctx, args))
        return replace(shown, parts=(Paragraph(told), *shown.parts), confirms=True)
    mail = await incoming.find_newest(ctx.db, ticket.no)
    others = other_subjects(ctx, saved, mail)
    return confirm(told, *others, ticket_buttons.show_button(saved))


async def _with_subject(ctx: Context, ticket: Ticket, code: str) -> Ticket:
    """Returns the ticket with another subject; nothing is written where it has that already."""
    if ticket.subject == code:
        return ticket
    new = replace(ticket, subject=code, unknown=ticket.unknown - {"subject"})
    saved = await ticket_saves.save(ctx, ticket, new)
    ctx.audit("ticket.changed", ticket.no)
    ctx.remember(saved, tickets.get_ticket, saved.no)
    return saved
