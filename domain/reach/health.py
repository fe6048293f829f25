"""When a desk is not well: what was measured, the office's limits, and what is told of it. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from domain.data import TomlTable

MEGABYTE = 1_000_000
TOKEN_REFUSED = "refuses the token or password"  # noqa: S105 - what is told, not the secret
UNSIGNED = "webhooks come for us that are signed with another secret: DESKBOT_LINE_CHANNEL_SECRET"
UNHEARD = "it brings nothing: its webhook is off, goes elsewhere or fails"
DISK = "disk"
SILENT = "nothing was received or sent for long"
SLOW_PLATFORMS = ("mail",)
"""Whose messages may wait longer: servers ask for mails to be brought again later."""


@dataclass(frozen=True, slots=True)
class HealthRules:
    """The office's limits, in seconds, and the room that a disk must have; see
    domain/data/operating.toml.
    """

    silent: int
    refused: int
    written: int
    ticked: int
    event: int
    message: int
    mail: int
    free_percent: int
    free_megabytes: int

    def longest_wait(self, platform: str) -> int:
        """Returns how old a message for this platform may be that still waits."""
        return self.mail if platform in SLOW_PLATFORMS else self.message

    def needed(self, total: int) -> int:
        """Returns how many bytes must be free of so many: the smaller of both limits."""
        return min(total * self.free_percent // 100, self.free_megabytes * MEGABYTE)


@dataclass(frozen=True, slots=True)
class Room:
    """What a disk has left, in bytes."""

    free: int
    total: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of a desk, spans in seconds.

    `silences` = since each platform last answered; `refusing` = platforms that do not know us;
    `deaf` = what keeps a platform from bringing us anything;
    `events` and `messages` = how long the oldest waits, by platform; `unwritten`, `unticked` =
    since the last write and tick; `rooms` = by what lies on the disk; `damage` = what is wrong with
    the database's file.
    """

    silences: Mapping[str, float] = field(default_factory=dict)
    refusing: Collection[str] = ()
    deaf: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, float] = field(default_factory=dict)
    messages: Mapping[str, float] = field(default_factory=dict)
    unwritten: float = 0.0
    unticked: float = 0.0
    rooms: Mapping[str, Room] = field(default_factory=dict)
    damage: str = ""


def find_problems(measured: Measured, rules: HealthRules) -> list[str]:
    """Returns all that is wrong: each begins with the part of the desk, and stays the same text as
    long as it lasts.
    """
    return [
        *platform_problems(measured, rules),
        *_database_problems(measured, rules),
        *_queue_problems(measured, rules),
    ]


def platform_problems(measured: Measured, rules: HealthRules) -> Iterator[str]:
    """Yields what is wrong with platforms, a refusal before a silence."""
    for name, silence in measured.silences.items():
        if name in measured.refusing:
            yield f"{name}: {TOKEN_REFUSED}"
        elif silence > rules.silent:
            yield f"{name}: {SILENT}"
        elif name in measured.deaf:
            yield f"{name}: {measured.deaf[name]}"


def _database_problems(measured: Measured, rules: HealthRules) -> Iterator[str]:
    if measured.damage:
        yield f"database: {measured.damage}"
    if measured.unwritten > rules.written:
        yield "database: nothing can be written"
    for what, room in measured.rooms.items():
        if room.free < rules.needed(room.total):
            yield f"{DISK}: nearly full ({what})"
    if measured.unticked > rules.ticked:
        yield "tick: what is due is not looked at"


def _queue_problems(measured: Measured, rules: HealthRules) -> Iterator[str]:
    for platform, age in measured.events.items():
        if age > rules.event:
            yield f"inbox: an event of {platform} waits for long"
    for platform, age in measured.messages.items():
        if age > rules.longest_wait(platform):
            yield f"outbox: a message for {platform} waits for long"


def read_health(root: TomlTable) -> HealthRules:
    """Reads the table `health`; the DataError it raises names the key."""
    table = root.table("health")
    names = HealthRules.__slots__
    table.check_keys(names)
    return HealthRules(**{name: table.count(name) for name in names})
