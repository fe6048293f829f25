"""Answers that come again and again: each stands on its ticket, and people are told once."""

from functools import partial

from domain.mail.incoming import IncomingMail
from domain.tickets.records import Ticket
from handlers.chat import Button, Reply, say
from handlers.desk import Work
from handlers.i18n import _
from store.mail import incoming


async def is_loop(work: Work, mail: IncomingMail, ticket: Ticket) -> bool:
    """Whether so many answers came before this one that nobody is told of each."""
    rules = work.configuration.intake.loops
    since = work.now - rules.within
    of_ticket, of_sender = await incoming.count_answers(
        work.db, ticket.no, mail.reading.from_email, since
    )
    return rules.is_loop(of_ticket, of_sender)


def tell_loop(work: Work, ticket: Ticket) -> None:
    """Whoever does the ticket is told once a day that answers come too often to be told."""
    if ticket.assignee is not None:
        key = f"mail_loop:{ticket.no}:{work.today}"
        work.notify(partial(loop_notice, ticket.no), key, staff_id=ticket.assignee)


def loop_notice(no: str) -> Reply:
    """Answers to a ticket come again and again."""
    show = Button(_("ดูใบงาน"), "ticket.show", {"no": no})
    text = _(
        "📬 อีเมลตอบใบงาน %(no)s มาถี่มาก อาจเป็นเครื่องตอบ เก็บครบแต่ไม่แจ้งทีละฉบับ",
        no=no,
    )
    return say(text, show)
