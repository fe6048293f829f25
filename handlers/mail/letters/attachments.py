"""The files of a mail that is being written: what was sent to its draft, and what else its ticket
has, each taken in or left out by a tap.
"""

from dataclasses import dataclass

from domain.errors import InvalidInput
from handlers.desk import Context
from handlers.files.cards import names, size_text
from handlers.forms.engine import Option
from store import files as file_store
from store.chat.forms import Draft
from store.files import File, of_draft

FIELD = "mail_files"
"""The field that holds the ids of those files that are not as they were found: left out of what was
sent to the draft, taken in of what the ticket has.
"""
_IN = "☑"
_OUT = "☐"


@dataclass(frozen=True, slots=True)
class Attachable:
    """A file that may go with a mail, and whether it does."""

    file: File
    goes: bool


async def list_attachable(ctx: Context, draft: Draft) -> list[Attachable]:
    """What may go with a mail: first what was sent to its draft, then what else there is."""
    turned = draft.given.get(FIELD, "").split()
    given = tuple(draft.about["files"].split())
    own = of_draft(draft.id)
    sent = await ctx.once(file_store.list_files, own)
    again = await ctx.once(file_store.list_by_ids, given)
    kept = await ctx.once(file_store.list_files, draft.record)
    found = []
    for file in (*sent, *again):
        goes = file.id not in turned
        found.append(Attachable(file, goes))
    for file in kept:
        goes = file.id in turned
        found.append(Attachable(file, goes))
    return found


async def list_attached(ctx: Context, draft: Draft) -> list[File]:
    """The files that go with a mail."""
    found = await list_attachable(ctx, draft)
    return [each.file for each in found if each.goes]


async def attached_text(ctx: Context, draft: Draft) -> str:
    """`ตาราง.xlsx (1.2 MB)`; "" where nothing is attached."""
    files = await list_attached(ctx, draft)
    return names(files) if files else ""


def check_size(ctx: Context, files: list[File]) -> None:
    """InvalidInput("mail_files") where the files are more than mail servers take."""
    limit = ctx.configuration.letters.attachments
    size = sum(file.size for file in files)
    if size > limit * 1_000_000:
        raise InvalidInput("mail_files", size=size_text(size), limit=limit)


async def file_options(ctx: Context, draft: Draft) -> list[Option]:
    """Each file with whether it goes; a tap turns it."""
    found = await list_attachable(ctx, draft)
    return [Option(each.file.id, _label(each)) for each in found]


def _label(each: Attachable) -> str:
    mark = _IN if each.goes else _OUT
    return f"{mark} {each.file.name} ({size_text(each.file.size)})"


async def parse_file(
    ctx: Context,
    draft: Draft,
    text: str,
) -> dict[str, str]:
    """Turn the file of this id, or name; InvalidInput("choice") where there is none."""
    found = await list_attachable(ctx, draft)
    files = [each.file for each in found]
    meant = [file.id for file in files if text in (file.id, file.name)]
    if not meant:
        raise InvalidInput("choice")
    before = draft.given.get(FIELD, "").split()
    turned = {*before} ^ {meant[0]}
    return {FIELD: " ".join(sorted(turned))}
