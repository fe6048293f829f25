"""The desk posts to the networks. These functions write down what a network answered, make the
post's ticket, and tell the people who wait for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from domain.publicity.links import find_links
from domain.publicity.networks import Network
from domain.publicity.publications import (
    TO_SEND,
    UNKNOWN,
    Post,
    PostState,
    Publication,
)
from handlers.chat import Paragraph, Reply
from handlers.desk import Context, Work
from handlers.i18n import _
from handlers.publicity import cards as publicity_cards
from handlers.publicity.saving import with_tickets
from handlers.publicity.writing import update
from handlers.registry import action
from store.publicity import publications

PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
"""Until the next try after one that was surely not taken."""
LOOK_AGAIN = timedelta(minutes=1)
"""Until the next look for a post of which nobody knows whether it is out."""
LOOK_FOR = timedelta(minutes=10)
"""So long it is looked for."""
SELDOM = timedelta(hours=1)
"""Looks come less and less often, but not less than that."""
KEY_LIFE = timedelta(hours=23)
"""LINE remembers a retry key for 24 hours."""
FIRST_REACH = timedelta(days=1)
MEASURED = (Network.FACEBOOK, Network.LINE)
"""Networks that tell how many people a post reached; X takes money for each look."""


@dataclass(frozen=True, slots=True)
class Posted:
    """The network accepted the post. `external_id` is its own name of the post, `link` where people
    see it ("" if nowhere).
    """

    external_id: str
    link: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The network surely did not accept the post. `lasting` = another try would fail alike; `until`
    = no try before this time is of use.
    """

    error: str
    lasting: bool
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unclear:
    """Nobody knows whether the network accepted the post."""

    error: str


PostingAnswer = Posted | Failed | Unclear
"""What a network answered."""


async def settle(
    work: Work,
    publication: Publication,
    network: Network,
    answer: PostingAnswer,
) -> None:
    """Writes down what the network answered. The writer, and whoever let the post go out, are told
    as soon as no post of the publication is under way.
    """
    shown = publication
    # Otherwise the page's own webhook was quicker.
    if publication.posts[network].state in TO_SEND:
        new = await _with_answer(work, publication, network, answer)
        shown = update(work, publication, new, None)
    if any(post.state in TO_SEND for post in shown.posts.values()):
        return
    card = await publicity_cards.card(work, shown)

    def notice() -> Reply:
        return Reply((Paragraph(outcome_text(shown)), card), confirms=True)

    key = f"posted:{shown.no}:{shown.version}"
    for staff_id in dict.fromkeys((publication.recorded_by, publication.released_by)):
        if staff_id is not None:
            work.notify(notice, key, staff_id=staff_id)


async def _with_answer(
    work: Work,
    old: Publication,
    network: Network,
    answer: PostingAnswer,
) -> Publication:
    """The publication after an answer; a post that is out gets its ticket."""
    post = _after(old.posts[network], answer, work.now)
    new = old.with_post(post)
    if post.state is not PostState.POSTED:
        return new
    if not old.out:
        # It went out later than it was planned for, perhaps in another month.
        new = replace(new, published_on=work.today)
    return await _logged(work, new, post)


async def _logged(work: Work, publication: Publication, post: Post) -> Publication:
    """With its ticket: a new one, or that of whoever logged the link in the meantime."""
    other = None
    if post.link_key:
        other = await publications.find_by_link(work.db, post.link_key)
    if other is None or other.no == publication.no:
        logged, _tickets = await with_tickets(
            work,
            publication,
            [post],
            publication.recorded_by,
        )
        return logged
    ticket_no = other.posts[post.network].ticket_no
    return publication.with_post(replace(post, link_key="", ticket_no=ticket_no))


def _after(post: Post, answer: PostingAnswer, now: datetime) -> Post:
    """The post after an answer."""
    match answer:
        case Posted():
            return _posted(post, answer, now)
        case Unclear():
            return _unclear(post, now)
        case Failed():
            return _failed(post, answer, now)


def _posted(post: Post, answer: Posted, now: datetime) -> Post:
    link = next(iter(find_links(answer.link)), None)
    reach_at = now + FIRST_REACH if post.network in MEASURED else None
    return replace(
        post,
        state=PostState.POSTED,
        external_id=answer.external_id,
        link=answer.link,
        link_key=link.key if link else "",
        posted_at=now,
        error="",
        reach_at=reach_at,
    )


def _unclear(post: Post, now: datetime) -> Post:
    """It is looked for, less and less often, until nobody can say any more."""
    tried_for = now - (post.first_try_at or now)
    look_for = KEY_LIFE if post.network is Network.LINE else LOOK_FOR
    if tried_for >= look_for:
        return replace(post, state=PostState.FAILED, error=UNKNOWN)
    pause = min(SELDOM, max(LOOK_AGAIN, tried_for / 8))
    return replace(
        post,
        state=PostState.UNCLEAR,
        post_at=now + pause,
        error=UNKNOWN,
    )


def _failed(post: Post, answer: Failed, now: datetime) -> Post:
    """It is tried again after a while, unless that would be of no use."""
    error = answer.error
    # What was unclear before stays so: it is looked for before every further try.
    if post.error == UNKNOWN:
        error = UNKNOWN
    # After the last pause nobody waits any longer: the officer decides.
    if answer.lasting or post.attempts > len(PAUSES):
        return replace(post, state=PostState.FAILED, error=error)
    pause = PAUSES[max(0, post.attempts - 1)]
    again = max(now + pause, answer.until or now)
    return replace(
        post,
        state=PostState.WAITING,
        post_at=again,
        error=error,
    )


def outcome_text(publication: Publication) -> str:
    """Returns a sentence that says whether all posts went out."""
    no = publication.no
    failed = [post for post in publication.posts.values() if post.state is PostState.FAILED]
    if not failed:
        return _("✅ โพสต์แล้ว %(no)s", no=no)
    if any(post.error == UNKNOWN for post in failed):
        return _("⚠️ %(no)s มีช่องทางที่ไม่ทราบว่าโพสต์สำเร็จหรือไม่ ตรวจที่หน้าเพจก่อนลองใหม่", no=no)
    return _("⚠️ %(no)s โพสต์ไม่สำเร็จบางช่องทาง", no=no)


@action("post.retry", in_place=True, posting=True)
async def retry_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Tries the failed posts once more. One that perhaps went out keeps its key, and is looked for
    first.
    """
    return await _again(ctx, args["no"], sure=False)


@action("post.fresh", in_place=True, posting=True)
async def fresh_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The officer has looked and says that the post did not go out: it is posted anew, if the desk
    could not find that out itself.
    """
    return await _again(ctx, args["no"], sure=True)


async def _again(ctx: Context, no: str, *, sure: bool) -> Reply:
    """Failed posts are tried once more; `sure` = an officer says that the doubtful ones did not go
    out.
    """
    old = await publications.get(ctx.db, no)
    new = replace(old, released_by=ctx.staff.id)
    failed = [post for post in old.posts.values() if post.state is PostState.FAILED]
    for post in failed:
        again = _retried(post, ctx.now, sure=sure)
        if again is not None:
            new = new.with_post(again)
    if new.posts == old.posts:
        told = _("ไม่มีโพสต์ที่ต้องลองใหม่")
        if failed:
            told = _("Line ไม่บอกแล้วว่าโพสต์นี้ออกไปหรือไม่ ตรวจใน Line ก่อน ถ้าไม่ได้ออกให้กด ไม่ได้ออก โพสต์ใหม่")
        return Reply((Paragraph(told), await publicity_cards.card(ctx, old)))
    shown = update(
        ctx,
        old,
        new,
        ctx.staff.id,
    )
    return await _told(ctx, _("กำลังลองโพสต์ใหม่ จะแจ้งผลให้ทราบ"), shown)


async def _told(ctx: Context, text: str, publication: Publication) -> Reply:
    """What became of a press, and the publication as it is now."""
    card = await publicity_cards.card(ctx, publication)
    return Reply((Paragraph(text), card), confirms=True)


def _retried(post: Post, now: datetime, *, sure: bool) -> Post | None:
    """A failed post on its way again; None where nobody could say whether it would stand there
    twice.
    """
    lost = _forgotten(post, now)
    # Looking on twitter costs money, so that the desk has not looked there.
    unseen = lost or post.network is Network.TWITTER
    if not post.is_doubtful or (sure and unseen):
        return _anew(post, now)
    if lost:
        return None
    return replace(post, state=PostState.WAITING, post_at=now)


def _forgotten(post: Post, now: datetime) -> bool:
    """Whether LINE no longer knows the key of a doubtful post, which would settle the doubt."""
    known_since = post.first_try_at or now
    return post.is_doubtful and post.network is Network.LINE and now - known_since >= KEY_LIFE


def _anew(post: Post, now: datetime) -> Post:
    """As if it had never been tried."""
    return replace(
        post,
        state=PostState.WAITING,
        post_at=now,
        attempts=0,
        first_try_at=None,
        retry_key=str(uuid4()),
        error="",
    )


@action("post.cancel", in_place=True, posting=True, danger=True)
async def cancel_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Cancels the posts that still wait; a call that is under way cannot be taken back."""
    old = await publications.get(ctx.db, args["no"])
    new = old
    for post in old.posts.values():
        if post.state in (PostState.PROPOSED, PostState.WAITING) and post.error != UNKNOWN:
            new = new.with_post(replace(post, state=PostState.CANCELLED))
    if new == old:
        told = Paragraph(_("กำลังโพสต์อยู่ ยกเลิกไม่ทันแล้ว"))
        return Reply((told, await publicity_cards.card(ctx, old)))
    shown = update(
        ctx,
        old,
        new,
        ctx.staff.id,
    )
    return await _told(ctx, _("ยกเลิกการโพสต์ %(no)s แล้ว", no=old.no), shown)
