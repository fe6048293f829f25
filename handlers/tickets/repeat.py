"""The next identical enquiry: a draft with what an earlier ticket said, to be saved or closed with
one tap.
"""

from collections.abc import Mapping
from dataclasses import replace

from domain.customers.phones import looks_like_email, looks_like_phone
from domain.text import digits
from domain.tickets.fields import TICKET
from domain.tickets.records import Status, Ticket
from domain.tickets.references import ReferenceKind, read_alone
from handlers.chat import Reply, say
from handlers.desk import Context
from handlers.forms.drafts import FormAnswer, with_values
from handlers.forms.engine import (
    FRESH,
    asks,
    feed,
    resume_part,
    start,
)
from handlers.i18n import _
from handlers.registry import COMMANDS, action, command
from handlers.tickets.cards import contact_of
from handlers.tickets.data import NO_CUSTOMER, as_data
from handlers.tickets.form import new_ticket
from store.chat import forms
from store.chat.forms import Draft
from store.tickets import records as tickets

COPIED = TICKET.names(lambda row: row.repeated)
"""What an identical enquiry has in common with the earlier one; letters, receipts and people are
its own.
"""
TYPED = (
    "customer",
    "contact",
    NO_CUSTOMER,
    "reply_email",
    "created_on",
    "letter_no",
    "letter_on",
)
"""What stays of a draft that was begun before its officer saw that it is the same again."""


def names_one_customer(text: str) -> bool:
    """Whether nothing is typed, or one customer's code, telephone or address."""
    if not text or looks_like_email(text) or looks_like_phone(digits(text)):
        return True
    one = read_alone(text)
    return one is not None and one.kind is ReferenceKind.CUSTOMER


def copied(ctx: Context, ticket: Ticket) -> FormAnswer:
    """The draft's values: a closed ticket's copy closes, too, once its card was looked at."""
    own = _its_own(ctx, ticket)
    same = [name for name in COPIED if name not in own]
    data = as_data(ticket)
    values = {name: data[name] for name in same if data.get(name)}
    values["unknown"] = ",".join(sorted(ticket.unknown & set(same)))
    closes = True if ticket.status is Status.CLOSED else None
    return FormAnswer(values, look=True, closes=closes)


def _its_own(ctx: Context, ticket: Ticket) -> set[str]:
    """Fields of `COPIED` that an identical enquiry does not share with the ticket after all.

    A forwarded mail's result names the ticket that was made of it, and a province's report is
    nothing but its number: of these only the kind is the same."""
    if ctx.catalogue.wants(ticket.subject, "user_count"):
        return {"details", "result"}
    subject = ctx.catalogue.subjects.get(ticket.subject)
    return {"result"} if subject and subject.forwards else set()


@action("ticket.repeat")
async def repeat_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The same for somebody else: who it is, is asked, unless the ticket had no customer either."""
    ticket = await tickets.get_ticket(ctx.db, args["no"])
    ctx.audit("ticket.read", ticket.no)
    draft = new_ticket(ctx, copied(ctx, ticket))
    return await _begin(ctx, draft, ask=bool(ticket.customer))


@command(
    "again",
    "เหมือนเดิม",
    about="สร้างใบงานแบบเดียวกับใบล่าสุดของฉัน เช่น 0812345678 เหมือนเดิม",
    fits=names_one_customer,
    last=True,
)
async def again(ctx: Context, args: str) -> Reply:
    """The officer's last ticket once more, for the customer named here or in the form that is
    open.
    """
    draft = await ctx.once(forms.find_open, ctx.staff.id)
    meant = draft
    if draft is None or args or not _is_fresh(ctx, draft):
        meant = None
    if meant and (meant.kind != "ticket" or meant.record):
        # An answer to another question.
        return await feed(ctx, meant, COMMANDS["again"].words[0])
    latest = await tickets.find_last_recorded(ctx.db, ctx.staff.id)
    if latest is None:
        return say(_("ยังไม่มีใบงานของคุณให้ทำซ้ำ พิมพ์ สร้างใบงาน"))
    ctx.audit("ticket.read", latest.no)
    if meant:
        return await _begin(
            ctx,
            _over(meant, copied(ctx, latest)),
            ask=True,
        )
    reply = await _for_somebody(ctx, latest, digits(args).strip())
    if draft is None:
        return reply
    return reply.followed_by(await resume_part(ctx, draft))


async def _for_somebody(ctx: Context, latest: Ticket, typed: str) -> Reply:
    """The same as that ticket, for the customer who was typed, if any."""
    same = copied(ctx, latest)
    if typed:
        same |= await _customer(ctx, typed)
    return await _begin(
        ctx,
        new_ticket(ctx, same),
        ask=bool(latest.customer),
    )


def _over(draft: Draft, same: FormAnswer) -> Draft:
    """A draft that was begun already, with what the earlier ticket said below what was typed."""
    typed = {name: draft.given[name] for name in TYPED if draft.given.get(name)}
    return with_values(draft, same | FormAnswer(typed))


def _is_fresh(ctx: Context, draft: Draft) -> bool:
    """Whether what is typed now still means the draft."""
    return asks(draft) and ctx.now - draft.touched_at <= FRESH


async def _customer(ctx: Context, typed: str) -> FormAnswer:
    sole = (await ctx.find_customers(typed)).sole
    if sole:
        return FormAnswer({"customer": sole.customer.code, "contact": contact_of(sole)})
    return FormAnswer(queries={"customer": typed})


async def _begin(ctx: Context, draft: Draft, *, ask: bool) -> Reply:
    """The card with one tap to save; before it, where wanted, the question whose it is."""
    is_known = draft.given.get("customer") or draft.query("customer")
    asking = "customer" if ask and not is_known else ""
    return await start(ctx, replace(draft, asking=""), asking)
