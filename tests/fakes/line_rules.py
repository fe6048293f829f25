"""What LINE refuses beyond its OpenAPI description: lengths, Flex structure, actions, pictures of
rich menus.

Source: LINE's published Messaging API reference and its page on counting characters.
"""

import json
import re
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import regex  # type: ignore[import-untyped]

from tests.fakes.schema import Issue, Schema, utf16_length

LINE: dict[str, Any] = json.loads(
    Path(__file__).with_name("line_api.json").read_text(encoding="utf-8")
)
CHAT_ID = re.compile(r"[UCR][0-9a-f]{32}")
_SPACING = r"none|xs|sm|md|lg|xl|xxl|-?\d+(\.\d+)?px"
_LENGTH = r"\d+(\.\d+)?(px|%)"
_FONT = r"xxs|xs|sm|md|lg|xl|xxl|[345]xl|\d+(\.\d+)?px"
_FORMS = {  # property -> the form of its value, for all Flex components
    **dict.fromkeys(("margin", "spacing", "cornerRadius"), _SPACING),
    **dict.fromkeys(
        ("paddingAll", "paddingTop", "paddingBottom", "paddingStart", "paddingEnd"),
        _SPACING + r"|\d+%",
    ),
    **dict.fromkeys(
        ("offsetTop", "offsetBottom", "offsetStart", "offsetEnd"), _SPACING + r"|-?\d+%"
    ),
    **dict.fromkeys(("width", "maxWidth", "maxHeight"), _LENGTH),
    **dict.fromkeys(
        ("color", "backgroundColor", "borderColor"), "#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?"
    ),
    "borderWidth": r"none|light|normal|medium|semi-bold|bold|\d+(\.\d+)?px",
    "lineSpacing": r"\d+(\.\d+)?px",
    "aspectRatio": r"\d+(\.\d+)?:\d+(\.\d+)?",
}
_PICKER = {
    "date": r"(19|20)\d\d-\d\d-\d\d|2100-\d\d-\d\d",
    "time": r"([01]\d|2[0-3]):[0-5]\d",
    "datetime": r"((19|20)\d\d|2100)-\d\d-\d\d[Tt]([01]\d|2[0-3]):[0-5]\d",
}
_IN_BOX = {"box", "button", "image", "text", "separator", "filler"}
_IN_BASELINE = {"icon", "text", "filler"}
_QUICK_REPLY_ONLY = {"camera", "cameraRoll", "location"}
_MAX_BUBBLE, _MAX_CAROUSEL = 30 * 1024, 50 * 1024


def graphemes(text: str) -> int:
    """Number of characters as a reader counts them (grapheme clusters)."""
    return len(regex.findall(r"\X", text))


def _limit(
    value: dict[str, Any],
    path: str,
    out: list[Issue],
    fields: dict[str, int],
    *,
    count: Callable[[str], int] = utf16_length,
    needed: Iterable[str] = (),
) -> None:
    """Each field at most so long, never empty; those in `needed` present."""
    for name in needed:
        if name not in value:
            out.append(Issue(f"{path}.{name}", "must be specified"))
    for name, high in fields.items():
        text = value.get(name)
        if text == "":
            out.append(Issue(f"{path}.{name}", "May not be empty"))
        elif text is not None and count(text) > high:
            out.append(Issue(f"{path}.{name}", f"Length must be between 1 and {high}"))


def _https(value: dict[str, Any], path: str, out: list[Issue], *fields: str) -> None:
    for name in fields:
        if name in value and not re.fullmatch(r"https://[^\s/]+\S{0,2000}", value[name]):
            out.append(Issue(f"{path}.{name}", "invalid uri"))


def _text(value: dict[str, Any], path: str, out: list[Issue]) -> None:
    _limit(value, path, out, {"text": 5000})


def _flex(value: dict[str, Any], path: str, out: list[Issue]) -> None:
    _limit(value, path, out, {"altText": 1500})


def _size(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _bubble(value: dict[str, Any], path: str, out: list[Issue]) -> None:
    if not value.keys() & {"header", "hero", "body", "footer"}:
        out.append(Issue(path, "At least one block must be specified"))
    if value.get("hero", {}).get("type", "box") not in ("box", "image", "video"):
        out.append(Issue(path + ".hero", "must be a box, an image or a video"))
    if _size(value) > _MAX_BUBBLE:
        out.append(Issue(path, "bubble is larger than 30 KB"))


def _carousel(value: dict[str, Any], path: str, out: list[Issue]) -> None:
    bubbles = value["contents"]
    if not 1 <= len(bubbles) <= 12:
        out.append(Issue(path + ".contents", "Size must be between 1 and 12"))
    if len({bubble.get("size", "mega") for bubble in bubbles}) > 1:
        out.append(Issue(path + ".contents", "all bubbles must have the same size"))
    if _size(value) > _MAX_CAROUSEL:
        out.append(Issue(path, "carousel is larger than 50 KB"))


def _looks(value: dict[str, Any], path: str, out: list[Issue]) -> None:
    for name in value.keys() & _FORMS.keys():
        if not re.fullmatch(_FORMS[name], value[name]):
            out.append(Issue(f"{path}.{name}", "invalid property"))
    if value.get("flex", 0) < 0:
        out.append(Issue(path + ".flex", "must be 0 or more"))


def _box(value: dict[str, Any], path: str, out: list[Issue]) -> None:
    allowed = _IN_BASELINE if value["layout"] == "baseline" else _IN_BOX
    for index, child in enumerate(value["contents"]):
        if child["type"] not in allowed:
            out.append(
                Issue(
                    f"{path}.contents[{index}]",
                    f"{child['type']} not allowed in {value['layout']} box",
                )
            )
    if "height" in value and not re.fullmatch(_LENGTH, value["height"]):
        out.append(Issue(path + ".height", "invalid property"))
    _unbuttoned(value, path, out)


def _unbuttoned(value: dict[str, Any], path: str, out: list[Issue]) -> None:
    """An action on anything but a button: the label is optional and not shown."""
    _looks(value, path, out)
    if "action" in value:
        _labelled(value["action"], path + ".action", out, 40, required=False)


def _flex_text(value: dict[str, Any], path: str, out: list[Issue]) -> None:
    _unbuttoned(value, path, out)
    if not value.get("contents"):
        _limit(value, path, out, {"text": 1 << 20}, needed=("text",))
    if "size" in value and not re.fullmatch(_FONT, value["size"]):
        out.append(Issue(path + ".size", "invalid property"))
    if value.get("maxLines", 0) < 0:
        out.append(Issue(path + ".maxLines", "must be 0 or more"))


def _span(value: dict[str, Any], path: str, out: list[Issue]) -> None:
    _looks(value, path, out)
    _limit(value, path, out, {"text": 1 << 20}, needed=("text",))


def _flex_button(value: dict[str, Any], path: str, out: list[Issue]) -> None:
    _looks(value, path, out)
    _labelled(value["action"], path + ".action", out, 40, required=True)


def _picture(value: dict[str, Any], path: str, out: list[Issue]) -> None:
    _unbuttoned(value, path, out)
    _https(value, path, out, "url", "previewUrl", "originalContentUrl", "previewImageUrl")


def _labelled(
    action: dict[str, Any],
    path: str,
    out: list[Issue],
    high: int,
    *,
    required: bool,
    quick: bool = False,
) -> None:
    _limit(
        action, path, out, {"label": high}, count=graphemes, needed=("label",) if required else ()
    )
    if action["type"] in _QUICK_REPLY_ONLY and not quick:
        out.append(Issue(path + ".type", "only for quick reply"))


def _postback(value: dict[str, Any], path: str, out: list[Issue]) -> None:
    _limit(value, path, out, {"data": 300}, needed=("data",))
    _limit(
        value, path, out, dict.fromkeys(("displayText", "text", "fillInText"), 300), count=graphemes
    )
    if "displayText" in value and "text" in value:
        out.append(Issue(path, "displayText and text can't both be used"))
    if "fillInText" in value and value.get("inputOption") != "openKeyboard":
        out.append(Issue(path + ".fillInText", "only with inputOption openKeyboard"))


def _message_action(value: dict[str, Any], path: str, out: list[Issue]) -> None:
    _limit(value, path, out, {"text": 300}, count=graphemes, needed=("text",))


def _uri_action(value: dict[str, Any], path: str, out: list[Issue]) -> None:
    _limit(value, path, out, {"uri": 1000}, needed=("uri",))
    if not re.fullmatch(r"(https?://[^\s/]+|line://|tel:)\S*", value.get("uri", "")):
        out.append(Issue(path + ".uri", "invalid uri"))


def _date_picker(value: dict[str, Any], path: str, out: list[Issue]) -> None:
    _limit(value, path, out, {"data": 300}, needed=("data", "mode"))
    for name in ("initial", "min", "max"):
        if name in value and not re.fullmatch(_PICKER[value.get("mode", "date")], value[name]):
            out.append(Issue(f"{path}.{name}", "invalid date or time"))
    if "min" in value and "max" in value and not value["min"] < value["max"]:
        out.append(Issue(path + ".max", "must be greater than min"))


def _switch(value: dict[str, Any], path: str, out: list[Issue]) -> None:
    _limit(
        value, path, out, {"data": 300, "richMenuAliasId": 32}, needed=("data", "richMenuAliasId")
    )


def _quick_reply(value: dict[str, Any], path: str, out: list[Issue]) -> None:
    if not 1 <= len(value.get("items", ())) <= 13:
        out.append(Issue(path + ".items", "Size must be between 1 and 13"))


def _quick_reply_item(value: dict[str, Any], path: str, out: list[Issue]) -> None:
    _https(value, path, out, "imageUrl")
    if value.get("type", "action") != "action" or "action" not in value:
        out.append(Issue(path + ".action", "must be specified"))
    else:
        _labelled(value["action"], path + ".action", out, 20, required=True, quick=True)


def _template(
    value: dict[str, Any],
    path: str,
    out: list[Issue],
    *,
    title: int = 0,
    text: int,
    actions: tuple[int, int],
) -> None:
    _https(value, path, out, "thumbnailImageUrl")
    tight = "title" in value or "thumbnailImageUrl" in value
    limits = {"text": 60 if title and tight else text} | ({"title": title} if title else {})
    _limit(value, path, out, limits, count=graphemes)
    low, high = actions
    if not low <= len(value["actions"]) <= high:
        out.append(Issue(path + ".actions", f"Size must be between {low} and {high}"))
    for index, action in enumerate(value["actions"]):
        _labelled(action, f"{path}.actions[{index}]", out, 20, required=True)


def _template_carousel(value: dict[str, Any], path: str, out: list[Issue]) -> None:
    if not 1 <= len(value["columns"]) <= 10:
        out.append(Issue(path + ".columns", "Size must be between 1 and 10"))


def _rich_menu(value: dict[str, Any], path: str, out: list[Issue]) -> None:
    needed = ("size", "selected", "name", "chatBarText", "areas")
    _limit(value, path, out, {"name": 300, "chatBarText": 14}, count=graphemes, needed=needed)
    if out:
        return
    width, height = value["size"].get("width", 0), value["size"].get("height", 0)
    if not menu_size_fits(width, height):
        out.append(Issue("size", "The image size is not allowed for richmenu"))
    if len(value["areas"]) > 20:
        out.append(Issue("areas", "Size must be between 0 and 20"))
    for index, area in enumerate(value["areas"]):
        path = f"areas[{index}]"
        box = area.get("bounds", {})
        if not {"x", "y", "width", "height"} <= box.keys() or "action" not in area:
            out.append(Issue(path, "must be specified"))
        elif box["x"] + box["width"] > width or box["y"] + box["height"] > height:
            out.append(Issue(path + ".bounds", "outside of the rich menu"))
        else:
            _labelled(area["action"], path + ".action", out, 20, required=False)


def menu_size_fits(width: int, height: int) -> bool:
    """Rich menus: 800 to 2500 px wide, at least 250 high, at least 1.45 times as wide as high."""
    return 800 <= width <= 2500 and height >= 250 and width / height >= 1.45


def image_size(data: bytes) -> tuple[str, int, int] | None:
    """(media type, width, height) from the header of a PNG or JPEG; None for anything else."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and data[12:16] == b"IHDR":
        return "image/png", int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    if data[:2] != b"\xff\xd8":
        return None
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        if 0xC0 <= data[at + 1] <= 0xCF and data[at + 1] not in (0xC4, 0xC8, 0xCC):
            return (
                "image/jpeg",
                int.from_bytes(data[at + 7 : at + 9]),
                int.from_bytes(data[at + 5 : at + 7]),
            )
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return None


_SCHEMA = Schema(
    LINE["schemas"],
    {
        "TextMessage": _text,
        "TextMessageV2": _text,
        "FlexMessage": _flex,
        "ImageMessage": _picture,
        "FlexBubble": _bubble,
        "FlexCarousel": _carousel,
        "FlexBox": _box,
        "FlexText": _flex_text,
        "FlexSpan": _span,
        "FlexButton": _flex_button,
        "FlexImage": _picture,
        "FlexVideo": _picture,
        "FlexIcon": _picture,
        "FlexSeparator": _looks,
        "PostbackAction": _postback,
        "MessageAction": _message_action,
        "URIAction": _uri_action,
        "DatetimePickerAction": _date_picker,
        "RichMenuSwitchAction": _switch,
        "QuickReply": _quick_reply,
        "QuickReplyItem": _quick_reply_item,
        "ButtonsTemplate": partial(_template, title=40, text=160, actions=(1, 4)),
        "ConfirmTemplate": partial(_template, text=240, actions=(2, 2)),
        "CarouselColumn": partial(_template, title=40, text=120, actions=(1, 3)),
        "CarouselTemplate": _template_carousel,
        "RichMenuRequest": _rich_menu,
    },
)


def check_request(endpoint: str, body: object) -> list[Issue]:
    """Issues of the JSON body sent to an endpoint (its short name in line_api.json)."""
    shape = LINE["endpoints"][endpoint][2]
    return _SCHEMA.check(shape, body) if shape else []


def check_answer(shape: str, body: object) -> list[Issue]:
    """Issues of an answer against the named schema: keeps the fake itself honest."""
    return _SCHEMA.check(shape, body)
