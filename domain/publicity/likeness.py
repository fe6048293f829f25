"""Whether two posts may be one: a post that was logged by hand with a link that names nothing, and
the same post as its network told of it.

The same network and day is for who asks; here is the rest of the rule. Two texts are alike where
most of the shorter one stands in the longer one, as it sounds: at least `MOST` of its runs of four
letters, links and blanks aside, for Thai has no blanks between words. A headline is so alike to the
whole post. What stands behind the first 4,000 letters of a text is not compared.
"""

from domain.publicity.links import without_links
from domain.publicity.publications import STANDING, Post
from domain.publicity.reading import LEAST_TEXT
from domain.text import fold

MOST = 0.6
COMPARED = 4_000
_RUN = 4


def are_alike(one: str, other: str) -> bool:
    """Returns whether two texts share most of their words; one too short to tell is like none."""
    shorter, longer = sorted((_runs(one), _runs(other)), key=len)
    if len(shorter) < LEAST_TEXT - _RUN + 1:
        return False
    return len(shorter & longer) >= MOST * len(shorter)


def _runs(text: str) -> frozenset[str]:
    heard = fold(without_links(text[:COMPARED])).replace(" ", "")
    return frozenset(heard[at : at + _RUN] for at in range(len(heard) - _RUN + 1))


def names_nothing(post: Post) -> bool:
    """Returns whether a post has no link, or one that does not say which post it leads to: a code
    to share, a short address.
    """
    own = post.link_key.partition(":")[2]
    return not own or "/" in own


def may_be_one(logged: Post, told: Post) -> bool:
    """Returns whether a post that was logged by hand may be the one that its network told of."""
    stand = logged.state in STANDING and told.state in STANDING
    is_told = bool(told.external_id) and not logged.external_id
    return stand and is_told and names_nothing(logged)
