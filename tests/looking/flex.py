"""LINE's Flex messages as boxes of a page: the widths, spacings, sizes and defaults of LINE's own
layout guide.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

Component = Mapping[str, Any]

BUBBLES = {
    "nano": 120,
    "micro": 160,
    "deca": 220,
    "hecto": 241,
    "kilo": 260,
    "mega": 300,
    "giga": 386,
}
"""Widths in pixels; no bubble is wider than the chat."""
SPACES = {"none": 0, "xs": 2, "sm": 4, "md": 8, "lg": 12, "xl": 16, "xxl": 20}
BORDERS = {"none": 0, "light": 0.5, "normal": 1, "medium": 2, "semi-bold": 3, "bold": 4}
TEXTS = {
    "xxs": 11,
    "xs": 13,
    "sm": 14,
    "md": 16,
    "lg": 19,
    "xl": 22,
    "xxl": 29,
    "3xl": 35,
    "4xl": 48,
    "5xl": 74,
}
IMAGES = {
    "xxs": "40px",
    "xs": "60px",
    "sm": "80px",
    "md": "100px",
    "lg": "120px",
    "xl": "140px",
    "xxl": "160px",
    "3xl": "180px",
    "4xl": "200px",
    "5xl": "220px",
    "full": "100%",
}
BLOCKS = {"header": "20px", "hero": "0", "body": "20px 20px 17px", "footer": "10px"}
NARROW_BLOCKS = dict.fromkeys(("header", "body", "footer"), "10px") | {"hero": "0"}
BUTTON_HEIGHTS = {"sm": 40, "md": 52}
_ALIGN = {"start": "left", "end": "right", "center": "center"}
_GRAVITY = {"top": "flex-start", "bottom": "flex-end", "center": "center"}
_DIRECTIONS = {"vertical": "column", "horizontal": "row", "baseline": "row"}
_PADDINGS = {
    "paddingAll": "padding",
    "paddingTop": "padding-top",
    "paddingBottom": "padding-bottom",
    "paddingStart": "padding-left",
    "paddingEnd": "padding-right",
}
_OFFSETS = {
    "offsetTop": "top",
    "offsetBottom": "bottom",
    "offsetStart": "left",
    "offsetEnd": "right",
}
_AS_THEY_ARE = {
    "width": "width",
    "maxWidth": "max-width",
    "height": "height",
    "maxHeight": "max-height",
    "backgroundColor": "background",
    "borderColor": "border-color",
    "justifyContent": "justify-content",
    "alignItems": "align-items",
    "position": "position",
}


def container(contents: Component) -> str:
    """A bubble, or a carousel of some."""
    if contents["type"] == "carousel":
        bubbles = "".join(_bubble(each) for each in contents["contents"])
        return f'<div class="carousel">{bubbles}</div>'
    return _bubble(contents)


def _bubble(bubble: Component) -> str:
    size = bubble.get("size", "mega")
    paddings = BLOCKS if BUBBLES[size] > BUBBLES["hecto"] else NARROW_BLOCKS
    blocks = []
    for name, padding in paddings.items():
        if name in bubble:
            style = bubble.get("styles", {}).get(name, {})
            blocks.append(_block(name, bubble[name], style, padding))
    return f'<div class="flex-bubble {size}" style="width:{BUBBLES[size]}px"{_tap(bubble)}>{"".join(blocks)}</div>'


def _block(name: str, content: Component, style: Component, padding: str) -> str:
    rules = [f"padding:{padding}"]
    if content["type"] != "box":
        rules = []
    if "backgroundColor" in style:
        rules.append(f"background:{style['backgroundColor']}")
    if style.get("separator"):
        rules.append(f"border-top:1px solid {style.get('separatorColor', '#d4d6da')}")
    return f'<div class="block-{name}">{_component(content, rules)}</div>'


def _component(component: Component, rules: Sequence[str] = ()) -> str:
    draw = _DRAWERS[component["type"]]
    return draw(component, list(rules))


def pixels(value: str, words: Mapping[str, float] = SPACES) -> str:
    """A length by its word, or as it is written."""
    return f"{words[value]}px" if value in words else value


def _tap(component: Component) -> str:
    action = component.get("action")
    if not action:
        return ""
    return f' data-tap data-action="{escape(action["type"])}"'


def _box(box: Component, rules: list[str]) -> str:
    layout = box["layout"]
    rules += [f"flex-direction:{_DIRECTIONS[layout]}"]
    if layout == "baseline":
        rules.append("align-items:baseline")
    rules += _looks(box)
    children = "".join(_children(box, layout))
    return f'<div class="box {layout}" style="{";".join(rules)}"{_tap(box)}>{children}</div>'


def _looks(box: Component) -> Iterator[str]:
    for name, rule in {**_PADDINGS, **_OFFSETS}.items():
        if name in box:
            yield f"{rule}:{pixels(box[name])}"
    for name, rule in _AS_THEY_ARE.items():
        if name in box:
            yield f"{rule}:{box[name]}"
    if "borderWidth" in box:
        yield f"border-style:solid;border-width:{pixels(box['borderWidth'], BORDERS)}"
    if "cornerRadius" in box:
        yield f"overflow:hidden;border-radius:{pixels(box['cornerRadius'])}"
    if "background" in box:
        ground = box["background"]
        yield f"background:linear-gradient({ground['angle']},{ground['startColor']},{ground['endColor']})"


def _children(box: Component, layout: str) -> Iterator[str]:
    side = "margin-top" if layout == "vertical" else "margin-left"
    space = box.get("spacing", "none")
    for place, child in enumerate(box["contents"]):
        rules = [_share(child, layout)]
        before = child.get("margin", space if place else "none")
        rules.append(f"{side}:{pixels(before)}")
        if "gravity" in child and layout == "horizontal":
            rules.append(f"align-self:{_GRAVITY[child['gravity']]}")
        yield _component(child, rules)


_FIXED = frozenset({"separator", "icon", "spacer"})


def _share(child: Component, layout: str) -> str:
    """How much of its box a child takes: in a row all of them alike, in a column as it needs."""
    usual = 0 if layout == "vertical" or child["type"] in _FIXED else 1
    if child["type"] == "filler":
        usual = 1
    flex = child.get("flex", usual)
    if not flex or "width" in child:
        return "flex:none"
    if layout == "vertical":
        return f"flex:{flex} 0 auto"
    return f"flex:{flex} 1 0;min-width:0"


def _text(text: Component, rules: list[str]) -> str:
    rules += _letters(text)
    kind = "wrapped" if text.get("wrap") else "one-line"
    if "maxLines" in text:
        rules.append(f"-webkit-line-clamp:{text['maxLines']}")
        kind += " clamped"
    spans = text.get("contents")
    words = "".join(map(_span, spans)) if spans else escape(text.get("text", ""))
    return f'<div class="text {kind}" style="{";".join(rules)}"{_tap(text)} data-text>{words}</div>'


def _letters(text: Component) -> Iterator[str]:
    if "size" in text:
        yield f"font-size:{pixels(text['size'], TEXTS)}"
    if "color" in text:
        yield f"color:{text['color']}"
    if text.get("weight") == "bold":
        yield "font-weight:700"
    if text.get("style") == "italic":
        yield "font-style:italic"
    if "decoration" in text:
        yield f"text-decoration:{text['decoration']}"
    if "align" in text:
        yield f"text-align:{_ALIGN[text['align']]}"
    if "lineSpacing" in text:
        yield f"line-height:calc(1.4em + {text['lineSpacing']})"


def _span(span: Component) -> str:
    return f'<span style="{";".join(_letters(span))}">{escape(span.get("text", ""))}</span>'


def _button(button: Component, rules: list[str]) -> str:
    style = button.get("style", "link")
    height = BUTTON_HEIGHTS[button.get("height", "md")]
    rules.append(f"height:{height}px")
    if "color" in button:
        rules.append(f"{'color' if style == 'link' else 'background'}:{button['color']}")
    label = escape(button["action"].get("label", ""))
    return (
        f'<div class="button {style}" style="{";".join(rules)}" data-style="{style}"{_tap(button)}>'
        f'<span class="label">{label}</span></div>'
    )


def _image(image: Component, rules: list[str]) -> str:
    width, height = image.get("aspectRatio", "1:1").split(":")
    size = IMAGES.get(image.get("size", "md"), image.get("size", "md"))
    fit = "cover" if image.get("aspectMode") == "cover" else "contain"
    rules += [f"aspect-ratio:{width}/{height}", f"width:{size}", f"object-fit:{fit}"]
    rules.append("max-width:100%;align-self:center")
    return f'<img alt="" src="{escape(image["url"])}" style="{";".join(rules)}"{_tap(image)}>'


def _icon(icon: Component, rules: list[str]) -> str:
    size = pixels(icon.get("size", "md"), TEXTS)
    rules += [f"height:{size}", f"width:{size}"]
    return f'<img alt="" src="{escape(icon["url"])}" style="{";".join(rules)}">'


def _separator(separator: Component, rules: list[str]) -> str:
    rules.append(f"background:{separator.get('color', '#d4d6da')}")
    return f'<div class="separator" style="{";".join(rules)}"></div>'


def _filler(_filler: Component, rules: list[str]) -> str:
    return f'<div style="{";".join(rules)}"></div>'


_DRAWERS: dict[str, Callable[[Component, list[str]], str]] = {
    "box": _box,
    "text": _text,
    "button": _button,
    "image": _image,
    "icon": _icon,
    "separator": _separator,
    "filler": _filler,
    "spacer": _filler,
    "span": lambda span, _rules: _span(span),
}
