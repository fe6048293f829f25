"""What was taken back leaves no bytes: neither in the database's log nor in the store of files, and
what was typed about it is forgotten.
"""

import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import partial

from domain.staff import StaffId
from handlers.desk import BUTTON_LIFETIME, Context, Work
from handlers.registry import due
from store import due as due_store
from store import files
from store.chat import buttons, forms, inbox, outbox
from store.chat.forms import Draft
from store.due import Due
from store.engine.database import Tx
from store.files import File
from store.privacy.erased_files import YOUNG, list_named

OVERWRITE = "taken_back.overwrite"
DRAFT = files.of_draft("")
TABLES = ("inbox", "outbox", "forms", "buttons", "files")
"""In which words stand that somebody may take back."""
_CODE = re.compile(r"[\w.,:;|/+-]*", re.ASCII)
SHORTEST = 4
"""Signs of a text that says something."""
LATELY = timedelta(hours=1)
"""What somebody typed or pressed about a file shortly before it was removed goes with it."""


def overwrite_soon(work: Work, *subjects: str) -> None:
    """At the next tick nothing is left of what this work deletes; `subjects` = hashes of bytes, and
    records of drafts whose files go.
    """
    rows = [_row(subject, work.now) for subject in ("", *subjects)]
    work.change(due_store.plan_again, rows=rows)


def _row(subject: str, at: datetime) -> Due:
    return Due(OVERWRITE, subject, "", at)


def forget_file(ctx: Context, file: File) -> None:
    """What was said with a file that is taken away, and its bytes."""
    if file.message:
        ctx.change(
            inbox.forget_naming,
            platform=file.platform,
            message=file.message,
            since=file.added_at,
        )
    ctx.change(
        _forget_typed,
        staff_id=ctx.staff.id,
        since=max(file.added_at, ctx.now - LATELY),
        now=ctx.now,
        texts=_said([file.caption, file.name]),
    )
    _forget_own(ctx)
    overwrite_soon(ctx, file.sha256)


def forget_draft(ctx: Context, draft: Draft) -> None:
    """What was typed for a draft that is given up, and its files."""
    ctx.change(
        _forget_of_draft,
        draft=draft,
        staff_id=ctx.staff.id,
        now=ctx.now,
    )
    _forget_own(ctx)
    overwrite_soon(ctx, files.of_draft(draft.id))


def _forget_own(ctx: Context) -> None:
    """A press comes with the whole card that was pressed."""
    ctx.change(
        inbox.forget_words,
        platform=ctx.incoming.platform,
        event_id=ctx.incoming.id,
    )


def _said(texts: Collection[str]) -> list[str]:
    """Those of these texts that are more than a key or a code."""
    return [text for text in texts if len(text) >= SHORTEST and not _CODE.fullmatch(text)]


async def _forget_of_draft(
    tx: Tx,
    draft: Draft,
    staff_id: StaffId,
    now: datetime,
) -> None:
    since = await forms.begun_at(tx, draft.id) or now
    texts = _said([text for text in draft.texts().values() if text])
    await _forget_typed(tx, staff_id, since, now, texts)


async def _forget_typed(
    tx: Tx,
    staff_id: StaffId,
    since: datetime,
    now: datetime,
    texts: Sequence[str],
) -> None:
    await inbox.forget_since(tx, staff_id, since)
    await outbox.forget_since(tx, staff_id, since)
    if texts:
        await buttons.forget_saying(
            tx,
            staff_id,
            texts,
            since + BUTTON_LIFETIME,
            now + BUTTON_LIFETIME,
        )


@due(OVERWRITE, silent=True)
async def overwrite(work: Work, rows: Sequence[Due]) -> None:
    """Writes over what is deleted by now."""
    hashes = []
    for row in rows:
        if row.subject.startswith(DRAFT):
            hashes += await _end_draft(work, row.subject)
        elif row.subject:
            hashes.append(row.subject)
    named = partial(list_named, work.db)
    young = await work.desk.files.blobs.overwrite(hashes, YOUNG.total_seconds(), named)
    # Somebody may be about to name them; whoever is has done so soon.
    again = work.now + YOUNG
    later = [Due(OVERWRITE, each, again.isoformat(), again) for each in young]
    work.change(due_store.plan, rows=later)
    await work.db.empty_log(TABLES)


async def _end_draft(work: Work, record: str) -> list[str]:
    """The files of a draft that is done with go; returns their hashes."""
    found = await files.list_files(work.db, record)
    await work.db.write(partial(files.remove_all, record=record))
    return [file.sha256 for file in found]
