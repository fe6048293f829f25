"""The pages of reports and of administration: each of their entries is a command of the chat, which
answers there.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bot.web.pages.drawing import page
from bot.web.pages.guard import Visitor
from domain.errors import NotAllowed
from handlers.desk import Context, Desk
from handlers.messages import sentence
from handlers.staff.browser.launching import Launch
from handlers.staff.browser.looking import look
from handlers.staff.browser.words import form_words, launch_words


@dataclass(frozen=True)
class LaunchPage:
    """One of them. `title` = its name among the words of pages; `asks` = the command for which a
    question may be typed, "" = none.
    """

    desk: Desk
    address: str
    title: str
    read: Callable[[Context], Awaitable[Sequence[Launch]]]
    asks: str = ""

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """What the reader may begin; one sentence where that is nothing."""
        try:
            found = await look(self.desk, visitor.person, self.read)
        except NotAllowed as refused:
            told = sentence(refused)
            words = form_words()
            return page("form_over.html", 403, words=words, visitor=visitor, at="", sentence=told)
        return page(
            "launch.html",
            words=launch_words(),
            visitor=visitor,
            at=self.address,
            title=self.title,
            asks=self.asks,
            launches=found,
        )
