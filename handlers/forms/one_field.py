"""Forms of a single question over a saved record: a date, a person, a reason, and then it is
done.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from handlers.chat import Card, Reply
from handlers.desk import Context
from handlers.forms.engine import Field, Form
from store.chat.forms import Draft

Title = Callable[[Context, Draft], Awaitable[str]]
Save = Callable[[Context, Draft, str], Awaitable[Reply]]


@dataclass
class OneField(Form):
    """See `handlers.forms.engine.Form`; `heading` says what it is about, `done` gets the answer and
    ends the draft.
    """

    kind: str
    asked: Field
    heading: Title
    done: Save
    fields: Mapping[str, Field] = field(init=False)

    def __post_init__(self) -> None:
        self.fields = {self.asked.name: self.asked}

    async def missing(self, ctx: Context, draft: Draft) -> list[str]:
        return [] if draft.given.get(self.asked.name) else [self.asked.name]

    async def show(self, ctx: Context, draft: Draft) -> Card:
        return Card(await self.heading(ctx, draft))

    async def save(self, ctx: Context, draft: Draft) -> Reply:
        return await self.done(ctx, draft, draft.given[self.asked.name])
