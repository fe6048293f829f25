"""One event to one outcome: who speaks, may they, is it a press, a command, an answer to a form, or
a search.
"""

import pkgutil
import re
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module

import handlers
from domain.customers.phones import looks_like_email, looks_like_phone
from domain.errors import Conflict, DeskError, Expired, NotAllowed
from domain.text import digits
from domain.tickets.references import ReferenceKind, read_alone, take_reference
from handlers import system
from handlers.chat import (
    Attachment,
    Edited,
    Incoming,
    Joined,
    Left,
    Moved,
    Press,
    Query,
    Reply,
    SharedContact,
    Text,
    Unsent,
    cleaned,
    say,
)
from handlers.customers import commands as customers
from handlers.customers import contact_cards, inline
from handlers.desk import Context, Desk, Outcome, up_to_date
from handlers.files import receiving, unsent
from handlers.forms import drafts
from handlers.forms import engine as forms
from handlers.i18n import _, speak
from handlers.messages import sentence
from handlers.publicity import commands as publicity
from handlers.registry import ACTIONS, STATES, check_right, reads_text
from handlers.spoken import parse_command
from handlers.staff import groups, strangers
from store import groups as group_store
from store import staff as staff_store
from store.audit import AuditEntry
from store.chat import buttons as button_store
from store.chat import forms as form_store
from store.chat.forms import Draft
from store.engine.database import Tx

TOKEN = re.compile(r"[\w-]{22}", re.ASCII)
SEEN_EVERY = timedelta(minutes=10)
_BARE = {ReferenceKind.CUSTOMER: "code", ReferenceKind.TICKET: "ticket"}
KEEP_FORM = frozenset({"cancel", "again"})
"""Commands that mean the open form itself, so it is not put aside."""


def _load_rooms() -> None:
    """Import every module of the rooms: each enters what it has in the tables of the registry."""
    for module in pkgutil.walk_packages(handlers.__path__, f"{handlers.__name__}."):
        import_module(module.name)


_load_rooms()


async def dispatch(desk: Desk, incoming: Incoming) -> Outcome:
    """Decide what to answer and write. DeskErrors become sentences; anything else is a bug and is
    raised.

    May be called again for the same event when its transaction met a Conflict: it reads afresh.
    """
    now = desk.clock()
    incoming = cleaned(incoming)
    if isinstance(incoming.body, Left | Moved):
        return await _chat_changed(desk, incoming, incoming.body, now)
    found = (
        await staff_store.find_by_identity(desk.db, incoming.platform, incoming.who)
        if incoming.who
        else None
    )
    if isinstance(incoming.body, Query):
        return await inline.answer(desk, incoming, incoming.body, found[0] if found else None)
    if found is None or found[0].blocked_at is not None:
        speak("en" if incoming.language.startswith("en") else "th")
        return await strangers.answer(desk, incoming, now, blocked=found is not None)
    person, seen_at = found
    speak(person.language)
    ctx = Context(await up_to_date(desk), now, incoming=incoming, staff=person)
    if incoming.unsendable:
        ctx.origins.add(incoming.id)
    try:
        reply = await (_route(ctx) if incoming.private else _in_group(ctx))
        if reply and ctx.earlier:
            reply = replace(reply, earlier=tuple(ctx.earlier))
        unsent.note_origins(ctx)
    except DeskError as error:
        # Nothing of a refused request is written, but that something was read stays in the audit
        # log.
        ctx.changes.clear()
        ctx.notices.clear()
        ctx.jobs.clear()
        reply = refused(error)
    if reply and not incoming.private and isinstance(incoming.body, Press):
        await groups.in_private(ctx, reply)
        reply = None
    if incoming.private and incoming.who and now - seen_at > SEEN_EVERY:
        seen = partial(
            staff_store.note_seen,
            platform=incoming.platform,
            user=incoming.who,
            chat=incoming.chat,
            now=now,
        )
        ctx.change(seen)
    origin = incoming.id if incoming.unsendable else min(ctx.origins, default="")
    return Outcome(
        reply,
        tuple(ctx.changes),
        tuple(ctx.notices),
        tuple(ctx.audit_entries),
        person.id,
        tuple(ctx.jobs),
        origin,
    )


async def _chat_changed(
    desk: Desk, incoming: Incoming, body: Left | Moved, now: datetime
) -> Outcome:
    """A person blocked the bot, or a group threw it out or goes on as another chat; whoever did
    it.
    """
    here = (
        incoming.platform,
        body.of or incoming.chat if isinstance(body, Moved) else incoming.chat,
    )
    if incoming.private:
        gone = partial(
            staff_store.mark_unreachable, platform=incoming.platform, chat=incoming.chat, now=now
        )
        return Outcome(None, (gone,) if isinstance(body, Left) else ())
    if await group_store.find_group(desk.db, *here) is None:
        return Outcome(None)
    moved = isinstance(body, Moved)
    entry = AuditEntry(
        now,
        None,
        "group.moved" if moved else "group.left",
        group_store.record(*here),
        incoming.platform,
        incoming.id,
    )

    async def change(tx: Tx) -> None:
        if await group_store.find_group(tx, *here) is None:
            raise Conflict(
                "changed"
            )  # the platform told it twice, and the other telling was quicker
        if isinstance(body, Moved):
            await group_store.move(tx, *here, body.to)
        else:
            await group_store.remove(tx, *here)

    return Outcome(None, (change,), audit_entries=(entry,))


async def _in_group(ctx: Context) -> Reply | None:
    """In a group only what stands behind a masked line can be pressed, and little be asked."""
    body = ctx.incoming.body
    if not isinstance(body, Press):
        return await groups.spoken(ctx)
    button = (
        await button_store.find_button(ctx.db, body.token) if TOKEN.fullmatch(body.token) else None
    )
    if button is None or button.action != groups.SHOW or await groups.find(ctx) is None:
        return None
    return await _press(ctx, body.token)


def refused(error: DeskError) -> Reply:
    """A refusal, as the user is told."""
    return say(f"⚠️ {sentence(error)}")


async def _route(ctx: Context) -> Reply | None:
    body = ctx.incoming.body
    if isinstance(body, Press):
        return await _press(ctx, body.token)
    if isinstance(body, Text):
        return await _text(ctx, body.text)
    if isinstance(body, Joined):
        return await system.menu(ctx, "")
    if isinstance(body, Attachment):
        return await _attachment(ctx, body)
    if isinstance(body, SharedContact):
        return await _contact(ctx, body)
    if isinstance(body, Unsent):
        return await unsent.taken_back(ctx, body)
    if isinstance(body, Edited):
        return say(_("การแก้ข้อความเดิมไม่มีผล พิมพ์ข้อความใหม่ได้เลย"))
    return None


# Text.


async def _text(ctx: Context, text: str) -> Reply:
    if not text:
        return say(_("ไม่มีข้อความให้อ่าน พิมพ์ชื่อ เบอร์โทร อีเมล หรือ เมนู"))
    said = parse_command(text)
    draft = await form_store.find_open(ctx.db, ctx.staff.id)
    answers = draft is not None and forms.asks(draft) and ctx.now - draft.touched_at <= forms.FRESH
    if said and (said.sure or not answers):
        check_right(ctx.staff, said.command)
        reply = await said.command.run(ctx, said.args)
        return (
            await _aside(ctx, draft, reply)
            if draft and said.command.name not in KEEP_FORM
            else reply
        )
    if draft is None or not forms.asks(draft):
        return await _not_asked_for(ctx, text, draft)
    kind = _bare_kind(text)
    if kind and not forms.takes(draft, kind):
        return await _aside(ctx, draft, await customers.find(ctx, text))
    if ctx.now - draft.touched_at > forms.FRESH or _is_about_another(draft, text):
        return await forms.ask_which(ctx, draft, text)
    return await forms.feed(ctx, draft, text)


async def _not_asked_for(ctx: Context, text: str, draft: Draft | None) -> Reply:
    """A text that answers no form: what a noun takes it for, else a search."""
    for read in reads_text:
        if reply := await read(ctx, text, draft):
            return reply
    found = await customers.find(ctx, text)
    return found if draft is None else await _aside(ctx, draft, found)


def _bare_kind(text: str) -> str:
    """code, phone, email or ticket when the text is nothing but one: a new caller, not yesterday's
    details.
    """
    plain = digits(text).strip()
    one = read_alone(text)
    if one and one.kind in _BARE:
        return _BARE[one.kind]
    if looks_like_phone(plain):
        return "phone"
    return "email" if looks_like_email(plain) else ""


def _is_about_another(draft: Draft, text: str) -> bool:
    """Whether the text begins with the number of another record than the form's: it may be meant
    for that one.
    """
    taken = take_reference(text, *_BARE)
    if (
        taken is None
        or taken[0].start
        or not taken[0].sure
        or forms.takes(draft, _BARE[taken[0].kind])
    ):
        return False
    return taken[0].value not in (draft.record, *draft.texts().values())


async def _aside(ctx: Context, draft: Draft, reply: Reply) -> Reply:
    """Answer the new thing, park the open form, and offer it again."""
    if draft.id not in ctx.drafts:
        await drafts.park_open(ctx)
    return replace(reply, parts=(*reply.parts, await forms.resume_part(ctx, draft)))


async def _attachment(ctx: Context, body: Attachment) -> Reply | None:
    """A sticker answers nothing: the open form asks again. A file goes where it belongs."""
    draft = await form_store.find_open(ctx.db, ctx.staff.id)
    if body.kind == "sticker":
        problem = _("ตอบด้วยข้อความเท่านั้น")
        if draft is None or ctx.now - draft.touched_at > forms.FRESH:
            return say(f"⚠️ {problem}")
        return await forms.proceed(ctx, draft, draft.asking, problem)
    begun = None if draft and forms.asks(draft) else publicity.begun(ctx, body.caption)
    reply = await receiving.receive(ctx, body, begun or draft)
    # The answer is about something else: the next text must not go to the form that was open.
    return (
        await _aside(ctx, draft, reply) if reply and draft and draft.id not in ctx.drafts else reply
    )


async def _contact(ctx: Context, body: SharedContact) -> Reply:
    """Somebody out of an address book: an answer to the open form, or a new caller beside it."""
    draft = await form_store.find_open(ctx.db, ctx.staff.id)
    reply = await contact_cards.shared(ctx, [body], draft)
    return await _aside(ctx, draft, reply) if draft and draft.id not in ctx.drafts else reply


# Presses.


async def _press(ctx: Context, token: str) -> Reply:
    """Rights, owner, age and use are checked now, whatever they were when the button was shown."""
    button = await button_store.find_button(ctx.db, token) if TOKEN.fullmatch(token) else None
    if button is None or button.expires_at <= ctx.now or button.action not in ACTIONS:
        raise Expired("button")
    if button.staff_id is not None and button.staff_id != ctx.staff.id:
        raise NotAllowed("not_yours")
    action = ACTIONS[button.action]
    ctx.pressed = button.args
    if button.event_id and button_store.holds_words(button.args):
        ctx.origins.add(button.event_id)
    check_right(ctx.staff, action)
    if button.once:
        if late := await _late(ctx, button):
            return late
        ctx.change(button_store.use, token=token, by=ctx.staff.id, now=ctx.now)
    draft = await form_store.find_open(ctx.db, ctx.staff.id)
    reply = await action.run(ctx, button.args)
    if draft is not None and draft.id not in button.args.values():
        # The answer is about something else: the next text must not go to the form that was open.
        reply = await _aside(ctx, draft, reply)
    return replace(reply, in_place=action.in_place, retires=button.once)


async def _late(ctx: Context, button: button_store.StoredButton) -> Reply | None:
    """What a second press gets, or one on a record that has moved on: how things are now. It
    changes nothing.
    """
    pressed = button.used_at is not None
    present = STATES.get(button.record[:1])
    shown = (
        await present(ctx, button.record, None if pressed else button.version) if present else None
    )
    if pressed and shown is None:
        raise Conflict("pressed")
    return shown
