"""A long form as one page: what is typed is kept at once, and saved by the same handlers as in the
chat.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.web.live import Watcher
from bot.web.pages.chat import ChatPage, event_id_of
from bot.web.pages.drawing import PAGE_HEADERS, page
from bot.web.pages.guard import NotTaken, Visitor
from bot.web.pages.thread import Bubble, steps
from domain.errors import DeskError
from handlers.chat import Paragraph
from handlers.forms.whole_page import WholeForm, whole_form
from handlers.messages import sentence
from handlers.staff.browser.looking import look
from handlers.staff.browser.words import form_words
from store.chat import inbox, shown
from store.chat.shown import ShownUpTo

FIELD = "field-"
"""Before a field's name in what is posted."""
WAS = "was-"
"""Before the name of a field, with what stood there when the page was drawn."""
LONGEST_WAIT = 8.0
"""Seconds until it is said that nothing was saved yet."""


@dataclass(frozen=True)
class FormPage:
    """The drafts of whoever looks, one a page."""

    chat: ChatPage

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """The form as it stands; one sentence where there is nothing to fill any more."""
        try:
            found = await self._form(request, visitor)
        except DeskError as refused:
            return _over(visitor, sentence(refused))
        return _page(visitor, found)

    async def take(self, request: Request, visitor: Visitor) -> Response:
        """Keep what was changed; save it where that was pressed."""
        async with self.chat.guard.posted(request, visitor) as form:
            told = {
                "draft": request.path_params["draft"],
                "answers": _changed(form),
                "saves": "save" in form,
            }
            seen = await shown.newest(self.chat.running.desk.db, visitor.chat)
            with self.chat.live.watching(visitor.chat) as watcher:
                event = await self.chat.receive(visitor, event_id_of(form), told)
                if told["saves"]:
                    await self._wait(event, watcher)
        if not told["saves"]:
            return Response(status_code=204, headers=PAGE_HEADERS)
        typed = {name.removeprefix(FIELD): str(text) for name, text in form.items()}
        return await self._after(request, visitor, seen, typed)

    async def _form(self, request: Request, visitor: Visitor) -> WholeForm:
        draft = request.path_params["draft"]
        desk = self.chat.running.desk
        return await look(desk, visitor.person, partial(whole_form, draft_id=draft))

    async def _wait(self, event_id: str, watcher: Watcher) -> None:
        """Until it is answered: the page says what came of it."""
        db = self.chat.running.desk.db
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                while await inbox.find_pending(db, "web", event_id):
                    await watcher.sleep()
        except TimeoutError:
            raise NotTaken("away") from None

    async def _after(
        self,
        request: Request,
        visitor: Visitor,
        seen: ShownUpTo,
        typed: Mapping[str, str],
    ) -> Response:
        """Off to the chat where it is saved, else the form with what is wrong and was typed."""
        try:
            found = await self._form(request, visitor)
        except DeskError:
            return RedirectResponse("/", 303)
        news = await shown.list_after(self.chat.running.desk.db, visitor.chat, seen)
        said = [step for message in news for step in steps(message)]
        words = [
            part.text
            for step in said
            if isinstance(step, Bubble)
            for part in step.parts
            if isinstance(part, Paragraph)
        ]
        return _page(visitor, found, words, typed)


def _changed(form: FormData) -> dict[str, str]:
    """By field what was typed, where that is another text than the page was drawn with."""
    changed = {}
    for name, text in form.items():
        if name.startswith(FIELD):
            field = name.removeprefix(FIELD)
            before = str(form.get(f"{WAS}{field}", ""))
            if _plain(str(text)) != _plain(before):
                changed[field] = _plain(str(text))
    return changed


def _plain(text: str) -> str:
    """As it was before a browser posted it."""
    return text.replace("\r\n", "\n").strip()


def _page(
    visitor: Visitor,
    found: WholeForm,
    problems: list[str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    return page(
        "form.html",
        words=form_words(),
        visitor=visitor,
        at="",
        form=found,
        problems=problems or [],
        typed=typed or {},
    )


def _over(visitor: Visitor, told: str) -> Response:
    return page("form_over.html", 410, words=form_words(), visitor=visitor, at="", sentence=told)
