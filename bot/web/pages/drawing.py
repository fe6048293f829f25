"""Pages are drawn from templates that escape whatever stands in them, and go out with headers that
let a browser run and load nothing but what is served here.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

from bot.web.pages.statics import address_of, version
from domain.dates.days import BANGKOK
from domain.staff import Role
from domain.text import shorten
from handlers.chat import DateAsked, DateKind, ReplyPart, buttons_of

TEMPLATES = Path(__file__).with_name("templates")
CONTENT_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def policy(more: Mapping[str, str]) -> str:
    """What a page may load and do, with the sources of one chat app's own script."""
    allowed = dict(CONTENT_POLICY)
    for kind, sources in more.items():
        allowed[kind] = f"{allowed[kind]} {sources}".removeprefix("'none' ")
    return "; ".join(f"{kind} {sources}" for kind, sources in allowed.items())


PAGE_HEADERS = {
    "Content-Security-Policy": policy({}),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}


PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""What a page shows by itself; everything else is saved."""
OF_FORMS = frozenset({"form.more", "form.save", "form.resume"})
"""What buttons do below a form that is worth a page."""
_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,:;!?)\]]")
_DIALLED = re.compile(r"[^0-9+]")
_INPUTS = {DateKind.DAY: "%Y-%m-%d", DateKind.DAY_AND_TIME: "%Y-%m-%dT%H:%M"}
"""How an input of the browser writes what is picked."""


class PagePlace(NamedTuple):
    """One of the pages, in the row at the top of each."""

    address: str
    label: str


PAGES = {"/": "chat", "/board": "board", "/reports": "reports"}
ADMIN = {"/admin": "admin"}


def places(words: Mapping[str, str], role: Role) -> list[PagePlace]:
    """The pages of whoever is logged in."""
    shown = PAGES | ADMIN if role is Role.ADMIN else PAGES
    return [PagePlace(address, words[name]) for address, name in shown.items()]


def linked(text: str) -> Markup:
    """The text with its addresses as links."""
    pieces: list[str | Markup] = []
    end = 0
    for found in _LINK.finditer(text):
        address = found[0]
        link = Markup('<a href="{0}" rel="noopener noreferrer" target="_blank">{0}</a>')
        pieces += [escape(text[end : found.start()]), link.format(address)]
        end = found.end()
    return Markup("").join([*pieces, escape(text[end:])])


def callable_number(phone: str) -> str:
    """The digits of a telephone as it is dialled, without an extension's word and number."""
    number = re.split(r"[^\d\s()+.-]", phone, maxsplit=1)[0]
    return _DIALLED.sub("", number)


def date_bounds(asked: DateAsked) -> dict[str, str]:
    """What the browser's own calendar goes by."""
    form = _INPUTS[asked.kind]
    bounds = {"min": asked.earliest, "max": asked.latest, "value": asked.default}
    known = {name: at for name, at in bounds.items() if at is not None}
    return {name: at.astimezone(BANGKOK).strftime(form) for name, at in known.items()}


def draft_of(part: ReplyPart) -> str:
    """The draft that a part's buttons work on, which has a page of its own; "" for none."""
    drafts = [
        button.args.get("draft", "") for button in buttons_of(part) if button.action in OF_FORMS
    ]
    return max(drafts, default="")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "address_of": address_of,
        "version": version,
        "places": places,
        "pictures": PICTURES,
    }
    made.filters |= {
        "draft": draft_of,
        "kind": lambda part: type(part).__name__.lower(),
        "linked": linked,
        "callable_number": callable_number,
        "date_bounds": date_bounds,
        "shortened": shorten,
    }
    return made


def drawn(template: str, **values: Any) -> str:
    """A template with these values."""
    return _environment().get_template(template).render(**values)


def page(
    template: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> Response:
    """A whole page."""
    return HTMLResponse(drawn(template, **values), status, {**PAGE_HEADERS, **(headers or {})})
