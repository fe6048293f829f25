"""Posting from the desk: what an answer of a network comes to, its ticket, and who is told."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

from domain.publicity.publications import TO_SEND, UNKNOWN, Post, PostState, Publication
from domain.publicity.reading import Network, find_links
from handlers.chat import Paragraph, Reply
from handlers.desk import Context, Work
from handlers.i18n import _
from handlers.publicity import cards as publicity_cards
from handlers.publicity.saving import with_tickets
from handlers.registry import action
from store.publicity import publications

PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
"""Until the next try after one that was surely not taken."""
LOOK_AGAIN, LOOK_FOR = timedelta(minutes=1), timedelta(minutes=10)
"""Until the next look for a post of which nobody knows, and how long it is looked for."""
SELDOM = timedelta(hours=1)
"""Looks come less and less often, but not less than that."""
KEY_LIFE = timedelta(hours=23)
"""LINE remembers a retry key for 24 hours."""
FIRST_REACH = timedelta(days=1)
MEASURED = (Network.FACEBOOK, Network.LINE)
"""Networks that tell how many people a post reached; X takes money for each look."""


@dataclass(frozen=True, slots=True)
class Posted:
    """The network took it. `external_id` is its own name of the post, `link` where people see it
    ("" = nowhere).
    """

    external_id: str
    link: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Surely not taken. `lasting` = another try would meet the same; `until` = none is worth while
    before.
    """

    error: str
    lasting: bool
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unclear:
    """Perhaps taken, perhaps not."""

    error: str


async def settle(
    work: Work, publication: Publication, network: Network, answer: Posted | Failed | Unclear
) -> None:
    """Write what the network answered; its writer, and who let it go out, are told once nothing is
    under way.
    """
    post, version = publication.posts[network], publication.version
    if post.state in TO_SEND:  # else the page's own webhook was quicker
        old, after = publication, _after(post, answer, work.now)
        publication = publication.with_post(after)
        if after.state is PostState.POSTED:
            if not old.out:  # later than it was planned for, perhaps in another month
                publication = replace(publication, published_on=work.today)
            publication = await _logged(work, publication, after)
        work.change(partial(publications.update, old=old, new=publication, by=None, now=work.now))
        version += 1
    if any(p.state in TO_SEND for p in publication.posts.values()):
        return
    shown = replace(publication, version=version)
    card = await publicity_cards.card(work, shown)

    def notice() -> Reply:
        return Reply((Paragraph(outcome_text(shown)), card), confirms=True)

    for staff_id in dict.fromkeys((publication.recorded_by, publication.released_by)):
        if staff_id is not None:
            work.notify(notice, f"posted:{shown.no}:{version}", staff_id=staff_id)


async def _logged(work: Work, publication: Publication, post: Post) -> Publication:
    """With its ticket: a new one, or that of whoever logged the link in the meantime."""
    other = await publications.find_by_link(work.db, post.link_key) if post.link_key else None
    if other is None or other.no == publication.no:
        return (await with_tickets(work, publication, [post], publication.recorded_by))[0]
    return publication.with_post(
        replace(post, link_key="", ticket_no=other.posts[post.network].ticket_no)
    )


def _after(post: Post, answer: Posted | Failed | Unclear, now: datetime) -> Post:
    """The post after an answer."""
    if isinstance(answer, Posted):
        key = next((link.key for link in find_links(answer.link)), "")
        reach_at = now + FIRST_REACH if post.network in MEASURED else None
        return replace(
            post,
            state=PostState.POSTED,
            external_id=answer.external_id,
            link=answer.link,
            link_key=key,
            posted_at=now,
            error="",
            reach_at=reach_at,
        )
    first = post.first_try_at or now
    if isinstance(answer, Unclear):
        if now - first >= (KEY_LIFE if post.network is Network.LINE else LOOK_FOR):
            return replace(post, state=PostState.FAILED, error=UNKNOWN)
        pause = min(SELDOM, max(LOOK_AGAIN, (now - first) / 8))
        return replace(post, state=PostState.UNCLEAR, post_at=now + pause, error=UNKNOWN)
    # What was unclear before stays so: it is looked for before every further try.
    error = UNKNOWN if post.error == UNKNOWN else answer.error
    if answer.lasting or post.attempts > len(PAUSES):
        return replace(post, state=PostState.FAILED, error=error)
    again = max(now + PAUSES[max(0, post.attempts - 1)], answer.until or now)
    return replace(post, state=PostState.WAITING, post_at=again, error=error)


def outcome_text(publication: Publication) -> str:
    """Whether all of it went out."""
    failed = [post for post in publication.posts.values() if post.state is PostState.FAILED]
    if not failed:
        return _("✅ โพสต์แล้ว %(no)s", no=publication.no)
    if any(post.error == UNKNOWN for post in failed):
        return _("⚠️ %(no)s มีช่องทางที่ไม่ทราบว่าโพสต์สำเร็จหรือไม่ ตรวจที่หน้าเพจก่อนลองใหม่", no=publication.no)
    return _("⚠️ %(no)s โพสต์ไม่สำเร็จบางช่องทาง", no=publication.no)


@action("post.retry", in_place=True, posting=True)
async def retry_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Try what failed once more; what perhaps went out keeps its key, and is looked for first."""
    return await _again(ctx, args["no"], sure=False)


@action("post.fresh", in_place=True, posting=True)
async def fresh_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Somebody looked, and it did not go out: post it anew where no look of ours could tell."""
    return await _again(ctx, args["no"], sure=True)


async def _again(ctx: Context, no: str, *, sure: bool) -> Reply:
    old = await publications.get(ctx.db, no)
    new = replace(old, released_by=ctx.staff.id)
    failed = [post for post in old.posts.values() if post.state is PostState.FAILED]
    for post in failed:
        lost = _forgotten(post, ctx.now)
        if not post.is_doubtful or (sure and (lost or post.network is Network.TWITTER)):
            new = new.with_post(_anew(post, ctx.now))
        elif not lost:
            new = new.with_post(replace(post, state=PostState.WAITING, post_at=ctx.now))
    if new.posts == old.posts:
        asked = _("Line ไม่บอกแล้วว่าโพสต์นี้ออกไปหรือไม่ ตรวจใน Line ก่อน ถ้าไม่ได้ออกให้กด ไม่ได้ออก โพสต์ใหม่")
        told = asked if failed else _("ไม่มีโพสต์ที่ต้องลองใหม่")
        return Reply((Paragraph(told), await publicity_cards.card(ctx, old)))
    ctx.change(partial(publications.update, old=old, new=new, by=ctx.staff.id, now=ctx.now))
    card = await publicity_cards.card(ctx, replace(new, version=old.version + 1))
    return Reply((Paragraph(_("กำลังลองโพสต์ใหม่ จะแจ้งผลให้ทราบ")), card), confirms=True)


def _forgotten(post: Post, now: datetime) -> bool:
    """Whether LINE no longer knows the key of a doubtful post, which would settle the doubt."""
    known_since = post.first_try_at or now
    return post.is_doubtful and post.network is Network.LINE and now - known_since >= KEY_LIFE


def _anew(post: Post, now: datetime) -> Post:
    """As if it had never been tried."""
    key = str(uuid4())
    return replace(
        post,
        state=PostState.WAITING,
        post_at=now,
        attempts=0,
        first_try_at=None,
        retry_key=key,
        error="",
    )


@action("post.cancel", in_place=True, posting=True)
async def cancel_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Do not post what still waits; a call that is under way cannot be taken back."""
    old = await publications.get(ctx.db, args["no"])
    new = old
    for post in old.posts.values():
        if post.state in (PostState.PROPOSED, PostState.WAITING) and post.error != UNKNOWN:
            new = new.with_post(replace(post, state=PostState.CANCELLED))
    if new == old:
        return Reply(
            (Paragraph(_("กำลังโพสต์อยู่ ยกเลิกไม่ทันแล้ว")), await publicity_cards.card(ctx, old))
        )
    ctx.change(partial(publications.update, old=old, new=new, by=ctx.staff.id, now=ctx.now))
    card = await publicity_cards.card(ctx, replace(new, version=old.version + 1))
    return Reply((Paragraph(_("ยกเลิกการโพสต์ %(no)s แล้ว", no=old.no)), card), confirms=True)
