"""Queries that are typed behind the bot's name in any chat: staff find customers, and nobody else
finds anything.
"""

from datetime import timedelta

from domain.customers.phones import format_phone, mask_phone, mask_surname
from domain.customers.records import Customer
from domain.errors import DeskError
from domain.staff import Staff
from handlers.chat import (
    Incoming,
    Offers,
    Query,
    QueryResult,
    Reply,
)
from handlers.customers import cards as customer_cards
from handlers.desk import Context, Desk, Outcome
from handlers.i18n import _, speak
from handlers.labels import why_label
from store.search import customers as search

PAGE = 20
"""Hits of one answer; Telegram takes 50, but every one that is offered goes into the audit log."""
LONGEST = 256
USEFUL = timedelta(seconds=10)
"""A query that waited longer is not answered: Telegram forgets it, and who asked has typed on."""
NOTHING = Reply((), offers=Offers())
"""The answer to everybody whom the desk does not serve, and to staff who find nobody: one cannot
tell which.
"""


async def answer(
    desk: Desk,
    incoming: Incoming,
    query: Query,
    person: Staff | None,
) -> Outcome:
    """Answers a query with one page of customers. Neither the account's chat nor that it was seen
    is written down, since it spoke elsewhere.
    """
    now = desk.clock()
    if now - incoming.at > USEFUL:
        return Outcome(None)
    if person is None or person.blocked_at is not None:
        return Outcome(NOTHING)
    speak(person.language)
    ctx = Context(
        desk,
        now,
        incoming=incoming,
        staff=person,
    )
    # Whoever asks in a foreign chat gets hits or nothing, never an error.
    try:
        reply = await _page(ctx, query.text[:LONGEST], query.offset)
    except DeskError:
        reply = NOTHING
    return Outcome(reply, audit_entries=tuple(ctx.audit_entries))


async def _page(ctx: Context, text: str, offset: str) -> Reply:
    """The hits from `offset` on, which is the text of the answer before this one."""
    start = _read_offset(offset)
    found = await search.find_customers(ctx.db, ctx.words, text) if text else []
    # Telegram refuses one result twice.
    hits = list({hit.customer.code: hit for hit in found}.values())
    shown = hits[start : start + PAGE]
    for hit in shown:
        ctx.audit("customer.listed", hit.customer.code)
    more = str(start + PAGE) if len(hits) > start + PAGE else ""
    results = tuple(_result(hit) for hit in shown)
    return Reply((), offers=Offers(results, more))


def _read_offset(offset: str) -> int:
    """Where to go on; 0 for what is no offset of ours."""
    if offset.isascii() and offset.isdigit() and len(offset) < 5:
        return int(offset)
    return 0


def _result(hit: search.Hit) -> QueryResult:
    """A customer with telephone and reason for who asks; what lands in the chat is masked."""
    customer = hit.customer
    phone = customer.mobile or customer.phone
    about = (
        format_phone(phone) if phone else customer.email,
        customer.organisation,
        _contact_text(hit),
        why_label(hit.why, hit.score),
    )
    return QueryResult(
        customer.code,
        f"{customer.code} {customer_cards.shown_name(customer)}",
        " · ".join(filter(None, about)),
        masked_line(customer),
    )


def _contact_text(hit: search.Hit) -> str:
    if hit.contact is None:
        return ""
    return _("ผู้ติดต่อ %(name)s", name=hit.contact.name)


def masked_line(customer: Customer) -> str:
    """Returns what may stand in a foreign chat: `C81554 สมชาย ใจ••• · 08•-•••-5678`."""
    name = _("(ไม่ทราบชื่อ)")
    if customer.name:
        name = mask_surname(customer.name)
    line = f"👤 {customer.code} {name}"
    phone = customer.mobile or customer.phone
    if not phone:
        return line
    return f"{line} · {mask_phone(phone)}"
