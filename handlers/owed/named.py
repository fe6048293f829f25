"""Contracts that a text names by their number, including those that only tickets mention."""

from domain.owed.contracts import numbers_in
from domain.owed.requests import Life
from domain.tickets.references import ReferenceKind
from handlers.chat import Button, Masked, Reply, say
from handlers.desk import Context
from handlers.i18n import _
from handlers.owed import request_cards
from handlers.records.kinds import RecordKind, enter_records
from handlers.staff.masked import in_thai
from handlers.tickets.lists import ticket_list
from store.owed import contracts, requests
from store.tickets import records as tickets


class ContractRecords(RecordKind):
    """See `handlers.records.kinds.RecordKind`."""

    kind = ReferenceKind.CONTRACT

    async def exists(self, ctx: Context, no: str) -> bool:
        if await contracts.find_contract(ctx.db, no):
            return True
        return bool(await tickets.list_by_contract(ctx.db, no))

    async def show(self, ctx: Context, no: str) -> Reply:
        return await by_contract(ctx, no)

    async def meant(self, ctx: Context, text: str) -> list[str]:
        """Contracts whose number stands among words without the one for a contract."""
        found = []
        for no in numbers_in(text):
            if await contracts.find_contract(ctx.db, no):
                found.append(no)
        return found

    def words_that_led(self, text: str) -> str:
        return ", ".join(numbers_in(text))

    async def option(self, ctx: Context, no: str) -> Button:
        return Button(
            _("📄 สัญญา %(no)s", no=no),
            "find.text",
            {"text": no},
        )

    async def masked(self, ctx: Context, no: str) -> Masked:
        contract = await contracts.get_contract(ctx.db, no)
        return _masked_line(await requests.get_life(ctx.db, contract.request_id))


enter_records(ContractRecords())


@in_thai
def _masked_line(life: Life) -> Masked:
    """`📄 สัญญา 81/2569`: not whose."""
    return Masked(
        request_cards.title(life),
        "request.show",
        {"request": str(life.request.id)},
        life.contract.no if life.contract else "",
    )


async def by_contract(ctx: Context, contract_no: str) -> Reply:
    """Shows a contract with its request; if only tickets mention the number, it lists those."""
    contract = await contracts.find_contract(ctx.db, contract_no)
    if contract:
        return await request_cards.show(ctx, contract.request_id)
    found = await tickets.list_by_contract(ctx.db, contract_no)
    if found:
        return ticket_list(ctx, _("📄 สัญญา %(no)s", no=contract_no), found)
    lists = Button(
        _("รายการสัญญา"),
        "owed.list",
        {"list": "contracts"},
    )
    return say(_("ไม่พบสัญญา %(no)s ตรวจเลขที่อีกครั้ง", no=contract_no), lists)
