"""The board, as a page: what handlers find for whoever looks, drawn."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from bot.web.pages.drawing import page
from bot.web.pages.guard import Visitor
from handlers.desk import Desk
from handlers.staff.browser.looking import look
from handlers.staff.browser.words import board_words
from handlers.work.overview import Chosen, board


async def show_board(desk: Desk, request: Request, visitor: Visitor) -> Response:
    """All of it, with the list of what is chosen."""
    asked = request.query_params
    chosen = Chosen(asked.get("who", ""), asked.get("pile", ""))
    found = await look(desk, visitor.person, partial(board, chosen=chosen))
    return page("board.html", words=board_words(), visitor=visitor, at="/board", board=found)
