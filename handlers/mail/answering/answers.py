"""The answer to a ticket by mail: drafted in the customer's language, kept as the ticket's result
once it goes.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from domain.dates.days import BANGKOK
from domain.mail.incoming import IncomingMail, MailReading
from domain.mail.letters.answering import answer_subject, quote
from domain.mail.letters.templates import fill, letter_date
from domain.tables.tables import LONG_LIMIT
from domain.text import shorten
from domain.tickets.records import Status, Ticket
from handlers.chat import Paragraph, Reply, ReplyPart, in_lines
from handlers.desk import Context
from handlers.forms.drafts import FormAnswer
from handlers.forms.engine import FORMS, own_draft, proceed, rebased, start
from handlers.i18n import _, speaking
from handlers.labels import field_label
from handlers.mail.asking.asked import Asked, language_of, load_asked, receiver
from handlers.mail.asking.letter_values import letter_values, text_in_language
from handlers.mail.asking.receivers import remember
from handlers.mail.incoming_cards import writer
from handlers.mail.letters import commands as mail
from handlers.mail.letters.sending import on_send, send
from handlers.mail.letters.writing import Written, language_button, written_by
from handlers.mail.replies import standing_ticket
from handlers.registry import action
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import form as ticket_form
from handlers.tickets import saves as ticket_saves
from store.mail import mails
from store.mail.mails import NewMail
from store.tickets import records as tickets

ANSWER = "answer"
CLOSE = "mail.send_and_close"
NEWEST = "newest"
DRAWN = "drawn"
"""What stands aside with a draft: the last mail that its writer has seen, and the result that it
was drawn from.
"""
WRITER = 200
"""Characters of who wrote, above a quote."""
_CLOCK = {"th": "%H.%M", "en": "%H:%M"}
_RESULT = "\ufffc"
"""Stands for the text in a filled template; nothing that is typed holds it."""


@action("mail.answer")
async def answer_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Draft the answer to a ticket from its result; asks for the text where there is none yet.
    `language` = the one that was chosen for the customer.
    """
    asked = await load_asked(ctx, args["no"])
    ticket = asked.ticket
    ctx.audit("ticket.read", ticket.no)
    chosen = args.get("language")
    if chosen:
        await remember(ctx, asked.codes, chosen, ticket.contact_id)
    person = receiver(ctx, asked)
    language = chosen or language_of(person, asked)
    new = await _new_answer(ctx, asked, language)
    written = await write_answer(ctx, new)
    switch = language_button(language, "mail.answer", args)
    return await mail.preview_written(ctx, new, written, switch)


async def _new_answer(
    ctx: Context,
    asked: Asked,
    language: str,
) -> NewMail:
    """An answer to whoever asked, before its letter is written."""
    text = await _beginning(ctx, asked)
    seen = ""
    if asked.newest is not None:
        seen = str(asked.newest.id)
    return NewMail(
        asked.ticket.no,
        next(iter(asked.addresses), ""),
        subject="",
        body="",
        purpose=ANSWER,
        language=language,
        customers=asked.codes,
        contact=asked.ticket.contact_id,
        text=text,
        thread=asked.thread,
        aside={
            NEWEST: seen,
            DRAWN: _mark(text),
        },
    )


async def _beginning(ctx: Context, asked: Asked) -> str:
    """The ticket's result, unless its customer has written again since that was sent."""
    sent = await mails.find_newest(ctx.db, [asked.ticket.no])
    if sent and asked.mail and asked.mail.arrived_at > sent.written_at:
        return ""
    return asked.ticket.result


def _mark(text: str) -> str:
    """By what a text is known again."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@written_by(ANSWER)
async def write_answer(ctx: Context, new: NewMail) -> Written:
    """The letter in its language, around the text that it has."""
    asked = await load_asked(ctx, new.record)
    language = new.language
    text = await text_in_language(ctx, new)
    values = {**letter_values(ctx, asked, language), "result": _RESULT}
    letter = fill(ctx.configuration.templates["answer"][language], values)
    before, _mark, after = letter.body.partition(_RESULT)
    if asked.mail is None:
        return Written(letter.subject, before, text, after)
    subject = answer_subject(asked.mail.reading.subject, ctx.configuration.mail)
    quoted = _quoted(asked.mail, language)
    return Written(subject or letter.subject, before, text, after, quoted)


def _quoted(asked: IncomingMail, language: str) -> str:
    """The question below the answer, with who wrote it and when."""
    read = asked.reading
    if not read.body_text.strip():
        return ""
    with speaking(language):
        head = _wrote(read, language)
    question = quote(read.body_text)
    return f"\n\n{head}\n{question}"


def _wrote(read: MailReading, language: str) -> str:
    """Who wrote, and when where that is known."""
    who = shorten(writer(read), WRITER)
    if read.sent_at is None:
        return _("%(who)s เขียนว่า:", who=who)
    at = read.sent_at.astimezone(BANGKOK)
    return _(
        "เมื่อ %(on)s เวลา %(at)s น. %(who)s เขียนว่า:",
        on=letter_date(at.date(), language),
        at=at.strftime(_CLOCK[language]),
        who=who,
    )


# It goes.


@action(CLOSE, in_place=True)
async def send_and_close_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Send the draft, if it is as the card showed it, and close the ticket with it."""
    draft = await own_draft(ctx, args)
    is_older = args["version"] != str(draft.version)
    # The card that the button stands under shows an older state: show the newer one instead.
    if is_older or await FORMS[draft.kind].missing(ctx, draft):
        return await proceed(ctx, draft)
    return await send(ctx, draft, closes="1")


@on_send(ANSWER)
async def answered(ctx: Context, sent: NewMail) -> tuple[ReplyPart, ...]:
    """The answer is the ticket's result from now on, and closes it where that was pressed; of one
    that was joined to another meanwhile, that one's.
    """
    written = await ctx.once(tickets.get_ticket, sent.record)
    ticket = await standing_ticket(ctx, written.no) or written
    if sent.aside.get("closes") and not ticket.is_done:
        return await _close(ctx, ticket, sent)
    saved, parts = await _keep_result(ctx, ticket, sent)
    buttons = [ticket_buttons.show_button(saved)]
    if not saved.is_done:
        # Who asks back waits from now on.
        wait = ticket_buttons.wait_button(saved)
        close = ticket_buttons.close_button(saved)
        buttons = [close, wait, *buttons]
    told = Paragraph(f"🎫 {saved.no}", tuple(buttons))
    return told, *parts


def _result(ticket: Ticket, sent: NewMail) -> str:
    """The result with the answer: in the place of what it was drawn from, else below."""
    result = ticket.result
    drawn = sent.aside.get(DRAWN)
    if not result or _mark(result) == drawn:
        return shorten(sent.text, LONG_LIMIT)
    # What a mail that is written anew says became the result when it was first sent.
    if drawn is None or sent.text in result:
        return result
    both = f"{result}\n\n{sent.text}"
    return both if len(both) <= LONG_LIMIT else shorten(sent.text, LONG_LIMIT)


async def _keep_result(
    ctx: Context,
    ticket: Ticket,
    sent: NewMail,
) -> tuple[Ticket, tuple[ReplyPart, ...]]:
    """The ticket as it is saved with the answer; whoever answers first has taken it."""
    new = replace(
        ticket,
        result=_result(ticket, sent),
        unknown=ticket.unknown - {"result"},
    )
    if ticket.status is Status.NEW:
        assignee = ticket.assignee or ctx.staff.id
        new = replace(new, status=Status.OPEN, assignee=assignee)
    if ticket.status is Status.VOIDED or not tickets.differences(ticket, new):
        return ticket, ()
    saved = await ticket_saves.save(ctx, ticket, new)
    ctx.audit("ticket.changed", ticket.no)
    return saved, await ticket_saves.what_follows(ctx, saved)


async def _close(
    ctx: Context,
    ticket: Ticket,
    sent: NewMail,
) -> tuple[ReplyPart, ...]:
    """The ticket closed with the answer; where closing lacks something, that is asked for."""
    given = {"result": _result(ticket, sent)}
    if ticket.assignee is None:
        given["assignee"] = str(ctx.staff.id)
    answer = FormAnswer(given, closes=True)
    closing = ticket_form.edit_ticket(ctx, ticket, answer, look=False)
    missing = await ticket_form.FORM.missing(ctx, closing)
    if not missing:
        reply = await ticket_form.FORM.save(ctx, closing)
        return reply.parts
    # What was sent stands on the ticket, whatever becomes of the closing.
    saved, parts = await _keep_result(ctx, ticket, sent)
    fields = ", ".join(map(field_label, missing))
    told = _(
        "⚠️ ยังปิดใบงาน %(no)s ไม่ได้ ยังขาด: %(fields)s",
        no=ticket.no,
        fields=fields,
    )
    kept = _("คำตอบบันทึกเป็นผลของใบงานแล้ว ตอบข้างล่างแล้วจะปิดให้")
    asking = await start(ctx, rebased(closing, saved.version))
    lacking = Paragraph(in_lines(told, kept))
    return lacking, *parts, *asking.parts
