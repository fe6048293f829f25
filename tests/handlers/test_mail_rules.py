"""New mails by an office's rules: whose they are, who is told, and what LINE costs."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from domain.configuration import load_configuration
from domain.errors import Conflict
from domain.staff import Platform
from domain.tickets.hand_over import Leave
from domain.tickets.records import Status
from handlers.desk import Work
from handlers.mail.telling.arrivals import tell_new
from store import staff
from store.tickets import hand_overs
from store.tickets import records as tickets
from tests.handlers.conftest import NOW, DeskUnderTest
from tests.handlers.test_incoming_mails import FIRST, Mailbox, a_mail

SECOND = "R2611000125"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def desk_engine(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def mailbox(desk: DeskUnderTest) -> Mailbox:
    return Mailbox(desk)


def with_rules(mailbox: Mailbox, tmp_path: Path, toml: str) -> None:
    """The office's file says this."""
    file = tmp_path / "office.toml"
    file.write_text(toml, "utf-8")
    desk = replace(mailbox.desk.engine.desk, configuration=load_configuration(file))
    mailbox.intake._desk = desk
    mailbox.intake._settling._desk = desk


async def away(desk: DeskUnderTest, who: str) -> None:
    today = NOW.date()
    leave = Leave(f"l-{who}", desk.ids[who], today, today)
    await desk.db.write(partial(hand_overs.add_leave, leave=leave, now=NOW))


def heard(desk: DeskUnderTest, who: str, platform: Platform = Platform.TELEGRAM) -> int:
    """How many messages about mails a person got."""
    return sum("📬" in part for part in desk.told(who, platform).text.splitlines())


PAIR = '[intake.rules.all]\npeople = ["นก", "ต้น"]\n'


async def test_a_rule_gives_the_ticket_to_who_has_the_least_to_do(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    with_rules(mailbox, tmp_path, PAIR)
    await mailbox.brings(a_mail(), a_mail(number=2), a_mail(number=3))
    found = await tickets.get_tickets(desk.db, [FIRST, SECOND, "R2611000126"])
    assert [ticket.assignee for ticket in found.values()] == [
        desk.ids["ton"],
        desk.ids["nok"],
        desk.ids["ton"],
    ]
    assert {ticket.status for ticket in found.values()} == {Status.NEW}
    assert [heard(desk, who) for who in ("nok", "ton", "may")] == [1, 2, 0]
    assert SECOND in " ".join((await desk.says("/my")).buttons)


async def test_nobody_on_leave_or_without_access_gets_anything(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    with_rules(mailbox, tmp_path, PAIR)
    await away(desk, "nok")
    await mailbox.brings(a_mail())
    assert (await tickets.get_ticket(desk.db, FIRST)).assignee == desk.ids["ton"]
    await desk.db.write(partial(staff.set_blocked, staff_id=desk.ids["ton"], blocked_at=NOW))
    await mailbox.brings(a_mail(number=2))
    # Nobody is left: it goes the way of a mail without a rule.
    assert (await tickets.get_ticket(desk.db, SECOND)).assignee is None
    assert [heard(desk, who) for who in ("nok", "ton", "may")] == [0, 1, 1]


async def test_a_rule_may_tell_without_giving(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    toml = '[intake.rules.x]\nwords = ["ครัวเรือน"]\npeople = ["ต้น", "เมย์"]\nassign = false\n'
    with_rules(mailbox, tmp_path, toml)
    await mailbox.brings(a_mail())
    assert (await tickets.get_ticket(desk.db, FIRST)).assignee is None
    assert [heard(desk, who) for who in ("nok", "ton", "may")] == [0, 1, 1]
    await mailbox.brings(a_mail("เรื่องอื่น", number=2))
    assert [heard(desk, who) for who in ("nok", "ton", "may")] == [1, 2, 2]


async def test_a_rule_may_go_by_the_address_that_a_mail_was_sent_to(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    toml = '[intake.rules.x]\nmailboxes = ["Library@nso.example"]\npeople = ["ต้น"]\n'
    with_rules(mailbox, tmp_path, toml)
    await mailbox.brings(
        b"Delivered-To: <library@NSO.example>\r\n" + a_mail(),
        b"Cc: A <library@nso.example>, b@nso.example\r\n" + a_mail(number=2),
        a_mail(number=3),
    )
    found = await tickets.get_tickets(desk.db, [FIRST, SECOND, "R2611000126"])
    assert [ticket.assignee for ticket in found.values()] == [desk.ids["ton"]] * 2 + [None]


@pytest.mark.long
async def test_of_many_each_hears_in_one_message_of_what_is_theirs(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    toml = '[intake.rules.x]\nwords = ["กระบี่"]\npeople = ["ต้น"]\n'
    with_rules(mailbox, tmp_path, toml)
    for number in range(240):
        text = "ขอข้อมูลกระบี่" if number % 4 == 0 else "ขอข้อมูล"
        await mailbox.takes(a_mail(text, number=number))
    await mailbox.settles()
    assert await desk.count("tickets", "status = 'new'") == 240
    assert "📬 มีอีเมลใหม่ของคุณ 60 ฉบับ รอคุณรับเรื่อง" in desk.told("ton").text
    assert "📬 มีอีเมลใหม่ 180 ฉบับ รอคนรับเรื่อง" in desk.told("nok").text
    assert [heard(desk, who) for who in ("nok", "ton", "may")] == [1, 2, 1]
    assert await desk.count("incoming_mails", "told_at IS NULL") == 0


@pytest.mark.long
async def test_mails_that_trickle_in_are_few_messages(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    number = 0
    for size in (3, 20, 60):
        for _each in range(size):
            number += 1
            await mailbox.takes(a_mail(number=number))
        await mailbox.settles()
    # Three, one of twenty, and what comes right behind waits.
    assert heard(desk, "may") == 4
    for _second in range(30):
        number += 1
        desk.wait(seconds=10)
        await mailbox.brings(a_mail(number=number))
    assert heard(desk, "may") == 4
    desk.wait(minutes=10)
    await mailbox.settles()
    assert heard(desk, "may") == 5
    assert "📬 มีอีเมลใหม่ 90 ฉบับ" in desk.told("may").text


async def test_what_was_taken_up_before_it_was_told_is_told_to_nobody(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    with_rules(mailbox, tmp_path, "[intake]\nany_time = false\n")
    desk.wait(hours=12)
    await mailbox.brings(a_mail())
    await desk.db.write(
        lambda tx: tx.execute("UPDATE tickets SET status = 'voided' WHERE no = ?", FIRST)
    )
    desk.wait(hours=12)
    await mailbox.settles()
    assert heard(desk, "nok") == 0
    assert await desk.count("incoming_mails", "told_at IS NULL") == 0


async def only_on_line(desk: DeskUnderTest) -> None:
    """Nobody has a chat that is free."""
    for who in ("nok", "ton", "may"):
        await desk.db.write(
            partial(staff.mark_unreachable, platform=Platform.TELEGRAM, chat=who, now=NOW)
        )
    identity = (await staff.list_identities(desk.db, desk.ids["nok"]))[0]
    for who in ("ton", "may"):
        theirs = replace(
            identity,
            platform=Platform.LINE,
            user=who,
            chat=who,
            staff_id=desk.ids[who],
            unreachable_at=None,
        )
        await desk.db.write(partial(staff.link_identity, identity=theirs, now=NOW))


async def test_where_all_are_on_line_a_mail_comes_with_the_next_free_answer(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await only_on_line(desk)
    await mailbox.brings(a_mail())
    assert [heard(desk, who, Platform.LINE) for who in ("nok", "ton", "may")] == [0, 0, 0]
    await desk.says("เมนู", "ton", Platform.LINE)
    await desk.engine.idle()
    assert heard(desk, "ton", Platform.LINE) == 1
    assert heard(desk, "nok", Platform.LINE) == 0


async def test_whose_a_mail_is_hears_at_once_on_line_too(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    await only_on_line(desk)
    with_rules(mailbox, tmp_path, PAIR)
    await mailbox.brings(a_mail())
    assert [heard(desk, who, Platform.LINE) for who in ("nok", "ton", "may")] == [0, 1, 0]


async def test_two_that_tell_at_once_tell_once(desk: DeskUnderTest, mailbox: Mailbox) -> None:
    await mailbox.takes(a_mail())
    await mailbox.intake._settling.settle_waiting()
    works = [Work(desk.engine.desk, desk.now) for _process in range(2)]
    for work in works:
        assert await tell_new(work)
    await desk.engine.post(works[0].outcome())
    with pytest.raises(Conflict):
        await desk.engine.post(works[1].outcome())
    await desk.engine.idle()
    assert heard(desk, "nok") == 1
