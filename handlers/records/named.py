"""The records that a text names: which of them there are, shown, and what the other words may be
meant for.
"""

from collections.abc import Sequence
from dataclasses import replace

from domain.tickets.references import Reference, ReferenceKind, find_references, take_reference
from handlers.chat import Button, Choice, Paragraph, Reply
from handlers.desk import Context
from handlers.i18n import _
from handlers.records.kinds import RECORD_KINDS

MOST = 8
"""Records of one text that are offered."""


async def find_named(ctx: Context, text: str) -> list[Reference]:
    """The records that there are among those that a text names, in the order in which it names
    them, each once.
    """
    named = list(find_references(text))
    if not named:
        bare = take_reference(text, ReferenceKind.TICKET)
        named = [bare[0]] if bare else []
    found = []
    for one in named:
        if await RECORD_KINDS[one.kind].exists(ctx, one.value):
            found.append(one)
    known = {one.value for one in found}
    found += [one for one in await _meant(ctx, text) if one.value not in known]
    return found[:MOST]


async def _meant(ctx: Context, text: str) -> list[Reference]:
    """The records that other words than a number lead to; they stand nowhere in the text."""
    found = []
    for records in RECORD_KINDS.values():
        for no in await records.meant(ctx, text):
            found.append(Reference(records.kind, no, 0, 0))
    return found


async def show(ctx: Context, one: Reference) -> Reply:
    """The record's card; NotFound where there is none."""
    return await RECORD_KINDS[one.kind].show(ctx, one.value)


async def offer(
    ctx: Context, named: Sequence[Reference], buttons: tuple[Button, ...] = ()
) -> Reply:
    """Several records of one text: which is meant."""
    options = [await RECORD_KINDS[one.kind].option(ctx, one.value) for one in named]
    question = _("ข้อความนี้มี %(count)s รายการ เลือกที่ต้องการ", count=len(named))
    return Reply((Choice(question, tuple(options), buttons),))


async def show_within(
    ctx: Context,
    text: str,
    one: Reference,
    buttons: tuple[Button, ...] = (),
) -> Reply:
    """The record that a longer text names, and what its other words may be meant for."""
    records = RECORD_KINDS[one.kind]
    reply = await records.show(ctx, one.value)
    uses = await records.uses(ctx, one.value, text)
    buttons = (*uses, *buttons)
    if not records.says_why and not buttons:
        return reply
    # What stands nowhere in the text was found by other words of it.
    key = one.value if one.end else records.words_that_led(text)
    said = Paragraph(_("พบจาก %(key)s", key=key), buttons)
    return replace(reply, parts=(said, *reply.parts))
