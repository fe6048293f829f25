"""The office's rules of mails that come in (data/mail.toml)."""

from dataclasses import dataclass, field
from datetime import timedelta

from domain.catalogue import Catalogue
from domain.data import TomlTable
from domain.mail.giving import GivingRule, read_giving
from domain.mail.unclaimed import UnclaimedRules, read_unclaimed


@dataclass(frozen=True, slots=True)
class LoopRules:
    """So many answers to one ticket, or by one sender, within this time: of more nobody is told one
    by one, since machines may answer each other. 0 = no limit. Each is kept all the same.
    """

    of_ticket: int = 10
    of_sender: int = 20
    within: timedelta = timedelta(hours=1)

    def is_loop(self, of_ticket: int, of_sender: int) -> bool:
        """Whether so many answers before this one are too many."""
        counted = ((self.of_ticket, of_ticket), (self.of_sender, of_sender))
        return any(most and came >= most for most, came in counted)


@dataclass(frozen=True, slots=True)
class IntakeRules:
    """`subject` = that of a ticket whose mail speaks of none; `one_by_one` = so many mails at once
    are told each for itself, of more there is one message; once `most` were told within `pause`,
    the others wait until it is over. `any_time` = also outside office hours. `giving` = who gets
    what, the first rule first. `together_fewest` mails of one caller or more that came no further
    apart than `together_within` are offered as one ticket.
    """

    subject: str = "1.1"
    one_by_one: int = 3
    most: int = 20
    any_time: bool = True
    pause: timedelta = timedelta(minutes=10)
    giving: tuple[GivingRule, ...] = ()
    unclaimed: UnclaimedRules = field(default_factory=UnclaimedRules)
    loops: LoopRules = field(default_factory=LoopRules)
    together_fewest: int = 2
    together_within: timedelta = timedelta(minutes=10)


KEYS = (
    "subject",
    "one_by_one",
    "most",
    "any_time",
    "pause_minutes",
    "rules",
    "unclaimed",
    "loops",
    "together_fewest",
    "together_minutes",
)


def read_intake(root: TomlTable, catalogue: Catalogue) -> IntakeRules:
    """Reads the table `intake`; the DataError it raises names the key."""
    table = root.table("intake")
    table.check_keys(KEYS)
    subject = table.text("subject")
    if subject not in catalogue.subjects or not catalogue.subjects[subject].selectable:
        raise table.refusal("is no subject of the catalogue", "subject")
    return IntakeRules(
        subject,
        table.count("one_by_one"),
        table.count("most"),
        table.flag("any_time"),
        timedelta(minutes=table.count("pause_minutes")),
        read_giving(table.table("rules"), catalogue),
        read_unclaimed(table.table("unclaimed")),
        _loops(table.table("loops")),
        table.count("together_fewest"),
        timedelta(minutes=table.count("together_minutes")),
    )


def _loops(table: TomlTable) -> LoopRules:
    """Reads the table `intake.loops`; the DataError it raises names the key."""
    table.check_keys(("of_ticket", "of_sender", "minutes"))
    return LoopRules(
        table.count("of_ticket"),
        table.count("of_sender"),
        timedelta(minutes=table.count("minutes")),
    )
