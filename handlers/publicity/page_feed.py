"""Posts of the office's own Facebook page become publications by themselves: new, edited, hidden,
taken down.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from domain.dates.days import BANGKOK
from domain.publicity.page_feed import PageEvent, PagePost, event_from_json, fold, link_of
from domain.publicity.publications import UNDER_WAY, Post, PostState, Publication
from domain.publicity.reading import (
    Network,
    News,
    facebook_key,
    find_links,
    periods_of,
    projects_of,
)
from handlers.desk import Work
from handlers.publicity.posts import FIRST_REACH
from handlers.publicity.saving import with_tickets, write_correction
from handlers.registry import due
from store.chat import inbox
from store.due import Due
from store.publicity import page_posts, publications

PLATFORM = "facebook"
KIND = "facebook.event"


@due(KIND, silent=True)
async def take_events(work: Work, rows: Sequence[Due]) -> None:
    """What Facebook told, post by post; an event that was dealt with before is passed over."""
    events: dict[str, list[PageEvent]] = {}
    for row in rows:
        event = await inbox.find_pending(work.db, PLATFORM, row.subject)
        if event is not None:
            told = event_from_json(event.raw)
            events.setdefault(told.post_id, []).append(told)
            work.change(partial(inbox.finish, event=event, now=work.now))
    for post_id, told_of_it in events.items():
        before = await page_posts.find(work.db, post_id)
        after = fold(before, told_of_it)
        if after != before:
            await _take(work, before, after)


async def _take(work: Work, before: PagePost, after: PagePost) -> None:
    """Bring the publication in line with the post; one that is only known to be gone or hidden gets
    none.
    """
    publication = await _publication_of(work, after)
    if publication is None and after.text_at is None and after.posted_at is None:
        work.change(partial(page_posts.put, post=after))
        return
    if publication is None:
        no = await _log(work, after)
    else:
        no = publication.no
        await _bring_in_line(work, publication, before, after)
    work.change(partial(page_posts.put, post=replace(after, publication=no)))


async def _publication_of(work: Work, post: PagePost) -> Publication | None:
    """The one it was taken for before; the one with its link; one of these days with the same
    words.
    """
    if post.publication:
        return await publications.get(work.db, post.publication)
    for key in (facebook_key(post.post_id), *(link.key for link in find_links(post.link))):
        if found := await publications.find_by_link(work.db, key):
            return found
    on = (post.posted_at or post.text_at or work.now).astimezone(BANGKOK).date()
    twin = await publications.find_same_text(work.db, post.text, on)
    there = twin.posts.get(Network.FACEBOOK) if twin else None
    # Another post with the same words is a piece of news of its own.
    return None if there is not None and there.external_id else twin


def _news(work: Work, text: str) -> News:
    projects = projects_of(work.desk.configuration.projects, text)
    return News(text, projects, periods_of(text, work.today))


def _posted(work: Work, post: PagePost, there: Post | None) -> Post:
    """The post on Facebook, now that its id is known; the link that an officer logged stays."""
    made = there or Post(Network.FACEBOOK, PostState.POSTED)
    sight = PostState.HIDDEN if post.hidden else PostState.POSTED
    state = (
        made.state
        if made.state is PostState.MISTAKE
        else PostState.REMOVED
        if post.removed_at
        else sight
    )
    link = made.link or link_of(post)
    key = next((found.key for found in find_links(link)), facebook_key(post.post_id))
    reach_at = made.reach_at
    if not made.external_id and Network.FACEBOOK in work.desk.networks.ready:
        reach_at = (post.posted_at or post.text_at or work.now) + FIRST_REACH
    return replace(
        made,
        state=state,
        link=link,
        link_key="" if state is PostState.MISTAKE else key,
        external_id=post.post_id,
        posted_at=made.posted_at or post.posted_at,
        error="",
        reach_at=reach_at,
    )


async def _log(work: Work, post: PagePost) -> str:
    publication = Publication(
        no=await publications.reserve_no(work.db),
        news=_news(work, post.text),
        published_on=(post.posted_at or post.text_at or work.now).astimezone(BANGKOK).date(),
        recorded_at=work.now,
        recorded_by=None,
    )
    publication, _added = await with_tickets(work, publication, [_posted(work, post, None)], None)
    work.change(partial(publications.add, publication=publication))
    return publication.no


async def _bring_in_line(work: Work, old: Publication, before: PagePost, after: PagePost) -> None:
    """Words that nobody corrected follow the post; a post that was under way is known to be out."""
    new = old
    if after.text != before.text and old.news == _news(work, before.text):
        new = replace(new, news=_news(work, after.text))
    there = old.posts.get(Network.FACEBOOK)
    post = _posted(work, after, there)
    if there is None or (
        there.state in (*UNDER_WAY, PostState.FAILED, PostState.CANCELLED) and not there.ticket_no
    ):
        new, _added = await with_tickets(work, new, [post], old.recorded_by)
    else:
        new = new.with_post(post)
    if new != old:
        await write_correction(work, old, new, None)
