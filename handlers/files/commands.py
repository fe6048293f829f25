"""Files that officers send: attached to a ticket or a draft, asked about where that is unclear,
shown, removed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from uuid import uuid4

from domain.errors import InvalidInput, NotFound
from domain.files import numbered_name
from domain.tickets.records import Ticket
from domain.tickets.references import ReferenceKind, find_references, read_alone
from handlers.chat import (
    Attachment,
    Button,
    Card,
    Choice,
    Paragraph,
    Reply,
    ReplyPart,
    Unsent,
    confirm,
    say,
)
from handlers.desk import Context
from handlers.files import cards as file_cards
from handlers.forms import engine as forms
from handlers.forms.draft_files import move
from handlers.i18n import _
from handlers.messages import sentence
from handlers.registry import Claim, action, file_uses, reads_text
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import cards as ticket_cards
from handlers.tickets.form import habit_defaults, new_ticket
from store import files as file_store
from store import staff
from store.chat import forms as form_store
from store.chat.forms import Draft
from store.files import File, of_draft, of_import, of_person
from store.tickets import records as tickets

OFFERED = 5
"""Tickets offered where it is not clear to which one a file belongs."""
WITH_FILES = ("ticket", "publicity", "post")
"""Kinds of forms that keep what is sent while they are open."""
AT_ONCE = 10
"""Files that are sent with one press."""


# A file comes.


async def receive(ctx: Context, body: Attachment, draft: Draft | None) -> Reply | None:
    """Where it belongs: to its album, the ticket named in its caption or answered, the open form;
    else it is asked.

    None = further pictures of its album are on their way, and the last one is answered.
    """
    fresh = draft if draft and ctx.now - draft.touched_at <= forms.FRESH else None
    if not body.reference:
        problem = _("รับได้เฉพาะข้อความ รูป และไฟล์")
        return (
            await forms.proceed(ctx, fresh, fresh.asking, problem) if fresh else say(f"⚠️ {problem}")
        )
    try:
        fetched = await ctx.fetch(body)
    except (InvalidInput, NotFound) as error:
        if fresh is None:
            raise
        return await forms.proceed(ctx, fresh, fresh.asking, sentence(error))
    for use in file_uses:
        if reply := await use.read(ctx, body, fetched, draft):
            return reply
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
    before = (
        await file_store.list_album(ctx.db, file.platform, file.album, ctx.staff.id)
        if file.album
        else []
    )
    place = await _place(ctx, body, fresh, before)
    record = (
        place.no
        if isinstance(place, Ticket)
        else of_draft(place.id)
        if place
        else of_person(ctx.staff.id)
    )
    there = await file_store.list_files(ctx.db, record)
    file = replace(file, name=numbered_name(file.name, {each.name for each in (*before, *there)}))
    if isinstance(place, Ticket):
        return await _to_ticket(ctx, body, file, place, before)
    if isinstance(place, Draft):
        return await _to_draft(ctx, body, file, place, before)
    return await _hold(ctx, body, file, draft, before)


async def _place(
    ctx: Context, body: Attachment, draft: Draft | None, before: list[File]
) -> Ticket | Draft | None:
    record = before[-1].record if before else ""
    if record.startswith("R"):
        return await tickets.get_ticket(ctx.db, record)
    if record.startswith("draft:"):
        begun = await form_store.find_draft(ctx.db, record.removeprefix("draft:"))
        return begun if begun and begun.state in ("open", "parked") else None
    # The title of what is answered names its ticket; further numbers below it would be others.
    for words in (body.caption, body.quoted.partition("\n")[0]):
        number = _only_number(words)
        if number and (found := await tickets.find_ticket(ctx.db, number)):
            return found
    return draft if draft and draft.kind in WITH_FILES and not record else None


def _only_number(text: str) -> str:
    """The one ticket that a text names; "" where it names none, or several."""
    numbers = [one.value for one in find_references(text) if one.kind is ReferenceKind.TICKET]
    return numbers[0] if len(numbers) == 1 else ""


async def _is_last(ctx: Context, body: Attachment, before: list[File]) -> bool:
    """Whether this file is the one to be answered: of an album the last one."""
    if not body.album or (body.album_size is not None and len(before) + 1 >= body.album_size):
        return True
    return not await ctx.desk.files.more_of_album(ctx.incoming, body)


def _caption(file: File, before: Sequence[File]) -> str:
    """An album has one, with whichever of its pictures."""
    return next((each.caption for each in (*before, file) if each.caption), "")


async def _to_ticket(
    ctx: Context, body: Attachment, file: File, ticket: Ticket, before: list[File]
) -> Reply | None:
    held = [each.id for each in before if each.record == of_person(ctx.staff.id)]
    if held:
        ctx.change(move(ctx, held, of_person(ctx.staff.id), ticket))
    there = await file_store.list_files(ctx.db, ticket.no)
    twin = next((each for each in there if each.sha256 == file.sha256), None)
    if twin is None:
        ctx.change(
            partial(file_store.attach, file=replace(file, record=ticket.no), version=ticket.version)
        )
        ctx.attached[ticket.no] = 1 + len(held)
        ctx.audit("ticket.file_added", ticket.no)
    if not await _is_last(ctx, body, before):
        return None
    if twin is not None and not before:
        text = _("มี %(name)s ใน %(no)s อยู่แล้ว", name=twin.name, no=ticket.no)
        return say(text, *await _ticket_buttons(ctx, ticket))
    return await _attached(ctx, ticket, [*before, file])


async def _attached(ctx: Context, ticket: Ticket, added: Sequence[File]) -> Reply:
    """The confirmation, with the way to what was attached."""
    text = _("📎 แนบกับ %(no)s แล้ว: %(files)s", no=ticket.no, files=file_cards.names(added))
    return confirm(text, *await _ticket_buttons(ctx, ticket))


async def _ticket_buttons(ctx: Context, ticket: Ticket) -> tuple[Button, ...]:
    count = await file_store.count_files(ctx.db, ticket.no) + ctx.attached.get(ticket.no, 0)
    return (ticket_buttons.show_button(ticket), ticket_buttons.files_button(ticket.no, count))


async def _to_draft(
    ctx: Context, body: Attachment, file: File, draft: Draft, before: list[File]
) -> Reply | None:
    """The form goes on; what the file's caption says is the answer to what it asked."""
    record = of_draft(draft.id)
    await forms.park_open(ctx, draft.id)
    ctx.change(partial(file_store.add, file=replace(file, record=record)))
    ctx.attached[record] = 1
    if not await _is_last(ctx, body, before):
        # Written too: where the other app saved it at this moment, this file must not stay behind.
        forms.store_draft(ctx, replace(draft, touched_at=ctx.now))
        return None
    told = Paragraph(_("📎 เก็บไว้กับร่างนี้แล้ว: %(files)s", files=file_cards.names([*before, file])))
    caption = _caption(file, before)
    if caption and forms.asks(draft):
        reply = await forms.feed(ctx, draft, caption)
    else:
        reply = await forms.proceed(ctx, draft, draft.asking)
    return replace(reply, parts=(told, *reply.parts))


async def _hold(
    ctx: Context, body: Attachment, file: File, draft: Draft | None, before: list[File]
) -> Reply | None:
    """Kept until it is said where it goes, unless a noun takes it."""
    problem = ""
    if not before and not _only_number(body.caption):
        claim = await _claimed(ctx, file)
        if claim is not None and not claim.problem:
            return claim.reply
        problem = claim.problem if claim else ""
    ctx.change(partial(file_store.add, file=replace(file, record=of_person(ctx.staff.id))))
    if not await _is_last(ctx, body, before):
        return None
    if number := _only_number(body.caption):
        problem = sentence(NotFound("ticket", no=number))
    held = await file_store.list_files(ctx.db, of_person(ctx.staff.id))
    recent = [each for each in held if ctx.now - each.added_at <= forms.FRESH]
    parts: list[ReplyPart] = [Paragraph(f"⚠️ {problem}")] if problem else []
    return Reply((*parts, await question(ctx, [*recent, file], draft)))


async def _claimed(ctx: Context, file: File) -> Claim | None:
    """What the first noun says that knows the file."""
    for use in file_uses:
        claim = await use.claim(ctx, file)
        if claim is not None:
            return claim
    return None


async def question(ctx: Context, held: Sequence[File], draft: Draft | None) -> Choice:
    """Which ticket: the last ones, a draft that lies open, or a new one."""
    ids = ",".join(file.id for file in held)
    options = []
    if draft is not None and draft.kind == "ticket":
        title = (await forms.FORMS[draft.kind].show(ctx, draft)).title
        options.append(
            forms.form_button(_("ร่าง %(title)s", title=title), "file.to_draft", draft, ids=ids)
        )
    for use in file_uses:
        options += await use.offers(ctx, held, ids)
    for ticket in await tickets.list_touched(ctx.db, ctx.staff.id, OFFERED):
        ctx.audit("ticket.listed", ticket.no)
        options.append(
            Button(
                ticket_cards.ticket_line(ctx, ticket), "file.attach", {"no": ticket.no, "ids": ids}
            ),
        )
    question = _("📎 %(files)s\nแนบกับใบงานไหน แตะเลือก หรือพิมพ์เลขใบงาน", files=file_cards.names(held))
    buttons = (
        Button(_("สร้างใบงานใหม่"), "file.new", {"ids": ids}),
        Button(_("ไม่ใช้ไฟล์"), "file.drop", {"ids": ids}),
    )
    return Choice(question, tuple(options), buttons)


# The answer to which ticket.


async def held_files(ctx: Context, args: Mapping[str, str]) -> list[File]:
    """Those files of a question that still wait; NotFound("file") where none does."""
    found = await file_store.list_by_ids(ctx.db, args["ids"].split(","))
    mine = [file for file in found if file.record == of_person(ctx.staff.id)]
    if not mine:
        raise NotFound("file_settled" if found else "file")
    return mine


async def attach_held(ctx: Context, held: Sequence[File], ticket: Ticket) -> Reply:
    """Put files that waited on a ticket."""
    ctx.change(move(ctx, [file.id for file in held], of_person(ctx.staff.id), ticket))
    ctx.attached[ticket.no] = len(held)
    ctx.audit("ticket.file_added", ticket.no)
    return await _attached(ctx, ticket, held)


@action("file.attach", in_place=True)
async def attach_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """To this ticket."""
    held = await held_files(ctx, args)
    return await attach_held(ctx, held, await tickets.get_ticket(ctx.db, args["no"]))


@reads_text(place=20)
async def attach_waiting(ctx: Context, text: str, draft: Draft | None) -> Reply | None:
    """A ticket number typed after the question answers it; None where no file waits."""
    one = read_alone(text)
    if draft is not None or one is None or one.kind is not ReferenceKind.TICKET:
        return None
    number = _only_number(text)
    held = await file_store.list_files(ctx.db, of_person(ctx.staff.id))
    recent = [file for file in held if ctx.now - file.added_at <= forms.FRESH]
    ticket = await tickets.find_ticket(ctx.db, number) if recent else None
    return await attach_held(ctx, recent, ticket) if ticket else None


@action("file.to_draft", in_place=True)
async def to_draft_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """To the draft that lay open."""
    held = await held_files(ctx, args)
    draft = await forms.own_draft(ctx, args)
    _hand_over(ctx, held, draft)
    return await forms.proceed(ctx, draft, draft.asking)


@action("file.new", in_place=True)
async def new_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """To a new ticket, whose details begin with what the caption says."""
    held = await held_files(ctx, args)
    details = "\n".join(dict.fromkeys(file.caption for file in held if file.caption))
    values = await habit_defaults(ctx) | forms.FormAnswer({"details": details} if details else {})
    draft = new_ticket(ctx, values)
    _hand_over(ctx, held, draft)
    return await forms.start(ctx, draft, "customer")


def _hand_over(ctx: Context, held: Sequence[File], draft: Draft) -> None:
    ctx.change(
        partial(file_store.hand_over, ids=[file.id for file in held], record=of_draft(draft.id))
    )
    ctx.attached[of_draft(draft.id)] = len(held)


@action("file.drop", in_place=True)
async def drop_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Keep nothing of what waits."""
    held = await held_files(ctx, args)
    for file in held:
        ctx.change(
            partial(file_store.remove, file=file, version=None, by=ctx.staff.id, now=ctx.now)
        )
    return say(_("ลบแล้ว: %(files)s", files=file_cards.names(held)))


# Shown again, and removed.


@action("file.list")
async def list_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A ticket's files: the only one at once, several to choose from."""
    ticket = await tickets.get_ticket(ctx.db, args["no"])
    found = await file_store.list_files(ctx.db, ticket.no)
    ctx.audit("ticket.files_listed", ticket.no)
    if not found:
        return say(_("ไม่มีไฟล์แนบใน %(no)s", no=ticket.no), ticket_buttons.show_button(ticket))
    if len(found) == 1:
        return await _send(ctx, found)
    options = tuple(
        Button(
            f"📎 {file.name} · {file_cards.size_text(file.size)}", "file.send", {"file": file.id}
        )
        for file in found[:30]
    )
    every = _("ส่งทั้งหมด (%(count)s)", count=min(len(found), AT_ONCE))
    buttons = (Button(every, "file.all", {"no": ticket.no}), ticket_buttons.show_button(ticket))
    return Reply((Choice(_("ไฟล์แนบของ %(no)s", no=ticket.no), options, buttons),))


async def _send(ctx: Context, found: Sequence[File]) -> Reply:
    for file in found:
        ctx.audit("ticket.file_read", file.record)
    names = await staff.staff_names(ctx.db)
    return Reply(tuple(file_cards.document(file, names, ctx.staff.role) for file in found))


async def _ticket_file(ctx: Context, args: Mapping[str, str]) -> File:
    file = await file_store.get_file(ctx.db, args["file"])
    if not file.record.startswith("R"):
        raise NotFound("file")
    return file


@action("file.send")
async def send_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """One file."""
    return await _send(ctx, [await _ticket_file(ctx, args)])


@action("file.all")
async def all_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """All files of a ticket, the newest where they are many."""
    found = await file_store.list_files(ctx.db, args["no"])
    if not found:
        raise NotFound("file")
    return await _send(ctx, found[-AT_ONCE:])


@action("file.remove")
async def remove_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Asked first: what is removed is gone."""
    file = await _ticket_file(ctx, args)
    question = _("ลบ %(name)s ออกจาก %(no)s หรือไม่", name=file.name, no=file.record)
    buttons = (
        Button(_("ลบ"), "file.removed", {"file": file.id}, once=True),
        Button(_("ไม่ลบ"), "file.list", {"no": file.record}),
    )
    return Reply(
        (Card(question, ((_("ขนาด"), file_cards.size_text(file.size)),), buttons=buttons),)
    )


@action("file.removed", in_place=True)
async def removed_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Removed, as a line of the ticket's list of changes."""
    file = await _ticket_file(ctx, args)
    ticket = await tickets.get_ticket(ctx.db, file.record)
    ctx.change(
        partial(file_store.remove, file=file, version=ticket.version, by=ctx.staff.id, now=ctx.now)
    )
    ctx.audit("ticket.file_removed", ticket.no)
    text = _("ลบ %(name)s ออกจาก %(no)s แล้ว", name=file.name, no=ticket.no)
    return confirm(text, ticket_buttons.show_button(ticket))


async def unsent(ctx: Context, body: Unsent) -> None:
    """What its sender took back leaves the desk too; whoever took it back needs no word."""
    for file in await file_store.list_by_message(
        ctx.db, ctx.incoming.platform, body.message, ctx.staff.id
    ):
        if file.record.startswith(of_import("")):
            continue
        ticket = await tickets.find_ticket(ctx.db, file.record)
        version = ticket.version if ticket else None
        ctx.change(
            partial(file_store.remove, file=file, version=version, by=ctx.staff.id, now=ctx.now)
        )
        ctx.audit("ticket.file_unsent", file.record)


def not_fetched(reference: str) -> Reply:
    """What is said when a platform does not give a file after several tries."""
    text = _(
        "ดึงไฟล์จากแอปไม่สำเร็จ กดลองใหม่ หรือส่งไฟล์อีกครั้งภายหลัง (อ้างอิง %(reference)s)", reference=reference
    )
    button = Button(_("ลองใหม่"), "event.retry", {"reference": reference}, once=True)
    return confirm(text, button)
