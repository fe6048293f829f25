"""A telephone with a chat on it, as one page of HTML."""

import base64
from pathlib import Path

from tests.looking import line, telegram
from tests.looking.shown import Conversation

_HERE = Path(__file__).parent
_TITLES = {
    "th": {"telegram": "บอต", "line": "บัญชีทางการ"},
    "en": {"telegram": "bot", "line": "Official account"},
}
_HINTS = {
    "th": {"telegram": "ข้อความ", "line": "Aa"},
    "en": {"telegram": "Message", "line": "Aa"},
}
# The wide plus, which no font of the lock has, is drawn as the plain one.
_DRAWERS = {"telegram": telegram.drawn, "line": line.drawn}


def _style(name: str) -> str:
    return (_HERE / f"{name}.css").read_text(encoding="utf-8")


def page(talk: Conversation, *, dark: bool = False, whole: bool = False) -> str:
    """The chat on a telephone, scrolled to its end; `whole` = as long as it is."""
    themes = ["dark"] * dark + ["whole"] * whole
    chat = _DRAWERS[talk.platform](talk.messages).replace("＋", "+")
    at = talk.messages[-1].at if talk.messages else ""
    chips = line.quick_replies(talk.messages) if talk.platform == "line" else ""
    return f"""<!doctype html>
<html lang="th" class="{" ".join(themes)}">
<meta charset="utf-8">
<style>{_style(talk.platform)}{_style("phone")}{_finger(talk.pressed)}</style>
<div class="phone">
<div class="status">{at}</div>
<div class="bar">←<div>deskbot<small>{_TITLES[talk.language][talk.platform]}</small></div></div>
<div class="scroll"><div class="chat">{chat}</div></div>
{chips}
<div class="input">☺<span>{_HINTS[talk.language][talk.platform]}</span>➤</div>
{_menu(talk.menu)}
</div>
</html>"""


def _finger(label: str) -> str:
    """The rule that shows which button is pressed."""
    if not label:
        return ""
    where = f'article:last-of-type [data-label*="{label}"]'
    return f"{where} {{ box-shadow: inset 0 0 0 3px #fff; filter: brightness(.75); }}"


def _menu(picture: bytes) -> str:
    if not picture:
        return ""
    coded = base64.b64encode(picture).decode()
    return f'<img class="menu" alt="" src="data:image/png;base64,{coded}">'
