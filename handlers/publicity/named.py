"""Publications that a text names by their number."""

from domain.tickets.references import ReferenceKind
from handlers.chat import Button, Reply
from handlers.desk import Context
from handlers.publicity import cards as publicity_cards
from handlers.records.kinds import RecordKind, enter_records
from store.publicity import publications


class PublicationRecords(RecordKind):
    """See `handlers.records.kinds.RecordKind`; groups hear nothing of these."""

    kind = ReferenceKind.PUBLICATION

    async def exists(self, ctx: Context, no: str) -> bool:
        return await publications.find(ctx.db, no) is not None

    async def show(self, ctx: Context, no: str) -> Reply:
        return Reply((await publicity_cards.card(ctx, await publications.get(ctx.db, no)),))

    async def option(self, ctx: Context, no: str) -> Button:
        return publicity_cards.show_button(await publications.get(ctx.db, no))


enter_records(PublicationRecords())
