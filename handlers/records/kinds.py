"""The kinds of records that a text may name: each noun enters what its numbers mean."""

from typing import Protocol

from domain.errors import InvalidInput
from domain.tickets.references import ReferenceKind
from handlers.chat import Button, Masked, Reply, ReplyPart
from handlers.desk import Context
from store.chat.forms import Draft


class RecordKind(Protocol):
    """One kind of record. `no` is always its number as the desk writes it, as in `Reference`."""

    kind: ReferenceKind
    form: str = ""
    """The kind of form that changes it in words; "" where it is not changed so."""
    says_why: bool = False
    """Whether it is told by what it was found, even where nothing else is to be said."""

    async def exists(self, ctx: Context, no: str) -> bool:
        """Whether there is such a record."""
        ...

    async def show(self, ctx: Context, no: str) -> Reply:
        """Its card; NotFound where there is none."""
        ...

    async def option(self, ctx: Context, no: str) -> Button:
        """One of several records that a text names."""
        ...

    async def masked(self, ctx: Context, no: str) -> Masked | None:
        """The line that a group may hear; None where it hears none of these, NotFound where there
        is no such record.
        """
        return None

    async def meant(self, ctx: Context, text: str) -> list[str]:
        """The records that other words than a number lead to."""
        return []

    def words_that_led(self, text: str) -> str:
        """Which words these were."""
        return ""

    async def uses(
        self,
        ctx: Context,
        no: str,
        text: str,
    ) -> tuple[Button, ...]:
        """What the words beside the number may be meant for."""
        return ()

    async def draft(self, ctx: Context, no: str) -> Draft:
        """A draft of `form` over the record, saved as soon as nothing is missing."""
        raise InvalidInput("edited")

    async def list_of(
        self,
        ctx: Context,
        no: str,
        field: str,
    ) -> ReplyPart | None:
        """The list that a field stands for which is named alone; None for any other field."""
        return None


RECORD_KINDS: dict[ReferenceKind, RecordKind] = {}


def enter_records(records: RecordKind) -> None:
    """Put a kind of record into the table."""
    RECORD_KINDS[records.kind] = records
