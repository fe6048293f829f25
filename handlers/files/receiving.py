"""A file that somebody sends is put on a ticket or with a draft, taken by a noun that knows such
files, or asked about.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from domain.errors import InvalidInput, NotFound
from domain.files import numbered_name
from domain.tickets.records import Ticket
from handlers.chat import (
    Attachment,
    Button,
    Paragraph,
    Reply,
    ReplyPart,
    confirm,
    say,
)
from handlers.desk import Context, Fetched
from handlers.files import cards as file_cards
from handlers.files.waiting import confirm_attached, list_recent, only_number, question
from handlers.files.waiting import ticket_buttons as buttons_of_ticket
from handlers.forms import drafts
from handlers.forms import engine as forms
from handlers.forms.draft_files import move
from handlers.i18n import _
from handlers.messages import sentence
from handlers.registry import Claim, file_uses
from store import files as file_store
from store.chat import forms as form_store
from store.chat.forms import Draft
from store.files import File, of_draft, of_person
from store.tickets import records as tickets

WITH_FILES = ("ticket", "publicity", "post", "mail")
"""Kinds of forms that keep what is sent while they are open."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that just came, how it was sent, and what of its album is there already."""

    file: File
    body: Attachment
    before: Sequence[File]

    @property
    def album(self) -> list[File]:
        """All of its album so far."""
        return [*self.before, self.file]

    @property
    def caption(self) -> str:
        """An album has one, with whichever of its pictures."""
        return next((each.caption for each in self.album if each.caption), "")


async def receive(ctx: Context, body: Attachment, draft: Draft | None) -> Reply | None:
    """Where it belongs: to its album, the ticket named in its caption or answered, the open form;
    else it is asked.

    None = further pictures of its album are on their way, and the last one is answered.
    """
    fresh = draft if draft and ctx.now - draft.touched_at <= forms.FRESH else None
    if not body.reference:
        return await _no_file(ctx, fresh)
    try:
        fetched = await ctx.fetch(body)
    except (InvalidInput, NotFound) as error:
        if fresh is None:
            raise
        return await forms.proceed(ctx, fresh, fresh.asking, sentence(error))
    for use in file_uses:
        reply = await use.read(ctx, body, fetched, draft)
        if reply is not None:
            return reply
    sent = await _sent(ctx, body, fetched)
    place = await _place(ctx, sent, fresh)
    if isinstance(place, Ticket):
        return await _to_ticket(ctx, await _named(ctx, sent, place.no), place)
    if isinstance(place, Draft):
        return await _to_draft(
            ctx,
            await _named(ctx, sent, of_draft(place.id)),
            place,
        )
    return await _hold(
        ctx,
        await _named(ctx, sent, of_person(ctx.staff.id)),
        draft,
    )


async def _no_file(ctx: Context, fresh: Draft | None) -> Reply:
    """A place, a voice call, and whatever else has no bytes."""
    problem = _("รับได้: ข้อความ รูป ไฟล์ เสียง ผู้ติดต่อ และตำแหน่ง")
    if fresh is None:
        return say(f"⚠️ {problem}")
    return await forms.proceed(ctx, fresh, fresh.asking, problem)


async def _sent(ctx: Context, body: Attachment, fetched: Fetched) -> SentFile:
    file = File(
        id=uuid4().hex,
        record="",
        name=fetched.name,
        mime=fetched.mime,
        size=fetched.size,
        sha256=fetched.sha256,
        added_at=ctx.now,
        added_by=ctx.staff.id,
        caption=body.caption,
        platform=ctx.incoming.platform,
        message=body.message,
        album=body.album,
    )
    if not file.album:
        return SentFile(file, body, ())
    before = await file_store.list_album(
        ctx.db,
        file.platform,
        file.album,
        ctx.staff.id,
    )
    return SentFile(file, body, before)


async def _named(ctx: Context, sent: SentFile, record: str) -> SentFile:
    """With a number behind its name where the record, or its album, has one of that name."""
    there = await ctx.once(file_store.list_files, record)
    taken = {each.name for each in (*sent.before, *there)}
    name = numbered_name(sent.file.name, taken)
    return replace(sent, file=replace(sent.file, name=name))


async def _place(ctx: Context, sent: SentFile, draft: Draft | None) -> Ticket | Draft | None:
    """The ticket or draft that it belongs to; None where that is to be asked."""
    record = sent.before[-1].record if sent.before else ""
    if record.startswith("R"):
        return await tickets.get_ticket(ctx.db, record)
    if record.startswith("draft:"):
        return await _living_draft(ctx, record.removeprefix("draft:"))
    # The title of what is answered names its ticket; further numbers below it would be others.
    title = sent.body.quoted.partition("\n")[0]
    for words in (sent.body.caption, title):
        number = only_number(words)
        found = await tickets.find_ticket(ctx.db, number) if number else None
        if found is not None:
            return found
    keeps = draft is not None and draft.kind in WITH_FILES
    return draft if keeps and not record else None


async def _living_draft(ctx: Context, draft_id: str) -> Draft | None:
    begun = await form_store.find_draft(ctx.db, draft_id)
    alive = begun is not None and begun.state in ("open", "parked")
    return begun if alive else None


async def _is_last(ctx: Context, sent: SentFile) -> bool:
    """Whether this file is the one to be answered: of an album the last one."""
    body = sent.body
    if not body.album:
        return True
    if body.album_size is not None and len(sent.album) >= body.album_size:
        return True
    return not await ctx.desk.files.more_of_album(ctx.incoming, body)


async def _to_ticket(ctx: Context, sent: SentFile, ticket: Ticket) -> Reply | None:
    waiting = of_person(ctx.staff.id)
    held = [each.id for each in sent.before if each.record == waiting]
    if held:
        ctx.change(move(ctx, held, waiting, ticket))
    there = await file_store.list_files(ctx.db, ticket.no)
    twin = next((each for each in there if each.sha256 == sent.file.sha256), None)
    if twin is None:
        file = replace(sent.file, record=ticket.no)
        ctx.change(file_store.attach, file=file, version=ticket.version)
        ctx.attached[ticket.no] = 1 + len(held)
        ctx.audit("ticket.file_added", ticket.no)
    if not await _is_last(ctx, sent):
        return None
    if twin is not None and not sent.before:
        text = _("มี %(name)s ใน %(no)s อยู่แล้ว", name=twin.name, no=ticket.no)
        return say(text, *await buttons_of_ticket(ctx, ticket))
    return await confirm_attached(ctx, ticket, sent.album)


async def _to_draft(ctx: Context, sent: SentFile, draft: Draft) -> Reply | None:
    """The form goes on; what the file's caption says is the answer to what it asked."""
    record = of_draft(draft.id)
    await drafts.park_open(ctx, draft.id)
    file = replace(sent.file, record=record)
    ctx.change(file_store.add, file=file)
    there = await ctx.once(file_store.list_files, record)
    ctx.remember([*there, file], file_store.list_files, record)
    ctx.attached[record] = 1
    if not await _is_last(ctx, sent):
        # Written too: where the other app saved it at this moment, this file must not stay behind.
        drafts.store_draft(ctx, replace(draft, touched_at=ctx.now))
        return None
    names = file_cards.names(sent.album)
    told = Paragraph(_("📎 เก็บไว้กับร่างนี้แล้ว: %(files)s", files=names))
    if sent.caption and forms.asks(draft):
        reply = await forms.feed(ctx, draft, sent.caption)
    else:
        reply = await forms.proceed(ctx, draft, draft.asking)
    return replace(reply, parts=(told, *reply.parts))


async def _hold(ctx: Context, sent: SentFile, draft: Draft | None) -> Reply | None:
    """Kept until it is said where it goes, unless a noun takes it."""
    problem = ""
    number = only_number(sent.body.caption)
    if not sent.before and not number:
        claim = await _claimed(ctx, sent.file)
        if claim is not None and not claim.problem:
            return claim.reply
        problem = claim.problem if claim else ""
    record = of_person(ctx.staff.id)
    ctx.change(file_store.add, file=replace(sent.file, record=record))
    if not await _is_last(ctx, sent):
        return None
    if number:
        problem = sentence(NotFound("ticket", no=number))
    parts: list[ReplyPart] = []
    if problem:
        parts.append(Paragraph(f"⚠️ {problem}"))
    held = [*await list_recent(ctx), sent.file]
    return Reply((*parts, await question(ctx, held, draft)))


async def _claimed(ctx: Context, file: File) -> Claim | None:
    """What the first noun says that knows the file."""
    for use in file_uses:
        claim = await use.claim(ctx, file)
        if claim is not None:
            return claim
    return None


def not_fetched(reference: str) -> Reply:
    """What is said when a platform does not give a file after several tries."""
    text = _(
        "ดึงไฟล์จากแอปไม่สำเร็จ กดลองใหม่ หรือส่งไฟล์อีกครั้งภายหลัง (อ้างอิง %(reference)s)",
        reference=reference,
    )
    again = Button(
        _("ลองใหม่"),
        "event.retry",
        {"reference": reference},
        once=True,
    )
    return confirm(text, again)
