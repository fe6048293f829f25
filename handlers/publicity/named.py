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
        found = await publications.find(ctx.db, no)
        return found is not None

    async def show(self, ctx: Context, no: str) -> Reply:
        publication = await publications.get(ctx.db, no)
        return Reply((await publicity_cards.card(ctx, publication),))

    async def option(self, ctx: Context, no: str) -> Button:
        publication = await publications.get(ctx.db, no)
        return publicity_cards.show_button(publication)


enter_records(PublicationRecords())
