"""Publications: a piece of news, the posts by which it went out, and the ticket that each of them
is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NewType

from domain.dates.days import BANGKOK
from domain.dates.working_calendar import OPENING
from domain.publicity import reading as publicity
from domain.publicity.networks import Network
from domain.publicity.reading import News
from domain.staff import StaffId
from domain.tickets.records import Status, Ticket, TicketNo

PublicationNo = NewType("PublicationNo", str)
"""`P` + a running number."""


class PostState(StrEnum):
    """`proposed` = waits for a second person's word, `waiting` for its time; `sending` = a call may
    be under way, `unclear` = nobody knows whether it was taken.

    `posted` and `hidden` (no longer on the page itself, but still behind its link) are publicity;
    `removed` was until it was taken down; a `mistake` never was."""

    PROPOSED = "proposed"
    WAITING = "waiting"
    SENDING = "sending"
    UNCLEAR = "unclear"
    FAILED = "failed"
    CANCELLED = "cancelled"
    POSTED = "posted"
    HIDDEN = "hidden"
    REMOVED = "removed"
    MISTAKE = "mistake"


TO_SEND = (PostState.WAITING, PostState.SENDING, PostState.UNCLEAR)
"""What the poster works on once its time has come."""
UNDER_WAY = (PostState.PROPOSED, *TO_SEND)
STANDING = (PostState.POSTED, PostState.HIDDEN)
"""What sums count."""
WENT_OUT = (*STANDING, PostState.REMOVED)
UNKNOWN = "unclear"
"""In `Post.error`: that it perhaps went out."""


@dataclass(frozen=True, slots=True)
class Post:
    """The news on one network. `ticket_no` is "" until it went out; `text` = the words that the
    desk posts.

    `external_id` is the network's own name of it: Facebook's post id, LINE's request id. `post_at`
    = when to post it, or to look at it again. `delivered` and `opened` count people, None where the
    network has not said. `joined_to` = the publication that has this very post, "" for none: it is
    counted there."""

    network: Network
    state: PostState
    ticket_no: str = ""
    link: str = ""
    link_key: str = ""
    page: str = ""
    external_id: str = ""
    post_at: datetime | None = None
    posted_at: datetime | None = None
    retry_key: str = ""
    first_try_at: datetime | None = None
    attempts: int = 0
    error: str = ""
    delivered: int | None = None
    opened: int | None = None
    reach_at: datetime | None = None
    reached_at: datetime | None = None
    text: str = ""
    joined_to: str = ""

    @property
    def is_doubtful(self) -> bool:
        """Whether nobody looks any more, and it perhaps went out."""
        return self.state is PostState.FAILED and self.error == UNKNOWN


@dataclass(frozen=True, slots=True)
class Publication:
    """One piece of news with its posts by network (DOMAIN.md section 9). `picture` = its file's id,
    or "".

    `released_by` = on whose word it goes out, where that is not who recorded it.
    """

    no: PublicationNo
    news: News
    published_on: date
    recorded_at: datetime
    recorded_by: StaffId | None
    picture: str = ""
    version: int = 1
    posts: Mapping[Network, Post] = field(default_factory=dict)
    released_by: StaffId | None = None

    def with_post(self, post: Post) -> "Publication":
        """Returns the publication with this post in the place of the one on its network."""
        return replace(self, posts={**self.posts, post.network: post})

    def words_of(self, post: Post) -> str:
        """Returns what the post says: its own words, or the news where it has none (queued by an
        earlier version).
        """
        return post.text or self.news.text

    @property
    def out(self) -> list[Post]:
        """The posts that went out."""
        return [post for post in self.posts.values() if post.state in WENT_OUT]

    @property
    def taken(self) -> set[Network]:
        """The networks that it went out by, or is on its way to."""
        taken = (*WENT_OUT, *UNDER_WAY)
        return {post.network for post in self.posts.values() if post.state in taken}


def publication_no(running: int) -> PublicationNo:
    """Returns the number of the publication that got this running number."""
    return PublicationNo(f"P{running}")


def created_at(published_on: date, now: datetime) -> datetime:
    """Returns now, or the beginning of work on the day to which the publication is backdated."""
    if published_on == now.astimezone(BANGKOK).date():
        return now
    return datetime.combine(published_on, OPENING, BANGKOK)


def ticket_of(
    publication: Publication,
    post: Post,
    no: TicketNo,
    network: str,
    by: StaffId | None,
    now: datetime,
) -> Ticket:
    """Returns the closed ticket that a post is, worded as DOMAIN.md section 9 wants; `network` as
    people call it.
    """
    news = publication.news
    posted_at = created_at(publication.published_on, now)
    if post.posted_at:
        posted_at = min(post.posted_at, now)
    return Ticket(
        no=no,
        channel=post.network.value,
        subject=publicity.SUBJECT,
        details=publicity.details(news, network),
        result=publicity.result(news, network, post.link),
        projects=news.projects,
        data_years=news.data_years,
        link=post.link,
        created_at=posted_at,
        recorded_at=now,
        recorded_by=by,
        assignee=by,
        status=Status.CLOSED,
        closed_at=now,
    )


def corrected(
    ticket: Ticket,
    before: Publication,
    after: Publication,
    network: Network,
    name: str,
) -> Ticket:
    """Returns the ticket after its publication was corrected; words that an officer wrote into the
    ticket stay.
    """
    old = _derived(before, network, name)
    new = _derived(after, network, name)
    # What an officer wrote over the derived words is hers, and stays.
    changed = {field: new[field] for field in new if getattr(ticket, field) == old[field]}
    if after.published_on != before.published_on:
        changed["created_at"] = created_at(after.published_on, ticket.recorded_at)
    return replace(ticket, **changed)


def _derived(publication: Publication, network: Network, name: str) -> dict[str, Any]:
    """Returns what a ticket has from its publication, by field; `name` = the network as people call
    it.
    """
    news = publication.news
    link = publication.posts[network].link
    return {
        "details": publicity.details(news, name),
        "result": publicity.result(news, name, link),
        "projects": news.projects,
        "data_years": news.data_years,
        "link": link,
    }
