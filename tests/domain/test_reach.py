"""Who is reached how: the next route of a notice, and who hears of it where none is left."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.reach.groups import Group
from domain.reach.routes import (
    MOST_GROUPS,
    ByMail,
    Directory,
    Hearer,
    InChat,
    InGroup,
    Tried,
    Undelivered,
    account_chat,
    can_be_told,
    find_route,
    first_routing,
    next_routing,
    quota_mark,
)
from domain.staff import Identity, Platform, Role, Staff, StaffId

AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
TELEGRAM = (Platform.TELEGRAM, "nok-telegram")
LINE = (Platform.LINE, "nok-line")
TERMINAL = (Platform.TERMINAL, "nok-terminal")
TEAM = (Platform.TELEGRAM, "team")
DESK = (Platform.LINE, "desk")
OTHER = (Platform.TELEGRAM, "other team")
EMAIL = "nok@nso.example"
MAIL = (Platform.MAIL, EMAIL)
NOK = Staff(StaffId(1), "นก", Role.OFFICER, email=EMAIL)
TON = Staff(StaffId(2), "ต้น", Role.SUPERVISOR)
MAY = Staff(StaffId(3), "เมย์", Role.ADMIN)


def account(chat, *, gone=False):
    return Identity(chat[0], "nok", NOK.id, chat[1], AT if gone else None)


def group(chat, team=""):
    return Group(chat[0], chat[1], "", team, MAY.id, AT)


GROUPS = (group(DESK), group(TEAM, "ไมโครดาตา"), group(OTHER, "แผนที่"))


def directory(*accounts, groups=GROUPS, person=NOK, mail=True, served=tuple(Platform)):
    return Directory(
        people={each.id: each for each in (person, TON, MAY)},
        accounts={person.id: accounts},
        groups=groups,
        teams={"ไมโครดาตา": [NOK.id, TON.id], "แผนที่": [TON.id]},
        serves=lambda platform, _chat: platform in served,
        mail=mail,
    )


def first(told, person=NOK, *, personal=True, masked=True):
    return first_routing(told, person, "due:5:1", personal=personal, masked=masked)


def after(told, key, at, person=NOK, *, notice=True, masked=True, spent=False):
    return next_routing(told, person, Undelivered(key, at, notice, masked, spent))


BOTH = (account(TELEGRAM), account(LINE))
NO_CHAT = (account(TELEGRAM, gone=True), account(LINE, gone=True))
NO_MAIL = replace(NOK, email="")
BLOCKED = replace(NOK, blocked_at=AT)


@pytest.mark.parametrize(
    ("told", "person", "route"),
    [
        # The account used last, of those that take messages.
        (directory(*BOTH), NOK, InChat(TELEGRAM)),
        (directory(*reversed(BOTH)), NOK, InChat(LINE)),
        (directory(account(TELEGRAM, gone=True), account(LINE)), NOK, InChat(LINE)),
        # What this process sends to comes first; else another process sends it.
        (directory(*BOTH, served=[Platform.LINE]), NOK, InChat(LINE)),
        (directory(account(LINE), served=[]), NOK, InChat(LINE)),
        # But for a terminal, which is there only while it is open.
        (directory(account(TERMINAL), account(LINE), served=[]), NOK, InChat(LINE)),
        (directory(account(TERMINAL)), NOK, InChat(TERMINAL)),
        (directory(account(TERMINAL), served=[]), NOK, ByMail(MAIL)),
        # The work address, where one is known and there is a mail server.
        (directory(*NO_CHAT), NOK, ByMail(MAIL)),
        (directory(), NOK, ByMail(MAIL)),
        (directory(mail=False), NOK, InGroup(TEAM)),
        (directory(), NO_MAIL, InGroup(TEAM)),
        # The team's group, else the desk's; never another team's.
        (directory(groups=GROUPS[:1]), NO_MAIL, InGroup(DESK)),
        (directory(groups=GROUPS[2:]), NO_MAIL, None),
        (directory(groups=()), NO_MAIL, None),
        (directory(served=[Platform.LINE]), NO_MAIL, InGroup(DESK)),
        # Who has no access any more is told of by nobody else.
        (directory(*NO_CHAT), BLOCKED, None),
    ],
)
def test_the_first_route(told, person, route):
    assert find_route(told, person, Tried("due:5:1"), masked=True) == route


@pytest.mark.parametrize(
    ("told", "person", "personal", "masked", "route", "hearer"),
    [
        (directory(*BOTH), NOK, True, False, InChat(TELEGRAM), Hearer.NOBODY),
        (directory(), NO_MAIL, True, True, InGroup(TEAM), Hearer.NOBODY),
        (directory(), NO_MAIL, True, False, None, Hearer.ADMINISTRATORS),
        (directory(groups=()), NO_MAIL, True, True, None, Hearer.ADMINISTRATORS),
        # Others with the role hear it, so neither a group does nor the administrators.
        (directory(*BOTH), NOK, False, True, InChat(TELEGRAM), Hearer.NOBODY),
        (directory(), NOK, False, True, ByMail(MAIL), Hearer.NOBODY),
        (directory(), NO_MAIL, False, True, None, Hearer.NOBODY),
    ],
)
def test_who_hears_where_there_is_no_first_route(told, person, personal, masked, route, hearer):
    routing = first(told, person, personal=personal, masked=masked)
    assert (routing.route, routing.hearer) == (route, hearer)


@pytest.mark.parametrize(
    ("told", "key"),
    [
        (directory(*BOTH), "due:5:1"),
        (directory(), "due:5:1:mail"),
        (directory(mail=False), "due:5:1:group"),
        (directory(mail=False, groups=()), "due:5:1"),
    ],
)
def test_the_key_tells_the_first_route(told, key):
    assert first(told).key == key


def test_a_word_of_a_new_notices_own_key_is_no_mark():
    about_mail = first_routing(
        directory(*BOTH), NOK, "undeliverable:mail:login:1", personal=False, masked=False
    )
    assert about_mail.route == InChat(TELEGRAM)


@pytest.mark.parametrize(
    ("key", "at", "route", "then"),
    [
        # The other chat, once.
        ("k", TELEGRAM, InChat(LINE), "k:moved"),
        ("k", LINE, InChat(TELEGRAM), "k:moved"),
        ("k:moved", LINE, ByMail(MAIL), "k:mail"),
        # The mail, once; no chat after it.
        ("k:mail", MAIL, InGroup(TEAM), "k:mail:group"),
        # The groups, each once, so many at most.
        ("k:mail:group", TEAM, InGroup(DESK), "k:mail:group:group"),
        ("k:mail:group", DESK, InGroup(TEAM), "k:mail:group:group"),
        ("k:mail:group:group", DESK, None, "k:mail:group:group"),
        ("k:mail" + ":group" * MOST_GROUPS, TEAM, None, "k:mail" + ":group" * MOST_GROUPS),
        # Told in a group at first: a chat that takes messages again comes before the next group.
        ("k:group", DESK, InChat(LINE), "k:group:moved"),
        ("k:group:moved", LINE, ByMail(MAIL), "k:group:mail"),
        # After the mail, the group that was not tried.
        ("k:group:mail", MAIL, InGroup(DESK), "k:group:mail:group"),
        ("k:group:group:mail", MAIL, None, "k:group:group:mail"),
    ],
)
def test_the_next_route_and_its_key(key, at, route, then):
    routing = after(directory(*BOTH), key, at)
    assert (routing.route, routing.key) == (route, then)


SECOND_TEAM = (Platform.LINE, "second team")
THIRD_TEAM = (Platform.TELEGRAM, "third team")
GROUPS_OF_MANY_TEAMS = (
    group(DESK),
    group(TEAM, "ไมโครดาตา"),
    group(SECOND_TEAM, "สถิติ"),
    group(THIRD_TEAM, "บริการ"),
)


def in_many_teams(count, served=tuple(Platform)):
    told = directory(*NO_CHAT, mail=False, groups=GROUPS_OF_MANY_TEAMS[:count], served=served)
    teams = {each.team: [NOK.id] for each in told.groups if each.team}
    return replace(told, teams=teams)


def groups_tried(told, refused, senders=None):
    """Every group that a notice goes to where each refuses; `senders` = the directories of the
    processes that find the next one.
    """
    tried = []
    key = "k"
    for sender in senders or [told] * 9:
        routing = after(sender, key, refused)
        if routing.route is None:
            break
        key, refused = routing.key, routing.route.chat
        tried.append(refused)
    return tried


@pytest.mark.parametrize(
    ("count", "refused", "tried"),
    [
        (0, MAIL, []),
        (1, MAIL, [DESK]),
        (2, MAIL, [TEAM, DESK]),
        (3, MAIL, [TEAM, SECOND_TEAM, DESK]),
        # Three are enough.
        (4, MAIL, [TEAM, SECOND_TEAM, THIRD_TEAM]),
        # Another platform first, then on from there.
        (3, TELEGRAM, [SECOND_TEAM, DESK, TEAM]),
        (4, TELEGRAM, [SECOND_TEAM, THIRD_TEAM, DESK]),
        (2, LINE, [TEAM, DESK]),
    ],
)
def test_different_groups_are_tried_in_order_and_none_twice(count, refused, tried):
    assert groups_tried(in_many_teams(count), refused) == tried


def test_no_group_is_tried_twice_by_processes_that_send_to_different_platforms():
    on_line = in_many_teams(3, served=[Platform.LINE])
    on_telegram = in_many_teams(3, served=[Platform.TELEGRAM])
    senders = [on_line, on_line, on_line, on_telegram]
    assert groups_tried(on_line, MAIL, senders) == [SECOND_TEAM, DESK, TEAM]
    senders = [on_telegram, on_telegram, on_line, on_line]
    assert groups_tried(on_telegram, MAIL, senders) == [TEAM, SECOND_TEAM, DESK]


def test_a_group_that_is_gone_meanwhile_brings_none_a_second_time():
    told = in_many_teams(3)
    left = replace(told, groups=[each for each in told.groups if each.at != TEAM])
    assert after(left, "k:group", TEAM).route == InGroup(DESK)
    assert after(left, "k:group:group", DESK).route is None


@pytest.mark.parametrize(
    ("told", "at", "route"),
    [
        # An answer that a group refused: the person is on that platform just now.
        (directory(*BOTH), (Platform.LINE, "group"), InChat(LINE)),
        (directory(*BOTH), (Platform.TELEGRAM, "group"), InChat(TELEGRAM)),
        # Of a refusal in the person's own chat nothing follows for that platform.
        (
            directory(account(TELEGRAM), account(LINE), account((Platform.TELEGRAM, "second"))),
            TELEGRAM,
            InChat(LINE),
        ),
        # What this process sends to comes before that.
        (
            directory(*BOTH, served=[Platform.TELEGRAM]),
            (Platform.LINE, "group"),
            InChat(TELEGRAM),
        ),
        # A platform that refused once may refuse again: the team's group stands behind the desk's.
        (directory(mail=False), TELEGRAM, InGroup(DESK)),
        (directory(mail=False, served=[Platform.TELEGRAM]), TELEGRAM, InGroup(DESK)),
        (directory(mail=False, groups=GROUPS[1:2]), TELEGRAM, InGroup(TEAM)),
        (directory(mail=False, groups=GROUPS[1:2]), TEAM, None),
    ],
)
def test_what_refused_says_which_chat_is_next(told, at, route):
    assert after(told, "k", at).route == route


@pytest.mark.parametrize(
    "told", [directory(*BOTH, person=BLOCKED), directory(account(TELEGRAM), person=BLOCKED)]
)
def test_who_lost_access_meanwhile_is_told_nowhere_and_of_that_nobody_hears(told):
    routing = after(told, "k", TELEGRAM, BLOCKED)
    assert (routing.route, routing.hearer) == (None, Hearer.NOBODY)


@pytest.mark.parametrize(
    ("case", "route", "hearer"),
    [
        # There is another route: nobody need hear of it.
        ({}, InChat(LINE), Hearer.NOBODY),
        # None is left.
        ({"key": "k:mail", "at": MAIL, "masked": False}, None, Hearer.ADMINISTRATORS),
        # An answer goes only to where the question came from.
        ({"notice": False}, None, Hearer.ADMINISTRATORS),
        # A stranger who turns away is nobody's trouble.
        ({"person": None}, None, Hearer.NOBODY),
        ({"person": None, "notice": False}, None, Hearer.NOBODY),
        # The quota is told of whether there is another route or not.
        ({"spent": True}, InChat(LINE), Hearer.ADMINISTRATORS_OF_QUOTA),
        ({"spent": True, "notice": False}, None, Hearer.ADMINISTRATORS_OF_QUOTA),
        ({"spent": True, "person": None}, None, Hearer.ADMINISTRATORS_OF_QUOTA),
        # A notice about a notice would never end, but it takes another route as any.
        ({"key": "undeliverable:7:1"}, InChat(LINE), Hearer.NOBODY),
        ({"key": "push-quota:line:2026-11:70:1"}, InChat(LINE), Hearer.NOBODY),
        ({"key": "push-quota:line:2026-11:spent:1", "spent": True}, InChat(LINE), Hearer.NOBODY),
        ({"key": "undeliverable:7:1:mail", "at": MAIL, "masked": False}, None, Hearer.NOBODY),
        # A mail to a customer: who wrote it decides.
        ({"key": "", "at": MAIL, "notice": False}, None, Hearer.WRITER),
        ({"key": "", "at": MAIL, "notice": False, "person": None}, None, Hearer.WRITER),
    ],
)
def test_who_hears_of_what_was_given_up(case, route, hearer):
    given_up = {"key": "k", "at": TELEGRAM, **case}
    routing = after(directory(*BOTH), **given_up)
    assert (routing.route, routing.hearer) == (route, hearer)


@pytest.mark.parametrize(
    ("who", "role", "meant"),
    [
        (NOK.id, None, [NOK]),
        (None, Role.OFFICER, [NOK, TON, MAY]),
        (None, Role.SUPERVISOR, [TON, MAY]),
        (None, Role.ADMIN, [MAY]),
        (None, None, [MAY]),
        (StaffId(99), None, []),
    ],
)
def test_whom_a_notice_is_for(who, role, meant):
    assert directory().list_meant(who, role) == meant


def test_who_has_no_access_is_not_meant():
    told = directory(person=BLOCKED)
    assert told.find_active(NOK.id) is None
    assert told.list_meant(NOK.id, None) == []
    assert told.list_meant(None, Role.OFFICER) == [TON, MAY]


@pytest.mark.parametrize(
    ("person", "accounts", "mail", "able"),
    [
        (NOK, BOTH, False, True),
        (NOK, NO_CHAT, True, True),
        (NOK, NO_CHAT, False, False),
        (NO_MAIL, (), True, False),
        (BLOCKED, BOTH, True, False),
    ],
)
def test_who_can_be_told(person, accounts, mail, able):
    assert can_be_told(person, accounts, mail=mail) is able


@pytest.mark.parametrize(
    ("accounts", "platform", "user", "chat"),
    [
        (BOTH, Platform.LINE, "nok", LINE),
        (BOTH, Platform.TELEGRAM, "nok", TELEGRAM),
        (BOTH, Platform.LINE, "ton", None),
        (BOTH, Platform.LINE, None, None),
        (NO_CHAT, Platform.LINE, "nok", None),
    ],
)
def test_the_chat_of_the_account_that_somebody_speaks_from(accounts, platform, user, chat):
    assert account_chat(accounts, platform, user) == chat


@pytest.mark.parametrize(
    ("percent", "mark"),
    [(0, None), (69, None), (70, 70), (89, 70), (90, 90), (99, 90), (100, 100), (140, 100)],
)
def test_the_quotas_marks(percent, mark):
    assert quota_mark(percent) == mark
