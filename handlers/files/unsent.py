"""Messages that their sender took back (LINE): the desk deletes their words, and the records that
were made of them say so.
"""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from domain.tickets.references import ReferenceKind, read_alone
from handlers.chat import Edited, Paragraph, Reply, ReplyPart, Unsent
from handlers.desk import BUTTON_LIFETIME, Context
from handlers.files.presses import removal
from handlers.forms import drafts
from handlers.forms import engine as forms
from handlers.forms.overwriting import overwrite_soon
from handlers.i18n import _
from handlers.tickets.buttons import show_button
from store import files as file_store
from store.chat import buttons, inbox, outbox
from store.chat.forms import Draft, list_fed
from store.customers import records as customers
from store.files import of_import
from store.tickets import records as tickets

EDITABLE = timedelta(hours=48)
"""How long Telegram lets a message be changed."""
ANSWERED = timedelta(minutes=1)
"""How long an answer takes at most."""
MADE = frozenset(
    {
        "ticket.created",
        "ticket.changed",
        "ticket.voided",
        "ticket.reopened",
        "customer.created",
        "customer.changed",
    }
)
"""What the audit log calls a save whose words may be a message's."""


def _made(ctx: Context) -> list[str]:
    return sorted({entry.record for entry in ctx.audit_entries if entry.action in MADE})


def records_of(ctx: Context) -> tuple[str, ...]:
    """What the message of this event went into, where it can be taken back."""
    if ctx.incoming.id not in ctx.origins:
        return ()
    return tuple(_made(ctx))


def note_origins(ctx: Context) -> None:
    """Remember what messages before this event went into, in case one of them is taken back; its
    own is noted with its end.
    """
    records = _made(ctx)
    before = ctx.origins - {ctx.incoming.id}
    if not before or not records:
        return
    note = partial(
        inbox.note_records,
        event_ids=sorted(before),
        records=records,
        now=ctx.now,
    )
    ctx.change(note)


async def taken_back(ctx: Context, body: Unsent) -> Reply | None:
    """Forget the words wherever they lie but in records, and mark those; None where nothing is left
    to say.
    """
    await _forget_files(ctx, body)
    overwrite_soon(ctx)
    platform = ctx.incoming.platform
    chat = ctx.incoming.chat
    event_id = await inbox.find_message(ctx.db, platform, f"{platform}:{chat}", body.message)
    if not event_id:
        return None
    ctx.change(
        outbox.unsay,
        event_id=event_id,
        platform=platform,
        chat=chat,
    )
    ctx.change(buttons.unsay, event_id=event_id)
    parts = await _mark(ctx, event_id)
    for draft in await list_fed(ctx.db, ctx.staff.id, event_id):
        parts += await _without(ctx, draft, event_id)
    return Reply(tuple(parts), confirms=True) if parts else None


async def edited(ctx: Context, body: Edited) -> None:
    """What a message said before it was changed is not kept, and neither is what it says now."""
    platform = ctx.incoming.platform
    since = ctx.now - EDITABLE
    events = await inbox.list_naming(
        ctx.db,
        platform,
        body.message,
        since,
        ctx.now,
    )
    ctx.change(inbox.forget_some, events=events)
    for one in events:
        # Shown with its answer: what they say is read out of what was typed.
        shown_at = one.done_at + BUTTON_LIFETIME
        ctx.change(
            buttons.forget_saying,
            staff_id=ctx.staff.id,
            texts=(),
            since=shown_at - ANSWERED,
            until=shown_at + ANSWERED,
        )
    ctx.change(
        inbox.forget_words,
        platform=platform,
        event_id=ctx.incoming.id,
    )
    overwrite_soon(ctx)


async def _forget_files(ctx: Context, body: Unsent) -> None:
    """What was sent with the message leaves the desk too; whoever took it back needs no word."""
    platform = ctx.incoming.platform
    sent = await file_store.list_by_message(
        ctx.db,
        platform,
        body.message,
        ctx.staff.id,
    )
    for file in sent:
        if file.record.startswith(of_import("")):
            continue
        ticket = await tickets.find_ticket(ctx.db, file.record)
        version = ticket.version if ticket else None
        ctx.change(removal(ctx, file, version))
        ctx.audit("ticket.file_unsent", file.record)


async def _mark(ctx: Context, event_id: str) -> list[ReplyPart]:
    """What became a record stays the office's, and says that its message was taken back."""
    parts: list[ReplyPart] = []
    by = ctx.staff.id
    for record in await inbox.list_records(ctx.db, event_id):
        one = read_alone(record)
        if one is not None and one.kind is ReferenceKind.CUSTOMER:
            ctx.change(
                customers.note_unsent,
                code=record,
                by=by,
                now=ctx.now,
            )
            ctx.audit("customer.unsent", record)
            continue
        ticket = await tickets.find_ticket(ctx.db, record)
        if ticket is None:
            continue
        ctx.change(
            tickets.note_unsent,
            no=record,
            by=by,
            now=ctx.now,
        )
        ctx.audit("ticket.unsent", record)
        # Without the version that this very event leaves behind.
        show = show_button(replace(ticket, version=0))
        parts.append(Paragraph(_told(record), (show,)))
    return parts


def _told(no: str) -> str:
    kept = _(
        "ข้อความที่ยกเลิกส่งบันทึกไว้ใน %(no)s แล้ว ใบงานยังอยู่ และแสดงว่าข้อความต้นทางถูกยกเลิก",
        no=no,
    )
    how = _("ถ้าไม่ต้องการใบงานนี้ พิมพ์ ยกเลิกใบงาน %(no)s ตามด้วยเหตุผล", no=no)
    return f"{kept}\n{how}"


async def _without(ctx: Context, draft: Draft, event_id: str) -> list[ReplyPart]:
    """The draft without what the message said; one that held nothing else is done with."""
    sources = draft.sources.items()
    gone = {name for name, events in sources if event_id in events.split()}
    cleared = draft.without(gone)
    if not any(cleared.texts().values()):
        drafts.end(ctx, draft, state="cancelled")
        return []
    if draft.state != "open":
        drafts.store_draft(ctx, cleared)
        return []
    problem = _("ลบข้อความที่ยกเลิกส่งออกจากแบบฟอร์มแล้ว")
    reply = await forms.proceed(ctx, cleared, problem=problem)
    return [*reply.parts]
