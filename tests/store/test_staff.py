"""Staff, their accounts, invitations, teams, and strangers who ask to be let in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import Conflict, Expired, NotFound
from domain.staff import Identity, Platform, Role, Staff, StaffId
from store import staff
from store.chat import access_requests
from store.engine.database import Database

NOW = datetime(2026, 11, 23, 3, 0, 0, 123456, tzinfo=UTC)
LATER = NOW + timedelta(hours=24)
TELEGRAM, LINE = Platform.TELEGRAM, Platform.LINE


async def link(
    db: Database, person: StaffId, platform: Platform, user: str, at: datetime = NOW
) -> Identity:
    identity = Identity(platform, user, person, f"chat-{user}")
    await db.write(lambda tx: staff.link_identity(tx, identity, at))
    return identity


async def test_a_person_is_added_found_and_changed(db: Database, officer: StaffId) -> None:
    malee = await db.write(lambda tx: staff.add_staff(tx, "มาลี 'หัวหน้า'", Role.SUPERVISOR, NOW))
    await db.write(lambda tx: staff.set_role(tx, malee, Role.ADMIN))
    await db.write(lambda tx: staff.set_language(tx, malee, "en"))
    await db.write(lambda tx: staff.set_email(tx, malee, "malee@nso.example"))
    await db.write(lambda tx: staff.set_blocked(tx, malee, NOW))

    changed = Staff(malee, "มาลี 'หัวหน้า'", Role.ADMIN, "en", NOW, email="malee@nso.example")
    untouched = Staff(officer, "นก", Role.OFFICER, "th", None)
    assert await staff.get_staff(db, malee) == changed
    assert await staff.find_staff_by_name(db, "มาลี 'หัวหน้า'") == changed
    assert await staff.list_staff(db) == [untouched, changed]
    assert await staff.staff_names(db) == {officer: "นก", malee: "มาลี 'หัวหน้า'"}

    await db.write(lambda tx: staff.set_blocked(tx, malee, None))
    assert (await staff.get_staff(db, malee)).blocked_at is None


async def test_unknown_people_are_not_found(db: Database, officer: StaffId) -> None:
    assert await staff.find_staff_by_name(db, "น") is None
    assert await staff.find_by_identity(db, TELEGRAM, "1001") is None
    with pytest.raises(NotFound) as missing:
        await staff.get_staff(db, StaffId(officer + 1))
    assert missing.value.code == "staff"


async def test_a_name_is_taken_once(db: Database, officer: StaffId) -> None:
    with pytest.raises(Conflict) as refused:
        await db.write(lambda tx: staff.add_staff(tx, "นก", Role.ADMIN, NOW))
    assert refused.value.code == "exists"


async def test_an_account_leads_to_its_person(db: Database, officer: StaffId) -> None:
    await link(db, officer, TELEGRAM, "1001")
    await link(db, officer, LINE, "1001", LATER)

    found = await staff.find_by_identity(db, TELEGRAM, "1001")

    assert found == (Staff(officer, "นก", Role.OFFICER), NOW)
    assert await staff.list_identities(db, officer) == [
        Identity(LINE, "1001", officer, "chat-1001"),
        Identity(TELEGRAM, "1001", officer, "chat-1001"),
    ]
    assert await staff.list_identities(db, StaffId(officer + 1)) == []


async def test_an_account_belongs_to_one_person(db: Database, officer: StaffId) -> None:
    other = await db.write(lambda tx: staff.add_staff(tx, "มาลี", Role.OFFICER, NOW))
    await link(db, officer, TELEGRAM, "1001")

    with pytest.raises(Conflict) as refused:
        await link(db, other, TELEGRAM, "1001")

    assert refused.value.code == "exists"
    assert [
        person for person, _ in [await staff.find_by_identity(db, TELEGRAM, "1001") or (None, 0)]
    ] == [await staff.get_staff(db, officer)]


async def test_an_unreachable_account_is_reachable_again_when_it_speaks(
    db: Database, officer: StaffId
) -> None:
    first = await link(db, officer, TELEGRAM, "1001")
    second = await link(db, officer, LINE, "U1")
    await db.write(lambda tx: staff.mark_unreachable(tx, TELEGRAM, "chat-1001", LATER))

    assert await staff.list_identities(db, officer) in (
        [replace(first, unreachable_at=LATER), second],
        [second, replace(first, unreachable_at=LATER)],
    )
    found = await staff.find_by_identity(db, TELEGRAM, "1001")
    assert found is not None
    assert found[1] == datetime.min.replace(tzinfo=UTC)

    await db.write(lambda tx: staff.note_seen(tx, TELEGRAM, "1001", "new-chat", LATER))
    assert (await staff.list_identities(db, officer))[0] == Identity(
        TELEGRAM, "1001", officer, "new-chat"
    )
    found = await staff.find_by_identity(db, TELEGRAM, "1001")
    assert found is not None
    assert found[1] == LATER


async def test_an_invitation_works_once(db: Database, officer: StaffId) -> None:
    await db.write(lambda tx: staff.add_invitation(tx, "ABCD-2345", officer, NOW, LATER))

    assert (await staff.find_invitation(db, " abcd-2345 ", NOW)).id == officer
    await db.write(lambda tx: staff.use_invitation(tx, "abcd-2345", NOW))

    with pytest.raises(Expired) as used:
        await staff.find_invitation(db, "ABCD-2345", NOW)
    assert used.value.code == "invitation"
    with pytest.raises(Conflict) as second:
        await db.write(lambda tx: staff.use_invitation(tx, "ABCD-2345", NOW))
    assert second.value.code == "invitation"


async def test_an_invitation_ends_in_time(db: Database, officer: StaffId) -> None:
    await db.write(lambda tx: staff.add_invitation(tx, "ABCD-2345", officer, NOW, LATER))

    assert (
        await staff.find_invitation(db, "ABCD-2345", LATER - timedelta(microseconds=1))
    ).id == officer
    with pytest.raises(Expired) as late:
        await staff.find_invitation(db, "ABCD-2345", LATER)
    assert late.value.code == "invitation"


async def test_a_wrong_code_lets_nobody_in(db: Database, officer: StaffId) -> None:
    await db.write(lambda tx: staff.add_invitation(tx, "ABCD-2345", officer, NOW, LATER))

    for wrong in ("ABCD-2346", "", "%", "ABCD"):
        with pytest.raises(NotFound) as missing:
            await staff.find_invitation(db, wrong, NOW)
        assert missing.value.code == "invitation"
        with pytest.raises(Conflict):
            await db.write(lambda tx, wrong=wrong: staff.use_invitation(tx, wrong, NOW))


async def test_a_copy_of_the_database_holds_no_code(db: Database, officer: StaffId) -> None:
    await db.write(lambda tx: staff.add_invitation(tx, "ABCD-2345", officer, NOW, LATER))

    assert "ABCD-2345" not in str(await db.fetch("SELECT code_hash FROM invitations"))


async def test_teams_list_their_members(db: Database, officer: StaffId) -> None:
    malee = await db.write(lambda tx: staff.add_staff(tx, "มาลี", Role.OFFICER, NOW))
    await db.write(lambda tx: staff.add_team(tx, "ทีมข้อมูล", [malee, officer]))
    await db.write(lambda tx: staff.add_team(tx, "ทีมว่าง", []))

    assert await staff.list_teams(db) == {"ทีมข้อมูล": [officer, malee], "ทีมว่าง": []}
    with pytest.raises(Conflict) as refused:
        await db.write(lambda tx: staff.add_team(tx, "ทีมว่าง", [officer]))
    assert refused.value.code == "exists"


async def test_a_request_for_access_is_decided_once(db: Database, officer: StaffId) -> None:
    await db.write(
        lambda tx: access_requests.add_access_request(
            tx, "r1", LINE, "U9", "chat", "คนแปลกหน้า 🙂", NOW
        )
    )
    asked = access_requests.AccessRequest("r1", LINE, "U9", "chat", "คนแปลกหน้า 🙂", NOW, None, None)
    assert await access_requests.get_access_request(db, "r1") == asked

    await db.write(
        lambda tx: access_requests.decide_access_request(tx, "r1", officer, Role.OFFICER, LATER)
    )
    with pytest.raises(Conflict) as second:
        await db.write(
            lambda tx: access_requests.decide_access_request(tx, "r1", officer, None, LATER)
        )

    assert second.value.code == "decided"
    assert await access_requests.get_access_request(db, "r1") == replace(
        asked, decided_at=LATER, role="officer"
    )
    with pytest.raises(NotFound) as missing:
        await access_requests.get_access_request(db, "r2")
    assert missing.value.code == "access_request"


async def test_a_refused_request_has_no_role(db: Database, officer: StaffId) -> None:
    await db.write(
        lambda tx: access_requests.add_access_request(tx, "r1", LINE, "U9", "chat", "ใคร", NOW)
    )

    await db.write(lambda tx: access_requests.decide_access_request(tx, "r1", officer, None, LATER))

    refused = await access_requests.get_access_request(db, "r1")
    assert (refused.decided_at, refused.role) == (LATER, None)


async def test_requests_are_counted_since_a_time_for_one_account_or_all(db: Database) -> None:
    for number, (user, at) in enumerate([("U1", NOW), ("U1", LATER), ("U2", LATER)]):
        await db.write(
            lambda tx, number=number, user=user, at=at: access_requests.add_access_request(
                tx, f"r{number}", LINE, user, "chat", "ใคร", at
            )
        )

    assert await access_requests.count_access_requests(db, NOW) == 3
    assert await access_requests.count_access_requests(db, LATER) == 2
    assert await access_requests.count_access_requests(db, NOW, LINE, "U1") == 2
    assert await access_requests.count_access_requests(db, LATER, LINE, "U1") == 1
    assert await access_requests.count_access_requests(db, NOW, TELEGRAM, "U1") == 0


async def test_answers_to_strangers_are_counted_and_forgotten(db: Database) -> None:
    for at in (NOW, LATER):
        await db.write(lambda tx, at=at: staff.note_stranger_answer(tx, LINE, "U1", at))
    await db.write(lambda tx: staff.note_stranger_answer(tx, TELEGRAM, "U1", NOW))

    assert await staff.count_stranger_answers(db, LINE, "U1", NOW) == 2
    assert await staff.count_stranger_answers(db, LINE, "U1", LATER) == 1
    assert await staff.count_stranger_answers(db, LINE, "U2", NOW) == 0
    assert (await staff.forget_stranger_answers(db, LATER)).touched == 2
    assert await staff.count_stranger_answers(db, LINE, "U1", NOW) == 1


async def test_people_join_a_team_and_leave_it_and_teams_are_dissolved(
    db: Database, officer: StaffId
) -> None:
    await db.write(lambda tx: staff.add_team(tx, "ทีมข้อมูล", []))
    for member in (True, True, False, False, True):
        await db.write(
            lambda tx, member=member: staff.set_team_member(tx, "ทีมข้อมูล", officer, member=member)
        )
        assert await staff.list_teams(db) == {"ทีมข้อมูล": [officer] if member else []}
    await db.write(lambda tx: staff.set_team_member(tx, "ไม่มีทีมนี้", officer, member=True))
    await db.write(lambda tx: staff.remove_team(tx, "ทีมข้อมูล"))
    assert await staff.list_teams(db) == {}


async def test_the_right_to_post_is_granted_and_taken_back(db: Database):
    nok = await db.write(lambda tx: staff.add_staff(tx, "นก", Role.OFFICER, NOW))
    assert not (await staff.get_staff(db, nok)).may_post
    await db.write(lambda tx: staff.set_post_right(tx, nok, NOW))
    assert (await staff.get_staff(db, nok)).post_granted_at == NOW
    assert [person.may_post for person in await staff.list_staff(db) if person.id == nok] == [True]
    await db.write(lambda tx: staff.set_blocked(tx, nok, NOW))
    assert not (await staff.get_staff(db, nok)).may_post
    await db.write(lambda tx: staff.set_blocked(tx, nok, None))
    await db.write(lambda tx: staff.set_post_right(tx, nok, None))
    assert not (await staff.get_staff(db, nok)).may_post
