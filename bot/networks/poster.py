"""Posts what is due on the networks, one call at a time for each post, and asks later how many
people it reached.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial
from typing import TypeAlias

from bot.log import get_logger, where
from bot.posting import Answer, LookupFailed, Posting, PostingNetwork
from bot.queues.lanes import Lanes
from domain.errors import Conflict, NotFound
from domain.publicity.networks import Network
from domain.publicity.publications import (
    STANDING,
    UNKNOWN,
    Post,
    PostState,
    Publication,
)
from handlers.desk import BroadcastCost, Desk, Outcome, Work
from handlers.publicity import approval as publicity_approval
from handlers.publicity.posts import (
    KEY_LIFE,
    Failed,
    Posted,
    Unclear,
    settle,
)
from store import files
from store.engine import leases
from store.engine.database import StoreUnavailable
from store.engine.failpoints import failpoint
from store.publicity import publications

ATTEMPTS = 4
"""How often an answer is written afresh when somebody else's write came between."""
REACH_AFTER = (timedelta(days=2), timedelta(days=4), timedelta(days=7))
"""After the first look: LINE counts for 14 days."""
REACH_LATER = timedelta(hours=6)
TOO_LATE = timedelta(hours=6)
"""After its time, a post that is surely not out (the desk was down) is old news: a person says
whether it goes.
"""
POST = "post"
REACH = "reach"
PostingKey: TypeAlias = tuple[str, str, Network]
"""POST or REACH, of which publication, on which network."""

log = get_logger()


class PostingNetworks:
    """See `handlers.desk.Networks`: what is configured, for the handlers to ask and for the poster
    to post to.
    """

    def __init__(self, networks: Sequence[PostingNetwork] = ()) -> None:
        self.by_name: Mapping[Network, PostingNetwork] = {each.network: each for each in networks}
        self.ready = frozenset(self.by_name)
        with_picture = [each.network for each in networks if each.takes_pictures]
        self.with_picture = frozenset(with_picture)

    async def broadcast_cost(self, today: date) -> BroadcastCost | None:
        """What a LINE broadcast would cost now."""
        line = self.by_name.get(Network.LINE)
        ask = getattr(line, "broadcast_cost", None)
        cost: BroadcastCost | None = await ask(today) if ask else None
        return cost

    async def close(self) -> None:
        """Close the connections."""
        for each in self.by_name.values():
            await each.close()


class Poster:
    """Runs over the store's posts whose time has come."""

    def __init__(
        self,
        desk: Desk,
        networks: Mapping[Network, PostingNetwork],
        post: Callable[[Outcome], Awaitable[None]],
        owner: str,
    ) -> None:
        self._desk = desk
        self._networks = networks
        self._post = post
        self._owner = owner
        self.lanes = Lanes[PostingKey]("posts", self._run, self._find)

    async def _find(self, running: set[PostingKey]) -> list[PostingKey]:
        """What is due on this process's networks and nobody else works on: it is now ours."""
        if not self._networks:
            return []
        now = self._desk.clock()
        to_post = await publications.list_to_post(self._desk.db, now)
        to_measure = await publications.list_to_measure(self._desk.db, now)
        due = [(POST, *each) for each in to_post] + [(REACH, *each) for each in to_measure]
        found: list[PostingKey] = []
        for key in due:
            _what, _no, network = key
            if network not in self._networks or key in running:
                continue
            if await self._lease(key, now):
                found.append(key)
        return found

    async def _lease(self, key: PostingKey, now: datetime) -> bool:
        _what, no, network = key
        name = f"post:{no}:{network}"
        return await self._desk.db.write(lambda tx: leases.take(tx, name, self._owner, now))

    async def now(self) -> None:
        """Everything that is due, as the sweep would do it."""
        self.lanes.wake(await self._find(set()))
        await self.lanes.idle()

    async def _run(self, key: PostingKey) -> None:
        what, no, network = key
        work = self._post_one if what == POST else self._measure
        try:
            await work(no, network)
        except StoreUnavailable as error:
            log.warning("store unavailable", **where(error))

    async def _post_one(self, no: str, network: Network) -> None:
        """`sending` is committed before the call: whoever finds it later knows that it may have
        been taken.
        """
        db = self._desk.db
        publication = await publications.get(db, no)
        before = publication.posts[network]
        begin = partial(
            publications.begin_sending,
            no=no,
            network=network,
            now=self._desk.clock(),
        )
        if await self._held(publication, before) or not await db.write(begin):
            return
        failpoint("post.begun")
        publication = await publications.get(db, no)
        answer = await self._ask(publication, before)
        failpoint("post.answered")
        await self._settle(no, network, answer)
        failpoint("post.settled")

    async def _settle(self, no: str, network: Network, answer: Answer) -> None:
        """Write down what the answer comes to, however often somebody else writes first."""
        for attempt in range(1, ATTEMPTS + 1):
            work = Work(self._desk, self._desk.clock())
            publication = await publications.get(self._desk.db, no)
            await settle(work, publication, network, answer)
            try:
                await self._post(work.outcome())
            except Conflict:
                if attempt == ATTEMPTS:
                    raise
            else:
                return

    async def _held(self, publication: Publication, before: Post) -> bool:
        """Whether nobody who may lets it go out any more; then those who may are asked."""
        work = Work(self._desk, self._desk.clock())
        if not await publicity_approval.held(work, publication, before):
            return False
        with suppress(Conflict):  # its other networks' lanes find the same
            await self._post(work.outcome())
        return True

    async def _ask(self, publication: Publication, before: Post) -> Answer:
        """Never a second post after an unclear answer: look for the first, unless the network tells
        twins apart.
        """
        if self._missed(before):
            return Failed("missed", lasting=True)
        network = self._networks[before.network]
        text = publication.words_of(before)
        since = before.first_try_at
        if since is not None and _is_doubtful(before):
            first = await self._first_try(network, before, text, since)
            if first is not None:
                return first
        try:
            answer = await network.publish(await self._posting(publication, before))
            return await self._named(network, text, answer)
        except NotFound:
            return Failed("picture", lasting=True)
        except Exception as error:  # noqa: BLE001 - whatever broke, the post may be out
            log.error("post failed", network=before.network, **where(error))
            return Unclear(type(error).__name__)

    async def _first_try(
        self,
        network: PostingNetwork,
        before: Post,
        text: str,
        since: datetime,
    ) -> Answer | None:
        """What became of a try that was perhaps taken; None where it may be made once more."""
        if network.repeats_safely:
            # Its retry key tells twins apart, for as long as the network remembers the key.
            too_old = _key_is_old(since, self._desk.clock())
            return Unclear("key too old") if too_old else None
        try:
            found = await network.look_for(text, since)
        except LookupFailed as error:
            log.warning("post not looked for yet", network=before.network, reason=str(error))
            return Unclear("lookup")
        if found is None and before.state is not PostState.WAITING:
            return Unclear("not found yet")
        return found

    async def _named(self, network: PostingNetwork, text: str, answer: Answer) -> Answer:
        """A post that the network took without saying its name, with the name and link that are
        found for it.
        """
        if not isinstance(answer, Posted) or answer.external_id:
            return answer
        log.warning("post taken, its name not told", network=network.network)
        try:
            return await network.look_for(text, self._desk.clock()) or answer
        except Exception as error:  # noqa: BLE001 - it is out, whatever the look comes to
            log.warning("post not looked for", network=network.network, **where(error))
            return answer

    def _missed(self, before: Post) -> bool:
        """Whether it is surely not out, and its time is long over."""
        if before.state is not PostState.WAITING or before.error == UNKNOWN:
            return False
        if before.post_at is None:
            return False
        return self._desk.clock() - before.post_at > TOO_LATE

    async def _posting(self, publication: Publication, post: Post) -> Posting:
        """The text, and the picture where there is one; NotFound("file") where its bytes are
        gone.
        """
        text = publication.words_of(post)
        if not publication.picture:
            return Posting(text, post.retry_key)
        file = await files.get_file(self._desk.db, publication.picture)
        path = self._desk.files.blobs.existing(file.sha256)
        return Posting(text, post.retry_key, path, file.id)

    async def _measure(self, no: str, network: Network) -> None:
        publication = await publications.get(self._desk.db, no)
        post = publication.posts[network]
        now = self._desk.clock()
        reach = None
        again_at = None
        if post.external_id and post.state in STANDING:
            reach = await self._networks[network].measure(post.external_id)
            again_at = _next_look(post.posted_at or now, now, told=reach is not None)
        note = partial(
            publications.note_reach,
            no=no,
            network=network,
            reach=reach or (None, None),
            now=now,
            again_at=again_at,
        )
        await self._desk.db.write(note)


def _next_look(posted_at: datetime, now: datetime, *, told: bool) -> datetime | None:
    """When to ask again how many people it reached; None = never."""
    looks = [posted_at + after for after in REACH_AFTER]
    for look in looks:
        if look > now:
            return look
    if told or now - posted_at >= REACH_AFTER[-1] * 2:
        return None
    return now + REACH_LATER


def _is_doubtful(before: Post) -> bool:
    """Whether an earlier try may have been taken."""
    return before.error == UNKNOWN or before.state in (PostState.SENDING, PostState.UNCLEAR)


def _key_is_old(since: datetime, now: datetime) -> bool:
    """LINE would take a key that it has forgotten for a new post."""
    return now - since >= KEY_LIFE
