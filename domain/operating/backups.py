"""When a backup is made by itself, which are kept, and when the newest is too old. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from domain.data import TomlTable
from domain.dates.days import BANGKOK

FORM = "deskbot-%Y%m%dT%H%M%SZ.tar"
"""The name of an archive, by the moment at which it was made."""


@dataclass(frozen=True, slots=True)
class BackupRules:
    """`folder` = where they go, "" = none is made; `keep` = how many are kept; `encrypt_to` = a
    public key of age, "" = not encrypted; `oldest` = how old the newest may get.
    """

    folder: str = ""
    at: time = time(2, 0)
    keep: int = 14
    encrypt_to: str = ""
    oldest: timedelta = timedelta(hours=36)

    def is_due(self, made: Iterable[datetime], now: datetime) -> bool:
        """Whether today's is to be made: its time has come, and none was made since."""
        if not self.folder:
            return False
        local = now.astimezone(BANGKOK)
        today = local.replace(hour=self.at.hour, minute=self.at.minute, second=0, microsecond=0)
        last_due = today if today <= local else today - timedelta(days=1)
        return not any(at >= last_due for at in made)

    def is_late(self, made: Iterable[datetime], since: datetime, now: datetime) -> bool:
        """Whether the newest is too old; `since` = from when on the desk has looked."""
        if not self.folder:
            return False
        newest = max((*made, since))
        return now - newest > self.oldest

    def superfluous(self, made: Iterable[datetime]) -> list[datetime]:
        """Those that are kept no longer."""
        return sorted(made, reverse=True)[self.keep :]


def archive_name(at: datetime) -> str:
    """The name of the archive that is made at this moment."""
    return at.astimezone(UTC).strftime(FORM)


def made_at(name: str) -> datetime | None:
    """When the archive of this name was made; None for any other file."""
    try:
        at = datetime.strptime(name, FORM).replace(tzinfo=UTC)
    except ValueError:
        return None
    # It takes what is written otherwise, too, and whoever wrote that was not the desk.
    return at if archive_name(at) == name else None


def read_backups(root: TomlTable) -> BackupRules:
    """The table `backup`; DataError names what to mend."""
    table = root.table("backup")
    table.check_keys(("folder", "at", "keep", "encrypt_to", "oldest_hours"))
    return BackupRules(
        folder=table.text("folder", ""),
        at=table.clock("at"),
        keep=table.count("keep"),
        encrypt_to=table.text("encrypt_to", ""),
        oldest=timedelta(hours=table.count("oldest_hours")),
    )
