"""Before a new customer is made, those who may be the same person are shown: as soon as something
that was typed tells of them.

A draft names in `dialog.passed` whom its officer has seen and passed over, in `twin` whom she
chose instead."""

from collections.abc import Iterable

from domain.customers.records import Customer, CustomerCode
from domain.errors import InvalidInput
from handlers.customers.hits import hit_line
from handlers.desk import Context
from handlers.forms.drafts import FormAnswer, Given
from handlers.forms.engine import Field, Option
from handlers.i18n import _
from store.chat.forms import Draft
from store.customers import records as customers
from store.search import customers as search

SHOWN = 8
"""So many hits of a search an officer has seen before she makes somebody new of it."""
TELLING = ("name", "phone", "mobile", "email")
"""What tells that two are one."""
TYPED = ("name", "phone", "mobile", "email", "organisation", "address", "note", "contacts")
"""What may be typed of a new customer before it is found to be there already."""
SURE = (search.MatchReason.PHONE, search.MatchReason.EMAIL)
USE = "use:"
NEW = "new"


def seen(hits: Iterable[search.Hit]) -> tuple[str, ...]:
    """Returns these hits as `dialog.passed` holds them. Somebody who was passed over for the name
    may still have the same telephone.
    """
    return tuple(map(_seen, hits))


def _seen(hit: search.Hit) -> str:
    if hit.why in SURE:
        return f"{hit.customer.code}:{hit.why}"
    return hit.customer.code


async def unseen(ctx: Context, draft: Draft) -> list[search.Hit]:
    """Returns the customers who may be the one that is being made, and whom the officer has not
    passed over yet.
    """
    told = [draft.given.get(name, "") for name in TELLING]
    if draft.record or not any(told):
        return []
    # A form asks this several times for one event.
    key = "\n".join(told)
    if key not in ctx.likely_duplicates:
        name, phone, mobile, email = told
        wanted = Customer(
            CustomerCode(""),
            name,
            phone=phone,
            mobile=mobile,
            email=email,
        )
        found = await search.find_likely_duplicates(ctx.db, ctx.words, wanted)
        ctx.likely_duplicates[key] = found
    passed = draft.dialog.passed
    return [hit for hit in ctx.likely_duplicates[key] if _seen(hit) not in passed]


async def _options(ctx: Context, draft: Draft) -> list[Option]:
    options = []
    for hit in await unseen(ctx, draft):
        code = hit.customer.code
        ctx.audit("customer.listed", code)
        label = _("ใช้รายนี้ · %(customer)s", customer=hit_line(hit))
        options.append(Option(USE + code, label))
    options.append(Option(NEW, _("สร้างรายใหม่")))
    return options


async def _parse(ctx: Context, draft: Draft, text: str) -> Given:
    """One of them instead, or somebody new after all; a code may be typed. InvalidInput("choice")
    for anything else.
    """
    hits = await unseen(ctx, draft)
    code = text.removeprefix(USE).strip().upper()
    if code in {hit.customer.code for hit in hits}:
        return {"twin": code}
    if text not in (NEW, _("สร้างรายใหม่")):
        raise InvalidInput("choice")
    return FormAnswer(passed=(*draft.dialog.passed, *seen(hits)))


TWIN = Field(
    "twin",
    "",
    _parse,
    _options,
    clearable=False,
    hidden=True,
    settles=True,
)


async def beyond(ctx: Context, draft: Draft, code: str) -> list[str]:
    """Returns the fields that were typed for a new customer and that the existing one does not
    have.
    """
    there = await customers.get_customer(ctx.db, code)
    # Wherever it stands: a telephone that is the other's mobile is no news.
    known = {there.name, there.phone, there.mobile, there.email, there.organisation}
    known |= {address.text for address in there.addresses}
    fields = []
    for name in TYPED:
        value = draft.given.get(name)
        if value and value not in known:
            fields.append(name)
    return fields
