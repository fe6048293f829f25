"""The chat page: what was said, what is posted to it, and what it is shown while it is open."""

import json
import re
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from bot.files.links import FileLink
from bot.parts import RunningDesk
from bot.web.adapter import LIMITS
from bot.web.files import send_file
from bot.web.live import Live, Watcher
from bot.web.pages.drawing import PAGE_HEADERS, drawn, page
from bot.web.pages.guard import Guard, NotTaken, Visitor
from bot.web.pages.statics import version
from bot.web.pages.thread import Bubble, as_shown, newest_within, steps
from domain.dates.days import picked_date
from domain.staff import Platform
from handlers.i18n import speak
from handlers.staff.browser.words import page_words
from store.chat import inbox, shown
from store.chat.inbox import Event
from store.chat.shown import ShownUpTo
from store.engine.database import StoreUnavailable

EVENT_ID = re.compile(r"[0-9a-f-]{36}")
"""What a page calls what it posts, so that it is taken once, however often it is posted."""
FILE_ID = re.compile(r"[0-9a-f]{32}")
UP_TO = re.compile(r"(\d{1,18})\.(\d{1,18})", re.ASCII)
BROKEN_OFF = 3000
"""Milliseconds until a browser asks again."""
CHUNK = 1 << 16


@dataclass(frozen=True)
class ChatPage:
    """The chat of whoever looks."""

    running: RunningDesk
    guard: Guard
    live: Live

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """The last messages, and where one types."""
        desk = self.running.desk
        rules = desk.configuration.browser
        last = await shown.list_last(desk.db, visitor.chat, rules.history)
        messages = newest_within(last, LIMITS.said)
        return page(
            "chat.html",
            words=page_words(),
            visitor=visitor,
            at="/",
            bubbles=as_shown(messages),
            up_to=_told(shown.up_to(messages)),
            is_whole=len(messages) == len(last) < rules.history,
            event_id=str(uuid.uuid4()),
            longest=LIMITS.text,
        )

    async def take(self, request: Request, visitor: Visitor) -> Response:
        """What is typed, pressed or dropped, as one event each."""
        async with self.guard.posted(request, visitor, LIMITS.file + LIMITS.form) as form:
            told = await self._told(form)
            await self.receive(visitor, event_id_of(form), told)
        if "text/html" in request.headers.get("accept", ""):
            return RedirectResponse("/", 303)
        return Response(status_code=204, headers=PAGE_HEADERS)

    async def _told(self, form: FormData) -> dict[str, str]:
        """What the form says, as the inbox keeps it."""
        press = str(form.get("press", ""))
        if press:
            return {"press": press, "message": str(form.get("message", ""))}
        # A command of the board has its ticket and its person in fields of their own.
        typed = " ".join(map(str, form.getlist("text")))
        text = typed or _picked(str(form.get("picked", "")))
        if len(text) > LIMITS.text:
            raise NotTaken("too_long")
        file = form.get("file")
        if isinstance(file, UploadFile) and file.filename:
            return await self._keep(file, text)
        if not text.strip():
            raise NotTaken("empty")
        return {"text": text}

    async def _keep(self, file: UploadFile, caption: str) -> dict[str, str]:
        """The file's bytes are stored before the event that names them."""

        async def chunks() -> AsyncIterator[bytes]:
            while chunk := await file.read(CHUNK):
                yield chunk

        blobs = self.running.desk.files.blobs
        part = await blobs.receive(chunks())
        try:
            await blobs.keep(part)
        finally:
            part.discard()
        return {
            "file": part.sha256,
            "name": file.filename or "",
            "mime": file.content_type or "",
            "caption": caption,
        }

    async def receive(self, visitor: Visitor, event_id: str, told: Mapping[str, object]) -> str:
        """Commit it, and return what the inbox calls it; whoever works on that goes on from
        there.
        """
        running = self.running
        now = running.desk.clock()
        event = Event(
            Platform.WEB,
            f"{visitor.chat}-{event_id}",
            f"{Platform.WEB}:{visitor.chat}",
            int(now.timestamp() * 1_000_000),
            json.dumps(told),
        )
        running.wake(await inbox.receive(running.desk.db, [event], running.owner, now))
        self.live.wake(visitor.chat)
        return event.event_id

    async def file(self, request: Request, visitor: Visitor) -> Response:
        """A file that this person's chat shows."""
        desk = self.running.desk
        file_id = request.path_params["file"]
        if not FILE_ID.fullmatch(file_id):
            raise NotTaken("nothing")
        if not await shown.was_shown(desk.db, visitor.chat, file_id):
            raise NotTaken("nothing")
        reader = visitor.person.id
        link = FileLink(file_id, reader, desk.clock())
        return await send_file(desk, link)

    # Live.

    async def events(self, request: Request, visitor: Visitor) -> Response:
        """What comes from now on, as server-sent events."""
        since = request.headers.get("last-event-id") or request.query_params.get("after", "")
        headers = {**PAGE_HEADERS, "X-Accel-Buffering": "no"}
        seen = _read_up_to(since) or await shown.newest(self.running.desk.db, visitor.chat)
        stream = self._stream(request, visitor, seen)
        return StreamingResponse(stream, 200, headers, "text/event-stream")

    async def _stream(
        self, request: Request, visitor: Visitor, seen: ShownUpTo
    ) -> AsyncIterator[str]:
        yield _event("hello", version(), f"retry: {BROKEN_OFF}\n")
        with self.live.watching(visitor.chat) as watcher:
            while not watcher.over:
                try:
                    events, seen = await self._news(request, watcher, seen)
                except StoreUnavailable:
                    # The browser comes back, and is told then.
                    return
                for event in events:
                    yield event
                if not events[-1:] or events[-1] != OVER:
                    await watcher.sleep()
                else:
                    return

    async def _news(
        self, request: Request, watcher: Watcher, seen: ShownUpTo
    ) -> tuple[list[str], ShownUpTo]:
        """What is new on this page, drawn; that it is over where the session is."""
        visitor = await self.guard.visitor(request)
        if visitor is None:
            return [OVER], seen
        speak(visitor.person.language)
        messages = await shown.list_after(self.running.desk.db, visitor.chat, seen)
        newest = shown.up_to(messages, seen)
        events = [self._drawn(step, visitor) for message in messages for step in steps(message)]
        if watcher.busy:
            events.append(_event("busy", "…"))
        # Its last word says how far the page is, and that somebody is still there.
        events.append(f"id: {_told(newest)}\nevent: seen\ndata: {visitor.chat}\n\n")
        return events, newest

    def _drawn(self, step: object, visitor: Visitor) -> str:
        if not isinstance(step, Bubble):
            return _event("spent", step.id)  # type: ignore[attr-defined]
        html = drawn("bubble.html", bubble=step, visitor=visitor, words=page_words())
        return _event("said", html)


def _event(kind: str, data: str, before: str = "") -> str:
    lines = "".join(f"data: {line}\n" for line in data.splitlines())
    return f"{before}event: {kind}\n{lines}\n"


OVER = _event("over", "401")
"""The session is over."""


def event_id_of(form: FormData) -> str:
    """What the page calls what it posts, else a name of its own."""
    given = str(form.get("id", ""))
    return given if EVENT_ID.fullmatch(given) else str(uuid.uuid4())


def _picked(value: str) -> str:
    """A date that was picked, as somebody would type it; "" where it is none."""
    with suppress(ValueError):
        return picked_date(value)
    return ""


def _told(seen: ShownUpTo) -> str:
    return f"{seen.typed}.{seen.answered}"


def _read_up_to(text: str) -> ShownUpTo | None:
    """How far a page says that it is; None where it does not say."""
    found = UP_TO.fullmatch(text)
    return ShownUpTo(int(found[1]), int(found[2])) if found else None
