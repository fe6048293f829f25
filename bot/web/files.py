"""Files that are opened over HTTP: it is noted who does, before the first byte goes out."""

from starlette.responses import FileResponse, PlainTextResponse, Response

from bot.files.links import FileLink
from bot.web.webhooks import not_taken
from domain.errors import Expired, NotFound
from handlers.desk import Desk
from store import audit, files, staff
from store.audit import AuditEntry
from store.engine.database import StoreUnavailable
from store.files import File

SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}
"""Whatever a file holds, a browser saves it and runs nothing of it."""
PUBLIC_HEADERS = {**SAFE_HEADERS, "Cache-Control": "public, max-age=86400"}


async def send_file(desk: Desk, link: FileLink) -> Response:
    """The file of a link, to whose it is."""
    try:
        file = await files.get_file(desk.db, link.file_id)
        path = desk.files.blobs.existing(file.sha256)
        await _note_opening(desk, link, file)
    except (Expired, NotFound) as error:
        return no_file(error)
    except StoreUnavailable as error:
        return not_taken(error)
    return FileResponse(
        path,
        headers=SAFE_HEADERS,
        media_type=file.mime,
        filename=file.name,
        content_disposition_type="attachment",
    )


def no_file(error: Expired | NotFound) -> Response:
    """What whoever asks for a file that is not for him gets."""
    if isinstance(error, Expired):
        told = "This link has expired: ask the bot for the file again."
        return PlainTextResponse(told, 410, SAFE_HEADERS)
    return PlainTextResponse("", 404, SAFE_HEADERS)


async def _note_opening(desk: Desk, link: FileLink, file: File) -> None:
    """Say who opens a file, before its first byte goes out; Expired("file") where that person's
    access, or the telephone that the link was sent to, is gone.
    """
    now = desk.clock()
    reader = await staff.get_staff(desk.db, link.reader)
    if not reader.holds_since(link.made_at):
        raise Expired("file")
    if file.record.startswith("chart:"):
        # Numbers without people, which LINE fetches by itself to show them.
        return
    entry = AuditEntry(
        now,
        reader.id,
        "file.opened",
        file.record,
        "web",
        "",
    )
    await desk.db.write(lambda tx: audit.add(tx, [entry]))
