"""The office's rules of what those who lead look at (data/reminders.toml, [owed_lists])."""

from dataclasses import dataclass

from domain.data import TomlTable


@dataclass(frozen=True, slots=True)
class LeadRules:
    """`ignored_after` = so many reminders without a chase are too many; `at_risk_days` = what is
    due within so many days is at risk; `hand_over_most` = so many things change hands at once.
    """

    ignored_after: int = 5
    at_risk_days: int = 7
    hand_over_most: int = 300


def read_lead_rules(root: TomlTable) -> LeadRules:
    """Reads the table `owed_lists`; the DataError it raises names the key."""
    table = root.table("owed_lists")
    table.check_keys(LeadRules.__slots__)
    return LeadRules(**{key: table.count(key) for key in LeadRules.__slots__})
