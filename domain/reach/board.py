"""What signs on a ticket's line in a group mean, and how long messages that show a ticket are kept
true.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from domain.data import TomlTable
from domain.staff import Platform

EDITING = frozenset({Platform.TELEGRAM})
"""The platforms on which a message can be changed."""


class Deed(StrEnum):
    """What a sign does to the ticket that it is put on."""

    TAKE = "take"
    CLOSE = "close"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class BoardRules:
    """The signs of each deed, the sign with which the desk says that it noted one, and how long
    after it was sent a message is kept true.
    """

    signs: dict[str, Deed]
    noted: str
    true_for: timedelta

    def deed(self, signs: Iterable[str]) -> Deed | None:
        """Returns what the first sign means that means anything."""
        meant = (self.signs.get(plain_sign(sign)) for sign in signs)
        return next((deed for deed in meant if deed is not None), None)


def plain_sign(sign: str) -> str:
    """Returns the sign without what only says how it is drawn."""
    return sign.replace("\ufe0f", "")


def read_board(root: TomlTable) -> BoardRules:
    """Reads the table `reach.board`; the DataError it raises names the key."""
    table = root.table("reach").table("board")
    table.check_keys((*Deed, "noted", "true_days"))
    signs: dict[str, Deed] = {}
    for deed in Deed:
        for sign in table.texts(deed):
            signs[plain_sign(sign)] = deed
    noted = table.text("noted")
    days = table.count("true_days")
    return BoardRules(signs, noted, timedelta(days=days))
