"""Publications in the store: once a link, found again by text, corrected under a version, counted
from tickets.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from uuid import uuid4

import pytest

from domain.errors import Conflict, NotFound
from domain.publicity.networks import Network
from domain.publicity.page_feed import PagePost
from domain.publicity.publications import Post, PostState, Publication, ticket_of
from domain.publicity.reading import News
from domain.staff import Role, StaffId
from domain.tickets.records import DataUse, TicketNo
from store import staff
from store.engine.database import Database
from store.publicity import page_posts, publications
from store.records.changes import list_changes
from store.tickets import records as tickets

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
DAY = date(2026, 11, 23)
LABOUR = "สำรวจภาวะการทำงานของประชากร"
NEWS = News("ผลสำรวจภาวะการทำงานของประชากร ต.ค. 69", (LABOUR,), "2569M10")
FACEBOOK = Post(
    Network.FACEBOOK, PostState.POSTED, TicketNo("R1"), "https://fb.watch/a", "facebook:a", "nso"
)


async def log(
    db: Database, by: StaffId | None, posts: Sequence[Post] = (FACEBOOK,), news: News = NEWS
) -> Publication:
    no = await publications.reserve_no(db)
    made = Publication(no, news, DAY, NOW, by, posts={post.network: post for post in posts})
    await db.write(lambda tx: publications.add(tx, made))
    return made


async def test_what_was_written_is_read(db: Database, officer: StaffId):
    full = replace(
        FACEBOOK,
        external_id="9_1",
        post_at=NOW,
        posted_at=NOW,
        retry_key=str(uuid4()),
        first_try_at=NOW,
        attempts=2,
        error="x",
        delivered=320,
        opened=82,
        reach_at=NOW,
        reached_at=NOW,
        text="ข้อความ",
    )
    made = await log(db, officer, (full, Post(Network.LINE, PostState.WAITING)))
    assert await publications.get(db, made.no) == made
    assert await publications.find_by_link(db, "facebook:a") == made
    assert await publications.list_recent(db, 5) == [made]
    (change,) = await list_changes(db, made.no)
    assert (change.field, change.new, change.by) == ("networks", "facebook,line", officer)


async def test_what_waits_on_somebodys_word_is_listed(db: Database, officer: StaffId):
    waiting = Post(Network.LINE, PostState.WAITING, post_at=NOW)
    other = await db.write(lambda tx: staff.add_staff(tx, "ปุ้ย", Role.SUPERVISOR, NOW))
    own = await log(db, officer, [waiting])
    approved = await log(db, other, [waiting])
    new = replace(approved, released_by=officer)
    await db.write(lambda tx: publications.update(tx, approved, new, officer, NOW))
    await log(db, other, [waiting])
    await log(db, officer)
    await log(db, officer, [replace(waiting, state=PostState.PROPOSED)])
    assert [each.no for each in await publications.list_released_by(db, officer)] == [
        own.no,
        approved.no,
    ]
    assert [each.no for each in await publications.list_proposed(db)] == ["P5"]
    assert (await publications.get(db, approved.no)).released_by == officer
    assert [no for no, _network in await publications.list_to_post(db, NOW)] == [
        "P1",
        "P2",
        "P3",
    ], "not what is proposed"


async def test_only_the_picture_of_a_post_is_one(db: Database, officer: StaffId):
    made = await log(db, officer)
    await db.write(
        lambda tx: publications.update(tx, made, replace(made, picture="f1"), officer, NOW)
    )
    assert await publications.is_picture(db, "f1")
    assert not await publications.is_picture(db, "f2")


async def test_numbers_run_on_and_an_unknown_one_is_refused(db: Database):
    assert [await publications.reserve_no(db), await publications.reserve_no(db)] == ["P1", "P2"]
    with pytest.raises(NotFound, match="publication"):
        await publications.get(db, "P1")
    assert await publications.find_by_link(db, "") is None


async def test_a_link_is_logged_once(db: Database, officer: StaffId):
    await log(db, officer)
    with pytest.raises(Conflict, match="post_logged"):
        await log(db, officer)
    await log(db, officer, (replace(FACEBOOK, link_key=""),))
    assert len(await publications.list_recent(db, 5)) == 2


async def test_a_post_is_found_by_its_number_on_facebook_too(db: Database, officer: StaffId):
    made = await log(
        db, officer, (replace(FACEBOOK, link_key="facebook:pfbid02abc", external_id="9_123"),)
    )
    assert await publications.find_by_link(db, "facebook:123") == made
    for other in ("facebook:23", "facebook:fb.watch/a", "twitter:123", "9_123"):
        assert await publications.find_by_link(db, other) is None


async def test_what_facebook_told_of_a_post_is_kept_with_the_last_word(db: Database):
    assert await page_posts.find(db, "9_1") == PagePost("9_1")
    for post in (
        PagePost("9_1", "ข่าว", NOW),
        PagePost("9_1", "ข่าวใหม่", NOW, "https://x", NOW, NOW, "P1", NOW, NOW),
    ):
        await db.write(lambda tx, p=post: page_posts.put(tx, p))
        assert await page_posts.find(db, "9_1") == post


@pytest.mark.parametrize(
    ("days", "found"), [(0, True), (14, True), (-14, True), (15, False), (-15, False)]
)
async def test_the_same_text_is_found_within_some_days(
    db: Database, officer: StaffId, days: int, found: bool
):
    made = await log(db, officer)
    same = await publications.find_same_text(
        db, f"  {NEWS.text} https://x.com/a/status/1", DAY + timedelta(days=days)
    )
    assert same == (made if found else None)
    assert await publications.find_same_text(db, "อื่น", DAY) is None


@pytest.mark.parametrize("state", [PostState.MISTAKE, PostState.CANCELLED])
async def test_what_never_went_out_is_no_twin(db: Database, officer: StaffId, state: PostState):
    await log(db, officer, (replace(FACEBOOK, state=state),))
    assert await publications.find_same_text(db, NEWS.text, DAY) is None


async def test_a_correction_is_guarded_and_stands_in_the_list_of_changes(
    db: Database, officer: StaffId
):
    made = await log(db, officer)
    line = Post(Network.LINE, PostState.POSTED, TicketNo("R2"))
    new = replace(made, news=News("อื่น"), published_on=date(2026, 11, 20)).with_post(line)
    await db.write(lambda tx: publications.update(tx, made, new, officer, NOW))
    assert await publications.get(db, made.no) == replace(new, version=2)
    lines = {(c.field, c.old, c.new) for c in await list_changes(db, made.no, 1)}
    assert ("published_on", "2026-11-23", "2026-11-20") in lines
    assert ("networks", "facebook", "facebook,line") in lines
    with pytest.raises(Conflict, match="changed"):
        await db.write(lambda tx: publications.update(tx, made, new, officer, NOW))


async def test_a_post_is_found_when_its_time_has_come_and_begun_only_then(
    db: Database, officer: StaffId
):
    waiting = Post(Network.LINE, PostState.WAITING, post_at=NOW)
    made = await log(db, officer, (FACEBOOK, waiting))
    assert await publications.list_to_post(db, NOW - timedelta(seconds=1)) == []
    assert await publications.list_to_post(db, NOW) == [(made.no, Network.LINE)]
    assert await db.write(lambda tx: publications.begin_sending(tx, made.no, Network.LINE, NOW))
    later = NOW + timedelta(minutes=1)
    assert await publications.list_to_post(db, later) == [(made.no, Network.LINE)], (
        "a call that was cut off"
    )
    assert await db.write(lambda tx: publications.begin_sending(tx, made.no, Network.LINE, later))
    post = (await publications.get(db, made.no)).posts[Network.LINE]
    assert (post.state, post.attempts, post.first_try_at) == (PostState.SENDING, 2, NOW)
    assert not await db.write(
        lambda tx: publications.begin_sending(tx, made.no, Network.FACEBOOK, NOW)
    )


async def test_reach_comes_in_pieces_and_is_asked_for_again(db: Database, officer: StaffId):
    made = await log(db, officer, (replace(FACEBOOK, reach_at=NOW),))
    assert await publications.list_to_measure(db, NOW) == [(made.no, Network.FACEBOOK)]
    again = NOW + timedelta(days=2)
    for reach in ((320, None), (None, 82)):
        await db.write(
            lambda tx, r=reach: publications.note_reach(
                tx, made.no, Network.FACEBOOK, r, NOW, again
            )
        )
    post = (await publications.get(db, made.no)).posts[Network.FACEBOOK]
    assert (post.delivered, post.opened, post.reach_at) == (320, 82, again)
    assert await publications.list_to_measure(db, NOW) == []


async def test_every_publicity_ticket_counts_but_those_logged_by_mistake(
    db: Database, officer: StaffId
):
    mistake = Post(Network.LINE, PostState.MISTAKE, TicketNo("R2"))
    made = await log(db, officer, (replace(FACEBOOK, delivered=10, opened=4), mistake))
    written = [
        ticket_of(made, post, post.ticket_no, post.network.value, officer, NOW)  # type: ignore[arg-type]
        for post in made.posts.values()
    ]
    plain = replace(written[0], no=TicketNo("R3"), channel="twitter", projects=())
    other = replace(written[0], no=TicketNo("R4"), subject="1.1", channel="phone")
    await db.write(lambda tx: tickets.add_tickets(tx, [*written, plain, other]))
    counted = await publications.list_counted(db, NOW - timedelta(days=1), NOW + timedelta(days=1))
    assert {(c.network, c.projects, c.delivered, c.opened) for c in counted} == {
        ("facebook", (LABOUR,), 10, 4),
        ("twitter", (), None, None),
    }
    assert (
        await publications.list_counted(db, NOW + timedelta(seconds=1), NOW + timedelta(days=1))
        == []
    )


STATES = {PostState.POSTED: "counted", PostState.HIDDEN: "counted", PostState.REMOVED: "removed"}
"""Every other state counts nothing."""


@pytest.mark.parametrize("state", PostState)
async def test_only_what_stands_is_counted_whatever_ticket_it_has(
    db: Database, officer: StaffId, state: PostState
):
    post = replace(FACEBOOK, state=state, link_key="", delivered=10)
    made = await log(db, officer, (post,))
    await db.write(
        lambda tx: tickets.add_tickets(
            tx, [ticket_of(made, post, TicketNo("R1"), "Facebook", officer, NOW)]
        )
    )
    counted = await publications.list_counted(db, NOW - timedelta(days=1), NOW + timedelta(days=1))
    said = {True: "removed", False: "counted"}[counted[0].removed] if counted else "nothing"
    assert said == STATES.get(state, "nothing")
    assert [one.hidden for one in counted] == [state is PostState.HIDDEN] * len(counted)
    assert bool(await publications.list_publicised(db, [LABOUR])) == (
        STATES.get(state, "nothing") == "counted"
    )


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_a_ticket_that_two_posts_share_counts_once(
    db: Database, officer: StaffId, order: tuple[int, ...]
):
    """The page's webhook was quicker than the answer to the desk's own call."""
    plain = replace(FACEBOOK, link_key="")
    several = (plain, replace(plain, opened=9), replace(plain, state=PostState.REMOVED, opened=5))
    for number in order:
        made = await log(db, officer, (several[number],))
    await db.write(
        lambda tx: tickets.add_tickets(
            tx, [ticket_of(made, FACEBOOK, TicketNo("R1"), "Facebook", officer, NOW)]
        )
    )
    (one,) = await publications.list_counted(db, NOW - timedelta(days=1), NOW + timedelta(days=1))
    assert (one.removed, one.opened) == (False, 9)


async def test_the_data_that_publicity_is_about_are_known(db: Database, officer: StaffId):
    mistake = replace(FACEBOOK, state=PostState.MISTAKE, ticket_no=TicketNo("R2"), link_key="")
    made = await log(db, officer)
    wrong = await log(db, officer, (mistake,))
    publicised = ticket_of(made, FACEBOOK, TicketNo("R1"), "Facebook", officer, NOW)
    never = replace(
        ticket_of(wrong, mistake, TicketNo("R2"), "Facebook", officer, NOW), data_years="2569M9"
    )
    asked = replace(
        publicised, no=TicketNo("R3"), subject="6.1", channel="phone", data_years="2569M8"
    )
    await db.write(lambda tx: tickets.add_tickets(tx, [publicised, never, asked]))
    found = await publications.list_publicised(db, [LABOUR])
    assert found == [DataUse(LABOUR, date(2026, 10, 1), date(2026, 10, 31))]
    assert await publications.list_publicised(db, []) == []
