"""What Telegram refuses beyond its table: markup, buttons, commands, and lengths after the markup
is taken out.
"""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

from tests.fakes.schema import Issue, Schema, Upload, utf16_length
from tests.fakes.telegram_rich import rich_rule

TELEGRAM: dict[str, Any] = json.loads(
    Path(__file__).with_name("telegram_api.json").read_text(encoding="utf-8")
)
_BUTTON_LOOKS = {"text", "style", "icon_custom_emoji_id"}
_ONE_ENTITY = {"b", "i", "u", "s", "tg-spoiler", "a", "tg-emoji", "code", "pre", "blockquote"}
_ALIASES = {"strong": "b", "em": "i", "ins": "u", "strike": "s", "del": "s", "span": "tg-spoiler"}
_LEAVES = {"a", "tg-emoji", "code", "pre"}  # these cannot contain one another
_SPECIAL = re.compile("[<>&]")
_TOKEN = re.compile(
    r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[a-zA-Z-]+(?:=(?:\"[^\"<>]*\"|'[^'<>]*'))?)*)\s*>"
)
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});")
_ATTRIBUTE = re.compile(r"([a-zA-Z-]+)(?:=(?:\"([^\"]*)\"|'([^']*)'))?")


class EntityError(ValueError):
    """The markup of a text is wrong; str() ends Telegram's "can't parse entities: " sentence."""


def visible_text(html: str) -> str:
    """The text that people see of a message sent with parse_mode HTML.

    As strict as the manual, not as lenient as the server: every `<`, `>` and `&` that is no markup
    must be escaped. Raises EntityError."""
    shown: list[str] = []
    stack: list[str] = []
    position = 0
    while position < len(html):
        special = _SPECIAL.search(html, position)
        end = special.start() if special else len(html)
        shown.append(html[position:end])
        if special is None:
            break
        offset = len(html[:end].encode("utf-8", "surrogatepass"))
        if special[0] == "&" and (entity := _ENTITY.match(html, end)):
            shown.append(unescape(entity[0]))
            position = entity.end()
        elif special[0] == "<" and (tag := _TOKEN.match(html, end)):
            _step(stack, tag, offset)
            position = tag.end()
        else:
            raise EntityError(f"Character '{special[0]}' must be escaped at byte offset {offset}")
    if stack:
        raise EntityError(f'Can\'t find end tag corresponding to start tag "{stack[-1]}"')
    return "".join(shown)


def _step(stack: list[str], tag: re.Match[str], offset: int) -> None:
    closing, name, attributes = tag[1], tag[2].lower(), tag[3]
    if closing:
        if not stack or stack[-1] != name or attributes:
            raise EntityError(f'Unmatched end tag "{name}" at byte offset {offset}')
        stack.pop()
        return
    kind = _ALIASES.get(name, name)
    given = {m[1].lower(): m[2] or m[3] or "" for m in _ATTRIBUTE.finditer(attributes)}
    if kind not in _ONE_ENTITY or (name == "span" and given.get("class") != "tg-spoiler"):
        raise EntityError(f'Unsupported start tag "{name}" at byte offset {offset}')
    _check_attributes(name, kind, given, offset)
    around = {_ALIASES.get(outer, outer) for outer in stack}
    code_in_pre = kind == "code" and stack[-1:] == ["pre"]
    if (around & {"code", "pre"} and not code_in_pre) or (
        kind in _LEAVES and around & _LEAVES and not code_in_pre
    ):
        raise EntityError(f'Tag "{name}" can\'t be nested there at byte offset {offset}')
    if kind == "blockquote" and kind in around:
        raise EntityError(f"Blockquotes can't be nested at byte offset {offset}")
    stack.append(name)


def _check_attributes(name: str, kind: str, given: dict[str, str], offset: int) -> None:
    allowed = {
        "a": {"href"},
        "tg-emoji": {"emoji-id"},
        "code": {"class"},
        "span": {"class"},
        "blockquote": {"expandable"},
    }.get(name, set())
    if given.keys() - allowed or (kind in ("a", "tg-emoji") and given.keys() != allowed):
        raise EntityError(f'Wrong attributes of tag "{name}" at byte offset {offset}')


def _keyboard(value: dict[str, Any], path: str, out: list[Issue]) -> None:
    rows = value["inline_keyboard"]
    if sum(map(len, rows)) > 100 or any(len(row) > 8 for row in rows):
        out.append(Issue(path, "REPLY_MARKUP_TOO_LONG"))


def _button(value: dict[str, Any], path: str, out: list[Issue]) -> None:
    if not value["text"].strip():
        out.append(Issue(path + ".text", "inline keyboard button text must be non-empty"))
    if len(value.keys() - _BUTTON_LOOKS) != 1:
        out.append(Issue(path, "exactly one action must be given for an inline keyboard button"))
    if "url" in value and not re.match(r"(?:https?|tg)://\S+$", value["url"]):
        out.append(Issue(path + ".url", "BUTTON_URL_INVALID"))
    if value.get("style", "primary") not in ("danger", "success", "primary"):
        out.append(Issue(path + ".style", "unknown button style"))


def _command(value: dict[str, Any], path: str, out: list[Issue]) -> None:
    if not re.fullmatch("[a-z0-9_]{1,32}", value["command"]):
        out.append(Issue(path, "BOT_COMMAND_INVALID"))


def _article(value: dict[str, Any], path: str, out: list[Issue]) -> None:
    if not 1 <= len(value["id"].encode()) <= 64:
        out.append(Issue(path + ".id", "RESULT_ID_INVALID"))
    if not value["title"].strip():
        out.append(Issue(path + ".title", "ARTICLE_TITLE_EMPTY"))


def _message_content(value: dict[str, Any], path: str, out: list[Issue]) -> None:
    if value.get("parse_mode", "") not in ("", "HTML"):
        out.append(Issue(path, "only HTML is modelled by this fake"))
    _parsed_text("text", value["message_text"], value.get("parse_mode", ""), (1, 4096), out)


REACTIONS = frozenset(
    [
        "❤",
        "👍",
        "👎",
        "🔥",
        "🥰",
        "👏",
        "😁",
        "🤔",
        "🤯",
        "😱",
        "🤬",
        "😢",
        "🎉",
        "🤩",
        "🤮",
        "💩",
        "🙏",
        "👌",
        "🕊",
        "🤡",
        "🥱",
        "🥴",
        "😍",
        "🐳",
        "❤\u200d🔥",
        "🌚",
        "🌭",
        "💯",
        "🤣",
        "⚡",
        "🍌",
        "🏆",
        "💔",
        "🤨",
        "😐",
        "🍓",
        "🍾",
        "💋",
        "🖕",
        "😈",
        "😴",
        "😭",
        "🤓",
        "👻",
        "👨\u200d💻",
        "👀",
        "🎃",
        "🙈",
        "😇",
        "😨",
        "🤝",
        "✍",
        "🤗",
        "🫡",
        "🎅",
        "🎄",
        "☃",
        "💅",
        "🤪",
        "🗿",
        "🆒",
        "💘",
        "🙉",
        "🦄",
        "😘",
        "💊",
        "🙊",
        "😎",
        "👾",
        "🤷\u200d♂",
        "🤷",
        "🤷\u200d♀",
        "😡",
    ]
)
"""All that a person or a bot may react with."""


def _reaction(value: dict[str, Any], path: str, out: list[Issue]) -> None:
    if value["emoji"] not in REACTIONS:
        out.append(Issue(path, "REACTION_INVALID"))


_TELEGRAM_SCHEMA = Schema(
    TELEGRAM["types"],
    {
        "InlineKeyboardMarkup": _keyboard,
        "InlineKeyboardButton": _button,
        "BotCommand": _command,
        "InlineQueryResultArticle": _article,
        "InputTextMessageContent": _message_content,
        "InputRichMessage": rich_rule,
        "ReactionTypeEmoji": _reaction,
    },
)


def decode_telegram(method: str, raw: dict[str, Any]) -> dict[str, Any]:
    """Form fields are strings: turn each into the type that the method declares, as the server
    does.
    """
    table = TELEGRAM["methods"].get(method, {})
    return {
        name: _decode(table.get(name + "!") or table.get(name, "String"), raw[name]) for name in raw
    }


def _decode(expression: str, value: Any) -> Any:
    if not isinstance(value, str) or expression == "String":
        return value
    if "Integer" in expression and "[" not in expression and re.fullmatch(r"-?\d{1,19}", value):
        return int(value)
    if expression == "Boolean" and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if "String" in expression.replace("[String", ""):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def check_telegram(method: str, params: dict[str, Any]) -> list[Issue]:
    """Issues of a decoded call (see decode_telegram); `params` may hold Upload objects under any
    name.
    """
    table = TELEGRAM["methods"][method]
    known = {
        name: v for name, v in params.items() if not isinstance(v, Upload) or _takes(table, name)
    }
    out: list[Issue] = []
    _TELEGRAM_SCHEMA.check_fields(method, table, known, "", out)
    out.extend(Issue(name, "file is not referred to") for name in _orphans(params, known))
    if not out:
        _telegram_limits(table, params, out)
    return out


def _takes(table: dict[str, str], name: str) -> bool:
    return name in table or name + "!" in table


def _orphans(params: dict[str, Any], known: dict[str, Any]) -> list[str]:
    """Uploads under other names are legal only when some field says attach://name."""
    text = json.dumps({k: v for k, v in known.items() if not isinstance(v, Upload)})
    return [name for name in params.keys() - known.keys() if f'"attach://{name}"' not in text]


def _telegram_limits(table: dict[str, str], params: dict[str, Any], out: list[Issue]) -> None:
    mode = params.get("parse_mode", "")
    if mode not in ("", "HTML"):
        out.append(Issue("parse_mode", "only HTML is modelled by this fake"))
    for name, kind in table.items():
        field = name.rstrip("!")
        span = re.fullmatch(r"String\{(\d+),(\d+)p\}", kind)
        if span and field in params:
            _parsed_text(field, params[field], mode, (int(span[1]), int(span[2])), out)
    if not re.fullmatch("([a-z]{2})?", params.get("language_code", "")):
        out.append(Issue("language_code", "LANG_CODE_INVALID"))
    if params.get("draft_id") == 0:
        out.append(Issue("draft_id", "must be non-zero"))
    if "inline_query_id" in params:
        _inline_limits(params, out)
    if not re.fullmatch("[A-Za-z0-9_-]*", params.get("secret_token", "")):
        out.append(Issue("secret_token", "secret token contains unallowed characters"))


def _inline_limits(params: dict[str, Any], out: list[Issue]) -> None:
    ids = [result["id"] for result in params["results"]]
    if len(ids) > 50:
        out.append(Issue("results", "RESULTS_TOO_MUCH"))
    if len(set(ids)) < len(ids):
        out.append(Issue("results", "RESULT_ID_DUPLICATE"))
    if len(params.get("next_offset", "").encode()) > 64:
        out.append(Issue("next_offset", "NEXT_OFFSET_INVALID"))


def _parsed_text(field: str, text: str, mode: str, span: tuple[int, int], out: list[Issue]) -> None:
    try:
        length = utf16_length((visible_text(text) if mode == "HTML" else text).strip())
    except EntityError as error:
        out.append(Issue(field, f"can't parse entities: {error}"))
        return
    if length < span[0]:
        out.append(Issue(field, "message text is empty"))
    elif length > span[1]:
        out.append(
            Issue(
                field, "message is too long" if field == "text" else "message caption is too long"
            )
        )


def telegram_sentence(issue: Issue) -> str:
    """The `description` with which Telegram would refuse the call."""
    if issue.path.endswith("callback_data"):
        return "Bad Request: BUTTON_DATA_INVALID"
    plain = (
        "message",
        "can't parse",
        "REPLY_MARKUP",
        "BUTTON_",
        "RESULT",
        "ARTICLE_",
        "NEXT_OFFSET",
        "BOT_COMMAND",
        "LANG_CODE",
        "inline keyboard",
        "REACTION_",
        "RICH_",
    )
    if issue.message.startswith(plain):
        return f"Bad Request: {issue.message}"
    return f"Bad Request: {issue.path}: {issue.message}"
