"""The commands behind Telegram's menu button: for everybody by the telephone's language, and for
each of the staff by role and by the language that they speak with the desk.
"""

from collections.abc import Sequence

from domain.staff import Platform, Role, Staff
from domain.text import shorten
from handlers import system
from handlers.desk import Desk
from handlers.i18n import _, speaking
from handlers.registry import Command
from store import staff

LANGUAGES = {"": "th", "en": "en"}
"""By what Telegram calls a telephone's language; "" = all others."""
LONGEST_ABOUT = 256
"""Characters that Telegram takes of what a command is about."""
MOST = 100
"""Commands that Telegram takes in a list."""
CommandList = Sequence[tuple[str, str]]


def command_lists() -> dict[str, CommandList]:
    """What whoever is not known is offered: Thai by default, English for English telephones."""
    lists: dict[str, CommandList] = {}
    for code, language in LANGUAGES.items():
        commands = system.offered(Role.OFFICER)
        lists[code] = _list(commands, language)
    return lists


async def lists_of_staff(desk: Desk) -> dict[str, CommandList]:
    """What each of the staff is offered in the private chat; nothing of their own for who has lost
    access.
    """
    everybody = await staff.list_staff(desk.db)
    people = {person.id: person for person in everybody}
    accounts = await staff.list_all_identities(desk.db)
    lists: dict[str, CommandList] = {}
    for staff_id, several in accounts.items():
        own = _own(people[staff_id])
        for account in several:
            if account.platform is not Platform.TELEGRAM:
                continue
            if account.chat:
                lists[account.chat] = own
    return lists


def _own(person: Staff) -> CommandList:
    if person.blocked_at is not None:
        return ()
    mine = system.offered(person.role, posting=person.may_post)
    return _list(mine, person.language)


def _list(commands: Sequence[Command], language: str) -> CommandList:
    with speaking(language):
        return [_described(each) for each in commands[:MOST]]


def _described(command: Command) -> tuple[str, str]:
    """A command's name, and what it is about in the language that is spoken now."""
    about = _(command.about)
    return command.name, shorten(about, LONGEST_ABOUT)
