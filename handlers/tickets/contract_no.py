"""The number of a contract as a field: the next one proposed, one that is another customer's
refused.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from domain.dates.days import BUDDHIST_OFFSET
from domain.errors import InvalidInput
from domain.owed.contracts import check_year, next_no
from handlers.desk import Context
from handlers.forms import reading as fields
from handlers.forms.drafts import Given, as_answer
from handlers.forms.engine import Field, Option
from handlers.i18n import _
from store.chat.forms import Draft
from store.owed import contracts

Check = Callable[[Context, Draft, str], Awaitable[None]]


async def next_contract_no(ctx: Context) -> str:
    """The next free number of today's Buddhist year."""
    year = ctx.today.year + BUDDHIST_OFFSET
    taken_nos = await contracts.list_taken(ctx.db, year)
    return next_no(taken_nos, ctx.today)


async def check_owner(ctx: Context, no: str, customer: str, ticket_no: str = "") -> None:
    """Refuse a number that is another customer's contract; InvalidInput("contract_taken").

    A contract goes along with the ticket `ticket_no`, where that is on its request."""
    owner = await contracts.find_owner(ctx.db, no)
    # A ticket without a customer may still find its contract later.
    if not owner or customer in ("", owner):
        return
    if not await contracts.is_of_ticket(ctx.db, no, ticket_no):
        raise await taken(ctx, no, owner)


async def taken(ctx: Context, no: str, owner: str) -> InvalidInput:
    """The refusal of a number that is used already, with the next free one."""
    return InvalidInput(
        "contract_taken",
        no=no,
        code=owner,
        next=await next_contract_no(ctx),
    )


def contract_no_field(hint: str, check: Check) -> Field:
    """A contract's number, perhaps with its date behind it; `check` refuses one that cannot be this
    draft's.
    """
    plain = fields.numbered_field("contract_no", "contract_on", hint, "contract")

    async def parse(ctx: Context, draft: Draft, text: str) -> Given:
        try:
            values = as_answer(await plain.parse(ctx, draft, text)).given
        except InvalidInput as error:
            kept = error.params.get("kept")
            if isinstance(kept, Mapping) and kept.get("contract_no"):
                # Only its date is wrong: the number is kept.
                await checked(ctx, draft, str(kept["contract_no"]))
            raise
        await checked(ctx, draft, values["contract_no"])
        return values

    async def checked(ctx: Context, draft: Draft, no: str) -> None:
        await check(ctx, draft, check_year(no, ctx.today))

    async def options(ctx: Context, draft: Draft) -> list[Option]:
        no = await next_contract_no(ctx)
        return [Option(no, _("ใช้ %(no)s", no=no))]

    return replace(plain, parse=parse, options=options, typed=True)
