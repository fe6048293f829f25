"""Publicity: which post a link means, the words of its tickets (DOMAIN.md section 9), and what a
network takes.
"""

import hashlib
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import accumulate
from urllib.parse import parse_qsl, urlsplit

import regex  # type: ignore[import-untyped]

from domain.dates.data_years import DataPeriod, find_periods, format_periods, kept, read_kept
from domain.dates.days import BUDDHIST_OFFSET, find_month
from domain.errors import InvalidInput
from domain.text import clean, digits, fold, graphemes, shorten, utf16_length, words
from domain.tickets.projects import Project, likely_projects, projects_in

SUBJECT = "10"
SAME_TEXT_DAYS = 14
"""Within so many days the same text is taken for the same news."""
LEAST_TEXT = 12
"""Folded letters below which two texts that are alike may still be two pieces of news."""
MOST_LINK = 500
HEADLINE = 200


class Network(StrEnum):
    """The networks that publicity goes out by: codes of channels (DOMAIN.md section 4, subject
    10).
    """

    FACEBOOK = "facebook"
    TWITTER = "twitter"
    LINE = "line"


class PostLinkKind(StrEnum):
    """`GROUP` = a post within a group, which others perhaps cannot see; `PAGE` = no post, but the
    whole account.
    """

    POST = "post"
    GROUP = "group"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class PostLink:
    """A link to a post. `key` is alike for every address of one post; `page` names the account, ""
    where unknown.
    """

    network: Network
    url: str
    key: str
    page: str = ""
    kind: PostLinkKind = PostLinkKind.POST


@dataclass(frozen=True, slots=True)
class News:
    """What was publicised. `data_years` are periods as tickets keep them (domain.data_years)."""

    text: str
    projects: tuple[str, ...] = ()
    data_years: str = ""

    @property
    def headline(self) -> str:
        """Its first line, short enough for a list; the projects where it has no text of its own."""
        line = next((line for line in self.text.splitlines() if line.strip()), "")
        return shorten(" ".join(line.split()), HEADLINE) or survey_words(
            self.projects, self.data_years
        )


# Links.

_HOSTS = r"(?:facebook\.com|fb\.com|fb\.watch|fb\.me|x\.com|twitter\.com|t\.co|line\.me|lin\.ee)"
_LINK = re.compile(
    rf"(?<![\w.@/-])(?:https?://)?(?:[a-z0-9-]+\.)*{_HOSTS}(?![\w@-])(?!\.\w)(?:[/?][!-~]*)?",
    re.IGNORECASE,
)
_TAIL = ".,;:!?)]}'\"<>"
_FACEBOOK_ID = re.compile(r"\d{3,25}|pfbid\w{5,100}", re.ASCII)
_NAME = re.compile(r"[\w.@-]{1,100}", re.ASCII)
_CODE = re.compile(r"[\w-]{2,100}", re.ASCII)
_INNER = ("u", "href", "link", "url", "text")
"""What the share forms call the address that they share."""


def find_links(text: str) -> list[PostLink]:
    """The posts, and where there are none of its network the pages, that the text links to; each
    once.
    """
    found: dict[str, PostLink] = {}
    for match in _LINK.finditer(text):
        link = _read(match[0])
        if link is not None:
            found.setdefault(link.key, link)
    posts = [link for link in found.values() if link.kind is not PostLinkKind.PAGE]
    return posts or list(found.values())


def begins_with_link(text: str) -> bool:
    """Whether a text begins with an address of a network, be it a post's or not."""
    return _LINK.match(text) is not None


def without_links(text: str) -> str:
    """What the text says beside its links to networks, blank lines and blanks at line ends
    aside.
    """
    rest = _LINK.sub(" ", text)
    lines = [" ".join(line.split()) for line in rest.splitlines()]
    return "\n".join(line for line in lines if line).strip()


def _read(address: str, depth: int = 0) -> PostLink | None:
    address = address.rstrip(_TAIL)
    if len(address) > MOST_LINK * 4:
        return None
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
        host = (parts.hostname or "").removeprefix("www.")
        query = dict(parse_qsl(parts.query))
    except ValueError:
        return None
    path = [part for part in parts.path.split("/") if part]
    shared = _shared(host, path, query) if depth < 2 else ""
    if shared:
        inner = [link for match in _LINK.finditer(shared) if (link := _read(match[0], depth + 1))]
        return inner[0] if inner else None
    for name, read in (
        ("facebook.com", _facebook),
        ("fb.com", _facebook),
        ("x.com", _twitter),
        ("line.me", _line),
    ):
        if host == name or host.endswith("." + name):
            return read(host, path, query)
    if host.endswith("twitter.com"):
        return _twitter(host, path, query)
    return _short(host, path)


def _shared(host: str, path: Sequence[str], query: dict[str, str]) -> str:
    """The address within a share form's (facebook.com/sharer, l.facebook.com, x.com/intent, LINE
    it).
    """
    head = path[0].casefold() if path else ""
    forms = ("sharer", "sharer.php", "l.php", "dialog", "intent", "flx", "lineit")
    if (
        head in forms
        or (head == "share" and "url" in query)
        or (head == "r" and path[1:2] == ["msg"])
    ):
        return next((query[name] for name in _INNER if query.get(name)), "")
    return ""


def _facebook(host: str, path: list[str], query: dict[str, str]) -> PostLink | None:
    head = path[0].casefold() if path else ""
    base = "https://www.facebook.com/"
    by_query = {
        "story.php": "story_fbid",
        "permalink.php": "story_fbid",
        "photo.php": "fbid",
        "photo": "fbid",
    }
    by_query |= {"watch": "v", "video.php": "v"}
    if head in by_query:
        post = query.get(by_query[head], "")
        page = query.get("id", "")
        owner = f"&id={page}" if page.isdigit() else ""
        return _facebook_post(
            post, f"{base}{head}?{by_query[head]}={post}{owner}", page if page.isdigit() else ""
        )
    kind, code = path[1:2] if len(path) > 2 else [], path[:3][-1] if path[1:] else ""
    if head == "share" and _CODE.fullmatch(code) and all(map(_NAME.fullmatch, kind)):
        return PostLink(
            Network.FACEBOOK, f"{base}{'/'.join(['share', *kind, code])}/", f"facebook:share/{code}"
        )
    if (
        head == "groups"
        and len(path) >= 4
        and path[2] in ("posts", "permalink")
        and _NAME.fullmatch(path[1])
    ):
        link = _facebook_post(path[3], base + "/".join(path[:4]), "")
        return link and PostLink(link.network, link.url, link.key, "", PostLinkKind.GROUP)
    if head in ("reel", "reels") and path[1:]:
        return _facebook_post(path[1], f"{base}reel/{path[1]}", "")
    if (
        len(path) >= 3
        and path[1] in ("posts", "videos", "photos", "reels")
        and _NAME.fullmatch(path[0])
    ):
        return _facebook_post(path[-1], f"{base}{path[0]}/{path[1]}/{path[-1]}", path[0])
    page = query.get("id", "") if head == "profile.php" else (path[0] if len(path) == 1 else "")
    if not page or not _NAME.fullmatch(page):
        return None
    return PostLink(
        Network.FACEBOOK, base + page, f"facebook:page/{page.casefold()}", page, PostLinkKind.PAGE
    )


def _facebook_post(post: str, url: str, page: str) -> PostLink | None:
    if not _FACEBOOK_ID.fullmatch(post):
        return None
    return PostLink(Network.FACEBOOK, url, facebook_key(post), page)


def facebook_key(post_id: str) -> str:
    """The key of a page's post by its id, with or without the page's own before it
    (`PAGE_POST`).
    """
    return f"facebook:{post_id.rpartition('_')[2]}"


def _twitter(host: str, path: list[str], query: dict[str, str]) -> PostLink | None:
    for at, part in enumerate(path[:-1]):
        if part in ("status", "statuses") and path[at + 1].isascii() and path[at + 1].isdigit():
            user = path[0] if at == 1 and _NAME.fullmatch(path[0]) and path[0] != "i" else ""
            url = f"https://x.com/{user or 'i'}/status/{path[at + 1]}"
            return PostLink(Network.TWITTER, url, f"twitter:{path[at + 1]}", user)
    if len(path) == 1 and _NAME.fullmatch(path[0]):
        name = path[0]
        return PostLink(
            Network.TWITTER,
            f"https://x.com/{name}",
            f"twitter:page/{name.casefold()}",
            name,
            PostLinkKind.PAGE,
        )
    return None


def _line(host: str, path: list[str], query: dict[str, str]) -> PostLink | None:
    if not path:
        return None
    lowered = [part.casefold() for part in path]
    if lowered[0] == "r":
        lowered = lowered[1:]
    post = query.get("postId") or query.get("id", "") if lowered[-1:] == ["post"] else ""
    address = f"https://{host}/{'/'.join(path)}"
    if post and _CODE.fullmatch(post):
        name = "postId" if query.get("postId") else "id"
        return PostLink(Network.LINE, f"{address}?{name}={post}", f"line:{post}")
    if lowered[-1:] == ["post"]:
        return None  # which one, it does not say
    if lowered[:1] == ["ti"] or host == "page.line.me":
        return PostLink(
            Network.LINE, address, f"line:page/{path[-1].casefold()}", path[-1], PostLinkKind.PAGE
        )
    if len(address) > MOST_LINK or not all(32 < ord(sign) < 127 for sign in address):
        return None
    own = (
        path[-1] if "post" in lowered and _CODE.fullmatch(path[-1]) else f"{host}/{'/'.join(path)}"
    )
    return PostLink(Network.LINE, address, f"line:{own}")


def _short(host: str, path: list[str]) -> PostLink | None:
    """Short addresses, which name nothing but themselves."""
    networks = {
        "t.co": Network.TWITTER,
        "lin.ee": Network.LINE,
        "fb.watch": Network.FACEBOOK,
        "fb.me": Network.FACEBOOK,
    }
    if (
        host not in networks
        or not path
        or not all(_CODE.fullmatch(part) or len(part) == 1 for part in path[:3])
    ):
        return None
    own = f"{host}/{'/'.join(path[:3])}"
    return PostLink(networks[host], f"https://{own}", f"{networks[host]}:{own}")


# What a post is about.


def text_key(text: str) -> str:
    """Alike for texts that say the same, however they are written; "" for one too short to tell."""
    folded = fold(without_links(text))
    return hashlib.sha256(folded.encode()).hexdigest() if len(folded) >= LEAST_TEXT else ""


def projects_of(projects: Sequence[Project], text: str) -> tuple[str, ...]:
    """The projects that a text surely names, else the one that its short forms mean; none where
    several may be.
    """
    named = [project.name for _start, _end, project in projects_in(projects, text)]
    likely = [project.name for project in likely_projects(projects, text)]
    return tuple(dict.fromkeys(named)) or (tuple(likely) if len(likely) == 1 else ())


def periods_of(text: str, today: date) -> str:
    """The one period of data that a text names, in the form in which tickets keep it; "" where none
    or several.
    """
    runs = [periods for _start, _end, periods in find_periods(text, today)]
    if runs:
        return kept(runs[0]) if len(runs) == 1 else ""
    months = _months(digits(clean(text)), today)
    return kept(months) if len(months) == 1 else ""


def _months(text: str, today: date) -> list[DataPeriod]:
    """The months of a text whose years have two digits: `Oct 69`, but for those that are part of a
    date.
    """
    found = []
    before = ""
    for match in re.finditer(r"\S+", text):
        month = find_month(text[match.start() :], today)
        if (
            month
            and not before.strip("()").isdigit()
            and re.match(r"\S+\s*\d\d(?!\S)", text[match.start() :])
        ):
            found.append(
                DataPeriod(
                    month[0].year + BUDDHIST_OFFSET,
                    month[0].year + BUDDHIST_OFFSET,
                    "M",
                    month[0].month,
                    month[0].month,
                )
            )
        before = match[0]
    return list(dict.fromkeys(found))


# The words of the tickets (DOMAIN.md section 9).


def survey_words(projects: Sequence[str], data_years: str) -> str:
    """The surveys with their period, as officers write them: the survey's name, "month of" February
    2563.
    """
    table = words("publicity")
    names = f" {table.text('and')}".join(projects)
    periods = read_kept(data_years.rpartition(": ")[2])
    months = bool(periods) and all(period.unit == "M" for period in periods)
    printed = format_periods(data_years.rpartition(": ")[2]) if data_years else ""
    return " ".join(filter(None, (names, table.text("month") % printed if months else printed)))


def details(news: News, network: str) -> str:
    """What was publicised, as a ticket's details; `network` as people call it."""
    table = words("publicity")
    if not news.projects and not news.text:
        return table.text("of_nothing") % network
    if not news.projects:
        return table.text("of_news") % (news.headline, network)
    begins = news.projects[0].startswith(table.text("survey"))
    return table.text("of_survey" if begins else "of_other") % (
        survey_words(news.projects, news.data_years),
        network,
    )


def result(news: News, network: str, link: str) -> str:
    """The same with its link, as a ticket's result."""
    return " ".join(filter(None, (details(news, network), link)))


# What a network takes.


_TOPS = "[a-z]{2}|com|org|net|gov|edu|int|info|app|dev|asia"
_PATH = r"""[!-~]*[a-z0-9/=&#%@_~+$*-]"""
_BARE = rf"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:{_TOPS})(?![\w-])(?!\.\w)"
_ADDRESS = re.compile(
    rf"https?://{_PATH}|(?<![\w.@/-]){_BARE}(?:/{_PATH}|/)?", re.IGNORECASE | re.ASCII
)
_EMOJI = regex.compile(r"\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f|\u20e3")
ADDRESS_WEIGHT = 23
_LIGHT = ((0, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))


def has_address(text: str) -> bool:
    """Whether twitter makes a link of something in the text, with `https://` before it or
    without.
    """
    return _ADDRESS.search(text) is not None


def without_addresses(text: str) -> str:
    """The text beside what twitter makes links of."""
    return _ADDRESS.sub(" ", text)


def weighted_length(text: str) -> int:
    """twitter's count: an address is 23 whatever its length, an emoji 2 whatever it is made of,
    Thai 1 a sign.
    """
    text, addresses = _ADDRESS.subn("", unicodedata.normalize("NFC", text))
    return ADDRESS_WEIGHT * addresses + sum(map(_weight, graphemes(text)))


def _weight(grapheme: str) -> int:
    if _EMOJI.search(grapheme):
        return 2
    return sum(
        1 if any(low <= ord(sign) <= high for low, high in _LIGHT) else 2 for sign in grapheme
    )


LIMITS: dict[Network, tuple[int, Callable[[str], int]]] = {
    Network.FACEBOOK: (63_206, len),
    Network.TWITTER: (280, weighted_length),
    Network.LINE: (5_000, utf16_length),
}
"""The longest text of a post, and how the network counts (a Facebook post, a tweet, a LINE text
message).
"""


def check_length(network: Network, text: str) -> None:
    """InvalidInput("post_long") where the network would refuse the text, with how much is too
    much.
    """
    limit, count = LIMITS[network]
    length = count(text)
    if length > limit:
        raise InvalidInput("post_long", network=network.value, length=length, limit=limit)


def cut_to_fit(network: Network, text: str) -> str:
    """The text as far as the network takes it: cut between letters as readers see them, never
    within an address.

    An ellipsis says that there is more, and the text's first address stays.
    """
    limit, count = LIMITS[network]
    if count(text) <= limit:
        return text
    found = [(match.start(), match.end()) for match in _ADDRESS.finditer(text)]
    kept = _head(text, "", limit, count, found)
    if found and found[0][1] > len(kept):
        first, end = found[0]
        tail = f"\n{text[first:end]}"
        kept = _head(text[:first], tail, limit, count, found) + "…" + tail
    else:
        kept += "…"
    return kept


def _head(
    text: str,
    tail: str,
    limit: int,
    count: Callable[[str], int],
    addresses: Sequence[tuple[int, int]],
) -> str:
    """The longest beginning of the text that fits with an ellipsis and this tail."""
    borders = [0, *accumulate(map(len, graphemes(text)))]
    most = (
        bisect_right(borders, limit, key=lambda border: count(text[:border].rstrip() + "…" + tail))
        - 1
    )
    border = borders[max(0, most)]
    border = next((start for start, end in addresses if start < border < end), border)
    return text[:border].rstrip()
