"""From one line to a ticket's draft: what was understood, what must be settled first, what is shown before saving."""

from dataclasses import replace

from domain.data_years import kept
from domain.errors import InvalidInput
from domain.one_line import CustomerRef, OneLine, Vocabulary, parse_one_line
from domain.tickets import join_years
from handlers.desk import Context
from handlers.forms import new_draft
from handlers.ticket_people import parse_assignee
from store import search, staff
from store.tickets import SEPARATOR

PROVINCIAL = ("email", "mail.provincial_users")
"""What a line of nothing but a province and a number is."""


async def line_vocabulary(ctx: Context) -> Vocabulary:
    """The words of the grammar, with the names of everybody and every team that may stand behind @."""
    people = {person.name for person in await staff.list_staff(ctx.db)} | (await staff.list_teams(ctx.db)).keys()
    return replace(ctx.desk.configuration.vocabulary(), staff=frozenset(people))


async def line_values(ctx: Context, line: str) -> dict[str, str]:
    """The values of a new ticket's draft that the line says; `look` = it is shown before it is saved."""
    read = parse_one_line(line, await line_vocabulary(ctx), ctx.today)
    if read.counts and not read.subject:
        channel, subject = PROVINCIAL
        unsure = read.unsure | {"subject"}
        read = replace(read, channel=read.channel or channel, subject=subject, close=True, unsure=unsure)
    return {**await read_values(ctx, read), **await _customer(ctx, read)}


async def read_values(ctx: Context, read: OneLine) -> dict[str, str]:
    """What was read, but for the customer, as a draft holds it."""
    return {**_values(read), **await _assignee(ctx, read), **({"look": "1"} if read.unsure else {})}


def _values(read: OneLine) -> dict[str, str]:
    years = {project: kept(periods) for project, periods in read.years}
    values = {
        "channel": read.channel,
        "subject": read.subject,
        "details": read.details,
        "result": read.result,
        "created_on": read.created_on.isoformat() if read.created_on else "",
        "urgency": read.urgency,
        "mood": read.mood,
        "complexity": read.complexity,
        "projects": SEPARATOR.join(read.projects),
        "data_years": join_years(years),
        "price": "" if read.price is None else str(read.price),
        "receipt_no": read.receipt_no,
        "receipt_on": read.receipt_on.isoformat() if read.receipt_on else "",
        "letter_no": read.letter_no,
        "letter_on": read.letter_on.isoformat() if read.letter_on else "",
        "contract_no": read.contract_no,
        "contract_on": read.contract_on.isoformat() if read.contract_on else "",
        "close": "1" if read.close else "",
    }
    return {name: value for name, value in values.items() if value}


async def _customer(ctx: Context, read: OneLine) -> dict[str, str]:
    """A customer who is not one and only stays a query."""
    if not read.customer:
        return {}
    hits = await search.find_customers(ctx.db, read.customer)
    sure = len(hits) == 1 and (read.customer_kind is not CustomerRef.NAME or hits[0].why is search.Why.NAME)
    return {"customer": hits[0].customer.code} if sure else {"customer_query": read.customer}


async def _assignee(ctx: Context, read: OneLine) -> dict[str, str]:
    """The colleague after @; one who left, or several of that name, must be settled first."""
    if not read.assignee:
        return {}
    try:
        found = await parse_assignee(ctx, new_draft(ctx, "ticket", {}), read.assignee)
    except InvalidInput:
        return {"assignee_query": read.assignee}
    return dict(found)
