"""HTML that may be drawn: the tags a platform knows, everything else as the words it holds."""

from collections.abc import Collection, Mapping
from html import escape
from html.parser import HTMLParser

VOID = frozenset({"br", "hr", "img", "input"})


class _Kept(HTMLParser):
    """Writes the tags of a list anew, with the attributes of a list; nothing else gets through."""

    def __init__(self, tags: Mapping[str, str], attributes: Collection[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.tags = tags
        self.attributes = attributes
        self.out: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.tags:
            return
        kept = [(name, value) for name, value in attrs if name in self.attributes]
        given = "".join(f' {name}="{escape(value or "")}"' for name, value in kept)
        self.out.append(f"<{self.tags[tag]}{given}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.tags and tag not in VOID:
            self.out.append(f"</{self.tags[tag].split()[0]}>")

    def handle_data(self, data: str) -> None:
        self.out.append(escape(data, quote=False))


def kept(html: str, tags: Mapping[str, str], attributes: Collection[str]) -> str:
    """The HTML with only these tags, each as its value says, and only these attributes."""
    parser = _Kept(tags, attributes)
    parser.feed(html)
    parser.close()
    return "".join(parser.out)
