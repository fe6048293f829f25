"""A closed ticket from which something is owed, and whose customer only writes how it stands: the
ticket stays closed, since open again it would start nothing, and the officer is asked.
"""

from collections.abc import Callable, Sequence
from functools import partial

from domain.mail.contents.thanks import asks_something
from domain.mail.incoming import IncomingMail
from domain.owed.requests import Life
from domain.owed.rules import Owed, OwedState
from domain.tickets.records import Ticket
from handlers.chat import in_one_line
from handlers.desk import Work
from handlers.i18n import _
from handlers.labels import value_label
from handlers.owed import request_cards
from handlers.registry import CardAddition, leaves_closed, on_reply_card
from store.owed import requests


@leaves_closed(place=20)
async def tells_how_it_stands(work: Work, mail: IncomingMail, ticket: Ticket) -> bool:
    """Returns whether an answer asks for nothing, while something is owed from its ticket."""
    if asks_something(mail.reading.body_text, work.configuration.mail):
        return False
    return bool(await _owed_from(work, ticket))


@on_reply_card(place=15)
async def _on_card(work: Work, mail: IncomingMail, ticket: Ticket) -> Callable[[], CardAddition]:
    """What is owed from a closed ticket, in the message that tells of its customer's answer."""
    is_proof = mail.reading.proofs != "[]"
    if not ticket.is_done or mail.reading.thanks or is_proof:
        return CardAddition
    found = await _owed_from(work, ticket)
    return partial(_addition, found) if found else CardAddition


async def _owed_from(work: Work, ticket: Ticket) -> list[tuple[Owed, Life]]:
    """Returns what is owed still, and began with this ticket."""
    if not ticket.customer:
        return []
    lives = await work.once(requests.list_by_customer, ticket.customer)
    return [
        (row, life)
        for life in lives
        for row in life.owed
        if row.ticket_no == ticket.no and row.state is OwedState.OPEN
    ]


def _addition(found: Sequence[tuple[Owed, Life]]) -> CardAddition:
    lines = []
    buttons = []
    for row, life in found:
        what = value_label("owed", row.rule)
        title = request_cards.plain_title(life)
        lines.append((_("ยังค้าง"), in_one_line(what, title, _("เตือนต่อตามเดิม"))))
        buttons.append(request_cards.owed_button(_("เลื่อน…"), "owed.snooze", row))
    return CardAddition(lines, tuple(buttons))
