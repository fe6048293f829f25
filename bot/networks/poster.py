"""Posts what is due on the networks, one call at a time for each post, and asks later how many
people it reached.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial

from bot.log import get_logger, where
from bot.posting import Answer, LookupFailed, Posting, PostingNetwork
from bot.queues.lanes import Lanes
from domain.errors import Conflict, NotFound
from domain.publicity.networks import Network
from domain.publicity.publications import STANDING, UNKNOWN, Post, PostState, Publication
from handlers.desk import BroadcastCost, Desk, Outcome, Work
from handlers.publicity import approval as publicity_approval
from handlers.publicity.posts import KEY_LIFE, Failed, Posted, Unclear, settle
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
POST, REACH = "post", "reach"

log = get_logger()


class PostingNetworks:
    """See `handlers.desk.Networks`: what is configured, for the handlers to ask and for the poster
    to post to.
    """

    def __init__(self, networks: Sequence[PostingNetwork] = ()) -> None:
        self.by_name: Mapping[Network, PostingNetwork] = {each.network: each for each in networks}
        self.ready = frozenset(self.by_name)
        self.with_picture = frozenset(
            name for name, each in self.by_name.items() if each.takes_pictures
        )

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
        self.lanes = Lanes[tuple[str, str, Network]]("posts", self._run, self._find)

    async def _find(self, running: set[tuple[str, str, Network]]) -> list[tuple[str, str, Network]]:
        now = self._desk.clock()
        if not self._networks:
            return []
        to_post = [(POST, *each) for each in await publications.list_to_post(self._desk.db, now)]
        to_measure = [
            (REACH, *each) for each in await publications.list_to_measure(self._desk.db, now)
        ]
        found = [
            each
            for each in (*to_post, *to_measure)
            if each not in running and each[2] in self._networks
        ]
        return [each for each in found if await self._lease(each, now)]

    async def _lease(self, key: tuple[str, str, Network], now: datetime) -> bool:
        name = f"post:{key[1]}:{key[2]}"
        return await self._desk.db.write(lambda tx: leases.take(tx, name, self._owner, now))

    async def now(self) -> None:
        """Everything that is due, as the sweep would do it."""
        self.lanes.wake(await self._find(set()))
        await self.lanes.idle()

    async def _run(self, key: tuple[str, str, Network]) -> None:
        what, no, network = key
        try:
            await (self._post_one if what == POST else self._measure)(no, network)
        except StoreUnavailable as error:
            log.warning("store unavailable", **where(error))

    async def _post_one(self, no: str, network: Network) -> None:
        """`sending` is committed before the call: whoever finds it later knows that it may have
        been taken.
        """
        publication = await publications.get(self._desk.db, no)
        before, now = publication.posts[network], self._desk.clock()
        if await self._held(publication, before):
            return
        if not await self._desk.db.write(
            partial(publications.begin_sending, no=no, network=network, now=now)
        ):
            return
        failpoint("post.begun")
        publication = await publications.get(self._desk.db, no)
        answer = await self._ask(publication, before)
        failpoint("post.answered")
        for attempt in range(ATTEMPTS):
            work = Work(self._desk, self._desk.clock())
            await settle(work, await publications.get(self._desk.db, no), network, answer)
            try:
                await self._post(work.outcome())
                break
            except Conflict:
                if attempt == ATTEMPTS - 1:
                    raise
        failpoint("post.settled")

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
        doubtful = before.error == UNKNOWN or before.state in (PostState.SENDING, PostState.UNCLEAR)
        since = before.first_try_at
        if doubtful and not network.repeats_safely and since is not None:
            try:
                found = await network.look_for(publication.words_of(before), since)
            except LookupFailed as error:
                log.warning("post not looked for yet", network=before.network, reason=str(error))
                return Unclear("lookup")
            if found is not None:
                return found
            if before.state is not PostState.WAITING:
                return Unclear("not found yet")
        if (
            network.repeats_safely
            and doubtful
            and since is not None
            and _key_is_old(since, self._desk.clock())
        ):
            return Unclear("key too old")
        try:
            answer = await network.publish(await self._posting(publication, before))
            return await self._named(network, publication.words_of(before), answer)
        except NotFound:
            return Failed("picture", lasting=True)
        except Exception as error:  # noqa: BLE001 - whatever broke, the post may be out
            log.error("post failed", network=before.network, **where(error))
            return Unclear(type(error).__name__)

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
        surely_not_out = before.state is PostState.WAITING and before.error != UNKNOWN
        return (
            surely_not_out
            and before.post_at is not None
            and self._desk.clock() - before.post_at > TOO_LATE
        )

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
        post, now = publication.posts[network], self._desk.clock()
        wanted = post.external_id and post.state in STANDING
        reach = await self._networks[network].measure(post.external_id) if wanted else None
        posted_at = post.posted_at or now
        again = next((posted_at + after for after in REACH_AFTER if posted_at + after > now), None)
        if not wanted:
            again = None
        elif reach is None and again is None and now - posted_at < REACH_AFTER[-1] * 2:
            again = now + REACH_LATER
        note = partial(
            publications.note_reach,
            no=no,
            network=network,
            reach=reach or (None, None),
            now=now,
            again_at=again,
        )
        await self._desk.db.write(note)


def _key_is_old(since: datetime, now: datetime) -> bool:
    """LINE would take a key that it has forgotten for a new post."""
    return now - since >= KEY_LIFE
