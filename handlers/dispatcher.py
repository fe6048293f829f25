"""Turns one event into one outcome: it finds out who speaks, whether they may, and whether it is a
press, a command, an answer to a form, or a search.
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
    Filled,
    Incoming,
    Joined,
    Left,
    Moved,
    Press,
    Query,
    Reacted,
    Reply,
    SharedContact,
    Text,
    Unsent,
    cleaned,
    say,
)
from handlers.customers import commands as customers
from handlers.customers import contact_cards, inline, places
from handlers.desk import Context, Desk, Outcome, up_to_date
from handlers.files import receiving, unsent
from handlers.forms import drafts, whole_page
from handlers.forms import engine as forms
from handlers.i18n import _, speak
from handlers.messages import sentence
from handlers.publicity import commands as publicity
from handlers.registry import ACTIONS, STATES, check_right, reads_text
from handlers.spoken import Said, parse_command
from handlers.staff import groups, strangers
from handlers.staff.tour import followed
from handlers.work import board
from store import staff as staff_store
from store.audit import AuditEntry
from store.chat import buttons as button_store
from store.chat import forms as form_store
from store.chat import groups as group_store
from store.chat.forms import Draft
from store.chat.speakers import KnownSpeaker, find_speaker
from store.engine.database import Tx
from store.records import counters

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


class Speakers:
    """Who was found to speak in one event; whoever decides it twice in a row asks once."""

    def __init__(self) -> None:
        self._found: KnownSpeaker | None = None

    async def who(self, desk: Desk, incoming: Incoming) -> KnownSpeaker | None:
        """The member of staff; None for whom the desk does not know."""
        if not incoming.who:
            return None
        if self._found is None:
            self._found = await find_speaker(desk.db, incoming.platform, incoming.who)
        return self._found


async def dispatch(
    desk: Desk,
    incoming: Incoming,
    speakers: Speakers | None = None,
) -> Outcome:
    """Decide what to answer and write. DeskErrors become sentences; anything else is a bug and is
    raised.

    May be called again for the same event when its transaction met a Conflict: it reads afresh,
    but for who is known to speak.
    """
    now = desk.clock()
    incoming = cleaned(incoming)
    body = incoming.body
    if isinstance(body, Left | Moved):
        return await _chat_changed(desk, incoming, body, now)
    speaker = await (speakers or Speakers()).who(desk, incoming)
    if isinstance(body, Query):
        person = speaker.person if speaker else None
        outcome = await inline.answer(desk, incoming, body, person)
        return outcome if person else strangers.forgotten(incoming, outcome)
    if speaker is None or speaker.person.blocked_at is not None:
        speak("en" if incoming.language.startswith("en") else "th")
        return await strangers.answer(desk, incoming, now, blocked=speaker is not None)
    return await _decided(desk, incoming, now, speaker)


async def _decided(
    desk: Desk,
    incoming: Incoming,
    now: datetime,
    speaker: KnownSpeaker,
) -> Outcome:
    """What comes of an event of somebody of the staff."""
    person = speaker.person
    speak(person.language)
    ctx = Context(
        await up_to_date(desk, speaker.holidays),
        now,
        incoming=incoming,
        staff=person,
    )
    ctx.remember(speaker.draft, form_store.find_open, person.id)
    ctx.remember(speaker.last_ticket, counters.read_counter, "ticket")
    if incoming.unsendable:
        ctx.origins.add(incoming.id)
    reply = followed(ctx, await _answer(ctx))
    if incoming.private and now - speaker.seen_at > SEEN_EVERY:
        _note_seen(ctx)
    origin = incoming.id if incoming.unsendable else min(ctx.origins, default="")
    return Outcome(
        reply,
        tuple(ctx.changes),
        tuple(ctx.notices),
        tuple(ctx.audit_entries),
        person.id,
        tuple(ctx.jobs),
        origin,
        person.language,
        person.waits,
        unsent.records_of(ctx),
    )


async def _answer(ctx: Context) -> Reply | None:
    """What somebody of the staff is answered where it was asked; the refusal, where it is one."""
    incoming = ctx.incoming
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
        ctx.group_answer = None
        reply = refused(error)
    if reply and not incoming.private and isinstance(incoming.body, Press | Reacted):
        await groups.in_private(ctx, reply)
        return ctx.group_answer
    return reply


def _note_seen(ctx: Context) -> None:
    """This account writes from this chat."""
    incoming = ctx.incoming
    if not incoming.who:
        return
    ctx.change(
        staff_store.note_seen,
        platform=incoming.platform,
        user=incoming.who,
        chat=incoming.chat,
        now=ctx.now,
    )


async def _chat_changed(
    desk: Desk,
    incoming: Incoming,
    body: Left | Moved,
    now: datetime,
) -> Outcome:
    """A person blocked the bot, or a group threw it out or goes on as another chat; whoever did
    it.
    """
    if incoming.private:
        return _private_chat_changed(incoming, body, now)
    platform = incoming.platform
    chat = incoming.chat
    if isinstance(body, Moved):
        chat = body.of or chat
    if await group_store.find_group(desk.db, platform, chat) is None:
        return Outcome(None)

    async def change(tx: Tx) -> None:
        if await group_store.find_group(tx, platform, chat) is None:
            # The platform told it twice, and the other telling was quicker.
            raise Conflict("changed")
        if isinstance(body, Moved):
            await group_store.move(tx, platform, chat, body.to)
        else:
            await group_store.remove(tx, platform, chat)

    entry = AuditEntry(
        now,
        None,
        "group.moved" if isinstance(body, Moved) else "group.left",
        group_store.record(platform, chat),
        platform,
        incoming.id,
    )
    return Outcome(None, (change,), audit_entries=(entry,))


def _private_chat_changed(incoming: Incoming, body: Left | Moved, now: datetime) -> Outcome:
    if isinstance(body, Moved):
        return Outcome(None)
    gone = partial(
        staff_store.mark_unreachable,
        platform=incoming.platform,
        chat=incoming.chat,
        now=now,
    )
    return Outcome(None, (gone,))


async def _in_group(ctx: Context) -> Reply | None:
    """In a group only what stands behind a masked line can be pressed, and little be asked."""
    body = ctx.incoming.body
    if isinstance(body, Reacted):
        return await board.reacted(ctx, body)
    if not isinstance(body, Press):
        return await groups.spoken(ctx)
    button = await _button(ctx, body.token)
    if button is None or button.action != groups.SHOW:
        return None
    if await groups.find(ctx) is None:
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
    if isinstance(body, Filled):
        return await whole_page.fill(ctx, body)
    if isinstance(body, Unsent):
        return await unsent.taken_back(ctx, body)
    if isinstance(body, Edited):
        await unsent.edited(ctx, body)
        return say(_("การแก้ข้อความเดิมไม่มีผล พิมพ์ข้อความใหม่ได้เลย"))
    return None


# Text.


async def _text(ctx: Context, text: str) -> Reply:
    if not text:
        return say(_("ไม่มีข้อความให้อ่าน พิมพ์ชื่อ เบอร์โทร อีเมล หรือ เมนู"))
    said = parse_command(text)
    draft = await ctx.once(form_store.find_open, ctx.staff.id)
    asked = draft is not None and forms.asks(draft)
    if said is not None and (said.sure or not asked or not _is_fresh(ctx, draft)):
        return await _command(ctx, said, draft)
    if draft is None or not asked:
        return await _not_asked_for(ctx, text, draft)
    return await _asked_for(ctx, text, draft)


async def _asked_for(ctx: Context, text: str, draft: Draft) -> Reply:
    """A text that answers the open form, unless it is a new caller's, or may be about another
    record.
    """
    kind = _bare_kind(text)
    if kind and not forms.takes(draft, kind):
        return await _aside(ctx, draft, await customers.find(ctx, text))
    if not _is_fresh(ctx, draft) or _is_about_another(draft, text):
        return await forms.ask_which(ctx, draft, text)
    return await forms.feed(ctx, draft, text)


def _is_fresh(ctx: Context, draft: Draft | None) -> bool:
    """Whether a form was worked at just now, so that a text may well be its answer."""
    return draft is not None and ctx.now - draft.touched_at <= forms.FRESH


async def _command(ctx: Context, said: Said, draft: Draft | None) -> Reply:
    check_right(ctx.staff, said.command)
    reply = await said.command.run(ctx, said.args)
    if draft is None or said.command.name in KEEP_FORM:
        return reply
    return await _aside(ctx, draft, reply)


async def _not_asked_for(ctx: Context, text: str, draft: Draft | None) -> Reply:
    """A text that answers no form: what a noun takes it for, else a search."""
    for read in reads_text:
        reply = await read(ctx, text, draft)
        if reply is not None:
            return reply
    found = await customers.find(ctx, text)
    return found if draft is None else await _aside(ctx, draft, found)


def _bare_kind(text: str) -> str:
    """code, phone, email or ticket when the text is nothing but one: a new caller, not yesterday's
    details.
    """
    one = read_alone(text)
    if one is not None and one.kind in _BARE:
        return _BARE[one.kind]
    plain = digits(text).strip()
    if looks_like_phone(plain):
        return "phone"
    return "email" if looks_like_email(plain) else ""


def _is_about_another(draft: Draft, text: str) -> bool:
    """Whether the text begins with the number of another record than the form's: it may be meant
    for that one.
    """
    taken = take_reference(text, *_BARE)
    if taken is None:
        return False
    one, _rest = taken
    if one.start or not one.sure or forms.takes(draft, _BARE[one.kind]):
        return False
    return one.value not in (draft.record, *draft.texts().values())


async def _aside(ctx: Context, draft: Draft, reply: Reply) -> Reply:
    """Answer the new thing, park the open form, and offer it again: the next text must not go to
    the form that was open.
    """
    if draft.id not in ctx.drafts:
        await drafts.park_open(ctx)
    resume = await forms.resume_part(ctx, draft)
    return replace(reply, parts=(*reply.parts, resume))


async def _attachment(ctx: Context, body: Attachment) -> Reply | None:
    """A sticker answers nothing: the open form asks again. A file goes where it belongs."""
    draft = await ctx.once(form_store.find_open, ctx.staff.id)
    if body.kind == "sticker":
        problem = _("ตอบด้วยข้อความเท่านั้น")
        if draft is None or not _is_fresh(ctx, draft):
            return say(f"⚠️ {problem}")
        return await forms.proceed(ctx, draft, draft.asking, problem)
    if body.kind == "location":
        fresh = draft if _is_fresh(ctx, draft) else None
        return await places.shared_place(ctx, body, fresh)
    begun = None
    if draft is None or not forms.asks(draft):
        begun = publicity.begun(ctx, body.caption)
    reply = await receiving.receive(ctx, body, begun or draft)
    return None if reply is None else await _beside(ctx, draft, reply)


async def _beside(ctx: Context, draft: Draft | None, reply: Reply) -> Reply:
    """The reply, and the open form put aside where the reply was about something else."""
    if draft is None or draft.id in ctx.drafts:
        return reply
    return await _aside(ctx, draft, reply)


async def _contact(ctx: Context, body: SharedContact) -> Reply:
    """Somebody out of an address book: an answer to the open form, or a new caller beside it."""
    draft = await ctx.once(form_store.find_open, ctx.staff.id)
    reply = await contact_cards.shared(ctx, [body], draft)
    return await _beside(ctx, draft, reply)


# Presses.


async def _press(ctx: Context, token: str) -> Reply:
    """What a button does, or how things are now where it was pressed too late."""
    button = await _button_to_press(ctx, token)
    action = ACTIONS[button.action]
    ctx.pressed = button.args
    if button.event_id and button_store.holds_words(button.args):
        ctx.origins.add(button.event_id)
    check_right(ctx.staff, action)
    if button.once:
        late = await _late(ctx, button)
        if late is not None:
            return late
        ctx.change(
            button_store.use,
            token=token,
            by=ctx.staff.id,
            now=ctx.now,
        )
    draft = await ctx.once(form_store.find_open, ctx.staff.id)
    reply = await action.run(ctx, button.args)
    if draft is not None and draft.id not in button.args.values():
        reply = await _aside(ctx, draft, reply)
    return replace(reply, in_place=action.in_place, retires=button.once)


async def _button_to_press(ctx: Context, token: str) -> button_store.StoredButton:
    """Owner and age are checked now, as rights and use are, whatever they were when the button was
    shown.
    """
    button = await _button(ctx, token)
    if button is None or button.expires_at <= ctx.now:
        raise Expired("button")
    if button.action not in ACTIONS:
        raise Expired("button")  # an older version of the desk had it
    if button.staff_id not in (None, ctx.staff.id):
        raise NotAllowed("not_yours")
    return button


async def _button(ctx: Context, token: str) -> button_store.StoredButton | None:
    """The button of a token; nothing is looked for that can be none."""
    if not TOKEN.fullmatch(token):
        return None
    return await button_store.find_button(ctx.db, token)


async def _late(ctx: Context, button: button_store.StoredButton) -> Reply | None:
    """What a second press gets, or one on a record that has moved on: how things are now. It
    changes nothing.
    """
    pressed = button.used_at is not None
    version = None if pressed else button.version
    present = STATES.get(button.record[:1])
    shown = None
    if present is not None:
        shown = await present(ctx, button.record, version)
    if pressed and shown is None:
        raise Conflict("pressed")
    return shown
