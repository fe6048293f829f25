"""What reports say by themselves, by the office's rules: what stands out in a summary, and which
days are unusual.
"""

from dataclasses import dataclass, fields

from domain.data import TomlTable


@dataclass(frozen=True, slots=True)
class SummaryRules:
    """The numbers of `[summary]`: percentages, but for tickets of which none is told of fewer, the
    sentences at most, and how many times and by how many tickets a subject grew.
    """

    least_for_percent: int = 20
    most_findings: int = 3
    largest_percent: int = 20
    mostly_percent: int = 50
    grew_times: int = 2
    grew_least: int = 10
    late_percent: int = 5
    backlog_percent: int = 20


@dataclass(frozen=True, slots=True)
class UnusualRules:
    """The numbers of `[unusual]`: a subject came `factor` times as often as on a working day of so
    many `days` before, and so many times at `least`; `off` = nothing is told.
    """

    factor: int = 3
    least: int = 10
    days: int = 56
    off: bool = False


def read_summary_rules(root: TomlTable) -> SummaryRules:
    """Reads the table `summary`; DataError names what to mend."""
    table = root.table("summary")
    names = [field.name for field in fields(SummaryRules)]
    table.check_keys(names)
    rules = SummaryRules(*[table.count(name) for name in names])
    for name in ("largest_percent", "mostly_percent", "late_percent"):
        if getattr(rules, name) > PERCENT:
            raise table.refusal("must be 100 or less", name)
    if rules.mostly_percent < rules.largest_percent:
        raise table.refusal("must not be less than largest_percent", "mostly_percent")
    return rules


def read_unusual_rules(root: TomlTable) -> UnusualRules:
    """Reads the table `unusual`; DataError names what to mend."""
    table = root.table("unusual")
    table.check_keys([field.name for field in fields(UnusualRules)])
    return UnusualRules(
        factor=table.count("factor"),
        least=table.count("least"),
        days=table.count("days"),
        off=table.flag("off"),
    )


PERCENT = 100
