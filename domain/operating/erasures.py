"""How long an erasure that was asked for waits for the second person. Pure."""

from dataclasses import dataclass
from datetime import timedelta

from domain.data import TomlTable


@dataclass(frozen=True, slots=True)
class ErasureRules:
    """It lapses where nobody confirms it within this time."""

    confirm_within: timedelta = timedelta(days=3)


def read_erasure_rules(root: TomlTable) -> ErasureRules:
    """The table `erasure`; DataError names what to mend."""
    table = root.table("erasure")
    table.check_keys(("confirm_hours",))
    return ErasureRules(timedelta(hours=table.count("confirm_hours")))
