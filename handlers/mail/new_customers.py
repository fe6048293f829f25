"""Whoever wrote a mail and is not in the register: the form is filled from the mail; who is there
already is searched by typing.
"""

from collections.abc import Mapping
from dataclasses import replace

import orjson

from domain.customers.new_customers import NewCustomer
from domain.customers.phones import format_phone, looks_like_email
from domain.customers.records import Customer
from domain.mail.incoming import IncomingMail
from domain.text import shorten
from domain.text.keyboard import has_thai
from domain.tickets.records import Ticket
from handlers.chat import Button, Reply
from handlers.customers.fields import from_query, from_reading
from handlers.customers.form import follows
from handlers.desk import Context
from handlers.forms.drafts import end, new_draft, with_values
from handlers.forms.engine import Field, Option, enter_form, start
from handlers.forms.one_field import OneField
from handlers.i18n import _
from handlers.mail.candidates import NAME, writer_of
from handlers.mail.matching import mail_action, mail_of, match_ticket, too_late
from handlers.tickets.data import NONE
from handlers.tickets.people import customer_field
from store.chat.forms import Draft
from store.tickets import records as tickets

FOLLOWS = "mail.match"
FORM = "mail.search"


@mail_action("mail.customer")
async def customer_pressed(
    ctx: Context,
    ticket: Ticket,
    args: Mapping[str, str],
) -> Reply:
    """Open the form of a new customer with what the mail tells of its writer; `query` = what was
    typed to find her, `then` = the search that goes on with her.
    """
    ctx.audit("ticket.read", ticket.no)
    mail = await mail_of(ctx, ticket.no)
    about = {"follows": FOLLOWS, "ticket": ticket.no}
    if args.get("then"):
        about = {"then": args["then"]}
    draft = new_draft(ctx, "customer", {}, about=about)
    if mail is not None:
        draft = with_values(draft, _values(ctx, mail))
    typed = from_query(ctx, args.get("query", ""))
    return await start(ctx, with_values(draft, typed))


def _values(ctx: Context, mail: IncomingMail) -> dict[str, str]:
    """What a mail tells of a new customer, as the form has it."""
    writer = writer_of(mail.reading)
    signed = orjson.loads(mail.reading.signature)
    # Where no person wrote, it is the organisation itself.
    name = (*writer.names, writer.organisation)[0]
    organisation = writer.organisation
    if organisation == name:
        organisation = ""
    read = NewCustomer(
        name=name,
        organisation=organisation,
        address=signed.get("address", ""),
        phones=list(writer.phones),
        emails=list(writer.emails),
    )
    values = from_reading(ctx, read)
    english = _english_name(mail, name)
    if english:
        values["english_name"] = english
    return values


def _english_name(mail: IncomingMail, name: str) -> str:
    """The name in Latin letters of somebody whose name is Thai, as signed, else as sent."""
    if not has_thai(name):
        return ""
    read = mail.reading
    signed = orjson.loads(read.signature)
    sent = read.forwarded_name or read.from_name
    for known in (signed.get("english_name", ""), sent):
        if known and not has_thai(known) and not looks_like_email(known):
            return str(known)
    return ""


@follows(FOLLOWS)
async def _match_saved(
    ctx: Context,
    draft: Draft,
    customer: Customer,
) -> Reply:
    """The ticket of the mail is the new customer's, unless somebody was quicker."""
    ticket = await tickets.get_ticket(ctx.db, draft.about["ticket"])
    late = await too_late(ctx, ticket)
    if late is not None:
        return late
    return await match_ticket(ctx, ticket, customer)


# Searched by typing.


@mail_action("mail.search")
async def search_pressed(
    ctx: Context,
    ticket: Ticket,
    args: Mapping[str, str],
) -> Reply:
    """Ask by what the customer is found."""
    return await start(ctx, new_draft(ctx, FORM, {}, record=ticket.no))


_CUSTOMER = customer_field("customer", "พิมพ์ชื่อ เบอร์โทร อีเมล หรือรหัสผู้รับบริการ")


async def _options(ctx: Context, draft: Draft) -> list[Option]:
    """Those that were found; that there is none is said by making a new one."""
    assert _CUSTOMER.options
    return [each for each in await _CUSTOMER.options(ctx, draft) if each.value != NONE]


def _extras(ctx: Context, draft: Draft) -> tuple[Button, ...]:
    """Somebody new, by what was typed and what the mail tells; none before it is known who is."""
    if ctx.is_register_unread:
        return ()
    query = draft.query("customer")
    label = _("ผู้รับบริการใหม่")
    if query:
        label = _('ผู้รับบริการใหม่ "%(name)s"', name=shorten(format_phone(query), NAME))
    args = {
        "no": draft.record,
        "query": query,
        "then": draft.id,
    }
    return (Button(label, "mail.customer", args),)


async def _heading(ctx: Context, draft: Draft) -> str:
    """Whose mail it is about."""
    return _("ผู้รับบริการของอีเมล %(no)s", no=draft.record)


async def _found(
    ctx: Context,
    draft: Draft,
    code: str,
) -> Reply:
    """The ticket is theirs who were found, unless somebody was quicker."""
    ticket = await tickets.get_ticket(ctx.db, draft.record)
    contact = int(draft.given.get("contact") or 0)
    end(ctx, draft, outcome=ticket.no)
    late = await too_late(ctx, ticket)
    if late is not None:
        return late
    return await match_ticket(
        ctx,
        ticket,
        await ctx.customer(code),
        contact,
    )


_ASKED: Field = replace(
    _CUSTOMER,
    options=_options,
    extras=_extras,
    clearable=False,
)
enter_form(OneField(FORM, _ASKED, _heading, _found))
