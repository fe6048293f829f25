"""When answers come so often that machines answer each other, or somebody's program does (the
office's rules, data/mail.toml). Pure.
"""

from dataclasses import dataclass
from datetime import timedelta

from domain.data import TomlTable


@dataclass(frozen=True, slots=True)
class LoopRules:
    """So many answers to one ticket, or by one sender, within this time: of more nobody is told one
    by one. 0 = never. Each is kept all the same.
    """

    of_ticket: int = 10
    of_sender: int = 20
    within: timedelta = timedelta(hours=1)

    def is_loop(self, of_ticket: int, of_sender: int) -> bool:
        """Whether so many answers before this one are too many."""
        counted = ((self.of_ticket, of_ticket), (self.of_sender, of_sender))
        return any(most and came >= most for most, came in counted)


def read_loops(table: TomlTable) -> LoopRules:
    """Reads the table `intake.loops`; the DataError it raises names the key."""
    table.check_keys(("of_ticket", "of_sender", "minutes"))
    return LoopRules(
        table.count("of_ticket"),
        table.count("of_sender"),
        timedelta(minutes=table.count("minutes")),
    )
