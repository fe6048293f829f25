"""What the pages of reports and of administration begin: each is one command of the chat, with its
rights and its answer.
"""

from collections.abc import Sequence
from typing import NamedTuple

from handlers.desk import Context
from handlers.i18n import _
from handlers.registry import COMMANDS, check_right

ADMINISTRATION = (
    *("staff", "team", "enroll", "audit", "duplicates", "merge", "retention", "disclose", "erase"),
    *("holiday", "canned", "addcanned", "posters", "followup", "subjects", "machines", "status"),
)
REPORTS = ("report", "subscriptions", "owed", "contracts", "research", "tickets", "counts")
OPENED = "staff"
"""The command whose right opens the administration."""


class Launch(NamedTuple):
    """One command: what it is called, what is posted for it, and what it is about."""

    label: str
    text: str
    about: str


async def administration(ctx: Context) -> Sequence[Launch]:
    """What administrators look after; NotAllowed("role") for everybody else."""
    check_right(ctx.staff, COMMANDS[OPENED])
    return _launches(ctx, ADMINISTRATION)


async def reports(ctx: Context) -> Sequence[Launch]:
    """What can be counted and listed."""
    return _launches(ctx, REPORTS)


def _launches(ctx: Context, names: Sequence[str]) -> Sequence[Launch]:
    """Those of these commands that the reader may use."""
    role = ctx.staff.role
    usable = [COMMANDS[name] for name in names if role.covers(COMMANDS[name].role)]
    return [Launch(_(each.words[0]), f"/{each.name}", _(each.about)) for each in usable]
