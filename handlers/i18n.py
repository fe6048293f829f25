"""Thai is the source language; English is looked up in locale/en when the reader wants it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

_language: ContextVar[str] = ContextVar("language", default="th")
LANGUAGES = ("th", "en")
LOCALE = Path(__file__).resolve().parent.parent / "locale"


def speak(language: str) -> None:
    """Say what follows, in this task, in "th" or "en"."""
    _language.set(language if language in LANGUAGES else "th")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say what follows in another reader's language."""
    before = _language.get()
    speak(language)
    yield
    speak(before)


@cache
def _catalogue(language: str) -> dict[str, str]:
    from babel.messages.pofile import read_po

    with (LOCALE / language / "LC_MESSAGES" / "deskbot.po").open("rb") as file:
        messages = read_po(file)
    return {str(m.id): str(m.string) for m in messages if m.id and m.string}


def _(message: str, **params: object) -> str:
    """The message in the reader's language, with `%(name)s` filled in."""
    language = _language.get()
    text = message if language == "th" else _catalogue(language).get(message, message)
    return text % params if params else text
