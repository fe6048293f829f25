"""Which post an address of a network means, however it is written or shared."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from urllib.parse import parse_qsl, urlsplit

from domain.publicity.networks import Network
from domain.text import words

MOST_LINK = 500

_HOSTS = r"(?:facebook\.com|fb\.com|fb\.watch|fb\.me|x\.com|twitter\.com|t\.co|line\.me|lin\.ee)"
_LINK = re.compile(
    rf"(?<![\w.@/-])(?:https?://)?(?:[a-z0-9-]+\.)*{_HOSTS}(?![\w@-])(?!\.\w)(?:[/?][!-~]*)?",
    re.IGNORECASE,
)
_ANY_LINK = re.compile(
    r"(?:https?://|www\.)\S+|(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}/\S*", re.IGNORECASE | re.ASCII
)
_TAIL = ".,;:!?)]}'\"<>"
_FACEBOOK_ID = re.compile(r"\d{3,25}|pfbid\w{5,100}", re.ASCII)
_NAME = re.compile(r"[\w.@-]{1,100}", re.ASCII)
_CODE = re.compile(r"[\w-]{2,100}", re.ASCII)
_VISIBLE = re.compile("[!-~]*")
_INNER = ("u", "href", "link", "url", "text")
"""What the share forms call the address that they share."""
_SHARE_FORMS = ("sharer", "sharer.php", "l.php", "dialog", "intent", "flx", "lineit")
_DEEPEST = 2
"""Share forms within each other that are opened."""
_FACEBOOK = "https://www.facebook.com/"
_POST_IN_QUERY = {
    "story.php": "story_fbid",
    "permalink.php": "story_fbid",
    "photo.php": "fbid",
    "photo": "fbid",
    "watch": "v",
    "video.php": "v",
}
"""Pages of Facebook whose query names the post, and what it is called there."""
_PAGE_POSTS = ("posts", "videos", "photos", "reels")
_SHORT_HOSTS = {
    "t.co": Network.TWITTER,
    "lin.ee": Network.LINE,
    "fb.watch": Network.FACEBOOK,
    "fb.me": Network.FACEBOOK,
}


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


def find_links(text: str) -> list[PostLink]:
    """Returns the posts, and where there are none of its network the pages, that the text links to;
    each once.
    """
    found: dict[str, PostLink] = {}
    for match in _LINK.finditer(text):
        link = _read(match[0])
        if link is not None:
            found.setdefault(link.key, link)
    posts = [link for link in found.values() if link.kind is not PostLinkKind.PAGE]
    return posts or list(found.values())


def begins_with_link(text: str) -> bool:
    """Returns whether a text begins with an address of a network, be it a post's or not."""
    return _LINK.match(text) is not None


def is_link(text: str) -> bool:
    """Returns whether a text is an address of the web and nothing else."""
    return _ANY_LINK.fullmatch(text.strip()) is not None


def network_elsewhere(text: str) -> str:
    """Returns the network, none of the catalogue's, to which the address leads with which a text
    begins or ends; "" for none.
    """
    typed = text.split()
    for word in [*typed[:1], *typed[-1:]]:
        if not is_link(word):
            continue
        address = _parsed(word)
        if address is None:
            continue
        for name, hosts in _elsewhere().items():
            if any(map(address.is_of, hosts)):
                return name
    return ""


@cache
def _elsewhere() -> Mapping[str, Sequence[str]]:
    """Returns the networks that the catalogue has not, each with the ends of its addresses."""
    table = words("publicity").table("elsewhere")
    return {name: table.texts(name) for name in table.values}


def without_links(text: str) -> str:
    """Returns what the text says beside its links to networks, blank lines and blanks at line ends
    aside.
    """
    rest = _LINK.sub(" ", text)
    lines = [" ".join(line.split()) for line in rest.splitlines()]
    return "\n".join(line for line in lines if line).strip()


def facebook_key(post_id: str) -> str:
    """Returns the key of a page's post by its id, with or without the page's own before it
    (`PAGE_POST`).
    """
    return f"facebook:{post_id.rpartition('_')[2]}"


@dataclass(frozen=True, slots=True)
class _Address:
    """An address in its parts; `host` without www."""

    host: str
    path: Sequence[str]
    query: Mapping[str, str]

    @property
    def head(self) -> str:
        """The first part of the path, in small letters."""
        return self.path[0].casefold() if self.path else ""

    def is_of(self, host: str) -> bool:
        """Returns whether it lies on this host or on one below it."""
        return self.host == host or self.host.endswith(f".{host}")

    @property
    def whole_path(self) -> str:
        """The path in one."""
        return "/".join(self.path)


def _read(text: str, depth: int = 0) -> PostLink | None:
    """Reads the post or page behind one address; returns None where it is neither."""
    address = _parsed(text.rstrip(_TAIL))
    if address is None or address.host in words("publicity").texts("no_posts"):
        return None
    # A form within a form within a form is nobody's link.
    shared = _shared(address) if depth < _DEEPEST else ""
    if shared:
        inner = (_read(match[0], depth + 1) for match in _LINK.finditer(shared))
        return next(filter(None, inner), None)
    for host, read in _READERS:
        if address.is_of(host):
            return read(address)
    if address.host.endswith("twitter.com"):
        return _twitter(address)
    return _short(address)


def _parsed(text: str) -> _Address | None:
    if len(text) > MOST_LINK * 4:
        return None
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = (parts.hostname or "").removeprefix("www.")
        query = dict(parse_qsl(parts.query))
    except ValueError:
        return None
    path = [part for part in parts.path.split("/") if part]
    return _Address(host, path, query)


def _shared(address: _Address) -> str:
    """Returns the address within a share form's (facebook.com/sharer, l.facebook.com, x.com/intent,
    LINE it).
    """
    head = address.head
    shares = head == "share" and "url" in address.query
    messages = head == "r" and address.path[1:2] == ["msg"]
    if head not in _SHARE_FORMS and not shares and not messages:
        return ""
    given = (address.query.get(name, "") for name in _INNER)
    return next(filter(None, given), "")


def _page(network: Network, url: str, name: str) -> PostLink:
    """Returns the link to a whole account."""
    key = f"{network}:page/{name.casefold()}"
    return PostLink(
        network,
        url,
        key,
        page=name,
        kind=PostLinkKind.PAGE,
    )


# Facebook.


def _facebook(address: _Address) -> PostLink | None:
    """Reads an address of Facebook's: a page, `facebook.com/nsothailand`, and its posts,
    `facebook.com/nsothailand/posts/1234567890` as well as those that the query names, groups'
    posts, reels, and short addresses.
    """
    head = address.head
    path = address.path
    if head in _POST_IN_QUERY:
        return _facebook_by_query(address)
    share = _facebook_share(path)
    if share is not None:
        return share
    if head == "groups" and _is_group_post(path):
        return _facebook_group_post(path)
    if head in ("reel", "reels") and len(path) > 1:
        return _facebook_post(path[1], f"{_FACEBOOK}reel/{path[1]}")
    if _names_post(path[1:], _PAGE_POSTS) and _NAME.fullmatch(path[0]):
        page, kind, *_more, post = path
        return _facebook_post(post, f"{_FACEBOOK}{page}/{kind}/{post}", page)
    return _facebook_page(address)


def _facebook_page(address: _Address) -> PostLink | None:
    """Reads the address of a page, by its name, or by its id in the query."""
    by_id = address.head == "profile.php"
    name = address.query.get("id", "") if by_id else _only(address.path)
    if not _NAME.fullmatch(name):
        return None
    return _page(Network.FACEBOOK, _FACEBOOK + name, name)


def _names_post(path: Sequence[str], kinds: Sequence[str]) -> bool:
    """Returns whether a path goes on with a kind of posts, and one of them."""
    return len(path) > 1 and path[0] in kinds


def _only(path: Sequence[str]) -> str:
    """Returns the one part of a path; "" where it has more, or none."""
    return path[0] if len(path) == 1 else ""


def _facebook_by_query(address: _Address) -> PostLink | None:
    name = _POST_IN_QUERY[address.head]
    post = address.query.get(name, "")
    url = f"{_FACEBOOK}{address.head}?{name}={post}"
    page = address.query.get("id", "")
    if not page.isdigit():
        return _facebook_post(post, url)
    return _facebook_post(post, f"{url}&id={page}", page)


def _facebook_share(path: Sequence[str]) -> PostLink | None:
    """Reads the short address that Facebook's button "share" gives: a code, perhaps behind its
    kind.
    """
    if len(path) < 2 or path[0].casefold() != "share":
        return None
    *kinds, code = path[1:3]
    if not _CODE.fullmatch(code) or not all(map(_NAME.fullmatch, kinds)):
        return None
    url = f"{_FACEBOOK}{'/'.join(['share', *kinds, code])}/"
    return PostLink(Network.FACEBOOK, url, f"facebook:share/{code}")


def _is_group_post(path: Sequence[str]) -> bool:
    if not _names_post(path[2:], ("posts", "permalink")):
        return False
    return _NAME.fullmatch(path[1]) is not None


def _facebook_group_post(path: Sequence[str]) -> PostLink | None:
    link = _facebook_post(path[3], _FACEBOOK + "/".join(path[:4]))
    return replace(link, kind=PostLinkKind.GROUP) if link else None


def _facebook_post(post: str, url: str, page: str = "") -> PostLink | None:
    if not _FACEBOOK_ID.fullmatch(post):
        return None
    return PostLink(Network.FACEBOOK, url, facebook_key(post), page)


# Twitter.


def _twitter(address: _Address) -> PostLink | None:
    """Reads an address of twitter's: an account, `x.com/nsothailand`, or a post,
    `x.com/nsothailand/status/1234567890`; `x.com/i/status/…` says nobody's name.
    """
    path = address.path
    for at, part in enumerate(path[:-1]):
        post = path[at + 1]
        if part in ("status", "statuses") and post.isascii() and post.isdigit():
            user = path[0] if at == 1 and _is_twitter_name(path[0]) else ""
            url = f"https://x.com/{user or 'i'}/status/{post}"
            return PostLink(Network.TWITTER, url, f"twitter:{post}", user)
    name = _only(path)
    if not _NAME.fullmatch(name):
        return None
    return _page(Network.TWITTER, f"https://x.com/{name}", name)


def _is_twitter_name(name: str) -> bool:
    """Returns whether it may be an account; `i` stands for any."""
    return name != "i" and _NAME.fullmatch(name) is not None


# LINE.


def _line(address: _Address) -> PostLink | None:
    """Reads an address of LINE's.

    Accounts: `page.line.me/NAME`, `line.me/R/ti/p/@NAME`. Posts: `linevoom.line.me/post/CODE`,
    `linevoom.line.me/post?postId=CODE`. Any other address is a post that is its own key.
    """
    if not address.path:
        return None
    url = f"https://{address.host}/{address.whole_path}"
    last = address.path[-1]
    lowered = list(map(str.casefold, address.path))
    if address.head == "r":
        # `/R/` only opens the app: what it opens stands behind it.
        lowered.pop(0)
    if lowered[-1:] == ["post"]:
        return _line_by_query(address, url)
    if lowered[:1] == ["ti"] or address.host == "page.line.me":
        return _page(Network.LINE, url, last)
    if len(url) > MOST_LINK or not _VISIBLE.fullmatch(url):
        return None
    is_post = "post" in lowered and _CODE.fullmatch(last)
    own = last if is_post else f"{address.host}/{address.whole_path}"
    return PostLink(Network.LINE, url, f"line:{own}")


def _line_by_query(address: _Address, url: str) -> PostLink | None:
    """Reads a post that the query names; returns None where it does not say which."""
    name = "postId" if address.query.get("postId") else "id"
    post = address.query.get(name, "")
    if not _CODE.fullmatch(post):
        return None
    return PostLink(Network.LINE, f"{url}?{name}={post}", f"line:{post}")


_READERS: Sequence[tuple[str, Callable[[_Address], PostLink | None]]] = (
    ("facebook.com", _facebook),
    ("fb.com", _facebook),
    ("x.com", _twitter),
    ("line.me", _line),
)
"""Who reads the addresses of a host, and of those below it."""


def _short(address: _Address) -> PostLink | None:
    """Reads short addresses, which name nothing but themselves."""
    network = _SHORT_HOSTS.get(address.host)
    codes = address.path[:3]
    if network is None or not codes:
        return None
    if not all(len(code) == 1 or _CODE.fullmatch(code) for code in codes):
        return None
    own = f"{address.host}/{'/'.join(codes)}"
    return PostLink(network, f"https://{own}", f"{network}:{own}")
